"""Why no allocation keeps all rules, and the smallest relaxation that would."""

from dataclasses import replace

import numpy as np
import pandas as pd

from silvafisc.allocation.blocks import whole
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import cost_column
from silvafisc.allocation.model import assemble
from silvafisc.allocation.problem import Aux, Objective, Part, Problem, Row
from silvafisc.allocation.solve import Session, Solution
from silvafisc.allocation.terms import rule_part, term
from silvafisc.datasets.findings import Finding
from silvafisc.quantities import fen_to_yuan

from .errors import Infeasible
from .prepare import Prepared

COLUMNS = ["rule", "label", "scope", "amount", "unit"]


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
            gaps.append(("envelope", f"{fund.id}/{period}", "alone", float(gap), "fen"))
            short = fen_to_yuan(gap)
            findings.append(
                Finding(
                    prepared.scenario.where("funds", fund.id),
                    f"funds.{fund.id}.appropriation.{period}",
                    f"statutory floors and commitments exceed the appropriation by {short} yuan",
                    f"法定最低标准和已承诺支出超过预算 {short} 元",
                )
            )
    if findings:
        raise Infeasible(findings, pd.DataFrame(gaps, columns=COLUMNS))


def explain_infeasible(prepared: Prepared, engine: Engine) -> Infeasible:
    """The smallest relaxation of each rule alone and of all together (elastic rows, least relative relaxation)."""
    problem = engine.problem
    rules = list(dict.fromkeys(spec.rule for spec in prepared.resolved.rules))
    soft = [name for name in rules if term(name).RELAXABLE]
    rows: list[tuple[str, str, str, float, str]] = []
    for name in soft:
        rows += _relaxed(problem, {name}, "alone")
    rows += _relaxed(problem, set(soft), "together")
    findings = []
    for rule, label, scope, amount, unit in rows:
        shown = f"{fen_to_yuan(round(amount))} yuan" if unit == "fen" else f"{amount:g} {unit}".strip()
        shown_zh = f"{fen_to_yuan(round(amount))} 元" if unit == "fen" else f"{amount:g} {unit}".strip()
        title = term(rule).TITLE
        how, how_zh = (
            ("by itself", "单独放宽即可") if scope == "alone" else ("together with the others named", "须一并放宽")
        )
        findings.append(
            Finding(
                prepared.scenario.where("rules"),
                f"rules.{rule} ({label})",
                f"infeasible; relaxing {title['en']} by {shown} {how} makes it feasible",
                f"无可行方案；{title['zh']}放宽 {shown_zh}，{how_zh}",
            )
        )
    if not findings:
        hard = ", ".join(name for name in rules if not term(name).RELAXABLE)
        findings.append(
            Finding(
                prepared.scenario.where("rules"),
                "rules",
                f"infeasible, and no relaxation of the rules that may be relaxed helps; what cannot be relaxed: {hard}",
                f"无可行方案，放宽可放宽的规则也无济于事；不可放宽的规则：{hard}",
            )
        )
    return Infeasible(findings, pd.DataFrame(rows, columns=COLUMNS))


def _relaxed(problem: Problem, soft: set[str], scope: str) -> list[tuple[str, str, str, float, str]]:
    """Rows of `soft` rules get a paid slack; the least total in proportion to the row's own size."""
    parts: list[Part] = []
    slacks: dict[str, Row] = {}
    for spec in problem.resolved.rules:
        part = rule_part(problem, spec)
        if spec.rule not in soft:
            parts.append(part)
            continue
        rows, variables = [], list(part.variables)
        for row in part.rows:
            if not row.relaxable:
                rows.append(row)
                continue
            name = f"relax/{len(slacks)}"
            slacks[name] = row
            aux = dict(row.aux)
            if np.isfinite(row.upper):
                aux[name] = -1.0
            if np.isfinite(row.lower):
                aux[name] = 1.0
            variables.append(Aux(name))
            rows.append(replace(row, aux=aux))
        parts.append(Part(tuple(rows), tuple(variables)))
    if not slacks:
        return []
    cost = {name: -1.0 / _size(row) for name, row in slacks.items()}
    objective = Objective("relaxation", "1", np.zeros(problem.size), aux=cost)
    model = assemble(problem, parts, [])
    session = Session(whole(model), seed=problem.resolved.seed, time_limit=problem.resolved.time_limit_seconds)
    solution: Solution = session.maximise(model.vector(objective), gap=problem.resolved.gap)
    if not solution.found:
        return []
    amounts = dict(zip((v.name for v in model.variables), solution.point[problem.size :], strict=True))
    return [
        (row.rule, row.label, scope, float(amounts[name]), row.unit)
        for name, row in slacks.items()
        if amounts[name] > 1e-6 * _size(row)
    ]


def _size(row: Row) -> float:
    """Natural size of a row: its limit, or its largest coefficient where the limit is zero."""
    limits = [abs(limit) for limit in (row.lower, row.upper) if np.isfinite(limit) and limit != 0]
    return max(limits, default=float(np.max(np.abs(row.values), initial=1.0)))
