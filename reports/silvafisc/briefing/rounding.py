"""Rounding for display: shown parts sum to the shown total, in every row and in the total row."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

Amount = int | Fraction


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
