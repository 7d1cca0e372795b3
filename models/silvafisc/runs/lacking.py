"""Rules that need a table or a column which the inputs do not have, or whose numbers contradict each other once those on
record have joined those stated: refused by name, never skipped.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from silvafisc.allocation.menus.tonnes import counts_credited
from silvafisc.datasets.findings import Finding
from silvafisc.policy import Scenario
from silvafisc.quantities import share
from silvafisc.results import Resolved, UnitInputs, Yields


def lacking(scenario: Scenario, resolved: Resolved, inputs: UnitInputs) -> Iterator[Finding]:
    """A finding at the rule's line for everything that it needs and the inputs lack."""
    known = sorted(set(inputs.factors["factor"].astype(str)))
    for number, spec in enumerate(resolved.rules):
        key, place = _stated_at(scenario, number)
        where = scenario.where(key, place)
        for name, en, zh in _contradictions(spec.rule, spec.params, resolved.periods[0]):
            yield Finding(where, f"{key}[{place}].{name}", en, zh)
        if spec.rule == "performance" and spec.params["factor"] not in known:
            name = spec.params["factor"]
            en = f"needs scores: there is no factor {name!r} in factors.csv (there are {', '.join(known)})"
            zh = f"缺少绩效得分：factors.csv 中没有因素 {name!r}（现有 {'、'.join(known)}）"
            yield Finding(where, f"{key}[{place}].factor", en, zh)
        if spec.rule == "horizontal":
            for name in ("payer", "receiver"):
                if spec.params[name] not in inputs.codes:
                    en, zh = f"{spec.params[name]} is none of the units", f"{spec.params[name]} 不是本情景的单位"
                    yield Finding(where, f"{key}[{place}].{name}", en, zh)
            missing = [p for p in resolved.periods if spec.params.get("index") and p not in spec.params["index"]]
            if missing:
                en, zh = f"has no value for {', '.join(missing)}", f"缺少年度 {'、'.join(missing)}"
                yield Finding(where, f"{key}[{place}].index", en, zh)


def uncredited(scenario: Scenario, resolved: Resolved, yields: Yields) -> Iterator[Finding]:
    """A finding at every objective and rule that counts credited tonnes where no measure earns any."""
    if not counts_credited(resolved) or any(yields.totals("credited_tco2e_per_mu").values()):
        return
    en = (
        "counts credited tonnes, and no measure of the scenario earns any here: name measures that do in"
        " `carbon.crediting.credited_measures`, let a fund pay one of them, or count economic tonnes"
    )
    zh = (
        "按可计入碳信用的碳汇计，而本情景没有措施可计入：请在 carbon.crediting.credited_measures 中列出可计入的措施、"
        "让资金支持其中的措施，或改按 economic 计"
    )
    for place, objective in enumerate(resolved.objectives):
        if objective.params.get("carbon") == "credited":
            yield Finding(scenario.where("objectives", place), f"objectives[{place}].carbon", en, zh)
    for number, spec in enumerate(resolved.rules):
        if spec.params.get("carbon") == "credited":
            key, place = _stated_at(scenario, number)
            yield Finding(scenario.where(key, place), f"{key}[{place}].carbon", en, zh)


def _stated_at(scenario: Scenario, number: int) -> tuple[str, int]:
    """Where the scenario states its rule of that number: the list, and the place in it."""
    own = len(scenario.rules)
    return ("rules", number) if number < own else ("more_rules", number - own)


def _contradictions(rule: str, params: Mapping[str, Any], first: str) -> Iterator[tuple[str, str, str]]:
    """(parameter, English, Chinese) of numbers that cannot hold together."""
    pairs = {"performance": ("poor", "excellent"), "horizontal": ("floor", "cap")}
    low, high = pairs.get(rule, ("", ""))
    if params.get(low) is not None and params.get(high) is not None:
        least, most = str(params[low]), str(params[high])
        if share(least) > share(most):
            yield low, f"{low} {least} lies above {high} {most}", f"{low} {least} 高于 {high} {most}"
    if rule == "adjustment" and str(params.get("last_review", first)) > first:
        last = params["last_review"]
        yield (
            "last_review",
            f"the last review ({last}) lies after the first period ({first})",
            f"上次评估年度（{last}）晚于首个年度（{first}）",
        )
