"""Many mean hectares through the years, in chunks."""

from collections.abc import Callable, Iterator

import numpy as np

from .engine import Stepper, open_stepper
from .flows import Flows, joined
from .parameters import Parameters
from .pools import GASES, POOLS
from .rows import Event, Rows, check_rows

CHUNK = 4000
"""Rows at a time: the matrices of a chunk stay near 10 MB, and libcbm's fixed cost per step is long outweighed."""

Progress = Callable[[int, int], None]
"""Called with (rows done, rows in all) after every chunk."""


def simulate(rows: Rows, parameters: Parameters, progress: Progress | None = None, chunk: int = CHUNK) -> Flows:
    """Stocks and flows of every row, by the annual step of CBM-CFS3 (libcbm's `cbm_exn`).

    A year: events, half the growth, turnover of snags and of living trees, the other half, decay, mixing into the
    soil. Turnover feeds the dead pools and is grown again within the year, so growth is net.

    A row may be a mean hectare. Roots keep a constant ratio to what stands above ground and a constant share of fine
    roots, all living pools of a killed tree die with it, and growth does not sum below zero: so every step is linear in
    pools and growth, and the mean over cohorts of the results is the result of the mean. An event that hits the share h
    of the area is the matrix (1 - Σ h) I + Σ h L, with L the matrices of the events of that year.

    Raises:
        ValueError, InputError: as `rows.check_rows`; a living pool that growth takes below zero; libcbm is missing.
    """
    return joined([flows for _, flows in simulate_chunks(rows, parameters, progress, chunk)])


def simulate_chunks(
    rows: Rows, parameters: Parameters, progress: Progress | None = None, chunk: int = CHUNK
) -> Iterator[tuple[np.ndarray, Flows]]:
    """As `simulate`, but (row numbers, flows) chunk by chunk, for callers that keep only sums of many rows."""
    check_rows(rows, parameters)
    if chunk < 1:
        raise ValueError("a chunk needs at least one row")
    with open_stepper() as stepper:
        for start in range(0, len(rows), chunk):
            chosen = np.arange(start, min(start + chunk, len(rows)))
            yield chosen, _years(rows.part(chosen), parameters, stepper)
            if progress is not None:
                progress(min(start + chunk, len(rows)), len(rows))


def _years(rows: Rows, parameters: Parameters, stepper: Stepper) -> Flows:
    """The years of one chunk."""
    n, years = len(rows), rows.years
    flows = Flows(
        pools=np.empty((n, years + 1, len(POOLS))),
        emitted=np.empty((n, years, len(GASES))),
        released=np.empty((n, years, len(GASES))),
        products=np.empty((n, years)),
        production=np.empty((n, years)),
    )
    flows.pools[:, 0] = rows.start
    stepper.begin(parameters, rows.group, rows.start)
    for year in range(years):
        stepper.clear_year()
        if (mixed := mixed_matrices(rows.events, parameters, year)) is not None:
            stepper.strike(mixed)
        flows.released[:, year] = stepper.gases
        flows.production[:, year] = stepper.grow(rows.growth[:, year], rows.temperature[:, year])
        flows.emitted[:, year] = stepper.gases
        flows.products[:, year] = stepper.products
        flows.pools[:, year + 1] = stepper.pools
    return flows


def mixed_matrices(events: tuple[Event, ...], parameters: Parameters, year: int) -> np.ndarray | None:
    """(rows, 14, 18) matrices of one year, or None where nothing happens: (1 - Σ h) I + Σ h L = I + Σ h (L - I)."""
    striking = [event for event in events if np.any(event.share[:, year] > 0)]
    if not striking:
        return None
    stays = np.eye(len(POOLS), parameters.matrices[striking[0].matrix].shape[1])
    shares = np.stack([event.share[:, year] for event in striking], axis=1)
    changes = np.stack([parameters.matrices[event.matrix] - stays for event in striking])
    return np.asarray(stays + np.tensordot(shares, changes, axes=1))
