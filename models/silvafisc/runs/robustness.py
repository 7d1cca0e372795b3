"""How firm a published rule is against small things, and who would gain by misreporting, at the rule held fixed.

robustness.csv  per unit: distance to the nearest cut-off, which of its own figures regrade it when moved by ±5 %, and
                which turn its gain into a loss (or a loss into a gain) against last year or the factor method
moves.csv       per figure (of each unit alone) and per assumption (of all): share of units that change grade or sign
gaming.csv      per unit and reported figure: who reports, who verifies, and what misreporting by 10 % would bring
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.allocation.exact import Ints
from silvafisc.allocation.fixed_rule import FixedRule, Paid
from silvafisc.allocation.performance import RULE, counted_values, multiplier
from silvafisc.allocation.problem import Floats, Problem
from silvafisc.allocation.rule_mode import unit_scores
from silvafisc.economy.indices import FALLING, PARAMETERS, indicators
from silvafisc.economy.perturbation import INDICATORS, moved_indices, reweighted_indices
from silvafisc.policy import Rules

from .prepare import Prepared
from .reporting import reporters

MOVES = [
    "kind",
    "what",
    "change",
    "units",
    "units_regraded",
    "share_regraded",
    "units_sign_changed",
    "share_sign_changed",
]
UNITS = [
    "region_code",
    "score",
    "grade",
    "nearest_cut_off",
    "distance",
    "regraded_by",
    "against",
    "change_fen",
    "sign_by",
]
GAMING = ["region_code", "kind", "item", "moved", "reported_by", "verified_by", "gain_fen", "gain_share"]
SIX = Decimal("0.000001")


@dataclass(frozen=True)
class Moved:
    """One figure moved: what it does to each unit's money (2 x units) and to its grade."""

    kind: str
    what: str
    gain: Paid
    regraded: NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """The rule, the units and their money that every move starts from."""

    rule: FixedRule
    raw: pd.DataFrame
    rules: Rules
    cells: Ints

    @staticmethod
    def of(prepared: Prepared, problem: Problem, point: Floats, weights: pd.DataFrame) -> "Ground":
        """Read them from a decided problem."""
        rule = FixedRule.of(problem, point, weights)
        cells = np.array([problem.cells.get(code, 0) for code in rule.codes], np.int64)
        return Ground(rule, indicators(prepared.inputs, prepared.scores), prepared.rules, cells)

    def own_moves(self, change: Fraction) -> Iterator[Moved]:
        """Each figure of each unit alone, moved by `change`: indicators, areas, needs, factors."""
        problem, still = self.rule.problem, np.zeros(len(self.rule.codes), bool)
        inputs, factor = problem.inputs, 1 + change
        for name in INDICATORS if self.graded else ():
            yield self._regraded(
                "indicator", name, moved_indices(self.raw, self.rules, name, float(factor)), problem.alpha
            )
        for category, area in self.rule.areas.items():
            gain = self.rule.recurring(category, _times(area, factor), self.cells)
            yield Moved("area", category, gain - self.rule.recurring(category, area, self.cells), still)
        for task in problem.resolved.tasks:
            need, capacity = (
                self.rule.column(inputs.tasks, "measure", task.id, name)
                for name in ("need_tenth_mu", "capacity_tenth_mu")
            )
            gain = self.rule.task(task.id, _times(need, factor), capacity) - self.rule.task(task.id, need, capacity)
            yield Moved("need", task.id, gain, still)
        for name in self._factors():
            yield Moved("factor", name, self._factor_gain(name, factor), still)

    def assumption_moves(self, change: Fraction) -> Iterator[Moved]:
        """The weighing of importance and need, and the weights inside both indices, for all units at once."""
        if not self.graded:
            return
        alpha = min(Decimal(1), Decimal(self.rule.problem.alpha) * (1 + Decimal(change.numerator) / change.denominator))
        yield self._regraded("assumption", "alpha", self.rule.problem.indices, str(alpha))
        for name in INDICATORS:
            indices = reweighted_indices(self.raw, self.rules, name, float(1 + change))
            yield self._regraded("assumption", f"weight.{name}", indices, self.rule.problem.alpha)

    @property
    def graded(self) -> bool:
        """Whether standards follow chosen grades."""
        return bool(self.rule.cut_offs)

    def _regraded(self, kind: str, what: str, indices: pd.DataFrame, alpha: str) -> Moved:
        cells = self.rule.cells(unit_scores(indices, alpha))
        grades = np.array(self.rule.grades, object)
        return Moved(
            kind, what, self.rule.regrading(self.cells, cells), np.asarray(grades[cells] != grades[self.cells], bool)
        )

    def _factors(self) -> list[str]:
        """Factors that share a pot, and the one that holds the scores."""
        rule = self.rule.problem.resolved.rule(RULE)
        names = {name for _, _, name, _ in self.rule.pots}
        return sorted(names | ({str(rule.params["factor"])} if rule is not None and names else set()))

    def _factor_gain(self, name: str, factor: Fraction) -> Paid:
        resolved, inputs = self.rule.problem.resolved, self.rule.problem.inputs
        rule, gain = resolved.rule(RULE), np.zeros((2, len(self.rule.codes)), np.int64)
        scores = {} if rule is None or rule.params["factor"] != name else self._values(name)
        for other in sorted({pot[2] for pot in self.rule.pots}):
            found = counted_values(resolved, inputs, other)
            counted = [found.get(code, Fraction(0)) for code in self.rule.codes]
            if other == name:
                gain += self.rule.quotas(other, counted, [value * factor for value in counted])
            elif rule is not None and scores:
                times = [
                    multiplier(scores[code] * factor, rule.params) / multiplier(scores[code], rule.params)
                    for code in self.rule.codes
                ]
                gain += self.rule.quotas(other, counted, [v * t for v, t in zip(counted, times, strict=True)])
        return gain

    def _values(self, name: str) -> dict[str, Fraction]:
        rows = self.rule.problem.inputs.factors
        rows = rows[rows["factor"] == name]
        return {str(code): Fraction(value) for code, value in zip(rows["region_code"], rows["value"], strict=True)}


