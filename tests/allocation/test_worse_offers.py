"""An offer that is worse in every column that a rule or objective reads changes nothing.

Which way is worse follows from who reads a column: an envelope reads money as a ceiling, a guaranteed share as a floor of
those inside and a ceiling of those outside. Where readers disagree the offer stays as the one it copies; what nobody
reads may be anything. Over drawn problems with random subsets of the rules, in both modes; each side is this program.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.allocation.draw import drawn, subset
from tests.allocation.test_properties import SEEDS, changes_nothing, few, most, with_offers
from tests.allocation.tiny import CODES, MODES, PROTECTION, Tiny, tiny

from silvafisc.quantities import share
from silvafisc.results import ObjectiveSpec, RuleSpec
from silvafisc.results.resolved import Shares

Wants = frozenset[int]
LESS, MORE, SAME, UNREAD = Wants({-1}), Wants({1}), Wants({-1, 1}), Wants()
Row = Mapping[str, Any]
STEP = 12 * 10_00
"""Fen by which money is worse: the legal shares (halves, quarters, twelfths) of it are whole, so its split stays legal."""
LOCAL = ("provincial", "city", "county")
"""Payers at or below a province, which every drawn unit is."""


def paid(column: str) -> tuple[str, str] | None:
    """(payer, period) of a cost column."""
    parts = column.removesuffix("_fen").split(".")
    return (parts[2], parts[3]) if parts[0] == "cost" else None


def by_fund(problem: Tiny, _: RuleSpec, row: Row, column: str) -> Wants:
    """Envelope: what the fund's own payer pays, instalments of later periods too."""
    money = paid(column)
    return LESS if money and money[0] == problem.resolved.fund(row["fund"]).payer else UNREAD


def by_group(problem: Tiny, spec: RuleSpec, row: Row, column: str) -> Wants:
    """Priority share: what all payers pay in the offer's own period."""
    money = paid(column)
    if not money or money[1] != row["period"]:
        return UNREAD
    return MORE if row["region_code"] in problem.resolved.groups[spec.params["group"]] else LESS


def by_locals(_: Tiny, __: RuleSpec, ___: Row, column: str) -> Wants:
    """Local capacity: what the unit itself and those below it pay."""
    money = paid(column)
    return LESS if money and money[0] in LOCAL else UNREAD


def moving(problem: Tiny, row: Row, column: str) -> bool:
    """Whether it is money that is compared with last year's: top-up and factor money of a unit that had some."""
    last = problem.inputs.last_year
    if last is None or not paid(column) or row["nature"] == "task":
        return False
    return bool(((last["region_code"] == row["region_code"]) & (last["fund"] == row["fund"])).any())


def by_band(problem: Tiny, _: RuleSpec, row: Row, column: str) -> Wants:
    return SAME if moving(problem, row, column) else UNREAD


def by_listed(problem: Tiny, spec: RuleSpec, row: Row, column: str) -> Wants:
    """Not below last year, for listed units."""
    listed = row["region_code"] in problem.resolved.groups[spec.params["group"]]
    return MORE if listed and moving(problem, row, column) else UNREAD


def reads(name: str, wants: Wants, nature: str = "") -> Callable[[Tiny, RuleSpec, Row, str], Wants]:
    """A rule that reads one column alone, of one nature of money or of all."""

    def found(_: Tiny, __: RuleSpec, row: Row, column: str) -> Wants:
        return wants if column == name and nature in ("", row["nature"]) else UNREAD

    return found


READERS = {
    "envelope": by_fund,
    "statutory_floor": reads("standard_fen", MORE),
    "standards_only_rise": reads("standard_fen", SAME, "top_up"),
    "no_inversion": reads("standard_fen", SAME, "top_up"),
    "published_values": reads("standard_fen", SAME, "top_up"),
    "eligible_area": reads("area_tenth_mu", LESS),
    "delivery_capacity": reads("area_tenth_mu", LESS, "task"),
    "no_hidden_debt": reads("repaid_by_appropriation", LESS),
    # Reads the split and not the amount: `worse` moves all payers by their shares.
    "cost_sharing": lambda *_: UNREAD,
    "priority_share": by_group,
    "local_capacity": by_locals,
    "change_band": by_band,
    "not_below_last_year": by_listed,
}
"""Every rule that can be drawn: the way in which it wants a column of an offer."""


def wanted(problem: Tiny, row: Row, column: str) -> Wants:
    """The ways that all rules and objectives together want a column; two of them = it must stay as it is."""
    found = [READERS[spec.rule](problem, spec, row, column) for spec in problem.resolved.rules]
    found += [MORE for spec in problem.resolved.objectives if column == f"obj.{spec.term}"]
    # What the published rule itself is made of: the standard is what a task level is called by.
    found += [SAME] if problem.resolved.mode == "rule" and column == "standard_fen" else []
    return UNREAD.union(*found)


def legal(problem: Tiny, row: Row) -> Shares:
    """The legal shares of an offer's payers; factor money is paid by the fund's own payer alone."""
    specs: dict[str, Mapping[str, Shares]] = {s.id: s.payer_shares for s in problem.resolved.categories}
    specs |= {s.id: s.payer_shares for s in problem.resolved.tasks}
    regions = problem.inputs.regions.set_index("region_code")
    found = specs.get(row["category"] or row["measure"])
    whole = ((problem.resolved.fund(row["fund"]).payer, "1"),)
    return found[str(regions["payer_tier"][row["region_code"]])] if found else whole


