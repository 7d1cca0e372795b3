"""Infeasible scenarios name the gap or the smallest relaxation, and never half an answer."""

from pathlib import Path

import pytest

from silvafisc.datasets import InputError
from silvafisc.runs import Infeasible, run

VARIANT = """extends: county-demo
id: {id}
{body}
"""


def variant(folder: Path, name: str, body: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(VARIANT.format(id=name, body=body), encoding="utf-8")
    return path


def test_a_fund_below_the_sum_of_its_floors_is_refused_with_the_gap(tmp_path: Path) -> None:
    body = 'funds: {provincial_compensation: {appropriation: {"2026": "1000000", "2027": "280000000", "2028": "288000000"}}}'
    with pytest.raises(Infeasible) as caught:
        run(variant(tmp_path, "floor-gap", body))
    [finding] = caught.value.findings
    assert "provincial_compensation" in finding.path
    assert "2026" in finding.path
    assert "exceed" in finding.en
    assert "超过" in finding.zh
    assert caught.value.relaxations["amount"].iloc[0] > 0


@pytest.mark.slow
def test_rules_that_cannot_hold_together_name_the_smallest_relaxation(tmp_path: Path) -> None:
    """A group of listed counties cannot get 99 % of money that grades and floors spread over all."""
    body = 'more_rules:\n  - {rule: priority_share, group: key_assistance, share: "0.99", fund: provincial_forestry}'
    with pytest.raises(Infeasible) as caught:
        run(variant(tmp_path, "impossible", body))
    named = caught.value.relaxations
    assert "priority_share" in set(named["rule"])
    assert {"alone", "together"} & set(named["scope"])
    assert all(f.zh and f.en for f in caught.value.findings)


def test_an_objective_that_cannot_be_is_the_users_finding(tmp_path: Path) -> None:
    """Stability needs last year's table, which the shipped nation does not have."""
    path = tmp_path / "no-last-year.yaml"
    body = "extends: nation-2026-2028\nid: no-last-year\nobjectives: [{term: stability, stage: 1}]\n"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        run(path)
    [finding] = caught.value.findings
    assert finding.path == "objectives.stability"
    assert "last year" in finding.en
    assert "上年" in finding.zh


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (
            "provisions: []\nrules: [{rule: envelope, full_allocation: true}, {rule: statutory_floor}, {rule: cost_sharing},"
            " {rule: eligible_area}, {rule: delivery_capacity}, {rule: no_hidden_debt}]",
            "funds.provincial_compensation.reserve",
        ),
        ("assumptions: [{table: tasks, file: mine.csv, reason: mine}]", "assumptions[0]"),
        ("assumed_responses: ignore", "assumed_responses"),
        ('factor_step: "0.5"', "factor_step"),
    ],
)
def test_what_this_version_cannot_do_is_said_and_not_skipped(tmp_path: Path, body: str, path: str) -> None:
    with pytest.raises(InputError) as caught:
        run(variant(tmp_path, "not-built", body))
    assert path in {finding.path for finding in caught.value.findings}
