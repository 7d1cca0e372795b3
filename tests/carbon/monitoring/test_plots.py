"""Plots: carbon of a hectare by hand, means and errors by Cochran, growth of what was measured twice; every wrong row by name."""

from pathlib import Path

import numpy as np
import pytest
from tests.carbon.monitoring.folders import HEADS, RULES, read, refused, write

from silvafisc.carbon.monitoring.columns import described
from silvafisc.carbon.monitoring.estimates import GROWTH, LIVE_CARBON, SURVIVAL
from silvafisc.carbon.monitoring.more_plots import narrowing_table, strata_table
from silvafisc.carbon.monitoring.plot_estimates import carbon_samples, growth_samples, plot_estimates
from silvafisc.carbon.monitoring.plots import Plots
from silvafisc.datasets.findings import InputError
from silvafisc.runs.monitoring import SHIPPED

# published: Zeng et al. 2023, table 2, oak: (0.7196 + 1.2948 V) t/ha x 0.4810
OAK_A, OAK_B, OAK_C = 0.7196, 1.2948, 0.4810
STRATA = ["510822,A,3000", "510822,B,1000"]
TWO = [
    "1,510822,A,oak,667,2025-08-01,70",
    "2,510822,A,oak,667,2025-08-02,90",
    "3,510822,B,oak,667,2025-08-03,50",
    "4,510822,B,oak,667,2025-08-04,60",
]


def oak(volume: float) -> float:
    return OAK_C * (OAK_A + OAK_B * volume)


def plots(folder: Path) -> Plots:
    found = read(folder).plots
    assert found is not None
    return found


def test_a_stratified_mean_and_its_error_by_hand(tmp_path: Path) -> None:
    write(tmp_path, "plots", TWO)
    write(tmp_path, "strata", STRATA)
    (sample,) = carbon_samples(plots(tmp_path))
    # by hand: weights 3/4 and 1/4; carbon is linear in volume, so means and spreads are those of 80, 55 and √200, √50
    assert sample.mean == pytest.approx(0.75 * oak(80) + 0.25 * oak(55))
    sampled = (0.75 * OAK_C * OAK_B) ** 2 * 200 / 2 + (0.25 * OAK_C * OAK_B) ** 2 * 50 / 2
    # published: mean prediction error of oak 0.85 % at 95 % confidence; z = 1.959964
    equation = 0.0085 / 1.959964 * sample.mean
    assert sample.error == pytest.approx(np.sqrt(sampled + equation**2), rel=1e-6)
    assert sample.status == "computed"
    table = strata_table([sample])
    assert table[["stratum", "plots", "area_mu"]].to_numpy().tolist() == [["A", 2, "3000.0"], ["B", 2, "1000.0"]]


def test_biomass_counts_before_volume_and_carries_no_error_of_an_equation(tmp_path: Path) -> None:
    head = f"{HEADS['plots']},biomass_t_per_ha"
    write(tmp_path, "plots", ["1,510822,A,栎类,667,2025-08-01,70,100", "2,510822,A,oak,667,2025-08-01,90,120"], head)
    (sample,) = carbon_samples(plots(tmp_path))
    assert sample.mean == pytest.approx(OAK_C * 110)
    assert sample.error == pytest.approx(OAK_C * 10)  # s = 14.14, n = 2
    assert sample.equation == 0
    assert not sample.known_area


def test_plots_measured_twice_tell_growth(tmp_path: Path) -> None:
    # by hand: 70 -> 80 and 90 -> 94 m3/ha from 1 July 2020 to 1 July 2025: 2 and 0.8 m3/ha/yr but for leap days
    once = ["1,510822,A,oak,667,2020-07-01,70", "2,510822,A,oak,667,2020-07-01,90"]
    then = ["1,510822,A,oak,667,2025-07-01,80", "2,510822,A,oak,667,2025-07-01,94"]
    write(tmp_path, "plots", [*once, *then])
    (sample,) = growth_samples(plots(tmp_path))
    assert (sample.region_code, sample.year) == ("510822", 2025)
    assert sample.mean == pytest.approx(OAK_C * OAK_B * 1.4, rel=1e-3)
    # of two measurements in a year the later one counts
    write(tmp_path, "plots", [*once, *then, "1,510822,A,oak,667,2025-03-01,60"])
    (again,) = growth_samples(plots(tmp_path))
    assert again.mean == sample.mean
    told = {(one.quantity, one.year) for one in plot_estimates(plots(tmp_path))}
    assert told == {(LIVE_CARBON, 2020), (LIVE_CARBON, 2025), (GROWTH, 2025)}


