"""A new year after loans: what funds owe of last year's loans is paid first and what is left of a fund competes anew."""

from pathlib import Path

import pytest
from tests.runs.year.conftest import answers_alone
from tests.runs.year.tiny_year import COMPENSATION, FORESTRY, A, B, Years, fen, scenario, write_scenario

from silvafisc.datasets import InputError
from silvafisc.results import Outcome
from silvafisc.runs import run

LOAN = {
    "label": {"zh": "造林贷款", "en": "Planting loan"},
    "measure": "afforestation",
    "subsidy_rates": ["0.03"],
    "quantity_shares": ["0", "0.2"],
    "lent_share": "0.4",
    "rate": "0.04",
    "years": 5,
    "drawn": "03-20",
    "every_months": 12,
    "repayment": "bullet",
    "subsidy_years": 3,
    "repaid_from": ["own"],
    "crediting_years": 20,
    "other_income": [{"kind": "own", "yuan_per_mu": "900", "first_year": 1, "last_year": 5}],
    "risk_compensation": {"default_rate": "0.01", "loss_share": "0.5", "borne_share": "0.4"},
    "evidence": {"status": "assumption", "title": "测试"},
}
NEXT = [(COMPENSATION, "2027", "60000"), (FORESTRY, "2027", "90000")]


def started(root: Path, *left_out: str) -> Years:
    """2026 solved and notified, without these rules."""
    rules = [rule for rule in scenario(("2026",))["rules"] if rule["rule"] not in left_out]
    run(write_scenario(root / "scenario", rules=rules, loans={"planting": LOAN})).save(root / "2026")
    years = Years(root, root / "2026")
    years.step("notice", "2026", "2026-03-30", batch="1")
    return years


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """2027."""
    with answers_alone():
        years = started(tmp_path_factory.mktemp("loans"), "instalments")
        years.step("new_year", "2027", "2027-01-13", appropriations=NEXT)
    return Outcome.load(years.folder)


def test_what_a_loan_costs_later_is_in_the_register(rolled: Outcome) -> None:
    """By hand: a loan of 20 mu x 1 300 x 0.4 = 10 400 yuan in A and of 20 x 1 350 x 0.4 = 10 800 in B. The risk is
    1 % x 0.5 x 0.4 of it as each of five years begins: 20.80 and 21.60. Interest is paid every March from 2027; 3 % of three
    years, 312 and 324 each, is claimed for a calendar year and paid in the next: 2028 to 2030."""
    register = rolled.tables["year_commitments"]
    mine = register[register["task_year"] == "2026"]
    for code, risk, interest in ((A, 20_80, 312_00), (B, 21_60, 324_00)):
        held = mine[mine["region_code"] == code]
        assert list(zip(held["due_year"], held["state"], held["payer_fen"], strict=True)) == [
            ("2026", "paid", risk),
            ("2027", "due", risk),
            *((year, "due", risk + interest) for year in ("2028", "2029", "2030")),
        ]


def test_it_is_paid_before_anything_is_chosen_anew(rolled: Outcome) -> None:
    committed = rolled.tables["allocation"].query("nature == 'committed'")
    assert list(zip(committed["region_code"], committed["payment_fen"], strict=True)) == [(A, 20_80), (B, 21_60)]
    assert fen(rolled, "envelopes", "instalments_due_fen", fund=FORESTRY) == [42_40]
    # And loans of the new year compete for what is left.
    assert set(rolled.tables["finance"]["drawn"]) == {"2027"}
    assert rolled.audit["clean"]


def test_acceptance_decides_on_no_loan_so_the_rule_that_asks_it_is_refused(tmp_path: Path) -> None:
    years = started(tmp_path)
    with pytest.raises(InputError, match="lists the rule `instalments`") as caught:
        years.step("new_year", "2027", "2027-01-13", appropriations=NEXT)
    assert "贴息不以验收为条件" in caught.value.findings[0].zh
