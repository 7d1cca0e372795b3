"""The rows of an allocation as formulas: standard × area and payer shares, held against what was audited.

rigid      floor × area
top_up     standard × area − floor × area
task       standard × min(need × share, capacity), its first instalment
committed  the other instalments of a task in the years they fall due
factor     the unit's shares of the factor pots

A line whose formula does not give the audited amount to the fen, or the audited split over payers, is stated and not
worked out. A line that comes to nothing is there as well where a number is published for it: the number may be changed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from silvafisc.quantities import entitlement, mu_to_tenths, share, split_payers, yuan_to_fen
from silvafisc.results import Outcome, TaskSpec
from silvafisc.results.resolved import Shares

from .shares import EXACT

PAYERS = ("central", "provincial", "city", "county")
NATURES = ("rigid", "top_up", "factor", "task", "committed")
NEED = "need:"
LARGEST = 10**13
"""Fen of one row up to which a split stays exact in doubles: 100 billion yuan."""
Key = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One row.

    key: code, nature, fund, measure, category, period. fen: audited payment; payers, later: audited too.
    standard, floor, area: (where it stands, value) in fen per mu and 0.1 mu; None where there is none. source: of an
    instalment, the key of its task. part: which instalment. worked: whether the formula gives the audited amount.
    """

    key: Key
    fen: int
    payers: tuple[int, ...]
    later: int
    row: Mapping[str, Any] | None
    standard: int | None = None
    floor: int | None = None
    area: int | None = None
    source: Key | None = None
    part: int = 0
    instalments: Shares = ()
    shares: Shares = ()
    worked: bool = True

    @property
    def whole(self) -> int:
        """Entitlement before instalments, in fen."""
        if self.standard is None or self.area is None:
            return 0
        return entitlement(self.standard, self.area) - (entitlement(self.floor, self.area) if self.floor else 0)


class Ground:
    """What lines are made of, looked up once: a class, because every line needs all of it."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.resolved = outcome, outcome.resolved
        regions, areas, tasks = outcome.inputs.regions, outcome.inputs.areas, outcome.inputs.tasks
        self.tiers = dict(zip(regions["region_code"].astype(str), regions["payer_tier"].astype(str), strict=True))
        self.areas: dict[tuple[str, str], int] = {}
        for code, category, tenths in zip(areas["region_code"], areas["category"], areas["area_tenth_mu"], strict=True):
            self.areas[str(code), str(category)] = self.areas.get((str(code), str(category)), 0) + int(tenths)
        columns = ("region_code", "measure", "need_tenth_mu", "capacity_tenth_mu")
        self.needs = {
            (str(code), str(measure)): (int(need), int(capacity))
            for code, measure, need, capacity in zip(*(tasks[name] for name in columns), strict=True)
        }
        units = outcome.tables["regions"]
        self.grades = dict(zip(units["region_code"].astype(str), units["grade"].astype(str), strict=True))
        self.published = _published(outcome)

    def standard_row(self, code: str, subject: str, period: str) -> Mapping[str, Any] | None:
        """The published number of a unit's category or task, where there is exactly one."""
        for grade in dict.fromkeys((self.grades.get(code, ""), "")):
            if (subject, grade, period) in self.published:
                return self.published[subject, grade, period]
        return None


def _published(outcome: Outcome) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """(category or task, grade, period) -> row of standards.csv; numbers that are not the only ones are left out."""
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    frame = outcome.tables.get("standards")
    for position, row in enumerate([] if frame is None else frame.to_dict("records")):
        key = (str(row["category"]) or str(row["measure"]), str(row["grade"]), str(row["period"]))
        found.setdefault(key, []).append({**{str(k): v for k, v in row.items()}, "at": position})
    return {key: rows[0] for key, rows in found.items() if len(rows) == 1}


def assigned(need: int, capacity: int, part: str) -> int:
    """min(need × share, capacity) in 0.1 mu, the share of the need rounded down."""
    return min((share(part) * need).__floor__(), capacity)


