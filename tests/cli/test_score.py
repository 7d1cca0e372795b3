"""`score`: a proposal that breaks rules is answered, one that cannot be read is refused."""

import json
from pathlib import Path

import pytest
from tests.cli.command import listing
from tests.cli.test_verbs import Talk

HEADER = "region_code,fund,measure,category,period,payment_yuan\n"
ROW = "510726,provincial_forestry,factor_pot,,2026,{amount}\n"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Talk:
    """The command inside this process."""
    return Talk(capsys)


def test_a_proposal_is_scored_and_what_it_breaks_is_said(say: Talk, tmp_path: Path) -> None:
    path = tmp_path / "proposal.csv"
    # 70 million yuan of factor money against a fund of 60 million: the envelope is broken whatever else is.
    path.write_text(HEADER + ROW.format(amount="70000000"), encoding="utf-8")
    code, out, err = say("score", path, "--scenario", "county-demo", "--out", tmp_path / "o", "--json")
    data = json.loads(out)
    assert (code, data["exit_code"]) == (0, 0), err
    assert data["audit_clean"] is False
    assert "envelope" in {entry["rule"] for entry in data["broken"]}
    assert json.loads((tmp_path / "o" / "audit.json").read_text(encoding="utf-8"))["clean"] is False
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o", "proposal.csv"]
    # What is not clean is never reported.
    before = listing(tmp_path)
    assert say("brief", tmp_path / "o", "--format", "html")[0] == 2
    assert listing(tmp_path) == before


def test_a_proposal_for_nobody_is_refused_with_its_row(say: Talk, tmp_path: Path) -> None:
    path = tmp_path / "proposal.csv"
    path.write_text(HEADER + ROW.format(amount="1").replace("510726", "519999"), encoding="utf-8")
    code, out, err = say("score", path, "--scenario", "county-demo", "--lang", "en")
    assert (code, out) == (2, "")
    assert "proposal.csv:2" in err
    assert "519999" in err


def test_a_proposal_that_is_not_there_is_refused(say: Talk, tmp_path: Path) -> None:
    code, out, err = say("score", tmp_path / "none.csv", "--scenario", "county-demo")
    assert (code, out) == (2, "")
    assert "none.csv" in err