def moves(problem: Tiny, row: Row, draw: np.random.Generator) -> dict[str, int]:
    """Fen by which each cost column of an offer is worse: what all readers like less, some of it left as it is."""
    exact = any(spec.rule == "cost_sharing" for spec in problem.resolved.rules)
    found: dict[str, int] = {}
    for period in problem.resolved.periods:
        own = {f"cost.{row['fund']}.{payer}.{period}_fen": share(part) for payer, part in legal(problem, row)}
        due = {column: part for column, part in own.items() if row.get(column, 0) > 0}
        ways = {column: wanted(problem, row, column) for column in due}
        # Where the split is law, payers move together; else each by itself.
        for together in [list(due)] if exact else [[column] for column in due]:
            both = UNREAD.union(*(ways[column] for column in together))
            step = {column: int(STEP * due[column]) for column in together}
            way = int(draw.choice([1, -1])) if not both else -min(both)
            if len(both) < 2 and draw.integers(4) and all(row[c] + way * step[c] >= 0 for c in together):
                found |= {column: way * fen for column, fen in step.items()}
    return found


def worse(problem: Tiny, row: Row, draw: np.random.Generator) -> dict[str, Any]:
    """The offer with every objective lower, and the other columns worse, the same, or (unread) anything."""
    changed = {str(column): row[column] + fen for column, fen in moves(problem, row, draw).items()}
    for spec in problem.resolved.objectives:
        changed[f"obj.{spec.term}"] = row[f"obj.{spec.term}"] - 1.0
    for column, step in (("area_tenth_mu", 1), ("standard_fen", 1_00)):
        ways = wanted(problem, row, column)
        if len(ways) < 2 and not draw.integers(4):
            changed[column] = row[column] + (-min(ways) if ways else 1) * step
    flag = wanted(problem, row, "repaid_by_appropriation")
    changed["repaid_by_appropriation"] = not draw.integers(8) if flag else bool(draw.integers(2))
    return {**row, **changed}


def with_worse(problem: Tiny, seed: int) -> tuple[Tiny, str]:
    """The problem with one more offer that is worse for all: of one unit, or (task in rule mode, pot) of all units.

    Returns the problem and the offer's name.
    """
    table, draw = problem.menus.offers.table, np.random.default_rng(seed)
    natures = ["task"] if problem.resolved.mode == "rule" else ["task", "top_up", "factor"]
    nature = natures[int(draw.integers(len(natures)))]
    costs = [c for c in table.columns if c.startswith("cost.")]
    pick = table.iloc[int(draw.choice(np.flatnonzero((table["nature"] == nature) & (table[costs].sum(axis=1) > 0))))]
    keys = (
        ["measure", "period", "offer"] if nature == "factor" or problem.resolved.mode == "rule" else ["menu", "offer"]
    )
    same = table[(table[keys] == pick[keys]).all(axis=1)]
    name = f"{pick['offer']};w=1"
    rows = [worse(problem, {str(k): v for k, v in row.items()}, draw) for row in same.to_dict("records")]
    added = pd.DataFrame(rows, index=same.index).astype(same.dtypes.to_dict()).assign(offer=name)
    return with_offers(problem, added), name


@pytest.mark.parametrize("mode", MODES)
@few(6)
@given(seed=SEEDS)
def test_an_offer_that_is_worse_for_every_reader_changes_nothing(mode: str, seed: int) -> None:
    rules = subset(seed, last_year=True)
    problem = drawn(seed, mode, units=4, periods=2, reform=True, last_year=True, rules=rules)
    longer, name = with_worse(problem, seed)
    changes_nothing(problem, longer, name)


@pytest.mark.parametrize(("seed", "part"), [(18, "0.4"), (10, "0.3"), (26, "0.5")])
def test_where_readers_disagree_a_dearer_offer_may_be_the_better_one(seed: int, part: str) -> None:
    """A ceiling on all money beside a floor of the listed unit's: 30 yuan more and a tonne less let others have more."""
    rules = (RuleSpec("envelope"), RuleSpec("priority_share", {"group": "poor", "share": part, "fund": PROTECTION}))
    problem = tiny("case", units=3, levels=(16_00, 17_00, 18_00, 20_00), seed=seed).budget("0.6").rules(*rules)
    problem = problem.objectives(ObjectiveSpec("carbon", stage=1))
    column = f"cost.{PROTECTION}.central.2026_fen"
    table = problem.menus.offers.table
    copied = table[table["region_code"] == CODES[2]].iloc[-1:]
    dearer = copied.assign(offer=copied["offer"] + ";w=1")
    dearer[["obj.carbon", column]] += [-1.0, 30_00]
    assert most(with_offers(problem, dearer)) > most(problem)
    row = {str(name): value for name, value in copied.iloc[0].items()}
    assert wanted(problem, row, column) == SAME
    assert wanted(problem.rules(rules[0]), row, column) == LESS
    assert wanted(problem.rules(rules[1]), row, column) == MORE
