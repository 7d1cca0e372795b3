"""Blocks: parts of the model that share no row. Funds never mix, so they are often separate problems."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from .model import Model
from .problem import Floats, Indices


@dataclass(frozen=True)
class Block:
    """Some columns of a model with all the rows that touch them.

    columns, rows: positions in the whole model. The rest is restricted to them.
    """

    model: Model
    columns: Indices
    rows: Indices

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """Rows x columns of the block."""
        return sparse.csr_matrix(self.model.matrix[self.rows][:, self.columns])

    @cached_property
    def lower(self) -> Floats:
        """Row lower limits, scaled."""
        return self.model.lower[self.rows]

    @cached_property
    def upper(self) -> Floats:
        """Row upper limits, scaled."""
        return self.model.upper[self.rows]

    @cached_property
    def row_scale(self) -> Floats:
        """Scale of each row."""
        return self.model.row_scale[self.rows]

    @cached_property
    def integer(self) -> NDArray[np.bool_]:
        """Which columns are integer."""
        return self.model.integer[self.columns]

    @cached_property
    def column_bounds(self) -> tuple[Floats, Floats]:
        """Column bounds."""
        low, high = self.model.column_bounds
        return low[self.columns], high[self.columns]

    @cached_property
    def digest(self) -> bytes:
        """Equal for blocks that are the same to a solver, whatever model they stand in."""
        parts = (self.matrix.data, self.matrix.indices, self.matrix.indptr, self.lower, self.upper, self.integer)
        digest = hashlib.sha256()
        for part in (*parts, *self.column_bounds):
            digest.update(np.ascontiguousarray(part).tobytes() + b"|")
        return digest.digest()

    @property
    def choices(self) -> int:
        """Number of the block's columns that are choices (they come before the helping variables)."""
        return int(np.searchsorted(self.columns, self.model.problem.size))


def whole(model: Model) -> Block:
    """The model as one block."""
    return Block(model, np.arange(model.size), np.arange(len(model.lower)))


def blocks_of(model: Model) -> list[Block]:
    """The connected components of the model, in order of their first column."""
    entries = model.matrix.tocoo()
    # Rows and columns as the nodes of one graph, an edge where a row uses a column.
    nodes = len(model.lower) + model.size
    edges = (np.ones(entries.nnz), (entries.row, entries.col + len(model.lower)))
    _, labels = connected_components(sparse.coo_matrix(edges, shape=(nodes, nodes)), directed=False)
    row_labels, column_labels = labels[: len(model.lower)], labels[len(model.lower) :]
    found = dict.fromkeys(column_labels)
    return [Block(model, np.flatnonzero(column_labels == k), np.flatnonzero(row_labels == k)) for k in found]
