"""What else is nearly as good: audited plans within a stated loss, and what all of them share."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from silvafisc.allocation.alternatives import Alternative, core, floors_of
from silvafisc.allocation.alternatives import alternatives as farthest
from silvafisc.allocation.audit import audit
from silvafisc.allocation.difference import MEASURES, Measure, Number, numbers_of
from silvafisc.allocation.nested import granted
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.solve import TimeEnded
from silvafisc.allocation.tables import outcome_tables
from silvafisc.policy import Scenario
from silvafisc.quantities import fen_to_yuan

from .answers import Answer, Basis, basis, changes, percent, plain, quantity, refused
from .loan_tables import loan_tables
from .prepare import Progress
from .run import AuditError
from .spoken import Said, join, yuan

LOSS, COUNT = 0.01, 5
# How far apart plans are need not be proven to the last yuan; that they are within the loss is exact.
GAP = 0.01


def alternatives(
    scenario: str | Path | Scenario | Basis,
    *,
    data: str | Path | None = None,
    loss: float = LOSS,
    count: int = COUNT,
    measure: Measure = "money",
    progress: Progress | None = None,
) -> Answer:
    """Up to `count` plans that keep every rule and lose at most `loss` of each deciding objective, as different from the
    best plan and from each other as can be found.

    Args:
        loss: share of what choices bring to an objective (money that is no choice does not count), 0 … 1.
        measure: `money`: fen that units get more or less; `numbers`: published numbers (case mode: offers) that differ.

    Returns:
        alternatives (plan 0 is the best one), alternative_objectives, alternative_units, alternative_standards (rule
        mode), core (every number, and whether it is the same in all plans).

    Raises:
        InputError, Infeasible: as `run`; a loss outside 0 … 1. AuditError: a plan that the audit does not confirm.
    """
    say = progress or (lambda text: None)
    known = basis(scenario, data, say)
    if not 0 <= loss < 1 or count < 1 or measure not in MEASURES:
        en = "the loss must lie in 0 … 1, the count be at least 1, the measure money or numbers"
        raise refused(known.prepared, "alternatives", en, "损失须在 0—1 之间，个数至少为 1，度量为 money 或 numbers")
    engine = known.decision.engine
    least = floors_of(engine, known.point, known.terms, loss)
    for spec in known.prepared.resolved.objectives:
        if spec.at_least is not None:
            floor = spec.at_least - engine.objectives[spec.term][0].constant
            least[spec.term] = max(floor, least.get(spec.term, floor))
    plans = [Alternative(known.point, 0, 0.0)]
    say("alternatives 1")
    ended: list[Said] = []
    try:
        for plan in farthest(engine, known.point, least, count, measure, GAP):
            plans.append(plan)
            if len(plans) <= count:
                say(f"alternatives {len(plans)}")
    except TimeEnded as error:
        ended.append(Said(f"{error.zh}。", f"{error.en[0].upper()}{error.en[1:]}."))
    tables = _tables(known, plans, measure)
    told = [] if ended and len(plans) == 1 else _said(known, plans, tables, loss, measure)
    return Answer(tables, (*told, *ended, *known.notes))


def _tables(known: Basis, plans: Sequence[Alternative], measure: Measure) -> dict[str, pd.DataFrame]:
    engine, prepared = known.decision.engine, known.prepared
    frames: dict[str, list[pd.DataFrame]] = {"alternative_units": [], "alternative_standards": []}
    for number, plan in enumerate(plans):
        tables = outcome_tables(engine.model, plan.point)
        tables |= loan_tables(prepared, tables)
        if not audit(prepared.resolved, prepared.inputs, tables)["clean"]:
            raise AuditError(f"alternative {number}")
        keys = ["region_code", "region_name", "fund", "period"]
        paid = tables["allocation"].groupby(keys, as_index=False)["payment_fen"].sum()
        frames["alternative_units"].append(paid.assign(plan=number)[["plan", *keys, "payment_fen"]])
        standards = tables["standards"]
        frames["alternative_standards"].append(standards.assign(plan=number)[["plan", *standards.columns]])
    heads = [(i, measure, plan.difference, plan.bound) for i, plan in enumerate(plans)]
    rows = []
    for name in known.terms:
        best, constant = known.value(name, known.point), engine.objectives[name][0].constant
        for i, plan in enumerate(plans):
            value = known.value(name, plan.point)
            share = (best - value) / abs(best - constant) if best != constant else 0.0
            rows.append((i, name, engine.objectives[name][0].unit, value, best - value, share))
    found = {name: pd.concat(parts, ignore_index=True) for name, parts in frames.items()}
    if prepared.resolved.mode == "case":
        del found["alternative_standards"]
    return {
        "alternatives": pd.DataFrame(heads, columns=["plan", "measure", "difference", "bound"]),
        "alternative_objectives": pd.DataFrame(
            rows, columns=["plan", "objective", "unit", "value", "loss", "loss_share"]
        ),
        **found,
        "core": _core(known, [plan.point for plan in plans]),
    }


def _core(known: Basis, plans: Sequence[Floats]) -> pd.DataFrame:
    """Every number of the best plan; `same` where all plans have it."""
    problem = known.decision.problem
    columns, numbers = problem.columns, numbers_of(problem)
    levels = [int(level) for level in columns["level"]]
    shared = {id(number) for number in core(numbers, plans)}

    def value(number: Number) -> str:
        at = number.at(plans[0])
        return fen_to_yuan(levels[at]) if number.staircase else str(columns["offer"].iat[at])

    rows = [
        (
            number.subject,
            number.fund,
            number.region_code,
            problem.cut_offs[number.cell] if number.staircase else "",
            number.period,
            value(number),
            "yes" if id(number) in shared else "no",
        )
        for number in numbers
    ]
    names = ["subject", "fund", "region_code", "from_score", "period", "best_plan", "same"]
    return pd.DataFrame(rows, columns=names)


def _said(
    known: Basis, plans: Sequence[Alternative], tables: dict[str, pd.DataFrame], loss: float, measure: Measure
) -> list[Said]:
    same, every = int((tables["core"]["same"] == "yes").sum()), len(tables["core"])
    what = Said("公布数字", "published numbers") if known.decision.problem.cells else Said("备选档次", "offers")
    if len(plans) == 1:
        zh = f"效果相近的备选方案：在损失不超过 {percent(loss)} 的范围内没有别的方案。"
        return [Said(zh, f"What else is nearly as good: no other plan loses at most {percent(loss)}.")]
    said = [
        Said(
            f"效果相近的备选方案：找到 {len(plans) - 1} 个备选方案，各目标损失均不超过 {percent(loss)}，全部通过校核；"
            f"{every} 个{what.zh}中有 {same} 个在所有方案中相同（核心）。",
            f"What else is nearly as good: {len(plans) - 1} further plans lose at most {percent(loss)} of each objective, all "
            f"audited; {same} of {every} {what.en} are the same in all of them (the core).",
        )
    ]
    values = tables["alternative_objectives"]
    payments = [_by_unit(known, plan.point) for plan in plans]
    for number, plan in enumerate(plans[1:], start=1):
        lost = []
        for row in values[values["plan"] == number].to_dict("records"):
            shown = quantity(str(row["objective"]), str(row["unit"]), float(row["value"]))
            part = percent(-float(row["loss_share"]), signed=True)
            lost.append(Said(f"{shown.zh}（{part}）", f"{shown.en} ({part})"))
        size = (
            Said(
                f"与之前各方案至少相差 {yuan(plan.difference)} 元",
                f"{yuan(plan.difference)} yuan or more from each earlier plan",
            )
            if measure == "money"
            else Said(
                f"与之前各方案至少 {plan.difference} 处不同",
                f"at least {plain(plan.difference)} numbers from each earlier plan",
            )
        )
        moved = {c: payments[number].get(c, 0) - payments[0].get(c, 0) for c in {*payments[number], *payments[0]}}
        more, less = changes(known, moved, 1), changes(known, moved, -1)
        said_zh = [f"备选{number}：{join(lost, '，').zh}；{size.zh}"]
        said_en = [f"Alternative {number}: {join(lost, ', ').en}; {size.en}"]
        for sentence, word, english in ((more, "增加最多", "largest increase"), (less, "减少最多", "largest decrease")):
            if sentence is not None:
                said_zh.append(f"{word}：{sentence.zh}")
                said_en.append(f"{english}: {sentence.en}")
        said.append(Said("；".join(said_zh) + "。", "; ".join(said_en) + "."))
    return said


def _by_unit(known: Basis, point: Floats) -> dict[str, int]:
    """region_code -> fen of chosen offers over the horizon."""
    found: dict[str, int] = {}
    for (code, _, _), fen in granted(known.decision.problem, point).payments.items():
        found[code] = found.get(code, 0) + fen
    return found
