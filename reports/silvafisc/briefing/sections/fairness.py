"""Fairness: Lorenz curve, Theil parts, adequacy, local burden."""

from ..blocks import Block, Column, Figure, Heading, Paragraph, Row, Runs, Section, Table
from ..draft import ALL, PAYERS, Draft, cell
from ..figures.bars import columns as draw_columns
from ..figures.curves import lorenz
from ..keys import combine, ref
from .drawings import DRAWN_UNITS, short_name, shown, unit_table

OWN = {"province": "provincial", "city": "city", "county": "county"}
"""Level of a unit -> the first payer that is local to it: what a province pays is no county's burden."""


def section(draft: Draft) -> Section:
    """Section 5 of the design."""
    words = draft.words
    blocks: list[Block] = [Paragraph(_lead(draft)), measures(draft)]
    if len(draft.table("lorenz")):
        blocks.append(lorenz_picture(draft))
    if draft.has("indicators", variable="local_burden"):
        blocks += [
            Heading(words("fairness.burden_head")),
            Paragraph(words.runs("fairness.burden_words")),
            burden(draft),
        ]
    adequacy = adequacy_picture(draft)
    if adequacy is not None:
        blocks += [Heading(words("fairness.adequacy_head")), adequacy]
    return Section("fairness", words("fairness.title"), tuple(blocks))


def _lead(draft: Draft) -> Runs:
    words = draft.words
    parts = [
        words.runs(
            "fairness.lead",
            gini=draft.number("index", draft.indicator("fairness.gini")),
            theil=draft.number("index", draft.indicator("fairness.theil")),
        )
    ]
    # Without groups that part the units there is nothing between them; without incomes there is no Kakwani index.
    if _has(draft, "fairness.theil_between") and draft.lookup.value(draft.indicator("fairness.theil")):
        between = combine("ratio", draft.indicator("fairness.theil_between"), draft.indicator("fairness.theil"))
        parts.append(words.runs("fairness.between", share=draft.phrase("share", between)))
    if _has(draft, "fairness.kakwani"):
        kakwani = draft.indicator("fairness.kakwani")
        direction, _ = draft.size_of("index", kakwani)
        parts.append(words.runs(f"fairness.kakwani_{direction}", kakwani=draft.number("index", kakwani)))
    return words.join(parts, "sentence")


def _has(draft: Draft, variable: str) -> bool:
    return draft.has("indicators", variable=variable, region_code=ALL, year="")


def lorenz_picture(draft: Draft) -> Figure:
    """Lorenz curve of payments over rural people."""
    words, frame = draft.words, draft.table("lorenz")
    rows, points = [], []
    for point, code in zip(frame["point"], frame["region_code"], strict=True):
        keys = {name: ref("lorenz", name, point=str(point)) for name in ("population_share", "payment_share")}
        numbers = {name: draft.number("share", key) for name, key in keys.items()}
        points.append((float(numbers["population_share"].value), float(numbers["payment_share"].value)))
        if code:
            rows.append(Row((cell(draft.region(str(code))), *((number,) for number in numbers.values()))))
    axes = (words("fairness.population"), words("fairness.payments"))
    svg = lorenz(f"lorenz-{draft.language}", points, axes, (words("fairness.curve"), words("fairness.equality")))
    columns = (Column(words("terms.unit")), *(Column(label, "%", True) for label in axes))
    data = Table(columns, tuple(rows), words.runs("fairness.lorenz_data"))
    title = words.runs("fairness.lorenz", gini=draft.number("index", draft.indicator("fairness.gini")))
    source = words("figures.source", tables="lorenz.csv")
    return Figure("lorenz", svg, title, words("fairness.lorenz_alt"), source, data)


def measures(draft: Draft) -> Table:
    """The measures with what each one says."""
    words = draft.words
    names = (
        ("fairness.gini", "index"),
        ("fairness.theil", "index"),
        ("fairness.theil_between", "index"),
        ("fairness.theil_within", "index"),
        ("fairness.kakwani", "index"),
        ("adequacy.minimum", "adequacy"),
        ("adequacy.mean", "adequacy"),
    )
    rows = []
    for name, kind in names:
        if not _has(draft, name):
            continue
        number = draft.number(kind, draft.indicator(name))
        rows.append(
            Row(
                (cell(words(f"fairness.measure.{name}")), draft.with_unit(number), cell(words(f"fairness.says.{name}")))
            )
        )
    columns = (
        Column(words("fairness.measure_name")),
        Column(words("reasons.value"), "", True),
        Column(words("reasons.meaning"), width=1),
    )
    return Table(columns, tuple(rows), words.runs("fairness.measures"))


