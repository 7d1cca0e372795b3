"""答复单 贵县为何是这个数: a page per unit with the published formula and its numbers, what changed, and what is printed."""

from collections.abc import Sequence

from ..blocks import Block, Column, Heading, Note, Paragraph, Row, Runs, Section, Table, Text
from ..draft import cell
from ..keys import combine, ref
from ..sections import annex
from . import falls
from .year import YearDraft

AGAINST = ("last_year", "proposal", "factor_method")
"""References; the first one that is known stands in the summary."""


def sections(draft: YearDraft, codes: Sequence[str] = ()) -> list[Section]:
    """One section per unit, each on a page of its own, the first below the title. codes: the units; all where left out."""
    wanted = [code for code in draft.codes if not codes or code in codes]
    return [_sheet(draft, code, new_page=place > 0) for place, code in enumerate(wanted)]


def _sheet(draft: YearDraft, code: str, new_page: bool) -> Section:
    words = draft.words
    card = annex.card(draft, code)
    blocks: list[Block] = [Paragraph(words.runs("replies.lead", unit=draft.region(code))), Paragraph(card.summary)]
    blocks += [Heading(words("replies.formula")), *card.blocks, *_factors(draft, code)]
    blocks += [Heading(words("replies.printed")), _printed(draft, code)]
    others = [
        name for name in AGAINST if name != draft.against and draft.has("reasons", against=name, region_code=code)
    ]
    changes = [_change(draft, code, against) for against in others]
    if changes:
        blocks += [Heading(words("replies.changes")), *changes]
    blocks += _grade(draft, code)
    rules = _rules(draft, code)
    if rules:
        blocks.append(Paragraph(words.runs("replies.rules", rules=words.join(rules))))
    blocks.append(Note(words.runs("replies.contact")))
    return Section(f"reply-{code}", words("replies.title", unit=draft.region(code), code=code), tuple(blocks), new_page)


def _change(draft: YearDraft, code: str, against: str) -> Paragraph:
    key = falls.change(code, against=against)
    return Paragraph(
        draft.words.runs(
            "replies.change",
            base=draft.base(against),
            years=draft.years,
            change=draft.phrase(draft.fine, key, signed=True),
            causes=falls.causes(draft, code, against),
            unit=draft.unit(draft.fine),
        )
    )


def _factors(draft: YearDraft, code: str) -> list[Block]:
    """Every factor's weight, the unit's value and the sum of all units' values."""
    words, frame = draft.words, draft.table("weights")
    rows = []
    for fund, period, factor in zip(frame["fund"], frame["period"], frame["factor"], strict=True):
        where = {"region_code": code, "factor": str(factor)}
        if str(period) != draft.year or not draft.lookup.has("inputs.factors", **where):
            continue
        own = ref("inputs.factors", "value", **where)
        whole = ref("inputs.factors", "sum(value)", factor=str(factor))
        weight = ref("weights", "weight", fund=str(fund), period=str(period), factor=str(factor))
        share: Runs = cell("—")
        if draft.lookup.value(whole):
            share = draft.number_of("share_fine", combine("ratio", own, whole))
        rows.append(
            Row(
                (
                    cell(words.name("factor", str(factor))),
                    draft.number_of("share", weight),
                    draft.number_of("factor_value", own),
                    draft.number_of("factor_value", whole),
                    share,
                )
            )
        )
    if not rows:
        return []
    columns = (
        Column(words("terms.factor"), width=1),
        Column(words("replies.weight"), "%", True),
        Column(words("replies.own"), "", True),
        Column(words("replies.all"), "", True),
        Column(words("replies.share"), "%", True),
    )
    return [
        Table(columns, tuple(rows), words.runs("replies.factors", year=draft.year), words.runs("replies.factors_note"))
    ]


def _printed(draft: YearDraft, code: str) -> Table:
    """Exact amount, printed amount and what is kept for settlement, by fund."""
    words, rows = draft.words, []
    for fund in draft.funds:
        rows.append(
            Row(
                (
                    cell(draft.identity(fund)["fund_name"]),
                    draft.number_of(draft.fine, draft.annual(fund, code)),
                    draft.number_of(draft.whole, draft.printed(fund, code)),
                    draft.number_of(draft.fine, draft.rounding(fund, code)),
                )
            )
        )
    columns = (
        Column(words("terms.fund"), width=1),
        Column(words("notice.annual"), draft.unit(draft.fine), True),
        Column(draft.printed_word, draft.unit(draft.whole), True),
        Column(words("notice.kept"), draft.unit(draft.fine), True),
    )
    return Table(columns, tuple(rows), words.runs("replies.printed_caption", year=draft.year))


def _grade(draft: YearDraft, code: str) -> list[Block]:
    """How far the next cut-off is, where units are graded and the outcome knows it."""
    if not draft.complete("robustness", "distance", region_code=code):
        return []
    where = {"region_code": code}
    key = ref("robustness", "distance", **where)
    side = "below" if draft.lookup.value(key) < 0 else "above"
    _, size = draft.size_of("score", key)
    cut = draft.number("score", ref("robustness", "nearest_cut_off", **where))
    return [Paragraph(draft.words.runs(f"replies.grade_{side}", cut=cut, size=size))]


def _rules(draft: YearDraft, code: str) -> list[Runs]:
    frame = draft.table("allocation")
    held = frame.loc[frame["region_code"] == code, "binding_rules"].astype(str)
    names = dict.fromkeys(rule for text in held for rule in text.split(";") if rule)
    return [(Text(draft.words.name("rule", rule)),) for rule in names]
