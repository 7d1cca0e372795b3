"""The model as a matrix: what the solver gets, and how its rows map back to rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .problem import Aux, Floats, Indices, Objective, Part, Problem, Row, Rows, joined
from .rows import Joined

# Rows are scaled by powers of two (exact) so that their largest coefficient is near this size: a solver tolerance of
# 1e-9 on such a row is then less than a fen in ten billion yuan.
_ROW_SIZE = 1024.0


@dataclass(frozen=True)
class Model:
    """lower <= matrix @ x <= upper over binary columns followed by helping variables.

    row_scale: the matrix row equals the rule's row times this power of two. closed: columns that may not be chosen.
    """

    problem: Problem
    rows: Joined
    variables: tuple[Aux, ...]
    matrix: sparse.csr_matrix
    lower: Floats
    upper: Floats
    row_scale: Floats
    closed: Indices = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def size(self) -> int:
        """Columns and helping variables together."""
        return self.problem.size + len(self.variables)

    @cached_property
    def integer(self) -> NDArray[np.bool_]:
        """Which of them are integer."""
        return np.array([True] * self.problem.size + [v.integer for v in self.variables])

    @cached_property
    def helped(self) -> NDArray[np.bool_]:
        """Rows in which a helping variable stands."""
        return np.diff(sparse.csr_matrix(self.matrix[:, self.problem.size :]).indptr) > 0

    @cached_property
    def unreachable(self) -> Indices:
        """Rows that no column enters and whose limits leave 0 out: nothing can be chosen that keeps them."""
        empty = np.diff(self.matrix.indptr) == 0
        return np.flatnonzero(empty & ((self.lower > 0) | (self.upper < 0)))

    @property
    def column_bounds(self) -> tuple[Floats, Floats]:
        """Bounds of all columns."""
        n = self.problem.size
        low = np.concatenate([np.zeros(n), [v.lower for v in self.variables]])
        high = np.concatenate([np.ones(n), [v.upper for v in self.variables]])
        high[self.closed] = 0.0
        return low, high

    def vector(self, objective: Objective) -> Floats:
        """Coefficients of an objective over all columns of this model."""
        where = {v.name: i for i, v in enumerate(self.variables)}
        full = np.zeros(self.size)
        full[: self.problem.size] = objective.values
        for name, value in objective.aux.items():
            full[self.problem.size + where[name]] = value
        return full

    def completed(self, point: Floats) -> Floats:
        """The point with helping variables at the value that its choices imply, as far as rows with no other one say.

        A ceiling (the smallest adequacy) is reached, a floor (a published value, a change) is not exceeded.
        """
        n, limits = self.problem.size, (self.lower, self.upper)
        result = completed(self.matrix, limits, self.column_bounds, n, point)
        where = {v.name: n + i for i, v in enumerate(self.variables)}
        for fill in dict.fromkeys(v.filled for v in self.variables if v.filled is not None):
            for name, value in fill(result[:n]).items():
                result[where[name]] = value
        return result


def completed(
    matrix: sparse.csr_matrix, limits: tuple[Floats, Floats], bounds: tuple[Floats, Floats], choices: int, point: Floats
) -> Floats:
    """`Model.completed` for any matrix whose first columns are choices."""
    n = choices
    if matrix.shape[1] == n:
        return point
    result = point.copy()
    (lower, upper), (low, high) = limits, bounds
    helping = sparse.csr_matrix(matrix[:, n:])
    alone = np.flatnonzero(np.diff(helping.indptr) == 1)
    at, factor = helping[alone].indices, helping[alone].data
    chosen = matrix[alone][:, :n] @ result[:n]
    least, most = low[n:].copy(), high[n:].copy()
    above = np.where(factor > 0, lower[alone] - chosen, upper[alone] - chosen) / factor
    below = np.where(factor > 0, upper[alone] - chosen, lower[alone] - chosen) / factor
    np.maximum.at(least, at, above)
    np.minimum.at(most, at, below)
    ceiling = (least <= low[n:]) & (most < high[n:])
    result[n:] = np.where(ceiling, most, least)
    return result


def gather(problem: Problem, parts: Sequence[Part], objectives: Sequence[Objective]) -> tuple[Joined, list[Aux]]:
    """All rows and helping variables, structure first, in a fixed order."""
    adding: list[Part | Objective] = [problem.structure, *parts, *objectives]
    return joined(*(a.rows for a in adding)), [v for a in adding for v in a.variables]


def power_of_two(values: Floats, size: float = _ROW_SIZE) -> float:
    """The power of two that brings the largest magnitude of `values` near `size`."""
    largest = float(np.max(np.abs(values), initial=0.0))
    return 1.0 if largest == 0 else float(2.0 ** np.round(np.log2(size / largest)))


def scale_of(row: Row) -> float:
    """Scale of a row from its own coefficients; counting rows keep theirs."""
    values = np.concatenate([row.values, np.array(list(row.aux.values()))])
    largest = float(np.max(np.abs(values), initial=0.0))
    return 1.0 if largest <= _ROW_SIZE else power_of_two(values)


def scales_of(rows: Rows) -> Floats:
    """`scale_of` for a batch."""
    largest = np.asarray(abs(rows.matrix).max(axis=1).todense(), np.float64).ravel()
    if rows.helping is not None:
        largest = np.maximum(largest, np.asarray(abs(rows.helping).max(axis=1).todense(), np.float64).ravel())
    powers = 2.0 ** np.round(np.log2(_ROW_SIZE / np.maximum(largest, _ROW_SIZE)))
    return np.asarray(np.where(largest <= _ROW_SIZE, 1.0, powers), np.float64)


def assemble(problem: Problem, parts: Sequence[Part], objectives: Sequence[Objective]) -> Model:
    """Vectorised assembly; `build.compile_with_pyomo` gives the same matrix by the reference road (tested equal)."""
    rows, variables = gather(problem, parts, objectives)
    where = {v.name: problem.size + i for i, v in enumerate(variables)}
    pieces = [_batch(p, where) if isinstance(p, Rows) else _singles(p, where) for p in rows.pieces]
    shape = (len(rows), problem.size + len(variables))
    counts, columns, values = (np.concatenate([piece[i] for piece in pieces]) for i in range(3))
    lower, upper, scales = (np.concatenate([piece[i] for piece in pieces]) for i in range(3, 6))
    matrix = sparse.csr_matrix((values, columns, np.concatenate([[0], np.cumsum(counts)])), shape=shape)
    return Model(problem, rows, tuple(variables), matrix, lower * scales, upper * scales, scales)


_Piece = tuple[Indices, Indices, Floats, Floats, Floats, Floats]
"""Entries per row; columns; scaled values; lower and upper limits; scales."""


def _singles(rows: Sequence[Row], where: Mapping[str, int]) -> _Piece:
    scales = np.array([scale_of(row) for row in rows])
    counts = np.array([len(row.columns) + len(row.aux) for row in rows], np.int64)
    columns = np.concatenate([np.append(row.columns, [where[n] for n in row.aux]) for row in rows]).astype(np.int64)
    values = np.concatenate(
        [np.append(row.values, list(row.aux.values())) * s for row, s in zip(rows, scales, strict=True)]
    )
    limits = np.array([row.limits for row in rows]).reshape(len(rows), 2)
    return counts, columns, values, limits[:, 0], limits[:, 1], scales


def _batch(rows: Rows, where: Mapping[str, int]) -> _Piece:
    scales, matrix = scales_of(rows), rows.matrix
    if rows.helping is not None:
        # One matrix over columns and helping variables of the batch, whose places are then put in.
        matrix = sparse.hstack([matrix, rows.helping], format="csr")
        places = np.concatenate([np.arange(rows.matrix.shape[1]), [where[name] for name in rows.names]])
        columns = places.astype(np.int64)[matrix.indices]
    else:
        columns = matrix.indices.astype(np.int64)
    counts = np.diff(matrix.indptr)
    return counts, columns, matrix.data * np.repeat(scales, counts), rows.lower, rows.upper, scales
