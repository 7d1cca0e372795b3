"""Age -> volume: the Chapman–Richards curve, and the age that stands for an age group."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .mixtures import Array


def chapman_richards(age: Array, rate: Array, shape: Array) -> Array:
    """Share of the amplitude that a stand has reached at `age`.

    V(t) / A = (1 - exp(-k t))^c: zero at age 0, rising to 1. In words: the stand closes a shrinking gap to its
    amplitude; k (per year) sets the speed, c (-) the delay of the young years. Richards 1959, Chapman 1961.

    age: years, any shape; rate k and shape c broadcast against it. Negative ages are an error of the caller.
    """
    if np.any(age < 0):
        raise ValueError("age must not be negative")
    # -expm1 keeps the first years exact where k t is tiny.
    return np.asarray((-np.expm1(-rate * age)) ** shape)


class Curve(Protocol):
    """Growth curves of all groups, as shares of their amplitudes."""

    def reached(self, age: Array) -> Array:
        """(groups, ...) share of the amplitude at `age` (groups, ...) in years."""
        ...


@dataclass(frozen=True)
class ChapmanRichards:
    """One Chapman–Richards curve per group. rate: (groups,) per year; shape: (groups,)."""

    rate: Array
    shape: Array

    def reached(self, age: Array) -> Array:
        """(groups, ...) share of the amplitude at `age` (groups, ...) in years; see `chapman_richards`."""
        along = (slice(None), *[None] * (age.ndim - 1))
        return chapman_richards(age, self.rate[along], self.shape[along])


def representative_ages(upper_limits: Array) -> Array:
    """(groups, 4) upper ages of young, middle, near-mature, mature -> (groups, 5) ages that stand for all five groups.

    The middle of each group; over-mature stands lie as far above the last limit as mature ones reach below it at mid:
    t5 = L4 + (L4 - L3) / 2.
    """
    lower = np.concatenate([np.zeros_like(upper_limits[:, :1]), upper_limits], axis=1)
    upper = np.concatenate([upper_limits, 2 * upper_limits[:, -1:] - upper_limits[:, -2:-1]], axis=1)
    return np.asarray((lower + upper) / 2)
