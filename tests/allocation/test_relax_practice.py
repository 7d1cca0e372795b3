"""Rules of practice and of draws that give way: by how much their number must move, and what else is said, by enumeration."""

from dataclasses import replace
from fractions import Fraction

import pytest
from tests.allocation.drawn import contested, mean, totals
from tests.allocation.terms.test_instalments import due_later
from tests.allocation.terms.test_instalments import rule as instalments
from tests.allocation.terms.test_need_cap import borne, costing
from tests.allocation.tiny import REFORM, SHARED, Tiny, tiny

from silvafisc.allocation.corrections import alone
from silvafisc.allocation.limits import Statement, statements
from silvafisc.allocation.relax import Relaxed, Written, relax
from silvafisc.results import ObjectiveSpec, RuleSpec

ENVELOPE = RuleSpec("envelope")


def second(case: Tiny) -> Statement:
    """The rule after the envelope."""
    return statements(case.resolved)[1]


def relaxed(case: Tiny) -> Relaxed | None:
    return relax(Written(case.problem()), (second(case),))


def asking_for_all(case: Tiny) -> tuple[Tiny, int]:
    """The same problem asking for as much carbon as any choice brings."""
    most = int(max(choice.gain("carbon") for choice in case.choices()))
    return case.objectives(ObjectiveSpec("carbon", stage=1, at_least=float(most))), most


def work(**shape: object) -> Tiny:
    return tiny("case", units=2, levels=(16_00,), task=True, payers=SHARED, **shape).budget("1")


def test_the_share_of_later_liabilities_gives_way_by_the_least() -> None:
    case, most = asking_for_all(work().rules(ENVELOPE, instalments("0.01")))
    appropriation = case.resolved.fund(REFORM).appropriation_fen["2026"]
    least = min(due_later(case, c) for c in case.choices() if c.gain("carbon") >= most)
    found = relaxed(case)
    assert found is not None
    [(limit, need)] = found.needs.items()
    # The limit is whole fen: what a share of 0.01 more brings is known to the fen.
    assert float(limit.value + need) == pytest.approx(least / appropriation, abs=100 / appropriation)


def test_the_cap_on_a_payers_part_gives_way_by_the_least() -> None:
    capped = RuleSpec("need_cap", {"cap": "0.1", "years": 3, "payer": "central"})
    case, most = asking_for_all(costing(work(), 400_00, 500_00).rules(ENVELOPE, capped))

    def part(code: str, choice: object) -> Fraction:
        tasks = [o for o in choice.offers if o.region == code and o.nature == "task" and o.area]  # type: ignore[attr-defined]
        full = dict(zip(case.inputs.codes, (400_00, 500_00), strict=True))[code]
        need = sum(Fraction(full * o.area, 10) for o in tasks)
        return sum(borne(case, o) for o in tasks) / need if need else Fraction(0)

    enough = [c for c in case.choices() if c.gain("carbon") >= most]
    least = min(max(part(code, c) for code in case.inputs.codes) for c in enough)
    found = relaxed(case)
    assert found is not None
    [(limit, need)] = found.needs.items()
    assert float(limit.value + need) == pytest.approx(float(least), rel=1e-9)


def test_a_rule_whose_number_does_not_help_is_named_as_a_whole() -> None:
    """Work paid over two years where one is allowed: no cap makes room for it, leaving the rule out does."""
    capped = RuleSpec("need_cap", {"cap": "1", "years": 1, "payer": "central"})
    case, _ = asking_for_all(costing(work(), 900_00, 900_00).rules(ENVELOPE, capped))
    assert relaxed(case) is None
    [correction] = alone([Written(case.problem())], statements(case.resolved))[:1]
    assert correction.statements == (replace(second(case), limits=()),)
    assert correction.relaxed.short


def test_a_carbon_target_gives_way_to_the_highest_mean_that_the_money_buys() -> None:
    case = contested("case", 2, 3)
    over_draws = totals(case)
    highest = max(mean(over_draws(c)) for c in case.choices() if case.affordable(c))
    case = case.rules(ENVELOPE, RuleSpec("carbon_target", {"target_tco2e": str(float(int(highest) + 5))}))
    found = relaxed(case)
    assert found is not None
    [(limit, need)] = found.needs.items()
    assert float(limit.value - need) == pytest.approx(float(highest), rel=1e-6)
    assert found.amount == pytest.approx(float(need / limit.value))
