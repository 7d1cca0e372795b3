"""Compensation of protected forest: the loss that protection avoids."""

from collections.abc import Sequence

from silvafisc.policy import Rules

from ..course import Course, Stocks


def compensation(course: Course, years: Sequence[int], rules: Rules) -> Stocks:
    """Stocks with the loss hazard at zero in `years` and at the baseline in all others, at full retention.

    benefit_k = S_k(h without `years`) - S_k(h), S as `hazard.stock_under_loss`. In words: what would have been felled
    or degraded in those years still stands; afterwards it runs the baseline's risk, and what was lost in the baseline
    grows back, so the benefit fades. Nothing is credited for growth that happens anyway.

    years: 1 = the first year of the course. rules are not needed: the hazard is in the stands.
    """
    forest = course.forest
    original = forest.mean_carbon(course.volumes, forest.weights())
    regrowth = forest.cohort_carbon(course.regrowth, forest.standing)
    return Stocks(course.stock(original, regrowth, years), course.stock(original, regrowth))
