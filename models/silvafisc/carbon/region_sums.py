"""数同源: county, city, province and nation from one source. Adds tables by region code, and refuses what does not close.

Codes are GB/T 2260: two digits for the province, two for the city, two for the county; zeros stand for all of them.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.quantities import UNITS, unit_of_column

from .errors import refuse

DIGITS: Mapping[str, int] = {"nation": 0, "province": 2, "city": 4, "county": 6}
"""Level -> leading digits of a code that name a region of it."""
CLOSING_TOLERANCE = 1e-9
"""Relative: what adding floats in another order may change, and no more."""
_ADDABLE = frozenset({"area", "carbon", "money", "people", "volume", "count"})


def level_of(code: str) -> str:
    """The level that a code names: 000000 nation, 440000 province, 440300 city, 440304 county.

    Raises:
        InputError: not six digits.
    """
    if len(code) != DIGITS["county"] or not (code.isascii() and code.isdigit()):
        raise refuse("region_code", f"{code!r} is no code of six digits", f"{code!r} 不是六位代码")
    used = len(code.rstrip("0"))
    return next(level for level, digits in DIGITS.items() if used <= digits)


def parent(code: str, level: str) -> str:
    """The code of the region of `level` that holds `code`: 440304 -> 440000."""
    digits = DIGITS[level]
    return code[:digits].ljust(DIGITS["county"], "0")


def roll_up(table: pd.DataFrame, values: Sequence[str], level: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """`table` added up to `level`: region_code, `by`, `values`, sorted by region and `by`.

    Sums are exactly rounded (`math.fsum`), so the order of the rows changes nothing.

    table: region_code, `by` (measure, year, ...), `values` in units that add (tCO2e, mu, fen, ...), each region and
    `by` once; regions of several levels may stand side by side only where none lies inside another.

    Raises:
        InputError: repeated rows, a region beside its own part, a region above `level`, a value that is no number or
            per mu.
    """
    keys = ["region_code", *by]
    findings = [*_unaddable(values), *_repeated(table, keys), *_nested(table, by), *_missing(table, keys, values)]
    for code in sorted(set(table["region_code"])):
        if DIGITS[level_of(code)] < DIGITS[level]:
            en, zh = f"{code} is larger than a {level}", f"{code} 的层级高于 {level}"
            findings.append(Finding("sums", f"region_code {code}", en, zh))
    if findings:
        raise InputError(findings)
    rows = table.assign(region_code=[parent(code, level) for code in table["region_code"]])
    grouped = rows.groupby(keys, sort=True)
    return grouped[list(values)].agg(math.fsum).reset_index()[[*keys, *values]]


def check_sums(
    tables: Sequence[pd.DataFrame], values: Sequence[str], by: Sequence[str] = (), tolerance: float = CLOSING_TOLERANCE
) -> None:
    """Refuse tables of which one is not the sum of the one before it: counties, provinces, nation.

    Every region of a table needs its parts in the table before, and every part its region; a sum closes where
    |Σ parts - total| <= tolerance · max(|total|, Σ |parts|).

    tables: from the lowest level up, each as `roll_up` takes it; all but the first hold regions of one level.

    Raises:
        InputError: every region and value that does not close, at all levels at once.
    """
    findings: list[Finding] = []
    for lower, upper in itertools.pairwise(tables):
        findings += _open_sums(lower, upper, values, by, tolerance)
    if findings:
        raise InputError(findings)


def _open_sums(
    lower: pd.DataFrame, upper: pd.DataFrame, values: Sequence[str], by: Sequence[str], tolerance: float
) -> Iterator[Finding]:
    levels = {level_of(code) for code in upper["region_code"]}
    if len(levels) != 1:
        raise refuse("sums", f"the upper table holds levels {sorted(levels)}", f"上级表含多个层级：{sorted(levels)}")
    (level,) = levels
    stated, parts = (_by_key(roll_up(table, values, level, by), values, by) for table in (upper, lower))
    sizes = _by_key(
        roll_up(lower.assign(**{name: lower[name].abs() for name in values}), values, level, by), values, by
    )
    for key in sorted(set(stated) - set(parts)):
        yield Finding("sums", _place(key), "its parts are missing", "缺少下级")
    for key in sorted(set(parts) - set(stated)):
        yield Finding("sums", _place(key), "its parts are here, the total is missing", "有下级，缺少合计")
    for key in sorted(set(stated) & set(parts)):
        for name, total, part, size in zip(values, stated[key], parts[key], sizes[key], strict=True):
            if abs(total - part) > tolerance * max(abs(total), size):
                en, zh = (
                    f"stands at {total:.10g}, its parts add to {part:.10g}",
                    f"为 {total:.10g}，下级合计 {part:.10g}",
                )
                yield Finding("sums", f"{name} of {_place(key)}", en, zh)


def _by_key(table: pd.DataFrame, values: Sequence[str], by: Sequence[str]) -> dict[tuple[str, ...], tuple[float, ...]]:
    keys = zip(*(table[name].astype(str) for name in ("region_code", *by)), strict=True)
    rows = table[list(values)].to_numpy(dtype=np.float64)
    return {key: tuple(row) for key, row in zip(keys, rows.tolist(), strict=True)}


def _unaddable(values: Sequence[str]) -> Iterator[Finding]:
    for name in values:
        unit = unit_of_column(name)
        if unit is None or UNITS[unit].dimension not in _ADDABLE:
            en = f"a column of unit {unit} does not add up: multiply by the area first"
            yield Finding("sums", name, en, f"单位为 {unit} 的列不能相加，请先乘以面积")


def _repeated(table: pd.DataFrame, keys: list[str]) -> Iterator[Finding]:
    for row in table.loc[table.duplicated(keys), keys].to_dict("records"):
        yield Finding("sums", _place(tuple(row.values())), "stands twice", "重复")


def _missing(table: pd.DataFrame, keys: list[str], values: Sequence[str]) -> Iterator[Finding]:
    for name in values:
        wrong = ~np.isfinite(table[name].to_numpy(dtype=np.float64))
        for row in table.loc[wrong, keys].to_dict("records"):
            yield Finding("sums", f"{name} of {_place(tuple(row.values()))}", "is no number", "不是数字")


def _nested(table: pd.DataFrame, by: Sequence[str]) -> Iterator[Finding]:
    """A region and its own part side by side would be added twice."""
    groups = table.groupby(list(by))["region_code"] if by else [((), table["region_code"])]
    for key, column in groups:
        codes = set(column)
        for code in sorted(codes):
            for whole in sorted(({parent(code, level) for level in DIGITS} - {code}) & codes):
                place = " ".join(filter(None, (code, _place(key))))
                yield Finding("sums", place, f"lies inside {whole}, which stands here too", f"属于同表中的 {whole}")


def _place(key: object) -> str:
    return " ".join(str(part) for part in key) if isinstance(key, tuple) else str(key)
