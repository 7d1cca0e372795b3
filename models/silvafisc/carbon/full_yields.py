"""Yields of the full engine at run time: looked up in its data package, credited by the rules in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets import Package
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules
from silvafisc.results import Yields

from .accounts import flow_table
from .built_package import some, strayed
from .calendar import course_years, period_years
from .crediting import creditable, deduct, deductions
from .eligibility import eligibility
from .guard import FLOWS, guard_flows
from .land_conditions import LAND_FACTS
from .mixtures import Array
from .yield_arrays import ADDITIONAL, BASELINE, CENTRAL, COMPENSATION, CREDITABLE, EITHER, YieldArrays

_KEYS = ["region_code", "measure", "period", "year"]


HalfWidths = Mapping[tuple[str, str, str], float]
"""(region_code, measure, period) -> half the width of the interval of what is creditable, as a share of its mean."""
PARTS = ("leakage", "uncertainty", "non_permanence")
DEDUCTIONS = tuple(f"deducted_for_{part}_tco2e_per_mu" for part in PARTS)
"""Columns of what was deducted for what; they sum to `deducted`."""


@dataclass(frozen=True)
class Choice:
    """What a scenario chose: the climate and, where the two models of growth differ, one of them."""

    climate: str
    member: str | None


def misfits(
    package: Package,
    stands: pd.DataFrame,
    measures: Sequence[str],
    periods: Sequence[str],
    horizon: int,
    choice: Choice,
    rules: Rules,
    where: str,
) -> list[Finding]:
    """Why the package cannot stand for these units, years and rules; empty where it can.

    where: `file:line:column` of the scenario's choice. Reads every parameter that the yields were computed with, as
    `strayed`.
    """
    table, made = YieldArrays.of(package), package.made_of
    assert made is not None
    last, treated = table.years[-1], some([str(year) for year in table.treated])
    anew = (
        "build your own (silvafisc carbon build SCENARIO --out DIR) and name the folder under `yields`",
        "请用 silvafisc carbon build 情景 --out 目录 另行生成，并在 yields 中指明该目录",
    )
    longer = (f"build it with --until {horizon}", f"请用 --until {horizon} 重新生成")
    absent = sorted(set(measures) - set(table.names(0)))
    outside = [period for period in periods if not set(period_years(period)) <= set(table.treated)]
    beyond = [str(horizon)] if horizon > last else []
    problems = (
        *((*problem, anew) for problem in strayed(made, table.codes, stands, rules)),
        (absent, "has no measures", "没有措施", anew),
        (outside, "has no periods", "没有年度", (f"it holds {treated}", f"现有 {treated}")),
        (beyond, f"ends in {last}, before the horizon", f"止于{last}年，早于测算期末", longer),
    )
    found = [
        Finding(where, "carbon.yields", f"{en} {some(names)}; {remedy[0]}", f"{zh} {some(names)}；{remedy[1]}")
        for names, en, zh, remedy in problems
        if names
    ]
    return [*found, *_unknown(table, choice, where)]


def full_yields(
    package: Package,
    stands: pd.DataFrame,
    measures: Sequence[str],
    periods: Sequence[str],
    horizon: int,
    choice: Choice,
    rules: Rules,
    half_widths: HalfWidths,
    hazard: str = CENTRAL,
) -> Yields:
    """Yields of every unit, measure and period from the first period's first year to `horizon`.

    additional and baseline: the package's, of a treatment in the period; gross = baseline + additional. A recurring
    measure's period is the sum over the treatments of its years, a task's their mean.
    credited, deducted: the creditable difference times the eligible share of the land, less leakage, uncertainty and
    non-permanence (`crediting.deduct`), whose parts stand in the columns DEDUCTIONS. Of the land only precipitation is
    known, so the share is the one that the rules assume where it does not settle the case.

    half_widths: of what is creditable, for every unit and period of a measure that the rules credit. Call it after
    `misfits` found nothing. hazard: for measures that the package holds at that end of the band.

    Raises:
        InputError: as `eligibility`, `deductions`, `guard_flows`. KeyError: a half-width is missing.
    """
    table = YieldArrays.of(package)
    rows = stands.sort_values("region_code", kind="stable")
    codes = [str(code) for code in rows["region_code"]]
    units = [table.codes.index(code) for code in codes]
    first, covered = course_years(periods, horizon)
    begin = table.years.index(first)
    inside = slice(begin, begin + horizon - first + 1)
    member, banded = _member(table, choice), held_at(package, choice, hazard)
    frames = []
    for measure in sorted(measures):
        at = hazard if measure in banded else CENTRAL
        share = _eligible(rows, measure, rules)
        for period in sorted(covered):
            years = period_years(period)
            taken = deductions(measure, _widths(half_widths, codes, measure, period, rules), rules)
            flows = {
                name: table.flow(name, (measure, choice.climate, member, at), years)[:, units, inside]
                for name in (ADDITIONAL, BASELINE, CREDITABLE)
            }
            whole = np.sum if measure == COMPENSATION else np.mean
            additional, earning = (whole(flows[name], axis=0) for name in (ADDITIONAL, CREDITABLE))
            baseline = flows[BASELINE][0]
            gross = baseline + additional
            credit = deduct(share[:, None] * earning, covered[period][0], taken, rules)
            # Of the sum that is shown, so that additional = gross - baseline in every last digit.
            parts = (gross, baseline, gross - baseline, credit.credited, credit.deducted)
            apart = (credit.leakage, credit.uncertainty, credit.non_permanence)
            columns = dict(zip((*FLOWS, *DEDUCTIONS), (*parts, *apart), strict=True))
            frames.append(flow_table(codes, measure, period, first, columns))
    flows_table = pd.concat(frames, ignore_index=True).sort_values(_KEYS, kind="stable", ignore_index=True)
    guard_flows(flows_table, rules)
    return Yields(flows_table[[*_KEYS, *FLOWS, *DEDUCTIONS]], horizon)


def choices(package: Package) -> tuple[Choice, ...]:
    """Every climate by every model of growth that the package holds, ascending; no model where both give the same."""
    table = YieldArrays.of(package)
    pairs = sorted({key[1:3] for key in table.rows})
    return tuple(Choice(climate, None if member == EITHER else member) for climate, member in pairs)


def held_at(package: Package, choice: Choice, hazard: str) -> frozenset[str]:
    """The measures that the package holds at this point of the loss hazard's band, in the chosen climate."""
    table = YieldArrays.of(package)
    wanted = (choice.climate, _member(table, choice), hazard)
    return frozenset(key[0] for key in table.rows if key[1:4] == wanted)


