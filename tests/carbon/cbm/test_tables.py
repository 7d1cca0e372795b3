"""The engine's own tables: what they say, where it comes from, and what is refused."""

import csv
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.carbon.cbm.stands import drawn

from silvafisc.carbon.cbm import (
    DEAD,
    DENSITIES,
    LIVE,
    POOLS,
    Event,
    Parameters,
    Rows,
    live_of,
    read_densities,
    read_parameters,
    settled,
    simulate,
    start_pools,
)
from silvafisc.carbon.cbm.matrices import read_matrices
from silvafisc.carbon.cbm.parameters import DECAY, PACKAGES, TURNOVER
from silvafisc.carbon.cbm.pools import SINKS
from silvafisc.datasets import InputError, Package, load_package


def changed(tables: Mapping[str, Package], name: str, table: pd.DataFrame) -> dict[str, Package]:
    return {**tables, name: replace(tables[name], table=table)}


@pytest.mark.parametrize("name", sorted({*PACKAGES, DENSITIES} - {"cbm_groups"}))
def test_every_number_has_unit_spread_status_and_source(name: str) -> None:
    table = load_package(name).table
    assert {"value", "unit", "sd", "status", "source"} <= set(table.columns)
    assert (table["sd"] >= 0).all()
    assert all(table[["unit", "status", "source"]].to_numpy().ravel())


def test_turnover_is_that_of_north_hebei_where_it_was_found(parameters: Parameters) -> None:
    """Published: Zhang Bin et al. 2016, table 6 (BF, CF, MF)."""
    columns = ("FoliageFallRate", "BranchTurnoverRate", "CoarseRootTurnProp", "FineRootTurnProp")
    chosen = [TURNOVER.index(name) for name in columns]
    published = {
        "oak": (0.9513, 0.0278, 0.0239, 1.259),
        "chinese_pine": (0.1356, 0.0189, 0.0181, 1.433),
        "conifer_broadleaf_mixed": (0.3524, 0.0289, 0.0241, 0.641),
        "larch": (0.95, 0.0189, 0.0181, 1.433),  # but its needles fall each autumn
    }
    for group, values in published.items():
        assert tuple(parameters.turnover[parameters.groups.index(group), chosen]) == values


