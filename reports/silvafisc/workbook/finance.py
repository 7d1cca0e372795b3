"""Sheets of a loan or bond with live formulas: change a rate, the principal or a price, and schedule, cover and ladder follow.

| sheet | holds |
|---|---|
| terms | the cells that may be changed, and the sum of all differences to what was priced |
| receipts | every receipt of the stated course: carbon by sale at its price, what is shared, what the borrower keeps |
| schedule | every payment |
| cover | receipts, debt service and cover by year; stressed courses and drawn prices as they were priced |
| ladder | the coupon that each carbon income makes |

Amounts are yuan. Every formula has the fen of the priced tables as its value; a difference is 0 until an input is changed.
What the principal may be at most is not worked out again: change it as an input.
"""

import datetime
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xlsxwriter

from .finance_cells import Book, Page, Words
from .finance_schedule import schedule_page
from .finance_sources import receipts_page, terms_page
from .finance_years import cover_page, ladder_page

PREFIX = "finance_"


def finance_workbook(tables: Mapping[str, pd.DataFrame], words: Words, date: str) -> bytes:
    """A workbook of these instruments alone; the same tables give the same bytes.

    tables: those of an outcome that start with `finance_`. date: ISO, when the workbook says that it was made.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": datetime.datetime.fromisoformat(date)})
    book.set_calc_mode("auto")
    finance_sheets(book, tables, words)
    book.close()
    return target.getvalue()


def finance_sheets(book: Any, tables: Mapping[str, pd.DataFrame], words: Words) -> None:
    """Add the sheets of every instrument to a book of xlsxwriter; nothing where the outcome names none."""
    held = {name.removeprefix(PREFIX): frame for name, frame in tables.items() if name.startswith(PREFIX)}
    if "instruments" not in held:
        return
    writer = Book(book, words)
    for number, name in enumerate(held["instruments"]["instrument"], 1):
        own = {table: frame[frame["instrument"] == name].to_dict("records") for table, frame in held.items()}
        _instrument(writer, own, number)


def _instrument(book: Book, tables: Mapping[str, Any], number: int) -> None:
    """The sheets of one instrument, terms first."""
    (head,) = tables["instruments"]
    title = str(head[f"title_{book.words.language}"])
    terms = terms_page(book, tables, number, title)
    receipts = receipts_page(book, tables, number, title, terms)
    schedule = schedule_page(book, tables, number, title, terms, receipts)
    pages: list[Page] = [
        receipts.page,
        schedule,
        cover_page(book, tables, number, title, terms, receipts, schedule),
    ]
    if tables.get("ladder"):
        pages.append(ladder_page(book, tables, number, title, terms, schedule))
    terms.sum_of_checks(pages)
