"""The term sheet of a loan or bond, one page in each language, and the same as lines for a terminal."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.quantities.money import FEN_PER_YUAN

from .blocks import Block, Briefing, Callout, Note, Paragraph, Runs, Section, Table, Text, runs_text
from .pages import framed, plain, plain_table
from .words import LANGUAGES, Words, inside
from .writing import write

MOST_YEARS = 12
"""Years that the page has room for."""
_BASE = "base"
_EMPTY = "—"


def write_sheets(terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write `term_sheet_zh.pdf` and `term_sheet_en.pdf`: the same bytes for the same terms and tables."""
    return write([page(terms, tables, language) for language in LANGUAGES], folder, "term_sheet", ["pdf"])


def page(terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], language: str) -> Briefing:
    """The page in one language. terms, tables: as `silvafisc.runs.instrument_tables`."""
    sheet = _Sheet(terms, tables, Words(language))
    section = Section("summary", sheet.say("summary"), tuple(sheet.blocks()))
    framed_page = framed("term_sheet", sheet.say("kind"), [section], tables, terms["policy_date"], sheet.words)
    return replace(framed_page, title=f"{terms['title'][language]}{_TITLE[language]}{framed_page.title}")


_TITLE = {"zh": "：", "en": ": "}


def lines(terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], language: str) -> list[str]:
    """What the page says, and the whole schedule, as text."""
    sheet = _Sheet(terms, tables, Words(language))
    texts = [terms["title"][language]]
    for block in (*sheet.blocks(), sheet.schedule()):
        texts += _plain(block)
    return texts


