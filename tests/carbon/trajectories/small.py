"""Two invented units with a handful of stands, small enough for arithmetic by hand."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache

import numpy as np
import pandas as pd

from silvafisc.carbon.accounts import Balance
from silvafisc.carbon.biomass import Biomass
from silvafisc.carbon.cbm import LIVE, NEEDED, Flows, Parameters, Rows, read_parameters, simulate, start_pools
from silvafisc.carbon.forest import Forest
from silvafisc.carbon.growth import ChapmanRichards
from silvafisc.carbon.trajectories.plans import Plan, early, late, rows_of, stacked_rows
from silvafisc.carbon.trajectories.planting import afforestation, closure
from silvafisc.carbon.trajectories.protection import compensation, fire_protection, invasive_control, pest_control
from silvafisc.carbon.trajectories.setting import Setting
from silvafisc.carbon.trajectories.stands import fertilising, mixed_replanting, restoration, tending
from silvafisc.datasets import load_package
from silvafisc.policy import Rules

YEARS = 8
RATE, SHAPE = 0.05, 2.0
AGES = np.array([5.0, 20.0, 35.0, 50.0, 70.0])
AGE_SHARES = np.array([[0.3, 0.3, 0.2, 0.1, 0.1], [0.1, 0.2, 0.2, 0.3, 0.2]])
AMPLITUDE = np.array([200.0, 120.0])
HAZARD = np.array([0.003, 0.006])
STANDING = ({"masson_pine": 0.6, "oak": 0.4}, {"masson_pine": 0.3, "oak": 0.5, "eucalypt": 0.2})
PLANTED = ({"chinese_fir": 1.0}, {"chinese_fir": 0.5, "oak": 0.5})
PER_M3 = np.array([0.2, 0.01, 0.05])
"""tC of stems, leaves and branches per m3."""
FOREST_SOIL, BARE_SOIL = np.array([3.0, 4.0, 90.0]), np.array([0.0, 0.0, 60.0])
"""tC/ha of dead wood, litter, soil."""
Measure = Callable[[Setting, int], tuple[Plan, Plan | None]]
IN_STANDS: tuple[Measure, ...] = (
    compensation,
    fire_protection,
    pest_control,
    invasive_control,
    tending,
    restoration,
    mixed_replanting,
    fertilising,
)
ON_OPEN_LAND: tuple[Measure, ...] = (afforestation, closure)


@cache
def tables() -> Parameters:
    return read_parameters({name: load_package(name) for name in NEEDED})


def above(volume: np.ndarray, group: np.ndarray) -> np.ndarray:
    return np.asarray(volume[..., None] * PER_M3)


def volume(age: float, unit: int) -> float:
    """m3/ha by hand."""
    return float(AMPLITUDE[unit] * (1 - np.exp(-RATE * age)) ** SHAPE)


def shares(units: tuple[dict[str, float], ...]) -> np.ndarray:
    """(units, groups) of shares by name."""
    return np.array([[unit.get(group, 0.0) for group in tables().groups] for unit in units])


def forest(
    standing: tuple[dict[str, float], ...] = STANDING,
    planted: tuple[dict[str, float], ...] = PLANTED,
    age_shares: np.ndarray = AGE_SHARES,
    amplitude: np.ndarray = AMPLITUDE,
    hazard: np.ndarray = HAZARD,
) -> Forest:
    """Units of these shares; all groups grow along one curve."""
    groups, units = tables().groups, len(standing)
    codes = tuple(f"{number}10000" for number in range(1, units + 1))
    stands = pd.DataFrame(
        {
            "region_code": codes,
            "loss_hazard_per_year": hazard,
            "planted_share": 0.5,
            "arbor_area_tenth_mu": np.arange(1, units + 1) * 10_000_000,
        }
    )
    every = np.ones(len(groups))
    return Forest(
        codes=codes,
        stands=stands,
        groups=groups,
        standing=shares(standing),
        planted=shares(planted),
        published=np.zeros(units, dtype=bool),
        age_shares=age_shares,
        ages=np.tile(AGES, (len(groups), 1)),
        amplitude=np.repeat(amplitude[:, None], len(groups), axis=1),
        curve=ChapmanRichards(RATE * every, SHAPE * every),
        rotation=np.array([group == "eucalypt" for group in groups]),
        biomass=Biomass(every, every, 1.0),
    )


def setting(rules: Rules, years: int = YEARS, place: Forest | None = None) -> Setting:
    return Setting(place or forest(), years, above, tables(), np.ones(years), rules)


def rows(held: Setting, plan: Plan) -> Rows:
    """The plan's rows at 12 °C, with the same dead wood, litter and soil everywhere."""
    land = plan.land
    dead = np.where((land.age < 0)[:, None], BARE_SOIL, FOREST_SOIL)
    start = start_pools(held.parameters, land.group, above(land.volume[:, 0], land.group), dead)
    shape = (len(land.unit), land.years)
    return rows_of(plan, held.parameters, start, np.full(shape, 12.0), np.ones(shape))


def follow(held: Setting, *plans: Plan) -> list[Flows]:
    """The flows of each plan; together, since a year of the engine costs more than a row."""
    parts = [early(rows(held, plan), plan.begins) for plan in plans]
    flows = simulate(stacked_rows(parts), held.parameters)
    ends = np.cumsum([len(part) for part in parts])
    return [
        late(part_of(flows, slice(end - len(part), end)), plan.begins)
        for plan, part, end in zip(plans, parts, ends, strict=True)
    ]


def part_of(flows: Flows, chosen: slice) -> Flows:
    return Flows(*(getattr(flows, field.name)[chosen] for field in fields(flows)))


def pair(held: Setting, measure: Measure, year: int = 1) -> tuple[Plan, Plan]:
    """The plans with a measure in stands and without."""
    project, baseline = measure(held, year)
    assert baseline is not None
    return project, baseline


def living(flows: Flows) -> np.ndarray:
    """(rows, years + 1) tC/ha."""
    return np.asarray(flows.pools[:, :, : len(LIVE)].sum(axis=2))


def gained(held: Setting, measure: Measure, year: int = 1) -> np.ndarray:
    """(units, years + 1) tC/ha in forest and harvested wood that the measure adds over land without it."""
    project, baseline = measure(held, year)
    flows = follow(held, project) if baseline is None else follow(held, project, baseline)
    stocks = [kept(part) for part in flows]
    without = np.broadcast_to(stocks[0][:, :1], stocks[0].shape) if baseline is None else stocks[1]
    return project.land.mean(stocks[0] - without, len(held.forest.codes))


def kept(flows: Flows) -> np.ndarray:
    """(rows, years + 1) tC/ha in the forest and in wood, as if wood never decayed."""
    wood = np.concatenate([np.zeros((len(flows), 1)), np.cumsum(flows.products, axis=1)], axis=1)
    return np.asarray(flows.total + wood)


def balances(held: Setting, plans: Sequence[Plan]) -> list[Balance]:
    """Each plan's balance per unit, as if wood never decayed and fire gave off carbon dioxide only."""
    units = len(held.forest.codes)
    found = []
    for plan, flows in zip(plans, follow(held, *plans), strict=True):
        trees, wood = living(flows), kept(flows) - flows.total
        means = [plan.land.mean(stock, units) for stock in (trees, flows.total - trees, wood)]
        found.append(Balance(means[0], means[1], means[2], np.zeros((units, plan.land.years))))
    return found
