"""Which rules of the scenario a baseline breaks: cheap checks of its own, exact; a baseline needs no audit.

Baselines that give money are judged by their entitlement where a rule speaks of money (envelope, priority share) and by
the best offers within it where it speaks of standards and areas.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from silvafisc.quantities import share
from silvafisc.results.draws import Draws

from ..adjusting import Adjustment
from ..exact import Ints
from ..menus.factor_pot import FACTOR_POT
from ..problem import Indices
from ..risk import IMPORTANCE, ROUNDING, keys_of, tonnes_in_draws
from ..terms.adjustment import on_offer
from ..terms.change_band import like_for_like
from .by_rows import broken_by_rows
from .ground import Ground
from .money import Money
from .rows import Pots


@dataclass(frozen=True)
class Shown:
    """A baseline as the rules see it. money: entitlements of a baseline that gives money, else None."""

    ground: Ground
    chosen: Indices
    pots: Pots | None
    money: Money | None

    @cached_property
    def standards(self) -> Mapping[tuple[str, int], Mapping[str, int]]:
        """(category, position of the period) -> region -> standard paid: the floor where nothing is chosen above it."""
        ground = self.ground
        found: dict[tuple[str, int], dict[str, int]] = {}
        place = {period: i for i, period in enumerate(ground.periods)}
        fixed = ground.fixed[ground.fixed["nature"] == "rigid"]
        for code, category, period, level in zip(
            *(fixed[c] for c in ("region_code", "category", "period", "standard_fen")), strict=True
        ):
            found.setdefault((category, place[period]), {})[code] = int(level)
        offers = ground.offers.iloc[self.chosen]
        offers = offers[offers["category"] != ""]
        for code, category, period, level in zip(
            *(offers[c] for c in ("region_code", "category", "period", "standard_fen")), strict=True
        ):
            found.setdefault((category, place[period]), {})[code] = int(level)
        return found

    @cached_property
    def open_money(self) -> Mapping[tuple[str, str], Ints]:
        """(region, fund) -> money open to choice per period of offer: all payers', or the entitlement where one is given."""
        if self.money is not None:
            return self.money
        ground, sums = self.ground, dict[tuple[str, str], Ints]()
        nothing = np.zeros(len(ground.periods), np.int64)
        keys = zip(ground.offers["region_code"].iloc[self.chosen], ground.offers["fund"].iloc[self.chosen], strict=True)
        for key, at, paid in zip(keys, ground.period_of[self.chosen], ground.paid[self.chosen], strict=True):
            sums.setdefault(key, nothing.copy())[at] += paid[at]
        for code, fund, at, fen in self._factor():
            sums.setdefault((code, fund), nothing.copy())[at] += fen
        return sums

    def _factor(self) -> list[tuple[str, str, int, int]]:
        if self.pots is None:
            return []
        table, place = self.pots.table, {period: i for i, period in enumerate(self.ground.periods)}
        rows = zip(*(table[c] for c in ("region_code", "fund", "period", "paid_fen")), strict=True)
        return [(code, fund, place[period], int(fen)) for code, fund, period, fen in rows]

    def moved(self) -> dict[tuple[str, str], Ints]:
        """(region, fund) -> top-up and factor money of all payers per period."""
        ground, sums = self.ground, dict[tuple[str, str], Ints]()
        nothing = np.zeros(len(ground.periods), np.int64)
        offers = ground.offers
        for i in self.chosen:
            if offers["category"].iat[i]:
                key = (str(offers["region_code"].iat[i]), str(offers["fund"].iat[i]))
                sums[key] = sums.get(key, nothing) + ground.paid[i]
        for code, fund, at, fen in self._factor():
            sums.setdefault((code, fund), nothing.copy())[at] += fen
        return sums


def broken_rules(shown: Shown, paid: Mapping[str, Ints]) -> str:
    """Names of the broken rules in alphabetical order, joined by `;`.

    Args:
        paid: fund -> fen of its payer per period, rigid and committed money included.
    """
    broken = {"envelope"} if _over(shown, paid) else set()
    for spec in shown.ground.problem.resolved.rules:
        check = _CHECKS.get(spec.rule)
        if check is not None and check(shown, spec.params):
            broken.add(spec.rule)
    broken |= broken_by_rows(shown.ground, shown.chosen)
    listed = {spec.rule for spec in shown.ground.problem.resolved.rules}
    return ";".join(sorted(broken & listed))


