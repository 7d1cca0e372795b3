"""The allocation row by row with its formulas, and what is summed from it: units, notices, funds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from silvafisc.quantities import fen_to_yuan, share, tenths_to_mu, yuan_to_fen
from silvafisc.results import Outcome

from .basis import SCALE, need_share, subject, unit_columns
from .cells import Cell, Formula, Input, yuan
from .lines import NEED, PAYERS, Ground, Key, Line, assigned, split_formula
from .pages import Column, Page, Words, audited_columns, checked


@dataclass(frozen=True)
class Places:
    """Where the numbers of the formulas stand. areas, factors: cells; standards, needs: pages and rows."""

    areas: Mapping[tuple[str, str], str]
    standards: Page
    needs: Page
    need_rows: Mapping[tuple[str, str], int]
    factors: Mapping[tuple[str, str, str], Sequence[tuple[str, int]]]


def allocation_columns(words: Words, payers: Sequence[str]) -> list[Column]:
    """Unit, what for, area, standard, floor, whole amount, this period's, payers, later, audited, rules and carbon."""
    money = words("workbook.yuan")
    return [
        *unit_columns(words),
        Column(words("workbook.level")),
        Column(words("workbook.fund")),
        Column(words("workbook.period")),
        Column(words("workbook.nature")),
        Column(words("workbook.item")),
        Column(words("workbook.area"), "area", words("workbook.mu")),
        Column(words("workbook.standard"), "standard", words("workbook.yuan_per_mu")),
        Column(words("workbook.floor_off"), "standard", words("workbook.yuan_per_mu")),
        Column(words("workbook.whole_amount"), "money", money),
        Column(words("workbook.amount"), "money", money, summed=True),
        *[
            Column(words("workbook.of_payer", payer=words.name("payer", p)), "money", money, summed=True)
            for p in payers
        ],
        Column(words("workbook.later"), "money", money, summed=True),
        *audited_columns(words),
        Column(words("workbook.worked")),
        Column(words("workbook.binding")),
        Column(words("workbook.carbon"), "tonnes", words("workbook.tonnes"), summed=True),
    ]


def allocation_page(
    page: Page,
    ground: Ground,
    words: Words,
    names: Mapping[str, str],
    found: Sequence[Line],
    places: Places,
    payers: Sequence[str],
) -> None:
    """Every row with its formula; what cannot be worked out is stated and says so."""
    rows: dict[Key, int] = {}
    levels = dict(
        zip(*(ground.outcome.inputs.regions[n].astype(str) for n in ("region_code", "unit_level")), strict=True)
    )
    for at, line in enumerate(found):
        if line.source is None and line.worked:
            rows[line.key] = at
    for at, line in enumerate(found):
        page.add(_cells(page, at, ground, words, names, levels, line, places, payers, rows))


def _cells(
    page: Page,
    at: int,
    ground: Ground,
    words: Words,
    names: Mapping[str, str],
    levels: Mapping[str, str],
    line: Line,
    places: Places,
    payers: Sequence[str],
    rows: Mapping[Key, int],
) -> list[Cell]:
    code, nature, fund, measure, category, period = line.key
    area, standard, floor = _numbers(ground, line, places)
    whole, amount = _amount(page, at, words, line, places, rows)
    head = words("workbook.amount")
    parts: list[Cell] = []
    for payer in payers:
        fen = line.payers[PAYERS.index(payer)]
        order = [name for name, _ in line.shares]
        text = split_formula(page.at(at, head), line.shares, order.index(payer)) if payer in order else None
        parts.append(Formula(text, yuan(fen)) if text and line.worked else yuan(fen))
    later: Cell = yuan(line.later)
    if line.worked and len(line.instalments) > 1 and line.source is None:
        later = Formula(f"ROUND({page.at(at, words('workbook.whole_amount'))}-{page.at(at, head)},2)", yuan(line.later))
    row = line.row
    said = (
        words("marks.list").join(words.name("rule", rule) for rule in str(row["binding_rules"]).split(";") if rule)
        if row
        else ""
    )
    live = isinstance(amount, Formula)
    level = levels.get(code, "")
    return [
        code,
        names.get(code, code),
        words.name("unit_level", level) if words.known("unit_level", level) else level,
        words.name("fund", fund),
        period,
        words.name("nature", nature),
        words.name("measure", measure) if not category else subject(words, category, measure),
        area,
        standard,
        floor,
        whole,
        amount,
        *parts,
        later,
        *checked(page, at, head, yuan(line.fen), words),
        words("workbook.by_formula" if live else "workbook.stated"),
        said,
        _tonnes(line),
    ]


