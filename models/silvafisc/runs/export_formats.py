"""Writing one table as Parquet or Stata without losing a digit, with units and descriptions inside the file."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pandas as pd

from silvafisc.datasets.findings import Finding, InputError

if TYPE_CHECKING:
    from .export import Field

LARGEST_EXACT = 2**53
"""Whole numbers up to here are exact in a double, the widest number that Stata has."""

_NAME, _LABEL = 32, 80
"""Longest name and longest variable label in Stata."""
_LONGEST_TEXT = 2045
"""Longest fixed text in Stata; longer ones go to strL."""
_MOST_VALUES = 64
"""A text column with more different values than this is no list of codes and gets no value labels."""


def write_parquet(frame: pd.DataFrame, fields: "Sequence[Field]", path: Path) -> None:
    """Parquet with unit and description of each column; whole numbers stay 64-bit integers, decimals stay exact text.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        en = "needs pyarrow: pip install 'silvafisc[parquet]'"
        zh = "需要 pyarrow：pip install 'silvafisc[parquet]'"
        raise InputError([Finding("--format", "parquet", en, zh)]) from None
    kinds = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
    schema = pa.schema(
        [pa.field(f.exported, kinds[f.type], metadata={"unit": f.unit, "description": f.description}) for f in fields]
    )
    columns = [
        pa.array([None if pd.isna(v) else v for v in frame[f.name]], type=kinds[f.type], from_pandas=False)
        for f in fields
    ]
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), path)


def write_stata(frame: pd.DataFrame, fields: "Sequence[Field]", path: Path, date: str) -> list[Finding]:
    """Stata 118 (.dta, Unicode) with variable labels; columns of few repeated texts get value labels.

    Whole numbers become doubles and are refused beyond 2^53; decimal texts become doubles that print the same digits.

    date: written as the file's time stamp, so that the same outcome gives the same bytes.
    """
    findings: list[Finding] = []
    columns = {field.exported: _stata_column(frame[field.name], field, findings) for field in fields}
    if findings:
        return findings
    # The original name where nothing is declared (costs and objectives of the offers), so that no column is nameless.
    labels = {f.exported: (f.description or f.name)[:_LABEL] for f in fields}
    made = pd.DataFrame(columns, index=frame.index)
    long = [
        name
        for name, column in columns.items()
        if column.dtype == object and max((len(text.encode()) for text in column), default=0) > _LONGEST_TEXT
    ]
    made.to_stata(
        path,
        write_index=False,
        version=118,
        variable_labels=labels,
        time_stamp=datetime.fromisoformat(date),
        data_label=fields[0].table[:_LABEL] if fields else None,
        convert_strl=long or None,
    )
    return findings


def stata_names(names: Sequence[str]) -> list[str]:
    """Names as Stata takes them: letters, digits and `_`, not starting with a digit, at most 32 characters, all different.

    A name that has to change in a way that could meet another ends in a checksum of the original.
    """
    found: list[str] = []
    for name in names:
        plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)
        plain = plain if plain[:1].isalpha() or plain[:1] == "_" else f"_{plain}"
        if len(plain) > _NAME or (plain != name and plain in {*names, *found}):
            plain = f"{plain[: _NAME - 9]}_{crc32(name.encode()):08x}"
        found.append(plain)
    if len(set(found)) != len(found):
        raise ValueError(f"two columns would have one name: {sorted(n for n in found if found.count(n) > 1)}")
    return found


def _stata_column(column: "pd.Series[Any]", field: "Field", findings: list[Finding]) -> "pd.Series[Any]":
    if field.type == "boolean":
        return column.astype("int8")
    if field.type == "integer":
        whole = column.astype("Int64")
        if (whole.abs() > LARGEST_EXACT).fillna(False).any():
            findings.append(_too_long(field, int(whole.abs().max())))
        return whole.astype("Float64").astype("float64")
    if field.type == "number":
        return column.astype("float64")
    texts = column.fillna("").astype(str).astype(object)
    if field.unit not in {"", "text", "code"}:
        return _decimals(texts, field, findings)
    values = sorted({text for text in texts if text})
    if field.unit == "text" and 1 <= len(values) <= _MOST_VALUES and 2 * len(values) <= len(texts):
        return pd.Series(pd.Categorical(texts.where(texts != "", None), categories=values), index=column.index)
    return texts


def _decimals(texts: "pd.Series[Any]", field: "Field", findings: list[Finding]) -> "pd.Series[Any]":
    """Decimal texts as doubles; one that a double would print otherwise is refused."""
    numbers = []
    for text in texts:
        if not text:
            numbers.append(float("nan"))
            continue
        number = float(text)
        if Decimal(repr(number)) != Decimal(text):
            findings.append(_too_long(field, text))
        numbers.append(number)
    return pd.Series(numbers, index=texts.index, dtype="float64")


def _too_long(field: "Field", value: object) -> Finding:
    en = f"Stata's double cannot hold {value} exactly; export as parquet or csv"
    zh = f"Stata 的双精度数不能精确保存 {value}；请导出为 parquet 或 csv"
    return Finding(f"{field.table}.csv", field.name, en, zh)
