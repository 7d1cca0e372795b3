"""Small made-up scenarios for tests of the allocation: every number here is invented for arithmetic, none is a fact."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.results import (
    CategorySpec,
    FactorSpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Resolved,
    Responses,
    RuleSpec,
    TaskSpec,
    UnitInputs,
    Yields,
)

CENTRAL = {"1": (("central", "1"),), "2": (("central", "1"),)}
SHARED = {"1": (("central", "0.8"), ("provincial", "0.2")), "2": (("central", "0.6"), ("provincial", "0.4"))}
PROTECTION, REFORM = "ecological_protection_restoration", "reform_development"


def sample_resolved(
    periods: Sequence[str] = ("2026", "2027"),
    *,
    mode: str = "rule",
    protection: int = 40_000_00,
    reform: int = 60_000_00,
    levels: Sequence[int] = (16_00, 17_00, 18_00, 20_00),
    graded: bool = True,
    cut_offs: int = 3,
    alphas: Sequence[str] = ("0", "1"),
    rules: Sequence[RuleSpec] = (RuleSpec("envelope"),),
    objectives: Sequence[ObjectiveSpec] = (ObjectiveSpec("carbon", stage=1),),
) -> Resolved:
    """Two funds, one or two categories, one task measure and a factor pot on a few units."""
    return Resolved(
        id="sample",
        mode=mode,
        policy_date="2026-01-01",
        periods=tuple(periods),
        funds=(
            FundSpec(PROTECTION, "central", "sharing", dict.fromkeys(periods, protection)),
            FundSpec(
                REFORM,
                "central",
                "sharing",
                dict.fromkeys(periods, reform),
                factor_pot_fen=(5_000_00, 10_000_00),
                factor_effectiveness="0.5",
            ),
        ),
        categories=(
            CategorySpec(
                "public_welfare_collective",
                PROTECTION,
                "collective",
                dict.fromkeys(periods, levels[0]),
                tuple(levels),
                CENTRAL,
            ),
        ),
        tasks=(
            TaskSpec("afforestation", REFORM, (400_00, 500_00), ("0", "0.25", "0.5"), SHARED, ((0, "0.7"), (1, "0.3"))),
        ),
        factors=(
            FactorSpec(REFORM, "fiscal_difficulty", "0.4", "0.6", "0.5"),
            FactorSpec(REFORM, "task_need", "0.4", "0.6", "0.5"),
        ),
        factor_step="0.1",
        grades=GradeSpec(graded, tuple(alphas), cut_offs, 1, 3 if graded else 1),
        rules=tuple(rules),
        objectives=tuple(objectives),
        groups={"poor": ("520000",)},
        gap=0.0,
    )


def sample_inputs(codes: Sequence[str] = ("110000", "350000", "520000"), seed: int = 0) -> UnitInputs:
    """Units with random but reproducible areas, needs and factors."""
    draw = np.random.default_rng(seed)
    n = len(codes)
    rated: dict[str, Any] = {"status": "assumption", "source": "made up for a test"}
    regions = pd.DataFrame(
        {
            "region_code": list(codes),
            "region_name": [f"单位{i}" for i in range(n)],
            "region_name_en": [f"Unit {i}" for i in range(n)],
            "unit_level": "province",
            "parent_code": "000000",
            "payer_tier": ["1" if i % 2 else "2" for i in range(n)],
            "groups": "",
            "population_person": draw.integers(1_000, 9_000, n),
            "rural_population_person": draw.integers(500, 900, n),
            "rural_income_fen": draw.integers(10_000_00, 30_000_00, n),
            "gdp_per_capita_fen": draw.integers(40_000_00, 90_000_00, n),
            "own_revenue_fen": draw.integers(10_000_00, 90_000_00, n),
            "expenditure_fen": draw.integers(90_000_00, 190_000_00, n),
            **rated,
        }
    )
    areas = pd.DataFrame(
        {
            "region_code": list(codes),
            "category": "public_welfare_collective",
            "area_tenth_mu": draw.integers(3_000, 9_000, n),
            "certified": True,
            "document": "",
            **rated,
        }
    )
    tasks = pd.DataFrame(
        {
            "region_code": list(codes),
            "measure": "afforestation",
            "need_tenth_mu": draw.integers(300, 1_500, n),
            "capacity_tenth_mu": draw.integers(200, 700, n),
            **rated,
        }
    )
    factors = pd.DataFrame(
        [
            {
                "region_code": code,
                "factor": factor,
                "value": str(draw.integers(1, 100)),
                "reported_by": "",
                "verified_by": "",
            }
            | rated
            for code in codes
            for factor in ("fiscal_difficulty", "task_need")
        ]
    )
    responses = pd.DataFrame(
        [
            {
                "region_code": code,
                "subject": subject,
                "opportunity_cost_fen": int(draw.integers(30_00, 90_00)),
                "full_cost_fen": 900_00 if subject == "afforestation" else 0,
                "household_share": 0.8,
                "sigma": 0.5,
                "retention_max": 0.9,
            }
            | rated
            for code in codes
            for subject in ("public_welfare_collective", "afforestation")
        ]
    )
    stands = pd.DataFrame({"region_code": list(codes), **rated})
    ledger = pd.DataFrame(columns=["what", "value", "unit", "origin", "reference", "status", "demo"])
    return UnitInputs(regions, areas, tasks, factors, responses, stands, None, ledger)


def sample_yields(resolved: Resolved, inputs: UnitInputs, seed: int = 1) -> Yields:
    """One flow per unit, measure and period."""
    draw = np.random.default_rng(seed)
    rows = [
        {
            "region_code": code,
            "measure": measure,
            "period": period,
            "year": int(period),
            "additional_tco2e_per_mu": float(
                draw.uniform(0.05, 0.4) if measure == "compensation" else draw.uniform(4, 12)
            ),
        }
        for code in inputs.codes
        for measure in ("compensation", "afforestation")
        for period in resolved.periods
    ]
    return Yields(pd.DataFrame(rows), 2060)


def sample_omega(inputs: UnitInputs, eta: float = 0.7) -> list[float]:
    """omega_r = (mean rural income / rural income_r)^eta, the mean weighted by rural population."""
    regions = inputs.regions.sort_values("region_code")
    income, people = regions["rural_income_fen"], regions["rural_population_person"]
    mean = float((income * people).sum() / people.sum())
    return [(mean / float(one)) ** eta for one in income]


def sample_responses(resolved: Resolved, inputs: UnitInputs, seed: int = 2) -> Responses:
    """Saturating uptake in the standard over the opportunity cost; indices uniform."""
    draw = np.random.default_rng(seed)
    rows = []
    tasks = {task.id for task in resolved.tasks}
    for row in inputs.responses.itertuples():
        subject = str(row.subject)
        if subject in tasks:
            grid = list(resolved.task(subject).standards_fen)
        elif subject in {category.id for category in resolved.categories}:
            category = resolved.category(subject)
            grid = sorted({*category.levels_fen, *category.floor_fen.values()})
        else:
            continue
        for standard in grid:
            rows.append(
                {
                    "region_code": row.region_code,
                    "subject": subject,
                    "standard_fen": standard,
                    "uptake": 0.9 * (1 - float(np.exp(-standard / row.opportunity_cost_fen))),  # type: ignore[operator]
                    "income_fen_per_mu": 0.8 * standard,
                }
            )
    indices = pd.DataFrame(
        {
            "region_code": list(inputs.codes),
            "importance": np.round(draw.uniform(size=len(inputs.codes)), 6),
            "need": np.round(draw.uniform(size=len(inputs.codes)), 6),
            "omega": sample_omega(inputs),
            "opportunity_cost_fen": 50_00.0,
        }
    )
    return Responses(pd.DataFrame(rows), indices)


def with_rules(resolved: Resolved, *rules: RuleSpec) -> Resolved:
    """The same scenario under other rules."""
    return replace(resolved, rules=tuple(rules))
