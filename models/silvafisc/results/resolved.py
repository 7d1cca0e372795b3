"""The scenario after the law of its policy date has been looked up: plain, complete, exact.

Everything that decides money is here or in the input tables; an auditor needs nothing else.
Shares are decimal or ratio strings (read with `silvafisc.quantities.share`), money is fen, standards are fen per mu.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter

from .loans import LoanSpec

Shares = tuple[tuple[str, str], ...]
"""(payer, share) in payer order; the shares sum to 1."""


@dataclass(frozen=True)
class FundSpec:
    """One fund (资金): its payer, its envelope per period and what its residue becomes."""

    id: str
    payer: str
    """The payer level whose column counts against this fund: central, provincial, city or county."""
    budget_nature: str
    appropriation_fen: Mapping[str, int]
    """period -> fen."""
    carried_in_fen: Mapping[str, int] = field(default_factory=dict)
    """period -> fen carried in from before the horizon (absent means none was given, counted as 0)."""
    carry_share: str = "0"
    """Largest share of the unallocated money that is carried out; the rest lapses."""
    factor_pot_fen: tuple[int, ...] = ()
    """Grid of factor pots (fen per period) to choose from; one value = given; empty = no factor pot."""
    residue: str = "unallocated"
    """`unallocated`, or `factor`: what is left after choosing joins the factor pot and is apportioned by its weights."""
    reserve_reason: str = ""
    reserve_fen: Mapping[str, int] = field(default_factory=dict)
    """period -> fen that may stay in the named reserve under full allocation (absent means none)."""
    factor_effectiveness: str | None = None
    """Share of the fund's task measures' tonnes per yuan that factor money is taken to bring (assumption);
    None = factor money counts no tonnes, and weights do not move carbon."""

    @property
    def residue_joins(self) -> bool:
        """Whether what is left after choosing joins the factor pot."""
        return self.residue == "factor"


@dataclass(frozen=True)
class CategorySpec:
    """A category (类别) with one published standard per period (and grade, where graded)."""

    id: str
    fund: str
    tenure: str
    floor_fen: Mapping[str, int]
    """period -> statutory floor, fen per mu per year."""
    levels_fen: tuple[int, ...]
    """Ascending grid of standards, fen per mu per year; the first is at or above every floor."""
    payer_shares: Mapping[str, Shares]
    """payer tier of the unit -> shares of each payment."""
    last_year_fen: int | None = None
    not_below: tuple[str, ...] = ()
    """Category order: this standard may not be below those of these categories (same grade and period)."""
    graded: bool = True
    last_year_by_unit_fen: Mapping[str, int] = field(default_factory=dict)
    """region_code -> last year's standard of a unit that was paid another one than `last_year_fen`."""
    floor_before_fen: int | None = None
    """Statutory floor on the day before the first period, where the law has one on record."""

    def last_year_of(self, region_code: str) -> int | None:
        """Last year's standard of a unit, fen per mu; None where none is known."""
        return self.last_year_by_unit_fen.get(region_code, self.last_year_fen)


@dataclass(frozen=True)
class TaskSpec:
    """A task measure (任务): unit standard x quantity, paid in instalments."""

    id: str
    fund: str
    standards_fen: tuple[int, ...]
    """Ascending grid of unit standards, fen per mu, once."""
    quantity_shares: tuple[str, ...]
    """Grid of shares of the need that are assigned per period; the first is '0' (no task)."""
    payer_shares: Mapping[str, Shares]
    instalments: tuple[tuple[int, str], ...] = ((0, "1"),)
    """(years after the task's period, share of the entitlement); shares sum to 1."""
    floor_fen: int = 0
    """Statutory floor of the unit standard where one exists."""


@dataclass(frozen=True)
class FactorSpec:
    """A factor of a fund's factor pot with the band its weight may move in."""

    fund: str
    factor: str
    low: str
    high: str
    template: str
    """The published or template weight."""
    status: str = "assumption"


@dataclass(frozen=True)
class GradeSpec:
    """Unit grades chosen on score = alpha x importance + (1 - alpha) x need."""

    by_region: bool = False
    alphas: tuple[str, ...] = ("0.5",)
    cut_offs: int = 10
    """Number of cells between candidate cut-offs (quantiles of the score)."""
    minimum: int = 1
    maximum: int = 1


@dataclass(frozen=True)
class RuleSpec:
    """One rule of the scenario with its parameters; `rule` names its file in allocation/terms and allocation/audit."""

    rule: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ObjectiveSpec:
    """One objective: a stage (lexicographic), a weight (normalised sum) or a bound (ε-constraint)."""

    term: str
    stage: int | None = None
    weight: float | None = None
    tolerance: float = 0.0
    at_least: float | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolved:
    """A whole scenario, ready for the allocation and for its audit."""

    id: str
    mode: str
    policy_date: str
    periods: tuple[str, ...]
    funds: tuple[FundSpec, ...]
    categories: tuple[CategorySpec, ...]
    tasks: tuple[TaskSpec, ...]
    factors: tuple[FactorSpec, ...]
    factor_step: str
    grades: GradeSpec
    rules: tuple[RuleSpec, ...]
    objectives: tuple[ObjectiveSpec, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """group id -> region codes."""
    opening_commitments: tuple[tuple[str, str, str, str, int], ...] = ()
    """(region_code, fund, measure, period, fen): instalments due from earlier years, gated before."""
    withheld_commitments: tuple[tuple[str, str, str, str, int], ...] = ()
    """The same of instalments that did not pass acceptance and are not paid."""
    assumed_responses: str = "rank"
    notice_unit_fen: int = 1_000_000
    """Unit of the printed notice, default 1 万元."""
    seed: int = 0
    gap: float = 1e-4
    time_limit_seconds: float = 120.0
    offers_given: bool = False
    """Offers come from a table made elsewhere: amounts follow from its cost columns, not from standards and areas."""
    loans: tuple[LoanSpec, ...] = ()
    """Loans on offer, one per task measure at most."""

    def fund(self, fund: str) -> FundSpec:
        """The fund of that id. Raises KeyError."""
        return _named(self.funds, fund)

    def category(self, category: str) -> CategorySpec:
        """The category of that id. Raises KeyError."""
        return _named(self.categories, category)

    def task(self, measure: str) -> TaskSpec:
        """The task measure of that id. Raises KeyError."""
        return _named(self.tasks, measure)

    def loan(self, instrument: str) -> LoanSpec:
        """The loan of that id. Raises KeyError."""
        return _named(self.loans, instrument)

    def rule(self, rule: str) -> RuleSpec | None:
        """The first rule of that name, or None where the scenario does not list it."""
        return next((spec for spec in self.rules if spec.rule == rule), None)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; `from_json` gives an equal object back."""
        data: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Resolved":
        """Rebuild from `to_json`. Raises pydantic.ValidationError."""
        return _ADAPTER.validate_python(dict(data))


_ADAPTER: TypeAdapter[Resolved] = TypeAdapter(Resolved)


_Spec = TypeVar("_Spec", FundSpec, CategorySpec, TaskSpec, LoanSpec)


def _named(items: tuple[_Spec, ...], name: str) -> _Spec:
    for item in items:
        if item.id == name:
            return item
    raise KeyError(name)
