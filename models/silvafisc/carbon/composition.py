"""Which forest-type groups stand in a unit: published tables where there are some, else climate and planted share."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .errors import refuse
from .mixtures import Array, read_mixture, read_pairs, read_shares

_PREFIX = "assumptions.carbon.composition."
CLIMATE_ZONES = ("cold", "temperate", "subtropical", "tropical")
"""Zones by mean annual temperature, ascending."""
MOUNTAIN_ZONES = ("alpine", "southwest")
"""Zones by the leading digits of a unit's code, taken off before temperature decides the rest."""


@dataclass(frozen=True)
class Composition:
    """Shares by group; rows are units and sum to 1. standing: today's arbor forest; planted: new afforestation.

    published: (units,) whether the standing forest was read from a published table.
    """

    standing: Array
    planted: Array
    published: np.ndarray


def composition(stands: pd.DataFrame, table: pd.DataFrame, groups: tuple[str, ...], rules: Rules) -> Composition:
    """Composition of each unit of `stands` (rows in order).

    share = π · planted mixture + (1 - π) · natural mixture, π the planted share; both mixtures are blended over zones:
    the mountain zones take their stated share of a unit, the climate zones share the rest linearly in mean annual
    temperature between their anchors. Listed units take the published areas of `species_composition` instead.

    Raises:
        InputError: unknown group names, shares that do not sum to 1, a listed unit without rows, an unnamed type.
    """
    zones = _zone_shares(stands, rules)
    names = (*CLIMATE_ZONES, *MOUNTAIN_ZONES)
    natural, planted = (
        zones @ np.array([read_mixture(_PREFIX + f"{o}_{z}", rules.text(_PREFIX + f"{o}_{z}"), groups) for z in names])
        for o in ("natural", "planted")
    )
    share = stands["planted_share"].to_numpy(dtype=np.float64)[:, None]
    standing = share * planted + (1 - share) * natural
    published = _published(table, groups, rules)
    found = np.array([code in published for code in stands["region_code"]], dtype=bool)
    for row in np.flatnonzero(found):
        standing[row] = published[str(stands["region_code"].iloc[row])]
    return Composition(standing, _without(planted, groups, rules), found)


def rotation_mask(groups: tuple[str, ...], rules: Rules) -> np.ndarray:
    """(groups,) True where the group is felled and replanted evenly."""
    return _mask("rotation_groups", groups, rules)


def _zone_shares(stands: pd.DataFrame, rules: Rules) -> Array:
    anchors = np.array([rules.number(_PREFIX + f"temperature_{zone}") for zone in CLIMATE_ZONES])
    if np.any(np.diff(anchors) <= 0):
        raise refuse(_PREFIX + "temperature_*", "temperature anchors must ascend", "各气候带代表温度须递增")
    temperature = stands["mean_temperature_celsius"].to_numpy(dtype=np.float64)
    climate = np.column_stack([np.interp(temperature, anchors, one) for one in np.eye(len(anchors))])
    mountains = np.column_stack([_by_code(stands["region_code"], zone, rules) for zone in MOUNTAIN_ZONES])
    rest = 1 - mountains.sum(axis=1, keepdims=True)
    if np.any(rest < 0):
        raise refuse(_PREFIX + "alpine_share", "mountain zones exceed a whole unit", "高山与西南带份额之和超过 1")
    return np.column_stack([climate * rest, mountains])


def _by_code(codes: pd.Series, zone: str, rules: Rules) -> Array:
    """Share of the longest listed prefix of each code, 0 where none is listed (counties inherit their province's)."""
    path = _PREFIX + f"{zone}_share"
    listed = read_shares(path, rules.text(path))
    longest_first = sorted(listed, key=lambda prefix: (-len(prefix), prefix))
    return np.array([next((listed[p] for p in longest_first if str(code).startswith(p)), 0.0) for code in codes])


def published_groups(table: pd.DataFrame, groups: tuple[str, ...], rules: Rules) -> dict[str, Array]:
    """(g, 2) published area (10^4 ha) and carbon stock (TgC) of each group, by unit that is listed as published.

    Raises:
        InputError: unknown groups, a type that no group is named for, a listed unit without areas.
    """
    names = read_pairs(_PREFIX + "published_names", rules.text(_PREFIX + "published_names"))
    unknown = sorted({group for group in names.values() if group and group not in groups})
    if unknown:
        raise refuse(_PREFIX + "published_names", f"unknown groups {unknown}", f"未知的树种组 {unknown}")
    rows = table[~table["is_total"].astype(bool)]
    found: dict[str, Array] = {}
    for code in rules.texts(_PREFIX + "published_regions"):
        held = {group: np.zeros(2) for group in groups}
        own = rows[rows["region_code"] == code]
        for name, area, stock in zip(own["forest_type"], own["area_10k_ha"], own["carbon_stock_tgc"], strict=True):
            group = names[_longest(str(name), names)]
            if group:
                held[group] += (float(area), float(stock))
        found[code] = np.array([held[group] for group in groups])
        if not found[code][:, 0].sum() > 0:
            raise refuse(
                _PREFIX + "published_regions",
                f"species_composition has no areas for {code}",
                f"species_composition 中没有 {code} 的面积",
            )
    return found


def _published(table: pd.DataFrame, groups: tuple[str, ...], rules: Rules) -> dict[str, Array]:
    found = published_groups(table, groups, rules)
    return {code: held[:, 0] / sum(held[:, 0].tolist()) for code, held in found.items()}


def _longest(name: str, words: dict[str, str]) -> str:
    hits = [word for word in words if word in name]
    if not hits:
        raise refuse(_PREFIX + "published_names", f"no group for the type {name!r}", f"类型 {name!r} 没有对应的树种组")
    return max(hits, key=lambda word: (len(word), word))


def _without(planted: Array, groups: tuple[str, ...], rules: Rules) -> Array:
    kept = planted * ~_mask("never_planted_groups", groups, rules)
    total = kept.sum(axis=1, keepdims=True)
    if np.any(total <= 0):
        raise refuse(_PREFIX + "never_planted_groups", "nothing is left to plant", "剔除后没有可造林的树种组")
    return np.asarray(kept / total)


def _mask(name: str, groups: tuple[str, ...], rules: Rules) -> np.ndarray:
    listed = rules.texts(_PREFIX + name)
    unknown = sorted(set(listed) - set(groups))
    if unknown:
        raise refuse(_PREFIX + name, f"unknown groups {unknown}", f"未知的树种组 {unknown}")
    return np.array([group in listed for group in groups])
