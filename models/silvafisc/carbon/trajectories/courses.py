"""A measure through the engine: its plans as rows, the engine's flows as the carbon balance of each unit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..accounts import Balance
from ..cbm import LIVE, Densities, Flows, Rows, simulate, start_pools
from ..mixtures import Array
from ..products import HalfLives, wood_products
from .ledger import gases_of_fire, gases_of_nitrogen, harvests
from .merge import merged
from .plans import Plan, early, late, rows_of, stacked_rows
from .planting import afforestation, closure
from .protection import compensation, fire_protection, invasive_control, pest_control
from .setting import Setting
from .stands import fertilising, mixed_replanting, restoration, tending

Measure = Callable[[Setting, int], tuple[Plan, Plan | None]]
MEASURES: Mapping[str, Measure] = {
    "afforestation": afforestation,
    "closure": closure,
    "compensation": compensation,
    "fertilising": fertilising,
    "fire_protection": fire_protection,
    "invasive_control": invasive_control,
    "mixed_replanting": mixed_replanting,
    "pest_control": pest_control,
    "restoration": restoration,
    "tending": tending,
}
"""Measure -> its plans if it is carried out in a year (counted from 1). Without a second plan the land does not change."""


@dataclass(frozen=True)
class Place:
    """What surrounds the stands of the units (u).

    temperature: (u, years) °C. response: (u, years) factor of the climate on growth. densities: of dead wood, litter and
    soil at the start. uses: origin of wood -> what it becomes, as `products.wood_use`.
    """

    temperature: Array
    response: Array
    densities: Densities
    uses: Mapping[str, Array]
    half_lives: HalfLives


@dataclass(frozen=True)
class Course:
    """The units' mean hectare with a measure carried out in `year` (counted from 1) and without."""

    measure: str
    year: int
    project: Balance
    baseline: Balance


def follow(setting: Setting, place: Place, measure: str, years: Sequence[int]) -> list[Course]:
    """A measure carried out in each of these years, one course each, over the same baseline.

    Raises:
        KeyError: an unknown measure. InputError: as the measure and `simulate`.
    """
    made = [MEASURES[measure](setting, year) for year in years]
    # The plan without the measure does not depend on the year of the measure.
    without = made[0][1]
    plans = [project for project, _ in made] + ([without] if without is not None else [])
    balances = balances_of(setting, place, plans)
    baseline = balances.pop() if without is not None else unchanged(balances[0])
    return [Course(measure, year, project, baseline) for year, project in zip(years, balances, strict=True)]


def balances_of(setting: Setting, place: Place, plans: Sequence[Plan], *, merge: bool = False) -> list[Balance]:
    """The balance of each plan's units. All plans are stepped together, since a step of many rows costs little more.

    merge: step rows that meet the same events as one (`merged`): the same up to rounding, at a fraction of the cost.
    """
    parts = [_rows(setting, place, plan) for plan in plans]
    if merge:
        joined = [merged(plan, rows) for plan, rows in zip(plans, parts, strict=True)]
        plans, parts = [plan for plan, _ in joined], [rows for _, rows in joined]
    grown = [early(rows, plan.begins) for plan, rows in zip(plans, parts, strict=True)]
    flows = simulate(stacked_rows(grown), setting.parameters)
    ends = np.cumsum([len(part) for part in parts])
    return [
        _balance(setting, place, plan, rows, late(flows.part(slice(end - len(rows), end)), plan.begins))
        for plan, rows, end in zip(plans, parts, ends, strict=True)
    ]


def _rows(setting: Setting, place: Place, plan: Plan) -> Rows:
    land = plan.land
    stands = setting.forest.stands["planted_share"].to_numpy(dtype=np.float64)
    densities = np.where(
        (land.age < 0)[:, None], place.densities.bare[land.unit], place.densities.mixed(stands)[land.unit]
    )
    above = setting.above(land.volume[:, :1], land.group)[:, 0]
    start = start_pools(setting.parameters, land.group, above, densities)
    return rows_of(plan, setting.parameters, start, place.temperature[land.unit], place.response[land.unit])


def _balance(setting: Setting, place: Place, plan: Plan, rows: Rows, flows: Flows) -> Balance:
    """Rows summed to units: living and dead matter, wood products, methane and nitrous oxide."""
    land, units = plan.land, len(setting.forest.codes)
    short = setting.forest.rotation[land.group]
    wood = {
        origin: land.mean(taken, units) for origin, taken in harvests(rows, flows, setting.parameters, short).items()
    }
    emitted = gases_of_fire(flows, setting.rules)
    if plan.nitrogen is not None:
        emitted = emitted + gases_of_nitrogen(plan.nitrogen, setting.rules)
    living = flows.pools[:, :, : len(LIVE)].sum(axis=2)
    return Balance(
        living=land.mean(living, units),
        dead=land.mean(flows.total - living, units),
        products=wood_products(wood, place.uses, place.half_lives).stock,
        emissions=land.mean(emitted, units),
    )


def unchanged(like: Balance) -> Balance:
    """Land in balance: every stock stays as the project finds it, and nothing is given off."""
    stocks = (like.living, like.dead, like.products)
    living, dead, products = (np.repeat(stock[:, :1], stock.shape[1], axis=1) for stock in stocks)
    return Balance(living, dead, products, np.zeros_like(like.emissions))
