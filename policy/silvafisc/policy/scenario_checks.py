"""What the schema alone cannot see: names that must exist, periods that must be listed, weights that must sum."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.quantities import share

from .catalogue import Catalogue
from .instrument_files import shipped_instruments
from .parameters import ParameterTree
from .scenario_loans import loan_faults
from .scenario_rules import NeedCap, OneChannel, Split
from .scenario_schema import Scenario
from .scenario_terms import AnyRule
from .schema import hint
from .yaml_source import Path_, dotted

PREDECESSOR = "builtin:predecessor"
"""The tables of the outcome before, which `roll` hands on."""
BUILTIN_DATA = ("builtin:nation", PREDECESSOR)


def check_scenario(scenario: Scenario, catalogue: Catalogue, tree: ParameterTree) -> list[Finding]:
    """Every finding about a scenario whose schema is right."""
    checks = (_time, _funds, _subjects, _factors, _terms, _instruments, _provisions, _notice, loan_faults)
    findings = [finding for check in checks for finding in check(scenario, catalogue)]
    findings += _payers(scenario, tree)
    try:
        tree.apply(scenario.parameter_changes())
    except InputError as error:
        findings += error.findings
    return findings


def _finding(scenario: Scenario, path: Path_, en: str, zh: str) -> Finding:
    return Finding(scenario.where(*path), dotted(path), en, zh)


def _unknown(
    scenario: Scenario, path: Path_, what: tuple[str, str], name: str, known: Iterable[str]
) -> Iterator[Finding]:
    names = sorted(known)
    if name not in names:
        more_en, more_zh = hint(name, names)
        en = f"unknown {what[0]} {name!r}{more_en or '; known: ' + ', '.join(names)}"
        yield _finding(scenario, path, en, f"未知的{what[1]} {name!r}{more_zh or '；可用：' + '、'.join(names)}")


def _time(scenario: Scenario, _: Catalogue) -> Iterator[Finding]:
    years = [int(period) for period in scenario.periods]
    if years != list(range(years[0], years[0] + len(years))):
        yield _finding(scenario, ("periods",), "periods must be consecutive years", "年度须连续递增")
    if scenario.horizon < years[-1]:
        en, zh = f"must not lie before the last period {years[-1]}", f"不得早于最后一个年度 {years[-1]}"
        yield _finding(scenario, ("horizon",), f"{en} (got {scenario.horizon})", f"{zh}（现为 {scenario.horizon}）")
    if scenario.data.startswith("builtin:"):
        yield from _unknown(scenario, ("data",), ("built-in data", "内置数据"), scenario.data, BUILTIN_DATA)
    elif scenario.data_folder is not None and not _holds_tables(scenario.data_folder):
        en = f"there is no folder or workbook {scenario.data!r} beside the scenario"
        zh = f"情景文件旁没有文件夹或工作簿 {scenario.data!r}"
        yield _finding(scenario, ("data",), en, zh)


def _holds_tables(place: Path) -> bool:
    return place.is_dir() or (place.is_file() and place.suffix.lower() == ".xlsx")


def _funds(scenario: Scenario, catalogue: Catalogue) -> Iterator[Finding]:
    for name, use in scenario.funds.items():
        path = ("funds", name)
        yield from _unknown(scenario, path, ("fund", "资金"), name, catalogue.funds)
        for position, measure in enumerate(use.measures):
            yield from _unknown(
                scenario, (*path, "measures", position), ("measure", "措施"), measure, catalogue.measures
            )
        for key, amounts in (
            ("appropriation", use.appropriation or {}),
            ("carried_in", use.carried_in),
            ("reserve", use.reserve),
        ):
            for period in amounts:
                if period not in scenario.periods:
                    en, zh = f"period {period} is not listed in `periods`", f"年度 {period} 未列入 periods"
                    yield _finding(scenario, (*path, key, period), en, zh)
        missing = [p for p in scenario.periods if use.appropriation is not None and p not in use.appropriation]
        if missing:
            en, zh = f"lacks the periods {', '.join(missing)}", f"缺少年度 {'、'.join(missing)}"
            yield _finding(scenario, (*path, "appropriation"), en, zh)
        fund = catalogue.funds.get(name)
        if fund and use.appropriation is None and fund.appropriation is None:
            en, zh = "no appropriation is on record for this fund; state it", "该资金没有额度记录，须在情景中给出"
            yield _finding(scenario, path, en, zh)
        if fund and use.pots and "factor" not in fund.natures:
            en, zh = "this fund carries no factor money", "该资金不按因素法分配"
            yield _finding(scenario, (*path, "pots"), en, zh)
        if use.residue == "factor" and not use.pots:
            en, zh = "needs a factor pot that the residue can join", "须先有因素法资金池，余额才能并入"
            yield _finding(scenario, (*path, "residue"), en, zh)
        if use.residue == "factor" and share(use.carry_share):
            en = "what is left joins the factor pot, so nothing is carried out: `carry_share` has to be 0"
            zh = "余额并入因素法资金池后没有可结转的资金，carry_share 须为 0"
            yield _finding(scenario, (*path, "carry_share"), en, zh)
        for position, commitment in enumerate(use.opening_commitments):
            at = (*path, "opening_commitments", position)
            if commitment.period not in scenario.periods:
                en, zh = (
                    f"period {commitment.period} is not listed in `periods`",
                    f"年度 {commitment.period} 未列入 periods",
                )
                yield _finding(scenario, (*at, "period"), en, zh)
            yield from _unknown(scenario, (*at, "measure"), ("measure", "措施"), commitment.measure, catalogue.measures)


def _subjects(scenario: Scenario, catalogue: Catalogue) -> Iterator[Finding]:
    """Categories and menus: each exists, and the fund that pays it lists its measure."""
    if not scenario.categories and not scenario.menus:
        yield _finding(
            scenario,
            (),
            "empty selection: neither `categories` nor `menus`",
            "没有选择任何类别或任务（categories、menus 均为空）",
        )
    payers: dict[str, set[str]] = {name: set() for name in scenario.funds}
    for name, use in scenario.categories.items():
        yield from _unknown(scenario, ("categories", name), ("category", "类别"), name, catalogue.categories)
        if name in catalogue.categories:
            known = catalogue.categories[name]
            fund = use.fund or known.fund
            yield from _paid(scenario, ("categories", name), fund, known.measure)
            payers.setdefault(fund, set()).add(known.measure)
        for position, other in enumerate(use.not_below):
            at = ("categories", name, "not_below", position)
            yield from _unknown(scenario, at, ("category", "类别"), other, set(scenario.categories) - {name})
    for name in scenario.menus:
        yield from _unknown(scenario, ("menus", name), ("task measure", "任务措施"), name, catalogue.tasks)
        paying = [fund for fund, use in scenario.funds.items() if name in use.measures]
        if len(paying) != 1:
            en = f"must be listed under `measures` of exactly one fund (found {len(paying)})"
            yield _finding(scenario, ("menus", name), en, f"须恰好列入一项资金的 measures（现有 {len(paying)} 项）")
        for fund in paying:
            payers[fund].add(name)
    for name, fund_use in scenario.funds.items():
        for position, measure in enumerate(fund_use.measures):
            if measure in catalogue.measures and measure not in payers[name]:
                en = f"empty selection: nothing of {measure} is paid by {name}; give categories or a menu"
                zh = f"空选择：{name} 没有支付任何 {measure}；请给出类别或任务菜单"
                yield _finding(scenario, ("funds", name, "measures", position), en, zh)


def _paid(scenario: Scenario, path: Path_, fund: str, measure: str) -> Iterator[Finding]:
    if fund not in scenario.funds:
        en = f"is paid by {fund}, which `funds` does not list; name another `fund`"
        yield _finding(scenario, path, en, f"由 {fund} 支付，但 funds 未列该资金；请指定 fund")
    elif measure not in scenario.funds[fund].measures:
        en, zh = f"its fund {fund} does not list the measure {measure}", f"其资金 {fund} 未列措施 {measure}"
        yield _finding(scenario, path, en, zh)


def _factors(scenario: Scenario, catalogue: Catalogue) -> Iterator[Finding]:
    """Bands contain their template, weights can sum to one."""
    for fund, bands in scenario.factors.items():
        yield from _unknown(scenario, ("factors", fund), ("fund", "资金"), fund, scenario.funds)
        known = catalogue.funds[fund].factors if fund in catalogue.funds else {}
        low = high = template = Fraction(0)
        for name, band in bands.items():
            path = ("factors", fund, name)
            yield from _unknown(scenario, path, ("factor", "因素"), name, known)
            low, high = low + share(band.low), high + share(band.high)
            middle = share(band.template) if band.template is not None else share(band.low)
            template += middle
            if not share(band.low) <= middle <= share(band.high):
                en, zh = f"template lies outside {band.low}–{band.high}", f"模板权重不在 {band.low}—{band.high} 之内"
                yield _finding(scenario, path, en, zh)
        if not low <= 1 <= high:
            en = f"weights cannot sum to 1: the bands allow {float(low)} to {float(high)}"
            yield _finding(
                scenario, ("factors", fund), en, f"权重之和不可能为 1：区间允许 {float(low)} 至 {float(high)}"
            )
        elif all(band.template is not None for band in bands.values()) and template != 1:
            en, zh = f"template weights sum to {float(template)}, not 1", f"模板权重之和为 {float(template)}，不是 1"
            yield _finding(scenario, ("factors", fund), en, zh)


def _terms(scenario: Scenario, _: Catalogue) -> Iterator[Finding]:
    for key, rules in (("rules", scenario.rules), ("more_rules", scenario.more_rules)):
        for position, rule in enumerate(rules):
            fund = rule.params.get("fund")
            for name in ("group", "pooled"):
                if (group := rule.params.get(name)) is not None:
                    yield from _unknown(scenario, (key, position, name), ("group", "分组"), group, scenario.groups)
            if fund is not None:
                yield from _unknown(scenario, (key, position, "fund"), ("fund", "资金"), fund, scenario.funds)
            yield from _work(scenario, (key, position), rule)
    names = [rule.rule for rule in scenario.all_rules]
    for name in sorted({"envelope", "eligible_area", "cost_sharing"} - set(names)):
        en, zh = f"rule {name} is always in force and must be listed", f"规则 {name} 始终有效，须列出"
        yield _finding(scenario, ("rules",), en, zh)
    for place, name in enumerate(names):
        if name in names[:place] and name not in {"priority_share", "not_below_last_year", "horizontal"}:
            own = place - len(scenario.rules)
            at = ("rules", place) if own < 0 else ("more_rules", own)
            yield _finding(scenario, at, f"rule {name} is listed twice", f"规则 {name} 重复")
    ways = {way for o in scenario.objectives for way in ("stage", "weight") if getattr(o, way) is not None}
    if len(ways) > 1:
        en = "objectives are combined either by `stage` or by `weight`, not both"
        yield _finding(scenario, ("objectives",), en, "各目标须统一用 stage 或统一用 weight")
    terms = [objective.term for objective in scenario.objectives]
    if scenario.mode == "case" and "simplicity" in terms:
        at = ("objectives", terms.index("simplicity"))
        en, zh = (
            "publishes no numbers; leave the objective out or use `mode: rule`",
            "不公布标准；请去掉该目标或改用 mode: rule",
        )
        yield _finding(scenario, at, f"simplicity: case mode {en}", f"simplicity：逐单位模式{zh}")
    for name in sorted({term for term in terms if terms.count(term) > 1}):
        yield _finding(scenario, ("objectives",), f"objective {name} is listed twice", f"目标 {name} 重复")
    weights = [objective.weight for objective in scenario.objectives if objective.weight is not None]
    if weights and abs(sum(weights) - 1) > 1e-9:
        en, zh = f"weights sum to {sum(weights):g}, not 1", f"权重之和为 {sum(weights):g}，不是 1"
        yield _finding(scenario, ("objectives",), en, zh)
    stages = [objective.stage for objective in scenario.objectives if objective.stage is not None]
    if len(set(stages)) < len(stages):
        yield _finding(scenario, ("objectives",), "two objectives have the same stage", "两个目标的 stage 相同")


def _work(scenario: Scenario, path: Path_, rule: AnyRule) -> Iterator[Finding]:
    """Measures and categories that a rule names are those of the scenario."""
    menus, both = scenario.menus, {*scenario.menus, *scenario.categories}
    match rule:
        case NeedCap():
            for place, name in enumerate(rule.measures or []):
                yield from _unknown(scenario, (*path, "measures", place), ("task measure", "任务措施"), name, menus)
        case OneChannel():
            for number, shared in enumerate(rule.exclusive):
                for place, name in enumerate(shared.measures):
                    at = (*path, "exclusive", number, "measures", place)
                    yield from _unknown(scenario, at, ("measure or category", "措施或类别"), name, both)
        case Split():
            for name in rule.uses:
                at = (*path, "uses", name)
                yield from _unknown(scenario, at, ("category", "类别"), name, scenario.categories)


def _instruments(scenario: Scenario, _: Catalogue) -> Iterator[Finding]:
    """Every instrument has a file, and stands once."""
    files = scenario.instrument_files
    for place, (name, file) in enumerate(zip(scenario.instruments, files, strict=True)):
        if file is None:
            yield from _unknown(
                scenario, ("instruments", place), ("instrument", "金融工具"), name, shipped_instruments()
            )
        elif file in files[:place]:
            yield _finding(scenario, ("instruments", place), f"{name} is listed twice", f"{name} 重复")


def _provisions(scenario: Scenario, _: Catalogue) -> Iterator[Finding]:
    changed = {entry.parameter for entry in scenario.changes}
    keys = set(Scenario.model_fields)
    rules = {f"rules.{rule.rule}" for rule in scenario.all_rules}
    for position, provision in enumerate(scenario.provisions):
        for place, name in enumerate(provision.changes):
            at = ("provisions", position, "changes", place)
            yield from _unknown(scenario, at, ("change", "改动"), name, changed | keys | rules)


def _notice(scenario: Scenario, _: Catalogue) -> Iterator[Finding]:
    for name, identity in scenario.notice.funds.items():
        yield from _unknown(scenario, ("notice", "funds", name), ("fund", "资金"), name, scenario.funds)
        if identity.year is not None and identity.year not in scenario.periods:
            en, zh = f"year {identity.year} is not listed in `periods`", f"年度 {identity.year} 未列入 periods"
            yield _finding(scenario, ("notice", "funds", name, "year"), en, zh)


def _payers(scenario: Scenario, tree: ParameterTree) -> Iterator[Finding]:
    folders = {path.rpartition(".")[0] for path in tree.parameters if path.startswith("payers.")} - {"payers.tiers"}
    for key, uses in (("categories", scenario.categories), ("menus", scenario.menus)):
        for name, use in uses.items():
            if use.payers is not None:
                yield from _unknown(scenario, (key, name, "payers"), ("payers", "分担办法"), use.payers, folders)
