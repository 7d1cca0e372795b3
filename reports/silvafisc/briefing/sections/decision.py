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
from ..words import capital, inside
from .drawings import short_name
from .sensitivity import first_term, loss_hazard_range, moved, summary

SHOWN_BASELINES = 3
SHOWN_UNITS = 3
_ALIKE = 0.01
"""Ways whose money differs by so small a part are compared as if with the same money."""


def section(draft: Draft) -> Section:
    """Section 1 of the design: what is proposed comes first, then what it rests on."""
    words = draft.words
    blocks: list[Block] = [Paragraph(_lead(draft)), _key_figures(draft), _caution(draft)]
    if (draft.table("standards")["category"] != "").any():
        blocks.append(_published(draft))
    blocks += [Heading(words("decision.money_head")), Paragraph(_money(draft))]
    blocks += [Paragraph(runs) for runs in _without_money(draft)]
    blocks += [Heading(_changes_head(draft)), *_changes(draft)]
    blocks += [Heading(words("decision.rests_head")), Items(tuple(_rests_on(draft)))]
    if moved(draft):
        blocks.append(summary(draft))
    return Section("decision", words("decision.title"), tuple(blocks))


def _caution(draft: Draft) -> Callout:
    words, meta = draft.words, draft.outcome.meta
    items: list[Runs] = [words.runs("decision.not_a_notice", section=words("sources.title"))]
    if not draft.outcome.inputs.areas["certified"].all():
        items.append(words.runs("decision.uncertified"))
    if draft.has("sources", demo="yes"):
        items.append(words.runs("decision.demo", count=draft.number("count", ref("sources", "rows()", demo="yes"))))
    items += [words.runs("decision.caveat", text=draft.localized(entry).rstrip("。.；; ")) for entry in meta["caveats"]]
    return Callout("caution", capital(draft.localized(meta["kind"])), tuple(items))


def _lead(draft: Draft) -> Runs:
    words = draft.words
    return words.runs(
        "decision.lead",
        periods=draft.years,
        units=draft.number("count", ref("regions", "distinct(region_code)")),
        money=draft.phrase("money_total", draft.payment()),
        levels=_levels(draft),
        published=draft.number("count", ref("standards", "rows()")),
        weights=draft.number("count", ref("weights", "distinct(factor)")),
        horizon=words(f"decision.mode.{draft.outcome.meta['mode']}"),
        carbon=draft.phrase("carbon", draft.indicator("carbon.total")),
        until=draft.horizon,
    )


def _levels(draft: Draft) -> Runs:
    """Whose money it is: a fund's own budget may be less than what all levels pay by it."""
    if len(draft.payers) > 1:
        return draft.words.runs("decision.all_levels")
    payers = [inside(draft.words.name("payer", payer)) for payer in draft.payers]
    return draft.words.runs("decision.one_level", payers=draft.words.join(payers))


def _key_figures(draft: Draft) -> KeyFigures:
    words = draft.words
    carbon = draft.indicator("carbon.total")
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
            words("decision.key_carbon", until=draft.horizon),
            draft.number("carbon", carbon),
            tuple(
                compared(draft, carbon, draft.baseline(name, "carbon_tco2e"), name)
                for name in _with_carbon(draft)[:SHOWN_BASELINES]
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
                draft.number(draft.kind_of(str(second["unit"]), term), key),
                tuple(
                    compared(draft, key, ref("frontier", "value", kind="baseline", label=name, objective=term), name)
                    for name in shown[:SHOWN_BASELINES]
                ),
            )
        )
    return KeyFigures(tuple(items))


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
    columns = (Column(words("decision.published_head")), *(Column(head, unit, True) for head in heads))
    caption = (
        words.runs("decision.published", first=first, last=last)
        if first != last
        else words.runs("decision.published_one", first=first)
    )
    return Table(columns, tuple(rows), caption, _tasks(draft))


def _tasks(draft: Draft) -> Runs:
    words = draft.words
    parts: list[Runs] = []
    for spec in draft.outcome.resolved.tasks:
        where = {"measure": spec.id, "category": ""}
        # The first year in which any of it is to be done.
        for period in draft.periods:
            held = {**where, "period": period}
            if draft.has("standards", **held) and draft.lookup.value(ref("standards", "sum(area_mu)", **held)):
                key = ref("standards", "standard_yuan_per_mu", **held)
                parts.append(
                    words.runs(
                        "terms.beside",
                        name=words("decision.task_from", task=words.name("measure", spec.id), year=period),
                        value=draft.number("standard", key),
                    )
                )
                break
    factors: list[Runs] = []
    frame = draft.table("weights")
    for fund, name in dict.fromkeys(zip(frame["fund"], frame["factor"], strict=True)):
        key = ref("weights", "weight", fund=str(fund), factor=str(name), period=draft.periods[0])
        if draft.has("weights", fund=str(fund), factor=str(name), period=draft.periods[0]):
            factors.append(
                words.runs("terms.beside", name=words.name("factor", str(name)), value=draft.phrase("share", key))
            )
    said = []
    if parts:
        said.append(words.runs("decision.task_standards", tasks=words.join(parts), unit=draft.unit("standard")))
    if factors:
        said.append(words.runs("decision.weights", weights=words.join(factors)))
    return words.join(said, "sentence")


