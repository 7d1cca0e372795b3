"""Opened and recalculated by LibreOffice: every formula gives the audited value, and what the law gives after a change.

One start of LibreOffice serves all tests. Workbooks are saved by openpyxl first, which drops every stored result.
"""

import io
import random
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from tests.finance.test_offered import BULLET
from tests.runs.settled import outcome as by_hand
from tests.workbook.test_outcome_book import ZH, table

from silvafisc.quantities import apportion, entitlement, share, split_payers, yuan_to_fen
from silvafisc.results import Outcome
from silvafisc.workbook import outcome_workbook
from silvafisc.workbook.cells import Formats
from silvafisc.workbook.lines import split_formula
from silvafisc.workbook.pages import FIRST, HEADER, Column, Page, finish
from silvafisc.workbook.shares import block, limbs, working

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
PLANS = (
    (("a", "0.8"), ("b", "0.2")),
    (("a", "1/3"), ("b", "2/3")),
    (("a", "0.5"), ("b", "0.25"), ("c", "0.25")),
    (("a", "1/3"), ("b", "1/3"), ("c", "1/3")),
    (("a", "0.4"), ("b", "0"), ("c", "0.3"), ("d", "0.3")),
    (("a", "1/7"), ("b", "2/7"), ("c", "3/7"), ("d", "1/7")),
)

HAND: Mapping[str, Any] = {
    "kind": {"zh": "手算例", "en": "by hand"},
    "policy_date": "2026-01-01",
    "content_hash": "ab" * 32,
}
GRADE, CATEGORY, PERIOD, FACTOR = "2", "public_welfare_collective", "2027", "forest_resource"
STANDARD_FEN, AREA_TENTHS, WEIGHT = 37, 12345, "0.05"


@dataclass(frozen=True)
class Shared:
    """A pot shared by whole weights."""

    pot: int
    weights: tuple[int, ...]


def pots() -> list[Shared]:
    """Pots with ties, products beyond 2^53 and weights of very different size; random ones are seeded."""
    rng = random.Random(20260101)
    made = [Shared(100, (1, 1, 1)), Shared(10**12 + 7, (3,) * 7), Shared(7, (0, 5, 0, 5)), Shared(0, (1, 2))]
    for _ in range(6):
        weights = tuple(rng.randrange(10 ** rng.randrange(1, 11)) for _ in range(12))
        made.append(Shared(rng.randrange(10**13), (*weights, 1)))
    return made


def splits() -> list[tuple[int, int, int]]:
    """(plan, amount in fen, part)."""
    rng = random.Random(7)
    amounts = [0, 1, 2, 3, 10, 99_999_999_999, *(rng.randrange(10**12) for _ in range(12))]
    return [(at, fen, part) for at, plan in enumerate(PLANS) for fen in amounts for part in range(len(plan))]


def arithmetic() -> bytes:
    """A workbook of splits and pots alone: the formulas of `split_formula` and `shares.block` on hard numbers."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("splits")
    for line, (plan, fen, part) in enumerate(splits()):
        sheet.write_number(line, 0, float(Decimal(fen) / 100))
        formula = split_formula(f"$A${line + 1}", PLANS[plan], part)
        assert formula is not None
        sheet.write_formula(line, 1, f"={formula}")
    for number, shared in enumerate(pots()):
        sizes = limbs(max(shared.weights), sum(shared.weights))
        assert sizes is not None
        columns = [Column("w", "count"), *working(ZH, sizes), Column("part", "money")]
        page = Page(f"pot {number}", book.add_worksheet(f"pot {number}"), columns, "")
        formulas = [(page.at(at, "w"), weight) for at, weight in enumerate(shared.weights)]
        rows = block(page, ZH, sizes, 0, (str(shared.pot), shared.pot), formulas)
        for weight, (cells, share_of) in zip(shared.weights, rows, strict=True):
            page.add([weight, *cells, share_of])
        finish(page, Formats(book), ZH, "", "")
    book.close()
    return target.getvalue()


def change(sheet: Any, head: str, where: Mapping[str, str], to: Callable[[Any], Any]) -> int:
    """Change the cells under a head in the rows that match; how many."""
    heads = [str(cell.value).split("\n")[0] for cell in sheet[HEADER + 1]]
    count = 0
    for row in sheet.iter_rows(min_row=FIRST + 1):
        if all(str(row[heads.index(name)].value) == value for name, value in where.items()):
            row[heads.index(head)].value = to(row[heads.index(head)].value)
            count += 1
    return count


@dataclass(frozen=True)
class Recalculated:
    """Workbooks by name: with formulas, with the results that they were written with, and as LibreOffice has them."""

    formulas: Mapping[str, Any]
    written: Mapping[str, Any]
    results: Mapping[str, Any]


def _by_hand() -> Outcome:
    """The audit's case by hand: two payers, instalments, commitments from before, a factor pot."""
    made = by_hand(**HAND)
    frames = {
        name: getattr(made.inputs, name).assign(status="assumption", source="by hand") for name in ("areas", "tasks")
    }
    return replace(made, inputs=replace(made.inputs, **frames))


