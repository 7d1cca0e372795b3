"""On a table of offers alone: what the audit must reject, what is refused by name, and where law is read it is on record."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.runs.test_offer_rules import CASES, solved, stated, table, with_columns

from silvafisc.allocation.audit import audit
from silvafisc.datasets import Finding, InputError
from silvafisc.policy import ParameterTree
from silvafisc.results import Outcome


def unclean(outcome: Outcome, **tables: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Rule -> findings of the outcome with some of its tables changed."""
    checked = audit(outcome.resolved, outcome.inputs, dict(outcome.tables) | tables)
    return {check["rule"]: check["findings"] for check in checked["checks"] if not check["clean"]}


def with_rule(folder: Path, rule: str, seed: int = 0) -> Outcome:
    nature, columns, params, _ = CASES[rule]
    outcome = solved(folder, with_columns(table(nature, seed=seed), columns), stated(rule, params))
    assert unclean(outcome) == {}
    return outcome


def test_money_above_the_share_of_the_need_is_rejected_as_the_columns_state_it(tmp_path: Path) -> None:
    """by hand: the province pays 3.50 yuan of 10 mu; at a full cost of 0.50 and 0.6 it may pay 3.00 in A, at 0.60 3.60 in B."""
    outcome = with_rule(tmp_path, "need_cap")
    offers = outcome.tables["offers"].copy()
    done = offers[offers["chosen"] & (offers["area_mu"].astype(float) > 0)]
    assert len(done)
    at = done.index[0]
    code, year, area = done["region_code"].iloc[0], done["period"].iloc[0], float(done["area_mu"].iloc[0])
    full = {"A": 50, "B": 60, "C": 70}[str(code)]
    column = f"cost.pool.provincial.{year}_fen"
    mine = done[done["region_code"] == code]
    others = int(mine[[f"cost.pool.provincial.{y}_fen" for y in ("2026", "2027")]].to_numpy().sum())
    room = int(0.6 * full * mine["area_mu"].astype(float).sum()) - others
    assert area > 0
    offers.loc[at, column] += room
    assert "need_cap" not in unclean(outcome, offers=offers)
    offers.loc[at, column] += 1
    [finding] = unclean(outcome, offers=offers)["need_cap"]
    assert f"region_code={code}" in finding["where"]


def test_work_that_is_paid_for_too_long_is_rejected_as_the_columns_state_it(tmp_path: Path) -> None:
    """by hand: one year is allowed; a fen of a task of 2026 in 2027 is the second."""
    nature, columns, params, _ = CASES["need_cap"]
    frame = with_columns(table(nature), columns)
    outcome = solved(tmp_path, frame, stated("need_cap", f"{params}, years: 1"))
    offers = outcome.tables["offers"].copy()
    [at, *_] = offers.index[offers["chosen"] & (offers["period"] == "2026") & (offers["area_mu"].astype(float) > 0)]
    offers.loc[at, "cost.pool.county.2027_fen"] += 1
    found = unclean(outcome, offers=offers)["need_cap"]
    assert [(finding["expected"], finding["found"]) for finding in found] == [("≤ 1", "2")]


@pytest.mark.parametrize("rule", ["published_values", "standards_only_rise", "no_inversion"])
def test_a_standard_that_the_chosen_offer_states_is_the_one_that_rules_judge(tmp_path: Path, rule: str) -> None:
    """The allocation's own figures stay; only the chosen offer says another standard, which breaks the rule."""
    outcome = with_rule(tmp_path, rule, seed=5)
    offers = outcome.tables["offers"].copy()
    code, year, level = {
        "published_values": ("A", "2026", "77.00"),  # a value that nobody else has
        "standards_only_rise": ("A", "2026", "99.00"),  # above what A has in 2027
        "no_inversion": ("B", "2026", "99.00"),  # above A, which is as needy and as important
    }[rule]
    mine = offers["chosen"] & (offers["region_code"] == code) & (offers["period"] == year)
    values = set(offers.loc[offers["chosen"], "standard_yuan_per_mu"].astype(float)) - {0.0}
    assert values, "somebody is paid, so one more value is one too many"
    offers.loc[mine, "standard_yuan_per_mu"] = level
    assert rule in unclean(outcome, offers=offers)


