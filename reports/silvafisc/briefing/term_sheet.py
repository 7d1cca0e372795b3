"""The page of a loan, bond or portfolio in each language, and the same as lines for a terminal."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from .blocks import Block, Briefing, Callout, Note, Paragraph, Runs, Section, Table, Text, runs_text
from .pages import framed, plain
from .portfolio_page import PortfolioPage
from .sheet_words import EMPTY, SheetWords, percent, yuan
from .words import LANGUAGES, Words, inside
from .writing import write

MOST_YEARS = 12
"""Years that the page has room for."""
_BASE = "base"


def write_sheets(terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write `term_sheet_zh.pdf` and `term_sheet_en.pdf`: the same bytes for the same terms and tables."""
    return write([page(terms, tables, language) for language in LANGUAGES], folder, "term_sheet", ["pdf"])


def page(terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], language: str) -> Briefing:
    """The page in one language. terms, tables: as `silvafisc.runs.instrument_tables`."""
    sheet = _sheet(terms, tables, language)
    section = Section("summary", sheet.say("summary"), tuple(sheet.blocks()))
    framed_page = framed(sheet.topic, sheet.say("kind"), [section], tables, terms["policy_date"], sheet.words)
    return replace(framed_page, title=f"{terms['title'][language]}{_TITLE[language]}{framed_page.title}")


_TITLE = {"zh": "：", "en": ": "}


def lines(terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], language: str) -> list[str]:
    """What the page says, and the whole schedule, as text."""
    sheet = _sheet(terms, tables, language)
    texts = [terms["title"][language]]
    for block in (*sheet.blocks(), *sheet.more()):
        texts += _plain(block)
    return texts


def _sheet(terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], language: str) -> "_Terms | PortfolioPage":
    made = PortfolioPage if terms["instrument"] == "portfolio" else _Terms
    return made(terms, tables, Words(language))


