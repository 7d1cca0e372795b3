"""Where every number comes from: its line of the ledger, for what was computed a line of its own."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from silvafisc.datasets import worst_status
from silvafisc.results.outcome import outcome_columns

from .blocks import Column, Origin, Row, Runs, Section, Table, Text, numbers
from .draft import Draft, cell
from .keys import traces
from .sections.ledger import ASSUMED, numbered, topic_of
from .words import capital, inside, load_yaml

_INPUT = "inputs."


def traced(draft: Draft, sections: Sequence[Section]) -> tuple[list[Section], dict[str, Origin]]:
    """The sections with a table of what was computed behind the ledger, and key -> origin of every number in them.

    Sections without a ledger stay as they are, and there are no origins.
    """
    home, after = next(
        ((i, last) for i, section in enumerate(sections) if (last := _last_line(section)) is not None), (0, None)
    )
    if after is None:
        return list(sections), {}
    lines = dict(numbered(draft))
    keys = dict.fromkeys(number.key for section in sections for number in numbers(section))
    places = {key: list(dict.fromkeys(map(_entry, traces(key)))) for key in keys}
    fresh = [entry for entry in _in_order(entry for found in places.values() for entry in found) if entry not in lines]
    first = max(lines.values(), default=0) + 1  # lines of a counted topic share one
    inputs = {_entry(place) for key in keys for place in traces(key) if place.startswith(_INPUT)}
    table = _computed(draft, fresh, first, inputs)
    lines |= {entry: number for number, entry in enumerate(fresh, start=first)}
    found = {
        key: Origin(tuple(lines[entry] for entry in entries), _unit(draft, key)) for key, entries in places.items()
    }
    blocks = sections[home].blocks
    held = replace(sections[home], blocks=(*blocks[: after + 1], table, *blocks[after + 1 :]))
    return [*sections[:home], held, *sections[home + 1 :]], found


def _last_line(section: Section) -> int | None:
    """Where the last table of the ledger stands among a section's blocks."""
    places = [i for i, b in enumerate(section.blocks) if isinstance(b, Table) and any(row.line for row in b.rows)]
    return places[-1] if places else None


@cache
def _entry(place: str) -> str:
    """The place as a ledger holds it: an input without `inputs.`, an entry of outcome.json by what it belongs to."""
    place = place.removeprefix(_INPUT)
    table, _, column = place.partition(".")
    names = load_yaml("origins.yaml").get(table, {}).get("columns", {})
    return next((f"{table}.{name}" for name in names if name.endswith(".") and column.startswith(name)), place)


def _in_order(entries: Iterable[str]) -> list[str]:
    """Entries in the order of origins.yaml, unknown ones last."""
    tables = load_yaml("origins.yaml")
    known = [f"{table}.{column}" if column else table for table in tables for column in tables[table]["columns"]]
    order = {entry: place for place, entry in enumerate(known)}
    return sorted(dict.fromkeys(entries), key=lambda entry: (order.get(entry, len(order)), entry))


def _computed(draft: Draft, entries: Sequence[str], first: int, inputs: Container[str]) -> Table:
    """A line per column of the outcome that the document shows, under how its table came about and what that rests on.

    first: its number. inputs: the entries of the units' data; one that the ledger lacks says so.
    """
    words = draft.words
    weakest: dict[str, str] = {}
    for row in draft.table("sources").to_dict("records"):
        topic = topic_of(str(row["what"]))
        weakest[topic] = worst_status(weakest.get(topic, ""), str(row["status"]))
    rows: list[Row] = []
    above = ""
    for number, entry in enumerate(entries, start=first):
        table, _, column = entry.partition(".")
        told = {} if entry in inputs else _told(entry)
        rests = [topic for topic in told.get("rests", ()) if topic in weakest]
        if table != above:
            rows.append(Row((_made(draft, table, told, rests),), "group"))
        above = table
        worst = worst_status(*(weakest[topic] for topic in rests))
        status = words("origins.rests", worst=words.name("status", worst)) if worst else words("origins.computed")
        if entry in inputs:
            status = words("origins.unstated")
        file = str(told.get("file", f"inputs/{table}.csv" if entry in inputs else f"{table}.csv"))
        place = words("origins.place", file=file, column=column.removesuffix(".")) if column else file
        named = (cell(str(number)), cell(_name(draft, entry)), cell(place))
        rows.append(Row((*named, (Text(status, strong=worst in ASSUMED),)), line=number))
    columns = (
        Column(words("sources.line")),
        Column(words("sources.what"), width=5),
        Column(words("origins.stands"), width=5),
        Column(words("sources.status"), width=6),
    )
    return Table(columns, tuple(rows), words.runs("origins.caption"), words.runs("origins.note"), dense=True)


def _made(draft: Draft, table: str, told: Mapping[str, Any], rests: Sequence[str]) -> Runs:
    """How a table came about, and the topics of the ledger that it rests on."""
    words = draft.words
    made = draft.localized(told["made"]) if told else words("origins.given", table=table)
    if not rests:
        return cell(capital(made), True)
    topics = words.join([inside(words.name("topic", topic)) for topic in rests])
    return words.runs("origins.resting", made=capital(made), topics=topics)


def _told(entry: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = load_yaml("origins.yaml").get(entry.partition(".")[0], {})
    return table


def _name(draft: Draft, entry: str) -> str:
    """The name of what stands there; a column that nobody named is shown by its description or its own name."""
    table, _, column = entry.partition(".")
    name = _told(entry).get("columns", {}).get(column)
    if name is not None:
        return draft.localized(name)
    if draft.words.known("what", entry):
        return draft.words.name("what", entry)
    described = {held.name: held.description for held in outcome_columns().get(table, ())}
    if draft.language == "en" and described.get(column):
        return described[column]
    return draft.words("origins.unnamed", table=table, column=column)


def _unit(draft: Draft, key: str) -> str:
    """The unit's name; of a unit that the registry lacks the names of its parts."""
    words, unit = draft.words, draft.lookup.unit(key)
    if unit in {"", "1", "text", "code"}:
        return ""
    if unit == "tenth_mu":
        return words("origins.tenth_mu")
    if words.known("unit", unit):
        return words.name("unit", unit)
    return "/".join(words.name("unit", part) if words.known("unit", part) else part for part in unit.split("_per_"))
