"""Tables of offers made elsewhere: the best choice by enumeration, every wrong cell at once, and no rule skipped."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from silvafisc.allocation.audit import audit
from silvafisc.allocation.binding import binding_rules
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.decide import decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.given import binding_by_menu
from silvafisc.allocation.menus import Menus
from silvafisc.allocation.tables import chosen_offers
from silvafisc.cli.main import main
from silvafisc.datasets import InputError
from silvafisc.policy.offers_scenario import OffersScenario, load_offers_scenario
from silvafisc.results import Offers
from silvafisc.runs import Infeasible, check_path, compare, explain, load_outcome, solve_offers
from silvafisc.runs.offer_table import read_offers
from silvafisc.runs.solve_offers import bare_ground
from silvafisc.runs.unit_facts import unit_inputs

SCENARIO = """id: habitat
title: {zh: 栖息地, en: Habitat}
mode: offers
policy_date: "2026-01-01"
periods: ["2026", "2027"]
funds:
  pool-a: {payer: provincial, appropriation: {"2026": "30.00", "2027": "4.00"}, carry_share: "0.5"}
  pool_b: {payer: county, label: {zh: 乙, en: B}, appropriation: {"2026": "12.00", "2027": "0"}}
objectives:
  - {term: obj.habitat, stage: 1, unit: ha, label: {zh: 栖息地, en: Habitat}}
  - {term: obj.water, stage: 2}
groups:
  poor: {label: {zh: 困难, en: Poor}, members: ["E"]}
rules:
  - {rule: envelope}
