"""A short briefing of what changes from one outcome to another: objectives, published standards, amounts by unit."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from silvafisc.results import Outcome

from .blocks import Block, Briefing, Column, Figure, Number, Paragraph, Row, Runs, Section, Table
from .document import UnauditedError, assemble
from .draft import Draft, cell, fixed
from .figures.bars import ranked
from .keys import Lookup, combine, evaluate, ref
from .rounding import shown_total
from .sections.drawings import DRAWN_UNITS, short_name


def build_comparison(outcomes: Sequence[Outcome], language: str) -> Briefing:
    """The comparison of exactly two audited outcomes, in their order.

    Keys are those of each outcome with `first:` or `second:` before them; a difference is second minus first.

    Raises:
        ValueError: not two outcomes. UnauditedError: one of them has no clean audit.
    """
    if len(outcomes) != 2:
        raise ValueError(f"a comparison is between two outcomes, not {len(outcomes)}")
    for outcome in outcomes:
        if outcome.audit.get("clean") is not True:
            raise UnauditedError(sum(len(check["findings"]) for check in outcome.audit.get("checks", [])))
    pair = _Pair(Draft(outcomes[0], language), Draft(outcomes[1], language))
    words = pair.second.words
    titles = [draft.localized(draft.outcome.meta["title"]) for draft in (pair.first, pair.second)]
    if titles[0] == titles[1]:
        titles = [
            words("comparison.same_titles", title=title, id=str(draft.outcome.meta["id"]))
            for title, draft in zip(titles, (pair.first, pair.second), strict=True)
        ]
    sections = [
        Section("result", words("comparison.result"), (Paragraph(_lead(pair)), _objectives(pair), _picture(pair))),
        Section("units", words("comparison.by_unit"), (*_units(pair),), new_page=True),
        Section("standards", words("comparison.standards"), (_standards(pair),)),
    ]
    title = words("comparison.title", first=titles[0], second=titles[1])
    return assemble(outcomes[1].meta, words, sections, title)


def resolve_pair(first: Outcome, second: Outcome, key: str) -> int | float:
    """The number behind a key of a comparison. Raises KeyResolutionError."""
    lookups = {"first": Lookup(first), "second": Lookup(second)}

    def leaf(part: str) -> int | float:
        side, _, rest = part.partition(":")
        return lookups[side].value(rest)

    return evaluate(key, leaf)


class _Pair:
    """Two drafts and numbers that draw on both."""

    def __init__(self, first: Draft, second: Draft) -> None:
        first.size = second.size
        self.first, self.second, self.words = first, second, second.words
        self.codes = [code for code in second.codes if code in set(first.codes)]

    def single(self, draft: Draft, kind: str, key: str) -> Number:
        side = "first" if draft is self.first else "second"
        style = self.second.number(kind, key) if draft is self.second else self.first.number(kind, key)
        return replace(style, key=f"{side}:{key}")

    def difference(self, kind: str, key: str, other: str | None = None) -> Number:
        """second - first, shown in the second's style and signed."""
        first, second = self.first.number(kind, key), self.second.number(kind, other or key)
        value = second.value - first.value
        return self._shown(kind, value, combine("difference", f"second:{other or key}", f"first:{key}"), second)

    def change(self, key: str) -> Runs:
        """Relative change, or a dash where the first is zero."""
        first, second = self.first.lookup.value(key), self.second.lookup.value(key)
        if first == 0:
            return cell("—")
        like = (
            self.second.number("share", combine("ratio", key, key))
            if second
            else self.first.number("share", combine("ratio", key, key))
        )
        return (
            self._shown("share", (second - first) / first, combine("change", f"second:{key}", f"first:{key}"), like),
        )

    def _shown(self, kind: str, value: float, key: str, like: Number) -> Number:
        style = self.second.style(kind)
        if "decimals" not in style:
            text = f"{value / like.per:,.4g}".replace("-", "−")
        else:
            text = fixed(shown_total(Fraction(value), self.second.step(kind)), int(style["decimals"]))
        if any(char in "123456789" for char in text) and not text.startswith("−"):
            text = f"+{text}"
        return replace(like, value=value, text=text, key=key, sign="plus")


def _lead(pair: _Pair) -> Runs:
    words = pair.words
    parts: list[Runs] = []
    for name, kind, key in (
        ("lead", "money_total", pair.second.payment()),
        ("carbon", "carbon", pair.second.indicator("carbon.total")),
    ):
        number = pair.difference(kind, key)
        direction = {"+": "more", "−": "less"}.get(number.text[0], "same")
        size = pair.second.with_unit(replace(number, text=number.text.lstrip("+−"), sign="words"))
        parts.append(words.runs(f"comparison.{name}_{direction}", **({} if direction == "same" else {"size": size})))
    changes = [pair.difference("money", pair.second.payment(code)).value for code in pair.codes]
    parts.append(
        words.runs(
            "comparison.units",
            more=str(sum(value > 0 for value in changes)),
            less=str(sum(value < 0 for value in changes)),
            same=str(sum(value == 0 for value in changes)),
        )
    )
    odd = sorted(set(pair.first.codes) ^ set(pair.second.codes))
    if odd:
        names = [(pair.first if code in pair.first.codes else pair.second).region(code) for code in odd]
        parts.append(words.runs("comparison.only", units=words.join(names)))
    return words.join(parts, "sentence")


