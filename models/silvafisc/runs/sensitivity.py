"""What the answer is sensitive to: the scenario solved again with one assumption moved at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from silvafisc import carbon
from silvafisc.allocation.decide import Decision, InfeasibleError, decide
from silvafisc.allocation.engine import Engine, plain
from silvafisc.allocation.problem import Floats, Problem
from silvafisc.allocation.published import grade_of_units
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import chosen_offers
from silvafisc.results import UnitInputs

from .prepare import Prepared, Progress, changed, engines, same_money

COLUMNS = ["assumption", "change", "objective", "value", "units_changed", "units_regraded"]
MOVE = 0.2
"""Design 2: how many units change when each main assumption moves by 20 %."""
_NOTICEABLE = 0.01
_OF_MONEY = {
    "adjustment",
    "change_band",
    "cost_sharing",
    "delivery_capacity",
    "eligible_area",
    "envelope",
    "local_capacity",
    "no_hidden_debt",
    "no_inversion",
    "not_below_last_year",
    "priority_share",
    "published_values",
    "standards_only_rise",
    "statutory_floor",
}
"""Rules that read money, areas and scores only: their rows stay where tonnes and income move. Others are built anew."""

Move = tuple[str, str, Callable[[], Prepared]]


def sensitivities(
    prepared: Prepared, decision: Decision, tables: Mapping[str, pd.DataFrame], say: Progress
) -> pd.DataFrame:
    """One row per assumption, change and objective.

    Every row is a new solve at the published α and with the published normalisation; units_changed counts units whose
    total moves by more than 1 %, units_regraded units whose grade changes.
    """
    sums = tables["allocation"].groupby("region_code")["payment_fen"].sum()
    totals = {str(code): int(fen) for code, fen in sums.items()}
    grades = dict(zip(tables["regions"]["region_code"], tables["regions"]["grade"], strict=True))
    rows: list[tuple[str, str, str, float | None, int, int]] = []
    for name, change, make in _moves(prepared):
        say(f"sensitivity {name} {change}")
        moved = make()
        try:
            again = decide(moved_engines(prepared, moved, decision), moved.resolved.objectives, payoff=decision.payoff)
        except InfeasibleError:
            rows += [(name, change, s.term, None, len(totals), 0) for s in prepared.resolved.objectives]
            continue
        gain = again.engine.vector(again.engine.objectives[prepared.resolved.objectives[-1].term][0])
        point = settle(again.engine.model, again.point, gain)
        new = unit_totals(again.problem, point)
        changed_units = sum(abs(new.get(c, 0) - fen) > _NOTICEABLE * max(1, fen) for c, fen in totals.items())
        new_grades = grade_of_units(again.problem, point)
        regraded = sum(new_grades[code] != grade for code, grade in grades.items() if grade)
        rows += [
            (name, change, s.term, again.values[s.term], changed_units, regraded) for s in prepared.resolved.objectives
        ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["value"] = frame["value"].astype("float64")
    return frame


def moved_engines(prepared: Prepared, moved: Prepared, decision: Decision) -> list[Engine]:
    """The engine at the published α on moved assumptions; the decision's own rows where none of them can have changed."""
    engine, resolved = decision.engine, moved.resolved
    untouched = {spec.rule for spec in resolved.rules} <= _OF_MONEY
    before, after = (p.responses.indices[["region_code", "importance", "need"]] for p in (prepared, moved))
    if resolved.loans:
        untouched = False  # where one is on offer follows from what it brings
    if plain(engine.objectives) and untouched and same_money(prepared.inputs, moved.inputs) and after.equals(before):
        indices, (offers, fixed) = moved.responses.indices, (moved.menus.offers, moved.menus.fixed)
        problem = replace(engine.problem, inputs=moved.inputs, indices=indices, offers=offers, fixed=fixed)
        return [engine.renewed(problem)]
    return engines(moved, (decision.problem.alpha,) if resolved.grades.by_region else None)


def unit_totals(problem: Problem, point: Floats) -> dict[str, int]:
    """region_code -> fen that all payers pay over the horizon, fixed money included."""
    offers, fixed = problem.offers.table, problem.fixed.table
    chosen = offers.iloc[chosen_offers(problem, point)]
    parts = [frame[[c for c in frame.columns if c.startswith("cost.")]].sum(axis=1) for frame in (chosen, fixed)]
    codes = [frame["region_code"] for frame in (chosen, fixed)]
    sums = pd.concat(parts).groupby(pd.concat(codes)).sum()
    return {str(code): int(fen) for code, fen in sums.items()}


def _moves(prepared: Prepared) -> Iterator[Move]:
    """The main assumptions, each 20 % down and up; the loss hazard at both ends of its band; the other uptake shape."""
    inputs = prepared.inputs
    lowest, central, highest = carbon.loss_hazard_band(prepared.rules)
    for end in (lowest, highest):
        stands = inputs.stands.assign(loss_hazard_per_year=inputs.stands["loss_hazard_per_year"] * (end / central))
        yield "loss_hazard", f"{end:.1%}", _on(prepared, replace(inputs, stands=stands))
    for sign in (-MOVE, MOVE):
        factor, change = 1 + sign, f"{sign:+.0%}"
        responses = inputs.responses
        moved = (responses["opportunity_cost_fen"] * factor).round().astype("int64")
        yield "opportunity_cost", change, _on(prepared, _with(inputs, responses, opportunity_cost_fen=moved))
        for column in ("sigma", "household_share"):
            values = (
                (responses[column] * factor).clip(upper=1.0)
                if column == "household_share"
                else responses[column] * factor
            )
            yield column, change, _on(prepared, _with(inputs, responses, **{column: values}))
        need = (inputs.tasks["need_tenth_mu"] * factor).astype("int64")
        yield "task_need", change, _on(prepared, replace(inputs, tasks=inputs.tasks.assign(need_tenth_mu=need)))
        for measure in (task.id for task in prepared.resolved.tasks if task.id == "afforestation"):
            yield "afforestation_yield", change, _scaled(prepared, {measure: factor})
    yield "retention_shape", "S", lambda: changed(prepared, shape="s_shape")


def _with(inputs: UnitInputs, responses: pd.DataFrame, **columns: pd.Series) -> UnitInputs:
    return replace(inputs, responses=responses.assign(**columns))


def _on(prepared: Prepared, inputs: UnitInputs) -> Callable[[], Prepared]:
    return lambda: changed(prepared, inputs=inputs)


def _scaled(prepared: Prepared, factors: dict[str, float]) -> Callable[[], Prepared]:
    return lambda: changed(prepared, measure_factors=factors)
