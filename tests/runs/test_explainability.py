"""Price of explainability against enumeration, in tonnes, and against the efficient hulls of the menus, in yuan."""

from fractions import Fraction
from itertools import pairwise

import pytest
from tests.allocation.brute import best, gain
from tests.allocation.tiny import COLLECTIVE, PROTECTION, Tiny, tiny
from tests.runs.tiny_prepared import prepared_of

from silvafisc.results import ObjectiveSpec, RuleSpec
from silvafisc.runs.rule_prices import explainability

COST = f"cost.{PROTECTION}.central.2026_fen"


def problem(mode: str, seed: int) -> Tiny:
    """Units of one category under one envelope; both modes offer the same levels at the same money."""
    made = tiny(mode, levels=(16_00, 17_00, 18_00, 19_00), categories=(COLLECTIVE,), seed=seed).budget("0.5")
    return made.rules(RuleSpec("envelope")).objectives(ObjectiveSpec("carbon", stage=1))


def most(case: Tiny) -> Fraction:
    """The most tonnes of all affordable choices."""
    return best(case.choices(), [case.affordable], gain("carbon"))[0][0]


def tonnes_per_fen(case: Tiny) -> Fraction:
    """By hand: jumps on the efficient hull of each menu, best first, until the money is gone; the worth of the last one."""
    jumps: list[tuple[Fraction, int]] = []
    for _, menu in case.menus.offers.table.groupby("menu"):
        points = sorted({(int(cost), int(tonnes)) for cost, tonnes in zip(menu[COST], menu["obj.carbon"], strict=True)})
        hull: list[tuple[int, int]] = []
        for point in points:
            while len(hull) > 1 and slope(hull[-2], hull[-1]) <= slope(hull[-2], point):
                hull.pop()
            if not hull or point[1] > hull[-1][1]:
                hull.append(point)
        jumps += [(slope(one, other), other[0] - one[0]) for one, other in pairwise(hull)]
    left = case.resolved.funds[0].appropriation_fen["2026"] - int(case.menus.fixed.table[COST].sum())
    for worth, money in sorted(jumps, reverse=True):
        if money > left:
            return worth
        left -= money
    raise AssertionError("the money reaches for everything")


def slope(one: tuple[int, int], other: tuple[int, int]) -> Fraction:
    return Fraction(other[1] - one[1], other[0] - one[0])


@pytest.mark.parametrize("seed", range(6))
def test_the_price_is_what_free_menus_would_keep_more_in_tonnes_and_in_yuan(seed: int) -> None:
    rule, case = problem("rule", seed), problem("case", seed)
    assert rule.resolved.funds == case.resolved.funds
    price = most(case) - most(rule)
    entry = explainability(prepared_of(rule), rule.decide(), {})
    assert price > 0, "one standard for all costs nothing here"
    assert (entry["lower"], entry["upper"], entry["rule_value"]) == (price, price, most(rule))
    assert entry["yuan"]["lower"] == pytest.approx(float(price / tonnes_per_fen(case) / 100))
    assert entry["yuan"]["upper"] == entry["yuan"]["lower"]
