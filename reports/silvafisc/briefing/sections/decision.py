"""One page: the decision, the money, the tonnes, who gets more and who less, and what all this rests on."""

from ..blocks import (
    Block,
    Callout,
    Column,
    Heading,
    Items,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Row,
    Runs,
    Section,
    Table,
    Text,
)
from ..draft import Draft, cell
from ..keys import combine, meta_ref, ref
from ..words import capital

SHOWN_BASELINES = 3
SHOWN_UNITS = 3


def section(draft: Draft) -> Section:
    """Section 1 of the design."""
    words = draft.words
    blocks: list[Block] = [_caution(draft), Paragraph(_lead(draft)), _key_figures(draft)]
    if (draft.table("standards")["category"] != "").any():
        blocks.append(_published(draft))
    blocks += [Heading(words("decision.money_head")), Paragraph(_money(draft))]
    blocks += [Heading(words("decision.changes_head")), *_changes(draft)]
    blocks += [Heading(words("decision.rests_head")), Items(tuple(_rests_on(draft)))]
    return Section("decision", words("decision.title"), tuple(blocks))


def _caution(draft: Draft) -> Callout:
    words, meta = draft.words, draft.outcome.meta
    items: list[Runs] = [words.runs("decision.not_a_notice")]
    if not draft.outcome.inputs.areas["certified"].all():
        items.append(words.runs("decision.uncertified"))
    items += [words.runs("decision.caveat", text=draft.localized(entry)) for entry in meta["caveats"]]
    return Callout("caution", capital(draft.localized(meta["kind"])), tuple(items))


def _lead(draft: Draft) -> Runs:
    words = draft.words
    return words.runs(
        "decision.lead",
        periods=f"{draft.periods[0]}–{draft.periods[-1]}" if len(draft.periods) > 1 else draft.periods[0],
        units=draft.number("count", ref("regions", "distinct(region_code)")),
        money=draft.phrase("money_total", draft.payment()),
        published=draft.number("count", ref("standards", "rows()")),
        weights=draft.number("count", ref("weights", "distinct(factor)")),
        horizon=words(f"decision.mode.{draft.outcome.meta['mode']}"),
        carbon=draft.phrase("carbon", draft.indicator("carbon.total")),
    )


def _key_figures(draft: Draft) -> KeyFigures:
    words = draft.words
    carbon = draft.indicator("carbon.total")
    with_carbon = [name for name in draft.baselines if draft.complete("baselines", "carbon_tco2e", baseline=name)]
    items = [
        KeyFigure(
            words("decision.key_money"),
            draft.number("money_total", draft.payment()),
            tuple(
                words.runs(
                    "decision.of_which_payer",
                    payer=words.name("payer", payer),
                    share=draft.share_of(ref("allocation", f"sum({payer}_fen)"), draft.payment()),
                )
                for payer in draft.payers
            ),
        ),
        KeyFigure(
            words("decision.key_carbon"),
            draft.number("carbon", carbon),
            tuple(
                compared(draft, carbon, draft.baseline(name, "carbon_tco2e"), name)
                for name in with_carbon[:SHOWN_BASELINES]
            ),
        ),
    ]
    second = next((entry for entry in draft.outcome.meta["objectives"] if entry["term"] != "carbon"), None)
    if second is not None:
        term = str(second["term"])
        key = meta_ref(f"objectives[term={term}].value")
        shown = [name for name in draft.baselines if draft.has("frontier", kind="baseline", label=name, objective=term)]
        items.append(
            KeyFigure(
                capital(draft.localized(second["label"])),
                draft.number(objective_kind(str(second["unit"])), key),
                tuple(
                    compared(draft, key, ref("frontier", "value", kind="baseline", label=name, objective=term), name)
                    for name in shown[:SHOWN_BASELINES]
                ),
            )
        )
    return KeyFigures(tuple(items))


