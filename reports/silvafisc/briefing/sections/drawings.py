"""The drawings of the sections: values from the outcome, the finding as title, the same numbers as a table."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from silvafisc.datasets.findings import Finding, InputError

from ..blocks import Column, Figure, Number, Row, Runs, Table
from ..boundaries import Boundaries, load
from ..draft import Draft, cell
from ..figures.bars import ranked, stacked
from ..figures.choropleth import choropleth
from ..figures.tiles import tile_map, tiles
from ..keys import combine
from ..style import current
from ..words import load_yaml

DRAWN_UNITS = 50
"""More units than this cannot be read in one drawing: the largest are drawn, all are in the table."""


def shown(number: Number) -> float:
    """The value in the shown unit, for an axis."""
    return number.value / number.per


def short_name(draft: Draft, code: str) -> str:
    """A province's short name; other units keep their full name."""
    tile = tiles().get(code)
    if tile is None:
        return draft.region(code)
    return tile.short_zh if draft.language == "zh" else tile.short_en


def are_provinces(draft: Draft) -> bool:
    """Whether a map of province-level units can show this outcome."""
    return len(draft.codes) > 1 and all(code in tiles() for code in draft.codes)


def unit_table(draft: Draft, header: str, unit: str, values: Sequence[tuple[str, Number]], caption: Runs) -> Table:
    """Two columns: unit and value."""
    rows = tuple(Row((cell(draft.region(code)), (number,))) for code, number in values)
    return Table((Column(draft.words("terms.unit")), Column(header, unit, True)), rows, caption)


def top_units(draft: Draft, title: str) -> Runs:
    """`title` with the names of the three largest units and their joint share."""
    order = sorted(draft.codes, key=lambda code: (-draft.paid[code], code))[:3]
    names = draft.words.join([short_name(draft, code) for code in order])
    share = combine("ratio", combine("total", *(draft.payment(code) for code in order)), draft.payment())
    return draft.words.runs(title, units=names, count=str(len(order)), share=draft.phrase("share", share))


def amount_picture(draft: Draft) -> Figure:
    """Tile map of the amounts; ranked bars where the units are not province-level."""
    words = draft.words
    numbers = {code: draft.number("money_total", draft.payment(code)) for code in draft.codes}
    order = sorted(draft.codes, key=lambda code: (-draft.paid[code], code))
    label, unit = words("terms.total"), draft.unit("money_total")
    title = top_units(draft, "figures.amounts")
    caption = words.runs("figures.amounts_data")
    data = unit_table(draft, label, unit, [(code, numbers[code]) for code in order], caption)
    axis = words("figures.axis", label=label, unit=unit)
    if current().maps is not None and not are_provinces(draft):
        en, zh = (
            "an outcome whose units are not province-level has no map of provinces",
            "结果的单位不是省级，不能画省级界线图",
        )
        raise InputError([Finding(str(draft.outcome.meta["id"]), "--boundaries", en, zh)])
    if are_provinces(draft):
        values = {code: (shown(number), number.text) for code, number in numbers.items()}
        scale = (axis, numbers[order[-1]].text, numbers[order[0]].text)
        maps = current().maps
        if maps is None:
            svg = tile_map(f"map-{draft.language}", values, draft.language, scale, words("figures.not_boundaries"))
            alt = words("figures.amounts_alt", units=str(len(order)))
        else:
            svg = _approved_map(draft, load(maps), values, scale)
            alt = words("approved_map.alt", units=str(len(order)))
    else:
        items = [(draft.region(code), shown(numbers[code]), numbers[code].text) for code in order[:DRAWN_UNITS]]
        svg = ranked(f"rank-{draft.language}", items, axis)
        alt = words("figures.ranked_alt", units=str(len(items)), all=str(len(order)))
    return Figure("amounts", svg, title, alt, words("figures.source", tables="allocation.csv"), data)


def _approved_map(
    draft: Draft, boundaries: Boundaries, values: Mapping[str, tuple[float, str]], scale: tuple[str, str, str]
) -> str:
    """The map of a user's boundaries, its review number and projection under it."""
    words, projection = draft.words, load_yaml("maps.yaml")["projection"]
    first, second = map(str, projection["parallels"])
    notes = (
        words("approved_map.review", number=boundaries.review_number),
        words("approved_map.projection", first=first, second=second, meridian=str(projection["meridian"])),
        words("approved_map.source"),
    )
    return choropleth(f"map-{draft.language}", values, boundaries, scale, words("approved_map.inset"), notes)


def nature_picture(draft: Draft) -> Figure:
    """Columns per unit stacked by nature of the money."""
    words = draft.words
    order = sorted(draft.codes, key=lambda code: (-draft.paid[code], code))
    drawn = order[:DRAWN_UNITS]
    cells, _ = draft.money_cells("nature")
    numbers = {(nature, code): cells[code][nature] for nature in draft.natures for code in order}
    # The axis counts in the unit of totals (亿元), the table below in that of amounts (万元).
    per = float(Fraction(str(draft.style("money_total")["per"])))
    parts = {
        nature: (words.name("nature", nature), [numbers[nature, code].value / per for code in drawn])
        for nature in draft.natures
    }
    axis = words("figures.axis", label=words("terms.total"), unit=draft.unit("money_total"))
    svg = stacked(f"nature-{draft.language}", [short_name(draft, code) for code in drawn], parts, axis, draft.language)
    largest = max(draft.natures, key=lambda nature: draft.lookup.value(draft.payment(nature=nature)))
    title = words.runs(
        "figures.natures",
        nature=words.name("nature", largest),
        share=draft.share_of(draft.payment(nature=largest), draft.payment()),
    )
    rows = tuple(
        Row((cell(draft.region(code)), *((numbers[nature, code],) for nature in draft.natures))) for code in order
    )
    columns = (
        Column(words("terms.unit")),
        *(Column(words.name("nature", nature), draft.unit("money"), True) for nature in draft.natures),
    )
    data = Table(columns, rows, words.runs("figures.natures_data"))
    alt = words("figures.natures_alt", units=str(len(drawn)), all=str(len(order)))
    return Figure("natures", svg, title, alt, words("figures.source", tables="allocation.csv"), data)
