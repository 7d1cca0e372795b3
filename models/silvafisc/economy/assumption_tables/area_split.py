"""Public-welfare area by tenure: forest area x lambda, lambda from one known total of money.

    area_rc = floor_{0.1 mu}(lambda F_r t_rc),  t_r,state = min(max(a - b m_r, low), high),  t_r,collective = 1 - t_r,state
    lambda  = M / sum_r F_r (t_r,state s_state + t_r,collective s_collective)

in words: every province protects the same share lambda of its forest, and that share is the one at which the statutory
floors s of both tenures cost the centre's known compensation money M. F: forest area, m: planted share of it.
The areas are not certified: what rests on them is a scenario estimate.
"""

from fractions import Fraction

import pandas as pd

from silvafisc.policy import Rules

from ..facts import Facts, clamp, rounded, tenths_of_mu
from ..frames import input_frame

PARAMETERS = "assumptions.economy.areas."
FLOORS = "compensation.public_welfare_forest."
SOURCE = (
    "公益林面积 = λ × 森林面积 × 权属份额；λ 使各省法定补偿之和等于中央补偿资金；未经核定 / "
    "public-welfare area = λ × forest area × tenure share; λ makes the statutory floors sum to the centre's money; not certified"
)


def state_share(provinces: Facts, code: str, rules: Rules) -> Fraction:
    """State share of the unit's public-welfare forest: falls with the planted share, bounded (6 decimals)."""
    forest = provinces.exact(code, "forest_area_10k_ha")
    planted = provinces.exact(code, "planted_forest_area_10k_ha") / forest
    start = rules.fraction(PARAMETERS + "state_share_at_no_planted")
    share = start - rules.fraction(PARAMETERS + "state_share_fall") * planted
    low = rules.fraction(PARAMETERS + "state_share_minimum")
    high = rules.fraction(PARAMETERS + "state_share_maximum")
    return rounded(clamp(share, low, high), 6)


def protected_share(provinces: Facts, rules: Rules) -> Fraction:
    """lambda: the share of forest at which the floors cost the known money.

    Raises:
        ValueError: the money would need more than all forest.
    """
    state, collective = rules.fen(FLOORS + "state"), rules.fen(FLOORS + "collective")
    cost = Fraction(0)
    for code in provinces.codes:
        share = state_share(provinces, code, rules)
        cost += provinces.exact(code, "forest_area_10k_ha", "mu") * (share * state + (1 - share) * collective)
    found = rules.fen(PARAMETERS + "compensated_money") / cost
    if found > 1:
        raise ValueError(f"the compensation money would need {float(found):.3f} of all forest at the statutory floors")
    return found


def area_split(provinces: Facts, rules: Rules) -> pd.DataFrame:
    """The `areas` table: two categories per unit, in 0.1 mu."""
    share_protected = protected_share(provinces, rules)
    rows = []
    for code in provinces.codes:
        area = share_protected * provinces.exact(code, "forest_area_10k_ha", "mu")
        state = state_share(provinces, code, rules)
        for tenure, part in (("state", state), ("collective", 1 - state)):
            rows.append(
                {
                    "region_code": code,
                    "category": f"public_welfare_{tenure}",
                    "area_tenth_mu": tenths_of_mu(area * part),
                    "certified": False,
                    "document": "",
                    "status": "assumption",
                    "source": SOURCE,
                }
            )
    return input_frame("areas", rows)
