"""Bad input through the command line: one clear message and one exit code each, and every file as it was before."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from tests.cli.command import listing
from tests.cli.test_verbs import Talk

from silvafisc.policy.scenario_files import SCENARIOS

FLOORS = {"provincial_compensation": '{appropriation: {"2026": "1000000", "2027": "280000000", "2028": "288000000"}}'}
BASE = """\
extends: county-demo
id: mine
title: {zh: 试, en: Trial}
data: counties
"""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Talk:
    """The command inside this process, in a locale that says nothing."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return Talk(capsys)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a scenario of one's own and its tables; an older result stands beside them."""
    shutil.copytree(SCENARIOS / "county-demo", tmp_path / "counties")
    (tmp_path / "mine.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


Refused = Callable[..., str]


@pytest.fixture
def refused(say: Talk, place: Path) -> Refused:
    """Run `run` on a scenario of the folder; it must end with the code, say something, and change nothing."""

    def run(*arguments: str | Path, code: int = 2) -> str:
        given = arguments or (place / "mine.yaml",)
        before = listing(place)
        ended, out, err = say("run", *given, "--out", place / "out", "--lang", "en")
        assert (ended, out) == (code, ""), err
        assert listing(place) == before
        assert "Traceback" not in err
        # Every line that is not progress is a finding: where, what, and no more than one line each.
        findings = [line for line in err.splitlines() if not line.startswith("[")]
        assert findings
        return "\n".join(findings)

    return run


def scenario(place: Path, more: str) -> None:
    (place / "mine.yaml").write_text(BASE + more, encoding="utf-8")


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        (
            'funds: {provincial_compensation: {appropriation: {"2026": "-5", "2027": "1", "2028": "1"}}}\n',
            "mine.yaml:5:",
            "appropriation.2026: must be >= 0 (got -5)",
        ),
        ("fundz: {}\n", "mine.yaml:5:", "fundz: unknown key; did you mean 'funds'?"),
        (
            'funds: {provincial_compensation: {appropriation: {"2026": 272000000.5, "2027": "1", "2028": "1"}}}\n',
            "mine.yaml:5:",
            "must be a quoted decimal string, such as '272000000.5'",
        ),
        (
            "funds: {provincial_forestry: {opening_commitments: [{region_code: 510822, measure: tending, period: '2026', amount: '1'}]}}\n",
            "mine.yaml:5:",
            "a region code is text and must be quoted: '510822'",
        ),
        (
            "objectives: [{term: carbon, weight: .nan}, {term: development, weight: 0.5}]\n",
            "mine.yaml:5:",
            "must be a finite number (got nan)",
        ),
        (
            "changes: [{parameter: compensation.public_welfare_forest.state_management_part, from: '2026-01-01', to: open, value: '1', reference: {title: x}}]\n",
            "mine.yaml:5:",
            "is repealed from 2015-01-01",
        ),
        (
            "changes:\n"
            "  - {parameter: compensation.public_welfare_forest.state, from: '2026-01-01', to: open, value: '11', reference: {title: x}}\n"
            "  - {parameter: compensation.public_welfare_forest.state, from: '2027-01-01', to: open, value: '12', reference: {title: y}}\n",
            "mine.yaml:7:",
            "overlaps the change of",
        ),
        ("policy_date: 2026-01-01\n", "mine.yaml:5:", "a date must be quoted"),
    ],
    ids=["negative", "misspelt", "float", "code", "nan", "repealed", "overlapping", "date"],
)
def test_a_bad_scenario_is_named_at_its_line(refused: Refused, place: Path, more: str, line: str, says: str) -> None:
    scenario(place, more)
    said = refused()
    assert line in said
    assert says in said


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("regions", "510727,平武县", "510726,平武县", "510726"),
        ("areas", "area_mu", "area_ha", "area"),
        ("responses", "510726,afforestation,420,", "510726,afforestation,NaN,", "nan"),
        ("tasks", "510726,afforestation,9000,", "510726,afforestation,,", "need_mu"),
        ("areas", "510726,public_welfare_state,", "51072,public_welfare_state,", "51072"),
        ("areas", "510726,public_welfare_state,620000", "510726,public_welfare_state,-620000", "620000"),
    ],
    ids=["duplicated", "missing column", "nan", "empty", "short code", "negative"],
)
def test_a_bad_table_is_named_at_its_cell(
    refused: Refused, place: Path, table: str, old: str, new: str, says: str
) -> None:
    edit(place / "counties" / f"{table}.csv", old, new)
    said = refused()
    assert f"{table}.csv" in said
    assert says in said.lower()


