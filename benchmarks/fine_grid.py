"""The fine grid of graded standards: 20 cut-offs x 20 levels x 2 categories x 3 periods, on units drawn from a seed.

Run: python benchmarks/fine_grid.py [--structure-only] [units …]   (31, 120 and 2 852 by default)
Per number of units: seconds to make offers and model; per α: seconds to a proven optimum by structure, those of the next
stage, and the same by HiGHS alone to gap 0 within a stated limit, in one run; HiGHS is left out with --structure-only.
Seconds of the processor stand beside those of the clock, as other work may share the machine. Nothing here is asserted;
goals stand beside the figures.
Every number of a unit is invented: areas are heavy-tailed, uptake rises and saturates in the standard.
"""

import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from silvafisc.allocation.blocks import Block
from silvafisc.allocation.engine import TIE, Engine
from silvafisc.allocation.menus import Menus, menus
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.allocation.solve import Session
from silvafisc.allocation.staircase import Staircase
from silvafisc.results import (
    CategorySpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Resolved,
    Responses,
    RuleSpec,
    UnitInputs,
    Yields,
)

UNITS = (31, 120, 2852)
ALPHAS = ("0", "0.5", "1")
GRADES = (4, 5, 6)
LEVELS, CELLS, PUBLISHED = 20, 20, 5
PERIODS = ("2026", "2027", "2028")
FUND = "protection"
# Floors in fen per mu; the part of the dearest top-up that the fund can pay, per period.
FLOORS = {"collective": 16_00, "state": 10_00}
AFFORDED = ("0.35", "0.45", "0.5")
HIGHS_LIMIT = 60.0
# Parts of the most tonnes that the next stage has to keep.
HELD = (1.0, 0.999)


def resolved(grades: int) -> Resolved:
    """Two graded categories of one fund under envelopes, rising standards, a priority share and few values."""
    rules = (
        RuleSpec("envelope"),
        RuleSpec("standards_only_rise"),
        RuleSpec("priority_share", {"group": "poorer", "share": "0.55", "fund": FUND}),
        RuleSpec("published_values", {"at_most": PUBLISHED}),
        RuleSpec("no_inversion"),
    )
    payers = {"1": (("central", "1"),)}
    return Resolved(
        id="fine-grid",
        mode="rule",
        policy_date="2026-01-01",
        periods=PERIODS,
        funds=(FundSpec(FUND, "central", "sharing", dict.fromkeys(PERIODS, 0)),),
        categories=tuple(
            CategorySpec(
                name,
                FUND,
                name,
                dict.fromkeys(PERIODS, floor),
                tuple(floor + 1_00 * step for step in range(LEVELS)),
                payers,
                not_below=("state",) if name == "collective" else (),
            )
            for name, floor in FLOORS.items()
        ),
        tasks=(),
        factors=(),
        factor_step="0.1",
        grades=GradeSpec(True, ALPHAS, CELLS, min(3, grades), grades),
        rules=rules,
        objectives=(ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2)),
        gap=0.0,
        time_limit_seconds=HIGHS_LIMIT,
    )


def synthetic(units: int, grades: int, seed: int = 1) -> tuple[Resolved, UnitInputs, Responses, Menus]:
    """Units drawn from a seed with their offers; the envelopes follow from what the dearest offers would cost."""
    draw = np.random.default_rng(seed)
    scenario = resolved(grades)
    codes = [f"{100000 + i}" for i in range(units)]
    rated = {"status": "assumption", "source": "drawn from a seed"}
    income = draw.integers(10_000_00, 35_000_00, units)
    regions = pd.DataFrame({"region_code": codes, "payer_tier": "1", "rural_income_fen": income, **rated})
    areas = pd.concat(
        pd.DataFrame(
            {"region_code": codes, "category": name, "area_tenth_mu": np.int64(draw.lognormal(15, 1.2, units)), **rated}
        )
        for name in sorted(FLOORS)
    ).sort_values(["region_code", "category"], ignore_index=True)
    empty = pd.DataFrame()
    inputs = UnitInputs(regions, areas, empty, empty, empty, empty, None, empty)
    poorer = tuple(code for code, one in zip(codes, income, strict=True) if one < np.median(income))
    scenario = replace(scenario, groups={"poorer": poorer})
    responses = _responses(scenario, codes, income, draw)
    flows = [(code, "compensation", p, int(p), float(draw.uniform(0.05, 0.4))) for code in codes for p in PERIODS]
    names = ["region_code", "measure", "period", "year", "additional_tco2e_per_mu"]
    made = menus(scenario, inputs, Yields(pd.DataFrame(flows, columns=names), 2060), responses)
    return _funded(scenario, made), inputs, responses, made


