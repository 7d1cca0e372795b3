"""The verbs that read what is there: exit codes, languages, JSON, and nothing lost."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.briefing.sample import make_outcome
from tests.cli.command import CODE, ROOT, environment, listing, silvafisc
from tests.runs.settled import outcome

from silvafisc.cli.endings import finish
from silvafisc.cli.main import app
from silvafisc.cli.terminal import visible
from silvafisc.runs.compare import MORE, TABLES


class Talk:
    """In-process runs of the command: code, and what was said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        self.capsys.readouterr()
        code = finish(app, [str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Talk:
    """The command inside this process, in a locale that says nothing."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return Talk(capsys)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hand-made outcome."""
    folder = tmp_path_factory.mktemp("outcomes") / "by-hand"
    outcome().save(folder)
    return folder


def test_help_lists_the_verbs_and_leaves_with_0() -> None:
    ended = silvafisc("--help")
    assert ended.code == 0
    assert "explain" in ended.out
    assert silvafisc().out == ended.out


def test_messages_follow_lang_then_locale_then_chinese(say: Talk, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ("explain", saved, "--region", "x")
    assert "不是该结果" in say(*wrong)[2]
    assert "none of the outcome" in say(*wrong, "--lang", "en")[2]
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "none of the outcome" in say(*wrong)[2]
    assert "不是该结果" in say(*wrong, "--lang", "zh")[2]


@pytest.mark.parametrize(
    ("arguments", "zh"),
    [
        (["no-such-verb"], "没有命令 'no-such-verb'"),
        (["explain"], "缺少 "),
        (["solve", "--offers", "x.csv"], "缺少 --scenario"),
        (["check", "a", "--no-such-option"], "没有选项 --no-such-option"),
        (["init", "x", "--level", "moon"], "moon"),
    ],
)
def test_a_wrong_command_line_is_the_users_to_mend(say: Talk, arguments: Sequence[str], zh: str) -> None:
    code, out, err = say(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"用法有误：{zh}" if zh != "moon" else "用法有误")
    assert zh in err


def test_findings_as_json_hold_both_languages_and_the_code(say: Talk, saved: Path) -> None:
    code, out, err = say("explain", saved, "--region", "119999", "--json")
    data = json.loads(out)
    assert (code, data["exit_code"], err) == (2, 2, "")
    assert set(data["findings"][0]) == {"where", "path", "zh", "en"}


def test_check_speaks_of_what_it_finds(say: Talk, saved: Path, tmp_path: Path) -> None:
    assert say("check", saved)[0] == 0
    assert say("check", "county-demo")[0] == 0
    code, out, err = say("check", tmp_path / "none.yaml")
    assert (code, out) == (2, "")
    assert "none.yaml" in err


def test_explain_prints_the_formula(say: Talk, saved: Path) -> None:
    code, out, _ = say("explain", saved, "--region", "110002")
    assert code == 0
    assert "10.00 元/亩 × 200.0 亩 = 2,000.00" in out
    data = json.loads(say("explain", saved, "--region", "110002", "--json")[1])
    assert data["total_fen"] == sum(line["payment_fen"] for line in data["lines"])


def test_compare_writes_tables_and_briefing_where_told(say: Talk, tmp_path: Path) -> None:
    for name, count in (("a", 3), ("b", 4)):
        make_outcome(count).save(tmp_path / name)
    code, out, _ = say("compare", tmp_path / "a", tmp_path / "b")
    assert code == 0
    assert "B − A" in out
    before = listing(tmp_path)
    code, out, _ = say(
        "compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "c", "--lang", "en", "--format", "html"
    )
    assert code == 0
    tables = {f"{name}.csv" for name in (*TABLES, *MORE)}
    written = {"comparison_en.html", *tables}
    assert {path.name for path in (tmp_path / "c").iterdir()} == written
    assert {name: data for name, data in listing(tmp_path).items() if name.split("/")[0] != "c"} == before


@pytest.mark.parametrize(
    ("option", "value"), [("--lang", "fr"), ("--lang", "zh,,en"), ("--format", "odt"), ("--format", "")]
)
def test_unknown_languages_and_formats_are_refused_before_anything_is_read(
    say: Talk, saved: Path, option: str, value: str
) -> None:
    before = listing(saved)
    code, _, err = say("brief", saved, option, value)
    assert code == 2
    assert option in err
    assert listing(saved) == before


def test_brief_renders_an_old_outcome_again_to_the_same_bytes(say: Talk, tmp_path: Path) -> None:
    make_outcome(3).save(tmp_path / "o")
    tables = listing(tmp_path / "o")
    assert say("brief", tmp_path / "o", "--lang", "zh", "--format", "html")[0] == 0
    first = listing(tmp_path / "o")
    assert set(first) - set(tables) == {"briefing_zh.html"}
    assert say("brief", tmp_path / "o", "--lang", "zh", "--format", "html")[0] == 0
    assert listing(tmp_path / "o") == first
    assert say("brief", tmp_path / "o", "--out", tmp_path / "p", "--lang", "zh", "--format", "html")[0] == 0
    assert (tmp_path / "p" / "briefing_zh.html").read_bytes() == first["briefing_zh.html"]
    assert say("check", tmp_path / "o")[2].count("content_hash") == 0


def test_brief_refuses_an_outcome_of_which_a_part_is_gone(say: Talk, tmp_path: Path) -> None:
    """Half a table reads well, and would be a briefing of half the money."""
    make_outcome(3).save(tmp_path / "o")
    table = tmp_path / "o" / "allocation.csv"
    rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(rows[: len(rows) // 2]), encoding="utf-8")
    before = listing(tmp_path / "o")
    code, out, err = say("brief", tmp_path / "o", "--lang", "zh", "--format", "html")
    assert (code, out) == (2, "")
    assert "与结果校验值不符" in err
    assert listing(tmp_path / "o") == before


def test_init_writes_tables_that_check_accepts_and_overwrites_nothing(say: Talk, tmp_path: Path) -> None:
    code, out, _ = say("init", tmp_path / "mine")
    assert code == 0
    assert "regions.csv" in out
    assert say("check", tmp_path / "mine")[0] == 0
    before = listing(tmp_path)
    assert say("init", tmp_path / "mine")[0] == 2
    assert listing(tmp_path) == before


def test_init_writes_a_workbook_that_check_accepts(say: Talk, tmp_path: Path) -> None:
    code, out, _ = say("init", tmp_path / "book", "--xlsx")
    assert code == 0
    (workbook,) = [line for line in out.splitlines() if line.endswith(".xlsx")]
    assert say("check", workbook)[0] == 0


def test_init_writes_the_form_of_a_province_with_a_scenario_that_check_accepts(say: Talk, tmp_path: Path) -> None:
    code, out, _ = say("init", tmp_path / "form", "--level", "county", "--province", "44", "--xlsx")
    assert code == 0
    assert {Path(line).name for line in out.splitlines()} == {"README.md", "inputs.xlsx", "scenario.yaml"}
    assert say("check", tmp_path / "form" / "scenario.yaml")[0] == 0


def test_a_province_without_the_level_of_counties_is_refused(say: Talk, tmp_path: Path) -> None:
    code, _, err = say("init", tmp_path / "form", "--province", "44")
    assert code == 2
    assert "--level county" in err
    assert not (tmp_path / "form").exists()


def test_our_own_error_points_to_its_place_and_asks_to_be_reported(
    say: Talk, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("silvafisc.cli.verbs.explain", broken)
    code, out, err = say("explain", saved, "--region", "110002", "--lang", "en")
    assert (code, out) == (1, "")
    assert "ZeroDivisionError: by nothing" in err
    assert "report" in err
    assert "Traceback" not in err
    monkeypatch.setenv("SILVAFISC_TRACEBACK", "1")
    assert "Traceback" in say("explain", saved, "--region", "110002")[2]


def test_a_closed_pipe_is_no_error(saved: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "explain", str(saved), "--region", "110002"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err


def test_a_name_cannot_command_the_terminal() -> None:
    assert visible("县\x1b[31m\u202e\n名\t　") == "县\\u001b[31m\\u202e\n名\t　"


@pytest.mark.parametrize("arguments", [["check", "county-demo"], ["check", "no-such-scenario"]])
def test_on_a_terminal_the_spinner_is_gone_before_anything_is_said(arguments: list[str]) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments],
        cwd=ROOT,
        env=environment(TERM="xterm", COLUMNS="80"),
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            read = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        said += read
    os.close(ours)
    process.wait(60)
    hidden, shown, message = (said.rfind(text) for text in (b"\x1b[?25l", b"\x1b[?25h", arguments[1].encode()))
    assert 0 <= hidden < shown < message
