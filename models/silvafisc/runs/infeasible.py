"""Why no allocation keeps all rules: what gives way least, alone or together, on which line, and what cannot give way.

Every number that is suggested has been put in and solved again before it is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import pandas as pd
from pydantic import TypeAdapter, ValidationError

from silvafisc.allocation.corrections import Correction, alone, together
from silvafisc.allocation.limits import FULL, Limit, Path, Statement, stated, statements, with_values
from silvafisc.allocation.menus import cost_column
from silvafisc.allocation.problem import Problem, Row
from silvafisc.allocation.relax import Written
from silvafisc.allocation.settle import SettlementError, settle
from silvafisc.allocation.terms import term
from silvafisc.datasets.findings import Finding
from silvafisc.policy.scenario_terms import AnyRule
from silvafisc.policy.yaml_source import dotted
from silvafisc.quantities import fen_to_yuan, tenths_to_mu
from silvafisc.results import Resolved

from .errors import Infeasible
from .meta import label_of
from .prepare import Prepared
from .spoken import Said, fund_name

COLUMNS = ["rule", "label", "scope", "amount", "unit", "where", "parameter", "stated", "suggested"]
MANDATORY = ("envelope", "eligible_area", "cost_sharing")
"""Rules that a scenario must list; they cannot be left out."""
_LOOSER = (0, 1, 4, 16, 64)
"""Steps by which a suggested number is loosened where the solver's tolerance had made it a little too tight."""
_SHOWN = 3
"""Rows of a rule without a number that a finding names; the table holds all."""


class Stating(Protocol):
    """A scenario of either kind: where its parts stand, and how many rules it lists itself."""

    @property
    def rules(self) -> Sequence[Any]:
        """Rules before those that are added."""

    def where(self, *path: str | int) -> str:
        """`file:line:column` of a part."""


def floors_within_envelopes(prepared: Prepared) -> None:
    """Rigid and committed money must fit each envelope before anything is chosen. Raises Infeasible naming the gap."""
    findings, gaps = [], []
    fixed = prepared.menus.fixed.table
    for fund in prepared.resolved.funds:
        for period in prepared.resolved.periods:
            column = cost_column(fund.id, fund.payer, period)
            known = int(fixed[column].sum()) if column in fixed else 0
            gap = known - fund.appropriation_fen[period] - fund.carried_in_fen.get(period, 0)
            if gap <= 0:
                continue
            path = ("funds", fund.id, "appropriation", period)
            where, now = prepared.scenario.where(*path), fund.appropriation_fen[period]
            short, least = fen_to_yuan(gap), fen_to_yuan(now + gap)
            head = ("envelope", f"{fund.id}/{period}", "alone", float(gap), "fen")
            gaps.append((*head, where, dotted(path), fen_to_yuan(now), least))
            findings.append(
                Finding(
                    where,
                    dotted(path),
                    f"statutory floors and commitments exceed the appropriation by {short} yuan; it must be at least {least}",
                    f"法定最低标准和已承诺支出超过预算 {short} 元；该项预算不得低于 {least} 元",
                )
            )
    if findings:
        raise Infeasible(findings, pd.DataFrame(gaps, columns=COLUMNS))


def explain_infeasible(scenario: Stating, resolved: Resolved, problems: Sequence[Problem]) -> Infeasible:
    """The smallest relaxation of each statement alone, else of the fewest together; and what cannot or does not help.

    Args:
        problems: the problems that were tried, one per α; none of them has an answer.
    """
    soft, written = statements(resolved), [Written(problem) for problem in problems]
    singles = [
        advice for correction in alone(written, soft) if (advice := _advice(scenario, resolved, correction, "alone"))
    ]
    found = singles
    if not singles:
        joint = together(written, soft)
        advice = _advice(scenario, resolved, joint, "together") if joint is not None else None
        found = [advice] if advice is not None else []
    findings = [finding for advice in found for finding in advice.findings]
    findings += _no_help(scenario, resolved, soft, found)
    rows = [row for advice in found for row in advice.rows]
    return Infeasible(findings, pd.DataFrame(rows, columns=COLUMNS))


@dataclass(frozen=True)
class _Advice:
    """What to change: findings for the reader, rows of the table, the statements that it concerns."""

    findings: tuple[Finding, ...]
    rows: tuple[tuple[Any, ...], ...]
    statements: tuple[Statement, ...]


