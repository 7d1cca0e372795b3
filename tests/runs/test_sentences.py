"""Sentences of changes: every part with its sign, the amounts as they are, and words that follow the sign."""

import pytest

from silvafisc.allocation.reasons import PARTS
from silvafisc.results.sentences import Amount, change_sentence
from silvafisc.runs.explain import Change
from silvafisc.runs.reply import _change


def said(language: str, against: str, **parts: int) -> str:
    [text] = _change(Change(against, tuple(parts.items())), language)
    return text


def test_an_increase_names_what_makes_it_and_what_works_against_it() -> None:
    parts = {"area": -1_200_00, "standard": 3_000_00, "weight": 200_50}
    assert said("zh", "last_year", **parts) == (
        "比上年水平增加 2,000.50 元：标准提高（+3,000.00）、权重调整有利（+200.50）；部分被面积核减（−1,200.00）抵消。"
    )
    assert said("en", "last_year", **parts) == (
        "2,000.50 yuan more than last year's level: higher standards (+3,000.00), weights moved in its favour (+200.50); "
        "partly offset by a smaller area (−1,200.00)."
    )


def test_a_decrease_begins_with_what_takes_most() -> None:
    parts = {"task": -5_00, "pot": 1_00, "factor": -700_00}
    assert said("zh", "proposal", **parts) == (
        "比主管部门分配建议减少 704.00 元：因素占比下降（−700.00）、任务资金减少（−5.00）；部分被因素法总额扩大（+1.00）抵消。"
    )
    assert (
        said("en", "factor_method", committed=-1)
        == "0.01 yuan less than the factor method: fewer instalments due (−0.01)."
    )


def test_nothing_and_what_balances() -> None:
    assert said("zh", "last_year", area=0, standard=0) == "与上年水平持平。"
    assert said("en", "last_year", area=-100, standard=100) == (
        "The same as last year's level: higher standards (+1.00) against a smaller area (−1.00)."
    )


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_has_words_that_differ_by_sign(part: str, language: str) -> None:
    up, down = (change_sentence("last_year", [(part, size)], language) for size in (1, -1))
    assert Amount(part) in up
    assert up != down
    texts = ["".join(piece for piece in pieces if isinstance(piece, str)) for pieces in (up, down)]
    assert texts[0] != texts[1]
    assert any("\u4e00" <= char <= "\u9fff" for char in texts[0]) is (language == "zh")
