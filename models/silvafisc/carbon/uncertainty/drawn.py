"""One draw: the packages, parameters and curves with drawn values, and the setting and place that follow from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from silvafisc.policy import Change, Reference, Rules

from ..age_structure import AGE_GROUPS
from ..biomass import Biomass
from ..cbm import DENSITIES, NEEDED
from ..climate import Climate, read_response
from ..curves.calibrate import Curves
from ..curves.factors import AgeFactors, FactoredCurve
from ..curves.split import Split
from ..forest import Tabular, scaled
from ..growth import Curve
from ..mixtures import Array
from ..npp import MEMBERS
from ..products import PRODUCTS
from ..trajectories.courses import Place
from ..trajectories.setting import Setting
from ..trajectories.site import engine_parameters, site
from .sources import ELASTICITY, KEYS, LOSS_FACTOR, MEMBER, PER_DEGREE

Draw = Mapping[str, float]
"""Source -> its value in one draw; sources that are left out keep their central values."""
_LEVEL_AT = AGE_GROUPS.index("near_mature")
_SUMS_TO_ONE = {"cbm_matrices": ["event", "source_pool"], "cbm_dead_pools": ["reported_as"]}
_HAIR = 1e-12
_REFERENCE = Reference("a draw of the carbon engine")


@dataclass(frozen=True)
class DrawnTable:
    """A package with drawn values."""

    table: pd.DataFrame
    origin: Tabular

    def column_status(self, name: str) -> str:
        """As of the package itself."""
        return self.origin.column_status(name)


@dataclass(frozen=True)
class Held:
    """A curve that stays level wherever the drawn one would fall with age."""

    drawn: Curve

    def reached(self, age: Array) -> Array:
        """As the drawn curve; ages ascend along the last axis."""
        return np.asarray(np.maximum.accumulate(self.drawn.reached(age), axis=-1))


def drawn_site(
    draw: Draw,
    curves: Curves,
    packages: Mapping[str, Tabular],
    years: Sequence[int],
    climate: Climate,
    rules: Rules,
    member: str = next(iter(MEMBERS)),
) -> tuple[Setting, Place]:
    """As `site`, with the values of a draw; a measure and its baseline share it, so what they share cancels.

    packages: at least cbm.NEEDED and cbm.DENSITIES. member: of growth, where the draw does not say.

    Raises:
        InputError: as `site` and `engine_parameters`.
    """
    rules = drawn_rules(draw, rules)
    tables = {name: drawn_table(draw, name, packages[name]) for name in {*NEEDED, DENSITIES}}
    grown = drawn_curves(draw, curves)
    response = read_response(rules)
    response = replace(
        response,
        elasticity=draw.get(ELASTICITY, response.elasticity),
        hazard_per_degree=draw.get(PER_DEGREE, response.hazard_per_degree),
    )
    if MEMBER in draw:
        member = list(MEMBERS)[int(draw[MEMBER])]
    setting, place = site(grown, engine_parameters(grown, tables), tables, years, climate, member, response, rules)
    factors = np.array([draw.get(f"half_life/{product}", 1.0) for product in PRODUCTS])
    return setting, replace(place, half_lives=replace(place.half_lives, years=place.half_lives.years * factors))


def drawn_rules(draw: Draw, rules: Rules) -> Rules:
    """The rules with drawn parameters, as changes from their date on; the same rules where none is drawn."""
    changes = [
        Change(name.removeprefix("parameter/"), rules.date, "open", f"{value:.12f}", _REFERENCE)
        for name, value in draw.items()
        if name.startswith("parameter/")
    ]
    return rules.tree.apply(changes).on(rules.date) if changes else rules


def drawn_table(draw: Draw, name: str, package: Tabular) -> Tabular:
    """A package with drawn values; shares that must sum to 1 are scaled to it."""
    if name not in KEYS:
        return package
    table = package.table
    named = zip(*(table[column].astype(str) for column in KEYS[name]), strict=True)
    values = table["value"].astype("float64")
    drawn = pd.Series(
        [draw.get("/".join((name, *key)), value) for key, value in zip(named, values, strict=True)], index=table.index
    )
    if name in _SUMS_TO_ONE:
        drawn = drawn / drawn.groupby([table[column] for column in _SUMS_TO_ONE[name]]).transform("sum")
    return DrawnTable(table.assign(value=drawn), package)


def drawn_curves(draw: Draw, curves: Curves) -> Curves:
    """Curves with drawn levels, rates, age-group and unit volumes, biomass equations and splits.

    Levels are relative: each unit's amplitudes are scaled anew so that its mean volume is the drawn one. A drawn rate
    keeps the group's volume at the age of near-mature stands, and a drawn curve that would fall stays level (`Held`).
    """

    def factors(kind: str, names: Sequence[str]) -> Array:
        return np.array([draw.get(f"{kind}/{name}", 1.0) for name in names])

    base, shapes = curves.forest, curves.shapes
    ages = base.ages
    moved = replace(shapes, rate=shapes.rate * factors("curve/rate", base.groups))
    kept = shapes.reached(ages)[:, _LEVEL_AT] / moved.reached(ages)[:, _LEVEL_AT]
    prior = shapes.prior * kept * factors("curve/level", base.groups)
    moved = replace(moved, prior=prior)
    volume = curves.factors.volume * factors("curve/age_group_volume", AGE_GROUPS)
    held = Held(FactoredCurve(moved, ages, AgeFactors(curves.factors.area, volume)))
    mean = base.stands["mean_volume_m3_per_ha"].to_numpy(dtype=np.float64) * factors("curve/unit_volume", base.codes)
    stands = base.stands.assign(
        mean_volume_m3_per_ha=mean,
        loss_hazard_per_year=base.stands["loss_hazard_per_year"] * draw.get(LOSS_FACTOR, 1.0),
    )
    carbon = factors("biomass/bias", base.groups) * factors("biomass/mean", base.groups)
    biomass = Biomass(base.biomass.intercept * carbon, base.biomass.slope * carbon, base.biomass.full_at)
    amplitude = scaled(prior, held.reached(ages), base.standing, base.age_shares, mean)
    forest = replace(base, stands=stands, curve=held, amplitude=amplitude, biomass=biomass)
    return replace(curves, forest=forest, shapes=moved, split=_drawn_split(draw, curves))


def _drawn_split(draw: Draw, curves: Curves) -> Split:
    split, groups = curves.split, curves.forest.groups
    stem = np.array([draw.get(f"split/stem/{g}", own) for g, own in zip(groups, split.merch, strict=True)])
    leaves = np.array([draw.get(f"split/foliage/{g}", own) for g, own in zip(groups, split.foliage, strict=True)])
    # Drawn apart, stems and leaves may exceed the whole; then they share it, but for a hair that rounding takes off branches.
    whole = np.maximum((stem + leaves) * (1 + _HAIR), 1.0)
    return Split(split.shoot, stem / whole, leaves / whole)
