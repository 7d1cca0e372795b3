"""From a baseline's money or offers to rows of baselines.csv."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.quantities import fen_to_yuan, tenths_to_mu

from ..exact import Ints
from ..menus.factor_pot import FACTOR_POT
from ..problem import Indices
from .ground import CARBON, Ground
from .money import Money

KEYS = ["region_code", "fund", "period", "measure", "category"]
FACTOR = "factor"


@dataclass(frozen=True)
class Pots:
    """Factor money as it was decided: region_code, fund, period, own_fen, paid_fen and one column per objective."""

    table: pd.DataFrame

    @staticmethod
    def of(ground: Ground, tables: Mapping[str, pd.DataFrame]) -> "Pots":
        """Read the factor rows of the allocation; benefits by the rate per fen of the unit's own factor offers."""
        allocation = tables["allocation"]
        mine = allocation[allocation["nature"] == FACTOR]
        payers = {fund.id: fund.payer for fund in ground.funds}
        own = [int(row[f"{payers[str(row['fund'])]}_fen"]) for _, row in mine.iterrows()]
        table = mine[["region_code", "fund", "period"]].reset_index(drop=True).astype("str")
        table["own_fen"] = np.array(own, np.int64)
        table["paid_fen"] = mine["payment_fen"].to_numpy(np.int64)
        rates = _rates(ground, list(ground.objectives))
        keys = list(zip(table["region_code"], table["fund"], table["period"], strict=True))
        for name in ground.objectives:
            rate = np.array([rates.get(key, {}).get(name, 0.0) for key in keys], np.float64)
            table[name] = rate * table["paid_fen"].to_numpy(np.float64)
        return Pots(table)

    def taken(self, ground: Ground) -> dict[str, Ints]:
        """fund -> fen of its payer per period."""
        place = {period: i for i, period in enumerate(ground.periods)}
        sums = {fund.id: np.zeros(len(ground.periods), np.int64) for fund in ground.funds}
        for fund, period, fen in zip(self.table["fund"], self.table["period"], self.table["own_fen"], strict=True):
            sums[fund][place[period]] += int(fen)
        return sums


def _rates(ground: Ground, names: list[str]) -> dict[tuple[str, str, str], dict[str, float]]:
    """(region, fund, period) -> objective -> benefit per fen of factor money."""
    table = ground.problem.offers.table
    table = table[table["nature"] == FACTOR]
    costs = [c for c in table.columns if c.startswith("cost.")]
    fen = table[costs].sum(axis=1)
    paid = table[fen > 0].assign(fen=fen[fen > 0]).drop_duplicates(["region_code", "fund", "period"])
    keys = zip(paid["region_code"], paid["fund"], paid["period"], strict=True)
    values = {name: (paid[f"obj.{name}"] / paid["fen"]).to_numpy() for name in names}
    return {key: {name: float(values[name][i]) for name in names} for i, key in enumerate(keys)}


def decided_tasks(ground: Ground, tables: Mapping[str, pd.DataFrame]) -> Indices | None:
    """Positions of the task offers that were decided; None where one of them stands in no menu."""
    allocation = tables["allocation"]
    keys = ["region_code", "measure", "period", "offer"]
    tasks = allocation[allocation["nature"] == "task"]
    decided = set(zip(*(tasks[name].astype(str) for name in keys), strict=True))
    offers = zip(*(ground.offers[name] for name in keys), strict=True)
    task = (ground.offers["nature"] == "task").to_numpy()
    found = np.array([i for i, key in enumerate(offers) if task[i] and key in decided], np.int64)
    return found if len(found) == len(decided) else None


def standard_rows(ground: Ground, chosen: Indices, pots: Pots) -> pd.DataFrame:
    """Rows per unit, fund, period, measure and category of a baseline that names standards.

    A category's row is its whole entitlement (floor and top-up) at the standard paid; a task's row what is paid in its
    own period, with its whole area; instalments due are rows of the measure without standard and area.
    """
    parts = [_fixed_rows(ground), _offer_rows(ground, chosen)]
    factor = pots.table.assign(measure=FACTOR_POT, category="", converted_fen=pots.table["own_fen"])
    parts.append(factor.rename(columns={"own_fen": "payment_fen"}))
    frame = pd.concat(parts, ignore_index=True)
    frame["standard_fen"] = frame.get("standard_fen", pd.Series(dtype="float64")).fillna(-1)
    frame["area_tenth_mu"] = frame.get("area_tenth_mu", pd.Series(dtype="float64")).fillna(-1)
    frame["dated"] = frame["standard_fen"] >= 0
    # Rigid row and top-up row of a category become one; instalments stay apart from the task of their period.
    keys = [*KEYS, "dated"]
    sums = dict.fromkeys(("payment_fen", "converted_fen", *ground.objectives), "sum")
    frame = frame.groupby(keys, as_index=False, sort=True).agg({**sums, "standard_fen": "max", "area_tenth_mu": "max"})
    return _finish(ground, frame.drop(columns="dated"))


