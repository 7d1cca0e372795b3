"""What every measure does to carbon, against arithmetic by hand on two invented units."""

import numpy as np
import pytest
from tests.carbon.conftest import changed
from tests.carbon.trajectories.small import (
    AGE_SHARES,
    AGES,
    HAZARD,
    IN_STANDS,
    ON_OPEN_LAND,
    PER_M3,
    PLANTED,
    STANDING,
    YEARS,
    Measure,
    follow,
    forest,
    gained,
    kept,
    living,
    pair,
    setting,
    tables,
    volume,
)

from silvafisc.carbon.cbm import LIVE, POOLS
from silvafisc.carbon.trajectories.land import Land
from silvafisc.carbon.trajectories.plans import lost_share
from silvafisc.carbon.trajectories.planting import afforestation, closure
from silvafisc.carbon.trajectories.protection import compensation, fire_protection, invasive_control, pest_control
from silvafisc.carbon.trajectories.stands import fertilising, mixed_replanting, restoration, tending
from silvafisc.policy import Rules

MEASURES = (*IN_STANDS, *ON_OPEN_LAND)
# by hand from the parameters: 0.4 % of growth is lost to pests
HEALTHY = 1 - 0.004
# by hand: fire burns 0.02 % of the area, half of it lightly (10 % of the trees die), 30 % moderately (40 %), 20 % severely
# (95 %); pests and invasive species kill 30 % of the trees where they strike
FIRE = 0.0002 * (0.5 * 0.1 + 0.3 * 0.4 + 0.2 * 0.95)
PEST, INVASIVE = 0.002 * 0.3, 0.005 * 0.3


def name_of(measure: Measure) -> str:
    return measure.__name__


def row(land: Land, unit: int, group: str, age: int) -> int:
    """Position of a row of the land."""
    found = (land.unit == unit) & (land.group == tables().groups.index(group)) & (land.age == age)
    return int(np.flatnonzero(found)[0])


def carbon(volume_m3: float, group: str) -> float:
    """Living carbon with roots, tC/ha, by hand."""
    return float(volume_m3 * PER_M3.sum() * (1 + tables().root_shoot[tables().groups.index(group)]))


def difference(measure: Measure, rules: Rules, unit: int, group: str, age: int) -> np.ndarray:
    """(years + 1) living tC/ha of a row with the measure of year 1, less without."""
    held = setting(rules)
    project, baseline = pair(held, measure)
    at = row(project.land, unit, group, age)
    with_it, without = (living(flows)[at] for flows in follow(held, project, baseline))
    return np.asarray(with_it - without)


