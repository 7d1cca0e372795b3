"""Ctrl-C, or a polite request to end (SIGTERM): noticed once, never swallowed, and held back while a finished folder is put in its place."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_watch: "Watch | None" = None


@dataclass
class Watch:
    """Whether an interruption was asked for, and whether it has to wait."""

    requested: bool = False
    holding: bool = False
    raised: bool = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """The signal handler. Only the first interruption raises: a second must not cut the cleaning up short."""
        self.requested = True
        if not self.holding and not self.raised:
            self.raised = True
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise what a library swallowed, or what was held back."""
        if self.requested:
            self.raised = True
            raise KeyboardInterrupt


@contextmanager
def watched() -> Iterator[Watch]:
    """Handle both signals by a watch; the former handlers come back afterwards."""
    global _watch
    _watch = watch = Watch()
    try:
        former = {number: signal.signal(number, watch) for number in SIGNALS}
    except ValueError:  # not the main thread (a notebook's worker, say): Python's own handling stays
        yield watch
        return
    try:
        yield watch
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        _watch = None


@contextmanager
def held() -> Iterator[None]:
    """Hold an interruption back until the end of the block, which must be short."""
    watch = _watch or Watch()
    watch.holding = True
    try:
        yield
    finally:
        watch.holding = False


def check() -> None:
    """Stop here if an interruption was asked for."""
    if _watch is not None:
        _watch.check()
