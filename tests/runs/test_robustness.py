"""Robustness and gaming at a fixed published rule, against a second road; and better protection never costs a unit money."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silvafisc import carbon
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.fixed_rule import FixedRule
from silvafisc.allocation.problem import Floats, Problem
from silvafisc.allocation.reasons import reasons
from silvafisc.allocation.rule_mode import rule_problem, unit_scores
from silvafisc.allocation.tables import outcome_tables
from silvafisc.datasets import load_package
from silvafisc.economy.indices import (
    FALLING,
    NEED,
    PARAMETERS,
    importance_and_need,
    indicators,
    standardise,
    weights_of,
)
from silvafisc.quantities import apportion, entitlement
from silvafisc.runs.prepare import Prepared, prepare
from silvafisc.runs.robustness import Ground, robustness

ALPHAS = ("0", "0.25", "0.5", "1")
PACKAGES = {name: load_package(name) for name in carbon.PACKAGES}
MUCH = settings(max_examples=20, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Eight counties with made-up figures."""
    return prepare("county-demo")


@pytest.fixture(scope="module")
def by_alpha(prepared: Prepared) -> dict[str, Problem]:
    indices, menus = prepared.responses.indices, prepared.menus
    return {alpha: rule_problem(prepared.resolved, prepared.inputs, indices, menus, alpha) for alpha in ALPHAS}


@pytest.fixture(scope="module")
def problem(by_alpha: dict[str, Problem]) -> Problem:
    return by_alpha["0.5"]


def published(problem: Problem, steps: tuple[int, ...] = (0, 0, 1, 1, 3, 3)) -> Floats:
    """A point made by hand: standards `steps` levels above the floor by cell, half of each need, the first weighting."""
    columns, point = problem.columns, np.zeros(problem.size)
    for _, group in columns[columns["kind"] == "threshold"].groupby(["subject", "period"]):
        levels = sorted(set(group["level"]))
        reached = [levels[min(steps[cell], len(levels) - 1)] for cell in group["cell"]]
        point[group.index] = (group["level"].to_numpy() <= np.array(reached)).astype(float)
    others = columns[columns["kind"].isin(["task", "factor"])]
    for _, group in others.groupby("menu"):
        half = group[group["offer"].str.contains("q=0.5")]
        point[(half if len(half) else group).index[0]] = 1.0
    return point


@pytest.fixture(scope="module")
def tables(problem: Problem) -> dict[str, pd.DataFrame]:
    model = Engine(problem).model
    helping = np.zeros(model.size - problem.size)
    made = outcome_tables(model, model.completed(np.append(published(problem), helping)))
    return made | {"reasons": reasons(problem, made, {})}


