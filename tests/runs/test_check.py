"""What `check` finds in scenarios, tables and outcomes without solving anything."""

import json
from pathlib import Path

import pytest
from tests.allocation.audit.conftest import ByHand
from tests.runs.settled import outcome

from silvafisc.results import OutcomeError
from silvafisc.runs import check_path, load_outcome


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A clean outcome on disk."""
    outcome().save(tmp_path / "outcome")
    return tmp_path / "outcome"


def test_a_clean_outcome_has_no_findings(saved: Path) -> None:
    assert check_path(saved) == []


def test_one_fen_in_the_allocation_is_found_by_hash_and_by_audit(saved: Path) -> None:
    path = saved / "allocation.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("641120", "641121"), encoding="utf-8")
    findings = check_path(saved)
    assert [f.path for f in findings if f.path == "content_hash"] == ["content_hash"]
    assert any("amounts" in f.path for f in findings)


def test_an_outcome_that_was_never_clean_is_found(tmp_path: Path) -> None:
    case = ByHand()
    case.add("envelopes", "lapsed_fen", 1, fund="ecological_protection_restoration", period="2026")
    outcome(case).save(tmp_path / "o")
    findings = check_path(tmp_path / "o")
    assert any(f.path.startswith("sums.envelopes") for f in findings)
    assert any(f.where.endswith("audit.json") for f in findings)


def test_a_missing_table_is_named(saved: Path) -> None:
    (saved / "weights.csv").unlink()
    (finding,) = check_path(saved)
    assert finding.where.endswith("weights.csv")


def test_a_table_slipped_in_is_found_by_the_hash(saved: Path) -> None:
    (saved / "extra.csv").write_text("a\n1\n", encoding="utf-8")
    assert [f.path for f in check_path(saved)] == ["content_hash"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format_version": 1}', '{"format_version": 99}'])
def test_a_damaged_or_foreign_outcome_is_refused_in_words(saved: Path, text: str) -> None:
    (saved / "outcome.json").write_text(text, encoding="utf-8")
    with pytest.raises(OutcomeError):
        load_outcome(saved)
    (finding,) = check_path(saved)
    assert finding.zh
    assert finding.en


def test_a_column_that_is_gone_is_a_finding_not_a_crash(saved: Path) -> None:
    path = saved / "allocation.csv"
    lines = [line.split(",", 1)[1] for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert any("region_code" in f.en or "audited" in f.en for f in check_path(saved))


def test_the_recorded_meta_is_inside_the_hash(saved: Path) -> None:
    meta = json.loads((saved / "outcome.json").read_text(encoding="utf-8"))
    meta["title"]["en"] = "Another title"
    (saved / "outcome.json").write_text(json.dumps(meta), encoding="utf-8")
    assert [f.path for f in check_path(saved)] == ["content_hash"]


@pytest.mark.parametrize("name", ["nation-2026-2028", "county-demo"])
def test_the_shipped_scenarios_have_no_findings(name: str) -> None:
    assert check_path(name) == []


def test_a_scenario_is_checked_up_to_the_offers() -> None:
    """The variant needs last year's amounts, which no shipped table holds: only the last step before solving sees it."""
    rules = [finding.path for finding in check_path("nation-2026-2028-protected")]
    assert rules == ["rules.change_band", "rules.not_below_last_year"]


def test_what_is_none_of_these_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (finding,) = check_path(tmp_path / "notes.txt")
    assert "neither a scenario" in finding.en
    (finding,) = check_path(tmp_path / "nowhere")
    assert "neither a file nor a shipped scenario" in finding.en
    (finding,) = check_path(tmp_path)
    assert "no input table" in finding.en