class _Terms(SheetWords):
    """The page of a loan or bond."""

    topic = "term_sheet"

    def key(self, name: str) -> str:
        """The full key of a text."""
        return f"term_sheet.{name}"

    def blocks(self) -> Iterator[Block]:
        """Everything on the page, in order."""
        yield from self.opening(self.lead(), self.cautions())
        yield self.courses()
        yield self.years()
        if "coupon_ladder" in self.tables:
            rows = [[yuan(row["income_fen"]), percent(row["coupon"])] for row in self.rows("coupon_ladder")]
            yield self.table("ladder", [], ["income", "coupon"], rows)
        if "proceeds" in self.tables:
            uses = [
                [self.words.own(row["use"]), yuan(row["amount_fen"]), self.yes(row["low_carbon"])]
                for row in self.rows("proceeds")
            ]
            yield self.table("proceeds", ["use"], ["amount"], uses, ["low_carbon"])
        yield from self.notes()

    def lead(self) -> Runs:
        """Who, what, and by which conventions."""
        terms = self.terms
        said = self.runs(
            "lead",
            borrower=self.words.own(terms["borrower"]["name"]),
            kind=self.word(terms["borrower"]["kind"]),
            instrument=self.word(terms["instrument"]),
            count=terms["day_count"],
            rule=self.word(terms["payment_rule"]),
            to=self.word(terms["interest_to"]),
        )
        if "fiscal" not in self.figures:
            return said
        gap = Text(" " if self.words.language == "en" else "")
        if not self.value("fiscal"):
            return (*said, gap, *self.runs("no_fiscal"))
        leverage = plain(self.value("leverage"), 2)
        return (*said, gap, *self.runs("leverage", fiscal=self.shown("fiscal"), leverage=leverage))

    def cautions(self) -> Iterator[Runs]:
        """What a reader must not miss."""
        if "backing" in self.figures and self.value("backing") == "ordinary":
            share = self.value("pledge_share")
            yield self.runs("ordinary", times=EMPTY if share is None else plain(share, 1))
        lacking = [
            str(row["year"]) for row in self.rows("cover") if row["course"] == _BASE and _below_one(row["cover"])
        ]
        if lacking:
            yield self.runs("uncovered", years="".join(run.text for run in self.words.join(lacking)))
        if "binding" in self.figures:
            most = min(self.value("by_pledge"), self.value("by_cover"))
            if self.value("principal") > most:
                yield self.runs("above", most=self.money(most))
        for row in self.rows("courses"):
            if row["course"] != _BASE and _below_one(row["least_cover"]) and not lacking:
                course = inside(self.words.name("finance_course", row["course"]))
                yield self.runs("stressed", course=course, cover=plain(row["least_cover"], 2))
        for holder, rows in self.grouped("households", "holder").items():
            short = sum(row["gap_fen"] > 0 for row in rows)
            if short:
                yield self.runs("households", holder=self.words.own(holder), count=str(short), years=str(len(rows)))
        for what, names in self.terms.get("missing", {}).items():
            if names:
                listed = self.words.join([self.words.name("finance_list", name) for name in names])
                texts = "".join(run.text for run in listed)
                yield self.runs("missing", what=self.words.name("finance_list", what), names=texts)
        if len(self.value("all_in")) != 1:
            yield self.runs("several_rates")

    def courses(self) -> Table:
        """Lowest and life cover in each course; of a loan the indemnity as well, of a bond its coupons."""
        bond = "coupon_least" in self.tables["courses"]
        rows = []
        for row in self.rows("courses"):
            last = [yuan(row["indemnity_fen"])]
            if bond:
                last = [percent(row["coupon_least"]), percent(row["coupon_most"])]
            covers = [plain(row["least_cover"], 2), plain(row["life_cover"], 2)]
            rows.append([self.words.name("finance_course", row["course"]), *covers, *last])
        more = ["coupon_least", "coupon_most"] if bond else ["indemnity"]
        return self.table("courses", ["course"], ["least", "life", *more], rows)

    def years(self) -> Table:
        """The stated course by year; where there are too many years, those of the lowest cover."""
        rows = [row for row in self.rows("cover") if row["course"] == _BASE and row["service_fen"]]
        worst = sorted(rows, key=lambda row: (float(str(row["cover"])), str(row["year"])))[:MOST_YEARS]
        shown = sorted(worst, key=lambda row: str(row["year"]))
        fan = {row["year"]: row for row in self.rows("cover_fan")} if "cover_fan" in self.tables else {}
        cells = []
        for row in shown:
            drawn = [plain(fan[row["year"]][name], 2) for name in ("p05", "p95")] if fan else []
            cover = [yuan(row["receipts_fen"]), yuan(row["service_fen"]), plain(row["cover"], 2), *drawn]
            cells.append([str(row["year"]), *cover])
        table = self.table(
            "years", ["year"], ["receipts", "service", "cover", *(["low", "high"] if fan else [])], cells
        )
        left = len(rows) - len(shown)
        return replace(table, note=self.runs("years_note", shown=str(len(shown)), left=str(left))) if left else table

    def notes(self) -> Iterator[Note]:
        """What the sheet rests on."""
        evidence = self.terms["evidence"]
        assumed = [self.words.name("finance_field", name) for name in evidence["assumed"]]
        yield Note(
            self.runs(
                "evidence",
                title=self.words.own(evidence["title"]),
                status=self.words.name("status", evidence["status"]),
                assumed="".join(run.text for run in self.words.join(assumed)) if assumed else EMPTY,
                count=str(len(self.terms["parameters"])),
                worst=self.words.name("status", self.terms["status"]),
            )
        )
        engine = self.terms.get("engine")
        if engine:
            measure = inside(self.words.name("measure", engine["measure"]))
            yield Note(
                self.runs(
                    "engine",
                    scenario=engine["scenario"],
                    region_code=engine["region_code"],
                    measure=measure,
                    period=engine["period"],
                )
            )
        gaps = {
            scheme: max(row["gap_fen"] for row in rows) for scheme, rows in self.grouped("cash_gap", "scheme").items()
        }
        if gaps:
            told = [self.say("gap", scheme=self.word(scheme), gap=self.money(fen)) for scheme, fen in gaps.items()]
            yield Note(self.runs("gaps", gaps="".join(run.text for run in self.words.join(told))))
        fitted = self.terms.get("calibration")
        if fitted:
            yield Note(
                self.runs(
                    "calibration",
                    market=fitted["market"].upper(),
                    n=str(fitted["n"]),
                    mean=plain(fitted["mean_yuan_per_tco2"], 2),
                    volatility=plain(100 * fitted["volatility"], 1),
                    speed=plain(fitted["speed_per_year"], 2),
                    origin=self.say("estimated" if fitted["speed_estimated"] else "stated"),
                    draws=str(fitted["draws"]),
                    seed=str(fitted["seed"]),
                )
            )

    def more(self) -> Iterator[Block]:
        """Every payment, for which the page has no room."""
        rows = [
            [
                str(row["paid"]),
                percent(row["rate"]),
                *(yuan(row[f"{name}_fen"]) for name in ("interest", "principal", "service", "closing")),
            ]
            for row in self.rows("schedule")
        ]
        yield self.table("schedule", ["paid"], ["rate", "interest", "principal", "service", "closing"], rows)


def _below_one(value: object) -> bool:
    return float(str(value)) < 1 if value is not None else False


def _plain(block: Block) -> Iterator[str]:
    """A block as lines of text."""
    if isinstance(block, Paragraph | Note):
        yield runs_text(block.runs)
    elif isinstance(block, Callout):
        yield block.title
        yield from (f"  * {runs_text(item)}" for item in block.items)
    elif isinstance(block, Table):
        heads = [column.header for column in block.columns]
        rows = [heads, *([runs_text(cell) for cell in row.cells] for row in block.rows)]
        widths = [max(_width(row[at]) for row in rows) for at in range(len(heads))]
        yield ""
        yield runs_text(block.caption)
        for row in rows:
            cells = [
                _padded(cell, width, column.numeric)
                for cell, width, column in zip(row, widths, block.columns, strict=True)
            ]
            yield f"  {'  '.join(cells)}".rstrip()
        if block.note:
            yield runs_text(block.note)


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(1 + (ord(char) >= _WIDE) for char in text)


_WIDE = 0x2E80
"""First character of the wide scripts."""


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return f"{space}{text}" if right else f"{text}{space}"
