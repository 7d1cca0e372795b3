"""Afforestation: a new cohort on land without trees."""

from collections.abc import Sequence

import numpy as np

from silvafisc.policy import Rules

from ..course import Course, Stocks


def afforestation(course: Course, years: Sequence[int], rules: Rules) -> Stocks:
    """Stocks of a cohort planted at the end of each of `years` (in equal parts), against land that stays bare.

    V_k = survival · A (1 - e^{-κ (k - j)})^c for k ≥ j, zero before; composition as public planting in the unit's
    climate; the unit's loss hazard runs from the year after planting and what is lost grows back as it was planted.
    Zero at planting. Soil and the cleared vegetation are not in the stock-change mode.
    """
    forest = course.forest
    survival = rules.number("assumptions.carbon.measures.planting_survival")
    grown = forest.cohort_carbon(survival * forest.new_volumes(course.years), forest.planted)
    project = np.zeros_like(grown)
    for year in years:
        original = np.zeros_like(grown)
        original[:, year:] = grown[:, : grown.shape[1] - year]
        # Losses up to the planting year meet no trees: they must not start regrowth.
        project += course.stock(original, grown, range(1, year + 1)) / len(years)
    return Stocks(project, np.zeros_like(project))
