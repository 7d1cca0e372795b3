"""The next year: its scenario and inputs follow from the predecessor and the events, and it is solved as any other.

Standards go on from what each unit was paid, commitments from the register, money carried over from the envelopes; scores
of monitoring stand for those in the table of factors, and acceptance opens the gates of the instalments that fall due.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd

from silvafisc.allocation.adjusting import Adjustment
from silvafisc.allocation.year.book import Book, Commitment
from silvafisc.allocation.year.commitments import Gate, closed, falling_due, gated, opened, supported
from silvafisc.datasets import Finding, InputError
from silvafisc.policy import ParameterTree, Scenario
from silvafisc.policy.scenario_checks import PREDECESSOR
from silvafisc.policy.scenario_files import derived_scenario, load_scenario
from silvafisc.policy.year_event import NewYear
from silvafisc.quantities import fen_to_yuan, share, yuan_to_fen
from silvafisc.results import Outcome, Resolved, UnitInputs

from .new_year_inputs import last_standards, next_inputs
from .prepare import Progress, prepare
from .resolve import resolve
from .run import settled
from .year_order import steps_behind
from .year_steps import recoveries_stated
from .year_tables import Events

Stated = dict[str, Any]


def new_year(before: Outcome, book: Book, events: Events, say: Progress) -> Outcome:
    """The solved outcome of the year after, with the year's tables handed on.

    Raises:
        InputError: the scenario of the new year lacks a number that nobody gave, or acceptance and scores do not fit.
        Infeasible: no allocation keeps all rules.
    """
    if before.resolved.loans and before.resolved.rule("instalments") is not None:
        # The rule asks acceptance of everything that is owed, and no check of survival decides on a loan's subsidies.
        en = (
            "the outcome has loans on offer and lists the rule `instalments`, which would release their later subsidies only "
            "after acceptance of the work; a new year follows where that rule is not listed"
        )
        zh = (
            "本结果含贷款贴息备选并列有 instalments 规则，该规则须凭验收结果兑付，而贴息不以验收为条件；"
            "未列该规则时可以结转到新年度"
        )
        raise events.refusal("kind", en, zh)
    year = before.resolved.periods[0]
    tiers = dict(zip(before.inputs.regions["region_code"], before.inputs.regions["payer_tier"], strict=True))
    register = book.year_commitments
    if not any(step.kind == "new_year" for step in steps_behind(before.meta)):
        register = tuple(sorted((*register, *opened(before.resolved))))
    register = closed(register, before.resolved, before.tables["allocation"], tiers, year, events.event.document)
    if before.resolved.loans:
        owed = supported(before.resolved, before.tables["finance"], tiers, year, events.event.document)
        register = tuple(sorted((*register, *owed)))
    base = _base(before, events)
    scenario = _next_scenario(before, base, register, events)
    tree = ParameterTree.load().apply(scenario.parameter_changes())
    rules = tree.on(scenario.policy_date)
    inputs = next_inputs(before, book, events, rules)
    first = resolve(scenario, tree, inputs, rules)
    _refuse_idle_tables(first, register, events)
    register = _after_acceptance(replace(book, year_commitments=register), first, inputs, events)
    scenario = _with_adjusted_levels(scenario, base, first)
    made = settled(prepare(scenario, progress=say, inputs=inputs), say)
    return replace(made, tables={**made.tables, **replace(book, year_commitments=register).tables()})


def _base(before: Outcome, events: Events) -> Scenario:
    """The scenario that the event names, else the one that the predecessor keeps."""
    event = events.event
    assert isinstance(event, NewYear)
    if event.scenario is not None:
        beside = events.folder / event.scenario
        base = load_scenario(beside if beside.is_file() else event.scenario)
        if base.periods[0] != event.year:
            en = f"its first period is {base.periods[0]}, the new year is {event.year}"
            raise events.refusal("scenario", en, f"首个年度为 {base.periods[0]}，新年度为 {event.year}")
        if any(use.opening_commitments or use.carried_in for use in base.funds.values()):
            en = "states opening commitments or money carried in, which follow from the predecessor"
            raise events.refusal("scenario", en, "列有 opening_commitments 或 carried_in；二者由上一结果得出，不应另列")
        return base
    stated = before.meta.get("scenario")
    if not stated:
        en = "the predecessor does not keep its scenario: name that of the new year under `scenario`"
        raise events.refusal("kind", en, "上一结果没有保存情景：请在 scenario 中写明新年度的情景")
    if (stated.get("carbon") or {}).get("yields"):
        en = (
            "the predecessor's yields lie in a folder of the user's: name the scenario of the new year under `scenario`"
        )
        raise events.refusal("kind", en, "上一结果使用用户目录中的碳产量：请在 scenario 中写明新年度的情景")
    return derived_scenario({**stated, "data": PREDECESSOR}, f"{before.resolved.id}.yaml")


def _next_scenario(before: Outcome, base: Scenario, register: tuple[Commitment, ...], events: Events) -> Scenario:
    """The base with its window moved by a year and everything that the predecessor decides."""
    event, stated = events.event, dict(base.to_json())
    assert isinstance(event, NewYear)
    moved = event.scenario is None
    periods = [str(int(period) + moved) for period in base.periods]
    findings: list[Finding] = []
    stated |= {
        "data": PREDECESSOR,
        "periods": periods,
        "policy_date": event.date if moved else base.policy_date,
    }
    stated.pop("extends", None)
    due = falling_due(register, periods)
    given = {(line["fund"], line["period"]): line for line in events.lines("appropriations")}
    findings += [
        Finding(
            line.where,
            "period",
            f"{period} is none of {', '.join(periods)}",
            f"{period} 不在 {'、'.join(periods)} 之内",
        )
        for (_, period), line in given.items()
        if period not in periods
    ]
    for lost in sorted({fund for _, fund, *_ in due} - set(stated["funds"])):
        en, zh = f"has no fund {lost}, which owes instalments", f"没有资金 {lost}，而该资金尚有到期的分期款"
        findings.append(Finding(events.where("scenario"), "scenario", en, zh))
    funds: Stated = {}
    for name, use in stated["funds"].items():
        funds[name] = _fund(name, dict(use), periods, given, events, findings)
        funds[name]["carried_in"] = _carried_in(before, name, periods[0])
        funds[name]["opening_commitments"] = [
            {"region_code": region, "measure": measure, "period": period, "amount": fen_to_yuan(fen)}
            for region, fund, measure, period, fen in due
            if fund == name
        ]
    if findings:
        raise InputError(findings)
    stated["funds"] = funds
    stated["categories"] = {
        name: _category(dict(use), last_standards(before, name)) for name, use in stated["categories"].items()
    }
    for key in ("rules", "more_rules"):
        stated[key] = [_rule(dict(rule), before.resolved) for rule in stated.get(key, ())]
    return derived_scenario(stated, f"{base.id}-{periods[0]}.yaml", base)


def _fund(
    name: str, use: Stated, periods: list[str], given: Mapping[Any, Any], events: Events, findings: list[Finding]
) -> Stated:
    """Appropriations and reserves of the new window: those stated go on, the table's go before them, none is made up."""
    known = {period: amount for period, amount in (use.get("appropriation") or {}).items() if period in periods}
    known |= {period: fen_to_yuan(line.fen) for (fund, period), line in given.items() if fund == name}
    absent = [period for period in periods if period not in known]
    if known or use.get("appropriation"):
        use["appropriation"] = known
        if absent:
            en = f"no appropriation of {name} for {', '.join(absent)}"
            findings.append(
                Finding(events.file("appropriations"), "amount_yuan", en, f"缺少 {name} {'、'.join(absent)}年度预算数")
            )
    reserve = {period: amount for period, amount in (use.get("reserve") or {}).items() if period in periods}
    for (fund, period), line in given.items():
        if fund == name and line.cells.get("reserve_yuan"):
            reserve[period] = fen_to_yuan(yuan_to_fen(line["reserve_yuan"]))
    use["reserve"] = reserve
    return use


