"""The comparison of two to six outcomes: the trade, why the money moves, amounts by unit, standards, stability, regret."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from silvafisc.results import Outcome

from .blocks import Block, Briefing, Column, Figure, Heading, Note, Paragraph, Row, Runs, Section, Table
from .document import assemble, require_audit
from .draft import Draft, cell
from .figures.bars import ranked
from .keys import combine
from .sections import compared as of
from .sections.drawings import DRAWN_UNITS, short_name
from .sections.drawings import shown as in_unit
from .words import capital

HASH_SHOWN = 12
CAUSES_SHOWN = 40
"""More rows than this are for a program to read: the table names the rest."""


def build_comparison(outcomes: Sequence[Outcome], tables: Mapping[str, pd.DataFrame], language: str) -> Briefing:
    """The comparison of audited outcomes, in their order; the first is the reference.

    tables: `frames` of `silvafisc.runs.compare` of the same outcomes. Keys are those of the first outcome, and
    `compare.<table>[…]` of the comparison.

    Raises:
        UnauditedError: one of them has no clean audit.
    """
    for outcome in outcomes:
        require_audit(outcome)
    draft = Draft(of.beside(outcomes[0], tables), language)
    words, numbers = draft.words, of.others(draft)
    result: list[Block] = [of.plans(draft), *(of.decision(draft, n) for n in numbers), objectives(draft)]
    reasons: list[Block] = [of.parts(draft)] if len(numbers) > 1 and of.part_names(draft) else []
    for n in numbers:
        pair = {"plan": of.letter(draft, n), "reference": of.letter(draft, 1)}
        reasons += [Heading(words("compared.pair", **pair)), *of.why(draft, n), causes(draft, n)]
    units = [picture(draft, numbers[0]), amounts(draft), *only(draft), of.groups(draft)]
    sections = [
        Section("result", words("comparison.result"), tuple(result)),
        Section("why", words("compared.why_title"), tuple(reasons)),
        Section("units", words("comparison.by_unit"), tuple(units)),
        Section("standards", words("comparison.standards"), (standards(draft),)),
    ]
    steady = (*of.stability(draft), *of.regret(draft))
    if steady:
        sections.append(Section("stability", words("compared.steady_title"), steady))
    names = [draft.localized(outcome.meta["title"]) for outcome in outcomes]
    if len(set(names)) < len(names):
        named = zip(names, outcomes, strict=True)
        names = [words("comparison.same_titles", title=name, id=str(o.meta["id"])) for name, o in named]
    title = words("comparison.title", first=names[0], second=names[1])
    if len(names) > 2:
        title = words("compared.title", first=names[0], count=str(len(names)))
    return assemble(outcomes[0].meta, words, sections, title)


def objectives(draft: Draft) -> Table:
    """Every objective that another outcome has too: its value in each plan, and the difference."""
    words, numbers = draft.words, of.others(draft)
    terms = {str(row["term"]): row for n in numbers for row in of.rows(draft, "objectives", n)}
    kinds = {term: draft.kind_of(str(row["unit"]), term) for term, row in terms.items()}
    having = {
        term: [n for n in numbers if draft.lookup.has("compare.objectives", outcome=str(n), term=term)]
        for term in terms
    }
    found = []
    for number in (1, *numbers):
        cells: list[Runs] = [cell(capital(of.letter(draft, number)))]
        for term, kind in kinds.items():
            if number == 1:
                first = of.key("objectives", "first", having[term][0], term=term)
                cells += [(draft.number(kind, first),), cell("—")]
            elif number in having[term]:
                for name, signed in (("second", False), ("difference", True)):
                    cells.append((draft.number(kind, of.key("objectives", name, number, term=term), signed=signed),))
            else:
                cells += [cell("—"), cell("—")]
        found.append(Row(tuple(cells)))
    heads: list[Column] = []
    for term, row in terms.items():
        unit = draft.unit(kinds[term])
        heads += [Column(str(row[f"label_{draft.language}"]), unit, True)]
        heads += [Column(words("compared.against_first", reference=of.LETTERS[0]), unit, True)]
    return Table((Column(words("compared.plan_head")), *heads), tuple(found), words.runs("compared.objectives_table"))


def causes(draft: Draft, number: int) -> Block:
    """What was changed in scenario, parameters, tables and versions."""
    words, found = draft.words, []
    everything = of.rows(draft, "causes", number)
    for row in everything[:CAUSES_SHOWN]:
        values = [str(row[side]) for side in ("first", "second")]
        if row["kind"] == "input":
            values = [value[:HASH_SHOWN] for value in values]
        kind = words.name("cause", str(row["kind"]))
        found.append(Row((cell(kind), cell(str(row["what"])), *(cell(value or "—") for value in values))))
    if not found:
        return Note(words.runs("compared.no_cause"))
    columns = (
        Column(words("compared.cause")),
        Column(words("compared.changed"), width=1),
        Column(of.LETTERS[0]),
        Column(of.LETTERS[number - 1]),
    )
    pair = {"plan": of.letter(draft, number), "reference": of.letter(draft, 1)}
    rest = len(everything) - len(found)
    note = words.runs("compared.more_causes", rest=str(rest)) if rest else ()
    return Table(columns, tuple(found), words.runs("compared.causes", **pair), note, dense=True)


def amounts(draft: Draft) -> Table:
    """The reference's amount of every unit, and how much more or less it is elsewhere."""
    words, numbers, unit = draft.words, of.others(draft), draft.unit("money")
    units = {str(row["region_code"]): row for n in numbers for row in of.rows(draft, "units", n)}
    found = []
    for code in sorted(units):
        having = [n for n in numbers if draft.lookup.has("compare.units", outcome=str(n), region_code=code)]
        cells: list[Runs] = [cell(of.unit_name(draft, units[code]))]
        cells.append((draft.number("money", of.key("units", "first_fen", having[0], region_code=code)),))
        for n in numbers:
            if n not in having:  # neither the reference nor this one has the unit
                cells += [cell("—"), cell("—")]
                continue
            names = ("first_fen", "second_fen", "difference_fen")
            before, after, change = (of.key("units", name, n, region_code=code) for name in names)
            cells += [(draft.number("money", after),)] if len(numbers) == 1 else []
            cells.append((draft.number("money", change, signed=True),))
            if draft.lookup.value(before):
                cells.append((draft.number("share", combine("ratio", change, before), signed=True),))
            else:
                cells.append(cell("—"))
        found.append(Row(tuple(cells)))
    heads = [Column(of.LETTERS[0], unit, True)]
    for n in numbers:
        heads += [Column(of.LETTERS[n - 1], unit, True)] if len(numbers) == 1 else []
        heads += [*of.versus(draft, [n], unit), Column(words("comparison.percent"), "%", True)]
    columns = (Column(words("terms.unit")), *heads)
    return Table(columns, tuple(found), words.runs("compared.units_table"), dense=len(numbers) > 2)


