"""Allocations over draws, whoever made them, and how their ranks depend on the weights of the objectives.

Every allocation is evaluated on the same draws (common random numbers), so differences are differences of allocations.
What is drawn is what the tonnes, the costs of the tasks and the carbon price turn out to be; what is paid out under the
notice stays as it is, and costs above it are the overrun, fund by fund and period by period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.allocation.risk import keys_of, quantile, tail_mean, tonnes_in_draws
from silvafisc.quantities.money import FEN_PER_YUAN
from silvafisc.results import Outcome
from silvafisc.results.draws import COST, PRICE, Draws, Floats

UNITS = {
    "tonnes": "tco2e",
    "value": "yuan",
    "cost": "yuan",
    "cost_per_tonne": "yuan_per_tco2",
    "overrun": "yuan",
}
"""Variable -> unit."""
_DEAR = frozenset({"cost", "cost_per_tonne", "overrun"})
_BY_MEASURE = "obj.carbon."


@dataclass(frozen=True)
class Evaluation:
    """One allocation over draws. frame: draw and one column per variable of `UNITS` that could be computed."""

    frame: pd.DataFrame

    def values(self, variable: str) -> Floats:
        """One variable in every draw. Raises KeyError where it could not be computed."""
        return self.frame[variable].to_numpy(np.float64)

    def mean(self, variable: str) -> float:
        """Mean over draws."""
        return float(self.values(variable).mean())

    def quantile(self, variable: str, part: str) -> float:
        """The largest drawn value that no more than a share of the draws fall short of."""
        return quantile(self.values(variable), part)

    def cvar(self, variable: str, part: str) -> float:
        """Mean of the worst share of the draws: the fewest tonnes and yuan gained, the highest costs."""
        if variable in _DEAR:
            return -tail_mean(-self.values(variable), part)
        return tail_mean(self.values(variable), part)

    def below(self, target_tco2e: float) -> float:
        """Share of the draws in which the tonnes miss a target."""
        return float((self.values("tonnes") < target_tco2e).mean())

    def ahead_of(self, other: "Evaluation") -> float:
        """Share of the draws in which this allocation keeps more carbon than the other; ties count half."""
        mine, theirs = self.values("tonnes"), other.values("tonnes")
        return float((mine > theirs).mean() + (mine == theirs).mean() / 2)


def evaluate(allocation: Outcome | pd.DataFrame, draws: Draws | None = None) -> Evaluation:
    """An allocation over draws, which need not be those that it was decided on.

    Args:
        allocation: an outcome, a frame in the form of allocation.csv, or one baseline of baselines.csv.
        draws: an outcome's own where left out.

    Returns:
        tonnes; value where prices are drawn; cost, overrun and (where every draw keeps carbon) cost_per_tonne for frames
        that name the nature of the money and draws that hold costs.

    Raises:
        DrawsError: no draws, or they do not speak of a row (named).
    """
    if draws is None:
        draws = Draws.of(allocation.inputs.draws if isinstance(allocation, Outcome) else None)
    rows = _rows(allocation.tables["allocation"] if isinstance(allocation, Outcome) else allocation)
    estimate = np.asarray(rows["carbon_tco2e"].astype("float64").fillna(0.0), np.float64)
    tonnes = tonnes_in_draws(draws, keys_of(rows), estimate)
    columns: dict[str, object] = {"draw": draws.numbers, "tonnes": tonnes}
    if draws.has(PRICE):
        columns["value"] = tonnes * draws.prices()
    if "nature" in rows and draws.has(COST):
        cost, overrun = _costs(rows, draws)
        columns |= {"cost": cost, "overrun": overrun}
        if (tonnes > 0).all():
            columns["cost_per_tonne"] = cost / tonnes
    return Evaluation(pd.DataFrame(columns))


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with every column that draws may name; tonnes by measure become rows of that measure."""
    frame = frame if "offer" in frame else frame.assign(offer="")
    by_measure = [str(c) for c in frame.columns if str(c).startswith(_BY_MEASURE)]
    unnamed = (frame["measure"] == "") & frame[by_measure].notna().all(axis=1)
    if not by_measure or not unnamed.any():
        return frame
    parts = [frame[~unnamed]]
    for column in by_measure:
        measure = column.removeprefix(_BY_MEASURE)
        parts.append(frame[unnamed].assign(measure=measure, carbon_tco2e=frame[column]))
    return pd.concat(parts, ignore_index=True)


