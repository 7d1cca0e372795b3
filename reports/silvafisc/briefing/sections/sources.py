"""Sources and assumptions with their statuses, how much the answer moves with them, the method, and how to rerun it."""

from ..blocks import (
    Block,
    Column,
    Figure,
    Formula,
    Heading,
    Note,
    Paragraph,
    Row,
    Runs,
    Section,
    Source,
    SourceList,
    Table,
)
from ..draft import Draft, cell
from ..figures.bars import tornado
from ..keys import combine, ref
from ..words import capital, load_yaml, opening, symbols
from .decision import first_term, moved, neat, objective_kind
from .drawings import shown

ASSUMED = ("recalled", "assumption")
METHODS = ("rigid", "factor", "grade", "task", "carbon", "participation", "retention", "development", "theil")


def section(draft: Draft) -> Section:
    """Section 10 of the design."""
    words = draft.words
    blocks: list[Block] = [Paragraph(_lead(draft)), ledger(draft)]
    if moved(draft):
        blocks += [Heading(words("sources.sensitivity_head")), picture(draft), sensitivity(draft)]
    blocks.append(Heading(words("sources.method_head")))
    blocks += [Formula(symbols(words(f"method.{name}.symbols")), words(f"method.{name}.words")) for name in METHODS]
    blocks += [Heading(words("sources.terms_head")), terms(draft)]
    blocks += [Heading(words("sources.audit_head")), audit(draft)]
    blocks += [Heading(words("sources.record_head")), record(draft), Note(words.runs("sources.rerun"))]
    return Section("sources", words("sources.title"), tuple(blocks), new_page=True)


def _lead(draft: Draft) -> Runs:
    words = draft.words
    frame = draft.table("sources")
    present = [
        status
        for status in ("verified", "secondary", "computed", "recalled", "assumption")
        if (frame["status"] == status).any()
    ]
    parts = [
        words.runs(
            "sources.status_part",
            status=words.name("status", status),
            count=draft.number("count", ref("sources", "rows()", status=status)),
        )
        for status in present
    ]
    return words.runs("sources.lead", all=draft.number("count", ref("sources", "rows()")), parts=words.join(parts))


def ledger(draft: Draft) -> SourceList:
    """Every line of sources.csv, assumptions first."""
    words = draft.words
    entries = []
    for row in draft.table("sources").to_dict("records"):
        status = words.name("status", str(row["status"]))
        if str(row["demo"]) == "yes":
            status = words("sources.demo", status=status)
        entries.append(
            Source(
                words.name("what", str(row["what"])),
                str(row["value"]),
                words.name("unit", str(row["unit"])) if row["unit"] and row["value"] else "",
                str(row["reference"]),
                status,
                str(row["status"]) in ASSUMED,
            )
        )
    entries.sort(key=lambda entry: not entry.assumed)
    headers = (words("sources.what"), words("sources.value"), words("sources.reference"), words("sources.status"))
    return SourceList(words.runs("sources.ledger"), headers, tuple(entries))


def _change_key(draft: Draft, name: str, change: str) -> str:
    return ref("sensitivity", "value", assumption=name, change=change, objective=first_term(draft))


def picture(draft: Draft) -> Figure:
    """How far the first objective moves with each assumption."""
    words = draft.words
    entry = draft.outcome.meta["objectives"][0]
    kind = objective_kind(str(entry["unit"]))
    label = draft.localized(entry["label"])
    centre = draft.number(kind, f"meta.objectives[term={first_term(draft)}].value")
    spread: list[tuple[float, str, list[tuple[str, float]]]] = []
    for name, changes in moved(draft).items():
        values = [(change, shown(draft.number(kind, _change_key(draft, name, change)))) for change in changes]
        widest = max(abs(value - shown(centre)) for _, value in values)
        spread.append((widest, name, values))
    spread.sort(key=lambda item: (-item[0], item[1]))
    items = [
        (capital(words.name("assumption", name)), [(neat(change), value) for change, value in values[i : i + 2]])
        for _, name, values in spread
        for i in range(0, len(values), 2)
    ]
    axis = words("figures.axis", label=label, unit=draft.unit(kind)) if draft.unit(kind) else label
    svg = tornado(f"sensitivity-{draft.language}", items, shown(centre), axis)
    first = spread[0][1]
    where = {"assumption": first, "objective": first_term(draft)}
    title = words.runs(
        "sources.sensitivity_finding",
        assumption=words.name("assumption", first),
        objective=label,
        low=draft.number(kind, ref("sensitivity", "min(value)", **where)),
        high=draft.phrase(kind, ref("sensitivity", "max(value)", **where)),
    )
    rows = tuple(
        Row(
            (
                cell(capital(words.name("assumption", name))),
                cell(neat(change)),
                (draft.number(kind, _change_key(draft, name, change)),),
            )
        )
        for name, changes in moved(draft).items()
        for change in changes
    )
    columns = (
        Column(words("sources.assumption")),
        Column(words("sources.moved")),
        Column(label, draft.unit(kind), True),
    )
    data = Table(columns, rows, words.runs("sources.sensitivity_data"))
    alt = words("sources.sensitivity_alt")
    return Figure("sensitivity", svg, opening(title), alt, words("figures.source", tables="sensitivity.csv"), data)


