"""What the decision and the baselines bring over draws, and how often each comes first under random weights."""

from ..blocks import Block, Column, Heading, Paragraph, Row, Runs, Table
from ..draft import Draft, cell
from ..keys import ref
from ..words import capital

DECISION = "decision"


def blocks(draft: Draft) -> list[Block]:
    """A heading, a sentence on the decision and a table of all alternatives; nothing for an outcome without draws."""
    words = draft.words
    if not draft.has("risk", alternative=DECISION, variable="tonnes", statistic="mean"):
        return []
    found: list[Block] = [Heading(words("risk.head")), Paragraph(_lead(draft))]
    if draft.has("risk", alternative=DECISION, variable="overrun", statistic="mean"):
        found.append(Paragraph(_costs(draft)))
    if draft.has("risk", alternative=DECISION, statistic="below_target"):
        share = draft.phrase("share", _key(draft, DECISION, "tonnes", "below_target"))
        found.append(Paragraph(words.runs("risk.target", share=share)))
    return [*found, _table(draft)]


def _sample(draft: Draft) -> str:
    """Fresh draws where the decision was made on those of draws.csv."""
    return "fresh" if draft.has("risk", sample="fresh") else "draws"


def _key(draft: Draft, alternative: str, variable: str, statistic: str, column: str = "value", **where: str) -> str:
    held = {"alternative": alternative, "sample": _sample(draft), "variable": variable, "statistic": statistic}
    return ref("risk", column, **held, **where)


def _shares(draft: Draft, statistic: str) -> list[str]:
    """Shares of a statistic, ascending."""
    frame = draft.table("risk")
    return sorted({str(part) for part in frame.loc[frame["statistic"] == statistic, "share"]}, key=float)


def _level(draft: Draft, key: str) -> Runs:
    """A share such as 5 % or 2.5 %, without decimals that say nothing."""
    whole = round(100 * float(draft.lookup.value(key)), 6).is_integer()
    return draft.phrase("share_whole" if whole else "share", key)


def _lead(draft: Draft) -> Runs:
    """Number of draws, mean, interval and mean of the worst of the decision's tonnes."""
    low, high = _shares(draft, "quantile")[0], _shares(draft, "quantile")[-1]
    worst = _shares(draft, "cvar")[0]
    return draft.words.runs(
        f"risk.lead_{_sample(draft)}",
        draws=(draft.number("count", _key(draft, DECISION, "tonnes", "mean", "draws")),),
        mean=draft.phrase("carbon", _key(draft, DECISION, "tonnes", "mean")),
        low=draft.number("carbon", _key(draft, DECISION, "tonnes", "quantile", share=low)),
        high=draft.phrase("carbon", _key(draft, DECISION, "tonnes", "quantile", share=high)),
        low_share=_level(draft, _key(draft, DECISION, "tonnes", "quantile", "share", share=low)),
        high_share=_level(draft, _key(draft, DECISION, "tonnes", "quantile", "share", share=high)),
        part=_level(draft, _key(draft, DECISION, "tonnes", "cvar", "share", share=worst)),
        worst=draft.phrase("carbon", _key(draft, DECISION, "tonnes", "cvar", share=worst)),
    )


def _costs(draft: Draft) -> Runs:
    """What the work costs above the notice."""
    worst = _shares(draft, "cvar")[0]
    return draft.words.runs(
        "risk.overrun",
        mean=draft.phrase("yuan_total", _key(draft, DECISION, "overrun", "mean")),
        part=_level(draft, _key(draft, DECISION, "overrun", "cvar", "share", share=worst)),
        worst=draft.phrase("yuan_total", _key(draft, DECISION, "overrun", "cvar", share=worst)),
    )


def _table(draft: Draft) -> Table:
    words, worst = draft.words, _shares(draft, "cvar")[0]
    frame = draft.table("risk")
    rows = []
    for name in dict.fromkeys(str(name) for name in frame["alternative"]):
        decided = name == DECISION
        shown = words("frontier.chosen") if decided else words.name("baseline", name)
        ahead: Runs = cell("—")
        if not decided:
            ahead = (draft.number("share", _key(draft, name, "tonnes", "ahead")),)
        first: Runs = cell("—")
        if draft.has("rank_acceptability", kind="alternative", subject=name):
            taken = ref("rank_acceptability", "sum(acceptability)", kind="alternative", subject=name, rank="1")
            first = (draft.number("share", taken),)
        rows.append(
            Row(
                (
                    cell(capital(shown), decided),
                    (draft.number("carbon", _key(draft, name, "tonnes", "mean")),),
                    (draft.number("carbon", _key(draft, name, "tonnes", "cvar", share=worst)),),
                    ahead,
                    first,
                )
            )
        )
    columns = (
        Column(words("frontier.baseline")),
        Column(words("risk.mean"), draft.unit("carbon"), True),
        Column(words("risk.worst"), draft.unit("carbon"), True),
        Column(words("risk.ahead"), draft.unit("share"), True),
        Column(words("risk.first"), draft.unit("share"), True),
    )
    return Table(columns, tuple(rows), words.runs("risk.caption"), words.runs("risk.note"), dense=True)
