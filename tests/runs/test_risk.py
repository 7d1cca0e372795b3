"""Evaluation over draws against closed forms, and rank acceptability against areas of the simplex."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from silvafisc.allocation.risk import quantile, tail_mean
from silvafisc.results.draws import CARBON, COST, PRICE, Draws, DrawsError, draws_of
from silvafisc.runs.risk import evaluate, rank_acceptability

ALL = ("", "", "", "")
ROWS = pd.DataFrame(
    [
        ("110000", "rigid", "one", "compensation", "state", "2026", "floor", 400_00, 30.0),
        ("110000", "task", "two", "tending", "", "2026", "u=1", 100_00, 10.0),
        ("350000", "task", "two", "tending", "", "2027", "u=1", 100_00, 10.0),
    ],
    columns=[
        "region_code",
        "nature",
        "fund",
        "measure",
        "category",
        "period",
        "offer",
        "payment_fen",
        "carbon_tco2e",
    ],
)


def normal(mean: float, deviation: float, count: int, seed: int) -> list[str]:
    """Stratified normal draws: the middles of so many equal parts, in random order."""
    middles = (np.arange(count) + 0.5) / count
    drawn = mean + deviation * stats.norm.ppf(np.random.default_rng(seed).permutation(middles))
    return [f"{value:.9f}" for value in drawn]


def test_the_tail_of_a_linear_form_of_normal_draws_is_the_closed_form() -> None:
    # published: for X ~ N(μ, σ²) the mean of the lowest share β is μ − σ φ(z_β) / β. Here X = 30 a + 20 b with a, b
    # independent of means 1 and 1.5 and deviations 0.2 and 0.3: μ = 60, σ = √(6² + 6²)
    draws = draws_of(
        {
            (CARBON, ("", "compensation", "", "")): normal(1, 0.2, 4_000, 1),
            (CARBON, ("", "tending", "", "")): normal(1.5, 0.3, 4_000, 2),
        }
    )
    found, deviation = evaluate(ROWS, draws), np.sqrt(72)
    assert found.mean("tonnes") == pytest.approx(60, abs=1e-6)
    for part in ("0.05", "0.1", "0.5"):
        beta = float(part)
        tail = 60 - deviation * stats.norm.pdf(stats.norm.ppf(beta)) / beta
        assert found.cvar("tonnes", part) == pytest.approx(tail, abs=0.25)
        assert found.quantile("tonnes", part) == pytest.approx(60 + deviation * stats.norm.ppf(beta), abs=0.25)
    assert found.below(60 - deviation) == pytest.approx(stats.norm.cdf(-1), abs=0.01)


def test_costs_above_the_notice_are_not_offset_between_funds_and_years() -> None:
    # by hand: tending costs 1.2 and 0.9 of 100 yuan in 2026 and 2027; 400 + 120 + 90 yuan, 20 above the notice
    draws = draws_of(
        {
            (CARBON, ALL): ["2"],
            (COST, ("", "compensation", "", "")): ["1"],
            (COST, ("", "tending", "2026", "")): ["1.2"],
            (COST, ("", "tending", "2027", "")): ["0.9"],
            (PRICE, ALL): ["70"],
        }
    )
    row = evaluate(ROWS, draws).frame.iloc[0].to_dict()
    assert row == pytest.approx(
        {"draw": 1, "tonnes": 100, "value": 7000, "cost": 610, "overrun": 20, "cost_per_tonne": 6.1}
    )


def test_the_worst_costs_are_the_highest() -> None:
    draws = draws_of({(CARBON, ALL): ["1", "1"], (COST, ALL): ["1", "1.5"]})
    found = evaluate(ROWS, draws)
    assert (found.cvar("cost", "0.5"), found.cvar("overrun", "0.5")) == (900, 300)


def test_no_cost_per_tonne_where_a_draw_keeps_no_carbon() -> None:
    draws = draws_of({(CARBON, ALL): ["1", "-1"], (COST, ALL): ["1", "1"]})
    assert "cost_per_tonne" not in evaluate(ROWS, draws).frame


def test_without_prices_and_costs_only_tonnes_are_evaluated() -> None:
    assert list(evaluate(ROWS, draws_of({(CARBON, ALL): ["1"]})).frame.columns) == ["draw", "tonnes"]


def test_money_whose_tonnes_name_no_measure_is_refused_not_taken_for_zero() -> None:
    draws = draws_of({(CARBON, ("", "tending", "", "")): ["1"]})
    frame = ROWS.assign(measure="", **{"obj.carbon.tending": float("nan")})
    with pytest.raises(DrawsError, match="no carbon draw speaks of 110000"):
        evaluate(frame, draws)


def test_fresh_draws_take_nothing_from_those_that_were_decided_on() -> None:
    first, second = (draws_of({(CARBON, ALL): normal(1, 0.2, 50, seed)}) for seed in (1, 2))
    once = evaluate(ROWS, second).frame
    evaluate(ROWS, first)
    assert evaluate(ROWS, second).frame.equals(once)
    shuffled = Draws.of(second.table.sample(frac=1, random_state=3))
    assert evaluate(ROWS, shuffled).frame.equals(once)


def test_common_draws_tell_two_allocations_apart_that_differ_a_little() -> None:
    draws = draws_of({(CARBON, ALL): normal(1, 0.2, 200, 1)})
    more = ROWS.assign(carbon_tco2e=ROWS["carbon_tco2e"] * 1.001)
    assert evaluate(more, draws).ahead_of(evaluate(ROWS, draws)) == 1.0
    assert evaluate(ROWS, draws).ahead_of(evaluate(ROWS, draws)) == 0.5


_VALUES = st.lists(st.integers(-50, 50), min_size=1, max_size=30).map(lambda v: np.array(v, np.float64))
_SHARES = st.integers(1, 20).map(lambda n: f"{n}/20")


@settings(max_examples=50, deadline=None, derandomize=True)
@given(_VALUES, _SHARES, _SHARES)
def test_tail_and_quantile_are_ordered(values: "np.ndarray[tuple[int], np.dtype[np.float64]]", a: str, b: str) -> None:
    low, high = sorted((a, b), key=lambda text: int(text.split("/")[0]))
    assert tail_mean(values, low) <= tail_mean(values, high) + 1e-9 <= values.mean() + 2e-9
    assert quantile(values, low) <= quantile(values, high)
    assert tail_mean(values, low) <= quantile(values, low) + 1e-9


def ranks(frame: pd.DataFrame) -> "pd.DataFrame":
    return frame.pivot(index="subject", columns="rank", values="acceptability").fillna(0.0)


def test_acceptabilities_are_the_parts_of_the_simplex() -> None:
    # by hand: w1 · 1 + w2 · 0 > 0 · w1 + w2 · 1 for w1 > 1/2; `middle` (0.6, 0.6) is first for w1 between 0.4 and 0.6
    values = pd.DataFrame({"one": [1.0, 0.0, 0.6], "two": [0.0, 1.0, 0.6]}, index=["left", "right", "middle"])
    frame = rank_acceptability(values, weightings=4_000, seed=1)
    first = ranks(frame)[1]
    assert first.to_dict() == pytest.approx({"left": 0.4, "right": 0.4, "middle": 0.2}, abs=0.03)
    weights = {
        subject: [float(part.split("=")[1]) for part in text.split(";")]
        for subject, text in zip(frame["subject"], frame["central_weights"], strict=True)
        if text
    }
    assert set(weights) == set(values.index)
    assert weights["left"] == pytest.approx([0.8, 0.2], abs=0.02)
    assert weights["middle"] == pytest.approx([0.5, 0.5], abs=0.02)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 99))
def test_acceptabilities_sum_to_one_over_ranks_and_over_alternatives(count: int, objectives: int, seed: int) -> None:
    # small whole numbers, so that equal alternatives and constant objectives occur
    table = np.random.default_rng(seed).integers(0, 3, (count, objectives)).astype(float)
    values = pd.DataFrame(table, columns=[f"o{i}" for i in range(objectives)], index=[f"a{i}" for i in range(count)])
    frame = rank_acceptability(values, weightings=50, seed=seed)
    matrix = ranks(frame)
    assert np.allclose(matrix.sum(axis=1), 1)
    assert np.allclose(matrix.sum(axis=0), 1)
    assert frame.equals(rank_acceptability(values, weightings=50, seed=seed))


def test_groups_of_ranks_hold_as_many_as_their_size() -> None:
    values = pd.DataFrame(np.random.default_rng(0).random((31, 2)), columns=["one", "two"]).rename(index=str)
    matrix = ranks(rank_acceptability(values, weightings=100, seed=1, groups=10))
    assert matrix.shape == (31, 10)
    assert np.allclose(matrix.sum(axis=1), 1)
    assert matrix.sum(axis=0).tolist() == pytest.approx([4, 3, 3, 3, 3, 3, 3, 3, 3, 3])


def test_nothing_to_rank_is_an_empty_table() -> None:
    assert rank_acceptability(pd.DataFrame({"one": []}), weightings=10, seed=1).empty
