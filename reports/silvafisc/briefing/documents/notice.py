"""下达通知 of one fund's batch, a draft with its annexes; where the outcome is an estimate the same tables under that name."""

from ..blocks import Block, Callout, Column, Items, Paragraph, Row, Runs, Section, Table
from ..draft import cell
from ..keys import ref
from ..rounding import column_sums
from . import targets, tasks
from .year import BEFORE, IDENTITY, SETTLED, YearDraft


def title(draft: YearDraft, fund: str) -> str:
    """A notice's title, or an estimate's: the word 通知 stands only where a notice may be drafted."""
    kind = "estimate" if draft.hindrances else "notice"
    return draft.words(f"notice.{kind}_title", year=draft.year, fund=draft.identity(fund)["fund_name"])


def sections(draft: YearDraft, fund: str) -> list[Section]:
    """The letter, its identity, and the three annexes."""
    words = draft.words
    head = words("notice.explained" if draft.hindrances else "notice.letter")
    letter = Section("letter", head, tuple(_letter(draft, fund)))
    return [
        letter,
        Section("allocation-table", words("notice.annex1"), (allocation(draft, fund),), new_page=True),
        tasks.section(draft, fund, words("notice.annex2")),
        targets.section(draft, fund, words("notice.annex3")),
    ]


def _letter(draft: YearDraft, fund: str) -> list[Block]:
    words, identity = draft.words, draft.identity(fund)
    printed = draft.phrase(draft.whole, draft.printed(fund))
    count = str(len(draft.served(fund)))
    blocks: list[Block] = []
    if draft.hindrances:
        reasons = tuple(words.runs(f"standing.{name}") for name in draft.hindrances)
        blocks.append(Callout("caution", words("standing.title"), reasons))
        text = words.runs(
            "notice.estimate_text", year=draft.year, fund=identity["fund_name"], units=count, money=printed
        )
        blocks += [Paragraph(text), _identity(draft, fund)]
        return blocks
    blocks += [Paragraph(words.runs("notice.addressees"))]
    blocks.append(
        Paragraph(
            words.runs(
                "notice.text",
                upper=draft.or_blank(identity["upper_document"]),
                year=draft.year,
                fund=identity["fund_name"],
                batch=identity["batch"],
                units=count,
                money=printed,
            )
        )
    )
    blocks.append(Items(tuple(_points(draft, fund))))
    blocks.append(_identity(draft, fund))
    blocks.append(Paragraph(words.runs("notice.signature")))
    return blocks


def _points(draft: YearDraft, fund: str) -> list[Runs]:
    words, pooled = draft.words, tasks.pooling(draft)
    points = [words.runs("notice.use"), words.runs("notice.rounding")]
    works = any(task.fund == fund for task in draft.outcome.resolved.tasks)
    if works and draft.outcome.inputs.task_list is not None:
        points.append(words.runs("notice.tasks"))
    if works and pooled:
        points.append(words.runs("notice.pooled", units=words.join([draft.region(code) for code in pooled])))
    spec = draft.outcome.resolved.fund(fund)
    if spec.reserve_fen.get(draft.year):
        key = ref("envelopes", "unallocated_fen", fund=fund, period=draft.year)
        name = words.short_name("fund", fund)
        points.append(words.runs("documents.reserve", fund=name, money=draft.money(key), reason=spec.reserve_reason))
    return [*points, words.runs("notice.performance")]


def _identity(draft: YearDraft, fund: str) -> Table:
    """资金身份: what is not known is a field; what comes from the record of other notices says so."""
    words, identity = draft.words, draft.identity(fund)
    recorded = {part.partition("=")[0]: part.partition("=")[2] for part in identity["source"].split(";") if part}
    rows = []
    for name in IDENTITY:
        origin = ""
        if name in recorded and identity[name]:
            status = words.name("status", identity["status"])
            origin = words("notice.recorded", source=words.own(recorded[name]), status=status)
        rows.append(Row((cell(words(f"notice.identity.{name}")), draft.or_blank(identity[name]), cell(origin))))
    columns = (
        Column(words("notice.item")),
        Column(words("notice.content"), width=3),
        Column(words("notice.origin"), width=4),
    )
    return Table(columns, tuple(rows), words.runs("notice.identity_caption"), words.runs("notice.identity_note"))


