"""What factors of one year's draws approximate for other years, measured."""

import numpy as np
import pytest
from tests.carbon.uncertainty.small import curves, packages, rules, sources

from silvafisc.carbon.climate import climates
from silvafisc.carbon.uncertainty.worlds import added_in, worlds

YEARS = range(2026, 2061)
MEASURES = ("afforestation", "compensation")


@pytest.mark.slow
def test_factors_of_the_first_year_nearly_hold_five_years_later() -> None:
    """Over thirty years each, the two factors of a draw differ by less than 0.05 (root mean square); between draws
    they deviate by 0.1 to 0.6. The exact road, measured beside the approximation: draws of the later year itself."""

    def total(draw: dict[str, float] | None, treated: int) -> np.ndarray:
        climate, until = climates(rules())["today"], [treated + 29]
        found = added_in(draw or {}, curves(), packages(), YEARS, climate, rules(), MEASURES, [treated], until)
        return found.additional[0, :, :, 0]

    draws = [dict(draw) for draw in worlds(sources(), 4, 3)]
    central = {year: total(None, year) for year in (2026, 2031)}
    first, later = (np.array([total(draw, year) / base for draw in draws]) for year, base in central.items())
    gap = np.sqrt(np.mean((later - first) ** 2, axis=0))
    # open land that is planted later takes the same course later; standing forest has grown meanwhile
    planting, protection = gap
    assert (planting < 1e-12).all()
    assert (protection > 0).all()
    assert (protection < 0.05).all()
