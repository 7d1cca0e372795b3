"""Processes in which briefings of several languages are made at the same time. Heavy imports stand inside the function."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from silvafisc.briefing.side_by_side import Others


def cores() -> int:
    """How many processes this computer can run at once."""
    return os.cpu_count() or 1


@contextmanager
def others_for(languages: int) -> "Iterator[Others | None]":
    """A process for each of that many languages, which gets ready meanwhile; None for none, and where there is one core."""
    count = min(languages, cores())
    if count < 1 or cores() < 2:
        yield None
        return
    from silvafisc.briefing.side_by_side import Others, warm
    from silvafisc.runs.processes import processes

    with processes(count) as pool:
        for _ in range(count):
            pool.submit(warm)
        yield Others(pool, count)
