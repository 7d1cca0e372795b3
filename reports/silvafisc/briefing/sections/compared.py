"""Other outcomes beside this one: the trade in plain words, why the money moves, for whom, how stable it is, and regret.

The tables of a comparison (`silvafisc.runs.compare`) stand beside those of the first outcome as `compare.<table>`, so that
every number has a key there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from silvafisc.results import Outcome
from silvafisc.results.sentences import Amount, change_sentence
from silvafisc.results.trades import GroupTrade, Trade, trade_sentences

from ..blocks import Block, Callout, Column, Figure, Heading, Number, Paragraph, Row, Run, Runs, Table, Text
from ..draft import Draft, cell
from ..figures.waterfall import waterfall
from ..keys import ref
from ..rounding import shown_parts
from ..words import all_texts, capital, opening

PREFIX = "compare."
LETTERS = "ABCDEF"
MONEY, CARBON = ("money_total", "money", "fen"), ("carbon", "tonnes")
"""Kinds of number from coarse to fine: the first that does not show a difference as nothing is used."""
_SHARES = ("regraded", "sign")


def beside(outcome: Outcome, tables: Mapping[str, pd.DataFrame]) -> Outcome:
    """The outcome with the tables of a comparison whose first outcome it is (`Comparison.frames`)."""
    return replace(outcome, tables={**outcome.tables, **{f"{PREFIX}{name}": frame for name, frame in tables.items()}})


def others(draft: Draft) -> list[int]:
    """Numbers of the outcomes beside this one; none where it is compared with nothing."""
    frame = draft.outcome.tables.get(f"{PREFIX}outcomes")
    return [] if frame is None else [int(number) for number in frame["outcome"] if number > 1]


def comparison_blocks(draft: Draft) -> tuple[Block, ...]:
    """What a briefing says of other outcomes beside its own; nothing where there are none."""
    numbers = others(draft)
    if not numbers:
        return ()
    head = draft.words("compared.head", reference=LETTERS[0])
    blocks: list[Block] = [Heading(head), plans(draft), *(decision(draft, number) for number in numbers)]
    if any(rows(draft, "waterfall", number) for number in numbers):
        blocks.append(parts(draft))
    return (*blocks, groups(draft), *stability(draft), *regret(draft))


def key(table: str, what: str, /, number: int, **where: str) -> str:
    """The key of a value of another outcome."""
    return ref(f"{PREFIX}{table}", what, outcome=str(number), **where)


def rows(draft: Draft, table: str, number: int) -> list[dict[str, Any]]:
    """The rows of a table that are of another outcome."""
    frame = draft.outcome.tables[f"{PREFIX}{table}"]
    return [
        {str(name): value for name, value in row.items()}
        for row in frame[frame["outcome"] == number].to_dict("records")
    ]


def letter(draft: Draft, number: int) -> str:
    """`方案 B`."""
    return draft.words("compared.plan", letter=LETTERS[number - 1])


def finest(draft: Draft, kinds: Sequence[str], where: str, signed: bool = False) -> Number:
    """The number in the coarsest kind in which it is not shown as nothing."""
    shown = [draft.number(kind, where, signed) for kind in kinds]
    return next((number for number in shown if any(char in "123456789" for char in number.text)), shown[-1])


def sized(draft: Draft, kinds: Sequence[str], where: str) -> tuple[int, Runs]:
    """The sign as the reader sees it, and the size with its unit."""
    number = finest(draft, kinds, where)
    seen = any(char in "123456789" for char in number.text)
    sign = 0 if not seen else (-1 if number.text.startswith("−") else 1)
    return sign, draft.with_unit(replace(number, text=number.text.removeprefix("−"), sign="words"))


def plans(draft: Draft) -> Table:
    """Every outcome with its money and tonnes, and how they differ from the first."""
    words, found = draft.words, []
    frame = draft.outcome.tables[f"{PREFIX}outcomes"]
    for number in [1, *others(draft)]:
        row = frame[frame["outcome"] == number].iloc[0]
        where = [key("outcomes", name, number) for name in ("payment_fen", "carbon_tco2e")]
        carbon = cell("—") if pd.isna(row["carbon_tco2e"]) else (draft.number("carbon", where[1]),)
        cells: list[Runs] = [cell(capital(letter(draft, number))), cell(str(row[f"title_{draft.language}"]))]
        cells += [(draft.number("money_total", where[0]),), carbon]
        if number == 1:
            cells += [cell("—")] * 5
        else:
            trade = rows(draft, "trades", number)[0]
            money, tonnes, price = (key("trades", n, number) for n in ("payment_fen", "carbon_tco2e", "fen_per_tco2e"))
            cells.append((draft.number("money_total", money, signed=True),))
            cells.append(
                cell("—") if pd.isna(trade["carbon_tco2e"]) else (draft.number("carbon", tonnes, signed=True),)
            )
            cells.append(cell("—") if pd.isna(trade["fen_per_tco2e"]) else (draft.number("fen_per_tonne", price),))
            cells += [(draft.number("count", key("trades", name, number)),) for name in ("more", "less")]
        found.append(Row(tuple(cells)))
    money, carbon_unit = draft.unit("money_total"), draft.unit("carbon")
    columns = (
        Column(words("compared.plan_head")),
        Column(words("compared.name"), width=1),
        Column(words("compared.money"), money, True),
        Column(words("compared.carbon"), carbon_unit, True),
        Column(words("compared.money_change"), money, True),
        Column(words("compared.carbon_change"), carbon_unit, True),
        Column(words("compared.price"), draft.unit("fen_per_tonne"), True),
        Column(words("compared.more"), "", True),
        Column(words("compared.less"), "", True),
    )
    return Table(columns, tuple(found), words.runs("compared.plans"), words.runs("compared.plans_note"), dense=True)


def decision(draft: Draft, number: int) -> Callout:
    """The trade of another outcome in plain words."""
    title = draft.words("compared.sheet", plan=letter(draft, number), reference=letter(draft, 1))
    return Callout("decision", title, tuple(sentences(draft, number)))


def sentences(draft: Draft, number: int) -> list[Runs]:
    """The trade sentence by sentence, each number with its key."""
    language = draft.language
    trade_key = {name: key("trades", name, number) for name in ("payment_fen", "carbon_tco2e", "fen_per_tco2e")}
    unknown = pd.isna(rows(draft, "trades", number)[0]["carbon_tco2e"])
    money, money_said = sized(draft, MONEY, trade_key["payment_fen"])
    carbon, carbon_said = (None, ()) if unknown else sized(draft, CARBON, trade_key["carbon_tco2e"])
    put: dict[tuple[str, str], Runs] = {("money", ""): money_said, ("carbon", ""): carbon_said}
    if carbon is not None and money * carbon > 0:
        put["price", ""] = draft.phrase("fen_for_tonne", trade_key["fen_per_tco2e"])
    put |= {(name, ""): (draft.number("count", key("trades", name, number)),) for name in ("more", "less", "same")}
    objectives = []
    for row in rows(draft, "objectives", number):
        term = str(row["term"])
        if term != "carbon":
            kind = draft.kind_of(str(row["unit"]), term)
            sign, put["objective", term] = sized(
                draft, (kind, "plain"), key("objectives", "difference", number, term=term)
            )
            objectives.append((term, str(row[f"label_{language}"]), sign))
    members = []
    for row in rows(draft, "groups", number):
        if row["grouping"] == "priority":
            group = str(row["group"])
            where = {"grouping": "priority", "group": group}
            sign, put["money", group] = sized(draft, MONEY, key("groups", "difference_fen", number, **where))
            for name in ("units", "more", "less"):
                put[name, group] = (draft.number("count", key("groups", name, number, **where)),)
            members.append(GroupTrade(group, group_name(draft, row), sign))
    first, last = extremes(draft, number)
    for unit in (first, last):
        if unit is not None:
            where_key = key("units", "difference_fen", number, region_code=unit[0])
            put["change", unit[0]] = draft.with_unit(finest(draft, MONEY[1:], where_key, signed=True))
    plan, reference = letter(draft, number), letter(draft, 1)
    trade = Trade(plan, reference, money, carbon, objectives, members, first, last)
    said = []
    for pieces in trade_sentences(trade, language):
        runs: list[Run] = []
        for piece in pieces:
            runs += [Text(piece)] if isinstance(piece, str) else put[piece.kind, piece.of]
        said.append(opening(tuple(runs)))
    return said


def extremes(draft: Draft, number: int) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """(code, name) of the units with the largest increase and the largest decrease, where there is one."""
    change = {str(row["region_code"]): int(str(row["difference_fen"])) for row in rows(draft, "units", number)}
    names = {str(row["region_code"]): unit_name(draft, row) for row in rows(draft, "units", number)}
    up, down = (max(change, key=lambda code: (sign * change[code], code)) for sign in (1, -1))
    return ((up, names[up]) if change[up] > 0 else None, (down, names[down]) if change[down] < 0 else None)


def unit_name(draft: Draft, row: Mapping[Any, Any]) -> str:
    """A unit's name; one that only another outcome has is named there."""
    return str(row["region_name"] if draft.language == "zh" else row["region_name_en"] or row["region_name"])