def instalments_of(task: TaskSpec) -> Shares:
    """The instalments of a task by position."""
    return tuple((str(at), part) for at, (_, part) in enumerate(task.instalments))


def split_exactly(amount: int, shares: Shares) -> list[int]:
    """Parts of an amount of fen by legal shares."""
    return list(split_payers(amount, [(name, share(text)) for name, text in shares]).values())


def split_formula(amount: str, shares: Shares, at: int) -> str | None:
    """The formula of one part of an amount in yuan: `split_payers` in Excel; None where a double could not hold it.

    Each share is floored in fen, the rest goes to the largest remainders, the first of equal ones first.
    """
    exact = [share(text) for _, text in shares]
    own = exact[at]
    if own in (0, 1):
        return "0" if own == 0 else amount
    base = lcm(*(part.denominator for part in exact))
    over = [int(part * base) for part in exact]
    fen = f"ROUND({amount}*100,0)"
    if 2 * base * LARGEST >= EXACT:
        return None
    paid = [i for i, part in enumerate(over) if part]
    if len(paid) == 2:
        first = f"INT((2*{fen}*{over[paid[0]]}+{base})/{2 * base})"
        return f"{first}/100" if at == paid[0] else f"({fen}-{first})/100"
    floor = [f"INT({fen}*{over[i]}/{base})" for i in paid]
    rest = [f"({fen}*{over[i]}-{base}*{part})" for i, part in zip(paid, floor, strict=True)]
    mine = paid.index(at)
    ahead = "+".join(f"({other}{'>=' if i < mine else '>'}{rest[mine]})*1" for i, other in enumerate(rest) if i != mine)
    return f"({floor[mine]}+IF({ahead}<{fen}-({'+'.join(floor)}),1,0))/100"


def lines(ground: Ground, factor_fen: Callable[[str, str, str], int | None]) -> list[Line]:
    """Every row of the allocation, worked out where that gives the audited fen.

    factor_fen: (unit, fund, period) -> what the sheet of factor money gives; None where it gives nothing.
    """
    left: dict[Key, list[Mapping[str, Any]]] = {}
    frame = ground.outcome.tables["allocation"]
    for row in frame.to_dict("records"):
        left.setdefault(_key(row), []).append({str(k): v for k, v in row.items()})
    found: list[Line] = []
    known: dict[Key, Line] = {}
    for wished in _wishes(ground, factor_fen):
        if wished.source is not None and wished.source not in known:
            continue
        held = next((row for row in left.get(wished.key, ()) if _agrees(wished, row)), None)
        if held is None and (wished.fen or wished.later):
            continue
        if held is not None:
            left[wished.key].remove(held)
        line = Line(**{**vars(wished), "row": held})
        found.append(line)
        if line.source is None:
            known[line.key] = line
    for key, rows in left.items():
        for rest in rows:
            payers = tuple(int(rest[f"{payer}_fen"]) for payer in PAYERS)
            found.append(Line(key, int(rest["payment_fen"]), payers, int(rest["due_later_fen"]), rest, worked=False))
    return sorted(found, key=place)


def place(line: Line) -> tuple[Any, ...]:
    """Order of lines: those of a unit together, by fund and period."""
    code, nature, fund, measure, category, period = line.key
    return (
        code,
        fund,
        period,
        NATURES.index(nature) if nature in NATURES else len(NATURES),
        measure,
        category,
        line.part,
    )


def _key(row: Mapping[Any, Any]) -> Key:
    return tuple(str(row[name]) for name in ("region_code", "nature", "fund", "measure", "category", "period"))


def _agrees(line: Line, row: Mapping[str, Any]) -> bool:
    paid = tuple(int(row[f"{payer}_fen"]) for payer in PAYERS)
    return (line.fen, line.payers, line.later) == (int(row["payment_fen"]), paid, int(row["due_later_fen"]))