def _responses(scenario: Resolved, codes: list[str], income: np.ndarray, draw: np.random.Generator) -> Responses:
    rows = []
    for category in scenario.categories:
        for code, cost in zip(codes, draw.uniform(15_00, 90_00, len(codes)), strict=True):
            for level in category.levels_fen:
                rows.append((code, category.id, level, 0.9 * (1 - float(np.exp(-level / cost))), 0.8 * level))
    names = ["region_code", "subject", "standard_fen", "uptake", "income_fen_per_mu"]
    # The poorer a unit, the needier; importance is only weakly tied to it.
    need = 1 - (income - income.min()) / max(1, int(np.ptp(income)))
    indices = pd.DataFrame(
        {
            "region_code": codes,
            "importance": np.round(0.2 * need + 0.8 * draw.uniform(size=len(codes)), 6),
            "need": np.round(need, 6),
            "omega": (income.mean() / income) ** 0.7,
        }
    )
    return Responses(pd.DataFrame(rows, columns=names), indices)


def _funded(scenario: Resolved, made: Menus) -> Resolved:
    """Each period's appropriation: the rigid money and a part of what the dearest offers would cost."""
    given = {}
    for period, part in zip(PERIODS, AFFORDED, strict=True):
        column = f"cost.{FUND}.central.{period}_fen"
        most = int(made.offers.table.groupby("menu")[column].max().sum())
        given[period] = int(made.fixed.table[column].sum()) + int(float(part) * most)
    return replace(scenario, funds=(replace(scenario.funds[0], appropriation_fen=given),))


def measure(units: int, beside_highs: bool = True) -> None:
    """Offers and model once per size; every α and number of grades to a proven optimum."""
    for grades in GRADES:
        begin = time.perf_counter()
        scenario, inputs, responses, made = synthetic(units, grades)
        offered = time.perf_counter() - begin
        for alpha in ALPHAS:
            begin = time.perf_counter()
            engine = Engine(rule_problem(scenario, inputs, responses.indices, made, alpha))
            built = time.perf_counter() - begin
            block: Block = engine.units[0].block
            stairs = Staircase.of(block)
            assert stairs is not None
            mine, next_one = (engine.vector(engine.objectives[n][0])[block.columns] for n in ("carbon", "development"))
            begin, used = time.perf_counter(), time.process_time()
            own = stairs.maximise(mine)
            solved, used = time.perf_counter() - begin, time.process_time() - used
            text = "gave up" if own is None else f"{own.status}, gap {own.gap:.0e}"
            print(
                f"fine grid, {units} units, at most {grades} grades, α = {alpha}: offers {offered:.1f} s, model"
                f" {built:.1f} s ({len(block.rows)} x {len(block.columns)}), by structure {solved:.2f} s,"
                f" {used:.2f} s of the processor ({text})"
                + (_next(stairs, mine, own.value, next_one) if own is not None and grades == GRADES[0] else "")
                + (_alone(block, mine, solved) if beside_highs and grades == GRADES[0] else ""),
                flush=True,
            )


def _next(stairs: Staircase, held: np.ndarray, best: float, objective: np.ndarray) -> str:
    """The next stage, with tonnes held at their best and near it."""
    texts = []
    for part in HELD:
        stairs.hold(held, best * part - TIE * max(1.0, best))
        used = time.process_time()
        found = stairs.maximise(objective)
        texts.append(f"{time.process_time() - used:.2f} s" + (" (gave up)" if found is None else f" at {part:.1%}"))
        stairs.release()
    return f"; next stage, tonnes held: {', '.join(texts)}"


def _alone(block: Block, objective: np.ndarray, solved: float) -> str:
    session = Session(block, time_limit=HIGHS_LIMIT)
    begin = time.perf_counter()
    found = session.maximise(objective)
    alone = time.perf_counter() - begin
    limit = f" (stopped at its limit of {HIGHS_LIMIT:.0f} s, gap {found.gap:.1e})" if found.status != "optimal" else ""
    return f"; HiGHS alone {alone:.1f} s{limit} = {alone / solved:.0f} x (goal of ours: 2 s)"


PARTS = {"fine_grid": measure}


def main(arguments: list[str]) -> None:
    """Measure the sizes given, or all."""
    for units in [int(one) for one in arguments if not one.startswith("--")] or UNITS:
        measure(units, "--structure-only" not in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