def objective_kind(unit: str) -> str:
    """How an objective of that unit is shown."""
    return {"fen": "money_total", "tco2e": "carbon", "1": "ratio"}.get(unit, "plain")


def compared(draft: Draft, key: str, base: str, name: str = "") -> Runs:
    """`比…多 x %` with the word that fits the sign; without `name` only `多 x %`."""
    if not name:
        if draft.lookup.value(base) == 0:
            return cell("—")
        direction, size = draft.size_of("share", combine("change", key, base))
        return draft.words.runs(f"compare.bare_{direction}", **({} if direction == "same" else {"size": size}))
    label = draft.words.name("baseline", name)
    if draft.lookup.value(base) == 0:
        return draft.words.runs("compare.zero", base=label)
    direction, size = draft.size_of("share", combine("change", key, base))
    if direction == "same":
        return draft.words.runs("compare.same", base=label)
    return draft.words.runs(f"compare.{direction}", base=label, size=size)


def _published(draft: Draft) -> Table:
    """The published standards on one look: category x grade, first and last period."""
    words, frame = draft.words, draft.table("standards")
    first, last = draft.periods[0], draft.periods[-1]
    grades = sorted({str(grade) for grade, category in zip(frame["grade"], frame["category"], strict=True) if category})
    rows = []
    for spec in draft.outcome.resolved.categories:
        cells: list[Runs] = []
        for grade in grades:
            where = {"category": spec.id, "grade": grade}
            if not draft.has("standards", period=first, **where):
                cells.append(cell("—"))
                continue
            ends = [
                draft.number("standard", ref("standards", "standard_yuan_per_mu", period=period, **where))
                for period in dict.fromkeys((first, last))
            ]
            cells.append((ends[0],) if ends[0].text == ends[-1].text else (ends[0], Text(" → "), ends[-1]))
        rows.append(Row((cell(words.name("category", spec.id)), *cells)))
    unit = words("terms.per_year", unit=draft.unit("standard"))
    heads = [words("allocation.grade", grade=grade) if grade else words("allocation.all_units") for grade in grades]
    columns = (Column(words("decision.published_head"), width=1), *(Column(head, unit, True) for head in heads))
    caption = (
        words.runs("decision.published", first=first, last=last)
        if first != last
        else words.runs("decision.published_one", first=first)
    )
    return Table(columns, tuple(rows), caption, _tasks(draft))


def _tasks(draft: Draft) -> Runs:
    words = draft.words
    parts = []
    for spec in draft.outcome.resolved.tasks:
        where = {"measure": spec.id, "category": "", "period": draft.periods[0]}
        if draft.has("standards", **where):
            key = ref("standards", "standard_yuan_per_mu", **where)
            parts.append((Text(f"{words.name('measure', spec.id)} "), draft.number("standard", key)))
    factors = []
    frame = draft.table("weights")
    for fund, name in dict.fromkeys(zip(frame["fund"], frame["factor"], strict=True)):
        key = ref("weights", "weight", fund=str(fund), factor=str(name), period=draft.periods[0])
        if draft.has("weights", fund=str(fund), factor=str(name), period=draft.periods[0]):
            factors.append((Text(f"{words.name('factor', str(name))} "), *draft.phrase("share", key)))
    said = []
    if parts:
        said.append(words.runs("decision.task_standards", tasks=words.join(list(parts)), unit=draft.unit("standard")))
    if factors:
        said.append(words.runs("decision.weights", weights=words.join(list(factors))))
    return words.join(said, "sentence")


def neat(change: str) -> str:
    """How an assumption was moved, with a proper minus and no gap before the per cent sign."""
    return change.replace("-", "−").replace(" %", "%")


