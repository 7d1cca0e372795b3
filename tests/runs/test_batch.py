"""Batches: the same bytes in this process, in others and on a cluster; what is finished is kept; what is infeasible is said."""

import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.datasets import InputError
from silvafisc.policy import Scenario
from silvafisc.policy.scenario_files import SCENARIOS, load_scenario
from silvafisc.results import Outcome, OutcomeError
from silvafisc.runs import batch, run
from silvafisc.runs import spread as spread_module
from silvafisc.runs.batch import LOG, TABLE, Member, most_telling, run_batch
from silvafisc.runs.meta import PACKAGES
from silvafisc.runs.spread import spread
from silvafisc.runs.vary import Variant, parse_varied, variants

SCENARIO = """\
id: tiny
title: {{zh: 小, en: Tiny}}
kind: {{zh: 情景测算（演示数据）, en: scenario estimate (demonstration data)}}
mode: case
data: {data}
policy_date: "2026-01-01"
periods: ["2026"]
horizon: 2060
funds:
  provincial_compensation: {{measures: [compensation], appropriation: {{"2026": "290000000"}}}}
categories:
  public_welfare_state: {{fund: provincial_compensation, payers: payers.province_and_counties, levels: ["12", "13"]}}
  public_welfare_collective: {{fund: provincial_compensation, payers: payers.province_and_counties, levels: ["18", "19"]}}
objectives: [{{term: carbon, stage: 1}}]
rules: [{{rule: envelope}}, {{rule: cost_sharing}}, {{rule: eligible_area}}]
assumed_responses: rank
caveats: [{{zh: 演示数据, en: demonstration data}}]
seed: 1
"""
"""Two standards of two categories for eight counties, in case mode: solved in a second or two."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("scenario") / "tiny.yaml"
    path.write_text(SCENARIO.format(data=SCENARIOS / "county-demo"), encoding="utf-8")
    return load_scenario(path)


@pytest.fixture(scope="module")
def three(base: Scenario) -> list[Variant]:
    """Half the budget (floors cannot be paid), the scenario as it is, and a tenth more."""
    return variants(base, parse_varied(["budget=-50%,0,+10%"]))


@pytest.fixture(scope="module")
def solved() -> dict[str, Outcome]:
    """Outcomes that were solved already, by id: most tests ask what becomes of them."""
    return {}


@pytest.fixture(autouse=True)
def _solve_once(solved: dict[str, Outcome], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """In this process each variant is solved once, but where a test is about solving."""
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setattr(batch, "run", lambda scenario, data: solved[scenario.id])


@pytest.fixture(scope="module")
def folder(three: list[Variant], solved: dict[str, Outcome], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The batch, solved in this process."""

    def once(scenario: Scenario, data: Path | None) -> Outcome:
        solved[scenario.id] = run(scenario, data=data)
        return solved[scenario.id]

    place = tmp_path_factory.mktemp("batch") / "all"
    said: list[tuple[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "run", once)
        run_batch(three, place, say=lambda name, status: said.append((name, status)))
    assert [status for _, status in said] == ["infeasible", "solved", "solved"]
    return place


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_table_says_what_became_of_each_variant(folder: Path) -> None:
    table = pd.read_csv(folder / TABLE, dtype={"budget": str})
    assert table["budget"].tolist() == ["-50%", "0", "+10%"]
    assert table["status"].tolist() == ["infeasible", "solved", "solved"]
    assert table["path"].fillna("").tolist() == ["", "tiny-budget-0", "tiny-budget-p10"]
    assert "appropriation" in table["why_en"][0]
    assert table["payment_fen"][2] >= table["payment_fen"][1]
    assert table["objective.carbon_tco2e"][2] >= table["objective.carbon_tco2e"][1]
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]


def test_a_carbon_price_values_tonnes_and_moves_no_amount(folder: Path, base: Scenario) -> None:
    """by hand: tonnes over the draws are worth 20/70 of what they are at the median price on record."""
    cheap = run(variants(base, parse_varied(["carbon_price=20"]))[0].scenario)
    saved = {name: pd.read_csv(folder / "tiny-budget-0" / f"{name}.csv") for name in ("allocation", "risk")}
    assert saved["allocation"]["payment_fen"].tolist() == cheap.tables["allocation"]["payment_fen"].tolist()
    means = [
        float(risk.loc[(risk["variable"] == "value") & (risk["statistic"] == "mean"), "value"].iloc[0])
        for risk in (saved["risk"], cheap.tables["risk"])
    ]
    assert means[1] == pytest.approx(means[0] * 20 / 70, rel=1e-6)


