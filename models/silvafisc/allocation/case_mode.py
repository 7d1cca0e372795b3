"""Case mode: every offer of every unit is its own column; the benchmark and the analyst's tool."""

import numpy as np
import pandas as pd
from scipy import sparse

from silvafisc.results import Resolved, UnitInputs

from .menus import Menus
from .problem import Part, Problem, Rows


def case_problem(
    resolved: Resolved,
    inputs: UnitInputs,
    indices: pd.DataFrame,
    menus: Menus,
    factor_offers: dict[tuple[str, str], str] | None = None,
) -> Problem:
    """One column per offer; factor pots stay a published weighting, common to all units.

    Args:
        factor_offers: (fund, period) -> the only factor offer to keep (the rule's), or None to keep all.
    """
    table = menus.offers.table
    if factor_offers is not None:
        keep = table["nature"] != "factor"
        wanted = [factor_offers.get((f, p)) for f, p in zip(table["fund"], table["period"], strict=True)]
        table = table[keep | (table["offer"] == pd.Series(wanted, index=table.index))].reset_index(drop=True)
        menus = Menus(type(menus.offers)(table, menus.offers.constants), menus.fixed)
    shared = (table["nature"] == "factor").to_numpy()
    keys = np.where(
        shared,
        "pot/" + table["fund"] + "/" + table["period"] + "/" + table["offer"],
        table["menu"] + "/" + table["offer"],
    )
    column_of, names = pd.factorize(keys)
    first = pd.Series(np.arange(len(table))).groupby(column_of).first().to_numpy()
    head = table.iloc[first].reset_index(drop=True)
    head_shared = shared[first]
    columns = pd.DataFrame(
        {
            "kind": np.where(head_shared, "factor", "offer"),
            "subject": np.where(head["category"] != "", head["category"], head["measure"]),
            "region_code": np.where(head_shared, "", head["region_code"]),
            "fund": head["fund"],
            "period": head["period"],
            "level": head["standard_fen"],
            "offer": head["offer"],
            "menu": np.where(head_shared, "pot/" + head["fund"] + "/" + head["period"], head["menu"]),
            "cell": 0,
            "name": names,
        }
    )
    ones = np.ones(len(table))
    membership = sparse.csr_matrix((ones, (np.arange(len(table)), column_of)), shape=(len(table), len(columns)))
    return Problem(resolved, inputs, indices, menus.offers, menus.fixed, columns, membership, Part(_one_each(columns)))


def _one_each(columns: pd.DataFrame) -> Rows:
    """Exactly one column of every menu."""
    menu, names = pd.factorize(columns["menu"], sort=True)
    matrix = sparse.csr_matrix((np.ones(len(menu)), (menu, np.arange(len(menu)))), shape=(len(names), len(menu)))
    ones = np.ones(len(names))
    return Rows("menu", lambda at: str(names[at]), matrix, ones, ones, relaxable=False)
