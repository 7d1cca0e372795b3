"""The exact view that every check reads: scenario, input tables and published tables, parsed once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import pandas as pd

from silvafisc.results import Resolved

from .loan_tables import LoanTables
from .rule_tables import RuleTables

PAYERS = ("central", "provincial", "city", "county")
COMPENSATION = "compensation"
FACTOR_POT = "factor_pot"
NATURES = ("rigid", "committed", "top_up", "factor", "task", "project", "interest_subsidy")
WORK = ("task", "interest_subsidy")
"""Natures of rows that have work done on an area: grants and loans."""
ALL_UNITS = "000000"

Key = tuple[str, str, str, str, str, str]
"""(region_code, nature, fund, measure, category, period) of an allocation row."""


@dataclass(frozen=True)
class Row:
    """A row of allocation.csv; money in fen, area in 0.1 mu, None where the cell is empty."""

    where: str
    key: Key
    offer: str
    standard: int | None
    area: int | None
    payment: int
    columns: Mapping[str, int]
    due_later: int
    carbon: float | None
    credited: float | None = None
    """None where nothing of the scenario counts credited tonnes, and in an outcome made before the column existed."""

    @property
    def region(self) -> str:
        """Unit code."""
        return self.key[0]

    @property
    def nature(self) -> str:
        """Nature of the money."""
        return self.key[1]

    @property
    def fund(self) -> str:
        """Fund."""
        return self.key[2]

    @property
    def measure(self) -> str:
        """Measure."""
        return self.key[3]

    @property
    def category(self) -> str:
        """Category, '' for tasks and factor money."""
        return self.key[4]

    @property
    def period(self) -> str:
        """Budget period."""
        return self.key[5]


@dataclass(frozen=True)
class Standard:
    """A row of standards.csv; fen per mu, area in 0.1 mu."""

    where: str
    fund: str
    category: str
    measure: str
    grade: str
    period: str
    standard: int | None
    last_year: int | None
    floor: int | None
    quantity_rule: str
    units: int
    area: int | None
    payer_shares: str | None = None
    """None in an outcome made before the column existed."""
    instalments: str | None = None


@dataclass(frozen=True)
class Weight:
    """A row of weights.csv."""

    where: str
    fund: str
    period: str
    factor: str
    weight: Fraction | None
    pot: int
    payer: str | None = None
    """None in an outcome made before the column existed."""


@dataclass(frozen=True)
class Grade:
    """A row of grades.csv that belongs to the chosen grading (payer gradings carry payer shares and are law)."""

    where: str
    alpha: Fraction | None
    grade: str
    cut_off: Fraction | None
    units: int


@dataclass(frozen=True)
class Envelope:
    """A row of envelopes.csv, all in fen."""

    where: str
    fund: str
    payer: str
    period: str
    appropriation: int
    carried_in: int
    paid: int
    instalments_due: int
    unallocated: int
    carried_out: int
    lapsed: int


@dataclass(frozen=True)
class Published:
    """A row of regions.csv."""

    where: str
    region: str
    tier: str
    groups: str
    last_year: int | None
    importance: Fraction
    need: Fraction
    score: Fraction | None
    grade: str
    omega: float | None
    own_revenue: int | None


@dataclass(frozen=True)
class Offer:
    """A chosen row of offers.csv; costs by (fund, payer, period) in fen."""

    where: str
    region: str
    measure: str
    category: str
    period: str
    offer: str
    standard: int | None
    area: int | None
    costs: Mapping[tuple[str, str, str], int]
    objectives: Mapping[str, float]
    repaid: bool | None


@dataclass(frozen=True)
class Notice:
    """A row of notice.csv, all in fen."""

    where: str
    region: str
    fund: str
    period: str
    amount: int
    notice: int
    rounding: int


@dataclass(frozen=True)
class Unit:
    """What the input tables say of a receiving unit; money in fen."""

    region: str
    level: str
    tier: str
    groups: str
    own_revenue: int
    rural_population: int
    rural_income: int


@dataclass(frozen=True)
class Known:
    """What the input tables say, which many allocations may be judged by. Areas, needs and capacities in 0.1 mu, money in fen."""

    units: Mapping[str, Unit]
    areas: Mapping[tuple[str, str], int]
    """(region, category) -> certified area."""
    needs: Mapping[tuple[str, str], int]
    """(region, measure) -> need."""
    capacities: Mapping[tuple[str, str], int]
    factors: Mapping[tuple[str, str], Fraction]
    """(region, factor) -> value."""
    unverified: frozenset[str]
    """Factors of which some unit's value has nobody who verified it."""
    opportunity_cost: Mapping[tuple[str, str], int]
    """(region, subject) -> fen per mu and year."""
    last_year: Mapping[tuple[str, str, str], tuple[int, int]] | None
    """(region, fund, subject) -> (area, fen); None where the scenario has no last-year table."""


