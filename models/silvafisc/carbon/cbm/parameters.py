"""Parameters of the carbon engine, by forest-type group: our own tables, from data packages."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets import worst_status

from ..errors import refuse
from ..forest import Tabular
from ..mixtures import Array
from .matrices import SUM_TOLERANCE, read_matrices
from .pools import DEAD, REPORTED
from .tables import by_key, value_of

PACKAGES = ("cbm_dead_pools", "cbm_decay", "cbm_events", "cbm_groups", "cbm_matrices", "cbm_roots", "cbm_turnover")
"""Data packages with the tables of the engine."""
NEEDED = (*PACKAGES, "growth_shapes", "volume_biomass")
"""Data packages that `read_parameters` reads."""
TURNOVER = (
    "FoliageFallRate",
    "StemAnnualTurnoverRate",
    "BranchTurnoverRate",
    "CoarseRootTurnProp",
    "FineRootTurnProp",
    "OtherToBranchSnagSplit",
    "CoarseRootAGSplit",
    "FineRootAGSplit",
    "StemSnag",
    "BranchSnag",
)
"""What is shed in a year and where it goes, by libcbm's names; the order of `Parameters.turnover`."""
DECAY = ("base_decay_rate", "reference_temp", "q10", "prop_to_atmosphere", "max_rate")
"""Decay of a dead pool, by libcbm's names; the order of `Parameters.decay`."""
MIXING = "slow_mixing_rate"


@dataclass(frozen=True)
class Parameters:
    """Tables of the engine. Every value is per group, so that draws can be simulated as further groups (`stacked`).

    groups: names. turnover: (groups, 10) in the order of TURNOVER, per year or share.
    root_shoot: (groups,) roots ÷ above ground. fine_root_share: (groups,) of the roots; both constant, see `simulate`.
    decay: (groups, 9, 5) by `pools.DEAD` and DECAY: rate per year at the reference temperature in °C, Q10, share to
        air, greatest rate: k = min(k0 Q10^((T - T0) / 10), kmax).
    mixing: (groups,) share per year of the slow pool of the forest floor that goes into the slow soil pool.
    matrices: event -> (14, 18) shares, `pools.POOLS` by `pools.SINKS`; every row sums to 1.
    reported_as: (9,) pool of the IPCC guidelines that each dead pool belongs to.
    start_share: (9,) share of that pool's starting density.
    status: the worst status of the rows read.
    """

    groups: tuple[str, ...]
    turnover: Array
    root_shoot: Array
    fine_root_share: Array
    decay: Array
    mixing: Array
    matrices: Mapping[str, Array]
    reported_as: tuple[str, ...]
    start_share: Array
    status: str


def read_parameters(packages: Mapping[str, Tabular]) -> Parameters:
    """The tables of the engine for the groups of `growth_shapes`, ascending by name.

    Root:shoot ratio of a group: the plain mean over the rows of `volume_biomass` that the group names, as its
    volume–biomass equations are.

    packages: at least NEEDED.

    Raises:
        InputError: a missing package, group, kind, pool or value; shares that do not sum to 1.
    """
    missing = sorted(set(NEEDED) - set(packages))
    if missing:
        raise refuse("packages", f"missing: {missing}", f"缺少数据包：{missing}")
    tables = {name: packages[name].table for name in NEEDED}
    shapes = tables["growth_shapes"].sort_values("forest_type")
    groups = tuple(str(name) for name in shapes["forest_type"])
    kinds = by_key(tables["cbm_groups"], "forest_type", "kind")
    strange = sorted(set(groups) - set(kinds))
    if strange:
        raise refuse("cbm_groups", f"no row for {strange}", f"缺少 {strange}")
    turnover = [[value_of(tables["cbm_turnover"], "kind", kinds[group], name) for name in TURNOVER] for group in groups]
    decay = [[value_of(tables["cbm_decay"], "pool", pool, name) for name in DECAY] for pool in DEAD]
    reported_as, start_share = _dead_pools(tables["cbm_dead_pools"])
    count = len(groups)
    return Parameters(
        groups=groups,
        turnover=np.array(turnover),
        root_shoot=_root_shoot(tables["volume_biomass"], [str(text) for text in shapes["regressions"]]),
        fine_root_share=np.full(count, value_of(tables["cbm_roots"], "forest_type", "all", "fine_root_share")),
        decay=np.repeat(np.array(decay)[None], count, axis=0),
        mixing=np.full(count, value_of(tables["cbm_decay"], "pool", "AboveGroundSlowSoil", MIXING)),
        matrices=read_matrices(tables["cbm_events"], tables["cbm_matrices"]),
        reported_as=reported_as,
        start_share=start_share,
        status=worst_status(*(str(status) for name in PACKAGES for status in tables[name]["status"])),
    )


def stacked(draws: list[Parameters]) -> Parameters:
    """Draws of one set of groups as one set of draws x groups, in that order: index = draw · len(groups) + group.

    Turnover, roots, decay and mixing may differ between the draws; matrices and starting shares are the first one's.
    """
    first = draws[0]
    return Parameters(
        groups=tuple(name for draw in draws for name in draw.groups),
        turnover=np.concatenate([draw.turnover for draw in draws]),
        root_shoot=np.concatenate([draw.root_shoot for draw in draws]),
        fine_root_share=np.concatenate([draw.fine_root_share for draw in draws]),
        decay=np.concatenate([draw.decay for draw in draws]),
        mixing=np.concatenate([draw.mixing for draw in draws]),
        matrices=first.matrices,
        reported_as=first.reported_as,
        start_share=first.start_share,
        status=worst_status(*(draw.status for draw in draws)),
    )


def _root_shoot(table: pd.DataFrame, regressions: list[str]) -> Array:
    ratios = by_key(table, "forest_type", "root_shoot_ratio")
    means = []
    for text in regressions:
        names = [name.strip() for name in text.split(";") if name.strip()]
        unknown = sorted(set(names) - set(ratios))
        if unknown or not names:
            en = f"{text!r} names no row of volume_biomass, or unknown ones: {unknown}"
            raise refuse("growth_shapes.regressions", en, f"{text!r} 未指明 volume_biomass 的行，或行未知：{unknown}")
        means.append(float(np.mean([float(ratios[name]) for name in names])))
    return np.array(means)


def _dead_pools(table: pd.DataFrame) -> tuple[tuple[str, ...], Array]:
    """Pool of the guidelines that each dead pool belongs to, and (9,) shares that sum to 1 within each of those."""
    reported, shares = by_key(table, "pool", "reported_as"), by_key(table, "pool", "value")
    if set(shares) != set(DEAD):
        raise refuse("cbm_dead_pools", f"must hold {DEAD} once each", f"须恰好包含 {DEAD} 各一行")
    sums = table.groupby("reported_as")["value"].sum()
    if set(sums.index) != set(REPORTED[2:]) or np.any(np.abs(sums - 1) > SUM_TOLERANCE):
        raise refuse("cbm_dead_pools", f"starting shares must sum to 1: {sums.to_dict()}", "起始占比合计须为 1")
    return tuple(str(reported[pool]) for pool in DEAD), np.array([float(shares[pool]) for pool in DEAD])
