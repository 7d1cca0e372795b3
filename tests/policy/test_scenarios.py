"""Scenarios: the shipped ones load, and every bad input is named at its line with both languages."""

import json
from pathlib import Path

import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, load_scenario, shipped_scenarios

SMALL = """\
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
    appropriation: {"2026": "36000000000", "2027": "36000000000"}
  reform_development:
    measures: [tending]
    pots: [{nature: factor, amount: "1000000000"}]
categories:
  public_welfare_state: {to: "12", step: "1"}
menus:
  tending: {standards: ["100", "120"], quantity_shares: ["0", "1"]}
factors:
  reform_development:
    task_need: {low: "0.4", high: "0.6", template: "0.5"}
    performance: {low: "0.4", high: "0.6", template: "0.5"}
objectives:
  - {term: carbon, weight: 0.5}
  - {term: development, weight: 0.5, eta: "1"}
rules:
  - {rule: envelope}
  - {rule: eligible_area}
  - {rule: cost_sharing}
  - {rule: priority_share, group: poor, share: "0.3"}
groups:
  poor: {label: {zh: 困难, en: Poor}, members: ["510000", "520000"]}
changes:
  - {parameter: compensation.public_welfare_forest.state, from: "2027-01-01", to: open, value: "11", reference: {title: a proposal}}
provisions:
  - {says: {zh: 提高, en: Raise}, changes: [compensation.public_welfare_forest.state]}
"""


