"""Brute force: every choice that a mode allows, its money in whole fen, and the best of those that a test lets pass.

Written apart from `silvafisc.allocation`: it reads the offers (exact integers) and the scenario and nothing else. The
rules themselves are spelled out in the tests, once more and by hand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement, product
from math import floor
from typing import Any

import pandas as pd

from silvafisc.quantities import entitlement, share, split_payers
from silvafisc.results import Resolved, UnitInputs


@dataclass(frozen=True, eq=False)
class Offer:
    """One row of the offer table; money in fen by (payer, period), gains as exact fractions."""

    menu: str
    region: str
    fund: str
    nature: str
    measure: str
    category: str
    period: str
    name: str
    standard: int
    area: int
    costs: Mapping[tuple[str, str], int]
    gains: Mapping[str, Fraction]
    flagged: bool

    @property
    def subject(self) -> str:
        """What is offered: the category, else the measure."""
        return self.category or self.measure


@dataclass(frozen=True, eq=False)
class Choice:
    """One offer of every menu."""

    offers: tuple[Offer, ...]

    @cached_property
    def key(self) -> frozenset[tuple[str, str]]:
        """(menu, offer) of everything chosen."""
        return frozenset((o.menu, o.name) for o in self.offers)

    @cached_property
    def standards(self) -> dict[tuple[str, str, str], int]:
        """(region, category, period) -> standard in fen per mu."""
        return {(o.region, o.category, o.period): o.standard for o in self.offers if o.category}

    def paid(self, fund: str | None, period: str, payer: str | None = None) -> int:
        """What the chosen offers cost in a period, instalments of earlier offers included."""
        return sum(
            fen
            for o in self.offers
            if fund is None or o.fund == fund
            for (who, when), fen in o.costs.items()
            if when == period and (payer is None or who == payer)
        )

    def money(
        self,
        region: str,
        period: str,
        *,
        fund: str | None = None,
        natures: Iterable[str] = ("top_up", "factor", "task"),
        payers: Iterable[str] | None = None,
        own: bool = False,
    ) -> int:
        """What one unit's offers cost in a period; own: without instalments of earlier periods' offers."""
        return sum(
            fen
            for o in self.offers
            if o.region == region and o.nature in natures and (fund is None or o.fund == fund)
            if not own or o.period == period
            for (who, when), fen in o.costs.items()
            if when == period and (payers is None or who in payers)
        )

    def gain(self, name: str) -> Fraction:
        """Sum of an objective over the chosen offers."""
        return sum((o.gains[name] for o in self.offers), Fraction(0))


def read_offers(table: pd.DataFrame) -> list[Offer]:
    """The offers of a table."""
    costs = [c for c in table.columns if c.startswith("cost.")]
    gains = [c for c in table.columns if c.startswith("obj.")]
    return [_offer(row, costs, gains) for row in table.to_dict("records")]


def _offer(row: dict[Any, Any], costs: list[str], gains: list[str]) -> Offer:
    paid = {}
    for column in costs:
        _, fund, payer, period = column.removesuffix("_fen").split(".")
        if row[column]:
            assert fund == row["fund"], "funds never mix"
            paid[payer, period] = int(row[column])
    return Offer(
        row["menu"],
        row["region_code"],
        row["fund"],
        row["nature"],
        row["measure"],
        row["category"],
        row["period"],
        row["offer"],
        int(row["standard_fen"]),
        int(row["area_tenth_mu"]),
        paid,
        {g.removeprefix("obj."): Fraction(float(row[g])) for g in gains},
        bool(row["repaid_by_appropriation"]),
    )


def case_choices(offers: Sequence[Offer]) -> Iterator[Choice]:
    """One offer per menu; factor money by one weighting common to all units."""
    menus: dict[tuple[str, ...], dict[str, list[Offer]]] = {}
    for o in offers:
        menu = ("factor", o.fund, o.period) if o.nature == "factor" else ("menu", o.menu)
        menus.setdefault(menu, {}).setdefault(o.name, []).append(o)
    for picks in product(*(list(by_name.values()) for by_name in menus.values())):
        yield Choice(tuple(o for pick in picks for o in pick))


def rule_choices(offers: Sequence[Offer], cells: Sequence[Sequence[str]], grades: int) -> Iterator[Choice]:
    """Every published rule: standards that do not fall from cell to cell and change at fewer than `grades` places
    (the same places for all categories and periods), task levels and weightings common to all units.

    cells: region codes by ascending score. One cell = ungraded.
    """
    standards = sorted({(o.category, o.period) for o in offers if o.category})
    grids = [sorted({o.standard for o in offers if (o.category, o.period) == key}) for key in standards]
    paid = {(o.category, o.period, o.region, o.standard): o for o in offers if o.category}
    common: dict[tuple[str, str, str, str], dict[str, list[Offer]]] = {}
    for o in offers:
        if not o.category:
            common.setdefault((o.nature, o.fund, o.measure, o.period), {}).setdefault(o.name, []).append(o)
    others = list(product(*(list(by_name.values()) for by_name in common.values())))
    for vectors in product(*(list(combinations_with_replacement(grid, len(cells))) for grid in grids)):
        changes = {g for v in vectors for g in range(1, len(cells)) if v[g] != v[g - 1]}
        if len(changes) >= grades:
            continue
        head = tuple(
            paid[category, period, region, vector[g]]
            for (category, period), vector in zip(standards, vectors, strict=True)
            for g, cell in enumerate(cells)
            for region in cell
            if (category, period, region, vector[g]) in paid
        )
        for picks in others:
            yield Choice((*head, *(o for pick in picks for o in pick)))


def rigid_paid(resolved: Resolved, inputs: UnitInputs, fund: str, period: str, payer: str, region: str = "") -> int:
    """Floors on certified area and opening commitments that a payer pays (of all units, or of one)."""
    tiers = dict(zip(inputs.regions["region_code"], inputs.regions["payer_tier"], strict=True))
    total = 0
    for code, category, area in zip(
        inputs.areas["region_code"], inputs.areas["category"], inputs.areas["area_tenth_mu"], strict=True
    ):
        spec = resolved.category(category)
        if spec.fund == fund and region in ("", code):
            shares = [(who, share(text)) for who, text in spec.payer_shares[tiers[code]]]
            total += split_payers(entitlement(spec.floor_fen[period], int(area)), shares).get(payer, 0)
    for code, owner, _, when, fen in resolved.opening_commitments:
        if (owner, when) == (fund, period) and resolved.fund(fund).payer == payer and region in ("", code):
            total += fen
    return total


def within_envelopes(resolved: Resolved, inputs: UnitInputs) -> Callable[[Choice], bool]:
    """Whether every fund pays no more than it has, period by period, carrying over whole fen."""
    fixed = {
        (f.id, p): rigid_paid(resolved, inputs, f.id, p, f.payer) for f in resolved.funds for p in resolved.periods
    }

    def fits(choice: Choice) -> bool:
        for fund in resolved.funds:
            carried = 0
            for period in resolved.periods:
                rest = fund.appropriation_fen[period] + fund.carried_in_fen.get(period, 0) + carried
                rest -= fixed[fund.id, period] + choice.paid(fund.id, period, fund.payer)
                if rest < 0:
                    return False
                carried = floor(share(fund.carry_share) * rest)
        return True

    return fits


def published_numbers(resolved: Resolved, cells: Sequence[Sequence[str]]) -> Callable[[Choice], tuple[Any, ...]]:
    """What a notice prints, in the order of standards.csv and weights.csv: the smaller of equal answers is published."""

    def numbers(choice: Choice) -> tuple[Any, ...]:
        standards = [
            choice.standards.get((region, c.id, p), 0)
            for c in resolved.categories
            for cell in cells
            for p in resolved.periods
            for region in cell
        ]
        tasks = {
            (o.measure, o.period): (o.standard, share(o.name.split("q=")[1])) for o in choice.offers if _is_task(o)
        }
        pots = {(o.fund, o.period): _weighting(o.name) for o in choice.offers if o.nature == "factor"}
        loans = {(o.measure, o.period): _weighting(o.name) for o in choice.offers if o.nature == "interest_subsidy"}
        return (
            standards,
            [tasks[k] for k in sorted(tasks)],
            [loans[k] for k in sorted(loans)],
            [pots[k] for k in sorted(pots)],
        )

    return numbers


def _is_task(offer: Offer) -> bool:
    return offer.nature == "task"


def _weighting(name: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(part.split("=")[1]) for part in name.split(";"))


def best(
    choices: Iterable[Choice],
    allowed: Iterable[Callable[[Choice], bool]],
    *values: Callable[[Choice], Fraction],
) -> tuple[tuple[Fraction, ...], list[Choice]]:
    """Lexicographic maximum of the values among the allowed choices, and all choices that reach it.

    Raises ValueError where nothing is allowed.
    """
    rules = list(allowed)
    top: tuple[Fraction, ...] | None = None
    winners: list[Choice] = []
    for choice in choices:
        if not all(rule(choice) for rule in rules):
            continue
        reached = tuple(value(choice) for value in values)
        if top is None or reached > top:
            top, winners = reached, []
        if reached == top:
            winners.append(choice)
    if top is None:
        raise ValueError("no choice is allowed")
    return top, winners


def gain(name: str) -> Callable[[Choice], Fraction]:
    """The value of an objective that is a sum over offers."""
    return lambda choice: choice.gain(name)
