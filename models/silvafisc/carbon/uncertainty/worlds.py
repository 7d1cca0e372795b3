"""Draws of all sources as the worlds that the engine is run in."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from silvafisc.policy import Rules

from ..climate import Climate
from ..curves.calibrate import Curves
from ..forest import Tabular
from ..mixtures import Array
from .designs import SOBOL, uniforms
from .drawn import Draw, drawn_site
from .follow import Added, added
from .sources import CAUSES, Source


def worlds(
    sources: Sequence[Source], count: int, seed: int, design: str = SOBOL, causes: Collection[str] = CAUSES
) -> list[Draw]:
    """`count` draws of the sources of these causes; the others keep their central values, and move nothing that is drawn.

    Raises:
        InputError: as `uniforms` and `Spread.at`.
    """
    numbers = uniforms([source.name for source in sources], count, seed, design)
    drawn = [source for source in sources if source.cause in causes]
    return worlds_at(drawn, np.stack([numbers[source.name] for source in drawn], axis=1))


def worlds_at(sources: Sequence[Source], points: Array) -> list[Draw]:
    """The draws at rows of uniform numbers (draws, sources)."""
    values = {source.name: source.spread.at(points[:, at]) for at, source in enumerate(sources)}
    return [{name: float(drawn[row]) for name, drawn in values.items()} for row in range(len(points))]


def added_in(
    draw: Draw,
    curves: Curves,
    packages: Mapping[str, Tabular],
    years: range,
    climate: Climate,
    rules: Rules,
    measures: Sequence[str],
    treated: Sequence[int],
    until: Sequence[int],
) -> Added:
    """What measures of the calendar years `treated` add in a world, to the ends of the calendar years `until`."""
    setting, place = drawn_site(draw, curves, packages, years, climate, rules)
    begun, ended = ([years.index(year) + 1 for year in wanted] for wanted in (treated, until))
    return added(setting, place, measures, begun, ended)
