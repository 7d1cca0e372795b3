"""Random small problems from a seed: more units than cells, ties in the score, every rule that the structure knows."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from tests.allocation.sample import sample_inputs, sample_responses, sample_yields
from tests.allocation.tiny import CENTRAL, COLLECTIVE, PROTECTION, REFORM, SHARED, STATE, Tiny

from silvafisc.allocation.menus import menus
from silvafisc.results import (
    CategorySpec,
    FactorSpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Resolved,
    RuleSpec,
    TaskSpec,
    UnitInputs,
)

ENVELOPE = RuleSpec("envelope")


def drawn(
    seed: int,
    mode: str = "rule",
    *,
    units: int = 6,
    periods: int | None = None,
    reform: bool = False,
    last_year: bool = False,
    rules: Sequence[RuleSpec] | None = None,
    alphas: Sequence[str] = ("0.5",),
) -> Tiny:
    """A problem of `units` units with one or two categories, three to five levels and cells, one to three periods.

    reform: with a task in instalments and a factor pot. rules: None = a random set that HiGHS and the enumeration share.
    """
    draw = np.random.default_rng(seed)
    names = tuple(str(2026 + i) for i in range(periods or int(draw.integers(1, 4))))
    levels = tuple(int(x) for x in 10_00 + 100 * np.sort(draw.choice(12, int(draw.integers(3, 6)), replace=False)))
    two = bool(draw.integers(2))
    floors = {p: levels[0] if i == 0 or draw.integers(3) else levels[1] for i, p in enumerate(names)}
    for earlier, later in pairwise(names):
        floors[later] = max(floors[earlier], floors[later])
    order = [(), (), (STATE,)][int(draw.integers(3))]
    categories = [
        CategorySpec(COLLECTIVE, PROTECTION, COLLECTIVE, floors, levels, SHARED, not_below=order if two else ())
    ]
    if two:
        grid = levels[: int(draw.integers(2, len(levels) + 1))]
        categories.append(CategorySpec(STATE, PROTECTION, STATE, dict.fromkeys(names, levels[0]), grid, CENTRAL))
    cells = int(draw.integers(3, 6))
    resolved = Resolved(
        id=f"drawn-{seed}",
        mode=mode,
        policy_date="2026-01-01",
        periods=names,
        funds=(
            FundSpec(PROTECTION, "central", "sharing", dict.fromkeys(names, 0)),
            FundSpec(
                REFORM,
                "central",
                "sharing",
                dict.fromkeys(names, 0),
                factor_pot_fen=(2_000_00, 4_000_01) if reform else (),
                factor_effectiveness="0.4" if reform else None,
            ),
        ),
        categories=tuple(categories),
        tasks=(TaskSpec("afforestation", REFORM, (400_00, 520_03), ("0", "0.2", "0.5"), SHARED, _plan(draw)),)
        if reform
        else (),
        factors=tuple(FactorSpec(REFORM, name, "0.3", "0.7", "0.5") for name in ("fiscal_difficulty", "task_need"))
        if reform
        else (),
        factor_step="0.2",
        grades=GradeSpec(True, tuple(alphas), cells, int(draw.integers(1, 3)), int(draw.integers(2, 5))),
        rules=tuple(rules) if rules is not None else _rules(draw),
        objectives=(ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2)),
        groups={"poor": tuple(f"11000{i}" for i in (1, 3))},
        gap=0.0,
    )
    inputs = _units(resolved, draw, units)
    responses = sample_responses(resolved, inputs, seed)
    # Two units share their indices, so that a cell holds a tie.
    indices = responses.indices.copy()
    for name in ("importance", "need"):
        column = indices[name].to_numpy().copy()
        column[-1] = column[0]
        indices[name] = column
    built = Tiny(resolved, inputs, indices, menus(resolved, inputs, sample_yields(resolved, inputs, seed), responses))
    built = built.budget(f"{draw.uniform(0.25, 0.9):.2f}")
    # A pot is always paid: the fund has at least the smallest one.
    built = built.change(funds=tuple(_at_least(fund) for fund in built.resolved.funds))
    return with_last_year(built, draw) if last_year else built


def _at_least(fund: FundSpec) -> FundSpec:
    least = min(fund.factor_pot_fen, default=0) + 500_00
    return replace(fund, appropriation_fen={p: max(fen, least) for p, fen in fund.appropriation_fen.items()})


def _plan(draw: np.random.Generator) -> tuple[tuple[int, str], ...]:
    plans = (((0, "0.6"), (1, "0.3"), (4, "0.1")), ((0, "1"),), ((0, "0.5"), (2, "0.5")), ((1, "1/3"), (2, "2/3")))
    return plans[int(draw.integers(len(plans)))]


def _rules(draw: np.random.Generator) -> tuple[RuleSpec, ...]:
    found = [ENVELOPE]
    if draw.integers(3):
        found.append(RuleSpec("standards_only_rise"))
    if draw.integers(2):
        found.append(RuleSpec("published_values", {"at_most": int(draw.integers(2, 4))}))
    if draw.integers(2):
        params = {"group": "poor", "share": f"{draw.uniform(0.1, 0.45):.2f}", "fund": PROTECTION}
        found.append(RuleSpec("priority_share", params))
    return tuple(found)


def _units(resolved: Resolved, draw: np.random.Generator, units: int) -> UnitInputs:
    inputs = sample_inputs([f"11000{i}" for i in range(units)], int(draw.integers(10**6)))
    areas, responses = [], [inputs.responses[inputs.responses["subject"] == "afforestation"]]
    recurring = inputs.responses[inputs.responses["subject"] != "afforestation"]
    for category in sorted(c.id for c in resolved.categories):
        mine = inputs.areas.assign(category=category, area_tenth_mu=draw.integers(200, 5000, units))
        # Some unit has no forest of the category; areas of 0 and absent rows are the same.
        areas.append(mine.drop(index=int(draw.integers(units))))
        responses.append(recurring.assign(subject=category))
    key = ["region_code", "category"]
    return replace(
        inputs,
        areas=pd.concat(areas).sort_values(key, ignore_index=True),
        responses=pd.concat(responses).sort_values(["region_code", "subject"], ignore_index=True),
    )


def with_last_year(problem: Tiny, draw: np.random.Generator) -> Tiny:
    """Last year's money near this year's for most units: at some standard on a somewhat different area."""
    rows: list[tuple[Any, ...]] = []
    areas = problem.inputs.areas
    for code, category, area in zip(areas["region_code"], areas["category"], areas["area_tenth_mu"], strict=True):
        if draw.integers(4):
            before = int(area) + int(draw.integers(-100, 100))
            standard = int(draw.choice(problem.resolved.category(category).levels_fen[1:]))
            rows.append((code, PROTECTION, category, before, standard * before // 10))
    if problem.resolved.factors:
        rows += [
            (code, REFORM, "factor_pot", 0, int(draw.integers(20_000, 80_000))) for code in problem.inputs.codes[:2]
        ]
        rows.append((problem.inputs.codes[0], REFORM, "afforestation", 77, 10**7))
    names = ["region_code", "fund", "subject", "area_tenth_mu", "amount_fen"]
    table = pd.DataFrame(rows, columns=names).sort_values(names[:3], ignore_index=True)
    return problem.tables(last_year=table.assign(status="assumption", source="made up for a test"))


def subset(seed: int, *, last_year: bool = False, without: Sequence[str] = ()) -> tuple[RuleSpec, ...]:
    """The envelope and a random half of the rules that can be drawn, loose enough to be kept by most problems."""
    draw = np.random.default_rng(seed + 20_000)
    loose = [*LOOSE, *(LOOSE_LAST_YEAR if last_year else ())]
    return (ENVELOPE, *(rule for rule in loose if draw.integers(2) and rule.rule not in without))


LOOSE = (
    *(RuleSpec(name) for name in ("statutory_floor", "standards_only_rise", "cost_sharing", "eligible_area")),
    *(RuleSpec(name) for name in ("delivery_capacity", "no_inversion", "no_hidden_debt")),
    RuleSpec("priority_share", {"group": "poor", "share": "0.2"}),
    RuleSpec("published_values", {"at_most": 4}),
    RuleSpec("local_capacity", {"kappa": "0.9"}),
)
LOOSE_LAST_YEAR = (
    RuleSpec("change_band", {"lower": "-1", "upper": "9"}),
    RuleSpec("not_below_last_year", {"group": "poor"}),
)
