"""Planted changes come out as the part that they are, with their sign, their size to the fen and their words."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from tests.allocation.decided import Decided, decided
from tests.allocation.sample import PROTECTION, REFORM, sample_inputs, sample_resolved, sample_responses
from tests.allocation.test_reasons import last_year_table, parts

from silvafisc.allocation.reasons import reasons
from silvafisc.quantities import fen_to_yuan
from silvafisc.results import FactorSpec
from silvafisc.runs.explain import Change
from silvafisc.runs.reply import _change

A, B, C = "110000", "350000", "520000"
COLLECTIVE = "public_welfare_collective"
MODES = ("rule", "case")
THIRDS = {A: 3_333_34, B: 3_333_34, C: 3_333_32}
"""Two pots of 5 000 yuan shared alike, the odd fen of each to the first two."""


def planted(
    mode: str, *, area: int = 1_000, paid: int = 2_000_00, factor_of_a: str = "1", weight: str = "0.5"
) -> Decided:
    """A, B and C with 100.0, 200.0 and 300.0 mu at 20 yuan, as last year apart from what is planted.

    area, paid: last year's area (0.1 mu) and money of A. factor_of_a: this year's difficulty of A, 1 for the others.
    weight: the only weight of difficulty; the template is 0.5.
    """
    rest = fen_to_yuan(100 - int(100 * float(weight)))  # 1 - weight, as a decimal
    resolved = sample_resolved(("2026",), mode=mode, graded=False, protection=12_000_00)
    factors = (
        FactorSpec(REFORM, "fiscal_difficulty", weight, weight, "0.5"),
        FactorSpec(REFORM, "task_need", rest, rest, "0.5"),
    )
    funds = (resolved.funds[0], replace(resolved.funds[1], factor_pot_fen=(10_000_00,)))
    resolved = replace(resolved, tasks=(), factors=factors, funds=funds)
    inputs = sample_inputs()
    values = inputs.factors.assign(value="1")
    difficulty = (values["region_code"] == A) & (values["factor"] == "fiscal_difficulty")
    rows = [(A, PROTECTION, COLLECTIVE, area, paid)]
    rows += [(B, PROTECTION, COLLECTIVE, 2_000, 4_000_00), (C, PROTECTION, COLLECTIVE, 3_000, 6_000_00)]
    rows += [(code, REFORM, "factor_pot", 0, fen) for code, fen in THIRDS.items()]
    inputs = replace(
        inputs,
        areas=inputs.areas.assign(area_tenth_mu=[1_000, 2_000, 3_000]),
        factors=values.assign(value=values["value"].mask(difficulty, factor_of_a)),
        last_year=last_year_table(rows),
    )
    return decided(resolved, inputs, sample_responses(resolved, sample_inputs()))


def moved(frame: pd.DataFrame, against: str, code: str) -> dict[str, int]:
    """The parts of a unit that are not 0."""
    return {part: fen for part, fen in parts(frame, against, code).items() if fen}


def said(frame: pd.DataFrame, against: str, code: str) -> tuple[str, str]:
    """The sentence in Chinese and English."""
    change = Change(against, tuple(parts(frame, against, code).items()))
    return _change(change, "zh")[0], _change(change, "en")[0]


@pytest.mark.parametrize("mode", MODES)
def test_nothing_planted_changes_nothing(mode: str) -> None:
    found = planted(mode)
    frame = reasons(found.problem, found.tables, {})
    assert all(moved(frame, "last_year", code) == {} for code in (A, B, C))
    assert said(frame, "last_year", A) == ("与上年水平持平。", "The same as last year's level.")


@pytest.mark.parametrize("mode", MODES)
def test_a_standard_that_rises_by_one_yuan(mode: str) -> None:
    """by hand: 100.0 mu at 19 yuan last year, at 20 now: 100 yuan."""
    found = planted(mode, paid=1_900_00)
    frame = reasons(found.problem, found.tables, {})
    assert moved(frame, "last_year", A) == {"standard": 100_00}
    assert moved(frame, "last_year", B) == {}
    assert said(frame, "last_year", A) == (
        "比上年水平增加 100.00 元：标准提高（+100.00）。",
        "100.00 yuan more than last year's level: higher standards (+100.00).",
    )


@pytest.mark.parametrize("mode", MODES)
def test_an_area_that_is_cut_while_the_standard_rises(mode: str) -> None:
    """by hand: 120.0 mu at 19 yuan were 2 280 yuan; 100.0 mu at 19 are 380 less, at 20 then 100 more."""
    found = planted(mode, area=1_200, paid=2_280_00)
    frame = reasons(found.problem, found.tables, {})
    assert moved(frame, "last_year", A) == {"area": -380_00, "standard": 100_00}
    assert said(frame, "last_year", A) == (
        "比上年水平减少 280.00 元：面积核减（−380.00）；部分被标准提高（+100.00）抵消。",
        "280.00 yuan less than last year's level: a smaller area (−380.00); partly offset by higher standards (+100.00).",
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_factor_value_that_goes_up(mode: str) -> None:
    """by hand: A's difficulty 2 of 4 brings 2 500 of 5 000 yuan, need 1 of 3 the odd fen: 4 166.67 against 3 333.34."""
    found = planted(mode, factor_of_a="2")
    frame = reasons(found.problem, found.tables, {})
    assert moved(frame, "last_year", A) == {"factor": 833_33}
    # B: 1 250.00 + 1 666.67 against 3 333.34
    assert moved(frame, "last_year", B) == {"factor": -416_67}
    assert "因素占比上升（+833.33）" in said(frame, "last_year", A)[0]
    assert "a smaller share of the factors (−416.67)" in said(frame, "last_year", B)[1]


