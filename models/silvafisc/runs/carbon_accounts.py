"""An allocation's carbon by measure, year and account, under the climate it was decided in and under others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.carbon.full_yields import DEDUCTIONS
from silvafisc.carbon.uncertainty.package import Uncertainty
from silvafisc.carbon.uncertainty.yields import CONFIDENCE
from silvafisc.carbon.yield_arrays import COMPENSATION
from silvafisc.policy import Rules, Scenario
from silvafisc.results import Yields
from silvafisc.results.draws import Draws

from .carbon_source import decided_in, other_yields
from .carbon_uncertainty import deductions_table, fitting
from .draws import are_made, tail_shares
from .prepare import Prepared
from .risk import evaluate

COLUMNS = ["measure", "year", "account", "climate", "growth_model", "case", "tco2e"]
ACCOUNTS = ("gross", "baseline", "additional", "credited", "deducted")
PARTS = tuple(column.removesuffix("_tco2e_per_mu") for column in DEDUCTIONS)
"""What was deducted for what, where yields tell it."""
CENTRAL, QUANTILE = "central", "quantile"
CUMULATIVE = "cumulative"
"""Account of what is added from the first year to the end of a milestone year."""
_KEYS = ["region_code", "measure", "period"]
_GROUPS = ["measure", "year"]


@dataclass(frozen=True)
class Variant:
    """What yields stand for. climate, growth_model: empty where the yields know none; case: central, or what was moved."""

    climate: str = ""
    growth_model: str = ""
    case: str = CENTRAL


def effective_mu(allocation: pd.DataFrame, yields: Yields) -> pd.Series:
    """Mu in full effect of each (region_code, measure, period): the row's tonnes over its yield to the horizon.

    Area paid for, times what owners keep or how many join. Without entry: money whose tonnes have no yield of their own
    (factor money), or whose yield sums to zero.
    """
    totals = yields.totals()
    sums = allocation.groupby(_KEYS)["carbon_tco2e"].sum()
    per_mu = pd.Series([totals.get(key, 0.0) for key in sums.index.tolist()], sums.index, dtype="float64")
    known = per_mu != 0
    return sums[known] / per_mu[known]


def by_account(mu: pd.Series, yields: Yields, variant: Variant) -> pd.DataFrame:
    """Columns COLUMNS: flows of each year, and under the empty year their sum to the horizon. mu: as `effective_mu`."""
    flows = yields.table[yields.table["year"] <= yields.horizon]
    names = [name for name in (*ACCOUNTS, *PARTS) if f"{name}_tco2e_per_mu" in flows]
    land = mu.reindex(pd.MultiIndex.from_frame(flows[_KEYS])).fillna(0.0).to_numpy()
    spread = flows[_GROUPS].assign(**{name: flows[f"{name}_tco2e_per_mu"].to_numpy() * land for name in names})
    yearly = spread.groupby(_GROUPS, as_index=False)[names].sum()
    whole = yearly.groupby("measure", as_index=False)[names].sum().assign(year="")
    both = pd.concat([whole, yearly.assign(year=yearly["year"].astype(str))], ignore_index=True)
    long = both.melt(_GROUPS, names, "account", "tco2e")
    named = long.assign(climate=variant.climate, growth_model=variant.growth_model, case=variant.case)
    return named[COLUMNS]


def carbon_accounts(prepared: Prepared, allocation: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """carbon_accounts, carbon_climates and carbon_deductions of an allocation, under the yields that it was decided on
    and all others built."""
    scenario, resolved, rules = prepared.scenario, prepared.resolved, prepared.rules
    measures = ["compensation", *(task.id for task in resolved.tasks)]
    stands = prepared.inputs.stands
    built = other_yields(scenario, stands, measures, resolved.periods, rules)
    others = {Variant(c.climate, c.member or "", case): yields for (c, case), yields in built.items()}
    decided, draws = decided_on(scenario), Draws.of(prepared.inputs.draws)
    accounts = accounts_table(allocation, prepared.yields, decided, others)
    spread = ranges(allocation, draws, tail_shares(rules)["quantile"], decided)
    tables = {"carbon_climates": climates_table(allocation, prepared.yields, decided, others)}
    if scenario.carbon.engine != "stock_change":
        codes = [str(code) for code in stands["region_code"]]
        tables["carbon_deductions"] = deductions_table(scenario, codes, measures, resolved.periods, rules)
        if held := fitting(scenario, stands, measures, resolved.periods, rules):
            own = engine_ranges(effective_mu(allocation, prepared.yields), prepared.yields, held, rules, decided)
            if are_made(prepared.inputs, resolved, rules):
                # What the engine drew stands in place of what was supposed.
                spread = spread[~spread["measure"].isin(own.loc[own["account"] == "additional", "measure"])]
            else:
                own = own[own["account"] == CUMULATIVE]
            spread = pd.concat([spread, own], ignore_index=True)
    return {"carbon_accounts": pd.concat([accounts, spread], ignore_index=True), **tables}


def engine_ranges(mu: pd.Series, yields: Yields, held: Uncertainty, rules: Rules, decided: Variant) -> pd.DataFrame:
    """Each measure's additional tonnes to the horizon and to every milestone year (CUMULATIVE, with its central value),
    between the ends of the interval of the engine's draws.

    An end is the sum of the units' ends on the land in effect, as if units erred together, which is nearly so (record 21).
    To the horizon only where it is a milestone.
    """
    confidence = rules.number(CONFIDENCE)
    cases = [f"{QUANTILE} {share:g}" for share in ((1 - confidence) / 2, (1 + confidence) / 2)]
    rows = []
    for measure in sorted(set(mu.index.get_level_values("measure"))):
        own = mu[mu.index.get_level_values("measure") == measure]
        for until in (year for year in held.until if year <= yields.horizon):
            flows = yields.table[(yields.table["measure"] == measure) & (yields.table["year"] <= until)]
            central = flows.groupby(_KEYS)["additional_tco2e_per_mu"].sum().reindex(own.index)
            found = [float((own * central).sum()), *_ends(own, held, measure, until)]
            variant = (decided.climate, decided.growth_model)
            for case, tonnes in zip((CENTRAL, *cases), found, strict=True):
                rows.append((measure, str(until), CUMULATIVE, *variant, case, tonnes))
                if until == yields.horizon and case != CENTRAL:
                    rows.append((measure, "", "additional", *variant, case, tonnes))
    return pd.DataFrame(rows, columns=COLUMNS)


def _ends(mu: pd.Series, held: Uncertainty, measure: str, until: int) -> list[float]:
    """(low, high) tonnes of a measure on this land."""
    ends = [0.0, 0.0]
    whole = np.sum if measure == COMPENSATION else np.mean
    for period, land in mu.groupby("period"):
        units = [held.codes.index(str(code)) for code in land.index.get_level_values("region_code")]
        for at, flows in enumerate(held.added(measure, str(period), until)):
            ends[at] += float(whole(flows, axis=0)[units] @ land.to_numpy())
    return ends


def ranges(allocation: pd.DataFrame, draws: Draws, shares: Sequence[str], decided: Variant) -> pd.DataFrame:
    """Quantiles over the draws of each measure's additional tonnes to the horizon, factor money included.

    Every measure by itself: the quantiles of a sum are not the sums of quantiles. Case: `quantile <share>`.
    """
    rows = []
    for measure, mine in allocation.groupby("measure"):
        if (mine["carbon_tco2e"] != 0).any():
            found = evaluate(mine, draws)
            own = (measure, "", "additional", decided.climate, decided.growth_model)
            rows += [(*own, f"{QUANTILE} {share}", found.quantile("tonnes", share)) for share in shares]
    return pd.DataFrame(rows, columns=COLUMNS)


def decided_on(scenario: Scenario) -> Variant:
    """The variant of the yields that a scenario decides on; stock change knows no climates."""
    source = decided_in(scenario)
    return Variant(source["climate"], source["growth_model"])


def climates_table(
    allocation: pd.DataFrame, yields: Yields, decided: Variant, others: Mapping[Variant, Yields]
) -> pd.DataFrame:
    """Additional tonnes of each unit to the horizon in every climate and model of growth; empty where there is but one."""
    mu = effective_mu(allocation, yields)
    rows = []
    for variant, flows in {decided: yields, **others}.items():
        if variant.case == CENTRAL:
            per_mu = flows.totals()
            tonnes = pd.Series(
                [land * per_mu[key] for key, land in zip(mu.index.tolist(), mu, strict=True)], mu.index, dtype="float64"
            )
            sums = tonnes.groupby("region_code").sum()
            rows += [(str(code), variant.climate, variant.growth_model, value) for code, value in sums.items()]
    table = pd.DataFrame(rows, columns=["region_code", "climate", "growth_model", "tco2e"])
    if not table["climate"].nunique() > 1:
        return table.iloc[:0]
    return table.sort_values(["region_code", "climate", "growth_model"], ignore_index=True)


def accounts_table(
    allocation: pd.DataFrame, yields: Yields, decided: Variant, others: Mapping[Variant, Yields]
) -> pd.DataFrame:
    """The accounts of the allocation: as it was decided, and with the same land under other yields.

    Measures without any land in effect are left out. Sorted by variant, measure, account and year.
    """
    mu = effective_mu(allocation, yields)
    frames = [by_account(mu, yields, decided), *(by_account(mu, other, variant) for variant, other in others.items())]
    table = pd.concat(frames, ignore_index=True)
    paid = set(mu.index.get_level_values(1)) if len(mu) else set()
    kept = table[table["measure"].isin(paid)]
    return kept.sort_values(["case", "climate", "growth_model", "measure", "account", "year"], ignore_index=True)