def _carried_in(before: Outcome, fund: str, period: str) -> Stated:
    """What the predecessor's first period carries out of a fund."""
    lines = before.tables["envelopes"]
    mine = lines[(lines["fund"] == fund) & (lines["period"] == before.resolved.periods[0])]
    fen = int(mine["carried_out_fen"].sum())
    return {period: fen_to_yuan(fen)} if fen else {}


def _category(use: Stated, standards: Mapping[str, int]) -> Stated:
    """Last year's standard: the lowest that was paid, and that of every unit that was paid more."""
    if standards:
        least = min(standards.values())
        use["last_year"] = fen_to_yuan(least)
        use["last_year_by_unit"] = {code: fen_to_yuan(fen) for code, fen in sorted(standards.items()) if fen != least}
    return use


def _rule(rule: Stated, resolved: Resolved) -> Stated:
    """The way of adjusting goes on from last year, and reviews are counted from the same year."""
    spec = resolved.rule("adjustment")
    if rule["rule"] == "adjustment" and spec is not None:
        rule |= {"from_last_year": True, "last_review": str(spec.params["last_review"])}
    return rule


def _with_adjusted_levels(scenario: Scenario, base: Scenario, resolved: Resolved) -> Scenario:
    """The grid of standards with every one that the way of adjusting leads to."""
    spec = resolved.rule("adjustment")
    if spec is None:
        return scenario
    way, stated = Adjustment.of(spec.params), dict(scenario.to_json())
    for category in resolved.categories:
        starts = {category.last_year_fen, *category.last_year_by_unit_fen.values()} - {None}
        levels = set(category.levels_fen)
        for level in sorted(fen for fen in starts if fen is not None):
            for period in resolved.periods:
                level = max(way.next(level, int(period), category), category.floor_fen[period])
                levels.add(level)
        use = {k: v for k, v in stated["categories"][category.id].items() if k not in {"to", "step"}}
        stated["categories"][category.id] = use | {"levels": [fen_to_yuan(fen) for fen in sorted(levels)]}
    return derived_scenario(stated, f"{scenario.id}-{resolved.periods[0]}.yaml", base)


