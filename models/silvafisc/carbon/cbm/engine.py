"""The adapter to libcbm: one year of many rows, with our own tables in place of its bundled ones.

libcbm (Canadian Forest Service, MPL-2.0) is imported when a simulation opens, nowhere else.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from ..errors import needs, refuse
from ..mixtures import Array
from .parameters import DECAY, TURNOVER, Parameters
from .pools import ABOVE, DEAD, GASES, LIVE, POOLS, PRODUCTS, SINKS
from .rows import SLACK, roots_of

_INPUT = "Input"
_GROWING, _STRIKING, _DECAYING = "Growth and Turnover", "Disturbance", "Decay"
_COLUMNS = (_INPUT, *SINKS)
_FLOWS = [
    {"name": "growth", "process": _GROWING, "source_pools": [_INPUT], "sink_pools": list(LIVE)},
    {"name": "replaced", "process": _GROWING, "source_pools": list(LIVE), "sink_pools": list(DEAD)},
    # libcbm knows a process only by a flow that it is counted in.
    {"name": "struck", "process": _STRIKING, "source_pools": list(LIVE), "sink_pools": [PRODUCTS]},
    {"name": "decayed", "process": _DECAYING, "source_pools": list(DEAD), "sink_pools": ["CO2"]},
]
_PRODUCTION = [0, 1]
_OVERMATURE = "overmature_decline"


@contextmanager
def open_stepper() -> Iterator["Stepper"]:
    """libcbm, ready to step.

    Raises:
        InputError: libcbm is not installed.
    """
    with warnings.catch_warnings():
        # libcbm says so on every Linux but Ubuntu, and runs there.
        warnings.filterwarnings("ignore", message="untested linux distribution", category=RuntimeWarning)
        with needs("libcbm", "carbon"):
            from libcbm.model.model_definition import model
        opening = model.initialize(list(_COLUMNS), _FLOWS)
        opened = opening.__enter__()
    try:
        yield Stepper(opened)
    finally:
        opened.matrix_ops.dispose()
        opening.__exit__(None, None, None)


class Stepper:
    """The state of one chunk in libcbm. `begin`, then per year `clear_year`, perhaps `strike`, `grow`.

    It is a class because libcbm keeps the matrices of a chunk in memory of its own from one year to the next.
    """

    def __init__(self, model: Any) -> None:
        from libcbm.model.cbm_exn import cbm_exn_annual_process_dynamics, cbm_exn_step

        self._model = model
        self._processes = cbm_exn_annual_process_dynamics
        # Growth never sums below zero here, so libcbm's decline of overmature stands would be the identity.
        order = cbm_exn_step.get_default_annual_process_op_sequence()
        self._order = [name for name in order if name != _OVERMATURE]

    def begin(self, parameters: Parameters, group: np.ndarray, start: Array) -> None:
        """Take up a chunk: group (rows,), start (rows, 14) tC/ha."""
        from libcbm.model.model_definition.model_variables import ModelVariables
        from libcbm.storage.backends.numpy_backend import NumpyDataFrameFrameBackend

        n = len(group)
        self._parameters, self._group = parameters, group
        self._state = np.zeros((n, len(_COLUMNS)))
        self._flows = np.zeros((n, len(_FLOWS)))
        self._state[:, 0] = 1
        self.pools[:] = start
        self._variables = ModelVariables(
            {
                "pools": NumpyDataFrameFrameBackend(self._state, list(_COLUMNS)),
                "flux": NumpyDataFrameFrameBackend(self._flows, [str(flow["name"]) for flow in _FLOWS]),
                "state": NumpyDataFrameFrameBackend({"enabled": np.ones(n, dtype=np.int32)}),
            }
        )
        self._temperature: Array | None = None
        turnover = pd.DataFrame(parameters.turnover[group], columns=list(TURNOVER)).assign(spatial_unit_id=0, sw_hw=0)
        self._keep("snag_turnover", _GROWING, self._processes.snag_turnover(turnover, False))
        self._keep("biomass_turnover", _GROWING, self._processes.biomass_turnover(turnover, False))
        rate = parameters.mixing[group]
        slow = {f"{DEAD[5]}.{DEAD[6]}": rate, f"{DEAD[5]}.{DEAD[5]}": 1 - rate}
        self._keep("slow_mixing", _DECAYING, pd.DataFrame(slow))

    @property
    def pools(self) -> Array:
        """(rows, 14) tC/ha, a view."""
        return self._state[:, 1 : 1 + len(POOLS)]

    @property
    def gases(self) -> Array:
        """(rows, 3) tC/ha that has left as gas this year, a view."""
        return self._state[:, 1 + len(POOLS) : 1 + len(POOLS) + len(GASES)]

    @property
    def products(self) -> Array:
        """(rows,) tC/ha carried out this year, a view."""
        return self._state[:, -1]

    def clear_year(self) -> None:
        """Count this year's flows from zero."""
        self._state[:, 1 + len(POOLS) :] = 0
        self._flows[:] = 0

    def strike(self, matrices: Array) -> None:
        """Apply one matrix (14, 18) per row at the start of the year."""
        used = np.argwhere(matrices.any(axis=0))
        named = {f"{POOLS[source]}.{SINKS[sink]}": matrices[:, source, sink] for source, sink in used}
        # A pool that all leave has no entry on the diagonal, which libcbm would read as "all stays".
        for pool in POOLS:
            named.setdefault(f"{pool}.{pool}", np.zeros(len(matrices)))
        self._keep("disturbance", _STRIKING, pd.DataFrame(named))
        self._compute(["disturbance"])

    def grow(self, growth: Array, temperature: Array) -> Array:
        """The rest of the year: growth (rows, 3) tC/ha, temperature (rows,) °C -> production (rows,) tC/ha.

        Raises:
            InputError: growth takes a living pool below zero.
        """
        above = self.pools[:, : len(ABOVE)]
        reached = above + growth
        if np.any(reached < -SLACK):
            row, pool = np.argwhere(reached < -SLACK)[0]
            en = f"growth takes {ABOVE[pool]} of a row of {self._parameters.groups[self._group[row]]} below zero"
            raise refuse("growth", en, f"净生长量使活碳库 {ABOVE[pool]} 变为负值")
        roots = roots_of(reached, self._parameters, self._group) - self.pools[:, len(ABOVE) : len(LIVE)]
        self._keep(
            "growth",
            _GROWING,
            self._processes.net_growth(
                {
                    "merch_inc": growth[:, 0],
                    "foliage_inc": growth[:, 1],
                    "other_inc": growth[:, 2],
                    "coarse_root_inc": roots[:, 0],
                    "fine_root_inc": roots[:, 1],
                }
            ),
        )
        if self._temperature is None or not np.array_equal(self._temperature, temperature):
            self._temperature = temperature
            decay = self._parameters.decay[self._group]
            table = {
                pool: {name: decay[:, row, column] for column, name in enumerate(DECAY)}
                for row, pool in enumerate(DEAD)
            }
            self._keep("dom_decay", _DECAYING, self._processes.dom_decay(temperature, table))
            self._keep("slow_decay", _DECAYING, self._processes.slow_decay(temperature, table))
        self._compute(self._order)
        return np.asarray(self._flows[:, _PRODUCTION].sum(axis=1))

    def _keep(self, name: str, process: str, matrices: pd.DataFrame) -> None:
        """Hand libcbm one matrix per row, in the order of the rows: its key columns would only look them up again."""
        plain = matrices[[column for column in matrices.columns if not str(column).startswith("[")]]
        # Asking for reindexing makes libcbm keep the matrices of other years instead of building them anew.
        self._model.matrix_ops.create_operation(name, process, plain, requires_reindexing=True)

    def _compute(self, names: list[str]) -> None:
        self._model.compute(self._variables, self._model.matrix_ops.get_operations(names, self._variables))