def _tonnes(line: Line) -> float | None:
    """Added carbon of a line; nothing for a number that pays nothing, None where the outcome does not say."""
    value = float(line.row["carbon_tco2e"]) if line.row else 0.0
    return value if value == value else None


def _numbers(ground: Ground, line: Line, places: Places) -> tuple[Cell, Cell, Cell]:
    """Area, standard and floor of a line: the cell where each is published, or the number itself."""
    code, nature, _, measure, category, period = line.key
    if line.area is None or line.standard is None:
        row = line.row or {}
        area, standard = str(row.get("area_mu", "")), str(row.get("standard_yuan_per_mu", ""))
        return Decimal(area) if area else None, Decimal(standard) if standard else None, None
    published = ground.standard_row(code, category or measure, period)
    words_of = places.standards.columns
    heads = {name: words_of[at].head for name, at in (("standard", 4), ("floor", 7), ("need", 8))}

    def fen_cell(fen: int, column: str, head: str) -> Cell:
        value = Decimal(fen_to_yuan(fen))
        if published is not None and str(published[column]) and yuan_to_fen(str(published[column])) == fen:
            return Formula(places.standards.ref(int(published["at"]), heads[head]), value)
        return Input(value)

    rigid = nature == "rigid"
    standard_cell = fen_cell(
        line.standard, *(("floor_yuan_per_mu", "floor") if rigid else ("standard_yuan_per_mu", "standard"))
    )
    floor_cell = fen_cell(line.floor, "floor_yuan_per_mu", "floor") if line.floor is not None else None
    value = Decimal(tenths_to_mu(line.area))
    if category:
        place = places.areas.get((code, category))
        return (Formula(place, value) if place else Input(value)), standard_cell, floor_cell
    text = _need_formula(ground, line, places, published, heads["need"])
    return (Formula(text, value) if text else Input(value)), standard_cell, floor_cell


def _need_formula(
    ground: Ground, line: Line, places: Places, published: Mapping[str, Any] | None, head: str
) -> str | None:
    """min(need × share, capacity) with the published share; None where that is not the line's area."""
    code, _, _, measure, _, _ = line.key
    need = ground.needs.get((code, measure))
    if published is None or need is None or not isinstance(need_share(str(published["quantity_rule"])), Input):
        return None
    part = str(published["quantity_rule"]).removeprefix(NEED)
    if assigned(*need, part) != line.area or share(part) * SCALE * need[0] > 2**52:
        return None
    row = places.need_rows[code, measure]
    heads = [column.head for column in places.needs.columns]
    need_cell, capacity = places.needs.ref(row, heads[3]), places.needs.ref(row, heads[4])
    share_cell = places.standards.ref(int(published["at"]), head)
    return f"MIN(INT(ROUND({share_cell}*{SCALE},0)*ROUND({need_cell}*10,0)/{SCALE}),ROUND({capacity}*10,0))/10"


def _amount(
    page: Page, at: int, words: Words, line: Line, places: Places, rows: Mapping[Key, int]
) -> tuple[Cell, Cell]:
    """The whole entitlement of a line, and what of it is paid in its period."""
    if not line.worked:
        return None, yuan(line.fen)
    code, nature, fund, _, _, period = line.key
    if nature == "factor":
        cells = [cell for cell, _ in places.factors[code, fund, period]]
        return None, Formula(f"ROUND({'+'.join(cells)},2)", yuan(line.fen))
    whole_head = words("workbook.whole_amount")
    if line.source is not None:
        text = split_formula(page.at(rows[line.source], whole_head), line.instalments, line.part)
        return None, Formula(text, yuan(line.fen)) if text else yuan(line.fen)
    area, standard, floor = (page.at(at, words(f"workbook.{name}")) for name in ("area", "standard", "floor_off"))
    tenths = f"ROUND({area}*10,0)"
    text = f"INT(ROUND({standard}*100,0)*{tenths}/10)"
    if line.floor is not None:
        text = f"({text}-INT(ROUND({floor}*100,0)*{tenths}/10))"
    whole = Formula(f"{text}/100", yuan(line.whole))
    if len(line.instalments) > 1:
        part = split_formula(page.at(at, whole_head), line.instalments, 0)
        return whole, Formula(part, yuan(line.fen)) if part else yuan(line.fen)
    return whole, Formula(page.at(at, whole_head), yuan(line.fen))


