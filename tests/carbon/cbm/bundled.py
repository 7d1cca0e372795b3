"""libcbm's bundled tables and the stands of its tutorial, for the oracle and the benchmark of the adapter.

Only the root table is not the bundled one: the adapter rests on a constant root:shoot ratio, so both sides have it.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from libcbm import resources
from tests.carbon.cbm.direct import roots

from silvafisc.carbon.cbm import DEAD, POOLS, Parameters, Rows, live_of
from silvafisc.carbon.cbm.parameters import DECAY, TURNOVER
from silvafisc.carbon.cbm.pools import SINKS

BUNDLED = Path(resources.get_cbm_exn_parameters_dir())
STANDS = Path(resources.get_test_resources_dir()) / "cbm_exn_net_increments" / "net_increments.csv"
UNITS = (1, 3, 40)
FIRE, CLEAR_CUT = 1, 4


def bundled(name: str) -> pd.DataFrame:
    return pd.read_csv(BUNDLED / f"{name}.csv")


def trimmed() -> dict[str, pd.DataFrame]:
    """The bundled tables cut down to three units and three disturbances (0 is none), roots as the adapter has them."""
    turnover, places = bundled("turnover_parameters"), bundled("disturbance_matrix_association")
    kept = places["spatial_unit_id"].isin(UNITS) & places["disturbance_type_id"].isin((0, FIRE, CLEAR_CUT))
    return {
        "turnover_parameters": turnover[turnover["spatial_unit_id"].isin(UNITS)],
        "disturbance_matrix_association": places[kept],
        "root_parameters": roots(0.222, 0.2),
    }


def their_matrices() -> dict[str, np.ndarray]:
    """`unit:disturbance` -> (14, 18) from the bundled matrices, softwood."""
    moves, places = bundled("disturbance_matrix_value"), bundled("disturbance_matrix_association")
    found = {}
    for unit in UNITS:
        for disturbance in (FIRE, CLEAR_CUT):
            place = (places["spatial_unit_id"] == unit) & (places["disturbance_type_id"] == disturbance)
            (number,) = places.loc[place & (places["sw_hw"] == "sw"), "disturbance_matrix_id"]
            matrix = np.eye(len(POOLS), len(SINKS))
            rows = moves[(moves["disturbance_matrix_id"] == number) & moves["source_pool"].isin(POOLS)]
            for source in rows["source_pool"].unique():
                matrix[POOLS.index(source)] = 0
            for source, sink, share in zip(rows["source_pool"], rows["sink_pool"], rows["proportion"], strict=True):
                matrix[POOLS.index(source), SINKS.index(sink)] = share
            found[f"{unit}:{disturbance}"] = matrix
    return found


def their_parameters() -> Parameters:
    """The bundled tables as the adapter takes them: a group is a spatial unit."""
    turnover = bundled("turnover_parameters")
    chosen = turnover[turnover["sw_hw"] == "sw"].set_index("spatial_unit_id").loc[list(UNITS)]
    decay = bundled("decay_parameters").set_index("pool").loc[list(DEAD)]
    count = len(UNITS)
    return Parameters(
        groups=tuple(str(unit) for unit in UNITS),
        turnover=chosen[list(TURNOVER)].to_numpy(),
        root_shoot=np.full(count, 0.222),
        fine_root_share=np.full(count, 0.2),
        decay=np.repeat(decay[list(DECAY)].to_numpy()[None], count, axis=0),
        mixing=np.full(count, bundled("slow_mixing_rate")["rate"].iloc[0]),
        matrices=their_matrices(),
        reported_as=("soil",) * len(DEAD),
        start_share=np.ones(len(DEAD)),
        status="secondary",
    )


def tutorial(theirs: Parameters, years: int, ages_each: int = 5) -> Rows:
    """The tutorial's stand at `ages_each` ages from 1 to 41 in three spatial units, following its increments."""
    increments = pd.read_csv(STANDS)[["SoftwoodMerch", "SoftwoodFoliage", "SoftwoodOther"]].to_numpy()
    ages = np.tile(np.linspace(1, 41, ages_each).astype(int), len(UNITS))
    group = np.repeat(np.arange(len(UNITS)), ages_each)
    above = np.stack([increments[:age].sum(axis=0) for age in ages])
    dead = np.random.default_rng(2).uniform(0, 20, (len(group), len(DEAD)))
    temperature = np.repeat(np.array([-3.0, 4.0, 12.0]), ages_each)[:, None] + np.linspace(0, 1, years)
    return Rows(
        group,
        temperature,
        np.concatenate([live_of(above, theirs, group), dead], axis=1),
        np.stack([increments[np.minimum(np.arange(age, age + years), 69)] for age in ages]),
    )
