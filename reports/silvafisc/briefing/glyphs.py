"""Fonts of the briefing, and the rule that a character nobody can draw is an error, in every format."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

FONT_FAMILY = "Noto Sans SC"
SECOND_FAMILY = "DejaVu Sans"
"""Draws what Noto Sans SC lacks (₂ and some mathematical signs); ships inside matplotlib."""
LACKING = "〓"
"""What printers set where they have no type for a character."""


class MissingGlyphError(Exception):
    """Text holds characters that the briefing's fonts cannot draw."""

    def __init__(self, missing: Iterable[str], where: str) -> None:
        self.missing, self.where = tuple(missing), where
        names = ", ".join(f"{char} (U+{ord(char):04X})" for char in self.missing)
        self.en = f"the briefing's fonts have no glyph for {names}; found in: {where}. Write the name with other characters, or cut the fonts anew with it"
        self.zh = f"报告字体缺少字形：{names}；出现于：{where}。请改用其他字，或重新裁切字体"
        super().__init__(self.en)


@cache
def font_folder() -> Path:
    """Folder of the shipped fonts."""
    return Path(str(files("silvafisc.briefing").joinpath("fonts")))


@cache
def second_folder() -> Path:
    """Folder of the second font, which matplotlib ships."""
    return Path(str(files("matplotlib").joinpath("mpl-data/fonts/ttf")))


@dataclass(frozen=True)
class Fonts:
    """The files of the first font, and its family's name."""

    family: str
    regular: Path
    bold: Path

    def path(self, bold: bool = False, second: bool = False) -> Path:
        """File of the first or second font, regular or bold."""
        if second:
            return second_folder() / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
        return self.bold if bold else self.regular

    def characters(self, second: bool = False) -> frozenset[int]:
        """Code points that regular and bold can both draw."""
        return _drawn(self.path(False, second)) & _drawn(self.path(True, second))

    def known(self) -> frozenset[int]:
        """Code points that one of the two can draw, and white space."""
        return _known_to(self)

    def lacking(self, text: str) -> list[str]:
        """Characters that neither font has, each once."""
        known = self.known()
        return sorted({char for char in text if ord(char) not in known})


@cache
def _known(path: Path) -> tuple[list[str], Any, Any]:
    """Names of the glyphs, the table of characters and that of outlines, if any, of a font: slow to read, so read once."""
    with TTFont(path, lazy=True) as font:
        order, table = font.getGlyphOrder(), font["cmap"]
        for subtable in table.tables:
            subtable.ensureDecompiled()
        return order, table, font.get("glyf")


def open_font(path: Path) -> TTFont:
    """A font of the caller's own, to be changed and closed by it; names, characters and outlines are known already."""
    order, table, outlines = _known(path)
    font = TTFont(path, lazy=True, recalcTimestamp=False, recalcBBoxes=False)
    font.setGlyphOrder(list(order))
    own = copy(table)
    own.tables = [copy(subtable) for subtable in table.tables]
    for subtable in own.tables:
        subtable.cmap = dict(subtable.cmap)
    font.tables["cmap"] = own
    if outlines is not None:
        font.tables["glyf"] = mine = copy(outlines)
        mine.glyphs = {name: _twin(glyph) for name, glyph in outlines.glyphs.items()}
    return font


def _twin(glyph: Glyph) -> Glyph:
    """A glyph of its own, since cutting renumbers its parts in place; `copy` would take ten times as long for thousands."""
    made = Glyph.__new__(Glyph)
    vars(made).update(vars(glyph))
    return made


@cache
def _drawn(path: Path) -> frozenset[int]:
    return frozenset(_known(path)[1].getBestCmap())


@cache
def _known_to(fonts: Fonts) -> frozenset[int]:
    return fonts.characters() | fonts.characters(second=True) | {ord("\n"), ord("\t")}


SHIPPED = Fonts(FONT_FAMILY, font_folder() / "NotoSansSC-Regular.ttf", font_folder() / "NotoSansSC-Bold.ttf")
"""Noto Sans SC, cut to what the project writes."""


def printable(text: str, fonts: Fonts = SHIPPED) -> str:
    """In one line, with what neither font has replaced: for what people wrote into a log or a reference.

    A rare name must not keep a decision from being printed.
    """
    known = fonts.known()
    return "".join(char if ord(char) in known else LACKING for char in " ".join(text.split()))


def require_glyphs(texts: Iterable[str], fonts: Fonts = SHIPPED) -> None:
    """Raise MissingGlyphError naming every character that neither font has, with the first text it stands in."""
    known, held = fonts.known(), list(texts)
    if known.issuperset(map(ord, set().union(*held))):
        return
    missing: dict[str, str] = {}
    for text in held:
        for char in text:
            if ord(char) not in known:
                missing.setdefault(char, text)
    if missing:
        raise MissingGlyphError(sorted(missing), next(iter(missing.values())))