def _money(draft: Draft) -> Runs:
    words = draft.words
    funds = words.join(
        [
            words.runs(
                "decision.fund_part",
                fund=words.introduced("fund", fund),
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
    said = {"levels": _levels(draft), "payers": draft.own_payers, "rest": rest}
    parts = [words.runs("decision.money", funds=funds, natures=natures, **said)]
    later = draft.left_to_pay()
    if draft.lookup.value(later):
        amount = draft.phrase("money_total", later)
        parts.append(words.runs("decision.later", last=draft.periods[-1], later=amount))
    return words.join(parts, "sentence")


def _without_money(draft: Draft) -> list[Runs]:
    """A sentence for every task measure of the scenario that gets nothing, with the reason where the offers show one."""
    found = []
    for spec in draft.outcome.resolved.tasks:
        if draft.lookup.value(draft.payment(measure=spec.id, nature="task")):
            continue
        name = inside(draft.words.name("measure", spec.id))
        best = _best_carbon(draft, spec.id)
        key = "decision.without"
        if best is not None and best <= 0:
            full = draft.outcome.meta.get("carbon", {}).get("engine") == "full"
            key = "decision.without_carbon_full" if full else "decision.without_carbon"
        found.append(draft.words.runs(key, measure=name, periods=draft.years))
    return found


def _best_carbon(draft: Draft, measure: str) -> float | None:
    """The most carbon that any offer of a task measure brings; None where carbon is no objective or offers are not kept."""
    terms = {str(entry["term"]) for entry in draft.outcome.meta["objectives"]}
    if "carbon" not in terms or "obj.carbon" not in draft.table("offers").columns:
        return None
    if not draft.has("offers", measure=measure, nature="task"):
        return None
    return float(draft.lookup.value(ref("offers", "max(obj.carbon)", measure=measure, nature="task")))


def _changes_head(draft: Draft) -> str:
    """What changes are measured against stands in the heading."""
    if draft.against is None:
        return draft.words("decision.changes_head_none")
    return draft.words("decision.changes_head", base=draft.words.name("against", draft.against))


def _changes(draft: Draft) -> list[Block]:
    words, against = draft.words, draft.against
    if against is None:
        return [Paragraph(words.runs("decision.no_reference"))]
    base = draft.base(against)
    counts = {
        act: draft.number("count", ref("reasons", f"{act}(amount_fen;region_code)", against=against))
        for act in ("above", "below", "equal")
    }
    said = [words.runs(f"decision.change_{act}", count=number) for act, number in counts.items() if number.value]
    lead = [
        words.runs("decision.changes", base=base, years=draft.years, payers=draft.own_payers, counts=words.join(said))
    ]
    if against != "last_year":
        lead.insert(0, words.runs("decision.no_last_year"))
    blocks: list[Block] = [Paragraph(words.join(lead, "sentence"))]
    order = sorted(draft.compared, key=lambda code: (-draft.lookup.value(draft.change(code)), code))
    more = [code for code in order if draft.lookup.value(draft.change(code)) > 0][:SHOWN_UNITS]
    less = [code for code in reversed(order) if draft.lookup.value(draft.change(code)) < 0][:SHOWN_UNITS]
    items = []
    for direction, codes in (("most_more", more), ("most_less", less)):
        if codes:
            parts = [
                words.runs(
                    "decision.unit_change",
                    unit=short_name(draft, code),
                    # In the unit of the table of changes, so that both print the same.
                    change=draft.phrase("money", draft.change(code), signed=True),
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
    ends = loss_hazard_range(draft, first_term(draft))
    if ends is not None:
        label, (_, kind) = draft.said(first_term(draft)), draft.objective(first_term(draft))
        items.append(
            words.runs(
                "decision.loss_hazard",
                label=label,
                least=draft.number(kind, ends[0]),
                greatest=draft.phrase(kind, ends[1]),
                chosen=draft.phrase(kind, meta_ref(f"objectives[term={first_term(draft)}].value")),
            )
        )
    return [*items, *_less_money(draft)]


def _less_money(draft: Draft) -> list[Runs]:
    """Which of the ways compared with above spend clearly less: a part of the difference in carbon is just that."""
    words, own, others = draft.words, draft.spent, list[Runs]()
    for name in _with_carbon(draft)[:SHOWN_BASELINES]:
        spent = ref("baselines", "sum(converted_fen)", baseline=name)
        if not draft.complete("baselines", "converted_fen", baseline=name):
            continue
        if draft.lookup.value(spent) < (1 - _ALIKE) * draft.lookup.value(own):
            label, amount = words.name("baseline", name), draft.phrase("money_total", spent)
            others.append(words.runs("terms.beside", name=label, value=amount))
    if not others:
        return []
    said = {"payers": draft.own_payers, "own": draft.phrase("money_total", own)}
    return [words.runs("decision.less_money", others=words.join(others), **said)]


def _with_carbon(draft: Draft) -> list[str]:
    return [name for name in draft.baselines if draft.complete("baselines", "carbon_tco2e", baseline=name)]
