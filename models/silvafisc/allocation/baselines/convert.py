"""From money to the best offers within it: what a unit can do with an amount that names no standard.

Year by year: instalments that fall due come first, then of all combinations of one offer per menu the one with the
largest benefit (first objective of the scenario) is taken whose payments of the fund's payer stay within what is left
of the entitlement in every period, whose co-financing stays within the unit's local capacity (where that is a rule) and
whose task areas stay within what is left of the need. Standards do not fall from year to year where that is a rule and the
money allows it. Equal benefit: the cheaper one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..exact import Ints
from ..problem import Floats, Indices
from .ground import Ground

_MOST = 20_000
"""Combinations of one unit and year that are compared one by one; beyond it only those are kept of which none costs
less and brings more."""
NOTHING = -1
_ABOVE_ALL = 2**62


@dataclass(frozen=True)
class Combinations:
    """All sensible choices of one offer per menu of one unit, fund and year.

    offers: combinations x menus (positions in the ground's offers, -1 = nothing). own, local: fen per period.
    area: combinations x menus, 0.1 mu (tasks only). level: combinations x menus, fen per mu.
    gain: benefit.
    """

    offers: Indices
    own: Ints
    local: Ints
    area: Ints
    level: Ints
    gain: Floats

    @staticmethod
    def of(ground: Ground, menus: list[Ints]) -> "Combinations":
        """Multiply the menus out, without offers that another one dominates."""
        periods = len(ground.periods)
        empty, none = np.zeros((1, 0), np.int64), np.zeros((1, periods), np.int64)
        whole = Combinations(empty, none, none, empty, empty, np.zeros(1))
        for menu in menus:
            whole = whole.times(_options(ground, menu))
        return whole

    def times(self, menu: "Combinations") -> "Combinations":
        """Every combination with every option of another menu."""
        mine = np.repeat(np.arange(len(self.gain)), len(menu.gain))
        other = np.tile(np.arange(len(menu.gain)), len(self.gain))
        product = Combinations(
            np.hstack([self.offers[mine], menu.offers[other]]),
            self.own[mine] + menu.own[other],
            self.local[mine] + menu.local[other],
            np.hstack([self.area[mine], menu.area[other]]),
            np.hstack([self.level[mine], menu.level[other]]),
            self.gain[mine] + menu.gain[other],
        )
        if len(product.gain) <= _MOST:
            return product
        cost = product.own.sum(axis=1)
        order = np.lexsort((np.arange(len(cost)), -product.gain, cost))
        best = np.maximum.accumulate(product.gain[order])
        keep = np.append(True, best[1:] > best[:-1])
        return product.take(np.sort(order[keep]))

    def take(self, at: Indices) -> "Combinations":
        """Some of the combinations."""
        return Combinations(self.offers[at], self.own[at], self.local[at], self.area[at], self.level[at], self.gain[at])

    def best(self, own: Ints, local: Ints | None, area: Ints, least: Ints) -> int:
        """The best combination within the limits per period and menu, -1 where there is none.

        least: standards that should not be undercut; where the money does not allow that, they are.
        """
        fits = (self.own <= own).all(axis=1) & (self.area <= area).all(axis=1)
        if local is not None:
            # A limit that is already broken cannot be kept by choosing nothing.
            fits &= ((self.local <= local) | (self.local == 0)).all(axis=1)
        rising = fits & (self.level >= least).all(axis=1)
        at = np.flatnonzero(rising if rising.any() else fits)
        if not len(at):
            return NOTHING
        order = np.lexsort((at, self.own[at].sum(axis=1), -self.gain[at]))
        return int(at[order[0]])


def _options(ground: Ground, menu: Ints) -> Combinations:
    """The offers of a menu that no other one dominates, and nothing at all."""
    own, local = ground.own[menu], ground.local[menu]
    tasks = (ground.offers["nature"].to_numpy()[menu] == "task").astype(np.int64)
    area, gain = (ground.area[menu] * tasks)[:, None], ground.gain[menu]
    # Where nothing is done, nothing is below an earlier unit standard.
    idle = (tasks == 1) & (ground.area[menu] == 0)
    level = np.where(idle, _ABOVE_ALL, ground.offers["standard_fen"].to_numpy()[menu])[:, None]
    burden = np.hstack([own, local, area, -level])
    no_worse = (burden[:, None, :] <= burden[None, :, :]).all(axis=2) & (gain[:, None] >= gain[None, :])
    same = no_worse & no_worse.T
    earlier = np.arange(len(menu))[:, None] < np.arange(len(menu))[None, :]
    dominated = (no_worse & (~same | earlier)).any(axis=0)
    keep = np.flatnonzero(~dominated)
    offers = Combinations(menu[keep][:, None], own[keep], local[keep], area[keep], level[keep], gain[keep])
    if (offers.own.sum(axis=1) == 0).any():
        return offers
    nothing = np.zeros((1, own.shape[1]), np.int64)
    return Combinations(
        np.vstack([offers.offers, [[NOTHING]]]),
        np.vstack([offers.own, nothing]),
        np.vstack([offers.local, nothing]),
        np.vstack([offers.area, [[0]]]),
        np.vstack([offers.level, [[0]]]),
        np.append(offers.gain, 0.0),
    )


@dataclass(frozen=True)
class Pocket:
    """Money of one unit and fund that may be spent on some subjects (categories, task measures); None = on all."""

    region_code: str
    fund: str
    money: Ints
    """Fen of the fund's payer per period, beyond rigid and committed money."""
    subjects: frozenset[str] | None = None


class Converter:
    """Finds the best offers of every unit; what does not depend on the entitlement is computed once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        rule = ground.problem.resolved.rule("standards_only_rise")
        categories = {c.id for c in ground.problem.resolved.categories} if rule is not None else set()
        tasks = (
            {t.id for t in ground.problem.resolved.tasks} if rule is not None and rule.params.get("tasks") else set()
        )
        self._rising = categories | tasks
        self._known: dict[tuple[str, str, int, frozenset[str] | None], tuple[list[str], Combinations]] = {}

    def convert(self, pockets: Iterable[Pocket]) -> Indices:
        """Positions of the offers that the pockets buy, ascending. Pockets of one unit share its local capacity."""
        chosen: list[int] = []
        left_locally = {code: limit.copy() for code, limit in self._ground.local_limit.items()}
        for pocket in sorted(pockets, key=lambda p: (p.region_code, p.fund, sorted(p.subjects or ()))):
            chosen += self._spend(pocket, left_locally.get(pocket.region_code))
        return np.array(sorted(chosen), np.int64)

    def _spend(self, pocket: Pocket, local: Ints | None) -> list[int]:
        ground, own, chosen = self._ground, pocket.money.copy(), list[int]()
        needs: dict[str, int] = {}
        paid = {c.id: c.last_year_fen or 0 for c in ground.problem.resolved.categories}
        for period in range(len(ground.periods)):
            subjects, combinations = self._combinations(pocket, period)
            limits = [needs.setdefault(s, ground.needs.get((pocket.region_code, s), 0)) for s in subjects]
            least = [paid.get(subject, 0) if subject in self._rising else 0 for subject in subjects]
            best = combinations.best(own, local, np.array(limits, np.int64), np.array(least, np.int64))
            if best == NOTHING:
                continue
            own -= combinations.own[best]
            if local is not None:
                local -= combinations.local[best]
            for at, subject in enumerate(subjects):
                needs[subject] -= int(combinations.area[best, at])
                if combinations.level[best, at] != _ABOVE_ALL:
                    paid[subject] = max(paid.get(subject, 0), int(combinations.level[best, at]))
            chosen += [int(offer) for offer in combinations.offers[best] if offer != NOTHING]
        return chosen

    def _combinations(self, pocket: Pocket, period: int) -> tuple[list[str], Combinations]:
        """The subjects of the pocket's menus in a period, and their combinations."""
        key = (pocket.region_code, pocket.fund, period, pocket.subjects)
        if key not in self._known:
            menus = self._ground.menus.get(key[:3], [])
            named = [(self._subject(int(menu[0])), menu) for menu in menus]
            kept = [(s, menu) for s, menu in named if pocket.subjects is None or s in pocket.subjects]
            self._known[key] = [s for s, _ in kept], Combinations.of(self._ground, [menu for _, menu in kept])
        return self._known[key]

    def _subject(self, offer: int) -> str:
        """Category or task measure of an offer."""
        offers = self._ground.offers
        return str(offers["category"].iat[offer] or offers["measure"].iat[offer])
