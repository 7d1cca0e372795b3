"""The ground on which baselines are compared: the same offers, the same fixed money, the same room in every fund.

Money here is the money of each fund's own payer, because only that counts against the fund; what other payers add by
law comes with the offers. Arrays have one row per offer that is open to choice (top-up and tasks) and one column per
period.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from silvafisc.quantities import share
from silvafisc.results import FundSpec

from ..exact import Ints
from ..menus import cost_column
from ..menus.tonnes import CREDITED
from ..problem import Floats, Problem, cost_columns
from ..terms.local_capacity import LOCAL_PAYERS

CARBON = "carbon"
OPEN = ("top_up", "task")

UnitFund = tuple[str, str]
"""(region_code, fund)."""


@dataclass(frozen=True)
class Ground:
    """Offers and fixed money of a problem, read once.

    offers: the open offers, by menu and ascending standard. own: fen of the fund's payer, offers x periods. paid: fen of
    all payers. local: fen of the payers at or below the unit's level. objectives: name -> benefit per offer.
    fixed, fixed_own, fixed_paid, fixed_local: the same of rigid and committed rows.
    """

    problem: Problem
    offers: pd.DataFrame
    own: Ints
    paid: Ints
    local: Ints
    objectives: Mapping[str, Floats]
    fixed: pd.DataFrame
    fixed_own: Ints
    fixed_paid: Ints
    fixed_local: Ints
    fixed_objectives: Mapping[str, Floats]

    @staticmethod
    def of(problem: Problem) -> "Ground":
        """Read a problem of either mode; factor offers are dropped first, for they are most of the table."""
        table = problem.offers.table
        keep = table["nature"].isin(OPEN).to_numpy()
        if problem.resolved.rule("no_hidden_debt") is not None:
            keep = keep & ~table["repaid_by_appropriation"].to_numpy(bool)
        offers = table[keep].sort_values(["menu", "standard_fen", "offer"], kind="stable", ignore_index=True)
        fixed, names = problem.fixed.table, [c.removeprefix("obj.") for c in problem.offers.objective_columns]
        own, paid, local = _money(problem, offers)
        fixed_own, fixed_paid, fixed_local = _money(problem, fixed)
        return Ground(
            problem=problem,
            offers=offers,
            own=own,
            paid=paid,
            local=local,
            objectives={name: offers[f"obj.{name}"].to_numpy(np.float64) for name in names},
            fixed=fixed,
            fixed_own=fixed_own,
            fixed_paid=fixed_paid,
            fixed_local=fixed_local,
            fixed_objectives={name: _column(fixed, f"obj.{name}") for name in names},
        )

    @property
    def periods(self) -> tuple[str, ...]:
        """Budget periods, ascending."""
        return self.problem.resolved.periods

    @property
    def funds(self) -> tuple[FundSpec, ...]:
        """Funds of the scenario."""
        return self.problem.resolved.funds

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Region codes, ascending."""
        return self.problem.inputs.codes

    @cached_property
    def gain(self) -> Floats:
        """Benefit per offer in the first objective that the scenario names and that offers carry; else carbon."""
        named = [
            CREDITED.removeprefix("obj.") if s.params.get("carbon") == "credited" else s.term
            for s in self.problem.resolved.objectives
            if s.term in self.objectives
        ]
        return self.objectives[named[0] if named else CARBON]

    @cached_property
    def period_of(self) -> Ints:
        """Position of each offer's own period."""
        place = {period: i for i, period in enumerate(self.periods)}
        return np.array([place[p] for p in self.offers["period"]], np.int64)

    @cached_property
    def area(self) -> Ints:
        """Area of each offer in 0.1 mu."""
        return self.offers["area_tenth_mu"].to_numpy(np.int64)

    @cached_property
    def fixed_of(self) -> Mapping[UnitFund, Ints]:
        """(region, fund) -> rigid and committed fen of the fund's payer per period."""
        return _sums(self.fixed, self.fixed_own)

    @cached_property
    def room(self) -> Mapping[str, Ints]:
        """fund -> fen open to choice per period: appropriation + given carried in − rigid − committed, never below 0."""
        rooms = {}
        for fund in self.funds:
            mine = (self.fixed["fund"] == fund.id).to_numpy()
            given = [fund.appropriation_fen[p] + fund.carried_in_fen.get(p, 0) for p in self.periods]
            rooms[fund.id] = np.maximum(np.array(given, np.int64) - self.fixed_own[mine].sum(axis=0), 0)
        return rooms

    @cached_property
    def local_limit(self) -> Mapping[str, Ints]:
        """region -> fen per period that its own budgets may still carry; absent rule = no limit (empty mapping)."""
        spec = self.problem.resolved.rule("local_capacity")
        if spec is None:
            return {}
        kappa, regions = share(str(spec.params["kappa"])), self.problem.inputs.regions
        known: dict[str, Ints] = {}
        for code, fen in zip(self.fixed["region_code"], self.fixed_local, strict=True):
            known[code] = known.get(code, 0) + fen
        return {
            code: (kappa * int(revenue)).__floor__() - known.get(code, np.zeros(len(self.periods), np.int64))
            for code, revenue in zip(regions["region_code"], regions["own_revenue_fen"], strict=True)
        }

    @cached_property
    def menus(self) -> Mapping[tuple[str, str, int], list[Ints]]:
        """(region, fund, position of the period) -> offers of each menu, ascending standard."""
        found: dict[tuple[str, str, int], dict[str, list[int]]] = {}
        keys = zip(self.offers["region_code"], self.offers["fund"], self.period_of, self.offers["menu"], strict=True)
        for at, (code, fund, period, menu) in enumerate(keys):
            found.setdefault((code, fund, int(period)), {}).setdefault(menu, []).append(at)
        return {key: [np.array(menu, np.int64) for menu in menus.values()] for key, menus in found.items()}

    @cached_property
    def needs(self) -> Mapping[tuple[str, str], int]:
        """(region, task measure) -> need in 0.1 mu."""
        tasks = self.problem.inputs.tasks
        keys = zip(tasks["region_code"], tasks["measure"], tasks["need_tenth_mu"], strict=True)
        return {(code, measure): int(need) for code, measure, need in keys}


def _money(problem: Problem, frame: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Fen of the fund's payer, of all payers and of local payers per row and period."""
    periods, shape = problem.resolved.periods, (len(frame), len(problem.resolved.periods))
    own, paid, local = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    regions = problem.inputs.regions
    levels = dict(zip(regions["region_code"], regions["unit_level"], strict=True))
    level = frame["region_code"].map(levels).to_numpy()
    payers = {fund.id: fund.payer for fund in problem.resolved.funds}
    for at, period in enumerate(periods):
        for name in cost_columns(frame, period):
            fund, payer = name.removeprefix("cost.").split(".")[:2]
            fen = frame[name].to_numpy(np.int64)
            paid[:, at] += fen
            if name == cost_column(fund, payers[fund], period):
                own[:, at] += fen
            below = [unit for unit, local_payers in LOCAL_PAYERS.items() if payer in local_payers]
            local[:, at] += np.where(np.isin(level, below), fen, 0)
    return own, paid, local


def _column(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(np.float64) if name in frame else np.zeros(len(frame))


def _sums(frame: pd.DataFrame, fen: Ints) -> dict[UnitFund, Ints]:
    sums: dict[UnitFund, Ints] = {}
    for code, fund, row in zip(frame["region_code"], frame["fund"], fen, strict=True):
        key = (str(code), str(fund))
        sums[key] = sums[key] + row if key in sums else row.copy()
    return sums
