"""What a loan takes from the record, and what the record refuses."""

from pathlib import Path

import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, Scenario, load_scenario
from silvafisc.results import Resolved
from silvafisc.runs.inputs import load_inputs
from silvafisc.runs.loan_terms import loan_ledger
from silvafisc.runs.resolve import resolve

HEAD = "id: other\ntitle: {zh: 另, en: Other}\nextends: county-demo-finance\nloans:\n  afforestation_loan:\n"


def resolved(scenario: Scenario) -> Resolved:
    tree = ParameterTree.load()
    inputs = load_inputs(scenario.data_folder or "", tree.on(scenario.policy_date))
    return resolve(scenario, tree, inputs)


def test_what_the_scenario_leaves_open_is_on_record() -> None:
    # Expected: the parameters interest_subsidy.forestry_loans, finance.pledge and finance.issuance as published there.
    [loan] = resolved(load_scenario("county-demo-finance")).loans
    assert (loan.fund, loan.measure) == ("provincial_forestry", "afforestation")
    assert (loan.months_to_pay, loan.cover_least) == (6, "1.2")
    assert (loan.years_between, loan.months_to_issue, loan.months_to_sell) == (5, 6, 6)
    assert (loan.sale_haircut, loan.fees, loan.interest_only) == ("0.05", "0.05", 20)
    assert loan.other_income == ((3, 15, 65_00),)
    assert Resolved.from_json(resolved(load_scenario("county-demo-finance")).to_json()).loans == (loan,)


def test_caps_on_record_and_the_interest_itself_bound_the_subsidy(tmp_path: Path) -> None:
    # Recorded: at most 3 % a year and three years.
    path = tmp_path / "other.yaml"
    terms = 'rate: "0.025"\n    subsidy_rates: ["0.02", "0.0275", "0.035"]\n    subsidy_years: 4'
    path.write_text(f"{HEAD}    {terms}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        resolved(load_scenario(path))
    found = {finding.where.rsplit(":", 1)[0].split("/")[-1]: [] for finding in caught.value.findings}  # type: ignore[var-annotated]
    for finding in caught.value.findings:
        found[finding.where.rsplit(":", 1)[0].split("/")[-1]].append(finding.en)
    assert "more than the interest" in " ".join(found["other.yaml:7"])
    assert "3.00% a year at most" in " ".join(found["other.yaml:7"])
    assert "at most 3 years, not 4" in " ".join(found["other.yaml:8"])


def test_every_number_of_a_loan_is_in_the_ledger_with_its_status() -> None:
    rows = {row["what"]: row for row in loan_ledger(load_scenario("county-demo-finance"))}
    assert rows["loans.afforestation_loan.rate"]["value"] == "0.045"
    assert rows["loans.afforestation_loan.guarantee.fee_rate"]["value"] == "0.008"
    assert rows["loans.afforestation_loan.other_income[0].yuan_per_mu"]["value"] == "65"
    assert rows["loans.afforestation_loan.subsidy_rates"]["value"] == "0.01;0.02;0.03"
    assert {(row["status"], row["demo"], row["origin"]) for row in rows.values()} == {
        ("assumption", "yes", "assumption")
    }