def robustness(
    prepared: Prepared, problem: Problem, point: Floats, tables: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """robustness, moves and gaming of a settled point of rule mode; tables: weights, allocation and reasons are read."""
    ground = Ground.of(prepared, problem, point, tables["weights"])
    size = prepared.rules.fraction(PARAMETERS + "perturbation")
    against, change = _change(ground.rule.codes, tables["reasons"])
    regraded_by: dict[str, list[str]] = {code: [] for code in ground.rule.codes}
    sign_by: dict[str, list[str]] = {code: [] for code in ground.rule.codes}
    rows: list[tuple[object, ...]] = []
    known = np.array([change[code] is not None for code in ground.rule.codes])
    before = np.array([change[code] or 0 for code in ground.rule.codes], np.int64)
    for step in (-size, size):
        shown = f"{float(step):+.0%}"
        for move in (*ground.own_moves(step), *ground.assumption_moves(step)):
            turned = known & (np.sign(before + move.gain[1]) != np.sign(before))
            for at, code in enumerate(ground.rule.codes):
                label = f"{move.kind}.{move.what} {shown}"
                regraded_by[code] += [label] if move.regraded[at] else []
                sign_by[code] += [label] if turned[at] else []
            units, firm = len(turned), int(known.sum())
            grades, signs = int(move.regraded.sum()), int(turned.sum())
            rows.append((move.kind, move.what, shown, units, grades, grades / units, signs, signs / max(1, firm)))
    moves = pd.DataFrame(rows, columns=MOVES).sort_values(["kind", "what", "change"], ignore_index=True)
    units_frame = _units(ground.rule, against, change, regraded_by, sign_by)
    return {"robustness": units_frame, "moves": moves, "gaming": _gaming(ground, tables["allocation"])}


def _change(codes: tuple[str, ...], reasons: pd.DataFrame) -> tuple[str, dict[str, int | None]]:
    """The reference (last year where there is one, else the factor method) and each unit's change, None without one."""
    against = "last_year" if (reasons["against"] == "last_year").any() else "factor_method"
    sums = reasons[reasons["against"] == against].groupby("region_code")["amount_fen"].sum()
    return against, {code: int(sums[code]) if code in sums.index else None for code in codes}


def _units(
    rule: FixedRule,
    against: str,
    change: Mapping[str, int | None],
    regraded_by: Mapping[str, list[str]],
    sign_by: Mapping[str, list[str]],
) -> pd.DataFrame:
    rows = []
    for code in rule.codes:
        score, grade, nearest, distance = "", "", "", ""
        if rule.cut_offs:
            own = Decimal(rule.problem.scores[code])
            cut = min(rule.cut_offs, key=lambda c: (abs(c - own), c))
            # Signed: below 0 the unit lies under the cut-off.
            score, nearest, distance = str(own), str(cut), str((own - cut).quantize(SIX))
            grade = rule.grades[rule.problem.cells[code]]
        moved, turned = (";".join(sorted(names[code])) for names in (regraded_by, sign_by))
        rows.append((code, score, grade, nearest, distance, moved, against, change[code], turned))
    frame = pd.DataFrame(rows, columns=UNITS)
    frame["change_fen"] = pd.array(frame["change_fen"].tolist(), dtype="Int64")
    return frame


def _gaming(ground: Ground, allocation: pd.DataFrame) -> pd.DataFrame:
    """What each unit would gain by moving each figure that it may report in the direction that pays."""
    size = ground.rules.fraction(PARAMETERS + "over_reporting")
    totals = allocation.groupby("region_code")["payment_fen"].sum()
    rows = []
    for sign in (1, -1):
        for move in ground.own_moves(sign * size):
            # Of an income or a product, less means more need: there the unit would say less.
            if (move.what in FALLING) != (sign < 0):
                continue
            who = reporters(ground.rule.problem.inputs, move.kind, move.what)
            for at, code in enumerate(ground.rule.codes):
                gain, total = int(move.gain[0][at]), int(totals.get(code, 0))
                part = gain / total if total else 0.0
                rows.append(
                    (code, move.kind, move.what, f"{float(sign * size):+.0%}", *who.get(code, ("", "")), gain, part)
                )
    frame = pd.DataFrame(rows, columns=GAMING)
    return frame.sort_values(["region_code", "kind", "item"], kind="stable", ignore_index=True)


def _times(figures: Ints, factor: Fraction) -> Ints:
    """Whole figures times a fraction, rounded down."""
    return np.asarray(figures * factor.numerator // factor.denominator, np.int64)
