"""Area shares of the five age groups in a unit, and the ages at which the groups end."""

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .errors import refuse
from .mixtures import Array

AGE_GROUPS = ("young", "middle", "near_mature", "mature", "over_mature")
_LIMITS = [f"{group}_until_year" for group in AGE_GROUPS[:-1]]
_ROWS = "assumptions.carbon.age_rows"
_OWN = "assumptions.carbon.age_limits"


def tilted_shares(area: Array, volume: Array, mean_volume: Array, tilt: float) -> Array:
    """(units, 5) area shares of the age groups.

    f_a(u) ∝ F_a exp(θ_u ln v_a),  θ_u = tilt · ln(V_u / V̄),  v_a = volume_a / area_a,  V̄ = Σ volume / Σ area.
    In words: an exponential tilt of the national split F towards old groups where a unit holds more volume per hectare
    than the nation, towards young ones where it holds less; at the national mean it is the national split. The rest of
    the deviation is site quality and goes to the amplitude of the growth curves (`forest.calibrate`).

    area: (5,) national areas; volume: (5,) national volumes; mean_volume: (units,) m3/ha, positive; tilt: 0 = no tilt.
    """
    mean_by_group = volume / area
    national = volume.sum() / area.sum()
    exponent = tilt * np.log(mean_volume / national)[:, None] * np.log(mean_by_group)[None, :]
    # Shifting by the largest exponent changes nothing after scaling and keeps exp() in range.
    weights = area[None, :] * np.exp(exponent - exponent.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def age_limits(groups: tuple[str, ...], table: pd.DataFrame, rules: Rules) -> Array:
    """(groups, 4) upper ages in years of the young, middle, near-mature and mature stands of each group.

    Each group either names rows of `age_group_limits` (averaged, where it names several) or has assumed ages.

    Raises:
        InputError: a group with both or neither, an unknown row, ages that are not four, positive and ascending.
    """
    rows = {path.rpartition(".")[2]: rules.texts(path) for path in rules.children(_ROWS)}
    own = {path.rpartition(".")[2]: rules.texts(path) for path in rules.children(_OWN)}
    odd = sorted(set(groups) ^ (set(rows) | set(own))) + sorted(set(rows) & set(own))
    if odd:
        raise refuse(_OWN, f"age limits missing, unused or given twice: {odd}", f"龄组上限缺少、多余或重复：{odd}")
    known = table.set_index("species_group")[_LIMITS].astype("float64")
    limits = []
    for group in groups:
        if group in own:
            ages = np.array([float(age) if age.isdecimal() else 0.0 for age in own[group]])
        else:
            unknown = sorted(set(rows[group]) - set(known.index))
            if unknown or not rows[group]:
                raise refuse(f"{_ROWS}.{group}", f"unknown rows {unknown}", f"未知的行 {unknown}")
            ages = known.loc[list(rows[group])].to_numpy().mean(axis=0)
        if len(ages) != len(_LIMITS) or ages[0] <= 0 or np.any(np.diff(ages) <= 0):
            en, zh = "needs four positive, ascending ages", "需要四个递增的正年龄"
            raise refuse(f"age limits of {group}", f"{en} (got {list(ages)})", f"{zh}（现为 {list(ages)}）")
        limits.append(ages)
    return np.array(limits)
