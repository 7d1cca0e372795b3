"""Sheets that list what was decided and found: changes, grades, levels, carbon, indicators, finance, audit, sources."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from silvafisc.results import Outcome

from .basis import unit_columns
from .cells import Cell, Formula, Marked, yuan
from .pages import Column, Page, Words, checked

Row = Mapping[str, Any]
QUANTILE = "quantile "


def rows_of(outcome: Outcome, table: str) -> list[Row]:
    """The rows of a table; none where the outcome has no such table."""
    frame = outcome.tables.get(table)
    return [] if frame is None else [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def parts_of(outcome: Outcome) -> list[str]:
    """Parts of changes that occur, in the order in which they are worked out."""
    return list(dict.fromkeys(str(row["part"]) for row in rows_of(outcome, "reasons")))


def changes_columns(words: Words, parts: Sequence[str]) -> list[Column]:
    """Reference, unit, its amount and this one's, the change, its parts, their sum, the difference."""
    money = words("workbook.yuan")
    return [
        Column(words("workbook.against")),
        *unit_columns(words),
        Column(words("workbook.this"), "money", money),
        Column(words("workbook.reference"), "money", money),
        Column(words("workbook.change"), "money", money),
        Column(words("workbook.change_share"), "share"),
        *[Column(words.name("part", part), "money", money) for part in parts],
        Column(words("workbook.parts_sum"), "money", money),
        Column(words("workbook.difference"), "money", money),
    ]


def changes_page(page: Page, outcome: Outcome, notice: Page, words: Words, names: Mapping[str, str]) -> None:
    """Every unit's change against each reference (each fund's own payer), and the parts that it consists of."""
    parts, found = parts_of(outcome), dict[tuple[str, str], dict[str, int]]()
    for row in rows_of(outcome, "reasons"):
        held = found.setdefault((str(row["against"]), str(row["region_code"])), {})
        held[str(row["part"])] = held.get(str(row["part"]), 0) + int(row["amount_fen"])
    paid: dict[str, int] = {}
    for row in rows_of(outcome, "notice"):
        paid[str(row["region_code"])] = paid.get(str(row["region_code"]), 0) + int(row["amount_fen"])
    heads = {name: words(f"workbook.{name}") for name in ("this", "reference", "change", "parts_sum", "difference")}
    for (against, code), amounts in sorted(found.items()):
        here, change, now = len(page.rows), sum(amounts.values()), paid.get(code, 0)
        own = f"{notice.ref_span(words('workbook.code'))},{page.at(here, words('workbook.code'))}"
        first, last = (page.at(here, words.name("part", part)) for part in (parts[0], parts[-1]))
        this, reference, moved, summed = (
            page.at(here, heads[name]) for name in ("this", "reference", "change", "parts_sum")
        )
        before = now - change
        page.add(
            [
                words.name("against", against),
                code,
                names.get(code, code),
                Formula(f"ROUND(SUMIFS({notice.ref_span(words('workbook.exact'))},{own}),2)", yuan(now)),
                yuan(before),
                Formula(f"ROUND({this}-{reference},2)", yuan(change)),
                Formula(f"{moved}/{reference}", Decimal(change) / before) if before else None,
                *[yuan(amounts[part]) if part in amounts else None for part in parts],
                Formula(f"ROUND(SUM({first}:{last}),2)", yuan(change)),
                Formula(f"ROUND({moved}-{summed},2)", Decimal(0)),
            ]
        )


def grades_columns(words: Words) -> list[Column]:
    """Grading, its score, α, grade, cut-off, units."""
    return [
        Column(words("workbook.grading")),
        Column(words("workbook.score")),
        Column(words("workbook.alpha"), "share"),
        Column(words("workbook.grade"), "count"),
        Column(words("workbook.cut_off"), "share"),
        Column(words("workbook.units"), "count", summed=True),
    ]


def grades_page(page: Page, outcome: Outcome, words: Words) -> None:
    """The published gradings."""
    for row in rows_of(outcome, "grades"):
        cells: list[Cell] = [str(row["grading"]), str(row["score"]), _number(row["alpha"]), _number(row["grade"])]
        page.add([*cells, _number(row["cut_off"]), int(row["units"])])


def graded_columns(words: Words) -> list[Column]:
    """Unit, indices, score, grade, the grade by the cut-offs, and the difference."""
    return [
        *unit_columns(words),
        Column(words("workbook.importance"), "share"),
        Column(words("workbook.need_index"), "share"),
        Column(words("workbook.score"), "share"),
        Column(words("workbook.grade"), "count"),
        Column(words("workbook.by_cut_off"), "count"),
        Column(words("workbook.difference"), "count"),
    ]