def allocation(draft: YearDraft, fund: str) -> Table:
    """资金分配表: natures make up the year's amount; less what was notified before, with settlement, is this notice."""
    words, money, natures = draft.words, draft.unit(draft.fine), draft.natures_of(fund)
    rows, shown = [], _shown(draft, fund, natures)
    for place, (code, steps) in enumerate(shown.items(), 1):
        head = (cell(str(place)), cell(draft.region(code)), cell(code), _area(draft, fund, code))
        rows.append(Row((*head, *_numbers(draft, fund, natures, steps, code))))
    sums = column_sums(shown, (*natures, "annual", "before", "settled", "rounding"))
    total = (cell(""), cell(words("terms.sum")), cell(""), _area(draft, fund, ""))
    rows.append(Row((*total, *_numbers(draft, fund, natures, sums, "")), "total"))
    columns = [
        Column(words("notice.place"), "", True),
        Column(words("terms.unit")),
        Column(words("notice.code")),
        Column(words(_area_head(draft, fund)), draft.unit("area"), True),
        *(Column(words.name("nature", nature), money, True) for nature in natures),
        Column(words("notice.annual"), money, True),
        Column(words("notice.before"), money, True),
        Column(words("notice.settled"), money, True),
        Column(words("notice.kept"), money, True),
        Column(draft.printed_word, draft.unit(draft.whole), True),
    ]
    name = draft.identity(fund)["fund_name"]
    notes = [words.runs("notice.table_note", printed=draft.printed_word)]
    if not draft.has_ledger(fund):
        notes.append(words.runs("notice.no_ledger"))
    caption = words.runs("notice.table_caption", year=draft.year, fund=name)
    return Table(tuple(columns), tuple(rows), caption, words.join(notes, "sentence"), wide=True)


def _shown(draft: YearDraft, fund: str, natures: list[str]) -> dict[str, dict[str, int]]:
    """Unit -> column -> shown size: what is kept of rounding counts against the printed amount, to which a row sums."""
    codes, ledger = draft.served(fund), draft.has_ledger(fund)
    exact = {
        code: {
            "annual": draft.fen(draft.annual(fund, code)),
            "before": draft.fen(draft.item(fund, BEFORE, code)) if ledger else 0,
            "settled": draft.fen(draft.item(fund, SETTLED, code)) if ledger else 0,
            "rounding": -draft.fen(draft.rounding(fund, code)),
        }
        for code in codes
    }
    steps = draft.shown(exact, {code: draft.steps_of(draft.printed(fund, code)) for code in codes})
    own = {code: {name: draft.fen(draft.nature(fund, name, code)) for name in natures} for code in codes}
    parts = (
        draft.shown(own, {code: steps[code]["annual"] for code in codes}) if natures else {code: {} for code in codes}
    )
    return {code: {**parts[code], **steps[code], "rounding": -steps[code]["rounding"]} for code in codes}


def _numbers(draft: YearDraft, fund: str, natures: list[str], steps: dict[str, int], code: str) -> list[Runs]:
    fine = draft.fine
    cells: list[Runs] = [draft.number_of(fine, draft.nature(fund, name, code), steps[name]) for name in natures]
    cells.append(draft.number_of(fine, draft.annual(fund, code), steps["annual"]))
    if draft.has_ledger(fund):
        cells.append(draft.number_of(fine, draft.item(fund, BEFORE, code), steps["before"]))
        cells.append(draft.number_of(fine, draft.item(fund, SETTLED, code), steps["settled"]))
    else:
        cells += [cell("—"), cell("—")]
    cells.append(draft.number_of(fine, draft.rounding(fund, code), steps["rounding"]))
    return [*cells, draft.number_of(draft.whole, draft.printed(fund, code))]


def _area_head(draft: YearDraft, fund: str) -> str:
    """Only where all of it is certified an area is called so."""
    if not _categories(draft, fund):
        return "notice.task_area"
    return "notice.plain_area" if "uncertified" in draft.hindrances else "notice.area"


def _categories(draft: YearDraft, fund: str) -> list[str]:
    return [spec.id for spec in draft.outcome.resolved.categories if spec.fund == fund]


def _area(draft: YearDraft, fund: str, code: str) -> Runs:
    """Certified area of the fund's categories, else the area of its tasks in the year."""
    where = {"fund": fund, "period": draft.year, "nature": "rigid" if _categories(draft, fund) else "task"}
    where |= {"region_code": code} if code else {}
    if not draft.has("allocation", **where):
        return cell("—")
    return draft.number_of("area", ref("allocation", "sum(area_mu)", **where))
