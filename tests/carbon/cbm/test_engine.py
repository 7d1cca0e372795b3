"""Laws that every simulation keeps, whatever the numbers."""

import sys
from dataclasses import fields, replace

import numpy as np
import pytest
from tests.carbon.cbm.stands import drawn

from silvafisc.carbon.cbm import (
    DEAD,
    GASES,
    LIVE,
    POOLS,
    Event,
    Flows,
    Parameters,
    Rows,
    roots_of,
    simulate,
    simulate_chunks,
    stacked,
)
from silvafisc.datasets import InputError

ALL_EVENTS = ("clear_cutting", "selective_cutting", "fire_high", "pest", "salvage")
EXACT = 1e-9


def arrays(flows: Flows) -> dict[str, np.ndarray]:
    return {field.name: getattr(flows, field.name) for field in fields(flows)}


def differ(one: Flows, other: Flows) -> float:
    """Largest difference of any stock or flow, tC/ha."""
    return max(float(np.abs(value - arrays(other)[name]).max()) for name, value in arrays(one).items())


@pytest.fixture(scope="module")
def rows(parameters: Parameters) -> Rows:
    return drawn(parameters, 60, 30, seed=4, events=ALL_EVENTS)


@pytest.fixture(scope="module")
def flows(rows: Rows, parameters: Parameters) -> Flows:
    return simulate(rows, parameters)


def test_carbon_is_neither_made_nor_lost(flows: Flows) -> None:
    assert np.abs(flows.imbalance()).max() < EXACT
    # the test would see a leak: a tonne of products that nobody counted
    assert np.abs(replace(flows, products=flows.products + 1).imbalance()).min() > 0.5


def test_no_pool_and_no_flow_is_negative(flows: Flows) -> None:
    assert {name: float(value.min()) for name, value in arrays(flows).items() if value.min() < 0} == {}


def test_production_is_growth_and_what_was_shed(rows: Rows, flows: Flows, parameters: Parameters) -> None:
    """By hand, without events: NPP = growth with its roots + rates x pools after half the growth."""
    quiet = simulate(replace(rows, events=()), parameters)
    grown = np.diff(quiet.pools[:, :, : len(LIVE)], axis=1)
    middle = quiet.pools[:, :-1, : len(LIVE)] + grown / 2
    # StemAnnualTurnoverRate, FoliageFallRate, BranchTurnoverRate, CoarseRootTurnProp, FineRootTurnProp
    rates = parameters.turnover[rows.group][:, [1, 0, 2, 3, 4]]
    expected = grown.sum(axis=2) + (middle * rates[:, None]).sum(axis=2)
    assert np.abs(quiet.production - expected).max() < EXACT
    assert np.abs(grown[:, :, :3] - rows.growth).max() < EXACT
    assert not quiet.products.any()
    assert not quiet.released.any()


def test_a_mean_hectare_gives_the_mean_of_its_cohorts(rows: Rows, parameters: Parameters) -> None:
    """Superposition: cohorts of one group and climate, with different stocks and growth, against their mixture."""
    group, start = np.full(60, 3), rows.start.copy()
    start[:, 3:5] = roots_of(start[:, :3], parameters, group)
    cohorts = Rows(
        group,
        np.broadcast_to(rows.temperature[0], rows.temperature.shape),
        start,
        rows.growth,
        tuple(Event(event.matrix, np.broadcast_to(event.share[0], event.share.shape)) for event in rows.events),
    )
    share = np.random.default_rng(7).dirichlet(np.ones(60))
    mean = replace(
        cohorts.part(slice(0, 1)),
        start=share[None] @ cohorts.start,
        growth=np.tensordot(share, cohorts.growth, axes=1)[None],
    )
    apart, together = arrays(simulate(cohorts, parameters)), arrays(simulate(mean, parameters))
    assert max(np.abs(np.tensordot(share, apart[name], axes=1) - together[name][0]).max() for name in apart) < EXACT


def test_an_event_on_part_of_the_area_is_that_part_struck(parameters: Parameters) -> None:
    """By hand, one year: 30 % felled and 20 % burnt = 0.5 untouched + 0.3 felled + 0.2 burnt, apart."""
    quiet = drawn(parameters, 20, 1, seed=5)
    both = ("clear_cutting", "fire_high")
    whole = np.ones((20, 1))
    apart = [simulate(quiet, parameters)]
    # growth is the mean hectare's: each part grows as if it were the whole
    apart += [simulate(replace(quiet, events=(Event(name, whole),)), parameters) for name in both]
    mixed = simulate(replace(quiet, events=(Event(both[0], 0.3 * whole), Event(both[1], 0.2 * whole))), parameters)
    for name, value in arrays(mixed).items():
        parts = [arrays(part)[name] for part in apart]
        assert np.abs(value - (0.5 * parts[0] + 0.3 * parts[1] + 0.2 * parts[2])).max() < EXACT


def test_stocks_and_flows_are_proportional_to_the_area(rows: Rows, flows: Flows, parameters: Parameters) -> None:
    three = simulate(replace(rows, start=3 * rows.start, growth=3 * rows.growth), parameters)
    tripled = Flows(*(3 * value for value in arrays(flows).values()))
    assert differ(three, tripled) < EXACT


