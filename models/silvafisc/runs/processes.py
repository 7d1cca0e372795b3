"""Processes beside this one. Nothing heavy is imported: each of them imports this module before it begins to work."""

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """That many processes to give work to; on an error or an interrupt they are ended at once."""
    # New interpreters: a copy of this one would share the threads of a solver that has already run.
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), undisturbed)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()  # nobody waits for its result any more
        raise
    finally:
        pool.shutdown()


def undisturbed() -> None:
    """In a process that works for another one: Ctrl-C is the parent's, which says what becomes of the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
