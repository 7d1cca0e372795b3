"""Tables that only some rules read, parsed exactly; a table that was not handed over is None."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from silvafisc.results import UnitInputs

from .cells import rows
from .finding import Check

Parts = Mapping[tuple[str, ...], int]


@dataclass(frozen=True)
class RuleTables:
    """Areas in 0.1 mu, money in fen, by the keys of the table."""

    full_cost: Parts
    """(region, subject) -> fen per mu."""
    land: Parts | None
    """(region, land) -> area."""
    task_list: Parts | None
    """(region, measure, period, kind) -> area."""
    acceptance: Mapping[tuple[str, ...], Fraction] | None
    """(region, measure, period, check) -> share found."""
    uses: Parts | None
    """(region, category, period, use) -> fen."""
    instalments: Parts | None
    """(region, fund, measure, year, state) -> fen."""


def read_rule_tables(inputs: UnitInputs, tables: Mapping[str, pd.DataFrame], check: Check, *, gaps: bool) -> RuleTables:
    """The tables as they are; whether a rule lacks one is for the rule to say. gaps: full costs may be empty."""
    responses = inputs.responses[inputs.responses["full_cost_fen"].notna()] if gaps else inputs.responses
    return RuleTables(
        full_cost=_whole("inputs/responses", responses, ("region_code", "subject"), "full_cost_fen", check) or {},
        land=_whole("inputs/land", inputs.land, ("region_code", "land"), "area_tenth_mu", check),
        task_list=_whole(
            "inputs/task_list", inputs.task_list, ("region_code", "measure", "period", "kind"), "area_tenth_mu", check
        ),
        acceptance=_acceptance(inputs.acceptance, check),
        instalments=_whole(
            "instalments",
            tables.get("instalments"),
            ("region_code", "fund", "measure", "year", "state"),
            "amount_fen",
            check,
        ),
        uses=_whole("uses", tables.get("uses"), ("region_code", "category", "period", "use"), "amount_fen", check),
    )


def _whole(
    name: str, frame: pd.DataFrame | None, key: tuple[str, ...], column: str, check: Check
) -> dict[tuple[str, ...], int] | None:
    if frame is None:
        return None
    found = rows(name, frame, key, (column,), check)
    return {tuple(cells.text(part) for part in key): cells.integer(column) for cells in found}


def _acceptance(frame: pd.DataFrame | None, check: Check) -> dict[tuple[str, ...], Fraction] | None:
    if frame is None:
        return None
    key = ("region_code", "measure", "period", "check")
    found: dict[tuple[str, ...], Fraction] = {}
    for cells in rows("inputs/acceptance", frame, key, ("passed_share",), check):
        share = cells.share("passed_share")
        if share is not None:
            found[tuple(cells.text(part) for part in key)] = share
    return found
