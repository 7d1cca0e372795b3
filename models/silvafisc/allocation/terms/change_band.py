"""Change band (增减幅控制): factor and top-up money moves only within limits, like for like.

For unit r, fund f and period p:  (1 − δ) · last[r, f] ≤ Σ (top_up + factor) · x ≤ (1 + γ) · last[r, f]
In words: last year's amount, carried to this year's area (so that a cut of area stays visible and is nobody's loss of
standard), may change within the band. Finished tasks are exempt; a unit without a last year's row is exempt.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from silvafisc.quantities import entitlement, share

from ..problem import Floats, Indices, Part, Problem

TITLE = {"zh": "增减幅控制", "en": "Change band"}
LAW = "因素法分配办法的增减幅控制惯例"
RELAXABLE = True
LIMITS = {"lower": "lower", "upper": "higher"}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per unit, fund and period with a last year's amount."""
    low, high = 1 + share(str(params["lower"])), 1 + share(str(params["upper"]))
    moving, listed = money_that_moves(problem), []
    lower: list[float] = []
    upper: list[float] = []
    for (code, fund), last in sorted(like_for_like(problem, natures=("top_up", "factor")).items()):
        for period in problem.resolved.periods:
            lower.append(float((last * low).__ceil__()))
            upper.append(float((last * high).__floor__()))
            listed.append((f"{code}/{fund}/{period}", *moving(code, fund, period)))
    return Part(problem.listed_rows("change_band", listed, (np.array(lower), np.array(upper)), unit="fen"))


def money_that_moves(problem: Problem) -> Callable[[str, str, str], tuple[Indices, Floats]]:
    """(unit, fund, period) -> its offers of top-up and factor money and what all payers together pay for each."""
    moved = problem.offers.table["nature"].isin(["top_up", "factor"]).to_numpy()
    places = problem.positions("region_code", "fund", "period")
    costs: dict[tuple[str, str], Floats] = {}

    def found(code: str, fund: str, period: str) -> tuple[Indices, Floats]:
        if (fund, period) not in costs:
            costs[fund, period] = problem.total_cost(period, fund)
        used = places.get((code, fund, period), np.zeros(0, np.int64))
        used = used[moved[used]]
        return used, costs[fund, period][used]

    return found


def like_for_like(problem: Problem, natures: tuple[str, ...]) -> dict[tuple[str, str], Fraction]:
    """(region, fund) -> last year's amount of the given natures at this year's area, exact.

    A category row holds the whole entitlement of last year; for `top_up` alone last year's floor part is taken off.
    """
    result: dict[tuple[str, str], Fraction] = {}
    if problem.inputs.last_year is None:
        return result
    areas = problem.inputs.areas
    now = {
        (r, c): int(a) for r, c, a in zip(areas["region_code"], areas["category"], areas["area_tenth_mu"], strict=True)
    }
    floors = {c.id: c.floor_fen[problem.resolved.periods[0]] for c in problem.resolved.categories}
    tasks = {t.id for t in problem.resolved.tasks}
    table = problem.inputs.last_year
    keys = zip(*(table[name].astype(str) for name in ("region_code", "fund", "subject")), strict=True)
    figures = zip(table["amount_fen"].to_numpy(), table["area_tenth_mu"].to_numpy(), strict=True)
    for (code, fund, subject), (fen, tenths) in zip(keys, figures, strict=True):
        if subject in tasks:
            continue
        amount, area = Fraction(int(fen)), int(tenths)
        if subject in floors:
            area_now = now.get((code, subject), 0)
            amount = amount * area_now / area if area else amount
            if "rigid" not in natures:
                amount -= entitlement(floors[subject], area_now)
        elif "factor" not in natures:
            continue
        result[code, fund] = result.get((code, fund), Fraction(0)) + amount
    return result
