"""Review card of precision fertilising: cases of its effect from the yields that the engine built, and what it costs.

The engine is linear in growth, so an effect of another size is the built yields' growth scaled, with the emissions of the
fertiliser taken off apart.
"""

import numpy as np

from silvafisc.policy import Rules

from ..accounts import MU_PER_HA
from ..errors import refuse
from ..mixtures import Array
from ..trajectories.ledger import gases_of_nitrogen
from .appraisal import CENTRAL, LOW, OPTIMISTIC, Case, graded

MEASURE = "fertilising"
LAND = "assumptions.carbon.trajectories.fertilising_age_groups"
"""The age groups that are fertilised."""
_CARD = "assumptions.carbon.precision.fertilising_"
_EFFECT = "assumptions.carbon.trajectories.fertilising_"
_SPREAD = "assumptions.carbon.deviations_trajectories.fertilising_gain"
_WORK = "assumptions.economy.costs."


def cases(additional: Array, rules: Rules) -> tuple[Case, ...]:
    """The low, central and optimistic case.

    additional: (units, years) tCO2e per mu from the year of fertilising on, of the gain g_0 on record.
    A(g) = (A + E) g / g_0 - E (1 - s): growth in proportion to the gain g, less the emissions E of nitrogen in the first
    year, of which the share s is saved. Low: one standard deviation less, never below none; optimistic: the gain and the
    saving of a single trial.

    Raises:
        InputError: a gain on record that is not positive; as `graded`.
    """
    central = rules.number(_EFFECT + "gain")
    if not central > 0:
        raise refuse(_EFFECT + "gain", f"{central:g} cannot be scaled", f"{central:g} 无法按比例折算")
    grades = graded(rules, _CARD + "evidence")
    saved = rules.number(_CARD + "nitrogen_saved")
    chosen = {
        LOW: (max(central - rules.number(_SPREAD), 0.0), 0.0),
        CENTRAL: (central, 0.0),
        OPTIMISTIC: (rules.number(_CARD + "gain_optimistic"), saved),
    }
    emitted = np.zeros_like(additional)
    emitted[:, 0] = emissions(rules)
    return tuple(
        Case(
            name,
            grades[name],
            gain,
            np.full(len(additional), cost(rules, less)),
            (additional + emitted) * (gain / central) - emitted * (1 - less),
        )
        for name, (gain, less) in chosen.items()
    )


def emissions(rules: Rules) -> float:
    """tCO2e per mu of the nitrogen given at a time: nitrous oxide from the soil, and making the fertiliser."""
    nitrogen = np.array([rules.number(_EFFECT + "nitrogen")])
    return float(gases_of_nitrogen(nitrogen, rules)[0]) / MU_PER_HA


def cost(rules: Rules, saved: float = 0.0) -> float:
    """Yuan per mu: N (1 - s) p / 15 + d w + m, with nitrogen N kg/ha at p a kilogram, d days of work at the daily wage w,
    and mapping m.
    """
    nitrogen = rules.number(_EFFECT + "nitrogen") * (1 - saved) * rules.number(_CARD + "nitrogen_price") / MU_PER_HA
    day = rules.number(_WORK + "monthly_wage") / rules.number(_WORK + "work_days_per_month")
    return nitrogen + rules.number(_CARD + "work_days") * day + rules.number(_CARD + "mapping_cost")
