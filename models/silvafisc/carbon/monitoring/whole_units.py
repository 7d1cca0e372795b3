"""Totals in whole units that add up over levels."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

EXACT = 1e-9
"""Sums of figures known exactly may differ by this share of them: decimals are rounded when read as floats."""


def whole_units(
    summed: Mapping[str, bool], values: Mapping[str, float], parts: Mapping[str, Sequence[str]], exact: set[str]
) -> dict[str, int]:
    """Code -> whole units that add up exactly: the top rounded to the nearest, then handed down by largest remainder.

    A part that is a whole number already keeps it. Ties by code.

    summed: code -> it is the sum of its `parts`. exact: codes whose value is known exactly.
    """
    precise: dict[str, Fraction] = {}

    def of(code: str) -> Fraction:
        if code not in precise:
            if summed[code] and code not in exact:
                found = sum((of(part) for part in parts[code]), Fraction(0))
                nearest = round(found)
                # Sums of floats miss whole numbers by their last digits; which would then be a unit.
                precise[code] = Fraction(nearest) if abs(found - nearest) <= EXACT * max(1, abs(nearest)) else found
            else:
                precise[code] = Fraction(values[code])
        return precise[code]

    held: dict[str, int] = {}

    def hand_down(code: str, units: int) -> None:
        held[code] = units
        if not summed[code]:
            return
        own = {part: of(part) for part in sorted(parts[code])}
        given = {part: value.__floor__() for part, value in own.items()}
        order = sorted(own, key=lambda part: (given[part] - own[part], part))
        for part in order[: units - sum(given.values())]:
            given[part] += 1
        for part, units_of_part in given.items():
            hand_down(part, units_of_part)

    below = {part for code in summed if summed[code] for part in parts[code]}
    for code in sorted(set(summed) - below):
        hand_down(code, (of(code) + Fraction(1, 2)).__floor__())
    return held
