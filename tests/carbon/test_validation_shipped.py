"""The stock-change mode on the nation's shipped stands: the gates, and the misses by name so that a change is seen."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import pytest

from silvafisc import carbon, economy
from silvafisc.carbon.course import follow
from silvafisc.carbon.forest import calibrate
from silvafisc.carbon.measures.tending import tending
from silvafisc.datasets import Package, load_package
from silvafisc.policy import ParameterTree, Rules

NATION = "000000"
MISSES = {
    # published for the eighth inventory; the model holds the volume of the ninth, a fifth more (eighth: recalled)
    ("350000", "2009-2013"),
    # one of two published figures for the same inventory (24.65 and 30.30 differ by 23 %); the other is met
    ("330000", "NFI8"),
}
"""Gated provincial densities outside +-15 %."""


@cache
def law() -> Rules:
    return ParameterTree.load().on("2026-01-01")


@cache
def packages() -> Mapping[str, Package]:
    return {name: load_package(name) for name in carbon.VALIDATION_PACKAGES}


@cache
def stands() -> pd.DataFrame:
    return economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, law()).stands


@cache
def table() -> pd.DataFrame:
    return carbon.validation_table(stands(), packages(), law())


def test_the_shipped_nation_meets_the_national_density_and_sink() -> None:
    gated = table()[table()["gated"] & (table()["region_code"] == NATION)].set_index(["check", "period"])
    # published: 45.8 tC/ha and 154.8 TgC a year, Yang et al. 2022; 41.9 tC/ha, Zhang et al. 2018
    assert gated.loc[("density", "2014-2018"), "published"] == 45.8
    assert gated.loc[("density", "2014-2018"), "model"] == pytest.approx(45.8, rel=0.10)
    assert gated.loc[("density", "2009-2013"), "published"] == 41.9
    assert gated.loc[("density", "2009-2013"), "model"] == pytest.approx(41.9, rel=0.10)
    assert gated.loc[("sink", "2009-2018"), "published"] == 154.8
    assert gated.loc[("sink", "2009-2018"), "model"] == pytest.approx(154.8, rel=0.25)
    assert set(gated["verdict"]) == {"ok"}


def test_the_misses_of_the_shipped_provinces_are_those_listed() -> None:
    provincial = table()[table()["gated"] & (table()["check"] == "density") & (table()["region_code"] != NATION)]
    missed = provincial[provincial["verdict"] == "miss"]
    for row in missed.to_dict("records"):
        print(f"miss: {row['place']} {row['period']} {row['deviation_pct']:+.1f} % of {row['published']} tC/ha")
    assert len(provincial) == 8
    assert {(row["region_code"], row["period"]) for row in missed.to_dict("records")} == MISSES
    # this model: all densities but the missed ones lie within the tolerance, the missed ones above it
    assert (missed["deviation_pct"] > 15).all()


def test_every_province_of_the_nation_has_a_plausible_sink() -> None:
    bands = table()[table()["check"] == "sink_band"]
    assert len(bands) == 31
    # published range of province means: 0.2 to 1.5 tC/ha a year
    assert bands["model"].between(0.2, 1.5).all()
    assert set(bands["verdict"]) == {"inside"}


def test_tending_is_shipped_as_the_middle_of_its_prior_and_is_no_way_to_gain_carbon() -> None:
    course = follow(calibrate(stands(), packages(), law()), 35)
    stocks = tending(course, (1,), law())
    change = stocks.project / stocks.baseline - 1
    area = course.forest.stands["arbor_area_tenth_mu"].to_numpy(dtype=np.float64)
    mean = np.average(change, axis=0, weights=area)
    # prior of the literature: -10 to +5 % of stand carbon 20 years after tending, so -2.5 % in the middle
    assert mean[21] == pytest.approx(-0.025, abs=0.005)
    assert np.all((change[:, 21] > -0.10) & (change[:, 21] < 0.05))
    # the loss shows at once in every province: the removed 15 % of volume
    assert np.all(change[:, 1] < -0.14)
    # this model: 35 years on a tended stand holds what an untended one holds, within 2 %
    assert np.all(np.abs(change[:, 35]) < 0.02)
