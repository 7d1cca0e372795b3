"""Somebody's own allocation as a table (主管部门分配建议): read exactly, with every finding at once.

One row per unit, fund, period and subject. What is stated decides how a row is read:

| measure, category | columns filled | meaning |
|---|---|---|
| compensation, category | standard_yuan_per_mu (area_mu, payment_yuan) | the standard on that area (certified area where none is stated) |
| task measure | standard_yuan_per_mu, area_mu (payment_yuan) | unit standard x area; the payment is that of the task's own period |
| factor_pot | payment_yuan | factor money |
| compensation, category; task measure; both empty | payment_yuan alone | money that names no standard: of the category, of the measure, or of the unit's whole fund |

payment_yuan is the money of the fund's own payer in the period, rigid and committed money included.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from silvafisc.allocation.menus.factor_pot import FACTOR_POT
from silvafisc.allocation.menus.tonnes import COMPENSATION
from silvafisc.datasets import Finding, InputError, load_table
from silvafisc.datasets.columns import ColumnSpec, Table
from silvafisc.quantities import mu_to_tenths, yuan_to_fen
from silvafisc.results import Resolved, UnitInputs

SCHEMA = (
    ColumnSpec("region_code", "code", "code", description={"zh": "六位区划代码", "en": "Six-digit code of the unit"}),
    ColumnSpec("fund", "text", "text", description={"zh": "资金", "en": "Fund"}),
    ColumnSpec(
        "measure",
        "text",
        "text",
        required=False,
        description={"zh": "措施；整笔资金留空", "en": "Measure; empty for money of the whole fund"},
    ),
    ColumnSpec("category", "text", "text", required=False, description={"zh": "类别", "en": "Category"}),
    ColumnSpec("period", "text", "text", description={"zh": "年度", "en": "Budget period"}),
    ColumnSpec(
        "standard_yuan_per_mu",
        "decimal",
        "yuan_per_mu",
        required=False,
        optional=True,
        minimum=Decimal(0),
        description={"zh": "标准（元/亩）", "en": "Standard"},
    ),
    ColumnSpec(
        "area_mu",
        "decimal",
        "mu",
        required=False,
        optional=True,
        minimum=Decimal(0),
        description={"zh": "面积（亩）", "en": "Area"},
    ),
    ColumnSpec(
        "payment_yuan",
        "decimal",
        "yuan",
        required=False,
        optional=True,
        minimum=Decimal(0),
        description={"zh": "本期资金（元）", "en": "Money of the fund's payer in the period"},
    ),
)


_LISTED = 8
"""More known names than this are not listed in a finding."""


@dataclass(frozen=True)
class Line:
    """One stated row; standard in fen per mu, area in 0.1 mu, payment in fen; None where the cell is empty."""

    region: str
    fund: str
    measure: str
    category: str
    period: str
    standard: int | None
    area: int | None
    payment: int | None

    @property
    def subject(self) -> str:
        """Category, task measure, `factor_pot`, or '' for money of the whole fund."""
        return self.category or self.measure

    @property
    def kind(self) -> str:
        """category, task, factor, or money (which names no standard)."""
        if self.measure == FACTOR_POT:
            return "factor"
        if self.standard is None:
            return "money"
        return "category" if self.category else "task"


def read_proposal(path: str | Path, resolved: Resolved, inputs: UnitInputs, sheet: str | None = None) -> list[Line]:
    """The stated rows in order of their keys.

    Raises:
        InputError: every finding with file, row and column: unknown names, rows twice, rows that decide nothing, money of
            a whole fund beside rows of the same fund.
    """
    table = load_table(path, SCHEMA, sheet)
    reader = _Reader(table, resolved, inputs)
    lines = [reader.line(row) for row in range(len(table.table))]
    reader.repeated(lines)
    if reader.findings:
        raise InputError(reader.findings)
    return sorted(lines, key=lambda line: (line.region, line.fund, line.measure, line.category, line.period))


class _Reader:
    """Checks rows against the scenario and collects findings."""

    def __init__(self, table: Table, resolved: Resolved, inputs: UnitInputs) -> None:
        self._table, self._resolved = table, resolved
        self._codes, self._funds = set(inputs.codes), {fund.id: fund for fund in resolved.funds}
        self._categories = {category.id: category for category in resolved.categories}
        self._tasks = {task.id: task for task in resolved.tasks}
        self.findings: list[Finding] = []

    def line(self, row: int) -> Line:
        """The row as stated; what is wrong with it goes to the findings."""
        cells = {name: str(self._table.text[name].iloc[row]).strip() for name in self._table.text.columns}
        line = Line(
            cells["region_code"],
            cells["fund"],
            cells["measure"],
            cells["category"],
            cells["period"],
            yuan_to_fen(cells["standard_yuan_per_mu"]) if cells.get("standard_yuan_per_mu") else None,
            self._area(row, cells.get("area_mu", "")),
            yuan_to_fen(cells["payment_yuan"]) if cells.get("payment_yuan") else None,
        )
        self._known(row, "region_code", line.region, self._codes, ("unit of this scenario", "本情景的单位"))
        self._known(row, "fund", line.fund, self._funds, ("fund of this scenario", "本情景的资金"))
        self._known(row, "period", line.period, self._resolved.periods, ("period of this scenario", "本情景的年度"))
        self._named(row, line)
        self._decides(row, line)
        return line

    def repeated(self, lines: list[Line]) -> None:
        """Rows with the same key, and money of a whole fund beside its parts."""
        first: dict[tuple[str, ...], int] = {}
        whole = {(line.region, line.fund, line.period) for line in lines if not line.subject}
        for row, line in enumerate(lines):
            key = (line.region, line.fund, line.measure, line.category, line.period)
            if key in first:
                place = self._table.place(first[key], "region_code")
                self._note(
                    row, "region_code", f"this row stands twice; first at {place}", f"该行重复；首次出现于 {place}"
                )
            first.setdefault(key, row)
            if line.subject and (line.region, line.fund, line.period) in whole:
                en = "another row gives money of this unit's whole fund in this period; state one or the other"
                self._note(row, "measure", en, "另有一行给出该单位该资金本年度的总额；两种写法只能取一种")

    def _area(self, row: int, text: str) -> int | None:
        if not text:
            return None
        try:
            return mu_to_tenths(text)
        except ValueError:
            self._note(row, "area_mu", f"{text} is finer than 0.1 mu", f"{text} 精确到了 0.1 亩以下")
            return None

    def _named(self, row: int, line: Line) -> None:
        """Measure, category and fund must belong together."""
        if line.fund not in self._funds or not line.subject:
            return
        if line.measure == COMPENSATION or (line.category and not line.measure):
            mine = [c.id for c in self._categories.values() if c.fund == line.fund]
            self._known(row, "category", line.category, mine, ("category of this fund", "该资金的类别"))
            if not line.measure:
                self._note(row, "measure", f"write {COMPENSATION}", f"应填 {COMPENSATION}")
            return
        if line.category:
            self._note(row, "category", "only compensation has categories", "只有补偿有类别")
        mine = [t.id for t in self._tasks.values() if t.fund == line.fund]
        mine += [FACTOR_POT] if any(f.fund == line.fund for f in self._resolved.factors) else []
        mine += [COMPENSATION] if any(c.fund == line.fund for c in self._categories.values()) else []
        self._known(row, "measure", line.measure, mine, ("measure of this fund", "该资金的措施"))

    def _decides(self, row: int, line: Line) -> None:
        """The row must say what it pays, and nothing that has no meaning there."""
        if line.kind == "factor" or not line.subject:
            for name, value in (("standard_yuan_per_mu", line.standard), ("area_mu", line.area)):
                if value is not None:
                    self._note(row, name, "such money has no standard and no area", "此类资金没有标准和面积")
            if line.payment is None:
                self._note(row, "payment_yuan", "the amount is missing", "缺少金额", "region_code")
        elif line.kind == "task" and line.area is None:
            self._note(row, "area_mu", "a task with a unit standard needs its area", "有单价的任务须填面积", "measure")
        elif line.kind == "money" and line.payment is None:
            en = "the row decides nothing: state a standard or a payment"
            self._note(row, "standard_yuan_per_mu", en, "该行没有决定任何内容：须填标准或金额", "measure")
        elif line.kind == "money" and line.area is not None:
            en = "an area needs a standard; state the standard, or the payment alone"
            self._note(row, "area_mu", en, "有面积须有标准；请填标准，或只填金额")

    def _known(self, row: int, column: str, value: str, known: Iterable[str], what: tuple[str, str]) -> None:
        names = sorted(known)
        if value in names:
            return
        near = difflib.get_close_matches(value, names, n=1)
        en = (
            f"; did you mean {near[0]}?"
            if near
            else (f"; there are {', '.join(names)}" if len(names) <= _LISTED else "")
        )
        zh = f"；是否应为 {near[0]}？" if near else (f"；可用：{'、'.join(names)}" if len(names) <= _LISTED else "")
        self._note(row, column, f"{value!r} is no {what[0]}{en}", f"“{value}”不是{what[1]}{zh}")

    def _note(self, row: int, column: str, en: str, zh: str, at: str | None = None) -> None:
        """A finding at the cell, or at `at` where the column is not in the file."""
        present = column in self._table.text.columns
        place = self._table.place(row, column if present else (at or "region_code"))
        self.findings.append(Finding(place, column, en, zh))
