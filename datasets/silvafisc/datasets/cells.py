"""From the string in a cell to a value of the declared type, or the reason why not, in both languages."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from silvafisc.quantities import UNITS

from .columns import REGION_CODE, UNIT_OF_ROW, ColumnSpec
from .grids import Cell
from .limits import EXACT_FLOAT_DIGITS, MAX_INT64

Problem = tuple[str, str]
"""What is wrong, in English and Chinese."""
Value = str | int | float | bool | None

_INT = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([,，'’ \u00a0\u202f][0-9]{3})+(\.[0-9]+)?")
_NOT_A_NUMBER = {"nan", "inf", "+inf", "-inf", "infinity", "-infinity", "na", "n/a", "#n/a", "null", "none", "-", "--", "—", "——", "－", "…", "无", "缺"}  # fmt: skip
_BOOLS = {"true": True, "false": False, "是": True, "否": False}
_CODE_TURNED_NUMBER = re.compile(r"([0-9]+)\.0+|[0-9.]+[eE]\+?[0-9]+")

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_MIDNIGHT = "T00:00:00"
_PERCENT = Decimal("0.01")
_SERIAL_FROM = date(1899, 12, 30)
"""Day 0 of the serial numbers of spreadsheets, as it counts from 1 March 1900 on."""
_SERIAL_DIGITS = 5
"""Serial numbers of 1927 to 2173."""


def parse(spec: ColumnSpec, cell: Cell) -> tuple[Value, Problem | None]:
    """Value of a cell that is not empty, or None and the problem."""
    if spec.type == "code":
        return _code(spec, cell)
    if spec.type == "text":
        return _text(spec, cell)
    if spec.type == "bool":
        return _bool(cell)
    if spec.type == "date":
        return _date(cell)
    return _number(spec, cell)


def _code(spec: ColumnSpec, cell: Cell) -> tuple[Value, Problem | None]:
    if cell.kind != "text":
        return None, (
            f"a code stored as a number ({cell.text}); format the column as text and write the code again",
            f"代码被存成了数字（{cell.text}）；请把该列设为文本格式后重新填写",
        )
    pattern = spec.pattern or REGION_CODE
    if re.fullmatch(pattern, cell.text):
        return _allowed(spec, cell.text)
    hint_en, hint_zh = "", ""
    narrow = unicodedata.normalize("NFKC", cell.text).strip()
    turned = _CODE_TURNED_NUMBER.fullmatch(cell.text)
    if turned:
        kept = f"; write {turned[1]}" if turned[1] else ""
        hint_en, hint_zh = f" (it became a number somewhere{kept})", "（代码曾被当作数字保存，请按文本重新填写）"
    elif narrow != cell.text and re.fullmatch(pattern, narrow):
        hint_en, hint_zh = f" (full-width digits or blanks; write {narrow})", f"（含全角字符或空格，应写成 {narrow}）"
    elif cell.text.isascii() and cell.text.isdigit() and not spec.pattern:
        hint_en, hint_zh = f" (it has {len(cell.text)} digits)", f"（现为 {len(cell.text)} 位）"
    if spec.pattern:
        return None, (
            f"{cell.text!r} does not match {spec.pattern}{hint_en}",
            f"“{cell.text}”不符合格式 {spec.pattern}{hint_zh}",
        )
    return None, (
        f"{cell.text!r} is not a code of six digits{hint_en}",
        f"“{cell.text}”不是六位区划代码{hint_zh}",
    )


def _text(spec: ColumnSpec, cell: Cell) -> tuple[Value, Problem | None]:
    if (spec.key or spec.allowed or spec.pattern) and cell.text != cell.text.strip():
        return None, ("blanks before or after the text", "文字前后有空格")
    if any(unicodedata.category(char) == "Cc" and char not in "\n\r\t" for char in cell.text):
        return None, ("control characters in the text", "文字中含有控制字符")
    if spec.pattern and not re.fullmatch(spec.pattern, cell.text):
        return None, (f"{cell.text!r} does not match {spec.pattern}", f"“{cell.text}”不符合格式 {spec.pattern}")
    return _allowed(spec, cell.text)


def _allowed(spec: ColumnSpec, text: str) -> tuple[Value, Problem | None]:
    if spec.allowed and text not in spec.allowed:
        return None, (
            f"{text!r} is not one of {', '.join(spec.allowed)}",
            f"“{text}”不在允许值之内：{'、'.join(spec.allowed)}",
        )
    return text, None


def _bool(cell: Cell) -> tuple[Value, Problem | None]:
    value = _BOOLS.get(cell.text.strip().lower())
    if value is None:
        return None, (
            f"{cell.text!r} is neither true nor false (是 / 否)",
            f"“{cell.text}”应为 是 / 否（true / false）",
        )
    return value, None


def _date(cell: Cell) -> tuple[Value, Problem | None]:
    """A date as its ISO text; a date cell of a workbook is one, a bare number is not."""
    text = cell.text.strip().removesuffix(_MIDNIGHT)
    found = _DAY.fullmatch(text)
    meant = ""
    if cell.kind == "number" and text.isdigit() and len(text) == _SERIAL_DIGITS:
        meant = (_SERIAL_FROM + timedelta(days=int(text))).isoformat()
    elif found:
        try:
            meant = date(*(int(part) for part in found.groups())).isoformat()
        except ValueError:
            return None, (f"{text} is no day of the calendar", f"{text} 不是历法中的日子")
    if meant == text:
        return text, None
    if cell.kind == "number" and meant:
        return None, (
            f"a date stored as the number {text}; format the cell as a date, or write {meant} as text",
            f"日期被存成了数字 {text}；请把单元格设为日期格式，或按文本写 {meant}",
        )
    en, zh = (f"; write {meant}", f"，应写成 {meant}") if meant else ("", "")
    return None, (f"{text!r} is not a date such as 2026-05-01{en}", f"“{text}”不是 2026-05-01 形式的日期{zh}")


def _number(spec: ColumnSpec, cell: Cell) -> tuple[Value, Problem | None]:
    text = cell.text.strip()
    if cell.kind not in ("text", "number"):
        return None, (f"expected a number, got {text}", f"应为数值，实为 {text}")
    grammar = {"int": _INT, "decimal": _DECIMAL, "float": _FLOAT}[spec.type]
    if not grammar.fullmatch(text):
        return None, _why_not_a_number(spec, text)
    exact = Decimal(text)
    if (
        spec.type == "decimal"
        and cell.kind == "number"
        and len(exact.normalize().as_tuple().digits) > EXACT_FLOAT_DIGITS
    ):
        return None, (
            f"{text} carries the noise of binary arithmetic; round it in the sheet or store it as text",
            f"{text} 带有浮点误差；请在表中四舍五入或存为文本",
        )
    if problem := _bounds(spec, exact, text) or (_too_fine(spec, exact, text) if spec.type == "decimal" else None):
        return None, problem
    if spec.type == "int":
        if abs(exact) > MAX_INT64 or (cell.kind == "number" and len(text.lstrip("+-")) > EXACT_FLOAT_DIGITS):
            return None, (f"{text} is too large to be exact", f"{text} 过大，无法精确表示")
        return int(text), None
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return None, (f"{text} is beyond what a number can hold", f"{text} 超出数值范围")
    return value, None


def _bounds(spec: ColumnSpec, exact: Decimal, text: str) -> Problem | None:
    if spec.minimum is not None and exact < spec.minimum:
        return f"must be at least {spec.minimum} (got {text})", f"不得小于 {spec.minimum}（现为 {text}）"
    if spec.maximum is not None and exact > spec.maximum:
        as_share = exact * _PERCENT
        percent = spec.unit == "1" and spec.maximum == 1 and as_share <= 1
        en, zh = (
            (f"; a percentage? write {as_share:f}", f"；是否填成了百分数？应写成 {as_share:f}") if percent else ("", "")
        )
        return f"must be at most {spec.maximum} (got {text}){en}", f"不得大于 {spec.maximum}（现为 {text}）{zh}"
    return None


def _too_fine(spec: ColumnSpec, exact: Decimal, text: str) -> Problem | None:
    """Money finer than one fen cannot be paid."""
    if spec.unit == UNIT_OF_ROW:
        return None
    unit = UNITS[spec.unit]
    whole_fen = (Fraction(exact) * unit.factor).denominator == 1
    if unit.dimension in ("money", "standard") and unit.factor.denominator == 1 and not whole_fen:
        return f"{text} {unit.label_en} is finer than one fen", f"{text} {unit.label_zh}精确到了分以下"
    return None


def _why_not_a_number(spec: ColumnSpec, text: str) -> Problem:
    narrow = unicodedata.normalize("NFKC", text).strip()
    if text.lower() in _NOT_A_NUMBER:
        return (
            f"{text!r} is not a number; leave a cell empty where the value is not known, write 0 where it is zero",
            f"“{text}”不是数值；未知请留空，为零请写 0",
        )
    if _GROUPED.fullmatch(text) or _GROUPED.fullmatch(narrow):
        plain = re.sub(r"[,，'’ \u00a0\u202f]", "", narrow)
        return f"{text!r} has thousands separators; write {plain}", f"“{text}”含千位分隔符，应写成 {plain}"
    if narrow != text and _FLOAT.fullmatch(narrow):
        return f"{text!r} has full-width digits; write {narrow}", f"“{text}”含全角数字，应写成 {narrow}"
    if text.endswith(("%", "％", "‰")):
        share = spec.unit == "1" and spec.maximum == 1
        en, zh = (" as a share of 1", "（0 至 1 的小数）") if share else ("", "")
        return (
            f"{text!r}: write the number only{en}; the unit stands in the header",
            f"“{text}”：只写数值{zh}，单位写在表头",
        )
    if spec.type == "int" and _FLOAT.fullmatch(text):
        return f"{text!r} is not a whole number", f"“{text}”不是整数"
    if spec.type == "decimal" and _FLOAT.fullmatch(text):
        return (
            f"{text!r} is in scientific notation and may have lost digits; write all digits",
            f"“{text}”是科学计数法，可能已丢失位数，请写全",
        )
    if re.match(r"[¥￥$+-]?[0-9]", text) or text[:1] in "¥￥$":
        return (
            f"{text!r} is not a plain number; the unit stands in the header, not in the cell",
            f"“{text}”不是纯数值；单位写在表头，不写在单元格里",
        )
    return f"{text!r} is not a number", f"“{text}”不是数值"
