"""The tables of a briefing, a sheet per section, one below the other as they stand there."""

from collections.abc import Sequence
from typing import Any

from .cells import HEAD, RED, Formats
from .tables import FORBIDDEN, Sheet, summed, table_cell

LONGEST_NAME = 31
WIDTH, FIRST_WIDTH, HEAD_HEIGHT = 16, 30, 32


def sheet_name(title: str, taken: Sequence[str]) -> str:
    """A name that Excel takes and that no other sheet has."""
    plain = FORBIDDEN.sub("-", title).strip()[:LONGEST_NAME]
    name, number = plain, 1
    while name.casefold() in {other.casefold() for other in taken}:
        number += 1
        name = f"{plain[: LONGEST_NAME - len(str(number)) - 1]} {number}"
    return name


def write_section(page: Any, title: str, tables: Sequence[Sheet], formats: Formats, content_hash: str) -> None:
    """One section; totals that are sums of the rows above them are formulas."""
    page.write_string(0, 0, title, formats.of(bold=True, font_size=14))
    page.write_string(1, 0, tables[0].kind, formats.of(bold=True, font_color=RED))
    head = formats.of(bold=True, border=1, text_wrap=True, align="center", valign="vcenter", bg_color=HEAD)
    line, wide = 3, 1
    for table in tables:
        page.write_string(line, 0, table.caption, formats.of(bold=True))
        line += 1
        page.set_row(line, HEAD_HEIGHT)
        for at, (name, unit) in enumerate(table.columns):
            page.write_string(line, at, f"{name}\n({unit})" if unit else name, head)
        wide = max(wide, len(table.columns))
        for place, (kind, cells) in enumerate(table.rows):
            line += 1
            for at, cell in enumerate(cells):
                count = summed(table, place, at) if kind == "total" else 0
                table_cell(page, line, at, cell, formats, kind != "body", count)
        if table.note:
            line += 1
            page.write_string(line, 0, table.note, formats.of(italic=True, font_color="#595959"))
        line += 2
    page.set_column(0, 0, FIRST_WIDTH)
    page.set_column(1, wide, WIDTH)
    page.freeze_panes(3, 1)
    page.repeat_rows(0, 1)
    page.set_landscape()
    page.set_paper(8)  # A3
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, line, wide - 1)
    page.set_footer(f"&L{content_hash[:16]}&R&P / &N")
