"""Planted violations of a residue that joins the factor pot: the check of the weights rejects them."""

from dataclasses import replace
from typing import Any

import pytest

DEV = "reform_development"


def joining(case: Any, reserves: dict[str, int]) -> dict[str, int]:
    """Let the residue of the fund join its pot, with these reserves beyond what the case by hand leaves; what is left."""
    left = {
        row["period"]: int(row["unallocated_fen"])
        for row in case.tables["envelopes"].to_dict("records")
        if row["fund"] == DEV
    }
    given = {period: fen + reserves.get(period, 0) for period, fen in left.items()}
    funds = [
        replace(f, residue="factor", reserve_fen=given, reserve_reason="checks") if f.id == DEV else f
        for f in case.resolved.funds
    ]
    case.resolved = replace(case.resolved, funds=tuple(funds))
    return left


def findings(case: Any) -> list[str]:
    return [f["en"] for c in case.run()["checks"] if c["rule"] == "weights" for f in c["findings"]]


def test_a_rest_within_the_named_reserve_is_clean(case: Any) -> None:
    joining(case, {})
    assert not findings(case)


@pytest.mark.parametrize("period", ["2026", "2027"])
def test_one_fen_beyond_the_reserve_is_found(case: Any, period: str) -> None:
    joining(case, {period: -1})
    [found] = findings(case)
    assert "unallocated, as the pot takes it" in found
