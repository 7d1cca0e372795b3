"""A rule whose inputs are not there is refused at its line, in both languages; nothing is skipped."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.allocation.sample import sample_inputs, sample_resolved
from tests.runs.test_resolve import SCENARIO

from silvafisc.datasets.findings import InputError
from silvafisc.policy import load_scenario
from silvafisc.results import RuleSpec
from silvafisc.runs.lacking import lacking

AGREEMENT: dict[str, Any] = {"payer": "110000", "receiver": "350000", "document": "signed", "amount": "1"}


@pytest.mark.parametrize(
    ("line", "spec", "path", "en"),
    [
        (
            "{rule: performance, factor: scores}",
            RuleSpec("performance", {"factor": "scores"}),
            "rules[5].factor",
            "no factor 'scores' in factors.csv",
        ),
        (
            '{rule: horizontal, payer: "110000", receiver: "999999", document: signed, amount: "1"}',
            RuleSpec("horizontal", AGREEMENT | {"receiver": "999999"}),
            "rules[5].receiver",
            "999999 is none of the units",
        ),
        (
            '{rule: horizontal, payer: "110000", receiver: "350000", document: signed, amount: "1", '
            'index: {"2026": "1"}, threshold: "1"}',
            RuleSpec("horizontal", AGREEMENT | {"index": {"2026": "1"}}),
            "rules[5].index",
            "has no value for 2027",
        ),
        (
            '{rule: horizontal, payer: "110000", receiver: "350000", document: signed, amount: "1", floor: "5", cap: "2"}',
            RuleSpec("horizontal", AGREEMENT | {"floor": "5", "cap": "2"}),
            "rules[5].floor",
            "floor 5 lies above cap 2",
        ),
        (
            '{rule: adjustment, mode: review, last_review: "2030"}',
            RuleSpec("adjustment", {"mode": "review", "last_review": "2030"}),
            "rules[5].last_review",
            "lies after the first period",
        ),
    ],
)
def test_what_a_rule_lacks_is_named_at_its_line(line: str, spec: RuleSpec, path: str, en: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    head, rest = SCENARIO.split("groups:\n")
    file.write_text(f"{head}  - {line}\ngroups:\n{rest}", encoding="utf-8")
    scenario = load_scenario(file)
    resolved = replace(sample_resolved(), rules=(*[RuleSpec("envelope")] * 5, spec))
    (finding,) = lacking(scenario, resolved, sample_inputs())
    assert (finding.path, en in finding.en, finding.zh != finding.en) == (path, True, True)
    number = file.read_text(encoding="utf-8").splitlines().index(f"  - {line}") + 1
    assert finding.where.startswith(f"{file}:{number}:")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{rule: horizontal, payer: "110000", receiver: "110000", document: signed, amount: "1"}', "the same unit"),
        ('{rule: horizontal, payer: "110000", receiver: "350000", amount: "1"}', "document"),
        ('{rule: horizontal, payer: "110000", receiver: "350000", document: signed}', "either `amount` or `area_mu`"),
        (
            '{rule: horizontal, payer: "110000", receiver: "350000", document: signed, amount: "1", threshold: "1"}',
            "`index` and `threshold` go together",
        ),
        ('{rule: performance, deduction: "1"}', "leaves a unit nothing"),
        ('{rule: performance, excellent: "ninety"}', "must be a quoted score"),
        ('{rule: performance, excellent: "9e1"}', "must be a quoted score"),
        ('{rule: carbon_target, target_tco2e: "1e9"}', "must be quoted tonnes > 0"),
        ('{rule: split, uses: {public: {patrol: {share: "0.7"}, public: {share: "0.3"}}}}', "leave the owner nothing"),
        ("{rule: adjustment, mode: yearly}", "mode"),
        ("{rule: unverified_weight, at_most: 0.5}", "must be a quoted decimal"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(line: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    head, rest = SCENARIO.split("groups:\n")
    file.write_text(f"{head}  - {line}\ngroups:\n{rest}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    assert any(expected in finding.text("en") for finding in caught.value.findings)


def test_scores_are_ordered_against_those_on_record_too() -> None:
    """The score that is left out comes from the record, so only the resolved rule shows that they cross."""
    inputs = sample_inputs()
    scores = {"factor": str(inputs.factors["factor"].iloc[0]), "poor": "95", "excellent": "90"}
    resolved = replace(sample_resolved(), rules=(RuleSpec("performance", scores),))
    (finding,) = lacking(load_scenario("nation-2026-2028"), resolved, inputs)
    assert (finding.path, finding.en) == ("rules[0].poor", "poor 95 lies above excellent 90")


def test_fewest_numbers_are_refused_where_none_is_published(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    lines = ["extends: county-demo", "id: case", "mode: case", "objectives:"]
    lines += ["  - {term: carbon, stage: 1}", "  - {term: simplicity, stage: 2}"]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    (finding,) = caught.value.findings
    assert (finding.where, finding.path) == (f"{file}:6:5", "objectives[1]")


def test_a_rule_listed_twice_is_shown_where_it_is_repeated(tmp_path: Path) -> None:
    file = tmp_path / "twice.yaml"
    file.write_text("extends: county-demo\nid: twice\nmore_rules:\n  - {rule: envelope}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    (finding,) = caught.value.findings
    assert (finding.where, finding.path) == (f"{file}:4:5", "more_rules[0]")