def _write(folder: Path, text: str, name: str = "scenario.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _line(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_load_and_say_what_they_are(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.id == name
    assert "情景测算" in scenario.kind.zh
    assert scenario.caveats
    assert scenario.provisions
    assert all(bool(p.changes) != (p.not_modelled is not None) for p in scenario.provisions)


def test_the_default_scenario_is_as_the_mission_asks() -> None:
    scenario = load_scenario("nation-2026-2028")
    assert scenario.periods == ["2026", "2027", "2028"]
    assert sorted(scenario.funds) == ["ecological_protection_restoration", "reform_development"]
    assert scenario.grades.by_region
    # the mission asks for three to five; the fifth costs ten times the time for 0.1 % (decision 0004)
    assert (scenario.grades.minimum, scenario.grades.maximum) == (3, 4)
    assert any("Xinjiang corps" in caveat.en for caveat in scenario.caveats)


def test_the_variant_adds_two_rules_and_keeps_the_rest() -> None:
    base, variant = load_scenario("nation-2026-2028"), load_scenario("nation-2026-2028-protected")
    assert [r.rule for r in variant.all_rules] == [
        *(r.rule for r in base.all_rules),
        "change_band",
        "not_below_last_year",
    ]
    assert variant.funds == base.funds
    assert variant.where("rules", 0).split(":")[0].endswith("nation-2026-2028.yaml")
    assert variant.where("more_rules", 0).split(":")[0].endswith("nation-2026-2028-protected.yaml")


def test_a_scenario_is_frozen_plain_data(tmp_path: Path) -> None:
    scenario = load_scenario(_write(tmp_path, SMALL))
    with pytest.raises(Exception, match="frozen"):
        scenario.seed = 1
    assert json.loads(json.dumps(scenario.to_json()))["funds"]["reform_development"]["measures"] == ["tending"]
    change = scenario.parameter_changes()[0]
    assert change.where.endswith(f"scenario.yaml:{_line(SMALL, 'parameter: comp')}:17")


@pytest.mark.parametrize(
    ("old", "new", "at", "expected"),
    [
        ('"2026": "36000000000"', '"2026": "-5"', '"2026": "36', "funds.ecological_protection_restoration.appropriation.2026: must be >= 0 (got -5)"),
        ('"2026": "36000000000"', '"2026": 36e9', '"2026": "36', "must be a quoted decimal string"),
        ('"2026": "36000000000"', '"2026": 36000000000.5', '"2026": "36', "must be a quoted decimal string, such as '36000000000.5'"),
        ('"2026": "36000000000"', '"2026": "36.123"', '"2026": "36', "an amount of yuan has at most two decimals"),
        ('"2026": "36000000000"', '"2025": "36000000000"', '"2026": "36', "period 2025 is not listed in `periods`"),
        ('"2026": "36000000000", ', "", "appropriation:", "lacks the periods 2026"),
        ('"2026": "36000000000"', '2026: "36000000000"', '"2026": "36', "key 2026 must be quoted"),
        ('["2026", "2027"]', '["2026", "2028"]', "periods:", "periods must be consecutive years"),
        ('["2026", "2027"]', '[2026, "2027"]', "periods:", "must be quoted text: '2026'"),
        ("horizon: 2060", "horizon: 2026", "horizon:", "must not lie before the last period 2027 (got 2026)"),
        ("horizon:", "horizn:", "horizon:", "horizn: unknown key; did you mean 'horizon'?"),
        ("carbon, weight", "carbon, wieght", "{term: carbon", "objectives[0].wieght: unknown key; did you mean 'weight'?"),
        ("term: carbon", "term: carbn", "{term: carbon", "objectives[0]: unknown name 'carbn'; did you mean 'carbon'?"),
        ("weight: 0.5}", "weight: 0.7}", "objectives:", "objectives: weights sum to 1.2, not 1"),
        ("weight: 0.5}", "stage: 1}", "objectives:", "combined either by `stage` or by `weight`"),
        ("weight: 0.5}", "weight: .nan}", "{term: carbon", "objectives[0].weight: must be a finite number (got nan)"),
        ('"1"}\nrules', '1.0}\nrules', "{term: development", "objectives[1].eta: must be text (got 1.0)"),
        ("rule: envelope", "rule: envelop", "{rule: envelope", "rules[0]: unknown name 'envelop'; did you mean 'envelope'?"),
        ("  - {rule: cost_sharing}\n", "", "rules:", "rule cost_sharing is always in force and must be listed"),
        ("group: poor,", "group: poorr,", "{rule: priority_share", "rules[3].group: unknown group 'poorr'; did you mean 'poor'?"),
        ('share: "0.3"', "share: 0.3", "{rule: priority_share", "rules[3].share: must be a quoted decimal string"),
        ('share: "0.3"', 'share: "1.3"', "{rule: priority_share", "rules[3].share: must lie between 0 and 1 (got 1.3)"),
        ('["510000", "520000"]', '["510000", 520000]', "  poor:", "groups.poor.members[1]: a region code is text and must be quoted: '520000'"),
        ('["510000", "520000"]', '["510000", "5200"]', "  poor:", "a region code has six digits (got '5200')"),
        ('["510000", "520000"]', "[]", "  poor:", "selects no unit"),
        ('["510000", "520000"]', '["510000", "510000"]', "  poor:", "units named twice: ['510000']"),
        ('members: ["510000", "520000"]', "expression: rural_income_below_medain", "  poor:", "did you mean 'rural_income_below_median'?"),
        ("  reform_development:\n    measures: [tending]", "  reform_devlopment:\n    measures: [tending]", "  reform_development:\n    m", "unknown fund 'reform_devlopment'; did you mean 'reform_development'?"),
        ("measures: [tending]", "measures: [tendng]", "measures: [tending]", "unknown measure 'tendng'; did you mean 'tending'?"),
        ("measures: [tending]", "measures: [tending, restoration]", "measures: [tending]", "empty selection: nothing of restoration is paid by reform_development"),
        ("  public_welfare_state: {", "  public_welfare_stat: {", "  public_welfare_state: {", "unknown category 'public_welfare_stat'"),
        ('step: "1"', 'step: "0"', "  public_welfare_state: {", "step must be > 0"),
        ('["100", "120"]', '["120", "100"]', "  tending: {", "standards must ascend without repeats"),
        ('["0", "1"]', '["0.5", "1"]', "  tending: {", "quantity_shares must begin with '0'"),
        ('{nature: factor, amount: "1000000000"}', "{nature: factor}", "    pots:", "give either `amount` or `grid`"),
        ('{nature: factor, amount: "1000000000"}', '{nature: factor, amount: 1.0e9}', "    pots:", "must be a quoted decimal string"),
        ('performance: {low: "0.4", high: "0.6", template: "0.5"}', 'performance: {low: "0", high: "0.3", template: "0.3"}', "  reform_development:\n    task", "weights cannot sum to 1: the bands allow 0.4 to 0.9"),
        ('performance: {low: "0.4", high: "0.6", template: "0.5"}', 'performance: {low: "0.4", high: "0.6", template: "0.4"}', "  reform_development:\n    task", "template weights sum to 0.9, not 1"),
        ("    performance:", "    perfromance:", "    performance:", "unknown factor 'perfromance'; did you mean 'performance'?"),
        ("parameter: compensation.public_welfare_forest.state,", "parameter: compensation.public_welfare_forest.stat,", "parameter: comp", "unknown parameter 'compensation.public_welfare_forest.stat'; did you mean"),
        ("parameter: compensation.public_welfare_forest.state,", "parameter: compensation.public_welfare_forest.state_management_part,", "parameter: comp", "is repealed from 2015-01-01; a change cannot bring it back"),
        ("parameter: compensation.public_welfare_forest.state,", "parameter: provincial_standards.beijing.total,", "parameter: comp", "on record only"),
        ('value: "11"', "value: 11.5", "parameter: comp", "must be quoted text: '11.5'"),
        ("to: open", 'to: "2026-01-01"', "parameter: comp", "ends 2026-01-01 before it starts 2027-01-01"),
        ("to: open, ", "", "parameter: comp", "changes[0].to: is required and missing"),
        ("changes: [compensation.public_welfare_forest.state]", "changes: [compensation.public_welfare_forest.collective]", "  - {says", "unknown change 'compensation.public_welfare_forest.collective'"),
        ("changes: [compensation.public_welfare_forest.state]", "changes: []", "  - {says", "give either `changes` or `not_modelled`"),
        ("builtin:nation", "builtin:natoin", "data:", "unknown built-in data 'builtin:natoin'; did you mean 'builtin:nation'?"),
        ("builtin:nation", "tables", "data:", "there is no folder or workbook 'tables' beside the scenario"),
        ("id: small", "id: Small Scenario", "id:", "does not match"),
        ('policy_date: "2026-01-01"', "policy_date: 2026-01-01", "policy_date:", "a date must be quoted: '2026-01-01'"),
        ("horizon: 2060", "horizon: 2060\nhorizon: 2050", "periods: [", "duplicate key, first given in line 7"),
        ("  reform_development:\n    measures", "\treform_development:\n    measures", "  reform_development:\n    m", "a tab is used to indent; use spaces"),
    ],
)  # fmt: skip
def test_bad_input_is_named_at_its_line(old: str, new: str, at: str, expected: str, tmp_path: Path) -> None:
    assert old in SMALL
    path = _write(tmp_path, SMALL.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    found = [finding for finding in caught.value.findings if expected in finding.text("en")]
    assert found, "\n".join(finding.text("en") for finding in caught.value.findings)
    line = int(found[0].where.removeprefix(f"{path}:").split(":")[0])
    # A duplicate stands in the line after the one that it repeats.
    assert line == _line(SMALL, at) + (2 if "duplicate" in expected else 0)
    assert all(finding.zh and finding.zh != finding.en for finding in caught.value.findings)


def test_every_finding_comes_at_once(tmp_path: Path) -> None:
    text = (
        SMALL.replace("horizon:", "horizn:")
        .replace('"2026": "36000000000"', '"2026": "-5"')
        .replace("term: carbon", "term: carbn")
    )
    with pytest.raises(InputError) as caught:
        load_scenario(_write(tmp_path, text))
    shown = "\n".join(finding.text("en") for finding in caught.value.findings)
    assert len(caught.value.findings) == 4, shown
    for part in ("horizn: unknown key", "horizon: is required", "must be >= 0 (got -5)", "unknown name 'carbn'"):
        assert part in shown


def test_overlapping_changes_are_refused_at_the_second(tmp_path: Path) -> None:
    second = '  - {parameter: compensation.public_welfare_forest.state, from: "2027-06-01", to: open, value: "12", reference: {title: another}}\n'
    text = SMALL.replace("provisions:", second + "provisions:")
    with pytest.raises(InputError) as caught:
        load_scenario(_write(tmp_path, text))
    (finding,) = caught.value.findings
    assert finding.where.split(":")[-2] == str(_line(text, second))
    assert "overlaps the change of compensation.public_welfare_forest.state from 2027-01-01 to open" in finding.en


def test_an_empty_selection_is_refused(tmp_path: Path) -> None:
    start, end = SMALL.index("categories:"), SMALL.index("factors:")
    with pytest.raises(InputError, match="empty selection"):
        load_scenario(_write(tmp_path, SMALL[:start] + SMALL[end:]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("nation-2026-2029", "neither a file nor a shipped scenario"), ("missing.yaml", "cannot be read")],
)
def test_a_scenario_that_is_not_there_is_named(name: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(name)
    assert expected in caught.value.findings[0].en
    assert name in caught.value.findings[0].where


def test_extends_merges_mappings_replaces_lists_and_refuses_circles(tmp_path: Path) -> None:
    _write(tmp_path, SMALL, "base.yaml")
    text = 'id: child\nextends: base.yaml\nfunds:\n  reform_development:\n    carry_share: "0.5"\nperiods: ["2026"]\n'
    with pytest.raises(InputError) as caught:
        load_scenario(_write(tmp_path, text, "child.yaml"))
    assert [f.where.split("/")[-1].split(":")[0] for f in caught.value.findings] == ["base.yaml"], (
        "2027 is no longer listed"
    )
    child = load_scenario(_write(tmp_path, text.replace('periods: ["2026"]\n', ""), "child.yaml"))
    assert (child.id, child.funds["reform_development"].carry_share, child.seed) == ("child", "0.5", 0)
    assert child.funds["reform_development"].measures == ["tending"]
    _write(tmp_path, "id: a\nextends: b.yaml\n", "a.yaml")
    _write(tmp_path, "id: b\nextends: a.yaml\n", "b.yaml")
    with pytest.raises(InputError, match=r"b.yaml:2:10: extends: extends itself in a circle"):
        load_scenario(tmp_path / "a.yaml")
    with pytest.raises(InputError, match="extends: neither a file nor a shipped scenario"):
        load_scenario(_write(tmp_path, "id: c\nextends: nowhere\n", "c.yaml"))


def test_a_folder_of_tables_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    scenario = load_scenario(_write(tmp_path, SMALL.replace("builtin:nation", "tables")))
    assert scenario.data_folder == tmp_path / "tables"
    assert load_scenario("nation-2026-2028").data_folder is None


def test_every_changed_parameter_of_a_shipped_scenario_applies() -> None:
    for name in shipped_scenarios():
        changes = load_scenario(name).parameter_changes()
        assert ParameterTree.load().apply(changes).changes == changes
