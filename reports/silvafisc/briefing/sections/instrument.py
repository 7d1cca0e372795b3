"""One loan or bond: its terms, receipts against debt service, schedule by year, cover in every course, coupon ladder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..blocks import Block, Callout, Column, Figure, Heading, Note, Number, Paragraph, Row, Runs, Table
from ..draft import Draft, cell
from ..figures.finance import cash_flow, cover, ladder
from ..keys import Starts, ref
from ..words import inside
from .drawings import shown

BASE = "base"
_KINDS = {
    "fen": "fen",
    "share": "share_fine",
    "shares": "share_fine",
    "times": "times",
    "yuan_per_tco2": "carbon_price",
    "tco2e": "tonnes",
    "count": "count",
    "years": "quotation",
    "per_100": "quotation",
}
"""Unit of a figure -> how it is shown; dates and words are texts."""
_LISTS = {"missing_elements": "elements", "missing_disclosures": "disclosures"}


@dataclass(frozen=True)
class Held:
    """An instrument of the outcome, and the keys of its figures."""

    draft: Draft
    id: str

    def head(self, column: str) -> str:
        """What finance_instruments tells of it."""
        return self.draft.lookup.cell(ref("finance_instruments", column, instrument=self.id))

    @property
    def title(self) -> str:
        return self.head(f"title_{self.draft.language}")

    def figure(self, name: str, place: str = "1") -> str:
        """The key of a figure of its terms."""
        return ref("finance_terms", "value", instrument=self.id, figure=name, place=place)

    def has(self, name: str) -> bool:
        """Whether it has the figure."""
        return self.draft.has("finance_terms", instrument=self.id, figure=name)

    def told(self, name: str) -> bool:
        """Whether what it follows from has the figure."""
        return self.draft.has("finance_inputs", instrument=self.id, input=name)

    def input(self, name: str) -> str:
        """The key of a figure that its schedule follows from."""
        return ref("finance_inputs", "value", instrument=self.id, input=name)

    def value(self, key: str) -> float:
        return self.draft.lookup.value(key)

    def rows(self, table: str) -> list[Mapping[str, Any]]:
        """Its rows of a table."""
        return self.draft.records(table, instrument=self.id)

    def covered(self, course: str) -> list[str]:
        """Years with debt service in a course."""
        return [
            str(row["year"]) for row in self.rows("finance_cover") if row["course"] == course and row["service_fen"] > 0
        ]

    @property
    def courses(self) -> list[str]:
        """Courses of the cover, the stated one first."""
        return list(dict.fromkeys(str(row["course"]) for row in self.rows("finance_cover")))

    def cover(self, course: str, year: str) -> str:
        """The key of the cover of a year."""
        return ref("finance_cover", "cover", instrument=self.id, course=course, year=year)

    def least(self, course: str) -> str:
        """The key of the lowest yearly cover in a course."""
        return ref("finance_cover", "min(cover)", instrument=self.id, course=course, year=self.covered(course))

    def short(self, course: str) -> list[str]:
        """Years in which receipts do not cover the debt service."""
        return [year for year in self.covered(course) if self.value(self.cover(course, year)) < 1]

    @property
    def worst(self) -> str | None:
        """The stressed course with the lowest cover; None where no course is stressed."""
        stressed = [course for course in self.courses if course != BASE]
        return min(stressed, key=lambda course: self.value(self.least(course)), default=None)

    @property
    def ordinary(self) -> bool:
        """Whether it is ordinary credit."""
        return self.has("backing") and self.draft.lookup.cell(self.figure("backing")) == "ordinary"


def blocks(held: Held) -> list[Block]:
    """Everything told of one instrument."""
    words, draft = held.draft.words, held.draft
    found: list[Block] = [Heading(held.title), Paragraph(_lead(held))]
    cautions = tuple(_cautions(held))
    if cautions:
        found.append(Callout("caution", words("green_finance.cautions"), cautions))
    found += [_terms(held), _flows(held), _schedule(held)]
    if len(held.courses) > 1 or held.rows("finance_fan"):
        found.append(_cover(held))
    if held.rows("finance_ladder"):
        found.append(_ladder(held))
    found.append(Note(_rests(held, draft)))
    return found


def _word(held: Held, item: str) -> str:
    return held.draft.words.name("finance_word", item)


def _lead(held: Held) -> Runs:
    """What it is, who owes it, and by which conventions."""
    draft, words = held.draft, held.draft.words
    return words.runs(
        "green_finance.instrument",
        borrower=words.own(held.head("borrower")),
        borrower_kind=_word(held, held.head("borrower_kind")),
        kind=_word(held, held.head("kind")),
        principal=draft.phrase("finance_money", held.input("principal")),
        last=draft.lookup.cell(held.figure("last_payment")),
        count=held.head("day_count"),
        rule=_word(held, held.head("payment_rule")),
        to=_word(held, held.head("interest_to")),
    )


def _cautions(held: Held) -> Iterator[Runs]:
    """What a reader must not miss."""
    draft, words = held.draft, held.draft.words
    if held.ordinary:
        yield words.runs("green_finance.ordinary", times=draft.phrase("times", held.figure("pledge_share")))
    short = held.short(BASE)
    if short:
        yield words.runs("green_finance.uncovered", years=words.join(short))
    for course in held.courses:
        years = held.short(course)
        if course != BASE and years:
            yield words.runs(
                "green_finance.stressed",
                course=inside(words.name("finance_course", course)),
                cover=draft.phrase("times", held.least(course)),
                count=str(len(years)),
                years=str(len(held.covered(course))),
            )
    holders = dict.fromkeys(str(row["holder"]) for row in held.rows("finance_households"))
    for holder in holders:
        where = {"instrument": held.id, "holder": holder}
        gaps = [row["gap_fen"] for row in held.rows("finance_households") if row["holder"] == holder]
        if any(gap > 0 for gap in gaps):
            yield words.runs(
                "green_finance.households",
                holder=words.own(holder),
                count=(draft.number("count", ref("finance_households", "above(gap_fen;year)", **where)),),
                years=str(len(gaps)),
            )
    for column, name in _LISTS.items():
        if held.head(column):
            names = [words.name("finance_list", item) for item in held.head(column).split(";")]
            yield words.runs("green_finance.missing", what=words.name("finance_list", name), names=words.join(names))


def _terms(held: Held) -> Table:
    """Every figure of its terms, two to a row."""
    words = held.draft.words
    told = [
        (cell(words.name("finance_figure", str(row["figure"]))), _shown(held, row))
        for row in held.rows("finance_terms")
    ]
    half = (len(told) + 1) // 2
    right = [*told[half:], *[((), ())] * (2 * half - len(told))]
    rows = tuple(Row((*one, *other)) for one, other in zip(told[:half], right, strict=True))
    columns = (Column(words("green_finance.item"), width=1), Column(words("green_finance.value"), numeric=True))
    return Table((*columns, *columns), rows, words.runs("green_finance.terms", title=held.title), dense=True)


def _shown(held: Held, row: Mapping[Any, Any]) -> Runs:
    """A figure with its unit; a word of the files, or a date."""
    if row["unit"] in {"word", "date"}:
        return cell(_word(held, str(row["value"])) if row["unit"] == "word" else str(row["value"]))
    return held.draft.phrase(_KINDS[str(row["unit"])], held.figure(str(row["figure"]), str(row["place"])))


def _amount(held: Held, table: str, column: str, **where: Any) -> Number:
    return held.draft.number("finance_money", ref(table, column, instrument=held.id, **where))


def _flows(held: Held) -> Figure:
    """Receipts against debt service by year."""
    draft, words = held.draft, held.draft.words
    rows = [row for row in held.rows("finance_cover") if row["course"] == BASE]
    years = [str(row["year"]) for row in rows if row["receipts_fen"] or row["service_fen"]]
    cells = {
        year: [
            _amount(held, "finance_cover", f"{name}_fen", course=BASE, year=year) for name in ("receipts", "service")
        ]
        for year in years
    }
    names = words("green_finance.receipts"), words("green_finance.service")
    axis = words("figures.axis", label=words("green_finance.money"), unit=draft.unit("finance_money"))
    series = [(name, [shown(cells[year][at]) for year in years]) for at, name in enumerate(names)]
    svg = cash_flow(f"flow-{held.id}-{draft.language}", years, series[0], series[1], axis)
    short, due = held.short(BASE), held.covered(BASE)
    least = min(due, key=lambda year: held.value(held.cover(BASE, year)))
    told: dict[str, str | Runs] = {
        "title": held.title,
        "years": str(len(due)),
        "cover": draft.phrase("times", held.cover(BASE, least)),
        "year": least,
    }
    if short:
        title = words.runs("green_finance.flow_short", count=str(len(short)), **told)
    else:
        title = words.runs("green_finance.flow_covered", **told)
    columns = (
        Column(words("green_finance.year")),
        *(Column(name, draft.unit("finance_money"), True) for name in names),
    )
    table_rows = tuple(Row((cell(year), *((number,) for number in cells[year]))) for year in years)
    data = Table(columns, table_rows, words.runs("green_finance.flow_data"))
    source = words("figures.source", tables="finance_cover.csv")
    return Figure(f"flow-{held.id}", svg, title, words("green_finance.flow_alt"), source, data)


def _schedule(held: Held) -> Table:
    """Interest, principal and balance by year."""
    draft, words = held.draft, held.draft.words
    years = dict.fromkeys(str(row["due"])[:4] for row in held.rows("finance_schedule"))
    parts = ("sum(interest_fen)", "sum(principal_fen)", "sum(service_fen)", "min(closing_fen)")
    rows = [
        Row((cell(year), *((_amount(held, "finance_schedule", part, due=Starts((f"{year}-",))),) for part in parts)))
        for year in years
    ]
    total = [(_amount(held, "finance_schedule", part),) for part in parts[:3]]
    rows.append(Row((cell(words("terms.sum")), *total, cell("—")), "total"))
    names = ("interest", "principal", "service", "closing")
    columns = (
        Column(words("green_finance.year")),
        *(Column(words(f"green_finance.{name}"), draft.unit("finance_money"), True) for name in names),
    )
    caption = words.runs("green_finance.schedule", title=held.title)
    return Table(columns, tuple(rows), caption, words.runs("green_finance.schedule_note"), dense=True)


def _cover(held: Held) -> Figure:
    """Cover of the years with debt service in every course, with the band over drawn prices."""
    draft, words = held.draft, held.draft.words
    years = held.covered(BASE)
    courses = {
        words.name("finance_course", course): [draft.number("times", held.cover(course, year)) for year in years]
        for course in held.courses
        if held.covered(course) == years
    }
    drawn = {str(row["year"]) for row in held.rows("finance_fan")}
    quantiles: dict[str, list[Number]] = {}
    if drawn == set(years):
        quantiles = {
            name: [draft.number("times", ref("finance_fan", name, instrument=held.id, year=year)) for year in years]
            for name in ("p05", "p50", "p95")
        }
    band = None
    if quantiles:
        low, high = ([shown(number) for number in quantiles[name]] for name in ("p05", "p95"))
        band = (words("green_finance.band"), low, high)
    lines = {name: [shown(number) for number in numbers] for name, numbers in courses.items()}
    axis = words("figures.axis", label=words("green_finance.cover"), unit=draft.unit("times"))
    prefix = f"cover-{held.id}-{draft.language}"
    svg = cover(prefix, years, lines, band, words("green_finance.once"), axis)
    heads = [*courses, *(words(f"green_finance.{name}") for name in quantiles)]
    columns = (
        Column(words("green_finance.year")),
        *(Column(head, draft.unit("times"), True) for head in heads),
    )
    series = [*courses.values(), *quantiles.values()]
    rows = tuple(Row((cell(year), *((numbers[at],) for numbers in series))) for at, year in enumerate(years))
    data = Table(columns, rows, words.runs("green_finance.cover_data"), dense=True)
    tables = ["finance_cover.csv", *(["finance_fan.csv"] if quantiles else [])]
    source = words("figures.source", tables=words("marks.list").join(tables))
    return Figure(f"cover-{held.id}", svg, _cover_title(held), words("green_finance.cover_alt"), source, data)


def _cover_title(held: Held) -> Runs:
    """How low the cover falls under stress, or that it never falls below one."""
    draft, words = held.draft, held.draft.words
    worst = held.worst
    if worst is None:
        key = held.figure("cover_drawn_low")
        return words.runs("green_finance.cover_drawn", title=held.title, cover=draft.phrase("times", key))
    key = held.least(worst)
    told = draft.phrase("times", key)
    if held.value(key) >= 1:
        return words.runs("green_finance.cover_holds", title=held.title, cover=told)
    course = inside(words.name("finance_course", worst))
    return words.runs("green_finance.cover_falls", title=held.title, course=course, cover=told)


def _ladder(held: Held) -> Figure:
    """The coupon that each carbon income makes."""
    draft, words = held.draft, held.draft.words
    incomes = [str(row["income_fen"]) for row in held.rows("finance_ladder")]
    rungs = [
        (
            _amount(held, "finance_ladder", "income_fen", income_fen=income),
            draft.number("share_fine", ref("finance_ladder", "coupon", instrument=held.id, income_fen=income)),
        )
        for income in incomes
    ]
    labels = [words("green_finance.income"), words("green_finance.coupon")]
    units = [draft.unit("finance_money"), draft.unit("share_fine")]
    axes = [words("figures.axis", label=label, unit=unit) for label, unit in zip(labels, units, strict=True)]
    drawn = [(shown(income), shown(coupon), coupon.text) for income, coupon in rungs]
    svg = ladder(f"ladder-{held.id}-{draft.language}", drawn, (axes[0], axes[1]))
    first, last = rungs[0], rungs[-1]
    title = words.runs(
        "green_finance.ladder_finding",
        title=held.title,
        low=draft.with_unit(first[1]),
        high=draft.with_unit(last[1]),
        income=draft.with_unit(first[0]),
        more=draft.with_unit(last[0]),
    )
    columns = tuple(Column(label, unit, True) for label, unit in zip(labels, units, strict=True))
    rows = tuple(Row(((income,), (coupon,))) for income, coupon in rungs)
    data = Table(columns, rows, words.runs("green_finance.ladder_data"))
    source = words("figures.source", tables="finance_ladder.csv")
    return Figure(f"ladder-{held.id}", svg, title, words("green_finance.ladder_alt"), source, data)


def _rests(held: Held, draft: Draft) -> Runs:
    """What its figures rest on."""
    words = draft.words
    assumed = [words.name("finance_field", name) for name in held.head("assumed").split(";") if name]
    listed = "".join(run.text for run in words.join(assumed))
    parts = [
        words.runs(
            "green_finance.evidence",
            title=words.own(held.head("evidence_title")),
            status=words.name("status", held.head("evidence_status")),
            count=(draft.number("count", ref("finance_parameters", "rows()", instrument=held.id)),),
            worst=words.name("status", held.head("status")),
        )
    ]
    if listed:
        parts.append(words.runs("green_finance.assumed", names=listed))
    if draft.has("finance_calibration", instrument=held.id):
        where = {"instrument": held.id}
        estimated = draft.has("finance_calibration", speed_estimated="True", **where)
        changes = ref("finance_calibration", "n", **where)
        # A series has two changes at least; one stands for the range of a single year.
        series = draft.lookup.value(changes) > 1
        parts.append(
            words.runs(
                "green_finance.calibration" if series else "green_finance.calibration_range",
                draws=(draft.number("count", ref("finance_calibration", "draws", **where)),),
                **({"n": (draft.number("count", changes),)} if series else {}),
                mean=draft.phrase("carbon_price", ref("finance_calibration", "mean_yuan_per_tco2", **where)),
                volatility=draft.phrase("share", ref("finance_calibration", "volatility", **where)),
                origin=words("term_sheet.estimated" if estimated else "term_sheet.stated"),
            )
        )
    return words.join(parts, "sentence")
