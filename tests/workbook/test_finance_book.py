"""The workbook of a loan or bond in LibreOffice: recalculated it comes to the priced fen, and changed to those of the changed file."""

import io
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from silvafisc.briefing.words import Words, all_texts
from silvafisc.policy import INSTRUMENTS, ParameterTree, load_scenario
from silvafisc.policy.yaml_source import read_yaml
from silvafisc.runs.instruments import BONDS, LOANS, kind_of, load_bond, load_loan, shipped_instruments
from silvafisc.runs.scenario_instruments import finance_tables, priced, priced_instruments
from silvafisc.workbook.finance import finance_workbook
from silvafisc.workbook.finance_cells import FIRST

pytestmark = pytest.mark.slow
SOFFICE = shutil.which("soffice")
ROUNDED = 5.1e-7
"""Half of the last place of a rate in the tables."""
Tables = Mapping[str, pd.DataFrame]
Change = tuple[str, str]


@dataclass(frozen=True)
class Tried:
    """A file before and after somebody changed it, and the same change in the yellow cells: (label, place) -> value."""

    name: str
    before: tuple[Change, ...]
    after: tuple[Change, ...]
    cells: Mapping[tuple[str, int], float]


QUARTERLY = (
    ("repayment: equal_instalment", "repayment: interest_only_then\ninterest_only_payments: 3"),
    ('first_payment: "2026-12-31"', 'first_payment: "2026-03-31"'),
    ("every_months: 12", "every_months: 3"),
    ("day_count: 30/360", "day_count: ACT/365"),
    ("payment_rule: unadjusted", "payment_rule: modified_following"),
    ("interest_to: due", "interest_to: paid"),
    (
        'rates: [{from: "2025-12-31", rate: "0.04"}]',
        'rates: [{from: "2025-12-31", rate: "0.04"}, {from: "2029-02-01", rate: "0.0465"}]',
    ),
)
TRIED = {
    "level": Tried(
        "wuning-ccer-2025",
        (),
        (('granted: "3000000"', 'granted: "2345678.91"'), ('rate: "0.04"', 'rate: "0.0437"'), ('"67.6"', '"61.37"')),
        {("principal", 0): 2345678.91, ("rate_from", 0): 0.0437, ("price_from", 0): 61.37},
    ),
    "interest_first": Tried(
        "wuning-ccer-2025",
        QUARTERLY,
        (('granted: "3000000"', 'granted: "1999999.99"'), ('rate: "0.0465"', 'rate: "0.0333"')),
        {("principal", 0): 1999999.99, ("rate_from", 1): 0.0333},
    ),
    "matched": Tried(
        "example-pledge-loan",
        (),
        (
            ('requested: "600000"', 'granted: "487654.32"'),
            ('"67.6"', '"71.13"'),
            ('rate: "0.041"', 'rate: "0.0427"'),
            ('right: contract, share: "0.5"', 'right: contract, share: "0.5123"'),
            ('right: management, share: "0.4"', 'right: management, share: "0.3877"'),
        ),
        {
            ("principal", 0): 487654.32,
            ("price_from", 0): 71.13,
            ("rate_from", 1): 0.0427,
            ("share_of", 1): 0.5123,
            ("share_of", 2): 0.3877,
        },
    ),
    "equal_principal": Tried(
        "jixi-compensation",
        (),
        (('granted: "800000"', 'granted: "777777.77"'), ('rate: "0.0485"', 'rate: "0.0511"')),
        {("principal", 0): 777777.77, ("rate_from", 0): 0.0511},
    ),
    "bullet": Tried(
        "sanming-ticket-2021",
        (),
        (('granted: "5000000"', 'granted: "300000.05"'),),
        {("principal", 0): 300000.05},
    ),
    "bond": Tried(
        "example-carbon-bond",
        (),
        (
            ('face: "50000000"', 'face: "61234567.89"'),
            ('yuan: "42000000"', 'yuan: "53234567.89"'),
            ('"67.6"', '"80.05"'),
            ('cap: "0.004"', 'cap: "0.0055"'),
        ),
        {("principal", 0): 61234567.89, ("price_from", 0): 80.05, ("link_cap", 0): 0.0055},
    ),
}


def tables_of(path: Path) -> Tables:
    bond = kind_of(read_yaml(path), {**LOANS, **BONDS}) in BONDS
    return finance_tables([priced(load_bond(path) if bond else load_loan(path))])


def written(name: str, folder: Path, *changes: Change) -> Path:
    text = (INSTRUMENTS / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def opened(data: bytes | Path, values: bool) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data) if isinstance(data, bytes) else data, data_only=values)


def changed(book: bytes, cells: Mapping[tuple[str, int], float]) -> openpyxl.Workbook:
    """The workbook with other values in its yellow cells, found by their labels."""
    tried, words = opened(book, False), Words("en")
    terms = tried[tried.sheetnames[0]]
    for (key, place), value in cells.items():
        label = words(f"finance_book.{key}") if key != "share_of" else "Share of "
        rows = [row for row in range(FIRST + 1, terms.max_row + 1) if str(terms.cell(row, 1).value).startswith(label)]
        assert terms.cell(rows[place], 2).fill.start_color.rgb == "FFFFFBE6"
        terms.cell(rows[place], 2).value = value
    return tried


