"""Every rule and objective is complete: stated, reasoned, audited and enumerated."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from silvafisc.allocation.audit import audited
from silvafisc.allocation.terms import term, term_names

HERE = Path(__file__).parent
# What the issue lists by name, so that a file that vanishes is missed.
RULES = {
    "envelope",
    "statutory_floor",
    "standards_only_rise",
    "cost_sharing",
    "local_capacity",
    "eligible_area",
    "delivery_capacity",
    "priority_share",
    "published_values",
    "no_inversion",
    "change_band",
    "not_below_last_year",
    "no_hidden_debt",
    "carbon_target",
    "unverified_weight",
    "adjustment",
    "performance",
    "need_cap",
    "one_channel",
    "task_kind",
    "split",
    "instalments",
    "carry_over",
    "horizontal",
}
OBJECTIVES = {"carbon", "development", "adequacy", "stability", "disparity", "simplicity"}


def is_rule(module: ModuleType) -> bool:
    return hasattr(module, "rows")


def test_every_rule_and_objective_of_the_design_has_its_file() -> None:
    assert {name for name in term_names() if is_rule(term(name))} >= RULES
    assert {name for name in term_names() if not is_rule(term(name))} >= OBJECTIVES


@pytest.mark.parametrize("name", term_names())
def test_it_is_either_a_rule_or_an_objective(name: str) -> None:
    module = term(name)
    assert is_rule(module) != hasattr(module, "objectives")


@pytest.mark.parametrize("name", term_names())
def test_it_has_a_title_in_both_languages(name: str) -> None:
    title = term(name).TITLE
    assert set(title) == {"zh", "en"}
    assert re.search(r"[\u4e00-\u9fff]", title["zh"])
    assert re.fullmatch(r"[ -~]+", title["en"])


@pytest.mark.parametrize("name", term_names())
def test_its_docstring_gives_the_formula_and_says_it_in_words(name: str) -> None:
    text = term(name).__doc__ or ""
    formula, found, words = text.partition("In words:")
    assert found, "no `In words:`"
    assert re.search(r"[=≤≥]|maximise", formula), "no formula before the words"
    assert len(words.split()) >= 8


@pytest.mark.parametrize("name", [name for name in term_names() if is_rule(term(name))])
def test_a_rule_names_its_law_and_whether_it_may_be_relaxed(name: str) -> None:
    module = term(name)
    assert isinstance(module.LAW, str)
    assert len(module.LAW) >= 5
    assert isinstance(module.RELAXABLE, bool)


@pytest.mark.parametrize("name", term_names())
def test_an_audit_file_of_the_same_name_exists_and_is_of_the_same_kind(name: str) -> None:
    kind = "rule" if is_rule(term(name)) else "objective"
    assert name in audited(kind)


def test_nothing_is_audited_that_no_term_asks_for() -> None:
    assert {*audited("rule"), *audited("objective")} == set(term_names())


@pytest.mark.parametrize("name", term_names())
def test_an_enumeration_test_exists(name: str) -> None:
    file = HERE / "terms" / f"test_{name}.py"
    assert file.exists(), f"{file.name} is missing"
    module = import_module(f"tests.allocation.terms.test_{name}")
    enumerations = [member for member in vars(module) if member.startswith("test_enumeration")]
    assert enumerations
    assert "enumeration" in (module.__doc__ or "")


def test_an_unknown_term_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(KeyError, match=r"no rule or objective 'envelop'.*envelope"):
        term("envelop")


def planted() -> dict[str, list[str]]:
    """Rule or objective -> the functions that plant a violation of it, over every tests/allocation/audit/test_planted*.py."""
    found: dict[str, list[str]] = {}
    for file in sorted((HERE / "audit").glob("test_planted*.py")):
        module = import_module(f"tests.allocation.audit.{file.stem}")
        for pairs in (getattr(module, name, []) for name in ("RULES", "OBJECTIVES")):
            for name, plant in pairs:
                found.setdefault(name, []).append(f"{file.stem}.{plant.__name__}")
    return found


@pytest.mark.parametrize("name", term_names())
def test_a_violation_is_planted_that_its_audit_must_reject(name: str) -> None:
    assert planted().get(name), f"no test_planted*.py lists a violation of {name!r} in RULES or OBJECTIVES"


def test_every_planted_violation_is_run_by_a_test_of_its_file() -> None:
    for file in sorted((HERE / "audit").glob("test_planted*.py")):
        module = import_module(f"tests.allocation.audit.{file.stem}")
        tests = [member for name, member in vars(module).items() if name.startswith("test_")]
        run = [mark.args[1] for test in tests for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
        for name in ("RULES", "OBJECTIVES"):
            listed = getattr(module, name, None)
            # A test may lay the ground between the rule and the violation: (rule, lay, plant).
            given = any(
                [line[:: len(line) - 1] for line in values if isinstance(line, tuple)] == listed for values in run
            )
            assert listed is None or given, f"{file.name}: {name} is run by no test"