def _objectives(pair: _Pair) -> Table:
    words = pair.words
    known = {str(entry["term"]) for entry in pair.first.outcome.meta["objectives"]}
    rows = []
    for entry in pair.second.outcome.meta["objectives"]:
        term = str(entry["term"])
        if term not in known:
            continue
        label, kind = pair.second.objective(term)
        unit, key = pair.second.unit(kind), f"meta.objectives[term={term}].value"
        rows.append(
            Row(
                (
                    cell(words("reasons.objective_unit", label=label, unit=unit) if unit else label),
                    (pair.single(pair.first, kind, key),),
                    (pair.single(pair.second, kind, key),),
                    (pair.difference(kind, key),),
                    pair.change(key),
                )
            )
        )
    columns = (Column(words("reasons.objective")), *_plan_columns(pair, "", "%"))
    return Table(columns, tuple(rows), words.runs("comparison.objectives_table"))


def _plan_columns(pair: _Pair, unit: str, percent: str | None) -> list[Column]:
    words = pair.words
    columns = [Column(words(f"comparison.{name}"), unit, True) for name in ("first", "second", "difference")]
    return columns if percent is None else [*columns, Column(words("comparison.percent"), percent, True)]


def _units(pair: _Pair) -> list[Block]:
    words = pair.words
    rows = []
    for code in pair.codes:
        key = pair.second.payment(code)
        rows.append(
            Row(
                (
                    cell(pair.second.region(code)),
                    (pair.single(pair.first, "money", key),),
                    (pair.single(pair.second, "money", key),),
                    (pair.difference("money", key),),
                    pair.change(key),
                )
            )
        )
    columns = (Column(words("terms.unit")), *_plan_columns(pair, pair.second.unit("money"), "%"))
    return [Table(columns, tuple(rows), words.runs("comparison.table"))]


def _picture(pair: _Pair) -> Figure:
    words = pair.words
    numbers = {code: pair.difference("money", pair.second.payment(code)) for code in pair.codes}
    order = sorted(pair.codes, key=lambda code: (-numbers[code].value, code))
    widest = max(order, key=lambda code: (abs(numbers[code].value), code))
    drawn = order if len(order) <= DRAWN_UNITS else [*order[: DRAWN_UNITS // 2], *order[-(DRAWN_UNITS // 2) :]]
    items = [
        (short_name(pair.second, code), numbers[code].value / numbers[code].per, numbers[code].text) for code in drawn
    ]
    unit = pair.second.unit("money")
    axis = words("figures.axis", label=words("comparison.difference"), unit=unit)
    svg = ranked(f"change-{pair.second.language}", items, axis)
    title = words.runs("comparison.figure_none")
    if numbers[widest].value:
        title = words.runs("comparison.figure", unit=short_name(pair.second, widest))
    rows = tuple(Row((cell(pair.second.region(code)), (numbers[code],))) for code in order)
    columns = (Column(words("terms.unit")), Column(words("comparison.difference"), unit, True))
    data = Table(columns, rows, words.runs("comparison.figure_data"))
    alt = words("figures.ranked_alt", units=str(len(drawn)), all=str(len(order)))
    return Figure("change", svg, title, alt, words("figures.source", tables="allocation.csv"), data)


def _standards(pair: _Pair) -> Table:
    words, frame = pair.words, pair.second.table("standards")
    rows = []
    for row in frame.to_dict("records"):
        where = {name: str(row[name]) for name in ("category", "measure", "grade", "period")}
        label = (
            words.name("category", where["category"]) if where["category"] else words.name("measure", where["measure"])
        )
        grade = words("allocation.grade", grade=where["grade"]) if where["grade"] else words("allocation.all_units")
        key = ref("standards", "standard_yuan_per_mu", **where)
        in_first = pair.first.has("standards", **where) and pair.first.lookup.cell(key)
        rows.append(
            Row(
                (
                    cell(label),
                    cell(grade),
                    cell(where["period"]),
                    (pair.single(pair.first, "standard", key),) if in_first else cell("—"),
                    (pair.single(pair.second, "standard", key),),
                    (pair.difference("standard", key),) if in_first else cell("—"),
                )
            )
        )
    columns = (
        Column(words("comparison.subject")),
        Column(words("terms.grade")),
        Column(words("terms.period")),
        *_plan_columns(pair, pair.second.unit("standard"), None),
    )
    return Table(columns, tuple(rows), words.runs("comparison.standards_table"))
