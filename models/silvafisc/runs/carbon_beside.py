"""What the full engine says beside the tonnes of an allocation: its felling comparison and the emergency reserve."""

import pandas as pd

from silvafisc import carbon
from silvafisc.carbon.built_package import strayed
from silvafisc.carbon.calendar import period_years
from silvafisc.carbon.climate import climates, read_response
from silvafisc.carbon.felling_table import PACKAGE, compared
from silvafisc.carbon.npp import MEMBERS
from silvafisc.carbon.yield_arrays import TODAY
from silvafisc.datasets import load_package
from silvafisc.policy import Rules
from silvafisc.quantities.money import fen_to_yuan
from silvafisc.quantities.units import tenths_to_mu

from .prepare import Prepared


def felling_and_reserve(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """carbon_felling and carbon_reserve of an outcome; nothing where the engine is stock change."""
    if prepared.scenario.carbon.engine == "stock_change":
        return {}
    stands, rules = prepared.inputs.stands, prepared.rules
    return {"carbon_felling": felling(stands, rules), "carbon_reserve": reserve(prepared, stands, rules)}


def felling(stands: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """The shipped losses of the scenario's units, weighed by their areas, beside the published figure.

    Empty for units, parameters or packages other than those that the losses were worked out for: the comparison decides
    nothing, and another's would mislead.
    """
    package = load_package(PACKAGE)
    assert package.made_of is not None
    codes = sorted(set(package.table["region_code"]))
    area = dict(zip(stands["region_code"].astype(str), stands["arbor_area_tenth_mu"], strict=True))
    table = compared(package.table, area, rules)
    table["in_band"] = table["in_band"].map({True: "yes", False: "no"})
    return table.iloc[:0] if any(names for names, _, _ in strayed(package.made_of, codes, stands, rules)) else table


def reserve(prepared: Prepared, stands: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """`trajectories.reserve.reserve_table` of every period (its first year), in the climate that was decided in.

    Worked out anew from the units' curves, areas and hazards: it needs the engine's tables, but not libcbm.
    """
    from silvafisc.carbon.cbm import DENSITIES, NEEDED
    from silvafisc.carbon.curves.calibrate import calibrate_curves
    from silvafisc.carbon.trajectories.reserve import reserve_table
    from silvafisc.carbon.trajectories.site import engine_parameters, site

    packages = {name: load_package(name) for name in {*carbon.CURVE_PACKAGES, *NEEDED, DENSITIES}}
    chosen, periods = prepared.scenario.carbon, prepared.resolved.periods
    first = {period: period_years(period)[0] for period in periods}
    years = range(min(first.values()), prepared.scenario.horizon + 1)
    curves = calibrate_curves(stands.sort_values("region_code", ignore_index=True), packages, rules)
    climate = climates(rules)[chosen.climate or TODAY]
    member: str = chosen.member or next(iter(MEMBERS))
    parameters, response = engine_parameters(curves, packages), read_response(rules)
    setting, _ = site(curves, parameters, packages, years, climate, member, response, rules)
    tables = [
        reserve_table(setting, year - years[0] + 1).assign(period=period) for period, year in sorted(first.items())
    ]
    table = pd.concat(tables, ignore_index=True)
    areas = {f"{name}_area_mu": table.pop(f"{name}_area_tenth_mu").map(tenths_to_mu) for name in ("mean", "bad")}
    return table.assign(**areas, cost_yuan_per_mu=table.pop("cost_fen_per_mu").map(fen_to_yuan))