def test_hectares_given_as_mu_are_suspected(say: Talk, refused: Refused, place: Path) -> None:
    assert say("init", place / "nation")[0] == 0
    path = place / "nation" / "areas.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    at = lines[0].split(",").index("area_mu")
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[at] = f"{float(row[at]) / 15:.1f}"
    path.write_text("\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    assert "1 ha = 15 mu" in refused("nation-2026-2028", "--data", place / "nation")


def workbook(say: Talk, place: Path) -> Path:
    """The nation's tables as the workbook that `init` writes."""
    code, out, _ = say("init", place / "book", "--xlsx")
    assert code == 0
    return Path(next(line for line in out.splitlines() if line.endswith(".xlsx")))


def test_a_formula_that_was_never_calculated_is_named_by_sheet_and_cell(
    say: Talk, refused: Refused, place: Path
) -> None:
    path = workbook(say, place)
    book = openpyxl.load_workbook(path)
    book["areas"]["C2"] = "=1+1"
    book.save(path)
    said = refused("nation-2026-2028", "--data", path)
    assert "areas!C2" in said


def test_a_code_typed_as_a_number_is_named_by_sheet_and_cell(say: Talk, refused: Refused, place: Path) -> None:
    path = workbook(say, place)
    book = openpyxl.load_workbook(path)
    book["areas"]["A2"] = 110000
    book.save(path)
    assert "areas!A2" in refused("nation-2026-2028", "--data", path)


def test_a_workbook_that_would_fill_the_memory_is_refused(refused: Refused, place: Path) -> None:
    path = place / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * (64 * 1024 * 1024))
    assert "bomb" in refused("nation-2026-2028", "--data", path)


def test_aliases_that_multiply_are_refused(refused: Refused, place: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    (place / "mine.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "mine.yaml" in refused()


def test_floors_above_the_appropriation_are_infeasible_and_the_gap_is_named(refused: Refused, place: Path) -> None:
    scenario(place, f"funds: {{provincial_compensation: {FLOORS['provincial_compensation']}}}\n")
    said = refused(code=3)
    assert "exceed the appropriation by" in said
    assert "smallest relaxation" in said


def test_infeasible_as_json_names_the_relaxation(say: Talk, place: Path) -> None:
    scenario(place, f"funds: {{provincial_compensation: {FLOORS['provincial_compensation']}}}\n")
    code, out, _ = say("run", place / "mine.yaml", "--out", place / "out", "--json")
    data = json.loads(out)
    assert (code, data["exit_code"]) == (3, 3)
    assert data["relaxations"]
    assert not (place / "out").exists()


@pytest.mark.parametrize("below", ["notes.txt", "notes.txt/out", "notes.txt/deep/out"])
def test_an_output_at_or_below_a_regular_file_is_refused_before_solving(say: Talk, place: Path, below: str) -> None:
    (place / "notes.txt").write_text("mine", encoding="utf-8")
    before = listing(place)
    code, _, err = say("run", "county-demo", "--out", place / below)
    assert code == 2
    assert "notes.txt" in err
    assert listing(place) == before


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"thesis.docx": "x"}, "is not an outcome"),
        ({"outcome.json": "{}", "thesis.docx": "x"}, "thesis.docx"),
        ({"outcome.json": "{}", "approvals.jsonl": "{}\n"}, "approvals"),
    ],
    ids=["foreign folder", "foreign file", "approved"],
)
def test_what_belongs_to_the_user_is_never_replaced(say: Talk, place: Path, files: dict[str, str], says: str) -> None:
    (place / "out").mkdir()
    for name, text in files.items():
        (place / "out" / name).write_text(text, encoding="utf-8")
    before = listing(place)
    code, _, err = say("run", "county-demo", "--out", place / "out", "--lang", "en")
    assert code == 2
    assert says in err
    assert listing(place) == before


def test_a_scenario_that_is_not_there_is_named_with_the_nearest(say: Talk) -> None:
    code, _, err = say("run", "nation-2026-2029", "--lang", "en")
    assert code == 2
    assert "did you mean 'nation-2026-2028'" in err


def test_a_frontier_of_one_objective_is_refused_at_its_line(say: Talk, place: Path) -> None:
    scenario(place, "objectives: [{term: carbon, stage: 1}]\n")
    code, _, err = say("frontier", place / "mine.yaml", "--lang", "en")
    assert code == 2
    assert "mine.yaml:5:" in err
    assert "needs two objectives" in err
