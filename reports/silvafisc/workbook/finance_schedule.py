"""The sheet of payments: interest by day count, principal by the way of repayment, to the fen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from .finance_cells import FIRST, Book, Cell, Column, Given, Live, Page, day, differences, letter, yuan
from .finance_sources import Receipts, Rows, Terms

LIMB = 100_000
"""Fen of the lower part of a principal: with it the product of principal and receipts is worked out in two exact steps, up to
100 M yuan of principal and 400 M yuan of receipts."""
YEAR, MONTH = 360, 30
"""Days of 30/360."""
_DIGITS = 10
"""Decimals of sums of shares: their last bits are rounded away."""
LEVEL = ("equal_instalment", "interest_only_then")


def schedule_page(book: Book, tables: Rows, number: int, title: str, terms: Terms, receipts: Receipts) -> Page:
    """Every payment with the columns that its way of repayment needs."""
    told = {str(row["input"]): str(row["value"]) for row in tables["inputs"]}
    sheet = _Sheet(book, tables, number, title, terms, receipts, told)
    for at in range(len(tables["schedule"])):
        sheet.page.rows.append(sheet.row(at))
    pairs = [("interest", "priced_interest"), ("principal_repaid", "priced_principal"), ("closing", "priced_closing")]
    sheet.page.finish(differences(sheet.page, pairs), frozen=1)
    return sheet.page


class _Sheet:
    """What the cells of every row need: a class, since each of them needs most of it."""

    def __init__(
        self,
        book: Book,
        tables: Rows,
        number: int,
        title: str,
        terms: Terms,
        receipts: Receipts,
        told: Mapping[str, str],
    ) -> None:
        self.tables, self.terms, self.receipts, self.told = tables, terms, receipts, told
        self.lines, self.repayment = tables["schedule"], told["repayment"]
        self.rates = tables.get("rates", ())
        extra: list[Column] = []
        if self.repayment in LEVEL:
            extra = [Column("annuity", "factor", True, str(row["from"])) for row in self.rates]
            extra.append(Column("instalment", "money"))
        elif self.repayment == "issuance_matched":
            extra = [Column("received", "count", True), Column("repaid_fen", "count", True)]
        elif self.repayment == "equal_principal":
            extra = [Column("repaid_fen", "count", True)]
        elif self.repayment == "bond":
            extra = [Column("shares", "rate"), Column("repaid_fen", "count", True)]
        coupon = [Column("income", "money"), Column("fixed", "rate"), Column("step", "rate")] if self.coupons else []
        columns = (
            Column("payment", "count"),
            *(Column(name, "date") for name in ("from", "to", "due", "paid")),
            Column("days" if self.counted else "part", "count" if self.counted else "factor"),
            *coupon,
            Column("rate", "rate"),
            Column("opening", "money"),
            *(Column(name, "money") for name in ("interest", "principal_repaid", "service", "closing")),
            *extra,
            *(Column(name, "money") for name in ("priced_interest", "priced_principal", "priced_closing")),
        )
        name = book.say("sheet_schedule", number=str(number))
        self.page = Page(book, name, title, book.say("note_schedule"), columns)

    @property
    def coupons(self) -> Sequence[Mapping[str, Any]]:
        """Parts of the coupons, of a bond."""
        return self.tables.get("coupons", ())

    @property
    def counted(self) -> bool:
        """Whether days are counted on this sheet; else the part of a year stands as it was priced."""
        return "base" in self.terms.rows

    def cell(self, key: str, at: int) -> str:
        return letter(self.page, key, at)

    def fen(self, at: int, name: str) -> int:
        return int(self.lines[at][f"{name}_fen"])

    def row(self, at: int) -> list[Cell]:
        """One payment."""
        line = self.lines[at]
        dates = [day(line[name]) for name in ("from", "to", "due", "paid")]
        first = self.terms.cell("principal") if at == 0 else self.cell("closing", at - 1)
        opening, interest, principal = (self.cell(name, at) for name in ("opening", "interest", "principal_repaid"))
        return [
            int(line["payment"]),
            *dates,
            self._days(at),
            *self._coupon(at),
            self._rate(at),
            Live(first, yuan(self.fen(at, "opening"))),
            Live(self._interest(at), yuan(self.fen(at, "interest"))),
            Live(self._principal(at), yuan(self.fen(at, "principal"))),
            Live(f"ROUND({interest}+{principal},2)", yuan(self.fen(at, "service"))),
            Live(f"ROUND({opening}-{principal},2)", yuan(self.fen(at, "closing"))),
            *self._extra(at),
            *(yuan(self.fen(at, name)) for name in ("interest", "principal", "closing")),
        ]

    def _days(self, at: int) -> Cell:
        if not self.counted:
            return float(self.coupons[at]["years"])
        start, end = self.cell("from", at), self.cell("to", at)
        one, other = (day(self.lines[at][name]) for name in ("from", "to"))
        if self.told["day_count"] != "30/360":
            return Live(f"{end}-{start}", (other - one).days)
        first = min(one.day, MONTH)
        last = MONTH if other.day > MONTH and first == MONTH else other.day
        days = YEAR * (other.year - one.year) + MONTH * (other.month - one.month) + last - first
        ends = f"IF(AND(DAY({end})>{MONTH},DAY({start})>={MONTH}),{MONTH},DAY({end}))-MIN(DAY({start}),{MONTH})"
        months = f"(YEAR({end})-YEAR({start}))*{YEAR}+(MONTH({end})-MONTH({start}))*{MONTH}"
        return Live(f"{months}+{ends}", days)

    def _coupon(self, at: int) -> list[Cell]:
        """Carbon income of the period, and the parts of the coupon that it does not change."""
        if not self.coupons:
            return []
        one = self.coupons[at]
        start, end = str(self.lines[at]["from"]), str(self.lines[at]["to"])
        income = sum(
            int(row["gross_fen"])
            for row in self.tables["receipts"]
            if row["kind"] == "carbon" and start <= str(row["day"]) < end
        )
        formula = self.receipts.within("own", self.cell("from", at), f"({self.cell('to', at)}-1)", "carbon")
        return [Live(f"ROUND({formula},2)", yuan(income)), Given(float(one["fixed"])), float(one["step"])]

    def _rate(self, at: int) -> Cell:
        if not self.coupons:
            steps = [row for row in self.rates if str(row["from"]) <= str(self.lines[at]["from"])]
            where = f"{self.cell('from', at)},{self.terms.values('rates', 'from')},{self.terms.values('rates')}"
            return Live(f"LOOKUP({where})", float(steps[-1]["rate"]))
        parts = [self.cell("fixed", at), self.cell("step", at)]
        if "link_floor" in self.terms.rows:
            parts.append(linked(self.terms, self.cell("income", at)))
        return Live("+".join(parts), float(self.lines[at]["rate"]))

    def _interest(self, at: int) -> str:
        year = f"*{self.cell('days', at)}/{self.terms.cell('base')}" if self.counted else f"*{self.cell('part', at)}"
        return f"ROUND({self.cell('opening', at)}*{self.cell('rate', at)}{year},2)"

    def _principal(self, at: int) -> str:
        opening, last = self.cell("opening", at), at == len(self.lines) - 1
        if self.repayment in LEVEL:
            if last:
                return opening
            if at < self._alone:
                return "0"
            return f"MIN(ROUND({self.cell('instalment', at)}-{self.cell('interest', at)},2),{opening})"
        if self.repayment == "bullet":
            return opening if last else "0"
        before = self.cell("repaid_fen", at - 1) if at else "0"
        return f"ROUND(({self.cell('repaid_fen', at)}-{before})/100,2)"

    @property
    def _alone(self) -> int:
        """Payments of interest alone."""
        return int(self.told["interest_only"]) if self.repayment == "interest_only_then" else 0

    def _extra(self, at: int) -> list[Cell]:
        """The columns that the way of repayment needs."""
        makers: Mapping[str, Callable[[int], list[Cell]]] = {
            "equal_instalment": self._level,
            "interest_only_then": self._level,
            "equal_principal": self._equal,
            "issuance_matched": self._matched,
            "bond": self._bond,
        }
        made = makers.get(self.repayment)
        return [] if made is None else made(at)

    def _to_date(self, at: int) -> int:
        """Principal repaid up to a payment, fen."""
        return int(self.told["principal"]) - self.fen(at, "closing")

    def _level(self, at: int) -> list[Cell]:
        """What a yuan a period is worth at each rate, and the instalment, worked out again where the rate changes."""
        found: list[Cell] = []
        for place, row in enumerate(self.rates):
            column = self.page.column("annuity", str(row["from"]))
            rate = self.terms.page.ref(self.terms.rows["rates"] + place, "value")
            growth = f"(1+{rate}*{self.cell('days', at)}/{self.terms.cell('base')})"
            below = "" if at == len(self.lines) - 1 else f"+{_letter(column, at + 1)}"
            found.append(Live(f"(1{below})/{growth}", self._annuity(at, float(row["rate"]))))
        if at < self._alone or at == len(self.lines) - 1:
            return [*found, None]
        instalment = yuan(self.fen(at, "service"))
        first = self.page.column("annuity", str(self.rates[0]["from"]))
        names = f"{_letter(first, at)}:{_letter(first + len(self.rates) - 1, at)}"
        step = f"MATCH({self.cell('from', at)},{self.terms.values('rates', 'from')},1)"
        fresh = f"ROUND({self.cell('opening', at)}/INDEX({names},1,{step}),2)"
        if at == self._alone:
            return [*found, Live(fresh, instalment)]
        same = f"{self.cell('rate', at)}={self.cell('rate', at - 1)}"
        return [*found, Live(f"IF({same},{self.cell('instalment', at - 1)},{fresh})", instalment)]

    def _annuity(self, at: int, rate: float) -> float:
        total = 0.0
        for line in reversed(self.lines[at:]):
            place = int(line["payment"]) - 1
            days = self._days(place)
            assert isinstance(days, Live)
            total = (1 + total) / (1 + rate * float(days.value) / self._base)
        return total

    @property
    def _base(self) -> float:
        cell = self.terms.page.rows[self.terms.rows["base"]][1]
        assert isinstance(cell, int)
        return float(cell)

    def _equal(self, at: int) -> list[Cell]:
        part = f"{self.terms.cell('principal_fen')}*{self.cell('payment', at)}/{len(self.lines)}"
        return [Live(f"INT({part})", self._to_date(at))]

    def _bond(self, at: int) -> list[Cell]:
        share = f"ROUND(SUM({self.page.at(0, 'shares')}:{self.cell('shares', at)}),{_DIGITS})"
        repaid = f"INT(ROUND({self.terms.cell('principal_fen')}*{share},4))"
        return [Given(float(self.coupons[at]["repaid_share"])), Live(repaid, self._to_date(at))]

    def _matched(self, at: int) -> list[Cell]:
        """Pledged receipts to date, and of the principal the same part of it, rounded down."""
        start, end = str(self.lines[0]["from"]), str(self.lines[at]["due"])
        page, drawn = self.receipts.page, self.terms.cell("drawn")
        days = f'{page.span("day")},">"&{drawn},{page.span("day")},"<="&{self.cell("due", at)}'
        received = f"ROUND(100*SUMIFS({page.span('own')},{days},{page.span('pledged')},1),0)"
        value = sum(
            fen
            for fen, row in zip(self.receipts.own_fen, self.tables["receipts"], strict=True)
            if row["pledged"] and start < str(row["day"]) <= end
        )
        principal = self.terms.cell("principal_fen")
        high, low = f"INT({principal}/{LIMB})", f"MOD({principal},{LIMB})"
        a, b = self.cell("received", at), self.page.at(len(self.lines) - 1, "received")
        upper = f"INT({high}*{a}/{b})"
        repaid = f"{upper}*{LIMB}+INT((({high}*{a}-{upper}*{b})*{LIMB}+{low}*{a})/{b})"
        return [Live(received, value), Live(repaid, self._to_date(at))]


def _letter(column: int, at: int) -> str:
    return f"{xl_col_to_name(column)}{FIRST + at + 1}"


def linked(terms: Terms, income: str) -> str:
    """The linked part of a coupon for an income, yuan."""
    floor, cap, low, high = (terms.cell(f"link_{name}") for name in ("floor", "cap", "low", "high"))
    return f"{floor}+({cap}-{floor})*MAX(0,MIN(1,({income}-{low})/({high}-{low})))"
