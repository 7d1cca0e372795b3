"""Selective against clear cutting beside what was published, from losses that the engine worked out.

The published figure is no input: it stands in a column of its own, with the band inside which a result agrees with it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from .built_package import Words, described

PACKAGE = "carbon_felling"
ALL = "000000"
"""All units together, by area of the stands that may be felled."""
_PUBLISHED = "assumptions.carbon.felling."
_PER_CENT = float(1 / UNITS["pct"].factor)
_LOSSES = ["selective_loss_tco2e_per_mu", "clear_loss_tco2e_per_mu"]
_CASE = ["cutting", "recovery", "years"]
_WORDS = Words(
    name=PACKAGE,
    title={"zh": "择伐与皆伐的碳损失", "en": "Carbon lost by selective and by clear cutting"},
    description={
        "zh": "同样出材量下，采伐后若干年内每亩平均缺少的碳（林分与在用木材合计，相对不采伐），今日气候。由 silvafisc carbon felling 生成，勿手工修改。",
        "en": "Carbon that is lacking per mu on average over the years after a cut, forest and wood in use together, against stands left alone, for the same wood; today's climate. Written by silvafisc carbon felling; never edited by hand.",
    },
    columns={
        "region_code": ("code", "code", "单位代码", "GB/T 2260 code of the unit"),
        "cutting": ("text", "text", "择伐方式", "way of selective cutting: its disturbance matrix"),
        "recovery": ("text", "text", "保留林分的恢复方式", "how what stays recovers"),
        "years": ("int", "year", "采伐后年数", "years since the cut"),
        "old_share": ("float", "1", "可采伐林分占乔木林的份额", "share of the forest in stands that may be felled"),
        "selective_loss_tco2e_per_mu": (
            "float",
            "tco2e_per_mu",
            "择伐的碳损失",
            "carbon lacking after selective cutting",
        ),
        "clear_loss_tco2e_per_mu": ("float", "tco2e_per_mu", "皆伐的碳损失", "carbon lacking after clear cutting"),
    },
    key=("region_code", "cutting", "recovery", "years"),
    arrays={},
    source="`silvafisc carbon felling`: cbm_exn (libcbm) on the growth curves and tables named in `made_of`",
    counted="units, ways of cutting, recoveries and years",
)


def descriptor(rows: int, made_of: Mapping[str, Mapping[str, str]], status: str) -> dict[str, Any]:
    """The content of datapackage.json; see `built_package.described`."""
    return described(_WORDS, rows, (), (), made_of, status)


def ordered(losses: pd.DataFrame) -> pd.DataFrame:
    """The rows as the package holds them."""
    return losses[list(_WORDS.columns)].sort_values(list(_WORDS.key), ignore_index=True)


def compared(losses: pd.DataFrame, area: Mapping[str, int], rules: Rules) -> pd.DataFrame:
    """Losses of every unit, and of all by the area of stands that may be felled, with what selective cutting spares.

    losses: as `trajectories.felling.felling_losses`. area: region_code -> area of forest; units without are left out.
    columns: region_code, cutting, recovery, years, both losses, less_loss_pct = 100 (1 - selective / clear), negative
    where selective cutting loses more and missing where clear cutting loses nothing; published_pct with band_low_pct,
    band_high_pct, and in_band.
    """
    own = losses[losses["region_code"].isin(list(area))]
    weight = own["region_code"].map(area).astype("float64") * own["old_share"]
    sums = own[_LOSSES].mul(weight, axis=0).assign(weight=weight, **{name: own[name] for name in _CASE})
    whole = sums.groupby(_CASE, as_index=False)[[*_LOSSES, "weight"]].sum().assign(region_code=ALL)
    for name in _LOSSES:
        whole[name] /= whole["weight"]
    table = pd.concat([own, whole], ignore_index=True)[["region_code", *_CASE, *_LOSSES]]
    selective, clear = (table[name].to_numpy(dtype=np.float64) for name in _LOSSES)
    less = _PER_CENT * (1 - np.divide(selective, clear, out=np.full_like(clear, np.nan), where=clear > 0))
    published, low, high = (
        _PER_CENT * rules.number(_PUBLISHED + name) for name in ("published", "band_low", "band_high")
    )
    return table.assign(
        less_loss_pct=less,
        published_pct=published,
        band_low_pct=low,
        band_high_pct=high,
        in_band=(less >= low) & (less <= high),
    )
