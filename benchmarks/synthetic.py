"""Made-up case-mode instances of any size from a seed: units x 9 measures x 3 periods x 12 offers, every rule that matters.

Three recurring categories paid by a protection fund (12 standards each), six task measures paid by a reform fund (three
with 10, three with 12 combinations of unit standard and quantity, and nothing): 12 offers a menu on average. Areas and
yields are heavy-tailed, as those of counties are. Every number is invented; none is a fact.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.menus import Menus, cost_column, menus
from silvafisc.allocation.menus.columns import finish
from silvafisc.allocation.menus.fixed import Fixed
from silvafisc.allocation.problem import Problem
from silvafisc.results import (
    CategorySpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Offers,
    Resolved,
    Responses,
    RuleSpec,
    TaskSpec,
    UnitInputs,
    Yields,
)
from silvafisc.results.resolved import Shares

PROTECTION, REFORM = "protection", "reform"
CATEGORIES = ("public_welfare_state", "public_welfare_collective", "natural_commercial")
TASKS = ("afforestation", "tending", "restoration", "pest", "fire", "nursery")
PERIODS = ("2026", "2027", "2028")
LEVELS = tuple(100 * yuan for yuan in range(16, 28))
LAST_YEAR = (18_00, 20_00, 23_00)
FINE, COARSE = ("0", "0.1", "0.2", "0.3", "0.4"), ("0", "0.1", "0.2", "0.3", "0.4", "0.5")
SHARES: dict[str, Shares] = {
    "1": (("central", "0.9"), ("provincial", "0.1")),
    "2": (("central", "0.7"), ("provincial", "0.2"), ("county", "0.1")),
    "3": (("central", "0.5"), ("provincial", "0.3"), ("county", "0.2")),
}
RULES = (
    RuleSpec("envelope"),
    RuleSpec("statutory_floor"),
    RuleSpec("standards_only_rise"),
    RuleSpec("cost_sharing"),
    RuleSpec("local_capacity", {"kappa": "0.05"}),
    RuleSpec("eligible_area"),
    RuleSpec("delivery_capacity"),
    RuleSpec("priority_share", {"group": "listed", "fund": PROTECTION}),
    RuleSpec("priority_share", {"group": "listed", "fund": REFORM}),
    RuleSpec("published_values", {"at_most": 8}),
    RuleSpec("change_band", {"lower": "-0.25", "upper": "0.6"}),
    RuleSpec("no_hidden_debt"),
)


def nation(
    units: int,
    *,
    seed: int = 0,
    rules: Sequence[RuleSpec] = RULES,
    objectives: Sequence[ObjectiveSpec] = (ObjectiveSpec("carbon", stage=1),),
    gap: float = 1e-3,
    time_limit: float = 1200.0,
) -> Problem:
    """Counties under two funds, change bands, priority shares, cost sharing and published values."""
    resolved, inputs, menus_made, indices = made(units, seed=seed, rules=rules, objectives=objectives)
    resolved = replace(resolved, gap=gap, time_limit_seconds=time_limit)
    return case_problem(resolved, inputs, indices, menus_made)


def made(
    units: int,
    *,
    seed: int = 0,
    rules: Sequence[RuleSpec] = RULES,
    objectives: Sequence[ObjectiveSpec] = (ObjectiveSpec("carbon", stage=1),),
) -> tuple[Resolved, UnitInputs, Menus, pd.DataFrame]:
    """Scenario, inputs, offers and indices of an instance; the protection fund gets 1.2 x last year's money."""
    draw = np.random.default_rng(seed)
    codes = [f"{110000 + i:06d}" for i in range(units)]
    inputs = _inputs(draw, codes)
    resolved = _resolved(inputs, rules, objectives)
    responses = _responses(draw, resolved, inputs)
    offered = menus(resolved, inputs, _yields(draw, inputs), responses)
    return _with_money(resolved, inputs, offered), inputs, offered, responses.indices


def _resolved(inputs: UnitInputs, rules: Sequence[RuleSpec], objectives: Sequence[ObjectiveSpec]) -> Resolved:
    listed = tuple(inputs.regions["region_code"][inputs.regions["groups"] == "listed"])
    nothing = dict.fromkeys(PERIODS, 0)
    part = {
        PROTECTION: _part(inputs.last_year, "amount_fen", listed),
        REFORM: _part(inputs.tasks, "need_tenth_mu", listed),
    }
    return Resolved(
        id="synthetic",
        mode="case",
        policy_date="2026-01-01",
        periods=PERIODS,
        funds=(FundSpec(PROTECTION, "central", "sharing", nothing), FundSpec(REFORM, "central", "sharing", nothing)),
        categories=tuple(
            CategorySpec(name, PROTECTION, name, dict.fromkeys(PERIODS, LEVELS[0]), LEVELS, SHARES)
            for name in CATEGORIES
        ),
        tasks=tuple(
            TaskSpec(
                name,
                REFORM,
                (300_00 + 40_00 * i, 450_00 + 40_00 * i, 600_00 + 40_00 * i)[: 3 if i % 2 else 2],
                FINE if i % 2 else COARSE,
                SHARES,
                ((0, "0.7"), (1, "0.3")),
            )
            for i, name in enumerate(TASKS)
        ),
        factors=(),
        factor_step="0.1",
        grades=GradeSpec(),
        rules=tuple(
            replace(spec, params=dict(spec.params) | {"share": part[spec.params["fund"]]})
            if spec.rule == "priority_share"
            else spec
            for spec in rules
        ),
        objectives=tuple(objectives),
        groups={"listed": listed},
    )


