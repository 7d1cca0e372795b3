"""Why a unit gets its amount: every formula worked out by hand, and no formula that does not give its row."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.allocation.audit.conftest import DEV, ECO, ByHand
from tests.briefing.sample import make_outcome
from tests.runs.settled import outcome

from silvafisc.datasets import InputError
from silvafisc.results import OutcomeError
from silvafisc.runs import explain

B, C = "110002", "110003"


def lines_of(code: str, period: str) -> dict[str, tuple[str, int]]:
    """what -> (formula, fen) in Chinese."""
    return {
        line.what.zh: (line.formula.zh, line.payment_fen)
        for line in explain(outcome(), code).lines
        if line.period == period
    }


def test_standards_are_put_in_with_area_and_floor() -> None:
    lines = lines_of(B, "2027")
    # by hand: 10.00 x 200.0 = 2 000.00; 15.00 x 200.0 − 2 000.00 = 1 000.00
    assert lines["state（刚性）"] == ("10.00 元/亩 × 200.0 亩", 200000)
    assert lines["state（提标）"] == ("15.00 元/亩 × 200.0 亩 − 10.00 元/亩 × 200.0 亩", 100000)
    # by hand: floor(20.05 x 33.3) = 667.66 (exactly 667.665), less 532.80
    assert lines["collective（提标）"][1] == 13486


def test_tasks_show_need_share_capacity_and_instalments() -> None:
    lines = lines_of(B, "2027")
    # by hand: min(500.0 x 0.4, 150.0) = 150.0 mu x 300.05 = 45 007.50 yuan; 60 % of it first, 30 % of 2026's due now
    formula, fen = lines["人工造林（任务）"]
    assert formula == "300.05 元/亩 × min（需求 500.0 × 0.4，能力 150.0）亩 = 45,007.50 元，本年首付 60%"
    assert fen == 2700450
    assert lines["人工造林（已承诺）"] == ("2026年任务 45,007.50 元 × 30%", 1350225)


def test_factor_money_is_shown_factor_by_factor() -> None:
    line = next(line for line in explain(outcome(), B).lines if line.what.zh == "因素法" and line.period == "2026")
    # by hand: 1 000 003 fen x 0.7 → 700 002, half of it to B; x 0.3 → 300 001, 2.5/7 of it
    assert [step.en for step in line.steps] == [
        "Fiscal difficulty 10,000.03 × 0.7 × 1 ÷ 2 = 3,500.01",
        "Forest resource (carbon) 10,000.03 × 0.3 × 2.5 ÷ 7.0 = 1,071.43",
    ]
    assert line.payment_fen == 350001 + 107143


def test_money_from_before_the_horizon_is_named() -> None:
    lines = lines_of(C, "2026")
    assert lines["人工造林（已承诺）"] == ("以前年度已承诺，本年到期兑付", 10007)


def test_two_commitments_of_one_period_keep_their_own_reason() -> None:
    due = [line for line in explain(outcome(), "110001").lines if line.what.en == "Afforestation (Committed)"]
    assert [(line.formula.en, line.payment_fen) for line in due] == [
        ("task of 2026, 12,062.01 yuan × 30%", 361860),
        ("due this year from before the horizon", 50),
    ]


@pytest.mark.parametrize("code", ["110001", B, C])
def test_lines_sum_to_the_allocation_and_payers_to_each_line(code: str) -> None:
    whole = outcome()
    explanation = explain(whole, code)
    allocation = whole.tables["allocation"]
    assert explanation.total_fen == int(allocation.loc[allocation["region_code"] == code, "payment_fen"].sum())


def test_the_grade_says_how_far_the_next_cut_offs_are() -> None:
    grading = explain(outcome(), B).grading
    assert grading is not None
    # by hand: 0.4 x 0.5 + 0.6 x 0.6 = 0.56 against the cut-off 0.5; there is no grade above the second
    assert (grading.score, grading.grade, grading.to_next_up, grading.to_next_down) == (
        "0.560000",
        "2",
        None,
        "0.060000",
    )
    lowest = explain(outcome(), "110001").grading
    assert lowest is not None
    assert (lowest.to_next_up, lowest.to_next_down) == ("0.360000", None)


@pytest.mark.parametrize(
    "where",
    [
        {"nature": "rigid", "category": "state", "period": "2026"},
        {"nature": "top_up", "category": "collective", "period": "2027"},
        {"nature": "task", "measure": "afforestation", "period": "2026"},
        {"nature": "committed", "period": "2027"},
        {"nature": "factor", "period": "2026"},
    ],
)
def test_a_row_that_its_formula_does_not_give_by_one_fen_is_refused(where: dict[str, str]) -> None:
    case = ByHand()
    case.add("allocation", "payment_fen", 1, region_code=B, **where)
    with pytest.raises(OutcomeError, match=B):
        explain(outcome(case), B)


def test_a_notice_that_is_not_the_sum_of_the_rows_is_refused() -> None:
    case = ByHand()
    case.add("notice", "amount_fen", 1, region_code=B, fund=ECO, period="2026")
    with pytest.raises(OutcomeError, match=r"notice\.csv"):
        explain(outcome(case), B)


def test_changes_sum_and_zero_parts_are_left_out_of_the_text() -> None:
    whole = make_outcome(5)
    code = str(whole.tables["reasons"]["region_code"].iloc[0])
    explanation = explain(whole, code)
    held = whole.tables["reasons"].query("region_code == @code")
    (change,) = explanation.changes
    assert change.against == "factor_method"
    assert change.total_fen == int(held["amount_fen"].sum())
    assert re.search(r"(比|与)因素法对照方案(增加|减少|持平)", explanation.text("zh"))
    assert re.search(r"(more than|less than|same as) the factor method", explanation.text("en"))


def test_case_mode_shows_the_next_cheaper_and_dearer_offer() -> None:
    case = ByHand()
    case.resolved = replace(case.resolved, mode="case")
    steps = explain(outcome(case), "110001").neighbours
    # by hand, offers.csv: s=12.00 costs 10 050 + 10 050 fen more than s=10.00 and brings 0.2 t
    (step,) = [step for step in steps if step.category == "state"]
    assert (step.direction, step.offer, step.difference_fen) == ("dearer", "s=12.00", 20100)
    assert step.difference_tco2e == pytest.approx(0.2)
    assert step.yuan_per_tco2e == pytest.approx(1005.0)
    assert "次高档 s=12.00" in explain(outcome(case), "110001").text("zh")


def test_an_unknown_unit_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        explain(outcome(), "110009")
    assert "110009" in caught.value.findings[0].en
    assert "did you mean 11000" in caught.value.findings[0].en
    with pytest.raises(InputError, match="did you mean 110003"):
        explain(outcome(), "丙")


def test_both_languages_hold_the_same_amounts() -> None:
    explanation = explain(make_outcome(3), "110000")
    zh, en = explanation.text("zh"), explanation.text("en")
    amounts = {line.payment_fen for line in explanation.lines}
    for fen in amounts:
        shown = f"{fen // 100:,}.{fen % 100:02d}"
        assert shown in zh
        assert shown in en
    assert not any("\u4e00" <= char <= "\u9fff" for char in en)
    json.dumps(explanation.to_json(), allow_nan=False)


def test_names_are_those_of_the_briefing() -> None:
    """Two packages that may not import each other hold one vocabulary."""
    root = Path(__file__).parents[2]
    own = yaml.safe_load((root / "models/silvafisc/runs/words.yaml").read_text(encoding="utf-8"))
    theirs = yaml.safe_load((root / "reports/silvafisc/briefing/texts.yaml").read_text(encoding="utf-8"))["names"]
    differing = {
        (kind, key): (text, theirs[kind].get(key))
        for kind, entries in own.items()
        for key, text in entries.items()
        if theirs[kind].get(key) != text
    }
    assert differing == {}


def test_the_funds_of_the_case_are_named() -> None:
    text = explain(outcome(), B).text("zh")
    assert "林业草原改革发展资金" in text
    assert DEV not in text
