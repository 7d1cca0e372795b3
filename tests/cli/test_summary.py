"""The amount at the end of a run is shown in the unit that it fills (expected figures by hand)."""

import pytest

from silvafisc.cli.summary import _money


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (104_000_000_000, "10.40 亿元", "1,040.00 million yuan"),
        (1_500_000, "1.50 万元", "15,000.00 yuan"),
        (60_00, "60.00 元", "60.00 yuan"),
        (-7, "-0.07 元", "-0.07 yuan"),
        (0, "0.00 元", "0.00 yuan"),
    ],
)
def test_money_is_shown_in_a_unit_that_it_fills(fen: int, zh: str, en: str) -> None:
    assert (_money(fen, "zh"), _money(fen, "en")) == (zh, en)
