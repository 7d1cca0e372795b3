"""Tiny problems for enumeration: two or three units, few levels, whole-number gains drawn from a seed.

Every number is invented. Gains are whole numbers so that the engine's floats and the exact enumeration must agree to
the last bit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from tests.allocation.brute import Choice, case_choices, read_offers, rigid_paid, rule_choices, within_envelopes
from tests.allocation.sample import sample_inputs, sample_responses, sample_yields

from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.decide import Decision, decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import Menus, menus
from silvafisc.allocation.problem import Problem
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.allocation.tables import chosen_offers
from silvafisc.quantities import share
from silvafisc.results import (
    CategorySpec,
    FactorSpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Offers,
    Resolved,
    RuleSpec,
    TaskSpec,
    UnitInputs,
)
from silvafisc.results.resolved import Shares

CODES = ("110001", "110002", "110003")
PROTECTION, REFORM = "ecological_protection_restoration", "reform_development"
STATE, COLLECTIVE = "public_welfare_state", "public_welfare_collective"
CENTRAL: Mapping[str, Shares] = {"1": (("central", "1"),), "2": (("central", "1"),)}
SHARED: Mapping[str, Shares] = {
    "1": (("central", "0.5"), ("provincial", "0.5")),
    "2": (("central", "2/3"), ("provincial", "1/4"), ("county", "1/12")),
}
MODES = ("rule", "case")
# Low score first: 110003, 110001, 110002. 110002 is the most important and the neediest; 110001 and 110003 differ in one.
INDICES = {"110001": ("0.3", "0.4"), "110002": ("0.6", "0.7"), "110003": ("0.5", "0.1")}


@dataclass(frozen=True)
class Tiny:
    """A tiny problem with its offers; `resolved.mode` says how it is solved."""

    resolved: Resolved
    inputs: UnitInputs
    indices: pd.DataFrame
    menus: Menus

    def change(self, **fields: Any) -> "Tiny":
        """Other fields of the scenario; the offers stay as they are."""
        return replace(self, resolved=replace(self.resolved, **fields))

    def rules(self, *rules: RuleSpec) -> "Tiny":
        """The same problem under these rules."""
        return self.change(rules=tuple(rules))

    def objectives(self, *objectives: ObjectiveSpec) -> "Tiny":
        """The same problem with these objectives."""
        return self.change(objectives=tuple(objectives))

    def tables(self, **tables: Any) -> "Tiny":
        """Other input tables; the offers stay as they are."""
        return replace(self, inputs=replace(self.inputs, **tables))

    def offers(self, edit: Callable[[pd.DataFrame], None]) -> "Tiny":
        """The same problem with an edited table of offers (made elsewhere, as it were)."""
        table = self.menus.offers.table.copy()
        edit(table)
        return replace(self, menus=Menus(replace(self.menus.offers, table=table), self.menus.fixed))

    def budget(self, part: str, funds: Sequence[str] = (PROTECTION, REFORM)) -> "Tiny":
        """Every fund and period gets its fixed money and this share of what its dearest offers would cost."""
        specs = []
        for fund in self.resolved.funds:
            given = dict(fund.appropriation_fen)
            for period in self.resolved.periods if fund.id in funds else ():
                most: dict[str, int] = {}
                for offer in read_offers(self.menus.offers.table):
                    cost = offer.costs.get((fund.payer, period), 0)
                    if offer.fund == fund.id:
                        most[offer.menu] = max(most.get(offer.menu, 0), cost)
                fixed = rigid_paid(self.resolved, self.inputs, fund.id, period, fund.payer)
                given[period] = fixed + int(share(part) * sum(most.values()))
            specs.append(replace(fund, appropriation_fen=given))
        return self.change(funds=tuple(specs))

    @property
    def cells(self) -> list[list[str]]:
        """Units by ascending score at α = 0.5."""
        return self.cells_at("0.5")

    def cells_at(self, alpha: str) -> list[list[str]]:
        """Units by ascending score α·importance + (1 − α)·need (all different here); one cell where nothing is graded."""
        if not self.resolved.grades.by_region:
            return [list(self.inputs.codes)]
        weight = Fraction(alpha)
        points = {
            code: weight * Fraction(INDICES[code][0]) + (1 - weight) * Fraction(INDICES[code][1])
            for code in self.inputs.codes
        }
        assert len(set(points.values())) == len(points)
        return [[code] for code in sorted(points, key=lambda c: points[c])]

    def choices(self, alpha: str = "0.5") -> list[Choice]:
        """Every choice of the mode (in rule mode at one α)."""
        offers = read_offers(self.menus.offers.table)
        if self.resolved.mode == "case":
            return list(case_choices(offers))
        return list(rule_choices(offers, self.cells_at(alpha), self.resolved.grades.maximum))

    @property
    def affordable(self) -> Callable[[Choice], bool]:
        """The envelopes, by hand."""
        return within_envelopes(self.resolved, self.inputs)

    def problem(self, alpha: str = "0.5") -> Problem:
        """What the engine gets."""
        if self.resolved.mode == "case":
            return case_problem(self.resolved, self.inputs, self.indices, self.menus)
        return rule_problem(self.resolved, self.inputs, self.indices, self.menus, alpha)

    def decide(self, *alphas: str) -> Decision:
        """The engine's answer over one or several α."""
        return decide([Engine(self.problem(alpha)) for alpha in alphas or ("0.5",)], self.resolved.objectives)


