"""What the rules of a scenario need of the input tables: whatever is missing is named, and no rule is skipped."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Scenario
from silvafisc.policy.scenario_checks import PREDECESSOR
from silvafisc.results import Resolved, RuleSpec, UnitInputs

from .acceptance import KEY

LISTED = 12
"""How many keys a message lists."""
TABLES = {
    "change_band": ("last_year", "a table of last year's amounts", "上年数据表"),
    "not_below_last_year": ("last_year", "a table of last year's amounts", "上年数据表"),
    "one_channel": ("land", "a table of the land that measures share", "互斥措施共用地块面积表"),
    "task_kind": ("task_list", "the list of assigned tasks", "任务清单表"),
    "instalments": ("acceptance", "the results of acceptance", "验收结果表"),
}
"""Rule -> the optional table that it reads, in words."""

Missing = Iterator[tuple[str, str]]
"""(English, Chinese) of what is missing."""


def unmet_needs(scenario: Scenario, resolved: Resolved, inputs: UnitInputs) -> list[Finding]:
    """Every table, row and figure that a rule of the scenario lacks, at the line of the rule.

    Of the commitments that a predecessor hands on, those of later years are still to be checked.
    """
    findings = []
    if scenario.data == PREDECESSOR:
        due = tuple(one for one in resolved.opening_commitments if one[3] == resolved.periods[0])
        resolved = replace(resolved, opening_commitments=due)
    for position, spec in enumerate(resolved.rules):
        first = len(scenario.rules)
        at = ("rules", position) if position < first else ("more_rules", position - first)
        for en, zh in _missing(spec, resolved, inputs):
            findings.append(Finding(scenario.where(*at), f"rules.{spec.rule}", en, zh))
    return findings


def _missing(spec: RuleSpec, resolved: Resolved, inputs: UnitInputs) -> Missing:
    table, spoken, spoken_zh = TABLES.get(spec.rule, ("", "", ""))
    if table and getattr(inputs, table) is None and _asks(spec, resolved):
        yield f"rule {spec.rule} needs {spoken} ({table}.csv)", f"规则 {spec.rule} 需要{spoken_zh}（{table}.csv）"
    elif spec.rule in _ROWS:
        yield from _ROWS[spec.rule](spec, resolved, inputs)


def _asks(spec: RuleSpec, resolved: Resolved) -> bool:
    """Whether the rule reads its table in this scenario at all."""
    if spec.rule == "one_channel":
        return bool(spec.params.get("exclusive"))
    return spec.rule != "instalments" or bool(resolved.opening_commitments)


def _land(spec: RuleSpec, resolved: Resolved, inputs: UnitInputs) -> Missing:
    held = set() if inputs.land is None else set(zip(inputs.land["region_code"], inputs.land["land"], strict=True))
    for shared in spec.params.get("exclusive", ()):
        absent = [code for code in inputs.codes if (code, shared["land"]) not in held]
        if absent:
            en = f"the table land has no row of {shared['land']} for {some(absent)}; write 0 where there is none"
            yield en, f"land 表缺少下列单位的 {shared['land']}：{some(absent)}；没有请写 0"


def _task_list(spec: RuleSpec, resolved: Resolved, inputs: UnitInputs) -> Missing:
    if inputs.task_list is not None:
        tasks = {task.id for task in resolved.tasks}
        unknown = sorted(set(inputs.task_list["measure"]) - tasks)
        if unknown:
            en = f"the task list names measures that no menu of the scenario offers: {some(unknown)}"
            yield en, f"任务清单列有情景 menus 未提供的措施：{some(unknown)}"
        if not set(inputs.task_list["period"]) & set(resolved.periods):
            yield "the task list has no row for a period of the scenario", "任务清单没有本情景年度的任务"


def _acceptance(spec: RuleSpec, resolved: Resolved, inputs: UnitInputs) -> Missing:
    if inputs.acceptance is not None:
        held = set(zip(*(inputs.acceptance[name] for name in KEY), strict=True))
        due = [*resolved.opening_commitments, *resolved.withheld_commitments]
        absent = sorted({f"{r} {m} {p}" for r, _, m, p, _ in due if (r, m, p) not in held})
        if absent:
            en = f"no result of acceptance for the instalments {some(absent)}"
            yield en, f"下列分期资金没有验收结果：{some(absent)}"


def _full_cost(spec: RuleSpec, resolved: Resolved, inputs: UnitInputs) -> Missing:
    held = set(zip(inputs.responses["region_code"], inputs.responses["subject"], strict=True))
    wanted = spec.params.get("measures") or [task.id for task in resolved.tasks]
    needs = zip(inputs.tasks["region_code"], inputs.tasks["measure"], strict=True)
    absent = sorted(f"{r} {m}" for r, m in needs if m in wanted and (r, m) not in held)
    if absent:
        yield f"no full cost in the table responses for {some(absent)}", f"responses 表缺少全部成本：{some(absent)}"


_ROWS: Mapping[str, Callable[[RuleSpec, Resolved, UnitInputs], Missing]] = {
    "one_channel": _land,
    "task_kind": _task_list,
    "instalments": _acceptance,
    "need_cap": _full_cost,
}


def some(names: list[str]) -> str:
    """The first of the names, as a message lists them."""
    return ", ".join(names[:LISTED]) + (" …" if len(names) > LISTED else "")
