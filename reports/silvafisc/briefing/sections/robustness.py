"""How firm the published rule is, who would gain by misreporting, and what ways of adjusting standards cost."""

from collections.abc import Sequence

from ..blocks import Block, Column, Heading, Paragraph, Row, Runs, Table
from ..draft import Draft, cell
from ..keys import combine, ref
from ..words import capital

_GROUPS = {"area": "category", "need": "measure", "factor": "factor", "indicator": "indicator"}
"""Kind of a figure -> the names that its items have."""


def blocks(draft: Draft) -> list[Block]:
    """Nothing where the outcome has none of the tables (case mode, or made before they were)."""
    found: list[Block] = []
    if not draft.table("moves").empty:
        found += [Heading(draft.words("robustness.head")), Paragraph(_sentence(draft)), moves(draft)]
    if not draft.table("gaming").empty:
        found += [Heading(draft.words("robustness.gaming_head")), gaming(draft)]
    if not draft.table("adjustment").empty:
        found += [Heading(draft.words("robustness.adjustment_head")), adjustment(draft)]
    return found


def _sentence(draft: Draft) -> Runs:
    grades, signs = (
        draft.phrase("share", ref("moves", f"max({column})")) for column in ("share_regraded", "share_sign_changed")
    )
    against = str(draft.table("robustness")["against"].iloc[0])
    return draft.words.runs(
        "robustness.finding", grades=grades, signs=signs, against=draft.words.name("against", against)
    )


def moves(draft: Draft) -> Table:
    """Per kind of figure: the most units that any one move of ±5 % regrades or turns from gain to loss."""
    words = draft.words
    rows = [
        Row(
            (
                cell(capital(words.name("figure", kind))),
                *(
                    (draft.number("share", ref("moves", f"max({column})", kind=kind)),)
                    for column in ("share_regraded", "share_sign_changed")
                ),
            )
        )
        for kind in dict.fromkeys(draft.table("moves")["kind"].astype(str))
    ]
    columns = (
        Column(words("robustness.figure"), width=1),
        Column(words("robustness.regraded"), "%", True),
        Column(words("robustness.sign"), "%", True),
    )
    return Table(columns, tuple(rows), words.runs("robustness.moves"), words.runs("robustness.moves_note"), dense=True)


def gaming(draft: Draft) -> Table:
    """Per figure: who reports it, who verifies it, and the most that a unit would gain, with its share of that unit's money."""
    words, frame = draft.words, draft.table("gaming")
    rows = []
    for kind, item in dict.fromkeys(zip(frame["kind"].astype(str), frame["item"].astype(str), strict=True)):
        mine = frame[(frame["kind"] == kind) & (frame["item"] == item)]
        who = [_named(draft, mine[column].fillna("").astype(str).tolist()) for column in ("reported_by", "verified_by")]
        name = capital(words.name(_GROUPS[kind], item))
        most = mine["region_code"].iloc[int(mine["gain_fen"].astype("int64").to_numpy().argmax())]
        where = {"kind": kind, "item": item, "region_code": str(most)}
        rows.append(
            Row(
                (
                    cell(words("robustness.of", kind=words.name("figure_short", kind), item=name)),
                    cell(str(mine["moved"].iloc[0]).replace("-", "−")),
                    *(cell(text) for text in who),
                    (draft.number("notice_fine", ref("gaming", "gain_fen", **where)),),
                    (draft.number("share", ref("gaming", "gain_share", **where)),),
                )
            )
        )
    columns = (
        Column(words("robustness.figure"), width=1),
        Column(words("robustness.moved")),
        Column(words("robustness.reported_by")),
        Column(words("robustness.verified_by")),
        Column(words("robustness.gain"), draft.unit("notice_fine"), True),
        Column(words("robustness.gain_share"), "%", True),
    )
    return Table(
        columns, tuple(rows), words.runs("robustness.gaming"), words.runs("robustness.gaming_note"), dense=True
    )


def _named(draft: Draft, names: Sequence[str]) -> str:
    """One name for all units, the first of several, or that nobody is named for some."""
    if any(not name.strip() for name in names):
        return draft.words("robustness.nobody")
    different = list(dict.fromkeys(draft.words.own(name) for name in names))
    return different[0] if len(different) == 1 else draft.words("robustness.and_others", name=different[0])


def adjustment(draft: Draft) -> Table:
    """Each way of adjusting standards: what five years of it cost, and the difference to the scenario's own."""
    words, frame = draft.words, draft.table("adjustment")
    own = str(frame.loc[frame["own"] == "yes", "mode"].iloc[0])
    total = {str(mode): ref("adjustment", "sum(payment_fen)", mode=str(mode)) for mode in frame["mode"]}
    rows = [
        Row(
            (
                cell(words.name("adjustment_mode", mode)),
                (draft.number("money_total", key),),
                cell("—")
                if mode == own
                else (draft.number("money_total", combine("difference", key, total[own]), signed=True),),
            )
        )
        for mode, key in total.items()
    ]
    unit = draft.unit("money_total")
    columns = (
        Column(words("robustness.mode"), width=1),
        Column(words("robustness.five_years"), unit, True),
        Column(words("robustness.against_own"), unit, True),
    )
    caption = words.runs("robustness.adjustment", mode=words.name("adjustment_mode", own))
    return Table(columns, tuple(rows), caption, dense=True)