def test_survival_counts_plots_as_clusters(tmp_path: Path) -> None:
    head = "plot,region_code,stratum,forest_type,plot_area_m2,date,trees_planted,trees_alive"
    write(tmp_path, "plots", ["1,510822,A,oak,400,2025-09-01,100,95", "2,510822,A,oak,400,2025-09-01,100,75"], head)
    (one,) = plot_estimates(plots(tmp_path))
    # by hand: r = 0.85, residuals 10 and -10: √(200 / (2 x 1)) / 100 = 0.1
    assert (one.quantity, one.mean) == (SURVIVAL, 0.85)
    assert one.sd == pytest.approx(0.1)
    # all alive in both plots is no certainty: Laplace's (200 + 1) / (200 + 2)
    write(tmp_path, "plots", ["1,510822,A,oak,400,2025-09-01,100,100", "2,510822,A,oak,400,2025-09-01,100,100"], head)
    (one,) = plot_estimates(plots(tmp_path))
    assert one.sd == pytest.approx(np.sqrt(201 / 202 * (1 / 202) / 200))


def test_money_narrows_the_unit_step_by_step(tmp_path: Path) -> None:
    write(tmp_path, "plots", TWO)
    write(tmp_path, "strata", STRATA)
    samples = carbon_samples(plots(tmp_path))
    curve = narrowing_table(samples, RULES)
    # a plot costs 2 000 yuan: five for 1 万元; A_h s_h = 3000 x √200 to 1000 x √50 = 6 to 1, so all five go to A
    assert curve["plots"].tolist()[:3] == [4, 9, 14]
    assert curve["money_yuan"].tolist()[1] == 10_000
    assert (np.diff(curve["half_width_pct"]) < 0).all()
    assert curve["narrows_pct"].tolist()[1:] == pytest.approx((-np.diff(curve["half_width_pct"])).tolist())
    # by hand: 4 000 mu = 266.67 ha of mean carbon x 44/12
    assert float(curve["total_tco2e"][0]) == pytest.approx(4000 / 15 * 44 / 12 * samples[0].mean, abs=0.5)


def test_a_table_in_gb18030_is_read_alike(tmp_path: Path) -> None:
    for folder, encoding in (("a", "utf-8-sig"), ("b", "gb18030")):
        write(tmp_path / folder, "plots", [row.replace("oak", "栎类") for row in TWO], encoding=encoding)
        write(tmp_path / folder, "strata", STRATA)
    first, second = (plots(tmp_path / name).rows.drop(columns="where") for name in ("a", "b"))
    assert first.equals(second)


@pytest.mark.parametrize(
    ("row", "column", "hint"),
    [
        ("5,510822,A,oka,667,2025-08-01,70", "forest_type", "did you mean oak?"),
        ("5,510822,C,oak,667,2025-08-01,70", "stratum", "known: A, B"),
        ("5,510822,A,oak,667,2025/8/1,70", "date", "write 2025-08-01"),
        ("5,510822,A,oak,667,2025-02-30,70", "date", "no day of the calendar"),
        ("5,510822,A,oak,667,2027-08-01,70", "date", "after the day of this evaluation"),
        ("5,510822,A,oak,1,2025-08-01,70", "plot_area_m2", "given in mu?"),
        ("5,510822,A,oak,667,2025-08-01,", "plot", "measures nothing"),
        ("5,510822,A,oak,667,2025-08-01,-3", "volume_m3_per_ha", "at least 0"),
        ("4,510822,B,oak,667,2025-08-04,61", "plot, region_code, date", "stands twice"),
    ],
)
def test_a_wrong_row_is_named_with_its_line_and_a_hint(tmp_path: Path, row: str, column: str, hint: str) -> None:
    write(tmp_path, "plots", [*TWO, row])
    write(tmp_path, "strata", STRATA)
    (finding,) = refused(tmp_path)
    assert f"plots.csv:{len(TWO) + 2}:" in finding.where
    assert finding.path == column
    assert hint in finding.en


