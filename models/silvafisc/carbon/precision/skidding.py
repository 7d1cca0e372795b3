"""Review card of low-damage skidding: trees that stay after a selective cut and do not die of it.

The felling is the same with and without, so in the difference only the trees that die of damage are left. The engine is
linear in the share of trees that die; one small share is followed and scaled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from silvafisc.policy import Rules

from ..accounts import MU_PER_HA, Balance
from ..cbm import Parameters
from ..cbm.pools import LIVE, POOLS, PRODUCTS, SINKS
from ..errors import refuse
from ..mixtures import Array
from ..trajectories.cohorts import Strand
from ..trajectories.felling import CLEAR, carried_out, recoveries
from ..trajectories.land import standing
from ..trajectories.plans import Act, Plan
from ..trajectories.setting import Setting, in_year, shifted, untouched
from .appraisal import CENTRAL, LOW, OPTIMISTIC, Case, graded

MEASURE = "low_damage_skidding"
LAND = "assumptions.carbon.trajectories.felling_age_groups"
"""The age groups in which trees are felled."""
DAMAGED = "damaged_trees"
GAPS, CLOSES = "gaps_regrow", "canopy_closes"
_CARD = "assumptions.carbon.precision.skidding_"
_SHARE = "assumptions.carbon.trajectories.felling_volume_share"
_FOLLOWED = 0.01
"""Share of trees whose death is followed and scaled: the answer is linear in it."""
_Follow = Callable[[Setting, Sequence[Plan]], Sequence[Balance]]


def with_damage(parameters: Parameters) -> Parameters:
    """The engine's tables with the matrix `damaged_trees`: all of a tree that dies of damage, and nothing carried out.

    The matrix of a usual selective cut mixes felled and damaged trees, L = a C + (1 - a) D, C being that of clear cutting
    and a the share of wood carried out of both; so D = (L - a C) / (1 - a) in the living pools, and dead pools stay.

    Raises:
        InputError: tables that hold no such mixture.
    """
    cut, felled = parameters.matrices["selective_cutting"], parameters.matrices[CLEAR]
    wood = (POOLS.index("Merch"), SINKS.index(PRODUCTS))
    share = float(cut[wood] / felled[wood])
    damaged = np.eye(len(POOLS), len(SINKS))
    alive = slice(0, len(LIVE))
    if share < 1:
        damaged[alive] = (cut[alive] - share * felled[alive]) / (1 - share)
    # Rounding leaves last bits below zero where both matrices move the same.
    damaged = np.where(np.abs(damaged) < np.finfo(float).eps * len(SINKS), 0.0, damaged)
    if not share < 1 or (damaged < 0).any():
        en, zh = "selective_cutting is no mixture of felled and damaged trees", "择伐矩阵不是采伐木与受损木的混合"
        raise refuse("cbm_matrices", en, zh)
    return replace(parameters, matrices={**parameters.matrices, DAMAGED: damaged})


def responses(setting: Setting, follow: _Follow) -> tuple[Mapping[str, Array], Array]:
    """(kind of recovery -> (units, years) tCO2e per mu that are lost per share of trees that die at the start of the first
    year, (units,) m3/ha of the old stands then).

    gaps_regrow: young trees grow where trees died, as the engine takes it for every other death. canopy_closes: what
    stays closes the gap, as after tending.
    """
    able = replace(setting, parameters=with_damage(setting.parameters))
    alone = untouched(able, standing(able.forest, able.years, able.rules.texts(LAND), with_rotation=False))
    land, stand = alone.land, alone.strands[0]
    share = in_year(land, 1, _FOLLOWED)
    damage = (Act(DAMAGED, share),)
    left = recoveries(able, land, 1, _FOLLOWED)[CLOSES]
    plans = [
        alone,
        replace(alone, strands=(stand, Strand(share, shifted(alone.regrowth, 1))), acts=damage),
        replace(alone, strands=(replace(stand, growth=able.growth(left, land)),), acts=damage),
    ]
    whole, *hurt = (balance.flow() for balance in follow(able, plans))
    volume = land.mean(land.volume[:, 0], len(able.forest.codes))
    return {name: (whole - flow) / _FOLLOWED for name, flow in zip((GAPS, CLOSES), hurt, strict=True)}, volume


def cases(lost: Mapping[str, Array], volume: Array, parameters: Parameters, rules: Rules) -> tuple[Case, ...]:
    """The low, central and optimistic case. lost, volume: as `responses`.

    flow = lost (1 - s) m (d_usual - d_low): of the share s felled the rest stays, of which usual and careful skidding
    damage the shares d, and m of the damaged die. Low: the lower end of usual damage, and gaps that close; optimistic:
    its upper end against the damage of a single trial.
    cost = s V w c / 15: extra yuan c per m3 of the wood w that is carried out.

    Raises:
        InputError: careful skidding that damages more than usual skidding; as `graded`.
    """
    felled, dies = rules.number(_SHARE), rules.number(_CARD + "death_share")
    careful, grades = rules.number(_CARD + "low_damage"), graded(rules, _CARD + "evidence")
    chosen = {
        LOW: (rules.number(_CARD + "usual_damage_low"), careful, CLOSES),
        CENTRAL: (rules.number(_CARD + "usual_damage"), careful, GAPS),
        OPTIMISTIC: (
            rules.number(_CARD + "usual_damage_high"),
            rules.number(_CARD + "low_damage_optimistic"),
            GAPS,
        ),
    }
    wood = felled * volume * carried_out(parameters, CLEAR) / MU_PER_HA
    cost = wood * rules.number(_CARD + "extra_cost")
    found = []
    for name, (usual, low, recovery) in chosen.items():
        if not 0 <= low <= usual <= 1:
            en = f"damage must not exceed the usual one: {low:g}, {usual:g}"
            raise refuse(_CARD + "low_damage", en, f"损伤率不得高于常规集材：{low:g}、{usual:g}")
        spared = (1 - felled) * dies * (usual - low)
        found.append(Case(name, grades[name], usual - low, cost, lost[recovery] * spared))
    return tuple(found)
