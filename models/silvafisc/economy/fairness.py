"""Measures of inequality and of adequacy, all with population weights and exact group decomposition.

x_i: payment per person of unit i; p_i: its population share; mu = sum p_i x_i; s_i = p_i x_i / mu its payment share.
    Theil          T = sum s_i ln(x_i / mu)              (0 ln 0 = 0)
    between        sum_g S_g ln(S_g / P_g),  within = sum_g S_g T_g;  T = between + within
    Gini           1 - sum_i p_i (L_i + L_{i-1})         units by ascending x, L cumulative payment share
    concentration  the same with units by ascending rank variable (income)
    Kakwani        concentration index of payments - Gini of income (negative: payments favour the poor)
    Suits          1 - sum_i z_i (L_i + L_{i-1}), z_i the unit's share of all income, units by ascending income
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Theil:
    """total = between + within; `groups` holds each group's share of payments and its own index."""

    total: float
    between: float
    within: float
    groups: Mapping[str, tuple[float, float]]


def theil(payment: ArrayLike, population: ArrayLike, groups: Sequence[str] | None = None) -> Theil:
    """Theil index of payment per person, decomposed by disjoint groups.

    Args:
        payment: totals per unit, 0 or more. population: persons per unit, above 0. groups: one name per unit.

    Raises:
        ValueError: lengths differ, negative payment, population not positive, nothing paid at all.
    """
    pay, people = _checked(payment, population)
    names = np.array(["all"] * len(pay) if groups is None else list(groups), dtype=object)
    if len(names) != len(pay):
        raise ValueError(f"{len(pay)} units, {len(names)} group names")
    total_pay, total_people = float(pay.sum()), float(people.sum())
    between = within = 0.0
    detail = {}
    for name in sorted(set(names)):
        inside = names == name
        group_pay, group_people = float(pay[inside].sum()), float(people[inside].sum())
        part = group_pay / total_pay
        own = _theil(pay[inside], people[inside]) if group_pay > 0 else 0.0
        between += _x_ln_ratio(part, group_people / total_people)
        within += part * own
        detail[str(name)] = (part, own)
    return Theil(total=_theil(pay, people), between=between, within=within, groups=detail)


def gini(payment: ArrayLike, population: ArrayLike) -> float:
    """Gini coefficient of payment per person between units (0 = equal). Raises as `theil`."""
    pay, people = _checked(payment, population)
    return _concentration(pay, people, pay / people)


def concentration(payment: ArrayLike, population: ArrayLike, rank_by: ArrayLike) -> float:
    """Concentration index of payments over units ranked by `rank_by` (income per person), -1 .. 1.

    Units of equal rank count as one. Raises as `theil`.
    """
    pay, people = _checked(payment, population)
    rank = np.asarray(rank_by, np.float64)
    if rank.shape != pay.shape or not np.isfinite(rank).all():
        raise ValueError("the ranking variable needs one finite value per unit")
    return _concentration(pay, people, rank)


def kakwani(payment: ArrayLike, population: ArrayLike, income_per_person: ArrayLike) -> float:
    """Concentration index of payments by income - Gini of income: below 0 the payments favour poorer units."""
    income = np.asarray(income_per_person, np.float64)
    people = np.asarray(population, np.float64)
    return concentration(payment, population, income) - gini(income * people, people)


def suits(payment: ArrayLike, population: ArrayLike, income_per_person: ArrayLike) -> float:
    """Suits index of payments against income, -1 .. 1: 0 in proportion to income, below 0 they favour poorer units.

    The concentration index with cumulative income in the place of cumulative population (Suits 1977). Raises as `theil`;
    ValueError where an income is not above 0.
    """
    pay, people = _checked(payment, population)
    income = np.asarray(income_per_person, np.float64)
    if income.shape != pay.shape or not np.isfinite(income).all() or not (income > 0).all():
        raise ValueError("the Suits index needs one income above 0 per unit")
    return _concentration(pay, people * income, income)


def lorenz(codes: Sequence[str], payment: ArrayLike, population: ArrayLike) -> pd.DataFrame:
    """Points of the Lorenz curve: point, region_code, population_share, payment_share (cumulative, from the origin).

    Units by ascending payment per person, ties by code. Raises as `theil`.
    """
    pay, people = _checked(payment, population)
    if len(codes) != len(pay):
        raise ValueError(f"{len(pay)} units, {len(codes)} codes")
    order = sorted(range(len(pay)), key=lambda i: (pay[i] / people[i], codes[i]))
    population_share = np.concatenate([[0.0], np.cumsum(people[order]) / people.sum()])
    payment_share = np.concatenate([[0.0], np.cumsum(pay[order]) / pay.sum()])
    population_share[-1] = payment_share[-1] = 1.0
    return pd.DataFrame(
        {
            "point": range(len(order) + 1),
            "region_code": ["", *(codes[i] for i in order)],
            "population_share": population_share,
            "payment_share": payment_share,
        }
    )


def adequacy(standard: ArrayLike, opportunity_cost: ArrayLike, area: ArrayLike, line: float = 1.0) -> dict[str, float]:
    """How far payments cover what owners give up: `minimum`, area-weighted `mean`, mean `shortfall` below `line`.

    Args:
        standard, opportunity_cost: per mu, same unit; the cost above 0. area: weights; rows without area are left out.

    Raises:
        ValueError: shapes differ, a cost is not positive, no area at all.
    """
    paid, cost, weight = (np.asarray(values, np.float64) for values in (standard, opportunity_cost, area))
    if not paid.shape == cost.shape == weight.shape:
        raise ValueError("standard, opportunity cost and area must have one value per unit")
    kept = weight > 0
    if not kept.any():
        raise ValueError("no unit has area")
    if not (cost[kept] > 0).all() or not (paid[kept] >= 0).all():
        raise ValueError("opportunity costs must be above 0 and payments not below 0")
    ratio, part = paid[kept] / cost[kept], weight[kept] / weight[kept].sum()
    return {
        "minimum": float(ratio.min()),
        "mean": float((ratio * part).sum()),
        "shortfall": float((np.maximum(line - ratio, 0.0) * part).sum()),
    }


def _checked(payment: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    pay, people = np.asarray(payment, np.float64), np.asarray(population, np.float64)
    if pay.shape != people.shape or pay.ndim != 1:
        raise ValueError("payments and populations must be lists of equal length")
    if not (pay >= 0).all() or not (people > 0).all() or not np.isfinite(pay).all() or not np.isfinite(people).all():
        raise ValueError("payments must be 0 or more and populations above 0")
    if not pay.sum() > 0:
        raise ValueError("nothing is paid: inequality of nothing is undefined")
    return pay, people


def _theil(pay: Floats, people: Floats) -> float:
    part, weight = pay / pay.sum(), people / people.sum()
    return sum(_x_ln_ratio(float(s), float(p)) for s, p in zip(part, weight, strict=True))


def _x_ln_ratio(s: float, p: float) -> float:
    return s * float(np.log(s / p)) if s > 0 else 0.0


def _concentration(pay: Floats, people: Floats, rank: Floats) -> float:
    grouped = pd.DataFrame({"rank": rank, "pay": pay, "people": people}).groupby("rank", sort=True).sum()
    weight = (grouped["people"] / people.sum()).to_numpy(np.float64)
    cumulated = np.cumsum(grouped["pay"].to_numpy(np.float64)) / pay.sum()
    before = np.concatenate([[0.0], cumulated[:-1]])
    return float(1 - (weight * (cumulated + before)).sum())