def test_every_wrong_row_is_named_at_once(tmp_path: Path) -> None:
    head = "plot,region_code,county_code,stratum,forest_type,age_group,plot_area_m2,x,y,date,volume_m3_per_ha,trees_planted,trees_alive"
    rows = [
        "1,510800,510822,A,oak,middle,667,105.1,32.1,2025-08-01,70,50,51",
        "2,510800,511922,A,oak,middle,667,105.1,,2025-08-01,70,50,",
        "3,510800,510822,A,oak,midle,667,,,2025-08-01,70,,",
    ]
    write(tmp_path, "plots", rows, head)
    write(tmp_path, "sensors", ["S,510822,2025-01-01,temprature,3,celsius,good"])
    found = [(finding.path, finding.where.split(":")[1]) for finding in refused(tmp_path)]
    assert found == [
        ("trees_alive", "2"),
        ("county_code", "3"),
        ("x", "3"),
        ("trees_alive", "3"),
        ("age_group", "4"),
        ("variable", "2"),
    ]


def test_volumes_per_mu_are_noticed_and_young_stands_are_not_taken_for_them(tmp_path: Path) -> None:
    # Sichuan's inventory mean is 175 m3/ha; 80 m3/ha are 5.3 m3/mu
    per_mu = ["1,510822,A,oak,667,2025-08-01,5.3", "2,510822,A,oak,667,2025-08-01,5.9"]
    write(tmp_path, "plots", per_mu)
    (finding,) = refused(tmp_path)
    assert finding.path == "volume_m3_per_ha"
    assert "plots.csv:2:" in finding.where
    assert "1 ha = 15 mu" in finding.en
    assert "每亩" in finding.zh
    young = ["1,510822,A,oak,667,2025-08-01,12,young", "2,510822,A,oak,667,2025-08-01,10,幼龄林"]
    write(tmp_path, "plots", young, f"{HEADS['plots']},age_group")
    assert len(plots(tmp_path).rows) == 2
    write(tmp_path, "plots", ["1,510822,A,oak,667,2025-08-01,1500", "2,510822,A,oak,667,2025-08-01,1600"])
    (finding,) = refused(tmp_path)
    assert "multiplied by 15" in finding.en


def test_a_header_in_another_unit_says_how_to_convert(tmp_path: Path) -> None:
    write(tmp_path, "plots", TWO, HEADS["plots"].replace("m3_per_ha", "m3_per_mu"))
    (finding,) = refused(tmp_path)
    assert finding.path == "volume_m3_per_mu"
    assert "multiply by 15" in finding.en


def test_strata_that_a_year_did_not_sample_and_lone_plots_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "plots", TWO)
    with pytest.raises(InputError, match="areas are missing: give strata"):
        carbon_samples(plots(tmp_path))
    write(tmp_path, "strata", [*STRATA, "510822,C,100"])
    with pytest.raises(InputError, match=r"plots.csv:2:1: stratum: stratum C of 510822 has 0 plots in 2025"):
        carbon_samples(plots(tmp_path))
    write(tmp_path, "strata", STRATA)
    write(tmp_path, "plots", TWO[:3])
    with pytest.raises(InputError, match="stratum B of 510822 has 1 plots in 2025"):
        carbon_samples(plots(tmp_path))


def test_figures_without_any_spread_are_not_believed(tmp_path: Path) -> None:
    head = HEADS["plots"].replace("volume_m3_per_ha", "biomass_t_per_ha")
    write(tmp_path, "plots", ["1,510822,A,oak,667,2025-08-01,100", "2,510822,A,oak,667,2025-08-01,100"], head)
    with pytest.raises(InputError, match="show the same"):
        plot_estimates(plots(tmp_path))


def test_what_is_in_a_folder_is_known_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read(tmp_path / "absent")
    (finding,) = refused(tmp_path)
    assert "none of plots.csv" in finding.en
    write(tmp_path, "strata", STRATA)
    (finding,) = refused(tmp_path)
    assert "goes with plots.csv" in finding.en
    (tmp_path / "strata.csv").rename(tmp_path / "plot.csv")
    (finding,) = refused(tmp_path)
    assert "did you mean plots.csv?" in finding.en


def test_the_demonstration_explains_every_column() -> None:
    assert (SHIPPED / "README.md").read_text(encoding="utf-8") == described()
