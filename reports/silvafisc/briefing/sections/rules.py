"""The rules in words with the limits of this scenario, the units they bind, and what relaxing them would bring."""

from collections.abc import Sequence

import pandas as pd

from ..blocks import Column, Row, Runs, Table
from ..draft import Draft, cell
from ..keys import ref

_LIMITS = {
    "priority_share": ("share",),
    "local_capacity": ("kappa",),
    "published_values": ("at_most",),
    "change_band": ("lower", "upper"),
    "not_below_last_year": (),
    "unverified_weight": ("at_most",),
    "need_cap": ("cap",),
    "split": ("owner_at_least", "administration_at_most"),
    "instalments": ("liabilities_at_most",),
    "carry_over": ("at_most",),
    "carbon_target": ("target_tco2e",),
    "carbon_target_share": ("target_tco2e", "share"),
}
"""Rule -> the parameters that its sentence names."""
_SHOWN_AS = {"target_tco2e": "carbon"}
"""Parameter -> kind of number, where it is no share."""


def rule_names(draft: Draft, rules: Sequence[str]) -> list[str]:
    """The names of some rules in their order; a rule that stands more than once is told apart by its fund."""
    specs = draft.outcome.resolved.rules
    names, seen = [], dict.fromkeys(rules, 0)
    for rule in rules:
        held = [spec for spec in specs if spec.rule == rule]
        name = draft.words.name("rule", rule)
        if rules.count(rule) > 1 and rules.count(rule) == len(held):
            fund = held[seen[rule]].params.get("fund")
            if fund:
                short = draft.words.short_name("fund", str(fund))
                name = draft.words("reasons.rule_of_fund", rule=name, fund=short)
        seen[rule] += 1
        names.append(name)
    return names


def binding(draft: Draft) -> Table:
    """Every rule of the scenario in words with its limit, and how many units it binds."""
    words = draft.words
    specs = draft.outcome.resolved.rules
    combos = list(dict.fromkeys(str(text) for text in draft.table("allocation")["binding_rules"]))
    listed = {spec.rule for spec in specs}
    further = sorted({rule for combo in combos for rule in combo.split(";") if rule} - listed)
    rows = []
    names = rule_names(draft, [spec.rule for spec in specs])
    for place, (spec, name) in enumerate(zip(specs, names, strict=True)):
        units = _bound(draft, combos, spec.rule, spec.params.get("fund"))
        rows.append(Row((cell(name), _in_words(draft, place), units)))
    rows += [
        Row((cell(words.name("rule", rule)), cell(words.rule(rule)), _bound(draft, combos, rule, None)))
        for rule in further
    ]
    columns = (
        Column(words("terms.rule")),
        Column(words("reasons.rule_words"), width=1),
        Column(words("reasons.bound_units"), "", True),
    )
    return Table(columns, tuple(rows), words.runs("reasons.binding"), _groups(draft))


def _bound(draft: Draft, combos: Sequence[str], rule: str, fund: object) -> Runs:
    held = [combo for combo in combos if rule in combo.split(";")]
    where = {"fund": str(fund)} if fund else {}
    if not held:
        return cell("—")
    key = ref("allocation", "distinct(region_code)", binding_rules=held, **where)
    return (draft.number("count", key),) if draft.lookup.value(key) else cell("—")


def _in_words(draft: Draft, place: int) -> Runs:
    words = draft.words
    spec = draft.outcome.resolved.rules[place]
    form = f"{spec.rule}_share" if spec.rule == "carbon_target" and "share" in spec.params else spec.rule
    wanted = _LIMITS.get(form)
    if wanted is None or any(name not in spec.params for name in wanted):
        return cell(words.rule(spec.rule))
    values: dict[str, str | Runs] = {}
    for name in wanted:
        key = f"resolved.rules[{place}].params.{name}"
        counted = spec.rule == "published_values"
        kind = _SHOWN_AS.get(name, "share")
        values[name] = (draft.number("count", key),) if counted else draft.phrase(kind, key)
    if "group" in spec.params:
        values["group"] = words.name("group", str(spec.params["group"]))
    if spec.rule == "priority_share":
        fund = spec.params.get("fund")
        values["fund"] = words.short_name("fund", str(fund)) if fund else words("reasons.all_funds")
    return words.runs(f"reasons.limit.{form}", **values)


