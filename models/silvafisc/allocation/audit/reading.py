"""Parse the tables into a `Case`; whatever cannot be read, named or told apart is a finding, and nothing goes on."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

import pandas as pd

from silvafisc.results import Resolved, UnitInputs

from .case import (
    PAYERS,
    Case,
    Envelope,
    Grade,
    Known,
    Notice,
    Offer,
    Published,
    Row,
    Standard,
    Unit,
    Weight,
)
from .cells import Cells, rows
from .finding import Check
from .known import refuse_unknown
from .loan_tables import LoanTables, read_loan_tables
from .rule_tables import read_rule_tables
from .verification import unverified_factors

_Item = TypeVar("_Item")
_ROW_KEY = ("region_code", "nature", "fund", "measure", "category", "period")


def read_known(resolved: Resolved, inputs: UnitInputs, check: Check) -> Known:
    """The input tables, which many allocations may be judged by. Findings as `read_case`."""
    gaps = resolved.offers_given
    return Known(
        units=_units(inputs, check, gaps=gaps),
        areas=_integers("areas", inputs.areas, "category", "area_tenth_mu", check),
        needs=_integers("tasks", inputs.tasks, "measure", "need_tenth_mu", check),
        capacities=_integers("tasks", inputs.tasks, "measure", "capacity_tenth_mu", check),
        factors=_factor_values(inputs, check),
        unverified=unverified_factors(inputs, check),
        opportunity_cost=_integers("responses", inputs.responses, "subject", "opportunity_cost_fen", check, gaps=gaps),
        last_year=_last_year(inputs.last_year, check),
    )


def read_case(
    resolved: Resolved,
    inputs: UnitInputs,
    tables: Mapping[str, pd.DataFrame],
    check: Check,
    known: Known | None = None,
) -> Case:
    """All tables, parsed exactly. Use the case only where `check` stayed clean: unreadable cells hold placeholders.

    known: the input tables, where they have been read before.
    """
    later = _later("allocation", tables, "credited_tco2e")
    allocation = _allocation(tables.get("allocation"), check, later, negative=resolved.offers_given)
    published = _table(tables, "regions", ("region_code",), _published, _PUBLISHED_COLUMNS, check)
    grants, loans = _channels(tables.get("offers")) if resolved.loans else (tables.get("offers"), None)
    offers, menus, objectives = _offers(grants, check)
    known = read_known(resolved, inputs, check) if known is None else known
    case = Case(
        resolved=resolved,
        **vars(known),
        rows=allocation,
        standards=_table(
            tables,
            "standards",
            ("fund", "category", "measure", "grade", "period"),
            _standard,
            (
                "standard_yuan_per_mu",
                "last_year_yuan_per_mu",
                "floor_yuan_per_mu",
                "quantity_rule",
                "units",
                "area_mu",
                *_later("standards", tables, "payer_shares", "instalments"),
            ),
            check,
        ),
        weights=_table(
            tables,
            "weights",
            ("fund", "period", "factor"),
            _weight,
            ("weight", "pot_fen", *_later("weights", tables, "payer")),
            check,
        ),
        grades=tuple(sorted(_grades(tables.get("grades"), check), key=lambda row: (len(row.grade), row.grade))),
        envelopes=_table(tables, "envelopes", ("fund", "period"), _envelope, _ENVELOPE_COLUMNS, check),
        published={row.region: row for row in published},
        offers=offers,
        menus=menus,
        objective_columns=objectives,
        notices=_table(
            tables,
            "notice",
            ("region_code", "fund", "period"),
            _notice,
            ("amount_fen", "notice_fen", "rounding_fen"),
            check,
        ),
        indicators=_indicators(tables.get("indicators"), check),
        draws=inputs.draws,
        loans=() if loans is None else _offers(loans, check)[0],
        of_loans=read_loan_tables(tables, check) if resolved.loans else LoanTables(),
        of_rules=read_rule_tables(inputs, tables, check, gaps=resolved.offers_given),
    )
    refuse_unknown(case, check)
    return case


def _table(
    tables: Mapping[str, pd.DataFrame],
    name: str,
    key: Sequence[str],
    make: Callable[[Cells], _Item],
    columns: Sequence[str],
    check: Check,
) -> tuple[_Item, ...]:
    found = list(rows(name, tables.get(name), key, columns, check))
    _unique(name, [tuple(cells.text(column) for column in key) for cells in found], key, check)
    return tuple(make(cells) for cells in found)


def _later(name: str, tables: Mapping[str, pd.DataFrame], *columns: str) -> tuple[str, ...]:
    """Those of the columns that came later to the outcome format and are there."""
    frame = tables.get(name)
    return tuple(column for column in columns if frame is not None and column in frame.columns)


def _unique(name: str, keys: list[tuple[str, ...]], columns: Sequence[str], check: Check) -> None:
    for key, count in Counter(keys).items():
        where = f"{name}: " + ", ".join(f"{c}={k}" for c, k in zip(columns, key, strict=True) if k)
        check.equal(where, 1, count, "", "同一键的行数", "the number of rows with this key")


def _allocation(frame: pd.DataFrame | None, check: Check, later: Sequence[str], *, negative: bool) -> tuple[Row, ...]:
    """negative: whether amounts may be below 0, as those of a table made elsewhere may."""
    columns = (
        "offer",
        "standard_yuan_per_mu",
        "area_mu",
        "payment_fen",
        *(f"{payer}_fen" for payer in PAYERS),
        "due_later_fen",
        "carbon_tco2e",
        *later,
    )
    result = []
    for cells in rows("allocation", frame, _ROW_KEY, columns, check):
        region, nature, fund, measure, category, period = (cells.text(column) for column in _ROW_KEY)
        row = Row(
            where=cells.where,
            key=(region, nature, fund, measure, category, period),
            offer=cells.text("offer"),
            standard=cells.fen("standard_yuan_per_mu"),
            area=cells.tenths("area_mu"),
            payment=cells.integer("payment_fen"),
            columns={payer: cells.integer(f"{payer}_fen") for payer in PAYERS},
            due_later=cells.integer("due_later_fen"),
            carbon=cells.number("carbon_tco2e"),
            credited=cells.number("credited_tco2e") if later else None,
        )
        for what, value in {"payment_fen": row.payment, "due_later_fen": row.due_later, **row.columns}.items():
            check.holds(negative or value >= 0, f"{row.where}, {what}", "≥ 0", value, "fen", "金额", "the amount")
        result.append(row)
    _unique("allocation", [row.key for row in result if row.nature != "committed"], _ROW_KEY, check)
    return tuple(result)


def _standard(cells: Cells) -> Standard:
    return Standard(
        where=cells.where,
        fund=cells.text("fund"),
        category=cells.text("category"),
        measure=cells.text("measure"),
        grade=cells.text("grade"),
        period=cells.text("period"),
        standard=cells.fen("standard_yuan_per_mu"),
        last_year=cells.fen("last_year_yuan_per_mu"),
        floor=cells.fen("floor_yuan_per_mu"),
        quantity_rule=cells.text("quantity_rule"),
        units=cells.integer("units"),
        area=cells.tenths("area_mu"),
        payer_shares=cells.text("payer_shares") if "payer_shares" in cells.row else None,
        instalments=cells.text("instalments") if "instalments" in cells.row else None,
    )


def _weight(cells: Cells) -> Weight:
    fund, period, factor = (cells.text(column) for column in ("fund", "period", "factor"))
    payer = cells.text("payer") if "payer" in cells.row else None
    return Weight(cells.where, fund, period, factor, cells.share("weight"), cells.integer("pot_fen"), payer)


def _grades(frame: pd.DataFrame | None, check: Check) -> list[Grade]:
    shares = [f"{payer}_share" for payer in PAYERS]
    columns = ("alpha", "cut_off", "units", *shares)
    return [
        Grade(cells.where, cells.share("alpha"), cells.text("grade"), cells.share("cut_off"), cells.integer("units"))
        for cells in rows("grades", frame, ("grading", "grade"), columns, check)
        if all(not cells.text(column) for column in shares)
    ]


_ENVELOPE_COLUMNS = (
    "payer",
    "appropriation_fen",
    "carried_in_fen",
    "paid_fen",
    "instalments_due_fen",
    "unallocated_fen",
    "carried_out_fen",
    "lapsed_fen",
)


def _envelope(cells: Cells) -> Envelope:
    return Envelope(
        cells.where,
        cells.text("fund"),
        cells.text("payer"),
        cells.text("period"),
        *(cells.integer(column) for column in _ENVELOPE_COLUMNS[1:]),
    )


_PUBLISHED_COLUMNS = (
    "payer_tier",
    "groups",
    "last_year_fen",
    "importance",
    "need",
    "score",
    "grade",
    "omega",
    "own_revenue_fen",
)


def _published(cells: Cells) -> Published:
    return Published(
        where=cells.where,
        region=cells.text("region_code"),
        tier=cells.text("payer_tier"),
        groups=cells.text("groups"),
        last_year=cells.integer_or_none("last_year_fen"),
        importance=cells.index("importance"),
        need=cells.index("need"),
        score=cells.share("score"),
        grade=cells.text("grade"),
        omega=cells.number("omega"),
        own_revenue=cells.integer_or_none("own_revenue_fen"),
    )


def _notice(cells: Cells) -> Notice:
    region, fund, period = (cells.text(column) for column in ("region_code", "fund", "period"))
    amounts = (cells.integer(column) for column in ("amount_fen", "notice_fen", "rounding_fen"))
    return Notice(cells.where, region, fund, period, *amounts)


def _channels(frame: pd.DataFrame | None) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Offers without loans, and those of loans, whose menus stand beside the grants' of the same work."""
    if frame is None or "nature" not in frame.columns:
        return frame, None
    loans = frame["nature"].astype(str).eq("interest_subsidy")
    return (frame[~loans], frame[loans]) if loans.any() else (frame, None)


