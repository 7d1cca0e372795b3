"""Nested plans: what a smaller budget grants stays granted at a larger one.

Rows of the larger budget's problem, from the plan of the smaller one:
    rule mode   Σ s · x[r, c, p, s] ≥ standard granted; a task's standard and quantity, and a loan's subsidy rate and
                quantity, not lower; factor money of each unit, fund and period not lower
    case mode   Σ cost · x over the offers of unit r in fund f and period p ≥ what it was granted (fen, all payers)
In words: nobody is worse off because there is more money. The smaller plan stays possible, so the larger problem has one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from silvafisc.quantities import share
from silvafisc.results.loans import level_of

from .problem import WORK, Floats, Indices, Part, Problem, Row, grouped
from .tables import chosen_offers

RULE = "nested"
Payments = dict[tuple[str, str, str], int]
"""(region_code, fund, period) -> fen of chosen offers, all payers; instalments in the period in which they fall due."""


@dataclass(frozen=True)
class Granted:
    """What a plan grants.

    payments, factor: by unit, fund and period (all chosen offers; factor money alone). standards: (region_code,
    category, period) -> fen per mu. tasks: (nature, measure, period) -> the two numbers of a task or loan: unit standard
    (fen per mu) or subsidy rate, and quantity share.
    """

    payments: Payments
    factor: Payments
    standards: dict[tuple[str, str, str], int]
    tasks: dict[tuple[str, str, str], tuple[Fraction, Fraction]]


def granted(problem: Problem, point: Floats) -> Granted:
    """What a settled plan grants."""
    chosen = chosen_offers(problem, point)
    table = problem.offers.table.iloc[chosen]
    factor = np.asarray(chosen[(table["nature"] == "factor").to_numpy()], np.int64)
    fields = zip(
        *(table[n] for n in ("region_code", "category", "measure", "period", "standard_fen", "offer")), strict=True
    )
    standards, tasks = {}, {}
    natures = table["nature"].tolist()
    for nature, (code, category, measure, period, standard, offer) in zip(natures, fields, strict=True):
        if category:
            standards[str(code), str(category), str(period)] = int(standard)
        elif nature in WORK:
            tasks[str(nature), str(measure), str(period)] = _numbers(str(nature), int(standard), str(offer))
    return Granted(_payments(problem, chosen), _payments(problem, factor), standards, tasks)


def kept(problem: Problem, before: Granted) -> Part:
    """The rows that keep what was granted before."""
    if problem.resolved.mode == "case":
        return Part(tuple(_paid(problem, before.payments, np.arange(len(problem.offers.table)))))
    factor = np.flatnonzero((problem.offers.table["nature"] == "factor").to_numpy())
    rows = (*_standards(problem, before), *_tasks(problem, before), *_paid(problem, before.factor, factor))
    return Part(tuple(rows))


def _payments(problem: Problem, offers: Indices) -> Payments:
    table = problem.offers.table.iloc[offers]
    found: Payments = {}
    for period in problem.resolved.periods:
        costs = problem.total_cost(period)[offers]
        for code, fund, fen in zip(table["region_code"], table["fund"], costs, strict=True):
            if fen:
                key = (str(code), str(fund), period)
                found[key] = found.get(key, 0) + int(fen)
    return found


def _paid(problem: Problem, before: Payments, offers: Indices) -> Iterator[Row]:
    of_unit = grouped(problem.offers.table.iloc[offers], ["region_code", "fund"])
    for (code, fund, period), fen in sorted(before.items()):
        used = offers[of_unit[code, fund]]
        values = problem.total_cost(period, fund)[used]
        yield problem.row(RULE, f"{code}/{fund}/{period}", used, values, lower=float(fen), unit="fen", relaxable=False)


def _standards(problem: Problem, before: Granted) -> Iterator[Row]:
    """One row per category, period and cell: its units share a standard now, so the highest of theirs is the floor."""
    table = problem.offers.table
    of_unit = grouped(table, ["region_code", "category", "period"])
    for category in problem.resolved.categories:
        for code in problem.representatives(category.id):
            cell = [
                other
                for other in problem.categories_of_units[category.id]
                if not category.graded or problem.cells[other] == problem.cells[code]
            ]
            for period in problem.resolved.periods:
                least = max(before.standards.get((other, category.id, period), 0) for other in cell)
                used = of_unit[code, category.id, period]
                values = table["standard_fen"].to_numpy(np.float64)[used]
                label = f"{category.id}/{code}/{period}"
                yield problem.row(RULE, label, used, values, lower=float(least), unit="fen_per_mu", relaxable=False)


def _tasks(problem: Problem, before: Granted) -> Iterator[Row]:
    table = problem.offers.table
    # A task is published once for all: the offers of any one unit stand for its level.
    work = table[table["nature"].isin(WORK)]
    first = work.groupby(["nature", "measure", "period"])["region_code"].min().to_dict()
    of_unit = grouped(table, ["nature", "measure", "period", "region_code"])
    for (nature, measure, period), numbers_before in sorted(before.tasks.items()):
        used = of_unit[nature, measure, period, str(first[nature, measure, period])]
        offered = [
            _numbers(nature, int(standard), str(offer))
            for standard, offer in zip(table["standard_fen"].iloc[used], table["offer"].iloc[used], strict=True)
        ]
        for place, name in enumerate(("standard" if nature == "task" else "rate", "quantity")):
            numbers, least = [one[place] for one in offered], numbers_before[place]
            # Whole numbers, so that the row is exact.
            whole = lcm(*(number.denominator for number in numbers), least.denominator)
            values = np.array([float(number * whole) for number in numbers])
            label = f"{'' if nature == 'task' else 'loan/'}{measure}/{period}/{name}"
            yield problem.row(RULE, label, used, values, lower=float(least * whole), relaxable=False)


def _numbers(nature: str, standard: int, offer: str) -> tuple[Fraction, Fraction]:
    """What an offer of work publishes: unit standard (`u=…;q=0.4` of a task) or subsidy rate (`i=…;q=0.4` of a loan), and
    the share of the need.
    """
    quantity = share(offer.split("q=")[1])
    if nature == "task":
        return Fraction(standard), quantity
    return share(level_of(offer)[0]), quantity
