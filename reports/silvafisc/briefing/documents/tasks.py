"""任务清单: what each unit is to do, 约束性 and 预期性 apart; units that pool their money (统筹整合) are named without items."""

from collections.abc import Sequence

from ..blocks import Block, Column, Heading, Note, Paragraph, Row, Section, Table
from ..draft import cell
from ..keys import ref
from .year import YearDraft

BINDING, EXPECTED = "binding", "expected"


def assigned(draft: YearDraft, measure: str, code: str = "") -> str:
    """The key of the area that the year's allocation assigns."""
    where = {"measure": measure, "period": draft.year, "nature": "task"}
    return ref("allocation", "sum(area_mu)", **where, **({"region_code": code} if code else {}))


def pooling(draft: YearDraft) -> list[str]:
    """Units that get money without item split, ascending."""
    rule = draft.outcome.resolved.rule("task_kind")
    group = str(rule.params.get("pooled") or "") if rule else ""
    return sorted(draft.outcome.resolved.groups.get(group, ()))


def section(draft: YearDraft, fund: str, title: str) -> Section:
    """The annex to a fund's notice."""
    words = draft.words
    pooled = pooling(draft)
    if all(spec.fund != fund for spec in draft.outcome.resolved.tasks):
        return Section("tasks", title, (Note(words.runs("tasks.no_tasks")),), new_page=True)
    listed = draft.outcome.inputs.task_list
    blocks: list[Block] = []
    if listed is None:
        blocks.append(Paragraph(words.runs("tasks.no_list")))
    else:
        for kind in (BINDING, EXPECTED):
            blocks += [Heading(words(f"tasks.{kind}")), _told(draft, fund, kind, pooled)]
    blocks += [Heading(words("tasks.arranged")), _arranged(draft, fund, pooled)]
    if pooled:
        names = words.join([draft.region(code) for code in pooled])
        blocks += [Heading(words("tasks.pooled")), Paragraph(words.runs("tasks.pooled_text", units=names))]
    return Section("tasks", title, tuple(blocks), new_page=True)


def _told(draft: YearDraft, fund: str, kind: str, pooled: Sequence[str]) -> Block:
    """What the higher level assigned as binding or expected in the year."""
    words, frame = draft.words, draft.outcome.inputs.task_list
    rows, mine = [], [spec.id for spec in draft.outcome.resolved.tasks if spec.fund == fund]
    assert frame is not None
    own = frame[(frame["kind"] == kind) & (frame["period"].astype(str) == draft.year) & frame["measure"].isin(mine)]
    for code, measure in sorted(set(zip(own["region_code"], own["measure"], strict=True))):
        where = {"region_code": str(code), "measure": str(measure), "period": draft.year, "kind": kind}
        area = ref("inputs.task_list", "sum(area_tenth_mu)", **where)
        note = words("tasks.in_pool") if code in pooled else ""
        name = cell(words.name("measure", str(measure)))
        rows.append(Row((cell(draft.region(str(code))), name, draft.number_of("area_tenth", area), cell(note))))
    if not rows:
        return Note(words.runs("documents.none_listed"))
    columns = (
        Column(words("terms.unit")),
        Column(words("terms.measure")),
        Column(words("tasks.told"), draft.unit("area_tenth"), True),
        Column(words("documents.remark"), width=1),
    )
    return Table(columns, tuple(rows), words.runs("tasks.told_caption", kind=words(f"tasks.{kind}")))


def _arranged(draft: YearDraft, fund: str, pooled: Sequence[str]) -> Block:
    """What the allocation arranges: area, unit standard, money paid this year and later."""
    words = draft.words
    rows = []
    for code in draft.codes:
        for spec in draft.outcome.resolved.tasks:
            where = {"region_code": code, "measure": spec.id, "period": draft.year, "nature": "task"}
            paid, later = (ref("allocation", f"sum({name})", **where) for name in ("payment_fen", "due_later_fen"))
            if spec.fund != fund or code in pooled or not draft.lookup.value(paid):
                continue
            lowest, highest = (ref("allocation", f"{act}(standard_yuan_per_mu)", **where) for act in ("min", "max"))
            single = draft.lookup.value(lowest) == draft.lookup.value(highest)
            rows.append(
                Row(
                    (
                        cell(draft.region(code)),
                        cell(words.name("measure", spec.id)),
                        draft.number_of("area", assigned(draft, spec.id, code)),
                        draft.number_of("standard", lowest) if single else cell("—"),
                        draft.number_of(draft.fine, paid),
                        draft.number_of(draft.fine, later),
                    )
                )
            )
    if not rows:
        return Note(words.runs("documents.none_listed"))
    columns = (
        Column(words("terms.unit")),
        Column(words("terms.measure")),
        Column(words("terms.area"), draft.unit("area"), True),
        Column(words("terms.standard"), draft.unit("standard"), True),
        Column(words("allocation.paid_now"), draft.unit(draft.fine), True),
        Column(words("allocation.due_later"), draft.unit(draft.fine), True),
    )
    return Table(columns, tuple(rows), words.runs("tasks.arranged_caption", year=draft.year), words.runs("tasks.note"))
