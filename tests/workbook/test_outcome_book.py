"""The workbook of an outcome: what stands in it, that it comes to the audited fen, and that nothing in it runs."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from tests.workbook.conftest import Sections

from silvafisc.briefing import Wish, render_papers
from silvafisc.briefing.words import Words
from silvafisc.results import Outcome
from silvafisc.workbook import outcome_workbook, tables_workbook
from silvafisc.workbook.cells import Formats, write
from silvafisc.workbook.pages import FIRST, HEADER

ZH = Words("zh")


def opened(data: bytes, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def table(sheet: Any) -> list[dict[str, Any]]:
    """Rows below the header by head; the unit below a head is left out."""
    rows = list(sheet.iter_rows(values_only=True))
    heads = [str(cell).split("\n")[0] for cell in rows[HEADER]]
    return [dict(zip(heads, row, strict=True)) for row in rows[FIRST:]]


def test_sheets_are_named_in_the_language(books: Mapping[str, bytes]) -> None:
    assert opened(books["zh"]).sheetnames[:6] == ["封面", "分配明细", "单位汇总", "下达数", "标准", "权重"]
    assert opened(books["en"]).sheetnames[:6] == ["Cover", "Allocation", "Units", "Notice", "Standards", "Weights"]


def test_the_same_outcome_gives_the_same_bytes(
    outcome: Outcome, sections: Sections, books: Mapping[str, bytes]
) -> None:
    assert outcome_workbook(outcome, Words("zh"), sections) == books["zh"]


def test_the_tables_of_the_briefing_stand_behind(sections: Sections, books: Mapping[str, bytes]) -> None:
    """Every caption and every shown number of every section, a sheet per section."""
    book = opened(books["zh"], values=True)
    held = [(title, tables) for title, tables in sections if tables]
    for sheet, (title, tables) in zip(book.worksheets[-len(held) :], held, strict=True):
        cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
        assert cells[0] == title
        assert {one.caption for one in tables} <= {str(cell) for cell in cells}
        shown = {float(cell) for one in tables for _, row in one.rows for cell in row if isinstance(cell, Decimal)}
        assert shown <= {float(cell) for cell in cells if isinstance(cell, int | float)}


def test_every_row_of_the_allocation_stands_there_with_its_audited_amount(
    outcome: Outcome, books: Mapping[str, bytes]
) -> None:
    """Expected: the fen of allocation.csv; rows without money beside them are published numbers that come to nothing."""
    rows = table(opened(books["zh"], values=True)["分配明细"])[:-1]
    found = sorted((r["代码"], r["期间"], Decimal(str(r["本期数"]))) for r in rows if r["本期数"])
    frame = outcome.tables["allocation"]
    columns = (frame["region_code"], frame["period"], frame["payment_fen"])
    wanted = sorted((c, p, Decimal(int(fen)).scaleb(-2)) for c, p, fen in zip(*columns, strict=True) if fen)
    assert found == wanted


def test_amounts_are_worked_out_and_not_stated(outcome: Outcome, books: Mapping[str, bytes]) -> None:
    """All rows of the made-up outcome follow from published numbers, but instalments from before its first period."""
    rows = table(opened(books["zh"])["分配明细"])[:-1]
    stated = [row for row in rows if row["算法"] != "公式"]
    assert len(stated) == len(outcome.resolved.opening_commitments)
    assert all(str(row["本期数"]).startswith("=") for row in rows if row not in stated)


def test_totals_are_sums_and_checks_are_zero(outcome: Outcome, books: Mapping[str, bytes]) -> None:
    plain, values = opened(books["zh"]), opened(books["zh"], values=True)
    last = table(plain["单位汇总"])[-1]
    assert str(last["全期合计"]).startswith("=ROUND(SUM(")
    total = table(values["单位汇总"])[-1]["全期合计"]
    assert Decimal(str(total)) * 100 == int(outcome.tables["allocation"]["payment_fen"].sum())
    for name in ("分配明细", "单位汇总", "下达数", "权重", "资金", "增减变动"):
        assert str(plain[name]["B4"].value).startswith("=ROUND(SUMPRODUCT(ABS("), name
        assert (values[name]["B4"].value, values[name]["C4"].value) == (0, "相符"), name
        assert plain[name].conditional_formatting, name


def test_the_cover_says_what_it_is_and_what_follows_a_change(outcome: Outcome, books: Mapping[str, bytes]) -> None:
    for language, live in (("zh", "随改随算"), ("en", "Live:")):
        cover = opened(books[language], values=True).worksheets[0]
        said = "\n".join(str(cell) for row in cover.iter_rows(values_only=True) for cell in row if cell)
        assert str(outcome.meta["content_hash"]) in said
        assert str(outcome.meta["kind"][language]) in said
        assert live in said


def test_sheets_are_ready_to_print(books: Mapping[str, bytes]) -> None:
    book = opened(books["zh"])
    for name in ("分配明细", "单位汇总", "标准", "来源与假设"):
        sheet = book[name]
        assert sheet.freeze_panes is not None, name
        assert sheet.print_title_rows == f"$1:${HEADER + 1}", name
        assert sheet.print_area, name
        assert sheet.page_setup.fitToHeight == 0, name
    assert book["分配明细"].page_setup.paperSize == 8  # A3
    assert book["分档"].page_setup.paperSize == 9  # A4
    assert "check_total" in book.defined_names


def test_no_number_is_wider_than_its_column(books: Mapping[str, bytes]) -> None:
    """A cell that does not fit prints as ###; by hand: thousands marks, two decimals, totals in bold."""
    book = openpyxl.load_workbook(io.BytesIO(books["zh"]), data_only=True)
    seen = 0
    for sheet in book:
        # Neighbours of one width stand in the file as one range.
        spans = [(held.min, held.max, held.width) for held in sheet.column_dimensions.values()]
        rooms = {at: width for first, last, width in spans for at in range(first, last + 1)}
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float) and str(cell.number_format).startswith("#,##0.00"):
                    assert len(f"{cell.value:,.2f}") <= rooms[cell.column], (sheet.title, cell.coordinate)
                    seen += 1
    assert seen