def _money(draft: Draft) -> Runs:
    words = draft.words
    funds = words.join(
        [
            words.runs(
                "decision.fund_part",
                fund=words.name("fund", fund),
                money=draft.phrase("money_total", draft.payment(fund=fund)),
            )
            for fund in draft.funds
        ]
    )
    natures = words.join(
        [
            words.runs(
                "decision.nature_part",
                nature=words.name("nature", nature),
                share=draft.share_of(draft.payment(nature=nature), draft.payment()),
            )
            for nature in draft.natures
        ]
    )
    rest = draft.phrase("money_total", ref("envelopes", "sum(unallocated_fen)"))
    later = draft.phrase("money_total", ref("allocation", "sum(due_later_fen)", period=draft.periods[-1]))
    return words.runs("decision.money", funds=funds, natures=natures, rest=rest, later=later)


def _changes(draft: Draft) -> list[Block]:
    words, against = draft.words, draft.against
    if against is None:
        return [Paragraph(words.runs("decision.no_reference"))]
    base = words.name("against", against)
    counts = {
        act: draft.number("count", ref("reasons", f"{act}(amount_fen;region_code)", against=against))
        for act in ("above", "below", "equal")
    }
    blocks: list[Block] = [Paragraph(words.runs("decision.changes", base=base, **counts))]
    order = sorted(draft.codes, key=lambda code: (-draft.lookup.value(draft.change(code)), code))
    more = [code for code in order if draft.lookup.value(draft.change(code)) > 0][:SHOWN_UNITS]
    less = [code for code in reversed(order) if draft.lookup.value(draft.change(code)) < 0][:SHOWN_UNITS]
    items = []
    for direction, codes in (("most_more", more), ("most_less", less)):
        if codes:
            parts = [
                words.runs(
                    "decision.unit_change",
                    unit=draft.region(code),
                    change=draft.with_unit(draft.number("money", draft.change(code), signed=True)),
                )
                for code in codes
            ]
            items.append(words.runs(f"decision.{direction}", units=words.join(parts)))
    return [*blocks, Items(tuple(items))] if items else blocks


def _rests_on(draft: Draft) -> list[Runs]:
    words = draft.words
    items = [
        words.runs("decision.open_share", share=draft.phrase("share", meta_ref("share_open_to_choice"))),
        words.runs(
            "decision.assumed_share",
            money=draft.phrase("share", meta_ref("share_assumed_money")),
            carbon=draft.phrase("share", meta_ref("share_assumed_carbon")),
        ),
    ]
    moves = moved(draft)
    if moves:
        items.append(
            words.runs(
                "decision.sensitivity",
                moves=words.join([_move(draft, name, changes) for name, changes in moves.items()], "semicolon"),
            )
        )
    if "loss_hazard" in moves:
        where = {"assumption": "loss_hazard", "objective": first_term(draft)}
        items.append(
            words.runs(
                "decision.loss_hazard",
                least=draft.number("carbon", ref("sensitivity", "min(value)", **where)),
                greatest=draft.phrase("carbon", ref("sensitivity", "max(value)", **where)),
                chosen=draft.phrase("carbon", draft.indicator("carbon.total")),
            )
        )
    return items


def first_term(draft: Draft) -> str:
    """The first objective."""
    return str(draft.outcome.meta["objectives"][0]["term"])


def moved(draft: Draft) -> dict[str, list[str]]:
    """Assumption -> how it was moved, in the order of sensitivity.csv, for the first objective."""
    frame = draft.table("sensitivity")
    found: dict[str, list[str]] = {}
    for name, change, objective in zip(frame["assumption"], frame["change"], frame["objective"], strict=True):
        if objective == first_term(draft):
            found.setdefault(str(name), []).append(str(change))
    return found


def _move(draft: Draft, name: str, changes: list[str]) -> Runs:
    words = draft.words
    parts = [
        words.runs(
            "decision.move_part",
            change=neat(change),
            units=draft.number(
                "count",
                ref("sensitivity", "units_changed", assumption=name, change=change, objective=first_term(draft)),
            ),
        )
        for change in changes
    ]
    return words.runs("decision.move", assumption=words.name("assumption", name), parts=words.join(parts))
