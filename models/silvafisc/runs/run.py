"""Run a scenario: prepare, decide, settle, tabulate, audit, and what a reader asks beside the answer."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from silvafisc.allocation.audit import audit
from silvafisc.allocation.decide import Decision, InfeasibleError, decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.problem import Floats, ObjectiveError
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import outcome_tables
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.economy.ledger import ledger_frame, parameter_ledger
from silvafisc.policy import Scenario
from silvafisc.results import Outcome
from silvafisc.results.outcome import in_declared_columns

from .beside import beside
from .carbon_accounts import carbon_accounts
from .carbon_beside import felling_and_reserve
from .indicators import indicators, lorenz_points
from .infeasible import explain_infeasible, floors_within_envelopes
from .levels import TABLE as LEVELS
from .levels import levels
from .leverage import leverage
from .listed_units import listed_units
from .loan_tables import loan_tables
from .loan_terms import loan_ledger
from .meta import describe
from .notice_identity import notice_identity, read_beside
from .prepare import Prepared, Progress, case_engine, engines, prepare
from .proposal import Line, read_proposal
from .red_flags import red_flags
from .residue import Published, published
from .scenario_instruments import finance_tables


class AuditError(Exception):
    """The independent audit does not confirm the allocation: nothing may be reported. A bug, not the user's fault."""


def run(
    scenario: str | Path | Scenario,
    *,
    data: str | Path | None = None,
    proposal: str | Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Solve a scenario and return its audited outcome (not yet saved).

    Args:
        data: folder or workbook that stands for the scenario's own tables.
        proposal: somebody's own allocation (columns as `score`), shown beside the answer and explained against it.

    Raises:
        InputError: wrong scenario or tables, all findings at once.
        Infeasible: no allocation keeps all rules; names the smallest relaxation.
        AuditError: the audit does not confirm the result.
    """
    say = progress or (lambda text: None)
    prepared = prepare(scenario, data, say)
    lines = None if proposal is None else read_proposal(proposal, prepared.resolved, prepared.inputs)
    return settled(prepared, say, lines)


def settled(prepared: Prepared, say: Progress, lines: list[Line] | None = None) -> Outcome:
    """Decide, settle, tabulate and audit what was prepared. Raises Infeasible, InputError and AuditError as `run`."""
    floors_within_envelopes(prepared)
    decision, point = solve(prepared, say)
    say("settle and audit")
    shown = published(prepared, decision, point)
    tables = outcome_tables(shown.decision.engine.model, shown.point)
    tables |= loan_tables(prepared, tables)
    checked = audit(prepared.resolved, prepared.inputs, tables)
    if not checked["clean"]:
        broken = [f"{c['rule']}: {f['en']}" for c in checked["checks"] for f in c["findings"]]
        raise AuditError("\n".join(broken[:20]))
    return finish(prepared, shown, tables, say, lines)


def solve(prepared: Prepared, say: Progress) -> tuple[Decision, Floats]:
    """Decide and settle; the published answer is built through Pyomo. Raises Infeasible; InputError for an objective that cannot be."""
    case = prepared.resolved.mode == "case"
    try:
        solvers = [case_engine(prepared, reference=True)] if case else engines(prepared, reference=True)
        decision = decide(solvers, prepared.resolved.objectives, progress=say)
    except InfeasibleError:
        raise explain_infeasible(prepared.scenario, prepared.resolved, [solver.problem for solver in solvers]) from None
    except ObjectiveError as error:
        where = prepared.scenario.where("objectives")
        raise InputError([Finding(where, f"objectives.{error.term}", error.en, error.zh)]) from None
    return decision, settle(decision.engine.model, decision.point, last_objective(prepared, decision.engine))


def last_objective(prepared: Prepared, engine: Engine) -> Floats:
    """Coefficients of the last objective that the scenario names: what settlement loses least of."""
    return engine.vector(engine.objectives[prepared.resolved.objectives[-1].term][0])


def finish(
    prepared: Prepared,
    shown: Published,
    tables: Mapping[str, pd.DataFrame],
    say: Progress,
    proposal: list[Line] | None = None,
) -> Outcome:
    """Everything beside the answer, the ledger, and the final audit over what will be saved."""
    extra = beside(prepared, shown, tables, say, proposal)
    frames = dict(tables) | extra.tables
    frames["indicators"] = indicators(prepared, frames)
    frames |= carbon_accounts(prepared, frames["allocation"])
    frames |= felling_and_reserve(prepared)
    flags = listed_units(prepared.resolved, prepared.inputs, frames)
    frames["red_flags"] = red_flags(prepared.inputs, prepared.rules, flags)
    frames["leverage"] = leverage(prepared, shown, frames)
    frames[LEVELS] = levels(prepared.inputs, frames["allocation"])
    frames["lorenz"] = lorenz_points(prepared, frames["allocation"])
    frames |= finance_tables(prepared.instruments)
    frames["notice_identity"] = notice_identity(prepared.scenario, prepared.rules)
    read_beside(prepared.rules)
    reads = parameter_ledger(prepared.rules, sorted(prepared.rules.used))
    known = prepared.inputs.ledger.astype(str)
    names = [str(name) for name in known.columns]
    rows = [dict(zip(names, values, strict=True)) for values in known.itertuples(index=False, name=None)]
    frames["sources"] = ledger_frame(
        {row["what"]: row for row in [*rows, *reads, *loan_ledger(prepared.scenario)]}.values()
    )
    frames = in_declared_columns(frames)
    final = audit(prepared.resolved, prepared.inputs, frames)
    if not final["clean"]:
        broken = [f"{c['rule']}: {f['en']}" for c in final["checks"] for f in c["findings"]]
        raise AuditError("\n".join(broken[:20]))
    return Outcome(
        meta=describe(prepared, shown, frames, extra.prices),
        tables=frames,
        inputs=prepared.inputs,
        resolved=prepared.resolved,
        audit=final,
    )
