"""The full engine's yields as a data package: its index, its arrays, and what is said of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .built_package import UNIT, Words, described
from .mixtures import Array
from .yield_arrays import ADDITIONAL, BASELINE, CENTRAL, CREDITABLE, EITHER, HIGH, KEY, LOW, PACKAGE

Worked = Mapping[tuple[str, str, str, str], Mapping[str, Array]]
"""(measure, climate, member, loss hazard) -> array name -> (treated years, units, years)."""
_COLUMNS = {
    "measure": ("text", "text", "措施", "measure"),
    "climate": ("text", "text", "气候情景", "climate"),
    "member": (
        "text",
        "text",
        f"生长模型；{EITHER} 表示两种模型结果相同",
        f"model of growth; {EITHER}: both give the same",
    ),
    "loss_hazard": (
        "text",
        "text",
        f"采伐与退化损失率：{LOW} 下限、{CENTRAL} 中值、{HIGH} 上限",
        f"loss hazard of felling and degradation: {LOW} and {HIGH} end of the band, or its centre",
    ),
    "treatment_year": ("int", "year", "措施实施的年度", "year in which the measure is carried out"),
}
_ARRAYS = {
    ADDITIONAL: (
        UNIT,
        "增量：实施措施减去不实施，全部碳库与非二氧化碳排放",
        "economically additional: with the measure less without, all pools and gases",
    ),
    BASELINE: (
        UNIT,
        "基线：不实施措施时的年通量",
        "baseline: the flow without the measure; gross = baseline + additional",
    ),
    CREDITABLE: (
        UNIT,
        "可计入碳库的增量，未乘合格份额、未扣减",
        "the difference over the credited pools, before the share of eligible land and any deduction",
    ),
}
_WORDS = Words(
    name=PACKAGE,
    title={"zh": "碳汇测算模块固碳量表", "en": "Carbon yields of the full engine"},
    description={
        "zh": "每亩每年的二氧化碳当量通量，清除为正，按措施、气候、生长模型、实施年度、单位和年份。由 silvafisc carbon build 生成，勿手工修改。",
        "en": "Flows of CO2e per mu and year, removal positive, by measure, climate, model of growth, year of the measure, unit and year. Written by silvafisc carbon build; never edited by hand.",
    },
    columns=_COLUMNS,
    key=KEY,
    arrays=_ARRAYS,
    source="`silvafisc carbon build`: cbm_exn (libcbm) on the growth curves and tables named in `made_of`",
    counted="combinations that were followed",
)


def assembled(worked: Worked, treated: Sequence[int]) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """(index, arrays): one row per combination and treated year, ascending; arrays (rows, units, years) of 4 bytes."""
    combinations = sorted(worked)
    index = pd.DataFrame(
        [(*combination, year) for combination in combinations for year in treated], columns=list(KEY)
    ).astype({"treatment_year": "int64"})
    arrays = {
        name: np.concatenate([worked[combination][name] for combination in combinations]).astype(np.float32)
        for name in _ARRAYS
    }
    return index, arrays


def descriptor(
    rows: int, codes: Sequence[str], years: Sequence[int], made_of: Mapping[str, Mapping[str, str]], status: str
) -> dict[str, Any]:
    """The content of datapackage.json; see `described`."""
    return described(_WORDS, rows, codes, years, made_of, status)