def _part(table: pd.DataFrame | None, column: str, listed: Sequence[str]) -> str:
    """What the listed units had last year (or need), in whole percent of all: what they are to get at least."""
    assert table is not None
    mine = table["region_code"].isin(listed)
    return f"0.{int(100 * table[column][mine].sum() / table[column].sum()):02d}"


def _inputs(draw: np.random.Generator, codes: list[str]) -> UnitInputs:
    n = len(codes)
    rated = {"status": "assumption", "source": "made up"}
    regions = pd.DataFrame(
        {
            "region_code": codes,
            "region_name": [f"单位{code}" for code in codes],
            "region_name_en": [f"Unit {code}" for code in codes],
            "unit_level": "county",
            "parent_code": "000000",
            "payer_tier": [str(tier) for tier in draw.integers(1, 4, n)],
            "groups": np.where(draw.uniform(size=n) < 0.3, "listed", ""),
            "population_person": draw.integers(50_000, 900_000, n),
            "rural_population_person": draw.integers(20_000, 400_000, n),
            "rural_income_fen": draw.integers(10_000_00, 30_000_00, n),
            "gdp_per_capita_fen": draw.integers(30_000_00, 150_000_00, n),
            "own_revenue_fen": 0,
            "expenditure_fen": draw.integers(900_000_00, 1_900_000_00, n),
            **rated,
        }
    )
    areas = pd.DataFrame(
        [
            (code, category, int(area), True, "")
            for code in codes
            for category, area in zip(sorted(CATEGORIES), 10 * np.exp(draw.normal(11.5, 1.0, 3)), strict=True)
        ],
        columns=["region_code", "category", "area_tenth_mu", "certified", "document"],
    ).assign(**rated)
    needs = np.rint(10 * np.exp(draw.normal(8.5, 1.2, (n, len(TASKS))))).astype(np.int64)
    tasks = pd.DataFrame(
        [
            (code, measure, int(needs[i, j]), int(needs[i, j]))
            for i, code in enumerate(codes)
            for j, measure in enumerate(sorted(TASKS))
        ],
        columns=["region_code", "measure", "need_tenth_mu", "capacity_tenth_mu"],
    ).assign(**rated)
    # A county can carry its share of last year's standards two to six times over.
    area = areas.groupby("region_code")["area_tenth_mu"].sum().reindex(codes).to_numpy()
    regions["own_revenue_fen"] = np.rint(area / 10 * 2_000 / 0.05 * draw.uniform(0.8, 3.0, n)).astype(np.int64)
    last = areas[["region_code", "category", "area_tenth_mu"]].rename(columns={"category": "subject"})
    standard = draw.choice(LAST_YEAR, len(last))
    last = last.assign(fund=PROTECTION, amount_fen=standard * last["area_tenth_mu"] // 10, **rated)
    responses = pd.DataFrame(
        [
            (code, subject, int(draw.integers(15_00, 60_00) * (1 if subject in CATEGORIES else 15)), 0, 0.8, 0.5, 0.9)
            for code in codes
            for subject in sorted((*CATEGORIES, *TASKS))
        ],
        columns=[
            "region_code",
            "subject",
            "opportunity_cost_fen",
            "full_cost_fen",
            "household_share",
            "sigma",
            "retention_max",
        ],
    ).assign(**rated)
    factors = pd.DataFrame(columns=["region_code", "factor", "value", "reported_by", "verified_by", *rated])
    ledger = pd.DataFrame(columns=["what", "value", "unit", "origin", "reference", "status", "demo"])
    stands = pd.DataFrame({"region_code": codes, **rated})
    return UnitInputs(regions, areas, tasks, factors, responses, stands, last, ledger)


def _yields(draw: np.random.Generator, inputs: UnitInputs) -> Yields:
    codes, measures = inputs.codes, sorted(("compensation", *TASKS))
    keys = pd.MultiIndex.from_product([codes, measures, PERIODS], names=["region_code", "measure", "period"])
    frame = keys.to_frame(index=False)
    mean = np.where(frame["measure"] == "compensation", np.log(0.3), np.log(6.0))
    frame["year"] = frame["period"].astype(int)
    frame["additional_tco2e_per_mu"] = np.exp(mean + draw.normal(0.0, 0.8, len(frame)))
    return Yields(frame, 2060)


def _responses(draw: np.random.Generator, resolved: Resolved, inputs: UnitInputs) -> Responses:
    grids = {c.id: c.levels_fen for c in resolved.categories} | {t.id: t.standards_fen for t in resolved.tasks}
    rows = inputs.responses
    parts = []
    for subject, grid in grids.items():
        mine = rows[rows["subject"] == subject]
        cost = mine["opportunity_cost_fen"].to_numpy(float)
        for standard in grid:
            parts.append(
                pd.DataFrame(
                    {
                        "region_code": mine["region_code"],
                        "subject": subject,
                        "standard_fen": standard,
                        "uptake": 0.9 * (1 - np.exp(-standard / cost)),
                        "income_fen_per_mu": 0.8 * standard,
                    }
                )
            )
    n = len(inputs.codes)
    income = inputs.regions["rural_income_fen"].to_numpy(float)
    indices = pd.DataFrame(
        {
            "region_code": list(inputs.codes),
            "importance": np.round(draw.uniform(size=n), 6),
            "need": np.round(draw.uniform(size=n), 6),
            "omega": income.mean() / income,
            "opportunity_cost_fen": 40_00.0,
        }
    )
    return Responses(pd.concat(parts, ignore_index=True), indices)


def _with_money(resolved: Resolved, inputs: UnitInputs, offered: Menus) -> Resolved:
    """Protection: 1.2 x last year's top-up beyond the fixed money; reform: 0.3 of what its dearest offers would cost."""
    assert inputs.last_year is not None
    last = inputs.last_year["amount_fen"].sum() - (inputs.last_year["area_tenth_mu"] * LEVELS[0] // 10).sum()
    table = offered.offers.table
    funds = []
    for fund in resolved.funds:
        given = {}
        for period in PERIODS:
            column = cost_column(fund.id, "central", period)
            fixed = int(offered.fixed.table[column].sum()) if column in offered.fixed.table else 0
            dearest = int(table.groupby("menu")[column].max().sum())
            given[period] = fixed + (int(last) * 84 // 100 if fund.id == PROTECTION else dearest * 3 // 10)
        funds.append(replace(fund, appropriation_fen=given))
    return replace(resolved, funds=tuple(funds))


def multiple_choice(units: int = 35_000, *, seed: int = 0, gap: float = 1e-5) -> Problem:
    """One fund, one period, one menu a unit with two to four offers, heavy-tailed benefits (Pareto, index 1.3)."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(2, 5, units)
    unit = np.repeat(np.arange(units), sizes)
    first = np.r_[0, np.cumsum(sizes)[:-1]]
    rank = np.arange(len(unit)) - first[unit]
    step = draw.pareto(1.3, len(unit)) + 0.1
    benefit = np.cumsum(np.where(rank == 0, 0.0, step))
    benefit = benefit - benefit[first][unit]
    cost = np.cumsum(np.where(rank == 0, 0, draw.integers(1_000_00, 50_000_00, len(unit))))
    cost = cost - cost[first][unit]
    codes = [f"{110000 + i:06d}" for i in range(units)]
    frame = pd.DataFrame(
        {
            "menu": [f"{codes[i]}/project/2026" for i in unit],
            "region_code": [codes[i] for i in unit],
            "fund": REFORM,
            "nature": "task",
            "measure": "project",
            "category": "",
            "period": "2026",
            "offer": [f"q={j}" for j in rank],
            "standard_fen": -1,
            "area_tenth_mu": 0,
            "due_later_fen": 0,
            cost_column(REFORM, "central", "2026"): cost,
            "obj.carbon": benefit,
        }
    )
    offers = Offers(finish(frame), {})
    budget = int(cost[np.r_[first[1:] - 1, len(cost) - 1]].sum()) // 4
    resolved = Resolved(
        id="multiple-choice",
        mode="case",
        policy_date="2026-01-01",
        periods=("2026",),
        funds=(FundSpec(REFORM, "central", "sharing", {"2026": budget}),),
        categories=(),
        tasks=(),
        factors=(),
        factor_step="0.1",
        grades=GradeSpec(),
        rules=(RuleSpec("envelope"),),
        objectives=(ObjectiveSpec("carbon", stage=1),),
        gap=gap,
    )
    empty = pd.DataFrame({"region_code": codes})
    inputs = UnitInputs(empty, empty, empty, empty, empty, empty, None, pd.DataFrame())
    nothing = finish(frame.iloc[:0].assign(menu=pd.Series(dtype=object)))
    return case_problem(resolved, inputs, empty, Menus(offers, Fixed(nothing)))
