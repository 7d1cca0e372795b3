"""The sheet of what a fiscal yuan does as a grant and as support of a loan: sums of the flows and ratios as formulas."""

from decimal import Decimal
from typing import Any

from silvafisc.results import Outcome

from .cells import Cell, Formula, yuan
from .listed import loan_name, rows_of
from .pages import Column, Page, Words, audited_columns, checked


def leverage_columns(words: Words) -> list[Column]:
    """Work, channel, public cost of all years, principal, tonnes, the two ratios, what was audited, the difference."""
    money = words("workbook.yuan")
    audited = [Column(column.head, column.kind, column.unit) for column in audited_columns(words)]
    return [
        Column(words("workbook.work")),
        Column(words("workbook.channel")),
        Column(words("workbook.public_cost"), "money", money),
        Column(words("workbook.principal"), "money", money),
        Column(words("workbook.added_tonnes"), "tonnes"),
        Column(words("workbook.per_tonne"), "money", money),
        Column(words("workbook.leverage"), "share"),
        *audited,
    ]


def leverage_page(page: Page, flows: Page, outcome: Outcome, words: Words) -> None:
    """Rows of leverage.csv.

    A loan's cost and principal are sums of its flows on the sheet of flows; what grants cost is stated; rows of all work are
    sums of the rows before them. Per tonne = cost / tonnes, leverage = principal / cost, empty where nothing divides.
    """
    held = rows_of(outcome, "leverage")
    parts = sum(bool(_text(row, "measure")) for row in held)
    heads = [words(f"workbook.{name}") for name in ("public_cost", "principal", "added_tonnes")]
    for row in held:
        channel, at = _text(row, "channel"), len(page.rows)
        measure, loan = _text(row, "measure"), _text(row, "instrument")
        work = words.name("measure", measure) if measure else words("green_finance.all_measures")
        shown = words(f"green_finance.channels.{channel}")
        cost, principal = (yuan(int(row[name])) for name in ("public_cost_fen", "private_principal_fen"))
        amounts: list[Cell] = [cost, principal, float(row["carbon_tco2e"])]
        if not measure:
            values = (cost, principal, Decimal(repr(float(row["carbon_tco2e"]))))
            amounts = [
                Formula(_above(page, head, channel, shown, parts, words), value)
                for head, value in zip(heads, values, strict=True)
            ]
        elif loan:
            name = loan_name(outcome, loan, words)
            amounts[:2] = [
                Formula(_flows(flows, name, item, words), value)
                for item, value in (("public_cost", cost), ("principal_drawn", principal))
            ]
        page.add([work, shown, *amounts])
        over = [page.at(at, head) for head in heads]
        ratios = [
            _ratio(over[0], over[2], row["yuan_per_tco2e"]),
            _ratio(over[1], over[0], row["leverage"]),
        ]
        page.rows[at] = [work, shown, *amounts, *ratios, *checked(page, at, heads[0], cost, words)]


def _text(row: Any, name: str) -> str:
    return row[name] if isinstance(row[name], str) else ""


def _above(page: Page, head: str, channel: str, shown: str, parts: int, words: Words) -> str:
    """The sum of the rows of single measures, of one channel or of both."""
    span = page.span(head, 0, parts - 1)
    if channel == "both":
        return f"SUM({span})"
    return f'SUMIFS({span},{page.span(words("workbook.channel"), 0, parts - 1)},"{shown}")'


def _flows(flows: Page, name: str, item: str, words: Words) -> str:
    """The sum of one item of a loan over all units and years."""
    amount, loan, kind = (
        flows.ref_span(words(f"workbook.{head}")) for head in ("flow_amount", "instrument", "flow_item")
    )
    return f'ROUND(SUMIFS({amount},{loan},"{name}",{kind},"{words(f"workbook.item_{item}")}"),2)'


def _ratio(above: str, below: str, value: Any) -> Formula:
    """above / below, empty where below is nothing or less, as the outcome has it."""
    known = value is not None and value == value
    return Formula(f'IF({below}>0,{above}/{below},"")', Decimal(repr(float(value))) if known else "")
