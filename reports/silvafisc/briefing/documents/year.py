"""What every paper of the budget year works with: its year and batch, and the money of each fund's own payer in that year.

本次下达 = 全年核定数 − 已提前下达 ± 清算 − 扣回 and so on stand in year_ledger.csv where the outcome is a step of the year;
without it a notice is of the whole year's amount, in notice.csv.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ..blocks import Number, Runs, Text
from ..draft import Draft, cell
from ..keys import combine, ref
from ..rounding import shown_parts, shown_rows
from ..standing import hindrances

BEFORE = ("advance", "notified")
SETTLED = ("settlement", "recovery", "offset_in", "offset_out")
ITEMS = ("annual", *BEFORE, *SETTLED)
IDENTITY = (
    "fund_name",
    "document_number",
    "upper_document",
    "project_code",
    "direct_mark",
    "revenue_account",
    "functional_class",
    "economic_class",
    "year",
    "batch",
)
FIRST_BATCH = "1"
WHOLE, FINE = 1_000_000, 10_000
"""Fen in one and in a hundredth of 万元."""


class YearDraft(Draft):
    """One outcome in one language, with the year that its papers speak of."""

    @cached_property
    def hindrances(self) -> tuple[str, ...]:
        """Why no notice may be printed."""
        return hindrances(self.outcome)

    @cached_property
    def printed_word(self) -> str:
        """What a printed amount is called: 本次下达 only where a notice may be drafted."""
        return self.words("notice.estimated" if self.hindrances else "notice.printed")

    @cached_property
    def year(self) -> str:
        """The year of the step, else the one that all notices state, else the first period."""
        step = self.outcome.meta.get("step") or {}
        stated = {str(year) for year in self.table("notice_identity")["year"]}
        return str(step.get("year") or (stated.pop() if len(stated) == 1 else self.periods[0]))

    def identity(self, fund: str) -> Mapping[str, str]:
        """The row of notice_identity.csv; empty cells where the outcome has none."""
        return self._identities[fund]

    @cached_property
    def _identities(self) -> dict[str, dict[str, str]]:
        rows = {str(row["fund"]): row for row in self.table("notice_identity").to_dict("records")}
        batch = (self.outcome.meta.get("step") or {}).get("batch")
        found = {}
        for fund in self.funds:
            known = {str(name): str(value) for name, value in rows.get(fund, {}).items()}
            known |= {name: self.words.own(known[name]) for name in IDENTITY if name in known}
            own = {"year": self.year, "batch": str(batch or known.get("batch") or FIRST_BATCH)}
            if self.language != "zh" or not known.get("fund_name"):
                own["fund_name"] = self.words.name("fund", fund)
            found[fund] = {**dict.fromkeys((*IDENTITY, "status", "source"), ""), **known, **own}
        return found

    def payer(self, fund: str) -> str:
        """The payer level whose column counts against the fund."""
        return self.outcome.resolved.fund(fund).payer

    def has_ledger(self, fund: str) -> bool:
        """Whether the year's account of the fund is in the outcome."""
        return self.has("year_ledger", fund=fund, year=self.year)

    # Keys; `code` empty = all units

    def annual(self, fund: str, code: str = "") -> str:
        """全年核定数, exact."""
        return self.item(fund, ("annual",), code) if self.has_ledger(fund) else self._noted("amount_fen", fund, code)

    def printed(self, fund: str, code: str = "") -> str:
        """本次下达, in whole notice units."""
        return self._batch("printed_fen", fund, code) or self._noted("notice_fen", fund, code)

    def rounding(self, fund: str, code: str = "") -> str:
        """取整平衡: exact less printed."""
        return self._batch("rounding_fen", fund, code) or self._noted("rounding_fen", fund, code)

    def item(self, fund: str, items: Sequence[str], code: str = "") -> str:
        """Items of the year's account, with the sign with which they enter the notice."""
        batch = self.identity(fund)["batch"]
        return ref(
            "year_ledger", "sum(amount_fen)", fund=fund, year=self.year, batch=batch, item=tuple(items), **_at(code)
        )

    def nature(self, fund: str, nature: str, code: str = "") -> str:
        """The fund payer's money of one nature in the year."""
        column = f"sum({self.payer(fund)}_fen)"
        return ref("allocation", column, fund=fund, period=self.year, nature=nature, **_at(code))

    def _noted(self, column: str, fund: str, code: str) -> str:
        return ref("notice", f"sum({column})", fund=fund, period=self.year, **_at(code))

    def _batch(self, column: str, fund: str, code: str) -> str:
        where = {"fund": fund, "year": self.year, "batch": self.identity(fund)["batch"]}
        return ref("notice_batch", f"sum({column})", **where, **_at(code)) if self.has("notice_batch", **where) else ""

    def in_all(self, keys: Sequence[str]) -> str:
        """The sum of keys, of a single one the key itself."""
        return keys[0] if len(keys) == 1 else combine("total", *keys)

    def source(self, what: str) -> str | None:
        """The key of a parameter that the outcome keeps among its sources; None where it has none."""
        return ref("sources", "value", what=what) if self.has("sources", what=what) else None

    # Money as a notice shows it: 万元, whatever the size of the outcome

    @cached_property
    def whole(self) -> str:
        """Kind of number of printed amounts: as many decimals as the notice unit asks."""
        unit = self.outcome.resolved.notice_unit_fen
        return "notice_whole" if unit % WHOLE == 0 else "notice_fine" if unit % FINE == 0 else "notice_exact"

    @cached_property
    def fine(self) -> str:
        """Kind of number of exact amounts beside printed ones."""
        return "notice_exact" if self.whole == "notice_exact" else "notice_fine"

    def shown(self, rows: Mapping[str, Mapping[str, int]], totals: Mapping[str, int]) -> dict[str, dict[str, int]]:
        """Amounts of a table in steps of `fine`: every row sums to its total, columns stay within about one step."""
        return shown_rows(rows, self.step(self.fine), totals)

    def totals(self, keys: Mapping[str, str]) -> dict[str, int]:
        """Amounts of one column in steps of `fine`: they sum to the shown sum."""
        return shown_parts({name: self.fen(key) for name, key in keys.items()}, self.step(self.fine))

    def fen(self, key: str) -> int:
        """The amount behind a key, in fen."""
        return int(self.lookup.value(key))

    def steps_of(self, key: str) -> int:
        """A printed amount in steps of `fine`: whole ones, since a notice unit holds whole steps."""
        return int(self.lookup.value(key)) // int(self.step(self.fine))

    def money(self, key: str) -> Runs:
        """An amount of the notice with its unit, for sentences."""
        return self.phrase(self.fine, key)

    def magnitude(self, key: str) -> Runs:
        """The size of an amount with its unit, where the sentence says in which direction it goes."""
        number = self.number(self.fine, key)
        return self.with_unit(replace(number, text=number.text.removeprefix("−"), sign="words"))

    def natures_of(self, fund: str) -> list[str]:
        """Natures of money that the fund pays in the year, where they make up its whole year's amount; else none."""
        present = [name for name in self.natures if self.has("allocation", fund=fund, period=self.year, nature=name)]
        same = all(
            int(self.lookup.value(self.annual(fund, code)))
            == sum(int(self.lookup.value(self.nature(fund, name, code))) for name in present)
            for code in self.codes
        )
        return present if same else []

    def served(self, fund: str) -> list[str]:
        """Units that the fund gives anything in the year, ascending."""
        keys = {code: (self.annual(fund, code), self.printed(fund, code)) for code in self.codes}
        return [code for code in self.codes if any(self.lookup.value(key) for key in keys[code])]

    def blank(self) -> Runs:
        """A field that somebody fills in: never a made-up value."""
        return (Text(self.words("documents.blank"), True),)

    def or_blank(self, text: str) -> Runs:
        """A text, or the field to be filled in where there is none."""
        return cell(text) if text else self.blank()

    def number_of(self, kind: str, key: str, steps: int | None = None, signed: bool = False) -> tuple[Number]:
        """A cell with one number."""
        return (self.number(kind, key, signed=signed, steps=steps),)


def _at(code: str) -> dict[str, str]:
    return {"region_code": code} if code else {}
