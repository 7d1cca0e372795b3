"""Tonnes in every draw, recomputed from the allocation's rows and the table of draws in exact fractions.

T[k] = Σ_rows tonnes[row] · factor[k, row];  exactly one row of the table speaks of each row with tonnes in a draw
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from .case import Case
from .exact import fraction
from .finding import Check

SCOPE = ("region_code", "subject", "period", "offer")
_Scope = tuple[str, ...]


def tonnes_in_draws(case: Case, params: Mapping[str, Any], check: Check) -> list[Fraction] | None:
    """Tonnes per draw, ascending; None where `check` says what is missing.

    params: carbon (`economic`; `importance`: each unit's tonnes times its published importance; or `credited`).
    """
    counted = params.get("carbon", "economic")
    if counted not in ("economic", "importance", "credited"):
        check.refuse(
            f"{check.rule}: carbon", f"无法复算 {counted} 口径的碳汇", f"{counted} tonnes cannot be recomputed"
        )
        return None
    factors = _factors(case, check)
    if factors is None:
        return None
    sums: dict[_Scope, Fraction] = {}
    by_region: dict[str, list[_Scope]] = {}
    for scope in factors:
        by_region.setdefault(scope[0], []).append(scope)
    for row in case.rows:
        tonnes = row.credited if counted == "credited" else row.carbon
        if not tonnes:
            continue
        near = [*by_region.get("", ()), *by_region.get(row.region, ())]
        speaking = [scope for scope in near if _speaks(scope, row.measure, row.category, row.period, row.offer)]
        check.equal(
            row.where, 1, len(speaking), "", "每次抽样中对应的取值个数", "the number of draws' rows that speak of it"
        )
        if len(speaking) != 1:
            return None
        weight = case.published[row.region].importance if counted == "importance" else Fraction(1)
        sums[speaking[0]] = sums.get(speaking[0], Fraction(0)) + Fraction(tonnes) * weight
    draws = sorted({draw for values in factors.values() for draw in values})
    return [sum((total * factors[scope][draw] for scope, total in sums.items()), Fraction(0)) for draw in draws]


def worst_mean(values: list[Fraction], part: Fraction) -> Fraction:
    """Mean of the worst share: the smallest values, the last of them with the piece of it that is inside."""
    inside, total = part * len(values), Fraction(0)
    for position, value in enumerate(sorted(values)):
        piece = min(Fraction(1), inside - position)
        if piece <= 0:
            break
        total += piece * value
    return total / inside


def level_reached(values: list[Fraction], missed: Fraction) -> Fraction:
    """The level that all but a share of the values reach: with n to reach it, the n-th largest."""
    needed = max(1, ceil((1 - missed) * len(values)))
    return sorted(values, reverse=True)[needed - 1]


def _speaks(scope: _Scope, measure: str, category: str, period: str, offer: str) -> bool:
    _, subject, when, which = scope
    return subject in ("", measure, category) and when in ("", period) and which in ("", offer)


def _factors(case: Case, check: Check) -> dict[_Scope, dict[int, Fraction]] | None:
    """scope -> draw -> factor; every scope in every draw."""
    frame = case.draws
    if frame is None:
        check.refuse("draws", "没有抽样表", "there is no table of draws")
        return None
    rows = frame[frame["variable"] == "carbon"]
    scopes = zip(*(rows[name].astype(str) for name in SCOPE), strict=True)
    found: dict[_Scope, dict[int, Fraction]] = {}
    for scope, draw, value in zip(scopes, rows["draw"], rows["value"], strict=True):
        try:
            found.setdefault(scope, {})[int(draw)] = fraction(str(value))
        except ValueError:
            where = f"draws: draw={draw}, {'/'.join(part for part in scope if part)}"
            check.refuse(where, "取值不是精确的数", "the value is not an exact number", found=str(value))
            return None
    counts = {len(values) for values in found.values()}
    if len(counts) != 1 or len(rows) != sum(len(values) for values in found.values()):
        check.refuse("draws", "抽样表有缺漏或重复", "the table of draws has gaps or repeats itself")
        return None
    return found
