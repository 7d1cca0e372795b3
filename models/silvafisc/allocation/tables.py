"""From a settled point to the public tables of the outcome."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.quantities import apportion, fen_to_yuan, share, tenths_to_mu

from .binding import binding_rules
from .carry import carried_out, carry_limits
from .menus.columns import cost_column
from .menus.factor_pot import pot_parts, weight_vectors
from .menus.tonnes import CARBON, CREDITED
from .model import Model
from .owed import instalments_owed
from .problem import WORK, Floats, Problem
from .published import grade_of_units, published_standards
from .uses import uses_of_money

PAYERS = ("central", "provincial", "city", "county")
Chosen = np.ndarray[tuple[int], np.dtype[np.int64]]
"""Positions of the offers that happen."""


def outcome_tables(model: Model, point: Floats) -> dict[str, pd.DataFrame]:
    """allocation, standards, weights, grades, envelopes, offers, regions, commitments and notice of one settled point."""
    problem = model.problem
    chosen = chosen_offers(problem, point)
    binding = binding_rules(model, point, chosen)
    allocation = allocation_of(problem, chosen, binding)
    grades = grade_of_units(problem, point)
    return {
        "allocation": allocation,
        "standards": published_standards(problem, chosen, grades),
        "weights": _weights(problem, chosen),
        "grades": _grades(problem, grades),
        "envelopes": envelopes_of(problem, allocation),
        "offers": offers_of(problem, chosen),
        "regions": regions_of(problem, grades),
        "commitments": _commitments(problem),
        "notice": notice(problem, allocation),
        "uses": uses_of_money(problem, allocation),
        "instalments": instalments_owed(problem, chosen),
    }


def chosen_offers(problem: Problem, point: Floats) -> Chosen:
    """Positions of the offers that happen. Raises ValueError where an offer happens by halves."""
    happens = np.asarray(problem.membership @ point[: problem.size])
    if not np.isin(happens, (0.0, 1.0)).all():
        raise ValueError("an offer happens by halves: the point is not settled")
    return np.flatnonzero(happens)


def allocation_of(problem: Problem, chosen: Chosen, binding: Mapping[int, str]) -> pd.DataFrame:
    """Rigid, committed and chosen money, one row each; rows without money and without area are left out."""
    regions = problem.inputs.regions.set_index("region_code")
    names, levels = regions["region_name"].to_dict(), regions["unit_level"].to_dict()
    credited = CREDITED in problem.offers.table  # otherwise nothing counts them, and they are left empty
    rows: list[dict[str, object]] = []

    def add(
        offer: Mapping[Hashable, Any],
        period: str,
        nature: str,
        area: str,
        standard: str,
        later: int,
        tonnes: Mapping[str, float],
        rules: str,
    ) -> None:
        fund = str(offer["fund"])
        paid = {payer: int(offer.get(cost_column(fund, payer, period), 0)) for payer in PAYERS}
        total = sum(paid.values())
        if total == 0 and area in {"", "0.0"}:
            return
        rows.append(
            {
                "region_code": offer["region_code"],
                "region_name": names[offer["region_code"]],
                "unit_level": levels[offer["region_code"]],
                "nature": nature,
                "fund": fund,
                "measure": offer["measure"],
                "category": offer["category"],
                "period": period,
                "offer": "" if nature == "committed" else offer["offer"],
                "standard_yuan_per_mu": standard,
                "area_mu": area,
                "payment_fen": total,
                **{f"{payer}_fen": fen for payer, fen in paid.items()},
                "due_later_fen": later,
                "carbon_tco2e": tonnes.get(CARBON, 0.0),
                "binding_rules": rules,
                "credited_tco2e": tonnes.get(CREDITED, 0.0) if credited else np.nan,
            }
        )

    for offer in problem.fixed.table.to_dict("records"):
        area = tenths_to_mu(int(offer["area_tenth_mu"])) if offer["nature"] == "rigid" else ""
        standard = fen_to_yuan(int(offer["standard_fen"])) if offer["nature"] == "rigid" else ""
        add(
            offer,
            str(offer["period"]),
            str(offer["nature"]),
            area,
            standard,
            0,
            {name: float(offer[name]) for name in (CARBON, CREDITED) if name in offer},
            "",
        )
    for position, offer in zip(chosen, problem.offers.table.iloc[chosen].to_dict("records"), strict=True):
        nature, own = str(offer["nature"]), str(offer["period"])
        area = tenths_to_mu(int(offer["area_tenth_mu"])) if nature in WORK else ""
        standard = fen_to_yuan(int(offer["standard_fen"])) if int(offer["standard_fen"]) >= 0 else ""
        later, tonnes = int(offer["due_later_fen"]), {n: float(offer[n]) for n in (CARBON, CREDITED) if n in offer}
        add(offer, own, nature, area, standard, later, tonnes, binding.get(int(position), ""))
        for period in problem.resolved.periods:
            if period != own:
                add(offer, period, "committed", "", "", 0, {}, "")
    frame = pd.DataFrame(rows)
    order = ["region_code", "fund", "period", "nature", "measure", "category", "offer"]
    return frame.sort_values(order, kind="stable", ignore_index=True)


def _weights(problem: Problem, chosen: Chosen) -> pd.DataFrame:
    """Published weight and part of the pot per factor."""
    columns = ["fund", "period", "factor", "weight", "pot_fen", "payer"]
    rows = []
    for fund, period, pot, weights in factor_choices(problem, chosen):
        parts = pot_parts(pot, {name: share(text) for name, text in weights.items()})
        payer = problem.resolved.fund(fund).payer
        rows += [(fund, period, factor, weights[factor], parts[factor], payer) for factor in sorted(weights)]
    return pd.DataFrame(rows, columns=columns)


def factor_choices(problem: Problem, chosen: Chosen) -> list[tuple[str, str, int, dict[str, str]]]:
    """(fund, period, pot in fen, factor -> weight) of every factor pot, ascending."""
    table = problem.offers.table.iloc[chosen]
    factor = table[table["nature"] == "factor"][["fund", "period", "offer"]].drop_duplicates()
    found = []
    for fund, period, offer in zip(factor["fund"], factor["period"], factor["offer"], strict=True):
        head, *rest = str(offer).split(";")
        pot = int(head.removeprefix("pot=").replace(".", ""))
        named = {part.split("=")[0]: share(part.split("=")[1]) for part in rest}
        exact = next(v for v in weight_vectors(problem.resolved, str(fund)) if v == named)
        found.append((str(fund), str(period), pot, {name: _decimal(float(w)) for name, w in exact.items()}))
    return sorted(found, key=lambda f: f[:2])


def _decimal(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _grades(problem: Problem, grades: Mapping[str, str]) -> pd.DataFrame:
    """Published cut-offs of the chosen grading; empty where units are not graded."""
    columns = ["grading", "score", "alpha", "grade", "cut_off", "units", *(f"{p}_share" for p in PAYERS)]
    if not problem.resolved.grades.by_region or not problem.cells:
        return pd.DataFrame(columns=columns)
    formula = f"{problem.alpha}*importance + {_decimal(1 - float(problem.alpha))}*need"
    first: dict[str, str] = {}
    for code, cell in sorted(problem.cells.items(), key=lambda item: item[1]):
        first.setdefault(grades[code], problem.cut_offs[cell])
    counts = pd.Series(list(grades.values())).value_counts()
    rows = [
        (
            "standard",
            formula,
            problem.alpha,
            grade,
            cut if grade != "1" else problem.cut_offs[0],
            int(counts[grade]),
            "",
            "",
            "",
            "",
        )
        for grade, cut in sorted(first.items())
    ]
    return pd.DataFrame(rows, columns=columns)


def envelopes_of(problem: Problem, allocation: pd.DataFrame) -> pd.DataFrame:
    """appropriation + carried in = paid + instalments due + unallocated; unallocated = carried out + lapsed."""
    rows = []
    for fund in problem.resolved.funds:
        carried, limits = 0, carry_limits(problem.resolved, fund)
        mine = allocation[allocation["fund"] == fund.id]
        for period in problem.resolved.periods:
            part = mine[mine["period"] == period]
            column, due = part[f"{fund.payer}_fen"], part["nature"] == "committed"
            carried_in = fund.carried_in_fen.get(period, 0) + carried
            paid, instalments = int(column[~due].sum()), int(column[due].sum())
            rest = fund.appropriation_fen[period] + carried_in - paid - instalments
            carried = carried_out(fund, period, rest, limits)
            rows.append(
                {
                    "fund": fund.id,
                    "payer": fund.payer,
                    "period": period,
                    "appropriation_fen": fund.appropriation_fen[period],
                    "carried_in_fen": carried_in,
                    "paid_fen": paid,
                    "instalments_due_fen": instalments,
                    "unallocated_fen": rest,
                    "carried_out_fen": carried,
                    "lapsed_fen": rest - carried,
                }
            )
    return pd.DataFrame(rows)


def offers_of(problem: Problem, chosen: Chosen) -> pd.DataFrame:
    """The public offer table: areas in mu, standards in yuan per mu, the chosen ones marked."""
    frame = problem.offers.table.copy()
    standard = [fen_to_yuan(s) if s >= 0 else "" for s in frame["standard_fen"]]
    frame.insert(8, "standard_yuan_per_mu", standard)
    frame.insert(9, "area_mu", [tenths_to_mu(a) if a >= 0 else "" for a in frame["area_tenth_mu"]])
    frame["chosen"] = np.isin(np.arange(len(frame)), chosen)
    # Factor pots have hundreds of weightings per unit, which weights.csv gives by formula: only the chosen one is kept.
    keep = (frame["nature"] != "factor") | frame["chosen"]
    return frame[keep].drop(columns=["standard_fen", "area_tenth_mu"]).reset_index(drop=True)


def regions_of(problem: Problem, grades: Mapping[str, str]) -> pd.DataFrame:
    """Units with their indices, score and grade."""
    regions = problem.inputs.regions.sort_values("region_code", ignore_index=True)
    indices = problem.indices.set_index("region_code").loc[regions["region_code"]]
    last = problem.inputs.last_year
    amounts = {} if last is None else last.groupby("region_code")["amount_fen"].sum().to_dict()
    names = ["region_code", "region_name", "region_name_en", "unit_level", "payer_tier", "groups"]
    frame = regions[names].copy()
    frame["last_year_fen"] = pd.array([amounts.get(c, pd.NA) for c in frame["region_code"]], dtype="Int64")
    for name in ("importance", "need"):
        frame[name] = indices[name].to_numpy()
    frame["score"] = [problem.scores.get(code, "") for code in frame["region_code"]]
    frame["grade"] = [grades.get(code, "") for code in frame["region_code"]]
    frame["omega"] = indices["omega"].to_numpy()
    frame["own_revenue_fen"] = regions["own_revenue_fen"].to_numpy()
    return frame


def _commitments(problem: Problem) -> pd.DataFrame:
    """Instalments due from before the first period, as the scenario states them."""
    rows = [
        (region, fund, problem.resolved.fund(fund).payer, measure, period, fen)
        for region, fund, measure, period, fen in sorted(problem.resolved.opening_commitments)
    ]
    return pd.DataFrame(rows, columns=["region_code", "fund", "payer", "measure", "period", "amount_fen"])


def notice(problem: Problem, allocation: pd.DataFrame) -> pd.DataFrame:
    """Per fund and period: the total floored to the notice unit, units by largest remainder, the rest for settlement."""
    unit, rows = problem.resolved.notice_unit_fen, []
    for fund in problem.resolved.funds:
        mine = allocation[allocation["fund"] == fund.id]
        for period in problem.resolved.periods:
            part = mine[mine["period"] == period]
            sums = part.groupby("region_code")[f"{fund.payer}_fen"].sum()
            amounts = {str(code): int(fen) for code, fen in sums.items()}
            printed = apportion(sum(amounts.values()) // unit, amounts)
            rows += [
                (code, fund.id, period, fen, printed[code] * unit, fen - printed[code] * unit)
                for code, fen in sorted(amounts.items())
            ]
    return pd.DataFrame(rows, columns=["region_code", "fund", "period", "amount_fen", "notice_fen", "rounding_fen"])