def _over(shown: Shown, paid: Mapping[str, Ints]) -> bool:
    ground = shown.ground
    for fund in ground.funds:
        given = [fund.appropriation_fen[p] + fund.carried_in_fen.get(p, 0) for p in ground.periods]
        if (paid[fund.id] > np.array(given, np.int64)).any():
            return True
    return False


def _statutory_floor(shown: Shown, params: Mapping[str, Any]) -> bool:
    """Money below what is rigid or committed."""
    return shown.money is not None and any((fen < 0).any() for fen in shown.money.values())


def _standards_only_rise(shown: Shown, params: Mapping[str, Any]) -> bool:
    resolved, periods = shown.ground.problem.resolved, range(len(shown.ground.periods))
    for category in resolved.categories:
        paid = [shown.standards.get((category.id, at), {}) for at in periods]
        if any(level < (category.last_year_fen or 0) for level in paid[0].values()):
            return True
        if any(later[code] < level for earlier, later in pairwise(paid) for code, level in earlier.items()):
            return True
    return bool(params.get("tasks")) and _task_standards_fall(shown)


def _task_standards_fall(shown: Shown) -> bool:
    """Whether a unit's task is paid at a lower unit standard than in an earlier period that had it."""
    ground, highest = shown.ground, dict[tuple[str, str], int]()
    offers = ground.offers.iloc[shown.chosen].assign(at=ground.period_of[shown.chosen])
    done = offers[(offers["nature"] == "task") & (offers["area_tenth_mu"] > 0)].sort_values("at", kind="stable")
    for code, measure, level in zip(done["region_code"], done["measure"], done["standard_fen"], strict=True):
        if level < highest.get((code, measure), 0):
            return True
        highest[code, measure] = int(level)
    return False


def _published_values(shown: Shown, params: Mapping[str, Any]) -> bool:
    limit = int(params["at_most"])
    for category in shown.ground.problem.resolved.categories:
        values = {
            level for (name, _), paid in shown.standards.items() if name == category.id for level in paid.values()
        }
        if len(values - {0}) > limit:
            return True
    return False


def _no_inversion(shown: Shown, params: Mapping[str, Any]) -> bool:
    indices = shown.ground.problem.indices.set_index("region_code")
    for paid in shown.standards.values():
        codes = sorted(paid)
        importance, need = (np.round(indices[n].loc[codes].to_numpy(np.float64), 6) for n in ("importance", "need"))
        level = np.array([paid[code] for code in codes], np.int64)
        least = (importance[:, None] >= importance[None, :]) & (need[:, None] >= need[None, :])
        if (least & (level[:, None] < level[None, :])).any():
            return True
    return False


def _priority_share(shown: Shown, params: Mapping[str, Any]) -> bool:
    members = set(shown.ground.problem.resolved.groups[params["group"]])
    part, fund = share(str(params["share"])), params.get("fund")
    money = [(code, fen) for (code, name), fen in shown.open_money.items() if not fund or name == fund]
    for at in range(len(shown.ground.periods)):
        total = sum(int(fen[at]) for _, fen in money)
        if sum(int(fen[at]) for code, fen in money if code in members) < part * total:
            return True
    return False


def _local_capacity(shown: Shown, params: Mapping[str, Any]) -> bool:
    ground = shown.ground
    left = {code: limit.copy() for code, limit in ground.local_limit.items()}
    for code, local in zip(ground.offers["region_code"].iloc[shown.chosen], ground.local[shown.chosen], strict=True):
        left[code] -= local
    return any((limit < 0).any() for limit in left.values())


