"""Resolving a scenario: the law of each period, the grids, the payers, the groups."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, Scenario, load_scenario, shipped_scenarios
from silvafisc.quantities import entitlement, share
from silvafisc.results import Resolved, UnitInputs
from silvafisc.runs.groups import GROUP_FUNCTIONS
from silvafisc.runs.inputs import load_inputs
from silvafisc.runs.resolve import resolve

SCENARIO = """\
id: small
title: {zh: 小情景, en: Small}
kind: {zh: 情景测算, en: scenario estimate}
data: builtin:nation
policy_date: "2026-01-01"
periods: ["2026", "2027"]
horizon: 2060
funds:
  ecological_protection_restoration:
    measures: [compensation]
  reform_development:
    measures: [afforestation]
    appropriation: {"2026": "100.50", "2027": "200"}
    pots: [{nature: factor, grid: ["10", "20"]}]
    residue: factor
    opening_commitments:
      - {region_code: "520000", measure: afforestation, period: "2027", amount: "0.01"}
      - {region_code: "110000", measure: afforestation, period: "2026", amount: "3"}
categories:
  public_welfare_collective: {to: "17.5", step: "1"}
  public_welfare_state: {}
menus:
  afforestation: {standards: ["200", "300"], quantity_shares: ["0", "0.5"]}
objectives:
  - {term: development, stage: 1, eta: "0.5"}
  - {term: carbon, stage: 2, tolerance: 0.01}
rules:
  - {rule: envelope}
  - {rule: eligible_area}
  - {rule: cost_sharing}
  - {rule: local_capacity}
  - {rule: priority_share, group: poor, share: "0.3"}
groups:
  poor: {label: {zh: 困难, en: Poor}, expression: rural_income_below_median}
  named: {label: {zh: 列名, en: Named}, expression: listed}
