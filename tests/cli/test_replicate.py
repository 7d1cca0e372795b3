"""`silvafisc replicate`: what it prints, what it writes, what it refuses."""

import json
from pathlib import Path

import pytest

from silvafisc.cli.endings import finish
from silvafisc.cli.main import app


def test_one_case_prints_ours_beside_theirs(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(app, ["replicate", "anji", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "838950 | 838950 元  (公布数, 相等)" in out


def test_json_holds_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(app, ["replicate", "wuning", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["replications"]
    assert [row["ours"] for row in rows][:4] == ["0.63", "0.96", "1.15", "1.58"]


def test_the_folder_holds_the_table_and_pages_and_is_replaced_only_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cases"
    assert finish(app, ["replicate", "anji", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "replications.csv",
        "replications_en.html",
        "replications_zh.html",
    ]
    first = (out / "replications_zh.html").read_bytes()
    assert finish(app, ["replicate", "anji", "--out", str(out)]) == 0
    assert (out / "replications_zh.html").read_bytes() == first
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    capsys.readouterr()
    assert finish(app, ["replicate", "anji", "--out", str(tmp_path / "mine")]) == 2
    assert "--out" in capsys.readouterr().err
    assert finish(app, ["replicate", "nowhere"]) == 2
    assert "anji" in capsys.readouterr().err
