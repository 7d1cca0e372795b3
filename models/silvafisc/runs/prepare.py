"""From a scenario to everything the allocation needs: law, inputs, yields, responses, offers."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pandas as pd

from silvafisc import carbon, economy
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.engine import Engine, Known
from silvafisc.allocation.menus import Menus, menus
from silvafisc.allocation.menus.factor_pot import weight_vectors
from silvafisc.allocation.menus.renewed import renewed
from silvafisc.allocation.problem import Part, Problem
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.datasets import load_package
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import ParameterTree, Rules, Scenario, load_scenario
from silvafisc.results import FundSpec, Resolved, Responses, UnitInputs, Yields
from silvafisc.results.loans import LoanOffers

from .carbon_source import moved_yields, yields_of
from .draws import with_draws
from .inputs import load_inputs
from .lacking import lacking, uncredited
from .loan_claims import check_pledges
from .loan_offers import loan_offers
from .needs import unmet_needs
from .red_flags import unknown_funds
from .reporting import unknown_figures
from .resolve import resolve
from .scenario_instruments import Priced, priced_instruments

Progress = Callable[[str], None]
Extra = Callable[[Problem], Part]
_FILE = "scenario"


@dataclass(frozen=True)
class Prepared:
    """A scenario with all its consequences computed; nothing is decided yet."""

    scenario: Scenario
    tree: ParameterTree
    rules: Rules
    inputs: UnitInputs
    resolved: Resolved
    yields: Yields
    scores: pd.DataFrame
    responses: Responses
    menus: Menus
    loans: LoanOffers | None = None
    """What units are offered of the scenario's loans; None where it has none."""
    instruments: tuple[Priced, ...] = ()


def as_scenario(scenario: str | Path | Scenario) -> Scenario:
    """A scenario by name, path or as it is. Raises InputError."""
    return scenario if isinstance(scenario, Scenario) else load_scenario(scenario)


def prepare(
    scenario: str | Path | Scenario,
    data: str | Path | None = None,
    progress: Progress | None = None,
    *,
    inputs: UnitInputs | None = None,
) -> Prepared:
    """Read the law and the tables, and compute yields, responses and offers.

    Args:
        data: folder or workbook that stands for the scenario's own `data`.
        inputs: tables that are at hand already; nothing is read then.

    Raises:
        InputError: every finding in the scenario, the law's changes and the tables.
    """
    say = progress or (lambda text: None)
    say("load")
    loaded = as_scenario(scenario)
    tree = ParameterTree.load().apply(loaded.parameter_changes())
    rules = tree.on(loaded.policy_date)
    inputs = inputs or load_inputs(data or loaded.data_folder or loaded.data, rules)
    resolved = resolve(loaded, tree, inputs, rules)
    _refuse_what_is_not_built(loaded, resolved, inputs)
    say("consequences")
    packages = {name: load_package(name) for name in carbon.PACKAGES}
    measures = ["compensation", *(task.id for task in resolved.tasks)]
    yields, inputs = yields_of(loaded, inputs, measures, resolved.periods, rules)
    without = list(uncredited(loaded, resolved, yields))
    if without:
        raise InputError(without)
    scores = carbon.scores(inputs.stands, packages, rules)
    responses = economy.responses(inputs, resolved, scores, rules)
    say("offers")
    loans = loan_offers(loaded, resolved, inputs, yields) if resolved.loans else None
    if loans is not None:
        check_pledges(loaded, resolved, loans)
    offered = menus(resolved, inputs, yields, responses, loans)
    inputs = with_draws(loaded, inputs, resolved, rules, offered)
    priced = priced_instruments(loaded, tree)
    unused = tree.unused_changes()
    if unused:
        raise InputError(
            [
                Finding(c.where, c.path, "nothing in this scenario reads this parameter", "本情景没有用到这个参数")
                for c in unused
            ]
        )
    return Prepared(
        loaded, tree, rules, inputs, resolved, yields, scores, responses, offered, loans=loans, instruments=priced
    )


def changed(
    prepared: Prepared,
    *,
    inputs: UnitInputs | None = None,
    resolved: Resolved | None = None,
    shape: str | None = None,
    measure_factors: dict[str, float] | None = None,
) -> Prepared:
    """The same scenario on other inputs or assumptions, its consequences computed again.

    measure_factors: measure -> factor on its carbon yields.
    """
    tables, exact = inputs or prepared.inputs, resolved or prepared.resolved
    yields = prepared.yields
    if inputs is not None and not tables.stands.equals(prepared.inputs.stands):
        measures = ["compensation", *(task.id for task in exact.tasks)]
        yields = moved_yields(
            prepared.scenario, prepared.inputs.stands, tables.stands, measures, exact.periods, prepared.rules
        )
    if measure_factors:
        table = yields.table.copy()
        factor = table["measure"].map(measure_factors).fillna(1.0)
        for column in [c for c in table.columns if c.endswith("_tco2e_per_mu")]:
            table[column] = table[column] * factor
        yields = Yields(table, yields.horizon)
    responses = economy.responses(tables, exact, prepared.scores, prepared.rules, shape=shape)
    loans = loan_offers(prepared.scenario, exact, tables, yields) if exact.loans else None
    # What a loan brings decides where it is on offer, so offers with loans are made anew.
    if exact is prepared.resolved and same_money(prepared.inputs, tables) and loans is None:
        offered = renewed(prepared.menus, exact, yields, responses)
    else:
        offered = menus(exact, tables, yields, responses, loans)
    return replace(
        prepared, inputs=tables, resolved=exact, yields=yields, responses=responses, menus=offered, loans=loans
    )


