"""Review cards of the shipped nation and of scenarios that change what they rest on; every wrong input at its place."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from silvafisc.briefing.blocks import Briefing, Card, Table, runs_text, texts
from silvafisc.briefing.card_page import page
from silvafisc.carbon.accounts import MU_PER_HA
from silvafisc.carbon.yield_arrays import YieldArrays
from silvafisc.cli.endings import finish
from silvafisc.cli.main import app
from silvafisc.datasets import load_package
from silvafisc.datasets.findings import InputError
from silvafisc.runs import precision_cards
from silvafisc.runs.precision_cards import Cards, review_cards
from silvafisc.runs.precision_plots import read_strata

SCENARIO = "nation-2026-2028"
NATION = "000000"
PLOTS = "region_code,stratum,area_mu,mean_tco2e_per_mu,sd_tco2e_per_mu,plots\n"


@pytest.fixture(scope="module")
def nation() -> Cards:
    return review_cards(SCENARIO)


@pytest.fixture(scope="module")
def pages(nation: Cards) -> tuple[Briefing, Briefing]:
    """In Chinese and in English."""
    zh, en = (page(nation.tables, nation.told, nation.names, language) for language in ("zh", "en"))
    return zh, en


def scenario(folder: Path, more: str = "", **values: str) -> Path:
    """The nation with parameters of the carbon assumptions changed; `a__b` stands for `a.b`."""
    changes = "".join(
        f'  - {{parameter: assumptions.carbon.{name.replace("__", ".")}, from: "2020-01-01", to: open, value: "{value}", '
        "reference: {title: a test}}\n"
        for name, value in values.items()
    )
    path = folder / "changed.yaml"
    path.write_text(
        f"id: changed\nextends: {SCENARIO}\n{more}" + (f"changes:\n{changes}" if changes else ""), encoding="utf-8"
    )
    return path


def rows(cards: Cards, measure: str, case: str = "central") -> pd.DataFrame:
    table = cards.cards
    return table[(table["measure"] == measure) & (table["case"] == case)].set_index("region_code")


def test_central_tonnes_of_fertilising_are_those_of_the_built_yields(nation: Cards) -> None:
    """other program: the shipped package, read directly."""
    table = YieldArrays.of(load_package("carbon_yields"))
    flows = table.flow("additional", ("fertilising", "today", "either", "central"), (2026,))[0]
    found = rows(nation, "fertilising")["tonnes_tco2e_per_mu"]
    assert found.loc[list(table.codes)].tolist() == pytest.approx(flows.sum(axis=1).tolist(), abs=1e-6)
    later = 1.06 ** -np.arange(1.0, flows.shape[1] + 1)
    present = rows(nation, "fertilising")["present_tco2e_per_mu"]
    assert present.loc[list(table.codes)].tolist() == pytest.approx((flows @ later).tolist(), abs=1e-6)


def test_the_nation_is_the_mean_by_land(nation: Cards) -> None:
    for measure in ("fertilising", "low_damage_skidding"):
        table = rows(nation, measure)
        units = table.drop(NATION)
        whole = table.loc[NATION]
        assert whole["land_mu"] == pytest.approx(units["land_mu"].sum())
        for column in ("cost_yuan_per_mu", "tonnes_tco2e_per_mu", "present_tco2e_per_mu"):
            mean = (units[column] * units["land_mu"]).sum() / units["land_mu"].sum()
            assert whole[column] == pytest.approx(mean, abs=1e-7)


def test_break_even_is_cost_over_discounted_tonnes_and_absent_where_carbon_is_lost(nation: Cards) -> None:
    table = nation.cards[nation.cards["measure"] != "sensor_net"]
    gained = table["present_tco2e_per_mu"] > 0
    price = table["cost_yuan_per_mu"] / table["present_tco2e_per_mu"]
    assert table.loc[gained, "break_even_yuan_per_tco2e"].tolist() == pytest.approx(price[gained].tolist(), rel=1e-4)
    assert table.loc[~gained, "break_even_yuan_per_tco2e"].isna().all()
    assert (~gained).sum() == 32, "fertilising in the low case loses carbon everywhere"


def test_each_unit_has_a_card_of_its_own(nation: Cards) -> None:
    for measure in ("fertilising", "low_damage_skidding"):
        table = rows(nation, measure).drop(NATION)
        assert len(table) == 31
        assert table["tonnes_tco2e_per_mu"].nunique() == 31
    assert set(nation.verdicts["region_code"]) == set(nation.cards["region_code"])


def test_cases_are_in_order_and_the_single_trials_are_the_optimistic_ones(nation: Cards) -> None:
    for measure in ("fertilising", "low_damage_skidding"):
        tonnes = [rows(nation, measure, case)["tonnes_tco2e_per_mu"] for case in ("low", "central", "optimistic")]
        assert (tonnes[0] < tonnes[1]).all()
        assert (tonnes[1] < tonnes[2]).all()
    trials = nation.cards[nation.cards["evidence"] == "single_trial"]
    assert set(trials["case"]) == {"optimistic"}
    assert sorted(set(trials["effect"])) == pytest.approx([0.18, 0.192])


def test_skidding_loses_no_more_than_stands_there(nation: Cards) -> None:
    """by hand: 0.35 x 6.21 % of the carbon of a mature stand, some 100 tC/ha and never above 400."""
    tonnes = rows(nation, "low_damage_skidding")["tonnes_tco2e_per_mu"]
    assert tonnes.between(0.05, 0.35 * 0.0621 * 400 * 44 / 12 / MU_PER_HA).all()


def test_a_sensor_net_has_no_tonnes_and_no_price(nation: Cards) -> None:
    table = rows(nation, "sensor_net")
    absent = ["effect", "tonnes_tco2e_per_mu", "present_tco2e_per_mu", "yuan_per_tco2e", "break_even_yuan_per_tco2e"]
    assert table[absent].isna().all(axis=None)
    assert set(table["cost_basis"]) == {"per_year"}
    mine = nation.verdicts[nation.verdicts["measure"] == "sensor_net"]
    assert set(mine["reasons"]) == {"no_tonnes"}
    assert set(mine["recommended"]) == {"no"}


def test_every_number_has_a_source_and_a_status(nation: Cards) -> None:
    assert nation.inputs["reference"].str.strip().ne("").all()
    assert nation.inputs["status"].isin(["secondary", "computed", "recalled", "assumption"]).all()
    assert set(nation.cards["status"]) == {"assumption"}
    read = set(nation.inputs["parameter"])
    assert {"assumptions.carbon.precision.price_market", "assumptions.carbon.precision.discount_rate"} <= read
    assert {"carbon_yields", "carbon_prices.ccer.2025", "assumptions.carbon.monitoring.plot_cost"} <= read


def test_a_measure_that_costs_little_is_recommended_with_its_reasons(tmp_path: Path) -> None:
    """The user's own cost, and damage of skidding that his crews have measured."""
    changed = review_cards(
        scenario(
            tmp_path,
            precision__skidding_extra_cost="3",
            precision__skidding_low_damage="0.02",
        )
    )
    verdicts = changed.verdicts.set_index(["measure", "region_code"])
    assert verdicts.loc[("low_damage_skidding", NATION), "recommended"] == "yes"
    assert verdicts.loc[("low_damage_skidding", NATION), "reasons"] == "pays_at_low_price;holds_in_low_case"
    assert verdicts.loc[("fertilising", NATION), "recommended"] == "no"
    stated = changed.inputs.set_index("parameter").loc["assumptions.carbon.precision.skidding_extra_cost"]
    assert (stated["value"], stated["status"], stated["changed"]) == ("3", "assumption", "yes")
    briefing = page(changed.tables, changed.told, changed.names, "en")
    said = "".join(texts(briefing))
    assert "Low-damage skidding: recommended." in said
    assert "3 (changed by the scenario)" in said
    cards = [block for block in briefing.sections[-1].blocks if isinstance(block, Card)]
    assert "Recommended: low-damage skidding." in runs_text(cards[0].summary)


