"""Priority share, by enumeration: a group gets at least its share of the money open to choice, period by period."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import pandas as pd
import pytest
from tests.allocation.agree import CARBON, check_rule
from tests.allocation.brute import Choice, best
from tests.allocation.tiny import MODES, PROTECTION, Tiny, tiny

from silvafisc.allocation.settle import settle
from silvafisc.results import RuleSpec


def enough(problem: Tiny, part: str, fund: str | None = None) -> Callable[[Choice], bool]:
    codes, poor = problem.inputs.codes, problem.resolved.groups["poor"]

    def allowed(choice: Choice) -> bool:
        return all(
            sum(choice.money(code, p, fund=fund, own=True) for code in poor)
            >= Fraction(part) * sum(choice.money(code, p, fund=fund, own=True) for code in codes)
            for p in problem.resolved.periods
        )

    return allowed


def rule(part: str, fund: str | None = None) -> RuleSpec:
    return RuleSpec("priority_share", {"group": "poor", "share": part} | ({"fund": fund} if fund else {}))


@pytest.mark.parametrize(
    ("mode", "seed", "part"), [("rule", 0, "0.3"), ("rule", 1, "0.25"), ("case", 0, "0.4"), ("case", 1, "1/3")]
)
def test_enumeration_in_one_fund(mode: str, seed: int, part: str) -> None:
    problem = tiny(mode, seed=seed).budget("0.6")
    check_rule(problem, rule(part, PROTECTION), enough(problem, part, PROTECTION))


@pytest.mark.parametrize(("mode", "seed", "part"), [("rule", 2, "0.3"), ("rule", 0, "0.5"), ("case", 0, "0.55")])
def test_enumeration_over_all_funds_where_later_instalments_do_not_count(mode: str, seed: int, part: str) -> None:
    problem = tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00, 18_00), task=True, seed=seed).budget("0.75")
    check_rule(problem, rule(part), enough(problem, part))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("part", ["0.1", "0.2", "0.3", "0.6", "0.7", "1/3", "3/7"])
def test_a_share_that_is_reached_to_the_fen_is_reached(mode: str, part: str) -> None:
    # By hand: 110003 gets part x n fen and 110001 the rest of n; one fen less for 110003 and the share is missed.
    whole = Fraction(part)
    for size in (7, 1_000_003, 9_999_999_991):
        group, other = whole.numerator * size, (whole.denominator - whole.numerator) * size
        for missing in (0, 1):
            problem = tiny(mode, units=3, levels=(16_00, 18_00), grades=1, seed=1).offers(
                partial(pay, group=group - missing, other=other)
            )
            top, _ = best(problem.choices(), [enough(problem, part)], CARBON)
            assert (top[0] > 0) == (not missing)
            decision = problem.rules(rule(part)).decide()
            gains = decision.engine.vector(decision.engine.objectives["carbon"][0])
            # A solver may take a fen in ten million yuan for nothing; settlement does not.
            assert gains @ settle(decision.engine.model, decision.point, gains) == top[0]


def pay(table: pd.DataFrame, group: int, other: int) -> None:
    """18.00 costs the listed unit `group`, 110001 `other` and 110002 nothing; only all together are worth anything."""
    column = f"cost.{PROTECTION}.central.2026_fen"
    dear = table["standard_fen"] == 18_00
    table.loc[dear, column] = table.loc[dear, "region_code"].map({"110001": other, "110002": 0, "110003": group})
    table["obj.carbon"] = 0.0
    table.loc[dear & (table["region_code"] == "110001"), "obj.carbon"] = 1.0
