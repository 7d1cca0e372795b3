"""Net primary production from a year's mean temperature and rain, by two models that stay apart."""

from collections.abc import Callable, Mapping

import numpy as np

from silvafisc.policy import Rules

from .mixtures import Array

_PREFIX = "assumptions.carbon.npp."


def thornthwaite_memorial(temperature: Array, precipitation: Array, rules: Rules) -> Array:
    """Production g/m2/yr of dry matter from actual evapotranspiration V (mm).

    NPP = 3000 (1 - e^{-0.0009695 (V - 20)}),  V = 1.05 P / sqrt(1 + (1.05 P / L)^2),  L = 300 + 25 T + 0.05 T^3.
    In words: production follows the water that evaporates, which rain limits in dry places and warmth in wet ones.
    Lieth & Box 1972 with Turc's evapotranspiration. T: degrees C; P: mm, not negative; any shapes that broadcast.
    """
    ceiling, rate, offset = (rules.number(f"{_PREFIX}thornthwaite_{name}") for name in ("ceiling", "rate", "offset"))
    factor, constant, linear, cubic = (
        rules.number(f"{_PREFIX}turc_{name}") for name in ("factor", "constant", "linear", "cubic")
    )
    capacity = constant + linear * temperature + cubic * temperature**3
    rain = factor * precipitation
    evaporated = rain / np.sqrt(1 + (rain / capacity) ** 2)
    return np.asarray(-ceiling * np.expm1(-rate * (evaporated - offset)))


def miami(temperature: Array, precipitation: Array, rules: Rules) -> Array:
    """Production g/m2/yr of dry matter, the lower of what warmth and what rain allow.

    NPP = min(3000 / (1 + e^{1.315 - 0.119 T}), 3000 (1 - e^{-0.000664 P})).  Lieth 1972. Arguments as above.
    """
    ceiling = rules.number(_PREFIX + "miami_ceiling")
    shift, warmth, rain = (
        rules.number(f"{_PREFIX}miami_{name}")
        for name in ("temperature_shift", "temperature_rate", "precipitation_rate")
    )
    by_warmth = ceiling / (1 + np.exp(shift - warmth * temperature))
    by_rain = -ceiling * np.expm1(-rain * precipitation)
    return np.asarray(np.minimum(by_warmth, by_rain))


Member = Callable[[Array, Array, Rules], Array]
MEMBERS: Mapping[str, Member] = {"thornthwaite_memorial": thornthwaite_memorial, "miami": miami}
"""The structural members, in the order of the first axis of `climate.growth_factors`."""
