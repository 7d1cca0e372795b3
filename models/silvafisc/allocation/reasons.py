"""Why a unit gets more or less than under a reference: an exact decomposition, changed one thing at a time.

Money is that of each fund's own payer over the horizon. Every unit's amount is a sum of components (a category, a task
measure, a factor pot, committed money). A part moves the components that it concerns from the amount computed so far to
the next computed amount, all other components staying as they are, so parts sum to the whole difference by construction:

| part | moves | from | to |
|---|---|---|---|
| area | categories | the reference's amount | the same standard on this allocation's area (area that the reference did not pay: its mean standard) |
| task | task measures | what the reference pays for them (nothing in the factor method) | what this allocation pays in the tasks' own periods |
| standard | categories | the reference's standard | everybody's moved alike, by the difference of the two means by area (rounded down to the fen; the factor method's mean is the floor) |
| grade | graded categories | the reference's distance from its mean | the standard of the unit's own grade |
| pot | factor money | the reference's pot | this allocation's pot, shared as in the reference |
| factor | factor money | last year's shares | this year's factor values at the template weights |
| weight | factor money | the template weights (a proposal: its own shares) | the published weights |
| committed | instalments due | the reference's | this allocation's |
| rounding | whatever is stated without measure | the reference's amount | nothing: such money has no counterpart here |

A part that cannot apply to a reference (area against the factor method, performance, settlement) is absent. Ungraded
categories and case mode have no grade part: standard then ends at the unit's own standard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from silvafisc.quantities import apportion, mu_to_tenths, share, split_payers, yuan_to_fen
from silvafisc.quantities.money import TENTHS_PER_MU

from .baselines.ground import Ground
from .baselines.money import factor_method, last_year_own, template_amounts
from .menus.factor_pot import FACTOR_POT
from .problem import Problem

PARTS = (
    "area",
    "task",
    "standard",
    "grade",
    "pot",
    "factor",
    "weight",
    "performance",
    "committed",
    "settlement",
    "rounding",
)
COLUMNS = ["region_code", "against", "part", "amount_fen"]

Cell = tuple[str, str, str, str, str]
"""(kind, region_code, fund, subject, period); kind: category, task, factor, committed, other."""
Amounts = dict[Cell, int]
Levels = Mapping[tuple[str, str, str], int | Fraction]
"""(region_code, category, period) -> standard in fen per mu."""


def reasons(problem: Problem, tables: Mapping[str, pd.DataFrame], against: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Decompose each unit's difference to every reference that exists.

    Args:
        problem: the problem that was decided. tables: its outcome tables; only `allocation` is read.
        against: reference -> table. `factor_method`: its rows of baselines.csv, checked against what is computed here
            (may be left out: it is always explained). `proposal`: somebody's allocation with the columns of
            allocation.csv. `last_year` needs none: it is explained where the inputs have such a table, for the units
            that stand in it; a fund without a row for such a unit counts with its rigid and committed money.

    Returns:
        region_code, against, part, amount_fen; references in the order factor_method, last_year, proposal, parts in the
        order of `PARTS`. Per unit and reference the parts sum to this allocation's total minus the reference's.

    Raises:
        ValueError: the rows of the factor method that were handed over are not those of this problem.
    """
    view = View.of(problem, tables["allocation"])
    frames = [_factor_method(view, against.get("factor_method"))]
    if problem.inputs.last_year is not None:
        frames.append(_last_year(view))
    if "proposal" in against:
        frames.append(_proposal(view, against["proposal"]))
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class Sums:
    """Amounts by cell, and the standards of category cells (fen per mu): as stated, else payment over area."""

    amounts: Amounts
    standards: Levels
    derived: frozenset[tuple[str, str, str]]
    """Cells without a stated standard on the certified area: nothing about them is restated."""


