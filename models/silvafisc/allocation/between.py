"""Why one allocation pays a unit more or less than another one: an exact decomposition, changed one thing at a time.

As `reasons`, with two differences: both sides are known in full (their scenario, inputs and published weights), and money
is what all payers pay over the horizon, so that the parts sum to the difference of the payments themselves.

| part | moves | from | to |
|---|---|---|---|
| area | categories | the first's amount | the first's standard on the second's certified area (area that the first did not pay: its mean standard) |
| task | task measures, grants and loans | what the first pays | what the second pays |
| standard | categories | the first's standards | everybody's moved alike, by the difference of the two means by area (rounded down to the fen) |
| grade | categories | distance of the unit's standard from the mean | the second's amount; absent where neither side grades: standard then ends there |
| pot | factor money | the first's pot | the second's pot, shared as in the first |
| factor | factor money | the first's shares | the second's factor values at the first's weights and multipliers |
| weight | factor money | the first's weights | the second's weights |
| performance | factor money | the first's multipliers | the second's amount; absent where neither side has the rule |
| committed | instalments due | the first's | the second's |
| rounding | whatever has no counterpart above | the first's | the second's |

Shares of a pot of which a side does not publish weights change in one step, `weight`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from silvafisc.quantities import apportion, share, yuan_to_fen
from silvafisc.quantities.money import TENTHS_PER_MU
from silvafisc.results import Resolved, UnitInputs

from .menus.factor_pot import FACTOR_POT, pot_parts
from .performance import RULE, multipliers
from .reasons import PARTS, Amounts, Levels, mean_standards

Move = tuple[str, str, int]
"""(region_code, part, fen)."""
_KINDS = {
    "rigid": "category",
    "top_up": "category",
    "task": "task",
    "interest_subsidy": "task",
    "factor": "factor",
    "committed": "committed",
}
_Step = Callable[[Amounts], Amounts]


@dataclass(frozen=True)
class Side:
    """One of the two allocations, read once. amounts: fen of all payers by cell. weights: (fund, period) -> factor -> weight."""

    resolved: Resolved
    inputs: UnitInputs
    amounts: Amounts
    standards: Levels
    areas: Mapping[tuple[str, str], int]
    weights: Mapping[tuple[str, str], Mapping[str, Fraction]]

    @staticmethod
    def of(resolved: Resolved, inputs: UnitInputs, tables: Mapping[str, pd.DataFrame]) -> "Side":
        """Read the tables `allocation` and `weights` of an outcome."""
        keys = zip(*(inputs.areas[n] for n in ("region_code", "category", "area_tenth_mu")), strict=True)
        areas = {(str(code), str(category)): int(area) for code, category, area in keys}
        weights: dict[tuple[str, str], dict[str, Fraction]] = {}
        rows = tables["weights"]
        for fund, period, factor, weight in zip(
            *(rows[n] for n in ("fund", "period", "factor", "weight")), strict=True
        ):
            weights.setdefault((str(fund), str(period)), {})[str(factor)] = share(str(weight))
        return Side(resolved, inputs, *_cells(tables["allocation"], areas), areas, weights)

    @property
    def graded(self) -> bool:
        """Whether standards may differ by unit within a category."""
        return self.resolved.mode == "case" or self.resolved.grades.by_region

    def pot(self, fund: str, period: str) -> int:
        """Factor money of all units."""
        return sum(fen for cell, fen in self.amounts.items() if _is_pot(cell, fund, period))

    def values(self, factor: str) -> dict[str, Fraction]:
        """region_code -> value of a factor as it stands in the table."""
        rows = self.inputs.factors[self.inputs.factors["factor"] == factor]
        return {str(code): Fraction(str(v)) for code, v in zip(rows["region_code"], rows["value"], strict=True)}

    def multipliers(self, factor: str) -> dict[str, Fraction]:
        """region_code -> what its scores multiply a factor by; empty where no rule says so."""
        return multipliers(self.resolved, self.inputs, factor)


def difference_parts(first: Side, second: Side) -> list[Move]:
    """What each part moves in each unit, second − first; parts that move nothing are left out.

    Per unit the parts sum to the difference of its payments, to the fen, by construction: every kind of money ends at
    the second's amount.
    """
    state = dict(first.amounts)
    moved: dict[tuple[str, str], int] = {}
    steps = _steps(first, second)
    for part in (name for name in PARTS if name in steps):
        for cell, fen in steps[part](state).items():
            moved[cell[1], part] = moved.get((cell[1], part), 0) + fen - state.get(cell, 0)
            state[cell] = fen
    assert all(state.get(cell, 0) == second.amounts.get(cell, 0) for cell in state.keys() | second.amounts.keys())
    ordered = sorted(moved.items(), key=lambda item: (item[0][0], PARTS.index(item[0][1])))
    return [(code, part, fen) for (code, part), fen in ordered if fen]


def _steps(first: Side, second: Side) -> dict[str, _Step]:
    graded = first.graded or second.graded
    closing = {name: _closed(second, kind) for name, kind in (("task", "task"), ("committed", "committed"))}
    steps = closing | {"area": _to_area(first, second), "rounding": _closed(second, "other")}
    steps["standard"] = _to_mean(first, second) if graded else _closed(second, "category")
    if graded:
        steps["grade"] = _closed(second, "category")
    scored = any(side.resolved.rule(RULE) is not None for side in (first, second))
    steps["pot"] = _by_pots(second, lambda fund, period, pot: _as_before(first, fund, period, pot))
    steps["factor"] = _by_pots(second, lambda *pot: _shared(first, second, first, *pot))
    steps["weight"] = _closed(second, "factor")
    if scored:
        steps["weight"] = _by_pots(second, lambda *pot: _shared(second, second, first, *pot))
        steps["performance"] = _closed(second, "factor")
    return steps


def _cells(allocation: pd.DataFrame, certified: Mapping[tuple[str, str], int]) -> tuple[Amounts, Levels]:
    """Amounts by cell, and the standards of category cells: as stated, else payment over certified area."""
    amounts: Amounts = {}
    stated: dict[tuple[str, str, str], int | Fraction] = {}
    paid: dict[tuple[str, str, str], int] = {}
    names = ("nature", "region_code", "fund", "category", "measure", "period", "payment_fen", "standard_yuan_per_mu")
    for nature, code, fund, category, measure, period, fen, level in zip(*(allocation[n] for n in names), strict=True):
        kind = _KINDS.get(str(nature), "other")
        subject = FACTOR_POT if kind == "factor" else str(category or measure)
        key = (kind, str(code), str(fund), subject, str(period))
        amounts[key] = amounts.get(key, 0) + int(fen)
        if kind == "category":
            place = (str(code), subject, str(period))
            paid[place] = paid.get(place, 0) + int(fen)
            if level:
                stated[place] = max(stated.get(place, 0), yuan_to_fen(str(level)))
    for place, fen in paid.items():
        if place not in stated and (area := certified.get(place[:2], 0)):
            stated[place] = Fraction(fen * TENTHS_PER_MU, area)
    return amounts, stated


def _entitled(side: Side, code: str, category: str, standard: int | Fraction) -> int:
    """A standard (fen per mu) on a side's certified area, rounded down to the fen."""
    return (Fraction(standard) * side.areas.get((code, category), 0) / TENTHS_PER_MU).__floor__()


