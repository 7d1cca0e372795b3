"""The bound over published values is never below the optimum, exactly (expected: HiGHS's plan, summed in fractions)."""

from fractions import Fraction

import numpy as np
import pytest
from tests.allocation.test_decompose import carbon, optimum
from tests.allocation.tiny import tiny

from silvafisc.allocation import decompose
from silvafisc.allocation.decompose.unit import priced
from silvafisc.results import RuleSpec


def short_of_optimum(seed: int) -> Fraction:
    """Exact value of HiGHS's plan less the bound by prices, money being enough: only rounding tells them apart."""
    problem = tiny("case", units=3, levels=(16_00, 17_00, 18_00, 20_00), seed=seed).budget("1")
    rules = (RuleSpec("envelope"), RuleSpec("published_values", {"at_most": 1}))
    block, objective = carbon(problem.rules(*rules).problem())
    objective = objective * np.random.default_rng(seed).uniform(0.5, 1.5, len(objective))
    found = priced(block, (), objective, 1e-6)
    assert found is not None
    chosen = np.flatnonzero(optimum(block, objective).point[: len(objective)] > 0.5)
    return sum((Fraction(float(objective[i])) for i in chosen), Fraction(0)) - Fraction(found.bound)


def test_the_bound_is_never_below_the_exact_optimum() -> None:
    assert max(short_of_optimum(seed) for seed in range(6)) <= 0


def test_without_room_for_rounding_it_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompose, "_rounding", lambda *_: 0.0)
    assert max(short_of_optimum(seed) for seed in range(6)) > 0
