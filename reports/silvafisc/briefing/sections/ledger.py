"""The ledger of sources and assumptions: counts by topic and status, then every line with a short value and reference.

Full values and references are in sources.csv; topics that only describe curves are one line with their counts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from ..blocks import Block, Column, Paragraph, Row, Runs, Table, Text
from ..draft import PAYERS, Draft, cell
from ..keys import Starts, ref
from ..rounding import percent
from ..words import CHINESE, load_yaml

STATUSES = ("verified", "secondary", "computed", "recalled", "assumption")
ASSUMED = ("assumption", "recalled")
_LONGEST = {"zh": 64, "en": 112}
"""Characters of a reference that are printed; the whole is in sources.csv."""
_SHORT = 8
"""A reference longer than this that is the same as the one above is not printed again."""
_APART = 10_000
"""A range without a unit whose ends are further apart holds values of several scales."""
_LONGEST_VALUE = 30


@cache
def topics() -> tuple[Mapping[str, Any], ...]:
    """Topics in order: topic, prefixes, counted."""
    return tuple(load_yaml("ledger.yaml")["topics"])


def topic_of(what: str) -> str:
    """The topic of a line of sources.csv."""
    return next(str(entry["topic"]) for entry in topics() if what.startswith(tuple(entry["prefixes"])))


def ledger(draft: Draft) -> list[Block]:
    """Lead, counts, what is assumed or recalled, and the rest."""
    words = draft.words
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for row in draft.table("sources").to_dict("records"):
        lines.setdefault(topic_of(str(row["what"])), []).append({str(name): value for name, value in row.items()})
    blocks: list[Block] = [Paragraph(_lead(draft)), counts(draft, lines)]
    places = numbered(draft)
    for part, caption in zip(_parts(draft), ("sources.assumed", "sources.others"), strict=True):
        if any(part.values()):
            blocks.append(_table(draft, part, caption, places))
    note = words.runs("sources.abbreviated")
    last = blocks[-1]
    return [*blocks[:-1], replace(last, note=note)] if isinstance(last, Table) else blocks


def _parts(draft: Draft) -> list[dict[str, list[Mapping[str, Any]]]]:
    """Topic -> lines of what is assumed or recalled, and of the rest, in the order in which they are printed."""
    parts: list[dict[str, list[Mapping[str, Any]]]] = [{}, {}]
    rows = [{str(name): value for name, value in row.items()} for row in draft.table("sources").to_dict("records")]
    for row in sorted(rows, key=lambda row: (STATUSES[::-1].index(str(row["status"])), str(row["what"]))):
        parts[row["status"] not in ASSUMED].setdefault(topic_of(str(row["what"])), []).append(row)
    return parts


def numbered(draft: Draft) -> dict[str, int]:
    """`what` of sources.csv -> its line of the ledger; the lines of a counted topic are one."""
    found: dict[str, int] = {}
    line = 0
    for part in _parts(draft):
        for entry in topics():
            held = part.get(str(entry["topic"]), ())
            for position, row in enumerate(held):
                line += not position or not entry.get("counted")
                found[str(row["what"])] = line
    return found


def _lead(draft: Draft) -> Runs:
    words = draft.words
    present = [status for status in STATUSES if draft.has("sources", status=status)]
    parts = [
        words.runs(
            "sources.status_part",
            status=words.name("status", status),
            count=draft.number("count", ref("sources", "rows()", status=status)),
        )
        for status in present
    ]
    lead = [words.runs("sources.lead", all=draft.number("count", ref("sources", "rows()")), parts=words.join(parts))]
    if draft.has("sources", demo="yes"):
        lead.append(words.runs("sources.demo_lead", count=draft.number("count", ref("sources", "rows()", demo="yes"))))
    return words.join(lead, "sentence")


def counts(draft: Draft, lines: Mapping[str, Sequence[Mapping[str, Any]]]) -> Table:
    """Topic x status."""
    words = draft.words
    present = [status for status in STATUSES if draft.has("sources", status=status)]
    demo = draft.has("sources", demo="yes")
    rows = []
    for entry in topics():
        name = str(entry["topic"])
        if name not in lines:
            continue
        held = Starts(entry["prefixes"]) if name not in _NESTED else tuple(str(row["what"]) for row in lines[name])
        where: dict[str, Any] = {"what": held}
        cells = [(draft.number("count", ref("sources", "rows()", status=status, **where)),) for status in present]
        cells.append((draft.number("count", ref("sources", "rows()", **where)),))
        if demo:
            cells.append((draft.number("count", ref("sources", "rows()", demo="yes", **where)),))
        rows.append(Row((cell(words.name("topic", name)), *cells)))
    sums = [(draft.number("count", ref("sources", "rows()", status=status)),) for status in present]
    sums.append((draft.number("count", ref("sources", "rows()")),))
    if demo:
        sums.append((draft.number("count", ref("sources", "rows()", demo="yes")),))
    rows.append(Row((cell(words("terms.sum"), True), *sums), "total"))
    columns = [Column(words("sources.topic"), width=1)]
    columns += [Column(words.name("status", status), "", True) for status in present]
    columns.append(Column(words("terms.sum"), "", True))
    if demo:
        columns.append(Column(words("sources.demo_column"), "", True))
    return Table(tuple(columns), tuple(rows), words.runs("sources.counts"), dense=True)


_NESTED = frozenset({"carbon", "other"})
"""Topics whose prefix also starts lines of topics before them: their lines are named one by one."""


def _table(
    draft: Draft, part: Mapping[str, Sequence[Mapping[str, Any]]], caption: str, places: Mapping[str, int]
) -> Table:
    words = draft.words
    rows: list[Row] = []
    for entry in topics():
        name = str(entry["topic"])
        held = part.get(name, ())
        if not held:
            continue
        if entry.get("counted"):
            label = words("sources.counted", topic=words.name("topic", name))
            where = {"what": Starts(entry["prefixes"])}
            said = [
                words.runs(
                    "sources.status_part",
                    status=words.name("status", status),
                    count=draft.number("count", ref("sources", "rows()", status=status, **where)),
                )
                for status in STATUSES
                if any(row["status"] == status for row in held)
            ]
            reference = words("sources.counted_reference")
            rows.append(Row((cell(words.name("topic", name), True),), "group"))
            line = places[str(held[0]["what"])]
            rows.append(Row((cell(str(line)), cell(label), cell("—"), cell(reference), words.join(said)), line=line))
            continue
        rows.append(Row((cell(words.name("topic", name), True),), "group"))
        above = ""
        for row in held:
            line = places[str(row["what"])]
            reference = full_reference(draft, str(row["what"]), str(row["reference"]))
            shown = shortened(draft, reference)
            repeated = shown == above and len(shown) > _SHORT
            printed = words("sources.ditto") if repeated else shown
            said_so = Text(printed, whole="" if printed == reference else reference)
            rows.append(Row((cell(str(line)), *_line(draft, row, said_so)), line=line))
            above = shown
    columns = (
        Column(words("sources.line")),
        Column(words("sources.what"), width=7),
        Column(words("sources.value"), width=4),
        Column(words("sources.reference"), width=11),
        Column(words("sources.status"), width=3),
    )
    return Table(columns, tuple(rows), words.runs(caption), dense=True)


def _line(draft: Draft, row: Mapping[str, Any], reference: Text) -> tuple[Runs, ...]:
    words, what = draft.words, str(row["what"])
    status = words.name("status", str(row["status"]))
    if str(row["demo"]) == "yes":
        status = words("sources.demo", status=status)
    return (
        cell(words.name("what", what)),
        cell(shown_value(draft, str(row["value"]), _PER_MU.get(what, str(row["unit"])), _NAMED.get(what, "value"))),
        (reference,),
        (Text(status, strong=row["status"] in ASSUMED),),
    )


_PER_MU = dict.fromkeys(("responses.opportunity_cost_fen", "responses.full_cost_fen"), "fen_per_mu")
"""Columns whose unit in the ledger leaves out that they are rates."""
_NAMED = {"regions.groups": "region_group", "regions.payer_tier": "payer_tier"}
"""Columns whose values have a group of names of their own."""


def full_reference(draft: Draft, what: str, reference: str) -> str:
    """The reference in this language where it has both, `see …` by the item's name."""
    text = draft.words.own(reference)
    if draft.language == "zh" and text and not CHINESE.search(text):
        return draft.words("sources.untranslated")
    seen = re.fullmatch(r"(?:见|see) (\w+)", text)
    if seen:
        text = draft.words("sources.see", what=draft.words.name("what", f"{what.rpartition('.')[0]}.{seen[1]}"))
    return text


