"""Parameters of rules: exact, and refused by name where they are missing. A rule is never skipped in silence."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .case import Case
from .exact import fraction
from .finding import Check


def parameter(params: Mapping[str, Any], name: str, check: Check) -> str | None:
    """A parameter of a rule as text; refused by name where it is absent or a float (already inexact)."""
    value = params.get(name)
    if value is None or isinstance(value, float):
        zh, en = f"规则缺少参数 {name}（须为文本或整数）", f"the rule lacks its parameter {name} (text or whole number)"
        check.refuse(f"rules: {check.rule}", zh, en, found=repr(value))
        return None
    return str(value)


def share_parameter(params: Mapping[str, Any], name: str, check: Check) -> Fraction | None:
    """A parameter that is an exact share; refused by name where it cannot be read."""
    text = parameter(params, name, check)
    if text is None:
        return None
    try:
        return fraction(text)
    except ValueError:
        check.refuse(f"rules: {check.rule}", f"参数 {name} 不是精确的数", f"{name} is not an exact number", found=text)
        return None


def group_parameter(case: Case, params: Mapping[str, Any], check: Check) -> frozenset[str] | None:
    """The members of the group that a rule names; refused by name where the scenario has no such group."""
    name = parameter(params, "group", check)
    if name is None:
        return None
    if name not in case.resolved.groups:
        check.refuse(f"rules: {check.rule}", f"没有分组 {name}", f"there is no group {name}", found=name)
        return None
    return frozenset(case.resolved.groups[name])
