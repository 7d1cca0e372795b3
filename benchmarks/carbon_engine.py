"""Measure the carbon engine: stands per second against libcbm called directly on the same tables, memory, growth.

Run: python -m benchmarks.carbon_engine [stands …]   (300, 1 200 and 4 800 by default; 50 years each)
Both sides step the stands of libcbm's tutorial with its bundled tables, cut down to three spatial units, and end in the
same pools. Processor seconds, so that other programs do not count; memory is the most that the process ever held, our
side first. A draw of parameters is a further set of rows, so time against stands is time against draws too.
Nothing is asserted.
"""

import resource
import sys
import time
import warnings

import numpy as np
from tests.carbon.cbm.bundled import UNITS, their_parameters, trimmed, tutorial
from tests.carbon.cbm.direct import opened, step_through

from silvafisc.carbon.cbm import simulate

YEARS = 50
USUAL = ("300", "1200", "4800")
GOAL = 0.9


def memory() -> float:
    """The most that this process has held, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main(sizes: list[str]) -> None:
    """Measure each number of stands."""
    # libcbm called directly renames columns in a way that pandas warns of.
    warnings.filterwarnings("ignore", message="The inplace keyword")
    theirs = their_parameters()
    # Both sides once before the clock runs: libcbm compiles parts of itself when they are first called.
    once = tutorial(theirs, 1)
    simulate(once, theirs)
    with opened(trimmed()) as model:
        step_through(model, once, np.array(UNITS)[once.group], np.zeros((len(once), 1), dtype=int))
    for size in sizes or USUAL:
        rows = tutorial(theirs, YEARS, int(size) // len(UNITS))
        start = time.process_time()
        ours = simulate(rows, theirs)
        own, held = time.process_time() - start, memory()
        with opened(trimmed()) as model:
            start = time.process_time()
            pools, _, _ = step_through(
                model, rows, np.array(UNITS)[rows.group], np.zeros((len(rows), YEARS), dtype=int)
            )
            direct = time.process_time() - start
        apart = float(np.abs(ours.pools - pools).max())
        years = len(rows) * YEARS
        print(
            f"{len(rows)} stands x {YEARS} years: {years / own:,.0f} stand-years/s, {direct / own:.2f} x libcbm called"
            f" directly ({years / direct:,.0f}; goal {GOAL}); pools apart by {apart:.0e} tC/ha; {held:.2f} GiB,"
            f" {memory():.2f} with libcbm's own",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
