"""The loader against bad CSV: one clear finding each, with its place, all at once."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.datasets import ColumnSpec, Finding, InputError, Table, implausible_areas, load_package, load_table
from silvafisc.datasets.csv_grid import read_csv
from silvafisc.datasets.limits import MAX_CELL_CHARACTERS, MAX_FINDINGS

SCHEMA = (
    ColumnSpec("region_code", "code", "code", key=True),
    ColumnSpec("name", "text"),
    ColumnSpec("area_mu", "decimal", "mu", minimum=0),
    ColumnSpec("amount_yuan", "decimal", "yuan", minimum=0),
    ColumnSpec("households", "int", "count", required=False, minimum=0),
    ColumnSpec("share", "float", "1", required=False, minimum=0, maximum=1),
    ColumnSpec("tenure", "text", "text", allowed=("state", "collective")),
    ColumnSpec("certified", "bool", "text"),
)
HEADER = "region_code,name,area_mu,amount_yuan,households,share,tenure,certified"
GOOD = "110000,北京市,10.5,70.25,12,0.5,collective,true"

Writer = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    def writer(text: str) -> Path:
        path = tmp_path / "areas.csv"
        path.write_bytes(text.encode("utf-8"))
        return path

    return writer


def findings(path: Path, schema: tuple[ColumnSpec, ...] = SCHEMA) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        load_table(path, schema)
    for finding in caught.value.findings:
        assert finding.en
        assert finding.zh
        assert finding.zh != finding.en
    return caught.value.findings


def only(path: Path, schema: tuple[ColumnSpec, ...] = SCHEMA) -> Finding:
    (finding,) = findings(path, schema)
    return finding


def test_a_good_table_keeps_values_exact_text_and_places(write: Writer) -> None:
    path = write(f'{HEADER}\n{GOOD}\n120000,"天津, 市",0.1,0,,,state,否\n')
    table = load_table(path, SCHEMA)
    assert list(table.table["region_code"]) == ["110000", "120000"]
    assert table.table["area_mu"].tolist() == [10.5, 0.1]
    assert table.text["amount_yuan"].tolist() == ["70.25", "0"]
    assert table.table["households"].isna().tolist() == [False, True]
    assert table.table["certified"].tolist() == [True, False]
    assert table.table["name"].tolist() == ["北京市", "天津, 市"]
    assert table.key == ("region_code",)
    assert table.notices == ()
    assert table.place(1, "area_mu") == f"{path}:3:16"
    assert table.columns["area_mu"].unit == "mu"


def test_the_order_of_columns_is_free(write: Writer) -> None:
    columns, cells = HEADER.split(","), GOOD.split(",")
    turned = write(",".join(reversed(columns)) + "\n" + ",".join(reversed(cells)) + "\n")
    assert load_table(turned, SCHEMA).table.equals(load_table(write(f"{HEADER}\n{GOOD}\n"), SCHEMA).table)


CELLS = [
    # column, cell, what the finding must say in English and Chinese
    ("region_code", "11000", "not a code of six digits (it has 5 digits)", "不是六位区划代码"),
    ("region_code", "110000.0", "became a number somewhere; write 110000", "被当作数字"),
    ("region_code", "1.1E+05", "became a number", "被当作数字"),
    ("region_code", "１１００００", "write 110000", "全角"),
    ("region_code", " 110000", "blanks; write 110000", "空格"),
    ("region_code", "", "empty; absent is not zero", "缺失不等于零"),
    ("area_mu", "", "empty; absent is not zero", "缺失不等于零"),
    ("area_mu", "   ", "empty; absent is not zero", "缺失不等于零"),
    ("area_mu", "nan", "not a number; leave a cell empty", "不是数值"),
    ("area_mu", "NaN", "not a number", "不是数值"),
    ("area_mu", "inf", "not a number", "不是数值"),
    ("area_mu", "-Infinity", "not a number", "不是数值"),
    ("area_mu", "#N/A", "not a number", "不是数值"),
    ("area_mu", "—", "not a number", "不是数值"),
    ("area_mu", "-1", "must be at least 0 (got -1)", "不得小于 0"),
    ("area_mu", "１２３", "full-width digits; write 123", "全角数字，应写成 123"),
    ("area_mu", '"1,234.5"', "thousands separators; write 1234.5", "千位分隔符，应写成 1234.5"),
    ("area_mu", "1，234", "thousands separators; write 1234", "千位分隔符"),
    ("area_mu", "12亩", "the unit stands in the header", "单位写在表头"),
    ("area_mu", "12%", "the unit stands in the header", "单位写在表头"),
    ("area_mu", "twelve", "'twelve' is not a number", "不是数值"),
    ("area_mu", "1_000", "not a plain number", "不是纯数值"),
    ("amount_yuan", "1.5E+08", "scientific notation", "科学计数法"),
    ("amount_yuan", "0.30000000000000004", "finer than one fen", "精确到了分以下"),
    ("amount_yuan", "0.001", "finer than one fen", "精确到了分以下"),
    ("amount_yuan", "9" * 40 + ".001", "finer than one fen", "精确到了分以下"),
    ("amount_yuan", "¥12", "the unit stands in the header", "单位写在表头"),
    ("amount_yuan", "-0.01", "must be at least 0", "不得小于 0"),
    ("households", "12.0", "not a whole number", "不是整数"),
    ("households", "1e3", "not a whole number", "不是整数"),
    ("households", "99999999999999999999", "too large to be exact", "无法精确表示"),
    ("share", "1.01", "must be at most 1", "不得大于 1"),
    ("share", "0x1", "not a plain number", "不是纯数值"),
    ("tenure", "State", "'State' is not one of state, collective", "不在允许值之内"),
    ("tenure", "state ", "blanks before or after", "前后有空格"),
    ("certified", "yes", "neither true nor false", "应为 是 / 否"),
    ("certified", "1", "neither true nor false", "应为 是 / 否"),
    ("name", "a\x07b", "control characters", "控制字符"),
]


@pytest.mark.parametrize(("column", "cell", "en", "zh"), CELLS)
def test_a_bad_cell_is_named(write: Writer, column: str, cell: str, en: str, zh: str) -> None:
    at = HEADER.split(",").index(column)
    cells = GOOD.split(",")
    start = len(",".join([*cells[:at], ""])) + 1 if at else 1
    cells[at] = cell
    path = write(f"{HEADER}\n{','.join(cells)}\n")
    finding = only(path)
    assert en in finding.en
    assert zh in finding.zh
    assert finding.path == column
    assert finding.where == f"{path}:2:{start}"


def test_all_findings_come_at_once_in_reading_order(write: Writer) -> None:
    rows = [f"{110000 + i},x,-{i},1,,,state,true" for i in range(1, 12)]
    found = findings(write("\n".join([HEADER, *rows])))
    assert [int(finding.where.split(":")[-2]) for finding in found] == list(range(2, 13))


def test_very_many_findings_are_counted(write: Writer) -> None:
    rows = [f"{110000 + i},x,-1,1,,,state,true" for i in range(MAX_FINDINGS + 7)]
    found = findings(write("\n".join([HEADER, *rows])))
    assert len(found) == MAX_FINDINGS + 1
    assert any("7 more findings" in finding.en for finding in found)


def test_a_missing_column_names_the_one_that_looks_like_it(write: Writer) -> None:
    found = findings(write(f"{HEADER.replace('tenure', 'tenur')}\n{GOOD}\n"))
    assert {(finding.path, finding.en.split(";")[0]) for finding in found} == {
        ("tenure", "this column is missing"),
        ("tenur", "unknown column"),
    }
    assert any("did you write tenur?" in finding.en for finding in found)
    assert any("did you mean tenure?" in finding.en for finding in found)


def test_an_unknown_column_lists_the_known_ones(write: Writer) -> None:
    finding = only(write(f"{HEADER},zzz\n{GOOD},1\n"))
    assert finding.path == "zzz"
    assert "region_code" in finding.en


def test_a_column_that_stands_twice_is_refused(write: Writer) -> None:
    path = write(f"{HEADER},name\n{GOOD},1\n")
    finding = only(path)
    assert finding.where == f"{path}:1:{len(HEADER) + 2}"
    assert "stands twice" in finding.en


def test_a_nameless_column_with_values_is_refused(write: Writer) -> None:
    assert "without a name" in only(write(f"{HEADER},\n{GOOD},1\n")).en
    assert len(load_table(write(f"{HEADER},\n{GOOD},\n"), SCHEMA).table) == 1


def test_an_optional_column_may_be_absent(write: Writer) -> None:
    schema = (*SCHEMA, ColumnSpec("document", "text", "text", required=False, optional=True))
    assert "document" not in load_table(write(f"{HEADER}\n{GOOD}\n"), schema).columns


def test_hectares_in_the_header_name_the_conversion(write: Writer) -> None:
    finding = only(write(f"{HEADER.replace('area_mu', 'area_ha')}\n{GOOD}\n"))
    assert finding.path == "area_ha"
    assert "multiply by 15" in finding.en
    assert "乘以 15" in finding.zh
    fen = only(write(f"{HEADER.replace('amount_yuan', 'amount_fen')}\n{GOOD}\n"))
    assert "divide by 100" in fen.en


def test_both_rows_of_a_duplicated_unit_are_named(write: Writer) -> None:
    path = write(f"{HEADER}\n{GOOD}\n{GOOD.replace('110000', '120000')}\n{GOOD}\n")
    finding = only(path)
    assert finding.where == f"{path}:4:1"
    assert f"first at {path}:2:1" in finding.en
    assert f"首次出现于 {path}:2:1" in finding.zh


def test_short_and_long_rows_are_refused(write: Writer) -> None:
    assert any("7 cells, the header 8" in f.en for f in findings(write(f"{HEADER}\n{GOOD.rsplit(',', 1)[0]}\n")))
    assert "9 cells, the header 8" in only(write(f"{HEADER}\n{GOOD},surplus\n")).en


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", ",,,\n"])
def test_an_empty_file_is_refused(write: Writer, text: str) -> None:
    assert "empty" in only(write(text)).en


def test_a_header_without_rows_is_refused(write: Writer) -> None:
    assert "not a single row" in only(write(f"{HEADER}\n")).en


@pytest.mark.parametrize("mark", [";", "\t"])
def test_another_separator_is_named(write: Writer, mark: str) -> None:
    assert "not separated by commas" in only(write(f"{HEADER}\n{GOOD}\n".replace(",", mark))).en


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(write: Writer) -> None:
    plain = load_table(write(f"{HEADER}\n{GOOD}\n"), SCHEMA)
    windows = load_table(write(f"\ufeff{HEADER}\r\n{GOOD}\r\n\r\n"), SCHEMA)
    assert windows.table.equals(plain.table)
    assert windows.place(0, "name") == plain.place(0, "name")


def test_a_file_of_chinese_excel_is_read_and_noticed(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_bytes(f"{HEADER}\r\n{GOOD}\r\n".encode("gb18030"))
    table = load_table(path, SCHEMA)
    assert table.table["name"].tolist() == ["北京市"]
    (notice,) = table.notices
    assert "nothing is lost" in notice.en
    assert "内容无损失" in notice.zh


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "UTF-16"),
        (b"region_code\n\x00\x01", "UTF-16 or binary"),
        (f"{HEADER}\n".encode() + b"\xff\xff\xff\n", "nor as GB18030"),
    ],
)
def test_an_encoding_that_would_lose_text_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_bytes(data)
    assert says in only(path).en


def test_broken_quoting_is_refused_where_it_begins(write: Writer) -> None:
    path = write(f'{HEADER}\n110000,"北京市,1,1,,,state,true\n')
    finding = only(path)
    assert finding.where == f"{path}:2:8"
    assert "never closed" in finding.en
    assert "quotation mark" in only(write(f'{HEADER}\n110000,北"京市,1,1,,,state,true\n')).en


def test_a_cell_beyond_the_limit_is_refused(write: Writer) -> None:
    finding = only(write(f"{HEADER}\n110000,{'x' * (MAX_CELL_CHARACTERS + 1)},1,1,,,state,true\n"))
    assert str(MAX_CELL_CHARACTERS) in finding.en


def test_markup_in_a_name_stays_plain_text(write: Writer) -> None:
    name = "<script>alert(1)</script> & #set *bold* =1+1"
    table = load_table(write(f"{HEADER}\n{GOOD.replace('北京市', name)}\n"), SCHEMA)
    assert table.table["name"].tolist() == [name]


def test_a_quoted_cell_may_hold_line_breaks_and_later_places_stay_right(write: Writer) -> None:
    path = write(f"{HEADER}\n{GOOD.replace('北京市', chr(34) + '北京' + chr(10) + '市' + chr(34))}\n{GOOD}\n")
    finding = only(path)
    assert finding.where == f"{path}:4:1"
    assert f"first at {path}:2:1" in finding.en


def test_other_files_are_refused(tmp_path: Path) -> None:
    assert "no such file" in only(tmp_path / "absent.csv").en
    old = tmp_path / "old.xls"
    old.write_bytes(b"")
    assert "save it as .xlsx or .csv" in only(old).en
    path = tmp_path / "areas.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    with pytest.raises(InputError, match="no sheets"):
        load_table(path, SCHEMA, sheet="x")


def test_a_pattern_binds_codes_and_text(write: Writer) -> None:
    schema = (
        ColumnSpec("town_code", "code", "code", key=True, pattern="[0-9]{9}"),
        ColumnSpec("period", "text", pattern="20[0-9]{2}"),
    )
    assert load_table(write("town_code,period\n110101001,2026\n"), schema).table["period"].tolist() == ["2026"]
    assert "does not match" in only(write("town_code,period\n110101,2026\n"), schema).en
    assert "does not match" in only(write("town_code,period\n110101001,26\n"), schema).en


def test_a_schema_with_an_unknown_type_unit_or_status_is_a_bug() -> None:
    for wrong in ({"type": "money"}, {"unit": "acre"}, {"status": "found"}):
        with pytest.raises(ValueError, match="unknown"):
            ColumnSpec(**{"name": "x", "type": "text", **wrong})  # type: ignore[arg-type]


def test_a_user_table_of_a_package_s_columns_is_read_with_the_package_s_schema(write: Writer) -> None:
    schema = load_package("growth_shapes").schema
    header = ",".join(spec.name for spec in schema)
    path = write(f"{header}\noak,栎类,140,0.03,1.5,oak,assumption,县林业局调查\n")
    table = load_table(path, schema)
    assert table.row_status(0, "amplitude_m3_per_ha") == "assumption"
    assert table.row_source(0, "amplitude_m3_per_ha") == "县林业局调查"


def areas(write: Writer, *cells: str) -> Table:
    schema = (ColumnSpec("region_code", "code", "code", key=True), ColumnSpec("area_mu", "decimal", "mu", minimum=0))
    rows = [f"{110000 + i},{cell}" for i, cell in enumerate(cells)]
    return load_table(write("\n".join(["region_code,area_mu", *rows])), schema)


def test_hectares_under_a_header_of_mu_are_implausible(write: Writer) -> None:
    # by hand: the region has 1,000 ha of forest = 15,000 mu; 800 ha of it = 12,000 mu
    reference = {"110000": Fraction(15_000), "110001": Fraction(15_000), "110002": Fraction(15_000)}
    low, high = Fraction(1, 10), Fraction(1)
    assert implausible_areas(areas(write, "12000"), "area_mu", reference, low, high) == []
    (small,) = implausible_areas(areas(write, "800"), "area_mu", reference, low, high)
    assert "hectares given as mu" in small.en
    assert "把公顷当作亩" in small.zh
    (large,) = implausible_areas(areas(write, "12000", "180000"), "area_mu", reference, low, high)
    assert "mu given as hectares" in large.en
    assert large.where.endswith(":3:8")
    # outside whatever the unit, zero, and a region without a reference
    (odd,) = implausible_areas(areas(write, "1"), "area_mu", reference, low, high)
    assert "given as" not in odd.en
    assert implausible_areas(areas(write, "0", "12000", "12000", "5"), "area_mu", reference, low, high) == []


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8), min_size=2, max_size=2),
        min_size=1,
        max_size=6,
    )
)
def test_any_quoted_text_survives_reading(rows: list[list[str]]) -> None:
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)
    grid, _ = read_csv(text.encode("utf-8"), "x.csv")
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert [[cell.text for cell in row] for row in grid.rows] == kept


@given(st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False))
def test_money_in_a_cell_is_kept_to_the_fen(value: Decimal) -> None:
    from silvafisc.datasets.tables import table_of

    grid, _ = read_csv(f"amount_yuan\n{value}\n".encode(), "x.csv")
    table = table_of(grid, (ColumnSpec("amount_yuan", "decimal", "yuan"),), "x")
    assert Decimal(str(table.text["amount_yuan"].iloc[0])) == value


def test_a_quoted_cell_does_not_hide_that_semicolons_separate_the_columns(tmp_path: Path) -> None:
    """The quotation mark after a semicolon is not what is wrong with the file."""
    path = tmp_path / "areas.csv"
    path.write_text('region_code;name\n110000;"北京, 市"\n', encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_table(path, SCHEMA)
    assert [finding.zh for finding in error.value.findings] == ["各列不是用逗号分隔的，请另存为“CSV（逗号分隔）”"]