def graded_page(page: Page, outcome: Outcome, grades: Page, words: Words, names: Mapping[str, str]) -> None:
    """The grade of every unit, held against the published cut-offs."""
    one = len({str(row["grading"]) for row in rows_of(outcome, "grades")}) == 1
    for row in rows_of(outcome, "regions"):
        here, code, grade = len(page.rows), str(row["region_code"]), _number(row["grade"])
        score = page.at(here, words("workbook.score"))
        cells: list[Cell] = [
            code,
            names.get(code, code),
            float(row["importance"]),
            float(row["need"]),
            _number(row["score"]),
        ]
        if one and isinstance(grade, Decimal) and _number(row["score"]) is not None:
            spans = (grades.ref_span(words(f"workbook.{name}")) for name in ("cut_off", "grade"))
            held = Formula(f"LOOKUP({score},{','.join(spans)})", grade)
            difference = f"{page.at(here, words('workbook.by_cut_off'))}-{page.at(here, words('workbook.grade'))}"
            page.add([*cells, grade, held, Formula(difference, 0)])
        else:
            page.add([*cells, grade, None, 0])


def levels_columns(words: Words) -> list[Column]:
    """Place, part, kind, fund, period, units, money, carbon."""
    return [
        Column(words("workbook.code")),
        Column(words("workbook.place")),
        Column(words("workbook.level_part")),
        Column(words("workbook.kind")),
        Column(words("workbook.fund")),
        Column(words("workbook.period")),
        Column(words("workbook.units"), "count"),
        Column(words("workbook.amount"), "money", words("workbook.yuan")),
        *[Column(words(f"workbook.{name}"), "money", words("workbook.yuan")) for name in ("audited", "difference")],
        Column(words("workbook.carbon"), "tonnes", words("workbook.tonnes")),
    ]


def levels_page(page: Page, outcome: Outcome, words: Words) -> None:
    """Money by level: what reaches a place's own level and each kind below it; totals are sums of these rows."""
    rows = rows_of(outcome, "levels")
    last = len(rows) - 1
    for here, row in enumerate(rows):
        amount: Cell = yuan(int(row["payment_fen"]))
        if row["part"] == "total":
            same = ",".join(
                f"{page.span(words(f'workbook.{name}'), 0, last)},{page.at(here, words(f'workbook.{name}'))}"
                for name in ("code", "fund", "period")
            )
            parts, total = page.span(words("workbook.level_part"), 0, last), words("workbook.level_total")
            money = page.span(words("workbook.amount"), 0, last)
            amount = Formula(f'ROUND(SUMIFS({money},{same},{parts},"<>{total}"),2)', yuan(int(row["payment_fen"])))
        cells: list[Cell] = [
            str(row["parent_code"]),
            words.own(str(row["parent_name"])),
            words(f"workbook.level_{row['part']}"),
        ]
        kind = str(row["unit_type"]) or str(row["unit_level"])
        cells += [
            words.name("unit_level", kind) if words.known("unit_level", kind) else kind,
            words.name("fund", str(row["fund"])),
        ]
        cells += [str(row["period"]), int(row["units"]), amount]
        cells += checked(page, here, words("workbook.amount"), yuan(int(row["payment_fen"])), words)
        page.add([*cells, float(row["carbon_tco2e"])])


def carbon_columns(words: Words) -> list[Column]:
    """Measure, year, account, climate, case, tonnes."""
    heads = ("measure", "year", "account", "climate", "growth_model", "case")
    return [
        *[Column(words(f"workbook.{head}")) for head in heads],
        Column(words("workbook.carbon"), "tonnes", words("workbook.tonnes")),
    ]


def carbon_page(page: Page, outcome: Outcome, words: Words) -> None:
    """Carbon accounts by measure and year."""
    for row in rows_of(outcome, "carbon_accounts"):
        year = str(row["year"]) or words("workbook.to_horizon")
        climate, model = str(row["climate"]), str(row["growth_model"])
        page.add(
            [
                words.name("measure", str(row["measure"])),
                year,
                words.name("account", str(row["account"])),
                words.name("climate", climate) if climate else "",
                words.name("growth_model", model) if model else "",
                _case(str(row["case"]), words),
                float(row["tco2e"]),
            ]
        )


