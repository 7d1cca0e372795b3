"""Style as data: palette, fonts, letterhead, maps and audiences, from the shipped style.yaml and a user's own file."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy.scenario_files import overlaid
from silvafisc.policy.schema import Label, Strict, reject, validate
from silvafisc.policy.yaml_source import Document, dotted, read_yaml

from . import letterhead, own_fonts
from .colours import faults
from .glyphs import SHIPPED, Fonts

PATHS = (("fonts", "regular"), ("fonts", "bold"), ("letterhead", "logo"), ("maps", "boundaries"))


def _colour(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise reject(
            f"a colour is '#' and six hexadecimal digits, in quotes (got {value!r})",
            f"颜色须写作加引号的 '#rrggbb'（现为 {value!r}）",
        )
    return value.lower()


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise reject(
            f"must be a day as YYYY-MM-DD (got {value!r})", f"须为 YYYY-MM-DD 格式的日期（现为 {value!r}）"
        ) from None


SectionId = Literal[
    "decision",
    "allocation",
    "reasons",
    "carbon",
    "fairness",
    "frontier",
    "what_if",
    "green_finance",
    "commitments",
    "sources",
    "annex",
]
"""Sections of a briefing."""
Colour = Annotated[str, BeforeValidator(_colour)]
Day = Annotated[str, BeforeValidator(_day)]
FontFile = Annotated[str, BeforeValidator(own_fonts.checked)]
Logo = Annotated[str, BeforeValidator(letterhead.checked)]


class Natures(Strict):
    """A colour for each nature of money."""

    rigid: Colour
    committed: Colour
    top_up: Colour
    task: Colour
    factor: Colour
    project: Colour
    interest_subsidy: Colour


class Palette(Strict):
    """Colours of pages and drawings."""

    ink: Colour
    muted: Colour
    line: Colour
    soft: Colour
    accent: Colour
    caution: Colour
    caution_text: Colour
    caution_ground: Colour
    grid: Colour
    first: Colour
    second: Colour
    third: Colour
    natures: Natures
    sequence: Annotated[list[Colour], Field(min_length=6, max_length=6)]
    series: Annotated[list[Colour], Field(min_length=10, max_length=10)]


class OwnFonts(Strict):
    """Font files of a user; without a bold one the regular serves."""

    regular: FontFile
    bold: FontFile | None = None

    @model_validator(mode="after")
    def _one_family(self) -> "OwnFonts":
        own_fonts.require_one_family(self.regular, self.bold)
        return self


class Letterhead(Strict):
    """What stands above the title."""

    institution: Label
    number: Annotated[str, Field(min_length=1)] | None = None
    date: Day | None = None
    logo: Logo | None = None


class Maps(Strict):
    """A user's approved boundaries, the property that holds a unit's six-digit code, and their review number (审图号)."""

    boundaries: str
    property: str
    review_number: Annotated[str, Field(min_length=1)] | None = None


class Audience(Strict):
    """A document, its formats, its sections (all where left out), and whether tables of every unit are left out."""

    document: Literal["briefing", "paper"]
    formats: Annotated[list[Literal["html", "pdf", "docx"]], Field(min_length=1)]
    sections: Annotated[list[SectionId], Field(min_length=1)] | None = None
    plain: bool = False


class Audiences(Strict):
    director: Audience
    department: Audience
    public: Audience


class Style(Strict):
    """Everything that a style file states."""

    palette: Palette
    fonts: OwnFonts | None = None
    letterhead: Letterhead | None = None
    maps: Maps | None = None
    audiences: Audiences

    @property
    def faces(self) -> Fonts:
        """The fonts that documents are set in."""
        return SHIPPED if self.fonts is None else own_fonts.fonts(self.fonts.regular, self.fonts.bold)


@cache
def shipped() -> Style:
    """The style of the project."""
    return validate(Style, _own_file("style.yaml"))


@cache
def _own_file(name: str) -> Document:
    return read_yaml(Path(str(files("silvafisc.briefing").joinpath(name))))


def load_style(path: Path) -> Style:
    """A user's style, which states only what differs from the shipped one.

    Raises:
        InputError: every finding at once with its line: unknown keys and sections, colours that are none or cannot be
            read or told apart, fonts that cannot be used or lack a character of the letterhead, a broken logo.
    """
    own, base = read_yaml(path), _own_file("style.yaml")
    if not isinstance(own.data, dict):
        raise InputError([Finding(own.where(()), "", "must be a mapping of keys and values", "须为键值映射")])
    document = Document(
        own.file, overlaid(base.data, _beside(own.data, path.parent)), own.places, own.keys, own.findings, base
    )
    findings = list(_illegible(document))
    try:
        style = validate(Style, document)
    except InputError as error:
        raise InputError([*error.findings, *findings]) from None
    findings += _without_glyphs(style, document)
    if findings:
        raise InputError(findings)
    _complete(style.maps)
    return style


def with_maps(style: Style, boundaries: Path, name: str, review_number: str | None) -> Style:
    """The style with other boundaries than it states itself."""
    maps = Maps(boundaries=str(boundaries), property=name, review_number=review_number)
    _complete(maps)
    return style.model_copy(update={"maps": maps})


def _complete(maps: Maps | None) -> None:
    """Raise InputError where the boundaries lack something: before anything is solved or drawn."""
    if maps is not None:
        from .boundaries import load  # which is drawn in a style, and so knows this module

        load(maps)


def _beside(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The data with relative paths starting at the folder of the style file."""
    found = dict(data)
    for group, name in PATHS:
        below = found.get(group)
        if isinstance(below, dict) and isinstance(below.get(name), str):
            found[group] = below | {name: str(folder / below[name])}
    return found


def _illegible(document: Document) -> Iterator[Finding]:
    palette = document.data.get("palette")
    try:
        known = Palette.model_validate(palette).model_dump()
    except ValueError:
        return  # what is wrong with it is said by its schema
    for places, en, zh in faults(known, _own_file("legibility.yaml").data):
        paths = [("palette", *place) for place in places]
        path = next((path for path in paths if path in document.places), paths[0])  # the user's own colour of the two
        yield Finding(document.where(path), dotted(path), en, zh)


def _without_glyphs(style: Style, document: Document) -> Iterator[Finding]:
    """Words of the letterhead that the fonts cannot draw."""
    if style.letterhead is None:
        return
    head = style.letterhead
    for path, text in (
        (("institution", "zh"), head.institution.zh),
        (("institution", "en"), head.institution.en),
        (("number",), head.number or ""),
    ):
        missing = style.faces.lacking(text)
        if missing:
            named = ", ".join(f"{char} (U+{ord(char):04X})" for char in missing)
            place = ("letterhead", *path)
            yield Finding(
                document.where(place), dotted(place), f"the fonts have no glyph for {named}", f"字体缺少字形：{named}"
            )


_CURRENT: ContextVar[Style | None] = ContextVar("style", default=None)


def current() -> Style:
    """The style in which documents are being drawn up."""
    return _CURRENT.get() or shipped()


@contextmanager
def using(style: Style) -> Iterator[None]:
    """Draw up documents in that style."""
    before = _CURRENT.set(style)
    try:
        yield
    finally:
        _CURRENT.reset(before)
