"""Units, funds and changes of the case in which violations are planted (see conftest)."""

from dataclasses import replace
from typing import Any

from silvafisc.results import RuleSpec

A, B, C = "110001", "110002", "110003"
ECO, DEV = "ecological_protection_restoration", "reform_development"
STATE_B = {"region_code": B, "nature": "top_up", "category": "state"}


def with_rule(case: Any, name: str, **params: Any) -> None:
    """Put other parameters into a rule of the case."""
    rules = tuple(RuleSpec(r.rule, params) if r.rule == name else r for r in case.resolved.rules)
    case.resolved = replace(case.resolved, rules=rules)


def with_fund(case: Any, fund: str, **changes: Any) -> None:
    """Change fields of a fund of the case."""
    funds = tuple(replace(f, **changes) if f.id == fund else f for f in case.resolved.funds)
    case.resolved = replace(case.resolved, funds=funds)


def with_category(case: Any, category: str, **changes: Any) -> None:
    """Change fields of a category of the case."""
    specs = tuple(replace(c, **changes) if c.id == category else c for c in case.resolved.categories)
    case.resolved = replace(case.resolved, categories=specs)


def carried_out_one_fen_too_much(case: Any) -> None:
    """Where what is carried out and what lapses still sum to the rest."""
    case.add("envelopes", "carried_out_fen", 1, fund=ECO, period="2026")
    case.add("envelopes", "lapsed_fen", -1, fund=ECO, period="2026")
