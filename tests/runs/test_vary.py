"""Variants of a scenario: what each name changes, and names and values that are refused."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from silvafisc.datasets import InputError
from silvafisc.policy import ParameterTree, Scenario
from silvafisc.policy.scenario_files import load_scenario
from silvafisc.runs.scenario_instruments import finance_tables, priced_instruments
from silvafisc.runs.vary import PRICE, Variant, parse_varied, variants


@pytest.fixture(scope="module")
def law() -> ParameterTree:
    return ParameterTree.load()


@pytest.fixture(scope="module")
def county(law: ParameterTree) -> Scenario:
    return load_scenario("county-demo", law)


def made(scenario: Scenario, law: ParameterTree, *texts: str) -> list[Variant]:
    return variants(scenario, parse_varied(texts), law)


def stated(variant: Variant) -> dict[str, Any]:
    return dict(variant.scenario.to_json())


def test_all_combinations_the_first_name_slowest(county: Scenario, law: ParameterTree) -> None:
    found = made(county, law, "budget=-10%,0", "weight.carbon=0.5,0.9")
    assert [v.id for v in found] == [
        "county-demo-budget-m10-weight-carbon-0d5",
        "county-demo-budget-m10-weight-carbon-0d9",
        "county-demo-budget-0-weight-carbon-0d5",
        "county-demo-budget-0-weight-carbon-0d9",
    ]
    assert [v.stated for v in found] == [False, False, True, False]  # 0.5 is what the scenario says
    assert found[0].scenario.title.zh.endswith("（预算 −10%，新增碳汇权重 0.5）")
    assert found[0].scenario.title.en.endswith("(budget −10%, weight of added carbon 0.5)")


def test_a_budget_moves_appropriations_and_pots_to_the_fen(county: Scenario, law: ParameterTree) -> None:
    """by hand: 272 000 000 · 0.9 = 244 800 000; a pot of 35 000 000 · 0.9 = 31 500 000 yuan; 0.333 % more, rounded down:
    272 000 000 · 1.00333 = 272 905 760; 60 000 000 · 1.00333 = 60 199 800."""
    less, more = (stated(v)["funds"] for v in made(county, law, "budget=-10%,+0.333%"))
    assert less["provincial_compensation"]["appropriation"]["2026"] == "244800000.00"
    assert less["provincial_forestry"]["pots"][0]["grid"][-1] == "31500000.00"
    assert more["provincial_compensation"]["appropriation"]["2026"] == "272905760.00"
    assert more["provincial_forestry"]["appropriation"]["2027"] == "60199800.00"
    commitments = [due["amount"] for due in less["provincial_forestry"]["opening_commitments"]]
    assert commitments == ["900000", "600000"]  # what is promised is not cut


def test_a_budget_on_record_is_stated_and_cut(law: ParameterTree) -> None:
    """by hand: 360 · 10^8 yuan on record, less a tenth."""
    nation = load_scenario("nation-2026-2028", law)
    funds = stated(made(nation, law, "budget=-10%")[0])["funds"]
    assert funds["ecological_protection_restoration"]["appropriation"]["2026"] == "32400000000.00"


def test_a_price_is_a_change_of_its_parameter(county: Scenario, law: ParameterTree) -> None:
    changes = stated(made(county, law, "carbon_price=67")[0])["changes"]
    assert [(c["parameter"], c["value"], c["from"], c["to"]) for c in changes] == [(PRICE, "67", "2026-01-01", "open")]
    up = stated(made(county, law, f"{PRICE}=+10%")[0])["changes"]
    assert up[0]["value"] == "77"  # by hand: 70 on record, a tenth more


def test_weights_keep_their_sum(county: Scenario, law: ParameterTree) -> None:
    objectives = stated(made(county, law, "weight.carbon=0.9")[0])["objectives"]
    assert {o["term"]: o["weight"] for o in objectives} == {"carbon": 0.9, "development": pytest.approx(0.1)}


def test_keys_of_the_scenario_take_values_and_shares(county: Scenario, law: ParameterTree) -> None:
    """by hand: κ 0.05 · 1.1 = 0.055."""
    found = made(county, law, "rules.local_capacity.kappa=0.1,+10%", "grades.maximum=2", "mode=case")
    rules = [next(r for r in stated(v)["rules"] if r["rule"] == "local_capacity") for v in found]
    assert [rule["kappa"] for rule in rules] == ["0.1", "0.055"]
    assert all(v.scenario.grades.maximum == 2 and v.scenario.mode == "case" for v in found)


def test_scores_count_not_at_all_or_as_said(county: Scenario, law: ParameterTree) -> None:
    text = dict(county.to_json())
    with_scores = county.model_copy(update={"rules": [*county.rules, _rule({"rule": "performance"})]})
    off, on, some = (stated(v)["rules"] for v in made(with_scores, law, "performance=off,on,10%"))
    assert off == text["rules"]
    assert on[-1] == {"rule": "performance", "factor": "performance"}
    assert (some[-1]["reward"], some[-1]["deduction"]) == ("0.1", "0.1")


def _rule(content: dict[str, str]) -> Any:
    from silvafisc.policy.scenario_practice import Performance

    return Performance.model_validate(content)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("budgt=-10%", "did you mean 'budget'?"),
        ("grades.maximun=3", "did you mean 'maximum'?"),
        ("grade.maximum=3", "nor a single value of the scenario"),
        ("assumptions.allocation.risk.price_medium=3", f"did you mean '{PRICE}'?"),
        ("budget=x", "no change of it, such as +10%"),
        ("budget=-100%", "no change of it"),
        ("performance=off", "has no rule `performance`"),
        ("climate=ssp245", "only the full carbon engine"),
        ("weight.adequacy=0.5", "weighs no objective 'adequacy'"),
        ("weight.carbon=2", "between 0 and the sum"),
        ("mode=rul", "mode"),
        ("grades.maximum=x", "must be a whole number"),
        ("funds=1", "nor a single value"),
        ("budget", "is not NAME=VALUE"),
        ("budget=0,0", "a value twice"),
    ],
)
def test_what_cannot_be_varied_is_refused_by_name(county: Scenario, law: ParameterTree, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        made(county, law, text)
    assert said in error.value.findings[0].en
    assert "--vary" in error.value.findings[0].where


def test_a_carbon_price_reaches_loans_and_instruments_that_sell_ccer(law: ParameterTree, tmp_path: Path) -> None:
    """by hand: 100 yuan per tonne for every CCER; the local ticket of Sanming keeps its 15 yuan; a tenth more than the 70 on
    record is 77 yuan."""
    path = tmp_path / "s.yaml"
    names = "wuning-ccer-2025, example-carbon-bond, sanming-ticket-2021"
    path.write_text(f"extends: county-demo-finance\ninstruments: [{names}]\n", encoding="utf-8")
    scenario = load_scenario(path, law)
    dear, more = made(scenario, law, "carbon_price=100,+10%")
    assert [v.scenario.loans["afforestation_loan"].price.yuan_per_tco2 for v in (dear, more)] == ["100", "77"]  # type: ignore[union-attr]
    tables = [finance_tables(priced_instruments(one, law)) for one in (scenario, dear.scenario)]
    prices = [prices_of(held) for held in tables]
    assert prices[0] == {"wuning-ccer-2025": {67.6}, "example-carbon-bond": {67.6}, "sanming-ticket-2021": {15.0}}
    assert prices[1] == {"wuning-ccer-2025": {100.0}, "example-carbon-bond": {100.0}, "sanming-ticket-2021": {15.0}}
    assert "price" in tables[1]["finance_instruments"].set_index("instrument")["assumed"]["example-carbon-bond"]


def test_a_local_price_of_a_loan_is_not_the_price_of_ccer(law: ParameterTree, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    text = 'extends: county-demo-finance\nloans: {afforestation_loan: {price: {market: local, yuan_per_tco2: "15"}}}\n'
    path.write_text(text, encoding="utf-8")
    loan = made(load_scenario(path, law), law, "carbon_price=100")[0].scenario.loans["afforestation_loan"]
    assert loan.price is not None
    assert loan.price.yuan_per_tco2 == "15"


def prices_of(tables: dict[str, pd.DataFrame]) -> dict[str, set[float]]:
    """Instrument -> prices of its tonnes."""
    held = tables["finance_prices"].groupby("instrument")["yuan_per_tco2"]
    return {str(name): set(mine) for name, mine in held}
