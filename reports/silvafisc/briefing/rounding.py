"""Rounding for display: shown parts sum to the shown total, in every row and in the total row."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

Amount = int | Fraction
SCORE_DECIMALS = 6
"""Decimals to which scores are computed: those to which the audit compares them."""
_ENDLESS = 2
"""Decimals of a per cent that has no end, such as a third's."""


def shown_total(amount: Amount, step: Amount) -> int:
    """`amount` in whole steps, halves away from zero."""
    if isinstance(amount, int) and isinstance(step, int):
        size = (2 * abs(amount) + step) // (2 * step)
        return -size if amount < 0 else size
    exact = Fraction(amount) / Fraction(step)
    half = abs(exact) + Fraction(1, 2)
    return -(half.__floor__()) if exact < 0 else half.__floor__()


def shown_parts(parts: Mapping[str, Amount], step: Amount, total: int | None = None) -> dict[str, int]:
    """Parts in whole steps that sum to the shown total, by largest remainder (ties by key).

    Each part is its exact value rounded down or up. `total`: the shown total, where it is already on a page.

    Raises:
        ValueError: `total` is further from the exact sum than rounding allows.
    """
    exact = {key: Fraction(value) / Fraction(step) for key, value in parts.items()}
    wanted = shown_total(sum(parts.values(), Fraction(0)), step) if total is None else total
    return _fill(exact, wanted, {})


def shown_rows(
    rows: Mapping[str, Mapping[str, Amount]], step: Amount, totals: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """The cells of a table whose row totals are already on a page.

    rows: row -> column -> exact amount. Each cell is rounded down or up; every row sums to its shown total. What
    rounding did to a column so far is carried to the next row, so that column sums stay within about one step.
    """
    carried: dict[str, Fraction] = {}
    shown: dict[str, dict[str, int]] = {}
    for row, parts in rows.items():
        exact = {key: Fraction(value) / Fraction(step) for key, value in parts.items()}
        shown[row] = _fill(exact, totals[row], carried)
        for key, value in exact.items():
            carried[key] = carried.get(key, Fraction(0)) + value - shown[row][key]
    return shown


def telling_decimals(
    units: Sequence[tuple[Fraction, Fraction, Fraction]], cuts: Sequence[Fraction], alpha: Fraction, least: int
) -> int:
    """The fewest decimals, `least` at least, with which every grade can be redone by hand; at most those of the scores.

    units: (importance, need, score) with score = alpha * importance + (1 - alpha) * need. The score that is printed, and
    the one that a reader works out of the printed indices, fall on the same side of every cut-off as the exact score.
    """

    def tells(decimals: int) -> bool:
        step = Fraction(1, 10**decimals)
        if any(cut % step for cut in cuts):
            return False
        for importance, need, score in units:
            printed = shown_total(score, step) * step
            redone = (alpha * shown_total(importance, step) + (1 - alpha) * shown_total(need, step)) * step
            if any(len({value >= cut for value in (score, printed, redone)}) > 1 for cut in cuts):
                return False
        return True

    return next((decimals for decimals in range(least, SCORE_DECIMALS) if tells(decimals)), SCORE_DECIMALS)


def percent(share: str) -> str:
    """A share written as a decimal or ratio in per cent, as short as it is: `0.5` -> `50%`, `1/3` -> `33.33%`."""
    size = Fraction(share) * 100
    decimals = next((digits for digits in range(12) if (size * 10**digits).denominator == 1), _ENDLESS)
    return f"{float(size):.{decimals}f}%"


def column_sums(rows: Mapping[str, Mapping[str, int]], columns: Sequence[str]) -> dict[str, int]:
    """The total row of shown cells."""
    return {column: sum(row[column] for row in rows.values()) for column in columns}


def _fill(exact: Mapping[str, Fraction], total: int, carried: Mapping[str, Fraction]) -> dict[str, int]:
    floors = {key: value.__floor__() for key, value in exact.items()}
    left = total - sum(floors.values())
    open_keys = [key for key in sorted(exact) if exact[key] != floors[key]]
    if not 0 <= left <= len(open_keys):
        raise ValueError(f"parts {dict(exact)} cannot be shown as {total}")
    zero = Fraction(0)
    first = sorted(open_keys, key=lambda key: (-(exact[key] - floors[key] + carried.get(key, zero)), key))[:left]
    return {key: floors[key] + (key in first) for key in exact}
