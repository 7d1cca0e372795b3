"""The allocation problem as plain data: offers, choice columns, and the rows that tie them.

One notion serves both modes. An *offer* belongs to one unit; a *column* is a number that is decided. In case mode
every offer is a column. In rule mode a column is a published number (a standard for an interval of grades, a task
level, a factor weighting), and `membership` says which unit offers it makes happen. Rules speak of offers and are
carried to columns by that matrix, so each rule is written once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from silvafisc.results import Offers, Resolved, UnitInputs

from .menus import Fixed
from .rows import Floats as Floats
from .rows import Indices as Indices
from .rows import Row as Row
from .rows import Rows as Rows
from .rows import joined as joined

SINGLE = ("task", "interest_subsidy", "factor", "offer")
"""Kinds of columns of which a menu has exactly one."""
WORK = ("task", "interest_subsidy")
"""Natures of offers that have work done on an area: grants and loans."""


@dataclass(frozen=True)
class Aux:
    """A helping variable of a rule or an objective (continuous unless `integer`).

    filled: values of this one and others by name, from the choices, where no single row implies them.
    """

    name: str
    lower: float = 0.0
    upper: float = np.inf
    integer: bool = False
    filled: Callable[[Floats], Mapping[str, float]] | None = None


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
    rows: Sequence[Row] = ()


@dataclass(frozen=True)
class Part:
    """What a rule adds to the model: rows one by one, a batch of them (`Rows`), or both (`joined`)."""

    rows: Sequence[Row] = ()
    variables: tuple[Aux, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Everything that is needed to build the model; nothing is decided yet.

    columns: one row per column: kind (`standard`, one of SINGLE, `arc`), subject, period, level (fen or
        -1), offer, first_cell, last_cell, name.
    membership: offers x columns, 1 where choosing the column makes the unit's offer happen.
    structure: rows that make a choice well formed (one per menu, a path over the cut-offs, order of grades).
    cells: region_code -> cell of the score (rule mode; all 0 where ungraded); cut_offs: score from which each cell begins.
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
        used, at = np.unique(columns, return_inverse=True)
        sums = np.bincount(at, weights, minlength=len(used)).astype(np.float64)
        kept = sums != 0
        return Row(rule, label, used[kept].astype(np.int64), sums[kept], **limits)  # type: ignore[arg-type]

    def rows(
        self,
        rule: str,
        label: Callable[[int], str],
        entries: tuple[Indices, Indices, Floats],
        limits: tuple[Floats, Floats],
        *,
        relaxable: bool = True,
        unit: str = "",
    ) -> Rows:
        """Many rows over offers at once, carried to columns, zeros dropped.

        entries: (row, offer, value), any order. limits: lower and upper, one each per row.
        """
        at, offers, values = entries
        shape = (len(limits[0]), self.membership.shape[0])
        matrix = sparse.csr_matrix(sparse.csr_matrix((values, (at, offers)), shape=shape) @ self.membership)
        matrix.eliminate_zeros()
        matrix.sort_indices()
        return Rows(rule, label, matrix, *limits, relaxable=relaxable, unit=unit)

    def listed_rows(
        self, rule: str, listed: Sequence[tuple[str, Indices, Floats]], limits: tuple[Floats, Floats], *, unit: str = ""
    ) -> Rows:
        """`rows` from the label, the offers and their values of each row."""
        counts = [len(offers) for _, offers, _ in listed]
        offers = np.concatenate([np.zeros(0, np.int64), *(offers for _, offers, _ in listed)])
        values = np.concatenate([np.zeros(0), *(values for _, _, values in listed)])
        entries = (np.repeat(np.arange(len(listed)), counts), offers, values)
        return self.rows(rule, lambda at: listed[at][0], entries, limits, unit=unit)

    @cached_property
    def menu_offers(self) -> dict[str, Indices]:
        """menu -> indices of its offers, ascending standard."""
        table = self.offers.table
        menus, names = pd.factorize(table["menu"], sort=True)
        offers, _ = pd.factorize(table["offer"], sort=True)
        order = np.lexsort((offers, table["standard_fen"].to_numpy(), menus))
        sizes = np.bincount(menus, minlength=len(names))
        starts = np.cumsum(sizes) - sizes
        return dict(zip(map(str, names), parted(order, starts), strict=True))

    @cached_property
    def _positions(self) -> dict[tuple[str, ...], dict[tuple[str, ...], Indices]]:
        return {}

    def positions(self, *by: str) -> dict[tuple[str, ...], Indices]:
        """Positions of the offers that share the text values of `by`, keys ascending."""
        if by not in self._positions:
            self._positions[by] = grouped(self.offers.table, list(by))
        return self._positions[by]

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


def grouped(frame: pd.DataFrame, by: list[str]) -> dict[tuple[Any, ...], Indices]:
    """Positions of the rows that share the values of `by`, keys ascending."""
    if frame.empty:
        return {}
    number, texts = np.zeros(len(frame), np.int64), []
    for name in by:
        codes, values = pd.factorize(frame[name].astype(object), sort=True)
        number = number * len(values) + codes
        texts.append((codes, values))
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-1))
    groups = parted(order, starts)
    heads = order[starts]
    keys = zip(*(values[codes[heads]] for codes, values in texts), strict=True)
    return dict(zip(keys, groups, strict=True))


def parted(order: Indices, starts: Indices) -> list[Indices]:
    """The parts of an array that begin at these places (as `np.split`, which takes five times as long for many parts)."""
    ends = [*starts[1:].tolist(), len(order)]
    return [order[begin:end] for begin, end in zip(starts.tolist(), ends, strict=True)]


def cost_columns(frame: pd.DataFrame, period: str, fund: str | None = None) -> list[str]:
    """Names of the columns that hold payments of a period (of one fund, or of all)."""
    start = "cost." if fund is None else f"cost.{fund}."
    return [str(c) for c in frame.columns if str(c).startswith(start) and str(c).endswith(f".{period}_fen")]


def forbid(problem: Problem, rule: str, offers: Indices) -> Part:
    """Rows that rule out offers which break a rule by themselves."""
    table, count = problem.offers.table, len(offers)
    if not count:
        return Part()
    menu, offer = table["menu"].to_numpy(object), table["offer"].to_numpy(object)
    entries = (np.arange(count), np.asarray(offers, np.int64), np.ones(count))
    limits = (np.full(count, -np.inf), np.zeros(count))
    return Part(problem.rows(rule, lambda at: f"{menu[offers[at]]}/{offer[offers[at]]}", entries, limits))


def one_of(label: str, columns: Sequence[int] | Indices) -> Row:
    """Exactly one of these columns is chosen."""
    used = np.asarray(columns, np.int64)
    return Row("menu", label, used, np.ones(len(used)), 1.0, 1.0, relaxable=False)
