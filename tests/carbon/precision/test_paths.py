"""Routes of extraction: by hand on small grids, against a plain Dijkstra on drawn ones, and what must hold of any."""

import heapq
import math
import sys
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silvafisc.carbon.mixtures import Array
from silvafisc.carbon.precision.paths import Cell, Route, cheapest, measured, straight
from silvafisc.carbon.precision.trails import (
    Terrain,
    Trail,
    cost_per_metre,
    read_trail,
    slope_of,
    volume_of,
)
from silvafisc.datasets.findings import InputError
from silvafisc.policy import Change, ParameterTree, Reference

DATE = "2026-01-01"
PLAIN = Trail(
    trail_cost=2.0,
    slope_growth=0.0,
    slope_limit=0.5,
    trail_width=4.0,
    trail_damage=1.0,
    side_width=3.0,
    side_damage=0.5,
    stumpage=0.0,
    stems=1000.0,
    carbon_per_m3=0.3,
)
"""A metre costs 2 yuan, clears 4 + 2 x 3 x 0.5 = 7 m2 and touches 10 m2."""


def dijkstra(cost: Array, cell: tuple[float, float], landings: list[Cell]) -> Mapping[Cell, float]:
    """Least cost from every cell to a landing, written without regard to speed."""
    best: dict[Cell, float] = {}
    queue = [(0.0, landing) for landing in landings]
    while queue:
        spent, here = heapq.heappop(queue)
        if here in best:
            continue
        best[here] = spent
        for down in (-1, 0, 1):
            for across in (-1, 0, 1):
                there = (here[0] + down, here[1] + across)
                if there == here or not all(0 <= at < size for at, size in zip(there, cost.shape, strict=True)):
                    continue
                if np.isfinite(cost[there]):
                    way = math.hypot(down * cell[0], across * cell[1])
                    heapq.heappush(queue, (spent + way * (cost[here] + cost[there]) / 2, there))
    return best


def flat(rows: int, columns: int, volume: float | None = 100.0, cell: tuple[float, float] = (10.0, 10.0)) -> Terrain:
    return Terrain(np.zeros((rows, columns)), None if volume is None else np.full((rows, columns), volume), cell)


def test_a_straight_way_over_level_ground_by_hand() -> None:
    terrain = flat(1, 4)
    cost = cost_per_metre(terrain, PLAIN)
    (route,) = cheapest(cost, terrain.cell, [(0, 0)], [(0, 3)])
    (line,) = straight(cost, terrain.cell, [(0, 0)], [(0, 3)])
    assert route == line == Route(((0, 3), (0, 2), (0, 1), (0, 0)), 0, 0)
    # by hand: 30 m; 60 yuan; 120 m2 of trail; 300 m2 touched; 100 m3/ha on 210 m2; 1000 stems/ha; 0.3 tC/m3 x 44/12
    assert measured(route.edges, terrain, PLAIN) == pytest.approx(
        {
            "length_m": 30.0,
            "cost_yuan": 60.0,
            "trail_m2": 120.0,
            "touched_m2": 300.0,
            "lost_m3": 2.1,
            "lost_trees": 21.0,
            "lost_tco2e": 2.1 * 0.3 * 44 / 12,
        }
    )


def test_a_route_goes_round_a_steep_cell_and_the_straight_one_does_not() -> None:
    slope = np.array([[0.0, 0.0, 0.0], [0.0, 0.9, 0.0]])
    terrain = Terrain(slope, None, (10.0, 10.0))
    cost = cost_per_metre(terrain, PLAIN)
    (route,) = cheapest(cost, terrain.cell, [(1, 0)], [(1, 2)])
    (line,) = straight(cost, terrain.cell, [(1, 0)], [(1, 2)])
    assert route is not None
    assert route.cells == ((1, 2), (0, 1), (1, 0))
    assert line.cells == ((1, 2), (1, 1), (1, 0))
    assert (route.blocked, line.blocked) == (0, 1)
    # by hand: two diagonals of 10 √2 m at 2 yuan
    assert measured(route.edges, terrain, PLAIN)["cost_yuan"] == pytest.approx(40 * math.sqrt(2))
    assert math.isnan(measured(line.edges, terrain, PLAIN)["cost_yuan"])
    assert measured(line.edges, terrain, PLAIN)["length_m"] == pytest.approx(20)


