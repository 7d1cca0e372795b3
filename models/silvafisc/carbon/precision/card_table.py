"""Review cards as tables: a row per measure, unit and case, and a verdict per measure and unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets import Package
from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array
from . import sensors
from .appraisal import (
    CENTRAL,
    LOW,
    NO_TONNES,
    ONCE,
    YEARLY,
    Case,
    Worth,
    discount_rate,
    graded,
    verdict,
    worth,
)

NATION = "000000"
"""All units together, by area of the land that a measure is meant for."""
DECIMALS = 8
"""Digits that are kept: another processor's last bits stay below them."""
_MARKET = "assumptions.carbon.precision.price_market"
_WORTH = {
    "tonnes": "tonnes_tco2e_per_mu",
    "present_tonnes": "present_tco2e_per_mu",
    "per_tonne": "yuan_per_tco2e",
    "break_even": "break_even_yuan_per_tco2e",
}


@dataclass(frozen=True)
class PriceRange:
    """What a tonne fetched: lowest and highest yuan of the newest period on record, with status and source."""

    low: float
    high: float
    market: str
    period: str
    status: str
    source: str


def price_range(prices: Package, rules: Rules) -> PriceRange:
    """The newest period of the named market that has both a lowest and a highest price.

    prices: the package carbon_prices. Raises InputError for a market without such a period.
    """
    market, table = rules.text(_MARKET), prices.table
    rows = {
        (str(period), str(metric)): at
        for at, (where, period, metric) in enumerate(
            zip(table["market"], table["period"], table["metric"], strict=True)
        )
        if where == market
    }
    known = sorted(period for period, metric in rows if metric == "low" and (period, "high") in rows)
    if not known:
        en, zh = f"no lowest and highest price of {market!r} is on record", f"没有 {market!r} 的最低价和最高价"
        raise refuse(_MARKET, en, zh)
    low, high = (rows[known[-1], metric] for metric in ("low", "high"))
    return PriceRange(
        low=float(table["value"].iloc[low]),
        high=float(table["value"].iloc[high]),
        market=market,
        period=known[-1],
        status=prices.row_status(low, "value"),
        source=prices.row_source(low, "value"),
    )


def card_table(
    measure: str, cases: Sequence[Case], codes: Sequence[str], land: Array, prices: PriceRange, rules: Rules
) -> pd.DataFrame:
    """A row per case and unit, and for the nation.

    columns: measure, region_code, case, evidence, land_mu, cost_yuan_per_mu, cost_basis, effect, what `Worth` holds, and
    net_low_yuan_per_mu, net_high_yuan_per_mu: present value of the tonnes at the range's ends less the cost.

    land: (units,) mu that the measure is meant for; the nation's mean mu is weighted by it.
    """
    rate, frames = discount_rate(rules), []
    for case in cases:
        whole = with_nation(case, land)
        found = worth(whole, rate)
        frames.append(
            pd.DataFrame(
                {
                    "measure": measure,
                    "region_code": [*codes, NATION],
                    "case": case.name,
                    "evidence": case.evidence,
                    "land_mu": np.append(land, land.sum()),
                    "cost_yuan_per_mu": whole.cost,
                    "cost_basis": ONCE,
                    "effect": case.effect,
                    **{column: getattr(found, name) for name, column in _WORTH.items()},
                    "net_low_yuan_per_mu": prices.low * found.present_tonnes - whole.cost,
                    "net_high_yuan_per_mu": prices.high * found.present_tonnes - whole.cost,
                }
            ).round(DECIMALS)
        )
    return pd.concat(frames, ignore_index=True)


def with_nation(case: Case, land: Array) -> Case:
    """The case with the mean mu of all units behind them, weighted by land.

    Raises:
        InputError: no unit has such land.
    """
    if not land.sum() > 0:
        raise refuse("stands", "no unit has land that the measure is meant for", "没有单位有该措施适用的林地")
    cost, flows = (np.concatenate([part, (land @ part / land.sum())[None]]) for part in (case.cost, case.flows))
    return Case(case.name, case.evidence, case.effect, cost, flows)


def sensor_rows(codes: Sequence[str], land: Array, rules: Rules) -> pd.DataFrame:
    """A row per unit and for the nation, columns as `card_table`; tonnes and what is worked out of them are missing.

    mu_per_plot: mu whose yearly net costs as much as one plot.
    """
    grades = graded(rules, "assumptions.carbon.precision.sensor_evidence")
    table = pd.DataFrame(
        {
            "measure": sensors.MEASURE,
            "region_code": [*codes, NATION],
            "case": CENTRAL,
            "evidence": grades[CENTRAL],
            "land_mu": np.append(land, land.sum()),
            "cost_yuan_per_mu": sensors.yearly_cost(rules),
            "cost_basis": YEARLY,
            "mu_per_plot": sensors.mu_per_plot(rules),
        }
    )
    missing = ("effect", *_WORTH.values(), "net_low_yuan_per_mu", "net_high_yuan_per_mu")
    return table.assign(**dict.fromkeys(missing, np.nan)).round(DECIMALS)


def verdict_table(cards: pd.DataFrame, prices: PriceRange) -> pd.DataFrame:
    """measure, region_code, recommended (yes / no), reasons (joined by `;`) of every measure and unit."""
    rows = []
    for measure, mine in cards.groupby("measure", sort=False):
        by_case = {str(name): part.set_index("region_code") for name, part in mine.groupby("case")}
        codes = list(by_case[CENTRAL].index)
        if LOW not in by_case:
            found: list[tuple[bool, tuple[str, ...]]] = [(False, (NO_TONNES,))] * len(codes)
        else:
            central, low = (_worth(by_case[name].loc[codes]) for name in (CENTRAL, LOW))
            found = [*verdict(central, low, (prices.low, prices.high))]
        rows += [
            (measure, code, "yes" if chosen else "no", ";".join(reasons))
            for code, (chosen, reasons) in zip(codes, found, strict=True)
        ]
    return pd.DataFrame(rows, columns=["measure", "region_code", "recommended", "reasons"])


def _worth(rows: pd.DataFrame) -> Worth:
    return Worth(**{name: rows[column].to_numpy(dtype=np.float64) for name, column in _WORTH.items()})
