"""The frontier between two objectives: extreme non-dominated points, found one exact solve at a time."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.allocation.decide import Decision, InfeasibleError, Payoff, decide, payoff_table, weighted_point
from silvafisc.allocation.engine import Engine
from silvafisc.policy import Scenario

from .infeasible import explain_infeasible
from .prepare import case_engine, engines, prepare

COLUMNS = ["point", "kind", "label", "objective", "value"]
POINTS = 9
_NEAR = 1e-7


def frontier(scenario: str | Path | Scenario, *, data: str | Path | None = None, points: int = POINTS) -> pd.DataFrame:
    """The frontier of a scenario's first two objectives (columns of frontier.csv), the chosen point marked.

    Raises:
        InputError, Infeasible: as `run`. ValueError: fewer than two objectives.
    """
    prepared = prepare(scenario, data)
    terms = [s.term for s in prepared.resolved.objectives][:2]
    if len(terms) < 2:
        raise ValueError("a frontier needs two objectives in the scenario")
    case = prepared.resolved.mode == "case"
    sweep = [case_engine(prepared)] if case else engines(prepared)
    try:
        decision = decide(sweep, prepared.resolved.objectives)
    except InfeasibleError:
        raise explain_infeasible(prepared, [engine.problem for engine in sweep]) from None
    return frontier_points(sweep, terms, decision, pd.DataFrame(columns=["baseline", "objective", "value"]), points)


def frontier_points(
    sweep: Sequence[Engine], terms: Sequence[str], decision: Decision, baselines: pd.DataFrame, points: int = POINTS
) -> pd.DataFrame:
    """Frontier, chosen point and baselines as rows, in ascending order of the first objective.

    Between two neighbouring points the sum of both objectives, weighted by the normal of their segment, is maximised:
    a better point is a new extreme point of the frontier, none proves that the segment is its edge. The widest segment
    is refined first, until there are `points` of them. The ends are those of the payoff table.
    """
    payoff = decision.payoff or payoff_table(sweep, terms)
    found = _extreme_points(sweep, terms, payoff, points)
    found.append({t: decision.values[t] for t in terms})
    kept = _non_dominated(found, terms)
    rows: list[tuple[int, str, str, str, float]] = []
    for number, values in enumerate(kept, start=1):
        mine = all(abs(values[t] - decision.values[t]) <= _NEAR * max(1.0, abs(values[t])) for t in terms)
        rows += [(number, "chosen" if mine else "frontier", str(number), t, values[t]) for t in terms]
    number = len(kept)
    for name, group in baselines.groupby("baseline", sort=True):
        number += 1
        rows += [
            (number, "baseline", str(name), o, float(v))
            for o, v in zip(group["objective"], group["value"], strict=True)
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _extreme_points(
    sweep: Sequence[Engine], terms: Sequence[str], payoff: Payoff, points: int
) -> list[dict[str, float]]:
    first, second = terms
    ends = sorted((dict(payoff.table[t]) for t in terms), key=lambda v: v[first])
    found = [{t: end[t] for t in terms} for end in ends]
    width = {t: max(payoff.utopia[t] - payoff.nadir[t], 1e-12) for t in terms}
    open_segments = [(found[0], found[1])]
    while open_segments and len(found) < points:
        open_segments.sort(key=lambda s: -_length(s, width))
        left, right = open_segments.pop(0)
        weights = {first: left[second] - right[second], second: right[first] - left[first]}
        if min(weights.values()) <= 0:
            continue
        values = weighted_point(sweep, weights)
        gain = sum(weights[t] * (values[t] - left[t]) for t in terms)
        if gain <= _NEAR * sum(weights[t] * abs(left[t]) for t in terms):
            continue
        found.append(values)
        open_segments += [(left, values), (values, right)]
    return found


def _length(segment: tuple[Mapping[str, float], Mapping[str, float]], width: Mapping[str, float]) -> float:
    left, right = segment
    return float(np.linalg.norm([(right[t] - left[t]) / width[t] for t in width]))


def _non_dominated(found: Sequence[Mapping[str, float]], terms: Sequence[str]) -> list[dict[str, float]]:
    """Distinct points that no other point beats in one objective without losing in the other."""
    kept: list[dict[str, float]] = []
    for values in sorted(found, key=lambda v: (-v[terms[0]], -v[terms[1]])):
        near = _NEAR * max(1.0, abs(values[terms[1]]))
        if not kept or values[terms[1]] > kept[-1][terms[1]] + near:
            kept.append({t: values[t] for t in terms})
    return kept[::-1]
