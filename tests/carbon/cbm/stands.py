"""Drawn rows for the tests of the engine."""

import numpy as np

from silvafisc.carbon.cbm import DEAD, Event, Parameters, Rows, live_of


def drawn(parameters: Parameters, count: int, years: int, seed: int, events: tuple[str, ...] = ()) -> Rows:
    """Stands of 5 to 100 tC/ha with growth, events on up to a tenth of the area a year, and a warming site."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, len(parameters.groups), count)
    above = rng.uniform(5, 100, (count, 1)) * rng.dirichlet((7, 1, 2), count)
    dead = rng.uniform(0, 10, (count, len(DEAD)))
    temperature = rng.uniform(-2, 24, (count, 1)) + np.linspace(0, 2, years)
    return Rows(
        group=group,
        temperature=temperature,
        start=np.concatenate([live_of(above, parameters, group), dead], axis=1),
        growth=rng.uniform(0, 1, (count, years, 3)),
        events=tuple(Event(name, rng.uniform(0, 0.1, (count, years))) for name in events),
    )