def _costs(rows: pd.DataFrame, draws: Draws) -> tuple[Floats, Floats]:
    """Yuan per draw: what the money's work costs, and what that is above the notice in any fund and period."""
    paid = rows["payment_fen"].to_numpy(np.float64) / FEN_PER_YUAN
    patterns = draws.patterns(COST, keys_of(rows), paid != 0)
    used = np.flatnonzero(paid != 0)
    cost, overrun = np.zeros(len(draws.numbers)), np.zeros(len(draws.numbers))
    places = list(zip(rows["fund"], rows["period"], strict=True))
    for place in sorted({places[i] for i in used}):
        mine = used[[places[i] == place for i in used]]
        sums = np.bincount(patterns.of[mine], paid[mine], minlength=patterns.factors.shape[1])
        here = patterns.factors @ sums
        cost, overrun = cost + here, overrun + np.maximum(0.0, here - paid[mine].sum())
    return cost, overrun


def statistics(
    evaluation: Evaluation, shares: Mapping[str, Sequence[str]], target: float | None = None
) -> list[tuple[str, str, str, float, str]]:
    """(variable, statistic, share, value, unit): mean, quantiles, worst share, and of the tonnes the missed target."""
    rows: list[tuple[str, str, str, float, str]] = []
    for variable, unit in UNITS.items():
        if variable not in evaluation.frame:
            continue
        rows.append((variable, "mean", "", evaluation.mean(variable), unit))
        rows += [(variable, "quantile", part, evaluation.quantile(variable, part), unit) for part in shares["quantile"]]
        rows += [(variable, "cvar", part, evaluation.cvar(variable, part), unit) for part in shares["cvar"]]
    if target is not None:
        rows.append(("tonnes", "below_target", "", evaluation.below(target), "1"))
    return rows


def rank_acceptability(values: pd.DataFrame, *, weightings: int, seed: int, groups: int | None = None) -> pd.DataFrame:
    """Share of random weightings under which each alternative takes each rank.

    score = Σ_j w_j · (value_j − lowest_j) / (highest_j − lowest_j), w uniform on the simplex; equal scores share their
    ranks evenly, so shares sum to 1 over ranks and (without groups) over alternatives. An objective in which all
    alternatives are equal decides nothing.

    Args:
        values: one row per alternative (named by the index), one column per objective, more is better.
        groups: ranks are counted in so many groups of equal size, from 1 (best).

    Returns:
        subject, rank, acceptability (ranks that are never taken are left out), central_weights (the mean weighting
        under which the subject is first, in its row of rank 1).
    """
    matrix = values.to_numpy(np.float64)
    if not len(matrix):
        return pd.DataFrame(columns=RANK_COLUMNS[1:])
    width = matrix.max(axis=0) - matrix.min(axis=0)
    normal = np.divide(matrix - matrix.min(axis=0), width, out=np.zeros_like(matrix), where=width > 0)
    drawn = np.random.default_rng([seed, len(values.columns)]).exponential(size=(weightings, matrix.shape[1]))
    weights = drawn / drawn.sum(axis=1, keepdims=True)
    # Rounded: the same score by another order of summing is a tie.
    scores = np.round(weights @ normal.T, 12)
    ordered = -np.sort(-scores, axis=1)
    # A subject takes the ranks from `above` to `until` in equal parts: what is added where it starts and ends, summed up.
    steps = np.zeros((len(matrix), len(matrix) + 1))
    first = np.zeros((weightings, len(matrix)))
    everyone = np.arange(len(matrix))
    for one in range(weightings):
        above = np.searchsorted(-ordered[one], -scores[one], side="left")
        until = np.searchsorted(-ordered[one], -scores[one], side="right")
        steps[everyone, above] += 1 / (until - above)
        steps[everyone, until] -= 1 / (until - above)
        first[one] = (above == 0) / (until - above)
    # Sums of ones and their parts come back to zero but for rounding, which is no rank taken.
    taken = np.round(np.cumsum(steps, axis=1)[:, :-1], 9) / weightings
    if groups is not None and groups < len(matrix):
        places = np.arange(len(matrix)) * groups // len(matrix)
        taken = np.stack([taken[:, places == g].sum(axis=1) for g in range(groups)], axis=1)
    rows = []
    for at, subject in enumerate(values.index):
        for rank in np.flatnonzero(taken[at] > 0):
            central = _central(first[:, at], weights, list(values.columns)) if rank == 0 else ""
            rows.append((str(subject), int(rank) + 1, float(taken[at, rank]), central))
    return pd.DataFrame(rows, columns=RANK_COLUMNS[1:])


RANK_COLUMNS = ["kind", "subject", "rank", "acceptability", "central_weights"]
RISK_COLUMNS = ["alternative", "sample", "variable", "statistic", "share", "value", "unit", "draws"]


def _central(first: Floats, weights: Floats, names: Sequence[str]) -> str:
    """Mean weighting where the subject is first; empty where it never is (a group's first rank may be shared)."""
    if not first.any():
        return ""
    mean = first @ weights / first.sum()
    return ";".join(f"{name}={value:.3f}" for name, value in zip(names, mean, strict=True))
