"""Solve and audit a table of offers that was made elsewhere.

With a full scenario, its law, tables, funds and rules hold, and only its menus are replaced by the table; with a scenario
of `mode: offers` the table is all there is. Amounts are those of the table's cost columns. A rule or an objective that
lacks its input is refused by name.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.allocation.audit import audit
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.decide import Decision, InfeasibleError, decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.given import binding_by_menu, given_tables
from silvafisc.allocation.menus import Fixed, Menus
from silvafisc.allocation.menus.columns import finish
from silvafisc.allocation.menus.tonnes import CREDITED
from silvafisc.allocation.problem import Floats, ObjectiveError
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import chosen_offers
from silvafisc.allocation.terms import COLUMN
from silvafisc.datasets import Finding, InputError
from silvafisc.economy.ledger import ledger_frame, parameter_ledger
from silvafisc.policy import ParameterTree, Rules, Scenario
from silvafisc.policy.offers_scenario import OffersScenario, load_offers_scenario
from silvafisc.quantities import yuan_to_fen
from silvafisc.results import FundSpec, GradeSpec, ObjectiveSpec, Offers, Outcome, Resolved, RuleSpec, UnitInputs
from silvafisc.results.outcome import in_declared_columns

from .bare_needs import NO_MEANING
from .indicators import ALL, COLUMNS
from .infeasible import explain_infeasible, floors_within_envelopes
from .levels import TABLE as LEVELS
from .levels import levels
from .meta import PACKAGES, exchange_rates, objective_entries, table_hashes
from .offer_inputs import described
from .offer_needs import missing_inputs
from .offer_table import read_offers
from .prepare import Progress, prepare
from .recorded import recorded
from .run import AuditError
from .unit_facts import group_members, unit_inputs


@dataclass(frozen=True)
class Ground:
    """What the offers are judged by; nothing is read from the table yet."""

    scenario: Scenario | OffersScenario
    resolved: Resolved
    inputs: UnitInputs | None
    indices: pd.DataFrame | None
    fixed: Fixed
    law: Rules
    """The dated parameters, which note what is read of them."""


def solve_offers(
    offers: str | Path,
    scenario: str | Path | Scenario | OffersScenario,
    *,
    data: str | Path | None = None,
    sheet: str | None = None,
    objectives: Sequence[str] = (),
    progress: Progress | None = None,
) -> Outcome:
    """Choose one offer of every menu of a table, and audit the choice.

    Args:
        offers: CSV or XLSX with the columns of offers.csv (see `offer_table`).
        scenario: a full scenario, or one of `mode: offers`; name, path or as it is.
        data: for a full scenario its tables; for `mode: offers` a folder or file with regions.csv, where a rule reads it.
        sheet: sheet of the workbook `offers`.
        objectives: columns `obj.<name>`, by name or as the column is called, in the order of stages; in place of the scenario's objectives.

    Raises:
        InputError: every finding in the scenario, its tables or the offers; a rule or an objective without its input.
        Infeasible: no choice keeps all rules. AuditError: the audit does not confirm the choice.
    """
    say = progress or (lambda text: None)
    say("load")
    loaded = scenario if isinstance(scenario, Scenario | OffersScenario) else load_offers_scenario(scenario)
    ground = full_ground(loaded, data, say) if isinstance(loaded, Scenario) else bare_ground(loaded)
    if objectives:
        specs = _stages(objectives)
        ground = replace(ground, resolved=replace(ground.resolved, objectives=specs))
    say("offers")
    table = read_offers(offers, ground.resolved, ground.inputs.codes if ground.inputs else None, sheet)
    resolved, inputs, indices = ground.resolved, ground.inputs, ground.indices
    if inputs is None and isinstance(loaded, OffersScenario):
        inputs, indices = unit_inputs(table, data, resolved)
        resolved = replace(resolved, groups=group_members(loaded, inputs))
        resolved = described(resolved, table, sorted(set(inputs.regions["payer_tier"])))
    assert inputs is not None
    assert indices is not None
    full = isinstance(loaded, Scenario)
    findings = missing_inputs(loaded, resolved, inputs, indices, table, full=full, asked=bool(objectives))
    if findings:
        raise InputError(findings)
    offered = Menus(Offers(table.frame, ground.fixed.objectives()), ground.fixed)
    engine = Engine(case_problem(resolved, inputs, indices, offered))
    decision, point = _solved(loaded, engine, say)
    say("settle and audit")
    chosen = chosen_offers(engine.problem, point)
    tables = given_tables(engine.problem, chosen, binding_by_menu(engine.model, point, chosen))
    if "repaid_by_appropriation" not in table.stated:
        # The table does not say it, so the outcome does not either.
        tables["offers"] = tables["offers"].drop(columns="repaid_by_appropriation")
    frames = _completed(decision, point, tables, _sha256(Path(offers)), ground.law)
    checked = audit(resolved, inputs, frames)
    if not checked["clean"]:
        broken = [f"{c['rule']}: {f['en']}" for c in checked["checks"] for f in c["findings"]]
        raise AuditError("\n".join(broken[:20]))
    meta = _describe(loaded, decision, _sha256(Path(offers)), inputs)
    return Outcome(meta=meta, tables=frames, inputs=inputs, resolved=resolved, audit=checked)


def _stages(objectives: Sequence[str]) -> tuple[ObjectiveSpec, ...]:
    """The columns asked for, in the order of stages. Raises InputError for one that is asked for twice."""
    names = [name.removeprefix(COLUMN) for name in objectives]
    if len(set(names)) < len(names):
        en, zh = f"names a column twice: {', '.join(names)}", f"同一列给了两次：{'、'.join(names)}"
        raise InputError([Finding("--objective", "objectives", en, zh)])
    return tuple(ObjectiveSpec(f"{COLUMN}{name}", stage=at) for at, name in enumerate(names, start=1))


def full_ground(scenario: Scenario, data: str | Path | None, say: Progress) -> Ground:
    """Law, tables and rigid money of a full scenario; its own menus are not used."""
    prepared = prepare(scenario, data, say)
    floors_within_envelopes(prepared)
    joining = [fund.id for fund in prepared.resolved.funds if fund.residue_joins]
    if joining:
        en = "a table of offers has no factor pot that the residue can join; write `residue: unallocated`"
        zh = "备选档次表没有可并入余额的因素法资金池；请改为 residue: unallocated"
        raise InputError(
            [Finding(scenario.where("funds", f, "residue"), f"funds.{f}.residue", en, zh) for f in joining]
        )
    resolved = replace(prepared.resolved, mode="case", offers_given=True)
    indices, fixed = prepared.responses.indices, prepared.menus.fixed
    return Ground(scenario, resolved, prepared.inputs, indices, fixed, prepared.rules)


def bare_ground(scenario: OffersScenario) -> Ground:
    """Funds, objectives and rules, and no fixed money."""
    funds = [
        FundSpec(
            id=name,
            payer=fund.payer,
            budget_nature="",
            appropriation_fen={period: yuan_to_fen(fund.appropriation[period]) for period in scenario.periods},
            carried_in_fen={period: yuan_to_fen(amount) for period, amount in sorted(fund.carried_in.items())},
            carry_share=fund.carry_share,
            reserve_reason=fund.reserve_reason,
            reserve_fen={period: yuan_to_fen(amount) for period, amount in sorted(fund.reserve.items())},
        )
        for name, fund in sorted(scenario.funds.items())
    ]
    law = ParameterTree.load().on(scenario.policy_date)
    objectives = tuple(
        ObjectiveSpec(
            o.term,
            o.stage,
            None if o.weight is None else float(o.weight),
            float(o.tolerance),
            None if o.at_least is None else float(o.at_least),
            o.params,
        )
        for o in scenario.objectives
    )
    rules = tuple(
        RuleSpec(
            rule.rule,
            rule.params if rule.rule in NO_MEANING else recorded(law, rule.rule, rule.params, scenario.periods),
        )
        for rule in scenario.all_rules
    )
    resolved = Resolved(
        id=scenario.id,
        mode="case",
        policy_date=scenario.policy_date,
        periods=tuple(scenario.periods),
        funds=tuple(funds),
        categories=(),
        tasks=(),
        factors=(),
        factor_step="1",
        grades=GradeSpec(),
        rules=rules,
        objectives=objectives,
        seed=scenario.seed,
        gap=scenario.solver.gap,
        time_limit_seconds=float(scenario.solver.time_limit),
        offers_given=True,
    )
    if scenario.notice.unit is not None:
        resolved = replace(resolved, notice_unit_fen=yuan_to_fen(scenario.notice.unit))
    return Ground(scenario, resolved, None, None, Fixed(finish(pd.DataFrame())), law)


def _solved(scenario: Scenario | OffersScenario, engine: Engine, say: Progress) -> tuple[Decision, Floats]:
    """Decide and settle by the last objective that the scenario names."""
    resolved = engine.problem.resolved
    try:
        decision = decide([engine], resolved.objectives, progress=say)
    except InfeasibleError:
        raise explain_infeasible(scenario, resolved, [engine.problem]) from None
    except ObjectiveError as error:
        where = scenario.where("objectives")
        raise InputError([Finding(where, f"objectives.{error.term}", error.en, error.zh)]) from None
    last = engine.vector(engine.objectives[resolved.objectives[-1].term][0])
    return decision, settle(engine.model, decision.point, last)


_INDICATORS = {"adequacy": "adequacy.minimum", "carbon": "", "development": ""}
"""Objective -> its indicator where that has another name, or '' where it has none."""


def _completed(
    decision: Decision, point: Floats, tables: dict[str, pd.DataFrame], digest: str, law: Rules
) -> dict[str, pd.DataFrame]:
    """Every declared table with its columns in order; what was not computed is empty."""
    frames = dict(tables)
    problem, engine = decision.problem, decision.engine
    sums = {name: float(tables["allocation"][name].sum()) for name in ("payment_fen", "carbon_tco2e")}
    rows = [(ALL, "money.total", "fen", "", sums["payment_fen"], "model")]
    if "obj.carbon" in problem.offers.table:
        rows.append((ALL, "carbon.total", "tco2e", "", sums["carbon_tco2e"], "model"))
    if CREDITED in problem.offers.table:
        rows.append((ALL, "carbon.credited", "tco2e", "", float(tables["allocation"]["credited_tco2e"].sum()), "model"))
    for spec in problem.resolved.objectives:
        objective = engine.objectives[spec.term][0]
        value = float(engine.vector(objective) @ point) + objective.constant
        if spec.term.startswith(COLUMN):
            rows.append((ALL, f"{spec.term}.fixed", objective.unit, "", objective.constant, "model"))
        name = _INDICATORS.get(spec.term, spec.term)
        if "risk" in spec.params and spec.term == "carbon":
            name = "carbon.over_draws"
        if name:
            rows.append((ALL, name, objective.unit, "", value, "model"))
    frames["indicators"] = pd.DataFrame(rows, columns=COLUMNS[1:])
    frames["indicators"].insert(0, "scenario", problem.resolved.id)
    frames[LEVELS] = levels(problem.inputs, tables["allocation"])
    origin = {"origin": "assumption", "reference": "a table of offers made elsewhere", "status": "assumption"}
    own = {"what": "offers", "value": digest, "unit": "", "demo": "", **origin}
    known = [{str(k): str(v) for k, v in row.items()} for row in problem.inputs.ledger.to_dict("records")]
    reads = parameter_ledger(law, sorted(law.used))
    frames["sources"] = ledger_frame({row["what"]: row for row in [*known, *reads, own]}.values())
    return in_declared_columns(frames)


def _describe(
    scenario: Scenario | OffersScenario, decision: Decision, digest: str, inputs: UnitInputs
) -> dict[str, Any]:
    """The content of outcome.json: what was chosen from, and how good the choice is."""
    resolved = decision.problem.resolved
    caveat = {
        "zh": "备选档次由外部编制的表给出，金额和效益均以该表为准；规则、资金和合计已逐项校核",
        "en": "The offers are a table made elsewhere; amounts and benefits are those of the table. Rules, funds and sums were audited",
    }
    nothing = dict.fromkeys(("share_open_to_choice", "share_assumed_money", "share_assumed_carbon"))
    return {
        "id": resolved.id,
        "title": {"zh": scenario.title.zh, "en": scenario.title.en},
        "kind": {"zh": scenario.kind.zh, "en": scenario.kind.en},
        "policy_date": resolved.policy_date,
        "mode": resolved.mode,
        "status": decision.status,
        "alpha": None,
        "objectives": objective_entries(resolved, decision),
        "stages": [
            {"name": name, "value": value, "bound": bound, "gap": gap} for name, value, bound, gap in decision.stages
        ],
        "exchange_rates": exchange_rates(resolved, decision),
        **nothing,
        "prices": {},
        "caveats": [*({"zh": c.zh, "en": c.en} for c in scenario.caveats), caveat],
        "provisions": [],
        "versions": {name: version(name) for name in PACKAGES},
        "input_hashes": {**table_hashes(inputs), "offers": digest},
        "seed": resolved.seed,
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
