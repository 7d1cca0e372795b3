"""Indicators of an outcome: carbon by measure and year, money by nature, fairness, adequacy, local burden."""

from collections.abc import Mapping

import pandas as pd

from silvafisc.allocation.agreements import all_transfers
from silvafisc.allocation.menus.tonnes import counts_credited
from silvafisc.allocation.published import count_published
from silvafisc.allocation.risk import CREDITED, ECONOMIC, IMPORTANCE
from silvafisc.economy.fairness import adequacy, gini, kakwani, lorenz, theil
from silvafisc.quantities.money import FEN_PER_YUAN
from silvafisc.results.draws import Draws

from .carbon_accounts import Variant, by_account, effective_mu
from .prepare import Prepared
from .risk import evaluate

COLUMNS = ["scenario", "region_code", "variable", "unit", "year", "value", "kind"]
ALL = "000000"
OPEN = ("top_up", "factor", "task", "project", "interest_subsidy")
_WEAK = ("recalled", "assumption")


def indicators(prepared: Prepared, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All indicators of the outcome in long form; money in fen, carbon in tCO2e, shares as plain numbers."""
    allocation = tables["allocation"]
    rows: list[tuple[str, str, str, str, float, str]] = []

    def add(variable: str, unit: str, value: float, region: str = ALL, year: str = "", kind: str = "model") -> None:
        rows.append((region, variable, unit, year, float(value), kind))

    carbon, money = allocation["carbon_tco2e"], allocation["payment_fen"]
    add("carbon.total", "tco2e", carbon.sum())
    if counts_credited(prepared.resolved):
        add("carbon.credited", "tco2e", allocation["credited_tco2e"].sum())
    for value in over_draws(prepared, allocation):
        add("carbon.over_draws", "tco2e", value)
    for measure, value in allocation.groupby("measure")["carbon_tco2e"].sum().items():
        add(f"carbon.by_measure.{measure}", "tco2e", value)
    yearly = by_account(effective_mu(allocation, prepared.yields), prepared.yields, Variant())
    yearly = yearly[(yearly["account"] == "additional") & (yearly["year"] != "")]
    for measure, year, value in zip(yearly["measure"], yearly["year"], yearly["tco2e"], strict=True):
        add(f"carbon.by_year.{measure}", "tco2e", value, year=year)
    add("money.total", "fen", money.sum())
    for column, name in (("nature", "by_nature"), ("fund", "by_fund"), ("measure", "by_measure")):
        for key, value in allocation.groupby(column)["payment_fen"].sum().items():
            add(f"money.{name}.{key}", "fen", value)
    for name, value in shares(prepared, allocation).items():
        add(f"share.{name}", "1", value)
    for name, unit, value in _fairness(prepared, allocation):
        add(name, unit, value)
    apart = _disparity(prepared, allocation)
    if apart is not None:
        add("disparity", "yuan_per_need_unit", apart)
    if prepared.resolved.mode == "rule":
        add("simplicity", "count", count_published(tables["standards"], tables["grades"], tables["weights"]))
    for side in ("payer", "receiver"):
        for (unit, year), fen in _agreed(prepared, side).items():
            add("horizontal.paid" if side == "payer" else "horizontal.received", "fen", fen, unit, year)
    payments = allocation.groupby(["region_code", "period"], as_index=False)["payment_fen"].sum()
    for code, period, value in zip(*(payments[c] for c in payments.columns), strict=True):
        add("unit.payment", "fen", value, str(code), str(period))
    for code, value in allocation.groupby("region_code")["carbon_tco2e"].sum().items():
        add("unit.carbon", "tco2e", value, str(code))
    for code, period, value in _local_burden(prepared, allocation):
        add("local_burden", "pct", value, code, period)
    frame = pd.DataFrame(rows, columns=COLUMNS[1:]).sort_values(["variable", "region_code", "year"], ignore_index=True)
    frame.insert(0, "scenario", prepared.resolved.id)
    return frame


def over_draws(prepared: Prepared, allocation: pd.DataFrame) -> list[float]:
    """What the carbon objective takes over its draws, of an allocation; nothing where it takes the estimate."""
    spec = next((s for s in prepared.resolved.objectives if s.term == "carbon" and "risk" in s.params), None)
    if spec is None:
        return []
    if spec.params.get("carbon", ECONOMIC) == IMPORTANCE:
        indices = prepared.responses.indices
        weight = dict(zip(indices["region_code"], indices["importance"].astype(float), strict=True))
        allocation = allocation.assign(carbon_tco2e=allocation["carbon_tco2e"] * allocation["region_code"].map(weight))
    if spec.params.get("carbon") == CREDITED:
        allocation = allocation.assign(carbon_tco2e=allocation["credited_tco2e"])
    found = evaluate(allocation, Draws.of(prepared.inputs.draws))
    if spec.params["risk"] == "mean":
        return [found.mean("tonnes")]
    measured = found.cvar if spec.params["risk"] == "cvar" else found.quantile
    return [measured("tonnes", str(spec.params["share"]))]


def shares(prepared: Prepared, allocation: pd.DataFrame) -> dict[str, float]:
    """open_to_choice, assumed_money, assumed_carbon: shares of payments (and tonnes) in 0..1.

    A row of money rests on assumptions where the area, task or factor table it is computed from is recalled or assumed
    for that unit; its tonnes where the unit's stands or responses are.
    """
    inputs, total = prepared.inputs, allocation["payment_fen"].sum()
    weak_area = _weak(inputs.areas, "category")
    weak_task = _weak(inputs.tasks, "measure")
    weak_factor = {code for code, _ in _weak(inputs.factors, "factor")}
    weak_units = set(inputs.stands["region_code"][inputs.stands["status"].isin(_WEAK)])
    weak_units |= set(inputs.responses["region_code"][inputs.responses["status"].isin(_WEAK)])

    def rests(code: str, measure: str, category: str) -> bool:
        if category:
            return (code, category) in weak_area
        return code in weak_factor if measure == "factor_pot" else (code, measure) in weak_task

    keys = zip(allocation["region_code"], allocation["measure"], allocation["category"], strict=True)
    assumed = pd.Series([rests(*key) for key in keys], index=allocation.index)
    tonnes = allocation["carbon_tco2e"].abs()
    return {
        "open_to_choice": float(allocation["payment_fen"][allocation["nature"].isin(OPEN)].sum() / total),
        "assumed_money": float(allocation["payment_fen"][assumed].sum() / total),
        "assumed_carbon": float(tonnes[allocation["region_code"].isin(weak_units)].sum() / max(tonnes.sum(), 1e-12)),
    }


def _weak(frame: pd.DataFrame, key: str) -> set[tuple[str, str]]:
    rows = frame[frame["status"].isin(_WEAK)]
    return set(zip(rows["region_code"], rows[key], strict=True))


def _fairness(prepared: Prepared, allocation: pd.DataFrame) -> list[tuple[str, str, float]]:
    regions = prepared.inputs.regions.sort_values("region_code", ignore_index=True)
    payment = allocation.groupby("region_code")["payment_fen"].sum().reindex(regions["region_code"]).fillna(0)
    people = regions["rural_population_person"].to_numpy(float)
    groups = [text.split(";")[0] for text in regions["groups"]]
    parts = theil(payment.to_numpy(float), people, groups if all(groups) else None)
    rows = [
        ("fairness.theil", "1", parts.total),
        ("fairness.gini", "1", gini(payment.to_numpy(float), people)),
        (
            "fairness.kakwani",
            "1",
            kakwani(payment.to_numpy(float), people, regions["rural_income_fen"].to_numpy(float)),
        ),
    ]
    if all(groups):
        rows += [("fairness.theil_between", "1", parts.between), ("fairness.theil_within", "1", parts.within)]
    cover = _cover(prepared, allocation)
    if cover:
        rows += [(f"adequacy.{name}", "1", cover[name]) for name in ("minimum", "mean")]
    return rows


def _agreed(prepared: Prepared, side: str) -> dict[tuple[str, str], int]:
    """(region, period) -> fen under signed agreements, of the payers or of the receivers."""
    sums: dict[tuple[str, str], int] = {}
    for transfer in all_transfers(prepared.resolved):
        key = (transfer.payer if side == "payer" else transfer.receiver, transfer.period)
        sums[key] = sums.get(key, 0) + transfer.fen
    return sums


def _disparity(prepared: Prepared, allocation: pd.DataFrame) -> float | None:
    """Mean absolute deviation of payment per need unit (rural person x development need), yuan; None without any need."""
    people = prepared.inputs.regions.set_index("region_code")["rural_population_person"]
    need = prepared.responses.indices.set_index("region_code")["need"].round(6) * people
    if not need.sum() > 0:
        return None
    paid = allocation.groupby("region_code")["payment_fen"].sum().reindex(need.index).fillna(0) / FEN_PER_YUAN
    return float((paid - need / need.sum() * paid.sum()).abs().sum() / need.sum())


def _cover(prepared: Prepared, allocation: pd.DataFrame) -> dict[str, float]:
    """Standard over opportunity cost of every recurring row, all periods."""
    categories = [c.id for c in prepared.resolved.categories]
    rigid = allocation[allocation["nature"] == "rigid"]
    keys = ["region_code", "category", "period"]
    top = allocation[allocation["nature"] == "top_up"][[*keys, "standard_yuan_per_mu"]]
    merged = rigid.merge(top, on=keys, how="left", suffixes=("_floor", "")).merge(
        prepared.inputs.responses[["region_code", "subject", "opportunity_cost_fen"]],
        left_on=["region_code", "category"],
        right_on=["region_code", "subject"],
    )
    merged = merged[merged["category"].isin(categories)]
    if merged.empty:
        return {}
    standard = merged["standard_yuan_per_mu"].fillna(merged["standard_yuan_per_mu_floor"]).astype(float) * FEN_PER_YUAN
    return adequacy(standard, merged["opportunity_cost_fen"], merged["area_mu"].astype(float))


def _local_burden(prepared: Prepared, allocation: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Payments of the unit's own and lower levels in per cent of own revenue."""
    below = {"province": ["provincial", "city", "county"], "city": ["city", "county"], "county": ["county"]}
    rows = []
    for code, level, revenue in zip(
        *(prepared.inputs.regions[c] for c in ("region_code", "unit_level", "own_revenue_fen")), strict=True
    ):
        mine = allocation[allocation["region_code"] == code]
        local = mine[[f"{payer}_fen" for payer in below[level]]].sum(axis=1).groupby(mine["period"]).sum()
        if revenue > 0:
            rows += [(str(code), str(period), float(fen) / float(revenue) * 100) for period, fen in local.items()]
    return rows


def lorenz_points(prepared: Prepared, allocation: pd.DataFrame) -> pd.DataFrame:
    """Cumulative payment against cumulative rural population."""
    regions = prepared.inputs.regions.sort_values("region_code", ignore_index=True)
    payment = allocation.groupby("region_code")["payment_fen"].sum().reindex(regions["region_code"]).fillna(0)
    return lorenz(
        list(regions["region_code"]), payment.to_numpy(float), regions["rural_population_person"].to_numpy(float)
    )
