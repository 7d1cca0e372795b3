"""The input tables of an allocation: what is known or assumed about each unit, in canonical units.

The same tables serve provinces of a nation and counties of a province. `economy` reads or derives them,
the outcome folder keeps a copy, and the audit recomputes every amount from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

INPUT_TABLES: Mapping[str, Mapping[str, str]] = {
    "regions": {
        "region_code": "code",
        "region_name": "text",
        "region_name_en": "text",
        "unit_level": "text",
        "parent_code": "code",
        "payer_tier": "text",
        "groups": "text",
        "population_person": "int",
        "rural_population_person": "int",
        "rural_income_fen": "int",
        "gdp_per_capita_fen": "int",
        "own_revenue_fen": "int",
        "expenditure_fen": "int",
    },
    "areas": {
        "region_code": "code",
        "category": "text",
        "area_tenth_mu": "int",
        "certified": "bool",
        "document": "text",
    },
    "tasks": {
        "region_code": "code",
        "measure": "text",
        "need_tenth_mu": "int",
        "capacity_tenth_mu": "int",
    },
    "factors": {
        "region_code": "code",
        "factor": "text",
        "value": "decimal",
        "reported_by": "text",
        "verified_by": "text",
    },
    "responses": {
        "region_code": "code",
        "subject": "text",
        "opportunity_cost_fen": "int",
        "full_cost_fen": "int",
        "household_share": "float",
        "sigma": "float",
        "retention_max": "float",
    },
    "stands": {
        "region_code": "code",
        "arbor_area_tenth_mu": "int",
        "mean_volume_m3_per_ha": "float",
        "planted_share": "float",
        "shrub_flag": "bool",
        "loss_hazard_per_year": "float",
        "mean_temperature_celsius": "float",
        "precipitation_mm": "float",
    },
    "last_year": {
        "region_code": "code",
        "fund": "text",
        "subject": "text",
        "area_tenth_mu": "int",
        "amount_fen": "int",
    },
    "land": {
        "region_code": "code",
        "land": "text",
        "area_tenth_mu": "int",
    },
    "task_list": {
        "region_code": "code",
        "measure": "text",
        "period": "text",
        "kind": "text",
        "area_tenth_mu": "int",
    },
    "acceptance": {
        "region_code": "code",
        "measure": "text",
        "period": "text",
        "check": "text",
        "passed_share": "decimal",
    },
    "reporting": {
        "region_code": "code",
        "kind": "text",
        "item": "text",
        "reported_by": "text",
        "verified_by": "text",
    },
    "parcels": {
        "region_code": "code",
        "parcel_code": "text",
        "programme": "text",
        "area_tenth_mu": "int",
        "last_year_area_tenth_mu": "int",
        "document": "text",
        "change_document": "text",
    },
    "delivery": {
        "region_code": "code",
        "fund": "text",
        "period": "text",
        "item": "text",
        "document": "text",
        "amount_fen": "int",
    },
}
"""table -> column -> kind. Every table also has `status` and `source` (text) per row.
Kinds: code and text are str, int is int64, bool is bool, float is float64, decimal is a str holding an exact decimal."""

OPTIONAL_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "regions": {"unit_type": "text"},
    "areas": {
        "map_version": "text",
        "certified_on": "text",
        "change_tenth_mu": "int",
        "change_reason": "text",
    },
}
"""Columns that a table may lack, as tables written before they were known do; they stand after the others. No amount follows from them."""

OPTIONAL_TABLES = ("last_year", "land", "task_list", "acceptance", "reporting", "parcels", "delivery")
"""Tables that may be absent: only a rule that reads one asks for it, by name. No rule reads `reporting`; `parcels` and
`delivery` are read by the red flags alone."""


@dataclass(frozen=True)
class UnitInputs:
    """All input tables, rows sorted by their keys (all leading code/text columns); those of `OPTIONAL_TABLES` may be None."""

    regions: pd.DataFrame
    areas: pd.DataFrame
    tasks: pd.DataFrame
    factors: pd.DataFrame
    responses: pd.DataFrame
    stands: pd.DataFrame
    last_year: pd.DataFrame | None
    ledger: pd.DataFrame
    """What each figure rests on: what, value, unit, origin, reference, status, demo (one row per column, parameter or
    assumption; same columns as sources.csv)."""
    draws: pd.DataFrame | None = None
    """Draws of carbon, cost and price (columns of draws.csv), where anything reads them; not among `tables`."""
    land: pd.DataFrame | None = None
    """Land that exclusive measures share, by unit and name of the land."""
    task_list: pd.DataFrame | None = None
    """Tasks that a higher level assigned: `binding` (约束性) or `expected` (预期性), by unit, measure and period."""
    acceptance: pd.DataFrame | None = None
    """Results of the checks that gate instalments of earlier years, by unit, measure, period due and check."""
    reporting: pd.DataFrame | None = None
    """Who reports and who verifies a unit's indicators, areas and needs (factors say it in their own rows)."""
    parcels: pd.DataFrame | None = None
    """Parcels under each programme, this year and last, with the documents of the area and of its change."""
    delivery: pd.DataFrame | None = None
    """What became of the money: received, spent, paid to owners, deducted, detained, local money due and in place."""

    @staticmethod
    def of(tables: Mapping[str, pd.DataFrame], ledger: pd.DataFrame, draws: pd.DataFrame | None = None) -> "UnitInputs":
        """The tables by name. Raises KeyError where one is missing that may not be."""
        frames: dict[str, Any] = {
            name: tables.get(name) if name in OPTIONAL_TABLES else tables[name] for name in INPUT_TABLES
        }
        return UnitInputs(**frames, ledger=ledger, draws=draws)

    @property
    def codes(self) -> tuple[str, ...]:
        """Region codes, ascending."""
        return tuple(sorted(self.regions["region_code"]))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that exist, by name."""
        frames = {name: getattr(self, name) for name in INPUT_TABLES}
        return {name: frame for name, frame in frames.items() if frame is not None}


def columns_of(table: str) -> dict[str, str]:
    """Every column that an input table may have, with its kind: its own, status and source, and those it may lack."""
    return {**INPUT_TABLES[table], "status": "text", "source": "text", **OPTIONAL_COLUMNS.get(table, {})}
