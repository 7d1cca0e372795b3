"""The growth curves of the full engine beside what is published: four tables, as frames or as CSV files."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from silvafisc import carbon, economy
from silvafisc.carbon.curves.calibrate import calibrate_curves
from silvafisc.carbon.curves.fit_table import fit_table, shape_table, side_by_side, type_table
from silvafisc.datasets import load_package
from silvafisc.policy import Rules
from silvafisc.results.outcome import write_tables


def curve_validation(rules: Rules, stands: pd.DataFrame | None = None) -> Mapping[str, pd.DataFrame]:
    """fit (by unit and age group), published (both modes, misses included), types, shapes.

    stands: as results.INPUT_TABLES["stands"]; the shipped nation where none are given.

    Raises:
        InputError: as `calibrate_curves`.
    """
    packages = {name: load_package(name) for name in {*carbon.CURVE_PACKAGES, *carbon.VALIDATION_PACKAGES}}
    if stands is None:
        stands = economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, rules).stands
    curves = calibrate_curves(stands, packages, rules)
    return {
        "fit": fit_table(curves, packages, rules),
        "published": side_by_side(curves, packages, rules),
        "types": type_table(curves, packages, rules),
        "shapes": shape_table(curves),
    }


def save_curve_validation(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write `curves_<table>.csv` of every table into `folder`, which is made where it is absent."""
    return write_tables(tables, folder, "curves_")
