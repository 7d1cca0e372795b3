"""How uncertain the engine's yields are, as a data package: made of draws, and looked up by units, measures and years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.datasets import Package
from silvafisc.datasets.arrays import Floats
from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules

from ..built_package import UNIT, Words, described, some, strayed
from ..calendar import period_years
from ..mixtures import Array
from .yields import CONFIDENCE, DrawnYields, half_width, interval

PACKAGE = "carbon_uncertainty"
HALF_WIDTH, LOW, HIGH = "half_width", "additional_low", "additional_high"
SAMPLE = ("creditable_draw_1", "creditable_draw_2")
"""The first draws themselves, by which a part that is drawn anew can be compared."""
_KEY = ("measure", "treatment_year")
_COLUMNS = {
    "measure": ("text", "text", "措施", "measure"),
    "treatment_year": ("int", "year", "措施实施的年度", "year in which the measure is carried out"),
    "climate": ("text", "text", "气候情景", "climate that was drawn in"),
    "draws": ("int", "count", "抽样次数", "number of draws"),
}
_ARRAYS = {
    HALF_WIDTH: (
        "1",
        "可计入碳库的增量累计至该年的 90% 区间半宽，占均值的份额",
        "half the width of the 90 % interval of what is creditable by that year, before deductions, as a share of its mean",
    ),
    LOW: (UNIT, "增量累计至该年的 90% 区间下限", "lower end of the 90 % interval of what is added by that year"),
    HIGH: (UNIT, "增量累计至该年的 90% 区间上限", "upper end of the 90 % interval of what is added by that year"),
    **{
        name: (
            UNIT,
            f"第 {at} 次抽样可计入碳库的增量累计至该年，供复核",
            f"creditable by that year in draw {at}, to check by",
        )
        for at, name in enumerate(SAMPLE, 1)
    },
}
_WORDS = Words(
    name=PACKAGE,
    title={"zh": "碳汇测算模块固碳量的不确定性", "en": "Uncertainty of the full engine's yields"},
    description={
        "zh": "按措施、实施年度、单位和累计截止年，由各不确定来源的抽样得出。由 silvafisc carbon draws 生成，勿手工修改。",
        "en": "By measure, year of the measure, unit and year up to which is summed, from draws of all sources of error. Written by silvafisc carbon draws; never edited by hand.",
    },
    columns=_COLUMNS,
    key=_KEY,
    arrays=_ARRAYS,
    source="`silvafisc carbon draws`: draws of cbm_exn (libcbm) on the growth curves and tables named in `made_of`",
    counted="measures and years in which they are carried out",
)


def assembled(
    drawn: Mapping[int, DrawnYields], climate: str, rules: Rules
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """(index, arrays): a row per measure and year of treatment, ascending; arrays (rows, units, milestones) of 4 bytes.

    drawn: year of treatment -> yields of its draws.
    """
    index, parts = [], list[dict[str, Array]]()
    measures = next(iter(drawn.values())).measures
    for measure in sorted(measures):
        for year, yields in sorted(drawn.items()):
            at = yields.measures.index(measure)
            added = interval(yields.additional[:, at].astype(np.float64), rules, axis=1)
            wide = half_width(yields.creditable[:, at].astype(np.float64), rules, axis=1)
            index.append((measure, year, climate, yields.count))
            sample = (yields.creditable[:, at, draw].astype(np.float64) for draw in range(len(SAMPLE)))
            parts.append(dict(zip(_ARRAYS, (wide, *added, *sample), strict=True)))
    table = pd.DataFrame(index, columns=list(_COLUMNS)).astype({"treatment_year": "int64", "draws": "int64"})
    return table, {name: np.stack([part[name] for part in parts]).astype(np.float32) for name in _ARRAYS}


def descriptor(
    rows: int, codes: Sequence[str], until: Sequence[int], made_of: Mapping[str, Mapping[str, str]], status: str
) -> dict[str, Any]:
    """The content of datapackage.json; see `built_package.described`."""
    return described(_WORDS, rows, codes, until, made_of, status)


@dataclass(frozen=True)
class Uncertainty:
    """The package, ready to be looked up. rows: (measure, year of treatment) -> position; until: milestone years."""

    rows: Mapping[tuple[str, int], int]
    arrays: Mapping[str, Floats]
    codes: tuple[str, ...]
    until: tuple[int, ...]
    draws: int
    climate: str

    @staticmethod
    def of(package: Package) -> "Uncertainty":
        """Read the index and the axes of a checked package."""
        assert package.described is not None
        table = package.table
        keys = zip(table["measure"].tolist(), table["treatment_year"].tolist(), strict=True)
        return Uncertainty(
            rows={key: row for row, key in enumerate(keys)},
            arrays=package.arrays,
            codes=package.described.axes["region_code"],
            until=tuple(int(year) for year in package.described.axes["year"]),
            draws=int(table["draws"].min()),
            climate=str(table["climate"].iat[0]),
        )

    def half_widths(self, measure: str, period: str, horizon: int) -> dict[str, float]:
        """region_code -> relative half-width of the creditable tonnes that a measure of a period brings by the horizon.

        The widest over the years of the period and, where the horizon is none of the milestones, over the two beside it.
        """
        before = [at for at, year in enumerate(self.until) if year <= horizon][-1:]
        after = [at for at, year in enumerate(self.until) if year >= horizon][:1]
        rows = [self.rows[measure, year] for year in period_years(period)]
        wide = self.arrays[HALF_WIDTH][rows][:, :, sorted({*before, *after})].max(axis=(0, 2))
        # As the shortest decimal that the 4 bytes stand for: 0.1 stays at a limit of 0.1.
        return {code: float(str(value)) for code, value in zip(self.codes, wide, strict=True)}

    def added(self, measure: str, period: str, until: int) -> tuple[Array, Array]:
        """(low, high), each (years of the period, units): ends of the interval of what is added by a milestone year."""
        rows, at = [self.rows[measure, year] for year in period_years(period)], self.until.index(until)
        low, high = (self.arrays[name][rows][:, :, at].astype(np.float64) for name in (LOW, HIGH))
        return low, high


def misfits(
    package: Package,
    stands: pd.DataFrame,
    measures: Sequence[str],
    periods: Sequence[str],
    horizon: int,
    rules: Rules,
    where: str,
) -> list[Finding]:
    """Why the package cannot tell how uncertain the yields of these units, measures and years are; empty where it can.

    where: `file:line:column` of the scenario's choice. Reads every parameter that it was drawn with, as `strayed`.
    """
    held, made = Uncertainty.of(package), package.made_of
    assert made is not None
    rules.number(CONFIDENCE)
    years = {year for period in periods for year in period_years(period)}
    missing = sorted({measure for measure in measures for year in years if (measure, year) not in held.rows})
    lacking = [name for name in missing if all(key[0] != name for key in held.rows)]
    outside = sorted(str(year) for year in years if all(key[1] != year for key in held.rows))
    problems = (
        *strayed(made, held.codes, stands, rules),
        (lacking, "has no measures", "没有措施"),
        (outside, "has no years", "没有年度"),
        ([str(horizon)] if horizon > held.until[-1] else [], "ends before the horizon", "止于测算期末之前"),
    )
    en = "draw your own (silvafisc carbon draws SCENARIO --out DIR) and name DIR/carbon_uncertainty under `uncertainty`"
    zh = "请用 silvafisc carbon draws 情景 --out 目录 另行抽样，并在 uncertainty 中指明该目录下的 carbon_uncertainty"
    return [
        Finding(where, "carbon.uncertainty", f"{said} {some(names)}; {en}", f"{spoken} {some(names)}；{zh}")
        for names, said, spoken in problems
        if names
    ]
