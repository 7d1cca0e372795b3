"""The shipped national scenario from law to audited outcome: what must hold whatever the numbers are."""

from pathlib import Path

import pandas as pd
import pytest

from silvafisc.allocation.audit import audit
from silvafisc.quantities import entitlement, mu_to_tenths, yuan_to_fen
from silvafisc.results import Outcome
from silvafisc.results.outcome import outcome_columns

pytestmark = pytest.mark.slow


def test_the_saved_outcome_audits_clean_again(nation_outcome: Outcome) -> None:
    result = audit(nation_outcome.resolved, nation_outcome.inputs, nation_outcome.tables)
    assert result["clean"], [c for c in result["checks"] if not c["clean"]]


def test_every_row_of_the_envelopes_sums_to_the_fen(nation_outcome: Outcome) -> None:
    e = nation_outcome.tables["envelopes"]
    parts = e["paid_fen"] + e["instalments_due_fen"] + e["unallocated_fen"]
    assert (e["appropriation_fen"] + e["carried_in_fen"] == parts).all()
    assert (e["unallocated_fen"] == e["carried_out_fen"] + e["lapsed_fen"]).all()
    assert (e["unallocated_fen"] >= 0).all()
    assert len(e) == 6


def test_rigid_and_top_up_are_the_published_standard_by_hand(nation_outcome: Outcome) -> None:
    """By hand: area of the input table times the standard of the unit's grade, rounded down to the fen."""
    tables, inputs = nation_outcome.tables, nation_outcome.inputs
    standards = tables["standards"].set_index(["category", "grade", "period"])["standard_yuan_per_mu"]
    grade = tables["regions"].set_index("region_code")["grade"]
    paid = tables["allocation"].query("measure == 'compensation'").groupby(["region_code", "category", "period"])
    sums = paid["payment_fen"].sum()
    checked = 0
    for code, category, area in zip(
        *(inputs.areas[c] for c in ("region_code", "category", "area_tenth_mu")), strict=True
    ):
        for period in nation_outcome.resolved.periods:
            standard = yuan_to_fen(standards[category, grade[code], period])
            assert sums[code, category, period] == entitlement(standard, area)
            checked += 1
    assert checked == 31 * 2 * 3


def test_task_areas_are_the_published_share_of_each_units_need(nation_outcome: Outcome) -> None:
    tables = nation_outcome.tables
    rules = tables["standards"][tables["standards"]["quantity_rule"].str.startswith("need:")]
    share = {
        (m, p): q.split(":")[1]
        for m, p, q in zip(rules["measure"], rules["period"], rules["quantity_rule"], strict=True)
    }
    need_columns = ("region_code", "measure", "need_tenth_mu", "capacity_tenth_mu")
    rows = zip(*(nation_outcome.inputs.tasks[c] for c in need_columns), strict=True)
    needs = {(r, m): (int(need), int(capacity)) for r, m, need, capacity in rows}
    tasks = tables["allocation"][tables["allocation"]["nature"] == "task"]
    assert len(tasks) > 0
    for code, measure, period, area in zip(
        *(tasks[c] for c in ("region_code", "measure", "period", "area_mu")), strict=True
    ):
        need, capacity = needs[code, measure]
        tenths = need * round(float(share[measure, period]) * 100) // 100
        assert mu_to_tenths(area) == min(tenths, capacity)


def test_the_answer_is_proven(nation_outcome: Outcome) -> None:
    assert nation_outcome.meta["status"] == "optimal"
    assert all(stage["gap"] <= 1e-9 for stage in nation_outcome.meta["stages"])