"""


def _inputs(tiers: tuple[str, ...] = ("5", "1", "1")) -> UnitInputs:
    regions = pd.DataFrame(
        {
            "region_code": ["110000", "520000", "530000"],
            "payer_tier": list(tiers),
            "groups": ["east", "named;west", "west"],
            "rural_income_fen": [3000, 1000, 2000],
            "gdp_per_capita_fen": [9, 5, 4],
            "own_revenue_fen": [80, 30, 50],
            "expenditure_fen": [100, 100, 100],
        }
    )
    empty = pd.DataFrame()
    return UnitInputs(regions, empty, empty, empty, empty, empty, None, empty)


def _scenario(folder: Path, *edits: tuple[str, str], more: str = "") -> Scenario:
    text = SCENARIO + more
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def _resolved(folder: Path, *edits: tuple[str, str], more: str = "") -> Resolved:
    return resolve(_scenario(folder, *edits, more=more), ParameterTree.load(), _inputs())


def test_floors_and_grids_come_from_the_dated_law(tmp_path: Path) -> None:
    resolved = _resolved(tmp_path)
    collective = resolved.category("public_welfare_collective")
    # law: 16 yuan since 2019; by hand: 16, 17 and the stated top 17.50
    assert collective.floor_fen == {"2026": 1600, "2027": 1600}
    assert collective.levels_fen == (1600, 1700, 1750)
    assert collective.last_year_fen == 1600
    # assumption on record: floor + 8 yuan in steps of 1
    assert resolved.category("public_welfare_state").levels_fen == tuple(range(1000, 1900, 100))


def test_a_change_of_the_law_reaches_only_the_periods_of_its_days(tmp_path: Path) -> None:
    change = 'changes:\n  - {parameter: compensation.public_welfare_forest.collective, from: "2027-01-01", to: open, value: "17", reference: {title: proposal}}\n'
    collective = _resolved(tmp_path, more=change).category("public_welfare_collective")
    assert collective.floor_fen == {"2026": 1600, "2027": 1700}
    assert collective.levels_fen == (1600, 1700, 1750), (
        "2026 may still pay 16 yuan; each period drops what is below its floor"
    )
    assert collective.last_year_fen == 1600


def test_funds_take_what_is_stated_and_else_what_is_on_record(tmp_path: Path) -> None:
    resolved = _resolved(tmp_path)
    reform, protection = resolved.fund("reform_development"), resolved.fund("ecological_protection_restoration")
    assert reform.appropriation_fen == {"2026": 10050, "2027": 20000}
    assert reform.factor_pot_fen == (1000, 2000)
    assert (reform.residue, reform.factor_effectiveness) == ("factor", "0.5")
    # assumption on record: 36.0 and 37.5 bn yuan
    assert protection.appropriation_fen == {"2026": 3_600_000_000_000, "2027": 3_750_000_000_000}
    assert (protection.payer, protection.factor_pot_fen, protection.factor_effectiveness) == ("central", (), None)


def test_payers_instalments_and_floor_of_a_task(tmp_path: Path) -> None:
    task = _resolved(tmp_path).task("afforestation")
    # recalled: 80 % in tier 1, 10 % in tier 5; 70/30 in years 1 and 3; 200 yuan per mu
    assert task.payer_shares["1"] == (("central", "0.8"), ("provincial", "0.2"))
    assert task.payer_shares["5"] == (("central", "0.1"), ("provincial", "0.9"))
    assert task.instalments == ((0, "0.7"), (2, "0.3"))
    assert (task.floor_fen, task.standards_fen, task.fund) == (20000, (20000, 30000), "reform_development")


def test_factor_bands_are_the_template_and_the_band_on_record(tmp_path: Path) -> None:
    resolved = _resolved(tmp_path)
    bands = {spec.factor: (spec.low, spec.template, spec.high) for spec in resolved.factors}
    # by hand: 50/20/20/10 ± 5 points
    assert bands == {
        "task_need": ("0.45", "0.5", "0.55"),
        "forest_resource": ("0.15", "0.2", "0.25"),
        "fiscal_difficulty": ("0.15", "0.2", "0.25"),
        "performance": ("0.05", "0.1", "0.15"),
    }
    assert resolved.factor_step == "0.05"
    assert {spec.status for spec in resolved.factors} == {"assumption"}


def test_rules_objectives_groups_and_commitments(tmp_path: Path) -> None:
    resolved = _resolved(tmp_path)
    assert resolved.groups == {"named": ("520000",), "poor": ("520000",)}
    kappa = resolved.rule("local_capacity")
    assert kappa is not None
    assert kappa.params == {"kappa": "0.01"}
    assert [(o.term, o.stage, o.params) for o in resolved.objectives] == [
        ("development", 1, {"eta": "0.5"}),
        ("carbon", 2, {}),
    ]
    assert resolved.opening_commitments == (
        ("110000", "reform_development", "afforestation", "2026", 300),
        ("520000", "reform_development", "afforestation", "2027", 1),
    )
    assert resolved.notice_unit_fen == 1_000_000
    assert Resolved.from_json(resolved.to_json()) == resolved


def test_a_changed_assumption_moves_what_rests_on_it(tmp_path: Path) -> None:
    change = 'changes:\n  - {parameter: assumptions.allocation.local_capacity.kappa, from: "2026-01-01", to: open, value: "0.02", reference: {title: trial}}\n'
    rule = _resolved(tmp_path, more=change).rule("local_capacity")
    assert rule is not None
    assert rule.params["kappa"] == "0.02"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (('to: "17.5", step: "1"', 'to: "15", step: "1"'), "highest standard 15.00 lies below the statutory floor 16.00"),
        (('to: "17.5", step: "1"', 'levels: ["15", "17"]'), "standard 15.00 lies below the statutory floor 16.00"),
        (('["200", "300"]', '["150", "300"]'), "unit standard 150.00 lies below the standard in force 200.00"),
        (("expression: rural_income_below_median", 'members: ["999999"]'), "999999 is none of the units"),
        (('{region_code: "520000"', '{region_code: "440000"'), "440000 is none of the units"),
        (("expression: listed", "expression: listed}\n  nobody: {label: {zh: 无, en: None}, expression: listed"), "selects no unit"),
    ],
)  # fmt: skip
def test_what_the_units_or_the_law_contradict_is_found_with_its_line(
    edit: tuple[str, str], expected: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        _resolved(tmp_path, edit)
    shown = [finding for finding in caught.value.findings if expected in finding.en]
    assert shown, caught.value
    assert "scenario.yaml:" in shown[0].where
    assert shown[0].zh != shown[0].en


def test_a_unit_of_a_tier_without_shares_is_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"payers.common_fiscal_matters has no shares for payer tier '9' \(110000\)"):
        resolve(_scenario(tmp_path), ParameterTree.load(), _inputs(("9", "1", "1")))


def test_a_law_that_is_not_in_force_in_a_period_is_found(tmp_path: Path) -> None:
    edits = [
        ('policy_date: "2026-01-01"', 'policy_date: "2000-01-01"'),
        ('periods: ["2026", "2027"]', 'periods: ["2000", "2001"]'),
    ]
    edits += [('"2026": "100.50", "2027": "200"', '"2000": "100.50", "2001": "200"'), ('period: "2027"', 'period: "2001"'), ('period: "2026"', 'period: "2000"')]  # fmt: skip
    with pytest.raises(InputError, match=r"public_welfare_forest.collective is in force only from 2004-01-01"):
        _resolved(tmp_path, *edits)


def test_every_group_function_that_a_scenario_may_name_exists() -> None:
    regions = _inputs().regions
    answers = {name: function(regions, "west") for name, function in GROUP_FUNCTIONS.items()}
    assert answers == {
        "listed": ("520000", "530000"),
        "rural_income_below_median": ("520000",),
        "gdp_per_capita_below_median": ("530000",),
        "own_revenue_share_below_median": ("520000",),
        "payer_tier_1": ("520000", "530000"),
    }
    named = Scenario.model_json_schema()["$defs"]["Group"]["properties"]["expression"]["anyOf"][0]["enum"]
    assert sorted(named) == sorted(GROUP_FUNCTIONS)


def test_the_shipped_county_tables_resolve_and_are_marked_demonstration() -> None:
    scenario = load_scenario("county-demo")
    assert scenario.data_folder is not None
    inputs = load_inputs(scenario.data_folder, ParameterTree.load().on(scenario.policy_date))
    for table in inputs.tables().values():
        assert set(table["status"]) == {"assumption"}
        assert all("演示数据" in text for text in table["source"])
        assert tuple(sorted(set(table["region_code"]))) == inputs.codes
    assert set(inputs.ledger["demo"].astype(str)) != {"no"}
    resolved = resolve(scenario, ParameterTree.load(), inputs)
    assert resolved.groups["key_assistance"] == ("510726", "510727", "510822", "511921")
    # by hand: the provincial share of last year's standards stays below the appropriation
    tier = dict(zip(inputs.regions["region_code"], inputs.regions["payer_tier"], strict=True))
    due = Fraction(0)
    for code, name, area in inputs.areas[["region_code", "category", "area_tenth_mu"]].itertuples(index=False):
        category = resolved.category(name)
        part = share(dict(category.payer_shares[tier[code]])["provincial"])
        due += part * entitlement(category.last_year_fen or 0, int(area))
    assert due < resolved.fund("provincial_compensation").appropriation_fen["2026"]


def test_shipped_scenarios_name_their_rules_in_the_order_of_the_file() -> None:
    for name in shipped_scenarios():
        assert load_scenario(name).all_rules[0].rule == "envelope"