def responded(full: Yields, before: Yields, after: Yields) -> Yields:
    """`full` moved as the stock-change mode moves: every flow of a unit, measure and period times Σ after / Σ before of
    the additional flow there. An engine that is linear in area lost answers a moved hazard nearly by one factor.

    Raises:
        InputError: stock change has no effect before and one after: there is nothing to scale.
    """
    old, new = before.totals(), after.totals()
    factors = {}
    for key, value in old.items():
        if value == 0 and new[key] != 0:
            en, zh = "has no effect to be scaled in the stock-change mode", "存量变化模式下无固碳量，无法按比例调整"
            raise InputError([Finding("carbon", " ".join(key), en, zh)])
        factors[key] = new[key] / value if value else 1.0
    table = full.table.copy()
    keys = zip(table["region_code"], table["measure"], table["period"], strict=True)
    scale = np.array([factors[key] for key in keys])
    for column in (*FLOWS, *DEDUCTIONS):
        table[column] = table[column] * scale
    return Yields(table, full.horizon)


def _widths(held: HalfWidths, codes: Sequence[str], measure: str, period: str, rules: Rules) -> Array:
    """(units,) half-widths; zero for a measure that earns no credit, of which nothing is left to deduct from."""
    if not creditable(measure, rules):
        return np.zeros(len(codes))
    return np.array([held[code, measure, period] for code in codes])


def _eligible(stands: pd.DataFrame, measure: str, rules: Rules) -> Array:
    """(u,) eligible share of the land, of which only the unit's precipitation is known."""
    land = stands[["region_code"]].assign(measure=measure, **dict.fromkeys(LAND_FACTS))
    land["precipitation_mm"] = stands["precipitation_mm"]
    return eligibility(land, rules).share


def _unknown(table: YieldArrays, choice: Choice, where: str) -> list[Finding]:
    """Findings for a climate that is not there, or no member named where two differ."""
    known = table.names(1)
    if choice.climate not in known:
        en, zh = (
            f"unknown {choice.climate!r}; known: {some(known)}",
            f"未知的 {choice.climate!r}；可用：{some(known)}",
        )
        return [Finding(where, "carbon.climate", en, zh)]
    if choice.member is None and len(members := table.members(choice.climate)) > 1:
        en = f"in the climate {choice.climate} two models of growth disagree and are not averaged; name one: {some(members)}"
        zh = f"气候情景 {choice.climate} 下两种生长模型结果不同，不取平均；请指定其一：{some(members)}"
        return [Finding(where, "carbon.member", en, zh)]
    return []


def _member(table: YieldArrays, choice: Choice) -> str:
    """The model of growth to look up; where both give the same, it does not matter which one was chosen."""
    members = table.members(choice.climate)
    return members[0] if choice.member is None or members == [EITHER] else choice.member
