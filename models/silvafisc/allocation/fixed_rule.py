"""The published rule held fixed and applied to other inputs: standards by cell, tasks, pots; whole columns at a time.

    amount_r = Σ_c entitlement(area_rc, s_c(score_r)) + Σ_m entitlement(min(floor(need · q), capacity), u) + Σ_j quota_rj
Nothing is decided here. Factor money is counted as the quota floor(pot · value / all values): the last fen of a pot, which
largest remainder gives away, is left out on both sides of every comparison. Tasks count with all their instalments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.results.resolved import Shares

from .exact import Ints, entitlements, split_by_tier
from .menus.tasks import assigned_area
from .problem import Floats, Problem
from .published import grade_of_units
from .tables import chosen_offers

Paid = NDArray[np.int64]
"""Fen, 2 x units: what all payers pay, and what the payer of the fund pays."""


@dataclass(frozen=True)
class FixedRule:
    """What a notice fixes, read from a settled point of rule mode; units in ascending order of code.

    standards: (category, period) -> fen per mu by cell (one entry where ungraded). tasks: (measure, period) -> unit
    standard and quantity share. pots: (fund, period, factor, fen). grades: grade of each cell ('' where ungraded).
    """

    problem: Problem
    standards: Mapping[tuple[str, str], Ints]
    tasks: Mapping[tuple[str, str], tuple[int, str]]
    pots: tuple[tuple[str, str, str, int], ...]
    grades: tuple[str, ...]

    @staticmethod
    def of(problem: Problem, point: Floats, weights: pd.DataFrame) -> "FixedRule":
        """Read the rule. weights: the published weights.csv."""
        columns = problem.columns.assign(on=point[: problem.size])
        thresholds = columns[(columns["kind"] == "threshold") & (columns["on"] > 0.5)]
        reached = thresholds.groupby(["subject", "period", "cell"])["level"].max().unstack("cell")
        keys = [(str(category), str(period)) for category, period in reached.index]
        rows = (levels[~np.isnan(levels)].astype(np.int64) for levels in reached.to_numpy(np.float64))
        standards = dict(zip(keys, rows, strict=True))
        offers = problem.offers.table.iloc[chosen_offers(problem, point)]
        given = offers[offers["nature"] == "task"].drop_duplicates(["measure", "period"])
        tasks = {
            (str(m), str(p)): (int(u), str(offer).split("q=")[1])
            for m, p, u, offer in zip(*(given[c] for c in ("measure", "period", "standard_fen", "offer")), strict=True)
        }
        pots = zip(*(weights[c] for c in ("fund", "period", "factor", "pot_fen")), strict=True)
        by_unit = grade_of_units(problem, point)
        by_cell = {problem.cells[code]: grade for code, grade in by_unit.items()}
        grades = tuple(by_cell.get(cell, "") for cell in range(max(1, len(problem.cut_offs))))
        return FixedRule(
            problem, standards, tasks, tuple((str(f), str(p), str(j), int(b)) for f, p, j, b in pots), grades
        )

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Units, ascending."""
        return self.problem.inputs.codes

    @cached_property
    def areas(self) -> Mapping[str, Ints]:
        """Category -> certified area of each unit."""
        table, categories = self.problem.inputs.areas, self.problem.resolved.categories
        return {c.id: self.column(table, "category", c.id, "area_tenth_mu") for c in categories}

    @cached_property
    def paid_by_cell(self) -> Mapping[str, Paid]:
        """Category -> cells x 2 x units: floor and top-up of each unit, were it in that cell."""
        units = len(self.codes)
        return {
            category: np.array(
                [self.recurring(category, area, np.full(units, cell, np.int64)) for cell in range(len(self.grades))]
            )
            for category, area in self.areas.items()
        }

    @cached_property
    def _tiers(self) -> list[str]:
        tiers = self.problem.inputs.regions.set_index("region_code")["payer_tier"].reindex(list(self.codes))
        return [str(tier) for tier in tiers]

    @property
    def cut_offs(self) -> tuple[Decimal, ...]:
        """Published cut-offs above the first grade, ascending."""
        first = [k for k in range(1, len(self.grades)) if self.grades[k] != self.grades[k - 1]]
        return tuple(Decimal(self.problem.cut_offs[k]) for k in first)

    def cells(self, scores: Mapping[str, Decimal]) -> Ints:
        """The cell of each unit at other scores."""
        starts = [Decimal(cut) for cut in self.problem.cut_offs] or [Decimal(0)]
        return np.array([max(0, sum(scores[code] >= cut for cut in starts) - 1) for code in self.codes], np.int64)

    def column(self, frame: pd.DataFrame, key: str, name: str, value: str) -> Ints:
        """One figure per unit of an input table; 0 where there is no row."""
        mine = frame[frame[key] == name].set_index("region_code")[value]
        return mine.reindex(list(self.codes)).fillna(0).to_numpy().astype(np.int64)

    def recurring(self, category: str, area_tenth_mu: Ints, cells: Ints) -> Paid:
        """Floor and top-up of a category over all periods."""
        spec = self.problem.resolved.category(category)
        paid = np.zeros((2, len(self.codes)), np.int64)
        for period in self.problem.resolved.periods:
            levels = self.standards[category, period]
            standard = levels[cells] if len(levels) > 1 else np.full(len(cells), levels[0])
            floor = entitlements(spec.floor_fen[period], area_tenth_mu)
            for part in (floor, entitlements(standard, area_tenth_mu) - floor):
                paid += self._split(part, spec.payer_shares, spec.fund)
        return paid

    def regrading(self, before: Ints, after: Ints) -> Paid:
        """What units gain in all categories by moving from some cells to others."""
        at, gain = np.arange(len(self.codes)), np.zeros((2, len(self.codes)), np.int64)
        for paid in self.paid_by_cell.values():
            gain += (paid[after, :, at] - paid[before, :, at]).T
        return gain

    def task(self, measure: str, need_tenth_mu: Ints, capacity_tenth_mu: Ints) -> Paid:
        """A task measure over all periods, all instalments."""
        spec = self.problem.resolved.task(measure)
        paid = np.zeros((2, len(self.codes)), np.int64)
        for period in self.problem.resolved.periods:
            unit, quantity = self.tasks.get((measure, period), (0, "0"))
            area = assigned_area(need_tenth_mu, capacity_tenth_mu, quantity)
            paid += self._split(entitlements(unit, area), spec.payer_shares, spec.fund)
        return paid

    def quotas(self, factor: str, counted: Sequence[Fraction], moved: Sequence[Fraction]) -> Paid:
        """Each unit's quota of a factor's pots when its own counted value alone is `moved`, less the quota as it is."""
        base = lcm(*(value.denominator for value in (*counted, *moved)))
        before, after = ([int(value * base) for value in values] for values in (counted, moved))
        total, gain = sum(before), [0] * len(before)
        for _, _, name, pot in self.pots:
            if name == factor and total:
                for r, (old, new) in enumerate(zip(before, after, strict=True)):
                    gain[r] += pot * new // max(1, total - old + new) - pot * old // total
        return np.array([gain, gain], np.int64)

    def _split(self, amounts: Ints, shares: Mapping[str, Shares], fund: str) -> Paid:
        parts = split_by_tier(amounts, self._tiers, shares)
        own = parts.get(self.problem.resolved.fund(fund).payer, np.zeros_like(amounts))
        return np.array([amounts, own], np.int64)
