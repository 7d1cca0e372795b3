"""Two provinces over five years: enough engine for draws, little enough for every test run."""

from collections.abc import Mapping
from functools import cache

import pandas as pd

from silvafisc import carbon, economy
from silvafisc.carbon import cbm
from silvafisc.carbon.climate import climates
from silvafisc.carbon.curves.calibrate import Curves, calibrate_curves
from silvafisc.carbon.trajectories.courses import Place
from silvafisc.carbon.trajectories.setting import Setting
from silvafisc.carbon.uncertainty.drawn import Draw, drawn_site
from silvafisc.carbon.uncertainty.sources import CURVE_UNCERTAINTY, Source, read_sources
from silvafisc.datasets import Package, load_package
from silvafisc.policy import ParameterTree, Rules

YEARS = range(2026, 2031)
UNITS = ("220000", "350000")


@cache
def packages() -> Mapping[str, Package]:
    return {
        name: load_package(name) for name in {*carbon.CURVE_PACKAGES, *cbm.NEEDED, cbm.DENSITIES, CURVE_UNCERTAINTY}
    }


@cache
def rules() -> Rules:
    return ParameterTree.load().on("2026-01-01")


@cache
def stands() -> pd.DataFrame:
    nation = economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, rules()).stands
    return nation[nation["region_code"].isin(UNITS)]


@cache
def curves() -> Curves:
    return calibrate_curves(stands(), packages(), rules())


@cache
def sources() -> tuple[Source, ...]:
    return read_sources(curves(), packages(), rules())


def placed(draw: Draw, climate: str = "today") -> tuple[Setting, Place]:
    return drawn_site(draw, curves(), packages(), YEARS, climates(rules())[climate], rules())