def sensitivity(draft: Draft) -> Table:
    """Every re-solve: the objective, its change, and the units that change."""
    words = draft.words
    entry = draft.outcome.meta["objectives"][0]
    kind = objective_kind(str(entry["unit"]))
    centre = f"meta.objectives[term={first_term(draft)}].value"
    rows = []
    for name, changes in moved(draft).items():
        for change in changes:
            where = {"assumption": name, "change": change, "objective": first_term(draft)}
            value = _change_key(draft, name, change)
            relative: Runs = cell("—")
            if draft.lookup.value(centre):
                relative = (draft.number("share", combine("change", value, centre), signed=True),)
            rows.append(
                Row(
                    (
                        cell(capital(words.name("assumption", name))),
                        cell(neat(change)),
                        (draft.number(kind, value),),
                        relative,
                        (draft.number("count", ref("sensitivity", "units_changed", **where)),),
                        (draft.number("count", ref("sensitivity", "units_regraded", **where)),),
                    )
                )
            )
    columns = (
        Column(words("sources.assumption")),
        Column(words("sources.moved")),
        Column(draft.localized(entry["label"]), draft.unit(kind), True),
        Column(words("sources.relative"), "%", True),
        Column(words("sources.units_changed"), "", True),
        Column(words("sources.units_regraded"), "", True),
    )
    return Table(columns, tuple(rows), words.runs("sources.sensitivity"), words.runs("sources.sensitivity_note"))


def terms(draft: Draft) -> Table:
    """The glossary, in both languages."""
    words = draft.words
    other = "en" if draft.language == "zh" else "zh"
    rows = tuple(
        Row((cell(entry[draft.language]), cell(entry[other]), cell(entry["meaning"][draft.language])))
        for entry in load_yaml("glossary.yaml").values()
    )
    columns = (
        Column(words("sources.term")),
        Column(words("sources.other_term")),
        Column(words("reasons.meaning"), width=1),
    )
    return Table(columns, rows, words.runs("sources.terms"))


def audit(draft: Draft) -> Table:
    """What the independent check recomputed."""
    words, result = draft.words, draft.outcome.audit
    rows = []
    # By position: a scenario may list one rule twice, for two funds.
    for position, check in enumerate(result["checks"]):
        key = f"audit.checks[{position}].checked"
        verdict = words("sources.clean") if check["clean"] else words("sources.not_clean")
        rows.append(Row((cell(words.name("rule", str(check["rule"]))), (draft.number("count", key),), cell(verdict))))
    columns = (
        Column(words("sources.check"), width=1),
        Column(words("sources.checked"), "", True),
        Column(words("sources.verdict")),
    )
    caption = words.runs("sources.audit_clean" if result["clean"] else "sources.audit_not_clean")
    return Table(columns, tuple(rows), caption)


def record(draft: Draft) -> Table:
    """What is needed to get the same bytes again."""
    words, meta = draft.words, draft.outcome.meta
    resolved = draft.outcome.resolved
    lines = [
        (words("sources.scenario"), str(meta["id"])),
        (words("sources.policy_date"), str(meta["policy_date"])),
        (words("sources.mode"), words(f"sources.modes.{meta['mode']}")),
        (words("sources.solver_status"), words.name("solver_status", str(meta["status"]))),
        (words("sources.seed"), str(meta["seed"])),
        (words("sources.gap"), f"{resolved.gap:g}"),
        (words("sources.content_hash"), str(meta["content_hash"])),
    ]
    lines += [(words("sources.version", name=str(name)), str(value)) for name, value in meta["versions"].items()]
    lines += [(words("sources.input_hash", name=str(name)), str(value)) for name, value in meta["input_hashes"].items()]
    columns = (Column(words("sources.item")), Column(words("sources.entry"), width=1))
    rows = tuple(Row((cell(name), cell(value))) for name, value in lines)
    return Table(columns, rows, words.runs("sources.record"))
