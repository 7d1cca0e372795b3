"""Several measures on the same land: between the greatest single one and their sum, in any order."""

from itertools import permutations

import numpy as np
import pytest
from tests.carbon.conftest import changed
from tests.carbon.trajectories.small import Measure, follow, kept, pair, setting

from silvafisc.carbon.trajectories.interaction import bounded, joint_gain, joint_hazards, together
from silvafisc.carbon.trajectories.plans import Plan
from silvafisc.carbon.trajectories.protection import compensation, fire_protection, pest_control
from silvafisc.carbon.trajectories.setting import Setting
from silvafisc.carbon.trajectories.stands import fertilising, mixed_replanting, restoration, tending
from silvafisc.datasets import InputError
from silvafisc.policy import Rules


def test_smaller_gains_are_discounted_and_the_sum_is_capped() -> None:
    """By hand at growth 10: 3 and 2 -> 3 + 1 = 4; 4, 3 and 2 -> 4 + 2.5, capped at 5; 6 alone stays 6, 6 and 2 stay at 6;
    a cost of 1 counts in full."""
    growth = np.full(6, 10.0)
    extra = np.array([[3.0, 4, 6, 6, 3, 0], [2.0, 3, 0, 2, -1, -1], [0.0, 2, 0, 0, 0, -2]])
    found = joint_gain(extra, growth, 0.5, 0.5)
    assert found.tolist() == [4, 5, 6, 6, 2, -3]


@pytest.mark.parametrize(("discount", "cap"), [(0, 9), (0.5, 0.5), (1, 0), (0.3, 0.1)])
def test_gains_lie_between_the_greatest_and_the_sum_in_any_order(discount: float, cap: float) -> None:
    extra = np.random.default_rng(5).uniform(0, 2, (4, 50, 3))
    growth = np.random.default_rng(6).uniform(0, 3, (50, 3))
    found = joint_gain(extra, growth, discount, cap)
    assert np.all(found >= extra.max(axis=0) - 1e-12)
    assert np.all(found <= extra.sum(axis=0) + 1e-12)
    for order in permutations(range(4)):
        np.testing.assert_allclose(joint_gain(extra[list(order)], growth, discount, cap), found, rtol=1e-12)
    np.testing.assert_array_equal(joint_gain(extra[:1], growth, discount, cap), extra[0])


def test_the_second_protection_acts_on_what_the_first_left() -> None:
    """By hand: 30 % and 50 % avoided leave 0.7 · 0.5 = 35 % of the hazard; where there is none, none comes about."""
    alone = {"pest": np.array([[0.02, 0.0]]), "loss": np.array([[0.01, 0.01]])}
    under = [{"pest": 0.7 * alone["pest"], "loss": alone["loss"]}, {"pest": 0.5 * alone["pest"], "loss": alone["loss"]}]
    for order in (under, under[::-1]):
        found = joint_hazards(alone, order)
        np.testing.assert_allclose(found["pest"], [[0.007, 0]], rtol=1e-12)
        np.testing.assert_array_equal(found["loss"], alone["loss"])


def test_carbon_is_counted_between_the_greatest_and_the_sum_and_costs_in_full() -> None:
    """By hand: 3 and 2 lie between 3 and 5; 3 and -1 make 2, whatever the engine says; -1 and -2 make -3."""
    alone = np.array([[3.0, 3, 3, 3, -1], [2.0, 2, 2, -1, -2]])
    assert bounded(np.array([4.0, 6, 1, 2.5, 0]), alone).tolist() == [4, 5, 3, 2, -3]


def gains(held: Setting, *pairs: tuple[Plan, Plan]) -> list[np.ndarray]:
    """(units, years + 1) tC/ha in forest and wood that each pair adds."""
    stocks = [kept(flows) for flows in follow(held, *(plan for both in pairs for plan in both))]
    return [both[0].land.mean(stocks[2 * n] - stocks[2 * n + 1], 2) for n, both in enumerate(pairs)]


