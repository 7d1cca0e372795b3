"""Tonnes over draws: national totals per draw as linear forms in a few sums, and the rows of their mean, tail and quantile.

    T[k](x) = constant[k] + Σ_s factors[k, s] · Y[s],   Y[s] = Σ_{offers of pattern s} tonnes · x
Offers with the same factors in every draw share a sum Y[s]. There are as many sums as there are patterns, not offers: a
row of a draw has a handful of terms whatever the number of units, and most draws need no row at all, so the whole tail is
written down and no cuts are added while solving (decision record 0011). Sums and totals are measured in one unit near
their largest size, so that helping variables stay near 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil, floor

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from silvafisc.quantities import share
from silvafisc.results.draws import CARBON, Draws, Key

from .menus.tonnes import CARBON as CARBON_COLUMN
from .menus.tonnes import CREDITED as CREDITED_COLUMN
from .model import power_of_two
from .problem import SINGLE, Aux, Floats, Indices, Problem, Row

Fill = Callable[[Floats], Mapping[str, float]]
# Tonnes are floats; the audit allows the same.
ROUNDING = 1e-9
ECONOMIC, IMPORTANCE, CREDITED = "economic", "importance", "credited"


@dataclass(frozen=True)
class Totals:
    """National tonnes in every draw.

    sums: patterns x columns, tonnes. factors: draws x patterns. constant: tonnes per draw that no choice moves.
    least, most: bounds of each pattern's sum, tonnes.
    """

    sums: sparse.csr_matrix
    factors: Floats
    constant: Floats
    least: Floats
    most: Floats

    def at(self, choices: Floats) -> Floats:
        """Tonnes per draw of a choice."""
        return np.asarray(self.factors @ (self.sums @ choices) + self.constant, np.float64)

    @cached_property
    def bounds(self) -> tuple[Floats, Floats]:
        """Least and most tonnes per draw."""
        one, other = self.factors * self.least, self.factors * self.most
        low, high = np.minimum(one, other).sum(axis=1), np.maximum(one, other).sum(axis=1)
        return low + self.constant, high + self.constant

    @cached_property
    def mean(self) -> tuple[Floats, float]:
        """Tonnes per column and constant of the mean over draws."""
        return np.asarray(self.factors.mean(axis=0) @ self.sums, np.float64), float(self.constant.mean())

    @cached_property
    def unit(self) -> float:
        """The power of two near the largest sum or total: what helping variables are measured in, in tonnes."""
        low, high = self.bounds
        return 1.0 / power_of_two(np.concatenate([low, high, self.least, self.most]), 1.0)

    @cached_property
    def below(self) -> NDArray[np.bool_]:
        """[j, i]: draw i is below draw j whatever is chosen: T[j] − T[i] ≥ 0 over the bounds of every sum (equal draws: in
        their order)."""
        below = np.zeros((self.count, self.count), bool)
        for j in range(self.count):
            factors = self.factors[j] - self.factors
            least = np.minimum(factors * self.least, factors * self.most).sum(axis=1)
            below[j] = self.constant[j] - self.constant + least >= 0
        order = np.arange(self.count)
        return np.asarray(below & ~(below.T & (order[None, :] >= order[:, None])))

    def places(self, always: int, within: int) -> tuple[list[int], list[int]]:
        """Draws that are among the `always` smallest whatever is chosen; the others that may be among the `within` smallest.

        With few sums most draws have their place by themselves, and a tail needs rows for the rest alone.
        """
        fixed = self.count - 1 - self.below.sum(axis=0) < always
        possible = ~fixed & (self.below.sum(axis=1) < within)
        return np.flatnonzero(fixed).tolist(), np.flatnonzero(possible).tolist()

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(self.constant)


def totals(problem: Problem, counted: str = ECONOMIC) -> Totals:
    """The totals of a problem under the draws of its inputs.

    Args:
        counted: `economic` (additional tonnes), `importance` (each unit's additional tonnes times its carbon importance)
            or `credited` (what the crediting rules leave of them).

    Raises:
        DrawsError: there are no draws, or they do not speak of an offer with tonnes.
    """
    draws = Draws.of(problem.inputs.draws)
    offers, fixed = problem.offers.table, problem.fixed.table
    tonnes, ground = counted_tonnes(problem, counted)
    patterns = draws.patterns(CARBON, keys_of(offers), tonnes != 0)
    used = np.flatnonzero(tonnes != 0)
    kinds, of = np.unique(patterns.of[used], return_inverse=True)
    by_offer = sparse.csr_matrix((tonnes[used], (of, used)), shape=(len(kinds), len(offers)))
    sums = sparse.csr_matrix(by_offer @ problem.membership)
    least, most = _reach(problem, sums)
    constant = tonnes_in_draws(draws, keys_of(fixed), ground)
    return Totals(sums, patterns.factors[:, kinds], constant, least, most)


def counted_tonnes(problem: Problem, counted: str) -> tuple[Floats, Floats]:
    """Tonnes per offer and per row of fixed money, as they are counted."""
    found, column = [], CREDITED_COLUMN if counted == CREDITED else CARBON_COLUMN
    for table in (problem.offers.table, problem.fixed.table):
        values = table[column].to_numpy(np.float64) if column in table else np.zeros(len(table))
        if counted == IMPORTANCE:
            indices = problem.indices
            weight = dict(zip(indices["region_code"], indices["importance"].astype(float), strict=True))
            values = values * np.array([weight[code] for code in table["region_code"]], np.float64)
        found.append(values)
    return found[0], found[1]


def tonnes_in_draws(draws: Draws, keys: Sequence[Key], tonnes: Floats) -> Floats:
    """Tonnes per draw of rows that are decided. Raises DrawsError where no draw speaks of a row with tonnes."""
    patterns = draws.patterns(CARBON, keys, tonnes != 0)
    used = np.flatnonzero(tonnes != 0)
    sums = np.bincount(patterns.of[used], tonnes[used], minlength=patterns.factors.shape[1])
    return np.asarray(patterns.factors @ sums, np.float64)


def keys_of(table: pd.DataFrame) -> list[Key]:
    """(region_code, measure, category, period, offer) of every row."""
    return list(zip(*(table[name] for name in ("region_code", "measure", "category", "period", "offer")), strict=True))


def tail(
    totals: Totals, part: str, name: str, rule: str
) -> tuple[Mapping[str, float], float, tuple[Aux, ...], tuple[Row, ...]]:
    """Mean of the worst share β of the draws (Rockafellar–Uryasev), as value, constant, helping variables and rows.

        β K · mean = Σ_{k always among the worst} T[k] + max m η − Σ_{k open} u[k],   u[k] ≥ η − T[k],  u ≥ 0
    with m what is left of β K; draws that are never among the worst do not enter (see `Totals.places`).
    """
    low, high = totals.bounds
    unit, weight = totals.unit, share(part) * totals.count
    always, still_open = totals.places(floor(weight), ceil(weight))
    level, short = f"{name}/level", {k: f"{name}/short/{k}" for k in still_open}
    variables = [Aux(level, float(low.min()) / unit, float(high.max()) / unit)]
    variables += [Aux(n, 0.0, float(high.max() - low[k]) / unit) for k, n in short.items()]

    def fill(choices: Floats) -> Mapping[str, float]:
        reached = totals.at(choices)
        eta = quantile(reached, part)
        return {level: eta / unit} | {n: max(0.0, eta - reached[k]) / unit for k, n in short.items()}

    sums, sum_rows, terms = _sums(totals, name, rule)
    rows = [
        _draw_row(totals, k, rule, f"{name}/{k}", {**terms(totals.factors[k]), level: -unit, n: unit})
        for k, n in short.items()
    ]
    value = terms(totals.factors[always].sum(axis=0) / float(weight))
    value |= {level: unit * float((weight - len(always)) / weight)} | dict.fromkeys(
        short.values(), -unit / float(weight)
    )
    constant = float(totals.constant[always].sum()) / float(weight)
    return value, constant, (*sums, *_filled(variables, fill)), (*sum_rows, *rows)


def reached_level(
    totals: Totals, missed: str, name: str, rule: str, most: float = np.inf
) -> tuple[Mapping[str, float], float, tuple[Aux, ...], tuple[Row, ...]]:
    """The level that all but a share of the draws reach, at most `most`, as value, constant, helping variables and rows.

        t ≤ T[k] + M[k] · z[k],   Σ_k z[k] ≤ floor(missed · K),   M[k] = highest t − least T[k]
        z[j] ≤ z[i]   where draw i is below draw j whatever is chosen
    A draw that always reaches the highest t, or that enough others always fall short of, needs no row; one that is
    always among those that may miss counts as missing and needs none either.
    """
    low, high = totals.bounds
    allowed = min(floor(share(missed) * totals.count), totals.count - 1)
    always, still_open = totals.places(allowed, allowed + 1)
    top = min(most, float(np.sort(high)[allowed]))
    unit, level = totals.unit, f"{name}/level"
    gaps = {k: f"{name}/missed/{k}" for k in still_open if low[k] < top}
    variables = [Aux(level, min(float(low.min()), top) / unit, top / unit)]
    variables += [Aux(n, 0.0, 1.0, integer=True) for n in gaps.values()]

    def fill(choices: Floats) -> Mapping[str, float]:
        reached = totals.at(choices)
        eta = min(top, float(np.sort(reached)[allowed]))
        # A draw at the level but for rounding is no miss: draws that are equal there must not be told apart.
        return {level: eta / unit} | {n: float(reached[k] < eta - ROUNDING * abs(eta)) for k, n in gaps.items()}

    sums, sum_rows, terms = _sums(totals, name, rule)
    rows = [
        _draw_row(totals, k, rule, f"{name}/{k}", {**terms(totals.factors[k]), level: -unit, n: top - float(low[k])})
        for k, n in gaps.items()
    ]
    if gaps:
        nothing = (np.zeros(0, np.int64), np.zeros(0))
        count, left = dict.fromkeys(gaps.values(), 1.0), float(allowed - len(always))
        rows.append(Row(rule, f"{name}/missed", *nothing, upper=left, aux=count, relaxable=False))
        inner = totals.below[np.ix_(list(gaps), list(gaps))]
        between = inner & ~((inner.astype(int) @ inner.astype(int)) > 0)
        named = list(gaps.values())
        rows += [
            Row(
                rule,
                f"{named[j]}/{named[i]}",
                *nothing,
                upper=0.0,
                aux={named[j]: 1.0, named[i]: -1.0},
                relaxable=False,
            )
            for j, i in zip(*np.nonzero(between), strict=True)
        ]
    return {level: unit}, 0.0, (*sums, *_filled(variables, fill)), (*sum_rows, *rows)


def quantile(values: Floats, part: str) -> float:
    """The largest level that no more than a share of the values fall short of (exact in the share)."""
    return float(np.sort(values)[min(floor(share(part) * len(values)), len(values) - 1)])


def tail_mean(values: Floats, part: str) -> float:
    """Mean of the smallest share of the values; a value at the edge counts with the part of it that is inside."""
    inside: Fraction = share(part) * len(values)
    whole, ordered = floor(inside), np.sort(values)
    edge = float(inside - whole) * ordered[whole] if whole < len(values) else 0.0
    return float((ordered[:whole].sum() + edge) / float(inside))


def _sums(totals: Totals, name: str, rule: str) -> tuple[list[Aux], list[Row], Callable[[Floats], dict[str, float]]]:
    """A helping variable and its row per pattern, and the terms of given factors in them."""
    unit, variables, rows = totals.unit, [], []
    names = [f"{name}/sum/{s}" for s in range(totals.sums.shape[0])]
    for s, own in enumerate(names):
        span = slice(totals.sums.indptr[s], totals.sums.indptr[s + 1])
        columns, values = totals.sums.indices[span].astype(np.int64), totals.sums.data[span]
        variables.append(Aux(own, float(totals.least[s]) / unit, float(totals.most[s]) / unit))
        rows.append(Row(rule, own, columns, values, 0.0, 0.0, {own: -unit}, relaxable=False))
    return variables, rows, lambda factors: {n: float(f) * unit for n, f in zip(names, factors, strict=True) if f}


def _draw_row(totals: Totals, k: int, rule: str, label: str, aux: Mapping[str, float]) -> Row:
    """−constant ≤ the terms of draw k."""
    lower = -float(totals.constant[k])
    return Row(rule, label, np.zeros(0, np.int64), np.zeros(0), lower=lower, aux=aux, relaxable=False)


def _filled(variables: list[Aux], fill: Fill) -> tuple[Aux, ...]:
    return tuple(Aux(v.name, v.lower, v.upper, v.integer, fill) for v in variables)


def _reach(problem: Problem, sums: sparse.csr_matrix) -> tuple[Floats, Floats]:
    """Least and most of each sum over well-formed choices: one level per menu and, of thresholds, per cell.

    Thresholds descend with the level, so what a cell brings is a partial sum of its levels' values. Columns of which
    neither is known count by themselves.
    """
    columns = problem.columns
    kinds = columns["kind"].to_numpy(object)
    known = np.isin(kinds, ["threshold", *SINGLE])
    order = np.lexsort((columns["level"], columns["cell"], columns["menu"].astype(str)))
    order = order[known[order]]
    menu, cell = columns["menu"].to_numpy(object)[order], columns["cell"].to_numpy()[order]
    starts: Indices = np.array(
        [0, *(i + 1 for i, (a, b) in enumerate(pairwise(zip(menu, cell, strict=True))) if a != b)]
    )
    threshold = kinds[order] == "threshold"
    least, most = np.zeros(sums.shape[0]), np.zeros(sums.shape[0])
    for s in range(sums.shape[0]):
        whole = np.asarray(sums[s].todense()).ravel()
        least[s] = np.minimum(whole[~known], 0.0).sum()
        most[s] = np.maximum(whole[~known], 0.0).sum()
        values = whole[order]
        running = np.cumsum(values)
        before = np.repeat(running[starts] - values[starts], np.diff([*starts, len(order)]))
        values = np.where(threshold, running - before, values)
        least[s] += np.minimum.reduceat(values, starts).sum()
        most[s] += np.maximum.reduceat(values, starts).sum()
    return least, most
