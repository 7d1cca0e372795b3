"""Variants of a scenario: each named thing takes each of its values (`--vary NAME=V1,V2,…`), all combinations.

| name | values | what it does |
|---|---|---|
| budget | `-10%`, `0`, `+10%` | every appropriation and factor pot (grid) times 1 + change, rounded down to the fen; floors, reserves, instalments due and money carried in stay, so a fund may become infeasible |
| carbon_price | yuan per tonne | the median carbon price (parameter `assumptions.allocation.risk.price_median`) at which the draws value tonnes, and the flat price of loans on offer and instruments whose tonnes sell as CCER; local products keep theirs; amounts depend on it only where loans are on offer |
| performance | `on`, `off`, `10%` | the rule `performance` as stated, left out, or with that reward and deduction |
| climate | id | climate of the full carbon engine (`carbon.climate`) |
| mode | `rule`, `case` | mode |
| weight.TERM | number | weight of an objective; the other weights keep their proportions and the sum of all stays |
| a scenario key | value | such as `grades.maximum`, `funds.ID.carry_share`, `rules.NAME.PARAMETER`; `+5%` changes a number by a share |
| a parameter path | value in its unit | such as `assumptions.allocation.responses.shape`, from the policy date on; `+5%` as above |

`0` (of budget) and `on` leave the scenario as it is: such a variant gives the amounts of the scenario itself.
"""

import copy
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import yaml

from silvafisc.allocation.terms import term_names, title_of
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import ParameterTree, PolicyError, Scenario, load_catalogue
from silvafisc.policy.scenario_files import derived_scenario
from silvafisc.policy.schema import hint
from silvafisc.quantities import fen_to_yuan, share, yuan_to_fen
from silvafisc.results import ObjectiveSpec

from .recorded import exact_text
from .spoken import Said

OPTION = "--vary"
PRICE = "assumptions.allocation.risk.price_median"
NAMES = ("budget", "carbon_price", "performance", "climate", "mode")
WEIGHT = "weight."
_STATED = {"budget": "0", "performance": "on"}
"""Values that leave the scenario as it is."""
_TITLES = {
    "budget": Said("预算", "budget"),
    "carbon_price": Said("碳价", "carbon price"),
    "performance": Said("绩效奖惩", "performance"),
    "climate": Said("气候情景", "climate"),
    "mode": Said("分配方式", "mode"),
}
_UNITS = {"carbon_price": Said(" 元/吨", " yuan/t")}
_SAID = {
    ("budget", "0"): Said("不变", "unchanged"),
    ("performance", "on"): Said("适用", "on"),
    ("performance", "off"): Said("不适用", "off"),
    ("mode", "rule"): Said("公布规则", "published rules"),
    ("mode", "case"): Said("逐单位选档", "offers unit by unit"),
}
_SIGNS = {"+": "p", "-": "m", ".": "d", "%": ""}
"""How signs of a value are written in the name of a folder."""

Stated = dict[str, Any]
Values = Mapping[str, str]


@dataclass(frozen=True)
class Variant:
    """One combination. values: name -> value as written. stated: whether it is the scenario as it is."""

    scenario: Scenario
    values: Values
    stated: bool

    @property
    def id(self) -> str:
        """Name of its outcome folder."""
        return self.scenario.id


def parse_varied(texts: Sequence[str]) -> dict[str, list[str]]:
    """`NAME=V1,V2` -> name -> values, in the order stated. Raises InputError with every finding."""
    varied: dict[str, list[str]] = {}
    findings = []
    for text in texts:
        name, sign, listed = text.partition("=")
        name, values = name.strip(), [value.strip().replace("−", "-") for value in listed.split(",")]
        if not sign or not name or not all(values):
            en, zh = f"{text!r} is not NAME=VALUE,VALUE", f"{text!r} 的写法应为 名称=值,值"
            findings.append(Finding(OPTION, name, en, zh))
        elif name in varied or len(set(values)) < len(values):
            en, zh = "is stated twice, or has a value twice", "重复指定，或取值重复"
            findings.append(Finding(OPTION, name, en, zh))
        else:
            varied[name] = values
    if findings:
        raise InputError(findings)
    return varied