def _advice(scenario: Stating, resolved: Resolved, correction: Correction, scope: str) -> _Advice | None:
    """The correction as numbers that a scenario can state, checked by solving again; None where that fails."""
    values = _confirmed(correction)
    if values is None:
        return None
    findings: list[Finding] = []
    rows: list[tuple[Any, ...]] = []
    changes = len(values) + sum(1 for statement in correction.statements if not statement.limits)
    how = _how(scope, changes)
    for statement in correction.statements:
        title = _title(resolved, statement)
        for limit in (limit for limit in statement.limits if limit in values):
            where = scenario.where(*scenario_path(scenario, limit.path))
            change = _change(resolved, limit, values[limit])
            path = dotted(scenario_path(scenario, limit.path))
            findings.append(
                Finding(
                    where,
                    path,
                    f"infeasible; {title.en}: {change.en}, {how.en}, makes it feasible (solved again to check)",
                    f"无可行方案；{title.zh}：{change.zh}，{how.zh}即可行（已重新求解核实）",
                )
            )
            amount = float(abs(values[limit] - limit.value))
            shown = (_shown(limit, limit.value), _shown(limit, values[limit]))
            rows.append((statement.name, _label(limit), scope, amount, limit.unit, where, path, *shown))
        short = [(row, missing) for owner, row, missing in correction.relaxed.short if owner == statement]
        if short:
            where = scenario.where(*scenario_path(scenario, statement.path))
            path = dotted(scenario_path(scenario, statement.path))
            findings.append(_short_finding(statement, title, short, where, path, how))
            rows += [(row.rule, row.label, scope, missing, row.unit, where, path, "", "") for row, missing in short]
    return _Advice(tuple(findings), tuple(rows), correction.statements)


def _how(scope: str, changes: int) -> Said:
    if scope == "alone" and changes == 1:
        return Said("单独改这一处", "by itself")
    if scope == "alone":
        return Said("与该规则的其余改动一并", "together with the other changes named for this rule")
    return Said("与所列其余改动一并", "together with the other changes named")


def _confirmed(correction: Correction) -> dict[Limit, Fraction] | None:
    """The numbers as a scenario states them, under which there is an answer that settles."""
    out = {s.path for s in correction.statements if not s.limits}
    for looser in _LOOSER:
        values = {
            limit: limit.moved(need) + limit.sign * limit.step * looser
            for limit, need in correction.relaxed.needs.items()
        }
        if not _statable(correction.problem.resolved, values):
            return None
        if _solvable(correction.problem, with_values(correction.problem.resolved, values), out):
            return values
    return None


def _statable(resolved: Resolved, values: dict[Limit, Fraction]) -> bool:
    """Whether the schema of the scenario takes the numbers (a share above 1 is no share)."""
    changed = with_values(resolved, values).rules
    try:
        for limit in values:
            if limit.path[0] == "rules":
                spec = changed[int(limit.path[1])]
                _RULE.validate_python({"rule": spec.rule, **spec.params})
    except ValidationError:
        return False
    return True


_RULE: TypeAdapter[Any] = TypeAdapter(AnyRule)


def _solvable(problem: Problem, resolved: Resolved, out: set[Path]) -> bool:
    """Whether the scenario with these numbers, and without the rules that are left out, has an allocation."""
    rules = tuple(spec for place, spec in enumerate(resolved.rules) if ("rules", place) not in out)
    written = Written(replace(problem, resolved=replace(resolved, rules=rules)))
    model = written.model()
    nothing = np.zeros(model.size)
    point = written.maximise(model, nothing)
    if point is None:
        return False
    try:
        settle(model, point, nothing)
    except SettlementError:
        return False
    return True


def _no_help(
    scenario: Stating, resolved: Resolved, soft: Sequence[Statement], found: Sequence[_Advice]
) -> list[Finding]:
    """What cannot be relaxed and why, and what may be but does not help."""
    findings = []
    hard = list(dict.fromkeys(spec.rule for spec in resolved.rules if not term(spec.rule).RELAXABLE))
    helping = {statement.path for advice in found for statement in advice.statements}
    idle = [_title(resolved, statement) for statement in soft if statement.path not in helping]
    nothing = (
        ("infeasible, and no relaxation helps; ", "无可行方案，放宽可放宽的规则后仍不可行；") if not found else ("", "")
    )
    if hard or not found:
        en = "; ".join(f"{term(name).TITLE['en']} ({term(name).LAW})" for name in hard) or "—"
        zh = "；".join(f"{term(name).TITLE['zh']}（{term(name).LAW}）" for name in hard) or "—"
        where = scenario.where("rules")
        findings.append(
            Finding(where, "rules", f"{nothing[0]}what cannot be relaxed: {en}", f"{nothing[1]}不可放宽：{zh}")
        )
    if idle and found and all(len(advice.statements) == 1 for advice in found):
        en, zh = ", ".join(title.en for title in idle), "、".join(title.zh for title in idle)
        where = scenario.where("rules")
        findings.append(
            Finding(where, "rules", f"relaxing these instead does not help: {en}", f"改为放宽下列各项仍不可行：{zh}")
        )
    return findings


