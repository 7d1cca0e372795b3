"""Oracle: stands of libcbm's own tutorial through our adapter and through libcbm itself, with its bundled tables."""

from dataclasses import replace

import numpy as np
import pytest
from tests.carbon.cbm.bundled import CLEAR_CUT, FIRE, UNITS, their_parameters, trimmed, tutorial
from tests.carbon.cbm.direct import opened, step_through

from silvafisc.carbon.cbm import Event, Parameters, Rows, simulate

YEARS = 30
EXACT = 1e-9
# libcbm called directly compiles its own loops, and renames columns in a way that pandas 3.1 warns of; our adapter
# takes neither path.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]


@pytest.fixture(scope="module")
def theirs() -> Parameters:
    return their_parameters()


@pytest.fixture(scope="module")
def stands(theirs: Parameters) -> Rows:
    return tutorial(theirs, YEARS)


def compared(rows: Rows, theirs: Parameters, disturbances: np.ndarray) -> float:
    """Largest difference between the adapter and libcbm, of any pool, emission, product or production, tC/ha."""
    ours = simulate(rows, theirs)
    with opened(trimmed()) as model:
        pools, left, production = step_through(model, rows, np.array(UNITS)[rows.group], disturbances)
    emitted = np.concatenate([ours.emitted, ours.products[:, :, None]], axis=2)
    return max(
        float(np.abs(ours.pools - pools).max()),
        float(np.abs(emitted - np.diff(left, axis=1)).max()),
        float(np.abs(ours.production - production).max()),
    )


def test_growing_stands_are_as_libcbm_computes_them(stands: Rows, theirs: Parameters) -> None:
    assert compared(stands, theirs, np.zeros((len(stands), YEARS), dtype=int)) < EXACT


def test_felled_and_burnt_stands_are_as_libcbm_computes_them(stands: Rows, theirs: Parameters) -> None:
    disturbances = np.zeros((len(stands), YEARS), dtype=int)
    disturbances[::2, 10] = CLEAR_CUT
    disturbances[1::3, 20] = FIRE
    units = np.array(UNITS)[stands.group][:, None]

    def hit(name: str) -> np.ndarray:
        unit, disturbance = (int(part) for part in name.split(":"))
        return np.asarray((units == unit) & (disturbances == disturbance), dtype=np.float64)

    events = tuple(Event(name, hit(name)) for name in theirs.matrices)
    struck = replace(stands, events=events)
    assert sum(float(event.share.sum()) for event in events) == np.count_nonzero(disturbances)
    assert compared(struck, theirs, disturbances) < EXACT
    # the comparison would see an event that only one side has
    assert compared(stands, theirs, disturbances) > 1