@dataclass(frozen=True)
class View:
    """This allocation, and what is needed to restate another one on its terms."""

    ground: Ground
    own: Sums
    areas: Mapping[tuple[str, str], int]
    """(region, category) -> certified area."""
    mean: Mapping[tuple[str, str], int]
    """(category, period) -> mean standard by area, rounded down to the fen."""
    tiers: Mapping[str, str]

    @staticmethod
    def of(problem: Problem, allocation: pd.DataFrame) -> "View":
        inputs = problem.inputs
        keys = zip(inputs.areas["region_code"], inputs.areas["category"], inputs.areas["area_tenth_mu"], strict=True)
        areas = {(code, category): int(area) for code, category, area in keys}
        own = sums_of(problem, allocation, areas)
        tiers = dict(zip(inputs.regions["region_code"], inputs.regions["payer_tier"], strict=True))
        return View(Ground.of(problem), own, areas, mean_standards(own.standards, areas), tiers)

    @property
    def graded(self) -> bool:
        """Whether standards follow chosen grades."""
        resolved = self.ground.problem.resolved
        return resolved.mode == "rule" and resolved.grades.by_region and any(c.graded for c in resolved.categories)

    def entitled(self, code: str, category: str, standard: int | Fraction) -> int:
        """The fund payer's part of a standard (fen per mu) on this allocation's area, rounded down to the fen."""
        spec = self.ground.problem.resolved.category(category)
        payer = self.ground.problem.resolved.fund(spec.fund).payer
        total = (Fraction(standard) * self.areas.get((code, category), 0) / TENTHS_PER_MU).__floor__()
        shares = [(name, share(text)) for name, text in spec.payer_shares[self.tiers[code]]]
        return split_payers(total, shares).get(payer, 0)

    def pots(self) -> dict[tuple[str, str], int]:
        """(fund, period) -> factor money of this allocation."""
        found: dict[tuple[str, str], int] = {}
        for (kind, _, fund, _, period), fen in self.own.amounts.items():
            if kind == "factor":
                found[fund, period] = found.get((fund, period), 0) + fen
        return found

    def factor_cells(self, give: Callable[[str, str, int], Mapping[str, int]]) -> Amounts:
        """Factor money of every fund and period as `give(fund, period, pot)` shares this allocation's pot."""
        cells: Amounts = {}
        pots = self.pots()
        for fund in self.ground.funds:
            for period in self.ground.periods:
                for code, fen in give(fund.id, period, pots.get((fund.id, period), 0)).items():
                    cells["factor", code, fund.id, FACTOR_POT, period] = fen
        return cells


