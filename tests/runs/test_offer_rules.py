"""Rules and objectives on a table of offers alone: each decides by its columns, and none is skipped where one is missing."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from silvafisc.allocation.audit import audit
from silvafisc.datasets import InputError
from silvafisc.results import Outcome
from silvafisc.runs import check_path, load_outcome, solve_offers

UNITS, YEARS = "ABC", ("2026", "2027")
SCENARIO = """id: hills
title: {zh: 丘陵, en: Hills}
mode: offers
policy_date: "2026-01-01"
periods: ["2026", "2027"]
funds:
  pool: {payer: provincial, appropriation: {"2026": "20.00", "2027": "20.00"}}
objectives:
  - {term: obj.habitat, stage: 1}
groups:
  poor: {label: {zh: 困难, en: Poor}, expression: listed}
rules:
  - {rule: envelope}
"""
Row = dict[str, Any]
Test = Callable[[tuple[Row, ...]], bool]


def table(nature: str, *, seed: int = 0, years: tuple[str, ...] = YEARS) -> pd.DataFrame:
    """Three units, one work each year, three offers of 0, 10 and 20 mu at 0, 10 and 20 yuan per mu; what they bring is drawn."""
    draw = np.random.default_rng(seed)
    rows = []
    for unit, year, level in product(UNITS, years, range(3)):
        rows.append(
            {
                "region_code": unit,
                "groups": "poor" if unit == "B" else "",
                "measure": "care",
                "category": "wood" if nature == "top_up" else "",
                "nature": nature,
                "period": year,
                "offer": f"o{level}",
                "standard_yuan_per_mu": f"{10 * level}",
                "area_mu": "10" if nature == "top_up" else f"{10 * level}",
                f"cost.pool.provincial.{year}_fen": 350 * level,
                f"cost.pool.county.{year}_fen": 50 * level,
                "obj.habitat": float(draw.integers(1, 30) * level + draw.integers(0, 9)) if level else 0.0,
            }
        )
    frame = pd.DataFrame(rows)
    costs = [str(name) for name in frame if str(name).startswith("cost.")]
    return frame.assign(**frame[costs].fillna(0).astype(int))


def solved(folder: Path, frame: pd.DataFrame, rules: str = "", objectives: str = "") -> Outcome:
    frame.to_csv(folder / "offers.csv", index=False)
    text = SCENARIO.replace("  - {term: obj.habitat, stage: 1}\n", objectives) if objectives else SCENARIO
    (folder / "hills.yaml").write_text(text + rules, encoding="utf-8")
    return solve_offers(folder / "offers.csv", folder / "hills.yaml")


def chosen(outcome: Outcome) -> dict[tuple[str, str], str]:
    frame = outcome.tables["offers"]
    held = frame[frame["chosen"].astype(str) == "True"]
    return dict(zip(zip(held["region_code"], held["period"], strict=True), held["offer"], strict=True))


def cost(row: Row) -> int:
    return sum(int(value) for name, value in row.items() if str(name).startswith("cost.") and value == value)


def best(frame: pd.DataFrame, test: Test, value: Callable[[tuple[Row, ...]], float] | None = None) -> float:
    """enumeration: the most habitat (or other value) of all choices within the appropriation that pass the test."""
    menus = [rows.to_dict("records") for _, rows in frame.groupby(["region_code", "period"])]
    worth = value or (lambda choice: sum(float(row["obj.habitat"]) for row in choice))
    found = [-np.inf]
    for choice in product(*menus):
        rows = tuple({str(k): v for k, v in row.items()} for row in choice)
        paid = {year: sum(350 * int(r["offer"][1]) for r in rows if r["period"] == year) for year in YEARS}
        if all(fen <= 2000 for fen in paid.values()) and test(rows):
            found.append(worth(rows))
    return max(found)


def of(rows: tuple[Row, ...], name: str) -> dict[tuple[str, str], float]:
    return {(str(r["region_code"]), str(r["period"])): float(r[name]) for r in rows}


def always(rows: tuple[Row, ...]) -> bool:
    return True


def near_last_year(rows: tuple[Row, ...]) -> bool:
    """last year 4, 8 and 0 yuan, within −50 % and +50 %; C has no row and is exempt."""
    last = {"A": 400, "B": 800}
    return all(
        last[r["region_code"]] <= 2 * cost(r) <= 3 * last[r["region_code"]] for r in rows if r["region_code"] in last
    )


def not_below(rows: tuple[Row, ...]) -> bool:
    return all(cost(r) >= 800 for r in rows if r["region_code"] == "B")


def one_value(rows: tuple[Row, ...]) -> bool:
    return len({s for s in of(rows, "standard_yuan_per_mu").values() if s}) <= 1


def rising(rows: tuple[Row, ...]) -> bool:
    paid = of(rows, "standard_yuan_per_mu")
    return all(paid[unit, "2026"] <= paid[unit, "2027"] for unit in UNITS)


def uninverted(rows: tuple[Row, ...]) -> bool:
    """A is more needy and more important than B; C is neither above nor below one of them."""
    paid = of(rows, "standard_yuan_per_mu")
    return all(paid["A", year] >= paid["B", year] for year in YEARS)


def within_need(rows: tuple[Row, ...]) -> bool:
    area = of(rows, "area_mu")
    return all(area[unit, "2026"] + area[unit, "2027"] <= 20 for unit in UNITS)


def within_capacity(rows: tuple[Row, ...]) -> bool:
    return all(area <= 10 for area in of(rows, "area_mu").values())


def within_land(rows: tuple[Row, ...]) -> bool:
    area, land = of(rows, "area_mu"), {"A": 10, "B": 20, "C": 30}
    return all(area[unit, "2026"] + area[unit, "2027"] <= land[unit] for unit in UNITS)


def within_share(rows: tuple[Row, ...]) -> bool:
    """The province bears at most 0.6 of a full cost of 0.50 yuan per mu: 3.50 yuan of 10 mu is 0.7."""
    paid, area = dict.fromkeys(UNITS, 0), dict.fromkeys(UNITS, 0.0)
    for r in rows:
        paid[r["region_code"]] += 350 * int(r["offer"][1])
        area[r["region_code"]] += float(r["area_mu"])
    return all(10 * paid[unit] <= 6 * {"A": 50, "B": 60, "C": 70}[unit] * area[unit] for unit in UNITS)


def as_assigned(rows: tuple[Row, ...]) -> bool:
    """A must do 20 mu in 2026; 20 mu are expected of anybody in 2027."""
    area = of(rows, "area_mu")
    return area["A", "2026"] >= 20 and sum(area[unit, "2027"] for unit in UNITS) >= 20


CASES: dict[str, tuple[str, dict[str, dict[str, str]], str, Test]] = {
    "change_band": (
        "top_up",
        {"last_year.pool_fen": {"A": "400", "B": "800"}},
        'lower: "-0.5", upper: "0.5"',
        near_last_year,
    ),
    "not_below_last_year": (
        "top_up",
        {"last_year.pool_fen": {"A": "800", "B": "800"}},
        "group: poor",
        not_below,
    ),
    "published_values": ("top_up", {}, "at_most: 1", one_value),
    "standards_only_rise": ("top_up", {}, "", rising),
    "no_inversion": (
        "top_up",
        {"importance": {"A": "0.6", "B": "0.5", "C": "0.9"}, "need": {"A": "0.6", "B": "0.5", "C": "0.1"}},
        "",
        uninverted,
    ),
    "eligible_area": ("task", {"eligible_mu": dict.fromkeys(UNITS, "20")}, "", within_need),
    "delivery_capacity": ("task", {"capacity_mu": dict.fromkeys(UNITS, "10")}, "", within_capacity),
    "one_channel": (
        "task",
        {"land.hill_mu": {"A": "10", "B": "20", "C": "30"}},
        "exclusive: [{land: hill, measures: [care]}]",
        within_land,
    ),
    "need_cap": (
        "task",
        {"full_cost_yuan_per_mu": {"A": "0.50", "B": "0.60", "C": "0.70"}},
        'cap: "0.6", payer: provincial',
        within_share,
    ),
}
"""Rule -> nature of the money, columns by unit, parameters, and the rule once more by hand."""


def with_columns(frame: pd.DataFrame, columns: dict[str, dict[str, str]]) -> pd.DataFrame:
    return frame.assign(**{name: frame["region_code"].map(held).fillna("") for name, held in columns.items()})


def stated(rule: str, params: str) -> str:
    return f"  - {{rule: {rule}{', ' if params else ''}{params}}}\n"


@pytest.mark.parametrize("rule", CASES)
def test_enumeration_of_a_rule_on_a_table_and_the_table_without_its_columns(rule: str, tmp_path: Path) -> None:
    nature, columns, params, test = CASES[rule]
    seed = next(
        seed for seed in range(50) if best(table(nature, seed=seed), always) > best(table(nature, seed=seed), test) > 0
    )
    frame = with_columns(table(nature, seed=seed), columns)
    outcome = solved(tmp_path, frame, stated(rule, params))
    assert outcome.meta["objectives"][0]["value"] == best(frame, test)
    outcome.save(tmp_path / "o")
    assert check_path(tmp_path / "o") == []
    for column in columns:
        with pytest.raises(InputError) as caught:
            solved(tmp_path, frame.drop(columns=column), stated(rule, params))
        [finding] = [f for f in caught.value.findings if f.path == f"rules.{rule}"]
        shown = column.replace("last_year.pool_fen", "last_year.<fund>_fen")
        assert shown in finding.en
        assert shown in finding.zh.replace("<资金>", "<fund>")
        assert finding.where.startswith(f"{tmp_path / 'hills.yaml'}:14:")


def test_enumeration_of_assigned_tasks(tmp_path: Path) -> None:
    frame = table("task", seed=3)
    assigned = (frame["region_code"] == "A") & (frame["period"] == "2026") | (frame["region_code"] == "C") & (
        frame["period"] == "2027"
    )
    frame["assigned_mu"] = np.where(assigned, "20", "")
    frame["task_kind"] = np.where(assigned, np.where(frame["region_code"] == "A", "binding", "expected"), "")
    frame.loc[frame["region_code"] == "A", "obj.habitat"] /= 4
    outcome = solved(tmp_path, frame, stated("task_kind", ""))
    assert outcome.meta["objectives"][0]["value"] == best(frame, as_assigned) < best(frame, always)
    with pytest.raises(InputError, match="task_kind"):
        solved(tmp_path, frame.drop(columns="task_kind"), stated("task_kind", ""))


def apart(rows: tuple[Row, ...]) -> float:
    """−Σ |payment − last year| over units with a last year, in yuan."""
    return -sum(abs(cost(r) - {"A": 400, "B": 800}[r["region_code"]]) / 100 for r in rows if r["region_code"] in "AB")


def uneven(rows: tuple[Row, ...]) -> float:
    """−Σ |y − n Y / N| / N, in yuan per need unit, needs of 6, 10 and 4."""
    needs = {"A": 6.0, "B": 10.0, "C": 4.0}
    paid = {unit: sum(cost(r) for r in rows if r["region_code"] == unit) / 100 for unit in UNITS}
    return -sum(abs(paid[u] - needs[u] / 20 * sum(paid.values())) for u in UNITS) / 20


def least_cover(rows: tuple[Row, ...]) -> float:
    """Smallest standard over an opportunity cost of 40, 20 and 10 yuan per mu."""
    return min(float(r["standard_yuan_per_mu"]) / {"A": 40, "B": 20, "C": 10}[r["region_code"]] for r in rows)


OBJECTIVES: dict[str, tuple[dict[str, dict[str, str]], Callable[[tuple[Row, ...]], float]]] = {
    "stability": ({"last_year.pool_fen": {"A": "400", "B": "800"}}, apart),
    "disparity": (
        {"rural_population_person": {"A": "10", "B": "20", "C": "10"}, "need": {"A": "0.6", "B": "0.5", "C": "0.4"}},
        uneven,
    ),
    "adequacy": ({"opportunity_cost_yuan_per_mu": {"A": "40", "B": "20", "C": "10"}}, least_cover),
}


@pytest.mark.parametrize("term", OBJECTIVES)
def test_enumeration_of_an_objective_on_a_table(term: str, tmp_path: Path) -> None:
    columns, value = OBJECTIVES[term]
    frame = with_columns(table("top_up", seed=1), columns)
    frame.loc[frame["region_code"] == "A", "obj.habitat"] /= 40
    # At least 100 of habitat, so that paying nobody is no answer.
    objectives = f"  - {{term: {term}, stage: 1}}\n  - {{term: obj.habitat, at_least: 100}}\n"
    outcome = solved(tmp_path, frame, objectives=objectives)

    def enough(rows: tuple[Row, ...]) -> bool:
        return sum(of(rows, "obj.habitat").values()) >= 100

    expected = best(frame, enough, value)
    assert outcome.meta["objectives"][0]["value"] == pytest.approx(expected, abs=1e-7)
    # It decides: the most habitat is another choice.
    other = chosen(solved(tmp_path, frame))
    rows = tuple({str(k): v for k, v in r.items()} for r in frame.to_dict("records"))
    assert value(tuple(r for r in rows if other[r["region_code"], r["period"]] == r["offer"])) < expected - 1e-6
    indicators = outcome.tables["indicators"].copy()
    mine = indicators["variable"].isin([term, f"{term}.minimum"])
    assert mine.sum() == 1
    indicators.loc[mine, "value"] += 1
    checked = audit(outcome.resolved, outcome.inputs, dict(outcome.tables) | {"indicators": indicators})
    assert [check["rule"] for check in checked["checks"] if not check["clean"]] == [term]
    for column in columns:
        with pytest.raises(InputError, match=column.replace("last_year.pool", "last_year.<fund>")):
            solved(tmp_path, frame.drop(columns=column), objectives=objectives)


NOTHING_TO_JUDGE = {
    "statutory_floor": "",
    "cost_sharing": "",
    "adjustment": "mode: step",
    "performance": "",
    "unverified_weight": 'at_most: "0.5"',
    "split": 'uses: {wood: {patrol: {share: "0.1"}}}',
    "instalments": "",
    "horizontal": 'payer: "510000", receiver: "520000", document: a, amount: "1"',
}


def test_a_rule_that_a_table_gives_nothing_to_judge_is_refused_with_the_reason(tmp_path: Path) -> None:
    rules = "".join(stated(rule, params) for rule, params in NOTHING_TO_JUDGE.items())
    with pytest.raises(InputError) as caught:
        solved(tmp_path, table("task"), rules)
    found = {finding.path.removeprefix("rules."): finding for finding in caught.value.findings}
    assert set(found) == set(NOTHING_TO_JUDGE)
    for place, rule in enumerate(NOTHING_TO_JUDGE):
        assert found[rule].where.startswith(f"{tmp_path / 'hills.yaml'}:{14 + place}:")
        assert len(found[rule].en) > 80
        assert len(found[rule].zh) > 30


def test_two_rows_of_a_unit_that_contradict_each_other_are_both_named(tmp_path: Path) -> None:
    frame = table("top_up").assign(importance="0.5", eligible_mu="10.05")
    frame.loc[4, "importance"] = "0.6"
    with pytest.raises(InputError) as caught:
        solved(tmp_path, frame)
    said = [str(finding) for finding in caught.value.findings]
    assert any("offers.csv:6:" in text and "importance is 0.6 here and 0.5" in text for text in said)
    assert any("10.05 is finer than 0.1 mu" in text for text in said)


def test_what_nobody_pays_for_still_stands_in_the_allocation_with_its_tonnes(tmp_path: Path) -> None:
    """by hand: only o0 is free of cost; given tonnes it keeps them in the allocation, and all tonnes add up."""
    frame = table("task").rename(columns={"obj.habitat": "obj.carbon"})
    frame.loc[frame["offer"] == "o0", "obj.carbon"] = 1000.0
    outcome = solved(tmp_path, frame, objectives="  - {term: carbon, stage: 1}\n")
    assert set(chosen(outcome).values()) == {"o0"}
    assert outcome.tables["allocation"]["carbon_tco2e"].tolist() == [1000.0] * 6
    assert outcome.tables["allocation"]["payment_fen"].sum() == 0
    outcome.save(tmp_path / "o")
    assert check_path(tmp_path / "o") == []
    assert load_outcome(tmp_path / "o").audit["clean"]
