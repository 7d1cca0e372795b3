"""What stands above the title: institution, number and day, and a logo as PNG or SVG that is checked before use."""

import base64
import io
import re
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from silvafisc.policy.schema import reject

if TYPE_CHECKING:
    from .style import Letterhead, Style

LARGEST = 500_000
"""Bytes of a logo: it stands in every document."""


def institution(head: "Letterhead", language: str) -> str:
    """Who issues the document."""
    return head.institution.zh if language == "zh" else head.institution.en


def reference(head: "Letterhead", language: str) -> str:
    """Number and day, as far as they are stated."""
    parts = [head.number] if head.number else []
    if head.date:
        day = date.fromisoformat(head.date)
        parts.append(f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%B} {day.year}")
    return "\u3000".join(parts)


def markup(style: "Style", language: str) -> str:
    """The letterhead as HTML; nothing where there is none."""
    head = style.letterhead
    if head is None:
        return ""
    name = escape(institution(head, language))
    image = ""
    if head.logo:
        kind = "svg+xml" if head.logo.lower().endswith(".svg") else "png"
        data = base64.b64encode(Path(head.logo).read_bytes()).decode("ascii")
        image = f'<img alt="{name}" src="data:image/{kind};base64,{data}">'
    return f'<div class="letterhead">{image}<b>{name}</b><span>{escape(reference(head, language))}</span></div>'


def checked(value: Any) -> str:
    """The path of a logo that can be read. Raises the error of a validator."""
    if not isinstance(value, str):
        raise reject(f"must be the path of a PNG or SVG (got {value!r})", f"须为 PNG 或 SVG 文件路径（现为 {value!r}）")
    place = Path(value)
    try:
        data = place.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise reject(f"{value} cannot be read: {reason}", f"{value} 无法读取：{reason}") from None
    if len(data) > LARGEST:
        raise reject(f"{value} is larger than {LARGEST} bytes", f"{value} 超过 {LARGEST} 字节")
    wrong = {".png": _broken_png, ".svg": _broken_svg}.get(place.suffix.lower(), _neither)(data)
    if wrong:
        raise reject(f"{value} {wrong[0]}", f"{value} {wrong[1]}")
    return value


def _neither(data: bytes) -> tuple[str, str]:
    return "is neither PNG nor SVG by its name", "的扩展名不是 png 或 svg"


def _broken_png(data: bytes) -> tuple[str, str] | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
    except (OSError, SyntaxError, ValueError) as error:
        return f"is no PNG that can be read: {error}", f"不是可读取的 PNG：{error}"
    return None


def _broken_svg(data: bytes) -> tuple[str, str] | None:
    """A drawing that is well formed, has a size, runs no script and fetches nothing."""
    try:
        text = data.decode("utf-8")
        if "<!ENTITY" in text:
            return "states entities of its own", "含有自定义实体"
        root = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        return f"is no SVG that can be read: {error}", f"不是可读取的 SVG：{error}"
    if root.tag != "{http://www.w3.org/2000/svg}svg" or not ({"viewBox", "width"} & set(root.attrib)):
        return "is no SVG with a size", "不是带尺寸的 SVG"
    for element in root.iter():
        name = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        links = [
            value for key, value in element.items() if key.rsplit("}", 1)[-1] == "href" and not value.startswith("#")
        ]
        active = [key for key in element.attrib if key.lower().startswith("on")]
        if name in ("script", "foreignObject", "text") or links or active:
            return (
                f"holds <{name}> or what is fetched; only outlines will do",
                f"含 <{name}> 或外部引用；只接受轮廓图形",
            )
    if re.search(r"@import|url\((?!\s*[\"']?#)", text):
        return "fetches something from elsewhere", "引用外部内容"
    return None
