"""Review cards of precision management for the units of a scenario: fertilising, low-damage skidding, sensor nets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.carbon.accounts import Balance
from silvafisc.carbon.cbm.engine import open_stepper
from silvafisc.carbon.climate import climates, read_response
from silvafisc.carbon.curves.calibrate import Curves, calibrate_curves
from silvafisc.carbon.full_yields import Choice, full_yields, misfits
from silvafisc.carbon.mixtures import Array
from silvafisc.carbon.npp import MEMBERS
from silvafisc.carbon.precision import fertilising, sensors, skidding
from silvafisc.carbon.precision.appraisal import Case
from silvafisc.carbon.precision.card_table import (
    NATION,
    PriceRange,
    card_table,
    price_range,
    sensor_rows,
    verdict_table,
)
from silvafisc.carbon.trajectories.bulk import PACKAGES
from silvafisc.carbon.trajectories.courses import balances_of
from silvafisc.carbon.trajectories.land import area_of
from silvafisc.carbon.trajectories.plans import Plan
from silvafisc.carbon.trajectories.setting import Setting
from silvafisc.carbon.trajectories.site import engine_parameters, site
from silvafisc.carbon.yield_arrays import TODAY
from silvafisc.datasets import InputError, Package, load_package, worst_status
from silvafisc.policy import ParameterTree, Rules, Scenario
from silvafisc.quantities.money import TENTHS_PER_MU
from silvafisc.results.outcome import write_tables

from .carbon_source import built_yields
from .carbon_uncertainty import half_widths_of
from .inputs import load_inputs
from .precision_paths import parameter_table
from .precision_plots import read_strata
from .prepare import Progress, as_scenario

PRICES = "carbon_prices"


@dataclass(frozen=True)
class Cards:
    """cards: a row per measure, unit (and the nation) and case. verdicts: a row per measure and unit. inputs: everything
    that a measure's card rests on, with source and status. plots: see `precision_plots`; None where none were given.
    names: region_code -> (Chinese, English). date: of the law. span: first and last year whose tonnes count.
    """

    cards: pd.DataFrame
    verdicts: pd.DataFrame
    inputs: pd.DataFrame
    plots: pd.DataFrame | None
    prices: PriceRange
    names: Mapping[str, tuple[str, str]]
    date: str
    span: tuple[int, int]

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """cards, verdicts, inputs, and plots where there are any."""
        tables = {"cards": self.cards, "verdicts": self.verdicts, "inputs": self.inputs}
        return tables if self.plots is None else {**tables, "plots": self.plots}

    @property
    def told(self) -> Mapping[str, str]:
        """What all cards have in common, as texts: date, first, last, market, period, low, high."""
        first, last = self.span
        prices = {"market": self.prices.market, "period": self.prices.period}
        ends = {"low": f"{self.prices.low:g}", "high": f"{self.prices.high:g}"}
        return {"date": self.date, "first": str(first), "last": str(last), **prices, **ends}

    def save(self, folder: Path) -> list[Path]:
        """Write cards.csv, and cards_<table>.csv of every other table; plots of an earlier run are taken away."""
        (folder / "cards_plots.csv").unlink(missing_ok=True)
        named = {name if name == "cards" else f"cards_{name}": table for name, table in self.tables.items()}
        return write_tables(named, folder)


def review_cards(
    scenario: str | Path | Scenario,
    *,
    data: str | Path | None = None,
    plots: Path | None = None,
    progress: Progress | None = None,
) -> Cards:
    """The cards of a scenario's units, climate, law and horizon; measures are carried out in its first budget year.

    Args:
        data: folder or workbook that stands for the scenario's own tables.
        plots: table of plots by stratum (`precision_plots.COLUMNS`), for what the money of a sensor net would narrow.

    Raises:
        InputError: libcbm is missing; wrong scenario or tables; yields that do not fit them (`full_yields.misfits`).
    """
    say = progress or (lambda text: None)
    say("load")
    with open_stepper():
        pass  # a missing libcbm is said before anything is computed
    ground = _ground(scenario, data)
    codes = [str(code) for code in ground.stands["region_code"]]
    strata = None if plots is None else read_strata(plots, codes)
    say("carbon engine")
    law = {name: ground.rules() for name in (fertilising.MEASURE, skidding.MEASURE, sensors.MEASURE)}
    on_record = load_package(PRICES)
    prices, _ = (price_range(on_record, law[name]) for name in (fertilising.MEASURE, skidding.MEASURE))
    cards = _cards(ground, law, prices)
    rests = {
        fertilising.MEASURE: [_package_row(ground.package), _price_row(prices)],
        skidding.MEASURE: [*(_package_row(load_package(name)) for name in PACKAGES), _price_row(prices)],
        sensors.MEASURE: [],
    }
    listed = pd.concat([_inputs(name, law[name], rows) for name, rows in rests.items()], ignore_index=True)
    worst = listed.groupby("measure")["status"].agg(lambda column: worst_status(*column))
    named = zip(*(ground.regions[f"region_{name}"] for name in ("code", "name", "name_en")), strict=True)
    return Cards(
        cards=cards.assign(status=cards["measure"].map(worst)),
        verdicts=verdict_table(cards, prices),
        inputs=listed,
        plots=None if strata is None else strata.narrowed(law[sensors.MEASURE]),
        prices=prices,
        names={NATION: ("全国", "nation"), **{str(code): (str(zh), str(en)) for code, zh, en in named}},
        date=ground.scenario.policy_date,
        span=ground.span,
    )


@dataclass(frozen=True)
class _Ground:
    """What all cards start from: a scenario with its law, its units and their stands, and the yields it reads."""

    scenario: Scenario
    tree: ParameterTree
    regions: pd.DataFrame
    stands: pd.DataFrame
    package: Package
    choice: Choice

    @property
    def span(self) -> tuple[int, int]:
        """The first budget year and the last year whose carbon counts."""
        return int(self.scenario.periods[0]), self.scenario.horizon

    def rules(self) -> Rules:
        """The law, read by nobody yet: so each card knows what it has read."""
        return self.tree.on(self.scenario.policy_date)


def _ground(scenario: str | Path | Scenario, data: str | Path | None) -> _Ground:
    """Read and check everything. Raises InputError as `review_cards`."""
    loaded = as_scenario(scenario)
    tree = ParameterTree.load().apply(loaded.parameter_changes())
    inputs = load_inputs(data or loaded.data_folder or "builtin:nation", tree.on(loaded.policy_date))
    ground = _Ground(
        scenario=loaded,
        tree=tree,
        regions=inputs.regions,
        stands=inputs.stands.sort_values("region_code", ignore_index=True),
        package=built_yields(loaded),
        choice=Choice(loaded.carbon.climate or TODAY, loaded.carbon.member),
    )
    measures, periods, where = [fertilising.MEASURE], loaded.periods, loaded.where("carbon")
    findings = misfits(
        ground.package, ground.stands, measures, periods, loaded.horizon, ground.choice, ground.rules(), where
    )
    if findings:
        raise InputError(findings)
    return ground


def _cards(ground: _Ground, law: Mapping[str, Rules], prices: PriceRange) -> pd.DataFrame:
    """The rows of all three measures. law: of each, where what it reads is marked."""
    whole = ground.stands["arbor_area_tenth_mu"].to_numpy(dtype=np.float64) / TENTHS_PER_MU
    codes = [str(code) for code in ground.stands["region_code"]]
    nets = sensor_rows(codes, whole, law[sensors.MEASURE])
    packages = {name: load_package(name) for name in PACKAGES}
    curves = calibrate_curves(ground.stands, packages, ground.rules())
    cases = {
        fertilising.MEASURE: fertilising.cases(_built(ground), law[fertilising.MEASURE]),
        skidding.MEASURE: _skidding(curves, packages, ground, law[skidding.MEASURE]),
    }
    tables = []
    for name, land in ((fertilising.MEASURE, fertilising.LAND), (skidding.MEASURE, skidding.LAND)):
        mu = area_of(curves.forest, law[name].texts(land)) / TENTHS_PER_MU
        tables.append(card_table(name, cases[name], codes, mu, prices, law[name]))
    return pd.concat([*tables, nets], ignore_index=True)


def _built(ground: _Ground) -> Array:
    """(units, years) tCO2e per mu that fertilising in the first budget year adds, of the built yields."""
    first, measures, rules = ground.scenario.periods[:1], [fertilising.MEASURE], ground.rules()
    # Credits play no part here.
    widths = half_widths_of(ground.scenario, measures, first, rules)
    table = full_yields(
        ground.package, ground.stands, measures, first, ground.span[1], ground.choice, rules, widths
    ).table
    flows = table.pivot(index="region_code", columns="year", values="additional_tco2e_per_mu")
    return flows.sort_index().to_numpy(dtype=np.float64)


def _skidding(curves: Curves, packages: Mapping[str, Package], ground: _Ground, card: Rules) -> tuple[Case, ...]:
    """The cases of low-damage skidding in the first budget year, followed by the engine."""
    rules, parameters = ground.rules(), engine_parameters(curves, packages)
    # `misfits` has refused a climate in which two models of growth differ and none was chosen.
    member = ground.choice.member or sorted(MEMBERS)[0]
    climate, years = climates(rules)[ground.choice.climate], range(ground.span[0], ground.span[1] + 1)
    setting, place = site(curves, parameters, packages, years, climate, member, read_response(rules), rules)

    def follow(able: Setting, plans: Sequence[Plan]) -> list[Balance]:
        return balances_of(able, place, plans, merge=True)

    lost, volume = skidding.responses(setting, follow)
    return skidding.cases(lost, volume, parameters, card)


def _inputs(measure: str, law: Rules, more: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """What a card rests on: the parameters that it read, and data packages and prices."""
    rows = pd.concat([parameter_table(law, sorted(law.used)), pd.DataFrame(more)], ignore_index=True)
    rows.insert(0, "measure", measure)
    return rows


def _package_row(package: Package) -> dict[str, str]:
    """A data package as a row of `parameter_table`, with the worst status of all that it holds."""
    statuses = {column.status for column in package.columns.values()}
    if "status" in package.table:
        statuses |= set(package.table["status"])
    if package.described is not None:
        statuses |= {array.status for array in package.described.arrays}
    return {
        "parameter": package.name,
        "name_zh": (package.title or {})["zh"],
        "name_en": (package.title or {})["en"],
        "value": "",
        "unit": "text",
        "status": worst_status(*statuses),
        "changed": "",
        "reference": "; ".join(reference.title for reference in package.references),
        "href": "",
    }


def _price_row(prices: PriceRange) -> dict[str, str]:
    """What the break-even price is held against, as a row of `parameter_table`."""
    return {
        "parameter": f"{PRICES}.{prices.market}.{prices.period}",
        "name_zh": "碳价范围",
        "name_en": "range of the carbon price",
        "value": f"{prices.low:g}–{prices.high:g}",
        "unit": "yuan_per_tco2",
        "status": prices.status,
        "changed": "",
        "reference": prices.source,
        "href": "",
    }
