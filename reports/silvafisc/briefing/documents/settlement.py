"""清算表和结转表: the year's account of every unit, the rounding that is kept, and what is carried over or lapses."""

from ..blocks import Block, Column, Paragraph, Row, Runs, Section, Table
from ..draft import cell
from ..rounding import column_sums
from ..sections.allocation import envelopes
from .year import ITEMS, YearDraft


def sections(draft: YearDraft) -> list[Section]:
    """Settlement, rounding, carry-over."""
    words = draft.words
    accounts: list[Block] = [_account(draft, fund) for fund in draft.funds if draft.has_ledger(fund)]
    if not accounts:
        accounts = [Paragraph(words.runs("settlement.no_ledger"))]
    kept = [_kept(draft, fund) for fund in draft.funds]
    return [
        Section("settlement", words("settlement.title"), tuple(accounts)),
        Section("rounding", words("settlement.rounding"), tuple(kept)),
        Section("carry-over", words("settlement.carry_over"), (envelopes(draft),)),
    ]


def _account(draft: YearDraft, fund: str) -> Table:
    """Every item of the year's account; they sum to this notice."""
    words, money = draft.words, draft.unit(draft.fine)
    codes = draft.served(fund)
    exact = {code: {item: draft.fen(draft.item(fund, (item,), code)) for item in ITEMS} for code in codes}
    due = draft.totals({code: draft.item(fund, ITEMS, code) for code in codes})
    shown = draft.shown(exact, due)
    rows, sums = [], column_sums(shown, ITEMS)
    for code, steps in shown.items():
        numbers = [draft.number_of(draft.fine, draft.item(fund, (item,), code), steps[item]) for item in ITEMS]
        whole = draft.number_of(draft.fine, draft.item(fund, ITEMS, code), due[code])
        rows.append(Row((cell(draft.region(code)), *numbers, whole)))
    numbers = [draft.number_of(draft.fine, draft.item(fund, (item,)), sums[item]) for item in ITEMS]
    rows.append(
        Row(
            (
                cell(words("terms.sum")),
                *numbers,
                draft.number_of(draft.fine, draft.item(fund, ITEMS), sum(due.values())),
            ),
            "total",
        )
    )
    columns = (
        Column(words("terms.unit")),
        *(Column(words(f"settlement.item.{item}"), money, True) for item in ITEMS),
        Column(words("settlement.exact"), money, True),
    )
    caption = words.runs("settlement.caption", year=draft.year, fund=draft.identity(fund)["fund_name"])
    return Table(columns, tuple(rows), caption, words.runs("settlement.note"), wide=True)


def _kept(draft: YearDraft, fund: str) -> Table:
    """Printed and exact amounts, and the difference that settlement clears."""
    words, fine = draft.words, draft.fine
    codes = draft.served(fund)
    kept = draft.totals({code: draft.rounding(fund, code) for code in codes})

    def cells(code: str, steps: int) -> tuple[Runs, Runs]:
        printed = draft.number_of(draft.whole, draft.printed(fund, code))
        return printed, draft.number_of(fine, draft.rounding(fund, code), steps)

    rows = [Row((cell(draft.region(code)), *cells(code, kept[code]))) for code in codes]
    rows.append(Row((cell(words("terms.sum")), *cells("", sum(kept.values()))), "total"))
    columns = (
        Column(words("terms.unit"), width=1),
        Column(draft.printed_word, draft.unit(draft.whole), True),
        Column(words("notice.kept"), draft.unit(fine), True),
    )
    caption = words.runs("settlement.kept_caption", year=draft.year, fund=draft.identity(fund)["fund_name"])
    return Table(columns, tuple(rows), caption, words.runs("settlement.kept_note"))
