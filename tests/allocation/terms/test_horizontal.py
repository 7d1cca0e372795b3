"""Horizontal agreements, by enumeration: the unit that pays keeps the means for it before it takes on co-financing."""

from collections.abc import Callable, Mapping
from math import floor
from typing import Any

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice, rigid_paid
from tests.allocation.terms.test_local_capacity import LOCAL, poor_units
from tests.allocation.tiny import MODES, SHARED, Tiny, tiny

from silvafisc.allocation.agreements import agreement_table, transfers
from silvafisc.quantities import share
from silvafisc.results import RuleSpec

KAPPA = "0.1"


def agreement(**params: Any) -> RuleSpec:
    common = {
        "payer": "110002",
        "receiver": "110001",
        "document": "signed 2025-12-01",
        "amount": "1",
        "trigger": "at_most",
        "otherwise": "nothing",
        "kappa": KAPPA,
    }
    return RuleSpec("horizontal", common | params)


def keeps(problem: Tiny, owed: Mapping[tuple[str, str], int]) -> Callable[[Choice], bool]:
    """By hand: what the payer's level and below bear, with what it owes (fen), within a tenth of its revenue."""
    regions = problem.inputs.regions
    revenue = dict(zip(regions["region_code"], regions["own_revenue_fen"], strict=True))

    def allowed(choice: Choice) -> bool:
        for (code, period), fen in owed.items():
            fixed = sum(
                rigid_paid(problem.resolved, problem.inputs, f.id, period, payer, code)
                for f in problem.resolved.funds
                for payer in LOCAL["province"]
            )
            borne = fixed + choice.money(code, period, payers=LOCAL["province"]) + fen
            if borne > floor(share(KAPPA) * int(revenue[code])):
                return False
        return True

    return allowed


def rich_enough(mode: str, seed: int, periods: tuple[str, ...] = ("2026",)) -> Tiny:
    """Every unit could just bear its dearest offers, were there no agreement."""
    problem = tiny(mode, units=2, periods=periods, levels=(16_00, 18_00, 20_00), payers=SHARED, seed=seed)
    return poor_units(problem, "province", "1", KAPPA).budget("1")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_an_agreement_without_an_index(mode: str, seed: int) -> None:
    problem = rich_enough(mode, seed)
    check_rule(problem, agreement(), keeps(problem, {("110002", "2026"): 1_00}))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_a_bet_that_turns_round_in_the_second_period(mode: str) -> None:
    # The index is met in 2026 (0.95 at most 1) and not in 2027, when the other side pays the floor of 2 yuan.
    bet = agreement(index={"2026": "0.95", "2027": "1.01"}, threshold="1", otherwise="return", floor="2")
    problem = rich_enough(mode, 1, ("2026", "2027"))
    owed = {("110002", "2026"): 2_00, ("110001", "2027"): 2_00}
    check_rule(problem, bet, keeps(problem, owed))


@pytest.mark.parametrize(
    ("params", "fen"),
    [
        ({"amount": "5", "floor": "6"}, 6_00),
        ({"amount": "5", "cap": "4.50"}, 4_50),
        ({"amount": "5", "floor": "1", "cap": "9"}, 5_00),
    ],
)
def test_the_amount_lies_between_floor_and_cap(params: Any, fen: int) -> None:
    (transfer,) = transfers(agreement(**params).params, ["2026"])
    assert (transfer.payer, transfer.receiver, transfer.fen) == ("110002", "110001", fen)


def test_an_index_that_is_not_met_stops_the_transfer_or_turns_it() -> None:
    # forest cover: at least 55 per cent
    cover = {"index": {"2026": "54.9"}, "threshold": "55", "trigger": "at_least"}
    assert list(transfers(agreement(**cover).params, ["2026"])) == []
    problem = tiny("rule", units=2).rules(agreement(**cover, otherwise="return"))
    (row,) = agreement_table(problem.resolved).to_dict("records")
    assert (row["payer"], row["receiver"], row["met"], row["threshold"]) == ("110001", "110002", "no", "55")


def test_several_agreements_of_one_payer_count_together() -> None:
    problem = rich_enough("case", 0).rules(agreement(), agreement(document="another", amount="3"))
    rows = [row for row in problem.decide().engine.model.rows if row.rule == "horizontal"]
    alone = rich_enough("case", 0).rules(agreement(amount="4")).decide().engine.model
    assert {row.upper for row in rows} == {row.upper for row in alone.rows if row.rule == "horizontal"}
