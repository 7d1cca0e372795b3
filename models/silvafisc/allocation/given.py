"""Tables of a choice among offers that were made elsewhere: an offer may be paid by several funds, or by none.

Money of a chosen offer in its own period is a row of its nature per fund; in any other period a committed row. What the
offer has once (area, tonnes, what is due beyond the table) stands in its first row; where nobody pays for it in its own
period, in a row without money.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import sparse

from silvafisc.quantities import fen_to_yuan, tenths_to_mu
from silvafisc.results.outcome import outcome_columns

from .menus.tonnes import CREDITED
from .model import Model
from .problem import Floats, Problem
from .tables import PAYERS, Chosen, envelopes_of, offers_of, regions_of

_KEYS = ["region_code", "measure", "category", "period", "nature", "offer"]


def given_tables(problem: Problem, chosen: Chosen, binding: Mapping[int, str]) -> dict[str, pd.DataFrame]:
    """allocation, envelopes, offers and regions; nothing is published and no notice is printed."""
    allocation = _allocation(problem, chosen, binding)
    return {
        "allocation": allocation,
        "envelopes": envelopes_of(problem, allocation),
        "offers": offers_of(problem, chosen),
        "regions": regions_of(problem, {}),
    }


def binding_by_menu(model: Model, point: Floats, chosen: Chosen) -> dict[int, str]:
    """As `binding.binding_rules` for menus of single units, all at once: tables made elsewhere have many.

    Rows with helping variables, which follow the step, are not counted.
    """
    problem = model.problem
    columns, size = problem.columns, problem.size
    costs = problem.offers.table[problem.offers.cost_columns].sum(axis=1)
    frame = columns[["menu"]].assign(cost=problem.carried(costs.to_numpy(np.float64)), at=np.arange(size))
    now = frame[point[:size] > 0.5].drop_duplicates("menu").set_index("menu")
    dearer = frame[frame["cost"] > frame["menu"].map(now["cost"])].sort_values(["cost", "at"], kind="stable")
    dearer = dearer.drop_duplicates("menu")
    leaving = dearer["menu"].map(now["at"]).to_numpy(np.int64)
    moves = np.arange(len(dearer))
    signs = np.repeat([1.0, -1.0], len(dearer))
    places = (np.concatenate([dearer["at"].to_numpy(np.int64), leaving]), np.concatenate([moves, moves]))
    change = sparse.csr_matrix((signs, places), shape=(size, len(dearer)))
    moved = (model.matrix[:, :size] @ change).tocoo()
    activity = np.asarray(model.matrix @ point).ravel()[moved.row] + moved.data
    wrong = (activity > model.upper[moved.row]) | (activity < model.lower[moved.row])
    helped = np.diff(sparse.csr_matrix(model.matrix[:, size:]).indptr)[moved.row] > 0
    names: dict[int, set[str]] = {}
    for row, move in zip(moved.row[wrong & ~helped], moved.col[wrong & ~helped], strict=True):
        if model.rows[row].rule != "menu":
            names.setdefault(int(leaving[move]), set()).add(model.rows[row].rule)
    member = sparse.csr_matrix(problem.membership)[chosen]
    return {
        int(offer): ";".join(sorted(names.get(int(column), ())))
        for offer, column in zip(chosen, member.indices, strict=True)
    }


def _allocation(problem: Problem, chosen: Chosen, binding: Mapping[int, str]) -> pd.DataFrame:
    offers = problem.offers.table.iloc[chosen].reset_index(drop=True)
    offers["binding_rules"] = [binding.get(int(place), "") for place in chosen]
    fixed = problem.fixed.table.assign(binding_rules="")
    # Where the law pays a floor, its row has the area; recurring money of a table has it itself.
    rigid = bool((fixed["nature"] == "rigid").any())
    offers["area_tenth_mu"] = offers["area_tenth_mu"].mask((offers["nature"] == "top_up") & rigid, -1)
    # A fixed row is paid in its own period only, and keeps its nature.
    rows = pd.concat([_rows(fixed, first=True), _rows(offers, first=True), _rows(offers, first=False)])
    regions = problem.inputs.regions.set_index("region_code")
    rows["region_name"] = rows["region_code"].map(regions["region_name"]).fillna("")
    rows["unit_level"] = rows["region_code"].map(regions["unit_level"]).fillna("")
    names = [column.name for column in outcome_columns()["allocation"]]
    order = ["region_code", "fund", "period", "nature", "measure", "category", "offer"]
    return rows[names].sort_values(order, kind="stable", ignore_index=True)


def _rows(offers: pd.DataFrame, *, first: bool) -> pd.DataFrame:
    """One row per offer, fund and period with money: of the offers' own period, or of all others (committed)."""
    costs = [c for c in offers.columns if str(c).startswith("cost.")]
    long = offers[[*_KEYS, *costs]].reset_index(names="at").melt(["at", *_KEYS], costs, "column", "fen")
    long = long[long["fen"] != 0]
    parts = long["column"].str.removeprefix("cost.").str.removesuffix("_fen").str.rsplit(".", n=2, expand=True)
    parts = parts.reindex(columns=range(3))
    long = long.assign(fund=parts[0], payer=parts[1], due=parts[2])
    long = long[(long["due"] == long["period"]) == first]
    if first:
        carried = (offers["area_tenth_mu"] > 0) | (_tonnes(offers) != 0)
        carried |= offers[CREDITED] != 0 if CREDITED in offers else False
        free = offers[carried & ~offers.index.isin(long["at"])].reset_index(names="at")
        unpaid = free[["at", "fund"]].assign(due=free["period"], payer=PAYERS[0], fen=0)
        long = pd.concat([long, unpaid]) if len(unpaid) else long
    paid = long.pivot_table(index=["at", "fund", "due"], columns="payer", values="fen", aggfunc="sum", fill_value=0)
    paid = paid.reindex(columns=list(PAYERS), fill_value=0).astype("int64").reset_index()
    head = offers.loc[paid["at"]].reset_index(drop=True)
    own = ~paid["at"].duplicated().to_numpy() if first else np.zeros(len(paid), bool)
    counted = own & head["nature"].isin(["rigid", "top_up", "task", "project"]).to_numpy()
    standard = [fen_to_yuan(int(fen)) if fen >= 0 else "" for fen in head["standard_fen"]]
    area = [tenths_to_mu(int(tenths)) if tenths >= 0 else "" for tenths in head["area_tenth_mu"]]
    return pd.DataFrame(
        {
            **{name: head[name] for name in ("region_code", "measure", "category", "binding_rules")},
            "nature": head["nature"] if first else "committed",
            "fund": paid["fund"],
            "period": paid["due"],
            "offer": head["offer"].where(head["nature"] != "committed", "") if first else "",
            "standard_yuan_per_mu": np.where(first, standard, "") if len(head) else [],
            "area_mu": np.where(counted, area, ""),
            "payment_fen": paid[list(PAYERS)].sum(axis=1),
            **{f"{payer}_fen": paid[payer] for payer in PAYERS},
            "due_later_fen": np.where(own, head["due_later_fen"], 0).astype("int64"),
            "carbon_tco2e": np.where(own, _tonnes(head), 0.0),
            "credited_tco2e": np.where(own, head[CREDITED], 0.0) if CREDITED in head else np.nan,
        }
    )


def _tonnes(offers: pd.DataFrame) -> "pd.Series[float]":
    return offers["obj.carbon"] if "obj.carbon" in offers else pd.Series(0.0, offers.index)