def group_name(draft: Draft, row: "Mapping[Any, Any] | pd.Series[Any]") -> str:
    """A group as the scenario names it, else as the briefing does."""
    said, group = str(row[f"name_{draft.language}"]), str(row["group"])
    return said if said != group else draft.words.name("level" if row["grouping"] == "level" else "group", group)


def part_names(draft: Draft) -> list[str]:
    """Parts that move anything in any outcome, in the order in which they are changed."""
    frame = draft.outcome.tables[f"{PREFIX}waterfall"]
    present = set(frame["part"])
    named = (text.removeprefix("names.part.") for text in all_texts() if text.startswith("names.part."))
    return [name for name in named if name in present]


def steps(draft: Draft, number: int) -> dict[str, int]:
    """part -> shown size; they sum to the shown difference."""
    exact = {
        name: draft.lookup.value(key("waterfall", "sum(amount_fen)", number, part=name)) for name in part_names(draft)
    }
    return shown_parts({name: int(fen) for name, fen in exact.items()}, draft.step("money"))


def parts(draft: Draft) -> Table:
    """What every part moves, by outcome."""
    words, numbers = draft.words, others(draft)
    shown = {number: steps(draft, number) for number in numbers}
    found = []
    for name in [name for name in part_names(draft) if any(sizes[name] for sizes in shown.values())]:
        amounts = [
            draft.number("money", key("waterfall", "sum(amount_fen)", n, part=name), signed=True, steps=shown[n][name])
            for n in numbers
        ]
        found.append(Row((cell(words.name("part", name)), *((amount,) for amount in amounts))))
    sums = [
        draft.number("money", key("waterfall", "sum(amount_fen)", n), signed=True, steps=sum(shown[n].values()))
        for n in numbers
    ]
    found.append(Row((cell(words("terms.sum"), True), *((amount,) for amount in sums)), "total"))
    columns = [Column(words("compared.part")), *versus(draft, numbers, draft.unit("money"))]
    return Table(tuple(columns), tuple(found), words.runs("compared.parts"), words.runs("compared.parts_note"))


