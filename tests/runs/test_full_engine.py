"""Runs on the full engine's shipped yields: without libcbm, audited, traceable, and refused where they do not fit."""

import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from tests.runs.full_scenario import write_scenario

from silvafisc import carbon
from silvafisc.carbon.uncertainty.package import PACKAGE as UNCERTAINTY
from silvafisc.carbon.uncertainty.package import Uncertainty
from silvafisc.carbon.yield_arrays import ADDITIONAL, PACKAGE, YieldArrays
from silvafisc.datasets import InputError, load_package, package_hash
from silvafisc.policy import load_scenario
from silvafisc.results import Outcome
from silvafisc.runs.carbon_source import other_yields
from silvafisc.runs.check import check_path
from silvafisc.runs.prepare import Prepared, changed, prepare

# With None in its place, any import of libcbm fails.
RUN = "import sys; sys.modules['libcbm'] = None; from silvafisc.cli.main import main; main(sys.argv[1:])"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(write_scenario(tmp_path_factory.mktemp("full")))


def shipped(measure: str, hazard: str = "central") -> dict[str, float]:
    """region_code -> additional tCO2e per mu of a treatment in 2026 until 2060, read straight from the package."""
    table = YieldArrays.of(load_package(PACKAGE))
    row = table.rows[measure, "today", "either", hazard, 2026]
    sums = table.arrays[ADDITIONAL][row].astype(np.float64).sum(axis=1)
    return dict(zip(table.codes, sums.tolist(), strict=True))


@pytest.mark.slow
def test_a_run_needs_no_libcbm_and_its_outcome_is_audited_and_traceable(tmp_path: Path) -> None:
    arguments = [
        "run",
        str(write_scenario(tmp_path)),
        "--out",
        str(tmp_path / "out"),
        "--lang",
        "zh",
        "--format",
        "html",
    ]
    subprocess.run([sys.executable, "-c", RUN, *arguments], check=True, capture_output=True)
    assert check_path(tmp_path / "out") == []
    outcome = Outcome.load(tmp_path / "out")
    assert outcome.audit["clean"] is True
    assert outcome.meta["carbon"] == {"engine": "full", "climate": "today", "growth_model": ""}
    assert outcome.meta["input_hashes"]["carbon_yields"] == package_hash(PACKAGE)
    sources = outcome.tables["sources"].set_index("what")
    for name in ("additional", "baseline", "creditable"):
        row = sources.loc[f"{PACKAGE}.{name}"]
        assert (row["status"], row["value"], row["unit"]) == ("assumption", "today", "tco2e_per_mu")
        assert "libcbm" in str(row["reference"])
    # What the yields were computed with is on record too, though nothing here computed with it.
    assert "assumptions.carbon.trajectories.fire_hazard" in sources.index
    assert outcome.meta["input_hashes"]["carbon_uncertainty"] == package_hash(UNCERTAINTY)
    assert sources.loc[f"{UNCERTAINTY}.half_width", "status"] == "assumption"
    assert set(outcome.tables["carbon_deductions"]["uncertainty_pct"]) == {11.0, 100.0}
    assert set(outcome.tables["carbon_felling"]["published_pct"]) == {37.0}
    assert len(outcome.tables["carbon_reserve"]) == 3 * 31
    accounts = outcome.tables["carbon_accounts"]
    whole = accounts[(accounts["year"] == "") & (accounts["case"] == "central") & (accounts["climate"] == "today")]
    sums = whole.groupby("account")["tco2e"].sum()
    causes = [f"deducted_for_{part}" for part in ("leakage", "uncertainty", "non_permanence")]
    assert sums[causes].sum() == pytest.approx(sums["deducted"])
    planted = outcome.tables["allocation"]
    planted = planted[planted["measure"] == "afforestation"]
    assert planted["carbon_tco2e"].sum() > 0


def test_what_runs_import_brings_in_no_engine() -> None:
    code = "import sys, silvafisc.runs.run, silvafisc.runs.score; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {name for name in done.stdout.split() if name.startswith(("libcbm", "silvafisc.carbon.cbm"))}


def test_the_yields_of_a_run_are_the_shipped_ones(prepared: Prepared) -> None:
    totals = prepared.yields.totals()
    for measure in ("afforestation", "compensation"):
        for code, value in shipped(measure).items():
            assert totals[code, measure, "2026"] == pytest.approx(value, abs=1e-12)


def test_credits_are_what_uncertainty_leaves_of_them(prepared: Prepared) -> None:
    """By hand from the packages: up to 30 % of half-width 11 % come off, beyond it everything; then 10 %. An objective of
    credited tonnes takes just these."""
    table = YieldArrays.of(load_package(PACKAGE))
    row = table.rows["afforestation", "today", "either", "central", 2026]
    earned = table.arrays["creditable"][row].astype(np.float64).sum(axis=1)
    widths = Uncertainty.of(load_package(UNCERTAINTY)).half_widths("afforestation", "2026", 2060)
    rain = prepared.inputs.stands.set_index("region_code")["precipitation_mm"]
    credited = prepared.yields.totals("credited_tco2e_per_mu")
    for code, value in zip(table.codes, earned, strict=True):
        share = 1.0 if rain[code] < 400 else 0.5
        left = 0.89 if widths[code] <= 0.3 else 0.0
        assert credited[code, "afforestation", "2026"] == pytest.approx(value * share * left * 0.9, rel=1e-9)
    assert {code for code, width in widths.items() if width > 0.3}


