"""The enumeration of staircases against HiGHS on the same block: values, infeasibility, held objectives, `beat`."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.allocation.draw import drawn
from tests.allocation.tiny import COLLECTIVE, PROTECTION, STATE, Tiny, tiny

from silvafisc.allocation.blocks import Block, blocks_of
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.solve import Session
from silvafisc.allocation.staircase import Staircase
from silvafisc.results import RuleSpec

SEEDS = range(16)


def blocks(problem: Tiny) -> list[tuple[Block, Staircase, dict[str, Floats]]]:
    """Every block that the enumeration takes, with the objectives over its columns."""
    engine = Engine(problem.problem())
    found = []
    for block in blocks_of(engine.model):
        stairs = Staircase.of(block)
        if stairs is not None and len(block.columns) > 1:
            vectors = {n: engine.vector(o[0])[block.columns] for n, o in engine.objectives.items()}
            found.append((block, stairs, vectors))
    return found


def broken(block: Block, point: Floats) -> Floats:
    """By how much rows are broken, scaled."""
    activity = block.matrix @ point
    return np.asarray(np.maximum(np.maximum(activity - block.upper, block.lower - activity), 0.0), np.float64)


def agree(block: Block, stairs: Staircase, session: Session, objective: Floats) -> float | None:
    mine, other = stairs.maximise(objective), session.maximise(objective)
    assert mine is not None
    assert mine.found == other.found
    if not mine.found:
        assert mine.status == other.status == "infeasible"
        return None
    assert mine.value == pytest.approx(other.value, rel=1e-7, abs=1e-6)
    assert mine.value == mine.bound
    assert broken(block, mine.point).max() == 0.0
    return mine.value


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_optimum_also_under_a_held_objective(seed: int) -> None:
    problem = drawn(seed)
    found = blocks(problem)
    assert found, "nothing is solved by structure"
    for block, stairs, vectors in found:
        session = Session(block)
        top = agree(block, stairs, session, vectors["carbon"])
        if top is None:
            continue
        # Hold carbon between what the other objective leaves of it and its own best.
        best_income = stairs.maximise(vectors["development"])
        assert best_income is not None
        left = float(vectors["carbon"] @ best_income.point)
        for part in (0.5, 0.9, 1.0):
            need = left + part * (top - left) - 1e-9 * abs(top)
            stairs.hold(vectors["carbon"], need)
            session.hold(vectors["carbon"], need)
            agree(block, stairs, session, vectors["development"])
            stairs.release()
            session.release()
        stairs.hold(vectors["carbon"], top + 1e-3 * max(1.0, abs(top)))
        session.hold(vectors["carbon"], top + 1e-3 * max(1.0, abs(top)))
        assert agree(block, stairs, session, vectors["development"]) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_beat_asks_only_for_something_better(seed: int) -> None:
    for block, stairs, vectors in blocks(drawn(seed)):
        top = stairs.maximise(vectors["carbon"])
        assert top is not None
        if not top.found:
            continue
        size = max(1.0, abs(top.value))
        for beat in (top.value - 0.1 * size, top.value - 1e-7 * size, top.value):
            again = stairs.maximise(vectors["carbon"], beat)
            assert again is not None
            assert np.array_equal(again.point[: block.choices], top.point[: block.choices])
        above = stairs.maximise(vectors["carbon"], top.value + 1e-6 * size)
        assert above is not None
        assert above.status == "infeasible"


@pytest.mark.parametrize("seed", range(8))
def test_an_envelope_below_the_floors_is_infeasible_for_both(seed: int) -> None:
    problem = drawn(seed, rules=(RuleSpec("envelope"), RuleSpec("standards_only_rise")))
    funds = tuple(
        f if f.id != PROTECTION else type(f)(f.id, f.payer, f.budget_nature, dict.fromkeys(f.appropriation_fen, 5))
        for f in problem.resolved.funds
    )
    for block, stairs, vectors in blocks(problem.change(funds=funds)):
        assert agree(block, stairs, Session(block), vectors["carbon"]) is None


def test_a_share_that_only_unpaid_money_could_reach_is_infeasible_for_both() -> None:
    # Nothing at all meets any share; a last year's standard above the grid of the poor's forest does not.
    problem = drawn(
        3,
        rules=(
            RuleSpec("envelope"),
            RuleSpec("priority_share", {"group": "poor", "share": "0.999", "fund": PROTECTION}),
        ),
    )
    for block, stairs, vectors in blocks(problem):
        agree(block, stairs, Session(block), vectors["carbon"])


@pytest.mark.parametrize("seed", range(6))
def test_last_years_limits_are_kept_by_both(seed: int) -> None:
    rules = (
        RuleSpec("envelope"),
        RuleSpec("change_band", {"lower": "-0.9", "upper": "1.5"}),
        RuleSpec("not_below_last_year", {"group": "poor"}),
    )
    for block, stairs, vectors in blocks(drawn(seed, rules=rules, last_year=True)):
        session = Session(block)
        agree(block, stairs, session, vectors["carbon"])
        agree(block, stairs, session, vectors["development"])


def test_a_grade_in_which_no_unit_has_the_category_publishes_nothing() -> None:
    """By hand: the neediest cell has state forest only. Its collective standard must not lie below the state standard
    (20.00), but as nobody is paid by it, the collective category publishes two values, 16.00 and 18.00, not three."""
    shape: dict[str, Any] = {"categories": (STATE, COLLECTIVE), "levels": (16_00, 18_00, 20_00), "grades": 3, "seed": 1}

    def plan(table: pd.DataFrame) -> None:
        wanted = {("110001", COLLECTIVE, 18_00), ("110002", STATE, 20_00)}
        keys = list(zip(table["region_code"], table["category"], table["standard_fen"], strict=True))
        table["obj.carbon"] = [10.0 if key in wanted else 0.0 for key in keys]
        paid = {("110001", COLLECTIVE, 18_00): 3, ("110002", STATE, 18_00): 1, ("110002", STATE, 20_00): 2}
        table[f"cost.{PROTECTION}.central.2026_fen"] = [paid.get(k, 0 if k[2] == 16_00 else 100) for k in keys]

    whole = tiny(**shape)
    table = whole.menus.offers.table
    kept = table[~((table["region_code"] == "110002") & (table["category"] == COLLECTIVE))].reset_index(drop=True)
    offers = replace(whole.menus.offers, table=kept)
    problem = replace(whole, menus=replace(whole.menus, offers=offers)).offers(plan).budget("0")
    categories = tuple(replace(c, not_below=(STATE,)) if c.id == COLLECTIVE else c for c in problem.resolved.categories)
    funds = tuple(
        replace(f, appropriation_fen={"2026": f.appropriation_fen["2026"] + 5}) for f in problem.resolved.funds
    )
    limited = problem.change(categories=categories, funds=funds)
    limited = limited.rules(RuleSpec("envelope"), RuleSpec("published_values", {"at_most": 2}))
    for block, stairs, vectors in blocks(limited):
        assert agree(block, stairs, Session(block), vectors["carbon"]) == 20.0
