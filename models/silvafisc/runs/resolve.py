"""From a scenario and the dated law to a complete, exact description of the choice (`Resolved`).

Nothing is chosen here: floors are looked up for each period, grids are laid out, payer shares are read by tier, groups
are counted out from the table of units. What the scenario states goes before what the parameters have on record.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Catalogue, ParameterTree, PolicyError, Rules, Scenario, load_catalogue
from silvafisc.quantities import fen_to_yuan, share, yuan_to_fen
from silvafisc.results import (
    CategorySpec,
    FactorSpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Resolved,
    RuleSpec,
    TaskSpec,
    UnitInputs,
)
from silvafisc.results.resolved import Shares

from .acceptance import gated
from .groups import GROUP_FUNCTIONS
from .loan_terms import loan_spec
from .recorded import exact_text, recorded

LEVELS = "assumptions.allocation.standard_levels"
WEIGHTS = "assumptions.allocation.factor_weights"
TAIL_SHARE = "assumptions.allocation.risk.tail_share"
NOTICE_UNIT = "notice.amounts.unit"
TIER = "tier_"

_Spec = TypeVar("_Spec")
_Name = TypeVar("_Name", str, int)


@dataclass
class _Sources:
    """Where values come from, and the findings met on the way."""

    scenario: Scenario
    catalogue: Catalogue
    regions: pd.DataFrame
    rules: Rules
    """Law of the policy date."""
    by_period: Mapping[str, Rules]
    """Law of the first day of each period."""
    before: Rules
    """Law of the last day before the first period."""
    findings: list[Finding] = field(default_factory=list)

    def note(self, path: tuple[str | int, ...], en: str, zh: str) -> None:
        text = ".".join(str(part) for part in path)
        self.findings.append(Finding(self.scenario.where(*path), text, en, zh))


def resolve(scenario: Scenario, tree: ParameterTree, inputs: UnitInputs, law: Rules | None = None) -> Resolved:
    """Look up everything that the allocation and its audit need.

    Args:
        scenario: as read by `load_scenario`.
        tree: the law; the scenario's changes are applied here where the tree carries none yet.
        inputs: the units; only `regions` is read, for codes, payer tiers and groups, and `acceptance` for the gates of
            instalments.
        law: of the policy date; its reads are what the ledger of sources lists.

    Returns:
        Resolved: money in fen, standards in fen per mu, shares as exact decimal or ratio strings; funds, categories,
        tasks and factors in ascending order of id.

    Raises:
        InputError: every finding at once: a level below its floor, a tier without shares, an empty group, a code that
            is no unit, a parameter that is repealed or not yet in force.
    """
    tree = tree if tree.changes else tree.apply(scenario.parameter_changes())
    sources = _Sources(
        scenario=scenario,
        catalogue=load_catalogue(),
        regions=inputs.regions,
        rules=law or tree.on(scenario.policy_date),
        by_period={period: tree.on(f"{period}-01-01") for period in scenario.periods},
        before=tree.on(f"{int(scenario.periods[0]) - 1}-12-31"),
    )
    funds = _each(sources, "funds", scenario.funds, _fund)
    categories = _each(sources, "categories", scenario.categories, _category)
    tasks = _each(sources, "menus", scenario.menus, _task)
    known_tasks = {task.id: task for task in tasks}
    offered = [name for name, loan in scenario.loans.items() if loan.measure in known_tasks]
    loans = _each(
        sources,
        "loans",
        offered,
        lambda s, name: loan_spec(s.scenario, name, known_tasks[s.scenario.loans[name].measure], s.rules, s.note),
    )
    factors = _each(sources, "funds", [name for name, use in scenario.funds.items() if use.pots], _factors)
    rules = _each(sources, "rules", range(len(scenario.all_rules)), _rule)
    groups = {name: _group(sources, name) for name in sorted(scenario.groups)}
    commitments, withheld = gated(_commitments(sources), inputs.acceptance, rules)
    step, notice_unit = _factor_step(sources), _notice_unit(sources)
    if sources.findings:
        raise InputError(sources.findings)
    return Resolved(
        id=scenario.id,
        mode=scenario.mode,
        policy_date=scenario.policy_date,
        periods=tuple(scenario.periods),
        funds=funds,
        categories=categories,
        tasks=tasks,
        factors=tuple(spec for specs in factors for spec in specs),
        factor_step=step,
        grades=_grades(scenario),
        rules=rules,
        objectives=_objectives(sources),
        groups=groups,
        opening_commitments=commitments,
        withheld_commitments=withheld,
        assumed_responses=scenario.assumed_responses,
        notice_unit_fen=notice_unit,
        seed=scenario.seed,
        gap=scenario.solver.gap,
        time_limit_seconds=float(scenario.solver.time_limit),
        loans=loans,
    )


def _each(
    sources: _Sources, key: str, names: Iterable[_Name], build: Callable[[_Sources, _Name], _Spec]
) -> tuple[_Spec, ...]:
    """One spec per id (or position), ascending; what the law does not hold becomes a finding."""
    specs = []
    for name in sorted(names):
        try:
            specs.append(build(sources, name))
        except PolicyError as error:
            sources.note((key, name), error.en, error.zh)
    return tuple(specs)


def _fund(sources: _Sources, name: str) -> FundSpec:
    use, fund = sources.scenario.funds[name], sources.catalogue.funds[name]
    if use.appropriation is not None:
        appropriation = {period: yuan_to_fen(use.appropriation[period]) for period in sources.scenario.periods}
    else:
        path = str(fund.appropriation)
        appropriation = {period: rules.fen(path) for period, rules in sources.by_period.items()}
    effectiveness = use.factor_effectiveness
    if effectiveness is None and use.pots and fund.factor_effectiveness is not None:
        effectiveness = exact_text(sources.rules.fraction(fund.factor_effectiveness))
    return FundSpec(
        id=name,
        payer=use.payer or fund.payer,
        budget_nature=use.budget_nature or fund.budget_nature.zh,
        appropriation_fen=appropriation,
        carried_in_fen={period: yuan_to_fen(amount) for period, amount in sorted(use.carried_in.items())},
        carry_share=use.carry_share,
        factor_pot_fen=tuple(yuan_to_fen(amount) for pot in use.pots for amount in pot.amounts),
        residue=use.residue,
        reserve_reason=use.reserve_reason,
        reserve_fen={period: yuan_to_fen(amount) for period, amount in sorted(use.reserve.items())},
        factor_effectiveness=effectiveness,
    )


def _category(sources: _Sources, name: str) -> CategorySpec:
    use, category = sources.scenario.categories[name], sources.catalogue.categories[name]
    floors = {period: rules.fen(category.floor) for period, rules in sources.by_period.items()}
    last_year = yuan_to_fen(use.last_year) if use.last_year is not None else None
    before = sources.before.fen(category.floor) if sources.before.holds(category.floor) else None
    by_unit = {code: yuan_to_fen(yuan) for code, yuan in sorted(use.last_year_by_unit.items())}
    levels = _levels(sources, name, frozenset(floors.values()))
    return CategorySpec(
        id=name,
        fund=use.fund or category.fund,
        tenure=category.tenure,
        floor_fen=floors,
        levels_fen=levels,
        payer_shares=_payer_shares(sources, ("categories", name), use.payers or category.payers),
        last_year_fen=before if last_year is None else last_year,
        not_below=tuple(use.not_below),
        graded=use.graded,
        last_year_by_unit_fen=by_unit,
        floor_before_fen=before,
    )


def _levels(sources: _Sources, name: str, floors: frozenset[int]) -> tuple[int, ...]:
    """The stated grid, or lowest floor, + step, … up to `to`; every floor and the top itself are always on offer.

    A period offers only the levels at or above its own floor, so a floor that rises later binds only from then on.
    """
    use = sources.scenario.categories[name]
    step = yuan_to_fen(use.step) if use.step is not None else sources.rules.fen(f"{LEVELS}.step")
    top = yuan_to_fen(use.to) if use.to is not None else max(floors) + sources.rules.fen(f"{LEVELS}.rise")
    if use.levels is not None:
        levels = tuple(yuan_to_fen(text) for text in use.levels)
        low, top = levels[0], levels[-1]
    elif step <= 0:
        sources.note(("categories", name), "the step between standards must be > 0", "备选标准步长须大于 0")
        return ()
    else:
        levels = tuple(sorted({*range(min(floors), top + 1, step), *floors, top}))
        low = min(floors)
    if low < min(floors):
        shown, floor = fen_to_yuan(low), fen_to_yuan(min(floors))
        en, zh = f"standard {shown} lies below the statutory floor {floor}", f"标准 {shown} 低于法定底线 {floor}"
        sources.note(("categories", name, "levels"), en, zh)
    if top < max(floors):
        shown, floor = fen_to_yuan(top), fen_to_yuan(max(floors))
        en = f"highest standard {shown} lies below the statutory floor {floor}"
        sources.note(("categories", name), en, f"最高备选标准 {shown} 低于法定底线 {floor}")
    return levels


def _task(sources: _Sources, name: str) -> TaskSpec:
    menu, measure = sources.scenario.menus[name], sources.catalogue.measures[name]
    floor = max((rules.fen(measure.floor) for rules in sources.by_period.values()), default=0) if measure.floor else 0
    standards = tuple(yuan_to_fen(text) for text in menu.standards)
    if standards[0] < floor:
        low = fen_to_yuan(standards[0])
        en = f"unit standard {low} lies below the standard in force {fen_to_yuan(floor)}"
        zh = f"单位标准 {low} 低于现行标准 {fen_to_yuan(floor)}"
        sources.note(("menus", name, "standards"), en, zh)
    instalments = _instalments(sources, name, measure.instalments) if measure.instalments else ((0, "1"),)
    fund = next(fund for fund, use in sorted(sources.scenario.funds.items()) if name in use.measures)
    return TaskSpec(
        id=name,
        fund=fund,
        standards_fen=standards,
        quantity_shares=tuple(menu.quantity_shares),
        payer_shares=_payer_shares(sources, ("menus", name), menu.payers or str(measure.payers)),
        instalments=instalments,
        floor_fen=floor,
    )


def _instalments(sources: _Sources, name: str, path: str) -> tuple[tuple[int, str], ...]:
    """`0:0.7;2:0.3` -> ((0, '0.7'), (2, '0.3'))."""
    parts = tuple((int(years), part) for years, part in (text.split(":") for text in sources.rules.texts(path)))
    years = [year for year, _ in parts]
    if sum(share(part) for _, part in parts) != 1 or years != sorted(set(years)) or years[0] != 0:
        en, zh = (
            f"instalments of {path} must start at 0, ascend and sum to 1",
            f"{path} 的分期须从 0 起、递增且合计为 1",
        )
        sources.note(("menus", name), en, zh)
    return parts


def _payer_shares(sources: _Sources, path: tuple[str | int, ...], folder: str) -> dict[str, Shares]:
    """Shares by tier; every tier that a unit has must have them."""
    shares: dict[str, Shares] = {}
    for parameter in sources.rules.children(folder):
        pairs = [text.split(":") for text in sources.rules.texts(parameter)]
        split = tuple((payer, part) for payer, part in pairs)
        if sum((share(part) for _, part in split), Fraction(0)) != 1:
            sources.note(path, f"payer shares of {parameter} do not sum to 1", f"{parameter} 的分担比例之和不为 1")
        shares[parameter.rpartition(".")[2].removeprefix(TIER)] = split
    for tier in sorted(set(sources.regions["payer_tier"].astype(str)) - set(shares)):
        codes = sources.regions.loc[sources.regions["payer_tier"].astype(str) == tier, "region_code"]
        named = ", ".join(sorted(str(code) for code in codes))
        en, zh = (
            f"{folder} has no shares for payer tier {tier!r} ({named})",
            f"{folder} 没有第 {tier!r} 档的分担比例（{named}）",
        )
        sources.note(path, en, zh)
    return shares


def _factors(sources: _Sources, fund: str) -> tuple[FactorSpec, ...]:
    """Factors of a fund's pot: stated bands, or the template ± the band on record, inside 0 and 1."""
    stated = sources.scenario.factors.get(fund, {})
    known = sources.catalogue.funds[fund].factors
    specs = []
    for name in sorted(stated or known):
        entry = sources.rules.entry(known[name].weight)
        template = sources.rules.fraction(known[name].weight)
        band = stated.get(name)
        if band is None:
            reach = sources.rules.fraction(f"{WEIGHTS}.band")
            low, high = exact_text(max(Fraction(0), template - reach)), exact_text(min(Fraction(1), template + reach))
        else:
            low, high = band.low, band.high
            template = share(band.template) if band.template is not None else template
        status = entry.status if band is None or band.template is None else "assumption"
        specs.append(FactorSpec(fund, name, low, high, exact_text(template), status))
    _check_weights(sources, fund, specs)
    return tuple(specs)