def test_the_frontier_has_eight_distinct_points_and_ends_at_the_payoff_table(nation_outcome: Outcome) -> None:
    table = nation_outcome.tables["frontier"]
    points = table[table["kind"] != "baseline"].pivot(index="point", columns="objective", values="value")
    assert len(points) >= 8
    assert (points["carbon"].diff().dropna() > 0).all()
    assert (points["development"].diff().dropna() < 0).all()
    objectives = {o["term"]: o for o in nation_outcome.meta["objectives"]}
    assert points["carbon"].iloc[-1] == pytest.approx(objectives["carbon"]["utopia"], rel=1e-9)
    assert points["development"].iloc[0] == pytest.approx(objectives["development"]["utopia"], rel=1e-9)
    assert points["carbon"].iloc[0] == pytest.approx(objectives["carbon"]["nadir"], rel=1e-9)
    assert points["development"].iloc[-1] == pytest.approx(objectives["development"]["nadir"], rel=1e-9)
    assert (table["kind"] == "chosen").sum() == 2


def test_case_mode_is_never_worse_than_the_published_rule(nation_outcome: Outcome) -> None:
    price = nation_outcome.meta["prices"]["explainability"]
    assert 0 <= price["lower"] <= price["upper"]


def test_assumptions_are_moved_by_twenty_per_cent_and_the_hazard_over_its_band(nation_outcome: Outcome) -> None:
    table = nation_outcome.tables["sensitivity"]
    assert set(table[table["assumption"] == "loss_hazard"]["change"]) == {"0.1%", "0.6%"}
    assert {"-20%", "+20%"} <= set(table["change"])
    carbon = table[table["objective"] == "carbon"].set_index(["assumption", "change"])["value"]
    assert carbon["loss_hazard", "0.1%"] < carbon["loss_hazard", "0.6%"]
    assert carbon["opportunity_cost", "-20%"] > carbon["opportunity_cost", "+20%"]


def test_statuses_survive_and_recalled_figures_are_told(nation_outcome: Outcome) -> None:
    sources = nation_outcome.tables["sources"]
    assert {"recalled", "assumption", "secondary"} <= set(sources["status"])
    assert nation_outcome.meta["share_assumed_money"] > 0.5


def test_all_declared_tables_are_there_with_their_columns_first(nation: Path) -> None:
    for table, columns in outcome_columns().items():
        names = [c.name for c in columns]
        header = (nation / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert header[: len(names)] == names, table
    assert (nation / "datapackage.json").is_file()


def test_better_off_units_never_get_a_higher_standard_with_a_lower_score(nation_outcome: Outcome) -> None:
    tables = nation_outcome.tables
    regions = tables["regions"].assign(
        score=tables["regions"]["score"].astype(float), grade=tables["regions"]["grade"].astype(int)
    )
    ordered = regions.sort_values("score")
    assert (ordered["grade"].diff().dropna() >= 0).all()
    standards = tables["standards"][tables["standards"]["category"] != ""]
    for _, group in standards.groupby(["category", "period"]):
        by_grade = group.assign(g=group["grade"].astype(int)).sort_values("g")["standard_yuan_per_mu"].astype(float)
        assert by_grade.is_monotonic_increasing


def test_two_runs_give_identical_bytes(nation: Path, tmp_path: Path) -> None:
    from silvafisc.runs import run

    again = tmp_path / "again"
    run("nation-2026-2028").save(again)
    first = {p.relative_to(nation): p.read_bytes() for p in nation.rglob("*") if p.is_file()}
    second = {p.relative_to(again): p.read_bytes() for p in again.rglob("*") if p.is_file()}
    assert first.keys() == second.keys()
    assert [str(name) for name in first if first[name] != second[name]] == []


def test_the_county_scenario_runs_on_the_same_commands(tmp_path: Path) -> None:
    from silvafisc.runs import run

    outcome = run("county-demo")
    assert outcome.audit["clean"]
    assert set(outcome.tables["allocation"]["unit_level"]) == {"county"}
    assert (outcome.tables["sources"]["demo"] == "yes").any()
    changes = outcome.tables["reasons"].query("against == 'last_year'").groupby("region_code")["amount_fen"].sum()
    assert len(changes) == len(outcome.inputs.codes)
    assert isinstance(changes, pd.Series)
