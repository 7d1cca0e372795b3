"""Listed units (脱贫县、重点帮扶县 …) never fall like for like without a printed cause.

Unit r of any group of the scenario, fund f, period p: it falls where

    Σ rigid + top_up + factor payments[r, f, p] < last year's money of f at this year's area

Its cause is what reasons.csv says against last year: the parts below 0 other than area (a cut of area is nobody's
loss of standard), task (finished tasks are finished) and committed. Where reasons.csv has none, the fall is flagged,
unless the fund's other periods make up for it, which is then said.
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
DUST = 100
"""Fen: less is what rounding down to the fen, payer by payer, can take."""
_NO_CAUSE = frozenset({"area", "task", "committed"})


def listed_units(resolved: Resolved, inputs: UnitInputs, tables: Mapping[str, pd.DataFrame]) -> list[Flag]:
    """The rows of red_flags.csv about listed units: every fall with its cause, flagged where there is none."""
    members = {code for codes in resolved.groups.values() for code in codes}
    if not members:
        return not_made(CHECK, "情景没有列出分组", "the scenario lists no group of units")
    if inputs.last_year is None:
        return not_made(CHECK, "没有上年分配表（last_year）", "the table last_year was not given")
    reading = Check("tables")
    case = read_case(resolved, inputs, tables, reading)
    now = this_year(case, ("rigid", "top_up", "factor"))
    found, looked = [], 0
    for (code, fund), before in sorted(last_year(case, rigid=True).items()):
        if code not in members:
            continue
        changes = {period: (now.get((code, fund, period), 0) - before).__floor__() for period in resolved.periods}
        looked += len(changes)
        for period, change in changes.items():
            if change <= -DUST:
                flagged, zh, en = _why(_causes(tables["reasons"], code), sum(changes.values()))
                value = fen_to_yuan(change)
                found.append(Flag(CHECK, code, f"{fund}/{period}", value, "yuan", "0", True, flagged, zh, en))
    return with_head(CHECK, found, looked)


def _why(causes: list[tuple[str, int]], whole: int) -> tuple[bool, str, str]:
    """Whether a fall lacks a cause, and what is said of it. whole: the change of the fund over all periods."""
    if causes:
        zh = "；".join(f"{name_of('part', part).zh} {fen_to_yuan(fen)} 元" for part, fen in causes)
        en = "; ".join(f"{name_of('part', part).en} {fen_to_yuan(fen)} yuan" for part, fen in causes)
        return False, f"减少；原因（各期合计）：{zh}", f"falls; cause over all periods: {en}"
    if whole >= 0:
        more = fen_to_yuan(whole)
        en = f"falls in this period; over all periods the fund gives {more} yuan more"
        return False, f"本期减少；该资金各期合计增加 {more} 元", en
    return True, "减少而未列明原因", "falls and no cause is given"


def _causes(reasons: pd.DataFrame, code: str) -> list[tuple[str, int]]:
    """(part, fen) of what took money from a unit against last year."""
    mine = reasons[(reasons["region_code"] == code) & (reasons["against"] == "last_year")]
    parts = zip(mine["part"].astype(str), mine["amount_fen"], strict=True)
    return [(part, int(fen)) for part, fen in parts if fen < 0 and part not in _NO_CAUSE]
