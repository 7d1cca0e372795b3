"""From stated rows to exact offers: what a proposal pays, with its consequences at its own standards."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from silvafisc import economy
from silvafisc.allocation.baselines.convert import Converter, Pocket
from silvafisc.allocation.baselines.ground import Ground
from silvafisc.allocation.exact import entitlements, split
from silvafisc.allocation.menus import Fixed, cost_column
from silvafisc.allocation.menus.columns import finish, menu_name
from silvafisc.allocation.menus.factor_pot import FACTOR_POT
from silvafisc.allocation.menus.tasks import assigned_area, instalment_amounts
from silvafisc.allocation.menus.tonnes import COMPENSATION, Consequences
from silvafisc.quantities import fen_to_yuan, share
from silvafisc.quantities.money import FEN_PER_YUAN
from silvafisc.results import Resolved, TaskSpec
from silvafisc.results.resolved import Shares

from .prepare import Prepared
from .proposal import Line

Record = dict[str, object]


@dataclass(frozen=True)
class Stated:
    """A proposal as offers.

    offers: every menu offer and the stated ones. chosen: menu -> offer. fixed: rigid and committed money, and factor
    money as stated. factor: (fund, period) -> region -> fen.
    """

    offers: pd.DataFrame
    chosen: Mapping[str, str]
    fixed: Fixed
    factor: Mapping[tuple[str, str], Mapping[str, int]]

    @staticmethod
    def of(prepared: Prepared, lines: list[Line], ground: Ground) -> "Stated":
        """Cost every stated row and convert the money that names no standard.

        Args:
            ground: the problem's own menus, in which that money is spent.
        """
        writer = _Writer(prepared, lines)
        table = prepared.menus.offers.table
        open_offers = table[table["nature"] != "factor"]
        chosen = _defaults(open_offers)
        bought = ground.offers.iloc[Converter(ground).convert(pockets(ground, lines))]
        chosen |= dict(zip(bought["menu"], bought["offer"], strict=True))
        for line in lines:
            writer.write(line)
        known = set(zip(open_offers["menu"], open_offers["offer"], strict=True))
        own = [row for row in writer.offers if (row["menu"], row["offer"]) not in known]
        chosen |= {str(row["menu"]): str(row["offer"]) for row in writer.offers}
        fixed = prepared.menus.fixed.table
        fixed = fixed[~fixed["menu"].isin([str(row["menu"]) for row in writer.fixed])]
        return Stated(
            offers=finish(pd.concat([open_offers, pd.DataFrame(own)], ignore_index=True)),
            chosen=chosen,
            fixed=Fixed(finish(pd.concat([fixed, pd.DataFrame(writer.fixed)], ignore_index=True))),
            factor=writer.factor,
        )


def pockets(ground: Ground, lines: list[Line]) -> list[Pocket]:
    """Money that names no standard, less the rigid (and, for a whole fund, committed) money that it includes."""
    place = {period: at for at, period in enumerate(ground.periods)}
    money: dict[tuple[str, str, str], np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
    for line in lines:
        if line.kind == "money" and line.payment is not None:
            key = (line.region, line.fund, line.subject)
            money.setdefault(key, np.zeros(len(place), np.int64))[place[line.period]] = line.payment
    for (code, fund, subject), fen in money.items():
        mine = ((ground.fixed["region_code"] == code) & (ground.fixed["fund"] == fund)).to_numpy()
        if subject:
            mine = mine & (ground.fixed["category"] == subject).to_numpy()
        fen -= ground.fixed_own[mine].sum(axis=0)
    return [
        Pocket(code, fund, np.maximum(fen, 0), frozenset([subject]) if subject else None)
        for (code, fund, subject), fen in sorted(money.items())
    ]


def _defaults(offers: pd.DataFrame) -> dict[str, str]:
    """What a menu pays that the proposal does not name: the cheapest offer (the floor, no task)."""
    costs = [c for c in offers.columns if c.startswith("cost.")]
    ordered = offers.assign(cost=offers[costs].sum(axis=1)).sort_values(["menu", "cost", "standard_fen"], kind="stable")
    first = ordered.drop_duplicates("menu")
    return dict(zip(first["menu"], first["offer"], strict=True))


class _Writer:
    """Turns rows into offers and fixed rows."""

    def __init__(self, prepared: Prepared, lines: list[Line]) -> None:
        self._resolved, inputs = prepared.resolved, prepared.inputs
        wide = _with_standards(prepared.resolved, lines)
        responses = economy.responses(inputs, wide, prepared.scores, prepared.rules)
        self._at_standards = Consequences.of(wide, prepared.yields, responses)
        self._of_factors = Consequences.of(prepared.resolved, prepared.yields, prepared.responses)
        self._tiers = dict(zip(inputs.regions["region_code"], inputs.regions["payer_tier"], strict=True))
        areas = inputs.areas
        keys = zip(areas["region_code"], areas["category"], areas["area_tenth_mu"], strict=True)
        self._areas = {(code, category): int(area) for code, category, area in keys}
        tasks = inputs.tasks
        names = ("region_code", "measure", "need_tenth_mu", "capacity_tenth_mu")
        self._needs = {
            (c, m): (int(need), int(most)) for c, m, need, most in zip(*(tasks[n] for n in names), strict=True)
        }
        self.offers: list[Record] = []
        self.fixed: list[Record] = []
        self.factor: dict[tuple[str, str], dict[str, int]] = {}

    def write(self, line: Line) -> None:
        """Add what the line pays; money that names no standard is converted elsewhere."""
        if line.kind == "category":
            self._category(line)
        elif line.kind == "task":
            self._task(line)
        elif line.kind == "factor":
            self._factor(line)

    def _category(self, line: Line) -> None:
        """Rigid at the floor (at the stated standard where that is lower), top-up above it; the stated payment goes first."""
        spec = self._resolved.category(line.category)
        standard, payer = line.standard or 0, self._resolved.fund(line.fund).payer
        certified = self._areas.get((line.region, line.category), 0)
        area = certified if line.area is None else line.area
        floor = min(standard, spec.floor_fen[line.period])
        shares = spec.payer_shares[self._tiers[line.region]]
        rigid = _split(_entitled(floor, area), shares)
        top_up = _split(_entitled(standard, area) - _entitled(floor, area), shares)
        if line.payment is not None:
            rigid[payer] = min(rigid.get(payer, 0), line.payment)
            top_up[payer] = line.payment - rigid[payer]
        exact = line.payment is None or line.payment == _entitled_own(standard, floor, area, shares, payer)
        base = self._benefits(line, COMPENSATION, line.category, floor, area)
        whole = self._benefits(line, COMPENSATION, line.category, standard, area)
        menu = menu_name(line.region, line.category, line.period)
        head: Record = {"measure": COMPENSATION, "category": line.category, "area_tenth_mu": area}
        self.fixed.append(
            self._record(line, f"rigid/{menu}", "rigid", head, floor, "floor", rigid) | base  # the law's part
        )
        name = f"s={fen_to_yuan(standard)}"
        if area != certified or not exact or standard < spec.floor_fen[line.period]:
            name += ";stated"
        gain = {key: float(whole[key]) - float(base[key]) for key in whole}
        self.offers.append(self._record(line, menu, "top_up", head, standard, name, top_up) | gain)

    def _task(self, line: Line) -> None:
        spec, standard, area = self._resolved.task(line.measure), line.standard or 0, line.area or 0
        payer, shares = self._resolved.fund(line.fund).payer, spec.payer_shares[self._tiers[line.region]]
        total = _entitled(standard, area)
        costs: Record = {}
        first, exact = 0, True
        for years, amount in instalment_amounts(spec, np.array([total], np.int64)):
            due, parts = str(int(line.period) + years), _split(int(amount[0]), shares)
            if not years:
                exact = line.payment in (None, parts.get(payer, 0))
                parts = parts if line.payment is None else parts | {payer: line.payment}
                first = sum(parts.values())
            if due in self._resolved.periods:
                for name, fen in parts.items():
                    column = cost_column(line.fund, name, due)
                    costs[column] = int(str(costs.get(column, 0))) + fen
        quantity, known = self._quantity(spec, line.region, area)
        name = f"u={fen_to_yuan(standard)};{'' if exact else 'stated;'}q={quantity}"
        if known and exact and standard in spec.standards_fen and not share(quantity):
            name = "u=0;q=0"
        head: Record = {"measure": line.measure, "category": "", "area_tenth_mu": area, "due_later_fen": total - first}
        menu = menu_name(line.region, line.measure, line.period)
        row = self._record(line, menu, "task", head, standard, name, {}) | costs
        self.offers.append(row | self._benefits(line, line.measure, line.measure, standard, area))

    def _factor(self, line: Line) -> None:
        fund, amount = self._resolved.fund(line.fund), line.payment or 0
        self.factor.setdefault((line.fund, line.period), {})[line.region] = amount
        key = (line.region, line.fund, line.period)
        gain = {
            **{name: amount * self._of_factors.per_fen(name).get(key, 0.0) for name in self._of_factors.columns},
            "obj.development": amount * self._of_factors.omega[line.region] / FEN_PER_YUAN,
        }
        menu = f"factor/{menu_name(line.region, line.fund, line.period)}"
        head: Record = {"measure": FACTOR_POT, "category": "", "area_tenth_mu": 0}
        self.fixed.append(self._record(line, menu, "factor", head, -1, "", {fund.payer: amount}) | gain)

    def _record(
        self, line: Line, menu: str, nature: str, head: Record, standard: int, offer: str, paid: Mapping[str, int]
    ) -> Record:
        costs = {cost_column(line.fund, payer, line.period): fen for payer, fen in paid.items()}
        return {
            "menu": menu,
            "region_code": line.region,
            "fund": line.fund,
            "nature": nature,
            "period": line.period,
            "offer": offer,
            "standard_fen": standard,
            "due_later_fen": 0,
            **head,
            **costs,
        }

    def _benefits(self, line: Line, measure: str, subject: str, standard: int, area: int) -> dict[str, float]:
        weight, at = np.array([area], np.float64), self._at_standards
        if not area:
            return dict.fromkeys((*at.columns, "obj.development"), 0.0)
        along = at.along([line.region], measure, subject)
        return {
            **{name: float(values[0]) for name, values in along.tonnes(line.period, standard, weight).items()},
            "obj.development": float(along.weighted_income(standard, weight)[0]),
        }

    def _quantity(self, spec: TaskSpec, code: str, area: int) -> tuple[str, bool]:
        """The quantity share that gives this area: from the grid where there is one, else area over need, exactly."""
        need, most = self._needs.get((code, spec.id), (0, 0))
        for text in spec.quantity_shares:
            if int(assigned_area(np.array([need]), np.array([most]), text)[0]) == area:
                return text, True
        return (f"{area}/{need}" if need else "0"), False


def _entitled(standard: int, area: int) -> int:
    return int(entitlements(standard, np.array([area], np.int64))[0])


def _split(amount: int, shares: Shares) -> dict[str, int]:
    return {payer: int(part[0]) for payer, part in split(np.array([amount], np.int64), shares).items()}


def _entitled_own(standard: int, floor: int, area: int, shares: Shares, payer: str) -> int:
    """The fund payer's part of floor and top-up, each split by law."""
    low = _entitled(floor, area)
    return _split(low, shares).get(payer, 0) + _split(_entitled(standard, area) - low, shares).get(payer, 0)


def _with_standards(resolved: Resolved, lines: list[Line]) -> Resolved:
    """The scenario with the stated standards on its grids, so that responses are tabulated there too."""
    stated: dict[str, set[int]] = {}
    for line in lines:
        if line.standard is not None:
            stated.setdefault(line.subject, set()).add(line.standard)
    return replace(
        resolved,
        # Factor money keeps the tonnes per yuan of the scenario's own unit standards.
        funds=tuple(replace(fund, factor_effectiveness=None) for fund in resolved.funds),
        categories=tuple(
            replace(c, levels_fen=tuple(sorted({*c.levels_fen, *stated.get(c.id, ())}))) for c in resolved.categories
        ),
        tasks=tuple(
            replace(t, standards_fen=tuple(sorted({*t.standards_fen, *stated.get(t.id, ())}))) for t in resolved.tasks
        ),
    )