def test_the_rest_is_what_cbm_cfs3_publishes(parameters: Parameters) -> None:
    """Other program: the tables that the installed libcbm carries, in single precision."""
    from libcbm import resources

    folder = Path(resources.get_cbm_exn_parameters_dir())
    with (folder / "decay_parameters.csv").open(encoding="utf-8") as file:
        theirs = {row["pool"]: [float(row[name]) for name in DECAY] for row in csv.DictReader(file)}
    ours = dict(zip(DEAD, parameters.decay[0].tolist(), strict=True))
    assert {pool: pytest.approx(values, rel=1e-6) for pool, values in theirs.items()} == ours
    with (folder / "slow_mixing_rate.csv").open(encoding="utf-8") as file:
        assert float(next(csv.DictReader(file))["rate"]) == parameters.mixing[0]
    with (folder / "turnover_parameters.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for name in ("OtherToBranchSnagSplit", "CoarseRootAGSplit", "FineRootAGSplit", "StemSnag", "BranchSnag"):
        found = {round(float(row[name]), 6) for row in rows}
        assert found == set(parameters.turnover[:, TURNOVER.index(name)])
    stems = sorted(float(row["StemAnnualTurnoverRate"]) for row in rows)
    assert stems[len(stems) // 2] == pytest.approx(parameters.turnover[0, TURNOVER.index("StemAnnualTurnoverRate")])


def test_roots_follow_the_volume_biomass_equations(parameters: Parameters) -> None:
    # published: Zeng et al. 2023, table 2; spruce and fir as their plain mean
    ratios = dict(zip(parameters.groups, parameters.root_shoot, strict=True))
    assert ratios["oak"] == 0.2610
    assert ratios["spruce_fir"] == pytest.approx((0.2514 + 0.2223) / 2)
    # by hand: CBM-CFS3's curve at 45.8 tC/ha, carbon fraction 0.487, root:shoot ratio 0.26
    roots = 45.8 / 0.487 * 0.26 / 1.26
    assert parameters.fine_root_share == pytest.approx(0.072 + 0.354 * math.exp(-0.06021195 * roots), abs=5e-4)
    above = np.array([[20.0, 1.0, 4.0]])
    live = live_of(above, parameters, np.array([parameters.groups.index("oak")]))
    assert live[0] == pytest.approx([20, 1, 4, 25 * 0.261 * 0.818, 25 * 0.261 * 0.182])


def test_every_matrix_moves_all_carbon_and_kills_the_same_share_of_every_pool(parameters: Parameters) -> None:
    assert len(parameters.matrices) == 12
    for name, matrix in parameters.matrices.items():
        assert matrix.shape == (len(POOLS), len(SINKS))
        assert np.abs(matrix.sum(axis=1) - 1).max() < 1e-12, name
        assert matrix.min() >= 0
        survives = np.diagonal(matrix)[: len(LIVE)]
        assert survives.max() - survives.min() < 1e-12, name
    # by hand: of ten trees that a selective cut takes eight are felled, with 85 % of the stem used; two die standing or lie
    selective = parameters.matrices["selective_cutting"]
    assert selective[0, SINKS.index("Products")] == pytest.approx(0.8 * 0.85)
    assert selective[0, 0] == 0
    # by hand: 30 % felled and 0.8 % of the other 70 % damaged are 30.56 %, of which 30 / 30.56 are felled
    careful = parameters.matrices["low_damage_cutting"]
    assert careful[0, SINKS.index("Products")] == pytest.approx(0.85 * 30 / 30.56, abs=5e-4)
    # by hand: of an attacked area three trees of ten die
    assert parameters.matrices["invasive"][0, 0] == pytest.approx(0.7)
    # published: CBM-CFS3 carries 85 % of the stems out of a clear cut
    assert parameters.matrices["clear_cutting"][0, SINKS.index("Products")] == 0.85


def test_clear_cutting_and_pests_are_the_matrices_of_cbm_cfs3(parameters: Parameters) -> None:
    """Other program: disturbances 204 and 2 of the database that libcbm carries, softwood side, of all trees dead."""
    import sqlite3

    from libcbm import resources

    def matrix(disturbance: int) -> dict[tuple[int, int], float]:
        query = """select source_pool_id, sink_pool_id, proportion from disturbance_matrix_value where
            disturbance_matrix_id = (select min(disturbance_matrix_id) from disturbance_matrix_association
            where disturbance_type_id = ?)"""
        with sqlite3.connect(resources.get_cbm_defaults_path()) as database:
            found = {(source, sink): share for source, sink, share in database.execute(query, (disturbance,))}
        database.close()
        return found

    # ids of the database: softwood 1-5, dead pools 11-17, snags 18-19, CO2 22, CH4 23, CO 24, products 26
    ids = dict(zip(SINKS, (*range(1, 6), *range(11, 20), 22, 23, 24, 26), strict=True))
    for disturbance, name in ((204, "clear_cutting"), (2, "pest")):
        theirs = matrix(disturbance)
        killed = 1 - parameters.matrices[name][0, 0]
        ours = parameters.matrices[name].copy()
        ours[: len(LIVE)] = (ours[: len(LIVE)] - (1 - killed) * np.eye(len(LIVE), len(SINKS))) / killed
        for source in POOLS:
            for column, sink in enumerate(SINKS):
                expected = theirs.get((ids[source], ids[sink]), 0.0)
                assert ours[POOLS.index(source), column] == pytest.approx(expected, abs=1e-6), (name, source, sink)


def test_fires_lose_more_the_more_severe_they_are(parameters: Parameters) -> None:
    """Published: 3.84, 5.14, 12.86 tC/ha lost in low, moderate, high severity, north-east China (Forests 2022, 13:110).

    The matrices were not fitted to it; a larch stand of the region's density must come within a factor of two.
    """
    group = np.array([parameters.groups.index("larch")])
    # by hand: 50 tC/ha of trees (Great Xing'an), 4 of dead wood, 6 of litter, 144 of soil
    start = start_pools(parameters, group, np.array([[28.0, 2.0, 9.0]]), np.array([[4.0, 6.0, 144.4]]))
    lost = []
    for severity in ("low", "moderate", "high"):
        rows = Rows(group, np.zeros((1, 1)), start, np.zeros((1, 1, 3)), (Event(f"fire_{severity}", np.ones((1, 1))),))
        lost.append(float(simulate(rows, parameters).released.sum()))
    assert lost == sorted(lost)
    for ours, published in zip(lost, (3.84, 5.14, 12.86), strict=True):
        assert 0.5 < ours / published < 2


def test_starting_densities_are_those_of_the_published_plots() -> None:
    """By hand from `soil_litter_deadwood`, rows of 植物生态学报 40 (2016) and others; Zhu et al. 2017: 5.95 tC/ha."""
    plots = load_package("soil_litter_deadwood").table.set_index(["place", "stratum", "pool"])
    value = plots[plots["status"] != "recalled"]["carbon_density_tc_per_ha"]
    codes = ["620000", "330106", "150000", "460000", "110000"]
    found = read_densities(load_package(DENSITIES).table, codes)
    litter = [
        value["甘肃", "natural", "litter"].item(),
        value["甘肃", "planted", "litter"].item(),
        *value["浙江", "all", "litter"],
        value["内蒙古", "all", "litter"].item(),
    ]
    mean = sum(litter) / 5
    national = [value["全国", origin, "soil"].item() for origin in ("natural", "planted")]
    assert found.natural[4] == pytest.approx([5.95 - mean, mean, national[0]])
    assert found.planted[4] == pytest.approx([5.95 - mean, mean, national[1]])
    assert found.planted[0] == pytest.approx([5.95 - mean, litter[1], value["甘肃", "planted", "soil"].item()])
    zhejiang = [value["浙江", "all", pool].mean() for pool in ("dead wood", "litter", "soil")]
    assert found.natural[1] == pytest.approx(zhejiang)
    assert found.natural[2, 2] == value["内蒙古", "all", "soil"].item()
    primary = value[value.index.get_level_values("stratum") == "primary tropical"]
    assert found.natural[3, 2] == pytest.approx(primary.sum() / 5)
    assert found.bare[4] == pytest.approx([0, 0, national[1] / 1.18], abs=0.05)
    # a county takes its province's value; whether it is the place's own is said
    assert found.local.tolist()[1] == [True, True, True]
    assert found.local.tolist()[4] == [False, False, False]
    half = found.mixed(np.full(5, 0.5))
    assert half[0, 2] == pytest.approx((207.28 + 107.07) / 2)


def test_starting_pools_hold_the_densities_and_the_stand_on_its_curve(parameters: Parameters) -> None:
    group = np.array([0, 5])
    above = np.array([[30.0, 2.0, 8.0], [0.0, 0.0, 0.0]])
    densities = np.array([[4.0, 2.0, 100.0], [0.0, 0.0, 90.8]])
    start = start_pools(parameters, group, above, densities)
    flows = simulate(Rows(group, np.full((2, 1), 10.0), start, np.zeros((2, 1, 3))), parameters)
    reported = flows.reported(parameters)[:, 0]
    assert reported[:, 2:] == pytest.approx(densities)
    assert reported[:, 0] == pytest.approx([40, 0])
    # by hand: half of the dead wood is logs, 99 % of the soil is slow
    assert start[0, POOLS.index("MediumSoil")] == pytest.approx(2)
    assert start[0, POOLS.index("BelowGroundSlowSoil")] == pytest.approx(99)


def test_settled_litter_stays_where_it_is_while_the_stand_does(parameters: Parameters) -> None:
    rows = drawn(parameters, 30, 1, seed=3)
    temperature = rows.temperature[:, 0]
    start = settled(parameters, rows.start, rows.group, temperature)
    kept = simulate(replace(rows, start=start, growth=np.zeros((30, 1, 3))), parameters).pools
    # the fast pool above ground also takes branch snags, which themselves change with what the stand sheds
    for name in ("AboveGroundVeryFastSoil", "BelowGroundVeryFastSoil", "BelowGroundFastSoil", "AboveGroundFastSoil"):
        pool = POOLS.index(name)
        assert kept[:, 1, pool] == pytest.approx(start[:, pool], abs=1e-9), name
        assert not np.allclose(rows.start[:, pool], start[:, pool])
    untouched = [POOLS.index(name) for name in ("MediumSoil", "AboveGroundSlowSoil", "BelowGroundSlowSoil", "StemSnag")]
    assert np.array_equal(start[:, untouched], rows.start[:, untouched])


def test_tables_that_contradict_themselves_are_refused(tables: dict[str, Package]) -> None:
    events, moves = tables["cbm_events"].table, tables["cbm_matrices"].table
    with pytest.raises(InputError, match="must sum to 1"):
        read_matrices(events, moves.assign(value=moves["value"] * 0.9))
    with pytest.raises(InputError, match="a live pool goes nowhere"):
        read_matrices(events, moves[moves["source_pool"] != "FineRoots"])
    with pytest.raises(InputError, match="unknown pools"):
        read_matrices(events, moves.replace({"sink_pool": {"StemSnag": "Stump"}}))
    with pytest.raises(InputError, match="one of the tables only"):
        read_matrices(events.iloc[1:], moves)
    split = tables["cbm_dead_pools"].table
    cases = {
        "starting shares": ("cbm_dead_pools", split.assign(value=split["value"] * 0.5)),
        "once each": ("cbm_dead_pools", split.iloc[1:]),
        "stands 0 times": ("cbm_turnover", tables["cbm_turnover"].table.iloc[1:]),
        "stands twice": ("cbm_groups", pd.concat([tables["cbm_groups"].table] * 2)),
        "no row for": ("cbm_groups", tables["cbm_groups"].table.iloc[1:]),
        "unknown ones": ("growth_shapes", tables["growth_shapes"].table.assign(regressions="teak")),
    }
    for message, (name, table) in cases.items():
        with pytest.raises(InputError, match=message):
            read_parameters(changed(tables, name, table))
    with pytest.raises(InputError, match="missing"):
        read_parameters({name: package for name, package in tables.items() if name != "cbm_roots"})
    with pytest.raises(InputError, match="no density of"):
        read_densities(load_package(DENSITIES).table.query("region_code != 'elsewhere'"), ["110000"])


def test_the_worst_status_is_carried(parameters: Parameters) -> None:
    assert parameters.status == "assumption"
