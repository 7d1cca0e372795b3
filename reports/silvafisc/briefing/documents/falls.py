"""Listed units (脱贫县, 重点帮扶县 …) that get less than last year, each with its cause: no fall goes to print without one."""

from collections.abc import Sequence

from ..blocks import Column, Number, Row, Runs, Table
from ..draft import LAST_YEAR, cell
from ..keys import ref
from ..words import inside
from .year import YearDraft

LIKE_FOR_LIKE = ("standard", "grade", "pot", "factor", "weight", "performance")
"""Parts of a change that stay when area, tasks, commitments and settlement are the same (同口径)."""


class CauselessFallError(Exception):
    """A listed unit is compared with last year, and the outcome does not say why it changes."""

    def __init__(self, units: Sequence[str]) -> None:
        named = ", ".join(units)
        self.en = (
            f"no cause is on record for the change of listed units {named}: reasons.csv lacks them; nothing is printed"
        )
        self.zh = f"列名倾斜单位 {named} 与上年相比的变化没有原因记录（reasons.csv 缺少这些单位），不予出具"
        super().__init__(self.en)


def _named(draft: YearDraft) -> list[str]:
    """The groups that a rule names, ascending."""
    resolved = draft.outcome.resolved
    return sorted({str(rule.params["group"]) for rule in resolved.rules if rule.params.get("group")})


def listed(draft: YearDraft) -> list[str]:
    """Units of the groups that a rule names, of all groups where no rule names one; ascending."""
    groups = draft.outcome.resolved.groups
    members = [groups[name] for name in _named(draft) or groups if name in groups]
    return sorted({code for codes in members for code in codes} & set(draft.codes))


def group_name(draft: YearDraft) -> Runs:
    """What those units are called: by the names of the rule's groups, which the table of rules uses too."""
    words = draft.words
    named = [inside(words.name("group", name)) for name in _named(draft) if name in draft.outcome.resolved.groups]
    return words.join(named or [words("targets.listed_units")])


def falls(draft: YearDraft) -> list[str]:
    """Listed units that fall in all or like for like, ascending.

    Raises:
        CauselessFallError: a listed unit with a known last year has no parts of its change.
    """
    units = [code for code in listed(draft) if draft.lookup.cell(ref("regions", "last_year_fen", region_code=code))]
    without = [code for code in units if not draft.has("reasons", against=LAST_YEAR, region_code=code)]
    if without:
        raise CauselessFallError([f"{draft.region(code)}（{code}）" for code in without])
    return [
        code
        for code in units
        if draft.lookup.value(change(code)) < 0 or draft.lookup.value(change(code, LIKE_FOR_LIKE)) < 0
    ]


def change(code: str, parts: Sequence[str] = (), against: str = LAST_YEAR) -> str:
    """The key of a unit's change against a reference, of all parts or of some."""
    where = {"part": tuple(parts)} if parts else {}
    return ref("reasons", "sum(amount_fen)", region_code=code, against=against, **where)


def causes(draft: YearDraft, code: str, against: str = LAST_YEAR, only_less: bool = False) -> Runs:
    """`面积 −12.00；标准 +3.00`: every part that is not zero, in the order of reasons.csv."""
    rows = draft.lookup.rows("reasons", {"region_code": [code], "against": [against]}, "reasons")
    parts = draft.lookup.column("reasons", "part", "reasons")
    said: list[Runs] = []
    for part in (parts[place] for place in rows):
        key = change(code, (str(part),), against)
        value = draft.lookup.value(key)
        if value < 0 or (value > 0 and not only_less):
            number: Number = draft.number(draft.fine, key, signed=True)
            said.append(draft.words.runs("terms.beside", name=draft.words.name("part", str(part)), value=number))
    return draft.words.join(said, "semicolon") if said else cell(draft.words("documents.no_difference"))


def table(draft: YearDraft, codes: Sequence[str], most: int | None = None) -> Table:
    """The units that fall, by how much, how much of it like for like, and why.

    most: how many are shown, those that fall most; a note then says where the others stand.
    """
    words, money = draft.words, draft.unit(draft.fine)
    shown = sorted(codes, key=lambda code: (draft.lookup.value(change(code)), code))[:most] if most else codes
    rows = [
        Row(
            (
                cell(draft.region(code)),
                draft.number_of(draft.fine, change(code), signed=True),
                draft.number_of(draft.fine, change(code, LIKE_FOR_LIKE), signed=True),
                causes(draft, code, only_less=True),
            )
        )
        for code in shown
    ]
    notes = [words.runs("documents.falls_note")]
    if len(shown) < len(codes):
        notes.append(words.runs("documents.falls_more", count=str(len(codes))))
    columns = (
        Column(words("terms.unit")),
        Column(words("documents.change"), money, True),
        Column(words("documents.like_for_like"), money, True),
        Column(words("documents.cause"), money, width=1),
    )
    return Table(columns, tuple(rows), words.runs("documents.falls_caption"), words.join(notes, "sentence"))