def unit_rows(found: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """Unit -> its first and last row on the page of the allocation: lines stand in order of units."""
    places: dict[str, tuple[int, int]] = {}
    for at, line in enumerate(found):
        places[line.key[0]] = (places.get(line.key[0], (at, at))[0], at)
    return places


def units_columns(words: Words, periods: Sequence[str], payers: Sequence[str]) -> list[Column]:
    """Unit; per period; in all; audited; per payer; carbon."""
    money = words("workbook.yuan")
    return [
        *unit_columns(words),
        *[Column(words("terms.year", year=period), "money", money, summed=True) for period in periods],
        Column(words("workbook.all_periods"), "money", money, summed=True),
        Column(words("workbook.share_of_all"), "share"),
        *audited_columns(words),
        *[
            Column(words("workbook.of_payer", payer=words.name("payer", p)), "money", money, summed=True)
            for p in payers
        ],
        Column(words("workbook.carbon"), "tonnes", words("workbook.tonnes"), summed=True),
    ]


def units_page(
    page: Page,
    source: Page,
    found: Sequence[Line],
    words: Words,
    names: Mapping[str, str],
    periods: Sequence[str],
    payers: Sequence[str],
) -> None:
    """One row per unit, summed from its own rows of the allocation."""
    places, head = unit_rows(found), words("workbook.amount")
    total = sum(line.fen for line in found)
    last = len(places) - 1
    for at, (code, (start, end)) in enumerate(sorted(places.items())):
        own = found[start : end + 1]
        by = source.ref_span(words("workbook.period"), start, end)
        money = source.ref_span(head, start, end)
        cells: list[Cell] = [code, names.get(code, code)]
        for period in periods:
            fen = sum(line.fen for line in own if line.key[5] == period)
            cells.append(Formula(f'ROUND(SUMIFS({money},{by},"{period}"),2)', yuan(fen)))
        fen = sum(line.fen for line in own)
        ends = [page.at(at, words("terms.year", year=period)) for period in (periods[0], periods[-1])]
        cells.append(Formula(f"ROUND(SUM({ends[0]}:{ends[1]}),2)", yuan(fen)))
        whole = page.at(at, words("workbook.all_periods"))
        everything = f"SUM({page.span(words('workbook.all_periods'), 0, last)})"
        cells.append(Formula(f"{whole}/{everything}", Decimal(fen) / total) if total else None)
        cells += checked(page, at, words("workbook.all_periods"), yuan(fen), words)
        for payer in payers:
            span = source.ref_span(words("workbook.of_payer", payer=words.name("payer", payer)), start, end)
            paid = sum(line.payers[PAYERS.index(payer)] for line in own)
            cells.append(Formula(f"ROUND(SUM({span}),2)", yuan(paid)))
        tonnes = sum(Decimal(str(_tonnes(line) or 0)) for line in own)
        cells.append(Formula(f"SUM({source.ref_span(words('workbook.carbon'), start, end)})", tonnes + Decimal(0)))
        page.add(cells)


def funds_columns(words: Words) -> list[Column]:
    """Fund, payer, period, appropriation, carried in, paid, instalments, rest, audited rest, carried out, lapsed."""
    money = words("workbook.yuan")
    heads = ("appropriation", "carried_in", "paid", "instalments", "unallocated")
    return [
        Column(words("workbook.fund")),
        Column(words("workbook.payer")),
        Column(words("workbook.period")),
        *[Column(words(f"workbook.{head}"), "money", money, summed=head in {"paid", "instalments"}) for head in heads],
        *audited_columns(words),
        Column(words("workbook.carried_out"), "money", money),
        Column(words("workbook.lapsed"), "money", money),
    ]


def funds_page(page: Page, outcome: Outcome, source: Page, words: Words, payers: Sequence[str]) -> None:
    """Envelopes: what the fund's own payer pays, against what there is."""
    heads = [
        words(f"workbook.{name}") for name in ("appropriation", "carried_in", "paid", "instalments", "unallocated")
    ]
    columns = ("appropriation_fen", "carried_in_fen", "paid_fen", "instalments_due_fen", "unallocated_fen")
    frame = outcome.tables.get("envelopes")
    for row in [] if frame is None else frame.to_dict("records"):
        here, payer = len(page.rows), str(row["payer"])
        fund, period = words.name("fund", str(row["fund"])), str(row["period"])
        values = [yuan(int(row[name])) for name in columns]
        cells: list[Cell] = [fund, words.name("payer", payer), period, Input(values[0]), Input(values[1])]
        if payer in payers:
            money = source.ref_span(words("workbook.of_payer", payer=words.name("payer", payer)))
            where = ",".join(
                f"{source.ref_span(words(f'workbook.{name}'))},{page.at(here, words(f'workbook.{name}'))}"
                for name in ("fund", "period")
            )
            nature = source.ref_span(words("workbook.nature"))
            committed = words.name("nature", "committed")
            cells.append(Formula(f'ROUND(SUMIFS({money},{where},{nature},"<>{committed}"),2)', values[2]))
            cells.append(Formula(f'ROUND(SUMIFS({money},{where},{nature},"{committed}"),2)', values[3]))
        else:
            cells += values[2:4]
        there, carried, paid, due, _ = (page.at(here, head) for head in heads)
        cells.append(Formula(f"ROUND({there}+{carried}-{paid}-{due},2)", values[4]))
        cells += checked(page, here, heads[4], values[4], words)
        page.add([*cells, yuan(int(row["carried_out_fen"])), yuan(int(row["lapsed_fen"]))])


def notice_columns(words: Words) -> list[Column]:
    """Unit, fund, period, exact amount of the fund's payer, audited, printed and the difference kept for settlement."""
    money = words("workbook.yuan")
    return [
        *unit_columns(words),
        Column(words("workbook.fund")),
        Column(words("workbook.period")),
        Column(words("workbook.exact"), "money", money, summed=True),
        *audited_columns(words),
        Column(words("workbook.printed"), "money", money, summed=True),
        Column(words("workbook.rounding"), "money", money, summed=True),
    ]


def notice_page(
    page: Page,
    ground: Ground,
    source: Page,
    found: Sequence[Line],
    words: Words,
    names: Mapping[str, str],
    payers: Sequence[str],
) -> None:
    """What the notice prints of each fund, and the difference that settlement clears (取整平衡)."""
    places = unit_rows(found)
    frame = ground.outcome.tables.get("notice")
    for row in [] if frame is None else frame.to_dict("records"):
        here, code, payer = len(page.rows), str(row["region_code"]), ground.resolved.fund(str(row["fund"])).payer
        audited, printed = yuan(int(row["amount_fen"])), yuan(int(row["notice_fen"]))
        exact: Cell = audited
        if code in places and payer in payers:
            money = source.ref_span(words("workbook.of_payer", payer=words.name("payer", payer)), *places[code])
            where = ",".join(
                f"{source.ref_span(words(f'workbook.{name}'), *places[code])},{page.at(here, words(f'workbook.{name}'))}"
                for name in ("fund", "period")
            )
            exact = Formula(f"ROUND(SUMIFS({money},{where}),2)", audited)
        rest = f"ROUND({page.at(here, words('workbook.exact'))}-{page.at(here, words('workbook.printed'))},2)"
        page.add(
            [
                code,
                names.get(code, code),
                words.name("fund", str(row["fund"])),
                str(row["period"]),
                exact,
                *checked(page, here, words("workbook.exact"), audited, words),
                printed,
                Formula(rest, yuan(int(row["rounding_fen"]))),
            ]
        )


def payers_of(outcome: Outcome, found: Sequence[Line]) -> list[str]:
    """Payer levels that pay anything, have a legal share of a line, or pay a fund."""
    own = {fund.payer for fund in outcome.resolved.funds}
    own |= {payer for line in found for payer, part in line.shares if share(part)}
    return [payer for at, payer in enumerate(PAYERS) if payer in own or any(line.payers[at] for line in found)]
