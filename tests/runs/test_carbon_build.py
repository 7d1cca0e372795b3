"""The build of the yields: resumable, the same bytes for any number of processes, and the shipped package is what it makes."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from silvafisc import economy
from silvafisc.carbon.trajectories.bulk import PACKAGES, Job, Span, worked
from silvafisc.carbon.yield_arrays import PACKAGE, YieldArrays
from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.policy import ParameterTree, load_scenario
from silvafisc.runs import carbon_build
from silvafisc.runs.carbon_build import Built, Ground, build
from silvafisc.runs.carbon_jobs import clear

SCENARIO = "nation-2026-2028"
SLICE = ("510000", "530000")


def wanted(job: Job) -> bool:
    return job.measure in ("afforestation", "closure") and job.climate == "today"


def written(built: Built, folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in built.save(folder)}


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["afforestation", "tending"])
def test_the_shipped_yields_are_what_the_build_makes(measure: str) -> None:
    """Two provinces followed anew, apart from the others, equal the shipped arrays bit for bit."""
    scenario = load_scenario(SCENARIO)
    law, rules = (ParameterTree.load().on(scenario.policy_date) for _ in range(2))
    stands = economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, law).stands
    part = stands[stands["region_code"].isin(SLICE)].sort_values("region_code", ignore_index=True)
    span = Span(2026, scenario.horizon, tuple(int(period) for period in scenario.periods))
    packages = {name: load_package(name) for name in PACKAGES}
    found = worked(Job(measure, "today", "either", "central"), part, packages, span, rules)
    shipped = load_package(PACKAGE)
    table = YieldArrays.of(shipped)
    units = [table.codes.index(code) for code in SLICE]
    assert table.years == span.years
    for name, flows in found.items():
        rows = [table.rows[measure, "today", "either", "central", year] for year in span.treated]
        held = shipped.arrays[name][rows][:, units]
        assert held.tobytes() == flows.astype(np.float32).tobytes(), name
    assert shipped.made_of is not None
    read = {path: rules.entry(path).value for path in rules.used}
    assert {path: shipped.made_of.parameters.get(path) for path in read} == read


@pytest.mark.slow
def test_an_interrupted_build_goes_on_and_takes_nothing_torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, said = tmp_path / "work", list[str]()
    short = load_scenario(SCENARIO).model_copy(update={"periods": ["2026"], "horizon": 2029})
    first = build(short, work, processes=2, progress=said.append, only=wanted)
    assert [text for text in said if text.startswith("carbon engine 2/2")]
    bytes_ = written(first, tmp_path / "first")
    one, other = sorted(work.glob("*.npz"))
    one.write_bytes(one.read_bytes()[:1000])
    redone = list[Path]()
    follow = carbon_build._work

    def noted(ground: Ground, job: Job, path: Path) -> None:
        redone.append(path)
        follow(ground, job, path)

    monkeypatch.setattr(carbon_build, "_work", noted)
    again = build(short, work, only=wanted)
    assert redone == [one]
    assert other.exists()
    assert written(again, tmp_path / "again") == bytes_
    clear(work)
    assert not work.exists()


def test_what_is_wrong_is_heard_from_another_process() -> None:
    told = pickle.loads(pickle.dumps(InputError([Finding("s.yaml:2:1", "carbon", "is wrong", "有误")])))
    assert isinstance(told, InputError)
    assert [finding.text("zh") for finding in told.findings] == ["s.yaml:2:1: carbon: 有误"]


@pytest.mark.slow
def test_years_beyond_the_horizon_change_no_year_before_it(tmp_path: Path) -> None:
    def only(job: Job) -> bool:
        return job.measure == "closure" and job.climate == "today"

    built = build(SCENARIO, tmp_path / "work", until=2062, only=only)
    assert built.terminal is not None
    assert built.descriptor["arrays"]["axes"]["year"][-1] == "2062"
    table = YieldArrays.of(load_package(PACKAGE))
    rows = [table.rows["closure", "today", "either", "central", year] for year in (2026, 2027, 2028)]
    for name, array in built.arrays.items():
        np.testing.assert_array_equal(array[:, :, :35], table.arrays[name][rows])
