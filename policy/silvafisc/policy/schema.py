"""File schemas: pydantic models at the edge, and their errors as findings with file, line and column."""

import datetime
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, RootModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.quantities import share, yuan_to_fen

from .yaml_source import Document, Path_, dotted

Model = TypeVar("Model", bound=BaseModel)

STATUSES = ("verified", "secondary", "computed", "recalled", "assumption")
"""From best to worst evidence."""
MESSAGE_WIDTH = 60


class Strict(BaseModel):
    """Base of every file schema: unknown keys are errors, types are not coerced, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Label(Strict):
    """A text in both languages."""

    zh: str
    """Chinese."""
    en: str
    """English."""


def reject(en: str, zh: str) -> PydanticCustomError:
    """The error of a validator, in both languages."""
    return PydanticCustomError("silvafisc", "{en}", {"en": en, "zh": zh})


def _decimal_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str):
        raise reject(
            f"must be a quoted decimal string, such as '{value}' in quotes (got the {type(value).__name__} {value})",
            f"须为加引号的十进制数字，例如 '{value}'（现为 {type(value).__name__} {value}）",
        )
    return value


def _yuan(value: Any) -> str:
    text = _decimal_text(value)
    try:
        fen = yuan_to_fen(text)
    except ValueError as error:
        raise reject(str(error), f"不是最多两位小数的金额（元）：{text!r}") from None
    if fen < 0:
        raise reject(f"must be >= 0 (got {text})", f"不得为负（现为 {text}）")
    return text


def _share(value: Any) -> str:
    text = _decimal_text(value)
    try:
        exact: Fraction = share(text)
    except ValueError as error:
        raise reject(str(error), f"不是小数或分数：{text!r}") from None
    if not 0 <= exact <= 1:
        raise reject(f"must lie between 0 and 1 (got {text})", f"须在 0 与 1 之间（现为 {text}）")
    return text


def _region_code(value: Any) -> str:
    if not isinstance(value, str):
        en = f"a region code is text and must be quoted: '{value}'"
        raise reject(en, f"行政区划代码是文本，须加引号：'{value}'")
    if not (value.isascii() and value.isdigit() and len(value) == len("110000")):
        raise reject(f"a region code has six digits (got {value!r})", f"行政区划代码为六位数字（现为 {value!r}）")
    return value


def _date(value: Any) -> str:
    if not isinstance(value, str):
        raise reject(f"a date must be quoted: '{value}'", f"日期须加引号：'{value}'")
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        raise reject(f"not a date YYYY-MM-DD: {value!r}", f"不是 YYYY-MM-DD 日期：{value!r}") from None
    if value != day.isoformat():  # 20260101 and 2026-W01-1 are days of ISO 8601 too, but do not sort as text
        raise reject(f"not a date YYYY-MM-DD: {value!r}", f"不是 YYYY-MM-DD 日期：{value!r}")
    return value


def _quoted(value: Any) -> str:
    if not isinstance(value, str):
        raise reject(f"must be quoted text: '{value}'", f"须为加引号的文本：'{value}'")
    return value


def _positive(value: Any) -> str:
    if not isinstance(value, str) or not is_decimal(value) or share(value) <= 0:
        raise reject(f"must be a quoted decimal > 0 (got {value!r})", f"须为加引号的正数（现为 {value!r}）")
    return value


Yuan = Annotated[str, BeforeValidator(_yuan)]
"""Non-negative amount of yuan (or yuan per mu) as a quoted decimal string, at most two decimals."""
ShareText = Annotated[str, BeforeValidator(_share)]
"""Share between 0 and 1 as a quoted decimal or ratio string."""
Positive = Annotated[str, BeforeValidator(_positive)]
"""Quoted decimal above nothing: a price, an area, a multiple."""
RegionCode = Annotated[str, BeforeValidator(_region_code)]
"""Six-digit GB/T 2260 code, quoted."""
Date = Annotated[str, BeforeValidator(_date)]
"""Quoted ISO date."""
Quoted = Annotated[str, BeforeValidator(_quoted)]
"""Text that must be quoted where YAML would read something else (periods such as "2026")."""


def is_decimal(text: str) -> bool:
    """Whether the text is a plain finite decimal number, as `share` reads it: '1e9' is none."""
    try:
        share(text)
    except ValueError:
        return False
    return "/" not in text


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or an empty string."""
    matches = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return matches[0] if matches else ""


def hint(name: str, known: Iterable[str]) -> tuple[str, str]:
    """`; did you mean …?` in English and Chinese, or two empty strings."""
    best = nearest(name, known)
    return (f"; did you mean {best!r}?", f"；是否为 {best!r}？") if best else ("", "")


def validate(model: type[Model], document: Document) -> Model:
    """The document as an instance of `model`. Raises InputError with every finding, those of the YAML included."""
    try:
        checked = model.model_validate(document.data)
    except ValidationError as error:
        findings = [_finding(model, document, item) for item in error.errors()]
        raise InputError([*document.findings, *findings]) from None
    if document.findings:
        raise InputError(document.findings)
    return checked


