"""The yields: project minus baseline, per mu, measure, period and year, in five columns that are never mixed."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.results import Yields

from .accounts import flow_table
from .biomass import TCO2E_PER_MU
from .calendar import course_years
from .course import Course, Stocks, follow
from .crediting import credit
from .errors import refuse
from .forest import Tabular, calibrate
from .guard import FLOWS, guard_flows
from .measures.afforestation import afforestation
from .measures.compensation import compensation
from .measures.restoration import restoration
from .measures.tending import tending

Measure = Callable[[Course, Sequence[int], Rules], Stocks]
MEASURES: Mapping[str, Measure] = {
    "afforestation": afforestation,
    "compensation": compensation,
    "restoration": restoration,
    "tending": tending,
}
_KEYS = ["region_code", "measure", "period", "year"]


def build_yields(
    stands: pd.DataFrame,
    packages: Mapping[str, Tabular],
    measures: Sequence[str],
    periods: Sequence[str],
    horizon: int,
    rules: Rules,
) -> Yields:
    """Yields of every unit, measure and period from the first period's first year to `horizon`.

    flow_y = (S_y - S_{y-1}) · 44/12 / 15 [tCO2e per mu], removal positive, with S the living biomass carbon (tC/ha) of
    a hectare under the measure (gross) and without (baseline); additional = gross - baseline.
    The stands are taken as they are given for the end of the year before the first period.

    stands: as results.INPUT_TABLES["stands"]; packages: at least carbon.PACKAGES; measures: names in MEASURES, each once;
    periods: `"2026"` or `"2026-2028"`, not overlapping. Column per mu: multiply by mu to add up.

    Raises:
        InputError: unusable stands, unknown measure, wrong periods, unclosed mixtures, a flow that can only be a stock.
    """
    unknown = sorted(set(measures) - set(MEASURES))
    if unknown or len(set(measures)) != len(measures):
        en = f"unknown or repeated: {unknown or list(measures)}; known: {sorted(MEASURES)}"
        raise refuse("measures", en, f"措施未知或重复：{unknown or list(measures)}；可用：{sorted(MEASURES)}")
    first, covered = course_years(periods, horizon)
    course = follow(calibrate(stands, packages, rules), horizon - first + 1)
    frames = [
        _frame(course, measure, period, covered[period], first, rules)
        for measure in sorted(measures)
        for period in sorted(covered)
    ]
    if not frames:
        raise refuse("measures", "no measure is given", "没有给出任何措施")
    table = pd.concat(frames, ignore_index=True).sort_values(_KEYS, kind="stable").reset_index(drop=True)
    guard_flows(table, rules)
    return Yields(table[[*_KEYS, *FLOWS]], horizon)


def _frame(course: Course, measure: str, period: str, years: Sequence[int], first: int, rules: Rules) -> pd.DataFrame:
    stocks = MEASURES[measure](course, years, rules)
    gross = np.diff(stocks.project, axis=1) * TCO2E_PER_MU
    baseline = np.diff(stocks.baseline, axis=1) * TCO2E_PER_MU
    additional = gross - baseline
    credits = credit(measure, additional, min(years), course.forest.stands, rules)
    parts = (gross, baseline, additional, credits.credited, credits.deducted)
    return flow_table(course.forest.codes, measure, period, first, dict(zip(FLOWS, parts, strict=True)))
