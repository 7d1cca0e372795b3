"""The carbon of the same money under other climates and models of growth, side by side: no mean is taken anywhere."""

from collections.abc import Mapping

from ..blocks import Block, Column, Heading, Paragraph, Row, Runs, Table
from ..draft import Draft, cell
from ..keys import combine, ref
from .drawings import short_name

Variant = tuple[str, str]
"""Climate and model of growth."""


def blocks(draft: Draft, decided: Mapping[str, str]) -> list[Block]:
    """The same land under other climates and models of growth, side by side; nothing where the yields know none."""
    words, frame = draft.words, draft.table("carbon_climates")
    variants = list(dict.fromkeys(zip(frame["climate"], frame["growth_model"], strict=True)))
    if len(variants) < 2:
        return []
    own = decided["climate"], decided["growth_model"]
    rows = []
    for climate, model in variants:
        key = _key(climate, model)
        names = (words.name("climate", climate), words.name("growth_model", model) if model else "—")
        change: Runs = (draft.number("share", combine("change", key, _key(*own)), signed=True),)
        rows.append(Row((cell(names[0]), cell(names[1]), (draft.number("carbon", key),), change)))
    columns = (
        Column(words("carbon.climate")),
        Column(words("carbon.growth_model")),
        Column(words("terms.carbon"), draft.unit("carbon"), True),
        Column(words("carbon.change"), "%", True),
    )
    table = Table(columns, tuple(rows), words.runs("carbon.climates"), words.runs("carbon.climates_note"))
    others = [variant for variant in variants if variant != own]
    return [
        Heading(words("carbon.climate_head")),
        Paragraph(words.runs("carbon.climate_words")),
        table,
        *_disagreements(draft, own, others),
        _units(draft, own, others),
    ]


def _key(climate: str, model: str, **where: str) -> str:
    return ref("carbon_climates", "sum(tco2e)", climate=climate, growth_model=model, **where)


def _change(draft: Draft, code: str, own: Variant, other: Variant) -> str | None:
    """Key of a unit's change against the decision; None where the decision adds nothing there."""
    base = _key(*own, region_code=code)
    if not draft.has("carbon_climates", region_code=code) or not draft.lookup.value(base):
        return None
    return combine("change", _key(*other, region_code=code), base)


def _disagreements(draft: Draft, own: Variant, others: list[Variant]) -> list[Block]:
    """A sentence per climate in which the models move units' carbon in opposite ways."""
    words, found = draft.words, list[Block]()
    for climate in dict.fromkeys(climate for climate, _ in others):
        cases = [variant for variant in others if variant[0] == climate]
        units = []
        for code in draft.codes:
            keys = [_change(draft, code, own, case) for case in cases]
            moved = {draft.size_of("share", key)[0] for key in keys if key is not None}
            if {"more", "less"} <= moved:
                units.append(code)
        if units:
            names = words.join([short_name(draft, code) for code in units])
            said = words.name("climate", climate)
            found.append(Paragraph(words.runs("carbon.disagree", climate=said, count=str(len(units)), units=names)))
    return found


def _units(draft: Draft, own: Variant, others: list[Variant]) -> Table:
    """Every unit's change in every climate by every model."""
    words, rows = draft.words, []
    for code in draft.codes:
        keys = [_change(draft, code, own, other) for other in others]
        shares = [cell("—") if key is None else (draft.number("share", key, signed=True),) for key in keys]
        rows.append(Row((cell(draft.region(code)), *shares)))
    headers = [
        words("carbon.case", climate=words.name("climate", climate), model=words.name("growth_model", model))
        for climate, model in others
    ]
    columns = (Column(words("terms.unit")), *(Column(header, "%", True) for header in headers))
    return Table(columns, tuple(rows), words.runs("carbon.unit_climates"), dense=True)
