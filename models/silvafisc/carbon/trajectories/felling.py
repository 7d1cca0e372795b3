"""Selective against clear cutting of the same volume: how much less carbon is lost, beside what was published.

The answer hangs on two things that nobody has measured here: how many trees a selective cut damages, and how what stays
recovers. So all are carried side by side, and no mean of them is formed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..accounts import Balance
from ..cbm import Parameters
from ..cbm.pools import POOLS, PRODUCTS, SINKS
from ..forest import Forest
from ..mixtures import Array
from .cohorts import Strand
from .land import Land, share_of, standing
from .plans import Act, Plan, killed_share
from .setting import Setting, in_year, shifted, untouched
from .stands import thinned_volume

CLEAR = "clear_cutting"
SELECTIVE = ("low_damage_cutting", "selective_cutting")
"""Disturbance matrices of selective cutting: with hardly any damage to what stays, and with the usual damage."""
_AGE_GROUPS = "assumptions.carbon.trajectories.felling_age_groups"
_Follow = Callable[[Sequence[Plan]], Sequence[Balance]]


@dataclass(frozen=True)
class Fellings:
    """Courses of the same old stands: left alone, clear cut on part of the area, cut selectively.

    selective: (disturbance matrix, kind of recovery) -> plan.
    """

    unfelled: Plan
    clear: Plan
    selective: Mapping[tuple[str, str], Plan]


def fellings(setting: Setting, year: int) -> Fellings:
    """The share s of the volume of old stands is felled at the start of `year`, in ways that yield the same wood.

    Clear cutting takes all trees on the share s of the area, which starts anew. Selective cutting takes trees everywhere;
    besides those that it fells it damages some, so it takes the share s w_c / w_s of them, w being the part of a taken
    tree's stem that is carried out. What stays grows as one of `recoveries`.
    """
    share = setting.number("felling_volume_share")
    groups = setting.rules.texts(_AGE_GROUPS)
    unfelled = untouched(setting, standing(setting.forest, setting.years, groups, with_rotation=False))
    land, stand = unfelled.land, unfelled.strands[0]
    from_then = (np.arange(1, land.years + 1) >= year)[None, :, None]
    anew = Strand(in_year(land, year, share), shifted(unfelled.regrowth, year))
    clear = replace(unfelled, strands=(stand, anew), acts=(Act(CLEAR, in_year(land, year, share)),))
    selective = {}
    for matrix in SELECTIVE:
        taken = share * carried_out(setting.parameters, CLEAR) / carried_out(setting.parameters, matrix)
        for recovery, left in recoveries(setting, land, year, taken).items():
            grown = replace(stand, growth=np.where(from_then, setting.growth(left, land), stand.growth))
            acts = (Act(matrix, in_year(land, year, taken)),)
            selective[matrix, recovery] = replace(unfelled, strands=(grown,), acts=acts)
    return Fellings(unfelled, clear, selective)


def carried_out(parameters: Parameters, matrix: str) -> float:
    """Share of the stems of the trees that an event takes which leaves the forest as wood."""
    moved = parameters.matrices[matrix]
    return float(moved[POOLS.index("Merch"), SINKS.index(PRODUCTS)] / killed_share(moved))


def recoveries(setting: Setting, land: Land, year: int, taken: float) -> Mapping[str, Array]:
    """Kind of recovery -> (rows, years + 1) volumes of which the end of year - 1 already lacks the share `taken`.

    With t years since the cut, V the volume without it:
    gaps_regrow    (1 - taken) V_k + taken R_t: what stays grows as before, young trees grow in the gaps;
    along_curve    V(a + t) with V(a) = (1 - taken) V_{year-1}: as the younger stand that would hold what is left;
    canopy_closes  V_k (1 - taken 2^{-t/τ}): as after tending, the gap closes with the half-life τ.
    """
    steps = np.arange(land.years + 1)
    since = np.maximum(steps - (year - 1), 0)
    gaps = np.where(steps >= year - 1, (1 - taken) * land.volume + taken * land.regrowth[:, since], land.volume)
    half_life = setting.measure("tending_suppressed_half_life")
    return {
        "along_curve": set_back(setting.forest, land, year, taken),
        "canopy_closes": thinned_volume(land.volume, year, taken, np.zeros(land.years), half_life),
        "gaps_regrow": gaps,
    }


def set_back(forest: Forest, land: Land, year: int, taken: float) -> Array:
    """`along_curve` of `recoveries`. Volumes between whole ages lie on straight lines."""
    oldest = int(np.ceil(forest.ages.max())) + land.years
    ages, steps = np.arange(oldest + 1), np.arange(land.years + 1)
    found = land.volume.copy()
    for row, curve in enumerate(forest.new_volumes(oldest)[land.unit, land.group]):
        younger = np.interp((1 - taken) * land.volume[row, year - 1], curve, ages)
        later = np.interp(younger + steps[: land.years + 2 - year], ages, curve)
        found[row, year - 1 :] = later
    return found


def felling_losses(setting: Setting, year: int, follow: _Follow) -> pd.DataFrame:
    """One row per way of selective cutting, kind of recovery, unit and number of years since the cut.

    columns: cutting, recovery, region_code, years, old_share (of the unit's forest that may be felled),
    selective_loss_tco2e_per_mu, clear_loss_tco2e_per_mu: the mean over those years of the carbon that is lacking at the
    end of each, forest and wood in use together, against stands left alone. `felling_table.compared` compares them.

    follow: plans -> their balances per unit, as `courses.balances_of` of the setting and its place.
    """
    plans = fellings(setting, year)
    names = sorted(plans.selective)
    unfelled, clear, *selective = follow([plans.unfelled, plans.clear, *(plans.selective[name] for name in names)])
    against, old = mean_lack(unfelled, clear, year), share_of(setting.forest, setting.rules.texts(_AGE_GROUPS))
    frames = []
    for (matrix, recovery), balance in zip(names, selective, strict=True):
        lost = mean_lack(unfelled, balance, year)
        count = lost.shape[1]
        frames.append(
            pd.DataFrame(
                {
                    "cutting": matrix,
                    "recovery": recovery,
                    "region_code": np.repeat(np.array(setting.forest.codes), count),
                    "years": np.tile(np.arange(1, count + 1), len(lost)),
                    "old_share": np.repeat(old, count),
                    "selective_loss_tco2e_per_mu": lost.ravel(),
                    "clear_loss_tco2e_per_mu": against.ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def mean_lack(unfelled: Balance, felled: Balance, year: int) -> Array:
    """(units, years - year + 1) tCO2e per mu: L_n = 1/n Σ_{k=1..n} Σ_{i≤k} (flow without felling - flow with it)."""
    lack = np.cumsum((unfelled.flow() - felled.flow())[:, year - 1 :], axis=1)
    return np.asarray(np.cumsum(lack, axis=1) / np.arange(1, lack.shape[1] + 1))
