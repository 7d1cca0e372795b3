"""The published files and the input tables give every amount by hand, to the fen (arithmetic: tests/runs/by_hand.py)."""

from pathlib import Path

import pytest
from tests.allocation.outcome import settled
from tests.allocation.test_outcome import sample
from tests.runs.by_hand import printed, redone

from silvafisc.allocation.tables import outcome_tables
from silvafisc.results import Outcome
from silvafisc.runs.prepare import prepare
from silvafisc.runs.run import solve


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_a_county_head_can_redo_every_amount(tmp_path: Path, seed: int) -> None:
    """Drawn scenarios with grades, two payers' tiers, instalments, commitments and factor pots."""
    problem = sample(seed, "rule")
    _, _, tables = settled(problem)
    Outcome({"id": "by-hand"}, tables | {"sources": problem.inputs.ledger}, problem.inputs, problem.resolved).save(
        tmp_path / "o"
    )
    by_hand = redone(tmp_path / "o")
    assert by_hand == printed(tmp_path / "o")
    assert {row[3] for row in by_hand} == {"rigid", "committed", "top_up", "factor", "task"}


@pytest.mark.slow
def test_the_shipped_county_scenario_can_be_redone(tmp_path: Path) -> None:
    prepared = prepare("county-demo")
    decision, point = solve(prepared, lambda step: None)
    tables = outcome_tables(decision.engine.model, point)
    Outcome({"id": "county-demo"}, tables, prepared.inputs, prepared.resolved).save(tmp_path / "o")
    assert redone(tmp_path / "o") == printed(tmp_path / "o")


@pytest.mark.slow
def test_the_shipped_national_outcome_can_be_redone(nation: Path) -> None:
    assert redone(nation) == printed(nation)
