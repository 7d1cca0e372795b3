"""The page of a portfolio: what could be lost, by whom, how concentrated it is, and what that rests on."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .blocks import Block, Note, Runs, Table, Text
from .pages import plain
from .sheet_words import EMPTY, SheetWords, percent, yuan

MOST_MEMBERS = 10
"""Members that the page has room for."""


class PortfolioPage(SheetWords):
    """The page of a portfolio."""

    topic = "portfolio"

    def key(self, name: str) -> str:
        """The full key of a text."""
        return f"portfolio.{name}"

    def blocks(self) -> Iterator[Block]:
        """Everything on the page, in order."""
        yield from self.opening(self.lead(), self.cautions())
        yield self.losses()
        yield self.members()
        yield self.concentration()
        yield self.assumptions()
        yield from self.notes()

    def more(self) -> Iterator[Block]:
        """What is owed by year, and every pair of members, for which the page has no room."""
        owed = [[str(row["year"]), yuan(row["balance_fen"])] for row in self.rows("exposure")]
        yield self.table("exposure", ["year"], ["balance"], owed)
        pairs = [
            [str(row["member"]), str(row["other"]), *(_two(row[name]) for name in ("price", "fire", "loss"))]
            for row in self.rows("correlations")
        ]
        if pairs:
            yield self.table("pairs", ["member", "other"], ["price", "fire", "loss_pair"], pairs)

    def lead(self) -> Runs:
        """What is pooled, and what counts as a loss."""
        said = self.runs("lead", count=self.shown("members"), exposure=self.shown("exposure"))
        gap = Text(" " if self.words.language == "en" else "")
        return (*said, gap, *self.runs(f"surplus_{self.terms['surplus']}"))

    def cautions(self) -> Iterator[Runs]:
        """What a reader must not miss."""
        for row in self.rows("members"):
            if row["loss_chance"] == 1:
                yield self.runs("certain", member=self.title(row), loss=self.money(row["unpaid_fen"]))
        for market in self.terms["undrawn_markets"]:
            yield self.runs("undrawn", market=self.words.name("finance_word", market))

    def title(self, row: Mapping[Hashable, Any]) -> str:
        """The name of a member in this language."""
        return str(row[f"title_{self.words.language}"])

    def losses(self) -> Table:
        """The loss at each level."""
        rows = [
            [
                f"{percent(row['level'])}%",
                yuan(row["loss_fen"]),
                percent(row["loss_share"]),
                yuan(row["tail_mean_fen"]),
                yuan(row["tail_alone_fen"]),
            ]
            for row in self.rows("losses")
        ]
        return self.table("losses", ["level"], ["loss", "loss_share", "tail", "alone"], rows)

    def members(self) -> Table:
        """The members, largest first."""
        held = sorted(self.rows("members"), key=lambda row: (-int(row["exposure_fen"]), str(row["member"])))
        rows = [
            [
                self.title(row),
                self.words.own(str(row["region"])),
                yuan(row["exposure_fen"]),
                percent(row["late_chance"]),
                percent(row["loss_chance"]),
                yuan(row["loss_fen"]),
                yuan(row["tail_fen"]),
            ]
            for row in held[:MOST_MEMBERS]
        ]
        numbers = ["member_exposure", "late", "lost", "expected", "in_tail"]
        table = self.table("members", ["name", "region"], numbers, rows)
        left = len(held) - len(rows)
        return replace(table, note=self.runs("members_note", left=str(left))) if left else table

    def concentration(self) -> Table:
        """How the exposure is spread."""
        first = {name: rows[0]["name"] for name, rows in self.grouped("concentration", "dimension").items()}
        titles = {row["member"]: self.title(row) for row in self.rows("members")}
        rows = []
        for row in self.rows("concentration_measures"):
            if row["names"]:
                largest = str(first[row["dimension"]])
                shown = {"member": titles.get(largest), "market": self.market(largest)}.get(row["dimension"])
                shown = shown or self.words.own(largest)
                told = [percent(row["largest_share"]), plain(row["herfindahl"], 3)]
                rows.append([self.say(f"by_{row['dimension']}"), shown, str(row["names"]), *told])
        return self.table("concentration", ["by", "largest"], ["names", "largest_share", "herfindahl"], rows)

    def market(self, name: str) -> str:
        """A market as the reader knows it."""
        return self.word(name) if name in self.terms["markets"] else name

    def assumptions(self) -> Table:
        """The numbers of the pool with what they rest on; how many members have their own."""
        rows = [
            [
                self.words.name("finance_word", str(row["number"])),
                self.words.name("status", str(row["status"])),
                plain(row["value"], 4),
            ]
            for row in self.rows("assumptions")
            if not row["member"]
        ]
        table = self.table("assumptions", ["number", "known"], ["value"], rows)
        own = sum(bool(row["member"]) for row in self.rows("assumptions"))
        return replace(table, note=self.runs("assumptions_note", own=str(own))) if own else table

    def notes(self) -> Iterator[Note]:
        """What the page rests on."""
        evidence = self.terms["evidence"]
        assumed = [self.words.name("finance_field", name) for name in evidence["assumed"]]
        yield Note(
            self.runs(
                "evidence",
                title=self.words.own(evidence["title"]),
                status=self.words.name("status", evidence["status"]),
                assumed="".join(run.text for run in self.words.join(assumed)) if assumed else EMPTY,
                worst=self.words.name("status", self.terms["status"]),
                draws=str(self.terms["draws"]),
                seed=str(self.terms["seed"]),
                error=self.shown("loss_error"),
            )
        )
        for fitted in self.terms["calibrations"].values():
            yield Note(
                self.runs(
                    "calibration",
                    market=self.word(fitted["market"]),
                    n=str(fitted["n"]),
                    mean=plain(fitted["mean_yuan_per_tco2"], 2),
                    volatility=plain(100 * fitted["volatility"], 1),
                    speed=plain(fitted["speed_per_year"], 2),
                )
            )


def _two(value: object) -> str:
    """A correlation; nothing where there is none."""
    return EMPTY if value is None or value != value else plain(value, 2)