def test_only_an_offer_that_nobody_pays_for_may_have_no_fund(tmp_path: Path) -> None:
    """by hand: o0 costs nothing and keeps its tonnes without a fund; with a fen the same row is refused."""
    frame = table("task").rename(columns={"obj.habitat": "obj.carbon"})
    free = frame["offer"] == "o0"
    frame["obj.carbon"] = np.where(free, 9.0, 0.0)
    outcome = solved(tmp_path, frame, objectives="  - {term: obj.carbon, stage: 1}\n")
    assert unclean(outcome) == {}
    allocation = outcome.tables["allocation"].copy()
    bare = allocation.index[allocation["fund"] == ""]
    assert len(bare)
    allocation.loc[bare[0], ["payment_fen", "provincial_fen"]] = 1
    found = unclean(outcome, allocation=allocation)
    assert [finding["found"] for finding in found["tables"]] == [""]
    assert "fund" in found["tables"][0]["en"]


def refused(folder: Path, frame: pd.DataFrame, rules: str = "", objectives: str = "") -> list[Finding]:
    with pytest.raises(InputError) as caught:
        solved(folder, frame, rules, objectives)
    return list(caught.value.findings)


def test_need_cap_must_know_who_pays_what_falls_due_later(tmp_path: Path) -> None:
    nature, columns, params, _ = CASES["need_cap"]
    frame = with_columns(table(nature), columns).assign(due_later_fen=0)
    frame.loc[frame["offer"] == "o2", "due_later_fen"] = 5
    [finding] = refused(tmp_path, frame, stated("need_cap", params))
    assert finding.path == "rules.need_cap"
    assert "due_later_fen of A/care/2026/o2" in finding.en
    assert "due_later_fen" in finding.zh


def test_rising_standards_of_tasks_need_an_offer_in_every_year(tmp_path: Path) -> None:
    rule = stated("standards_only_rise", "tasks: true")
    frame = table("task")
    assert solved(tmp_path, frame, rule).audit["clean"]
    gap = frame[~((frame["region_code"] == "B") & (frame["period"] == "2027"))]
    assert any("lacking B/care/2027" in f.en and "B/care/2027" in f.zh for f in refused(tmp_path, gap, rule))
    bare = frame.drop(columns="standard_yuan_per_mu")
    assert any("standard_yuan_per_mu" in f.en for f in refused(tmp_path, bare, rule))


def test_pooled_tasks_need_what_a_mu_costs(tmp_path: Path) -> None:
    frame = table("task").assign(assigned_mu="", task_kind="")
    own = (frame["region_code"] == "B") & (frame["period"] == "2026")
    frame.loc[own, ["assigned_mu", "task_kind"]] = ["10", "binding"]
    rule = stated("task_kind", "pooled: poor")
    bare = frame.drop(columns="standard_yuan_per_mu")
    [finding] = refused(tmp_path, bare, rule)
    assert finding.path == "rules.task_kind"
    assert "standard_yuan_per_mu" in finding.en
    # Without pooling nothing asks for a standard.
    assert solved(tmp_path, bare, stated("task_kind", "")).audit["clean"]


def test_tonnes_by_importance_need_the_importance(tmp_path: Path) -> None:
    frame = table("task").rename(columns={"obj.habitat": "obj.carbon"})
    objectives = "  - {term: carbon, carbon: importance, stage: 1}\n"
    findings = refused(tmp_path, frame, objectives=objectives)
    assert [finding.path for finding in findings] == ["objectives.carbon"]
    assert "importance of every unit" in findings[0].en
    assert "importance" in findings[0].zh
    told = frame.assign(importance=frame["region_code"].map({"A": "0.2", "B": "0.5", "C": "0.9"}))
    assert solved(tmp_path, told, objectives=objectives).audit["clean"]


def test_law_that_a_rule_takes_from_the_record_stands_among_the_sources(tmp_path: Path) -> None:
    """law: the years of the need cap on the policy date; without the rule nothing of it is read."""
    path = "projects.three_north.years_most"
    outcome = with_rule(tmp_path, "need_cap")
    sources = outcome.tables["sources"].set_index("what")
    entry = ParameterTree.load().on("2026-01-01")
    assert str(sources.loc[path, "value"]) == str(entry.fraction(path))
    assert sources.loc[path, "origin"] == "law"
    assert str(sources.loc[path, "reference"])
    assert path not in set(solved(tmp_path, table("task")).tables["sources"]["what"])
