"""Listed units (脱贫县、重点帮扶县 …) never fall like for like without a printed cause.

Unit r of any group of the scenario, fund f, period p: it falls where

    Σ rigid + top_up + factor payments[r, f, p] < last year's money of f at this year's area

Its cause is what reasons.csv says against last year: the parts below 0 other than area (a cut of area is nobody's
loss of standard) and task (finished tasks are finished). Where reasons.csv has none, the fall is flagged.
"""

from collections.abc import Mapping

import pandas as pd

from silvafisc.allocation.audit.finding import Check
from silvafisc.allocation.audit.like_for_like import last_year, this_year
from silvafisc.allocation.audit.reading import read_case
from silvafisc.quantities import fen_to_yuan
from silvafisc.results import Resolved, UnitInputs

from .red_flags import Flag, not_made, with_head
from .spoken import name as name_of

CHECK = "listed_unit_falls"
_NO_CAUSE = frozenset({"area", "task"})


def listed_units(resolved: Resolved, inputs: UnitInputs, tables: Mapping[str, pd.DataFrame]) -> list[Flag]:
    """The rows of red_flags.csv about listed units: every fall with its cause, flagged where there is none."""
    members = {code for codes in resolved.groups.values() for code in codes}
    if not members:
        return not_made(CHECK, "情景没有列出分组", "the scenario lists no group of units")
    if inputs.last_year is None:
        return not_made(CHECK, "没有 last_year 表", "the table last_year was not given")
    reading = Check("tables")
    case = read_case(resolved, inputs, tables, reading)
    now = this_year(case, ("rigid", "top_up", "factor"))
    found, looked = [], 0
    for (code, fund), before in sorted(last_year(case, rigid=True).items()):
        for period in resolved.periods if code in members else ():
            looked += 1
            change = now.get((code, fund, period), 0) - before
            if change < 0:
                causes = _causes(tables["reasons"], code)
                zh = "；".join(f"{name_of('part', part).zh} {fen_to_yuan(fen)} 元" for part, fen in causes)
                en = "; ".join(f"{name_of('part', part).en} {fen_to_yuan(fen)} yuan" for part, fen in causes)
                words = (f"减少；原因（各期合计）：{zh}", f"falls; cause over all periods: {en}")
                if not causes:
                    words = ("减少而未列明原因", "falls and no cause is given")
                value = fen_to_yuan(change.__floor__())
                found.append(Flag(CHECK, code, f"{fund}/{period}", value, "yuan", "0", True, not causes, *words))
    return with_head(CHECK, found, looked)


def _causes(reasons: pd.DataFrame, code: str) -> list[tuple[str, int]]:
    """(part, fen) of what took money from a unit against last year."""
    mine = reasons[(reasons["region_code"] == code) & (reasons["against"] == "last_year")]
    parts = zip(mine["part"].astype(str), mine["amount_fen"], strict=True)
    return [(part, int(fen)) for part, fen in parts if fen < 0 and part not in _NO_CAUSE]
