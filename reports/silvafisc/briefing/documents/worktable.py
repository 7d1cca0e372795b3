"""分配测算底表: everything that a fund's amounts of the year are made of and compared with, unit by unit, on A3."""

from collections.abc import Mapping

import pandas as pd

from ..blocks import Column, Row, Runs, Section, Table
from ..draft import PAYERS, cell
from ..keys import combine, ref
from ..rounding import column_sums
from .tasks import BINDING
from .year import BEFORE, YearDraft

SETTLEMENTS = (("settlement",), ("recovery",), ("offset_in", "offset_out"))
Steps = Mapping[str, int]


def sections(draft: YearDraft) -> list[Section]:
    """One section per fund."""
    return [
        Section(f"work-{fund}", draft.identity(fund)["fund_name"], (_table(draft, fund),), True) for fund in draft.funds
    ]


def _table(draft: YearDraft, fund: str) -> Table:
    """Natures and payers each make up the year's amount of all payers; what is notified is the fund's own payer's."""
    words, money = draft.words, draft.unit(draft.fine)
    natures = [name for name in draft.natures if draft.has("allocation", fund=fund, period=draft.year, nature=name)]
    payers = [payer for payer in PAYERS if draft.fen(_paid(draft, fund, "", payer))]
    codes = draft.served(fund)
    whole = draft.totals({code: _paid(draft, fund, code) for code in codes})
    by_nature = draft.shown(
        {code: {name: draft.fen(_paid(draft, fund, code, nature=name)) for name in natures} for code in codes}, whole
    )
    by_payer = draft.shown(
        {code: {name: draft.fen(_paid(draft, fund, code, name)) for name in payers} for code in codes}, whole
    )
    rows = [
        _row(draft, fund, code, place, {**by_nature[code], **by_payer[code], "": whole[code]}, (natures, payers))
        for place, code in enumerate(codes, 1)
    ]
    sums = {**column_sums(by_nature, natures), **column_sums(by_payer, payers), "": sum(whole.values())}
    rows.append(_row(draft, fund, "", 0, sums, (natures, payers)))
    columns = [
        Column(words("notice.place"), "", True),
        Column(words("worktable.level")),
        Column(words("terms.unit")),
        Column(words("notice.code")),
        Column(words("terms.grade"), "", True),
        Column(words("terms.area"), draft.unit("area_tenth"), True),
        Column(words("worktable.last_area"), draft.unit("area_tenth"), True),
        *(Column(words.name("nature", name), money, True) for name in natures),
        Column(words("worktable.whole"), money, True),
        *(Column(words.name("payer", name), money, True) for name in payers),
        Column(words("worktable.last_year"), money, True),
        Column(words("documents.change"), money, True),
        Column(words("worktable.change_share"), "%", True),
        Column(words("notice.before"), money, True),
        *(Column(words(f"worktable.{names[0]}"), money, True) for names in SETTLEMENTS),
        Column(draft.printed_word, draft.unit(draft.whole), True),
        Column(words("worktable.binding"), draft.unit("area_tenth"), True),
        Column(words("notice.identity.functional_class")),
        Column(words("notice.identity.direct_mark")),
        Column(words("documents.remark")),
    ]
    caption = words.runs("worktable.caption", year=draft.year, fund=draft.identity(fund)["fund_name"])
    return Table(tuple(columns), tuple(rows), caption, words.runs("worktable.note"), wide=True)


def _row(draft: YearDraft, fund: str, code: str, place: int, steps: Steps, parts: tuple[list[str], list[str]]) -> Row:
    """A unit's row; without a code that of all units together."""
    fine, identity = draft.fine, draft.identity(fund)
    natures, payers = parts
    paid, at = _paid(draft, fund, code), {"region_code": code} if code else {}
    cells: list[Runs] = [
        cell(str(place) if code else ""),
        cell(draft.words.name("unit_level", draft.lookup.cell(ref("regions", "unit_level", **at))) if code else ""),
        cell(draft.region(code) if code else draft.words("terms.sum")),
        cell(code),
        _if(draft, "count", ref("regions", "grade", **at), bool(code) and draft.complete("regions", "grade", **at)),
        _area(draft, fund, "areas", at),
        _area(draft, fund, "last_year", at),
        *(draft.number_of(fine, _paid(draft, fund, code, nature=name), steps[name]) for name in natures),
        draft.number_of(fine, paid, steps[""]),
        *(draft.number_of(fine, _paid(draft, fund, code, name), steps[name]) for name in payers),
        *_against(draft, fund, paid, at),
    ]
    for items in (BEFORE, *SETTLEMENTS):
        cells.append(_if(draft, fine, draft.item(fund, items, code), draft.has_ledger(fund)))
    cells.append(draft.number_of(draft.whole, draft.printed(fund, code)))
    cells.append(_binding(draft, fund, at))
    return Row(
        (*cells, cell(identity["functional_class"]), cell(identity["direct_mark"]), ()), "body" if code else "total"
    )


def _paid(draft: YearDraft, fund: str, code: str, payer: str = "", nature: str = "") -> str:
    """The key of what is paid to a unit (all units) in the year, by one payer and of one nature where they are given."""
    where = {"fund": fund, "period": draft.year}
    where |= {name: value for name, value in (("region_code", code), ("nature", nature)) if value}
    return ref("allocation", f"sum({payer or 'payment'}_fen)", **where)


def _if(draft: YearDraft, kind: str, key: str, known: bool) -> Runs:
    return draft.number_of(kind, key) if known else cell("—")


def _area(draft: YearDraft, fund: str, table: str, at: Mapping[str, str]) -> Runs:
    """Area of the fund's categories this year or last; a dash where the fund pays no area or nothing is known."""
    mine = tuple(spec.id for spec in draft.outcome.resolved.categories if spec.fund == fund)
    if not mine or table not in draft.outcome.inputs.tables():
        return cell("—")
    name, held = f"inputs.{table}", {("category" if table == "areas" else "subject"): mine, **at}
    known = draft.lookup.column(name, "area_tenth_mu", name)
    rows = draft.lookup.rows(
        name, {key: [value] if isinstance(value, str) else value for key, value in held.items()}, name
    )
    if not rows or any(pd.isna(known[row]) for row in rows):
        return cell("—")
    return draft.number_of("area_tenth", ref(name, "sum(area_tenth_mu)", **held))


def _against(draft: YearDraft, fund: str, paid: str, at: Mapping[str, str]) -> list[Runs]:
    """Last year's amount of all payers, the change and its share; dashes where no row is known."""
    where = {"fund": fund, **at}
    table = draft.outcome.inputs.last_year
    if table is None or not draft.lookup.has("inputs.last_year", **where):
        return [cell("—")] * 3
    last = ref("inputs.last_year", "sum(amount_fen)", **where)
    change: Runs = draft.number_of(draft.fine, combine("difference", paid, last), signed=True)
    if not draft.fen(last):
        return [draft.number_of(draft.fine, last), change, cell("—")]
    share = draft.number_of("share", combine("change", paid, last), signed=True)
    return [draft.number_of(draft.fine, last), change, share]


def _binding(draft: YearDraft, fund: str, at: Mapping[str, str]) -> Runs:
    """Area of the year's binding tasks of the fund."""
    mine = tuple(spec.id for spec in draft.outcome.resolved.tasks if spec.fund == fund)
    if draft.outcome.inputs.task_list is None or not mine:
        return cell("—")
    where = {"measure": mine, "period": draft.year, "kind": BINDING, **at}
    return draft.number_of("area_tenth", ref("inputs.task_list", "sum(area_tenth_mu)", **where))
