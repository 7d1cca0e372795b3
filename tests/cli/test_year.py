"""The verbs of the budget year: what they print, write and refuse."""

import json
from pathlib import Path

import pytest
from tests.cli.command import listing
from tests.runs.settled import outcome
from tests.runs.year.tiny_year import write_events

from silvafisc.cli.endings import finish
from silvafisc.cli.main import app
from silvafisc.runs import check_path

NOTICE = {"kind": "notice", "year": "2026", "batch": "1", "date": "2026-03-30"}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A hand-made outcome."""
    outcome().save(tmp_path / "outcomes" / "2026")
    return tmp_path / "outcomes" / "2026"


def test_roll_writes_the_next_step_beside_its_predecessor(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, events = listing(saved), write_events(tmp_path / "events", NOTICE)
    assert finish(app, ["roll", str(saved), "--events", str(events), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    folder = saved.parent / "by_hand-2026-notice-1"
    assert said["folder"] == str(folder)
    assert said["step"]["kind"] == "notice"
    assert said["predecessor"]["folder"] == "../2026"
    assert check_path(folder) == []
    assert listing(saved) == before
    # What the plan gives each unit in 2026 is what the notice says, no more and no less.
    made, plan = (json.loads((place / "outcome.json").read_text(encoding="utf-8")) for place in (folder, saved))
    assert made["predecessor"]["content_hash"] == plan["content_hash"]
    standing = listing(folder)
    assert finish(app, ["roll", str(saved), "--events", str(events), "--lang", "en"]) == 2
    assert "never over what is there" in capsys.readouterr().err
    assert listing(folder) == standing


def test_the_same_step_makes_the_same_bytes(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = write_events(tmp_path / "events", NOTICE)
    for name in ("a", "b"):
        assert (
            finish(app, ["roll", str(saved), "--events", str(events), "--out", str(tmp_path / "outcomes" / name)]) == 0
        )
    assert listing(tmp_path / "outcomes" / "a") == listing(tmp_path / "outcomes" / "b")


def test_wrong_events_end_with_2_and_leave_nothing(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = write_events(tmp_path / "events", {**NOTICE, "year": "2027"})
    before = listing(tmp_path)
    assert finish(app, ["roll", str(saved), "--events", str(events), "--lang", "en"]) == 2
    assert f"{events / 'event.yaml'}:4:7: year: 2027 is not open" in capsys.readouterr().err
    assert listing(tmp_path) == before


def test_the_calendar_prints_both_languages_and_how_well_each_date_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert finish(app, ["calendar", "--year", "2027", "--policy-date", "2026-11-27", "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    # published: 15 June and 31 October of the year before; + 30 days; the second year's end.
    for text in ("2026-06-15", "2026-10-31", "2026-11-30", "2028-12-31", "70 %", "90 %", "凭记忆（待核）"):
        assert text in said
    assert "下年度专项转移支付提前下达期限 / Advance notice" in said


def test_days_run_from_the_approval(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(app, ["calendar", "--year", "2027", "--approved", "2027-03-11", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)["deadlines"]
    dates = {(line["parameter"].rpartition(".")[2], line["date"]) for line in lines}
    # by hand: 11 March + 30 days, + 90 days, and 30 days after that.
    assert {("general_transfer_days", "2027-04-10"), ("special_transfer_days", "2027-06-09")} <= dates
    assert ("province_passes_down_days", "2027-07-09") in dates
    assert {line["status"] for line in lines} == {"secondary", "recalled"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--year", "27"], "not a year of four digits"),
        (["--policy-date", "tomorrow"], "not a date"),
        (["--policy-date", "1990-01-01"], "--policy-date"),
        (["--approved", "2027-13-01"], "not a date"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert finish(app, ["calendar", *arguments, "--lang", "en"]) == 2
    assert words in capsys.readouterr().err
