"""The frontier between two or three objectives: which points no other beats, and how much of the box they dominate."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from silvafisc.allocation.decide import Decision, InfeasibleError, Payoff, decide, payoff_table, weighted_point
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.hypervolume import hypervolume
from silvafisc.allocation.pareto import Recall, Values, even, non_dominated, without_constants
from silvafisc.allocation.pareto_exact import exact
from silvafisc.allocation.pareto_extreme import extreme
from silvafisc.allocation.problem import ObjectiveError
from silvafisc.allocation.terms import term, term_names
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Scenario
from silvafisc.results import ObjectiveSpec

from .infeasible import explain_infeasible, floors_within_envelopes
from .journal import Journal
from .meta import input_hashes
from .prepare import Prepared, Progress, case_engine, engines, prepare

Method = Literal["extreme", "even", "exact"]
METHODS = ("extreme", "even", "exact")
COLUMNS = ["point", "kind", "label", "objective", "value"]
POINTS = 9
_NEAR = 1e-7


@dataclass(frozen=True)
class Frontier:
    """table: the columns of frontier.csv, ascending in the first objective, the chosen point marked.

    hypervolume: share of the box between nadir and utopia of the payoff table that the points dominate, 0 … 1.
    """

    table: pd.DataFrame
    terms: tuple[str, ...]
    method: str
    hypervolume: float
    payoff: Payoff


def frontier(
    scenario: str | Path | Scenario,
    *,
    data: str | Path | None = None,
    method: Method = "extreme",
    points: int = POINTS,
    objectives: Sequence[str] | None = None,
    resume: str | Path | None = None,
    progress: Progress | None = None,
) -> Frontier:
    """The frontier of a scenario.

    Args:
        method: `extreme`: supported points of two objectives, the widest gap first (quick: no held objective ties the
            funds together). `even`: augmented ε-constraint at `points` evenly spaced values of every objective but the
            first. `exact`: every non-dominated point; objectives must be whole numbers on all offers.
        objectives: two or three terms; the first two of the scenario by default. A term that the scenario does not
            name takes part in the frontier only.
        resume: a journal. Answers are written there as they come; an interrupted call goes on from it with the same
            result; it is removed at the end.

    Raises:
        InputError: as `run`; too few or unknown objectives; a journal of another problem. Infeasible: as `run`.
    """
    say = progress or (lambda text: None)
    prepared = prepare(scenario, data, say)
    terms = _terms(prepared, objectives, method)
    known = [spec.term for spec in prepared.resolved.objectives]
    extra = tuple(ObjectiveSpec(name) for name in terms if name not in known)
    resolved = replace(prepared.resolved, objectives=(*prepared.resolved.objectives, *extra))
    prepared = replace(prepared, resolved=resolved)
    journal = Journal(None if resume is None else Path(resume), _problem(prepared, terms, method, points))
    floors_within_envelopes(prepared)
    try:
        found = _found(prepared, terms, method, points, journal.recall, say)
    except ObjectiveError as error:
        journal.close()
        raise _refused(prepared, error.term, error.en, error.zh) from None
    journal.close()
    return found


def frontier_points(
    sweep: Sequence[Engine], terms: Sequence[str], decision: Decision, baselines: pd.DataFrame, points: int = POINTS
) -> pd.DataFrame:
    """The quick frontier of a run: extreme points, the chosen point and baselines, ascending in the first objective."""
    payoff = decision.payoff or payoff_table(sweep, terms)
    found = extreme(terms, payoff, points, lambda weights: weighted_point(sweep, weights))
    return _rows(found, terms, decision.values, baselines)


def _found(
    prepared: Prepared, terms: Sequence[str], method: Method, points: int, recall: Recall, say: Progress
) -> Frontier:
    sweep = [case_engine(prepared)] if prepared.resolved.mode == "case" else engines(prepared)

    told = count(1)

    def remembered(key: str, make: Callable[[], Any]) -> Any:
        say(f"frontier {next(told)}")
        return recall(key, make)

    def chosen() -> dict[str, float]:
        try:
            return dict(decide(sweep, prepared.resolved.objectives).values)
        except InfeasibleError:
            raise explain_infeasible(
                prepared.scenario, prepared.resolved, [engine.problem for engine in sweep]
            ) from None

    def weighted(weights: Mapping[str, float]) -> Mapping[str, float]:
        key = "weighted/" + ",".join(f"{name}={weight!r}" for name, weight in weights.items())
        answer: dict[str, float] = remembered(key, lambda: weighted_point(sweep, weights))
        return answer

    decided = remembered("decision", chosen)
    payoff = Payoff(**remembered("payoff", lambda: _plain(payoff_table(sweep, terms))))
    constants = {name: sweep[0].objectives[name][0].constant for name in terms}
    moved = without_constants(payoff, constants)
    if method == "extreme":
        found = extreme(terms, payoff, points, weighted)
    else:
        bare = even(sweep, terms, moved, points, remembered) if method == "even" else exact(sweep, terms, remembered)
        found = [tuple(v + constants[t] for t, v in zip(terms, values, strict=True)) for values in bare]
    table = _rows(found, terms, decided, pd.DataFrame(columns=["baseline", "objective", "value"]))
    volume = hypervolume(found, [payoff.nadir[t] for t in terms], [payoff.utopia[t] for t in terms])
    return Frontier(table, tuple(terms), method, volume, payoff)


def _plain(payoff: Payoff) -> dict[str, Any]:
    return {
        "utopia": dict(payoff.utopia),
        "nadir": dict(payoff.nadir),
        "table": {k: dict(v) for k, v in payoff.table.items()},
    }


def _rows(
    found: Sequence[Values], terms: Sequence[str], chosen: Mapping[str, float], baselines: pd.DataFrame
) -> pd.DataFrame:
    mark = tuple(chosen[name] for name in terms)
    rows: list[tuple[int, str, str, str, float]] = []
    number = 0
    for number, values in enumerate(non_dominated([*found, mark]), start=1):
        mine = all(abs(v - m) <= _NEAR * max(1.0, abs(v)) for v, m in zip(values, mark, strict=True))
        kind = "chosen" if mine else "frontier"
        rows += [(number, kind, str(number), name, value) for name, value in zip(terms, values, strict=True)]
    for name, group in baselines.groupby("baseline", sort=True):
        number += 1
        rows += [
            (number, "baseline", str(name), o, float(v))
            for o, v in zip(group["objective"], group["value"], strict=True)
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _terms(prepared: Prepared, wanted: Sequence[str] | None, method: str) -> list[str]:
    """The objectives of the frontier. Raises InputError naming what is wrong with them."""
    stated = [spec.term for spec in prepared.resolved.objectives]
    terms = list(dict.fromkeys(wanted if wanted is not None else stated[:2]))
    objectives = [name for name in term_names() if hasattr(term(name), "objectives") and name != "column"]
    where = prepared.scenario.where("objectives") if wanted is None else "--objectives"

    def wrong(en: str, zh: str) -> InputError:
        return InputError([Finding(where, "objectives", en, zh)])

    unknown = [name for name in terms if name not in objectives]
    if unknown:
        named, known = ", ".join(map(repr, unknown)), ", ".join(objectives)
        raise wrong(f"no objective {named}; there are {known}", f"没有目标 {named}；可用：{known}")
    if len(terms) < 2:
        raise wrong("a frontier needs two objectives that differ", "权衡曲线需要两个不同的目标")
    if len(terms) > 3:
        raise wrong("a frontier takes at most three objectives", "权衡曲线最多三个目标")
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise InputError(
            [Finding("--method", "method", f"no {method}; there are {known}", f"没有 {method}；可用：{known}")]
        )
    if method == "extreme" and len(terms) > 2:
        en = "extreme points are found between two objectives; use the method even or exact for three"
        raise wrong(en, "极点法只用于两个目标；三个目标请用 even 或 exact")
    return terms


def _refused(prepared: Prepared, name: str, en: str, zh: str) -> InputError:
    return InputError([Finding(prepared.scenario.where("objectives"), f"objectives.{name}", en, zh)])


def _problem(prepared: Prepared, terms: Sequence[str], method: str, points: int) -> dict[str, Any]:
    """What a journal belongs to: the content of scenario, law and tables, and what was asked of it."""
    content = json.dumps(input_hashes(prepared), sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    asked = {"method": method, "objectives": ",".join(terms), **({} if method == "exact" else {"points": points})}
    return {"scenario": prepared.resolved.id, "content": digest, **asked}
