"""Green finance: whether loans and bonds carry themselves, what they bring beside grants, and when they are not worth it."""

from ..blocks import Block, Column, Heading, Items, Paragraph, Row, Runs, Section, Table
from ..draft import Draft, cell
from ..keys import combine, ref
from ..words import inside
from .instrument import BASE, Held, blocks
from .offered_loans import conclusion, details

FISCAL = "fiscal"
_TESTS = ("receipts", "price", "paid", "dear", "ordinary", "hidden")
"""When finance is not worth it, in the order in which it is told."""


def section(draft: Draft) -> Section:
    """Section 8 of the design; plainly nothing where no instrument was named."""
    words = draft.words
    held = [Held(draft, str(name)) for name in draft.table("finance_instruments")["instrument"]]
    found: list[Block] = []
    found += conclusion(draft)
    if held:
        found += [Paragraph(_lead(draft, held)), _summary(draft, held)]
    elif not found:
        found.append(Paragraph(words.runs("green_finance.none")))
    beside = [*([_beside(draft, held)] if _with_tonnes(held) else []), *details(draft)]
    if beside:
        found += [Heading(words("green_finance.beside_head")), *beside]
    if held or beside:
        tests = tuple(words.runs(f"green_finance.not_worth.{name}") for name in _TESTS)
        found += [Heading(words("green_finance.not_worth_head")), Items(tests)]
    for one in held:
        found += blocks(one)
    return Section("green_finance", words("green_finance.title"), tuple(found))


def _lead(draft: Draft, held: list[Held]) -> Runs:
    """How many carry themselves, as stated and under stress, and what the budget pays for them."""
    words = draft.words
    carried = [one for one in held if not one.short(BASE)]
    firm = [one for one in carried if one.worst is not None and not any(map(one.short, one.courses))]
    fiscal = ref("finance_terms", "sum(value)", figure=FISCAL)
    parts = [
        words.runs(
            "green_finance.lead",
            count=(draft.number("count", ref("finance_instruments", "rows()")),),
            carried=str(len(carried)),
            stressed=str(sum(one.worst is not None for one in held)),
            firm=str(len(firm)),
        ),
        words.runs(
            "green_finance.lead_money",
            principal=draft.phrase("finance_money", ref("finance_inputs", "sum(value)", input="principal")),
            fiscal=draft.phrase("finance_money", fiscal),
        ),
    ]
    if any(one.ordinary for one in held):
        parts.append(
            words.runs("green_finance.lead_ordinary", titles=words.join([one.title for one in held if one.ordinary]))
        )
    assumed = [one.title for one in held if one.head("evidence_status") == "assumption"]
    if assumed:
        parts.append(words.runs("green_finance.lead_assumed", titles=words.join(assumed)))
    return words.join(parts, "sentence")


def _summary(draft: Draft, held: list[Held]) -> Table:
    """One row per instrument, with what the figures say of it."""
    words = draft.words
    rows = []
    for one in held:
        worst, fiscal = one.worst, cell("—")
        if one.has(FISCAL):
            fiscal = (draft.number("finance_money", one.figure(FISCAL)),)
        rows.append(
            Row(
                (
                    cell(one.title),
                    (draft.number("finance_money", one.input("principal")),),
                    cell(draft.lookup.cell(one.figure("last_payment"))[:4]),
                    (draft.number("times", one.least(BASE)),),
                    cell("—") if worst is None else (draft.number("times", one.least(worst)),),
                    fiscal,
                    _verdict(one),
                    cell(words.name("status", one.head("status"))),
                )
            )
        )
    money = draft.unit("finance_money")
    columns = (
        Column(words("green_finance.name"), width=1),
        Column(words("green_finance.principal_head"), money, True),
        Column(words("green_finance.until")),
        Column(words("green_finance.least"), draft.unit("times"), True),
        Column(words("green_finance.least_stressed"), draft.unit("times"), True),
        Column(words("green_finance.fiscal"), money, True),
        Column(words("green_finance.verdict"), width=1),
        Column(words("green_finance.status")),
    )
    note = words.runs("green_finance.summary_note")
    return Table(columns, tuple(rows), words.runs("green_finance.summary"), note, dense=True)


def _verdict(one: Held) -> Runs:
    """What its cover says: ordinary credit, not carried, carried as stated only, or carried throughout."""
    words = one.draft.words
    if one.ordinary:
        return words.runs("green_finance.verdicts.ordinary")
    short = one.short(BASE)
    if short:
        years = str(len(one.covered(BASE)))
        return words.runs("green_finance.verdicts.not_carried", count=str(len(short)), years=years)
    worst = one.worst
    if worst is None:
        return words.runs("green_finance.verdicts.not_stressed")
    if one.value(one.least(worst)) < 1:
        course = inside(words.name("finance_course", worst))
        return words.runs("green_finance.verdicts.as_stated", course=course)
    return words.runs("green_finance.verdicts.carried")


def _with_tonnes(held: list[Held]) -> list[Held]:
    """Instruments of a forest project whose tonnes are told."""
    return [one for one in held if one.told("tonnes") and one.value(one.input("tonnes")) > 0]


def _beside(draft: Draft, held: list[Held]) -> Table:
    """Public money, tonnes and yuan per tonne: the grants of the allocation, then each instrument."""
    words, carbon = draft.words, draft.indicator("carbon.total")
    money = combine("total", draft.payment(), draft.left_to_pay())
    per_tonne: Runs = cell("—")
    if draft.lookup.value(carbon) > 0:
        per_tonne = draft.phrase("fen_per_tonne", combine("ratio", money, carbon))
    grants = (
        cell(words("green_finance.grants"), True),
        draft.phrase("money_total", money),
        draft.phrase("carbon", carbon),
        cell("—"),
        per_tonne,
        cell("—"),
    )
    rows = [Row(grants)]
    for one in _with_tonnes(held):
        tonnes = one.input("tonnes")
        paid = ref("finance_cash_flows", "sum(amount_fen)", instrument=one.id, payer=FISCAL)
        each, leverage = cell("—"), cell("—")
        if one.has(FISCAL):
            each = draft.phrase("fen_per_tonne", combine("ratio", one.figure(FISCAL), tonnes))
        if one.has("leverage"):
            leverage = draft.phrase("times", one.figure("leverage"))
        rows.append(
            Row(
                (
                    cell(one.title),
                    draft.phrase("finance_money", paid),
                    draft.phrase("tonnes", tonnes),
                    each,
                    draft.phrase("fen_per_tonne", combine("ratio", paid, tonnes)),
                    leverage,
                )
            )
        )
    columns = (
        Column(words("green_finance.channel"), width=1),
        Column(words("green_finance.public"), "", True),
        Column(words("green_finance.tonnes"), "", True),
        Column(words("green_finance.debt_per_tonne"), "", True),
        Column(words("green_finance.public_per_tonne"), "", True),
        Column(words("green_finance.leverage"), "", True),
    )
    note = words.runs("green_finance.beside_note")
    return Table(columns, tuple(rows), words.runs("green_finance.beside"), note, dense=True)