def _groups(draft: Draft) -> Runs:
    """The note of the table: what a dash means, and who is in the groups that the rules name."""
    words, resolved = draft.words, draft.outcome.resolved
    named = dict.fromkeys(str(spec.params["group"]) for spec in resolved.rules if "group" in spec.params)
    parts: list[Runs] = [words.runs("reasons.binding_note")]
    for group in named:
        members = [draft.region(code) for code in resolved.groups.get(group, ()) if code in draft.codes]
        if members:
            listed = words.join(members)
            parts.append(words.runs("reasons.group", group=words.name("group", group), units=listed))
    return words.join(parts, "sentence")


def prices(draft: Draft) -> list[Table]:
    """Shadow prices: what more money would bring per fund and year, and any others as a list."""
    frame = draft.table("shadow_prices")
    money = (frame["rule"] == "envelope") & (frame["region_code"] == "") & frame["group"].isin(draft.funds)
    found = []
    if money.any():
        found.append(_money_prices(draft, frame[money]))
    if (~money).any():
        found.append(_other_prices(draft, frame[~money]))
    return found


def _term(draft: Draft) -> str:
    return str(draft.outcome.meta["objectives"][0]["term"])


def _money_prices(draft: Draft, frame: pd.DataFrame) -> Table:
    """Fund x year; a price of zero is said in words."""
    words = draft.words
    unit = str(frame["unit"].iloc[0])
    kind = _KINDS.get(unit, "plain")
    rows = []
    for fund in dict.fromkeys(frame["group"].astype(str)):
        cells: list[Runs] = []
        for period in draft.periods:
            where = {"rule": "envelope", "region_code": "", "group": fund, "period": period}
            if not draft.has("shadow_prices", **where):
                cells.append(cell("—"))
                continue
            number = draft.number(kind, ref("shadow_prices", "price", **where))
            cells.append((number,) if number.value else words.runs("reasons.no_price", zero=number))
        rows.append(Row((cell(words.short_name("fund", fund)), *cells)))
    shown = draft.unit(kind) or words.name("unit", unit)
    columns = [Column(words("terms.fund"))]
    columns += [Column(words("terms.year", year=period), shown, True) for period in draft.periods]
    steps = dict.fromkeys(str(step).replace(" %", "%").lstrip("+") for step in frame["step"])
    note = words.runs(
        "reasons.prices_note",
        objective=draft.said(_term(draft)),
        step=words("marks.list").join(steps),
        methods=words("marks.list").join(_methods(draft, frame)),
    )
    return Table(tuple(columns), tuple(rows), words.runs("reasons.prices", objective=draft.said(_term(draft))), note)


_KINDS = {"tco2e_per_yuan": "tonnes_per_10k_yuan", "yuan_per_yuan": "weighted_per_yuan"}
"""Unit of a price -> how it is shown."""


def _methods(draft: Draft, frame: pd.DataFrame) -> list[str]:
    return [draft.words.name("method", method) for method in dict.fromkeys(frame["method"].astype(str))]


def _other_prices(draft: Draft, frame: pd.DataFrame) -> Table:
    words = draft.words
    rows = []
    for row in frame.to_dict("records"):
        where = {name: str(row[name]) for name in ("rule", "region_code", "group", "period", "method", "unit", "step")}
        key, unit = ref("shadow_prices", "price", **where), where["unit"]
        price: Runs = (draft.number("plain", key), *cell(f" {words.name('unit', unit)}"))
        if unit in _KINDS:
            price = draft.phrase(_KINDS[unit], key)
        meaning = str(row[f"meaning_{draft.language}"])
        if not row["price"]:
            meaning = words("reasons.no_other_price", objective=draft.said(_term(draft)))
        about = [draft.region(where["region_code"])] if where["region_code"] else []
        if where["group"]:
            about.append(words.short_name("fund" if where["group"] in draft.funds else "category", where["group"]))
        name = words.name("rule", where["rule"])
        rows.append(Row((cell(name), words.join(about), cell(where["period"]), price, cell(meaning))))
    columns = (
        Column(words("terms.rule")),
        Column(words("reasons.about")),
        Column(words("terms.period")),
        Column(words("reasons.price"), "", True),
        Column(words("reasons.meaning"), width=1),
    )
    note = words.runs("reasons.other_prices_note", methods=words("marks.list").join(_methods(draft, frame)))
    return Table(columns, tuple(rows), words.runs("reasons.other_prices"), note)
