"""The exact non-dominated set where objectives are whole numbers.

For ε_p upwards: all points that nothing beats in f₁ … f_{p−1} under f_p ≥ ε_p, each with the largest f_p; then
ε_p = 1 + the smallest f_p among them; until nothing is left. (Özlen and Azizoğlu 2009; each answer is asked once, as in
Özlen, Burton and MacRae 2014.) Proof: let z be non-dominated with ε_p ≤ z_p ≤ that smallest f_p. If a point found is as
good in f₁ … f_{p−1}, it is also as good in f_p, hence it is z; else z is itself one of those points.
"""

from collections.abc import Sequence

import numpy as np

from .engine import Engine
from .pareto import Found, Recall, Search, Values, afresh
from .problem import ObjectiveError
from .solve import SolverError, TimeEnded

# Half a unit: between two whole numbers, whatever the solver's tolerance.
_HALF = 0.5
_LARGEST = 2.0**53


class Lexicographic(Search):
    """f₁ first, then f₂ … among the points as good: one solve per objective, each proven."""

    def answer(self, number: int, least: Values, start: tuple[int, ...]) -> Found:
        """One solve per objective. Raises TimeEnded where the time limit comes before the proof."""
        warm = self.warm(number)
        held = [value - _HALF for value in least]
        values: Values = ()
        for k, vector in enumerate(warm.vectors):
            solution = warm.maximise(vector, held, start, 0.0)
            if solution.status == "infeasible":
                return Found(None, (), -np.inf)
            if solution.status != "optimal":
                raise TimeEnded(
                    "the time ended before an optimum was proven, which the exact frontier needs",
                    "时限内未能证明最优，精确前沿须逐点证明",
                )
            values, start = warm.reached(solution)
            if any(value < limit for value, limit in zip(values, held, strict=True)):
                # Rounding a column that is a ten-millionth off moved a sum by a unit.
                raise SolverError(f"{self._terms[k]} is too large for the solver to count exactly; use a larger unit")
            held[k] = values[k] - _HALF
        return Found(values, values, values[0], start)


def exact(engines: Sequence[Engine], terms: Sequence[str], recall: Recall = afresh) -> list[Values]:
    """Every non-dominated point, ascending, without constants.

    Raises ObjectiveError where an objective is no whole number on every offer.
    """
    for engine in engines:
        for term in terms:
            _demand_whole_numbers(engine, term)
    search = Lexicographic(engines, terms, name="exact/", recall=recall)

    def up_to(objective: int, least: Values) -> set[Values]:
        if objective == 0:
            point = search.at(least)
            return set() if point is None or point.values is None else {point.values}
        found: set[Values] = set()
        while points := up_to(objective - 1, least):
            found |= points
            step = min(values[objective] for values in points) + 1
            least = (*least[:objective], step, *least[objective + 1 :])
        return found

    return sorted(up_to(len(terms) - 1, (-np.inf,) * len(terms)))


def _demand_whole_numbers(engine: Engine, term: str) -> None:
    """Raise ObjectiveError unless every offer brings a whole number of the objective, exact as a float."""
    objective, table = engine.objectives[term][0], engine.problem.offers.table
    if objective.aux or f"obj.{term}" not in table:
        raise ObjectiveError(
            term,
            "is no sum of whole numbers over offers, so there is no smallest step; use evenly spaced points",
            "不是各档次整数之和，没有最小步长；请改用等距取点",
        )
    gains = table[f"obj.{term}"].to_numpy(np.float64)
    if np.abs(objective.values).sum() >= _LARGEST:
        raise ObjectiveError(
            term,
            "is too large to be counted exactly; state it in a larger unit",
            "数值过大，无法精确计数；请改用更大的单位",
        )
    broken = np.flatnonzero(gains != np.round(gains))
    if len(broken):
        at = int(broken[0])
        where = f"{table['menu'].iat[at]}/{table['offer'].iat[at]}"
        raise ObjectiveError(
            term,
            f"is {float(gains[at])!r} on the offer {where}, no whole number ({len(broken)} of {len(gains)} offers): the "
            "exact frontier steps by one unit; use evenly spaced points or whole numbers",
            f"在档次 {where} 上取值 {float(gains[at])!r}，不是整数（{len(gains)} 个档次中有 {len(broken)} 个）："
            "精确前沿以一个单位为步长；请改用等距取点或整数数据",
        )