def test_plots_tell_what_the_money_of_a_net_would_narrow(nation: Cards, tmp_path: Path) -> None:
    plots = tmp_path / "plots.csv"
    plots.write_text(PLOTS + "220000,pine,20000,6,3,5\n220000,oak,10000,4,2,5\n", encoding="utf-8")
    found = review_cards(SCENARIO, plots=plots)
    assert found.plots is not None
    (row,) = found.plots.to_dict("records")
    # by hand: 60 nodes of 3 000 yuan for 30 000 mu, paid off in five years at 6 %, 15 % of upkeep; 2 000 yuan a plot
    money = 60 * 3000 * (0.06 / (1 - 1.06**-5) + 0.15)
    assert row["money_yuan"] == pytest.approx(money, abs=0.01)
    assert (row["region_code"], row["plots_bought"]) == ("220000", 34)
    assert 0 < row["half_width_with_plots"] < row["half_width"]
    assert "可设样地" in "".join(texts(page(found.tables, found.told, found.names, "zh")))
    # Everything else is the same numbers again.
    pd.testing.assert_frame_equal(found.cards, nation.cards, check_exact=True)


def tabled(blocks: object) -> list[Table]:
    assert isinstance(blocks, tuple)
    found = []
    for block in blocks:
        if isinstance(block, Table):
            found.append(block)
        elif isinstance(block, Card):
            found += tabled(block.blocks)
    return found


