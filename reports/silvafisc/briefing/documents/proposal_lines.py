"""The department's proposal line by line: a unit's money from a fund in a year for one category, task or pot, and why."""

from ..blocks import Column, Row, Runs, Table
from ..draft import cell
from ..keys import ref
from ..words import Words
from .year import YearDraft

TABLE = "proposal_lines"
COMMITTED = "committed:"
WHOLE_FUND = "whole_fund"


def table(draft: YearDraft) -> Table | None:
    """Every line that differs, its stated and decided money, and parts that sum to the difference; None without any."""
    if not draft.has(TABLE):
        return None
    words, money, frame = draft.words, draft.unit(draft.fine), draft.table(TABLE)
    moved = frame[frame["part"] != ""]
    rows = []
    for line in moved[["region_code", "fund", "subject", "period"]].drop_duplicates().itertuples(index=False):
        where = dict(zip(("region_code", "fund", "subject", "period"), map(str, line), strict=True))
        difference = ref(TABLE, "sum(amount_fen)", **where)
        keys = {"proposal": ref(TABLE, "max(proposal_fen)", **where), "difference": difference}
        decided = ref(TABLE, "max(decided_fen)", **where)
        steps = draft.totals(keys)
        numbers = [
            draft.number_of(draft.fine, keys["proposal"], steps["proposal"]),
            draft.number_of(draft.fine, decided, sum(steps.values())),
            draft.number_of(draft.fine, difference, steps["difference"], signed=True),
        ]
        head = (where["period"], draft.region(where["region_code"]), words.name("fund", where["fund"]))
        subject = cell(_subject(where["subject"], words))
        rows.append(Row((*map(cell, head), subject, *numbers, _reasons(draft, where))))
    if not rows:
        return None
    columns = (
        Column(words("terms.period")),
        Column(words("terms.unit")),
        Column(words("countersign.fund")),
        Column(words("countersign.subject")),
        Column(words("countersign.proposed"), money, True),
        Column(words("countersign.finance"), money, True),
        Column(words("countersign.difference"), money, True),
        Column(words("countersign.reason"), money, width=1),
    )
    return Table(columns, tuple(rows), words.runs("countersign.lines_caption"), words.runs("countersign.lines_note"))


def _subject(subject: str, words: Words) -> str:
    """A category, a task measure, the factor pot, instalments due of a measure, or money that names none of them."""
    if subject.startswith(COMMITTED):
        return words("countersign.committed", measure=words.name("measure", subject.removeprefix(COMMITTED)))
    if subject == WHOLE_FUND:
        return words("countersign.whole_fund")
    return words.name("measure", subject) if words.known("measure", subject) else words.short_name("category", subject)


def _reasons(draft: YearDraft, where: dict[str, str]) -> Runs:
    rows = draft.lookup.rows(TABLE, {name: [value] for name, value in where.items()}, TABLE)
    parts = draft.lookup.column(TABLE, "part", TABLE)
    amounts = {str(parts[at]): ref(TABLE, "sum(amount_fen)", **where, part=str(parts[at])) for at in rows if parts[at]}
    said = [
        draft.words.runs(
            "terms.beside",
            name=draft.words.name("part", part),
            value=draft.number(draft.fine, key, signed=True),
        )
        for part, key in amounts.items()
    ]
    return draft.words.join(said, "semicolon")
