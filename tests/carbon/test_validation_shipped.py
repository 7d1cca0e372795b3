"""The stock-change mode on the nation's shipped stands: the gates, and the misses by name so that a change is seen."""

from functools import cache

import pandas as pd
import pytest

from silvafisc import carbon, economy
from silvafisc.datasets import load_package
from silvafisc.policy import ParameterTree

NATION = "000000"
MISSES = {
    # published for the eighth inventory; the model holds the volume of the ninth, a fifth more (eighth: recalled)
    ("350000", "2009-2013"),
    # one of two published figures for the same inventory (24.65 and 30.30 differ by 23 %); the other is met
    ("330000", "NFI8"),
}
"""Gated provincial densities outside +-15 %."""


@cache
def table() -> pd.DataFrame:
    rules = ParameterTree.load().on("2026-01-01")
    inputs = economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, rules)
    packages = {name: load_package(name) for name in carbon.VALIDATION_PACKAGES}
    return carbon.validation_table(inputs.stands, packages, rules)


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
