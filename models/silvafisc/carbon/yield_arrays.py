"""The full engine's yields as a data package holds them: names, and how one looks a combination up."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets import Package
from silvafisc.datasets.arrays import Floats

from .mixtures import Array
from .stand_table import checked_stands

PACKAGE = "carbon_yields"
BASELINE, ADDITIONAL, CREDITABLE = "baseline", "additional", "creditable"
KEY = ("measure", "climate", "member", "loss_hazard", "treatment_year")
LOW, CENTRAL, HIGH = "low", "central", "high"
EITHER = "either"
"""Either model of growth, where both give the same factors."""
COMPENSATION = "compensation"
"""The recurring measure: each year's protection counts, and its tonnes hang on the loss hazard."""
TODAY = "today"
"""The climate that runs use where a scenario names none."""
READ_OF_STANDS = (
    "mean_volume_m3_per_ha",
    "planted_share",
    "loss_hazard_per_year",
    "mean_temperature_celsius",
    "precipitation_mm",
)
"""What the engine reads of a unit's stands, beside its code. Areas are not among them: yields are per mu."""
_DIGITS = 12
"""Significant digits of a figure in a hash: another processor's last bits are no other stands."""


@dataclass(frozen=True)
class YieldArrays:
    """The package, ready to be looked up. rows: key -> position; codes: units; years: calendar years, ascending."""

    rows: Mapping[tuple[str, str, str, str, int], int]
    arrays: Mapping[str, Floats]
    codes: tuple[str, ...]
    years: tuple[int, ...]

    @staticmethod
    def of(package: Package) -> "YieldArrays":
        """Read the index and the axes of a checked package."""
        assert package.described is not None
        keys = zip(*(package.table[name].tolist() for name in KEY), strict=True)
        return YieldArrays(
            rows={key: row for row, key in enumerate(keys)},
            arrays=package.arrays,
            codes=package.described.axes["region_code"],
            years=tuple(int(year) for year in package.described.axes["year"]),
        )

    def names(self, part: int) -> list[str]:
        """The measures (0), climates (1), members (2) that occur."""
        return sorted({str(key[part]) for key in self.rows})

    @property
    def treated(self) -> list[int]:
        """Years in which measures are carried out."""
        return sorted({key[4] for key in self.rows})

    def members(self, climate: str) -> list[str]:
        """The models of growth in a climate."""
        return sorted({key[2] for key in self.rows if key[1] == climate})

    def flow(self, name: str, key: tuple[str, str, str, str], years: tuple[int, ...]) -> Array:
        """(treated years, units, years) of an array, for treatments in `years`."""
        rows = [self.rows[(*key, year)] for year in years]
        return np.asarray(self.arrays[name][rows], dtype=np.float64)


def stand_hashes(stands: pd.DataFrame) -> dict[str, str]:
    """region_code -> SHA-256 of what the engine reads of the unit's stands.

    Raises:
        InputError: unusable stands.
    """
    rows = checked_stands(stands)
    columns = [rows[column].tolist() for column in READ_OF_STANDS]
    found = {}
    for code, *values in zip(rows["region_code"].tolist(), *columns, strict=True):
        text = "\n".join([str(code), *(f"{value:.{_DIGITS}g}" for value in values)])
        found[str(code)] = hashlib.sha256(text.encode()).hexdigest()
    return found