class _Sheet:
    """Terms, tables and words of one sheet: a class, because every block needs all of them."""

    def __init__(self, terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], words: Words) -> None:
        self.terms, self.tables, self.words = terms, tables, words
        self.figures: Mapping[str, Mapping[str, Any]] = terms["figures"]

    def say(self, key: str, **values: str) -> str:
        """A text of the sheet."""
        return self.words(f"term_sheet.{key}", **values)

    def runs(self, key: str, **values: str) -> Runs:
        """The same as runs."""
        return self.words.runs(f"term_sheet.{key}", **values)

    def word(self, item: str) -> str:
        """A word of the files in this language."""
        return self.words.name("finance_word", item)

    def blocks(self) -> Iterator[Block]:
        """Everything on the page, in order."""
        yield Paragraph(self.lead())
        noted = tuple(self.cautions())
        if noted:
            yield Callout("caution", self.say("cautions"), noted)
        yield self.figure_table()
        yield self.courses()
        yield self.years()
        if "coupon_ladder" in self.tables:
            rows = [[_yuan(row["income_fen"]), _percent(row["coupon"])] for row in self.rows("coupon_ladder")]
            yield self.table("ladder", [], ["income", "coupon"], rows)
        if "proceeds" in self.tables:
            uses = [
                [row["use"], _yuan(row["amount_fen"]), self.yes(row["low_carbon"])] for row in self.rows("proceeds")
            ]
            yield self.table("proceeds", ["use"], ["amount"], uses, ["low_carbon"])
        yield from self.notes()

    def lead(self) -> Runs:
        """Who, what, and by which conventions."""
        terms = self.terms
        said = self.runs(
            "lead",
            borrower=terms["borrower"]["name"],
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
            yield self.runs("ordinary", times=_EMPTY if share is None else plain(share, 1))
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
                yield self.runs("households", holder=holder, count=str(short), years=str(len(rows)))
        for what, names in self.terms.get("missing", {}).items():
            if names:
                listed = self.words.join([self.words.name("finance_list", name) for name in names])
                texts = "".join(run.text for run in listed)
                yield self.runs("missing", what=self.words.name("finance_list", what), names=texts)
        if len(self.value("all_in")) != 1:
            yield self.runs("several_rates")

    def figure_table(self) -> Table:
        """Every figure, two to a row."""
        told = [
            [self.words.name("finance_figure", name), self.shown(name)]
            for name, figure in self.figures.items()
            if figure["value"] is not None
        ]
        half = (len(told) + 1) // 2
        rows = [[*left, *right] for left, right in zip_longest(told[:half], told[half:], fillvalue=["", ""])]
        return self.table("figures", ["item", "value", "more_item", "more_value"], [], rows)

    def courses(self) -> Table:
        """Lowest and life cover in each course; of a loan the indemnity as well, of a bond its coupons."""
        bond = "coupon_least" in self.tables["courses"]
        rows = []
        for row in self.rows("courses"):
            last = [_yuan(row["indemnity_fen"])]
            if bond:
                last = [_percent(row["coupon_least"]), _percent(row["coupon_most"])]
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
            cover = [_yuan(row["receipts_fen"]), _yuan(row["service_fen"]), plain(row["cover"], 2), *drawn]
            cells.append([str(row["year"]), *cover])
        table = self.table(
            "years", ["year"], ["receipts", "service", "cover", *(["low", "high"] if fan else [])], cells
        )
        left = len(rows) - len(shown)
        return replace(table, note=self.runs("years_note", shown=str(len(shown)), left=str(left))) if left else table

    def notes(self) -> Iterator[Note]:
        """What the sheet rests on."""
        evidence = self.terms["evidence"]
        assumed = evidence["assumed"]
        yield Note(
            self.runs(
                "evidence",
                title=evidence["title"],
                status=self.words.name("status", evidence["status"]),
                assumed="".join(run.text for run in self.words.join(assumed)) if assumed else _EMPTY,
                count=str(len(self.terms["parameters"])),
                worst=self.words.name("status", self.terms["status"]),
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

    def schedule(self) -> Table:
        """Every payment."""
        rows = [
            [
                str(row["paid"]),
                _percent(row["rate"]),
                *(_yuan(row[f"{name}_fen"]) for name in ("interest", "principal", "service", "closing")),
            ]
            for row in self.rows("schedule")
        ]
        return self.table("schedule", ["paid"], ["rate", "interest", "principal", "service", "closing"], rows)

    def table(
        self, caption: str, texts: Sequence[str], numbers: Sequence[str], rows: Any, after: Sequence[str] = ()
    ) -> Table:
        """A table whose heads are texts of the sheet."""
        keys = [[f"term_sheet.{name}" for name in names] for names in (texts, numbers, after)]
        return plain_table(self.words, f"term_sheet.{caption}", keys[0], keys[1], rows, keys[2])

    def rows(self, table: str) -> list[dict[Hashable, Any]]:
        """The rows of a table."""
        return self.tables[table].to_dict("records")

    def grouped(self, table: str, column: str) -> dict[str, list[dict[Hashable, Any]]]:
        """The rows of a table by a column, in order of appearance; nothing where there is no such table."""
        found: dict[str, list[dict[Hashable, Any]]] = {}
        for row in self.rows(table) if table in self.tables else ():
            found.setdefault(str(row[column]), []).append(row)
        return found

    def value(self, name: str) -> Any:
        """The value of a figure."""
        return self.figures[name]["value"]

    def money(self, fen: int) -> str:
        """An amount with its unit."""
        return f"{_yuan(fen)} {self.words.name('unit', 'yuan')}"

    def shown(self, name: str) -> str:
        """A figure with its unit."""
        value, unit = self.value(name), self.figures[name]["unit"]
        if unit == "fen":
            return self.money(value)
        if unit in {"share", "shares"}:
            told = [f"{_percent(one)}%" for one in (value if unit == "shares" else [value])]
            return "".join(run.text for run in self.words.join(told)) or _EMPTY
        if unit == "word":
            return self.word(value)
        if unit == "yuan_per_tco2":
            return f"{plain(value, 2)} {self.words.name('unit', unit)}"
        if unit == "tco2e":
            return plain(value, 1)
        if unit in {"count", "date"}:
            return str(value)
        return plain(value, 4 if unit in {"years", "per_100"} else 2)

    def yes(self, value: object) -> str:
        """Yes or no."""
        return self.word(str(bool(value)).lower())


def _below_one(value: object) -> bool:
    return float(str(value)) < 1 if value is not None else False


def _yuan(fen: object) -> str:
    """Fen as yuan with two decimals, exactly."""
    yuan, rest = divmod(abs(int(str(fen))), FEN_PER_YUAN)
    return f"{'−' if int(str(fen)) < 0 else ''}{yuan:,}.{rest:02}"


def _percent(rate: object) -> str:
    """A share in per cent; four decimals only where they say something."""
    text = plain(100 * float(str(rate)), 4)
    return text[:-2] if text.endswith("00") else text


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