def _lent(outcome: Outcome) -> Outcome:
    """The outcome with a loan beside grants, made up: 3 000 and 1 000 yuan of support for 40 000 lent in two units."""
    codes = [str(code) for code in outcome.inputs.regions["region_code"][:2]]
    flows = [
        (BULLET.id, code, "2026", item, fen, "2026")
        for code, cost, lent in zip(codes, (3_000_00, 1_000_00), (25_000_00, 15_000_00), strict=True)
        for item, fen in (("principal_drawn", lent), ("interest_subsidy", cost), ("public_cost", cost))
    ]
    rows = [
        ("afforestation", "grant", "", 20_000_00, 0, 100.0, 200.0, 0.0),
        ("afforestation", "loan", BULLET.id, 4_000_00, 40_000_00, 50.0, 80.0, 10.0),
        ("tending", "grant", "", 5_000_00, 0, -10.0, None, 0.0),
        ("", "grant", "", 25_000_00, 0, 90.0, 25_000 / 90, 0.0),
        ("", "loan", "", 4_000_00, 40_000_00, 50.0, 80.0, 10.0),
        ("", "both", "", 29_000_00, 40_000_00, 140.0, 29_000 / 140, 40 / 29),
    ]
    names = ["measure", "channel", "instrument", "public_cost_fen", "private_principal_fen", "carbon_tco2e"]
    tables = {
        "finance": pd.DataFrame(flows, columns=["instrument", "region_code", "period", "item", "amount_fen", "drawn"]),
        "leverage": pd.DataFrame(rows, columns=[*names, "yuan_per_tco2e", "leverage"]),
    }
    resolved = replace(outcome.resolved, loans=(BULLET,))
    return replace(outcome, tables={**outcome.tables, **tables}, resolved=resolved)