def _short_finding(
    statement: Statement, title: Said, short: Sequence[tuple[Row, float]], where: str, path: str, how: Said
) -> Finding:
    """A rule without a number: where and by how much it would be broken, and what can be done."""
    worst = sorted(short, key=lambda entry: -entry[1])[:_SHOWN]
    named = [_amount(row, missing) for row, missing in worst]
    more = len(short) - len(worst)
    en = ", ".join(f"{row.label} {said.en}".strip() for (row, _), said in zip(worst, named, strict=True))
    zh = "、".join(f"{row.label} {said.zh}".strip() for (row, _), said in zip(worst, named, strict=True))
    en, zh = (f"{en} and {more} more", f"{zh} 等共 {len(short)} 处") if more else (en, zh)
    other = getattr(term(statement.name), "RELAXED_BY", None)
    if other is None and statement.name not in MANDATORY:
        other = {"en": "leave this line out", "zh": "去掉这一行"}
    out = (f"; {other['en']}", f"；{other['zh']}") if other else ("", "")
    return Finding(
        where,
        path,
        f"infeasible; {title.en} cannot be kept at {en}{out[0]}; {how.en} this makes it feasible (solved again to check)",
        f"无可行方案；{title.zh}在 {zh} 处无法满足{out[1]}；{how.zh}即可行（已重新求解核实）",
    )


def _amount(row: Row, missing: float) -> Said:
    if row.unit == "fen":
        text = fen_to_yuan(round(missing))
        return Said(f"{text} 元", f"{text} yuan")
    if row.unit == "tenth_mu":
        text = tenths_to_mu(round(missing))
        return Said(f"{text} 亩", f"{text} mu")
    return Said("", "")


def _title(resolved: Resolved, statement: Statement) -> Said:
    """A rule by its name and whom it concerns; a bound by its objective."""
    title = label_of(resolved.objectives[int(statement.path[1])]) if statement.path[0] == "objectives" else {}
    title = title or term(statement.name).TITLE
    if statement.path[0] == "objectives":
        return Said(f"目标“{title['zh']}”的下限", f"the bound on {title['en']}")
    if statement.path[-1] == FULL:
        return Said("全额分配", "Full allocation")
    params = resolved.rules[int(statement.path[1])].params
    whom = [str(params[key]) for key in ("group", "fund") if params.get(key)]
    return Said(
        title["zh"] + (f"（{'，'.join(whom)}）" if whom else ""),
        title["en"] + (f" ({', '.join(whom)})" if whom else ""),
    )


def _change(resolved: Resolved, limit: Limit, value: Fraction) -> Said:
    """The number as it stands and as it must be."""
    if limit.unit == "fen":
        _, fund, what, period = limit.path
        more, end = fen_to_yuan(int(value - limit.value)), fen_to_yuan(int(value))
        named = fund_name(str(fund))
        if what == "reserve":
            bare = not resolved.fund(str(fund)).reserve_reason
            zh, en = ("，并在 reserve_reason 写明原因", " with its `reserve_reason`") if bare else ("", "")
            now = fen_to_yuan(int(limit.value))
            return Said(
                f"{named.zh}{period}年预留 reserve 由 {now} 改为至少 {end} 元{zh}",
                f"`reserve` of {named.en} for {period} from {now} to at least {end} yuan{en}",
            )
        return Said(
            f"{named.zh}{period}年预算增加 {more} 元，至少为 {end} 元",
            f"{period} appropriation of {named.en} +{more} yuan, to at least {end} yuan",
        )
    now, end = (_shown(limit, number) for number in (limit.value, value))
    bound = Said("至少", "at least") if limit.sign > 0 else Said("至多", "at most")
    name = str(limit.path[-1])
    return Said(f"{name} 由 {now} 改为{bound.zh} {end}", f"{name} from {now} to {bound.en} {end}")


def _shown(limit: Limit, value: Fraction) -> str:
    """A number as the scenario states it."""
    return fen_to_yuan(int(value)) if limit.unit == "fen" else str(stated(limit, value))


def _label(limit: Limit) -> str:
    return "/".join(str(part) for part in limit.path[1:4:2]) if limit.path[0] == "funds" else str(limit.path[-1])


def scenario_path(scenario: Stating, path: Path) -> Path:
    """A place in `Resolved` as a place in the scenario: its rules are `rules`, then `more_rules`."""
    if path[0] == "rules" and int(path[1]) >= len(scenario.rules):
        return ("more_rules", int(path[1]) - len(scenario.rules), *path[2:])
    return path
