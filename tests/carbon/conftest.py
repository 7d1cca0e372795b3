"""Thirty-one provinces for the carbon tests: inventory stock over an arbor area that these tests assume."""

from collections.abc import Mapping

import pandas as pd
import pytest

from silvafisc import carbon
from silvafisc.datasets import Package, load_package
from silvafisc.policy import Change, ParameterTree, Reference, Rules

# Assumed share of a province's forest area that is not arbor forest (special shrubland, bamboo); only for these tests.
NOT_ARBOR = {"150000": 0.35, "210000": 0.05, "220000": 0.0, "230000": 0.0, "510000": 0.22, "540000": 0.4}
NOT_ARBOR |= {"610000": 0.3, "620000": 0.5, "630000": 0.88, "640000": 0.75, "650000": 0.72}
ELSEWHERE = 0.17
DATE = "2026-01-01"


@pytest.fixture(scope="session")
def packages() -> Mapping[str, Package]:
    return {name: load_package(name) for name in carbon.VALIDATION_PACKAGES}


@pytest.fixture(scope="session")
def provinces() -> pd.DataFrame:
    """A stands table as results.INPUT_TABLES declares it."""
    facts = load_package("provinces").table
    climate = load_package("climate_normals").table[["region_code", "mean_temperature_celsius", "precipitation_mm"]]
    rows = facts.merge(climate, on="region_code", validate="one_to_one")
    share = rows["region_code"].map(NOT_ARBOR).fillna(ELSEWHERE)
    arbor_ha = rows["forest_area_10k_ha"] * 10_000 * (1 - share)
    return pd.DataFrame(
        {
            "region_code": rows["region_code"],
            "arbor_area_tenth_mu": (arbor_ha * 150).astype("int64"),
            "mean_volume_m3_per_ha": rows["forest_stock_10k_m3"] * 10_000 / arbor_ha,
            "planted_share": (rows["planted_forest_area_10k_ha"] / rows["forest_area_10k_ha"]).clip(upper=1.0),
            "shrub_flag": rows["region_code"].isin(["630000", "640000", "650000"]),
            "loss_hazard_per_year": 0.003,
            "mean_temperature_celsius": rows["mean_temperature_celsius"],
            "precipitation_mm": rows["precipitation_mm"],
        }
    )


@pytest.fixture
def rules() -> Rules:
    return ParameterTree.load().on(DATE)


def changed(**values: str) -> Rules:
    """Rules with assumptions.carbon.<file>.<name> set, written `file__name="value"`."""
    reference = Reference("test")
    changes = [
        Change("assumptions.carbon." + name.replace("__", "."), "2026-01-01", "open", value, reference)
        for name, value in values.items()
    ]
    return ParameterTree.load().apply(changes).on(DATE)
