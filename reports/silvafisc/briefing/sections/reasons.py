"""Why: the published formula, what was weighed against what, factor and index scores, rules and their prices, reasons."""

from collections.abc import Mapping

from ..blocks import Block, Column, Formula, Heading, Paragraph, Row, Runs, Section, Table
from ..draft import LAST_YEAR, Draft, cell
from ..keys import combine, meta_ref, ref
from ..rounding import shown_parts, shown_total
from ..words import capital, symbols
from .agreements import agreements
from .rules import binding, prices

_ROUNDED = 1e-9
"""A gap that floats leave where it is nothing."""


def section(draft: Draft) -> Section:
    """Section 3 of the design."""
    words = draft.words
    blocks: list[Block] = [
        Paragraph(words.runs("reasons.lead")),
        Formula(symbols(words("reasons.formula")), words("reasons.formula_words")),
        Heading(words("reasons.objectives_head")),
        objectives(draft),
    ]
    rates = exchange_rates(draft)
    if rates:
        blocks.append(Paragraph(rates))
    blocks += [Heading(words("reasons.grades_head")), *_grading(draft), scores(draft)]
    blocks += [Heading(words("reasons.rules_head")), binding(draft), *agreements(draft)]
    if len(draft.table("shadow_prices")):
        blocks += prices(draft)
    if draft.against is not None:
        blocks += [Heading(words("reasons.changes_head")), parts(draft)]
    return Section("reasons", words("reasons.title"), tuple(blocks))


def _maybe(draft: Draft, kind: str, entry: object, key: str) -> Runs:
    return cell("—") if entry is None else (draft.number(kind, key),)


def objectives(draft: Draft) -> Table:
    """Value, weight, and the best and worst that each objective could reach alone."""
    words = draft.words
    rows = []
    for entry in draft.outcome.meta["objectives"]:
        path = f"objectives[term={entry['term']}]"
        label, kind = draft.objective(str(entry["term"]))
        unit = draft.unit(kind)
        stage = entry.get("stage")
        order: Runs
        if stage is not None:
            order = cell(words("reasons.stage", stage=str(stage)))
        elif entry.get("weight") is not None:
            order = draft.phrase("share", meta_ref(f"{path}.weight"))
        else:
            order = cell(words("reasons.weighted"))
        numbers = [_maybe(draft, kind, entry.get(name), meta_ref(f"{path}.{name}")) for name in ("value", "utopia")]
        short: Runs = cell("—")
        if entry.get("utopia"):
            change = combine("change", meta_ref(f"{path}.value"), meta_ref(f"{path}.utopia"))
            short = (draft.number("share", change, signed=True),)
        worst = _maybe(draft, kind, entry.get("nadir"), meta_ref(f"{path}.nadir"))
        shown = words("reasons.objective_unit", label=label, unit=unit) if unit else label
        rows.append(Row((cell(shown), order, *numbers, short, worst)))
    columns = (
        Column(words("reasons.objective"), width=1),
        Column(words("reasons.order"), "", True),
        Column(words("reasons.this_value"), "", True),
        Column(words("reasons.utopia"), "", True),
        Column(words("reasons.short"), "%", True),
        Column(words("reasons.nadir"), "", True),
    )
    note = [words.runs("reasons.objectives_note")]
    if all(entry.get("gap") is not None for entry in draft.outcome.meta["objectives"]):
        keys = [meta_ref(f"objectives[term={entry['term']}].gap") for entry in draft.outcome.meta["objectives"]]
        status = words.name("solver_status", str(draft.outcome.meta["status"]))
        gap = combine("greatest", *keys)
        if draft.lookup.value(gap) > _ROUNDED:
            note.append(words.runs("reasons.proof", status=status, gap=draft.phrase("gap", gap)))
        else:
            note.append(words.runs("reasons.proof_exact", status=status))
    return Table(columns, tuple(rows), words.runs("reasons.objectives"), words.join(note, "sentence"))


def exchange_rates(draft: Draft) -> Runs:
    """What one objective counts in another."""
    words = draft.words
    found = []
    for place, entry in enumerate(draft.outcome.meta["exchange_rates"]):
        of, per = draft.said(str(entry["of"])), draft.said(str(entry["per"]))
        key, unit = meta_ref(f"exchange_rates[{place}].value"), str(entry["unit"])
        if unit == "tco2e_per_yuan":
            value = draft.phrase("tonnes_of_10k_yuan", key)
            found.append(words.runs("reasons.rate_of_money", of=of, per=per, value=value))
        else:
            number = draft.number("plain", key)
            found.append(words.runs("reasons.rate", of=of, per=per, value=number, unit=words.name("unit", unit)))
    return words.join(list(found), "semicolon")


