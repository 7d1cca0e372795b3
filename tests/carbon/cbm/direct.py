"""libcbm called directly, through its own variables, keys and tables: the other program of the oracle and benchmark."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from libcbm.model.cbm_exn import cbm_exn_land_state, cbm_exn_model, cbm_exn_step, cbm_exn_variables
from libcbm.storage.backends import BackendType

from silvafisc.carbon.cbm import POOLS, Rows

COUNTED = (
    "DeltaBiomass_AG",
    "DeltaBiomass_BG",
    "TurnoverMerchLitterInput",
    "TurnoverFolLitterInput",
    "TurnoverOthLitterInput",
    "TurnoverCoarseLitterInput",
    "TurnoverFineLitterInput",
)
"""Flux indicators of libcbm whose sum is net primary production."""


@contextmanager
def opened(tables: Mapping[str, Any]) -> Iterator[Any]:
    """libcbm's own model, with these tables in place of its bundled ones."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="untested linux distribution", category=RuntimeWarning)
        opening = cbm_exn_model.initialize(dict(tables))
        model = opening.__enter__()
    try:
        yield model
    finally:
        opening.__exit__(None, None, None)


def step_through(
    model: Any, rows: Rows, spatial_unit: np.ndarray, disturbances: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pools (rows, years + 1, 14), gases and products left so far (rows, years + 1, 4), production (rows, years).

    Events first, then the annual process with matrices built from the pools after the events. spatial_unit: (rows,)
    ascending, because libcbm joins turnover to rows in the order of its table. disturbances: (rows, years) libcbm's
    disturbance types, striking the whole row; 0 is none.
    """
    n, years = len(rows), rows.years
    variables = cbm_exn_variables.init_cbm_vars(n, model.pool_names, model.flux_names, BackendType.numpy)
    pools = variables["pools"]
    pools["Input"].assign(1.0)
    for column, name in enumerate(POOLS):
        pools[name].assign(rows.start[:, column].copy())
    state = variables["state"]
    state["spatial_unit_id"].assign(spatial_unit.astype(np.int32))
    state["enabled"].assign(np.int32(1))
    names = list(pools.columns)
    kept, gone = [names.index(name) for name in POOLS], [names.index(n) for n in ("CO2", "CH4", "CO", "Products")]
    counted = [list(variables["flux"].columns).index(name) for name in COUNTED]
    stocks, left, production = [pools.to_numpy()[:, kept]], [pools.to_numpy()[:, gone]], []
    for year in range(years):
        yearly = variables["parameters"]
        yearly["mean_annual_temperature"].assign(rows.temperature[:, year].copy())
        yearly["disturbance_type"].assign(disturbances[:, year].astype(np.int32))
        for column, name in enumerate(("merch_inc", "foliage_inc", "other_inc")):
            yearly[name].assign(rows.growth[:, year, column].copy())
        variables["flux"].zero()
        variables = cbm_exn_land_state.start_step(variables, model.parameters)
        variables = cbm_exn_step.step_disturbance(model, variables)
        variables = cbm_exn_step.step_annual_process(model, variables)
        variables = cbm_exn_land_state.end_step(variables, model.parameters)
        matrix = variables["pools"].to_numpy()
        stocks.append(matrix[:, kept])
        left.append(matrix[:, gone])
        production.append(variables["flux"].to_numpy()[:, counted].sum(axis=1))
    return np.stack(stocks, axis=1), np.stack(left, axis=1), np.stack(production, axis=1)


def roots(root_shoot: float, fine_share: float) -> pd.DataFrame:
    """libcbm's root table with a constant ratio and a constant share of fine roots."""
    return pd.DataFrame(
        {
            "id": [1],
            "hw_a": [root_shoot],
            "sw_a": [root_shoot],
            "hw_b": [1.0],
            "frp_a": [fine_share],
            "frp_b": [0.0],
            "frp_c": [0.0],
            "biomass_to_carbon_rate": [0.5],
        }
    )