@pytest.fixture(scope="module")
def recalculated(
    outcome: Outcome, books: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Recalculated:
    folder = tmp_path_factory.mktemp("recalculated")
    data = {"outcome": books["zh"], "arithmetic": arithmetic(), "hand": outcome_workbook(_by_hand(), ZH, [])}
    data["lent"] = outcome_workbook(_lent(outcome), ZH, [])
    opened = {name: openpyxl.load_workbook(io.BytesIO(content)) for name, content in data.items()}
    written = {name: openpyxl.load_workbook(io.BytesIO(content), data_only=True) for name, content in data.items()}
    opened["changed"] = openpyxl.load_workbook(io.BytesIO(books["zh"]))
    code, category = str(outcome.inputs.regions["region_code"].iloc[0]), ZH.name("category", CATEGORY)
    book = opened["changed"]
    place = {"类别或任务": category, "档": GRADE, "期间": PERIOD}
    assert change(book["标准"], "标准", place, lambda old: old + STANDARD_FEN / 100) == 1
    assert change(book["权重"], "权重", {"因素": ZH.name("factor", FACTOR)}, lambda old: old + float(WEIGHT))
    where = {"代码": code, "类别": category}
    assert change(book["核定面积"], "面积", where, lambda old: old + AREA_TENTHS / 10) == 1
    opened["dearer"] = openpyxl.load_workbook(io.BytesIO(data["lent"]))
    assert change(opened["dearer"]["绿色金融"], "金额", {"收支项目": "财政成本"}, lambda old: old * 2) == 2
    for name, book in opened.items():
        book.save(folder / f"{name}.xlsx")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [str(SOFFICE), "--headless", profile, "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    files = [str(folder / f"{name}.xlsx") for name in opened]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=300)
    results = {name: openpyxl.load_workbook(folder / "out" / f"{name}.xlsx", data_only=True) for name in opened}
    return Recalculated(opened, written, results)


def test_every_formula_gives_the_value_that_it_was_written_with(recalculated: Recalculated) -> None:
    """Expected: the audited fen (cells of money), or exact arithmetic in Python (working of factor money)."""
    for name in ("outcome", "hand", "arithmetic", "lent"):
        wrong, count = [], 0
        for sheet in recalculated.formulas[name]:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type != "f" or sheet.title == "splits":
                        continue
                    count += 1
                    was = recalculated.written[name][sheet.title][cell.coordinate].value
                    now = recalculated.results[name][sheet.title][cell.coordinate].value
                    if not _same(was, now):
                        wrong.append((name, sheet.title, cell.coordinate, cell.value, was, now))
        assert wrong == []
        assert count > 100, name


def _same(was: object, now: object) -> bool:
    """Equal to a billionth part: doubles of decimals differ in their last place."""
    if isinstance(was, int | float) and isinstance(now, int | float):
        return abs(was - now) <= 1e-9 * max(1.0, abs(was))
    return was == now


def test_no_cell_is_an_error(recalculated: Recalculated) -> None:
    for name, book in recalculated.results.items():
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert [(name, cell.coordinate) for cell in cells if cell.data_type == "e"] == []


def test_payers_share_as_the_law_says(recalculated: Recalculated) -> None:
    """Expected: `split_payers` in exact fractions."""
    sheet = recalculated.results["arithmetic"]["splits"]
    for line, (plan, fen, part) in enumerate(splits(), start=1):
        wanted = list(split_payers(fen, [(name, share(text)) for name, text in PLANS[plan]]).values())[part]
        assert round(sheet.cell(line, 2).value * 100) == wanted, (PLANS[plan], fen, part)


def test_pots_are_shared_by_largest_remainder(recalculated: Recalculated) -> None:
    """Expected: `apportion` in exact fractions, equal remainders in order of rows."""
    for number, shared in enumerate(pots()):
        rows = table(recalculated.results["arithmetic"][f"pot {number}"])
        found = [round(row["part"] * 100) for row in rows[: len(shared.weights)]]
        wanted = apportion(shared.pot, {f"{at:02d}": weight for at, weight in enumerate(shared.weights)})
        assert found == list(wanted.values()), shared


def test_a_changed_standard_weight_and_area_change_the_amounts_as_our_own_arithmetic_does(
    outcome: Outcome, recalculated: Recalculated
) -> None:
    """Expected: every unit's rows by entitlement and apportionment in whole fen with the changed numbers."""
    rows = table(recalculated.results["changed"]["单位汇总"])[:-1]
    found = {row["代码"]: round(row["全期合计"] * 100) for row in rows}
    wanted = _changed_amounts(outcome)
    before = outcome.tables["allocation"].groupby("region_code")["payment_fen"].sum().to_dict()
    assert found == wanted
    assert sum(wanted[code] != before[code] for code in wanted) > 1
    split = [sum(round(row[head] * 100) for head in row if str(head).startswith("其中：")) for row in rows]
    assert split == list(found.values())


def test_a_changed_workbook_says_that_it_is_no_longer_the_audited_outcome(recalculated: Recalculated) -> None:
    for name, said in (("outcome", "与经校核的结果逐分相符"), ("changed", ZH("workbook.state_changed"))):
        cover = [cell.value for row in recalculated.results[name]["封面"].iter_rows() for cell in row]
        assert said in cover, name
    assert recalculated.results["changed"]["分配明细"]["B4"].value > 0


def _changed_amounts(outcome: Outcome) -> dict[str, int]:
    """Unit -> fen after the changes."""
    units = outcome.tables["regions"]
    grades = {str(code): str(grade) for code, grade in zip(units["region_code"], units["grade"], strict=True)}
    areas = outcome.inputs.areas.set_index(["region_code", "category"])["area_tenth_mu"].to_dict()
    areas[outcome.inputs.regions["region_code"].iloc[0], CATEGORY] += AREA_TENTHS
    found = dict.fromkeys(sorted(grades), 0)
    for row in outcome.tables["allocation"].to_dict("records"):
        code, category = str(row["region_code"]), str(row["category"])
        if row["nature"] == "factor":
            continue
        if row["nature"] not in {"rigid", "top_up"}:
            found[code] += int(row["payment_fen"])
            continue
        area = int(areas[code, category])
        floor = outcome.resolved.category(category).floor_fen[str(row["period"])]
        fen = entitlement(floor, area)
        if row["nature"] == "top_up":
            standard = yuan_to_fen(str(row["standard_yuan_per_mu"]))
            moved = (category, grades[code], str(row["period"])) == (CATEGORY, GRADE, PERIOD)
            fen = entitlement(standard + (STANDARD_FEN if moved else 0), area) - fen
        found[code] += fen
    for (_, _), rows in outcome.tables["weights"].groupby(["fund", "period"]):
        pot = int(rows["pot_fen"].sum())
        weights = {str(r["factor"]): share(str(r["weight"])) for r in rows.to_dict("records")}
        weights[FACTOR] += Fraction(WEIGHT)
        for factor, part in apportion(pot, weights).items():
            values = outcome.inputs.factors[outcome.inputs.factors["factor"] == factor]
            stated = {c: Fraction(v) for c, v in zip(values["region_code"], values["value"], strict=True)}
            for code, fen in apportion(part, stated).items():
                found[code] += fen
    return found


def test_leverage_of_loans_beside_grants_follows_their_flows(recalculated: Recalculated) -> None:
    """By hand: support of 4 000 yuan for 40 000 lent is 10 times; of twice as much 5 times, and 8 000 / 50 t = 160 a tonne.
    All work: 40 000 / 33 000."""
    before, after = (table(recalculated.results[name]["贷款与拨款"]) for name in ("lent", "dearer"))
    shown = [(row["渠道"], row["财政成本"], row["每吨财政成本"], row["每元财政资金对应融资"]) for row in before[:6]]
    assert shown[:3] == [("拨款", 20_000, 200, 0), ("贷款", 4_000, 80, 10), ("拨款", 5_000, None, 0)]
    assert all(row["差额"] == 0 for row in before[:6])
    loan, both = after[1], after[5]
    assert (loan["财政成本"], loan["每吨财政成本"], loan["每元财政资金对应融资"]) == (8_000, 160, 5)
    assert both["每元财政资金对应融资"] == pytest.approx(40 / 33)
    assert [row["差额"] for row in after[:6]] == [0, 4_000, 0, 0, 4_000, 4_000]
