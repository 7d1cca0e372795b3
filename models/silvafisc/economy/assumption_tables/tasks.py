"""What needs to be done in a year, and what can be delivered in a year.

    afforestation   need_r = L d_r / sum_q d_q / T         d = max(forestry land - forest area, 0)
    tending         need_r = k A_r (share of young and middle-aged stands)
    restoration     need_r = q A_r min(tilt, V / V_r)
    capacity_mr     = rural population_r x mu per rural person_m

in words: the nation's afforestable land L is shared by forestry land without forest and worked off in T years; young and
middle-aged arbor forest A is tended once in 1/k years; stands with low mean volume V_r need restoration more often than
the nation's V. No provincial table of any of these is published.
"""

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.policy import Rules

from ..facts import Facts, rounded, tenths_of_mu
from ..frames import input_frame
from .ages import age_shares
from .costs import MEASURES
from .forest_parts import NATIONAL_ARBOR, ForestParts
from .stands import mean_volumes

PARAMETERS = "assumptions.economy.tasks."
NATIONAL_AFFORESTABLE = "afforestable_land_area_31_provinces"
NATIONAL_STOCK = "forest_stock_31_provinces"
TENDED_AGES = ("young", "middle")
SOURCES = {
    "afforestation": "年需求 = 全国宜林地按（林地 − 森林）分摊 ÷ 年限；能力 = 农村人口 × 定额 / yearly need = national afforestable land shared by (forestry land − forest) over years; capacity = rural population × norm",
    "restoration": "年需求 = 比例 × 乔木林 × min(上限, 全国蓄积/本省蓄积)；能力 = 农村人口 × 定额 / yearly need = share × arbor area × min(tilt, national/provincial mean volume); capacity = rural population × norm",
    "tending": "年需求 = 比例 × 中幼龄乔木林；能力 = 农村人口 × 定额 / yearly need = share × young and middle-aged arbor area; capacity = rural population × norm",
}


def afforestable_land(provinces: Facts, totals: Facts) -> dict[str, Fraction]:
    """Code -> afforestable land in mu; sums to the national figure.

    Raises:
        ValueError: nowhere is forestry land without forest.
    """
    bare = {
        code: max(
            provinces.exact(code, "forestry_land_area_10k_ha") - provinces.exact(code, "forest_area_10k_ha"),
            Fraction(0),
        )
        for code in provinces.codes
    }
    total = sum(bare.values())
    if total == 0:
        raise ValueError("no province has forestry land without forest")
    national = totals.exact(NATIONAL_AFFORESTABLE, "value", "mu")
    return {code: national * part / total for code, part in bare.items()}


def yearly_needs(
    provinces: Facts, totals: Facts, ages: Facts, parts: Mapping[str, ForestParts], rules: Rules
) -> dict[tuple[str, str], Fraction]:
    """(code, measure) -> need of one year in mu (exact, not rounded)."""
    volume = mean_volumes(provinces, parts)
    national = totals.exact(NATIONAL_STOCK, "value") / totals.exact(NATIONAL_ARBOR, "value")
    years = rules.fraction(PARAMETERS + "afforestation_years")
    tending = rules.fraction(PARAMETERS + "tending_share")
    restoration = rules.fraction(PARAMETERS + "restoration_share")
    tilt = rules.fraction(PARAMETERS + "restoration_tilt_maximum")
    needs: dict[tuple[str, str], Fraction] = {}
    for code, land in afforestable_land(provinces, totals).items():
        shares, arbor = age_shares(ages, float(volume[code])), parts[code].arbor
        needs[code, "afforestation"] = land / years
        needs[code, "tending"] = tending * arbor * sum(shares[age] for age in TENDED_AGES)
        needs[code, "restoration"] = restoration * arbor * rounded(min(tilt, national / volume[code]), 6)
    return needs


def tasks_table(
    provinces: Facts, totals: Facts, ages: Facts, parts: Mapping[str, ForestParts], rules: Rules
) -> pd.DataFrame:
    """The `tasks` table: need and capacity of one budget year, in 0.1 mu."""
    needs = yearly_needs(provinces, totals, ages, parts, rules)
    norm = {measure: rules.fraction(PARAMETERS + f"capacity_{measure}") for measure in MEASURES}
    rows = [
        {
            "region_code": code,
            "measure": measure,
            "need_tenth_mu": tenths_of_mu(need),
            "capacity_tenth_mu": tenths_of_mu(
                provinces.exact(code, "census_rural_population_2020_person") * norm[measure]
            ),
            "status": worst_status("assumption", provinces.status(code, "forestry_land_area_10k_ha")),
            "source": SOURCES[measure],
        }
        for (code, measure), need in needs.items()
    ]
    return input_frame("tasks", rows)
