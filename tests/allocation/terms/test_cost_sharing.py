"""Cost sharing, by enumeration: an offer that is not split by the legal shares cannot be chosen."""

from collections.abc import Callable

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice, Offer
from tests.allocation.tiny import MODES, PROTECTION, REFORM, SHARED, Tiny, add, largest, tiny

from silvafisc.quantities import share, split_payers
from silvafisc.results import RuleSpec

RULE = RuleSpec("cost_sharing")


def legal(problem: Tiny) -> Callable[[Choice], bool]:
    """By hand: each period's payment of every offer split by the shares of the unit's tier; factor money is central."""
    tiers = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["payer_tier"], strict=True))

    def right(offer: Offer) -> bool:
        for period in {p for _, p in offer.costs}:
            total = sum(fen for (_, p), fen in offer.costs.items() if p == period)
            shares = SHARED[tiers[offer.region]] if offer.nature != "factor" else (("central", "1"),)
            parts = split_payers(total, [(payer, share(text)) for payer, text in shares])
            if any(offer.costs.get((payer, period), 0) != fen for payer, fen in parts.items()):
                return False
            if total != sum(parts[who] for who, p in offer.costs if p == period):
                return False
        return True

    return lambda choice: all(right(offer) for offer in choice.offers)


def shift(fund: str, nature: str, fen: int, to: str) -> Callable[[pd.DataFrame], None]:
    """Another payer than the fund's bears `fen` of the dearest offers of the last unit: cheaper for the fund."""

    def edit(table: pd.DataFrame) -> None:
        column = f"cost.{fund}.central.2026_fen"
        mine = table[(table["nature"] == nature) & (table["region_code"] == table["region_code"].max())]
        dearest = largest(mine, column)
        add(table, dearest, column, -fen)
        add(table, dearest, f"cost.{fund}.{to}.2026_fen", fen)

    return edit


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fen", [1, 40_000])
def test_enumeration_of_top_ups_charged_to_the_wrong_payer(mode: str, fen: int) -> None:
    problem = tiny(mode, payers=SHARED, seed=6).offers(shift(PROTECTION, "top_up", fen, "provincial")).budget("1")
    check_rule(problem, RULE, legal(problem))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_tasks_and_factor_money_charged_to_the_wrong_payer(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00,), task=True, pot=True, payers=SHARED, seed=3)
    tasks = problem.offers(shift(REFORM, "task", 7, "county")).budget("1")
    check_rule(tasks, RULE, legal(tasks))
    pots = problem.offers(raise_gain_of_factor_offers).offers(shift(REFORM, "factor", 7, "provincial")).budget("1")
    check_rule(pots, RULE, legal(pots))


def raise_gain_of_factor_offers(table: pd.DataFrame) -> None:
    """The dearest factor offer of the last unit is worth having."""
    mine = table[(table["nature"] == "factor") & (table["region_code"] == table["region_code"].max())]
    add(table, largest(mine, f"cost.{REFORM}.central.2026_fen"), "obj.carbon", 100.0)


@pytest.mark.parametrize("mode", MODES)
def test_the_offers_made_here_are_split_legally(mode: str) -> None:
    problem = tiny(mode, units=2, periods=("2026", "2027"), task=True, pot=True, payers=SHARED)
    rows = [row for row in problem.rules(RULE).decide().engine.model.rows if row.rule == "cost_sharing"]
    assert rows == []
