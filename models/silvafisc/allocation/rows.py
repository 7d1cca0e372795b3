"""Rows of a model: one by one, or many of one rule at once without an object for each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

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


@dataclass(frozen=True, eq=False)
class Rows(Sequence[Row]):
    """Many rows of one rule as one matrix over the problem's columns; a `Row` is made only where one is asked for.

    label: position -> the row's label. names: helping variables; helping: rows x names.
    """

    rule: str
    label: Callable[[int], str]
    matrix: sparse.csr_matrix
    lower: Floats
    upper: Floats
    names: tuple[str, ...] = ()
    helping: sparse.csr_matrix | None = None
    relaxable: bool = True
    unit: str = ""

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        at = range(len(self))[index]
        columns, values = entries_of(self.matrix, at)
        aux = {}
        if self.helping is not None:
            where, factors = entries_of(self.helping, at)
            aux = {self.names[i]: float(v) for i, v in zip(where, factors, strict=True)}
        low, high = float(self.lower[at]), float(self.upper[at])
        return Row(self.rule, self.label(at), columns, values, low, high, aux, self.relaxable, self.unit)


@dataclass(frozen=True, eq=False)
class Joined(Sequence[Row]):
    """Several sequences of rows, one after the other, none of them copied."""

    pieces: tuple[Sequence[Row], ...]

    @property
    def starts(self) -> list[int]:
        """Position of the first row of each piece, then the number of all rows."""
        return [0, *accumulate(len(piece) for piece in self.pieces)]

    def __len__(self) -> int:
        return sum(len(piece) for piece in self.pieces)

    def __iter__(self) -> Iterator[Row]:
        for piece in self.pieces:
            yield from piece

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        at = range(len(self))[index]
        for piece in self.pieces:
            if at < len(piece):
                return piece[at]
            at -= len(piece)
        raise IndexError(index)

    def of_rule(self, rule: str) -> list[int]:
        """Positions of the rows of one rule."""
        found: list[int] = []
        for start, piece in zip(self.starts, self.pieces, strict=False):
            if isinstance(piece, Rows):
                found += range(start, start + len(piece)) if piece.rule == rule else ()
            else:
                found += [start + i for i, row in enumerate(piece) if row.rule == rule]
        return found


def joined(*sequences: Sequence[Row]) -> Joined:
    """The sequences as one, nested ones opened up."""
    pieces: list[Sequence[Row]] = []
    for sequence in sequences:
        pieces += sequence.pieces if isinstance(sequence, Joined) else [sequence]
    return Joined(tuple(piece for piece in pieces if len(piece)))


def entries_of(matrix: sparse.csr_matrix | sparse.csc_matrix, line: int) -> tuple[Indices, Floats]:
    """Positions and values of one row of a CSR matrix (column of a CSC matrix), without a copy of the matrix."""
    span = slice(matrix.indptr[line], matrix.indptr[line + 1])
    return np.asarray(matrix.indices[span], np.int64), np.asarray(matrix.data[span], np.float64)
