"""From calibrated curves and a climate to the setting and the place that measures are followed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from silvafisc.policy import Rules

from ..biomass import Biomass
from ..cbm import DENSITIES, Parameters, read_densities, read_parameters
from ..climate import Climate, Response, growth_factors, hazard_factors, weather
from ..curves.calibrate import Curves
from ..curves.split import Split
from ..forest import Tabular
from ..mixtures import Array
from ..npp import MEMBERS
from ..products import read_half_lives, wood_use
from .courses import Place
from .land import Whole
from .setting import Setting


@dataclass(frozen=True)
class AboveGroundOf:
    """Volume -> living carbon above ground, by each row's own group; see `land.AboveGround`."""

    biomass: Biomass
    split: Split

    def __call__(self, volume: Array, group: Whole) -> Array:
        """(rows, k) m3/ha and (rows,) groups -> (rows, k, 3) tC/ha of stems, leaves, branches."""
        equation = replace(self.biomass, intercept=self.biomass.intercept[group], slope=self.biomass.slope[group])
        parts = self.split
        shares = Split(parts.shoot[group], parts.merch[group], parts.foliage[group])
        return shares.live(equation.carbon(volume, axis=0), axis=0)


def engine_parameters(curves: Curves, packages: Mapping[str, Tabular]) -> Parameters:
    """The engine's tables, with the curves' own root:shoot ratios: so living pools add up to the biomass of the curve.

    packages: at least cbm.NEEDED. Raises InputError as `cbm.read_parameters`.
    """
    return replace(read_parameters(packages), root_shoot=curves.split.root_shoot)


def site(
    curves: Curves,
    parameters: Parameters,
    packages: Mapping[str, Tabular],
    years: Sequence[int],
    climate: Climate,
    member: str,
    response: Response,
    rules: Rules,
) -> tuple[Setting, Place]:
    """Setting and place of the units over the calendar `years`, in a climate with one model of growth.

    member: a name in `npp.MEMBERS`. packages: at least `cbm.DENSITIES`.

    Raises:
        InputError: as `growth_factors`, `read_densities`, `wood_use`.
    """
    stands = curves.forest.stands
    temperature, _ = weather(stands, climate, years, rules)
    factors = growth_factors(stands, climate, years, response, rules)[list(MEMBERS).index(member)]
    setting = Setting(
        forest=curves.forest,
        years=len(years),
        above=AboveGroundOf(curves.forest.biomass, curves.split),
        parameters=parameters,
        worse=hazard_factors(climate, years, response, rules),
        rules=rules,
    )
    place = Place(
        temperature=temperature,
        response=np.asarray(factors),
        densities=read_densities(packages[DENSITIES].table, curves.forest.codes),
        uses=wood_use(rules),
        half_lives=read_half_lives(rules),
    )
    return setting, place
