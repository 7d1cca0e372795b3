"""The advice for an infeasible scenario is true: put into the scenario it gives an answer, one step tighter it does not."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from silvafisc.allocation.relax import Written
from silvafisc.cli.main import main
from silvafisc.policy import load_scenario
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.runs import Infeasible, resolve
from silvafisc.runs.infeasible import explain_infeasible
from silvafisc.runs.prepare import Prepared, case_engine, engines, prepare

COUNTIES = SCENARIOS / "county-demo"
BASE = """id: planted
title: {zh: 试算, en: trial}
kind: {zh: 情景测算, en: scenario estimate}
data: builtin:nation
policy_date: "2026-01-01"
periods: ["2026"]
horizon: 2060
funds:
  provincial_compensation:
    measures: [compensation]
    appropriation: {"2026": "MONEY"}
categories:
  public_welfare_state: {fund: provincial_compensation, payers: payers.province_and_counties, to: "14", step: "0.5", last_year: "12"}
  public_welfare_collective: {fund: provincial_compensation, payers: payers.province_and_counties, to: "20", step: "0.5", last_year: "18"}
grades: {by_region: true, alphas: ["0.5"], cut_offs: 4, minimum: 2, maximum: 2}
groups:
  key_assistance: {label: {zh: 重点帮扶县, en: Counties under key assistance}, expression: listed}
assumed_responses: rank
"""
RULES = """rules:
  - {rule: envelope}
  - {rule: cost_sharing}
  - {rule: eligible_area}
  - {rule: statutory_floor}