def _offers(
    frame: pd.DataFrame | None, check: Check
) -> tuple[tuple[Offer, ...], dict[tuple[str, str, str, str], int], frozenset[str]]:
    """Only chosen offers are read row by row: a nation's menus have a million others."""
    key = ("region_code", "measure", "category", "period")
    if frame is None or "chosen" not in frame.columns or any(column not in frame.columns for column in key):
        list(rows("offers", frame, (*key, "offer"), ("chosen",), check))
        return (), {}, frozenset()
    chosen = frame["chosen"].astype(str).eq("True")
    counted = (
        frame[list(key)]
        .astype(str)
        .assign(count=chosen.astype("int64"))
        .groupby(list(key), as_index=False)["count"]
        .sum()
    )
    found = zip(*(counted[column] for column in (*key, "count")), strict=True)
    menus = {(r, m, c, p): int(count) for r, m, c, p, count in found}
    costs = [str(c) for c in frame.columns if str(c).startswith("cost.")]
    objectives = [str(c) for c in frame.columns if str(c).startswith("obj.")]
    repaid = "repaid_by_appropriation" in frame.columns
    yuan = "standard_fen" not in frame.columns
    columns = (
        *(("standard_yuan_per_mu", "area_mu") if yuan else ("standard_fen", "area_tenth_mu")),
        *costs,
        *objectives,
        *(("repaid_by_appropriation",) if repaid else ()),
    )
    offers = []
    for cells in rows("offers", frame[chosen], (*key, "offer"), columns, check):
        region, measure, category, period = (cells.text(column) for column in key)
        offers.append(
            Offer(
                where=cells.where,
                region=region,
                measure=measure,
                category=category,
                period=period,
                offer=cells.text("offer"),
                standard=cells.fen("standard_yuan_per_mu") if yuan else cells.integer("standard_fen"),
                area=cells.tenths("area_mu") if yuan else cells.integer("area_tenth_mu"),
                costs={_cost_key(c): cells.integer(c) for c in costs if cells.integer_or_none(c)},
                objectives={
                    c.removeprefix("obj."): value for c in objectives if (value := cells.number(c)) is not None
                },
                repaid=cells.truth("repaid_by_appropriation") if repaid else None,
            )
        )
    return tuple(offers), menus, frozenset(column.removeprefix("obj.") for column in objectives)


