"""The sheets that amounts are worked out from: certified areas, needs and published standards."""

from collections.abc import Mapping
from decimal import Decimal

from silvafisc.quantities import share, tenths_to_mu
from silvafisc.results import Outcome

from .cells import Cell, Formula, Input, Marked
from .lines import NEED, Ground
from .pages import Column, Page, Words

SCALE = 1_000_000
"""A share of need has at most so many parts: six decimals."""


def areas_page(page: Page, ground: Ground, words: Words, names: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Certified areas; (unit, category) -> its cell, where one row holds it."""
    frame, found = ground.outcome.inputs.areas, {}
    for row in frame.to_dict("records"):
        code, category, tenths = str(row["region_code"]), str(row["category"]), int(row["area_tenth_mu"])
        certified = words("workbook.certified_yes" if row["certified"] else "workbook.certified_no")
        status = Marked(words.name("status", str(row["status"])), str(row["status"]))
        cells: list[Cell] = [code, names.get(code, code), words.name("category", category)]
        cells += [
            Input(Decimal(tenths_to_mu(tenths))),
            certified,
            str(row["document"]),
            status,
            words.own(str(row["source"])),
        ]
        at = page.add(cells)
        if ground.areas[code, category] == tenths:
            found[code, category] = page.ref(at, words("workbook.area"))
    return found


def areas_columns(words: Words) -> list[Column]:
    """Unit, category, area, whether certified and by which document, status and source."""
    return [
        *unit_columns(words),
        Column(words("workbook.category")),
        Column(words("workbook.area"), "area", words("workbook.mu"), summed=True),
        Column(words("workbook.certified")),
        Column(words("workbook.document")),
        Column(words("workbook.status")),
        Column(words("workbook.source")),
    ]


def unit_columns(words: Words) -> list[Column]:
    """Code and name."""
    return [Column(words("workbook.code")), Column(words("workbook.unit"))]


def needs_columns(words: Words) -> list[Column]:
    """Unit, task, need, capacity, status and source."""
    return [
        *unit_columns(words),
        Column(words("workbook.task")),
        Column(words("workbook.need"), "area", words("workbook.mu"), summed=True),
        Column(words("workbook.capacity"), "area", words("workbook.mu"), summed=True),
        Column(words("workbook.status")),
        Column(words("workbook.source")),
    ]


def needs_page(page: Page, outcome: Outcome, words: Words, names: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Needs and capacities; (unit, task) -> its row."""
    found = {}
    for row in outcome.inputs.tasks.to_dict("records"):
        code, measure = str(row["region_code"]), str(row["measure"])
        need, capacity = (Decimal(tenths_to_mu(int(row[name]))) for name in ("need_tenth_mu", "capacity_tenth_mu"))
        status = Marked(words.name("status", str(row["status"])), str(row["status"]))
        task = words.name("measure", measure)
        found[code, measure] = page.add(
            [code, names.get(code, code), task, Input(need), Input(capacity), status, words.own(str(row["source"]))]
        )
    return found


def standards_columns(words: Words) -> list[Column]:
    """Fund, subject, grade, period, standard, last year's, floor, share of need, units and area."""
    unit = words("workbook.yuan_per_mu")
    return [
        Column(words("workbook.fund")),
        Column(words("workbook.item")),
        Column(words("workbook.grade")),
        Column(words("workbook.period")),
        Column(words("workbook.standard"), "standard", unit),
        Column(words("workbook.last_standard"), "standard", unit),
        Column(words("workbook.rise"), "standard", unit),
        Column(words("workbook.floor_standard"), "standard", unit),
        Column(words("workbook.need_share"), "share"),
        Column(words("workbook.units"), "count"),
        Column(words("workbook.applied_area"), "area", words("workbook.mu")),
    ]


def standards_page(page: Page, outcome: Outcome, words: Words) -> None:
    """Published standards, one row each in the order of standards.csv: change one and the amounts follow."""
    frame = outcome.tables.get("standards")
    for row in [] if frame is None else frame.to_dict("records"):
        standard, last = str(row["standard_yuan_per_mu"]), str(row["last_year_yuan_per_mu"])
        floor, quantity = str(row["floor_yuan_per_mu"]), str(row["quantity_rule"])
        here = len(page.rows)
        rise: Cell = None
        if last:
            text = (
                f"ROUND({page.at(here, words('workbook.standard'))}-{page.at(here, words('workbook.last_standard'))},2)"
            )
            rise = Formula(text, Decimal(standard) - Decimal(last))
        page.add(
            [
                words.name("fund", str(row["fund"])),
                subject(words, str(row["category"]), str(row["measure"])),
                str(row["grade"]),
                str(row["period"]),
                Input(Decimal(standard)) if standard else None,
                Decimal(last) if last else None,
                rise,
                Input(Decimal(floor)) if floor else None,
                need_share(quantity),
                int(row["units"]),
                Decimal(str(row["area_mu"])) if str(row["area_mu"]) else None,
            ]
        )


def subject(words: Words, category: str, measure: str) -> str:
    """What money is for: the category of a recurring standard, else the task."""
    return words.name("category", category) if category else words.name("measure", measure)


def need_share(quantity: str) -> Cell:
    """The published share of need: a number that may be changed where it is a short decimal, else as it is written."""
    if not quantity.startswith(NEED):
        return None
    text = quantity.removeprefix(NEED)
    return Input(Decimal(text)) if "/" not in text and (share(text) * SCALE).denominator == 1 else text
