"""Who pays whom, and how the amounts spread over the years."""

from collections.abc import Sequence

from ..blocks import Column, Figure, Row, Table
from ..draft import Draft, cell
from ..figures.flows import flows
from ..figures.multiples import small_multiples
from ..keys import combine, ref
from .drawings import are_provinces, short_name, shown

RECEIVERS = 8
"""Units drawn by name where units have no grades; the others are drawn together."""
Receiver = tuple[str, tuple[str, ...]]
"""Name, and the codes of its units."""


def who_pays_whom(draft: Draft) -> Figure | None:
    """Bands from payers to grades of units, or to the largest units where there are no grades; None for a single payer."""
    words, groups = draft.words, _receivers(draft)
    if len(draft.payers) < 2 or len(groups) < 2:
        return None
    keys = {
        (payer, name): ref("allocation", f"sum({payer}_fen)", region_code=codes)
        for payer in draft.payers
        for name, codes in groups
    }
    numbers = {place: draft.number("money_total", key) for place, key in keys.items()}
    unit = draft.unit("money_total")

    def said(keys: Sequence[str]) -> str:
        number = draft.number("money_total", combine("total", *keys) if len(keys) > 1 else keys[0])
        return words("figures.axis_lines", label=number.text, unit=unit).replace("\n", " ")

    payers = [(words.name("payer", payer), said([keys[payer, name] for name, _ in groups])) for payer in draft.payers]
    receivers = [(name, said([keys[payer, name] for payer in draft.payers])) for name, _ in groups]
    amounts = [[max(shown(numbers[payer, name]), 0.0) for name, _ in groups] for payer in draft.payers]
    svg = flows(f"flows-{draft.language}", payers, receivers, amounts)
    largest = max(draft.payers, key=lambda payer: draft.lookup.value(ref("allocation", f"sum({payer}_fen)")))
    most = max(groups, key=lambda group: draft.lookup.value(draft.payment(group[1])))
    title = words.runs(
        "flows.finding",
        payer=words.name("payer", largest),
        share=draft.share_of(ref("allocation", f"sum({largest}_fen)"), draft.payment()),
        group=most[0],
        part=draft.share_of(draft.payment(most[1]), draft.payment()),
    )
    columns = (
        Column(words("flows.receiver"), width=1),
        *(Column(words.name("payer", payer), unit, True) for payer in draft.payers),
        Column(words("terms.sum"), unit, True),
    )
    rows = tuple(
        Row(
            (
                cell(name),
                *((numbers[payer, name],) for payer in draft.payers),
                (draft.number("money_total", draft.payment(codes)),),
            )
        )
        for name, codes in groups
    )
    data = Table(columns, rows, words.runs("flows.data"))
    return Figure("flows", svg, title, words("flows.alt"), words("figures.source", tables="allocation.csv"), data)


def _receivers(draft: Draft) -> list[Receiver]:
    """Grades with their units, else the largest units and the others together."""
    regions = draft.table("regions")
    if draft.outcome.resolved.grades.by_region and len(regions):
        held: dict[str, list[str]] = {}
        for code, grade in zip(regions["region_code"].astype(str), regions["grade"].astype(str), strict=True):
            held.setdefault(grade, []).append(code)
        return [(draft.words("allocation.grade", grade=grade), tuple(held[grade])) for grade in sorted(held)]
    order = sorted(draft.codes, key=lambda code: (-draft.paid[code], code))
    named: list[Receiver] = [(short_name(draft, code), (code,)) for code in order[:RECEIVERS]]
    others = tuple(order[RECEIVERS:])
    return [*named, (draft.words("flows.others"), others)] if others else named


def years_picture(draft: Draft) -> Figure | None:
    """A tile map of each year's amounts on one scale; None for a single year and for units that are no provinces."""
    words = draft.words
    if len(draft.periods) < 2 or not are_provinces(draft):
        return None
    first, last = draft.periods[0], draft.periods[-1]
    numbers = {
        (code, period): draft.number("money_total", draft.payment(code, period=period))
        for code in draft.codes
        for period in draft.periods
    }
    panels = [
        (words("terms.year", year=period), {code: shown(numbers[code, period]) for code in draft.codes})
        for period in draft.periods
    ]
    label, unit = words("terms.total"), draft.unit("money_total")
    ordered = sorted(numbers.values(), key=lambda number: number.value)
    scale = (words("figures.axis", label=label, unit=unit), ordered[0].text, ordered[-1].text)
    svg = small_multiples(f"years-{draft.language}", panels, draft.language, scale, words("figures.not_boundaries"))
    changes = {
        code: combine("difference", draft.payment(code, period=last), draft.payment(code, period=first))
        for code in draft.codes
    }
    most = max(draft.codes, key=lambda code: (abs(draft.lookup.value(changes[code])), code))
    direction, size = draft.size_of("money_total", changes[most])
    title = words.runs(f"flows.years_{direction}", unit=short_name(draft, most), size=size, first=first, last=last)
    columns = (
        Column(words("terms.unit")),
        *(Column(words("terms.year", year=period), unit, True) for period in draft.periods),
    )
    rows = tuple(
        Row((cell(draft.region(code)), *((numbers[code, period],) for period in draft.periods))) for code in draft.codes
    )
    data = Table(columns, rows, words.runs("flows.years_data"))
    return Figure("years", svg, title, words("flows.years_alt"), words("figures.source", tables="allocation.csv"), data)
