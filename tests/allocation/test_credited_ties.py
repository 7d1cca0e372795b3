"""Credited tonnes alone: what earns nothing ties, and the published answer is unique all the same."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from tests.allocation.agree import check_answer
from tests.allocation.brute import best, gain
from tests.allocation.terms.test_change_band import area_of, last_year
from tests.allocation.terms.test_stability import least_change
from tests.allocation.tiny import COLLECTIVE, PROTECTION, Tiny, answer, tiny

from silvafisc.allocation.engine import Engine
from silvafisc.allocation.staircase import Staircase
from silvafisc.quantities import entitlement
from silvafisc.results import ObjectiveSpec

CREDITED = ObjectiveSpec("carbon", stage=1, params={"carbon": "credited"})
EARNED = gain("carbon_credited")


def earning(seed: int) -> Tiny:
    """Two units with two grades of three standards, which earn nothing, and a task that does."""
    draw = np.random.default_rng(seed)

    def edit(table: pd.DataFrame) -> None:
        paid = (table["nature"] == "task") & (table["area_tenth_mu"] > 0)
        table["obj.carbon_credited"] = np.where(paid, draw.integers(1, 90, len(table)).astype(float), 0.0)

    return tiny("rule", units=2, task=True, quantities=("0", "0.25", "0.5"), seed=seed).offers(edit).budget("0.7")


@pytest.mark.parametrize("seed", range(3))
def test_of_all_rules_that_earn_alike_the_smallest_numbers_are_published(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """enumeration: every standard ties; the smallest are published, whether by staircases or by HiGHS."""
    problem = earning(seed).objectives(CREDITED)
    _, winners = best(problem.choices(), [problem.affordable], EARNED)
    assert len({w.key for w in winners}) > 1, "there is no tie"
    by_structure = problem.decide()
    assert any(unit.structured for unit in Engine(problem.problem()).units)
    check_answer(problem, by_structure, winners)
    monkeypatch.setattr(Staircase, "of", staticmethod(lambda block: None))
    assert answer(problem.decide()) == answer(by_structure)


@pytest.mark.parametrize("seed", range(2))
def test_with_last_year_the_least_change_of_them_is_published(seed: int) -> None:
    """enumeration: of what earns alike, the least change on last year; of that again the smallest numbers."""
    problem = earning(seed).objectives(CREDITED, ObjectiveSpec("stability", stage=2))
    rows, before = [], {}
    for region, standard in (("110001", 17_90), ("110002", 18_10)):
        area = area_of(problem, region)
        rows.append((region, PROTECTION, COLLECTIVE, area, entitlement(standard, area)))
        before[region, PROTECTION] = Fraction(entitlement(standard, area))
    known = problem.tables(last_year=last_year(*rows))
    _, winners = best(known.choices(), [known.affordable], EARNED, least_change(known, before))
    decision = known.decide()
    check_answer(known, decision, winners)
    alone = replace(known.resolved, objectives=(CREDITED,))
    assert answer(replace(known, resolved=alone).decide()) != answer(decision), "last year does not matter here"
