"""The analyst's verbs: what they print and write, and how they refuse."""

import json
from pathlib import Path

import pytest
from tests.cli.test_verbs import Talk
from tests.runs.settled import outcome

from silvafisc.runs.export import read_codebook


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Talk:
    return Talk(capsys)


def test_export_writes_tables_and_codebook_beside_the_outcome(say: Talk, tmp_path: Path) -> None:
    outcome().save(tmp_path / "outcome")
    code, out, _ = say("export", tmp_path / "outcome", "--format", "stata")
    assert code == 0
    assert str(tmp_path / "outcome-stata" / "allocation.dta") in out.splitlines()
    assert read_codebook(tmp_path / "outcome-stata")["allocation"]["payment_fen"] == "payment_fen"
    code, out, _ = say("export", tmp_path / "outcome", "--out", tmp_path / "plain", "--json")
    assert code == 0
    assert str(tmp_path / "plain" / "codebook.md") in json.loads(out)["files"]


def test_export_refuses_what_is_no_outcome_and_a_folder_of_others(say: Talk, tmp_path: Path) -> None:
    code, _, err = say("export", tmp_path, "--lang", "en")
    assert code == 2
    assert "outcome.json" in err
    outcome().save(tmp_path / "outcome")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    code, _, err = say("export", tmp_path / "outcome", "--out", tmp_path / "mine", "--lang", "zh")
    assert code == 2
    assert "不是先前的导出目录" in err


@pytest.mark.slow
def test_bench_prints_the_policies_and_writes_its_tables(say: Talk, tmp_path: Path) -> None:
    code, out, _ = say("bench", "county-demo", "--out", tmp_path / "bench", "--json")
    assert code == 0
    said = json.loads(out)
    assert len(said["policies"]) == 12
    assert len(said["surface"]) == 60
    assert {p.name for p in (tmp_path / "bench").iterdir()} == {
        f"bench_{n}.csv" for n in ("policies", "sites", "surface")
    }
    code, _, err = say("bench", "county-demo", "--tiers", "0", "--lang", "zh")
    assert code == 2
    assert "须不小于 1" in err


def test_bench_writes_into_no_file(say: Talk, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    code, _, err = say("bench", "county-demo", "--out", tmp_path / "letter.txt", "--lang", "en")
    assert code == 2
    assert "not a folder" in err
