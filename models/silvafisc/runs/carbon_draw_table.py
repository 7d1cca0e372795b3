"""The carbon engine's draws as the allocation's table of draws, so that risk is decided on with their correlation."""

from collections.abc import Mapping

import numpy as np

from silvafisc.carbon.uncertainty.yields import DrawnYields
from silvafisc.results.draws import CARBON, Draws, DrawsError, Scope, draws_of

_DECIMALS = 9


def draw_factors(periods: Mapping[str, DrawnYields]) -> Draws:
    """Factors on tonnes by unit, measure and period: what a draw adds by the last milestone ÷ what the central values add.

    Draw k is one world for all units, measures and periods, so the factors of a draw move together as the engine says.
    A factor below zero is a measure that loses carbon in that draw. Where a measure adds nothing in any draw it is 1.

    periods: period -> yields of measures carried out in it, by one seed; the period `` alone stands for every period,
    which is fair for measures whose tonnes hardly hang on the year (decision 21), not for those that come out near zero.

    Raises:
        DrawsError: a unit where a measure adds nothing centrally but something in a draw: no factor says that.
    """
    columns: dict[tuple[str, Scope], list[str]] = {}
    for period, yields in periods.items():
        for unit, code in enumerate(yields.codes):
            for at, measure in enumerate(yields.measures):
                drawn = yields.additional[unit, at, :, -1].astype(np.float64)
                central = float(yields.additional_central[unit, at, -1])
                if central == 0 and drawn.any():
                    raise DrawsError(
                        f"{measure} adds nothing centrally in {code}, but something in a draw",
                        f"{measure} 在 {code} 的中值为零，而抽样不为零，无法写成系数",
                    )
                factors = drawn / central if central else np.ones_like(drawn)
                columns[CARBON, (code, measure, period, "")] = [f"{factor:.{_DECIMALS}f}" for factor in factors]
    return draws_of(columns)


def with_engine_carbon(made: Draws, periods: Mapping[str, DrawnYields]) -> Draws:
    """`made` with the engine's factors in place of its own for every measure that the engine knows.

    Costs, prices and other measures stay. Rows of `made` that speak of all measures are refused: two would speak then.

    Raises:
        DrawsError: the numbers of draws differ, or such a row.
    """
    for count in sorted({yields.count for yields in periods.values()} - {len(made.numbers)}):
        en = f"{len(made.numbers)} draws of costs and prices, but {count} of the carbon engine"
        raise DrawsError(en, f"成本与价格抽样 {len(made.numbers)} 次，碳汇测算模块抽样 {count} 次，须相同")
    known = {measure for yields in periods.values() for measure in yields.measures}
    carbon = made.table["variable"] == CARBON
    if (carbon & (made.table["subject"] == "")).any():
        raise DrawsError("a carbon row speaks of all measures", "有一行碳汇系数适用于全部措施")
    kept = made.table[~(carbon & made.table["subject"].isin(known))]
    scope = ["region_code", "subject", "period", "offer"]
    columns: Mapping[tuple[str, Scope], list[str]] = {
        (str(key[0]), (str(key[1]), str(key[2]), str(key[3]), str(key[4]))): rows["value"].tolist()
        for table in (kept, draw_factors(periods).table)
        for key, rows in table.groupby(["variable", *scope], sort=True)
    }
    return draws_of(columns)
