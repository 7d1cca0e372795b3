"""Facts: data packages with unit, source and status per column, and the one loader of tables."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .columns import STATUSES, ColumnMeta, ColumnSpec, Table, worst_status
from .findings import Finding, InputError

if TYPE_CHECKING:
    from .package import Package, load_package, package_hash, package_names
    from .plausibility import implausible_areas
    from .reconcile import check_packages
    from .tables import load_table

__all__ = [
    "STATUSES",
    "ColumnMeta",
    "ColumnSpec",
    "Finding",
    "InputError",
    "Package",
    "Table",
    "check_packages",
    "implausible_areas",
    "load_package",
    "load_table",
    "package_hash",
    "package_names",
    "worst_status",
]

# pandas and pydantic are loaded by the first use of these names, so that importing silvafisc.datasets stays light.
_HOMES = {
    "Package": "package",
    "check_packages": "reconcile",
    "implausible_areas": "plausibility",
    "load_package": "package",
    "load_table": "tables",
    "package_hash": "package",
    "package_names": "package",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