def _grading(draft: Draft) -> list[Block]:
    words, frame = draft.words, draft.table("grades")
    if not len(frame) or not draft.outcome.resolved.grades.by_region:
        return [Paragraph(words.runs("reasons.no_grades"))]
    alpha = meta_ref("alpha")
    lead = [words.runs("reasons.alpha", alpha=draft.number("alpha", alpha))]
    if (weight := draft.lookup.value(alpha)) in (0, 1):
        lead.append(words.runs(f"reasons.alpha_at.{weight:g}"))
    rows = []
    for grading, grade in zip(frame["grading"], frame["grade"], strict=True):
        where = {"grading": str(grading), "grade": str(grade)}
        members = [
            draft.region(str(code))
            for code, held in zip(draft.table("regions")["region_code"], draft.table("regions")["grade"], strict=True)
            if str(held) == str(grade)
        ]
        rows.append(
            Row(
                (
                    cell(words("allocation.grade", grade=str(grade))),
                    (draft.number("score", ref("grades", "cut_off", **where)),),
                    (draft.number("count", ref("grades", "units", **where)),),
                    words.join(members),
                )
            )
        )
    columns = (
        Column(words("terms.grade")),
        Column(words("reasons.cut_off"), "", True),
        Column(words("terms.units"), "", True),
        Column(words("reasons.members"), width=1),
    )
    return [Paragraph(words.join(lead, "sentence")), Table(columns, tuple(rows), words.runs("reasons.grades"))]


def scores(draft: Draft) -> Table:
    """Index scores and the input value of every factor."""
    words = draft.words
    factors = list(dict.fromkeys(str(name) for name in draft.table("weights")["factor"]))
    known = set(zip(draft.outcome.inputs.factors["region_code"], draft.outcome.inputs.factors["factor"], strict=True))
    rows = []
    for code in draft.codes:
        cells: list[Runs] = [
            (draft.number("score", ref("regions", name, region_code=code)),) for name in ("importance", "need")
        ]
        scored = draft.lookup.cell(ref("regions", "score", region_code=code))
        cells.append((draft.number("score", ref("regions", "score", region_code=code)),) if scored else cell("—"))
        cells.append(cell(draft.lookup.cell(ref("regions", "grade", region_code=code)) or "—"))
        cells.append((draft.number("index", ref("regions", "omega", region_code=code)),))
        for name in factors:
            if (code, name) in known:
                whole = ref("inputs.factors", "sum(value)", factor=name)
                part = ref("inputs.factors", "value", region_code=code, factor=name)
                cells.append((draft.number("share", combine("ratio", part, whole)),))
            else:
                cells.append(cell("—"))
        rows.append(Row((cell(draft.region(code)), *cells)))
    columns = (
        Column(words("terms.unit")),
        Column(words("reasons.importance"), "", True),
        Column(words("reasons.need"), "", True),
        Column(words("reasons.score"), "", True),
        Column(words("terms.grade"), "", True),
        Column(words("reasons.omega"), "", True),
        *(Column(words.name("factor", name), "%", True) for name in factors),
    )
    return Table(columns, tuple(rows), words.runs("reasons.scores"), words.runs("reasons.scores_note"), dense=True)


def parts(draft: Draft) -> Table:
    """The change of every unit against the reference in the money of the funds' own payers; parts sum exactly."""
    words, against, step = draft.words, str(draft.against), draft.step("money")
    shown = draft.change_parts
    names = list(dict.fromkeys(part for steps in shown.values() for part in steps))
    names = [name for name in names if _nonzero(draft, name)] or names[:1]

    # Keys name the units only where some are not compared.
    some = tuple(draft.compared) if len(draft.compared) < len(draft.codes) else ""

    def row(code: str, label: Runs, sizes: Mapping[str, int]) -> Row:
        own, change = draft.own_payment(code or some), draft.change(code)
        paid, more = shown_total(int(draft.lookup.value(own)), step), sum(sizes.values())
        cells = [draft.number("money", combine("difference", own, change), steps=paid - more)]
        cells += [draft.number("money", draft.change(code, name), signed=True, steps=sizes[name]) for name in names]
        cells += [draft.number("money", change, signed=True, steps=more), draft.number("money", own, steps=paid)]
        return Row((label, *((number,) for number in cells)), "body" if code else "total")

    rows = [row(code, cell(draft.region(code)), shown[code]) for code in draft.compared]
    exact = {name: int(draft.lookup.value(draft.change("", name))) for name in names}
    rows.append(row("", cell(words("terms.sum"), True), shown_parts(exact, step)))
    unit, base = draft.unit("money"), words.name("against", against)
    head, notes = capital(base), [words.runs("reasons.parts_note", payers=draft.own_payers)]
    if against == LAST_YEAR:
        notes.append(words.runs("reasons.last_year_note"))
    if (times := draft.times(against)) > 1:
        head = words("reasons.last_year_times", base=head, count=str(times))
        notes.insert(0, words.runs("reasons.times_note", count=str(times), years=draft.years))
    columns = (
        Column(words("terms.unit")),
        Column(head, unit, True),
        *(Column(words.name("part", name), unit, True) for name in names),
        Column(words("reasons.change"), unit, True),
        Column(words("reasons.this"), unit, True),
    )
    return Table(
        columns, tuple(rows), words.runs("reasons.parts", base=base), words.join(notes, "sentence"), dense=True
    )


def _nonzero(draft: Draft, part: str) -> bool:
    where = {"against": str(draft.against), "part": part}
    return any(
        draft.lookup.value(ref("reasons", f"{act}(amount_fen;region_code)", **where)) for act in ("above", "below")
    )