def same_money(inputs: UnitInputs, other: UnitInputs) -> bool:
    """Whether both are the same but for yields and responses, which no amount of an offer reads."""
    names = {field.name for field in fields(UnitInputs)} - {"stands", "responses"}
    return all(getattr(inputs, name) is getattr(other, name) for name in names)


def engines(
    prepared: Prepared, alphas: tuple[str, ...] | None = None, *, reference: bool = False, extra: Extra | None = None
) -> list[Engine]:
    """One engine per α of a rule-mode scenario, ascending; a single one where units are not graded.

    extra: rows beside those of the scenario's rules.
    """
    grades = prepared.resolved.grades
    wanted = alphas or (tuple(sorted(grades.alphas, key=float)) if grades.by_region else ("0.5",))
    known: Known = {}
    problems = (
        rule_problem(prepared.resolved, prepared.inputs, prepared.responses.indices, prepared.menus, alpha)
        for alpha in wanted
    )
    return [Engine(p, reference=reference, known=known, extra=extra(p) if extra else None) for p in problems]


def case_engine(
    prepared: Prepared,
    factor_offers: dict[tuple[str, str], str] | None = None,
    *,
    reference: bool = False,
    extra: Extra | None = None,
) -> Engine:
    """The engine of case mode: every offer of every unit on its own. extra: rows beside those of the scenario's rules."""
    problem = case_problem(
        prepared.resolved, prepared.inputs, prepared.responses.indices, prepared.menus, factor_offers
    )
    return Engine(problem, reference=reference, extra=extra(problem) if extra else None)


def _refuse_what_is_not_built(scenario: Scenario, resolved: Resolved, inputs: UnitInputs) -> None:
    """Say plainly what this version cannot do; never solve something else instead."""
    findings = [*lacking(scenario, resolved, inputs)]
    for fund in resolved.funds:
        findings += _without_reserve(scenario, resolved, fund)
        if fund.factor_pot_fen and not weight_vectors(resolved, fund.id):
            en = f"no weights of {fund.id} in steps of {resolved.factor_step} lie in their bands and sum to 1; take a finer step or wider bands"
            zh = f"{fund.id} 各因素权重按步长 {resolved.factor_step} 在区间内无法合计为 1；请减小步长或放宽区间"
            findings.append(Finding(scenario.where("factor_step"), "factor_step", en, zh))
    for number, assumption in enumerate(scenario.assumptions):
        en = f"tables named in a scenario are not read yet; put {assumption.table}.csv into a folder and give it by --data"
        zh = f"情景内指定的假设表尚不能读取；请把 {assumption.table}.csv 放入文件夹并用 --data 指定"
        findings.append(Finding(scenario.where("assumptions", number), f"assumptions[{number}]", en, zh))
    if resolved.assumed_responses != "rank" and (inputs.responses["status"] == "assumption").any():
        en = "response curves are assumed; they may rank options only where the scenario says `assumed_responses: rank`"
        zh = "响应曲线为假定；只有情景写明 assumed_responses: rank 时才可用于比选"
        findings.append(Finding(scenario.where("assumed_responses"), "assumed_responses", en, zh))
    findings += [*unmet_needs(scenario, resolved, inputs), *unknown_figures(inputs), *unknown_funds(inputs, resolved)]
    if findings:
        raise InputError(findings)


def _without_reserve(scenario: Scenario, resolved: Resolved, fund: FundSpec) -> list[Finding]:
    """Published numbers move money in steps: in rule mode only a pot that takes the residue uses a fund to the fen."""
    envelope = resolved.rule("envelope")
    full = envelope is not None and envelope.params.get("full_allocation", False)
    bare = [period for period in resolved.periods if not fund.reserve_fen.get(period)]
    if not full or resolved.mode != "rule" or not bare or fund.residue_joins:
        return []
    en = f"full allocation by published numbers needs a `reserve` with its `reserve_reason` for {', '.join(bare)}, or a factor pot with `residue: factor`"
    zh = f"按公布标准全额分配时，须为 {'、'.join(bare)} 列明预留 reserve 及其原因 reserve_reason，或由因素法资金池吸纳余额（residue: factor）"
    return [Finding(scenario.where("funds", fund.id), f"funds.{fund.id}.reserve", en, zh)]
