"""The workbook that a province fills in: one sheet per table, a guide, and a sheet that compares totals.

Lists of allowed values, number formats and notes reach beyond the rows that are there, to the rows still to be filled.
"""

import datetime
import io
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import xlsxwriter

from silvafisc.datasets.columns import ColumnSpec
from silvafisc.datasets.grids import column_letters
from silvafisc.datasets.limits import EXACT_FLOAT_DIGITS
from silvafisc.economy.figure_checks import CONTROL_TOTALS, GROUP_LIST, ITEM_OF
from silvafisc.economy.user_tables import YES, schema

from .guide import CHECK, COLUMN_HEADS, DEMONSTRATION, GUIDE, OPTIONS, STEPS, TITLES, meanings

NUMBERS = frozenset({"int", "decimal", "float"})
CREATED = datetime.datetime(2000, 1, 1)
"""Fixed, so that the same tables make the same bytes."""
SPARE_ROWS = 300
"""Rows below the last one that are formatted and checked as the others."""
_WIDEST = 42
_NARROWEST = 10
_LONGEST_LIST = 255
"""Characters that Excel takes for a list inside a validation."""
_RED, _PALE, _KEY, _NEEDED, _SPARE = "#C00000", "#FDE9E7", "#BDD7EE", "#DDEBF7", "#F2F2F2"
_OPEN = ("category", "measure", "factor", "subject", "fund", "item")
"""Names that a scenario may add to: the list offers those that are there and warns of others."""
_CHECK_HEADS = ("表", "列", "项目", "批复或汇总数", "表内合计", "差额", "结果")
_FORMATS = {"mu": "#,##0.0", "yuan": "#,##0.00", "10k_yuan": "#,##0.00", "yuan_per_mu": "0.00"}


def input_workbook(tables: Mapping[str, pd.DataFrame], demonstration: bool, draws: pd.DataFrame | None = None) -> bytes:
    """The workbook, the same bytes for the same tables.

    Args:
        tables: as a user writes them, every cell text. demonstration: red tabs and a banner say that it is 演示数据.
        draws: rows of draws.csv that stand beside the tables, where there are any.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": CREATED})
    _guide(book, tables, demonstration)
    options = _options(tables)
    for name in tables:
        _table(book, name, tables, options)
        if demonstration:
            book.get_worksheet_by_name(name).set_tab_color(_RED)
    if draws is not None:
        _draws(book, draws)
    if CONTROL_TOTALS in tables:
        _check(book, tables)
    sheet = book.add_worksheet(OPTIONS)
    for at, (column, values) in enumerate(options.items()):
        sheet.write_column(0, at, [column, *values])
    book.close()
    return target.getvalue()


def _draws(book: xlsxwriter.Workbook, draws: pd.DataFrame) -> None:
    """Draws as they are: whole numbers of the draw, all else as text, digit by digit."""
    sheet = book.add_worksheet("draws")
    sheet.freeze_panes(1, 0)
    for at, name in enumerate(draws.columns):
        sheet.write_string(0, at, str(name))
        for line, value in enumerate(draws[name].tolist(), start=1):
            if isinstance(value, int):
                sheet.write_number(line, at, value)
            elif value != "":
                sheet.write_string(line, at, str(value))


def last_row(rows: int) -> int:
    """The last row (from 0) of a form with so many rows filled."""
    return rows + SPARE_ROWS


def _options(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Column whose names a scenario may add to -> the names that stand in it in any table."""
    found: dict[str, set[str]] = {}
    for name, frame in tables.items():
        for spec in schema(name):
            if spec.name in _OPEN and spec.name in frame.columns:
                found.setdefault(spec.name, set()).update(frame[spec.name])
    return {column: sorted(values) for column, values in found.items()}