@dataclass(frozen=True)
class Case(Known):
    """Everything a check may read."""

    resolved: Resolved
    rows: tuple[Row, ...]
    standards: tuple[Standard, ...]
    weights: tuple[Weight, ...]
    grades: tuple[Grade, ...]
    envelopes: tuple[Envelope, ...]
    published: Mapping[str, Published]
    offers: tuple[Offer, ...]
    """Chosen offers only, without loans."""
    menus: Mapping[tuple[str, str, str, str], int]
    """(region, measure, category, period) -> number of chosen offers in that menu."""
    objective_columns: frozenset[str]
    """Objectives that offers.csv has a column for."""
    notices: tuple[Notice, ...]
    indicators: Mapping[tuple[str, str, str], float]
    """(region, variable, year) -> value; empty where indicators were not handed over."""
    of_rules: RuleTables
    """Tables that only some rules read."""
    draws: pd.DataFrame | None = None
    """The table of draws as it was handed over; parsed by the checks that need it."""
    loans: tuple[Offer, ...] = ()
    """Chosen offers of loans."""
    of_loans: LoanTables = field(default_factory=LoanTables)
    """Tables of loans."""

    @property
    def by_rule(self) -> bool:
        """Rule mode: amounts follow from published standards; otherwise each unit's own offer is the standard."""
        return self.resolved.mode == "rule"

    def area(self, region: str, category: str) -> int:
        """Certified area in 0.1 mu; 0 where the input table has no row."""
        return self.areas.get((region, category), 0)

    def payer_shares(
        self, shares: Mapping[str, tuple[tuple[str, str], ...]], region: str
    ) -> list[tuple[str, Fraction]]:
        """The legal split for the unit's tier, in payer order."""
        return [(payer, Fraction(text)) for payer, text in shares[self.units[region].tier]]

    def standard(self, region: str, category: str, period: str) -> int | None:
        """Standard paid under the fund, fen per mu; None where nothing (or more than one standard) is published."""
        if self.by_rule:
            grade = self.published[region].grade
            rows = [row for row in self.standards_of.get((category, period), ()) if row.grade in ("", grade)]
            return rows[0].standard if len(rows) == 1 else None
        if (region, category, period) in self.offered_standards:
            return self.offered_standards[region, category, period]
        spec = self.resolved.category(category)
        own = self.row_of.get((region, "top_up", spec.fund, COMPENSATION, category, period))
        return own.standard if own is not None else spec.floor_fen[period]

    @cached_property
    def offered_standards(self) -> Mapping[tuple[str, str, str], int]:
        """(region, category, period) -> standard of the chosen offer of a table made elsewhere, which has it stated."""
        offers = self.offers if self.resolved.offers_given else ()
        return {(o.region, o.category, o.period): o.standard for o in offers if o.category and o.standard is not None}

    @cached_property
    def row_of(self) -> Mapping[Key, Row]:
        """The allocation row of a key (committed money may come in several rows and is summed where it is needed)."""
        return {row.key: row for row in self.rows if row.nature != "committed"}

    @cached_property
    def standards_of(self) -> Mapping[tuple[str, str], tuple[Standard, ...]]:
        """(category or task measure, period) -> its published rows, in order of grade."""
        result: dict[tuple[str, str], tuple[Standard, ...]] = {}
        for row in sorted(self.standards, key=lambda row: (len(row.grade), row.grade)):
            key = (row.category or row.measure, row.period)
            result[key] = (*result.get(key, ()), row)
        return result