def test_cost_grows_with_slope_and_with_the_stand_by_the_formula() -> None:
    trail = replace(PLAIN, slope_growth=3.0, stumpage=400.0)
    terrain = Terrain(
        np.array([[0.0, 0.2, 0.5, 0.51, np.nan]]), np.array([[100.0, 50.0, 0.0, 10.0, 10.0]]), (10.0, 10.0)
    )
    # by hand: 2 e^(3 s) + V x 7 x 400 / 10 000; above the limit and without slope no trail
    expected = [2 + 28, 2 * math.exp(0.6) + 14, 2 * math.exp(1.5), math.inf, math.inf]
    assert cost_per_metre(terrain, trail)[0].tolist() == pytest.approx(expected)
    unknown = replace(terrain, volume=np.full((1, 5), np.nan))
    assert np.isinf(cost_per_metre(unknown, trail)).all()


def test_a_stand_in_the_way_is_spared() -> None:
    """The cheapest route leaves the straight line where the trees on it are worth more than the way round."""
    volume = np.array([[0.0, 0.0, 0.0], [0.0, 300.0, 0.0]])
    terrain = Terrain(np.zeros((2, 3)), volume, (10.0, 10.0))
    trail = replace(PLAIN, stumpage=400.0)
    cost = cost_per_metre(terrain, trail)
    (route,) = cheapest(cost, terrain.cell, [(1, 0)], [(1, 2)])
    (line,) = straight(cost, terrain.cell, [(1, 0)], [(1, 2)])
    assert route is not None
    low, high = measured(route.edges, terrain, trail), measured(line.edges, terrain, trail)
    assert low["lost_tco2e"] == 0 < high["lost_tco2e"]
    assert low["cost_yuan"] < high["cost_yuan"]
    assert low["length_m"] > high["length_m"]
    # without a value of the trees the straight way is the cheapest
    assert cheapest(cost_per_metre(terrain, PLAIN), terrain.cell, [(1, 0)], [(1, 2)]) == [line]


def test_shared_trails_are_counted_once() -> None:
    terrain = flat(1, 5)
    routes = cheapest(cost_per_metre(terrain, PLAIN), terrain.cell, [(0, 0)], [(0, 4), (0, 2)])
    edges = [edge for route in routes if route is not None for edge in route.edges]
    assert len(edges) == 6
    assert measured(edges, terrain, PLAIN)["length_m"] == 40


def test_a_stump_that_is_walled_in_has_no_route() -> None:
    slope = np.full((3, 5), 0.0)
    slope[:, 2] = np.nan
    terrain = Terrain(slope, None, (10.0, 10.0))
    cost = cost_per_metre(terrain, PLAIN)
    assert cheapest(cost, terrain.cell, [(1, 0)], [(1, 4)]) == [None]
    assert straight(cost, terrain.cell, [(1, 0)], [(1, 4)])[0].blocked == 1


def test_a_stump_at_the_landing_has_a_route_without_length() -> None:
    terrain = flat(2, 2)
    (route,) = cheapest(cost_per_metre(terrain, PLAIN), terrain.cell, [(1, 1)], [(1, 1)])
    assert route == Route(((1, 1),), 0, 0)
    assert set(measured(route.edges, terrain, PLAIN).values()) == {0.0}


