"""Provincial age structure: the national one, tilted until it has the province's mean volume.

    p_g(theta) = a_g e^(theta v_g) / sum_h a_h e^(theta v_h),   sum_g p_g v_g = mean volume of the province

in words: of all age structures with the province's mean volume, the one closest (in relative entropy) to the nation's.
a: national area by age group, v: national mean volume of the age group. Mean volumes outside the range of v are
taken as the nearest age group alone.
"""

import math
from collections.abc import Mapping
from fractions import Fraction

from ..facts import Facts, rounded

BISECTIONS = 200


def age_shares(ages: Facts, mean_volume: float) -> Mapping[str, Fraction]:
    """Age group -> share of arbor area (6 decimals), for a mean volume in m3/ha."""
    groups = ages.codes
    area = {g: float(ages.exact(g, "area_10k_ha")) for g in groups}
    volume = {g: float(ages.exact(g, "volume_10k_m3")) / area[g] for g in groups}
    low_group, high_group = min(groups, key=lambda g: volume[g]), max(groups, key=lambda g: volume[g])
    if mean_volume <= volume[low_group]:
        return {g: Fraction(int(g == low_group)) for g in groups}
    if mean_volume >= volume[high_group]:
        return {g: Fraction(int(g == high_group)) for g in groups}
    spread = volume[high_group] - volume[low_group]

    def shares(theta: float) -> dict[str, float]:
        top = max(theta * volume[g] for g in groups)
        weight = {g: area[g] * math.exp(theta * volume[g] - top) for g in groups}
        total = sum(weight.values())
        return {g: weight[g] / total for g in groups}

    def mean(theta: float) -> float:
        return sum(part * volume[g] for g, part in shares(theta).items())

    low, high = -1 / spread, 1 / spread
    while mean(low) > mean_volume:
        low += low
    while mean(high) < mean_volume:
        high += high
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < mean_volume else (low, middle)
    return {g: rounded(part, 6) for g, part in shares((low + high) / 2).items()}
