"""Loans of a scenario: the shipped one loads, and every wrong term is refused at its line in both languages."""

import re
from pathlib import Path

import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.policy import load_scenario

HEAD = """\
id: wrong
title: {zh: 错, en: Wrong}
extends: county-demo-finance
loans:
  afforestation_loan:
"""
LINE = HEAD.count("\n") + 1
"""Line of the wrong term."""

WRONG = {
    "negative rate": ('rate: "-0.01"', "-0.01"),
    "rate that is no share": ("rate: 0.045", "quoted"),
    "unknown measure": ("measure: aforestation", "afforestation"),
    "measure without a menu": ("measure: compensation", "no task measure"),
    "tenor beyond the crediting period": ("years: 25", "beyond the crediting period of 20"),
    "subsidy longer than the loan": ("subsidy_years: 16", "16 of 15 years"),
    "missing price": ("price: null", "`price` is needed"),
    "negative price": ('price: {market: ccer, yuan_per_tco2: "-5"}', "> 0"),
    "allowances are no credits": ('price: {market: cea, yuan_per_tco2: "95"}', "ccer"),
    "hidden debt": ("repaid_from: [future_appropriation, carbon, non_timber]", "hidden debt"),
    "income that is not stated": ("repaid_from: [carbon, non_timber, timber]", "no `other_income` of kind timber"),
    "income that serves nothing": ("repaid_from: [carbon]", "non_timber is not among"),
    "descending rates": ('subsidy_rates: ["0.03", "0.01"]', "ascend"),
    "shares without none": ('quantity_shares: ["0.1", "0.2"]', "begin with '0'"),
    "interest alone for ever": ("interest_only_years: 15", "15 of 15 years"),
    "interest alone without it": ("repayment: bullet", "interest_only_then"),
    "no such day": ('drawn: "02-30"', "every month"),
    "nothing lent": ('lent_share: "0"', "lent_share"),
    "backward income": (
        'other_income: [{kind: non_timber, yuan_per_mu: "5", first_year: 9, last_year: 3}]',
        "before 9",
    ),
    "unknown key": ("tenor: 15", "unknown key"),
    "odd months": ("every_months: 5", "must be 1, 2, 3, 4, 6 or 12"),
    "foreign tonnes": (
        'other_uses: [{code: "510726/tending", first_year: 2026, last_year: 2030, share: "1", use: sold, '
        'since: "2026-01-01", holder: x}]',
        "<unit>/afforestation",
    ),
}


def findings(folder: Path, term: str) -> list[tuple[str, str, str]]:
    path = folder / "wrong.yaml"
    path.write_text(f"{HEAD}    {term}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    return [(found.where, found.en, found.zh) for found in caught.value.findings]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_term_is_refused_at_its_line(tmp_path: Path, name: str) -> None:
    term, words = WRONG[name]
    found = findings(tmp_path, term)
    assert any(words in en for _, en, _ in found), found
    assert all(re.search(r"[\u4e00-\u9fff]", zh) for _, _, zh in found)
    # What is wrong about several terms together stands at the loan; or at the other one, in the shipped file.
    here = [where for where, _, _ in found if re.search(rf"wrong\.yaml:({LINE}|{LINE - 1}):", where)]
    shipped = [where for where, _, _ in found if "county-demo-finance.yaml:" in where]
    assert here or (name == "income that serves nothing" and shipped), found


def test_two_loans_for_one_measure_are_refused(tmp_path: Path) -> None:
    text = HEAD.replace("  afforestation_loan:\n", "")
    loan = load_scenario("county-demo-finance").loans["afforestation_loan"].model_dump(mode="json", exclude_none=True)
    path = tmp_path / "two.yaml"
    path.write_text(f"{text}  another: {loan!r}\n".replace("True", "true"), encoding="utf-8")
    with pytest.raises(InputError, match="one loan per measure"):
        load_scenario(path)


def test_the_shipped_loan_is_labelled_as_assumed() -> None:
    scenario = load_scenario("county-demo-finance")
    [loan] = scenario.loans.values()
    assert loan.evidence.status == "assumption"
    assert "演示数据" in loan.evidence.title
    assert any("due_beyond_fen" in caveat.en for caveat in scenario.caveats)
