"""Tables fill the page in the largest type that fits; headers break in the middle; ticks are written out."""

import re
import zlib

import pytest

from silvafisc.briefing.blocks import Briefing, Column, Number, Row, Table, Text, numbers, run_text
from silvafisc.briefing.figures.canvas import plain_tick
from silvafisc.briefing.html import render_html
from silvafisc.briefing.layout import DENSE_SIZES, SIZES, TEXT_WIDTH, broken, fit, inset, width_in_em
from silvafisc.briefing.pdf import render_pdf


def table(columns: int, text: str, dense: bool = False) -> Table:
    heads = tuple(Column("合计", "万元", True) for _ in range(columns))
    return Table(heads, (Row(tuple((Text(text),) for _ in range(columns))),), (), dense=dense)


@pytest.mark.parametrize("columns", [2, 6, 10, 14])
def test_a_table_without_prose_fits_the_page_in_the_largest_type_that_does(columns: int) -> None:
    laid = fit(table(columns, "1,234,567.89"))
    assert laid.size in SIZES
    assert sum(laid.widths) <= TEXT_WIDTH or laid.size == SIZES[-1]
    larger = [size for size in SIZES if size > laid.size]
    needs = (width_in_em("1,234,567.89") + 0.3) * columns
    assert all(needs * size + 2 * inset(table(columns, "")) * columns > TEXT_WIDTH for size in larger)


def test_dense_tables_start_smaller_and_prose_takes_what_is_left() -> None:
    assert fit(table(2, "1", dense=True)).size == DENSE_SIZES[0]
    prose = Table((Column("规则"), Column("内容", width=1)), (Row(((Text("甲"),), (Text("乙" * 200),))),), ())
    laid = fit(prose)
    assert laid.widths[1] == 0
    assert 0 < laid.widths[0] < 60


def test_prose_beside_wide_columns_makes_the_type_smaller_rather_than_the_table_wider() -> None:
    """by hand: four columns of 14 digits take 4 × (8.42 em + 8) points, which leaves 6 em and 8 points from 7.4 points on."""
    heads = (Column("事项", width=1), *(Column("数", numeric=True) for _ in range(4)))
    rows = (Row(((Text("乙" * 20),), *(((Text("1" * 14),),) * 4))),)
    laid = fit(Table(heads, rows, ()), 334.0)
    assert laid.size == 7.4
    assert 334.0 - sum(laid.widths) >= 6 * 7.4 + 8 > 334.0 - sum(fit(Table(heads, rows, ()), 334.0, (7.8,)).widths)
    short = (Row(((Text("乙" * 2),), *(((Text("1" * 14),),) * 4))),)
    assert fit(Table(heads, short, ()), 334.0).size == 7.8


@pytest.mark.parametrize(
    ("header", "em", "lines"),
    [
        ("以后年度兑付", 7, "以后年度兑付"),
        ("以后年度兑付", 5, "以后年\n度兑付"),
        ("金额变动超过 1% 的单位数", 8, "金额变动超过\n1% 的单位数"),
        ("森林资源（碳）", 5, "森林资\n源（碳）"),
        ("Units regraded", 3, "Units regraded"),
    ],
)
def test_a_header_breaks_in_two_lines_of_like_length(header: str, em: float, lines: str) -> None:
    """by hand: never inside a number, before a closing or after an opening bracket; English breaks at its spaces."""
    assert broken(header, em) == lines


@pytest.mark.parametrize(
    ("value", "text"), [(1.2e6, "1,200,000"), (120.0, "120"), (0.1 + 0.2, "0.3"), (-15.5, "−15.5"), (0.0, "0")]
)
def test_ticks_are_never_powers_of_ten(value: float, text: str) -> None:
    assert plain_tick(value) == text


def test_no_shown_number_is_a_power_of_ten(zh: Briefing, en: Briefing) -> None:
    for number in [*numbers(zh), *numbers(en)]:
        assert re.fullmatch(r"[+−]?[0-9,]+(\.[0-9]+)?", number.text), number


def test_a_number_and_its_unit_are_never_parted(zh: Briefing) -> None:
    attached = [number for number in numbers(zh) if number.attached]
    assert {number.unit for number in attached} >= {"亿元", "%"}
    amount = next(number for number in attached if number.unit == "亿元")
    assert run_text(amount) == f"{amount.text}\u00a0亿元"
    assert run_text(Number(1, "1.0", "%", "k", 0.01, attached=True)) == "1.0%"
    page = render_html(zh).decode("utf-8")
    assert re.search(rf'class="n[^"]* k" data-k="[^"]+" data-v="[^"]+">{re.escape(amount.text)}\u00a0亿元</a>', page)


def pages(pdf: bytes) -> int:
    """Page objects of a PDF, also inside its compressed streams."""
    plain = pdf
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            plain += zlib.decompress(stream)
        except zlib.error:
            continue
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", plain))


def test_31_units_with_their_cards_take_at_most_22_pages(zh: Briefing, en: Briefing) -> None:
    for briefing in (zh, en):
        assert 10 < pages(render_pdf(briefing)) <= 22
