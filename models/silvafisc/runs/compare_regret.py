"""Regret (后悔值): what is lost where a plan is carried out under the conditions of another outcome's scenario.

Conditions are the scenario's own yields, responses, units and appropriations. A plan is what an outcome publishes: the
standard of each unit and category, the unit standard and share of the need of each task, pots and weights of the factors.

    regret[o | s, objective] = value of s's own plan − value of o's plan, both by the offers of s
    weighted regret          = Σ weight of s × regret / (best − worst value of the objective in s)

Positive = o's plan is worse there. Values are sums of s's offers, so nothing is solved again. It is refused by name where

    unaffordable   the plan costs more than an appropriation of s with what was carried in
    not_on_offer   s has no offer of that standard or quantity, or no unit, fund or period of that name
    no_rate        the plan gives other factor money to a unit of which s does not say what a yuan brings
    not_a_sum      the objective is no sum over offers (a tail of draws, a distribution)

Pots may be of a size that s does not offer. Rules other than the appropriations are not checked again: `score` does that
for a single plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import pandas as pd

from silvafisc.allocation.carry import carried_out, carry_limits
from silvafisc.allocation.menus import cost_column
from silvafisc.allocation.menus.factor_pot import factor_amounts
from silvafisc.allocation.terms import plain
from silvafisc.quantities import fen_to_yuan, share
from silvafisc.results import Outcome

COLUMNS = [
    "conditions",
    "plan",
    "objective",
    "unit",
    "own_value",
    "value",
    "regret",
    "regret_share",
    "status",
    "detail",
    "excess_fen",
]
WEIGHTED = "weighted"
COMPUTED, UNAFFORDABLE, NOT_ON_OFFER, NO_RATE, NOT_A_SUM = (
    "computed",
    "unaffordable",
    "not_on_offer",
    "no_rate",
    "not_a_sum",
)
_OFFER = ["region_code", "fund", "measure", "category", "period", "offer"]
Key = tuple[str, ...]


class _Refused(Exception):
    """Why a plan has no value under the conditions: a status, what exactly, and by how much it overspends."""

    def __init__(self, status: str, detail: str, excess_fen: int | None = None) -> None:
        super().__init__(status)
        self.said = (status, detail, excess_fen)


@dataclass(frozen=True)
class _Conditions:
    """What the offers of an outcome say, by offer. rates: (unit, fund, period) -> objective -> value per fen."""

    outcome: Outcome
    offers: Mapping[Key, Mapping[str, object]]
    own: Sequence[Key]
    terms: tuple[str, ...]

    @staticmethod
    def of(outcome: Outcome) -> "_Conditions":
        frame = outcome.tables["offers"]
        rows = frame[frame["nature"] != "factor"].to_dict("records")
        offers = {tuple(str(row[name]) for name in _OFFER): {str(k): v for k, v in row.items()} for row in rows}
        own = [key for key, row in offers.items() if row["chosen"] in (True, "True")]
        terms = tuple(s.term for s in outcome.resolved.objectives if plain(s) and f"obj.{s.term}" in frame)
        return _Conditions(outcome, offers, own, terms)


def regret(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Every plan under the conditions of every other outcome; numbers of outcomes count from 1."""
    known = [_Conditions.of(outcome) if _has_offers(outcome) else None for outcome in outcomes]
    rows: list[tuple[object, ...]] = []
    for at, conditions in enumerate(known, start=1):
        for number, plan in enumerate(known, start=1):
            if number != at:
                outcome = outcomes[at - 1]
                rows += [(at, number, *row) for row in _under(outcome, conditions, plan)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _has_offers(outcome: Outcome) -> bool:
    frame = outcome.tables.get("offers")
    return frame is not None and set(_OFFER) | {"nature", "chosen"} <= set(frame.columns) and len(frame) > 0


def _under(outcome: Outcome, conditions: _Conditions | None, plan: _Conditions | None) -> list[tuple[object, ...]]:
    entries = list(outcome.meta["objectives"])
    try:
        if conditions is None or plan is None:
            raise _Refused(NOT_ON_OFFER, "offers")
        differences = _differences(conditions, plan)
    except _Refused as error:
        return [(e["term"], e["unit"], e["value"], None, None, None, *error.said) for e in entries]
    rows: list[tuple[object, ...]] = []
    for entry in entries:
        term, own = str(entry["term"]), float(entry["value"])
        if term not in differences:
            rows.append((term, entry["unit"], own, None, None, None, NOT_A_SUM, term, None))
            continue
        lost = differences[term]
        rows.append((term, entry["unit"], own, own - lost, lost, lost / abs(own) if own else None, COMPUTED, "", None))
    weighted = [entry for entry in entries if entry.get("weight")]
    ranges = {str(e["term"]): _range(e) for e in weighted}
    if weighted and all(ranges.values()) and ranges.keys() <= differences.keys():
        lost = fsum(float(e["weight"]) * differences[str(e["term"])] / ranges[str(e["term"])] for e in weighted)
        rows.append((WEIGHTED, "1", None, None, lost, None, COMPUTED, "", None))
    return rows


def _range(entry: Mapping[str, object]) -> float:
    utopia, nadir = entry.get("utopia"), entry.get("nadir")
    return float(str(utopia)) - float(str(nadir)) if utopia is not None and nadir is not None else 0.0


def _differences(conditions: _Conditions, plan: _Conditions) -> dict[str, float]:
    """term -> value of the conditions' own plan − value of the other plan. Raises _Refused."""
    for key in plan.own:
        if key not in conditions.offers:
            raise _Refused(NOT_ON_OFFER, " ".join(part for part in key if part))
    mine, theirs = ([conditions.offers[key] for key in keys] for keys in (conditions.own, plan.own))
    own_money, money = _factor_money(conditions, conditions), _factor_money(conditions, plan)
    _refuse_overspending(conditions, mine, theirs, own_money, money)
    moved = {key: own_money.get(key, 0) - money.get(key, 0) for key in sorted(own_money.keys() | money.keys())}
    found = {}
    for term in conditions.terms:
        column, rates = f"obj.{term}", _rates(conditions.outcome, f"obj.{term}")
        for key, fen in moved.items():
            if fen and key not in rates:
                raise _Refused(NO_RATE, " ".join(key))
        factor = [fen * rates[key] for key, fen in moved.items() if fen]
        found[term] = fsum([*(float(str(o[column])) for o in mine), *(-float(str(o[column])) for o in theirs), *factor])
    return found


def _factor_money(conditions: _Conditions, plan: _Conditions) -> dict[tuple[str, str, str], int]:
    """(unit, fund, period) -> fen of the plan's pots by its weights and the conditions' factor values."""
    resolved, inputs = conditions.outcome.resolved, conditions.outcome.inputs
    pots: dict[tuple[str, str], dict[str, tuple[str, int]]] = {}
    table = plan.outcome.tables["weights"]
    names = ("fund", "period", "factor", "weight", "pot_fen")
    for fund, period, factor, weight, fen in zip(*(table[n] for n in names), strict=True):
        pots.setdefault((str(fund), str(period)), {})[str(factor)] = (str(weight), int(fen))
    known = {(fund.id, period) for fund in resolved.funds for period in resolved.periods}
    factors = set(inputs.factors["factor"].astype(str))
    amounts: dict[tuple[str, str, str], int] = {}
    for (fund, period), parts in sorted(pots.items()):
        if (fund, period) not in known or not set(parts) <= factors:
            raise _Refused(NOT_ON_OFFER, f"{fund} {period}")
        pot = sum(fen for _, fen in parts.values())
        weights = {factor: share(weight) for factor, (weight, _) in parts.items()}
        for code, fen in factor_amounts(resolved, inputs, pot, weights).items():
            amounts[code, fund, period] = fen
    return amounts


def _rates(outcome: Outcome, column: str) -> dict[tuple[str, str, str], float]:
    """(unit, fund, period) -> what one fen of factor money brings: offers of a pot are in proportion to their money."""
    frame, rates = outcome.tables["offers"], {}
    for row in frame[frame["nature"] == "factor"].to_dict("records"):
        fund, period = str(row["fund"]), str(row["period"])
        fen = int(row[cost_column(fund, outcome.resolved.fund(fund).payer, period)])
        if fen:
            rates[str(row["region_code"]), fund, period] = float(row[column]) / fen
    return rates


def _refuse_overspending(
    conditions: _Conditions,
    mine: Sequence[Mapping[str, object]],
    theirs: Sequence[Mapping[str, object]],
    own_money: Mapping[tuple[str, str, str], int],
    money: Mapping[tuple[str, str, str], int],
) -> None:
    """Raise _Refused where the plan takes more of a fund and period than there is."""
    table, resolved = conditions.outcome.tables["envelopes"], conditions.outcome.resolved
    names = ("fund", "period", "paid_fen", "instalments_due_fen")
    paid = {(str(f), str(p)): int(a) + int(b) for f, p, a, b in zip(*(table[n] for n in names), strict=True)}
    over: dict[str, int] = {}
    for fund in resolved.funds:
        carried, limits = 0, carry_limits(resolved, fund)
        for period in resolved.periods:
            column = cost_column(fund.id, fund.payer, period)
            costs = [sum(int(str(offer.get(column, 0) or 0)) for offer in side) for side in (theirs, mine)]
            pots = [
                sum(fen for key, fen in side.items() if key[1:] == (fund.id, period)) for side in (money, own_money)
            ]
            given = fund.appropriation_fen[period] + fund.carried_in_fen.get(period, 0) + carried
            rest = given - paid[fund.id, period] - (costs[0] + pots[0]) + (costs[1] + pots[1])
            if rest < 0:
                over[f"{fund.id} {period}"] = -rest
            carried = carried_out(fund, period, max(rest, 0), limits)
    if over:
        detail = "; ".join(f"{what} +{fen_to_yuan(fen)}" for what, fen in over.items())
        raise _Refused(UNAFFORDABLE, detail, sum(over.values()))