def _table(
    book: xlsxwriter.Workbook, name: str, tables: Mapping[str, pd.DataFrame], options: Mapping[str, list[str]]
) -> None:
    sheet, frame = book.add_worksheet(name), tables[name]
    specs = [spec for spec in schema(name) if spec.name in frame.columns]
    sheet.freeze_panes(1, 2 if len(specs) > 1 and specs[1].name == "region_name" else 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    last = last_row(len(frame))
    for at, spec in enumerate(specs):
        cells = frame[spec.name].tolist()
        style = book.add_format({"num_format": _format(spec)})
        sheet.set_column(at, at, _width([spec.name, *cells]), style)
        colour = _KEY if spec.key else (_NEEDED if spec.required and not spec.optional else _SPARE)
        head = book.add_format({"bold": True, "num_format": "@", "bg_color": colour, "text_wrap": True, "border": 1})
        sheet.write_string(0, at, spec.name, head)
        sheet.write_comment(
            0, at, f"{spec.description['zh']}\n{spec.description['en']}", {"x_scale": 2, "y_scale": 1.5}
        )
        for line, cell in enumerate(cells, start=1):
            _cell(sheet, line, at, spec, cell, style)
        rule = _validation(name, spec, at, options, tables)
        if rule:
            sheet.data_validation(1, at, last, at, rule)
        if spec.name == "demo":
            pale = book.add_format({"bg_color": _PALE})
            criteria = f'=${column_letters(at + 1)}2="{YES}"'
            sheet.conditional_format(1, 0, last, at, {"type": "formula", "criteria": criteria, "format": pale})


def _cell(sheet: Any, line: int, at: int, spec: ColumnSpec, cell: str, style: object) -> None:
    """Codes and texts as text, numbers as numbers where a binary float holds them exactly, dates as dates."""
    if not cell:
        sheet.write_blank(line, at, None, style)
    elif spec.type == "date":
        sheet.write_datetime(line, at, datetime.datetime.fromisoformat(cell), style)
    elif spec.type in NUMBERS and len(Decimal(cell).normalize().as_tuple().digits) <= EXACT_FLOAT_DIGITS:
        sheet.write_number(line, at, float(cell), style)
    else:
        sheet.write_string(line, at, cell, style)


def _format(spec: ColumnSpec) -> str:
    if spec.type == "date":
        return "yyyy-mm-dd"
    if spec.type == "int":
        return "#,##0"
    if spec.type in NUMBERS:
        return _FORMATS.get(spec.unit, "General")
    return "@"


def _width(texts: list[str]) -> int:
    """Characters of the widest cell; a Chinese character takes two."""
    widest = max(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text) for text in texts)
    return max(_NARROWEST, min(_WIDEST, widest + 2))


def _validation(
    table: str, spec: ColumnSpec, at: int, options: Mapping[str, list[str]], tables: Mapping[str, pd.DataFrame]
) -> dict[str, Any] | None:
    """What Excel lets into a column; messages in Chinese, since Excel shows one language."""
    own = f"{column_letters(at + 1)}2"
    units = len(tables["regions"])
    words = {"error_title": spec.name, "error_message": spec.description["zh"][:200]}
    if spec.name == "region_code":
        if table == "regions":
            column = f"${column_letters(at + 1)}$2:${column_letters(at + 1)}${last_row(units) + 1}"
            rule = f"=AND(LEN({own})=6,ISTEXT({own}),COUNTIF({column},{own})=1)"
            return {"validate": "custom", "value": rule} | words | {"error_message": "六位文本代码，且不得重复"}
        source = f"=regions!$A$2:$A${last_row(units) + 1}"
        return {"validate": "list", "source": source} | words | {"error_message": "regions 表中没有这个单位"}
    if spec.name == "groups" and GROUP_LIST in tables:
        return {"validate": "list", "source": f"={GROUP_LIST}!$A$2:$A${SPARE_ROWS}", "error_type": "warning"} | words
    allowed = ["true", "false"] if spec.type == "bool" else list(spec.allowed)
    if allowed and len(",".join(allowed)) <= _LONGEST_LIST:
        return {"validate": "list", "source": allowed} | words
    if spec.name in options:
        letter = column_letters(list(options).index(spec.name) + 1)
        source = f"={OPTIONS}!${letter}$2:${letter}${len(options[spec.name]) + 1}"
        return {"validate": "list", "source": source, "error_type": "warning"} | words
    if spec.type == "date":
        return {"validate": "date", "criteria": ">=", "value": CREATED} | words
    if spec.type not in NUMBERS:
        return None
    kind = "integer" if spec.type == "int" else "decimal"
    if spec.minimum is not None and spec.maximum is not None:
        bounds = {"criteria": "between", "minimum": float(spec.minimum), "maximum": float(spec.maximum)}
    elif spec.minimum is not None:
        bounds = {"criteria": ">=", "value": float(spec.minimum)}
    else:
        bounds = {"criteria": ">", "value": -1e15}
    return {"validate": kind} | bounds | words


