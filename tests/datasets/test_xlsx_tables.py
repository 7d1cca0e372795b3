"""The loader against bad workbooks: each finding names sheet and cell."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from silvafisc.datasets import ColumnSpec, Finding, InputError, load_table
from silvafisc.datasets.grids import column_letters, column_number
from silvafisc.datasets.limits import MAX_CELL_CHARACTERS, MAX_UNPACK_RATIO, RATIO_FROM_BYTES

SCHEMA = (
    ColumnSpec("region_code", "code", "code", key=True),
    ColumnSpec("name", "text"),
    ColumnSpec("area_mu", "decimal", "mu", minimum=0),
    ColumnSpec("households", "int", "count", required=False, minimum=0),
    ColumnSpec("period", "text", "text", required=False),
)
HEADER = [spec.name for spec in SCHEMA]
GOOD = ["110000", "北京市", 10.5, 12, "2026"]


def book(path: Path, *rows: list[Any], sheet: str = "面积", change: Callable[[Any], None] | None = None) -> Path:
    made = openpyxl.Workbook()
    active = made.active
    assert active is not None
    active.title = sheet
    for row in [HEADER, *rows]:
        active.append(row)
    if change:
        change(active)
    made.save(path)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "areas.xlsx"


def findings(path: Path, sheet: str | None = None) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        load_table(path, SCHEMA, sheet)
    for finding in caught.value.findings:
        assert finding.en
        assert finding.zh
        assert finding.zh != finding.en
    return caught.value.findings


def only(path: Path, sheet: str | None = None) -> Finding:
    (finding,) = findings(path, sheet)
    return finding


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part inside a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_good_sheet_reads_like_its_csv(path: Path, tmp_path: Path) -> None:
    table = load_table(book(path, GOOD, ["120000", "天津市", 0.1, None, None]), SCHEMA)
    csv = tmp_path / "areas.csv"
    csv.write_text(",".join(HEADER) + "\n110000,北京市,10.5,12,2026\n120000,天津市,0.1,,\n", encoding="utf-8")
    same = load_table(csv, SCHEMA)
    assert table.table.equals(same.table)
    assert table.text.equals(same.text)
    assert table.place(1, "area_mu") == f"{path}!面积!C3"


def test_a_period_typed_as_a_number_is_its_text(path: Path) -> None:
    assert load_table(book(path, [*GOOD[:4], 2026]), SCHEMA).table["period"].tolist() == ["2026"]


def test_empty_rows_and_a_table_that_starts_lower_keep_their_addresses(path: Path) -> None:
    def shift(sheet: Any) -> None:
        sheet.insert_rows(1, 2)
        sheet.insert_cols(1)

    table = load_table(book(path, GOOD, change=shift), SCHEMA)
    assert table.place(0, "region_code") == f"{path}!面积!B4"


@pytest.mark.parametrize(
    ("column", "value", "en", "zh"),
    [
        (1, 110000, "a code stored as a number (110000)", "代码被存成了数字"),
        (1, 110000.0, "a code stored as a number (110000)", "代码被存成了数字"),
        (1, "11000", "not a code of six digits", "不是六位"),
        (3, 1 / 3, "noise of binary arithmetic", "浮点误差"),
        (3, -1, "must be at least 0", "不得小于 0"),
        (3, None, "empty", "为空"),
        (3, "１２", "full-width digits", "全角"),
        (3, True, "expected a number", "应为数值"),
        (3, date(2026, 1, 1), "expected a number", "应为数值"),
        (4, 1.5, "not a whole number", "不是整数"),
        (4, 1e16, "too large to be exact", "无法精确表示"),
    ],
)
def test_a_bad_cell_is_named_by_sheet_and_address(path: Path, column: int, value: Any, en: str, zh: str) -> None:
    row = list(GOOD)
    row[column - 1] = value
    finding = only(book(path, GOOD_OTHER, row))
    assert finding.where == f"{path}!面积!{column_letters(column)}3"
    assert finding.path == HEADER[column - 1]
    assert en in finding.en
    assert zh in finding.zh


GOOD_OTHER = ["120000", "天津市", 1, 1, "2026"]


def test_a_formula_without_its_result_is_refused(path: Path) -> None:
    finding = only(book(path, ["110000", "北京市", "=1+1", 1, "2026"]))
    assert finding.where == f"{path}!面积!C2"
    assert "formula without its result" in finding.en
    assert "没有计算结果" in finding.zh


def test_a_placeholder_zero_of_a_formula_is_refused(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("面积")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["110000", "北京市"])
        sheet.write_formula(1, 2, "=10*2")
        sheet.write_formula(2, 2, "=10*2", None, 20)
    (finding,) = (f for f in findings(path) if "formula" in f.en)
    assert finding.where == f"{path}!面积!C2"
    assert "placeholder" in finding.en


def test_a_calculated_formula_is_read(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("面积")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["110000", "北京市"])
        sheet.write_formula(1, 2, "=10*2", None, 20)
    assert load_table(path, SCHEMA).table["area_mu"].tolist() == [20.0]


def test_an_error_value_is_refused(path: Path) -> None:
    book(path, GOOD)
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<c r="C2" t="n"><v>10.5</v></c>', b'<c r="C2" t="e"><v>#DIV/0!</v></c>'),
    )
    finding = only(path)
    assert finding.where == f"{path}!面积!C2"
    assert "#DIV/0!" in finding.en


def test_hidden_rows_and_columns_of_the_table_are_refused(path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True

    found = findings(book(path, GOOD, change=hide))
    assert {finding.where for finding in found} == {f"{path}!面积!2:2", f"{path}!面积!B:B"}


def test_hidden_rows_below_and_columns_beyond_the_table_do_not_matter(path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["Z"].hidden = True

    assert len(load_table(book(path, GOOD, change=hide), SCHEMA).table) == 1


def test_a_hidden_sheet_is_noticed_and_not_read(path: Path) -> None:
    def hide(sheet: Any) -> None:
        other = sheet.parent.create_sheet("旧数据")
        other.sheet_state = "hidden"

    table = load_table(book(path, GOOD, change=hide), SCHEMA)
    (notice,) = table.notices
    assert notice.where == f"{path}!旧数据"
    assert "not read" in notice.en


def test_several_sheets_need_a_name_and_a_wrong_one_lists_them(path: Path) -> None:
    book(path, GOOD, change=lambda sheet: sheet.parent.create_sheet("说明"))
    assert "name the one to read" in only(path).en
    assert "面积, 说明" in only(path, "面 积").en
    assert len(load_table(path, SCHEMA, "面积").table) == 1


def test_an_empty_sheet_is_refused(path: Path) -> None:
    openpyxl.Workbook().save(path)
    assert "empty" in only(path).en


def test_duplicated_rows_name_both_cells(path: Path) -> None:
    finding = only(book(path, GOOD, GOOD_OTHER, GOOD))
    assert finding.where == f"{path}!面积!A4"
    assert f"first at {path}!面积!A2" in finding.en


def test_missing_and_surplus_columns_are_named(path: Path) -> None:
    found = findings(book(path, GOOD, change=lambda sheet: sheet.__setitem__("C1", "area_ha")))
    assert [finding.where for finding in found] == [f"{path}!面积!C1"]
    assert "multiply by 15" in found[0].en


def test_a_long_cell_is_refused(path: Path) -> None:
    finding = only(book(path, ["110000", "x" * (MAX_CELL_CHARACTERS + 1), 1, 1, "2026"]))
    assert finding.where == f"{path}!面积!B2"


def test_markup_and_formula_like_names_stay_plain_text(path: Path) -> None:
    name = "<b>&amp;</b>"
    assert load_table(book(path, ["110000", name, 1, 1, "2026"]), SCHEMA).table["name"].tolist() == [name]


def bomb(path: Path, size: int) -> None:
    """A real workbook whose sheet unpacks to `size` bytes of blanks."""
    book(path, GOOD)
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * size)


def test_a_bomb_is_refused_before_it_is_parsed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb(path, 8 * RATIO_FROM_BYTES)
    assert path.stat().st_size * MAX_UNPACK_RATIO < 8 * RATIO_FROM_BYTES

    def explode(*_: object) -> None:
        raise AssertionError("the workbook was parsed")

    monkeypatch.setattr("silvafisc.datasets.xlsx_grid.python_calamine.load_workbook", explode)
    monkeypatch.setattr("silvafisc.datasets.xlsx_grid.ElementTree.fromstring", explode)
    assert "decompression bomb" in only(path).en


def test_a_bomb_that_lies_about_its_size_is_refused(path: Path) -> None:
    bomb(path, 8 * RATIO_FROM_BYTES)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = (1000).to_bytes(4, "little")
    assert data.count(real.to_bytes(4, "little")) >= 1
    path.write_bytes(bytes(data).replace(real.to_bytes(4, "little"), lie))
    assert "not a readable" in only(path).en


def test_a_sheet_that_spans_the_whole_grid_is_refused_before_it_fills_the_memory(path: Path) -> None:
    finding = only(book(path, GOOD, change=lambda sheet: sheet.__setitem__("XFD1048576", 1)))
    assert "spans 1048576 rows and 16384 columns" in finding.en


def test_cells_without_addresses_are_counted(path: Path) -> None:
    book(path, ["110000", "北京市", "=1+1", 1, "2026"])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb' r="[A-Z]+[0-9]+"', b"", xml))
    assert only(path).where == f"{path}!面积!C2"


def test_broken_line_numbers_are_refused(path: Path) -> None:
    book(path, GOOD)
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<row r="2"', b'<row r="two"'))
    assert findings(path)


def test_xml_entities_are_refused(path: Path) -> None:
    book(path, GOOD)
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + xml,
    )
    assert "entities" in only(path).en


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a readable"),
        (b"region_code,name\n", "not a readable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password-protected"),
    ],
)
def test_what_is_no_workbook_is_refused(path: Path, data: bytes, says: str) -> None:
    path.write_bytes(data)
    assert says in only(path).en


def test_a_cut_or_damaged_workbook_is_refused(path: Path) -> None:
    book(path, GOOD)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "not a readable" in only(path).en
    path.write_bytes(whole)
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])
    assert findings(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "not an .xlsx workbook" in only(path).en


def test_zip_errors_do_not_escape(path: Path) -> None:
    book(path, GOOD)
    data = bytearray(path.read_bytes())
    for at in range(40, len(data), 31):
        broken = bytearray(data)
        broken[at] ^= 0xFF
        path.write_bytes(bytes(broken))
        try:
            load_table(path, SCHEMA)
        except InputError:
            continue
        except (zipfile.BadZipFile, zlib.error) as error:  # pragma: no cover
            pytest.fail(f"byte {at}: {error!r}")


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_column_letters(number: int, letters: str) -> None:
    assert column_letters(number) == letters
    assert column_number(letters) == number
