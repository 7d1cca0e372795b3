"""`frontier` and `alternatives` as commands, on a tiny problem that stands for the scenario's tables."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.allocation.tiny import Tiny
from tests.cli.test_verbs import Talk
from tests.runs.tiny_prepared import opposed, prepared_of

import silvafisc.runs.answers
import silvafisc.runs.frontier  # noqa: F401  (patched below)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Talk:
    """The command; whatever scenario is named, a tiny problem is solved."""
    found: Tiny = opposed("case", 1, "0.6", levels=(16_00, 17_00, 18_00))
    for module in ("silvafisc.runs.frontier", "silvafisc.runs.answers"):
        monkeypatch.setattr(sys.modules[module], "prepare", lambda *_: prepared_of(found))
    return Talk(capsys)


def test_alternatives_writes_its_tables_and_says_what_they_hold(say: Talk, tmp_path: Path) -> None:
    asked: list[str | Path] = ["alternatives", "county-demo", "--loss", "0.3", "--count", "2", "--importance"]
    asked += ["--nested", "-1%,0,+1%", "--out", tmp_path / "answers"]
    code, out, _ = say(*asked, "--lang", "en")
    assert code == 0
    for opening in ("What else is nearly as good", "Why Unit", "Why a bigger budget"):
        assert opening in out
    names = {path.name for path in (tmp_path / "answers").iterdir()}
    assert {"alternatives.csv", "core.csv", "importance.csv", "nested.csv", "summary_zh.txt", "summary_en.txt"} <= names
    code, out, _ = say(*asked, "--lang", "zh", "--json")
    data: dict[str, Any] = json.loads(out)
    assert code == data["exit_code"] == 0
    assert "效果相近的备选方案" in data["said"][0]["zh"]
    assert {row["budget"] for row in data["nested"]} == {"-1%", "0", "+1%"}


def test_tables_are_not_put_into_an_outcome(say: Talk, tmp_path: Path) -> None:
    (tmp_path / "outcome.json").write_text("{}", encoding="utf-8")
    code, _, err = say("alternatives", "county-demo", "--out", tmp_path, "--lang", "en")
    assert code == 2
    assert "need a folder of their own" in err
    assert [path.name for path in tmp_path.iterdir()] == ["outcome.json"]


def test_an_interrupted_frontier_names_its_journal_and_goes_on(
    say: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (
        "frontier",
        "county-demo",
        "--method",
        "even",
        "--points",
        "4",
        "--out",
        tmp_path / "f.csv",
        "--lang",
        "en",
    )
    code, whole, _ = say(*asked)
    assert code == 0
    assert "hypervolume" in whole
    table = (tmp_path / "f.csv").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["f.csv"]

    from silvafisc.cli.terminal import Terminal

    step = Terminal.step

    def interrupted(self: Terminal, text: str) -> None:
        step(self, text)
        if text == "frontier 4":
            raise KeyboardInterrupt

    monkeypatch.setattr(Terminal, "step", interrupted)
    code, _, err = say(*asked)
    assert code == 130
    assert "f.journal; the same command goes on from there" in err
    assert (tmp_path / "f.journal").exists()
    monkeypatch.setattr(Terminal, "step", step)
    (tmp_path / "f.csv").unlink()
    assert say(*asked)[:2] == (0, whole)
    assert (tmp_path / "f.csv").read_bytes() == table
    assert not (tmp_path / "f.journal").exists()


def test_the_exact_frontier_refuses_what_is_no_whole_number(
    say: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = say(
        "frontier", "county-demo", "--method", "exact", "--objectives", "adequacy,carbon", "--lang", "en"
    )
    assert code == 2
    assert "objectives.adequacy: is no sum of whole numbers over offers" in err
    assert list(tmp_path.rglob("*.journal")) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["alternatives", "county-demo", "--nested", "0,much"], "--nested: budgets: 'much' is no change of a budget"),
        (["alternatives", "county-demo", "--nested", "1/0"], "is no change of a budget"),
        (["alternatives", "county-demo", "--nested", "0,-200%"], "two different budgets above -100%"),
        (["alternatives", "county-demo", "--out", "{file}"], "is a file, not a folder"),
        (["frontier", "county-demo", "--out", "{folder}"], "is a folder, not a file"),
        (
            ["frontier", "county-demo", "--objectives", "carbon,carbon"],
            "--objectives: objectives: a frontier needs two objectives that differ",
        ),
        (
            ["frontier", "county-demo", "--objectives", "carbon,column"],
            "no objective 'column'; there are adequacy, carbon, dev",
        ),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_solved(
    asked: list[str], said: str, say: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def solved(*_: object, **__: object) -> None:
        raise AssertionError("something was solved")

    monkeypatch.setattr(sys.modules["silvafisc.runs.answers"], "solve", solved)
    monkeypatch.setattr(sys.modules["silvafisc.runs.frontier"], "_found", solved)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    code, _, err = say(*[part.format(file=tmp_path / "file", folder=tmp_path) for part in asked], "--lang", "en")
    assert (code, said in err) == (2, True), err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
