"""Fonts that an office brings itself: read, and refused where they could not be used in every format."""

import io
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont, TTLibError

from silvafisc.policy.schema import reject

from .glyphs import Fonts

RESTRICTED = 0x0002
"""Bit of OS/2 fsType: the font must not be embedded without its owner's leave (OpenType 1.9)."""


def checked(value: Any) -> str:
    """The path of a font file that can be embedded in every format. Raises the error of a validator."""
    if not isinstance(value, str):
        raise reject(f"must be the path of a font file (got {value!r})", f"须为字体文件路径（现为 {value!r}）")
    try:
        with TTFont(io.BytesIO(Path(value).read_bytes()), lazy=True) as font:
            variable, bits = "fvar" in font, int(font["OS/2"].fsType)
            drawable = ("glyf" in font or "CFF " in font) and bool(font.getBestCmap())
    except (OSError, TTLibError, KeyError) as error:
        raise reject(f"{value} is no font that can be read: {error}", f"{value} 不是可读取的字体：{error}") from None
    if not drawable:
        raise reject(f"{value} is no TTF or OTF with outlines", f"{value} 不是含轮廓的 TTF 或 OTF 字体")
    if variable:
        raise reject(
            f"{value} is a variable font; give a static one for each weight",
            f"{value} 是可变字体；请给出固定字重的字体",
        )
    if bits & RESTRICTED:
        raise reject(f"{value} says that it must not be embedded", f"{value} 声明不得嵌入文件")
    return value


def require_one_family(regular: str, bold: str | None) -> None:
    """Raise the error of a validator where the bold font calls itself by another family than the regular one."""
    names = [_family(path) for path in (regular, bold or regular)]
    if names[0] != names[1]:
        en = f"regular and bold are of two families: {names[0]} and {names[1]}"
        raise reject(en, f"常规体与粗体不是同一字族：{names[0]} 与 {names[1]}")


def fonts(regular: str, bold: str | None) -> Fonts:
    """The fonts of these files, which `checked` has passed."""
    return Fonts(_family(regular), Path(regular), Path(bold or regular))


@cache
def _family(path: str) -> str:
    with TTFont(path, lazy=True) as font:
        return str(font["name"].getBestFamilyName())
