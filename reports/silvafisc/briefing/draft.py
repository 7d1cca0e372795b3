"""What every section works with: the outcome, its keys, numbers as they are shown, and the words of one language."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from silvafisc.results import Outcome
from silvafisc.results.approvals import Approval
from silvafisc.results.outcome import outcome_columns

from .blocks import Number, Runs, Text
from .keys import Lookup, combine, ref
from .rounding import column_sums, shown_parts, shown_rows, shown_total, telling_decimals
from .words import Words, inside, load_yaml

ALL = "000000"
"""Region code of the indicators that hold for all units together."""
LAST_YEAR = "last_year"
"""Of what changes are measured against: the amounts of the year before."""
PAYERS = ("central", "provincial", "city", "county")
NATURES = ("rigid", "committed", "top_up", "task", "factor", "project", "interest_subsidy")


class Draft:
    """One outcome in one language, with its approval trail where it has one.

    sections: those of the document, for what refers to another one; all of them where left out. lookup: of this outcome,
    where other languages have one already.
    """

    def __init__(
        self,
        outcome: Outcome,
        language: str,
        trail: Sequence[Approval] = (),
        *,
        sections: Sequence[str] | None = None,
        lookup: Lookup | None = None,
    ) -> None:
        self.sections = sections
        self.outcome, self.language, self.trail = outcome, language, trail
        self.words, self.lookup = Words(language), lookup or Lookup(outcome)
        total = self.lookup.value(ref("allocation", "sum(payment_fen)"))
        self._scales: dict[str, tuple[Mapping[str, Any], Fraction, int | Fraction | None]] = {}
        self._cells: dict[str, tuple[dict[str, dict[str, Number]], dict[str, Number]]] = {}
        self.size = "large" if abs(total) >= load_yaml("display.yaml")["large_from_fen"] else "small"

    # Numbers

    def style(self, kind: str) -> Mapping[str, Any]:
        """unit, per and decimals (or significant) of a kind of number in this language and size."""
        style = self._styled(kind)
        return {**style, "decimals": self.score_decimals} if kind == "score" else style

    def _styled(self, kind: str) -> Mapping[str, Any]:
        entry = load_yaml("display.yaml")[kind]
        style: Mapping[str, Any] = entry.get(self.size, entry)[self.language]
        return style

    def step(self, kind: str) -> int | Fraction:
        """The smallest shown difference, in the outcome's unit."""
        step = (self._scales[kind] if kind in self._scales else self._scale(kind))[2]
        if step is None:
            raise ValueError(f"{kind} is shown by significant digits and has no step")
        return step

    @cached_property
    def score_decimals(self) -> int:
        """Decimals of indices, scores and cut-offs: the fewest with which every grade can be redone by hand."""
        least = int(self._styled("score")["decimals"])
        frame = self.table("regions")
        scored = frame[frame["score"].astype(str) != ""]
        names = (scored[name].astype(str) for name in ("importance", "need", "score"))
        units = [(Fraction(i), Fraction(n), Fraction(score)) for i, n, score in zip(*names, strict=True)]
        cuts = [Fraction(str(cut)) for cut in self.table("grades")["cut_off"]]
        return telling_decimals(units, cuts, Fraction(str(self.outcome.meta.get("alpha") or 0)), least)

    def _scale(self, kind: str) -> tuple[Mapping[str, Any], Fraction, int | Fraction | None]:
        style = self.style(kind)
        per = Fraction(str(style["per"]))
        step: int | Fraction | None = None
        if "decimals" in style:
            step = per / Fraction(10) ** int(style["decimals"])
            step = int(step) if step.denominator == 1 else step
        self._scales[kind] = style, per, step
        return self._scales[kind]

    def unit(self, kind: str) -> str:
        """The unit as it stands in a header."""
        return str(self.style(kind)["unit"])

    def number(self, kind: str, key: str, signed: bool = False, steps: int | None = None) -> Number:
        """The number behind `key`, shown as `kind`. `steps`: the shown size, where parts were made to sum."""
        value = self.lookup.value(key)
        style, per, step = self._scales[kind] if kind in self._scales else self._scale(kind)
        if step is None:
            text = _significant(Fraction(value) / per, int(style["significant"]))
        else:
            exact = value if isinstance(value, int) else Fraction(value)
            text = fixed(shown_total(exact, step) if steps is None else steps, int(style["decimals"]))
        if signed and _nonzero(text) and not text.startswith("−"):
            text = f"+{text}"
        return Number(value, text, str(style["unit"]), key, float(per), "plus" if signed else "minus")

    def with_unit(self, number: Number) -> Runs:
        """A number and its unit, for sentences."""
        return (replace(number, attached=bool(number.unit)),)

    def phrase(self, kind: str, key: str, signed: bool = False) -> Runs:
        """The number behind `key` with its unit, for sentences."""
        return self.with_unit(self.number(kind, key, signed))

    def fitting(self, kind: str, key: str) -> Runs:
        """As `phrase`; tonnes too few for the unit of this size of outcome are shown in tonnes."""
        number = self.number(kind, key)
        if kind == "carbon" and number.value and not _nonzero(number.text):
            return self.phrase("tonnes", key)
        return self.with_unit(number)

    def size_of(self, kind: str, key: str) -> tuple[str, Runs]:
        """`more`, `less` or `same` as the reader sees it, and the size without sign and with its unit."""
        number = self.number(kind, key)
        direction = "same" if not _nonzero(number.text) else "less" if number.text.startswith("−") else "more"
        return direction, self.with_unit(replace(number, text=number.text.removeprefix("−"), sign="words"))

    def objective(self, term: str) -> tuple[str, str]:
        """Label and kind of number of an objective."""
        for entry in self.outcome.meta["objectives"]:
            if entry["term"] == term:
                return self.localized(entry["label"]), self.kind_of(str(entry["unit"]), term)
        return self.words.name("objective", term), "plain"

    def said(self, term: str) -> str:
        """An objective's label inside a sentence."""
        label, _ = self.objective(term)
        return label if self.language == "zh" else label[:1].lower() + label[1:]

    def kind_of(self, unit: str, term: str = "") -> str:
        """How a value of that unit is shown; yuan of the development objective are weighted, so never money."""
        if unit == "yuan":
            return "weighted" if term == "development" else "yuan_total"
        return {"fen": "money_total", "tco2e": "carbon", "1": "ratio"}.get(unit, "plain")

    def table(self, name: str) -> pd.DataFrame:
        """A table of the outcome; a table of the format that this outcome does not have is empty."""
        if name in self.outcome.tables:
            return self.outcome.tables[name]
        return pd.DataFrame(columns=[column.name for column in outcome_columns()[name]], dtype="str")

    def records(self, table: str, **where: str) -> list[Mapping[str, Any]]:
        """The rows of a table in which every column has its value; none of a table that this outcome does not have."""
        return self.lookup.records(table, **where) if table in self.outcome.tables else []

    def complete(self, table: str, column: str, **where: str) -> bool:
        """Whether there are such rows and all of them have a value in `column`: absent is not zero."""
        if table not in self.outcome.tables:
            return False
        found = self.lookup.rows(table, {name: [value] for name, value in where.items()}, table)
        cells = self.lookup.column(table, column, table)
        return bool(found) and not any(pd.isna(cells[i]) or cells[i] == "" for i in found)

    def has(self, table: str, **where: str) -> bool:
        """Whether the table exists and has such a row."""
        return table in self.outcome.tables and self.lookup.has(table, **where)

    def shows(self, section: str) -> bool:
        """Whether the document has that section."""
        return self.sections is None or section in self.sections

    # What the outcome contains

    @cached_property
    def codes(self) -> list[str]:
        """Region codes in ascending order."""
        return sorted(str(code) for code in self.table("regions")["region_code"])

    @cached_property
    def periods(self) -> list[str]:
        return list(self.outcome.resolved.periods)

    @cached_property
    def natures(self) -> list[str]:
        """Natures of money that occur, in the order in which they are decided."""
        present = set(self.table("allocation")["nature"])
        return [nature for nature in NATURES if nature in present] + sorted(present - set(NATURES))

    @cached_property
    def payers(self) -> list[str]:
        """Payer levels that pay anything."""
        return [payer for payer in PAYERS if self.lookup.value(ref("allocation", f"sum({payer}_fen)"))]

    @cached_property
    def funds(self) -> list[str]:
        return [fund.id for fund in self.outcome.resolved.funds]

    @cached_property
    def against(self) -> str | None:
        """What changes are measured against: last year where it is known, then the department's proposal, then the factor method."""
        present = set(self.table("reasons")["against"])
        return next((name for name in (LAST_YEAR, "proposal", "factor_method") if name in present), None)

    @cached_property
    def years(self) -> str:
        """The periods in words: `2026—2028年`."""
        if len(self.periods) == 1:
            return self.words("terms.year", year=self.periods[0])
        return self.words("terms.years", first=self.periods[0], last=self.periods[-1])

    @cached_property
    def horizon(self) -> str:
        """The last year whose carbon counts; the last period where no carbon has years."""
        frame = self.table("indicators")
        years = frame.loc[frame["variable"].str.startswith("carbon.by_year."), "year"]
        return str(max(years)) if len(years) else self.periods[-1][-4:]

    @cached_property
    def baselines(self) -> list[str]:
        """Baselines in the order of the table."""
        return list(dict.fromkeys(str(name) for name in self.table("baselines")["baseline"]))

    @cached_property
    def paid(self) -> dict[str, int]:
        """Region code -> fen over all periods."""
        return {code: int(self.lookup.value(self.payment(code))) for code in self.codes}

    @cached_property
    def paid_steps(self) -> dict[str, int]:
        """Region code -> shown size over all periods; sums to the shown total."""
        return shown_parts(dict(self.paid), self.step("money"))

    def money_cells(self, kind: str) -> tuple[dict[str, dict[str, Number]], dict[str, Number]]:
        """Payments per unit and the total row by `nature`, `payer` or `period`, shown so that every row sums."""
        if kind not in self._cells:
            values = {"nature": self.natures, "payer": self.payers, "period": self.periods}[kind]
            keys = {code: {value: self._part(kind, value, code) for value in values} for code in ["", *self.codes]}
            exact = {
                code: {value: int(self.lookup.value(key)) for value, key in keys[code].items()} for code in self.codes
            }
            steps = shown_rows(exact, self.step("money"), self.paid_steps)
            sums = column_sums(steps, values)
            cells = {
                code: {value: self.number("money", keys[code][value], steps=steps[code][value]) for value in values}
                for code in self.codes
            }
            totals = {value: self.number("money", keys[""][value], steps=sums[value]) for value in values}
            self._cells[kind] = cells, totals
        return self._cells[kind]

    def unit_total(self, code: str) -> Number:
        """A unit's payments over all periods, as shown everywhere."""
        return self.number("money", self.payment(code), steps=self.paid_steps[code])

    def grand_total(self) -> Number:
        """All payments, as the sum of what is shown per unit."""
        return self.number("money", self.payment(), steps=sum(self.paid_steps.values()))

    def _part(self, kind: str, value: str, code: str) -> str:
        where = {"region_code": code} if code else {}
        if kind == "payer":
            return ref("allocation", f"sum({value}_fen)", **where)
        return self.payment(**where, **{kind: value})

    # Keys used by several sections

    def payment(self, region_code: str | tuple[str, ...] = "", **where: str) -> str:
        """The key of all payments (to one unit, or to several together)."""
        return ref("allocation", "sum(payment_fen)", **({"region_code": region_code} if region_code else {}), **where)

    @cached_property
    def compared(self) -> list[str]:
        """Region codes of the units that have a change: one without last year's amounts is not compared with them."""
        return [code for code in self.codes if self.has("reasons", region_code=code, against=str(self.against))]

    def own_payment(self, code: str | tuple[str, ...] = "") -> str:
        """The key of what each fund's own payer pays, all periods together: changes and baselines are of this money."""
        funds: dict[str, list[str]] = {}
        for fund in self.outcome.resolved.funds:
            funds.setdefault(fund.payer, []).append(fund.id)
        where: dict[str, str | tuple[str, ...]] = {"region_code": code} if code else {}
        if len(funds) == 1:
            return ref("allocation", f"sum({next(iter(funds))}_fen)", **where)
        keys = (ref("allocation", f"sum({payer}_fen)", fund=fund, **where) for payer, fund in funds.items())
        return combine("total", *keys)

    @property
    def spent(self) -> str:
        """The key of what the funds' own payers spend in all: as baselines count it, instalments that fall due included."""
        return combine("total", ref("envelopes", "sum(paid_fen)"), ref("envelopes", "sum(instalments_due_fen)"))

    def left_to_pay(self, **where: str) -> str:
        """The key of what this allocation leaves to pay after the last year: all it defers less what falls due before."""
        due = self.payment(nature="committed", **where)
        if self.has("commitments", **where):
            # What falls due of earlier years' work was not deferred by this allocation.
            earlier = ref("commitments", "sum(amount_fen)", period=list(self.periods), **where)
            due = combine("difference", due, earlier)
        return combine("difference", ref("allocation", "sum(due_later_fen)", **where), due)

    @cached_property
    def own_payers(self) -> Runs:
        """The levels that the funds belong to, in words."""
        held = {fund.payer for fund in self.outcome.resolved.funds}
        return self.words.join([inside(self.words.name("payer", payer)) for payer in PAYERS if payer in held])

    def times(self, against: str | None) -> int:
        """How often the amounts that are compared with count: last year's once for each year, all others once."""
        return len(self.periods) if against == LAST_YEAR else 1

    def base(self, against: str) -> str:
        """What changes are measured against, in words."""
        name, times = self.words.name("against", against), self.times(against)
        return name if times == 1 else self.words("decision.last_year_times", base=name, count=str(times))

    def change(self, code: str = "", part: str = "") -> str:
        """The key of a unit's change against `against`, or of one part of it; of all units without a code."""
        where = {name: value for name, value in (("region_code", code), ("part", part)) if value}
        return ref("reasons", "sum(amount_fen)", against=str(self.against), **where)

    @cached_property
    def change_parts(self) -> dict[str, dict[str, int]]:
        """Region code -> part -> shown size. The parts of a unit sum to its change, which is rounded from the exact fen.

        So a unit's change reads the same in every table and document, whatever stands beside it.
        """
        frame = self.table("reasons")
        names = list(dict.fromkeys(str(part) for part in frame.loc[frame["against"] == self.against, "part"]))
        step = self.step("money")
        changes = {code: shown_total(int(self.lookup.value(self.change(code))), step) for code in self.compared}
        exact = {
            code: {name: int(self.lookup.value(self.change(code, name))) for name in names} for code in self.compared
        }
        return shown_rows(exact, step, changes)

    def standard(self, code: str, category: str, period: str) -> str | None:
        """The key of the standard that a unit gets: the published one of its grade, else the one of its own offer."""
        grade = self.lookup.cell(ref("regions", "grade", region_code=code))
        for level in dict.fromkeys((grade, "")):
            where = {"category": category, "period": period, "grade": level}
            if self.has("standards", **where):
                return ref("standards", "standard_yuan_per_mu", **where)
        for nature in ("top_up", "rigid"):
            where = {"region_code": code, "category": category, "period": period, "nature": nature}
            if self.complete("allocation", "standard_yuan_per_mu", **where):
                return ref("allocation", "standard_yuan_per_mu", **where)
        return None

    def indicator(self, variable: str, code: str = ALL, year: str = "") -> str:
        """The key of an indicator."""
        return ref("indicators", "value", variable=variable, region_code=code, year=year)

    def baseline(self, name: str, column: str) -> str:
        """The key of a baseline's total."""
        return ref("baselines", f"sum({column})", baseline=name)

    def region(self, code: str) -> str:
        """A unit's name in this language."""
        column = "region_name" if self.language == "zh" else "region_name_en"
        name = self.lookup.cell(ref("regions", column, region_code=code))
        return name or self.lookup.cell(ref("regions", "region_name", region_code=code))

    def localized(self, entry: Mapping[str, Any]) -> str:
        """The text of {zh, en} in this language."""
        return str(entry[self.language])

    def share_of(self, key: str, whole: str) -> Runs:
        """A share in per cent, with the sign."""
        return self.phrase("share", combine("ratio", key, whole))


def fixed(steps: int, decimals: int) -> str:
    """`steps` of 10^-decimals written out with thousands marks: (-12345, 2) -> "−123.45"."""
    sign = "−" if steps < 0 else ""
    digits = f"{abs(steps):0{decimals + 1}d}"
    whole, rest = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    return f"{sign}{int(whole):,}" + (f".{rest}" if rest else "")


def _significant(value: Fraction, digits: int) -> str:
    if value == 0:
        return "0"
    with localcontext() as context:
        context.prec, context.rounding = digits, ROUND_HALF_UP
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact:,.{max(0, digits - 1 - exact.adjusted())}f}".replace("-", "−")


def _nonzero(text: str) -> bool:
    return any(char in "123456789" for char in text)


def cell(text: str, strong: bool = False) -> Runs:
    """A table cell of plain text."""
    return (Text(text, strong),) if text else ()