def _case(case: str, words: Words) -> str:
    """central, an end of a range, or a quantile with its share."""
    if case.startswith(QUANTILE):
        return words("workbook.quantile", share=case.removeprefix(QUANTILE))
    return words.name("case", case) if words.known("case", case) else case


def indicators_columns(words: Words) -> list[Column]:
    """Unit, indicator, year, value, unit of the value, kind."""
    return [
        *unit_columns(words),
        Column(words("workbook.indicator")),
        Column(words("workbook.year")),
        Column(words("workbook.value"), "plain"),
        Column(words("workbook.value_unit")),
        Column(words("workbook.kind")),
    ]


def indicators_page(page: Page, outcome: Outcome, words: Words, names: Mapping[str, str]) -> None:
    """Every indicator as in indicators.csv; fen are written in yuan."""
    for row in rows_of(outcome, "indicators"):
        code, unit = str(row["region_code"]), str(row["unit"])
        value = float(row["value"])
        shown = words.name("unit", unit) if words.known("unit", unit) else unit
        if unit == "fen":
            value, shown = round(value / 100, 2), words("workbook.yuan")
        name = names.get(code, words("workbook.all_units") if code == "000000" else code)
        kind = words.name("origin", str(row["kind"]))
        page.add([code, name, str(row["variable"]), str(row["year"]), value, "" if unit == "1" else shown, kind])


def finance_columns(words: Words) -> list[Column]:
    """Instrument, unit, period, item, amount."""
    heads = ("instrument", "code", "unit", "period", "flow_item")
    return [
        *[Column(words(f"workbook.{head}")) for head in heads],
        Column(words("workbook.flow_amount"), "money", words("workbook.yuan")),
    ]


def loan_name(outcome: Outcome, loan: str, words: Words) -> str:
    """A loan by the work that it pays for: no measure has two."""
    work = words.name("measure", outcome.resolved.loan(loan).measure)
    name = words("offered_loans.name", work=work[:1].lower() + work[1:])
    return name[:1].upper() + name[1:]


def finance_page(page: Page, outcome: Outcome, words: Words, names: Mapping[str, str]) -> None:
    """The flows of the loans on offer as in finance.csv."""
    for row in rows_of(outcome, "finance"):
        code, item = str(row["region_code"]), words(f"workbook.item_{row['item']}")
        loan = loan_name(outcome, str(row["instrument"]), words)
        cells: list[Cell] = [loan, code, names.get(code, code), str(row["period"]), item]
        page.add([*cells, yuan(int(row["amount_fen"]))])


def audit_columns(words: Words) -> list[Column]:
    """Rule, comparisons, verdict, findings."""
    return [
        Column(words("workbook.rule")),
        Column(words("workbook.comparisons"), "count", summed=True),
        Column(words("workbook.verdict")),
        Column(words("workbook.findings")),
    ]


def audit_page(page: Page, outcome: Outcome, words: Words) -> None:
    """What the independent check recomputed."""
    for check in outcome.audit.get("checks", []):
        verdict = words("workbook.audit_clean" if check["clean"] else "workbook.audit_not_clean")
        said = words("marks.semicolon").join(str(finding[words.language]) for finding in check["findings"])
        page.add([words.name("rule", str(check["rule"])), int(check["checked"]), verdict, said])


def sources_columns(words: Words) -> list[Column]:
    """What, in words, value, unit, origin, reference, status, demonstration."""
    heads = ("what", "meaning", "value", "value_unit", "origin", "reference_text", "status", "demo")
    return [Column(words(f"workbook.{head}")) for head in heads]


def sources_page(page: Page, outcome: Outcome, words: Words) -> None:
    """What every figure rests on; what is recalled or assumed stands on a colour and in words."""
    for row in rows_of(outcome, "sources"):
        what, status, unit = str(row["what"]), str(row["status"]), str(row["unit"])
        demo = Marked(words("workbook.demo_yes"), "assumption") if str(row["demo"]).strip() else ""
        page.add(
            [
                what,
                words.name("what", what) if words.known("what", what) else "",
                words.own(str(row["value"])),
                words.name("unit", unit) if unit and words.known("unit", unit) else unit,
                words.name("origin", str(row["origin"])),
                words.own(str(row["reference"])),
                Marked(words.name("status", status), status),
                demo,
            ]
        )


def _number(text: Any) -> Decimal | None:
    """A cell that holds a number as text."""
    return Decimal(str(text)) if str(text) not in {"", "nan"} else None
