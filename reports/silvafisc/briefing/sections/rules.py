"""The rules in words with the limits of this scenario, the units they bind, and what relaxing them would bring."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..blocks import Column, Paragraph, Row, Runs, Table
from ..draft import Draft, cell
from ..keys import ref

_LIMITS = {
    "priority_share": ("share",),
    "local_capacity": ("kappa",),
    "published_values": ("at_most",),
    "change_band": ("lower", "upper"),
    "not_below_last_year": (),
}
"""Rule -> the parameters that its sentence names."""


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
    wanted = _LIMITS.get(spec.rule)
    if wanted is None or any(name not in spec.params for name in wanted):
        return cell(words.rule(spec.rule))
    values: dict[str, str | Runs] = {}
    for name in wanted:
        key = f"resolved.rules[{place}].params.{name}"
        values[name] = (draft.number("count", key),) if name == "at_most" else draft.phrase("share", key)
    if "group" in spec.params:
        values["group"] = words.name("group", str(spec.params["group"]))
    if spec.rule == "priority_share":
        fund = spec.params.get("fund")
        values["fund"] = words.short_name("fund", str(fund)) if fund else words("reasons.all_funds")
    return words.runs(f"reasons.limit.{spec.rule}", **values)


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


def prices(draft: Draft) -> Table:
    """Shadow prices; a price of zero is said in words, years with the same answer share a row."""
    words, frame = draft.words, draft.table("shadow_prices")
    label, _ = draft.objective(str(draft.outcome.meta["objectives"][0]["term"]))
    rows: list[Row] = []
    zeros: dict[tuple[str, str, str], list[str]] = {}
    records = frame.to_dict("records")
    for row in records:
        if not row["price"]:
            place = (str(row["rule"]), str(row["region_code"]), str(row["group"]))
            zeros.setdefault(place, []).append(str(row["period"]))
    for row in records:
        rule, code, group = str(row["rule"]), str(row["region_code"]), str(row["group"])
        where: dict[str, str | list[str]] = {"rule": rule, "region_code": code, "group": group}
        if row["price"]:
            where |= {name: str(row[name]) for name in ("period", "method", "unit", "step")}
            key, period = ref("shadow_prices", "price", **where), str(row["period"])
            number, meaning = _price(draft, str(row["unit"]), key), _meaning(draft, row, key, label)
        elif (rule, code, group) in zeros:
            periods = zeros.pop((rule, code, group))
            key, period = ref("shadow_prices", "max(price)", period=periods, **where), _joined(draft, periods)
            number = (draft.number("count", key),)
            word = "envelope" if rule == "envelope" else "other"
            meaning = words.runs(f"reasons.no_price.{word}", objective=label)
        else:
            continue
        about = words.short_name("fund" if group in draft.funds else "category", group) if group else ""
        subject = [part for part in (draft.region(code) if code else "", about) if part]
        rows.append(Row((cell(words.name("rule", rule)), words.join(subject), cell(period), number, meaning)))
    columns = (
        Column(words("terms.rule")),
        Column(words("reasons.about")),
        Column(words("terms.period")),
        Column(words("reasons.price"), "", True),
        Column(words("reasons.meaning"), width=1),
    )
    return Table(columns, tuple(rows), words.runs("reasons.prices"), _how(draft, label))


def _price(draft: Draft, unit: str, key: str) -> Runs:
    kind = {"tco2e_per_yuan": "tonnes_per_10k_yuan", "yuan_per_yuan": "weighted_per_yuan"}.get(unit)
    if kind is not None:
        return draft.phrase(kind, key)
    return (draft.number("plain", key), *cell(f" {draft.words.name('unit', unit)}"))


def _meaning(draft: Draft, row: Mapping[Any, Any], key: str, label: str) -> Runs:
    if str(row["rule"]) == "envelope" and str(row["unit"]) == "tco2e_per_yuan":
        value = draft.phrase("tonnes_of_10k_yuan", key)
        step = str(row["step"]).replace(" %", "%").lstrip("+")
        return draft.words.runs("reasons.more_money", step=step, objective=label, value=value)
    return cell(str(row[f"meaning_{draft.language}"]))


def _joined(draft: Draft, periods: Sequence[str]) -> str:
    if list(periods) == draft.periods and len(periods) > 1:
        return draft.words("terms.from_to", first=periods[0], last=periods[-1])
    return "".join(run.text for run in draft.words.join(list(periods)))


def _how(draft: Draft, label: str) -> Runs:
    words, frame = draft.words, draft.table("shadow_prices")
    pairs = dict.fromkeys(zip(frame["method"].astype(str), frame["step"].astype(str), strict=True))
    methods = [
        words("reasons.method", method=words.name("method", method), step=step.replace(" %", "%"))
        for method, step in pairs
    ]
    return words.runs("reasons.prices_note", objective=label, methods=words.join(methods))


def fairness_prices(draft: Draft) -> list[Paragraph | Table]:
    """What each fairness rule costs in the first objective; rules that cost nothing share a sentence."""
    words = draft.words
    entries = list(draft.outcome.meta["prices"]["fairness"])
    names = rule_names(draft, [str(entry["rule"]) for entry in entries])
    rows, free = [], []
    label = ""
    for place, (entry, name) in enumerate(zip(entries, names, strict=True)):
        label, kind = draft.objective(str(entry["objective"]))
        kind = draft.kind_of(str(entry["unit"]), str(entry["objective"]))
        if entry["price"] is None:
            rows.append(Row((cell(name), cell("—"))))
        elif not entry["price"]:
            free.append(name)
        else:
            key = f"meta.prices.fairness[{place}].price"
            rows.append(Row((cell(name), draft.fitting(kind, key))))
    found: list[Paragraph | Table] = []
    if rows:
        columns = (Column(words("terms.rule"), width=1), Column(words("frontier.price"), "", True))
        caption = words.runs("frontier.fairness", objective=label)
        found.append(Table(columns, tuple(rows), caption, words.runs("frontier.fairness_note")))
    if free:
        found.append(Paragraph(words.runs("frontier.free", rules=words.join(free), objective=label)))
    return found