"""
A6, A7, B6 = "cost.pool-a.provincial.2026_fen", "cost.pool-a.provincial.2027_fen", "cost.pool_b.county.2026_fen"


def table(seed: int = 0) -> pd.DataFrame:
    """Five units with four offers each, paid by two funds, some in the next year; costs and benefits below 0 as well."""
    draw = np.random.default_rng(seed)
    rows = []
    for unit, offer in product("ABCDE", range(4)):
        costs = draw.integers(-300, 1200, 2) if offer else (0, 0)
        rows.append(
            {
                "region_code": unit,
                "measure": "plant",
                "period": "2026",
                "offer": f"o{offer}",
                A6: int(costs[0]),
                A7: int(draw.integers(0, 300)) if offer else 0,
                B6: int(costs[1]),
                "obj.habitat": float(draw.integers(-3, 12)) if offer else 0.0,
                "obj.water": float(draw.normal()) if offer else 0.0,
            }
        )
    return pd.DataFrame(rows)


def written(folder: Path, frame: pd.DataFrame, scenario: str = SCENARIO) -> tuple[Path, Path]:
    """The table and the scenario as files."""
    offers, path = folder / "offers.csv", folder / "habitat.yaml"
    frame.to_csv(offers, index=False)
    path.write_text(scenario, encoding="utf-8")
    return offers, path


def chosen(frame: pd.DataFrame) -> dict[str, str]:
    """unit -> offer."""
    held = frame[frame["chosen"].astype(str) == "True"]
    return dict(zip(held["region_code"], held["offer"], strict=True))


def best(frame: pd.DataFrame, share: float = 0.0) -> dict[str, str]:
    """enumeration: most habitat, then most water, of all choices that keep both funds in both years."""
    menus: Mapping[str, list[dict[str, Any]]] = {
        str(unit): [{str(k): v for k, v in row.items()} for row in held.to_dict("records")]
        for unit, held in frame.groupby("region_code")
    }
    found = []
    for choice in product(*menus.values()):
        first, later, county = (sum(int(offer[name]) for offer in choice) for name in (A6, A7, B6))
        open_money = first + county
        poor = sum(int(o[A6]) + int(o[B6]) for o in choice if o["region_code"] == "E")
        if first <= 3000 and later <= 400 + (3000 - first) // 2 and county <= 1200 and poor >= share * open_money:
            values = tuple(sum(float(offer[name]) for offer in choice) for name in ("obj.habitat", "obj.water"))
            found.append((values, {str(o["region_code"]): str(o["offer"]) for o in choice}))
    return max(found, key=lambda pair: pair[0])[1]


@pytest.mark.parametrize("seed", range(4))
def test_the_choice_is_the_best_of_all(tmp_path: Path, seed: int) -> None:
    frame = table(seed)
    outcome = solve_offers(*written(tmp_path, frame))
    assert chosen(outcome.tables["offers"]) == best(frame)
    rule = '  - {rule: priority_share, group: poor, share: "0.25"}\n'
    tied = solve_offers(*written(tmp_path, frame, SCENARIO + rule))
    assert chosen(tied.tables["offers"]) == best(frame, 0.25)
    assert outcome.audit["clean"]


def test_the_outcome_is_checked_compared_explained_and_solved_again(tmp_path: Path) -> None:
    offers, path = written(tmp_path, table())
    solve_offers(offers, path).save(tmp_path / "first")
    solve_offers(tmp_path / "first" / "offers.csv", path).save(tmp_path / "second")
    assert (tmp_path / "first" / "allocation.csv").read_bytes() == (tmp_path / "second" / "allocation.csv").read_bytes()
    assert check_path(tmp_path / "first") == []
    first, second = (load_outcome(tmp_path / name) for name in ("first", "second"))
    assert compare([first, second]).difference_fen == 0
    unit = str(first.tables["allocation"]["region_code"].iloc[0])
    said = explain(first, unit)
    allocation = first.tables["allocation"]
    assert said.total_fen == int(allocation.loc[allocation["region_code"] == unit, "payment_fen"].sum())
    assert "备选表档次" in said.text("zh")
    assert "of the table" in said.text("en")


def test_a_workbook_and_named_columns_give_the_same_answer(tmp_path: Path) -> None:
    frame = table(1)
    offers, path = written(tmp_path, frame)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [list(frame.columns), *frame.astype(object).values.tolist()]:
        sheet.append(row)
    book.save(tmp_path / "offers.xlsx")
    expected = solve_offers(offers, path)
    other = solve_offers(tmp_path / "offers.xlsx", path, objectives=["habitat", "water"])
    pd.testing.assert_frame_equal(expected.tables["allocation"], other.tables["allocation"])
    reversed_ = solve_offers(offers, path, objectives=["water"])
    assert reversed_.meta["objectives"][0]["term"] == "obj.water"
    assert reversed_.meta["objectives"][0]["value"] >= expected.meta["objectives"][1]["value"]


def test_no_fund_at_all_takes_the_best_offer_of_every_menu(tmp_path: Path) -> None:
    frame = table()[["region_code", "measure", "period", "offer", "obj.habitat"]]
    scenario = SCENARIO.replace("  - {term: obj.water, stage: 2}\n", "")
    head, _, rest = scenario.partition("funds:")
    scenario = head + "objectives:" + rest.partition("objectives:")[2].replace("  - {rule: envelope}\n", "  []\n")
    outcome = solve_offers(*written(tmp_path, frame, scenario))
    assert outcome.meta["objectives"][0]["value"] == frame.groupby("region_code")["obj.habitat"].max().sum()
    assert outcome.tables["allocation"].empty


def test_every_wrong_cell_is_found_at_once_with_its_place(tmp_path: Path) -> None:
    offers, path = written(tmp_path, table())
    lines = offers.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace(",2026,", ",2031,", 1)
    lines[3] = lines[3].replace("plant", "")
    lines[4] = lines[3].replace(",,", ",plant,")
    lines[6] = lines[6].rsplit(",", 1)[0] + ",much"
    lines[0] = lines[0].replace("pool_b", "pool_x")
    offers.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        solve_offers(offers, path)
    said = [str(finding) for finding in caught.value.findings]
    assert any("offers.csv:4:" in text and "empty" in text for text in said)
    assert any("offers.csv:7:" in text and "much" in text for text in said)
    assert any("cost.pool_x.county.2026_fen" in text and "did you mean" in text for text in said)
    fixed = [line.replace("pool_x", "pool_b").replace(",much", ",1") for line in lines]
    fixed[3] = fixed[4]
    offers.write_text("\n".join(fixed) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        solve_offers(offers, path)
    said = [str(finding) for finding in caught.value.findings]
    assert any("offers.csv:2:" in text and "2031" in text for text in said)
    assert any("offers.csv:5:" in text and "stands twice" in text for text in said)
    assert all(finding.zh and finding.en for finding in caught.value.findings)


def test_a_rule_or_an_objective_without_its_input_is_refused_by_name_and_line(tmp_path: Path) -> None:
    rules = '  - {rule: change_band, lower: "-0.1", upper: "0.1"}\n  - {rule: local_capacity, kappa: "0.1"}\n'
    rules += "  - {rule: no_hidden_debt}\n"
    scenario = SCENARIO.replace("obj.water", "obj.birds") + rules
    with pytest.raises(InputError) as caught:
        solve_offers(*written(tmp_path, table(), scenario))
    found = {finding.path: finding for finding in caught.value.findings}
    assert set(found) == {
        "rules.change_band",
        "rules.local_capacity",
        "rules.no_hidden_debt",
        "objectives.obj.birds",
    }
    lines = scenario.splitlines()
    for path, finding in found.items():
        line = int(finding.where.rsplit(":", 2)[1])
        assert path.split(".", 1)[1] in lines[line - 1]
    assert "obj.habitat" in found["objectives.obj.birds"].en
    assert "缺少" in found["rules.local_capacity"].zh


def test_what_a_table_of_units_says_is_read_where_a_rule_needs_it(tmp_path: Path) -> None:
    """by hand: κ of 1/10 of 10 yuan leaves each county 100 fen of its own, less than every offer that costs it more."""
    frame = table(2)
    scenario = SCENARIO + '  - {rule: local_capacity, kappa: "0.1"}\n'
    offers, path = written(tmp_path, frame, scenario)
    units = pd.DataFrame({"region_code": list("ABCDE"), "unit_level": "county", "own_revenue_fen": 1000})
    units.to_csv(tmp_path / "regions.csv", index=False)
    outcome = solve_offers(offers, path, data=tmp_path)
    picked = frame[
        [o == chosen(outcome.tables["offers"])[u] for u, o in zip(frame["region_code"], frame["offer"], strict=True)]
    ]
    assert picked[B6].max() <= 100
    assert frame[B6].max() > 100


@pytest.mark.parametrize(("name", "amount"), [("payment_fen", 1), ("provincial_fen", 1), ("county_fen", -1)])
def test_the_audit_rejects_an_amount_that_is_not_the_tables(tmp_path: Path, name: str, amount: int) -> None:
    outcome = solve_offers(*written(tmp_path, table()))
    tables = dict(outcome.tables)
    allocation = tables["allocation"].copy()
    allocation[name] = allocation[name] + amount * (allocation.index == 0)
    checked = audit(outcome.resolved, outcome.inputs, tables | {"allocation": allocation})
    assert not checked["clean"]


def test_the_audit_rejects_two_offers_of_a_menu_and_a_benefit_that_does_not_add_up(tmp_path: Path) -> None:
    outcome = solve_offers(*written(tmp_path, table()))
    offers = outcome.tables["offers"].copy()
    offers.loc[int(np.flatnonzero(~offers["chosen"])[0]), "chosen"] = True
    checked = audit(outcome.resolved, outcome.inputs, dict(outcome.tables) | {"offers": offers})
    assert "given" in {check["rule"] for check in checked["checks"] if not check["clean"]}
    indicators = outcome.tables["indicators"].copy()
    indicators.loc[indicators["variable"] == "obj.habitat", "value"] += 1
    checked = audit(outcome.resolved, outcome.inputs, dict(outcome.tables) | {"indicators": indicators})
    assert [check["rule"] for check in checked["checks"] if not check["clean"]] == ["obj.habitat"]


def test_an_infeasible_table_ends_with_3_and_names_the_appropriation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """by hand: one offer each of 2 000 fen, two units, 30 yuan: 10 yuan are missing."""
    frame = table()[:2].assign(region_code=["A", "B"], offer="only")
    frame[[A6, A7, B6]] = [[2000, 0, 0], [2000, 0, 0]]
    offers, path = written(tmp_path, frame, SCENARIO.replace('members: ["E"]', 'members: ["A"]'))
    with pytest.raises(Infeasible) as caught:
        solve_offers(offers, path)
    [row] = caught.value.relaxations.to_dict("records")
    assert (row["stated"], row["suggested"]) == ("30.00", "40.00")
    with pytest.raises(SystemExit) as ended:
        main(["solve", "--offers", str(offers), "--scenario", str(path), "--out", str(tmp_path / "o"), "--lang", "zh"])
    assert ended.value.code == 3
    said = capsys.readouterr().err
    assert "habitat.yaml:7:" in said
    assert "增加 10.00 元" in said
    assert not (tmp_path / "o").exists()


def test_the_command_writes_an_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    offers, path = written(tmp_path, table())
    given = ["--offers", str(offers), "--scenario", str(path), "--out", str(tmp_path / "o"), "--objective", "water"]
    with pytest.raises(SystemExit) as ended:
        main(["solve", *given, "--lang", "en"])
    assert ended.value.code == 0
    assert "audit clean" in capsys.readouterr().out
    assert check_path(tmp_path / "o") == []
    with pytest.raises(SystemExit) as ended:
        main(["brief", str(tmp_path / "o"), "--lang", "en", "--format", "html"])
    assert ended.value.code == 2
    assert "no briefing of it" in capsys.readouterr().err
    wrong = SCENARIO.replace("mode: offers", "mode: offers\nmenus: {}")
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["solve", *given, "--lang", "en"])
    assert ended.value.code == 2
    assert "menus: unknown key" in capsys.readouterr().err


def test_binding_rules_are_those_of_the_other_road(tmp_path: Path) -> None:
    """other program: the step of one offer at a time, as runs of one's own name what binds."""
    loaded = load_offers_scenario(written(tmp_path, table(3))[1])
    assert isinstance(loaded, OffersScenario)
    ground = bare_ground(loaded)
    offers = read_offers(tmp_path / "offers.csv", ground.resolved, None, None)
    inputs, indices = unit_inputs(offers, None, ground.resolved)
    resolved = replace(ground.resolved, groups={"poor": ("E",)})
    problem = case_problem(resolved, inputs, indices, Menus(Offers(offers.frame, {}), ground.fixed))
    engine = Engine(problem)
    point = decide([engine], resolved.objectives).point
    chosen_at = chosen_offers(problem, point)
    slow = binding_rules(engine.model, point, chosen_at)
    fast = binding_by_menu(engine.model, point, chosen_at)
    assert {at: rules for at, rules in fast.items() if rules} == {at: rules for at, rules in slow.items() if rules}
    assert "envelope" in set(slow.values())


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        (("mode: offers", "mode: offer"), (), "3:7: mode: unknown mode 'offer'; did you mean 'offers'?"),
        (("stage: 1", "weight: 0.5"), (), "objectives: weights sum to 0.5, not 1"),
        (("", ""), ("habitat", "obj.habitat"), "--objective: objectives: names a column twice"),
        (("", ""), ("habit",), "--objective: objectives.obj.habit: obj.habit needs the column obj.habit"),
        (('members: ["E"]', "expression: listed"), (), "selects no unit: name it in the column `groups`"),
    ],
)
def test_a_wrong_call_is_one_finding_with_its_place(
    change: tuple[str, str], options: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    offers, scenario = written(tmp_path, table(), SCENARIO.replace(*change))
    with pytest.raises(InputError) as caught:
        solve_offers(offers, scenario, objectives=options)
    assert any(says in finding.text("en") for finding in caught.value.findings), caught.value


def test_a_column_is_asked_for_by_its_name_or_as_it_is_called(tmp_path: Path) -> None:
    offers, scenario = written(tmp_path, table())
    named, called = (solve_offers(offers, scenario, objectives=[name]) for name in ("habitat", "obj.habitat"))
    assert named.meta["objectives"] == called.meta["objectives"]


def test_other_verbs_say_that_such_a_scenario_needs_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, scenario = written(tmp_path, table())
    assert check_path(scenario) == []
    with pytest.raises(SystemExit) as ended:
        main(["run", str(scenario), "--lang", "en"])
    err = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("[")]
    assert (ended.value.code, len(err)) == (2, 1)
    assert f"{scenario}:3:7: mode: `mode: offers` has no menus of its own" in err[0]


def test_a_folder_in_place_of_the_table_is_called_one(tmp_path: Path) -> None:
    _, scenario = written(tmp_path, table())
    with pytest.raises(InputError, match="is a folder, not a table"):
        solve_offers(tmp_path, scenario)
