"""The carbon engine: CBM-CFS3's annual step through libcbm, with our own parameter tables.

Importing it loads numpy and pandas; libcbm (extra `carbon`) is loaded when a simulation starts.
"""

from .flows import Flows
from .parameters import NEEDED, Parameters, read_parameters, stacked
from .pools import ABOVE, DEAD, GASES, LIVE, POOLS, REPORTED
from .rows import Event, Rows, live_of, roots_of
from .simulate import simulate, simulate_chunks
from .start import DENSITIES, Densities, read_densities, settled, start_pools

__all__ = [
    "ABOVE",
    "DEAD",
    "DENSITIES",
    "GASES",
    "LIVE",
    "NEEDED",
    "POOLS",
    "REPORTED",
    "Densities",
    "Event",
    "Flows",
    "Parameters",
    "Rows",
    "live_of",
    "read_densities",
    "read_parameters",
    "roots_of",
    "settled",
    "simulate",
    "simulate_chunks",
    "stacked",
    "start_pools",
]
