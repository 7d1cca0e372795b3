"""Inputs of the nation: facts from packages, and labelled assumption tables for what no publication holds."""

from collections.abc import Mapping

from silvafisc.policy import Rules
from silvafisc.results import UnitInputs

from .assumption_tables.area_split import area_split
from .assumption_tables.factors import factors_table
from .assumption_tables.responses import responses_table
from .assumption_tables.stands import stands_table
from .assumption_tables.tasks import tasks_table
from .facts import Facts, TableOfFacts
from .ledger import ledger_frame, package_columns, parameter_ledger, table_ledger
from .regions import COLUMNS, regions_table

PACKAGES = ("age_groups", "climate_normals", "national_forest_totals", "provinces", "stumpage_values_2010")
"""Data packages that `nation_inputs` needs."""


def nation_inputs(packages: Mapping[str, TableOfFacts], rules: Rules) -> UnitInputs:
    """The input tables of the 31 provinces.

    Args:
        packages: at least those named in `PACKAGES`.
        rules: the law and the assumptions of the policy date.

    Raises:
        KeyError: a package, column, province or parameter is missing.
        ValueError: an assumption formula has no admissible solution (it says which).
    """
    provinces = Facts(packages["provinces"])
    climate = Facts(packages["climate_normals"])
    stumpage = Facts(packages["stumpage_values_2010"])
    totals = Facts(packages["national_forest_totals"], key="item")
    ages = Facts(packages["age_groups"], key="age_group")
    read = Rules(rules.tree, rules.date)  # a record of its own: the ledger lists what these tables rest on, no more
    tables = {
        "regions": regions_table(provinces, read),
        "areas": area_split(provinces, read),
        "tasks": tasks_table(provinces, totals, ages, read),
        "factors": factors_table(provinces, totals, ages, read),
        "responses": responses_table(provinces, stumpage, read),
        "stands": stands_table(provinces, totals, climate, read),
    }
    own = {
        "regions": {column: package_columns(packages["provinces"], names) for column, names in COLUMNS.items()},
        "stands": {
            column: package_columns(packages["climate_normals"], [column])
            for column in ("mean_temperature_celsius", "precipitation_mm")
        },
    }
    own["stands"]["planted_share"] = package_columns(
        packages["provinces"], ("planted_forest_area_10k_ha", "forest_area_10k_ha")
    )
    rows = [row for name, frame in tables.items() for row in table_ledger(name, frame, own.get(name))]
    rows += parameter_ledger(rules, read.used)
    return UnitInputs(**tables, last_year=None, ledger=ledger_frame(rows))
