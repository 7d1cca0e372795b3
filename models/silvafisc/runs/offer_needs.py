"""What rules and objectives read beside costs and benefits: refused by name where a table of offers does not bring it."""

from collections.abc import Iterator

import pandas as pd

from silvafisc.allocation.menus.tonnes import CARBON, CREDITED
from silvafisc.allocation.terms import COLUMN, term
from silvafisc.datasets import Finding
from silvafisc.policy import Scenario
from silvafisc.policy.offers_scenario import OffersScenario
from silvafisc.results import ObjectiveSpec, Resolved, UnitInputs

from .bare_needs import Bare, Said, bare_needs, filled, menus_of_categories
from .offer_table import OfferTable, shared_categories

_STANDARDS = ("statutory_floor", "standards_only_rise", "published_values", "no_inversion")
_ONE_STANDARD = (*_STANDARDS, "adjustment", "eligible_area", "split", "adequacy", "simplicity")
"""Rules and objectives that know one standard, and one area, of each category."""
_AREAS = ("eligible_area", "delivery_capacity")
_BENEFITS = ("carbon", "development")


def missing_inputs(
    scenario: Scenario | OffersScenario,
    resolved: Resolved,
    inputs: UnitInputs,
    indices: pd.DataFrame,
    table: OfferTable,
    *,
    full: bool,
    asked: bool = False,
) -> list[Finding]:
    """A finding for every rule and objective that lacks what it reads.

    full: the scenario brings the law and the tables of units; otherwise the offers and regions.csv say what is known.
    asked: the objectives are those of the call, not those of the scenario.
    """
    findings = []
    bare = None if full else Bare(resolved, inputs, indices, table)
    for place, spec in enumerate(resolved.rules):
        key = ("rules", place) if place < len(scenario.rules) else ("more_rules", place - len(scenario.rules))
        for en, zh in _of_rule(spec.rule, dict(spec.params), resolved, inputs, table, bare):
            findings.append(_finding(scenario.where(*key), f"rules.{spec.rule}", spec.rule, en, zh))
    for place, objective in enumerate(resolved.objectives):
        where = "--objective" if asked else scenario.where("objectives", place)
        for en, zh in _of_objective(objective, inputs, table, bare):
            findings.append(
                Finding(where, f"objectives.{objective.term}", f"{objective.term} {en}", f"{objective.term} {zh}")
            )
    return findings


def _finding(where: str, path: str, rule: str, en: str, zh: str) -> Finding:
    title = term(rule).TITLE
    return Finding(where, path, f"rule {rule} ({title['en']}) {en}", f"规则 {rule}（{title['zh']}）{zh}")


def _of_rule(
    rule: str, params: dict[str, object], resolved: Resolved, inputs: UnitInputs, table: OfferTable, bare: Bare | None
) -> Iterator[Said]:
    if rule in _ONE_STANDARD:
        yield from _shared(table)
    if rule == "no_hidden_debt" and "repaid_by_appropriation" not in table.stated:
        yield "needs the column repaid_by_appropriation", "需要列 repaid_by_appropriation"
    if rule == "carbon_target":
        yield from _column(table, CREDITED if params.get("carbon") == "credited" else CARBON)
        yield from _draws(inputs, bare is not None)
        if bare is not None and params.get("carbon") == "importance":
            yield from bare_needs("importance", {}, bare)
    if bare is not None:
        yield from bare_needs(rule, params, bare)
        return
    recurring = table.frame["nature"] == "top_up"
    if rule in _STANDARDS:
        yield from filled(table, "standard_yuan_per_mu", recurring & (table.frame["standard_fen"] < 0))
        yield from menus_of_categories(resolved, inputs, table)
    if rule in _AREAS:
        covered = table.frame["nature"].isin(["top_up", "task"])
        yield from filled(table, "area_mu", covered & (table.frame["area_tenth_mu"] < 0))


def _of_objective(spec: ObjectiveSpec, inputs: UnitInputs, table: OfferTable, bare: Bare | None) -> Iterator[Said]:
    name = spec.term
    if name in _ONE_STANDARD:
        yield from _shared(table)
    if name.startswith(COLUMN) or name in _BENEFITS:
        column = name if name.startswith(COLUMN) else f"{COLUMN}{name}"
        yield from _column(table, CREDITED if spec.params.get("carbon") == "credited" else column)
        if "risk" in spec.params:
            yield from _draws(inputs, bare is not None)
        if bare is not None and spec.params.get("carbon") == "importance":
            yield from bare_needs("importance", {}, bare)
    elif bare is not None:
        yield from bare_needs(name, spec.params, bare)
    elif name == "adequacy":
        recurring = table.frame["nature"] == "top_up"
        yield from filled(table, "standard_yuan_per_mu", recurring & (table.frame["standard_fen"] < 0))
        yield from filled(table, "area_mu", recurring & (table.frame["area_tenth_mu"] < 0))


def _shared(table: OfferTable) -> Iterator[Said]:
    for category, measures in shared_categories(table.frame).items():
        en = (
            f"needs one measure in each category; {category} has {', '.join(measures)}: give each a category of its own"
        )
        yield en, f"要求每个类别只含一项措施；{category} 含 {'、'.join(measures)}：请分列为不同类别"


def _column(table: OfferTable, column: str) -> Iterator[Said]:
    if column not in table.stated:
        there = ", ".join(sorted(c for c in table.stated if c.startswith(COLUMN))) or "—"
        yield f"needs the column {column}; there are {there}", f"需要列 {column}；现有 {there}"


def _draws(inputs: UnitInputs, bare: bool) -> Iterator[Said]:
    if bare:
        yield (
            "draws are not read with a table of offers alone: use a scenario with its own data",
            "仅有可选方案表时不读取抽样表：请改用带自有数据的情景",
        )
    elif inputs.draws is None:
        yield (
            "needs a table of draws: put draws.csv into the folder of --data",
            "需要抽样表：请把 draws.csv 放入 --data 指定的文件夹",
        )
