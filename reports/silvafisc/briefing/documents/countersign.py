"""会签单: forestry's proposal, finance's figure, the difference and its reason line by line; who signs; what they signed."""

from collections.abc import Sequence

from silvafisc.results.approvals import Approval

from ..blocks import Block, Column, Note, Paragraph, Row, Runs, Section, Table
from ..draft import LAST_YEAR, cell
from ..keys import combine, ref
from ..rounding import column_sums
from ..sections import approvals
from . import falls, proposal_lines
from .year import YearDraft

PROPOSAL = "proposal"
SEATS = ("forestry", "finance", "ecology", "leader")
"""Who signs, in order."""


def sections(draft: YearDraft, trail: Sequence[Approval] = ()) -> list[Section]:
    """Figures unit by unit, listed units that fall, signatures; as an annex the proposal line by line."""
    words = draft.words
    lines: list[Block] = [Paragraph(words.runs("countersign.lead", hash=str(draft.outcome.meta["content_hash"])))]
    if draft.has("reasons", against=PROPOSAL):
        lines.append(_compared(draft))
    else:
        lines += [Paragraph(words.runs("countersign.no_proposal")), _figures(draft)]
    codes = falls.falls(draft)
    if codes:
        lines.append(falls.table(draft, codes))
    elif falls.listed(draft):
        compared = draft.has("reasons", against=LAST_YEAR)
        lines.append(Note(words.runs(f"paper.result.{'no_falls' if compared else 'no_last_year'}")))
    found = [
        Section("figures", words("countersign.figures"), tuple(lines)),
        Section("signatures", words("countersign.signatures"), tuple(_signatures(draft, trail))),
    ]
    by_line = proposal_lines.table(draft)
    if by_line is not None:
        found.append(Section("lines", words("countersign.lines"), (by_line,), True))
    return found


def finance(code: str = "") -> str:
    """The key of finance's figure over the years: the money of the funds' own payers, as a proposal is compared with."""
    return ref("notice", "sum(amount_fen)", **({"region_code": code} if code else {}))


def difference(code: str = "") -> str:
    """The key of finance's figure less the proposal."""
    where = {"region_code": code} if code else {}
    return ref("reasons", "sum(amount_fen)", against=PROPOSAL, **where)


def _compared(draft: YearDraft) -> Table:
    words, money = draft.words, draft.unit(draft.fine)
    whole = draft.totals({code: finance(code) for code in draft.codes})
    exact = {code: {"difference": draft.fen(difference(code))} for code in draft.codes}
    for code, parts in exact.items():
        parts["proposal"] = draft.fen(finance(code)) - parts["difference"]
    shown = draft.shown(exact, whole)
    rows = []
    for place, code in enumerate(draft.codes, 1):
        numbers = _numbers(draft, code, (shown[code]["proposal"], whole[code], shown[code]["difference"]))
        head = (cell(str(place)), cell(draft.region(code)), cell(code))
        rows.append(Row((*head, *numbers, falls.causes(draft, code, PROPOSAL))))
    own = column_sums(shown, ("proposal", "difference"))
    sums = (own["proposal"], sum(whole.values()), own["difference"])
    total = (cell(""), cell(words("terms.sum")), cell(""))
    rows.append(Row((*total, *_numbers(draft, "", sums), cell("")), "total"))
    columns = (
        Column(words("notice.place"), "", True),
        Column(words("terms.unit")),
        Column(words("notice.code")),
        Column(words("countersign.proposed"), money, True),
        Column(words("countersign.finance"), money, True),
        Column(words("countersign.difference"), money, True),
        Column(words("countersign.reason"), money, width=1),
    )
    caption = words.runs("countersign.caption", years=draft.years)
    return Table(columns, tuple(rows), caption, words.runs("countersign.note"))


def _numbers(draft: YearDraft, code: str, steps: Sequence[int]) -> list[Runs]:
    keys = (combine("difference", finance(code), difference(code)), finance(code), difference(code))
    return [
        draft.number_of(draft.fine, key, step, signed=place == len(keys) - 1)
        for place, (key, step) in enumerate(zip(keys, steps, strict=True))
    ]


def _figures(draft: YearDraft) -> Table:
    """Finance's figures alone."""
    words = draft.words
    shown = draft.totals({code: finance(code) for code in draft.codes})
    rows = [
        Row((cell(str(place)), cell(draft.region(code)), draft.number_of(draft.fine, finance(code), shown[code])))
        for place, code in enumerate(draft.codes, 1)
    ]
    whole = draft.number_of(draft.fine, finance(), sum(shown.values()))
    rows.append(Row((cell(""), cell(words("terms.sum")), whole), "total"))
    columns = (
        Column(words("notice.place"), "", True),
        Column(words("terms.unit")),
        Column(words("countersign.finance"), draft.unit(draft.fine), True),
    )
    return Table(columns, tuple(rows), words.runs("countersign.figures_caption", years=draft.years))


def _signatures(draft: YearDraft, trail: Sequence[Approval]) -> list[Block]:
    """The trail as it is recorded, then a row for everybody who has yet to sign by hand."""
    words = draft.words
    blocks = approvals.blocks(trail, words)
    empty = (cell(""), cell(""), cell(""))
    seats = tuple(Row((cell(words(f"countersign.seat.{seat}")), *empty)) for seat in SEATS)
    by_hand = (
        Column(words("countersign.seat_head")),
        Column(words("countersign.opinion"), width=3),
        Column(words("countersign.signed_by"), width=2),
        Column(words("countersign.date"), width=2),
    )
    blocks.append(Table(by_hand, seats, words.runs("countersign.by_hand")))
    return blocks
