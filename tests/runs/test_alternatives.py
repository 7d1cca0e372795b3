"""What `alternatives`, `importance` and `nested` tell: tables that add up, sentences that carry the tables' numbers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.allocation.tiny import MODES, Tiny
from tests.runs.tiny_prepared import opposed, prepared_of

from silvafisc.allocation.engine import Engine
from silvafisc.allocation.solve import Session, Solution, TimeEnded
from silvafisc.datasets.findings import InputError
from silvafisc.results import ObjectiveSpec
from silvafisc.runs import alternatives, importance, nested
from silvafisc.runs.answers import Basis, together
from silvafisc.runs.run import solve
from silvafisc.runs.spoken import yuan


def asked(found: Tiny) -> Basis:
    prepared = prepared_of(found)
    return Basis(prepared, *solve(prepared, lambda step: None))


def staged(mode: str, seed: int = 1, budget: str = "0.7", **shape: Any) -> Tiny:
    return opposed(mode, seed, budget, **shape).objectives(ObjectiveSpec("carbon", stage=1))


@pytest.mark.parametrize("mode", MODES)
def test_alternatives_stay_within_the_loss_and_are_told_with_their_numbers(mode: str) -> None:
    known = asked(opposed(mode, units=2, levels=(16_00, 18_00), task=True, pot=True))
    answer = alternatives(known, loss=0.4, count=2)
    plans, values = answer.tables["alternatives"], answer.tables["alternative_objectives"]
    assert list(plans["plan"]) == list(range(len(plans)))
    assert len(plans) > 1
    assert (values["loss_share"] <= 0.4 + 1e-9).all()
    assert set(values["objective"]) == {"carbon", "development"}
    assert (plans["bound"] >= plans["difference"]).all()
    for language in ("zh", "en"):
        for fen in plans["difference"][1:]:
            assert yuan(fen) in answer.text(language)
    core = answer.tables["core"]
    assert f"{(core['same'] == 'yes').sum()} of {len(core)}" in answer.text("en")
    assert ("alternative_standards" in answer.tables) == (mode == "rule")
    units = answer.tables["alternative_units"]
    wide = units.pivot_table(
        index=["region_code", "fund", "period"], columns="plan", values="payment_fen", aggfunc="sum"
    )
    moved = (wide[1].fillna(0) - wide[0].fillna(0)).groupby("region_code").sum()
    assert yuan(int(moved.max()), signed=True) in answer.text("en")


def test_no_alternative_within_no_loss_is_said() -> None:
    known = asked(staged("rule", units=2, levels=(16_00, 18_00)))
    answer = alternatives(known, loss=0.0)
    assert list(answer.tables["alternatives"]["plan"]) == [0]
    assert "no other plan" in answer.text("en")
    assert "没有别的方案" in answer.text("zh")
    assert (answer.tables["core"]["same"] == "yes").all()


def test_a_time_limit_that_leaves_it_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No solver is asked for an answer that it cannot give in no time: nothing is claimed about further plans."""
    known = asked(staged("case", units=2))
    late = Solution("no_solution", np.zeros(0), -np.inf, np.inf)
    monkeypatch.setattr(Session, "maximise", lambda *_, **__: late)
    answer = alternatives(known)
    assert (
        answer.text("en") == "The time ended before a further plan was found; raise solver.time_limit in the scenario."
    )
    assert "时限内未找到更多备选方案" in answer.text("zh")
    with pytest.raises(TimeEnded):
        importance(asked_again(known))


def asked_again(known: Basis) -> Basis:
    """The same plan on an engine that remembers no answer."""
    engine = Engine(known.decision.problem)
    return replace(known, decision=replace(known.decision, engine=engine))