def shortened(draft: Draft, text: str) -> str:
    """A text cut to what a table on paper can hold."""
    longest = _LONGEST[draft.language]
    cut = draft.words("marks.cut")
    return text if len(text) <= longest else text[: longest - len(cut)].rstrip() + cut


def shown_value(draft: Draft, value: str, unit: str, group: str = "value") -> str:
    """A short value with its unit: ranges with thousands marks, words for words, long lists counted.

    Codes of units are shown as names, other codes as they are. group: names of words.
    """
    words = draft.words
    if not value:
        return "—"
    if unit == "code" and value.isdigit():
        return value
    value = words.own(value)
    ends = [_decimal(part) for part in value.split(" – ")]
    numbers = [end for end in ends if end is not None]
    if len(numbers) == len(ends) == 2 and not unit and numbers[0] and abs(numbers[1] / numbers[0]) > _APART:
        return words("sources.mixed")
    if len(numbers) == len(ends):
        return _range(draft, numbers, unit)
    items = value.split(";")
    if all(item in {"True", "False"} for item in items):
        items = [words(f"sources.{item.lower()}") for item in items]
    elif all(item in draft.codes for item in items) and len(items) > 1:
        items = [draft.region(item) for item in items]
    elif all(re.fullmatch(r"[a-z_]+", item) or words.known(group, item) for item in items):
        items = [words.name(group, item) if words.known(group, item) else item.replace("_", " ") for item in items]
    if all(_SHARE.fullmatch(item) for item in items):
        items = [_shared_out(draft, *item.split(":")) for item in items]
    if all("=" in item for item in items):
        return words("sources.entries", count=str(len(items)))
    text = words("marks.list").join(items)
    if len(text) <= _LONGEST_VALUE:
        return text
    return words("sources.items", first=items[0], count=str(len(items)))