def column(book: openpyxl.Workbook, sheet: int, key: str) -> list[Any]:
    """The cells under a header of a sheet, by position."""
    page, head = book.worksheets[sheet], Words("en")(f"finance_book.{key}")
    heads = [cell.value for cell in page[FIRST]]
    return [page.cell(row, heads.index(head) + 1).value for row in range(FIRST + 1, page.max_row + 1)]


def fen(values: list[float]) -> list[int]:
    return [round(100 * value) for value in values]


@dataclass(frozen=True)
class Recalculated:
    """Workbooks as written and as LibreOffice works them out; tables of the changed files."""

    books: Mapping[str, bytes]
    again: Mapping[str, openpyxl.Workbook]
    tables: Mapping[str, Tables]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Recalculated:
    """Every shipped instrument in one book, and each of the changed files: one start of LibreOffice for all."""
    if SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed: formulas cannot be recalculated")
    folder = tmp_path_factory.mktemp("finance")
    scenario = load_scenario("county-demo").model_copy(update={"instruments": shipped_instruments()})
    whole = finance_tables(priced_instruments(scenario, ParameterTree.load()))
    books = {"all": finance_workbook(whole, Words("en"), "2026-01-01")}
    tried = {"all": opened(books["all"], False)}
    tables: dict[str, Tables] = {"all": whole}
    for name, one in TRIED.items():
        books[name] = finance_workbook(tables_of(written(one.name, folder, *one.before)), Words("en"), "2026-01-01")
        tried[name] = changed(books[name], one.cells)
        tables[name] = tables_of(written(one.name, folder, *one.before, *one.after))
    for name, book in tried.items():
        book.save(folder / f"{name}.xlsx")  # without any value: what is read back is worked out anew
    out, profile = folder / "out", f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, *(str(folder / f"{name}.xlsx") for name in tried)], check=True, capture_output=True)
    return Recalculated(books, {name: opened(out / f"{name}.xlsx", True) for name in tried}, tables)


def test_every_formula_comes_to_the_priced_value(held: Recalculated) -> None:
    """Other program: LibreOffice. Rates of coupons are printed to six decimals in the tables."""
    formulas, values = opened(held.books["all"], False), opened(held.books["all"], True)
    again, count = held.again["all"], 0
    for page in formulas:
        for row in page.iter_rows():
            for cell in row:
                if not str(cell.value).startswith("="):
                    continue
                count += 1
                was, now = values[page.title][cell.coordinate].value, again[page.title][cell.coordinate].value
                near = ROUNDED if "%" in cell.number_format else 1e-9 * max(1.0, abs(was or 0))
                assert (was in (None, "") and now in (None, "")) or abs(was - now) <= near, (
                    page.title,
                    cell.coordinate,
                )
    assert count > 1000


def test_every_check_cell_shows_no_difference(held: Recalculated) -> None:
    assert [page["B4"].value for page in held.again["all"]] == [0] * len(held.again["all"].worksheets)


@pytest.mark.parametrize("name", sorted(TRIED))
def test_a_change_in_the_cells_is_the_change_in_the_file_to_the_fen(held: Recalculated, name: str) -> None:
    """This program on the changed file; the workbook knows nothing of it."""
    book, tables = held.again[name], held.tables[name]
    schedule = tables["finance_schedule"]
    for key, part in (("interest", "interest"), ("principal_repaid", "principal"), ("closing", "closing")):
        assert fen(column(book, 2, key)) == schedule[f"{part}_fen"].tolist(), key
    cover = tables["finance_cover"]
    base = cover[cover["course"] == "base"]
    assert fen(column(book, 3, "receipts")) == base["receipts_fen"].tolist()
    assert fen(column(book, 3, "service")) == base["service_fen"].tolist()
    ratios = [value for value in column(book, 3, "cover") if value not in (None, "")]
    assert ratios == pytest.approx(base["cover"].dropna().tolist(), abs=ROUNDED)
    assert book.worksheets[0]["B4"].value > 0
    if "finance_ladder" in tables:
        assert column(book, 4, "coupon") == pytest.approx(tables["finance_ladder"]["coupon"].tolist(), abs=ROUNDED)


def test_the_values_that_are_shown_before_any_recalculation_are_the_priced_fen(held: Recalculated) -> None:
    book = opened(held.books["level"], True)
    assert sum(fen(column(book, 2, "principal_repaid"))) == 300_000_000
    assert column(book, 3, "cover")[1] == pytest.approx(1.15453, abs=ROUNDED)


def test_the_same_tables_give_the_same_bytes_and_both_languages_the_same_cells(tmp_path: Path) -> None:
    tables = tables_of(written("example-carbon-bond", tmp_path))
    zh, again, en = (finance_workbook(tables, Words(language), "2026-01-01") for language in ("zh", "zh", "en"))
    assert zh == again
    sizes = [[page.dimensions for page in opened(book, False)] for book in (zh, en)]
    assert sizes[0] == sizes[1]


def test_every_text_of_the_workbook_is_used_in_it() -> None:
    folder = Path(str(files("silvafisc.workbook")))
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("finance*.py")))
    keys = [key.removeprefix("finance_book.") for key in all_texts() if key.startswith("finance_book.")]
    quoted = [key for key in keys if f'"{key}"' in code]
    assert sorted(set(keys) - set(quoted)) == []
    assert len(keys) > 60