@pytest.mark.parametrize("mode", MODES)
def test_importance_ranks_units_and_says_why(mode: str) -> None:
    known = asked(staged(mode, levels=(16_00, 17_00, 18_00)))
    answer = importance(known)
    table = answer.tables["importance"]
    assert sorted(table["region_code"]) == sorted(known.prepared.inputs.codes)
    assert table["loss"].is_monotonic_decreasing
    assert (table["loss"] + table["regained"] == table["own"]).all()
    first = table.iloc[0]
    assert f"Why {first['region_name']}" in answer.text("en") or f"({first['region_code']})" in answer.text("en")
    assert yuan(int(first["money_fen"])) in answer.text("zh")
    one = importance(known, units=[first["region_code"]]).tables["importance"]
    assert one["loss"].tolist() == [first["loss"]]


def test_importance_refuses_what_it_cannot_say() -> None:
    known = asked(staged("case", units=2))
    with pytest.raises(InputError, match=r"tiny\.yaml:5:1: importance\.units: no unit 999999"):
        importance(known, units=["999999"])
    worst = asked(opposed("case", units=2).objectives(ObjectiveSpec("adequacy", stage=1)))
    with pytest.raises(InputError, match="is no sum over offers"):
        importance(worst)


def test_a_bigger_budget_that_drops_somebody_is_explained() -> None:
    """By the table: who is named gets less at the larger budget, and keeping everybody costs what both plans differ by."""
    said = 0
    for seed in range(2):
        known = asked(staged("case", seed, "0.6", levels=(16_00, 17_00, 18_00)))
        answer = nested(known, budgets=["+2%", "0"])
        values, units = answer.tables["nested"], answer.tables["nested_units"]
        assert list(values["budget"].unique()) == ["0", "+2%"]
        assert (values["cost"] >= 0).all()
        assert (values.loc[values["budget"] == "0", "cost"] == 0).all()
        small, large = (units[units["budget"] == b].set_index(["region_code", "fund", "period"]) for b in ("0", "+2%"))
        kept = large["nested_fen"].reindex(small.index).fillna(0)
        assert (kept >= small["nested_fen"]).all(), "what was granted stays granted"
        fell = (large["free_fen"] - large["smaller_fen"]).groupby("region_code").sum()
        named = fell[fell < 0].sort_values()
        for code, fen in named.items():
            assert f"({code}) {yuan(int(fen), signed=True)} yuan" in answer.text("en")
            said += 1
        assert ("nobody gets less in all" in answer.text("en")) == named.empty
        assert set(large.loc[large["dropped"] == "yes"].index.get_level_values(0)) >= set(named.index)
    assert said, "nobody was dropped in any of the draws"


def test_nested_rules_keep_weights_and_never_gain() -> None:
    known = asked(opposed("rule", 2, "0.6", units=2, levels=(16_00, 18_00), task=True, pot=True))
    values = nested(known, budgets=["-5%", "0", "+10%"]).tables["nested"]
    whole = values[values["objective"] == "carbon + development"]
    assert len(whole) == 3
    assert (whole["cost"] >= -1e-9).all()


@pytest.mark.parametrize(
    ("budgets", "says"),
    [(["0", "ten"], "'ten' is no change of a budget"), (["0", "0%"], "two different"), (["-100%", "0"], "above -100%")],
)
def test_budgets_that_are_none_are_refused(budgets: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        nested(asked(staged("case", units=2)), budgets=budgets)


def test_answers_are_saved_whole_and_alike(tmp_path: Path) -> None:
    known = asked(staged("rule", units=2))
    both = together([alternatives(known, loss=0.5, count=1), importance(known)])
    first = {path.name: path.read_bytes() for path in both.save(tmp_path / "a")}
    again = together([alternatives(known, loss=0.5, count=1), importance(known)])
    assert first == {path.name: path.read_bytes() for path in again.save(tmp_path / "b")}
    assert sorted(first) == sorted(path.name for path in (tmp_path / "a").iterdir())
    assert (
        pd.read_csv(tmp_path / "a" / "importance.csv", dtype={"region_code": str})["region_code"].str.len().eq(6).all()
    )
    assert first["summary_zh.txt"].decode() == both.text("zh") + "\n"
    assert both.to_json()["importance"][0]["rank"] == 1