"""
SHARE = '  - {rule: priority_share, group: key_assistance, share: "0.97", fund: provincial_compensation}\n'
BAND = '  - {rule: change_band, lower: "-0.02", upper: "0.3"}\n'


def written(
    folder: Path, mode: str, *rules: str, money: str = "272000000", bound: str = ""
) -> tuple[Prepared, list[Written]]:
    """The scenario as a file, prepared, with its problems."""
    path = folder / "planted.yaml"
    objectives = f"mode: {mode}\nobjectives: [{{term: carbon, stage: 1{bound}}}]\n"
    path.write_text(BASE.replace("MONEY", money) + objectives + RULES + "".join(rules), encoding="utf-8")
    return read(path)


def read(path: Path) -> tuple[Prepared, list[Written]]:
    """A scenario that differs from `BASE` in money, mode, bounds and rules."""
    # Offers depend on nothing that differs between these files: they are computed once.
    base, scenario = _base(BASE.replace("MONEY", "272000000")), load_scenario(path)
    prepared = replace(base, scenario=scenario, resolved=resolve(scenario, base.tree, base.inputs))
    solvers = [case_engine(prepared)] if prepared.resolved.mode == "case" else engines(prepared)
    return prepared, [Written(solver.problem) for solver in solvers]


@cache
def _base(head: str) -> Prepared:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "base.yaml"
        path.write_text(head + "objectives: [{term: carbon, stage: 1}]\n" + RULES, encoding="utf-8")
        return prepare(path, COUNTIES)


def solvable(problems: list[Written]) -> bool:
    models = [(problem, problem.model()) for problem in problems]
    return any(problem.maximise(model, np.zeros(model.size)) is not None for problem, model in models)


def advice(prepared: Prepared, problems: list[Written]) -> Infeasible:
    assert not solvable(problems)
    return explain_infeasible(prepared.scenario, prepared.resolved, [problem.problem for problem in problems])


def by_rule(said: Infeasible) -> dict[str, dict[str, str]]:
    """rule -> its row of the relaxations as text."""
    return {str(row["rule"]): {str(k): str(v) for k, v in row.items()} for row in said.relaxations.to_dict("records")}


def line_of(where: str) -> str:
    """The line of a scenario at `file:line:column`."""
    file, line, _ = where.rsplit(":", 2)
    return Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1].strip()


@pytest.mark.parametrize("mode", ["rule", "case"])
def test_a_share_out_of_reach(tmp_path: Path, mode: str) -> None:
    """The file and the line of the rule, the share that can be had, and not a ten-thousandth more."""
    said = advice(*written(tmp_path, mode, SHARE, BAND))
    row = by_rule(said)["priority_share"]
    finding = next(f for f in said.findings if f.path == "rules[4].share")
    assert (row["scope"], row["stated"], row["parameter"]) == ("alone", "0.97", "rules[4].share")
    assert line_of(finding.where) == SHARE.strip()
    assert f"share from 0.97 to at most {row['suggested']}, by itself" in finding.en
    assert f"share 由 0.97 改为至多 {row['suggested']}，单独改这一处" in finding.zh
    for more, holds in ((0.0, True), (0.0001, False)):
        rule = SHARE.replace("0.97", f"{float(row['suggested']) + more:.4f}")
        assert solvable(written(tmp_path, mode, rule, BAND)[1]) is holds


@pytest.mark.parametrize("mode", ["rule", "case"])
def test_a_band_that_the_money_cannot_pay(tmp_path: Path, mode: str) -> None:
    """Either more money, to the fen, or a wider band: each alone, each on its own line, each true."""
    band = BAND.replace("-0.02", "0.25")
    said = advice(*written(tmp_path, mode, band, money="265000000"))
    money, lower = by_rule(said)["envelope"], by_rule(said)["change_band"]
    assert set(said.relaxations["scope"]) == {"alone"}
    assert (money["parameter"], money["stated"]) == ("funds.provincial_compensation.appropriation.2026", "265000000.00")
    assert line_of(money["where"]) == 'appropriation: {"2026": "265000000"}'
    assert (lower["parameter"], lower["stated"]) == ("rules[4].lower", "0.25")
    enough = written(tmp_path, mode, band, money=money["suggested"])
    assert solvable(enough[1])
    short = f"{float(money['suggested']) - 0.01:.2f}"
    assert not solvable(written(tmp_path, mode, band, money=short)[1])
    assert solvable(written(tmp_path, mode, band.replace("0.25", lower["suggested"]), money="265000000")[1])
    text = next(f for f in said.findings if f.path == money["parameter"])
    more = float(money["suggested"]) - 265_000_000
    assert f"+{more:.2f} yuan" in text.en
    assert f"增加 {more:.2f} 元" in text.zh


def test_a_bound_on_an_objective_gives_way_like_a_rule(tmp_path: Path) -> None:
    said = advice(*written(tmp_path, "case", bound=", at_least: 1.0e12"))
    [row] = said.relaxations.to_dict("records")
    assert (row["parameter"], row["scope"]) == ("objectives[0].at_least", "alone")
    assert solvable(written(tmp_path, "case", bound=f", at_least: {float(row['suggested'])}")[1])
    assert "the bound on Added carbon" in said.findings[0].en
    assert "下限" in said.findings[0].zh


def test_what_no_single_change_mends_is_mended_by_the_fewest_together(tmp_path: Path) -> None:
    """A share and a bound that each are out of reach: both must move, and nothing else is named."""
    prepared, problems = written(tmp_path, "case", SHARE, BAND, bound=", at_least: 1.0e12")
    said = advice(prepared, problems)
    assert set(said.relaxations["scope"]) == {"together"}
    assert {rule: line_of(row["where"]) for rule, row in by_rule(said).items()} == {
        "priority_share": SHARE.strip(),
        "carbon": "objectives: [{term: carbon, stage: 1, at_least: 1.0e12}]",
    }
    values = dict(zip(said.relaxations["rule"], said.relaxations["suggested"], strict=True))
    changed = written(
        tmp_path,
        "case",
        SHARE.replace("0.97", values["priority_share"]),
        BAND,
        bound=f", at_least: {float(values['carbon'])}",
    )
    assert solvable(changed[1])
    assert all("together with the other changes" in f.en for f in said.findings[:2])


def test_what_is_inherited_is_named_in_the_file_where_it_stands(tmp_path: Path) -> None:
    """The bound stands in a scenario, the share in another that extends it: each is named where it can be changed."""
    written(tmp_path, "case", BAND, bound=", at_least: 1.0e12")
    path = tmp_path / "child.yaml"
    path.write_text(f"extends: planted.yaml\nid: child\nmore_rules:\n{SHARE}", encoding="utf-8")
    said = advice(*read(path))
    found = {rule: (row["where"], row["parameter"]) for rule, row in by_rule(said).items()}
    assert set(found) == {"carbon", "priority_share"}
    for rule, file, parameter, line in (
        ("carbon", "planted.yaml", "objectives[0].at_least", "at_least: 1.0e12"),
        ("priority_share", "child.yaml", "more_rules[0].share", SHARE.strip()),
    ):
        where, named = found[rule]
        assert (Path(where.rsplit(":", 2)[0]).name, named) == (file, parameter)
        assert line in line_of(where)


def test_what_cannot_be_relaxed_is_listed_with_its_law_and_what_does_not_help_is_said(tmp_path: Path) -> None:
    said = advice(*written(tmp_path, "case", SHARE, BAND))
    hard = next(f for f in said.findings if "cannot be relaxed" in f.en)
    assert "Statutory floor (" in hard.en
    assert "Cost sharing (" in hard.en
    assert "不可放宽" in hard.zh
    idle = next(f for f in said.findings if "does not help" in f.en)
    assert "Eligible area" in idle.en
    assert "Priority share" not in idle.en


def test_the_command_ends_with_3_and_the_line_to_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, "case", SHARE, BAND, bound="}, {term: development, stage: 2")
    for verb in (["run", "--out", str(tmp_path / "o")], ["frontier"]):
        with pytest.raises(SystemExit) as ended:
            main([verb[0], str(tmp_path / "planted.yaml"), "--data", str(COUNTIES), "--lang", "en", *verb[1:]])
        said = capsys.readouterr().err
        assert ended.value.code == 3
        assert re.search(r"planted\.yaml:\d+:\d+: rules\[4\]\.share: infeasible; Priority share", said)
        assert "cannot be relaxed" in said
    assert not (tmp_path / "o").exists()