def _line(key: Key, fen: int, shares: Shares, later: int = 0, **more: Any) -> Line:
    parts = dict(zip([payer for payer, _ in shares], split_exactly(fen, shares), strict=True))
    return Line(key, fen, tuple(parts.get(payer, 0) for payer in PAYERS), later, None, shares=shares, **more)


def _wishes(ground: Ground, factor_fen: Callable[[str, str, str], int | None]) -> Iterator[Line]:
    """What the published formula gives for every unit."""
    resolved = ground.resolved
    allocation = ground.outcome.tables["allocation"]
    paid = {_key(row): row for row in allocation.to_dict("records")}
    for code in sorted(ground.tiers):
        for category in resolved.categories:
            yield from _category(ground, code, category.id, paid)
        for task in resolved.tasks:
            yield from _task(ground, code, task, paid)
        for fund in resolved.funds:
            for period in resolved.periods:
                fen = factor_fen(code, fund.id, period)
                if fen is not None:
                    key = (code, "factor", fund.id, "factor_pot", "", period)
                    yield _line(key, fen, ((fund.payer, "1"),))


def _category(ground: Ground, code: str, name: str, paid: Mapping[Key, Any]) -> Iterator[Line]:
    category, area = ground.resolved.category(name), ground.areas.get((code, name))
    if area is None:
        return
    shares = category.payer_shares[ground.tiers[code]]
    for period in ground.resolved.periods:
        rigid = (code, "rigid", category.fund, "compensation", name, period)
        floor = category.floor_fen[period]
        if rigid in paid:
            yield _line(rigid, entitlement(floor, area), shares, standard=floor, area=area)
        key = (code, "top_up", category.fund, "compensation", name, period)
        row = ground.standard_row(code, name, period)
        standard = yuan_to_fen(str(row["standard_yuan_per_mu"])) if row is not None else None
        if key in paid:
            standard = yuan_to_fen(str(paid[key]["standard_yuan_per_mu"]))
        if standard is not None and standard >= floor and rigid in paid:
            fen = entitlement(standard, area) - entitlement(floor, area)
            yield _line(key, fen, shares, standard=standard, floor=floor, area=area)


def _task(ground: Ground, code: str, task: TaskSpec, paid: Mapping[Key, Any]) -> Iterator[Line]:
    resolved, plan = ground.resolved, instalments_of(task)
    shares = task.payer_shares[ground.tiers[code]]
    for period in resolved.periods:
        key = (code, "task", task.fund, task.id, "", period)
        row, need = ground.standard_row(code, task.id, period), ground.needs.get((code, task.id))
        if key in paid:
            standard = yuan_to_fen(str(paid[key]["standard_yuan_per_mu"]))
            area = mu_to_tenths(str(paid[key]["area_mu"]))
        elif row is not None and need is not None and str(row["quantity_rule"]).startswith(NEED):
            standard = yuan_to_fen(str(row["standard_yuan_per_mu"]))
            area = assigned(*need, str(row["quantity_rule"]).removeprefix(NEED))
        else:
            continue
        whole = entitlement(standard, area)
        amounts = split_exactly(whole, plan)
        first = _line(key, amounts[0], shares, whole - amounts[0], standard=standard, area=area, instalments=plan)
        yield first
        for at, (years, _) in enumerate(task.instalments):
            due = str(int(period) + years)
            if years and due in resolved.periods:
                later = (code, "committed", task.fund, task.id, "", due)
                yield _line(later, amounts[at], shares, source=key, part=at, instalments=plan)


def scaled(texts: Mapping[str, Fraction]) -> tuple[int, dict[str, int]]:
    """Values times the least power of ten that makes all of them whole. Raises ValueError for endless decimals."""
    power = 1
    for value in texts.values():
        while (value * power).denominator != 1:
            power *= 10
            if power > EXACT:
                raise ValueError("a value has no finite decimal form")
    return power, {key: int(value * power) for key, value in texts.items()}
