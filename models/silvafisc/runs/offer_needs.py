"""What rules and objectives read beside costs and benefits: refused by name where a table of offers does not bring it."""

from collections.abc import Iterator

import pandas as pd

from silvafisc.allocation.terms import COLUMN, term
from silvafisc.datasets import Finding
from silvafisc.policy import Scenario
from silvafisc.policy.offers_scenario import OffersScenario
from silvafisc.results import Resolved, UnitInputs

from .offer_table import OfferTable

_BARE = ("envelope", "priority_share", "local_capacity", "no_hidden_debt")
"""Rules that costs, funds, groups and the table of units are enough for."""
_STANDARDS = ("statutory_floor", "standards_only_rise", "published_values", "no_inversion")
_AREAS = ("eligible_area", "delivery_capacity")
_BENEFITS = ("carbon", "development")


def missing_inputs(
    scenario: Scenario | OffersScenario,
    resolved: Resolved,
    inputs: UnitInputs,
    table: OfferTable,
    *,
    full: bool,
    asked: bool = False,
) -> list[Finding]:
    """A finding for every rule and objective that lacks what it reads.

    full: the scenario brings the law and the tables of units; otherwise there are the offers and regions.csv alone.
    asked: the objectives are those of the call, not those of the scenario.
    """
    findings = []
    for place, spec in enumerate(resolved.rules):
        key = ("rules", place) if place < len(scenario.rules) else ("more_rules", place - len(scenario.rules))
        for en, zh in _of_rule(spec.rule, dict(spec.params), resolved, inputs, table, full):
            findings.append(_finding(scenario.where(*key), f"rules.{spec.rule}", spec.rule, en, zh))
    for place, objective in enumerate(resolved.objectives):
        where = "--objective" if asked else scenario.where("objectives", place)
        for en, zh in _of_objective(objective.term, table, full):
            findings.append(
                Finding(where, f"objectives.{objective.term}", f"{objective.term} {en}", f"{objective.term} {zh}")
            )
    return findings


def _finding(where: str, path: str, rule: str, en: str, zh: str) -> Finding:
    title = term(rule).TITLE
    return Finding(where, path, f"rule {rule} ({title['en']}) {en}", f"规则 {rule}（{title['zh']}）{zh}")


Said = tuple[str, str]
"""English, Chinese."""


def _of_rule(
    rule: str, params: dict[str, object], resolved: Resolved, inputs: UnitInputs, table: OfferTable, full: bool
) -> Iterator[Said]:
    if not full and rule not in _BARE:
        yield (
            "needs the law and the tables of a full scenario; leave it out, or solve with one",
            "需要完整情景的参数和数据表；请去掉该规则，或使用完整情景",
        )
        return
    if rule == "no_hidden_debt" and "repaid_by_appropriation" not in table.stated:
        yield "needs the column repaid_by_appropriation", "需要列 repaid_by_appropriation"
    if rule == "local_capacity" and not full:
        if params.get("kappa") is None:
            yield "needs its parameter kappa", "需要参数 kappa"
        for column in ("own_revenue_fen", "unit_level"):
            held = inputs.regions[column]
            lacking = list(inputs.regions["region_code"][held.isna() | (held.astype(str) == "")])
            if lacking:
                named = ", ".join(lacking[:5]) + (" …" if len(lacking) > 5 else "")
                yield (
                    f"needs {column} of every unit in regions.csv (--data); lacking for {named}",
                    f"需要 regions.csv（--data）中每个单位的 {column}；缺少 {named}",
                )
    recurring = table.frame["nature"] == "top_up"
    if rule in _STANDARDS:
        yield from _filled(table, "standard_yuan_per_mu", recurring & (table.frame["standard_fen"] < 0))
        yield from _menus(resolved, inputs, table)
    if rule in _AREAS:
        covered = table.frame["nature"].isin(["top_up", "task"])
        yield from _filled(table, "area_mu", covered & (table.frame["area_tenth_mu"] < 0))


def _of_objective(name: str, table: OfferTable, full: bool) -> Iterator[Said]:
    column = name if name.startswith(COLUMN) else f"{COLUMN}{name}"
    if name.startswith(COLUMN) or name in _BENEFITS:
        if column not in table.stated:
            there = ", ".join(sorted(c for c in table.stated if c.startswith(COLUMN))) or "—"
            yield f"needs the column {column}; there are {there}", f"需要列 {column}；现有 {there}"
    elif name == "adequacy":
        recurring = table.frame["nature"] == "top_up"
        yield from _filled(table, "standard_yuan_per_mu", recurring & (table.frame["standard_fen"] < 0))
        yield from _filled(table, "area_mu", recurring & (table.frame["area_tenth_mu"] < 0))
    elif not full:
        yield "needs the tables of a full scenario", "需要完整情景的数据表"


def _filled(table: OfferTable, column: str, empty: "pd.Series[bool]") -> Iterator[Said]:
    """Every offer that the rule reads must state the column."""
    if empty.any():
        offer = table.frame[empty].iloc[0]
        first = f"{offer['menu']}/{offer['offer']}"
        yield (
            f"needs {column} of every offer that it judges; {int(empty.sum())} have none, the first is {first}",
            f"需要所涉每个档次的 {column}；有 {int(empty.sum())} 个为空，第一个是 {first}",
        )


def _menus(resolved: Resolved, inputs: UnitInputs, table: OfferTable) -> Iterator[Said]:
    """A rule on standards compares units and periods, so every unit with certified area needs its menus."""
    offered = set(table.frame["menu"])
    areas = inputs.areas[inputs.areas["area_tenth_mu"] > 0]
    for category in resolved.categories:
        codes = areas["region_code"][areas["category"] == category.id]
        missing = [
            f"{code}/{category.id}/{period}"
            for code in sorted(codes)
            for period in resolved.periods
            if f"{code}/{category.id}/{period}" not in offered
        ]
        if missing:
            named = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
            yield (
                f"needs offers of {category.id} for every unit and period; lacking {named}",
                f"需要 {category.id} 每个单位、每个年度的档次；缺少 {named}",
            )
