"""The sheets of the years and of the ladder: cash flow, cover in every course, and the coupon of each carbon income."""

from collections.abc import Mapping, Sequence
from typing import Any

from .finance_cells import Book, Cell, Column, Live, Page, differences, letter, yuan
from .finance_schedule import linked
from .finance_sources import Receipts, Rows, Terms

BASE = "base"
QUANTILES = ("p05", "p50", "p95")


def cover_page(
    book: Book, tables: Rows, number: int, title: str, terms: Terms, receipts: Receipts, schedule: Page
) -> Page:
    """Receipts, interest, principal and cover by year. Stressed courses keep the receipts that they were priced with."""
    courses = [name for name in dict.fromkeys(str(row["course"]) for row in tables["cover"]) if name != BASE]
    drawn = {int(row["year"]): row for row in tables.get("fan", ())}
    named = {course: book.words.name("finance_course", course) for course in courses}
    columns = (
        Column("year", "year"),
        *(Column(name, "money") for name in ("carbon", "other", "receipts", "interest", "principal_repaid", "service")),
        Column("net", "money"),
        Column("cover", "ratio"),
        *(column for course in courses for column in _course_columns(named[course])),
        *(Column(name, "ratio") for name in (QUANTILES if drawn else ())),
        *(Column(name, "money") for name in ("priced_receipts", "priced_service")),
    )
    page = Page(book, book.say("sheet_cover", number=str(number)), title, book.say("note_cover"), columns)
    rows = [row for row in tables["cover"] if row["course"] == BASE]
    stressed = {(str(row["course"]), int(row["year"])): row for row in tables["cover"]}
    for at, row in enumerate(rows):
        year = int(row["year"])
        cells = [*_year(page, at, row, tables, terms, receipts, schedule)]
        for course in courses:
            held = stressed[course, year]
            fen, service = int(held["receipts_fen"]), int(held["service_fen"])
            above, below = page.at(at, "stressed_receipts", named[course]), letter(page, "service", at)
            # A coupon that follows carbon income has its own debt service under stress: its cover stands as it was priced.
            fixed = fen / service if service else None
            cells += [yuan(fen), fixed if tables.get("coupons") else _ratio(above, below, fen, service)]
        cells += [float(drawn[year][name]) if year in drawn else None for name in (QUANTILES if drawn else ())]
        page.rows.append([*cells, yuan(row["receipts_fen"]), yuan(row["service_fen"])])
    page.finish(differences(page, [("receipts", "priced_receipts"), ("service", "priced_service")]))
    return page


def _course_columns(name: str) -> tuple[Column, Column]:
    return Column("stressed_receipts", "money", True, name), Column("stressed_cover", "ratio", False, name)


def _year(
    page: Page, at: int, row: Mapping[str, Any], tables: Rows, terms: Terms, receipts: Receipts, schedule: Page
) -> Sequence[Cell]:
    """A year of the stated course, up to its cover."""
    year, drawn = int(row["year"]), str(tables["schedule"][0]["from"])
    cell = letter(page, "year", at)
    first, last = f"MAX(DATE({cell},1,1),{terms.cell('drawn')})", f"DATE({cell},12,31)"
    carbon = sum(
        fen
        for fen, one in zip(receipts.own_fen, tables["receipts"], strict=True)
        if one["kind"] == "carbon" and str(one["day"])[:4] == str(year) and str(one["day"]) >= drawn
    )
    other = int(row["receipts_fen"]) - carbon
    due = [line for line in tables["schedule"] if str(line["due"])[:4] == str(year)]
    paid = {name: sum(int(line[f"{name}_fen"]) for line in due) for name in ("interest", "principal")}
    names = {
        name: letter(page, name, at)
        for name in ("carbon", "other", "receipts", "service", "interest", "principal_repaid")
    }
    days = f'{schedule.span("due")},">="&DATE({cell},1,1),{schedule.span("due")},"<="&{last}'
    everything = receipts.within("own", first, last)
    return [
        year,
        Live(f"ROUND({receipts.within('own', first, last, 'carbon')},2)", yuan(carbon)),
        Live(f"ROUND({everything}-{names['carbon']},2)", yuan(other)),
        Live(f"ROUND({names['carbon']}+{names['other']},2)", yuan(row["receipts_fen"])),
        Live(f"ROUND(SUMIFS({schedule.span('interest')},{days}),2)", yuan(paid["interest"])),
        Live(f"ROUND(SUMIFS({schedule.span('principal_repaid')},{days}),2)", yuan(paid["principal"])),
        Live(f"ROUND({names['interest']}+{names['principal_repaid']},2)", yuan(row["service_fen"])),
        Live(
            f"ROUND({names['receipts']}-{names['service']},2)", yuan(int(row["receipts_fen"]) - int(row["service_fen"]))
        ),
        _ratio(names["receipts"], names["service"], int(row["receipts_fen"]), int(row["service_fen"])),
    ]


def _ratio(one: str, other: str, above: int, below: int) -> Live:
    """A ratio, empty where nothing is below it."""
    return Live(f'IF({other}=0,"",{one}/{other})', above / below if below else "")


def ladder_page(book: Book, tables: Rows, number: int, title: str, terms: Terms, schedule: Page) -> Page:
    """Incomes in even steps from that of the floor to that of the cap, and the coupon that each makes."""
    columns = (Column("income", "money"), Column("coupon", "rate"), Column("priced_coupon", "rate"))
    page = Page(book, book.say("sheet_ladder", number=str(number)), title, book.say("note_ladder"), columns)
    low, high = (f"ROUND({terms.cell(name)}*100,0)" for name in ("link_low", "link_high"))
    rungs, fixed = tables["ladder"], schedule.ref(0, "fixed")
    for at, row in enumerate(rungs):
        income = f"({low}+INT(({high}-{low})*{at}/{len(rungs) - 1}))/100"
        coupon = f"{fixed}+{linked(terms, letter(page, 'income', at))}"
        page.rows.append(
            [Live(income, yuan(row["income_fen"])), Live(coupon, float(row["coupon"])), float(row["coupon"])]
        )
    page.finish(differences(page, [("coupon", "priced_coupon")]))
    return page