@pytest.mark.parametrize("mode", MODES)
def test_a_weight_that_is_moved(mode: str) -> None:
    """by hand: difficulty at 0.6 gives A 3 000.00 + 1 333.34, at the template's 0.5 it was 2 500.00 + 1 666.67."""
    found = planted(mode, factor_of_a="2", weight="0.6")
    frame = reasons(found.problem, found.tables, {})
    assert moved(frame, "last_year", A) == {"factor": 833_33, "weight": 166_67}
    # B: 1 500.00 + 1 333.33 against 1 250.00 + 1 666.67
    assert moved(frame, "last_year", B) == {"factor": -416_67, "weight": -83_34}
    assert said(frame, "last_year", A)[0] == (
        "比上年水平增加 1,000.00 元：因素占比上升（+833.33）、权重调整有利（+166.67）。"
    )
    assert said(frame, "last_year", B)[1] == (
        "500.01 yuan less than last year's level: a smaller share of the factors (−416.67), weights moved against it (−83.34)."
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_proposal_that_pays_one_yuan_less_per_mu(mode: str) -> None:
    """by hand: the proposal pays A 19 yuan on 100.0 mu, this allocation 20."""
    found = planted(mode)
    proposal = found.tables["allocation"].copy()
    mine = (proposal["region_code"] == A) & (proposal["nature"] == "top_up")
    proposal["standard_yuan_per_mu"] = proposal["standard_yuan_per_mu"].mask(mine, "19.00")
    for column in ("payment_fen", "central_fen"):
        proposal[column] = proposal[column].mask(mine, 300_00)
    frame = reasons(found.problem, found.tables, {"proposal": proposal})
    assert moved(frame, "proposal", A) == {"standard": 100_00}
    assert moved(frame, "proposal", B) == {}
    assert said(frame, "proposal", A)[0] == "比主管部门分配建议增加 100.00 元：标准提高（+100.00）。"


@pytest.mark.parametrize("mode", MODES)
def test_what_the_factor_method_would_do_instead(mode: str) -> None:
    """by hand: it gives floors of 16 yuan, 2 400 yuan above them and the 60 000 of the other fund, all by template.

    A: 600 of 1 200 by difficulty (2 of 4) and 200 by area; 15 000 of 30 000 by difficulty and 10 000 by need. The pot of
    10 000 gives it 4 166.67 by the same template: 25 800.00 − 4 166.67 less. Four yuan more on 100.0 mu are 400.
    """
    found = planted(mode, factor_of_a="2", weight="0.6")
    frame = reasons(found.problem, found.tables, {})
    assert moved(frame, "factor_method", A) == {"standard": 400_00, "pot": -21_633_33, "weight": 166_67}
    # B: 300 + 400 and 7 500 + 10 000 against 1 250.00 + 1 666.67; 200.0 mu
    assert moved(frame, "factor_method", B) == {"standard": 800_00, "pot": -15_283_33, "weight": -83_34}
    assert said(frame, "factor_method", A) == (
        "比因素法对照方案减少 21,066.66 元：因素法总额缩小（−21,633.33）；部分被标准提高（+400.00）、权重调整有利（+166.67）抵消。",
        "21,066.66 yuan less than the factor method: a smaller factor pot (−21,633.33); partly offset by higher standards"
        " (+400.00), weights moved in its favour (+166.67).",
    )


@pytest.mark.parametrize("mode", MODES)
def test_every_sentence_says_what_its_parts_sum_to(mode: str) -> None:
    """The amounts that are read sum to the amount that is said, with the sign that the words have."""
    found = planted(mode, area=1_200, paid=2_280_00, factor_of_a="2", weight="0.6")
    frame = reasons(found.problem, found.tables, {"proposal": found.tables["allocation"]})
    for against in ("last_year", "proposal", "factor_method"):
        for code in (A, B, C):
            total = sum(parts(frame, against, code).values())
            for text, more in zip(said(frame, against, code), ("增加", "more"), strict=True):
                read = [int(n.replace(",", "").replace(".", "").replace("−", "-")) for n in _SIGNED.findall(text)]
                assert sum(read) == total
                assert (more in text.partition("：" if more == "增加" else ":")[0]) is (total > 0)


_SIGNED = re.compile(r"[+−][\d,]+\.\d\d")
