"""Horizontal compensation (横向补偿): transfers recomputed from the agreement, and the payer's means for them.

    transfer[p] = min(max(amount, floor), cap) in fen; from payer to receiver where there is no index or it is met, else
    nothing, or the other way round where `otherwise` is `return`
    Σ (columns of payers at or below the level of unit r) in p + Σ what r owes in p under all agreements ≤ floor(κ · own_revenue_r)
What units pay and receive is compared with the indicators `horizontal.paid` and `horizontal.received` where handed over.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import floor
from typing import Any

from .case import PAYERS, Case
from .exact import FEN_PER_YUAN, fraction
from .finding import Check
from .local_capacity import LEVELS
from .parameters import parameter, share_parameter

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: payer, receiver, document, amount, kappa, trigger, otherwise; floor, cap, index, threshold optional."""
    kappa = share_parameter(params, "kappa", check)
    named = [parameter(params, name, check) for name in ("document", "amount", "payer", "receiver")]
    if kappa is None or None in named:
        return
    for name in ("payer", "receiver"):
        if params[name] not in case.units:
            check.refuse(
                f"rules: horizontal, {name}", "不是本情景的单位", "is none of the units", found=str(params[name])
            )
            return
    missing = [period for period in case.resolved.periods if params.get("index") and period not in params["index"]]
    if missing:
        check.refuse("rules: horizontal, index", f"缺少年度 {missing}", f"has no value for {missing}")
        return
    paid: defaultdict[tuple[str, str], int] = defaultdict(int)
    received: defaultdict[tuple[str, str], int] = defaultdict(int)
    for spec in case.resolved.rules:
        for payer, receiver, period, fen in _transfers(case, spec.params) if spec.rule == "horizontal" else ():
            paid[payer, period] += fen
            received[receiver, period] += fen
    for payer, _, period, _ in _transfers(case, params):
        level = case.units[payer].level
        own = PAYERS[LEVELS.index(level) :] if level in LEVELS else PAYERS
        rows = [row for row in case.rows if (row.region, row.period) == (payer, period)]
        borne = sum(row.columns[name] for row in rows for name in own) + paid[payer, period]
        limit = floor(kappa * case.units[payer].own_revenue)
        where = f"region_code={payer}, period={period}"
        check.holds(
            borne <= limit, where, f"≤ {limit}", borne, "fen", "地方负担与协议付款", "co-financing and agreements"
        )
    for side, sums in (("paid", paid), ("received", received)):
        for (region, variable, year), value in sorted(case.indicators.items()):
            if variable == f"horizontal.{side}":
                where = f"indicators: {variable}, region_code={region}, year={year}"
                check.equal(where, sums.get((region, year), 0), int(value), "fen", "协议款", "the transfer")


def _transfers(case: Case, params: Mapping[str, Any]) -> Iterator[tuple[str, str, str, int]]:
    """(payer, receiver, period, fen) of one agreement."""
    agreed = fraction(str(params["amount"]))
    if params.get("floor") is not None:
        agreed = max(agreed, fraction(str(params["floor"])))
    if params.get("cap") is not None:
        agreed = min(agreed, fraction(str(params["cap"])))
    for period in case.resolved.periods:
        met = True
        if params.get("index"):
            gap = fraction(str(params["index"][period])) - fraction(str(params["threshold"]))
            met = gap <= 0 if params.get("trigger") == "at_most" else gap >= 0
        sides = (str(params["payer"]), str(params["receiver"]))
        if met:
            yield (*sides, period, int(agreed * FEN_PER_YUAN))
        elif params.get("otherwise") == "return":
            yield (sides[1], sides[0], period, int(agreed * FEN_PER_YUAN))