def only(draft: Draft) -> list[Block]:
    """Units that only some of the outcomes pay."""
    units = {n: {str(r["region_code"]): r for r in of.rows(draft, "units", n)} for n in of.others(draft)}
    everywhere = set(draft.codes).intersection(*(held for held in units.values()))
    odd = {code: row for held in units.values() for code, row in held.items() if code not in everywhere or _lacks(row)}
    names = [of.unit_name(draft, odd[code]) for code in sorted(odd)]
    return [Note(draft.words.runs("comparison.only", units=draft.words.join(names)))] if names else []


def _lacks(row: Mapping[Any, Any]) -> bool:
    """Whether a unit gets money in one of the two outcomes only."""
    return bool(row["first_fen"]) != bool(row["second_fen"])


def picture(draft: Draft, number: int) -> Figure:
    """The units' changes in order of size."""
    words, unit = draft.words, draft.unit("money")
    rows = {str(row["region_code"]): row for row in of.rows(draft, "units", number)}
    numbers = {
        code: draft.number("money", of.key("units", "difference_fen", number, region_code=code), signed=True)
        for code in rows
    }
    order = sorted(rows, key=lambda code: (-numbers[code].value, code))
    widest = max(order, key=lambda code: (abs(numbers[code].value), code))
    drawn = order if len(order) <= DRAWN_UNITS else [*order[: DRAWN_UNITS // 2], *order[-(DRAWN_UNITS // 2) :]]
    known = set(draft.codes)

    def named(code: str) -> str:
        return short_name(draft, code) if code in known else of.unit_name(draft, rows[code])

    axis = words("figures.axis", label=words("comparison.difference"), unit=unit)
    items = [(named(code), in_unit(numbers[code]), numbers[code].text) for code in drawn]
    svg = ranked(f"change-{draft.language}", items, axis)
    pair = {"plan": of.letter(draft, number), "reference": of.letter(draft, 1)}
    title = words.runs("comparison.figure_none")
    if numbers[widest].value:
        title = words.runs("compared.changes", unit=named(widest), size=draft.with_unit(numbers[widest]), **pair)
    table = tuple(Row((cell(of.unit_name(draft, rows[code])), (numbers[code],))) for code in order)
    columns = (Column(words("terms.unit")), Column(words("comparison.difference"), unit, True))
    data = Table(columns, table, words.runs("comparison.figure_data"))
    alt = words("figures.ranked_alt", units=str(len(drawn)), all=str(len(order)))
    return Figure("change", svg, title, alt, words("figures.source", tables="units.csv"), data)


def standards(draft: Draft) -> Table | Paragraph:
    """Published standards that are not the same in all outcomes."""
    words, numbers = draft.words, of.others(draft)
    keys = ("fund", "category", "measure", "grade", "period")
    held = {n: {tuple(str(row[name]) for name in keys): row for row in of.rows(draft, "standards", n)} for n in numbers}
    wanted = [
        place
        for place in sorted({place for n in numbers for place in held[n]})
        if any(
            place not in held[n] or held[n][place]["first_yuan_per_mu"] != held[n][place]["second_yuan_per_mu"]
            for n in numbers
        )
    ]
    if not wanted:
        return Paragraph(words.runs("compared.no_standard"))
    found = []
    for place in wanted:
        where = dict(zip(keys, place, strict=True))
        label = (
            words.name("category", where["category"]) if where["category"] else words.name("measure", where["measure"])
        )
        grade = words("allocation.grade", grade=where["grade"]) if where["grade"] else words("allocation.all_units")

        def value(n: int, side: str, place: tuple[str, ...] = place, where: dict[str, str] = where) -> Runs:
            row = held[n].get(place)
            if row is None or not row[f"{side}_yuan_per_mu"]:
                return cell("—")
            signed = side == "difference"
            return (draft.number("standard", of.key("standards", f"{side}_yuan_per_mu", n, **where), signed=signed),)

        having = next(n for n in numbers if place in held[n])
        cells: list[Runs] = [cell(label), cell(grade), cell(where["period"]), value(having, "first")]
        cells += [value(n, "second") for n in numbers]
        cells += [value(numbers[0], "difference")] if len(numbers) == 1 else []
        found.append(Row(tuple(cells)))
    unit = draft.unit("standard")
    heads = [Column(of.LETTERS[n - 1], unit, True) for n in (1, *numbers)]
    heads += of.versus(draft, numbers, unit) if len(numbers) == 1 else []
    columns = (
        Column(words("comparison.subject"), width=1),
        Column(words("terms.grade")),
        Column(words("terms.period")),
        *heads,
    )
    return Table(columns, tuple(found), words.runs("compared.standards_table"))
