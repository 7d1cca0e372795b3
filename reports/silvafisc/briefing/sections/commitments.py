"""Regional performance targets, money promised for later years, and what earlier years still bind."""

from ..blocks import Block, Column, Heading, Paragraph, Row, Section, Table
from ..documents import targets
from ..documents.year import YearDraft
from ..draft import Draft, cell
from ..keys import combine, ref
from ..rounding import shown_total


def section(draft: Draft) -> Section:
    """Section 9 of the design."""
    words, year = draft.words, YearDraft(draft.outcome, draft.language, draft.trail, lookup=draft.lookup)
    blocks: list[Block] = [Paragraph(words.runs("commitments.lead", year=year.year))]
    for fund in draft.funds:
        blocks += [Heading(words.short_name("fund", fund)), targets.table(year, fund)]
    blocks += [Heading(words("commitments.instalments_head")), instalments(draft)]
    return Section("commitments", words("commitments.title"), tuple(blocks))


def instalments(draft: Draft) -> Table:
    """Per fund and year, all payers: what is paid, of it what earlier years promised, and what is left for later years."""
    words, rows = draft.words, []
    for fund in draft.funds:
        for period in draft.periods:
            where = {"fund": fund, "period": period}
            due, later = draft.payment(nature="committed", **where), ref("allocation", "sum(due_later_fen)", **where)
            paid = draft.payment(**where)
            # What is due rounds as it does where it was promised; what is new is the rest of the shown total.
            steps = {key: shown_total(int(draft.lookup.value(key)), draft.step("money")) for key in (paid, due)}
            numbers = (
                draft.number("money", paid),
                draft.number("money", combine("difference", paid, due), steps=steps[paid] - steps[due]),
                draft.number("money", due),
                draft.number("money", later),
            )
            rows.append(Row((cell(words.short_name("fund", fund)), cell(period), *((number,) for number in numbers))))
    heads = ("paid", "new", "due", "later")
    columns = (
        Column(words("terms.fund"), width=1),
        Column(words("terms.period")),
        *(Column(words(f"commitments.{head}"), draft.unit("money"), True) for head in heads),
    )
    caption, note = words.runs("commitments.instalments"), words.runs("commitments.instalments_note")
    return Table(columns, tuple(rows), caption, note, dense=True)
