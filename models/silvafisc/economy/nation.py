"""Inputs of the nation: facts from packages, and labelled assumption tables for what no publication holds."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

import pandas as pd

from silvafisc.policy import Rules
from silvafisc.results import UnitInputs

from .assumption_tables.area_split import area_split
from .assumption_tables.factors import factors_table
from .assumption_tables.forest_parts import Evidence, ForestParts, forest_parts
from .assumption_tables.responses import responses_table
from .assumption_tables.stands import stands_table
from .assumption_tables.tasks import tasks_table
from .facts import Facts, TableOfFacts
from .ledger import ledger_frame, package_columns, parameter_ledger, table_ledger
from .regions import COLUMNS, regions_table

PACKAGES = (
    "age_groups",
    "climate_normals",
    "inventory_releases",
    "national_forest_totals",
    "provinces",
    "species_composition",
    "stumpage_values_2010",
)
"""Data packages that `nation_inputs` needs."""
TABLES = ("regions", "areas", "tasks", "factors", "responses", "stands")
"""The tables that the nation has; last year's amounts by province are not to be had."""


def nation_inputs(packages: Mapping[str, TableOfFacts], rules: Rules) -> UnitInputs:
    """The input tables of the 31 provinces.

    Args:
        packages: at least those named in `PACKAGES`.
        rules: the law and the assumptions of the policy date.

    Raises:
        KeyError: a package, column, province or parameter is missing.
        ValueError: an assumption formula has no admissible solution (it says which).
    """
    tables, rows = nation_tables(packages, rules, TABLES)
    return UnitInputs(**tables, last_year=None, ledger=ledger_frame(rows))


def nation_tables(
    packages: Mapping[str, TableOfFacts], rules: Rules, names: Iterable[str]
) -> tuple[dict[str, pd.DataFrame], list[dict[str, str]]]:
    """Only the named tables, and the ledger rows of what they (and they alone) rest on.

    Raises:
        KeyError, ValueError: as `nation_inputs`; also a name outside `TABLES`.
    """
    provinces = Facts(packages["provinces"])
    climate = Facts(packages["climate_normals"])
    stumpage = Facts(packages["stumpage_values_2010"])
    totals = Facts(packages["national_forest_totals"], key="item")
    ages = Facts(packages["age_groups"], key="age_group")
    read = Rules(rules.tree, rules.date)  # a record of its own: the ledger lists what these tables rest on, no more
    releases, types = Facts(packages["inventory_releases"]), packages["species_composition"]

    @cache
    def parts() -> Mapping[str, ForestParts]:
        return forest_parts(Evidence(provinces, totals, climate, releases, types), read)

    makers: Mapping[str, Callable[[], pd.DataFrame]] = {
        "regions": lambda: regions_table(provinces, read),
        "areas": lambda: area_split(provinces, read),
        "tasks": lambda: tasks_table(provinces, totals, ages, parts(), read),
        "factors": lambda: factors_table(provinces, totals, ages, parts(), read),
        "responses": lambda: responses_table(provinces, stumpage, read),
        "stands": lambda: stands_table(provinces, climate, parts(), read),
    }
    tables = {name: makers[name]() for name in names}
    own = _columns_from_packages(packages)
    rows = [row for name, frame in tables.items() for row in table_ledger(name, frame, own.get(name))]
    return tables, rows + parameter_ledger(rules, read.used)


def _columns_from_packages(packages: Mapping[str, TableOfFacts]) -> dict[str, dict[str, tuple[str, str]]]:
    """Columns that are published figures, with their own reference and status."""
    provinces, climate = packages["provinces"], packages["climate_normals"]
    stands = {name: package_columns(climate, [name]) for name in ("mean_temperature_celsius", "precipitation_mm")}
    stands["planted_share"] = package_columns(provinces, ("planted_forest_area_10k_ha", "forest_area_10k_ha"))
    return {
        "regions": {column: package_columns(provinces, names) for column, names in COLUMNS.items()},
        "stands": stands,
    }
