"""Review cards: worth by hand, cases against the engine itself, verdicts, and what no case may be."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carbon.trajectories import small

from silvafisc.carbon.accounts import Balance
from silvafisc.carbon.monitoring.sampling import Strata
from silvafisc.carbon.precision import fertilising, sensors, skidding
from silvafisc.carbon.precision.appraisal import (
    CASES,
    CHEAP,
    DEAR,
    DEAR_AT_LOW,
    FIRM,
    FRAGILE,
    LOSES,
    Case,
    Worth,
    discount_rate,
    graded,
    verdict,
    worth,
)
from silvafisc.carbon.trajectories.felling import CLEAR
from silvafisc.carbon.trajectories.plans import Plan
from silvafisc.carbon.trajectories.setting import Setting
from silvafisc.carbon.trajectories.stands import fertilising as fertilised
from silvafisc.datasets.findings import InputError
from silvafisc.policy import Change, ParameterTree, Reference, Rules

PRECISION = "assumptions.carbon.precision."


def rules(**values: str) -> Rules:
    """The law of 2026 with parameters changed; `a__b` stands for `a.b`."""
    changes = [
        Change(f"assumptions.{path.replace('__', '.')}", "2020-01-01", "open", value, Reference("a test"), "here")
        for path, value in values.items()
    ]
    return ParameterTree.load().apply(changes).on("2026-01-01")


def case(cost: float, *flows: float) -> Case:
    return Case("central", "judgement", 0.1, np.array([cost]), np.array([flows]))


def test_worth_by_hand() -> None:
    found = worth(case(60.0, 1.0, -0.5, 0.7), 0.1)
    # by hand: 1 - 0.5 + 0.7 = 1.2;  1 / 1.1 - 0.5 / 1.21 + 0.7 / 1.331
    present = 1 / 1.1 - 0.5 / 1.21 + 0.7 / 1.331
    assert found.tonnes[0] == pytest.approx(1.2)
    assert found.present_tonnes[0] == pytest.approx(present)
    assert found.per_tonne[0] == pytest.approx(50)
    assert found.break_even[0] == pytest.approx(60 / present)


def test_without_discount_the_break_even_price_is_the_cost_of_a_tonne() -> None:
    found = worth(case(60.0, 1.0, 0.2), 0.0)
    assert found.break_even[0] == found.per_tonne[0] == pytest.approx(50)


def test_a_measure_that_loses_carbon_has_no_price() -> None:
    found = worth(case(60.0, -1.0, 0.5), 0.06)
    assert math.isnan(found.per_tonne[0])
    assert math.isnan(found.break_even[0])


@given(
    cost=st.floats(1, 1e4),
    flows=st.lists(st.floats(0.001, 5), min_size=1, max_size=40),
    rate=st.floats(0, 0.2),
)
def test_at_the_break_even_price_the_net_present_value_is_zero(cost: float, flows: list[float], rate: float) -> None:
    price = worth(case(cost, *flows), rate).break_even[0]
    value = sum(price * flow / (1 + rate) ** (at + 1) for at, flow in enumerate(flows)) - cost
    assert value == pytest.approx(0, abs=1e-9 * cost)


@pytest.mark.parametrize(
    ("central", "low", "expected"),
    [
        (50.0, 75.0, (True, (CHEAP, FIRM))),
        (60.0, 80.0, (True, (CHEAP, FIRM))),
        (50.0, 81.0, (False, (CHEAP, FRAGILE))),
        (50.0, math.nan, (False, (CHEAP, FRAGILE))),
        (70.0, 75.0, (False, (DEAR_AT_LOW, FIRM))),
        (90.0, 95.0, (False, (DEAR, FRAGILE))),
        (math.nan, math.nan, (False, (LOSES, FRAGILE))),
    ],
)
def test_a_verdict_asks_the_lower_price_of_the_central_and_the_upper_of_the_low_case(
    central: float, low: float, expected: tuple[bool, tuple[str, str]]
) -> None:
    def at(price: float) -> Worth:
        present = np.array([-1.0 if math.isnan(price) else 1.0])
        return Worth(present, present, np.array([price]), np.array([price]))

    assert verdict(at(central), at(low), (60.0, 80.0)) == [expected]


def test_cases_of_fertilising_are_what_the_engine_gives_for_their_gains() -> None:
    """other program: the engine followed with each gain (and dose) itself, not scaled."""

    def added(held: Setting) -> np.ndarray:
        project, baseline = small.pair(held, fertilised)
        with_, without = (balance.flow() for balance in small.balances(held, [project, baseline]))
        first = np.zeros_like(with_)
        first[:, 0] = fertilising.emissions(held.rules)
        return np.asarray(with_ - without - first)

    law = rules()
    found = {one.name: one for one in fertilising.cases(added(small.setting(law)), law)}
    assert [found[name].effect for name in CASES] == pytest.approx([0.02, 0.1, 0.18])
    for name, gain, nitrogen in (("low", "0.02", "100"), ("central", "0.1", "100"), ("optimistic", "0.18", "77")):
        moved = rules(carbon__trajectories__fertilising_gain=gain, carbon__trajectories__fertilising_nitrogen=nitrogen)
        assert found[name].flows == pytest.approx(added(small.setting(moved)), abs=1e-12)
    assert [found[name].evidence for name in CASES] == ["judgement", "judgement", "single_trial"]


def test_cost_and_emissions_of_fertilising_by_hand() -> None:
    law = rules()
    # by hand: 100 kg/ha x 5 / 15 + 0.5 x 4432 / 22 + 15
    assert fertilising.cost(law) == pytest.approx(100 / 3 + 2216 / 22 + 15)
    assert fertilising.cost(law, 0.23) == pytest.approx(77 / 3 + 2216 / 22 + 15)
    # by hand: 100 kg/ha x (0.01 x 44/28 x 265 + 8) kg / 1000 / 15
    assert fertilising.emissions(law) == pytest.approx(0.1 * (0.01 * 44 / 28 * 265 + 8) / 15)


def test_a_low_case_below_nothing_is_nothing_gained() -> None:
    law = rules(carbon__trajectories__fertilising_gain="0.05")
    flows = np.full((1, 3), 0.01)
    low = fertilising.cases(flows, law)[0]
    assert low.effect == 0
    assert low.flows[0].tolist() == pytest.approx([-fertilising.emissions(law), 0, 0])


def test_a_gain_of_nothing_cannot_be_scaled() -> None:
    law = rules(carbon__trajectories__fertilising_gain="0")
    with pytest.raises(InputError, match="cannot be scaled"):
        fertilising.cases(np.zeros((1, 2)), law)


def test_a_damaged_tree_leaves_no_wood_and_all_its_carbon() -> None:
    held = small.tables()
    able = skidding.with_damage(held)
    damaged = able.matrices[skidding.DAMAGED]
    assert damaged.sum(axis=1) == pytest.approx(np.ones(len(damaged)))
    assert damaged[0].max() == pytest.approx(0.6)  # by hand: 0.12 of 0.2 stays as a snag
    # by hand: a usual cut is four fifths felled and one fifth damaged, in the pools of a living tree
    mixed = 0.8 * held.matrices[CLEAR][:5] + 0.2 * damaged[:5]
    assert mixed == pytest.approx(held.matrices["selective_cutting"][:5])


def test_tables_without_such_a_mixture_are_refused() -> None:
    held = small.tables()
    whole = {**held.matrices, "selective_cutting": held.matrices[CLEAR]}
    with pytest.raises(InputError, match="no mixture"):
        skidding.with_damage(replace(held, matrices=whole))


def followed(held: Setting, plans: Sequence[Plan]) -> list[Balance]:
    return small.balances(held, plans)


def test_trees_that_die_are_lost_slowly_and_regrow_in_part() -> None:
    held = small.setting(rules(), years=30)
    lost, volume = skidding.responses(held, followed)
    gaps, closes = (lost[name].sum(axis=1) for name in (skidding.GAPS, skidding.CLOSES))
    # by hand: mature and over-mature stands of the first unit, half each: ages 50 and 70
    assert volume[0] == pytest.approx((small.volume(50, 0) + small.volume(70, 0)) / 2)
    assert (gaps > 0).all()
    assert (closes > 0).all()
    # What dies is at most the living carbon of the stands; some of it is still dead wood after 30 years.
    most = volume * small.PER_M3.sum() * (1 + small.tables().root_shoot.max()) * 44 / 12 / 15
    assert (gaps < most).all()
    # The year after the damage nothing has rotted much: less than a tenth is lost.
    assert (lost[skidding.GAPS][:, 0] < most / 5).all()


def test_the_loss_is_proportional_to_the_share_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    held = small.setting(rules(), years=12)
    one, _ = skidding.responses(held, followed)
    monkeypatch.setattr(skidding, "_FOLLOWED", 0.1)
    ten, _ = skidding.responses(held, followed)
    for name in one:
        assert one[name] == pytest.approx(ten[name], rel=1e-6, abs=1e-9)


def test_cases_of_skidding_by_hand() -> None:
    law = rules()
    lost = {skidding.GAPS: np.array([[1.0, 2.0]]), skidding.CLOSES: np.array([[0.5, 0.0]])}
    found = {one.name: one for one in skidding.cases(lost, np.array([200.0]), small.tables(), law)}
    # by hand: 0.7 of the stand stays, half of the damaged die; 10 - 8.79, 15 - 8.79, 20 - 0.8 % are spared
    assert found["low"].flows[0].tolist() == pytest.approx([0.35 * 0.0121 * 0.5, 0])
    assert found["central"].flows[0].tolist() == pytest.approx([0.35 * 0.0621, 0.35 * 0.1242])
    assert found["optimistic"].flows[0].tolist() == pytest.approx([0.35 * 0.192, 0.35 * 0.384])
    # by hand: 0.3 x 200 m3/ha x 0.85 carried out / 15 mu x 40 yuan
    assert found["central"].cost[0] == pytest.approx(136)
    assert [found[name].evidence for name in CASES] == ["single_study", "single_study", "single_trial"]


def test_careful_skidding_that_damages_more_is_refused() -> None:
    law = rules(carbon__precision__skidding_low_damage="0.12")
    with pytest.raises(InputError, match="must not exceed the usual one"):
        skidding.cases(
            {skidding.GAPS: np.ones((1, 1)), skidding.CLOSES: np.ones((1, 1))}, np.ones(1), small.tables(), law
        )


def test_no_damage_spared_is_no_tonne_exactly() -> None:
    law = rules(carbon__precision__skidding_low_damage="0.1", carbon__precision__skidding_usual_damage="0.1")
    lost = {skidding.GAPS: np.array([[1.0]]), skidding.CLOSES: np.array([[1.0]])}
    low, central, _ = skidding.cases(lost, np.array([200.0]), small.tables(), law)
    assert (low.flows == 0).all()
    assert (central.flows == 0).all()


def test_a_sensor_net_by_hand() -> None:
    law = rules()
    # by hand: 3000 yuan a node over 500 mu; five years at 6 %: 0.2373964; 15 % of upkeep
    annuity = 0.06 / (1 - 1.06**-5)
    assert sensors.yearly_cost(law) == pytest.approx(3000 * (annuity + 0.15) / 500)
    assert sensors.mu_per_plot(law) == pytest.approx(2000 / sensors.yearly_cost(law))
    free = rules(carbon__precision__discount_rate="0")
    assert sensors.yearly_cost(free) == pytest.approx(3000 * (0.2 + 0.15) / 500)


def test_the_money_of_a_net_buys_plots_that_narrow_the_total() -> None:
    law = rules()
    strata = Strata(np.array([10_000.0, 5_000.0]), np.array([6.0, 4.0]), np.array([3.0, 1.0]), np.array([4.0, 4.0]))
    found = sensors.against_plots(strata, law)
    assert found.money_yuan == pytest.approx(sensors.yearly_cost(law) * 15_000)
    assert found.plots == found.money_yuan // 2000 > 0
    assert found.after.total == found.before.total == pytest.approx(80_000)
    assert found.after.half_width < found.before.half_width


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"carbon__precision__sensor_life": "0"}, "above zero"),
        ({"carbon__precision__sensor_mu_per_node": "0"}, "above zero"),
        ({"carbon__precision__discount_rate": "-1"}, "must not be negative"),
    ],
)
def test_impossible_parameters_are_refused(values: Mapping[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        sensors.yearly_cost(rules(**values))


@pytest.mark.parametrize("text", ["central=proven", "middle=judgement", "low=judgement", "central"])
def test_an_unknown_grade_or_case_is_refused(text: str) -> None:
    law = rules(carbon__precision__fertilising_evidence=text)
    with pytest.raises(InputError):
        graded(law, PRECISION + "fertilising_evidence")
    assert discount_rate(law) == pytest.approx(0.06)