def adequacy_key(draft: Draft, code: str) -> str | None:
    """Smallest standard / opportunity cost over the categories with area, in the first period; None without area.

    The standard is in yuan and the cost in fen, so the key counts one hundredth of the ratio (shown in per cent).
    """
    ratios = []
    for spec in draft.outcome.resolved.categories:
        area = ref("inputs.areas", "sum(area_tenth_mu)", region_code=code, category=spec.id)
        cost = {"region_code": code, "subject": spec.id}
        standard = draft.standard(code, spec.id, draft.periods[0])
        if standard is None or not draft.lookup.value(area) or not draft.lookup.has("inputs.responses", **cost):
            continue
        ratios.append(combine("ratio", standard, ref("inputs.responses", "opportunity_cost_fen", **cost)))
    return combine("least", *ratios) if ratios else None


def adequacy_picture(draft: Draft) -> Figure | None:
    """Ranked bars of adequacy per unit."""
    words = draft.words
    keys = {code: adequacy_key(draft, code) for code in draft.codes}
    numbers = {code: draft.number("adequacy_fen", key) for code, key in keys.items() if key is not None}
    if not numbers:
        return None
    order = sorted(numbers, key=lambda code: (numbers[code].value, code))
    drawn = order[:DRAWN_UNITS]
    items = [(short_name(draft, code), shown(numbers[code]), numbers[code].text) for code in drawn]
    axis = words("figures.axis", label=words("fairness.adequacy"), unit="%")
    top = (100.0, words("fairness.adequacy_line")) if max(value for _, value, _ in items) > 70 else None
    svg = draw_columns(f"adequacy-{draft.language}", items, axis, draft.language, top)
    title = words.runs(
        "fairness.adequacy_title", unit=short_name(draft, order[0]), share=draft.with_unit(numbers[order[0]])
    )
    caption = words.runs("fairness.adequacy_data")
    data = unit_table(draft, words("fairness.adequacy"), "%", [(code, numbers[code]) for code in order], caption)
    alt = words("figures.ranked_alt", units=str(len(drawn)), all=str(len(order)))
    source = words("figures.source", tables=words("marks.list").join(("standards.csv", "inputs/responses.csv")))
    return Figure("adequacy", svg, title, alt, source, data)


def burden(draft: Draft) -> Table:
    """What each unit's own budget pays, in per cent of its own revenue."""
    words = draft.words
    frame = draft.table("indicators")
    held = frame[(frame["variable"] == "local_burden") & (frame["region_code"] != "000000")]
    years = list(dict.fromkeys(str(year) for year in held["year"]))
    rows = []
    provincial = True
    for code in draft.codes:
        level = OWN.get(draft.lookup.cell(ref("regions", "unit_level", region_code=code)), "provincial")
        payers = [payer for payer in draft.payers if PAYERS.index(payer) >= PAYERS.index(level)]
        own = [ref("allocation", f"sum({payer}_fen)", region_code=code) for payer in payers]
        cells: list[Runs] = [(draft.number("money", combine("total", *own)),)] if own else [cell("—")]
        for year in years:
            where = {"variable": "local_burden", "region_code": code, "year": year}
            key = draft.indicator("local_burden", code, year)
            cells.append((draft.number("pct", key),) if draft.has("indicators", **where) else cell("—"))
        rows.append(Row((cell(draft.region(code)), *cells)))
        provincial &= payers == ["provincial"]
    part = words("fairness.own_part_provincial") if provincial else words("fairness.own_part")
    columns = (
        Column(words("terms.unit")),
        Column(part, draft.unit("money"), True),
        *(
            Column(words("fairness.burden_year", year=year) if year else words("fairness.burden"), "%", True)
            for year in years
        ),
    )
    if not provincial:
        return Table(columns, tuple(rows), words.runs("fairness.burden_table"), dense=True)
    caption, note = words.runs("fairness.burden_table_provincial"), words.runs("fairness.burden_note")
    return Table(columns, tuple(rows), caption, note, dense=True)