def test_every_stump_goes_to_the_landing_that_is_cheapest_for_it() -> None:
    terrain = flat(1, 7)
    routes = cheapest(cost_per_metre(terrain, PLAIN), terrain.cell, [(0, 6), (0, 0)], [(0, 1), (0, 5)])
    assert [route.landing for route in routes if route is not None] == [1, 0]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    rows=st.integers(1, 7),
    columns=st.integers(1, 7),
    cell=st.tuples(st.sampled_from([5.0, 12.5]), st.sampled_from([5.0, 30.0])),
)
def test_routes_agree_with_dijkstra_and_never_cost_more_than_the_straight_one(
    seed: int, rows: int, columns: int, cell: tuple[float, float]
) -> None:
    draw = np.random.default_rng(seed)
    slope = np.where(draw.random((rows, columns)) < 0.25, np.nan, draw.uniform(0, 0.6, (rows, columns)))
    volume = draw.choice([0.0, 80.0, 300.0], (rows, columns))
    trail = replace(PLAIN, slope_growth=3.0, stumpage=300.0)
    terrain = Terrain(slope, volume, cell)
    cost = cost_per_metre(terrain, trail)
    open_cells = [(int(row), int(column)) for row, column in np.argwhere(np.isfinite(cost))]
    if not open_cells:
        return
    landings = [open_cells[0], open_cells[len(open_cells) // 2]]
    best = dijkstra(cost, cell, landings)
    routes = cheapest(cost, cell, landings, open_cells)
    for stump, route, line in zip(open_cells, routes, straight(cost, cell, landings, open_cells), strict=True):
        assert (route is None) == (stump not in best)
        beside = measured(line.edges, terrain, trail)["cost_yuan"]
        if route is None:
            assert line.blocked > 0
            continue
        spent = measured(route.edges, terrain, trail)["cost_yuan"]
        assert spent == pytest.approx(best[stump], rel=1e-9)
        assert math.isnan(beside) == (line.blocked > 0)
        assert math.isnan(beside) or spent <= beside * (1 + 1e-12)
        assert all(np.isfinite(cost[at]) for at in route.cells)
        assert (route.cells[0], route.cells[-1]) == (stump, landings[route.landing])


def test_turning_the_map_changes_no_cost() -> None:
    slope = np.random.default_rng(5).uniform(0, 0.5, (6, 6))
    trail = replace(PLAIN, slope_growth=5.0)
    spent = []
    for map_, landing, stump in ((slope, (0, 0), (5, 4)), (np.rot90(slope, 2), (5, 5), (0, 1))):
        terrain = Terrain(map_, None, (10.0, 10.0))
        (route,) = cheapest(cost_per_metre(terrain, trail), terrain.cell, [landing], [stump])
        assert route is not None
        spent.append(measured(route.edges, terrain, trail)["cost_yuan"])
    assert spent[0] == pytest.approx(spent[1])


def test_slope_of_a_plane_is_its_gradient() -> None:
    down, across = np.mgrid[0:4, 0:5]
    # by hand: 3 m up in 10 m down the map, 4 m up in 20 m across: √(0.3² + 0.2²)
    slope = slope_of(3.0 * down + 4.0 * across, (10.0, 20.0))
    assert slope.ravel().tolist() == pytest.approx([math.hypot(0.3, 0.2)] * 20)


def test_an_unknown_height_leaves_it_and_what_lies_beside_it_unknown() -> None:
    heights = np.zeros((5, 5))
    heights[2, 2] = np.nan
    unknown = np.argwhere(np.isnan(slope_of(heights, (10.0, 10.0)))).tolist()
    assert unknown == [[1, 2], [2, 1], [2, 2], [2, 3], [3, 2]]


def test_biomass_becomes_volume_with_the_same_carbon() -> None:
    rules = ParameterTree.load().on(DATE)
    trail = read_trail(rules)
    # by hand: 100 t/ha x 0.47 = 47 tC/ha
    assert volume_of(np.array([100.0]), trail, rules)[0] * trail.carbon_per_m3 == pytest.approx(47)


def test_a_scenario_may_change_the_slope_limit() -> None:
    change = Change(
        "assumptions.carbon.extraction.slope_limit", "2020-01-01", "open", "30", Reference("local rule"), "here"
    )
    assert read_trail(ParameterTree.load().on(DATE)).slope_limit == 0.45
    assert read_trail(ParameterTree.load().apply([change]).on(DATE)).slope_limit == 0.3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"trail_cost": 0.0}, "above zero"),
        ({"trail_cost": -1.0}, "trail_cost: is out of range"),
        ({"trail_damage": 1.5}, "trail_damage: is out of range"),
        ({"side_damage": math.nan}, "side_damage: is out of range"),
    ],
)
def test_impossible_trails_are_refused(change: Mapping[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(PLAIN, **change)


def test_grids_and_points_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="grids differ"):
        Terrain(np.zeros((2, 2)), np.zeros((2, 3)), (10.0, 10.0))
    with pytest.raises(InputError, match="cells with a size"):
        Terrain(np.zeros((2, 2)), None, (10.0, 0.0))
    with pytest.raises(InputError, match="two cells"):
        slope_of(np.zeros((1, 5)), (10.0, 10.0))
    cost = np.ones((2, 2))
    for search in (cheapest, straight):
        with pytest.raises(InputError, match="outside the grid"):
            search(cost, (10.0, 10.0), [(0, 0)], [(-1, 0)])
        with pytest.raises(InputError, match="there is none"):
            search(cost, (10.0, 10.0), [], [(0, 0)])


def test_without_scikit_image_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("skimage", "skimage.graph"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"pip install 'silvafisc\[precision\]'"):
        cheapest(np.ones((2, 2)), (1.0, 1.0), [(0, 0)], [(1, 1)])