def variants(
    scenario: Scenario, varied: Mapping[str, Sequence[str]], tree: ParameterTree | None = None
) -> list[Variant]:
    """The product of all values, the first name varying slowest.

    Raises:
        InputError: every finding at once: a name that is none, a value that the scenario cannot take.
    """
    law = tree or ParameterTree.load()
    made: list[Variant] = []
    findings: list[Finding] = []
    for combination in itertools.product(*varied.values()):
        values = dict(zip(varied, combination, strict=True))
        try:
            made.append(_variant(scenario, values, law))
        except InputError as error:
            findings += [f for f in error.findings if f not in findings]
    if findings:
        raise InputError(findings)
    double = {v.id for v in made if sum(other.id == v.id for other in made) > 1}
    if double:
        en, zh = (
            f"two variants have the same name: {', '.join(sorted(double))}",
            f"变体重名：{'、'.join(sorted(double))}",
        )
        raise InputError([Finding(OPTION, "", en, zh)])
    return made


def _variant(scenario: Scenario, values: Values, law: ParameterTree) -> Variant:
    base: Stated = dict(scenario.to_json())
    stated = copy.deepcopy(base)
    for name, value in values.items():
        if _STATED.get(name) != value:
            _change(scenario, stated, law, name, value)
    same, title = stated == base, stated["title"]
    said = [_said(name, value) for name, value in values.items()]
    zh, en = "，".join(text.zh for text in said), ", ".join(text.en for text in said)
    stated["title"] = {"zh": f"{title['zh']}（{zh}）", "en": f"{title['en']} ({en})"}
    stated["id"] = "-".join([scenario.id, *(_slug(name, value) for name, value in values.items())])
    try:
        return Variant(derived_scenario(stated, scenario.id, scenario), values, same)
    except InputError as error:
        path = ", ".join(f"{name}={value}" for name, value in values.items())
        findings = [Finding(OPTION, path, f"{f.path}: {f.en}", f"{f.path}：{f.zh}") for f in error.findings]
        raise InputError(findings) from None


def _said(name: str, value: str) -> Said:
    """`budget`, `-10%` -> 预算 −10%."""
    title, unit = _TITLES.get(name, Said(name, name)), _UNITS.get(name, Said("", ""))
    if name.startswith(WEIGHT) and name.removeprefix(WEIGHT) in term_names():
        full = title_of(ObjectiveSpec(name.removeprefix(WEIGHT)))
        title = Said(f"{full['zh'].partition('（')[0]}权重", f"weight of {full['en'].partition(' (')[0].lower()}")
    shown = _SAID.get((name, value), Said(f"{value.replace('-', '−')}{unit.zh}", f"{value.replace('-', '−')}{unit.en}"))
    return Said(f"{title.zh} {shown.zh}", f"{title.en} {shown.en}")


def _slug(name: str, value: str) -> str:
    """Small letters, digits and dashes: `budget=-10%` -> `budget-m10`."""
    text = "".join(_SIGNS.get(char, char) for char in value)
    return re.sub(r"[^a-z0-9]+", "-", f"{name}-{text}".lower()).strip("-")


def _refused(name: str, en: str, zh: str) -> InputError:
    return InputError([Finding(OPTION, name, en, zh)])


def _change(scenario: Scenario, stated: Stated, law: ParameterTree, name: str, value: str) -> None:
    """Put one value into the statements. Raises InputError."""
    known: dict[str, Callable[[], None]] = {
        "budget": lambda: _budget(scenario, stated, law, value),
        "carbon_price": lambda: _carbon_price(scenario, stated, law, value),
        "performance": lambda: _performance(stated, value),
        "climate": lambda: _climate(stated, value),
        "mode": lambda: stated.update(mode=value),
    }
    if name in known:
        known[name]()
    elif name.startswith(WEIGHT):
        _weight(stated, name, value)
    elif name in law.parameters:
        _parameter(scenario, stated, law, name, value)
    else:
        _key(stated, law, name, value)


