"""Standard normals that move together: one common factor, one for each group, one for each member."""

import math
import zlib
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Correlation:
    """Of two members of one group, and of two of different groups: 0 <= across <= within <= 1."""

    within: float
    across: float

    def __post_init__(self) -> None:
        if not 0 <= self.across <= self.within <= 1:
            raise ValueError(f"not 0 <= {self.across} <= {self.within} <= 1")


def normals(
    what: str, group: str, member: str, correlation: Correlation, shape: tuple[int, int], seed: int
) -> NDArray[np.float64]:
    """Standard normals (draws, years) of a member, independent between years.

        z = sqrt(across) common + sqrt(within − across) of the group + sqrt(1 − within) of the member

    what: the kind of event, whose draws are independent of every other kind's. Every factor has a stream of its own, by
    name, so that neither the order of the members nor one more of them changes another's draws.
    """
    parts = (
        (correlation.across, "common"),
        (correlation.within - correlation.across, f"group {group}"),
        (1 - correlation.within, f"member {member}"),
    )
    total = np.zeros(shape)
    for variance, name in parts:
        if variance > 0:
            stream = np.random.default_rng([seed, zlib.crc32(f"{what} {name}".encode())])
            total += math.sqrt(variance) * stream.standard_normal(shape)
    return total


def happens(shocks: NDArray[np.float64], chance: float) -> NDArray[np.bool_]:
    """Where an event of this chance happens: z < Φ⁻¹(chance) (a Gaussian copula of yearly events)."""
    if not 0 < chance < 1:
        return np.full(shocks.shape, bool(chance))
    return shocks < NormalDist().inv_cdf(chance)