def _finding(model: type[BaseModel], document: Document, error: ErrorDetails) -> Finding:
    path = _document_path(document.data, error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "silvafisc":
        en, zh = str(context["en"]), str(context["zh"])
    elif kind == "extra_forbidden":
        more_en, more_zh = hint(str(path[-1]), _fields_at(model, error["loc"][:-1]))
        en, zh = f"unknown key{more_en}", f"未知的键{more_zh}"
    elif kind == "union_tag_invalid":
        expected = [tag.strip().strip("'") for tag in str(context["expected_tags"]).split(",")]
        more_en, more_zh = hint(str(context["tag"]), expected)
        en, zh = f"unknown name {context['tag']!r}{more_en}", f"未知的名称 {context['tag']!r}{more_zh}"
    elif kind == "literal_error":
        more_en, more_zh = hint(str(error["input"]), _literals(str(context["expected"])))
        en = f"must be {context['expected']} (got {_brief(error['input'])}){more_en}"
        zh = f"须为 {str(context['expected']).replace(', ', '、').replace(' or ', ' 或 ')}（现为 {_brief(error['input'])}）{more_zh}"
    else:
        en, zh = _plain_message(error, context)
    return Finding(document.where(path, key=kind == "extra_forbidden"), dotted(path), en, zh)


_MESSAGES: Mapping[str, tuple[str, str]] = {
    "missing": ("is required and missing", "缺少必填项"),
    "union_tag_not_found": ("lacks the key that names its kind: {discriminator}", "缺少说明种类的键：{discriminator}"),
    "greater_than": ("must be > {gt} (got {input})", "须大于 {gt}（现为 {input}）"),
    "greater_than_equal": ("must be >= {ge} (got {input})", "须不小于 {ge}（现为 {input}）"),
    "less_than": ("must be < {lt} (got {input})", "须小于 {lt}（现为 {input}）"),
    "less_than_equal": ("must be <= {le} (got {input})", "须不大于 {le}（现为 {input}）"),
    "too_short": (
        "needs at least {min_length} entries (got {actual_length})",
        "至少需要 {min_length} 项（现有 {actual_length} 项）",
    ),
    "too_long": (
        "takes at most {max_length} entries (got {actual_length})",
        "最多 {max_length} 项（现有 {actual_length} 项）",
    ),
    "string_type": ("must be text (got {input})", "须为文本（现为 {input}）"),
    "string_too_short": ("must not be empty", "不得为空"),
    "string_pattern_mismatch": ("does not match {pattern} (got {input})", "不符合格式 {pattern}（现为 {input}）"),
    "int_type": ("must be a whole number (got {input})", "须为整数（现为 {input}）"),
    "int_from_float": ("must be a whole number (got {input})", "须为整数（现为 {input}）"),
    "float_type": ("must be a number (got {input})", "须为数字（现为 {input}）"),
    "finite_number": ("must be a finite number (got {input})", "须为有限数字（现为 {input}）"),
    "bool_type": ("must be true or false (got {input})", "须为 true 或 false（现为 {input}）"),
    "list_type": ("must be a list (got {input})", "须为列表（现为 {input}）"),
    "tuple_type": ("must be a list (got {input})", "须为列表（现为 {input}）"),
    "dict_type": ("must be a mapping of keys and values (got {input})", "须为键值映射（现为 {input}）"),
    "model_type": ("must be a mapping of keys and values (got {input})", "须为键值映射（现为 {input}）"),
    "model_attributes_type": ("must be a mapping of keys and values (got {input})", "须为键值映射（现为 {input}）"),
}


def _plain_message(error: ErrorDetails, context: Mapping[str, Any]) -> tuple[str, str]:
    texts = _MESSAGES.get(error["type"])
    if texts is None:
        return error["msg"], f"不符合要求：{error['msg']}"
    values = {**context, "input": _brief(error["input"])}
    return texts[0].format(**values), texts[1].format(**values)


def _brief(value: Any) -> str:
    """The input as shown in a message: at most one line."""
    text = repr(value)
    return text if len(text) <= MESSAGE_WIDTH else f"{text[:MESSAGE_WIDTH]}…"


def _literals(expected: str) -> list[str]:
    return [part.strip().strip("'") for part in expected.replace(" or ", ",").split(",")]


def _document_path(data: Any, loc: tuple[int | str, ...]) -> Path_:
    """Pydantic's location without the union tags that are no part of the file."""
    path: list[str | int] = []
    for position, part in enumerate(loc):
        present = part in data if isinstance(data, Mapping) else isinstance(data, list) and part in range(len(data))
        if present:
            data = data[part]
        elif position < len(loc) - 1 or part == "[key]":
            continue
        path.append(part)
    return tuple(path)


def _fields_at(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Keys that a mapping at `loc` may have."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        if issubclass(model, RootModel):
            return _fields_at(model.model_fields["root"].annotation, loc)
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        if not loc:
            return list(fields)
        return _fields_at(fields[str(loc[0])], loc[1:]) if loc[0] in fields else []
    origin, inner = typing.get_origin(model), typing.get_args(model)
    if origin is Annotated:
        return _fields_at(inner[0], loc)
    if origin in (typing.Union, types.UnionType):
        chosen = [part for part in inner if _tag(part) == loc[:1]]
        options = [(part, loc[1:]) for part in chosen] or [(part, loc) for part in inner]
        return [name for part, rest in options for name in _fields_at(part, rest)]
    return _fields_at(inner[-1 if origin is not tuple else 0], loc[1:]) if inner and loc else []


def _tag(model: Any) -> tuple[str, ...]:
    if isinstance(model, type) and issubclass(model, BaseModel):
        for field in model.model_fields.values():
            if typing.get_origin(field.annotation) is typing.Literal:
                return (str(typing.get_args(field.annotation)[0]),)
    return ()


class Rule(Strict):
    """Base of the rules."""

    @property
    def params(self) -> dict[str, Any]:
        """Parameters as given, without the name and without what was left out."""
        return self.model_dump(exclude={"rule"}, exclude_none=True)
