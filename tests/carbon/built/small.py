"""A package of yields small enough to check by hand, written and read as the shipped one is."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.carbon.yield_arrays import PACKAGE, stand_hashes
from silvafisc.carbon.yield_package import assembled, descriptor
from silvafisc.datasets import Package
from silvafisc.datasets.arrays import FILE, write_arrays
from silvafisc.datasets.package import DESCRIPTOR, read_package
from silvafisc.results.outcome import write_csv, write_json

TREATED, YEARS = (2026, 2027), (2026, 2027, 2028, 2029)
DRY, WET = "110000", "340000"
SURVIVAL = "assumptions.carbon.measures.planting_survival"

STANDS = pd.DataFrame(
    {
        "region_code": [DRY, WET],
        "arbor_area_tenth_mu": [1000, 2000],
        "mean_volume_m3_per_ha": [38.0, 60.0],
        "planted_share": [0.5, 0.25],
        "shrub_flag": [False, False],
        "loss_hazard_per_year": [0.003, 0.003],
        "mean_temperature_celsius": [11.0, 16.0],
        "precipitation_mm": [399.0, 1200.0],
    }
)
CERTAIN = {(code, "afforestation", period): 0.0 for code in (DRY, WET) for period in ("2026", "2027", "2026-2027")}
"""Half-widths of nothing but certainty."""
# (treated year, unit, calendar year), tCO2e per mu: a treatment in 2027 changes nothing in 2026.
FIRST = [[0.25, 0.5, 0.125, 0.0], [0.5, 1.0, 0.25, 0.0]]
SECOND = [[0.0, 0.125, 0.25, 0.5], [0.0, 0.25, 0.5, 1.0]]
BASELINE = np.full((2, 2, 4), 0.5)


def flows(factor: float = 1.0) -> dict[str, np.ndarray]:
    """What one combination gives; the creditable part is half the additional flow."""
    additional = factor * np.array([FIRST, SECOND])
    return {"baseline": BASELINE, "additional": additional, "creditable": additional / 2}


def small(
    folder: Path, parameters: Mapping[str, str] | None = None, packages: Mapping[str, str] | None = None
) -> Package:
    """Afforestation and compensation today, and warm by either model; compensation at both ends of the hazard's band."""
    worked = {(measure, "today", "either", "central"): flows() for measure in ("afforestation", "compensation")}
    worked |= {("compensation", "today", "either", end): flows(f) for end, f in (("low", 0.25), ("high", 2.0))}
    worked |= {
        (measure, "warm", member, "central"): flows(2.0)
        for measure in ("afforestation", "compensation")
        for member in ("miami", "thornthwaite_memorial")
    }
    index, arrays = assembled(worked, TREATED)
    made_of = {
        "packages": packages or {},
        "rows": stand_hashes(STANDS),
        "parameters": parameters or {},
        "versions": {"libcbm": "0"},
    }
    described = descriptor(len(index), [DRY, WET], YEARS, made_of, "assumption")
    write_json(described, folder / DESCRIPTOR)
    write_csv(index, folder / "data.csv")
    write_arrays(arrays, folder / FILE)
    return read_package(folder, PACKAGE)