def mean_standards(levels: Levels, areas: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """(category, period) -> mean standard by this allocation's area, rounded down to the fen."""
    money: dict[tuple[str, str], Fraction] = {}
    covered: dict[tuple[str, str], int] = {}
    for (code, category, period), level in levels.items():
        area = areas.get((code, category), 0)
        money[category, period] = money.get((category, period), Fraction(0)) + level * area
        covered[category, period] = covered.get((category, period), 0) + area
    return {key: (money[key] / covered[key]).__floor__() for key in money if covered[key]}


def sums_of(problem: Problem, allocation: pd.DataFrame, certified: Mapping[tuple[str, str], int]) -> Sums:
    """The cells of an allocation: the fund payer's money; rows of a nature that is not known are `other`.

    A category paid without a standard counts with its payment over its area (over the certified area where it has none).
    """
    payers = {fund.id: fund.payer for fund in problem.resolved.funds}
    amounts: Amounts = {}
    stated: dict[tuple[str, str, str], int] = {}
    areas: dict[tuple[str, str, str], int] = {}
    paid: dict[tuple[str, str, str], int] = {}
    kinds = {"rigid": "category", "top_up": "category", "task": "task", "factor": "factor", "committed": "committed"}
    for row in allocation.to_dict("records"):
        code, fund, period = str(row["region_code"]), str(row["fund"]), str(row["period"])
        subject = str(row["category"] or row["measure"])
        kind = kinds.get(str(row["nature"]), "other")
        key = (kind, code, fund, FACTOR_POT if kind == "factor" else subject, period)
        amounts[key] = amounts.get(key, 0) + int(row[f"{payers[fund]}_fen"])
        if kind == "category":
            place = (code, subject, period)
            paid[place] = paid.get(place, 0) + int(row["payment_fen"])
            if row["standard_yuan_per_mu"]:
                stated[place] = max(stated.get(place, 0), yuan_to_fen(str(row["standard_yuan_per_mu"])))
            if row["area_mu"]:
                areas[place] = mu_to_tenths(str(row["area_mu"]))
    standards: dict[tuple[str, str, str], int | Fraction] = {**stated}
    derived = set()
    for place, fen in paid.items():
        known = certified.get(place[:2], 0)
        area = areas.get(place, 0) or known
        if place not in stated and area:
            standards[place] = Fraction(fen * TENTHS_PER_MU, area)
            derived |= {place} if area == known else set()
    return Sums(amounts, standards, frozenset(derived))


Step = Callable[[Amounts], Amounts]
"""From the amounts so far to new amounts of the cells that the part concerns (cells not returned stay as they are)."""


def moves(view: View, against: str, reference: Amounts, steps: Mapping[str, Step]) -> list[tuple[str, Cell, int]]:
    """(part, cell, fen) of everything that a step moves, in the order of `PARTS`.

    Raises:
        AssertionError: the steps do not end at this allocation (they are closed by construction).
    """
    state, moved = dict(reference), []
    for part in (name for name in PARTS if name in steps):
        for cell, fen in steps[part](state).items():
            moved.append((part, cell, fen - state.get(cell, 0)))
            state[cell] = fen
    own = view.own.amounts
    wrong = [cell for cell in state.keys() | own.keys() if state.get(cell, 0) != own.get(cell, 0)]
    assert not wrong, f"the parts against {against} do not close: {sorted(wrong)[:3]}"
    return moved


def _decompose(
    view: View, against: str, reference: Amounts, steps: Mapping[str, Step], codes: list[str]
) -> pd.DataFrame:
    """What every part moves, by unit; 0 where a part of the reference moves nothing."""
    sums = {(code, part): 0 for part in PARTS if part in steps for code in codes}
    for part, cell, fen in moves(view, against, reference, steps):
        if (cell[1], part) in sums:
            sums[cell[1], part] += fen
    ordered = sorted(sums, key=lambda key: (key[0], PARTS.index(key[1])))
    return pd.DataFrame([(code, against, part, sums[code, part]) for code, part in ordered], columns=COLUMNS)


def _to_own(view: View, kind: str) -> Step:
    """The step that closes a kind of cells: whatever is left to this allocation's amount."""

    def step(state: Amounts) -> Amounts:
        cells = {cell for cell in state.keys() | view.own.amounts.keys() if cell[0] == kind}
        return {cell: view.own.amounts.get(cell, 0) for cell in sorted(cells)}

    return step


def _to_mean(view: View, mean: Mapping[tuple[str, str], int]) -> Step:
    """Categories of all units moved alike, from the reference's mean standard to this allocation's."""

    def step(state: Amounts) -> Amounts:
        moved: Amounts = {}
        for cell in sorted(state.keys() | view.own.amounts.keys()):
            kind, code, _, category, period = cell
            if kind == "category" and (category, period) in view.mean:
                before = view.entitled(code, category, mean.get((category, period), 0))
                after = view.entitled(code, category, view.mean[category, period])
                moved[cell] = state.get(cell, 0) + after - before
        return moved

    return step


def _to_area(view: View, levels: Levels, same: set[tuple[str, str, str]]) -> Step:
    """Categories at the reference's standards on this allocation's area; its mean standard where it paid none.

    same: cells whose area is this allocation's already; their amounts stay to the fen.
    """
    mean = mean_standards(levels, view.areas)

    def step(state: Amounts) -> Amounts:
        moved: Amounts = {}
        for cell in sorted(state.keys() | view.own.amounts.keys()):
            kind, code, _, category, period = cell
            level = levels.get((code, category, period), mean.get((category, period)))
            if kind == "category" and level is not None and (code, category, period) not in same:
                moved[cell] = view.entitled(code, category, level)
        return moved

    return step


def _closing(view: View, reference: Amounts, levels: Levels) -> dict[str, Step]:
    """Steps that every reference shares: tasks, standards, grades, weights and instalments end at this allocation."""
    mean = mean_standards(levels, view.areas)
    kinds = {cell[0] for cell in reference.keys() | view.own.amounts.keys()}
    steps: dict[str, Step] = {}
    if "task" in kinds:
        steps["task"] = _to_own(view, "task")
    if "category" in kinds:
        steps["standard"] = _to_mean(view, mean) if view.graded else _to_own(view, "category")
        if view.graded:
            steps["grade"] = _to_own(view, "category")
    if "factor" in kinds:
        steps["weight"] = _to_own(view, "factor")
    if "committed" in kinds:
        steps["committed"] = _to_own(view, "committed")
    if "other" in kinds:
        steps["rounding"] = _to_own(view, "other")
    return steps


def _fixed(view: View) -> Amounts:
    """Rigid and opening committed money by cell."""
    ground, cells = view.ground, Amounts()
    place = {period: at for at, period in enumerate(ground.periods)}
    fixed = ground.fixed
    names = ("nature", "region_code", "fund", "measure", "category", "period")
    for row, (nature, code, fund, measure, category, period) in enumerate(zip(*(fixed[n] for n in names), strict=True)):
        kind = "category" if nature == "rigid" else "committed"
        key = (kind, str(code), str(fund), str(category or measure), str(period))
        cells[key] = cells.get(key, 0) + int(ground.fixed_own[row, place[period]])
    return cells


def _template(view: View) -> Step:
    """This allocation's pots by template weights and this year's factor values."""

    def step(state: Amounts) -> Amounts:
        cells = view.factor_cells(lambda fund, _, pot: template_amounts(view.ground, fund, pot))
        return {cell: 0 for cell in state if cell[0] == "factor"} | cells

    return step


def _same_shares(view: View, reference: Amounts) -> Step:
    """This allocation's pots in proportion to the reference's factor money; by template where it had none."""

    def give(fund: str, period: str, pot: int) -> Mapping[str, int]:
        weights = {
            cell[1]: max(fen, 0)
            for cell, fen in reference.items()
            if (cell[0], cell[2], cell[4]) == ("factor", fund, period)
        }
        if not any(weights.values()):
            return template_amounts(view.ground, fund, pot)
        return dict.fromkeys(view.ground.codes, 0) | apportion(pot, weights)

    def step(state: Amounts) -> Amounts:
        return {cell: 0 for cell in state if cell[0] == "factor"} | view.factor_cells(give)

    return step


def _floors(view: View) -> dict[tuple[str, str, str], int | Fraction]:
    """Statutory floors as standards."""
    rigid = view.ground.fixed[view.ground.fixed["nature"] == "rigid"]
    names = ("region_code", "category", "period", "standard_fen")
    return {(code, c, period): int(level) for code, c, period, level in zip(*(rigid[n] for n in names), strict=True)}


def _factor_method(view: View, handed: pd.DataFrame | None) -> pd.DataFrame:
    reference, ground = _fixed(view), view.ground
    for (code, fund), money in factor_method(ground).items():
        for period, fen in zip(ground.periods, money, strict=True):
            reference["factor", code, fund, FACTOR_POT, period] = int(fen)
    if handed is not None:
        stated = handed.groupby("region_code")["payment_fen"].sum().to_dict()
        mine = pd.Series(reference)
        totals = mine.groupby(level=1).sum().to_dict()
        if any(int(stated.get(code, 0)) != int(totals.get(code, 0)) for code in ground.codes):
            raise ValueError("the rows of the factor method are not those of this problem")
    steps = _closing(view, reference, _floors(view)) | {"pot": _template(view)}
    return _decompose(view, "factor_method", reference, steps, list(ground.codes))


def _last_year(view: View) -> pd.DataFrame:
    ground, resolved = view.ground, view.ground.problem.resolved
    amounts, table = last_year_own(ground) or {}, ground.problem.inputs.last_year
    assert table is not None
    kinds = {c.id: "category" for c in resolved.categories} | {t.id: "task" for t in resolved.tasks}
    known = {(code, fund) for code, fund, _ in amounts}
    funds = {c.id: c.fund for c in resolved.categories}
    reference = {cell: fen for cell, fen in _fixed(view).items() if (cell[1], cell[2]) not in known}
    levels = {key: floor for key, floor in _floors(view).items() if (key[0], funds[key[1]]) not in known}
    for (code, fund, subject), fen in amounts.items():
        kind = kinds.get(subject, "factor")
        for period in ground.periods:
            cell = (kind, code, fund, FACTOR_POT if kind == "factor" else subject, period)
            reference[cell] = reference.get(cell, 0) + fen
    same: set[tuple[str, str, str]] = set()
    rows = zip(*(table[n] for n in ("region_code", "subject", "area_tenth_mu", "amount_fen")), strict=True)
    for code, subject, area, fen in rows:
        # Without last year's area the money is taken to have been for this year's.
        now = view.areas.get((code, subject), 0)
        covered = int(area) or now
        if kinds.get(subject) == "category" and covered:
            for period in ground.periods:
                levels[code, subject, period] = Fraction(int(fen) * TENTHS_PER_MU, covered)
                same |= {(code, subject, period)} if covered == now else set()
    steps = _closing(view, reference, levels) | {"area": _to_area(view, levels, same)}
    if "weight" in steps:
        steps |= {"pot": _same_shares(view, reference), "factor": _template(view)}
    return _decompose(view, "last_year", reference, steps, sorted({code for code, _ in known}))


def proposal_steps(view: View, allocation: pd.DataFrame) -> tuple[Amounts, dict[str, Step]]:
    """A proposal's amounts by cell, and the steps from there to this allocation."""
    stated = sums_of(view.ground.problem, allocation, view.areas)
    steps = _closing(view, stated.amounts, stated.standards) | {
        "area": _to_area(view, stated.standards, set(stated.derived))
    }
    if "weight" in steps:
        steps |= {"pot": _same_shares(view, stated.amounts)}
    return stated.amounts, steps


def _proposal(view: View, allocation: pd.DataFrame) -> pd.DataFrame:
    return _decompose(view, "proposal", *proposal_steps(view, allocation), list(view.ground.codes))