def _relative(name: str, value: str) -> Fraction:
    """`-10%` -> -1/10, `0` -> 0."""
    try:
        change = Fraction(value.rstrip("%")) / 100
    except ValueError:
        change = Fraction(-1)
    if change <= -1 or (not value.endswith("%") and change):
        en, zh = f"{value!r} is no change of it, such as +10%", f"{value!r} 不是变动幅度，例如 +10%"
        raise _refused(name, en, zh)
    return change


def _budget(scenario: Scenario, stated: Stated, law: ParameterTree, value: str) -> None:
    """Appropriations and pots times 1 + change, rounded down to the fen; parameters on record become stated amounts."""
    times = 1 + _relative("budget", value)

    def scaled(fen: int) -> str:
        return fen_to_yuan((fen * times).__floor__())

    funds, changed = load_catalogue().funds, law.apply(scenario.parameter_changes())
    for name, use in stated["funds"].items():
        path = funds[name].appropriation
        if "appropriation" in use:
            amounts = {period: yuan_to_fen(yuan) for period, yuan in use["appropriation"].items()}
        else:
            try:
                amounts = {period: changed.on(f"{period}-01-01").fen(str(path)) for period in scenario.periods}
            except PolicyError as error:
                raise _refused("budget", error.en, error.zh) from None
            # What the scenario changes in that parameter is in these amounts already.
            stated["changes"] = [c for c in stated.get("changes", []) if c["parameter"] != path]
        use["appropriation"] = {period: scaled(fen) for period, fen in amounts.items()}
        for pot in use.get("pots", []):
            if "amount" in pot:
                pot["amount"] = scaled(yuan_to_fen(pot["amount"]))
            else:
                pot["grid"] = [scaled(yuan_to_fen(yuan)) for yuan in pot["grid"]]


def _performance(stated: Stated, value: str) -> None:
    rules = [rule for rule in (*stated["rules"], *stated.get("more_rules", [])) if rule["rule"] == "performance"]
    if not rules:
        en = "the scenario has no rule `performance`; list it under `rules` with the factor that holds the scores"
        raise _refused("performance", en, "情景没有 performance 规则；请在 rules 中列出，并指明绩效得分所在的因素")
    if value == "off":
        for key in ("rules", "more_rules"):
            stated[key] = [rule for rule in stated.get(key, []) if rule["rule"] != "performance"]
        return
    part = _percent(value)
    if part is None or not 0 <= part < 1:
        en, zh = f"{value!r} is none of on, off and a share such as 10%", f"{value!r} 须为 on、off 或 10% 之类的比例"
        raise _refused("performance", en, zh)
    for rule in rules:
        rule["reward"] = rule["deduction"] = exact_text(part)


def _percent(value: str) -> Fraction | None:
    try:
        return Fraction(value.rstrip("%")) / 100 if value.endswith("%") else None
    except ValueError:
        return None


def _climate(stated: Stated, value: str) -> None:
    source = stated.setdefault("carbon", {})
    if source.get("engine", "stock_change") != "full":
        en = "only the full carbon engine knows climates; state `carbon: {engine: full}`"
        raise _refused("climate", en, "只有完整碳汇测算模块区分气候情景；请写明 carbon: {engine: full}")
    source["climate"] = value