@pytest.fixture(scope="module")
def found(prepared: Prepared, problem: Problem, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return robustness(prepared, problem, published(problem), tables)


@pytest.fixture(scope="module")
def rule(problem: Problem, tables: dict[str, pd.DataFrame]) -> FixedRule:
    return FixedRule.of(problem, published(problem), tables["weights"])


def row_of(frame: pd.DataFrame, **where: str) -> dict[str, Any]:
    """The one row that `where` names."""
    for column, value in where.items():
        frame = frame[frame[column] == value]
    (row,) = frame.to_dict("records")
    return {str(column): value for column, value in row.items()}


def test_the_rule_gives_the_allocation_back(problem: Problem, rule: FixedRule, tables: dict[str, pd.DataFrame]) -> None:
    allocation = tables["allocation"]
    cells = np.array([problem.cells[code] for code in rule.codes])
    for category, area in rule.areas.items():
        mine = allocation[allocation["category"] == category].groupby("region_code")
        paid = rule.recurring(category, area, cells)
        for row, column in ((0, "payment_fen"), (1, "provincial_fen")):
            due = mine[column].sum().reindex(rule.codes).fillna(0).tolist()
            assert paid[row].tolist() == due
    rows = allocation[allocation["nature"] == "task"]
    for task in problem.resolved.tasks:
        need, capacity = (
            rule.column(problem.inputs.tasks, "measure", task.id, n) for n in ("need_tenth_mu", "capacity_tenth_mu")
        )
        own = rows[rows["measure"] == task.id]
        instalments = (own["payment_fen"] + own["due_later_fen"]).groupby(own["region_code"]).sum()
        assert rule.task(task.id, need, capacity)[0].tolist() == instalments.reindex(rule.codes).fillna(0).tolist()


def test_distances_and_grades_are_those_of_the_scores(problem: Problem, found: dict[str, pd.DataFrame]) -> None:
    # Cells 0-1, 2-3 and 4-5 pay alike, so the cut-offs are the starts of cells 2 and 4.
    cuts = [Decimal(problem.cut_offs[k]) for k in (2, 4)]
    for row in found["robustness"].to_dict("records"):
        score = Decimal(problem.scores[str(row["region_code"])])
        assert Decimal(str(row["score"])) == score
        assert row["grade"] == str(1 + sum(score >= cut for cut in cuts))
        assert abs(Decimal(str(row["distance"]))) == min(abs(score - cut) for cut in cuts)
        assert (Decimal(str(row["distance"])) < 0) == (score < Decimal(str(row["nearest_cut_off"])))


def test_units_that_change_grade_are_those_of_a_whole_new_comparison(
    prepared: Prepared, problem: Problem, found: dict[str, pd.DataFrame]
) -> None:
    """other program: raw indicators of one unit moved, both indices and the score made again."""
    raw = indicators(prepared.inputs, prepared.scores)
    cuts = [Decimal(problem.cut_offs[k]) for k in (2, 4)]

    def grade(score: Decimal) -> int:
        return sum(score >= cut for cut in cuts)

    for name, change in (("fiscal_gap", 0.05), ("gdp", -0.05), ("stock", 0.05)):
        regraded = []
        for at, code in enumerate(raw["region_code"]):
            alone = raw.assign(**{name: raw[name] * np.where(np.arange(8) == at, 1 + change, 1.0)})
            importance, need = importance_and_need(alone, prepared.rules)
            frame = pd.DataFrame({"region_code": raw["region_code"], "importance": importance, "need": need})
            score = unit_scores(frame, "0.5")[str(code)]
            if grade(score) != grade(Decimal(problem.scores[str(code)])):
                regraded.append(str(code))
        label = f"indicator.{name} {change:+.0%}"
        units = found["robustness"]
        assert units[units["regraded_by"].str.contains(label, regex=False)]["region_code"].tolist() == regraded
        row = row_of(found["moves"], kind="indicator", what=name, change=f"{change:+.0%}")
        assert (row["units_regraded"], row["share_regraded"]) == (len(regraded), len(regraded) / 8)


def test_an_assumption_regrades_the_units_whose_scores_it_moves_over_a_cut_off(
    prepared: Prepared, problem: Problem, tables: dict[str, pd.DataFrame]
) -> None:
    """by hand: α of 0.5 becomes 0.7 or 0.3 (5 % moves nobody here); other program: a weight moved, the rest scaled to 1."""
    cuts = [Decimal(problem.cut_offs[k]) for k in (2, 4)]
    raw, weights = indicators(prepared.inputs, prepared.scores), weights_of(prepared.rules, "need", NEED)
    importance, need = (problem.indices.set_index("region_code")[name] for name in ("importance", "need"))
    method = prepared.rules.text(PARAMETERS + "method")
    values = {n: standardise(raw[n].to_numpy(float) * (-1 if n in FALLING else 1), method) for n in NEED}
    ground, total = Ground.of(prepared, problem, published(problem), tables["weights"]), 0

    def grades(alpha: float, needs: "pd.Series[float]") -> list[int]:
        scores = alpha * importance + (1 - alpha) * needs
        return [sum(round(scores[code], 6) >= cut for cut in cuts) for code in ground.rule.codes]

    for change in (Fraction(2, 5), Fraction(-2, 5)):
        expected = {"alpha": grades(0.5 * (1 + float(change)), need)}
        for name in NEED:
            own = weights[name] * (1 + float(change))
            rest = (1 - own) / (1 - weights[name])
            moved = np.sum([(own if n == name else weights[n] * rest) * values[n] for n in NEED], axis=0)
            expected[f"weight.{name}"] = grades(0.5, pd.Series(moved, index=raw["region_code"]).round(6))
        found = {move.what: move.regraded.tolist() for move in ground.assumption_moves(change)}
        before = grades(0.5, need)
        for what, after in expected.items():
            assert found[what] == [one != other for one, other in zip(before, after, strict=True)], what
            total += sum(found[what])
    assert total, "no assumption moves anybody here"


def test_the_sign_of_a_change_turns_where_the_move_outweighs_it(
    prepared: Prepared, problem: Problem, tables: dict[str, pd.DataFrame]
) -> None:
    # by hand: 5 % of a county's area is worth more than the single fen that it gets more than last year.
    hit = problem.inputs.areas["region_code"].iloc[0]
    close = tables["reasons"][["region_code"]].drop_duplicates()
    close = close.assign(against="last_year", part="area", amount_fen=np.where(close["region_code"] == hit, 1, 10**15))
    moves = robustness(prepared, problem, published(problem), {**tables, "reasons": close})
    unit = row_of(moves["robustness"], region_code=str(hit))
    assert "area.public_welfare_collective -5%" in unit["sign_by"]
    assert "area.public_welfare_collective +5%" not in unit["sign_by"]
    assert set(moves["robustness"].loc[moves["robustness"]["region_code"] != hit, "sign_by"]) == {""}
    area = row_of(moves["moves"], kind="area", what="public_welfare_collective", change="-5%")
    assert (area["units_sign_changed"], area["share_sign_changed"]) == (1, 1 / 8)


def test_gaming_gains_are_what_the_formula_pays_for_the_false_figure(
    problem: Problem, rule: FixedRule, found: dict[str, pd.DataFrame], tables: dict[str, pd.DataFrame]
) -> None:
    gains, factors = found["gaming"], problem.inputs.factors
    for code in rule.codes[:3]:
        cell = problem.cells[code]
        area = int(rule.areas["public_welfare_state"][rule.codes.index(code)])
        levels = [int(rule.standards["public_welfare_state", p][cell]) for p in problem.resolved.periods]
        more = sum(entitlement(s, area * 11 // 10) - entitlement(s, area) for s in levels)
        assert row_of(gains, region_code=code, item="public_welfare_state")["gain_fen"] == more
        for name in sorted(set(tables["weights"]["factor"])):
            rows = factors[factors["factor"] == name]
            values = {str(r): Fraction(v) for r, v in zip(rows["region_code"], rows["value"], strict=True)}
            false = values | {code: values[code] * Fraction(11, 10)}
            pots = [int(fen) for fen in tables["weights"].loc[tables["weights"]["factor"] == name, "pot_fen"]]
            due = sum(apportion(pot, false)[code] - apportion(pot, values)[code] for pot in pots)
            row = row_of(gains, region_code=code, kind="factor", item=name)
            assert abs(row["gain_fen"] - due) <= 2 * len(pots)
            who = row_of(rows, region_code=code)
            assert (row["reported_by"], row["verified_by"]) == (who["reported_by"], who["verified_by"])
    assert set(gains.loc[gains["kind"] == "indicator", "moved"]) == {"+10%", "-10%"}
    totals = tables["allocation"].groupby("region_code")["payment_fen"].sum()
    shares = found["gaming"]["gain_fen"] / found["gaming"]["region_code"].map(totals)
    assert found["gaming"]["gain_share"].tolist() == pytest.approx(shares.tolist())


def test_a_false_indicator_brings_what_the_other_grade_pays(
    prepared: Prepared, problem: Problem, rule: FixedRule, found: dict[str, pd.DataFrame]
) -> None:
    """other program: the unit alone says more (of gdp less), all are compared again, its areas are paid at its new cell."""
    raw, gained = indicators(prepared.inputs, prepared.scores), 0
    for name, change in (("fiscal_gap", "0.1"), ("gdp", "-0.1"), ("stock", "0.1")):
        for at, code in enumerate(rule.codes):
            factor = np.where(np.arange(len(raw)) == at, 1 + float(change), 1.0)
            importance, need = importance_and_need(raw.assign(**{name: raw[name] * factor}), prepared.rules)
            frame = pd.DataFrame({"region_code": raw["region_code"], "importance": importance, "need": need})
            score = unit_scores(frame, "0.5")[code]
            cell = sum(score >= Decimal(cut) for cut in problem.cut_offs) - 1
            due = sum(
                entitlement(int(levels[cell]), int(rule.areas[category][at]))
                - entitlement(int(levels[problem.cells[code]]), int(rule.areas[category][at]))
                for (category, _), levels in rule.standards.items()
            )
            row = row_of(found["gaming"], region_code=code, kind="indicator", item=name)
            assert (row["moved"], row["gain_fen"]) == (f"{float(change):+.0%}", due)
            gained += due > 0
    assert gained, "no false figure brings another grade here"


def test_a_need_above_capacity_brings_nothing(
    prepared: Prepared, problem: Problem, tables: dict[str, pd.DataFrame]
) -> None:
    full = problem.inputs.tasks.assign(capacity_tenth_mu=1)
    tight = replace(problem, inputs=replace(problem.inputs, tasks=full))
    gaming = robustness(prepared, tight, published(problem), tables)["gaming"]
    assert (gaming[gaming["kind"] == "need"]["gain_fen"] == 0).all()


def test_the_gaming_table_names_who_reports_indicators_and_needs(
    prepared: Prepared, problem: Problem, tables: dict[str, pd.DataFrame]
) -> None:
    code = str(problem.inputs.regions["region_code"].iloc[0])
    rows = [(code, "indicator", "gdp", "县统计局", "省统计局"), (code, "need", "afforestation", "县林业局", "")]
    named = pd.DataFrame(rows, columns=["region_code", "kind", "item", "reported_by", "verified_by"])
    told = replace(problem, inputs=replace(problem.inputs, reporting=named))
    gaming = robustness(prepared, told, published(problem), tables)["gaming"]
    for _, kind, item, by, verified in rows:
        row = row_of(gaming, region_code=code, kind=kind, item=item)
        assert (row["reported_by"], row["verified_by"]) == (by, verified)
    others = gaming[gaming["kind"].isin(["indicator", "need"]) & (gaming["region_code"] != code)]
    assert set(others["reported_by"]) | set(others["verified_by"]) == {""}


@MUCH
@given(
    unit=st.integers(0, 7),
    volume=st.floats(1.0, 1.5),
    hazard=st.floats(0.0, 1.0),
    steps=st.lists(st.integers(0, 4), min_size=6, max_size=6).map(lambda s: tuple(sorted(s))),
    alpha=st.sampled_from(ALPHAS),
)
def test_better_protection_never_lowers_what_a_unit_is_paid(
    prepared: Prepared, by_alpha: dict[str, Problem], unit: int, volume: float, hazard: float, steps: Any, alpha: str
) -> None:
    """property: more timber on the same area, or a lower loss hazard, at a published rule that stays as it is."""
    stands, own = prepared.inputs.stands, np.arange(8) == unit
    code = str(stands["region_code"].iloc[unit])
    stands = stands.assign(
        mean_volume_m3_per_ha=stands["mean_volume_m3_per_ha"] * np.where(own, volume, 1.0),
        loss_hazard_per_year=stands["loss_hazard_per_year"] * np.where(own, hazard, 1.0),
    )
    scores = carbon.scores(stands, PACKAGES, prepared.rules)
    raw = indicators(replace(prepared.inputs, stands=stands), scores)
    importance, need = importance_and_need(raw, prepared.rules)
    better = pd.DataFrame({"region_code": raw["region_code"], "importance": importance, "need": need})
    before = by_alpha[alpha]
    weights = pd.DataFrame(columns=["fund", "period", "factor", "pot_fen"])
    rule = FixedRule.of(before, published(before, steps), weights)
    at = rule.codes.index(code)
    old = np.array([before.cells[c] for c in rule.codes])
    new = rule.cells(unit_scores(better, alpha))
    assert new[at] >= old[at]
    assert (rule.regrading(old, new)[:, at] >= 0).all()