def test_nothing_in_it_is_a_program(books: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(books["zh"])) as archive:
        assert [name for name in archive.namelist() if "vba" in name.lower() or "external" in name.lower()] == []


def test_assumed_and_recalled_figures_are_worded_and_coloured(outcome: Outcome, books: Mapping[str, bytes]) -> None:
    sheet = opened(books["zh"])["来源与假设"]
    heads = [str(cell.value) for cell in sheet[HEADER + 1]]
    at = heads.index("状态") if "状态" in heads else heads.index("依据状态")
    colours: dict[str, set[str]] = {}
    for row in sheet.iter_rows(min_row=FIRST + 1):
        colours.setdefault(str(row[at].value), set()).add(str(row[at].fill.fgColor.rgb))
    wanted = {"假设": {"FFFCE4D6"}, "凭记忆（待核）": {"FFFFF2CC"}}
    present = set(outcome.tables["sources"]["status"])
    assert {"assumption", "recalled"} & present
    assert all(colours[said] == colour for said, colour in wanted.items() if said in colours)
    assert not any(colours[said] & {"FFFCE4D6", "FFFFF2CC"} for said in colours if said not in wanted)


def test_a_name_is_never_a_formula(outcome: Outcome) -> None:
    """What spreadsheets take for a formula stays the text that the user wrote."""
    names = ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(1)"]
    regions = outcome.tables["regions"].copy()
    regions.loc[: len(names) - 1, "region_name"] = names
    data = outcome_workbook(replace(outcome, tables={**outcome.tables, "regions": regions}), ZH, [])
    cells = {cell.value: cell.data_type for cell in opened(data)["单位汇总"]["B"]}
    assert [cells[name] for name in names] == ["s"] * len(names)


def test_a_number_that_a_double_cannot_hold_is_text() -> None:
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    write(sheet, 0, 0, Decimal("12345678901234567.89"), "money", Formats(book))
    write(sheet, 0, 1, Decimal("1234567890123.45"), "money", Formats(book))
    book.close()
    cells = opened(target.getvalue()).worksheets[0]
    assert (cells["A1"].value, cells["B1"].value) == ("12,345,678,901,234,567.89", 1234567890123.45)


def test_a_sum_that_no_published_number_gives_is_stated(outcome: Outcome) -> None:
    """A fen more than the formula: the row keeps its audited amount and says that it is no formula."""
    frame = outcome.tables["allocation"].copy()
    at = frame.index[frame["nature"] == "task"][0]
    payer = next(name for name in ("central", "provincial", "city", "county") if frame.loc[at, f"{name}_fen"])
    frame.loc[at, ["payment_fen", f"{payer}_fen"]] += 1
    data = outcome_workbook(replace(outcome, tables={**outcome.tables, "allocation": frame}), ZH, [])
    rows = [row for row in table(opened(data)["分配明细"])[:-1] if row["算法"] == "列示数"]
    assert Decimal(str(rows[0]["本期数"])) * 100 == int(frame.loc[at, "payment_fen"])


def test_it_is_a_format_of_the_briefing(outcome: Outcome, tmp_path: Path) -> None:
    """`briefing_<language>.xlsx` with the formulas; tables of papers stay a workbook of their own."""
    wish = Wish(("briefing", "countersign"), ("en",), ("xlsx",))
    files = render_papers(outcome, tmp_path, wish, tables_workbook, outcome_workbook)
    assert [path.name for path in files] == ["briefing_en.xlsx", "tables-estimate_en.xlsx"]
    book = openpyxl.load_workbook(files[0])
    assert {"Cover", "Allocation", "Sources"} < set(book.sheetnames)
