"""Several measures on the same land: what they do together is less than the sum of what each does alone.

Gains of growth: with x_1 ≥ x_2 ≥ … ≥ 0 what each measure adds to the growth g of what stands,
    x = min(x_1 + (1 - d) Σ_{i≥2} x_i, max(c g, x_1)),
d the discount on the smaller gains, c the cap. So x_1 ≤ x ≤ Σ x_i whatever the order, and a measure alone is itself.
What measures cost in growth adds up in full.

Hazards: h Π (h_i / h), h_i what measure i leaves of the hazard h: the second measure protects only what the first left
at risk, so that the share avoided, 1 - Π (1 - e_i), lies between the greatest e_i and their sum.

Acts, replanted land and nitrogen are those of all measures. What this adds in carbon is counted by `bounded`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array
from .land import Land
from .plans import Act, Plan

_PREFIX = "assumptions.carbon.trajectories.interaction_"


def together(pairs: Sequence[tuple[Plan, Plan]], rules: Rules) -> tuple[Plan, Plan]:
    """(with, without) of measures in stands, each given as (with, without), on the stands that all of them treat.

    Raises:
        InputError: no stand in common, stands of different volume (degraded land is other land), two acts on one stand in
            one year, a discount outside [0, 1] or a negative cap.
    """
    common = _common_land([baseline.land for _, baseline in pairs])
    made = [(_on(project, common), _on(baseline, common)) for project, baseline in pairs]
    projects, baseline = [project for project, _ in made], made[0][1]
    acts = tuple(act for project in projects for act in project.acts)
    _check_acts(acts)
    discount, cap = rules.number(_PREFIX + "discount"), rules.number(_PREFIX + "cap")
    if not 0 <= discount <= 1 or cap < 0:
        en, zh = "the discount must lie in [0, 1], the cap must not be negative", "折扣须在 [0, 1] 内，上限不得为负"
        raise refuse(_PREFIX + "discount", en, zh)
    stand = baseline.strands[0]
    extra = np.stack([project.strands[0].growth - stand.growth for project in projects])
    given = [project.nitrogen for project in projects if project.nitrogen is not None]
    project = replace(
        baseline,
        strands=(
            replace(stand, growth=stand.growth + joint_gain(extra, stand.growth, discount, cap)),
            *(strand for project in projects for strand in project.strands[1:]),
        ),
        hazards=joint_hazards(baseline.hazards, [project.hazards for project in projects]),
        acts=acts,
        nitrogen=np.asarray(sum(given)) if given else None,
    )
    return project, baseline


def joint_gain(extra: Array, growth: Array, discount: float, cap: float) -> Array:
    """What measures together add to `growth` (…), by the formula above; extra: (measures, …) what each adds alone."""
    gains, losses = np.maximum(extra, 0), np.minimum(extra, 0)
    greatest = gains.max(axis=0)
    joint = greatest + (1 - discount) * (gains.sum(axis=0) - greatest)
    return np.asarray(np.minimum(joint, np.maximum(cap * growth, greatest)) + losses.sum(axis=0))


def joint_hazards(alone: Mapping[str, Array], under: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Hazards where several measures protect, each of which would leave one of `under` of the hazards `alone`."""
    found = {}
    for name, hazard in alone.items():
        left = under[0][name].copy()
        for hazards in under[1:]:
            left *= np.divide(hazards[name], hazard, out=np.ones_like(hazard), where=hazard > 0)
        found[name] = left
    return found


def bounded(joint: Array, alone: Array) -> Array:
    """Cumulated carbon that measures add together, (units, years), held within what each adds alone, (measures, …).

    max_i a_i⁺ + Σ a_i⁻ ≤ joint ≤ Σ a_i, with a⁺ the gains and a⁻ the costs. Trees that one measure spares grow faster
    under another, so the engine may find a little more than the sum; nobody has measured such a gain and it is not counted.
    """
    gains, losses = np.maximum(alone, 0), np.minimum(alone, 0).sum(axis=0)
    return np.clip(joint, gains.max(axis=0) + losses, gains.sum(axis=0) + losses)


def _check_acts(acts: Sequence[Act]) -> None:
    if acts and np.any(np.sum([act.taken > 0 for act in acts], axis=0) > 1):
        names = ", ".join(sorted({act.matrix for act in acts}))
        en = f"two measures cut the same stands in one year ({names}): give them different years"
        raise refuse("measures", en, f"两项措施同年采伐同一林分（{names}），请分年安排")


def _keys(land: Land) -> list[tuple[int, int, int]]:
    return [(int(u), int(g), int(a)) for u, g, a in zip(land.unit, land.group, land.age, strict=True)]


def _common_land(lands: Sequence[Land]) -> Land:
    """The rows that all lands hold, weights scaled to 1 per unit."""
    shared = set(_keys(lands[0])).intersection(*(_keys(land) for land in lands[1:]))
    if not shared:
        raise refuse("measures", "no stand that all these measures treat", "这些措施没有共同的林分对象")
    first = lands[0].part(np.array([key in shared for key in _keys(lands[0])]))
    total = np.bincount(first.unit, first.weight)
    return replace(first, weight=first.weight / total[first.unit])


def _on(plan: Plan, land: Land) -> Plan:
    """The plan on some of its rows, in the order of `land`."""
    place = {key: number for number, key in enumerate(_keys(plan.land))}
    chosen = np.array([place[key] for key in _keys(land)])
    if not np.array_equal(plan.land.volume[chosen], land.volume):
        en = "these measures treat stands of different volume: degraded land is other land"
        raise refuse("measures", en, "这些措施的林分蓄积不同：退化林分与正常林分不是同一林地")
    return replace(plan.part(chosen), land=land)
