"""The same offers bringing something else: tonnes and income computed again where nobody is paid differently."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.quantities.money import FEN_PER_YUAN, TENTHS_PER_MU
from silvafisc.results import Offers, Resolved, Responses, Yields

from . import Menus
from .fixed import Fixed
from .tonnes import COMPENSATION, Consequences, Floats

INCOME = "obj.development"


def renewed(menus: Menus, resolved: Resolved, yields: Yields, responses: Responses) -> Menus:
    """What `menus` gives for other yields and responses, the units' areas, needs and factors as they were.

    Names, areas and money of the offers are kept; tonnes and weighted income are those of the new consequences, by the
    same operations in the same order, so that both roads agree to the last bit (tested).

    Raises:
        KeyError: a unit lacks a response or a yield that the scenario needs.
    """
    consequences = Consequences.of(resolved, yields, responses)
    fixed = Fixed(_brought(menus.fixed.table, resolved, consequences))
    return Menus(Offers(_brought(menus.offers.table, resolved, consequences), fixed.objectives()), fixed)


def _brought(table: pd.DataFrame, resolved: Resolved, consequences: Consequences) -> pd.DataFrame:
    """The rows with new tonnes and income: of an area at its standard, less the floor's for top-ups, of factor money."""
    brought = {name: np.zeros(len(table)) for name in (*consequences.columns, INCOME)}
    nature = table["nature"].to_numpy(object)
    for at in (np.flatnonzero(nature == name) for name in ("rigid", "top_up", "task")):
        rows = table.iloc[at]
        subject = rows["category"].where(rows["measure"] == COMPENSATION, rows["measure"]).to_numpy(object)
        standard = rows["standard_fen"].to_numpy(np.int64)
        for name, values in _of_areas(rows, subject, standard, consequences).items():
            brought[name][at] = values
        if len(at) and nature[at[0]] == "top_up":
            floors = {(c.id, period): fen for c in resolved.categories for period, fen in c.floor_fen.items()}
            floor = np.array([floors[key] for key in zip(subject, rows["period"], strict=True)], np.int64)
            for name, base in _of_areas(rows, subject, floor, consequences).items():
                brought[name][at] = brought[name][at] - base
    for fund in resolved.funds:
        at = np.flatnonzero((nature == "factor") & (table["fund"] == fund.id).to_numpy(bool))
        rows = table.iloc[at]
        amounts = sum(
            (rows[name].to_numpy() for name in rows if str(name).startswith(f"cost.{fund.id}.")),
            np.zeros(len(at), np.int64),
        )
        keys = list(zip(rows["region_code"], rows["fund"], rows["period"], strict=True))
        for name in consequences.columns:
            rates = consequences.per_fen(name)
            brought[name][at] = amounts * np.array([rates.get(key, 0.0) for key in keys], np.float64)
        omega = np.array([consequences.omega[code] for code in rows["region_code"]], np.float64)
        brought[INCOME][at] = amounts * omega / FEN_PER_YUAN
    return table.assign(**{name: values for name, values in brought.items() if name in table})


def _of_areas(
    rows: pd.DataFrame, subject: NDArray[Any], standard: NDArray[Any], consequences: Consequences
) -> dict[str, Floats]:
    """Tonnes by column and weighted income of paying each row's area a standard in fen per mu."""
    codes, area = rows["region_code"].to_numpy(object), rows["area_tenth_mu"].to_numpy(np.float64)
    paid = list(zip(codes, subject, standard.tolist(), strict=True))
    years = list(zip(codes, rows["measure"], rows["period"], strict=True))
    found = {}
    for name, yields in consequences.columns.items():
        tonnes = [yields[key] * consequences.uptake[at] for key, at in zip(years, paid, strict=True)]
        found[name] = np.asarray(tonnes, np.float64) * area / TENTHS_PER_MU
    income = [consequences.omega[at[0]] * consequences.income[at] for at in paid]
    found[INCOME] = np.asarray(income, np.float64) * area / TENTHS_PER_MU / FEN_PER_YUAN
    return found