def money_rows(ground: Ground, money: Money, chosen: Indices) -> pd.DataFrame:
    """Rows per unit, fund and period of a baseline that gives money: entitlement, and the best offers within it.

    Both include rigid and committed money. Rows name no measure; the tonnes that each measure brings stand in
    `obj.carbon.<measure>` beside their sum, so that they can be evaluated over draws.
    """
    fixed, offers = _fixed_rows(ground), _offer_rows(ground, chosen)
    entitled = [
        (code, fund, period, int(fen))
        for (code, fund), amounts in sorted(money.items())
        for period, fen in zip(ground.periods, amounts, strict=True)
    ]
    given = pd.DataFrame(entitled, columns=["region_code", "fund", "period", "payment_fen"])
    offers["payment_fen"] = 0
    measures = sorted({*fixed["measure"], *offers["measure"]})
    for part in (fixed, offers):
        for measure in measures:
            part[f"{CARBON}.{measure}"] = part[CARBON].where(part["measure"] == measure, 0.0)
    frame = pd.concat([fixed, offers, given], ignore_index=True).drop(columns=["measure", "category"])
    names = ["payment_fen", "converted_fen", *ground.objectives, *(f"{CARBON}.{measure}" for measure in measures)]
    frame = frame[["region_code", "fund", "period", *names]].fillna(0)
    frame = frame.groupby(["region_code", "fund", "period"], as_index=False, sort=True).sum()
    return _finish(ground, frame.assign(measure="", category="", standard_fen=-1, area_tenth_mu=-1))


def _fixed_rows(ground: Ground) -> pd.DataFrame:
    """Rigid and committed money per period."""
    rigid = (ground.fixed["nature"] == "rigid").to_numpy()
    frames = []
    for at, period in enumerate(ground.periods):
        mine = np.flatnonzero((ground.fixed["period"] == period).to_numpy())
        frame = ground.fixed[["region_code", "fund", "measure", "category"]].iloc[mine].reset_index(drop=True)
        frame["period"] = period
        frame["payment_fen"] = frame["converted_fen"] = ground.fixed_own[mine, at]
        for name, column in (("standard_fen", "standard_fen"), ("area_tenth_mu", "area_tenth_mu")):
            frame[name] = np.where(rigid[mine], ground.fixed[column].to_numpy()[mine], -1)
        for name, values in ground.fixed_objectives.items():
            frame[name] = values[mine]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _offer_rows(ground: Ground, chosen: Indices) -> pd.DataFrame:
    """What chosen offers pay: in their own period with standard, area and benefit, later as instalments."""
    own, frames = ground.period_of[chosen], []
    heads = ground.offers[["region_code", "fund", "measure", "category"]].iloc[chosen].reset_index(drop=True)
    nothing = (ground.area[chosen] == 0) & (ground.paid[chosen].sum(axis=1) == 0)
    for at, period in enumerate(ground.periods):
        here = own == at
        mine = np.flatnonzero((here & ~nothing) | (~here & (ground.own[chosen, at] > 0)))
        frame = heads.iloc[mine].reset_index(drop=True)
        frame["period"] = period
        frame["payment_fen"] = frame["converted_fen"] = ground.own[chosen[mine], at]
        for name in ("standard_fen", "area_tenth_mu"):
            frame[name] = np.where(here[mine], ground.offers[name].to_numpy()[chosen[mine]], -1)
        for name, values in ground.objectives.items():
            frame[name] = np.where(here[mine], values[chosen[mine]], 0.0)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _finish(ground: Ground, frame: pd.DataFrame) -> pd.DataFrame:
    """Words for numbers, columns in order of columns.csv, further objectives behind."""
    names = ("payment_fen", "converted_fen", *ground.objectives)
    moved = np.any([frame[name].to_numpy() != 0 for name in names], axis=0)
    frame = frame[moved].reset_index(drop=True)
    frame["standard_yuan_per_mu"] = _words(frame["standard_fen"], fen_to_yuan)
    frame["area_mu"] = _words(frame["area_tenth_mu"], tenths_to_mu)
    frame["carbon_tco2e"] = frame[CARBON].astype("float64")
    frame[["payment_fen", "converted_fen"]] = frame[["payment_fen", "converted_fen"]].astype("int64")
    others = [name for name in ground.objectives if name != CARBON]
    others += [name for name in frame.columns if name.startswith(f"{CARBON}.")]
    head = [*KEYS, "standard_yuan_per_mu", "area_mu", "payment_fen", "converted_fen", "carbon_tco2e"]
    renamed = frame[[*head, *others]].rename(columns={name: f"obj.{name}" for name in others})
    return renamed.sort_values([*KEYS, "standard_yuan_per_mu"], kind="stable", ignore_index=True)


def _words(values: "pd.Series[int]", write: object) -> "pd.Series[str]":
    texts: Iterable[str] = (write(int(v)) if v >= 0 else "" for v in values)  # type: ignore[operator]
    return pd.Series(list(texts), index=values.index, dtype="str")