def test_carbon_gained_together_lies_between_the_greatest_and_the_sum(rules: Rules) -> None:
    held = setting(rules)
    measures: tuple[Measure, ...] = (fertilising, pest_control, fire_protection, compensation)
    made = [pair(held, measure, 2) for measure in measures]
    # nothing done on the stands that are fertilised: beside it each measure is alone on that land
    idle = (made[0][1], made[0][1])
    joint, *alone = gains(held, together(made, rules), *(together([one, idle], rules) for one in made))
    assert not np.any(joint[:, :2])
    assert np.all(joint[:, 2:] > np.max(alone, axis=0)[:, 2:])
    # in the engine trees that are spared grow faster too: a second-order gain, which `bounded` does not count
    assert np.all(joint <= 1.01 * np.sum(alone, axis=0))
    counted = bounded(joint, np.array(alone))
    assert np.all(counted <= np.sum(alone, axis=0))
    assert np.all(counted >= np.max(alone, axis=0))
    assert np.all(np.abs(counted - joint) <= 0.01 * np.abs(joint))
    (other,) = gains(held, together(made[::-1], rules))
    np.testing.assert_allclose(other, joint, rtol=1e-9, atol=1e-12)


def test_a_measure_alone_or_beside_nothing_is_itself(rules: Rules) -> None:
    held = setting(rules)
    one = pair(held, tending, 2)
    idle = (one[1], one[1])
    itself, alone, beside = gains(held, one, together([one], rules), together([idle, one], rules))
    np.testing.assert_allclose(alone, itself, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(beside, itself, rtol=1e-9, atol=1e-12)


def test_growth_gains_of_two_measures_are_discounted_on_the_stands_that_both_treat(rules: Rules) -> None:
    """By hand: fertiliser and mixing do not touch the same growth, so fertiliser's 10 % stays whole; twice fertilised is
    10 % and half of 10 %; both keep 100 + 100 kg of nitrogen."""
    held = setting(rules)
    twice, baseline = together([pair(held, fertilising, 3), pair(held, fertilising, 3)], rules)
    year = 2
    grown = baseline.strands[0].growth[:, year]
    np.testing.assert_allclose(twice.strands[0].growth[:, year], 1.15 * grown, rtol=1e-12)
    assert twice.nitrogen is not None
    assert np.all(twice.nitrogen[:, year] == 200)
    mixed, _ = together([pair(held, fertilising, 3), pair(held, mixed_replanting, 3)], rules)
    np.testing.assert_allclose(mixed.strands[0].growth[:, year], 1.1 * grown, rtol=1e-12)
    assert len(mixed.strands) == 2
    assert [act.matrix for act in mixed.acts] == ["restoration_clearing"]


def test_only_the_stands_that_all_treat_are_combined(rules: Rules) -> None:
    held = setting(rules)
    joint, baseline = together([pair(held, pest_control), pair(held, tending)], rules)
    assert set(joint.land.age) == {0, 1}
    assert joint.land is baseline.land
    assert joint.land.mean(np.ones(len(joint.land.unit)), 2) == pytest.approx([1, 1])


def test_what_cannot_be_combined_is_refused(rules: Rules) -> None:
    held = setting(rules)
    with pytest.raises(InputError, match="cut the same stands in one year"):
        together([pair(held, tending, 2), pair(held, mixed_replanting, 2)], rules)
    together([pair(held, tending, 2), pair(held, mixed_replanting, 4)], rules)
    with pytest.raises(InputError, match="degraded land is other land"):
        together([pair(held, restoration), pair(held, pest_control)], rules)
    old = changed(trajectories__fertilising_age_groups="mature")
    with pytest.raises(InputError, match="no stand that all these measures treat"):
        together([pair(setting(old), fertilising), pair(held, tending)], rules)
    for values in ({"trajectories__interaction_discount": "1.1"}, {"trajectories__interaction_cap": "-0.1"}):
        with pytest.raises(InputError, match="discount must lie"):
            together([pair(held, fertilising), pair(held, pest_control)], changed(**values))