@pytest.mark.parametrize(
    ("measure", "spared"),
    [
        (compensation, HAZARD[0]),
        (fire_protection, 0.35 * FIRE),
        (pest_control, 0.35 * PEST),
        (invasive_control, 0.35 * INVASIVE),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_protection_keeps_the_trees_that_would_have_died(measure: Measure, spared: float, rules: Rules) -> None:
    """By hand, masson pine of 35 years in its first year: spared · (stand + its growth - growth of what starts anew)."""
    age = int(AGES[2])
    before, after, new = volume(age, 0), volume(age + 1, 0), volume(1, 0)
    stand = carbon(before, "masson_pine") + HEALTHY * carbon(after - before, "masson_pine")
    expected = spared * (stand - HEALTHY * carbon(new, "masson_pine"))
    found = difference(measure, rules, 0, "masson_pine", 2)
    assert found[0] == 0
    assert found[1] == pytest.approx(expected, rel=1e-9)
    # what the baseline lost grows back, so the gain fades
    assert 0 < found[-1] < found[1]


def test_invasive_species_strike_only_their_hosts(rules: Rules) -> None:
    assert not np.any(difference(invasive_control, rules, 0, "oak", 2))


def test_a_planted_cohort_stands_on_its_curve_while_the_old_soil_decays(rules: Rules) -> None:
    """By hand: 85 % survive; after its first year, without losses yet, the cohort holds 0.85 V(1)."""
    held = setting(rules)
    plan, without = afforestation(held, 3)
    assert without is None
    (flows,) = follow(held, plan)
    at = row(plan.land, 0, "chinese_fir", -1)
    assert not np.any(living(flows)[at, :3])
    assert living(flows)[at, 3] == pytest.approx(0.85 * HEALTHY * carbon(volume(1, 0), "chinese_fir"), rel=1e-9)
    # nothing happens before the year of planting; then soil falls, and in time litter overtakes what it still loses
    change = np.diff(flows.pools[at, :, len(LIVE) :].sum(axis=1))
    assert change[:2].tolist() == [0, 0]
    assert change[2] < 0
    later = setting(rules, years=40)
    dead = follow(later, afforestation(later, 1)[0])[0].pools[at, :, len(LIVE) :].sum(axis=1)
    assert np.argmin(dead) > 3
    assert dead[-1] - dead.min() > 0.1
    assert np.all(gained(later, afforestation)[:, -1] > 10)


def test_closed_land_waits_and_grows_more_sparsely_than_planted_land(rules: Rules) -> None:
    """By hand: three years later, at 60 % of the curve. Until then nothing changes."""
    held = setting(rules)
    plan, _ = closure(held, 1)
    (flows,) = follow(held, plan)
    at = row(plan.land, 0, "oak", -1)
    assert np.all(flows.pools[:, :4] == flows.pools[:, :1])
    assert not np.any(flows.emitted[:, :3])
    assert living(flows)[at, 4] == pytest.approx(0.6 * HEALTHY * carbon(volume(1, 0), "oak"), rel=1e-9)


@pytest.mark.parametrize("measure", ON_OPEN_LAND, ids=name_of)
def test_a_later_start_on_open_land_is_the_same_course_later(measure: Measure, rules: Rules) -> None:
    """With the same climate every year, and level until then; what the first years lacked at the end is cut off."""
    held = setting(rules)
    first, later = (follow(held, measure(held, year)[0])[0] for year in (1, 4))
    np.testing.assert_array_equal(later.pools[:, 3:], first.pools[:, :-3])
    np.testing.assert_array_equal(later.emitted[:, 3:], first.emitted[:, :-3])
    assert np.all(later.pools[:, :4] == later.pools[:, :1])


def test_land_closed_too_late_to_regenerate_stays_as_it_is(rules: Rules) -> None:
    held = setting(rules)
    (flows,) = follow(held, closure(held, YEARS - 1)[0])
    assert np.all(flows.pools == flows.pools[:, :1])
    assert not np.any(flows.production)


def test_tending_takes_the_planned_share_and_what_stays_grows_better(rules: Rules) -> None:
    """By hand, oak of 20 years: r = 15 %, τ = 15 years, gain 20 %, hazards l of fire, pests and felling."""
    lost = HAZARD[0] + FIRE + PEST
    v0, v1 = volume(20, 0), volume(21, 0)
    growth = v1 * (1 - 0.15 * 2 ** (-1 / 15)) + 0.85 * 0.2 * (v1 - v0) - 0.85 * v0
    with_it = (1 - lost) * (0.85 * carbon(v0, "oak") + HEALTHY * carbon(growth, "oak"))
    without = (1 - lost) * (carbon(v0, "oak") + HEALTHY * carbon(v1 - v0, "oak"))
    found = difference(tending, rules, 0, "oak", 1)
    assert found[1] == pytest.approx(with_it - without, rel=1e-9)
    assert found[1] < 0
    # the loss is made up for in part: suppressed trees would have died, and what stays grows better
    assert found[1] < found[-1]


def test_thinned_and_cleared_wood_is_the_planned_share_of_the_stems(rules: Rules) -> None:
    """By hand: 15 % thinned and 20 % cleared of what the year's hazards left, 70 % of the stems carried out."""
    for measure, share in ((tending, 0.15), (restoration, 0.2)):
        held = setting(rules)
        project, baseline = pair(held, measure, 2)
        with_it, without = follow(held, project, baseline)
        stems = without.pools[:, 1, POOLS.index("Merch")]
        left = 1 - lost_share(project.hazards, held.parameters)[:, 1]
        wood = with_it.products - without.products
        assert wood[:, 0].tolist() == [0] * len(wood)
        np.testing.assert_allclose(wood[:, 1], 0.7 * share * left * stems, rtol=1e-9)


def test_restoration_loses_first_and_then_grows_on_a_better_curve(rules: Rules) -> None:
    """By hand, masson pine of 5 years at 60 % of its volume: 20 % cleared, 85 % of the planted survive, both grow 30 % more."""
    lost = HAZARD[0] + FIRE + PEST + INVASIVE
    v0, v1, new = (0.6 * volume(age, 0) for age in (5, 6, 1))
    tree, grown, anew = (
        carbon(value, "masson_pine") for value in (v0, HEALTHY * 1.3 * (v1 - v0), HEALTHY * 1.3 * 0.85 * new)
    )
    regrown = HEALTHY * carbon(new, "masson_pine")
    with_it = (1 - lost) * 0.8 * (tree + grown) + 0.8 * lost * regrown + 0.2 * anew
    without = (1 - lost) * (tree + grown / 1.3) + lost * regrown
    assert difference(restoration, rules, 0, "masson_pine", 0)[1] == pytest.approx(with_it - without, rel=1e-9)


@pytest.mark.parametrize("measure", [tending, restoration, mixed_replanting], ids=name_of)
def test_early_losses_are_visible(measure: Measure, rules: Rules) -> None:
    """Forest without its wood lies below the untreated forest in the first years, and gains on it later."""
    held = setting(rules, years=45)
    project, baseline = pair(held, measure)
    with_it, without = follow(held, project, baseline)
    mean = project.land.mean(with_it.total - without.total, 2)
    assert np.all(mean[:, 1:4] < 0)
    assert np.all(mean[:, -1] > mean.min(axis=1) + 0.1)
    if measure is restoration:
        assert np.all(mean[:, -1] > 0)


def test_fertiliser_adds_its_share_of_growth(rules: Rules) -> None:
    """By hand, oak of 20 years: 10 % more growth in the first year on what no hazard struck; 100 kg/ha of nitrogen."""
    lost = HAZARD[0] + FIRE + PEST
    more = 0.1 * HEALTHY * carbon(volume(21, 0) - volume(20, 0), "oak")
    assert difference(fertilising, rules, 0, "oak", 1)[1] == pytest.approx((1 - lost) * more, rel=1e-9)
    plan, _ = fertilising(setting(rules), 2)
    assert plan.nitrogen is not None
    assert plan.nitrogen.sum(axis=1).tolist() == [100] * len(plan.nitrogen)
    assert np.all(plan.nitrogen[:, 1] == 100)


def test_mixed_stands_suffer_less_from_pests_from_then_on(rules: Rules) -> None:
    project, baseline = pair(setting(rules), mixed_replanting, 4)
    np.testing.assert_allclose(project.hazards["pest"][:, 3:], 0.8 * baseline.hazards["pest"][:, 3:], rtol=1e-12)
    np.testing.assert_array_equal(project.hazards["pest"][:, :3], baseline.hazards["pest"][:, :3])


NOTHING: dict[Measure, dict[str, str]] = {
    fire_protection: {"trajectories__fire_protection_effect": "0"},
    pest_control: {"trajectories__pest_control_effect": "0"},
    invasive_control: {"trajectories__invasive_control_effect": "0"},
    tending: {"measures__tending_removal": "0", "measures__tending_growth_gain": "0"},
    restoration: {"measures__restoration_removal": "0", "measures__restoration_growth_gain": "0"},
    mixed_replanting: {"trajectories__mixed_removal": "0", "trajectories__mixed_pest_effect": "0"},
    fertilising: {"trajectories__fertilising_gain": "0"},
}


@pytest.mark.parametrize("measure", NOTHING, ids=name_of)
def test_a_measure_without_effect_changes_exactly_nothing(measure: Measure) -> None:
    assert not np.any(gained(setting(changed(**NOTHING[measure])), measure))


GROWING: dict[Measure, tuple[str, tuple[str, str]]] = {
    afforestation: ("measures__planting_survival", ("0.5", "0.9")),
    closure: ("trajectories__closure_growth_share", ("0.3", "0.9")),
    fire_protection: ("trajectories__fire_protection_effect", ("0.2", "0.5")),
    pest_control: ("trajectories__pest_control_effect", ("0.2", "0.5")),
    invasive_control: ("trajectories__invasive_control_effect", ("0.2", "0.5")),
    tending: ("measures__tending_growth_gain", ("0.1", "0.3")),
    restoration: ("measures__restoration_growth_gain", ("0.2", "0.4")),
    mixed_replanting: ("trajectories__mixed_growth_gain", ("0.07", "0.2")),
    fertilising: ("trajectories__fertilising_gain", ("0.1", "0.18")),
}


@pytest.mark.parametrize("measure", GROWING, ids=name_of)
def test_a_greater_effect_is_never_worth_less(measure: Measure) -> None:
    parameter, values = GROWING[measure]
    less, more = (gained(setting(changed(**{parameter: value})), measure, year=2) for value in values)
    assert np.all(more >= less - 1e-12)
    assert np.all(more[:, -1] > less[:, -1])


@pytest.mark.parametrize("measure", IN_STANDS, ids=name_of)
def test_with_and_without_run_the_same_hazards_but_for_the_measure(measure: Measure, rules: Rules) -> None:
    year = 5
    project, baseline = pair(setting(rules), measure, year)
    assert set(project.hazards) == set(baseline.hazards)
    # mixing protects from pests for good; every other effect on hazards ends with its year
    lasting = {"pest"} if measure is mixed_replanting else set()
    others = np.arange(YEARS) != year - 1
    for name in set(project.hazards) - lasting:
        np.testing.assert_array_equal(project.hazards[name][:, others], baseline.hazards[name][:, others])
    before = np.s_[:, : year - 1]
    for name in project.hazards:
        np.testing.assert_array_equal(project.hazards[name][before], baseline.hazards[name][before])


@pytest.mark.parametrize("measure", MEASURES, ids=name_of)
def test_nothing_changes_before_the_year_of_the_measure(measure: Measure, rules: Rules) -> None:
    found = gained(setting(rules), measure, year=5)
    assert not np.any(found[:, :5])
    assert np.any(found[:, -1])


@pytest.mark.parametrize("measure", IN_STANDS, ids=name_of)
def test_nobody_harvests_at_the_end(measure: Measure, rules: Rules) -> None:
    """The stock at the end counts: no plan fells but in the year of its measure, and felling in the last year is a loss."""
    held = setting(rules)
    assert not any(np.any(act.taken[:, 1:]) for act in pair(held, measure)[0].acts)
    last, _ = pair(held, measure, YEARS)
    with_it, without = follow(held, *pair(held, measure, YEARS))
    forest = with_it.total[:, -1] - without.total[:, -1]
    if last.acts:
        assert np.all(forest < 0)
    else:
        assert np.all(forest >= 0)


@pytest.mark.parametrize("measure", MEASURES, ids=name_of)
def test_the_order_of_stands_changes_nothing(measure: Measure, rules: Rules) -> None:
    held = setting(rules)
    plan, _ = measure(held, 2)
    order = np.random.default_rng(3).permutation(len(plan.land.unit))
    moved, kept_in_order = (kept(flows) for flows in follow(held, plan.part(order), plan))
    np.testing.assert_array_equal(moved, kept_in_order[order])


@pytest.mark.parametrize("measure", MEASURES, ids=name_of)
def test_a_unit_of_both_forests_in_equal_parts_has_their_mean(measure: Measure, rules: Rules) -> None:
    """Linear in area: units that differ only in composition, and a third that is half of each."""

    def halves(pair: tuple[dict[str, float], dict[str, float]]) -> dict[str, float]:
        return {name: (pair[0].get(name, 0) + pair[1].get(name, 0)) / 2 for name in {**pair[0], **pair[1]}}

    # without short-rotation groups, which some measures leave out, so that the halves stay halves
    pair = (STANDING[0], {"oak": 0.9, "masson_pine": 0.1})
    place = forest(
        standing=(*pair, halves(pair)),
        planted=(*PLANTED, halves(PLANTED)),
        age_shares=np.tile(AGE_SHARES[0], (3, 1)),
        amplitude=np.full(3, 200.0),
        hazard=np.full(3, 0.003),
    )
    one, other, both = gained(setting(rules, place=place), measure, year=2)
    np.testing.assert_allclose(both, (one + other) / 2, rtol=1e-9, atol=1e-11)
    assert not np.allclose(one, other, rtol=1e-3)
