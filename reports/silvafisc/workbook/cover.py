"""The first sheet: what the workbook holds, how to read it, what follows a change, and whether it is still what was audited."""

from collections.abc import Sequence
from typing import Any

from silvafisc.results import Outcome

from .cells import GREEN, INPUT, RED, STATUS_COLOURS, Formats
from .pages import A4, Page, Words, quoted

READ = ("live", "not_live", "fen", "changed", "inputs")
"""Paragraphs on how to read the workbook."""
TOTAL = "check_total"
"""Defined name of the sum of all check cells."""


def write_cover(
    book: Any,
    sheet: Any,
    outcome: Outcome,
    words: Words,
    formats: Formats,
    pages: Sequence[Page],
    shown: Sequence[str],
    stated: int,
) -> None:
    """Fill in the first sheet.

    pages: those with formulas and lists, in order. shown: names of the sheets with the tables of the briefing. stated: rows
    of the allocation whose amount is no formula.
    """
    meta, text = outcome.meta, formats.of(text_wrap=True, valign="top")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 2, 78)
    sheet.write_string(0, 0, str(meta["title"][words.language]), formats.of(bold=True, font_size=16))
    sheet.write_string(1, 0, str(meta["kind"][words.language]), formats.of(bold=True, font_color=RED))
    clean = outcome.audit.get("clean") is True
    lines = [
        ("scenario", str(meta["id"])),
        ("policy_date", str(meta["policy_date"])),
        ("audit_state", words("workbook.audit_clean" if clean else "workbook.audit_not_clean")),
        ("content_hash", str(meta["content_hash"])),
    ]
    for line, (key, value) in enumerate(lines, start=3):
        sheet.write_string(line, 0, words(f"workbook.{key}"), formats.of(bold=True))
        sheet.write_string(line, 1, value)
    line = 8
    _state(book, sheet, line, words, formats, [page for page in pages if page.checked and page.rows])
    line += 2
    sheet.write_string(line, 0, words("workbook.how"), formats.of(bold=True, font_size=12))
    for key in READ:
        line += 1
        sheet.merge_range(line, 0, line, 2, words(f"workbook.read_{key}"), text)
        sheet.set_row(line, 32)
    if stated:
        line += 1
        sheet.merge_range(line, 0, line, 2, words("workbook.read_stated", count=str(stated)), text)
    line += 2
    for colour, key in (
        (INPUT, "colour_input"),
        *((STATUS_COLOURS[s], f"colour_{s}") for s in STATUS_COLOURS),
        (RED, "colour_red"),
    ):
        sheet.write_blank(line, 0, None, formats.of(bg_color=colour, border=1))
        sheet.write_string(line, 1, words(f"workbook.{key}"))
        line += 1
    line += 1
    head = formats.of(bold=True, border=1, bg_color="#DDE7EC")
    for at, key in enumerate(("sheet", "difference", "holds")):
        sheet.write_string(line, at, words(f"workbook.{key}"), head)
    link = formats.of(font_color="#0563C1", underline=1, border=1)
    for page in pages:
        line += 1
        sheet.write_url(line, 0, f"internal:{quoted(page.name)}!A1", link, page.name)
        if page.checked and page.rows:
            sheet.write_formula(line, 1, f"={page.check}", formats.of(border=1, num_format="#,##0.00"), 0)
        else:
            sheet.write_string(line, 1, "—", formats.of(border=1))
        sheet.write_string(line, 2, page.title, formats.of(border=1))
    for name in shown:
        line += 1
        sheet.write_url(line, 0, f"internal:{quoted(name)}!A1", link, name)
        sheet.write_string(line, 1, "—", formats.of(border=1))
        sheet.write_string(line, 2, words("workbook.shown_tables"), formats.of(border=1))
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, line, 2)
    sheet.set_footer(f"&L{str(meta['content_hash'])[:16]}&R&P / &N")


def _state(book: Any, sheet: Any, line: int, words: Words, formats: Formats, checked: Sequence[Page]) -> None:
    """The sum of all check cells and what it says, red as soon as anything was changed."""
    place = f"$B${line + 1}"
    sheet.write_string(line, 0, words("workbook.difference_all"), formats.of(bold=True, border=1))
    total = "+".join(page.check for page in checked) or "0"
    look = formats.of(bold=True, border=1, num_format="#,##0.00", bg_color=GREEN)
    sheet.write_formula(line, 1, f"={total}", look, 0)
    same, other = words("workbook.state_audited"), words("workbook.state_changed")
    sheet.write_formula(
        line, 2, f'=IF({place}=0,"{same}","{other}")', formats.of(bold=True, border=1, bg_color=GREEN), same
    )
    red = formats.of(bold=True, font_color="#FFFFFF", bg_color=RED)
    sheet.conditional_format(line, 1, line, 2, {"type": "formula", "criteria": f"={place}<>0", "format": red})
    book.define_name(TOTAL, f"={quoted(sheet.get_name())}!{place}")