def _refuse_idle_tables(resolved: Resolved, register: tuple[Commitment, ...], events: Events) -> None:
    """Acceptance without the rule that reads it, or of instalments that nobody is owed, would be passed over."""
    acceptance, findings = events.inputs.get("acceptance"), list[Finding]()
    year = resolved.periods[0]
    due = {(row.region_code, row.measure) for row in register if (row.state, row.due_year) == ("due", year)}
    if acceptance is not None and resolved.rule("instalments") is None:
        en = "the scenario does not list the rule `instalments`, which reads it"
        findings.append(Finding(events.file("acceptance"), "", en, "情景未列出读取该表的规则 instalments"))
    held: set[tuple[str, str]] = set()
    for region, measure, period in () if acceptance is None else _gates(acceptance):
        held.add((region, measure))
        if period != year or (region, measure) not in due:
            en = f"nothing falls due for {region} {measure} {period} in {year}"
            zh = f"{year}年度没有 {region} {measure} {period} 到期的分期资金"
            findings.append(Finding(events.file("acceptance"), "region_code", en, zh))
    if resolved.rule("instalments") is not None and due - held:
        named = ", ".join(f"{region} {measure}" for region, measure in sorted(due - held))
        en, zh = (
            f"no result of acceptance for {named}, due in {year}",
            f"{year}年度到期的分期资金缺少验收结果：{named}",
        )
        findings.append(Finding(events.file("acceptance"), "region_code", en, zh))
    if findings:
        raise InputError(findings)


def _gates(acceptance: pd.DataFrame) -> list[Gate]:
    cells = (acceptance[name].astype(str) for name in ("region_code", "measure", "period"))
    return sorted(set(zip(*cells, strict=True)))


def _after_acceptance(book: Book, resolved: Resolved, inputs: UnitInputs, events: Events) -> tuple[Commitment, ...]:
    """The register with what acceptance withholds, and the recoveries that it opens."""
    failed, spec = dict[Gate, Fraction](), resolved.rule("instalments")
    recovered = Fraction(0) if spec is None else share(str(spec.params["recovered"]))
    withheld = {(region, measure, period) for region, _, measure, period, _ in resolved.withheld_commitments}
    if inputs.acceptance is not None:
        names = ("region_code", "measure", "period", "passed_share")
        for region, measure, period, found in zip(*(inputs.acceptance[n].astype(str) for n in names), strict=True):
            gate = region, measure, period
            if gate in withheld:
                failed[gate] = min(failed.get(gate, Fraction(1)), share(found))
    stated = {(line["region_code"], line["fund"], line["measure"]) for line in events.lines("recovery")}
    register, unknown = gated(book, failed, stated, recovered, events.event.document)
    if unknown:
        named = ", ".join(sorted({f"{row.region_code} {row.fund} {row.measure}" for row in unknown}))
        en = f"what was paid before the chain began for {named} is not on record; state what is to be recovered (0 if nothing)"
        zh = f"链条开始之前已付 {named} 的金额没有记录；请写明扣回金额（没有请写 0）"
        raise InputError([Finding(events.file("recovery"), "amount_yuan", en, zh)])
    return tuple(sorted((*register, *recoveries_stated(events))))