def test_uncertainty_of_other_units_is_refused_and_a_folder_of_its_own_is_read(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, "carbon: {engine: full, uncertainty: mine}")
    assert load_scenario(path).uncertainty_folder == tmp_path / "mine"
    with pytest.raises(InputError, match="there is no data package"):
        prepare(path)
    shipped = Path(str(files("silvafisc.datasets").joinpath("packages", UNCERTAINTY)))
    shutil.copytree(shipped, tmp_path / "mine")
    described = tmp_path / "mine" / "datapackage.json"
    described.write_text(described.read_text(encoding="utf-8").replace('"540000": "', '"540000": "x'), encoding="utf-8")
    with pytest.raises(InputError, match=r"carbon.uncertainty: was built with other stands of 540000; draw your own"):
        prepare(path)


def test_the_loss_hazard_is_read_at_both_ends_and_moves_the_rest_as_stock_change_does(prepared: Prepared) -> None:
    inputs = prepared.inputs
    low, central, _ = carbon.loss_hazard_band(prepared.rules)
    stands = inputs.stands.assign(loss_hazard_per_year=inputs.stands["loss_hazard_per_year"] * (low / central))
    moved = changed(prepared, inputs=replace(inputs, stands=stands)).yields.totals()
    for code, value in shipped("compensation", "low").items():
        assert moved[code, "compensation", "2026"] == pytest.approx(value, abs=1e-12)
    packages = {name: load_package(name) for name in carbon.PACKAGES}
    before, after = (
        carbon.yields(table, packages, ["afforestation"], ["2026"], 2060, prepared.rules).totals()
        for table in (inputs.stands, stands)
    )
    for code, value in shipped("afforestation").items():
        key = (code, "afforestation", "2026")
        assert moved[key] == pytest.approx(value * after[key] / before[key], rel=1e-9)


def test_the_same_land_is_read_in_every_other_climate_and_by_both_models(prepared: Prepared) -> None:
    measures = ["afforestation", "compensation"]
    found = other_yields(prepared.scenario, prepared.inputs.stands, measures, ["2026"], prepared.rules)
    table = YieldArrays.of(load_package(PACKAGE))
    climates = [(c, m) for c in ("both", "dry", "warm") for m in ("miami", "thornthwaite_memorial")]
    assert {(choice.climate, choice.member, point) for choice, point in found} == {
        *((climate, member, "central") for climate, member in climates),
        ("today", None, "high"),
        ("today", None, "low"),
    }
    for (choice, point), yields in found.items():
        row = table.rows["compensation", choice.climate, choice.member or "either", point, 2026]
        sums = table.arrays[ADDITIONAL][row].astype(np.float64).sum(axis=1)
        totals = yields.totals()
        read = [totals[code, "compensation", "2026"] for code in table.codes]
        np.testing.assert_allclose(read, sums, rtol=0, atol=1e-12)


def test_every_misfit_is_refused_at_its_line(tmp_path: Path) -> None:
    change = (
        'changes: [{parameter: assumptions.carbon.measures.planting_survival, from: "2026-01-01", to: open, '
        'value: "0.9", reference: {title: a trial}}]'
    )
    path = write_scenario(tmp_path, "carbon: {engine: full, climate: hot}", change)
    path.write_text(path.read_text(encoding="utf-8").replace('"2026"', '"2029"').replace("2060", "2070"), "utf-8")
    with pytest.raises(InputError) as told:
        prepare(path)
    said = [finding.text("en") for finding in told.value.findings]
    assert all(f"{path}:8:" in text for text in said)
    # of the yields, and of how uncertain they are
    wanted = ("planting_survival", "has no periods 2029", "before the horizon 2070", "unknown 'hot'")
    assert [sum(part in text for text in said) for part in wanted] == [2, 1, 2, 1]
    assert sum("carbon.uncertainty" in text for text in said) == 3
    assert len(said) == 7


def test_units_without_yields_are_refused_and_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "counties.yaml"
    path.write_text("id: counties\nextends: county-demo\ncarbon: {engine: full}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"has no units .*silvafisc carbon build"):
        prepare(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("carbon: {climate: warm}", "only `engine: full` reads climate"),
        ("carbon: {engine: full, member: other}", "member"),
        ("carbon: {engine: cbm}", "engine"),
    ],
)
def test_a_choice_without_meaning_is_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_scenario(write_scenario(tmp_path, line))


def test_a_folder_without_yields_is_refused_beside_the_file_that_names_it(tmp_path: Path) -> None:
    base = tmp_path / "below" / "base.yaml"
    base.parent.mkdir()
    write_scenario(base.parent, "carbon: {engine: full, yields: mine}").rename(base)
    path = tmp_path / "own.yaml"
    path.write_text("id: own\nextends: below/base.yaml\n", encoding="utf-8")
    assert load_scenario(path).yields_folder == tmp_path / "below" / "mine"
    with pytest.raises(InputError, match="there is no data package"):
        prepare(path)