def _check_weights(sources: _Sources, fund: str, specs: list[FactorSpec]) -> None:
    total = sum((share(spec.template) for spec in specs), Fraction(0))
    if total != 1:
        en, zh = f"template weights sum to {exact_text(total)}, not 1", f"模板权重之和为 {exact_text(total)}，不是 1"
        sources.note(("factors", fund), en, zh)
    for spec in specs:
        if not share(spec.low) <= share(spec.template) <= share(spec.high):
            en = f"template {spec.template} lies outside {spec.low}–{spec.high}"
            sources.note(
                ("factors", fund, spec.factor), en, f"模板权重 {spec.template} 不在 {spec.low}—{spec.high} 之内"
            )


def _rule(sources: _Sources, position: int) -> RuleSpec:
    """A rule with what it takes from the record."""
    rule = sources.scenario.all_rules[position]
    params = recorded(sources.rules, rule.rule, rule.params, sources.scenario.periods)
    return RuleSpec(rule.rule, params)


def _factor_step(sources: _Sources) -> str:
    stated = sources.scenario.factor_step
    if stated is not None:
        return stated
    steps = _each(sources, "factor_step", [f"{WEIGHTS}.step"], lambda s, path: exact_text(s.rules.fraction(path)))
    return steps[0] if steps else ""