def test_a_second_run_keeps_what_is_finished(folder: Path, three: list[Variant]) -> None:
    before, said = files(folder), dict[str, str]()
    run_batch(three, folder, say=said.__setitem__)
    assert set(said.values()) == {"kept"}
    assert files(folder) == before


def test_what_was_lost_altered_or_interrupted_is_solved_again(
    folder: Path, three: list[Variant], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of one variant, cut short in its work, leaves nothing; altered, it is solved anew to the same bytes."""
    place = tmp_path / "one"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch, "replace_folder", stop)
        with pytest.raises(KeyboardInterrupt):
            run_batch(three[2:], place)
    assert [path.name for path in place.iterdir()] == [LOG]
    said: dict[str, str] = {}
    run_batch(three[2:], place, say=said.__setitem__)
    assert said == {"tiny-budget-p10": "solved"}
    name = "tiny-budget-p10"
    assert files(place / name) == files(folder / name)
    altered = place / name / "allocation.csv"
    altered.write_bytes(altered.read_bytes() + b"\n")
    (place / name / "approvals.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(OutcomeError, match="carries approvals"):
        run_batch(three[2:], place)


def test_a_folder_of_something_else_is_not_written_into(three: list[Variant], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is no batch"):
        run_batch(three, tmp_path)
    (tmp_path / LOG).write_text("[", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        run_batch(three, tmp_path)


WHOLE = {"key": "0", "status": "solved", "content_hash": "0", "findings": [["a", "b", "c", "d"]]}


@pytest.mark.parametrize(
    "wrong",
    [*({k: v for k, v in WHOLE.items() if k != left} for left in WHOLE), WHOLE | {"findings": [["a"]]}],
    ids=[*(f"no {left}" for left in WHOLE), "a short finding"],
)
def test_a_log_with_part_of_an_entry_is_damaged_and_left_as_it_is(
    three: list[Variant], tmp_path: Path, wrong: dict[str, object]
) -> None:
    text = json.dumps({three[0].id: wrong})
    (tmp_path / LOG).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        run_batch(three, tmp_path)
    assert (tmp_path / LOG).read_text(encoding="utf-8") == text


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of threads."""
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, of ports and dashboards
        with distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster:
            yield str(cluster.scheduler_address)


@pytest.mark.slow
def test_processes_give_the_same_bytes(folder: Path, three: list[Variant], tmp_path: Path) -> None:
    run_batch(three[1:], tmp_path / "two", jobs=2)
    for name in ("tiny-budget-0", "tiny-budget-p10"):
        assert files(tmp_path / "two" / name) == files(folder / name)


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes(folder: Path, three: list[Variant], tmp_path: Path, scheduler: str) -> None:
    run_batch(three[2:], tmp_path / "all", cluster=scheduler)
    assert files(tmp_path / "all" / "tiny-budget-p10") == files(folder / "tiny-budget-p10")
    own, all_of_them = (json.loads((place / LOG).read_text()) for place in (tmp_path / "all", folder))
    assert own["tiny-budget-p10"] == all_of_them["tiny-budget-p10"]


def test_a_cluster_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.setattr(spread_module, "REACHED_WITHIN", 0.2)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        list(spread(os.path.basename, ["a"], 1, "tcp://[::1]:9"))


def test_a_cluster_without_its_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(spread_module, "import_module", absent)
    with pytest.raises(InputError, match=r"silvafisc\[cluster\]"):
        list(spread(os.path.basename, ["a"], 1, "tcp://[::1]:9"))


def test_workers_of_other_versions_are_refused(monkeypatch: pytest.MonkeyPatch, scheduler: str) -> None:
    versions = iter([dict.fromkeys(PACKAGES, "0")])
    real = spread_module.versions
    monkeypatch.setattr(spread_module, "versions", lambda: next(versions, None) or real())
    with pytest.raises(InputError, match="workers have other versions"):
        list(spread(os.path.basename, ["a/b"], 1, scheduler))


def test_a_comparison_shows_the_scenario_itself_and_what_lies_one_step_from_it() -> None:
    scenario = load_scenario("county-demo")
    made = variants(scenario, parse_varied(["budget=-10%,0,+10%", "weight.carbon=0.3,0.5,0.9"]))
    members = [Member(variant, Path(variant.id), ()) for variant in made]
    shown = [tuple(member.variant.values.values()) for member in most_telling(members, 6)]
    assert shown == [("0", "0.5"), ("-10%", "0.5"), ("0", "0.3"), ("0", "0.9"), ("+10%", "0.5"), ("-10%", "0.3")]
    gone = [Member(m.variant, None if m.variant.stated else m.folder, ()) for m in members]
    assert most_telling(gone, 6)[0].variant.values == {"budget": "-10%", "weight.carbon": "0.3"}