_SHARE = re.compile(rf"(?:{'|'.join(PAYERS)}|\d{{1,2}}):\d+(?:\.\d+|/[1-9]\d*)?")
"""What a level of government bears, or is paid so many years on."""


def _shared_out(draft: Draft, whom: str, part: str) -> str:
    """`provincial:0.8` and `2:0.3` in words: who bears how much, what is paid in which year."""
    shown = percent(part)
    if whom.isdigit():
        return draft.words("sources.year_share", nth=str(int(whom) + 1), share=shown)
    return draft.words("terms.beside", name=draft.words.name("payer", whom), value=shown)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _range(draft: Draft, ends: Sequence[Decimal], unit: str) -> str:
    """Numbers in the largest unit that leaves the smallest of them at least one tenth."""
    scale, name = _shown_unit(draft, ends, unit)
    texts = [f"{_short(end / scale):,f}".replace("-", "−") for end in ends]
    return ("—" if draft.language == "zh" else "–").join(texts) + (
        "" if not name else f"\u00a0{name}" if name != "%" else "%"
    )


def _short(value: Decimal) -> Decimal:
    digits = max(0, 3 - value.adjusted()) if value else 0
    rounded = value.quantize(Decimal(1).scaleb(-digits))
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _shown_unit(draft: Draft, ends: Sequence[Decimal], unit: str) -> tuple[Decimal, str]:
    if unit in {"text", "code", "count", ""}:
        return Decimal(1), ""
    least = min((abs(end) for end in ends if end), default=Decimal(1))
    for step in load_yaml("display.yaml")["ledger_units"][draft.language].get(unit, ()):
        if least >= Decimal(str(step["from"])):
            return Decimal(str(step["per"])), str(step["unit"])
    name = draft.words.name("unit", unit)
    return Decimal(1), "" if name == draft.words.name("unit", "1") else name
