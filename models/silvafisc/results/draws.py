"""Draws (抽样): what carbon, costs and the carbon price may turn out to be, over one common draw index.

A row says by what factor the tonnes (`carbon`) or the payments (`cost`) of the offers that it names are multiplied in a
draw, or what a tonne is worth (`price`, yuan per tCO2e). An empty region_code, subject, period or offer means all of
them; `subject` is a measure or a category. In every draw exactly one row must speak of an offer: none would have to be
filled in, two would have to be ranked, and both are refused by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.datasets import Finding, InputError, load_table
from silvafisc.datasets.columns import ColumnSpec, Table

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
CARBON, COST, PRICE = "carbon", "cost", "price"
VARIABLES = (CARBON, COST, PRICE)
_ZH = {CARBON: "碳汇", COST: "成本", PRICE: "碳价"}
SCOPE = ("region_code", "subject", "period", "offer")
COLUMNS = ("draw", "variable", *SCOPE, "value")

SCHEMA = (
    ColumnSpec("draw", "int", "count", minimum=1),
    ColumnSpec("variable", "text", allowed=VARIABLES),
    ColumnSpec("region_code", "code", "code", required=False, optional=True),
    ColumnSpec("subject", "text", required=False, optional=True),
    ColumnSpec("period", "text", required=False, optional=True),
    ColumnSpec("offer", "text", required=False, optional=True),
    ColumnSpec("value", "decimal", "1"),
)

Key = tuple[str, str, str, str, str]
"""(region_code, measure, category, period, offer) of an offer or of a row of money."""
Scope = tuple[str, str, str, str]


class DrawsError(ValueError):
    """The draws do not say what is asked of them; says why in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


@dataclass(frozen=True)
class Patterns:
    """Offers that share their factors: offer i has the factors of column `of[i]` (−1 where none was asked for).

    factors: draws x patterns. Tonnes in draw k are Σ_s factors[k, s] · (sum of the tonnes of pattern s), so that a
    problem of any number of units has as many terms per draw as there are patterns.
    """

    of: Indices
    factors: Floats