def test_the_order_of_rows_and_the_chunks_change_nothing(rows: Rows, flows: Flows, parameters: Parameters) -> None:
    order = np.random.default_rng(1).permutation(len(rows))
    shuffled = simulate(rows.part(order), parameters, chunk=7)
    back = np.argsort(order)
    assert differ(flows, Flows(*(value[back] for value in arrays(shuffled).values()))) == 0
    done: list[tuple[int, int]] = []
    parts = list(simulate_chunks(rows, parameters, lambda now, of: done.append((now, of)), chunk=25))
    assert done == [(25, 60), (50, 60), (60, 60)]
    assert [chosen.tolist() for chosen, _ in parts] == [[*range(25)], [*range(25, 50)], [*range(50, 60)]]


def test_a_matrix_that_strikes_nothing_changes_nothing(rows: Rows, parameters: Parameters) -> None:
    none = tuple(Event(event.matrix, np.zeros_like(event.share)) for event in rows.events)
    assert differ(simulate(replace(rows, events=none), parameters), simulate(replace(rows, events=()), parameters)) == 0


def test_two_degrees_multiply_decay_by_the_tenth_root_of_q10_squared(parameters: Parameters) -> None:
    """By hand: Q10^(2/10) = 1.148698 at Q10 2 and 1.215204 at 2.65; the slow soil pool does not react (Q10 1)."""
    n = len(DEAD)
    alone = np.concatenate([np.zeros((n, len(LIVE))), np.eye(n)], axis=1)  # one dead pool per row, nothing alive
    group = np.zeros(n, dtype=np.int64)

    def rates(celsius: float) -> np.ndarray:
        rows = Rows(group, np.full((n, 1), celsius), alone, np.zeros((n, 1, 3)))
        left = np.diagonal(simulate(rows, parameters).pools[:, 1, len(LIVE) :]).copy()
        # falling snags and mixing take their shares of these three besides decay
        left[DEAD.index("StemSnag")] /= 1 - 0.032
        left[DEAD.index("BranchSnag")] /= 1 - 0.1
        left[DEAD.index("AboveGroundSlowSoil")] /= 1 - 0.006
        return 1 - left

    expected = dict.fromkeys(DEAD, 1.148698)
    expected |= {"AboveGroundVeryFastSoil": 1.215204, "AboveGroundSlowSoil": 1.215204, "BelowGroundSlowSoil": 1.0}
    factors = dict(zip(DEAD, rates(10) / rates(8), strict=True))
    assert factors == pytest.approx(expected, abs=1e-6)
    assert rates(10)[DEAD.index("MediumSoil")] == pytest.approx(0.0374, abs=1e-12)


def test_reported_pools_add_up(flows: Flows, parameters: Parameters) -> None:
    reported = flows.reported(parameters)
    assert np.abs(reported.sum(axis=2) - flows.total).max() < EXACT
    assert np.abs(reported[:, :, 1] - flows.pools[:, :, 3:5].sum(axis=2)).max() < EXACT
    snags = [POOLS.index(name) for name in ("StemSnag", "BranchSnag", "MediumSoil", "BelowGroundFastSoil")]
    assert np.abs(reported[:, :, 2] - flows.pools[:, :, snags].sum(axis=2)).max() < EXACT


def test_only_events_give_off_other_gases(rows: Rows, flows: Flows) -> None:
    assert np.abs(flows.emitted[:, :, 1:] - flows.released[:, :, 1:]).max() == 0
    burning = flows.released.sum(axis=2)
    # CBM-CFS3 splits burnt carbon 90 : 1 : 9; pests give off CO2 alone, so the share of CH4 is at most 1 %
    assert np.all(flows.released[:, :, GASES.index("CH4")] <= 0.01 * burning + EXACT)
    assert flows.released[:, :, 2].sum() == pytest.approx(9 * flows.released[:, :, 1].sum())


def test_draws_are_simulated_as_further_groups(rows: Rows, parameters: Parameters) -> None:
    other = replace(parameters, turnover=parameters.turnover * 0.9, mixing=parameters.mixing * 2)
    both = stacked([parameters, other])
    groups = len(parameters.groups)
    doubled = simulate(replace(rows, group=rows.group + groups), both)
    assert differ(doubled, simulate(rows, other)) == 0


def test_rows_that_cannot_be_simulated_are_refused(rows: Rows, parameters: Parameters) -> None:
    bad = rows.part(slice(0, 2))
    cases = {
        "not a number": replace(bad, growth=np.full_like(bad.growth, np.nan)),
        "negative stock": replace(bad, start=-bad.start),
        "roots of row 0": replace(bad, start=np.ones_like(bad.start)),
        "sums below zero": replace(bad, growth=-bad.growth),
        "no disturbance matrix 'flood'": replace(bad, events=(Event("flood", bad.temperature),)),
        "negative area share": replace(bad, events=(Event("pest", -bad.events[0].share),)),
        "more than the whole area": replace(
            bad, events=(*bad.events, Event("pest", np.ones_like(bad.events[0].share)))
        ),
        "must index": replace(bad, group=bad.group + 100),
    }
    for message, wrong in cases.items():
        with pytest.raises(InputError, match=message):
            simulate(wrong, parameters)
    with pytest.raises(ValueError, match="need"):
        simulate(replace(bad, temperature=bad.temperature[:, 1:]), parameters)
    with pytest.raises(ValueError, match="nothing to simulate"):
        simulate(bad.part(slice(0, 0)), parameters)
    shrinking = bad.growth.copy()
    shrinking[:, :, 1] = -9
    shrinking[:, :, 0] = 9
    with pytest.raises(InputError, match=r"Foliage .* below zero"):
        simulate(replace(bad, growth=shrinking), parameters)


def test_without_libcbm_the_extra_is_named(rows: Rows, parameters: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "libcbm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libcbm", None)
    with pytest.raises(InputError, match=r"silvafisc\[carbon\]"):
        simulate(rows, parameters)