def versus(draft: Draft, numbers: Sequence[int], unit: str) -> list[Column]:
    """`B − A` … as heads."""
    return [
        Column(draft.words("compared.minus", plan=LETTERS[n - 1], reference=LETTERS[0]), unit, True) for n in numbers
    ]


def why(draft: Draft, number: int) -> list[Block]:
    """The sentence of a difference and its waterfall; nothing where no part moves anything."""
    words, shown = draft.words, steps(draft, number)
    moved = [(name, size) for name, size in shown.items() if size]
    if not moved:
        return [Paragraph(words.runs("compared.no_part", plan=letter(draft, number), reference=letter(draft, 1)))]
    where = {name: key("waterfall", "sum(amount_fen)", number, part=name) for name, _ in moved}
    amounts = {name: draft.number("money", where[name], signed=True, steps=size) for name, size in moved}
    whole = draft.number("money", key("waterfall", "sum(amount_fen)", number), signed=True, steps=sum(shown.values()))
    size = replace(whole, text=whole.text.lstrip("+−"), sign="words")
    runs: list[Run] = [Text(capital(words("compared.plan_is", plan=letter(draft, number))))]
    for piece in change_sentence(letter(draft, 1), moved, draft.language):
        if isinstance(piece, Amount):
            runs += draft.with_unit(amounts[piece.part] if piece.part else size)
        else:
            runs.append(Text(piece))
    largest = max(moved, key=lambda item: abs(item[1]))[0]
    items = [
        (words.name("part", name), amounts[name].value / amounts[name].per, amounts[name].text) for name, _ in moved
    ]
    axis = words("figures.axis", label=words("comparison.difference"), unit=draft.unit("money"))
    svg = waterfall(f"why{number}-{draft.language}", items, (words("terms.sum"), whole.text), axis, draft.language)
    pair = {"plan": letter(draft, number), "reference": letter(draft, 1)}
    title = words.runs(
        "compared.waterfall", part=words.name("part", largest), size=draft.with_unit(amounts[largest]), **pair
    )
    table = tuple(Row((cell(words.name("part", name)), (amounts[name],))) for name, _ in moved)
    total = Row((cell(words("terms.sum"), True), (whole,)), "total")
    columns = (Column(words("compared.part")), Column(words("comparison.difference"), draft.unit("money"), True))
    caption = words.runs("compared.waterfall_data", **pair)
    alt = words("compared.waterfall_alt", parts=str(len(moved)), **pair)
    source = words("figures.source", tables="waterfall.csv")
    figure = Figure(f"why-{number}", svg, title, alt, source, Table(columns, (*table, total), caption))
    return [Paragraph(tuple(runs)), figure]