def _eligible_area(shown: Shown, params: Mapping[str, Any]) -> bool:
    ground, sums = shown.ground, dict[tuple[str, str], int]()
    offers = ground.offers.iloc[shown.chosen]
    rows = zip(offers["nature"], offers["region_code"], offers["measure"], ground.area[shown.chosen], strict=True)
    for nature, code, measure, area in rows:
        if nature == "task":
            sums[code, measure] = sums.get((code, measure), 0) + int(area)
    return any(area > ground.needs.get(key, 0) for key, area in sums.items())


def _change_band(shown: Shown, params: Mapping[str, Any]) -> bool:
    low, high = 1 + share(str(params["lower"])), 1 + share(str(params["upper"]))
    moved, nothing = shown.moved(), np.zeros(len(shown.ground.periods), np.int64)
    for key, last in like_for_like(shown.ground.problem, natures=("top_up", "factor")).items():
        if any(not last * low <= int(fen) <= last * high for fen in moved.get(key, nothing)):
            return True
    return False


def _not_below_last_year(shown: Shown, params: Mapping[str, Any]) -> bool:
    ground, members = shown.ground, set(shown.ground.problem.resolved.groups[params["group"]])
    moved, nothing = shown.moved(), np.zeros(len(ground.periods), np.int64)
    for (code, fund), last in like_for_like(ground.problem, natures=("rigid", "top_up", "factor")).items():
        if code not in members:
            continue
        columns = [c for c in ground.fixed.columns if c.startswith(f"cost.{fund}.")]
        rigid = (ground.fixed["nature"] == "rigid") & (ground.fixed["region_code"] == code)
        for at, period in enumerate(ground.periods):
            mine = ground.fixed[rigid & (ground.fixed["period"] == period)]
            if int(mine[columns].to_numpy().sum()) + int(moved.get((code, fund), nothing)[at]) < last:
                return True
    return False


def _carbon_target(shown: Shown, params: Mapping[str, Any]) -> bool:
    ground, target = shown.ground, share(str(params["target_tco2e"]))
    problem = ground.problem
    keys, parts = keys_of(ground.offers.iloc[shown.chosen]), [ground.objectives["carbon"][shown.chosen]]
    keys, parts = keys + keys_of(ground.fixed), [*parts, ground.fixed_objectives["carbon"]]
    if shown.pots is not None:
        pots = shown.pots.table
        keys += keys_of(pots.assign(measure=FACTOR_POT, category="", offer=""))
        parts.append(pots["carbon"].to_numpy(np.float64))
    tonnes = np.concatenate(parts)
    if params.get("carbon") == IMPORTANCE:
        weight = dict(zip(problem.indices["region_code"], problem.indices["importance"], strict=True))
        tonnes = tonnes * np.array([weight[key[0]] for key in keys], np.float64)
    values = tonnes_in_draws(Draws.of(problem.inputs.draws), keys, tonnes)
    near = float(target) * (1 - ROUNDING)
    if "share" not in params:
        return float(values.mean()) < near
    return int((values >= near).sum()) < share(str(params["share"])) * len(values)


def _adjustment(shown: Shown, params: Mapping[str, Any]) -> bool:
    """A later standard that is not the one which the way of adjusting gives."""
    way, periods = Adjustment.of(params), shown.ground.periods
    for category in shown.ground.problem.resolved.categories:
        for at, period in enumerate(periods[1:], start=1):
            levels = np.array([level for level in category.levels_fen if level >= category.floor_fen[period]], np.int64)
            later = shown.standards.get((category.id, at), {})
            for code, level in shown.standards.get((category.id, at - 1), {}).items():
                if later.get(code, 0) != on_offer(way, level, int(period), category, levels):
                    return True
    return False


_CHECKS: Mapping[str, Callable[[Shown, Mapping[str, Any]], bool]] = {
    "statutory_floor": _statutory_floor,
    "standards_only_rise": _standards_only_rise,
    "published_values": _published_values,
    "no_inversion": _no_inversion,
    "priority_share": _priority_share,
    "local_capacity": _local_capacity,
    "eligible_area": _eligible_area,
    "change_band": _change_band,
    "not_below_last_year": _not_below_last_year,
    "carbon_target": _carbon_target,
    "adjustment": _adjustment,
}
