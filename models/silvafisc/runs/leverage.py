"""What a fiscal yuan does as a grant and as support of a loan: cost, tonnes, money mobilised, next best step, price.

Public cost is that of all payers in all years, also after the last period: a loan's subsidies run on, so that cost inside
the horizon alone would flatter it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.allocation.beyond import due_beyond
from silvafisc.allocation.decide import Decision
from silvafisc.allocation.exact import Ints
from silvafisc.allocation.menus.tonnes import CARBON
from silvafisc.allocation.problem import WORK, Floats, Indices, Problem
from silvafisc.allocation.tables import chosen_offers
from silvafisc.quantities import mu_to_tenths, tenths_to_mu
from silvafisc.quantities.money import FEN_PER_YUAN

from .prepare import Prepared
from .residue import Published

GRANT, LOAN, BOTH = "grant", "loan", "both"
CHANNELS = {"task": GRANT, "interest_subsidy": LOAN}
"""Nature of money -> channel."""
COLUMNS = [
    "fund",
    "measure",
    "channel",
    "instrument",
    "public_cost_fen",
    "due_beyond_fen",
    "area_mu",
    "carbon_tco2e",
    "pledged_tco2e",
    "private_principal_fen",
    "yuan_per_tco2e",
    "tco2e_per_10k_yuan",
    "leverage",
    "next_offer",
    "next_tco2e_per_10k_yuan",
    "objective",
    "without_objective",
    "price",
]
TEN_THOUSAND_YUAN = 10_000 * FEN_PER_YUAN


@dataclass(frozen=True)
class Row:
    """One row before its ratios: natures and measures that it sums over."""

    fund: str
    measure: str
    channel: str
    instrument: str
    natures: tuple[str, ...]
    measures: tuple[str, ...]


def leverage(prepared: Prepared, shown: Published, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """leverage.csv of an outcome; no rows where the scenario has no loans.

    tables: allocation, finance and pledges. Prices are asked of the choice, at the published α.
    """
    resolved = prepared.resolved
    if not resolved.loans:
        return pd.DataFrame(columns=COLUMNS)
    offered = Offered.of(shown.decided, shown.point)
    loans = {loan.measure: loan.id for loan in resolved.loans}
    everywhere = tuple(task.id for task in resolved.tasks)
    rows = [
        Row(task.fund, task.id, CHANNELS[nature], loans[task.id] if nature != "task" else "", (nature,), (task.id,))
        for task in resolved.tasks
        for nature in WORK
        if nature == "task" or task.id in loans
    ]
    rows += [Row("", "", CHANNELS[nature], "", (nature,), everywhere) for nature in WORK]
    rows.append(Row("", "", BOTH, "", WORK, everywhere))
    return pd.DataFrame([_filled(row, offered, prepared, tables) for row in rows], columns=COLUMNS)


def _filled(row: Row, offered: "Offered", prepared: Prepared, tables: Mapping[str, pd.DataFrame]) -> dict[str, object]:
    allocation = tables["allocation"]
    mine = allocation[allocation["nature"].isin(row.natures) & allocation["measure"].isin(row.measures)]
    at = offered.of_row(row)
    taken = at[np.isin(at, offered.chosen)]
    cost, beyond = int(offered.cost[taken].sum()), int(offered.beyond[taken].sum())
    ids = [loan.id for loan in prepared.resolved.loans if loan.measure in row.measures]
    lent = ids if "interest_subsidy" in row.natures else []
    finance, pledges = tables["finance"], tables["pledges"]
    drawn = finance[finance["instrument"].isin(lent) & (finance["item"] == "principal_drawn")]
    principal, carbon = int(drawn["amount_fen"].sum()), float(mine["carbon_tco2e"].sum())
    offer, gain = offered.next_step(at)
    # A sum over all measures has no price of its own but for the loans together: without any task there is no choice left.
    price = offered.price(at) if row.instrument or row.measure in offered.with_loans or row.channel == LOAN else None
    return {
        "fund": row.fund,
        "measure": row.measure,
        "channel": row.channel,
        "instrument": row.instrument,
        "public_cost_fen": cost,
        "due_beyond_fen": beyond,
        "area_mu": tenths_to_mu(sum(mu_to_tenths(str(area)) for area in mine["area_mu"])),
        "carbon_tco2e": carbon,
        "pledged_tco2e": float(pledges["pledged_tco2e"][pledges["instrument"].isin(lent)].sum()),
        "private_principal_fen": principal,
        "yuan_per_tco2e": cost / FEN_PER_YUAN / carbon if carbon > 0 else np.nan,
        "tco2e_per_10k_yuan": carbon / cost * TEN_THOUSAND_YUAN if cost else np.nan,
        "leverage": principal / cost if cost else np.nan,
        "next_offer": offer,
        "next_tco2e_per_10k_yuan": gain,
        "objective": offered.first,
        "without_objective": np.nan if price is None else offered.optimum - price,
        "price": np.nan if price is None else price,
    }


@dataclass(frozen=True)
class Offered:
    """The offers of work of a decided problem. cost: fen of all payers in all years; beyond: of years after the last period."""

    problem: Problem
    decision: Decision
    chosen: Indices
    cost: Ints
    beyond: Ints
    first: str
    optimum: float
    prices: dict[bytes, float | None]

    @staticmethod
    def of(decision: Decision, point: Floats) -> "Offered":
        """Read a decision and its settled point, and solve its first objective alone."""
        problem = decision.problem
        table = problem.offers.table
        beyond = np.zeros(len(table), np.int64)
        for fen in due_beyond(problem).values():
            beyond = beyond + fen
        cost = np.asarray(table[problem.offers.cost_columns].sum(axis=1), np.int64) + beyond
        engine, first = decision.engine, problem.resolved.objectives[0].term
        objective = engine.objectives[first][0]
        optimum = engine.maximise(engine.vector(objective)).value + objective.constant
        chosen = chosen_offers(problem, point)
        return Offered(problem, decision, chosen, cost, beyond, first, optimum, {})

    @property
    def with_loans(self) -> frozenset[str]:
        """Measures that loans are on offer for."""
        return frozenset(loan.measure for loan in self.problem.resolved.loans)

    def of_row(self, row: Row) -> Indices:
        """Positions of the row's offers."""
        table = self.problem.offers.table
        return np.flatnonzero((table["nature"].isin(row.natures) & table["measure"].isin(row.measures)).to_numpy())

    def next_step(self, offers: Indices) -> tuple[str, float]:
        """The step not taken that brings most tonnes per yuan more, and tonnes per 10 000 yuan; nothing where none brings more.

        In rule mode a step moves a published number for all units.
        """
        table = self.problem.offers.table.iloc[offers]
        keys = ["nature", "measure", "period"]
        keys = keys if self.problem.resolved.mode == "rule" else ["region_code", *keys]
        steps = table[[*keys, "offer"]].assign(
            cost=self.cost[offers], tonnes=table[CARBON].to_numpy(), chosen=np.isin(offers, self.chosen)
        )
        steps = steps.groupby([*keys, "offer"], as_index=False).agg({"cost": "sum", "tonnes": "sum", "chosen": "any"})
        now = steps[steps["chosen"]].drop(columns=["offer", "chosen"])
        more = steps[~steps["chosen"]].merge(now, on=keys, suffixes=("", "_now"))
        dearer, brings = more["cost"] - more["cost_now"], more["tonnes"] - more["tonnes_now"]
        useful = more[(dearer > 0) & (brings > 0)]
        if useful.empty:
            return "", np.nan
        rate = brings[useful.index] / dearer[useful.index]
        best = useful.assign(rate=rate).sort_values(
            ["rate", *keys, "offer"], ascending=[False, *[True] * len(keys), True]
        )
        head = best.iloc[0]
        named = [str(head[key]) for key in keys if key != "nature"]
        return "/".join([*named, str(head["offer"])]), float(head["rate"]) * TEN_THOUSAND_YUAN

    def price(self, offers: Indices) -> float | None:
        """What the first objective loses where none of these offers may be taken; None where nothing is feasible then."""
        area = self.problem.offers.table["area_tenth_mu"].to_numpy()
        some = np.zeros(len(area))
        some[offers[area[offers] > 0]] = 1.0
        closed = np.flatnonzero(self.problem.membership.T @ some).astype(np.int64)
        key = closed.tobytes()
        if key not in self.prices:
            engine = self.decision.engine.without_columns(closed)
            objective = engine.objectives[self.first][0]
            found = engine.maximise(engine.vector(objective))
            value = found.value + objective.constant
            self.prices[key] = max(0.0, self.optimum - value) if found.found else None
        return self.prices[key]
