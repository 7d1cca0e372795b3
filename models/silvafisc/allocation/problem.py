"""The allocation problem as plain data: offers, choice columns, and the rows that tie them.

One notion serves both modes. An *offer* belongs to one unit; a *column* is a number that is decided. In case mode
every offer is a column. In rule mode a column is a published number (a standard for an interval of grades, a task
level, a factor weighting), and `membership` says which unit offers it makes happen. Rules speak of offers and are
carried to columns by that matrix, so each rule is written once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from silvafisc.results import Offers, Resolved, UnitInputs

from .menus import Fixed

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Row:
    """lower <= sum(values * columns) + sum(aux) <= upper, belonging to one rule.

    label: readable key of the row inside its rule (unit, fund, period …).
    unit: of the row's values (fen for money), for relaxation and reporting.
    rounding: less than the smallest step that exact values of the row can make; 0 where they are whole numbers. Keeps a
        limit that is reached exactly from being missed by the rounding of fractions.
    """

    rule: str
    label: str
    columns: Indices
    values: Floats
    lower: float = -np.inf
    upper: float = np.inf
    aux: Mapping[str, float] = field(default_factory=dict)
    relaxable: bool = True
    unit: str = ""
    rounding: float = 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """Lower and upper limit with the floats' rounding error allowed for."""
        return self.lower - self.rounding, self.upper + self.rounding


@dataclass(frozen=True)
class Aux:
    """A helping variable of a rule or an objective (continuous unless `integer`)."""

    name: str
    lower: float = 0.0
    upper: float = np.inf
    integer: bool = False


class ObjectiveError(ValueError):
    """An objective that this scenario cannot have; says why in both languages."""

    def __init__(self, term: str, en: str, zh: str) -> None:
        super().__init__(f"{term}: {en}")
        self.term, self.en, self.zh = term, en, zh


@dataclass(frozen=True)
class Objective:
    """Maximise sum(values * columns) + sum(aux) + constant, with the rows that define its helping variables."""

    term: str
    unit: str
    values: Floats
    constant: float = 0.0
    aux: Mapping[str, float] = field(default_factory=dict)
    variables: tuple[Aux, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Part:
    """What a rule adds to the model."""

    rows: tuple[Row, ...] = ()
    variables: tuple[Aux, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Everything that is needed to build the model; nothing is decided yet.

    columns: one row per column: kind (`standard`, `task`, `factor`, `offer`, `arc`), subject, period, level (fen or
        -1), offer, first_cell, last_cell, name.
    membership: offers x columns, 1 where choosing the column makes the unit's offer happen.
    structure: rows that make a choice well formed (one per menu, a path over the cut-offs, order of grades).
    cells: region_code -> cell of the score (rule mode; all 0 where ungraded); cut_offs: smallest score of each cell.
    """

    resolved: Resolved
    inputs: UnitInputs
    indices: pd.DataFrame
    offers: Offers
    fixed: Fixed
    columns: pd.DataFrame
    membership: sparse.csr_matrix
    structure: Part
    alpha: str = ""
    cells: Mapping[str, int] = field(default_factory=dict)
    cut_offs: tuple[str, ...] = ()
    scores: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.columns)

    def carried(self, per_offer: Floats) -> Floats:
        """Coefficients per column of a quantity given for every offer."""
        return np.asarray(self.membership.T @ per_offer, np.float64)

    def row(self, rule: str, label: str, offers: Indices, values: Floats, **limits: object) -> Row:
        """A row over some offers, carried to columns, zeros dropped."""
        # By hand instead of a sparse slice: thousands of small rows are built, and a slice costs a quarter millisecond.
        matrix = self.membership
        spans = [slice(matrix.indptr[i], matrix.indptr[i + 1]) for i in offers]
        columns = np.concatenate([matrix.indices[span] for span in spans]) if spans else np.zeros(0, np.int64)
        counts = [span.stop - span.start for span in spans]
        entries = np.concatenate([matrix.data[span] for span in spans]) if spans else np.zeros(0)
        weights = np.repeat(np.asarray(values, np.float64), counts) * entries
        dense = np.bincount(columns, weights, minlength=self.size).astype(np.float64)
        return make_row(rule, label, dense, **limits)

    @cached_property
    def menu_offers(self) -> dict[str, Indices]:
        """menu -> indices of its offers, ascending standard."""
        order = self.offers.table.sort_values(["menu", "standard_fen", "offer"], kind="stable")
        return {
            str(menu): np.asarray(index, np.int64) for menu, index in order.groupby("menu", sort=True).groups.items()
        }

    @cached_property
    def categories_of_units(self) -> dict[str, tuple[str, ...]]:
        """category -> codes of the units with offers in it, ascending."""
        table = self.offers.table[self.offers.table["category"] != ""]
        pairs = table[["category", "region_code"]].drop_duplicates()
        return {str(category): tuple(sorted(group)) for category, group in pairs.groupby("category")["region_code"]}

    def representatives(self, category: str) -> tuple[str, ...]:
        """Units of the category that stand for all others: in rule mode one per cell (the rest have equal rows)."""
        codes = self.categories_of_units.get(category, ())
        if not self.cells:
            return codes
        graded = self.resolved.category(category).graded
        first: dict[int, str] = {}
        for code in codes:
            first.setdefault(self.cells[code] if graded else 0, code)
        return tuple(first[cell] for cell in sorted(first))

    def column_values(self, column: str) -> Floats:
        """One numeric column of the offers as floats."""
        return self.offers.table[column].to_numpy(np.float64)

    def total_cost(self, period: str, fund: str | None = None) -> Floats:
        """What all payers together pay per offer in a period (of one fund, or of all)."""
        names = cost_columns(self.offers.table, period, fund)
        return np.asarray(self.offers.table[names].sum(axis=1), np.float64)


def make_row(rule: str, label: str, coefficients: Floats, **limits: object) -> Row:
    """A row from dense coefficients per column."""
    used = np.flatnonzero(coefficients)
    return Row(rule, label, used, coefficients[used], **limits)  # type: ignore[arg-type]


def grouped(frame: pd.DataFrame, by: list[str]) -> dict[tuple[str, ...], Indices]:
    """Positions of the rows that share the text values of `by`, keys ascending."""
    found: dict[tuple[str, ...], list[int]] = {}
    for position, key in enumerate(zip(*(frame[name].astype(object) for name in by), strict=True)):
        found.setdefault(key, []).append(position)
    return {key: np.array(found[key], np.int64) for key in sorted(found)}


def cost_columns(frame: pd.DataFrame, period: str, fund: str | None = None) -> list[str]:
    """Names of the columns that hold payments of a period (of one fund, or of all)."""
    start = "cost." if fund is None else f"cost.{fund}."
    return [str(c) for c in frame.columns if str(c).startswith(start) and str(c).endswith(f".{period}_fen")]


def forbid(problem: Problem, rule: str, offers: Indices) -> Part:
    """Rows that rule out offers which break a rule by themselves."""
    table = problem.offers.table
    return Part(
        tuple(
            problem.row(rule, f"{table['menu'].iat[i]}/{table['offer'].iat[i]}", np.array([i]), np.ones(1), upper=0.0)
            for i in offers
        )
    )


def one_of(label: str, columns: Sequence[int] | Indices) -> Row:
    """Exactly one of these columns is chosen."""
    used = np.asarray(columns, np.int64)
    return Row("menu", label, used, np.ones(len(used)), 1.0, 1.0, relaxable=False)