def answer(decision: Decision) -> frozenset[tuple[str, str]]:
    """(menu, offer) of everything that the engine chose."""
    table = decision.problem.offers.table.iloc[chosen_offers(decision.problem, decision.point)]
    return frozenset(zip(table["menu"], table["offer"], strict=True))


def value(decision: Decision, term: str) -> Fraction:
    """The engine's value of an objective, exactly as the float is."""
    return Fraction(decision.values[term])


_MADE: dict[str, Tiny] = {}


def tiny(mode: str = "rule", **shape: Any) -> Tiny:
    """The problem of `made(**shape)` in a mode; made once, since no test may change it in place."""
    key = repr(sorted(shape.items()))
    if key not in _MADE:
        _MADE[key] = made(**shape)
    return _MADE[key].change(mode=mode)


def made(
    *,
    units: int = 3,
    periods: Sequence[str] = ("2026",),
    levels: Sequence[int] = (16_00, 18_00, 20_00),
    categories: Sequence[str] = (COLLECTIVE,),
    task: bool = False,
    pot: bool = False,
    grades: int = 2,
    payers: Mapping[str, Shares] = CENTRAL,
    quantities: Sequence[str] = ("0", "0.5"),
    floors: Mapping[str, Mapping[str, int]] | None = None,
    seed: int = 0,
) -> Tiny:
    """Units with areas, needs and factors; one fund for the categories, one for a task and a factor pot."""
    resolved = Resolved(
        id="tiny",
        mode="rule",
        policy_date="2026-01-01",
        periods=tuple(periods),
        funds=(
            FundSpec(PROTECTION, "central", "sharing", dict.fromkeys(periods, 10**9)),
            FundSpec(
                REFORM,
                "central",
                "sharing",
                dict.fromkeys(periods, 10**9),
                factor_pot_fen=(3_000_01, 5_000_00) if pot else (),
                factor_effectiveness="0.5" if pot and task else None,
            ),
        ),
        categories=tuple(
            CategorySpec(
                name,
                PROTECTION,
                name,
                (floors or {}).get(name, dict.fromkeys(periods, levels[0])),
                tuple(levels),
                payers,
            )
            for name in categories
        ),
        tasks=(
            TaskSpec("afforestation", REFORM, (400_00, 500_00), tuple(quantities), payers, ((0, "0.7"), (1, "0.3"))),
        )
        if task
        else (),
        factors=(
            FactorSpec(REFORM, "fiscal_difficulty", "0.4", "0.6", "0.5"),
            FactorSpec(REFORM, "task_need", "0.4", "0.6", "0.5"),
        )
        if pot
        else (),
        factor_step="0.2",
        grades=GradeSpec(grades > 1, ("0.5",), 10, 1, grades),
        rules=(RuleSpec("envelope"),),
        objectives=(ObjectiveSpec("carbon", stage=1),),
        groups={"poor": (CODES[units - 1],)},
        gap=0.0,
    )
    inputs = _inputs(units, categories, seed)
    responses = sample_responses(resolved, inputs)
    indices = responses.indices.copy()
    indices["importance"] = [float(INDICES[c][0]) for c in indices["region_code"]]
    indices["need"] = [float(INDICES[c][1]) for c in indices["region_code"]]
    offered = menus(resolved, inputs, sample_yields(resolved, inputs), responses)
    # The fixed money's tonnes are no choice and no whole number: left out, so that values can be compared bit by bit.
    built = Tiny(resolved, inputs, indices, Menus(Offers(offered.offers.table, {}), offered.fixed))
    return built.offers(lambda table: whole_gains(table, seed))


def _inputs(units: int, categories: Sequence[str], seed: int) -> UnitInputs:
    inputs = sample_inputs(CODES[:units], seed)
    draw = np.random.default_rng(seed + 77)
    areas = pd.concat(
        [inputs.areas.assign(category=c, area_tenth_mu=draw.integers(300, 3000, units)) for c in sorted(categories)]
    ).sort_values(["region_code", "category"], ignore_index=True)
    rows = inputs.responses
    recurring = rows[rows["subject"] != "afforestation"]
    responses = pd.concat(
        [rows[rows["subject"] == "afforestation"], *(recurring.assign(subject=c) for c in sorted(categories))]
    ).sort_values(["region_code", "subject"], ignore_index=True)
    # Capacities bind in no menu; tests of the rule bring their own.
    tasks = inputs.tasks.assign(capacity_tenth_mu=inputs.tasks["need_tenth_mu"] * 2)
    return replace(inputs, areas=areas, tasks=tasks, responses=responses)


def largest(table: pd.DataFrame, column: str) -> int:
    """Row number of the largest value of a column."""
    return int(str(table[column].idxmax()))


def add(table: pd.DataFrame, row: int, column: str, amount: float) -> None:
    """Add to one cell; a column that is not there counts as 0."""
    values = table[column].to_numpy().copy() if column in table else np.zeros(len(table), np.int64)
    values[row] += amount
    table[column] = values


def whole_gains(table: pd.DataFrame, seed: int) -> None:
    """Objectives become whole numbers that rise with the cost inside each menu, at random steps."""
    draw = np.random.default_rng(seed + 1000)
    costs = [c for c in table.columns if c.startswith("cost.")]
    for name in ("obj.carbon", "obj.development"):
        gains = np.zeros(len(table))
        for _, group in table.groupby("menu", sort=True):
            order = group[costs].sum(axis=1).sort_values(kind="stable").index
            gains[order] = np.cumsum([0, *draw.integers(1, 30, len(order) - 1)])
        table[name] = gains