def _closed(second: Side, kind: str) -> _Step:
    """The step that ends a kind of cells at the second's amounts."""

    def step(state: Amounts) -> Amounts:
        cells = {cell for cell in state.keys() | second.amounts.keys() if cell[0] == kind}
        return {cell: second.amounts.get(cell, 0) for cell in sorted(cells)}

    return step


def _to_area(first: Side, second: Side) -> _Step:
    """The first's standards on the second's area; cells whose area is the same stay to the fen."""
    mean = mean_standards(first.standards, first.areas)

    def step(state: Amounts) -> Amounts:
        moved: Amounts = {}
        for cell in sorted(state.keys() | second.amounts.keys()):
            kind, code, _, category, period = cell
            place = (code, category)
            level = first.standards.get((code, category, period), mean.get((category, period)))
            same = cell in state and first.areas.get(place, 0) == second.areas.get(place, 0)
            if kind == "category" and level is not None and not same:
                moved[cell] = _entitled(second, code, category, level)
        return moved

    return step


def _to_mean(first: Side, second: Side) -> _Step:
    """Categories of all units moved alike, from the first's mean standard to the second's, on the second's area."""
    before, after = (mean_standards(side.standards, second.areas) for side in (first, second))

    def step(state: Amounts) -> Amounts:
        moved: Amounts = {}
        for cell in sorted(state.keys() | second.amounts.keys()):
            kind, code, _, category, period = cell
            if kind == "category" and (category, period) in after and (category, period) in before:
                levels = (before[category, period], after[category, period])
                old, new = (_entitled(second, code, category, level) for level in levels)
                moved[cell] = state.get(cell, 0) + new - old
        return moved

    return step


def _is_pot(cell: tuple[str, ...], fund: str, period: str) -> bool:
    return (cell[0], cell[2], cell[4]) == ("factor", fund, period)


def _by_pots(second: Side, give: Callable[[str, str, int], Mapping[str, int] | None]) -> _Step:
    """Factor money of every pot as `give` shares the second's pot; a pot of which it says nothing stays as it is."""

    def step(state: Amounts) -> Amounts:
        moved: Amounts = {}
        pots = sorted({(cell[2], cell[4]) for cell in state.keys() | second.amounts.keys() if cell[0] == "factor"})
        for fund, period in pots:
            amounts = give(fund, period, second.pot(fund, period))
            if amounts is not None:
                moved |= {cell: 0 for cell in state if _is_pot(cell, fund, period)}
                moved |= {("factor", code, fund, FACTOR_POT, period): fen for code, fen in amounts.items()}
        return moved

    return step


def _as_before(first: Side, fund: str, period: str, pot: int) -> Mapping[str, int] | None:
    """A pot in proportion to the first's factor money; None where it had none."""
    weights = {cell[1]: max(fen, 0) for cell, fen in first.amounts.items() if _is_pot(cell, fund, period)}
    return apportion(pot, weights) if any(weights.values()) else None


def _shared(weights: Side, values: Side, scores: Side, fund: str, period: str, pot: int) -> dict[str, int] | None:
    """A pot by one side's weights, another's factor values and another's multipliers; None where they do not fit together."""
    published = weights.weights.get((fund, period))
    if not published:
        return None
    amounts: dict[str, int] = {}
    for factor, part in pot_parts(pot, published).items():
        times = scores.multipliers(factor)
        counted = {code: value * times.get(code, 1) for code, value in values.values(factor).items()}
        if not any(counted.values()):
            return None
        for code, fen in apportion(part, counted).items():
            amounts[code] = amounts.get(code, 0) + fen
    return amounts
