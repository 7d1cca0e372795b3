"""增减变动 by group, and how stable ranks, grades and signs are between two outcomes."""

from collections.abc import Mapping

import pandas as pd
from scipy import stats

from silvafisc.results import Outcome

GROUPS = [
    "grouping",
    "group",
    "name_zh",
    "name_en",
    "units",
    "more",
    "less",
    "same",
    "first_fen",
    "second_fen",
    "difference_fen",
]
STABILITY = ["statistic", "reference", "units", "value"]
REFERENCES = ("last_year", "factor_method")
"""Against what a change has a sign; the first that both outcomes explain."""


def group_changes(units: pd.DataFrame, outcomes: tuple[Outcome, Outcome]) -> pd.DataFrame:
    """How many units of each group get more, less or the same, and the group's money.

    grouping: level (of the unit), region (the first of the unit's own groups, where every unit has one), priority (the
    scenario's groups; a unit that either outcome counts in it is a member). name_zh, name_en: of priority groups as the
    scenario says, of others the id.
    """
    rows = []
    for grouping, groups in _groupings(outcomes).items():
        for group, codes in groups.items():
            mine = units[units["region_code"].isin(codes)]
            change = mine["difference_fen"]
            counts = (int((change > 0).sum()), int((change < 0).sum()), int((change == 0).sum()))
            money = tuple(int(mine[name].sum()) for name in ("first_fen", "second_fen", "difference_fen"))
            names = _label(outcomes, group) if grouping == "priority" else (group, group)
            rows.append((grouping, group, *names, len(mine), *counts, *money))
    return pd.DataFrame(rows, columns=GROUPS)


def _label(outcomes: tuple[Outcome, Outcome], group: str) -> tuple[str, str]:
    """The name that the scenario gives a group; its id where the outcome does not record one."""
    for outcome in outcomes:
        label = outcome.meta.get("scenario", {}).get("groups", {}).get(group, {}).get("label")
        if label:
            return str(label["zh"]), str(label["en"])
    return group, group


def _groupings(outcomes: tuple[Outcome, Outcome]) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {"level": {}, "region": {}, "priority": {}}
    everywhere = True
    for outcome in outcomes:
        regions = outcome.inputs.regions
        for code, level, groups in zip(*(regions[n] for n in ("region_code", "unit_level", "groups")), strict=True):
            found["level"].setdefault(str(level), set()).add(str(code))
            first = str(groups).split(";")[0]
            everywhere = everywhere and bool(first)
            found["region"].setdefault(first, set()).add(str(code))
        for group, codes in outcome.resolved.groups.items():
            found["priority"].setdefault(group, set()).update(codes)
    found["region"] = found["region"] if everywhere else {}
    return {name: dict(sorted(groups.items())) for name, groups in found.items()}


def stability(units: pd.DataFrame, outcomes: tuple[Outcome, Outcome]) -> pd.DataFrame:
    """How far the units' order and standing stay what they are; over the units of both outcomes.

    kendall: τ-b of the units' amounts, spearman: ρ of their ranks (ties share a rank); 1 = the same order, absent where
        all amounts of a side are equal. regraded: share of units in another grade. sign: share of units whose change
        against last year (else against the factor method) turns its sign; no change is a sign of its own.
    """
    common = set.intersection(*(set(outcome.inputs.regions["region_code"]) for outcome in outcomes))
    mine = units[units["region_code"].isin(common)]
    a, b = (mine[name].tolist() for name in ("first_fen", "second_fen"))
    rows: list[tuple[str, str, int, float]] = []
    if len(mine) > 1 and min(len(set(a)), len(set(b))) > 1:
        rows.append(("kendall", "", len(mine), float(stats.kendalltau(a, b).statistic)))
        rows.append(("spearman", "", len(mine), float(stats.spearmanr(a, b).statistic)))
    rows += _turned("regraded", "", *(_grades(outcome) for outcome in outcomes))
    for against in REFERENCES:
        signs = [_signs(outcome, against) for outcome in outcomes]
        if all(signs):
            return pd.DataFrame([*rows, *_turned("sign", against, *signs)], columns=STABILITY)
    return pd.DataFrame(rows, columns=STABILITY)


def _turned(
    name: str, against: str, first: Mapping[str, object], second: Mapping[str, object]
) -> list[tuple[str, str, int, float]]:
    common = sorted(first.keys() & second.keys())
    if not common:
        return []
    return [(name, against, len(common), sum(first[code] != second[code] for code in common) / len(common))]


def _grades(outcome: Outcome) -> dict[str, str]:
    regions = outcome.tables["regions"]
    return {str(c): str(g) for c, g in zip(regions["region_code"], regions["grade"].astype(str), strict=True) if g}


def _signs(outcome: Outcome, against: str) -> dict[str, int]:
    """region_code -> sign of the change against a reference; empty where the outcome does not explain it."""
    reasons = outcome.tables.get("reasons")
    if reasons is None or not len(reasons):
        return {}
    mine = reasons[reasons["against"] == against]
    sums = mine.groupby("region_code")["amount_fen"].sum()
    return {str(code): (int(fen) > 0) - (int(fen) < 0) for code, fen in sums.items()}