def _guide(book: xlsxwriter.Workbook, tables: Mapping[str, pd.DataFrame], demonstration: bool) -> None:
    """The first sheet: what this is, how to fill it in, and every column of every table."""
    sheet = book.add_worksheet(GUIDE)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "bg_color": _NEEDED, "text_wrap": True})
    title = book.add_format({"bold": True, "font_size": 14})
    banner = book.add_format({"bold": True, "font_color": "white", "bg_color": _RED, "text_wrap": True})
    for at, width in enumerate((34, 14, 14, 60, 70)):
        sheet.set_column(at, at, width, wrap)
    line = 0
    if demonstration:
        sheet.set_tab_color(_RED)
        for text in DEMONSTRATION:
            for at in range(len(COLUMN_HEADS)):
                sheet.write_string(line, at, text if at == 0 else "", banner)
            sheet.set_row(line, 60)
            line += 1
    sheet.write_string(line, 0, "填报说明 / How to fill in", title)
    for number, (zh, en) in enumerate(STEPS, start=1):
        sheet.write_string(line + number, 0, f"{number}", wrap)
        sheet.write_string(line + number, 3, zh, wrap)
        sheet.write_string(line + number, 4, en, wrap)
    line += len(STEPS) + 2
    for name in tables:
        zh, en = TITLES[name]
        sheet.write_url(line, 0, f"internal:'{name}'!A1", title, name)
        sheet.write_string(line, 3, zh, bold)
        sheet.write_string(line, 4, en, bold)
        sheet.write_row(line + 1, 0, COLUMN_HEADS, bold)
        for cells in meanings(name):
            sheet.write_row(line + 2, 0, cells, wrap)
            line += 1
        line += 3


def _check(book: xlsxwriter.Workbook, tables: Mapping[str, pd.DataFrame]) -> None:
    """Control totals beside the sums of the tables, with formulas and their results."""
    sheet = book.add_worksheet(CHECK)
    head = book.add_format({"bold": True, "bg_color": _KEY, "border": 1})
    number = book.add_format({"num_format": "#,##0.00"})
    bad = book.add_format({"bg_color": _RED, "font_color": "white"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 2, 28)
    sheet.set_column(3, 5, 22, number)
    sheet.write_row(0, 0, _CHECK_HEADS, head)
    totals = tables[CONTROL_TOTALS]
    for line, row in enumerate(totals.to_dict("records"), start=1):
        frame, key = tables[row["table"]], ITEM_OF[row["table"]]
        names = list(frame.columns)
        summed, named = (column_letters(names.index(one) + 1) for one in (row["column"], key))
        end = last_row(len(frame)) + 1
        found = sum(
            (
                Decimal(value)
                for value, item in zip(frame[row["column"]], frame[key], strict=True)
                if item == row["item"]
            ),
            Decimal(0),
        )
        stated = Decimal(row["total"])
        for at, value in enumerate((row["table"], row["column"], row["item"])):
            sheet.write_formula(line, at, f"=control_totals!{column_letters(at + 1)}{line + 1}", None, value)
        sheet.write_formula(line, 3, f"=control_totals!D{line + 1}", number, float(stated))
        formula = (
            f"=SUMIFS({row['table']}!${summed}$2:${summed}${end},{row['table']}!${named}$2:${named}${end},C{line + 1})"
        )
        sheet.write_formula(line, 4, formula, number, float(found))
        difference = found - stated
        sheet.write_formula(line, 5, f"=E{line + 1}-D{line + 1}", number, float(difference))
        verdict = "不符" if difference else "相符"
        sheet.write_formula(line, 6, f'=IF(ABS(F{line + 1})<0.005,"相符","不符")', None, verdict)
    rule = {"type": "cell", "criteria": "==", "value": '"不符"', "format": bad}
    sheet.conditional_format(1, 6, len(totals), 6, rule)
