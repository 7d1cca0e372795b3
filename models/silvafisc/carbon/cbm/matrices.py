"""Disturbance matrices: where an event moves the carbon of each pool."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import refuse
from ..mixtures import Array
from .pools import LIVE, POOLS, SINKS
from .tables import by_key

SUM_TOLERANCE = 1e-9
"""How far shares that must sum to 1 may stray: binary rounding of printed decimals, nothing more."""


def read_matrices(events: pd.DataFrame, destinations: pd.DataFrame) -> Mapping[str, Array]:
    """(14, 18) matrices by event, `pools.POOLS` by `pools.SINKS`.

    An event kills the share m of the trees, and a killed tree loses all its pools, so with D the destinations
        live pool p:  row = (1 - m) e_p + m D_p,     dead pool p:  row = D_p,
    where D_p = e_p (all stays) for a pool that the table does not name. That the same share of every live pool dies
    keeps roots in proportion to what stands above ground, on which the exactness of the mean hectare rests.

    events: columns event, value (the killed share m). destinations: event, source_pool, sink_pool, value (share).

    Raises:
        InputError: an unknown event or pool, a live pool without destination while trees die, a share outside 0..1,
            destinations that do not sum to 1.
    """
    killed = {name: float(share) for name, share in by_key(events, "event", "value").items()}
    strange = sorted(set(destinations["event"]) ^ set(killed))
    if strange:
        raise refuse("cbm_matrices.event", f"{strange} stand in one of the tables only", f"{strange} 只见于其中一张表")
    return {name: _matrix(name, share, destinations[destinations["event"] == name]) for name, share in killed.items()}


def _matrix(name: str, killed: float, rows: pd.DataFrame) -> Array:
    unknown = sorted((set(rows["source_pool"]) - set(POOLS)) | (set(rows["sink_pool"]) - set(SINKS)))
    if unknown:
        raise refuse(f"cbm_matrices.{name}", f"unknown pools {unknown}", f"碳库未知：{unknown}")
    moved = np.zeros((len(POOLS), len(SINKS)))
    for source, sink, share in zip(rows["source_pool"], rows["sink_pool"], rows["value"], strict=True):
        moved[POOLS.index(source), SINKS.index(sink)] += float(share)
    named = np.array([pool in set(rows["source_pool"]) for pool in POOLS])
    stays = np.eye(len(POOLS), len(SINKS))
    live = np.array([pool in LIVE for pool in POOLS])
    if killed > 0 and not named[live].all():
        raise refuse(f"cbm_matrices.{name}", "trees die, but a live pool goes nowhere", "有林木死亡，但缺少活碳库去向")
    if not 0 <= killed <= 1 or np.any(moved < 0) or np.any(np.abs(moved[named].sum(axis=1) - 1) > SUM_TOLERANCE):
        raise refuse(f"cbm_matrices.{name}", "shares of a pool must sum to 1", "同一碳库的去向占比合计须为 1")
    moved[~named] = stays[~named]
    part = np.where(live, killed, 1.0)[:, None]
    return np.asarray((1 - part) * stays + part * moved)
