"""Wrong events are refused with file and line, all at once, and nothing is written."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import listing
from tests.runs.year.tiny_year import COMPENSATION, FORESTRY, A, B, Years, write_events

from silvafisc.datasets import InputError
from silvafisc.runs.roll import roll

NOTICE = {"kind": "notice", "year": "2026", "batch": "1", "date": "2026-03-30"}
SUPPLEMENT = {"kind": "supplement", "year": "2026", "batch": "9", "date": "2026-09-30"}
SETTLEMENT = {"kind": "settlement", "year": "2026", "date": "2026-12-31"}
SETTLED = [(code, fund, "1") for code in (A, B) for fund in (COMPENSATION, FORESTRY)]
NEW_YEAR = {"kind": "new_year", "year": "2027", "date": "2027-01-13"}
MONEY = [(COMPENSATION, "2027", "60000"), (FORESTRY, "2027", "90000")]

CASES: Mapping[str, tuple[str, dict[str, Any], dict[str, list[Any]], str, str]] = {
    # name -> (predecessor, event, tables, where in the folder, words)
    "unknown kind": ("run", {**NOTICE, "kind": "notise"}, {}, "event.yaml", "did you mean 'notice'"),
    "unquoted year": ("run", {**NOTICE, "year": 2026}, {}, "event.yaml:4", "must be quoted"),
    "unknown key": ("run", {**NOTICE, "batches": "1"}, {}, "event.yaml:7", "unknown key"),
    "no batch": ("run", {"kind": "notice", "year": "2026", "date": "2026-03-30"}, {}, "event.yaml", "missing"),
    "another year": ("run", {**NOTICE, "year": "2028"}, {}, "event.yaml:4", "is not open"),
    "dated before its predecessor": ("notice", {**SUPPLEMENT, "date": "2026-03-29"}, {"amounts": [(A, FORESTRY, "1")]}, "event.yaml:6", "lies before its predecessor"),
    "out of order": ("run", SUPPLEMENT, {"amounts": [(A, FORESTRY, "1")]}, "event.yaml:3", "needs notice of 2026 first"),
    "twice": ("notice", {**NOTICE, "batch": "2"}, {}, "event.yaml:3", "has been made"),
    "a batch used before": ("notice", {**SUPPLEMENT, "batch": "1"}, {"amounts": [(A, FORESTRY, "1")]}, "event.yaml:5", "has been notified"),
    "a missing table": ("notice", SUPPLEMENT, {}, "amounts.csv", "this table is missing"),
    "a table that nobody reads": ("notice", SUPPLEMENT, {"amounts": [(A, FORESTRY, "1")], "settled": SETTLED}, "settled.csv", "reads no such file"),
    "an unknown unit": ("notice", SUPPLEMENT, {"amounts": [("999999", FORESTRY, "1")]}, "amounts.csv:2", "none of the units"),
    "an unknown fund": ("notice", SUPPLEMENT, {"amounts": [(A, "provincial_forestri", "1")]}, "amounts.csv:2", "did you mean provincial_forestry"),
    "finer than a fen": ("notice", SUPPLEMENT, {"amounts": [(A, FORESTRY, "1.005")]}, "amounts.csv:2", "finer than one fen"),
    "negative": ("notice", SUPPLEMENT, {"amounts": [(A, FORESTRY, "-1")]}, "amounts.csv:2", ""),
    "a row twice": ("notice", SUPPLEMENT, {"amounts": [(A, FORESTRY, "1"), (A, FORESTRY, "2")]}, "amounts.csv:3", ""),
    "more than the fund has": ("notice", SUPPLEMENT, {"amounts": [(A, FORESTRY, "90000")]}, "event.yaml", "more than it has"),
    "more taken back than notified": ("notice", {**SUPPLEMENT, "kind": "withdrawal"}, {"amounts": [(A, FORESTRY, "90000")]}, "amounts.csv:2", "more is taken back"),
    "a unit left out of settlement": ("notice", SETTLEMENT, {"settled": SETTLED[:-1]}, "settled.csv", f"no entitlement for {B} {FORESTRY}"),
    "spending beyond the money": ("settlement", {"kind": "carry_over", "year": "2026", "date": "2027-01-20"}, {"spending": [(c, f, "99999") for c, f, _ in SETTLED]}, "spending.csv:2", "more than the money at hand"),
    "a unit not scored": ("notice", {"kind": "monitoring", "year": "2026", "date": "2026-12-01"}, {"scores": [(A, "90")]}, "scores.csv", f"no score for {B}"),
    "the year not closed": ("run", NEW_YEAR, {"appropriations": MONEY}, "event.yaml:3", "needs notice of 2026 first"),
    "no appropriation": ("final", NEW_YEAR, {"appropriations": MONEY[:1]}, "appropriations.csv", f"no appropriation of {FORESTRY} for 2027"),
    "no acceptance": ("final", NEW_YEAR, {"appropriations": MONEY}, "acceptance.csv", "no result of acceptance"),
    "acceptance of nothing": ("final", NEW_YEAR, {"appropriations": MONEY, "acceptance": [(code, "afforestation", year, "survival", "1", "secondary", "表") for code, year in ((A, "2027"), (B, "2027"), (A, "2031"))]}, "acceptance.csv", "nothing falls due"),
    "advance beyond the plan": ("run", {**NOTICE, "kind": "advance", "date": "2025-10-30"}, {"amounts": [(A, FORESTRY, "99999")]}, "amounts.csv:2", "more than what is planned"),
    "a share above one": ("run", {**NOTICE, "kind": "advance", "shares": {FORESTRY: "1.2"}}, {}, "event.yaml:8", "between 0 and 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_wrong_events_are_refused_at_their_place(chain: Years, tmp_path: Path, name: str) -> None:
    made, event, tables, where, words = CASES[name]
    events = write_events(tmp_path / "events", event, None, **tables)
    outcomes = chain.folder.parent
    before = sorted(outcomes.iterdir())
    with pytest.raises(InputError) as caught:
        roll(chain.made[made], events, tmp_path / "out")
    findings = caught.value.findings
    assert any(f.where.startswith(str(events / where)) and words in f.en for f in findings), findings
    assert all(f.zh for f in findings)
    assert not (tmp_path / "out").exists()
    assert sorted(outcomes.iterdir()) == before


def test_all_findings_come_at_once(chain: Years, tmp_path: Path) -> None:
    events = write_events(
        tmp_path / "events", SUPPLEMENT, amounts=[("999999", FORESTRY, "1"), (A, "x", "1"), (B, FORESTRY, "2")]
    )
    with pytest.raises(InputError) as caught:
        roll(chain.made["notice"], events, tmp_path / "out")
    assert [f.path for f in caught.value.findings] == ["region_code", "fund"]


@pytest.mark.parametrize("place", ["itself", "inside", "taken"])
def test_history_is_not_written_over(chain: Years, tmp_path: Path, place: str) -> None:
    events = write_events(tmp_path / "events", SUPPLEMENT, amounts=[(A, FORESTRY, "1")])
    folder = chain.made["notice"]
    out = {"itself": folder, "inside": folder / "next", "taken": chain.made["advance"]}[place]
    before = listing(folder.parent)
    with pytest.raises(InputError, match="never over what is there"):
        roll(folder, events, out)
    assert listing(folder.parent) == before


def test_no_step_follows_an_outcome_that_does_not_pass_its_check(plain: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(plain, tmp_path / "outcome"))
    path = folder / "notice.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2280000", "2290000"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        roll(folder, write_events(tmp_path / "events", NOTICE))
    assert any("does not pass its check" in f.en for f in caught.value.findings)
    assert any("content_hash" in f.path for f in caught.value.findings)
