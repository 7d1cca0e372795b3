"""Draws through the engine."""

from dataclasses import replace

import numpy as np
import pytest
from tests.carbon.uncertainty.small import YEARS, curves, packages, placed, rules, sources

from silvafisc.carbon.trajectories.courses import MEASURES, balances_of, follow
from silvafisc.carbon.trajectories.land import standing
from silvafisc.carbon.trajectories.setting import untouched
from silvafisc.carbon.uncertainty.designs import uniforms
from silvafisc.carbon.uncertainty.drawn import drawn_curves, drawn_table
from silvafisc.carbon.uncertainty.follow import added
from silvafisc.carbon.uncertainty.sources import CAUSES, LOSS_FACTOR, MEMBER

END = len(YEARS)


def some_draws(count: int) -> list[dict[str, float]]:
    numbers = uniforms([source.name for source in sources()], count, 3)
    values = {source.name: source.spread.at(numbers[source.name]) for source in sources()}
    return [{name: float(drawn[k]) for name, drawn in values.items()} for k in range(count)]


def test_every_cause_has_sources_and_every_deviation_is_drawn() -> None:
    found = sources()
    assert {source.cause for source in found} == set(CAUSES)
    assert len({source.name for source in found}) == len(found)
    names = {source.name for source in found}
    stated = [
        path.replace("deviations_", "") for path in rules().children("assumptions.carbon") if ".deviations_" in path
    ]
    assert stated
    assert {f"parameter/{path}" for path in stated} <= names
    # Units come last, so that a further unit moves nothing that others share.
    assert [source.scope for source in found][-len(curves().forest.codes) :] == ["unit"] * len(curves().forest.codes)


def test_an_empty_draw_is_the_central_case() -> None:
    setting, place = placed({})
    measures = sorted(MEASURES)
    found = added(setting, place, measures, [1], [2, END])
    for at, measure in enumerate(measures):
        course = follow(setting, place, measure, [1])[0]
        flow = course.project.flow() - course.baseline.flow()
        # Rows are merged and plans stepped together: the same but for rounding.
        np.testing.assert_allclose(found.additional[0, at, :, 1], flow.sum(axis=1), atol=1e-12)
        np.testing.assert_allclose(found.additional[0, at, :, 0], flow[:, :2].sum(axis=1), atol=1e-12)


def test_every_draw_closes_and_a_measure_without_effect_adds_nothing() -> None:
    for draw in some_draws(2):
        setting, place = placed(draw)
        found = added(setting, place, ["fire_protection", "tending"], [1], [END])
        assert np.isfinite(found.additional).all()
        plan = untouched(setting, standing(setting.forest, setting.years))
        project, baseline = balances_of(setting, place, [plan, plan])
        assert (project.flow() == baseline.flow()).all()
        draw["parameter/assumptions.carbon.trajectories.fire_protection_effect"] = 0.0
        nothing = added(*placed(draw), ["fire_protection"], [1], [END])
        assert (nothing.additional == 0).all()


def test_drawn_curves_meet_the_drawn_unit_means_and_never_fall() -> None:
    """By definition: the area-weighted mean volume is the inventory's times the draw of the unit."""
    for draw in some_draws(4):
        forest = drawn_curves(draw, curves()).forest
        volume = np.einsum("uga,uga->u", forest.weights(), forest.volumes(0)[..., 0])
        stated = curves().forest.stands["mean_volume_m3_per_ha"].to_numpy()
        factor = np.array([draw[f"curve/unit_volume/{code}"] for code in forest.codes])
        np.testing.assert_allclose(volume, stated * factor, rtol=1e-12)
        assert (np.diff(forest.volumes(35), axis=-1) >= 0).all()


def test_drawn_shares_of_a_pool_still_sum_to_one() -> None:
    table = drawn_table(some_draws(1)[0], "cbm_matrices", packages()["cbm_matrices"]).table
    assert not np.array_equal(table["value"], packages()["cbm_matrices"].table["value"])
    sums = table.groupby(["event", "source_pool"])["value"].sum()
    np.testing.assert_allclose(sums, 1, atol=1e-12)


def test_the_loss_hazard_moves_compensation_nearly_in_proportion() -> None:
    """By hand: the loss that a year would have brought is proportional to the hazard of that year, the regrowth nearly."""
    one, twice = (added(*placed({LOSS_FACTOR: factor}), ["compensation"], [1], [1]) for factor in (1.0, 2.0))
    np.testing.assert_allclose(twice.additional / one.additional, 2, rtol=0.02)


def test_a_member_of_growth_is_drawn_where_the_climate_shifts() -> None:
    first, second = (added(*placed({MEMBER: member}, "both"), ["afforestation"], [1], [END]) for member in (0.0, 1.0))
    assert not np.allclose(first.additional, second.additional)
    today = [added(*placed({MEMBER: member}), ["afforestation"], [1], [END]).additional for member in (0.0, 1.0)]
    np.testing.assert_array_equal(today[0], today[1])


def test_merging_refuses_nothing_and_keeps_unlike_rows_apart() -> None:
    """Rows that meet other events stay rows of their own: the balance is that of the rows one by one."""
    setting, place = placed({})
    plan = untouched(setting, standing(setting.forest, setting.years))
    loss = plan.hazards["loss"] * (1 + np.arange(len(plan.land.unit)))[:, None] / len(plan.land.unit)
    plan = replace(plan, hazards={**plan.hazards, "loss": loss})
    (apart,), (together,) = (balances_of(setting, place, [plan], merge=merge) for merge in (False, True))
    np.testing.assert_allclose(together.flow(), apart.flow(), atol=1e-12)


@pytest.mark.parametrize("name", ["deviations_measures", "deviations_trajectories"])
def test_deviations_are_in_the_unit_of_what_they_belong_to(name: str) -> None:
    for path in rules().children(f"assumptions.carbon.{name}"):
        assert rules().entry(path).unit == rules().entry(path.replace("deviations_", "")).unit


def test_stems_and_leaves_that_exceed_the_whole_share_it_and_leave_no_branches_below_zero() -> None:
    """By hand: 0.8 and 0.5 are 8/13 and 5/13 of the whole; whatever the amount, rounding takes no branch below zero."""
    group = curves().forest.groups[0]
    split = drawn_curves({f"split/stem/{group}": 0.8, f"split/foliage/{group}": 0.5}, curves()).split
    assert (split.merch[0], split.foliage[0]) == pytest.approx((8 / 13, 5 / 13))
    amounts = np.random.default_rng(1).uniform(1, 200, (10_000, len(curves().forest.groups)))
    assert (split.live(amounts) >= 0).all()
