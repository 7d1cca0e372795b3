"""The mean hectare in the engine against its cohorts, each stepped by the engine on its own."""

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest
from tests.carbon.conftest import changed
from tests.carbon.trajectories.small import Measure, follow, pair, rows, setting

from silvafisc.carbon.cbm import LIVE, POOLS, Event, Flows, Parameters, Rows, simulate
from silvafisc.carbon.trajectories.plans import Plan, killed_share
from silvafisc.carbon.trajectories.protection import compensation
from silvafisc.carbon.trajectories.stands import restoration, tending

YEARS = 4
ROW = 1
EXACT = 1e-9
HARSH = {
    "trajectories__fire_hazard": "0.2",
    "trajectories__fire_severity": "low=0;moderate=1;high=0",
    "trajectories__pest_hazard": "0.3",
    "trajectories__invasive_hazard": "0",
}
"""Hazards a hundred times the assumed ones, so that a slip in the second order would show."""


def apart(parameters: Parameters, name: str) -> dict[str, np.ndarray]:
    """An event as two, by hand: `kill` on the trees that die, all of each, and `spare` on those that stay."""
    matrix = parameters.matrices[name]
    killed, stays = killed_share(matrix), np.eye(*matrix.shape)
    kill, spare = matrix.copy(), matrix.copy()
    kill[: len(LIVE)] = stays[: len(LIVE)] + (matrix[: len(LIVE)] - stays[: len(LIVE)]) / killed
    spare[: len(LIVE)] = stays[: len(LIVE)]
    return {f"{name} kill": kill, f"{name} spare": spare}


def histories(plan: Plan, parameters: Parameters, hazards: Sequence[str]) -> list[tuple[float, list[str], np.ndarray]]:
    """(area, matrix of each year, growth) of every cohort of one row, by hand.

    Each year a piece of land is untouched, or struck by a hazard, which kills or spares it. In the year of an act the
    piece is then split: the act takes its trees, or not; a strand takes its land.
    """
    names = [""] + [f"{name} {end}" for name in hazards for end in ("kill", "spare")]
    taking = plan.strands[1].taken[ROW] if len(plan.strands) > 1 else np.zeros(YEARS)
    found = []
    for struck in product(names, repeat=YEARS):
        for acted in (False, True) if plan.acts else (False,):
            area, matrices, growth = 1.0, list(struck), plan.strands[0].growth[ROW].copy()
            for year, name in enumerate(struck):
                h = {n: plan.hazards[n][ROW, year] for n in hazards}
                if not name:
                    area *= 1 - sum(h.values())
                else:
                    event, end = name.split(" ")
                    killed = killed_share(parameters.matrices[event])
                    area *= h[event] * (killed if end == "kill" else 1 - killed)
                    if end == "kill":
                        growth[year:] = plan.regrowth[ROW, : YEARS - year]
                if year == 1 and plan.acts:
                    share = plan.acts[0].taken[ROW, year]
                    area *= share if acted else 1 - share
                    if acted and not name.endswith("kill"):
                        matrices[year] = plan.acts[0].matrix
                    if acted and taking[year]:
                        growth[year:] = plan.strands[1].growth[ROW, year:]
            if area > 0:
                found.append((area, matrices, growth))
    return found


def cohorts(plan: Plan, whole: Rows, parameters: Parameters, hazards: Sequence[str]) -> tuple[np.ndarray, Flows]:
    """Areas of the cohorts, and their flows from the engine."""
    found = histories(plan, parameters, hazards)
    matrices = {name: matrix for hazard in hazards for name, matrix in apart(parameters, hazard).items()}
    known = replace(parameters, matrices={**parameters.matrices, **matrices})
    used = sorted({name for _, years, _ in found for name in years if name})
    events = tuple(
        Event(used_name, np.array([[1.0 * (name == used_name) for name in years] for _, years, _ in found]))
        for used_name in used
    )
    one = whole.part(np.full(len(found), ROW))
    return np.array([area for area, _, _ in found]), simulate(
        Rows(one.group, one.temperature, one.start, np.array([growth for _, _, growth in found]), events), known
    )


@pytest.mark.parametrize(
    ("measure", "hazards"),
    [(compensation, ("loss", "fire_moderate")), (tending, ("loss", "pest")), (restoration, ("loss", "pest"))],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_cohort_by_cohort_the_engine_gives_the_mean_hectare(measure: Measure, hazards: tuple[str, ...]) -> None:
    """Fire meets no act here: it moves dead matter too, and in one year the engine lets the two strike different land."""
    held = setting(changed(**HARSH), years=YEARS)
    for plan in pair(held, measure, 2):
        plain = replace(plan, hazards={name: plan.hazards[name] for name in hazards})
        areas, flows = cohorts(plain, rows(held, plain), held.parameters, hazards)
        (mean,) = follow(held, plain)
        assert areas.sum() == pytest.approx(1, abs=1e-12)
        assert len(areas) > YEARS
        for field in fields(flows):
            expected = np.tensordot(areas, getattr(flows, field.name), axes=1)
            assert np.abs(getattr(mean, field.name)[ROW] - expected).max() < EXACT, field.name


def test_the_parts_of_an_event_make_the_event() -> None:
    """By hand: of ten trees under moderate fire four die; the mean of both parts is the shipped matrix."""
    parameters = setting(changed()).parameters
    kill, spare = apart(parameters, "fire_moderate").values()
    np.testing.assert_allclose(0.4 * kill + 0.6 * spare, parameters.matrices["fire_moderate"], atol=1e-15)
    assert not np.any(kill[: len(LIVE), : len(LIVE)])
    assert np.all(kill.sum(axis=1) == pytest.approx(1))
    assert kill.shape[0] == len(POOLS)