def test_both_languages_show_the_same_numbers_and_no_id(pages: tuple[Briefing, Briefing]) -> None:
    numbers = [
        [
            runs_text(cell)
            for section in one.sections
            for table in tabled(section.blocks)
            for row in table.rows
            for cell, column in zip(row.cells, table.columns, strict=True)
            if column.numeric
        ]
        for one in pages
    ]
    assert numbers[0] == numbers[1]
    for one in pages:
        assert len([block for block in one.sections[-1].blocks if isinstance(block, Card)]) == 31
        ids = [text for text in texts(one) if re.fullmatch(r"[a-z]+(_[a-z]+)+|\w+=\w+(;\w+=\w+)*", text)]
        assert ids == ["growth_curves_published"], "the one package whose source is another package"


def test_the_page_says_what_is_not_adopted_and_that_a_net_has_no_price(pages: tuple[Briefing, Briefing]) -> None:
    zh, en = ("".join(texts(one)) for one in pages)
    assert zh.count("毫米级") == 2
    assert en.count("millimet") == 2
    assert "没有保本碳价" in zh
    assert "no break-even price" in en
    assert "状态为：假设" in zh


def test_the_verb_writes_tables_and_a_page_in_each_language(
    nation: Cards, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def reviewed(scenario: str, **options: object) -> Cards:
        asked.append((scenario, options["plots"]))
        return nation

    monkeypatch.setattr(precision_cards, "review_cards", reviewed)
    for name in ("one", "other"):
        assert finish(app, ["carbon", "cards", "--out", str(tmp_path / name), "--plots", "p.csv", "--lang", "en"]) == 0
    assert asked == [(SCENARIO, Path("p.csv"))] * 2
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert sorted(one) == ["cards.csv", "cards_en.html", "cards_inputs.csv", "cards_verdicts.csv", "cards_zh.html"]
    assert one == other
    for name in ("cards_zh.html", "cards_en.html"):
        assert not re.search(rb"""(?:src|href)=["']?(?:https?:)?//""", one[name])


FULL = "carbon: {{engine: full, climate: {climate}}}\n"
WRONG: list[tuple[str, Callable[[Path], object], str]] = [
    ("no scenario", lambda folder: "no-such-scenario", "no-such-scenario"),
    ("gain changed", lambda folder: scenario(folder, trajectories__fertilising_gain="0.2"), "was built with other values of assumptions.carbon.trajectories.fertilising_gain"),
    ("horizon beyond", lambda folder: scenario(folder, "horizon: 2090\n"), "ends in 2060, before the horizon"),
    ("two models", lambda folder: scenario(folder, FULL.format(climate="warm")), "two models of growth disagree"),
    ("unknown climate", lambda folder: scenario(folder, FULL.format(climate="hot")), "unknown 'hot'"),
    ("no such market", lambda folder: scenario(folder, precision__price_market="spot"), "no lowest and highest price"),
    ("negative rate", lambda folder: scenario(folder, precision__discount_rate="-2"), "must not be negative"),
    ("no life", lambda folder: scenario(folder, precision__sensor_life="0"), "above zero"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_wrong_scenarios_are_refused(given: Callable[[Path], str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        review_cards(given(tmp_path))
    assert said in str(caught.value)
    assert all(finding.zh and finding.zh != finding.en for finding in caught.value.findings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLOTS, "not a single row"),
        (PLOTS.replace(",plots", "") + "220000,pine,2,6,3\n", "plots.csv:1"),
        (PLOTS + "999999,pine,20000,6,3,5\n", "plots.csv:2:1: region_code: 999999 is no unit of the scenario"),
        (PLOTS + "220000,pine,20000,6,3,1\n", "plots.csv:2:23: plots: must be at least 2 (got 1)"),
        (PLOTS + "220000,pine,0,6,3,5\n", "plots.csv:2:13: area_mu: must be at least 0.1 (got 0)"),
        (PLOTS + "220000,pine,20000,6,-3,5\n", "must be at least 0"),
        (PLOTS + "220000,pine,20000,6,3,5\n220000,pine,20000,6,3,5\n", "plots.csv:3"),
        (PLOTS + "220000,pine,20000,0,3,5\n", "the total of this unit is zero"),
        (PLOTS + "220000,pine,20000,six,3,5\n", "'six' is not a number"),
    ],
)
def test_wrong_plots_are_refused_at_their_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_strata(tmp_path / "plots.csv", ["220000"])
    assert said in str(caught.value)


def test_without_libcbm_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "libcbm"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "libcbm", None)
    with pytest.raises(InputError, match=r"pip install 'silvafisc\[carbon\]'"):
        review_cards(SCENARIO)


def test_a_file_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    assert finish(app, ["carbon", "cards", "--out", str(tmp_path / "out")]) == 2
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"
