"""The pools that a simulation starts from: living ones on the curve, dead ones from published densities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets import worst_status

from ..errors import refuse
from ..mixtures import Array
from .parameters import TURNOVER, Parameters
from .pools import DEAD, POOLS, REPORTED
from .rows import live_of

DENSITIES = "cbm_start_densities"
"""Data package of the starting densities."""
ELSEWHERE = "elsewhere"
_DEAD_REPORTED = REPORTED[2:]


@dataclass(frozen=True)
class Densities:
    """Starting densities of units, tC/ha: (units, 3) each, in the order dead wood, litter, soil.

    natural, planted: forest by origin. bare: land before afforestation. local: (units, 3) whether a value of the unit's
    own province was published for forest, else the mean of the others stands. status: (units,) worst of the row's.
    """

    natural: Array
    planted: Array
    bare: Array
    local: np.ndarray
    status: tuple[str, ...]

    def mixed(self, planted_share: Array) -> Array:
        """(units, 3) tC/ha of forest of which `planted_share` (units,) is planted."""
        share = planted_share[:, None]
        return np.asarray(share * self.planted + (1 - share) * self.natural)


def read_densities(table: pd.DataFrame, codes: Sequence[str]) -> Densities:
    """Densities of units by their codes: the unit's own row, else its province's, else `elsewhere`.

    A row of origin `all` stands for natural and planted forest. table: the package `cbm_start_densities`.

    Raises:
        InputError: a density is not even given for `elsewhere`.
    """
    rows = {
        (str(code), str(origin), str(pool)): (float(value), str(status))
        for code, origin, pool, value, status in zip(
            table["region_code"], table["origin"], table["pool"], table["value"], table["status"], strict=True
        )
    }

    def found(code: str, origin: str, pool: str) -> tuple[float, str, bool]:
        for place in (code, code[:2] + "0000", ELSEWHERE):
            for name in (origin, "all") if origin != "bare" else (origin,):
                if (place, name, pool) in rows:
                    return *rows[place, name, pool], place != ELSEWHERE
        raise refuse(DENSITIES, f"no density of {pool}, {origin}, {ELSEWHERE}", f"缺少 {pool}、{origin} 的起始密度")

    origins = ("natural", "planted", "bare")
    cells = [[[found(code, origin, pool) for pool in _DEAD_REPORTED] for origin in origins] for code in codes]
    values = np.array([[[cell[0] for cell in line] for line in unit] for unit in cells])
    return Densities(
        natural=values[:, 0],
        planted=values[:, 1],
        bare=values[:, 2],
        local=np.array(
            [[unit[0][pool][2] and unit[1][pool][2] for pool in range(len(_DEAD_REPORTED))] for unit in cells]
        ),
        status=tuple(worst_status(*(cell[1] for line in unit for cell in line)) for unit in cells),
    )


def start_pools(parameters: Parameters, group: np.ndarray, above: Array, densities: Array) -> Array:
    """(rows, 14) starting pools, tC/ha, in the order of `pools.POOLS`.

    group: (rows,) index into the groups. above: (rows, 3) Merch, Foliage, Other of the stand on its curve, tC/ha.
    densities: (rows, 3) dead wood, litter, soil, tC/ha; each is split by `Parameters.start_share`.
    """
    belongs = [_DEAD_REPORTED.index(name) for name in parameters.reported_as]
    dead = densities[:, belongs] * parameters.start_share
    return np.concatenate([live_of(above, parameters, group), dead], axis=1)


def settled(parameters: Parameters, start: Array, group: np.ndarray, temperature: Array) -> Array:
    """`start` with the very fast and fast dead pools in balance with what the stand sheds, tC/ha.

    These four turn over within about seven years. Plot studies of litter leave out dead fine roots and much wood, so a
    start from their densities makes litter grow for the first decade as if it were a sink; a start in balance does not.
    A pool that receives I a year before losing the share k settles at I (1 - k) / k. Other pools stay as they are.

    start: (rows, 14) as `start_pools`. temperature: (rows,) °C.
    """
    turnover = dict(zip(TURNOVER, parameters.turnover[group].T, strict=True))
    pool = dict(zip(POOLS, start.T, strict=True))
    coarse = pool["CoarseRoots"] * turnover["CoarseRootTurnProp"]
    fine = pool["FineRoots"] * turnover["FineRootTurnProp"]
    branches = pool["Other"] * turnover["BranchTurnoverRate"] * (1 - turnover["OtherToBranchSnagSplit"])
    shed = {
        "AboveGroundVeryFastSoil": pool["Foliage"] * turnover["FoliageFallRate"] + fine * turnover["FineRootAGSplit"],
        "BelowGroundVeryFastSoil": fine * (1 - turnover["FineRootAGSplit"]),
        "AboveGroundFastSoil": branches
        + coarse * turnover["CoarseRootAGSplit"]
        + pool["BranchSnag"] * turnover["BranchSnag"],
        "BelowGroundFastSoil": coarse * (1 - turnover["CoarseRootAGSplit"]),
    }
    balanced = start.copy()
    for name, received in shed.items():
        base, reference, q10, _, greatest = parameters.decay[group, DEAD.index(name)].T
        rate = np.minimum(base * q10 ** ((temperature - reference) / 10), greatest)
        balanced[:, POOLS.index(name)] = received * (1 - rate) / rate
    return balanced