def _weight(stated: Stated, name: str, value: str) -> None:
    """Set a weight; the others keep their proportions and the sum of all stays."""
    term, objectives = name.removeprefix(WEIGHT), stated["objectives"]
    weighted = [entry for entry in objectives if entry.get("weight") is not None]
    mine = [entry for entry in weighted if entry["term"] == term]
    if len(mine) != 1 or len(weighted) < 2:
        more_en, more_zh = hint(term, [str(entry["term"]) for entry in weighted])
        en, zh = (
            f"the scenario weighs no objective {term!r} against others{more_en}",
            f"情景没有与其他目标加权的目标 {term!r}{more_zh}",
        )
        raise _refused(name, en, zh)
    try:
        new = Fraction(value)
    except ValueError:
        raise _refused(name, f"{value!r} is no number", f"{value!r} 不是数字") from None
    total = sum((Fraction(str(entry["weight"])) for entry in weighted), Fraction(0))
    rest = total - Fraction(str(mine[0]["weight"]))
    if not 0 <= new <= total or not rest:
        en, zh = (
            f"must lie between 0 and the sum of all weights {float(total)}",
            f"须在 0 与各权重之和 {float(total)} 之间",
        )
        raise _refused(name, en, zh)
    for entry in weighted:
        own = new if entry is mine[0] else Fraction(str(entry["weight"])) * (total - new) / rest
        entry["weight"] = float(own)


def _parameter(scenario: Scenario, stated: Stated, law: ParameterTree, path: str, value: str) -> None:
    """A change of the law or of an assumption from the policy date on, in place of what the scenario says of it."""
    if _signed(value):
        try:
            now = law.apply(scenario.parameter_changes()).on(scenario.policy_date).fraction(path)
        except PolicyError as error:
            raise _refused(path, error.en, error.zh) from None
        value = exact_text(now * (1 + _relative(path, value)))
    reference = {"title": f"对比情景取值（{OPTION} {path}） / value tried in a batch"}
    entry = {"parameter": path, "from": scenario.policy_date, "to": "open", "value": value, "reference": reference}
    stated["changes"] = [*(c for c in stated.get("changes", []) if c["parameter"] != path), entry]


def _carbon_price(scenario: Scenario, stated: Stated, law: ParameterTree, value: str) -> None:
    """The median price on record, and what a CCER is sold for: a share changes the price on record, which then stands for all."""
    _parameter(scenario, stated, law, PRICE, value)
    price = stated["changes"][-1]["value"]
    for loan in stated.get("loans", {}).values():
        if (loan.get("price") or {}).get("market") == "ccer":
            loan["price"]["yuan_per_tco2"] = price
    if scenario.instruments:
        stated["instrument_price"] = price


def _signed(value: str) -> bool:
    return value[:1] in "+-" and value.endswith("%")


def _key(stated: Stated, law: ParameterTree, name: str, value: str) -> None:
    """A key of the scenario: `a.b.c`; entries of `rules`, `more_rules` and `objectives` by their name."""
    node: Any = stated
    *parents, last = name.split(".")
    for part in parents:
        node = _below(node, part)
        if node is None:
            raise _unknown(stated, law, name)
    if not isinstance(node, dict) or isinstance(node.get(last), dict | list) or (last not in node and node is stated):
        raise _unknown(stated, law, name)
    held = node.get(last)
    if _signed(value):
        if held is None or isinstance(held, bool):
            raise _refused(name, "has no number that could change by a share", "没有可按比例变动的数值")
        number = share(str(held)) * (1 + _relative(name, value))
        node[last] = exact_text(number) if isinstance(held, str) else type(held)(number)
    else:
        node[last] = value if isinstance(held, str) else yaml.safe_load(value)
        if held is None and isinstance(node[last], float):
            node[last] = value  # shares and amounts are quoted


def _below(node: Any, part: str) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list):
        named = [entry for entry in node if isinstance(entry, dict) and part in (entry.get("rule"), entry.get("term"))]
        return named[0] if len(named) == 1 else None
    return None


def _unknown(stated: Stated, law: ParameterTree, name: str) -> InputError:
    known = [*NAMES, *(f"{WEIGHT}{o['term']}" for o in stated["objectives"]), *stated, *law.parameters]
    more_en, more_zh = hint(name, known)
    names = ", ".join([*NAMES, f"{WEIGHT}TERM"])
    en = f"is neither one of {names}, nor a single value of the scenario, nor a parameter{more_en}"
    zh = f"既不是 {names.replace('TERM', '目标')}，也不是情景中的单个取值或参数{more_zh}"
    return _refused(name, en, zh)
