"""Distributions of single quantities, by their quantile functions."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..errors import refuse
from ..mixtures import Array

POSITIVE, SHARE, TRIANGULAR, EVEN = "positive", "share", "triangular", "even"


@dataclass(frozen=True)
class Spread:
    """A distribution.

    positive: lognormal of this mean and standard deviation. share: beta of this mean and standard deviation, inside
    [0, 1]. triangular: from low to high, most likely at `centre`. even: 0, 1, …, high, each as likely.
    """

    form: str
    centre: float
    sd: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def at(self, uniform: Array) -> Array:
        """Values at these quantiles in (0, 1).

        Raises:
            InputError: a positive mean or a deviation that a share cannot have.
        """
        if self.form == TRIANGULAR:
            width = self.high - self.low
            if width == 0:
                return np.full_like(uniform, self.centre)
            return np.asarray(stats.triang.ppf(uniform, (self.centre - self.low) / width, self.low, width))
        if self.form == EVEN:
            return np.minimum(np.floor(uniform * (self.high + 1)), self.high)
        if self.sd == 0:
            return np.full_like(uniform, self.centre)
        if self.form == POSITIVE:
            if not self.centre > 0:
                raise refuse("uncertainty", f"mean {self.centre:g} is not positive", f"均值 {self.centre:g} 须为正")
            # Lognormal of mean m and relative deviation v: m e^(s z - s²/2), s² = ln(1 + v²).
            s = np.sqrt(np.log1p((self.sd / self.centre) ** 2))
            return np.asarray(self.centre * np.exp(s * stats.norm.ppf(uniform) - s**2 / 2))
        spare = self.centre * (1 - self.centre)
        if not self.sd**2 < spare:
            en = f"a share of mean {self.centre:g} cannot deviate by {self.sd:g}"
            raise refuse("uncertainty", en, f"均值 {self.centre:g} 的份额不可能有标准差 {self.sd:g}")
        # Beta of mean m and deviation s: α + β = m (1 - m) / s² - 1, α = m (α + β).
        both = spare / self.sd**2 - 1
        return np.asarray(stats.beta.ppf(uniform, self.centre * both, (1 - self.centre) * both))
