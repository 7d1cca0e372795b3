"""An allocation's carbon by measure, year and account, under the climate it was decided in and under others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from silvafisc.policy import Scenario
from silvafisc.results import Yields
from silvafisc.results.draws import Draws

from .carbon_source import decided_in, other_yields
from .draws import tail_shares
from .prepare import Prepared
from .risk import evaluate

COLUMNS = ["measure", "year", "account", "climate", "growth_model", "case", "tco2e"]
ACCOUNTS = ("gross", "baseline", "additional", "credited", "deducted")
CENTRAL, QUANTILE = "central", "quantile"
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
    land = mu.reindex(pd.MultiIndex.from_frame(flows[_KEYS])).fillna(0.0).to_numpy()
    spread = flows[_GROUPS].assign(**{name: flows[f"{name}_tco2e_per_mu"].to_numpy() * land for name in ACCOUNTS})
    yearly = spread.groupby(_GROUPS, as_index=False)[list(ACCOUNTS)].sum()
    whole = yearly.groupby("measure", as_index=False)[list(ACCOUNTS)].sum().assign(year="")
    both = pd.concat([whole, yearly.assign(year=yearly["year"].astype(str))], ignore_index=True)
    long = both.melt(_GROUPS, list(ACCOUNTS), "account", "tco2e")
    named = long.assign(climate=variant.climate, growth_model=variant.growth_model, case=variant.case)
    return named[COLUMNS]


def carbon_accounts(prepared: Prepared, allocation: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """carbon_accounts and carbon_climates of an allocation, under the yields that it was decided on and all others built."""
    scenario, resolved = prepared.scenario, prepared.resolved
    measures = ["compensation", *(task.id for task in resolved.tasks)]
    built = other_yields(scenario, prepared.inputs.stands, measures, resolved.periods, prepared.rules)
    others = {Variant(c.climate, c.member or "", case): yields for (c, case), yields in built.items()}
    decided, draws = decided_on(scenario), Draws.of(prepared.inputs.draws)
    accounts = accounts_table(allocation, prepared.yields, decided, others)
    spread = ranges(allocation, draws, tail_shares(prepared.rules)["quantile"], decided)
    return {
        "carbon_accounts": pd.concat([accounts, spread], ignore_index=True),
        "carbon_climates": climates_table(allocation, prepared.yields, decided, others),
    }


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
