"""The workbook of an outcome: amounts as formulas that come to the audited fen, and every table that an officer works with."""

import datetime
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from silvafisc.results import Outcome

from . import amounts, basis, factors, listed
from .cells import Formats
from .cover import write_cover
from .finance import finance_sheets
from .leverage import leverage_columns, leverage_page
from .lines import Ground, Line, lines
from .pages import Column, Page, Words, finish
from .sections import sheet_name, write_section
from .shares import Limbs
from .tables import Sheet

PAGES = (
    "allocation",
    "units",
    "notice",
    "standards",
    "weights",
    "factors",
    "areas",
    "needs",
    "funds",
    "changes",
    "grades",
    "graded",
    "levels",
    "carbon",
    "indicators",
    "finance",
    "leverage",
    "audit",
    "sources",
)
"""Sheets in order; one without rows is left out."""


def outcome_workbook(outcome: Outcome, words: Words, sections: Sequence[tuple[str, Sequence[Sheet]]]) -> bytes:
    """The workbook as bytes; the same outcome and words give the same bytes.

    words: of the language. sections: (title, tables) of the briefing, which are shown behind the sheets with formulas.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    meta, formats = outcome.meta, Formats(book)
    made = datetime.datetime.fromisoformat(str(meta["policy_date"]))
    book.set_properties(
        {"created": made, "comments": str(meta["content_hash"]), "title": str(meta["title"][words.language])}
    )
    book.set_calc_mode("auto")
    cover = book.add_worksheet(words("workbook.cover"))
    pages, stated = _pages(book, outcome, words)
    kind, content_hash = str(meta["kind"][words.language]), str(meta["content_hash"])
    for page in pages:
        finish(page, formats, words, kind, content_hash)
    taken = [sheet.get_name() for sheet in book.worksheets()]
    shown: list[str] = []
    for title, tables in sections:
        if tables:
            shown.append(sheet_name(title, [*taken, *shown]))
            write_section(book.add_worksheet(shown[-1]), title, tables, formats, content_hash)
    write_cover(book, cover, outcome, words, formats, pages, shown, stated)
    finance_sheets(book, outcome.tables, words)
    cover.activate()
    book.close()
    return target.getvalue()


_FROZEN = {"allocation": 2, "units": 2, "notice": 2, "changes": 3, "factors": 5, "standards": 4}
_CHECKED = {"allocation", "units", "notice", "weights", "funds", "changes", "graded", "levels", "leverage"}


def _pages(book: Any, outcome: Outcome, words: Words) -> tuple[list[Page], int]:
    """Every sheet with its rows, in the order of `PAGES`; how many rows of the allocation state their amount."""
    regions = outcome.tables["regions"]
    column = "region_name" if words.language == "zh" else "region_name_en"
    named = zip(*(regions[name].astype(str) for name in ("region_code", column, "region_name")), strict=True)
    names = {code: own or zh for code, own, zh in named}
    pages, found = _worked(outcome, words, names)
    pages |= _listed(outcome, words, names, pages["notice"])
    kept = [pages[name] for name in PAGES if pages[name].rows]
    for page in kept:
        page.sheet = book.add_worksheet(page.name)
    return kept, sum(not line.worked for line in found)


def _page(name: str, columns: Sequence[Column], words: Words) -> Page:
    """An empty page; its sheet is added to the book in the order of `PAGES`."""
    title, note = words(f"workbook.title_{name}"), words(f"workbook.note_{name}")
    checked = [words("workbook.difference")] if name in _CHECKED else []
    return Page(words(f"workbook.sheet_{name}"), None, columns, title, note, _FROZEN.get(name, 1), checked)


def _worked(outcome: Outcome, words: Words, names: Mapping[str, str]) -> tuple[dict[str, Page], list[Line]]:
    """The pages of formulas, and the lines of the allocation."""
    ground, factor_sizes = Ground(outcome), factors.factor_limbs(outcome)
    sizes = factors.weight_limbs(outcome), factor_sizes or Limbs(1, 1)
    columns = {
        "areas": basis.areas_columns(words),
        "needs": basis.needs_columns(words),
        "standards": basis.standards_columns(words),
        "weights": factors.weights_columns(words, sizes[0]),
        "factors": factors.factors_columns(words, sizes[1]),
        "notice": amounts.notice_columns(words),
        "funds": amounts.funds_columns(words),
    }
    pages = {name: _page(name, wanted, words) for name, wanted in columns.items()}
    areas = basis.areas_page(pages["areas"], ground, words, names)
    needs = basis.needs_page(pages["needs"], outcome, words, names)
    basis.standards_page(pages["standards"], outcome, words)
    pots = factors.weights_page(pages["weights"], outcome, words, sizes[0])
    own = factors.factors_page(pages["factors"], outcome, words, sizes[1], pots, names) if factor_sizes else {}

    def factor_fen(code: str, fund: str, period: str) -> int | None:
        held = own.get((code, fund, period))
        return None if held is None else sum(fen for _, fen in held)

    found = lines(ground, factor_fen)
    payers, periods = amounts.payers_of(outcome, found), outcome.resolved.periods
    pages["allocation"] = source = _page("allocation", amounts.allocation_columns(words, payers), words)
    pages["units"] = _page("units", amounts.units_columns(words, periods, payers), words)
    places = amounts.Places(areas, pages["standards"], pages["needs"], needs, own)
    amounts.allocation_page(source, ground, words, names, found, places, payers)
    amounts.units_page(pages["units"], source, found, words, names, periods, payers)
    amounts.notice_page(pages["notice"], ground, source, found, words, names, payers)
    amounts.funds_page(pages["funds"], outcome, source, words, payers)
    return pages, found


def _listed(outcome: Outcome, words: Words, names: Mapping[str, str], notice: Page) -> dict[str, Page]:
    """The pages that list what was decided and found."""
    columns = {
        "changes": listed.changes_columns(words, listed.parts_of(outcome)),
        "grades": listed.grades_columns(words),
        "graded": listed.graded_columns(words),
        "levels": listed.levels_columns(words),
        "carbon": listed.carbon_columns(words),
        "indicators": listed.indicators_columns(words),
        "finance": listed.finance_columns(words),
        "leverage": leverage_columns(words),
        "audit": listed.audit_columns(words),
        "sources": listed.sources_columns(words),
    }
    pages = {name: _page(name, wanted, words) for name, wanted in columns.items()}
    listed.changes_page(pages["changes"], outcome, notice, words, names)
    listed.grades_page(pages["grades"], outcome, words)
    listed.graded_page(pages["graded"], outcome, pages["grades"], words, names)
    listed.levels_page(pages["levels"], outcome, words)
    listed.carbon_page(pages["carbon"], outcome, words)
    listed.indicators_page(pages["indicators"], outcome, words, names)
    listed.finance_page(pages["finance"], outcome, words, names)
    leverage_page(pages["leverage"], pages["finance"], outcome, words)
    listed.audit_page(pages["audit"], outcome, words)
    listed.sources_page(pages["sources"], outcome, words)
    return pages
