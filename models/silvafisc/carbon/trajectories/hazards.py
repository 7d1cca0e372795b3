"""What strikes forest every year without anybody's plan: felling and degradation, fire, pests, invasive species."""

import numpy as np

from silvafisc.policy import Rules

from ..errors import refuse
from ..forest import Forest
from ..mixtures import Array, read_mixture
from .land import Land

_PREFIX = "assumptions.carbon.trajectories."
LOSS, PEST, INVASIVE = "loss", "pest", "invasive"
FIRES = ("fire_low", "fire_moderate", "fire_high")
SEVERITIES = tuple(name.removeprefix("fire_") for name in FIRES)


def hazards(forest: Forest, land: Land, worse: Array, rules: Rules) -> dict[str, Array]:
    """Disturbance matrix -> (rows, years) area share that it strikes in each year without any measure.

    Felling and degradation come from the stands table; fire, pests and invasive species (on the groups exposed to them)
    are national assumptions times `worse`, (years,) the factor of the climate.

    Raises:
        InputError: severities that do not sum to 1, unknown groups, a hazard of 1 or more.
    """
    shape = (len(land.unit), land.years)
    rising = np.broadcast_to(worse, shape)
    severity = read_mixture(_PREFIX + "fire_severity", rules.text(_PREFIX + "fire_severity"), SEVERITIES)
    burned, pests = rules.number(_PREFIX + "fire_hazard"), rules.number(_PREFIX + "pest_hazard")
    struck = np.isin(land.group, _exposed(forest, rules)) * rules.number(_PREFIX + "invasive_hazard")
    found = {LOSS: np.broadcast_to(forest.hazard[land.unit][:, None], shape).copy()}
    found |= {name: burned * share * rising for name, share in zip(FIRES, severity, strict=True)}
    found |= {PEST: pests * rising, INVASIVE: struck[:, None] * rising}
    if np.any(sum(found.values()) >= 1):
        raise refuse(
            _PREFIX + "fire_hazard", "the hazards of a year reach the whole area", "一年内各类灾害合计达到全部面积"
        )
    return found


def healthy_growth(rules: Rules) -> float:
    """Share of growth that is left where pests are about: what they cost in growth on top of the trees they kill."""
    return 1 - rules.number(_PREFIX + "pest_growth_loss")


def _exposed(forest: Forest, rules: Rules) -> list[int]:
    names = rules.texts(_PREFIX + "invasive_groups")
    unknown = sorted(set(names) - set(forest.groups))
    if unknown:
        raise refuse(_PREFIX + "invasive_groups", f"unknown groups {unknown}", f"未知的树种组 {unknown}")
    return [forest.groups.index(name) for name in names]
