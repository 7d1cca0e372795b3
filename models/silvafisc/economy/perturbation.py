"""How firm the grades are: each indicator of each unit moved by a stated share, one at a time."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .indices import DIGITS, IMPORTANCE, NEED, PARAMETERS, importance_and_need


def grades_under_perturbation(raw: pd.DataFrame, rules: Rules, alpha: float, cut_offs: Sequence[float]) -> pd.DataFrame:
    """Which units change grade when one of their own indicators moves by +- the stated share.

    Args:
        raw: indicators of all units (`indices.indicators`).
        alpha: weight of importance in score = alpha importance + (1 - alpha) need.
        cut_offs: ascending; grade = number of cut-offs <= score.

    Returns:
        region_code, score, grade (0 = below every cut-off), distance (to the nearest cut-off; NaN without any),
        changes (bool), worst_indicator (the one that moves the score most), by code.
    """
    change = rules.number(PARAMETERS + "perturbation")
    cuts = np.asarray(cut_offs, np.float64)

    def scores(frame: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        importance, need = importance_and_need(frame, rules)
        return np.round(alpha * importance + (1 - alpha) * need, DIGITS)

    base = scores(raw)
    grades = np.searchsorted(cuts, base, side="right")
    rows = []
    for position, code in enumerate(raw["region_code"]):
        moved_most, largest, changes = "", -1.0, False
        for name in (*IMPORTANCE, *NEED):
            for sign in (1, -1):
                moved = raw.copy()
                moved.loc[moved.index[position], name] *= 1 + sign * change
                score = scores(moved)[position]
                changes |= bool(np.searchsorted(cuts, score, side="right") != grades[position])
                if abs(score - base[position]) > largest:
                    moved_most, largest = name, abs(score - base[position])
        distance = float(np.abs(cuts - base[position]).min()) if len(cuts) else float("nan")
        rows.append((code, float(base[position]), int(grades[position]), round(distance, DIGITS), changes, moved_most))
    columns = ["region_code", "score", "grade", "distance", "changes", "worst_indicator"]
    return pd.DataFrame(rows, columns=columns).sort_values("region_code", ignore_index=True)