def _cost_key(column: str) -> tuple[str, str, str]:
    fund, payer, period = column.removeprefix("cost.").removesuffix("_fen").rsplit(".", maxsplit=len(PAYERS) // 2)
    return fund, payer, period


def _indicators(frame: pd.DataFrame | None, check: Check) -> dict[tuple[str, str, str], float]:
    if frame is None:
        return {}
    key = ("region_code", "variable", "year")
    found = {}
    for cells in rows("indicators", frame, key, ("value",), check):
        value = cells.number("value")
        if value is not None:
            found[cells.text("region_code"), cells.text("variable"), cells.text("year")] = value
    return found


def _units(inputs: UnitInputs, check: Check, *, gaps: bool) -> dict[str, Unit]:
    """gaps: a table made elsewhere may say less of its units; what is not said counts 0 and satisfies no rule."""
    numbers = ("own_revenue_fen", "rural_population_person", "rural_income_fen")
    return {
        cells.text("region_code"): Unit(
            cells.text("region_code"),
            cells.text("unit_level"),
            cells.text("payer_tier"),
            cells.text("groups"),
            *((cells.integer_or_none(column) or 0) if gaps else cells.integer(column) for column in numbers),
        )
        for cells in rows(
            "inputs/regions", inputs.regions, ("region_code",), ("unit_level", "payer_tier", "groups", *numbers), check
        )
    }


def _integers(
    table: str, frame: pd.DataFrame, key: str, column: str, check: Check, *, gaps: bool = False
) -> dict[tuple[str, str], int]:
    """gaps: an empty cell is no figure, instead of a finding."""
    found = rows(f"inputs/{table}", frame, ("region_code", key), (column,), check)
    return {
        (cells.text("region_code"), cells.text(key)): cells.integer(column)
        for cells in found
        if not gaps or cells.integer_or_none(column) is not None
    }


def _factor_values(inputs: UnitInputs, check: Check) -> dict[tuple[str, str], Fraction]:
    found = rows("inputs/factors", inputs.factors, ("region_code", "factor"), ("value",), check)
    return {
        (cells.text("region_code"), cells.text("factor")): value
        for cells in found
        if (value := cells.share("value")) is not None
    }


def _last_year(frame: pd.DataFrame | None, check: Check) -> dict[tuple[str, str, str], tuple[int, int]] | None:
    if frame is None:
        return None
    key = ("region_code", "fund", "subject")
    return {
        (cells.text(key[0]), cells.text(key[1]), cells.text(key[-1])): (
            cells.integer("area_tenth_mu"),
            cells.integer("amount_fen"),
        )
        for cells in rows("inputs/last_year", frame, key, ("area_tenth_mu", "amount_fen"), check)
    }
