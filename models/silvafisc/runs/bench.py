"""The analyst's bench on a scenario: every way of choosing and paying at equal budget, and the Babcock surface beside it.

Sites are the units' certified forests of each category over all periods: the cost is what owners give up (the table of
responses), benefits are the tonnes kept if all avoidable loss is avoided (gross, as a payment by area counts them, and
additional). It is an evaluation of instruments, not an allocation: no rule of the scenario binds here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.allocation.bench import PAYMENTS, TARGETS, Policy, enrol, summary, surface
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.economy.fairness import concentration, kakwani, suits
from silvafisc.policy import Scenario
from silvafisc.quantities.money import FEN_PER_YUAN, TENTHS_PER_MU
from silvafisc.results.outcome import write_csv

from .prepare import Prepared, prepare

TIERS = 3
EQUAL_SHARES = 2
"""Shown where nothing is stated: three classes, and for one unit at most twice an equal share of the budget."""

_MEASURE = "compensation"


@dataclass(frozen=True)
class Bench:
    """policies: one row per target and payment. sites: what each policy pays each site. surface: the Babcock surface."""

    policies: pd.DataFrame
    sites: pd.DataFrame
    surface: pd.DataFrame
    budget_yuan: float

    def save(self, folder: Path) -> list[Path]:
        """Write bench_policies.csv, bench_sites.csv and bench_surface.csv; returns the files."""
        frames = {"policies": self.policies, "sites": self.sites, "surface": self.surface}
        files = [Path(folder) / f"bench_{name}.csv" for name in frames]
        for file, frame in zip(files, frames.values(), strict=True):
            write_csv(frame, file)
        return files

    def to_json(self) -> dict[str, Any]:
        """Plain data of the policies and the surface; an absent figure is None."""
        tables = {"policies": self.policies, "surface": self.surface}
        rows = {name: frame.astype(object).where(frame.notna(), None) for name, frame in tables.items()}
        return {"budget_yuan": self.budget_yuan, **{name: f.to_dict("records") for name, f in rows.items()}}


def bench(
    scenario: str | Path | Scenario,
    *,
    data: str | Path | None = None,
    budget_yuan: float | None = None,
    priority: str | None = None,
    tiers: int = TIERS,
    cap_share: float | None = None,
) -> Bench:
    """Pure benefit, cost and ratio targeting x flat, discriminative, capped and tiered payment at equal budget.

    Args:
        data: folder or workbook that stands for the scenario's own data.
        budget_yuan: None = the appropriations of all periods of the funds that pay categories.
        priority: group of the scenario whose inclusion and exclusion errors are shown; None = its first group.
        tiers: classes of the tiered payment. cap_share: most that one unit may get of the budget
            (capped); None = twice an equal share. No policy spends more than the budget; a flat rate or a cap may leave some.

    Raises:
        InputError: as `run`; no category with area, an unknown group, a budget, tiers or cap without meaning.
    """
    prepared = prepare(scenario, data)
    findings = _findings(prepared, budget_yuan, priority, tiers, cap_share)
    if findings:
        raise InputError(findings)
    table = sites(prepared)
    budget = budget_yuan if budget_yuan is not None else _budget(prepared)
    groups = prepared.resolved.groups
    listed: Sequence[str] = groups[priority] if priority else next(iter(groups.values()), ())
    people = prepared.inputs.regions[["region_code", "rural_population_person", "rural_income_fen"]]
    most = cap_share if cap_share is not None else min(1.0, EQUAL_SHARES / table["region_code"].nunique())
    rows, paid = [], []
    for target, payment in product(TARGETS, PAYMENTS):
        policy = Policy(target, payment, cap_share=most, tiers=tiers if payment == "tiered" else 1)
        joined = enrol(table, policy, budget)
        named = {"target": target, "payment": payment}
        highest = float(joined["rate_yuan_per_mu"][joined["enrolled"] > 0].max())
        rows.append(
            {**named, "highest_rate_yuan_per_mu": highest, **summary(joined, listed), **_progressive(joined, people)}
        )
        paid.append(joined.assign(**named))
    order = ["target", "payment", "site", "region_code", "category"]
    frame = pd.concat(paid, ignore_index=True)
    return Bench(
        policies=pd.DataFrame(rows),
        sites=frame[[*order, *(c for c in frame.columns if c not in order)]],
        surface=surface(seed=prepared.resolved.seed),
        budget_yuan=float(budget),
    )


def sites(prepared: Prepared) -> pd.DataFrame:
    """One site per unit and category with certified area: columns of `allocation.bench`, and category."""
    inputs, periods = prepared.inputs, prepared.resolved.periods
    known = {category.id for category in prepared.resolved.categories}
    areas = inputs.areas[inputs.areas["category"].isin(known) & (inputs.areas["area_tenth_mu"] > 0)]
    costs = inputs.responses.rename(columns={"subject": "category"})[
        ["region_code", "category", "opportunity_cost_fen"]
    ]
    table = areas.merge(costs, on=["region_code", "category"], validate="one_to_one")
    table = table.sort_values(["region_code", "category"], ignore_index=True)
    tonnes = {kind: prepared.yields.totals(f"{kind}_tco2e_per_mu") for kind in ("gross", "additional")}

    def per_mu(kind: str) -> list[float]:
        return [sum(tonnes[kind].get((code, _MEASURE, p), 0.0) for p in periods) for code in table["region_code"]]

    return pd.DataFrame(
        {
            "site": table["region_code"] + "/" + table["category"],
            "region_code": table["region_code"],
            "category": table["category"],
            "area_mu": table["area_tenth_mu"] / TENTHS_PER_MU,
            "cost_yuan_per_mu": table["opportunity_cost_fen"] * len(periods) / FEN_PER_YUAN,
            "benefit_t_per_mu": per_mu("gross"),
            "additional_t_per_mu": per_mu("additional"),
        }
    )


def _budget(prepared: Prepared) -> float:
    paying = {category.fund for category in prepared.resolved.categories}
    fen = sum(sum(f.appropriation_fen.values()) for f in prepared.resolved.funds if f.id in paying)
    return fen / FEN_PER_YUAN


def _progressive(joined: pd.DataFrame, people: pd.DataFrame) -> dict[str, float | None]:
    """Concentration, Kakwani and Suits index of payments by rural income per person; None where nothing is paid."""
    names = ("concentration", "kakwani", "suits")
    paid = (
        joined.groupby("region_code")["payment_yuan"].sum().reindex(people["region_code"]).fillna(0.0).to_numpy(float)
    )
    if not paid.sum() > 0:
        return dict.fromkeys(names)
    persons, income = (people[c].to_numpy(float) for c in ("rural_population_person", "rural_income_fen"))
    return {
        name: index(paid, persons, income) for name, index in zip(names, (concentration, kakwani, suits), strict=True)
    }


def _findings(
    prepared: Prepared, budget: float | None, priority: str | None, tiers: int, cap_share: float | None
) -> list[Finding]:
    """Everything that makes the bench impossible, at once."""
    found = []
    resolved, where = prepared.resolved, prepared.scenario.where("groups")
    if priority is not None and priority not in resolved.groups:
        known = ", ".join(resolved.groups) or "-"
        en, zh = f"unknown group {priority!r}; known: {known}", f"未知的分组 {priority!r}；可用：{known}"
        found.append(Finding(where, "priority", en, zh))
    if budget is not None and not budget > 0:
        found.append(Finding("--budget", "budget_yuan", "must be above 0", "须大于 0"))
    if tiers < 1:
        found.append(Finding("--tiers", "tiers", "must be 1 or more", "须不小于 1"))
    if cap_share is not None and not 0 < cap_share <= 1:
        found.append(Finding("--cap", "cap_share", "must be above 0 and at most 1", "须大于 0 且不大于 1"))
    table = sites(prepared)
    if table.empty:
        en, zh = "no category has area: there is nothing to choose from", "没有任何类别有面积，无可比选"
        found.append(Finding(prepared.scenario.where("categories"), "categories", en, zh))
    for code in sorted(set(table["region_code"][~(table["cost_yuan_per_mu"] > 0)])):
        en, zh = "the bench needs an opportunity cost above 0", "需要大于 0 的机会成本"
        found.append(Finding("responses.csv", f"region_code={code}", en, zh))
    return found
