"""Annex: a card per unit, the published formula with its numbers put in, period by period."""

from dataclasses import replace
from fractions import Fraction

from silvafisc.results.sentences import change_sentence

from ..blocks import Card, Column, Number, Paragraph, Row, Runs, Section, Table, Text
from ..draft import Draft, cell
from ..keys import combine, ref
from ..rounding import shown_parts


def section(draft: Draft) -> Section:
    """The cards of all units."""
    words = draft.words
    cards = tuple(card(draft, code) for code in draft.codes)
    units = {name: draft.unit(name) for name in ("area", "standard", "money")}
    return Section("annex", words("annex.title"), (Paragraph(words.runs("annex.lead", **units)), *cards), new_page=True)


def card(draft: Draft, code: str) -> Card:
    """The card of one unit."""
    words = draft.words
    summary = [words.runs("annex.total", money=draft.with_unit(draft.unit_total(code)))]
    if draft.lookup.cell(ref("regions", "grade", region_code=code)) and draft.outcome.resolved.grades.by_region:
        summary.append(
            words.runs(
                "annex.grade",
                importance=draft.number("score", ref("regions", "importance", region_code=code)),
                need=draft.number("score", ref("regions", "need", region_code=code)),
                score=draft.number("score", ref("regions", "score", region_code=code)),
                grade=draft.number("count", ref("regions", "grade", region_code=code)),
            )
        )
    if code in draft.change_parts:
        summary.append(why(draft, code))
    text = words.join(summary, "sentence")
    return Card(f"unit-{code}", words("annex.card", unit=draft.region(code), code=code), text, (formula(draft, code),))


def why(draft: Draft, code: str) -> Runs:
    """The unit's change against the reference as a sentence, its parts as they are shown elsewhere."""
    steps, against = draft.change_parts[code], str(draft.against)
    # The sentence has words of its own for what it knows, and prints others as they are.
    named = against if draft.times(against) == 1 else draft.base(against)
    found: list[Text | Number] = []
    for piece in change_sentence(named, list(steps.items()), draft.language):
        if isinstance(piece, str):
            found.append(Text(piece))
        elif piece.part:
            key = draft.change(code, piece.part)
            found.append(draft.number("money", key, signed=True, steps=steps[piece.part]))
        else:
            whole = draft.number("money", draft.change(code), steps=sum(steps.values()))
            found += draft.with_unit(replace(whole, text=whole.text.removeprefix("−"), sign="words"))
    return tuple(found)


def formula(draft: Draft, code: str) -> Table:
    """Rows: what is paid for; per period the sum as it is worked out and its result."""
    words = draft.words
    lines = _lines(draft, code)
    totals, _ = draft.money_cells("period")
    unit_totals = totals[code]
    amounts: dict[str, dict[str, int]] = {}
    for period in draft.periods:
        exact = {
            label: int(
                draft.lookup.value(ref("allocation", "sum(payment_fen)", region_code=code, period=period, **where))
            )
            for label, _, where in lines
        }
        steps = round(
            Fraction(unit_totals[period].text.replace(",", "").replace("−", "-"))
            * 10 ** int(draft.style("money")["decimals"])
        )
        amounts[period] = shown_parts(exact, draft.step("money"), int(steps))
    rows = []
    for label, kind, where in lines:
        cells: list[Runs] = []
        for period in draft.periods:
            key = ref("allocation", "sum(payment_fen)", region_code=code, period=period, **where)
            cells.append(_worked(draft, code, kind, where, period))
            cells.append((draft.number("money", key, steps=amounts[period][label]),))
        rows.append(Row((cell(label), *cells)))
    total_cells: list[Runs] = []
    for period in draft.periods:
        total_cells += [(), (unit_totals[period],)]
    rows.append(Row((cell(words("terms.sum"), True), *total_cells), "total"))
    columns = [Column(words("annex.item"))]
    for period in draft.periods:
        columns.append(Column(words("annex.worked", year=period), "", True))
        columns.append(Column(words("terms.year", year=period), draft.unit("money"), True))
    return Table(tuple(columns), tuple(rows), words.runs("annex.caption", unit=draft.region(code)), dense=True)


def _lines(draft: Draft, code: str) -> list[tuple[str, str, dict[str, str]]]:
    """(label, how it is worked out, `where`) of every line of the published formula that occurs for this unit."""
    words, resolved = draft.words, draft.outcome.resolved
    lines = [(words.short_name("category", spec.id), "category", {"category": spec.id}) for spec in resolved.categories]
    lines += [
        (words.name("measure", spec.id), "task", {"measure": spec.id, "nature": "task"}) for spec in resolved.tasks
    ]
    lines += [
        (words("annex.factor", fund=words.short_name("fund", fund.id)), "factor", {"nature": "factor", "fund": fund.id})
        for fund in resolved.funds
    ]
    subsidy = words.name("nature", "interest_subsidy")
    lines += [
        (
            words("carbon.part", measure=words.name("measure", loan.measure), nature=subsidy),
            "loan",
            {"measure": loan.measure, "nature": "interest_subsidy"},
        )
        for loan in resolved.loans
    ]
    lines.append((words.name("nature", "committed"), "committed", {"nature": "committed"}))
    return [line for line in lines if draft.lookup.has("allocation", region_code=code, **line[2])]


def _worked(draft: Draft, code: str, kind: str, where: dict[str, str], period: str) -> Runs:
    """Area x standard, or factor shares; empty where the line is given, not worked out here."""
    here = {"region_code": code, "period": period, **where}
    if not draft.has("allocation", **here):
        return cell("—")
    if kind == "category":
        area = ref("inputs.areas", "area_tenth_mu", region_code=code, category=where["category"])
        standard = draft.standard(code, where["category"], period)
        if standard is None:
            return cell("—")
        return (draft.number("area_tenth", area), Text(" × "), draft.number("standard", standard))
    if kind == "task":
        standard = ref("allocation", "standard_yuan_per_mu", **here)
        area = ref("allocation", "area_mu", **here)
        if not draft.lookup.value(ref("allocation", "sum(payment_fen)", **here)):
            return cell("—")
        spec = draft.outcome.resolved.task(where["measure"])
        worked: Runs = (draft.number("area", area), Text(" × "), draft.number("standard", standard))
        if len(spec.instalments) > 1:
            whole = combine(
                "total", ref("allocation", "payment_fen", **here), ref("allocation", "due_later_fen", **here)
            )
            part = combine("ratio", ref("allocation", "payment_fen", **here), whole)
            worked = (*worked, Text(" × "), *draft.phrase("share", part))
        return worked
    if kind == "factor":
        pot = ref("weights", "sum(pot_fen)", fund=where["fund"], period=period)
        part = ref("allocation", "sum(payment_fen)", **here)
        return (draft.number("money", pot), Text(" × "), *draft.phrase("share_fine", combine("ratio", part, pot)))
    return cell("—")
