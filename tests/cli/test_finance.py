"""`silvafisc finance loan`, `bond` and `portfolio` as a user runs them, in this process: starting one takes longer than the loan."""

import csv
import json
from pathlib import Path

import pytest
from tests.cli.command import Ended, listing

from silvafisc.cli.endings import finish
from silvafisc.cli.main import app
from silvafisc.policy import INSTRUMENTS

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *arguments: str | Path) -> Ended:
    """How the command ends."""
    code = finish(app, ["finance", *map(str, arguments)])
    said = capsys.readouterr()
    return Ended(code, said.out, said.err)


def test_a_loan_is_printed_and_written_whole_and_written_again_the_same(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "loan"
    ended = told(capsys, "loan", "wuning-ccer-2025", "--out", out, "--lang", "en")
    assert (ended.code, "2035-12-31      4.00" in ended.out) == (0, True)
    first = listing(out)
    assert {
        "schedule.csv",
        "cover.csv",
        "terms.json",
        "instrument.yaml",
        "term_sheet_zh.pdf",
        "term_sheet_en.pdf",
        "wuning-ccer-2025_zh.xlsx",
        "wuning-ccer-2025_en.xlsx",
    } <= set(first)
    rows = list(csv.DictReader((out / "schedule.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert sum(int(row["principal_fen"]) for row in rows) == 300_000_000
    assert json.loads((out / "terms.json").read_text(encoding="utf-8"))["figures"]["cover_least"]["value"] == 1.15453
    # the copy is a file like any other, and its folder is replaced by the same bytes
    again = told(capsys, "loan", out / "instrument.yaml", "--out", out, "--lang", "zh")
    assert again.code == 0
    assert listing(out) == first
    assert "贷款期覆盖率" in again.out


def test_a_bond_is_told_as_json(capsys: Capture) -> None:
    ended = told(capsys, "bond", "benchmark-bond", "--json")
    assert ended.code == 0
    figures = json.loads(ended.out)["terms"]["figures"]
    assert figures["yield"]["value"] == 0.031299  # other program: 3.12986 %
    assert figures["duration"]["value"] == 4.571038


def test_a_portfolio_is_written_with_its_members_and_comes_out_of_its_folder_the_same(
    tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "pool"
    ended = told(capsys, "portfolio", "example-portfolio", "--out", out, "--lang", "en")
    assert (ended.code, "Loss of the lenders by level" in ended.out) == (0, True)
    first = listing(out)
    assert {
        "losses.csv",
        "concentration.csv",
        "terms.json",
        "instrument.yaml",
        "example-portfolio/north-slope.yaml",
        "term_sheet_zh.pdf",
    } <= set(first)
    assert f"{out / 'example-portfolio' / 'north-slope.yaml'}\n" in ended.out
    again = told(capsys, "portfolio", out / "instrument.yaml", "--out", tmp_path / "again", "--lang", "zh")
    assert again.code == 0
    assert listing(tmp_path / "again") == first
    assert "债权人预期损失" in again.out


def test_bad_files_end_with_their_lines_and_leave_nothing(tmp_path: Path, capsys: Capture) -> None:
    text = (INSTRUMENTS / "wuning-ccer-2025.yaml").read_text(encoding="utf-8")
    path = tmp_path / "bad.yaml"
    path.write_text(
        text.replace("[carbon]", "[carbon, future_appropriation]").replace('"67.6"', '"-1"'), encoding="utf-8"
    )
    out = tmp_path / "out"
    ended = told(capsys, "loan", path, "--out", out, "--lang", "zh")
    assert (ended.code, ended.out, out.exists()) == (2, "", False)
    assert "bad.yaml:34:38: price.yuan_per_tco2" in ended.err
    assert "须为加引号的正数" in ended.err
    path.write_text(text.replace("[carbon]", "[carbon, future_appropriation]"), encoding="utf-8")
    assert "疑似新增隐性债务" in told(capsys, "loan", path, "--lang", "zh").err
    # a bond's verb does not take a loan, and a folder of somebody else's is kept
    assert told(capsys, "bond", "wuning-ccer-2025").code == 2
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.txt").write_text("mine", encoding="utf-8")
    ended = told(capsys, "loan", "wuning-ccer-2025", "--out", kept, "--lang", "en")
    assert (ended.code, "will not be replaced" in ended.err) == (2, True)
    assert list(listing(kept)) == ["mine.txt"]
