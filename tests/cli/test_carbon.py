"""`silvafisc carbon`: nothing of the user's is replaced, an interruption keeps what is finished, a package is put in place whole."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from tests.cli.command import CODE

from silvafisc.carbon.trajectories.bulk import Job
from silvafisc.cli.endings import finish
from silvafisc.cli.main import app
from silvafisc.datasets.package import read_package
from silvafisc.results.draws import PRICE, draws_of
from silvafisc.runs import carbon_build, carbon_drawn


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only two jobs are wanted."""
    found = (Job("closure", "today", "either", "central"), Job("closure", "warm", "miami", "central"))
    monkeypatch.setattr(carbon_build, "jobs", lambda stands, span, rules: found)


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = finish(app, [str(argument) for argument in ("carbon", *arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.mark.slow
def test_a_package_is_built_with_the_look_beyond_and_replaced_by_the_next(
    short: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "yields"
    code, text, err = said(capsys, "build", "--out", out, "--until", "2061", "--json", "--lang", "zh")
    assert code == 0, err
    assert json.loads(text)["files"] == [str(out), str(tmp_path / "yields_terminal.csv")]
    assert "碳汇测算模块 2/2" in err
    described = read_package(out, "yields").described
    assert described is not None
    assert described.axes["year"][-1] == "2061"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["yields", "yields_terminal.csv"]
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    code, _, err = said(capsys, "build", "--out", out, "--until", "2061")
    assert code == 0, err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_interruption_keeps_what_is_finished(
    short: None, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(ground: object, job: object, path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(carbon_build, "_work", stopped)
    code, _, err = said(capsys, "build", "--out", tmp_path / "yields", "--lang", "en")
    assert code == 130
    assert "the same command goes on from there" in err
    assert not (tmp_path / "yields").exists()


def test_without_libcbm_the_extra_is_named_at_once(tmp_path: Path) -> None:
    code = "import sys; sys.modules['libcbm'] = None; " + CODE
    arguments = ["carbon", "build", "--out", str(tmp_path / "yields"), "--lang", "en"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'silvafisc[carbon]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_package_of_yields_is_not_replaced(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "datapackage.json").write_text('{"name": "provinces"}', encoding="utf-8")
    for name in ("mine", "file", "other"):
        code, _, err = said(capsys, "build", "--out", tmp_path / name, "--lang", "zh")
        assert code == 2
        assert "已存在且不是本命令写出的内容" in err
    assert (tmp_path / "mine" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_validation_is_tables_and_a_page_in_each_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text, err = said(capsys, "validate", "--out", tmp_path / "curves", "--json")
    assert code == 0, err
    names = [Path(path).name for path in json.loads(text)["files"]]
    assert names == [
        "curves_fit.csv",
        "curves_published.csv",
        "curves_types.csv",
        "curves_shapes.csv",
        "curves_zh.html",
        "curves_en.html",
    ]
    assert all(Path(path).stat().st_size for path in json.loads(text)["files"])


def test_measured_tables_become_tables_and_a_page_and_replace_the_last_ones_whole(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "measured"
    code, text, err = said(capsys, "measure", "--out", out, "--date", "2026-11-27", "--json")
    assert code == 0, err
    files = [Path(path) for path in json.loads(text)["files"]]
    assert {path.name for path in files} == {path.name for path in out.iterdir()}
    assert {"acceptance.csv", "settlement_lines.csv", "estimates.csv", "measured_zh.html"} <= {p.name for p in files}
    (tmp_path / "own").mkdir()
    rows = "sensor,region_code,time,variable,value,unit,flag,status,source\n" + "".join(
        f"A,510822,2025-01-0{day},temperature,3,celsius,good,secondary,ours\n" for day in (1, 2)
    )
    (tmp_path / "own" / "sensors.csv").write_text(rows, encoding="utf-8")
    code, _, err = said(capsys, "measure", tmp_path / "own", "--out", out, "--date", "2026-11-27")
    assert code == 0, err
    assert not (out / "acceptance.csv").exists(), "nothing of the last evaluation may open a gate"


def test_a_wrong_measurement_leaves_what_stood_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sensor.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    for arguments, told in (
        ((tmp_path / "own", "--out", tmp_path / "out"), "是否应为 sensors.csv？"),
        (("--out", tmp_path / "mine"), "已存在且不是此前的评估结果"),
        (("--out", tmp_path / "out", "--date", "27.11.2026"), "不是日期"),
    ):
        code, _, err = said(capsys, "measure", *arguments, "--lang", "zh")
        assert code == 2
        assert told in err
    assert not (tmp_path / "out").exists()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


class Made:
    """Draws that need no engine."""

    def __init__(self) -> None:
        self.draws = draws_of({(PRICE, ("", "", "", "")): ["60", "70"]})

    def half_widths(self) -> pd.DataFrame:
        return pd.DataFrame({"measure": ["closure"], "least": [0.25]})

    def save(self, folder: Path) -> None:
        (folder / "carbon_uncertainty").mkdir(parents=True)
        for name in ("draws.csv", "draws.npz", "carbon_uncertainty/data.csv"):
            (folder / name).write_text("made", encoding="utf-8")
        described = folder / "carbon_uncertainty" / "datapackage.json"
        described.write_text('{"name": "carbon_uncertainty"}', encoding="utf-8")


def test_draws_are_put_in_place_whole_and_only_over_draws(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is drawn is held in tests/runs; here: what is asked for, where it goes, what it replaces."""
    asked: dict[str, object] = {}

    def drawn(scenario: str, work: Path, **given: object) -> Made:
        asked.update(given, scenario=scenario, work=work.name)
        return Made()

    monkeypatch.setattr(carbon_drawn, "draw", drawn)
    out = tmp_path / "mine"
    for _ in range(2):
        code, text, err = said(capsys, "draws", "--out", out, "--draws", "4", "--seed", "7", "--jobs", "2", "--json")
        assert code == 0, err
    assert (asked["count"], asked["seed"], asked["processes"]) == (4, 7, 2)
    assert asked["work"] == ".mine-work"
    assert json.loads(text)["files"] == [str(out / name) for name in ("carbon_uncertainty", "draws.csv", "draws.npz")]
    code, _, err = said(capsys, "draws", "--out", tmp_path / "other", "--seed", "-1", "--lang", "en")
    assert (code, (tmp_path / "other").exists()) == (2, False)
    assert "--seed" in err
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    code, _, err = said(capsys, "draws", "--out", out, "--lang", "en")
    assert code == 2
    assert "will not be replaced" in err


@pytest.mark.slow
def test_the_shipped_fellings_are_what_the_verb_writes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The whole package, byte for byte."""
    code, _, err = said(capsys, "felling", "--out", tmp_path / "felling")
    assert code == 0, err
    shipped = files("silvafisc.datasets").joinpath("packages", "carbon_felling")
    for path in (tmp_path / "felling").iterdir():
        assert path.read_bytes() == shipped.joinpath(path.name).read_bytes(), path.name
