"""What the year before leaves to the standards of the next: each unit's own, and the rise of the national floor."""

from dataclasses import replace

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.sample import sample_resolved
from tests.allocation.tiny import COLLECTIVE, MODES, Tiny, tiny

from silvafisc.allocation.adjusting import Adjustment
from silvafisc.results import CategorySpec, RuleSpec

LEVELS = (16_00, 17_00, 18_00, 20_00)


def test_reviews_are_counted_from_the_same_year_however_far_the_chain_has_come() -> None:
    way = Adjustment("review", 1_00, 5, 2026, None)
    category = sample_resolved().categories[0]
    paid, path = 16_00, []
    for year in range(2027, 2037):
        paid = way.next(paid, year, category)
        path.append(paid)
    # Beijing: 5 x 1.00 in 2031 and in 2036.
    assert path == [16_00] * 4 + [21_00] * 5 + [26_00]


def test_the_first_year_follows_the_rise_of_the_national_floor() -> None:
    category = CategorySpec("c", "f", "collective", {"2027": 18_00, "2028": 18_50}, LEVELS, {}, floor_before_fen=16_00)
    way = Adjustment("align", 1_00, 5, 2026, None)
    # Fujian: + 2.00 in 2027 and + 0.50 in 2028, as the floor rose.
    assert way.next(20_00, 2027, category) == 22_00
    assert way.next(22_00, 2028, category) == 22_50
    assert way.next(20_00, 2027, replace(category, floor_before_fen=None)) == 20_00


def by_unit(mode: str, seed: int, part: str, higher: str) -> Tiny:
    """One category; `higher` was paid 18.00 last year, everybody else 16.00."""
    problem = tiny(mode, levels=(16_00, 18_00, 20_00), seed=seed).budget(part)
    known = replace(problem.resolved.category(COLLECTIVE), last_year_fen=16_00, last_year_by_unit_fen={higher: 18_00})
    return problem.change(categories=(known,))


# The unit with the lowest score: in rule mode no other unit's standard may then lie below its own.
@pytest.mark.parametrize(("mode", "part"), [("rule", "0.6"), ("case", "0.4")])
def test_enumeration_of_a_unit_that_was_paid_more_last_year(mode: str, part: str) -> None:
    def keeps(choice: Choice) -> bool:
        return all(fen >= 18_00 for (region, _, _), fen in choice.standards.items() if region == "110003")

    check_rule(by_unit(mode, 0, part, "110003"), RuleSpec("standards_only_rise"), keeps)


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_units_that_go_on_from_their_own_last_year(mode: str) -> None:
    params = {"mode": "step", "step": "2", "review_years": 5, "last_review": "2026", "from_last_year": True}

    def follows(choice: Choice) -> bool:
        # 18.00 + 2.00 for the unit with the highest score, 16.00 + 2.00 for the others.
        return all(fen == (20_00 if r == "110002" else 18_00) for (r, _, _), fen in choice.standards.items())

    check_rule(by_unit(mode, 0, "1", "110002"), RuleSpec("adjustment", params), follows)