def groups(draft: Draft) -> Table:
    """How many units of each group gain and lose, and the group's money."""
    words, numbers = draft.words, others(draft)
    frame = draft.outcome.tables[f"{PREFIX}groups"]
    found = []
    for grouping, group in dict.fromkeys(zip(frame["grouping"].astype(str), frame["group"].astype(str), strict=True)):
        where = {"grouping": grouping, "group": group}
        mine = frame[(frame["grouping"] == grouping) & (frame["group"] == group)].iloc[0]
        shown = group_name(draft, mine)
        cells: list[Runs] = [
            cell(shown),
            (draft.number("count", key("groups", "units", int(mine["outcome"]), **where)),),
        ]
        for n in numbers:
            if not draft.lookup.has(f"{PREFIX}groups", outcome=str(n), **where):
                cells += [cell("—")] * 2
                continue
            more, less = (draft.number("count", key("groups", name, n, **where)) for name in ("more", "less"))
            cells.append((more, Text(" / "), less))
            cells.append((draft.number("money", key("groups", "difference_fen", n, **where), signed=True),))
        found.append(Row(tuple(cells)))
    heads: list[Column] = []
    for n in numbers:
        heads += [Column(words("compared.counts_of", plan=LETTERS[n - 1]), "", True)]
        heads += versus(draft, [n], draft.unit("money"))
    columns = (Column(words("compared.group")), Column(words("terms.units"), "", True), *heads)
    return Table(columns, tuple(found), words.runs("compared.groups"), dense=len(numbers) > 1)


def stability(draft: Draft) -> list[Block]:
    """Rank correlation, and shares of units whose grade or sign changes."""
    words, numbers = draft.words, others(draft)
    frame = draft.outcome.tables[f"{PREFIX}stability"]
    if frame.empty:
        return []
    found = []
    for statistic, reference in dict.fromkeys(zip(frame["statistic"], frame["reference"].fillna(""), strict=True)):
        kind = "share" if statistic in _SHARES else "index"
        label = words.name("stability", str(statistic))
        if reference:
            label = words("compared.against", label=label, reference=words.name("against", str(reference)))
        cells: list[Runs] = [cell(label)]
        for n in numbers:
            has = draft.lookup.has(f"{PREFIX}stability", outcome=str(n), statistic=str(statistic))
            where = key("stability", "value", n, statistic=str(statistic))
            cells.append(draft.phrase(kind, where) if has else cell("—"))
        found.append(Row(tuple(cells)))
    heads = [Column(words("compared.to", plan=LETTERS[n - 1], reference=LETTERS[0]), "", True) for n in numbers]
    columns = (Column(words("compared.statistic"), width=1), *heads)
    return [Table(columns, tuple(found), words.runs("compared.stability"), words.runs("compared.stability_note"))]


def regret(draft: Draft) -> list[Block]:
    """What a plan loses under another scenario's conditions, by objective; or why it cannot be said."""
    words, frame = draft.words, draft.outcome.tables[f"{PREFIX}regret"]
    if frame.empty:
        return []
    terms = list(dict.fromkeys(frame["objective"].astype(str)))
    kinds = {term: _kind(draft, term) for term in terms}
    found = []
    for conditions, plan in dict.fromkeys(zip(frame["conditions"], frame["plan"], strict=True)):
        mine = frame[(frame["conditions"] == conditions) & (frame["plan"] == plan)].set_index("objective")
        cells: list[Runs] = [cell(capital(letter(draft, int(plan)))), cell(LETTERS[int(conditions) - 1])]
        for term in terms:
            status = str(mine.loc[term, "status"]) if term in mine.index else ""
            where = ref(f"{PREFIX}regret", "regret", conditions=str(conditions), plan=str(plan), objective=term)
            cells.append((draft.number(kinds[term], where, signed=True),) if status == "computed" else cell("—"))
        refused = mine[mine["status"] != "computed"]
        cells.append(_refusal(draft, refused.iloc[0], str(refused.index[0])) if len(refused) else ())
        found.append(Row(tuple(cells)))
    heads = [
        Column(
            capital(words.name("regret", term)) if term == "weighted" else draft.objective(term)[0],
            draft.unit(kinds[term]),
            True,
        )
        for term in terms
    ]
    columns = (
        Column(words("compared.plan_head")),
        Column(words("compared.conditions")),
        *heads,
        Column(words("compared.remark"), width=1),
    )
    return [Table(columns, tuple(found), words.runs("compared.regret"), words.runs("compared.regret_note"), dense=True)]


def _kind(draft: Draft, term: str) -> str:
    return "ratio" if term == "weighted" else draft.objective(term)[1]


def _refusal(draft: Draft, row: "pd.Series[Any]", term: str) -> Runs:
    """Why there is no value, with the money that is lacking where that is why."""
    words, status = draft.words, str(row["status"])
    said = cell(words.name("regret", status))
    if pd.isna(row["excess_fen"]):
        return said
    where = {"conditions": str(row["conditions"]), "plan": str(row["plan"]), "objective": term}
    size = draft.with_unit(finest(draft, MONEY[1:], ref(f"{PREFIX}regret", "excess_fen", **where)))
    return words.runs("compared.excess", said=said, size=size)
