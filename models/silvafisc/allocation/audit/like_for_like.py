"""Last year's money carried to this year's area, so that a cut of area is nobody's loss of standard.

A category row of last_year.csv holds the whole entitlement of last year: like for like it is amount · area now / area
then (as given where no area is recorded). Where only the top-up is compared, the floor of the first period on this
year's area is taken off. Rows of task measures never count: finished tasks are finished.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

from .case import Case
from .exact import entitled


def last_year(case: Case, rigid: bool) -> Mapping[tuple[str, str], Fraction]:
    """(region, fund) -> fen like for like, of categories and factor money; units without such a row are absent.

    Args:
        rigid: whether the statutory floor is part of the comparison.
    """
    floors = {c.id: c.floor_fen[case.resolved.periods[0]] for c in case.resolved.categories}
    tasks = {task.id for task in case.resolved.tasks}
    result: dict[tuple[str, str], Fraction] = {}
    for (region, fund, subject), (area, amount) in sorted((case.last_year or {}).items()):
        if subject in tasks:
            continue
        value = Fraction(amount)
        if subject in floors:
            now = case.area(region, subject)
            value = value * now / area if area else value
            value -= 0 if rigid else entitled(floors[subject], now)
        result[region, fund] = result.get((region, fund), Fraction(0)) + value
    return result


def this_year(case: Case, natures: tuple[str, ...]) -> Mapping[tuple[str, str, str], int]:
    """(region, fund, period) -> fen of all payers in rows of these natures; 0 where there is no row."""
    result: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for row in case.rows:
        if row.nature in natures:
            result[row.region, row.fund, row.period] += row.payment
    return result