@dataclass(frozen=True)
class Draws:
    """A checked table of draws (columns `COLUMNS`, value as decimal text), sorted by draw, variable and scope."""

    table: pd.DataFrame

    @staticmethod
    def of(table: pd.DataFrame | None) -> "Draws":
        """Check and sort a table.

        Raises:
            DrawsError: there is no table; an unknown variable; a row given twice or missing in some draw; a price that is not above zero
                or names a place; a cost factor below zero.
        """
        if table is None:
            raise DrawsError("there is no table of draws", "没有抽样表")
        frame = table.assign(**{name: "" for name in SCOPE if name not in table})[list(COLUMNS)].copy()
        frame["draw"] = frame["draw"].astype("int64")
        frame[["variable", *SCOPE, "value"]] = frame[["variable", *SCOPE, "value"]].astype(str)
        _check(frame)
        return Draws(frame.sort_values(list(COLUMNS[:-1]), kind="stable", ignore_index=True))

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The draw index, ascending."""
        return tuple(sorted(set(self.table["draw"].tolist())))

    def has(self, variable: str) -> bool:
        """Whether anything is drawn for a variable."""
        return bool((self.table["variable"] == variable).any())

    @cached_property
    def _scopes(self) -> dict[str, tuple[list[Scope], Floats]]:
        """variable -> its scopes in ascending order, and draws x scopes."""
        found = {}
        for variable, rows in self.table.groupby("variable", sort=True):
            scopes: list[Scope] = sorted(set(zip(*(rows[name] for name in SCOPE), strict=True)))
            # Sorted by draw and then by scope, so the values are a whole rectangle.
            values = rows["value"].to_numpy(object).astype(np.float64)
            found[str(variable)] = scopes, values.reshape(len(self.numbers), len(scopes))
        return found

    def patterns(self, variable: str, keys: Sequence[Key], asked: NDArray[np.bool_] | None = None) -> Patterns:
        """Which factors each key has.

        Args:
            asked: keys that need a factor (those with tonnes or money); the others get pattern −1.

        Raises:
            DrawsError: a key of which no row speaks, or two do (named).
        """
        scopes, factors = self._scopes.get(variable, ([], np.zeros((len(self.numbers), 0))))
        position = {scope: i for i, scope in enumerate(scopes)}
        masks = sorted({tuple(part != "" for part in scope) for scope in scopes})
        of = np.full(len(keys), -1, np.int64)
        for i, key in enumerate(keys):
            if asked is not None and not asked[i]:
                continue
            found = {position[scope] for scope in _possible(key, masks) if scope in position}
            if len(found) != 1:
                raise _unclear(variable, key, len(found))
            of[i] = found.pop()
        return Patterns(of, factors)

    def prices(self) -> Floats:
        """Yuan per tCO2e in every draw. Raises DrawsError where no price is drawn."""
        if not self.has(PRICE):
            raise DrawsError("the draws hold no carbon price", "抽样表没有碳价")
        return self._scopes[PRICE][1][:, 0]


def read_draws(path: str | Path, sheet: str | None = None) -> Draws:
    """The draws of a CSV file or of a workbook's sheet.

    Raises:
        InputError: every finding, with file and line.
    """
    read = load_table(path, SCHEMA, sheet)
    frame = pd.DataFrame({name: read.table[name] for name in read.table.columns if name != "value"})
    frame["value"] = [str(Decimal(text.strip())) for text in read.text["value"]]
    _refuse_rows(read, frame)
    try:
        return Draws.of(frame)
    except DrawsError as error:
        raise InputError([Finding(str(path), "draws", error.en, error.zh)]) from None


def _possible(key: Key, masks: Iterable[tuple[bool, ...]]) -> Iterable[Scope]:
    region, measure, category, period, offer = key
    for by_region, by_subject, by_period, by_offer in masks:
        rest = period if by_period else "", offer if by_offer else ""
        for subject in {measure, category} - {""} if by_subject else {""}:
            yield (region if by_region else "", subject, *rest)


def _unclear(variable: str, key: Key, count: int) -> DrawsError:
    shown, zh = "/".join(part for part in key if part), _ZH[variable]
    if count == 0:
        return DrawsError(f"no {variable} draw speaks of {shown}", f"抽样表没有 {shown} 的{zh}取值")
    return DrawsError(
        f"{count} {variable} rows of a draw speak of {shown}; exactly one must",
        f"每次抽样中 {shown} 有 {count} 个{zh}取值，只能有一个",
    )


def _row_faults(frame: pd.DataFrame) -> Iterable[tuple[int, str, str, str]]:
    """(row, column, English, Chinese) of every value that cannot be."""
    scoped = (frame[list(SCOPE)] != "").any(axis=1).tolist()
    rows = zip(frame["variable"], frame["value"], scoped, strict=True)
    twice = frame.duplicated(["draw", "variable", *SCOPE]).tolist()
    for row, (variable, value, named) in enumerate(rows):
        if twice[row]:
            yield row, "draw", "stands twice for the same offers", "同一次抽样对同一档次给了两次"
        number = Decimal(value)
        if not number.is_finite():
            yield row, "value", f"not a number: {value}", f"不是数：{value}"
        elif variable == PRICE and number <= 0:
            yield row, "value", f"a carbon price must be > 0 (got {value})", f"碳价须大于 0（现为 {value}）"
        elif variable == COST and number < 0:
            yield row, "value", f"a cost factor must be >= 0 (got {value})", f"成本系数不得为负（现为 {value}）"
        if variable == PRICE and named:
            yield (
                row,
                "variable",
                "a carbon price names no unit, subject, period or offer",
                "碳价不分单位、事项、年度和档次",
            )


def _refuse_rows(read: Table, frame: pd.DataFrame) -> None:
    findings = [Finding(read.place(row, column), column, en, zh) for row, column, en, zh in _row_faults(_scoped(frame))]
    if findings:
        raise InputError(findings)


def _scoped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: "" for name in SCOPE if name not in frame})


def _check(frame: pd.DataFrame) -> None:
    unknown = sorted(set(frame["variable"]) - set(VARIABLES))
    if unknown:
        raise DrawsError(f"unknown variable {unknown[0]!r}", f"未知的变量 {unknown[0]!r}")
    for row, column, en, zh in _row_faults(frame):
        shown = f"draw {frame['draw'].iat[row]}, {frame['variable'].iat[row]}, {column}"
        raise DrawsError(f"{shown}: {en}", f"{shown}：{zh}")
    draws = frame["draw"].nunique()
    if not draws:
        raise DrawsError("there is not a single draw", "没有任何一次抽样")
    counts = frame.groupby(["variable", *SCOPE], sort=True, as_index=False).size()
    for *scope, count in counts[counts["size"] != draws].itertuples(index=False):
        shown = "/".join(part for part in scope if part)
        raise DrawsError(
            f"{shown} is drawn in {count} of {draws} draws", f"{shown} 只在 {draws} 次抽样中的 {count} 次有值"
        )


def draws_of(columns: Mapping[tuple[str, Scope], Sequence[str]]) -> Draws:
    """Draws from (variable, scope) -> decimal text per draw, the draws numbered from 1."""
    frames = [
        pd.DataFrame(
            {"draw": range(1, len(values) + 1), "variable": variable, **dict(zip(SCOPE, scope, strict=True))}
        ).assign(value=list(values))
        for (variable, scope), values in columns.items()
    ]
    return Draws.of(pd.concat(frames, ignore_index=True))
