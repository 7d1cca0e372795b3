"""What a simulation gives back."""

from dataclasses import dataclass, fields

import numpy as np

from ..mixtures import Array
from .parameters import Parameters
from .pools import ABOVE, LIVE, POOLS, REPORTED


@dataclass(frozen=True)
class Flows:
    """Stocks and flows of the rows of a simulation, in tC/ha and tC/ha/yr.

    pools: (rows, years + 1, 14) in the order of `pools.POOLS`; index 0 is the start, k + 1 the end of year k.
    emitted: (rows, years, 3) carbon that left as CO2, CH4 and CO, by decay and by events.
    released: (rows, years, 3) the part of `emitted` that events gave off at once (fire).
    products: (rows, years) carbon that events carried out of the forest.
    production: (rows, years) net primary production: growth plus what replaced the shed leaves, branches and roots.
    """

    pools: Array
    emitted: Array
    released: Array
    products: Array
    production: Array

    def __len__(self) -> int:
        return int(self.pools.shape[0])

    def part(self, chosen: slice | np.ndarray) -> "Flows":
        """The chosen rows."""
        return Flows(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @property
    def total(self) -> Array:
        """(rows, years + 1) carbon in all pools of the forest, tC/ha."""
        return np.asarray(self.pools.sum(axis=2))

    def imbalance(self) -> Array:
        """(rows, years) change + emissions + products - production, tC/ha: zero up to rounding."""
        change = np.diff(self.total, axis=1)
        return np.asarray(change + self.emitted.sum(axis=2) + self.products - self.production)

    def reported(self, parameters: Parameters) -> Array:
        """(rows, years + 1, 5) tC/ha by the pools of the IPCC guidelines, in the order of `pools.REPORTED`."""
        belongs = np.zeros((len(POOLS), len(REPORTED)))
        belongs[: len(ABOVE), 0] = 1
        belongs[len(ABOVE) : len(LIVE), 1] = 1
        for row, name in enumerate(parameters.reported_as, start=len(LIVE)):
            belongs[row, REPORTED.index(name)] = 1
        return np.asarray(self.pools @ belongs)


def joined(parts: list[Flows]) -> Flows:
    """Flows of consecutive rows as one."""
    return Flows(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Flows)))
