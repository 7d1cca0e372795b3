"""Facts: data packages with unit, source and status per column, and the one loader of tables."""

from .findings import Finding, InputError

__all__ = ["Finding", "InputError"]
