"""Differences between two outcomes: exact, complete, in both languages."""

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.allocation.audit.conftest import ByHand
from tests.briefing.sample import make_outcome
from tests.runs.settled import outcome

from silvafisc.datasets import InputError
from silvafisc.runs import compare

B = "110002"


def changed() -> ByHand:
    """B's top-up of 2027 on state forest 16.00 in place of 15.00: 200 yuan more (by hand)."""
    case = ByHand()
    case.add("allocation", "payment_fen", 20000, region_code=B, nature="top_up", category="state", period="2027")
    case.set("standards", "standard_yuan_per_mu", "16.00", category="state", grade="2", period="2027")
    return case


def test_an_outcome_does_not_differ_from_itself() -> None:
    comparison = compare([outcome(), outcome()])
    assert comparison.difference_fen == 0
    for frame in (comparison.units, comparison.funds):
        assert not frame["difference_fen"].any()
    assert set(comparison.standards["difference_yuan_per_mu"]) == {"0.00"}
    assert "无变化" in comparison.text("zh")


def test_a_difference_stands_at_its_unit_fund_and_standard() -> None:
    comparison = compare([outcome(), outcome(changed())])
    units = comparison.units.set_index("region_code")["difference_fen"]
    assert units.to_dict() == {"110001": 0, B: 20000, "110003": 0}
    funds = comparison.funds.set_index(["fund", "period"])["difference_fen"]
    assert funds[("ecological_protection_restoration", "2027")] == 20000
    assert int(funds.sum()) == comparison.difference_fen == 20000
    row = comparison.standards.query("category == 'state' and grade == '2' and period == '2027'").iloc[0]
    assert (row["first_yuan_per_mu"], row["second_yuan_per_mu"], row["difference_yuan_per_mu"]) == (
        "15.00",
        "16.00",
        "1.00",
    )
    assert "15.00 → 16.00  (+1.00)" in comparison.text("en")


def test_a_unit_that_only_one_outcome_has_counts_in_full() -> None:
    large, small = make_outcome(4), make_outcome(3)
    comparison = compare([small, large])
    total = [int(o.tables["allocation"]["payment_fen"].sum()) for o in (small, large)]
    assert comparison.difference_fen == total[1] - total[0]
    assert len(comparison.units) == 4


def test_a_standard_that_only_one_outcome_publishes_has_no_difference() -> None:
    case = ByHand()
    case.tables["standards"] = case.tables["standards"].query("measure != 'tending'")
    comparison = compare([outcome(), outcome(case)])
    row = comparison.standards.query("measure == 'tending'").iloc[0]
    assert (row["first_yuan_per_mu"], row["second_yuan_per_mu"], row["difference_yuan_per_mu"]) == ("100.00", "", "")


def test_objectives_in_another_unit_are_not_compared() -> None:
    other = outcome(objectives=[{"term": "carbon", "label": {"zh": "x", "en": "x"}, "unit": "pct", "value": 2.0}])
    assert len(compare([outcome(), other]).objectives) == 0
    more = outcome(objectives=[{"term": "carbon", "label": {"zh": "固碳", "en": "c"}, "unit": "tco2e", "value": 3.5}])
    assert compare([outcome(), more]).objectives["difference"].tolist() == [2.5]


def test_one_outcome_is_compared_with_nothing() -> None:
    with pytest.raises(InputError, match="between two"):
        compare([outcome()])


def test_tables_are_saved_as_they_are(tmp_path: Path) -> None:
    comparison = compare([outcome(), outcome(changed())])
    paths = comparison.save(tmp_path / "new")
    assert [path.name for path in paths[:4]] == ["objectives.csv", "units.csv", "funds.csv", "standards.csv"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in paths)
    read = pd.read_csv(paths[1], dtype={"region_code": str})
    assert read["difference_fen"].tolist() == comparison.units["difference_fen"].tolist()
    json.dumps(comparison.to_json(), allow_nan=False)
