"""What is uncertain: every quantity with its distribution and scope, read from packages and parameters."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from silvafisc.policy import Rules

from ..age_structure import AGE_GROUPS
from ..cbm import DENSITIES
from ..curves.calibrate import Curves
from ..curves.deviations import Deviations, read_deviations
from ..forest import Tabular
from ..hazard import loss_hazard_band
from ..npp import MEMBERS
from ..products import PRODUCTS, read_half_lives
from .spreads import EVEN, POSITIVE, SHARE, TRIANGULAR, Spread

CURVE_UNCERTAINTY = "curve_uncertainty"
KEYS: Mapping[str, tuple[str, ...]] = {
    "cbm_decay": ("pool", "parameter"),
    "cbm_turnover": ("kind", "parameter"),
    "cbm_roots": ("forest_type", "parameter"),
    "cbm_events": ("event",),
    "cbm_matrices": ("event", "source_pool", "sink_pool"),
    "cbm_dead_pools": ("pool",),
    DENSITIES: ("region_code", "origin", "pool"),
}
"""Package with a column `sd` -> the columns that name a row."""
CURVE, BIOMASS, LOSS, HAZARDS, MEASURES, DEAD_MATTER, CLIMATE, WOOD = CAUSES = (
    "growth_curve",
    "volume_to_biomass",
    "loss_hazard",
    "other_hazards",
    "measure_effects",
    "dead_matter",
    "climate",
    "wood_products",
)
"""What a source belongs to where causes are compared; each has one. What an event kills and moves is of the hazards."""
MEMBER, ELASTICITY, PER_DEGREE, LOSS_FACTOR = (
    "climate/member",
    "climate/elasticity",
    "climate/per_degree",
    "hazard/loss",
)
NATION, TYPE, GROUP, UNIT = "nation", "type", "group", "unit"
_DEVIATIONS = ("assumptions.carbon.deviations_measures", "assumptions.carbon.deviations_trajectories")
_NOT_OF_MEASURES = ("_hazard", "_growth_loss")


@dataclass(frozen=True)
class Source:
    """One uncertain quantity.

    name: of its stream of draws. scope: nation, type (kind, pool, event), group or unit: how much of the land one draw
    moves. cause: one of CAUSES. spread: its distribution; a factor of mean 1, or the quantity itself.
    """

    name: str
    scope: str
    cause: str
    spread: Spread


def read_sources(curves: Curves, packages: Mapping[str, Tabular], rules: Rules) -> tuple[Source, ...]:
    """All sources: the nation's and the types' first, then the groups', then the units'.

    Parameters are drawn where a file `deviations_<file>` states a deviation by the same name, rows of the engine's
    tables where their column `sd` is above zero. A share (unit 1, below 1, no gain) is a beta, what is positive a
    lognormal, the loss hazard a triangle over its band.

    packages: at least those of KEYS, carbon.CURVE_PACKAGES and `curve_uncertainty`.

    Raises:
        InputError: as `read_deviations`, `loss_hazard_band`, `read_half_lives`.
    """
    tables = {name: packages[name].table for name in (CURVE_UNCERTAINTY, "volume_biomass", "growth_shapes")}
    names = [str(text) for text in tables["growth_shapes"].sort_values("forest_type")["regressions"]]
    known = read_deviations(tables[CURVE_UNCERTAINTY], tables["volume_biomass"], names, curves.shapes)
    return (
        *_shared(known, rules),
        *_parameters(rules),
        *(source for name in KEYS for source in _rows(name, packages[name].table)),
        *_groups(curves, known),
        *(
            Source(f"curve/unit_volume/{code}", UNIT, CURVE, Spread(POSITIVE, 1.0, known.unit_volume))
            for code in curves.forest.codes
        ),
    )


def _shared(known: Deviations, rules: Rules) -> Iterator[Source]:
    low, central, high = (value / loss_hazard_band(rules)[1] for value in loss_hazard_band(rules))
    yield Source(LOSS_FACTOR, NATION, LOSS, Spread(TRIANGULAR, central, low=low, high=high))
    yield Source(MEMBER, NATION, CLIMATE, Spread(EVEN, 0.0, high=len(MEMBERS) - 1))
    prefix = "assumptions.carbon.climate."
    elasticity = rules.number(prefix + "growth_elasticity"), rules.number(prefix + "growth_elasticity_sd")
    yield Source(ELASTICITY, NATION, CLIMATE, Spread(POSITIVE, *elasticity))
    rise = [float(rules.fraction(prefix + f"hazard_per_degree{end}")) for end in ("", "_low", "_high")]
    yield Source(PER_DEGREE, NATION, CLIMATE, Spread(TRIANGULAR, rise[0], low=rise[1], high=rise[2]))
    half_lives = read_half_lives(rules)
    for product in PRODUCTS:
        yield Source(f"half_life/{product}", NATION, WOOD, Spread(POSITIVE, 1.0, _relative(half_lives.log_sd)))
    for age in AGE_GROUPS:
        spread = Spread(POSITIVE, 1.0, known.age_group_volume)
        yield Source(f"curve/age_group_volume/{age}", NATION, CURVE, spread)


def _parameters(rules: Rules) -> Iterator[Source]:
    for folder in _DEVIATIONS:
        for path in rules.children(folder):
            name = path.replace("deviations_", "")
            centre, sd = rules.number(name), rules.number(path)
            share = rules.entry(name).unit == "1" and not name.endswith("_gain")
            cause = HAZARDS if name.endswith(_NOT_OF_MEASURES) else MEASURES
            yield Source(f"parameter/{name}", NATION, cause, Spread(SHARE if share else POSITIVE, centre, sd))


def _rows(package: str, table: pd.DataFrame) -> Iterator[Source]:
    drawn = table[table["sd"].astype("float64") > 0]
    named = zip(*(drawn[column].astype(str) for column in KEYS[package]), strict=True)
    cause = HAZARDS if package in ("cbm_events", "cbm_matrices") else DEAD_MATTER
    for key, unit, centre, sd in zip(named, drawn["unit"], drawn["value"], drawn["sd"], strict=True):
        form = SHARE if unit == "1" and centre < 1 else POSITIVE
        yield Source("/".join((package, *key)), TYPE, cause, Spread(form, float(centre), float(sd)))


def _groups(curves: Curves, known: Deviations) -> Iterator[Source]:
    split = curves.split
    for at, group in enumerate(curves.forest.groups):
        yield Source(f"curve/level/{group}", GROUP, CURVE, Spread(POSITIVE, 1.0, known.level[at]))
        yield Source(f"curve/rate/{group}", GROUP, CURVE, Spread(POSITIVE, 1.0, known.rate[at]))
        yield Source(f"biomass/bias/{group}", GROUP, BIOMASS, Spread(POSITIVE, 1.0, known.bias[at]))
        yield Source(f"biomass/mean/{group}", GROUP, BIOMASS, Spread(POSITIVE, 1.0, known.mean[at]))
        stem, foliage = split.merch[at], split.foliage[at]
        yield Source(f"split/stem/{group}", GROUP, BIOMASS, Spread(SHARE, stem, known.stem * stem))
        yield Source(f"split/foliage/{group}", GROUP, BIOMASS, Spread(SHARE, foliage, known.foliage * foliage))


def _relative(log_sd: float) -> float:
    """Relative standard deviation of a lognormal with this deviation of the logarithm."""
    return math.sqrt(math.expm1(log_sd**2))