def _notice_unit(sources: _Sources) -> int:
    stated = sources.scenario.notice.unit
    if stated is not None:
        return yuan_to_fen(stated)
    units = _each(sources, "notice", [NOTICE_UNIT], lambda s, path: s.rules.fen(path))
    return units[0] if units else 0


def _group(sources: _Sources, name: str) -> tuple[str, ...]:
    group, known = sources.scenario.groups[name], set(sources.regions["region_code"].astype(str))
    if group.members is None:
        codes = GROUP_FUNCTIONS[str(group.expression)](sources.regions, name)
    else:
        codes = tuple(sorted(group.members))
        for position, code in enumerate(group.members):
            if code not in known:
                en, zh = f"{code} is none of the units", f"{code} 不是本情景的单位"
                sources.note(("groups", name, "members", position), en, zh)
    if not codes:
        sources.note(("groups", name), "selects no unit", "没有选中任何单位")
    return codes


def _commitments(sources: _Sources) -> tuple[tuple[str, str, str, str, int], ...]:
    known, rows = set(sources.regions["region_code"].astype(str)), []
    for fund, use in sorted(sources.scenario.funds.items()):
        for position, due in enumerate(use.opening_commitments):
            if due.region_code not in known:
                en, zh = f"{due.region_code} is none of the units", f"{due.region_code} 不是本情景的单位"
                sources.note(("funds", fund, "opening_commitments", position, "region_code"), en, zh)
            rows.append((due.region_code, fund, due.measure, due.period, yuan_to_fen(due.amount)))
    return tuple(sorted(rows))


def _grades(scenario: Scenario) -> GradeSpec:
    grades = scenario.grades
    return GradeSpec(
        by_region=grades.by_region,
        alphas=tuple(grades.alphas),
        cut_offs=grades.cut_offs,
        minimum=grades.minimum,
        maximum=grades.maximum,
    )


def _tail_on_record(rules: Rules, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an objective, a tail of draws with the share on record where none is stated."""
    stated = "share" in params or params.get("risk") not in ("cvar", "quantile")
    return dict(params) if stated else {**params, "share": exact_text(rules.fraction(TAIL_SHARE))}


def _objectives(sources: _Sources) -> tuple[ObjectiveSpec, ...]:
    """The objectives, a tail of draws with the share on record where none is stated."""

    return tuple(
        ObjectiveSpec(
            term=objective.term,
            stage=objective.stage,
            weight=None if objective.weight is None else float(objective.weight),
            tolerance=float(objective.tolerance),
            at_least=None if objective.at_least is None else float(objective.at_least),
            params=_tail_on_record(sources.rules, objective.params),
        )
        for objective in sources.scenario.objectives
    )
