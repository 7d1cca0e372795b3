"""The sheets that a loan or bond follows from: terms that may be changed, and receipts at their prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from silvafisc.finance.cash_flows import KINDS
from silvafisc.quantities import split_payers

from .finance_cells import Book, Cell, Column, Given, Live, Page, day, differences, letter, yuan

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
_FIGURES = ("principal", "link_floor", "link_cap", "link_low", "link_high")
_DAYS = {"ACT/365": 365, "ACT/360": 360, "30/360": 360}
TERMS = (Column("item"), Column("value", "count"), Column("unit"), Column("from", "date"))


@dataclass
class Terms:
    """The sheet of terms, and in which of its rows everything stands."""

    page: Page
    rows: dict[str, int]
    counts: dict[str, int]

    def cell(self, name: str) -> str:
        """The cell of a figure."""
        return self.page.ref(self.rows[name], "value")

    def values(self, name: str, column: str = "value") -> str:
        """The cells of a list: rates, prices, shares; or the days from which they hold."""
        first = self.rows[name]
        return self.page.span(column, first, first + self.counts[name] - 1)

    def sum_of_checks(self, pages: Sequence[Page]) -> None:
        """Write the sheet: its check is the sum of those of the others."""
        self.page.finish("+".join(page.check for page in pages))


def terms_page(book: Book, tables: Rows, number: int, title: str) -> Terms:
    """The cells that may be changed; written when the other sheets are there."""
    words = book.words
    page = Page(book, book.say("sheet_terms", number=str(number)), title, book.say("note_terms"), TERMS)
    told = {str(row["input"]): str(row["value"]) for row in tables["inputs"]}
    terms = Terms(page, {}, {})

    def add(name: str, label: str, value: Cell, unit: str, since: Any = None) -> None:
        terms.rows.setdefault(name, len(page.rows))
        terms.counts[name] = terms.counts.get(name, 0) + 1
        page.rows.append((label, value, unit, since))

    for name in _FIGURES:
        if name in told:
            money = not name.startswith("link") or name in {"link_low", "link_high"}
            value = yuan(told[name]) if money else float(told[name])
            unit = words.name("unit", "yuan") if money else ""
            add(name, book.say(name), Given(value, "money" if money else "rate"), unit)
    for row in tables.get("rates", ()):
        add("rates", book.say("rate_from"), Given(float(row["rate"]), "rate"), "", day(row["from"]))
    for row in tables.get("prices", ()):
        unit = words.name("unit", "yuan_per_tco2")
        add("prices", book.say("price_from"), Given(float(row["yuan_per_tco2"]), "money"), unit, day(row["from"]))
    for row in tables.get("sharing", ()):
        add(
            "shares",
            book.say("share_of", party=book.words.own(str(row["party"]))),
            Given(float(row["share"]), "rate"),
            "",
        )
    repayment = told["repayment"]
    add("repayment", book.say("repayment"), _repayment(book, repayment), "")
    count = told["day_count"]
    add("day_count", book.say("day_count"), count, "")
    if count in _DAYS:
        add("base", book.say("base"), _DAYS[count], "")
    add("drawn", book.say("drawn"), day(tables["schedule"][0]["from"]), "")
    if repayment == "interest_only_then":
        add("interest_only", book.say("interest_only"), int(told["interest_only"]), "")
    fen = f"ROUND({page.at(terms.rows['principal'], 'value')}*100,0)"
    add("principal_fen", book.say("principal_fen"), Live(fen, int(told["principal"]), "count"), "")
    return terms


def _repayment(book: Book, word: str) -> str:
    return book.say("bond_repaid") if word == "bond" else book.words.name("finance_word", word)


@dataclass
class Receipts:
    """The sheet of receipts, and what the borrower keeps of each."""

    page: Page
    own_fen: list[int]

    def within(self, column: str, first: str, last: str, kind: str = "") -> str:
        """Receipts of days from `first` to `last`, both included; of one kind where stated."""
        page = self.page
        days = f'{page.span("day")},">="&{first},{page.span("day")},"<="&{last}'
        kinds = f',{page.span("kind_id")},"{kind}"' if kind else ""
        return f"SUMIFS({page.span(column)},{days}{kinds})"


def receipts_page(book: Book, tables: Rows, number: int, title: str, terms: Terms) -> Receipts:
    """Every receipt: tonnes x price x what stays, rounded down to the fen; shared by largest remainder."""
    parties = [book.words.own(str(row["party"])) for row in tables.get("sharing", ())]
    borrower = next((at for at, row in enumerate(tables.get("sharing", ())) if row["borrower"]), 0)
    columns = (
        Column("day", "date"),
        Column("kind"),
        Column("kind_id", folded=True),
        Column("pledged", "count", folded=True),
        Column("tonnes", "count"),
        Column("price", "money"),
        Column("kept", "rate"),
        Column("gross", "money"),
        *(Column("part_of", "factor", True, party) for party in parties),
        Column("own", "money"),
        Column("priced_gross", "money"),
    )
    name = book.say("sheet_receipts", number=str(number))
    page = Page(book, name, title, book.say("note_receipts"), columns)
    own_fen = []
    for at, row in enumerate(tables["receipts"]):
        cells, own = _receipt(page, at, row, tables, terms, parties, borrower)
        page.rows.append(cells)
        own_fen.append(own)
    page.finish(differences(page, [("gross", "priced_gross")]))
    return Receipts(page, own_fen)


def _receipt(
    page: Page, at: int, row: Mapping[str, Any], tables: Rows, terms: Terms, parties: Sequence[str], borrower: int
) -> tuple[list[Cell], int]:
    """The cells of a receipt, and what the borrower keeps of it, fen."""
    fen, gross = int(row["gross_fen"]), letter(page, "gross", at)
    kind = KINDS[str(row["kind"])][page.book.words.language == "en"]
    head: list[Cell] = [day(row["day"]), kind, str(row["kind"]), int(bool(row["pledged"]))]
    if pd.notna(row["tonnes"]):
        steps = [one for one in tables["prices"] if str(one["from"]) <= str(row["day"])]
        where = f"{letter(page, 'day', at)},{terms.values('prices', 'from')},{terms.values('prices')}"
        price = Live(f"LOOKUP({where})", float(steps[-1]["yuan_per_tco2"]))
        cells = "*".join(letter(page, name, at) for name in ("tonnes", "price", "kept"))
        # The last bits of the doubles are rounded away before the floor: price and what stays are short decimals.
        sale = Live(f"INT(ROUND({cells}*100,5))/100", yuan(fen))
        head += [int(row["tonnes"]), price, float(row["kept"]), sale]
    else:
        head += [None, None, None, Given(yuan(fen))]
    if not parties or row["kind"] != "carbon":
        return [*head, *([None] * len(parties)), Live(gross, yuan(fen)), yuan(fen)], fen
    shares = [Fraction(str(one["share"])) for one in tables["sharing"]]
    parts = [
        Live(f"ROUND(ROUND({gross}*100,0)*{terms.page.ref(terms.rows['shares'] + place, 'value')},6)", float(fen * one))
        for place, one in enumerate(shares)
    ]
    own = split_payers(fen, list(zip(parties, shares, strict=True)))[parties[borrower]]
    return [*head, *parts, Live(_kept(page, at, parties, borrower, gross), yuan(own)), yuan(fen)], own


def _kept(page: Page, at: int, parties: Sequence[str], borrower: int, gross: str) -> str:
    """The borrower's part: floored, and a fen more where its remainder is among the largest that the rest goes to."""
    names = [page.at(at, "part_of", party) for party in parties]
    whole, mine = f"{names[0]}:{names[-1]}", names[borrower]
    rest = f"ROUND({gross}*100,0)-SUMPRODUCT(INT({whole}))"
    remainder = f"ROUND({mine}-INT({mine}),6)"
    ahead = f"SUMPRODUCT(--(ROUND({whole}-INT({whole}),6)>{remainder}))"
    if borrower:
        before = f"{names[0]}:{names[borrower - 1]}"
        ahead += f"+SUMPRODUCT(--(ROUND({before}-INT({before}),6)={remainder}))"
    return f"(INT({mine})+IF({ahead}<{rest},1,0))/100"
