"""Writing briefings to files: each file appears complete or not at all."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .blocks import Briefing, texts
from .glyphs import require_glyphs


class RenderError(Exception):
    """A format could not be written."""

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh
        super().__init__(en)


def renderers() -> Mapping[str, Callable[[Briefing], bytes]]:
    """Format -> function from briefing to bytes."""
    from . import html, pdf

    return {"html": html.render_html, "pdf": pdf.render_pdf}


def write(briefings: Sequence[Briefing], folder: Path, stem: str, formats: Sequence[str]) -> list[Path]:
    """Write `<stem>_<language>.<format>` for every briefing and format, in that order.

    All documents are made before the first is put in place, so an error leaves the folder as it was.

    Raises:
        RenderError: unknown format, a folder that cannot be written, or a document that does not compile.
        MissingGlyphError: a character that the fonts cannot draw, in whatever format.
    """
    unknown = sorted(set(formats) - set(renderers()))
    if unknown:
        raise RenderError(f"no such format: {', '.join(unknown)}", f"没有这种格式：{'、'.join(unknown)}")
    for briefing in briefings:
        require_glyphs(texts(briefing))
    wanted = [(briefing, form) for briefing in briefings for form in formats]
    with ThreadPoolExecutor(max_workers=2) as pool:
        documents = list(pool.map(lambda item: renderers()[item[1]](item[0]), wanted))
    made = [
        (Path(folder) / f"{stem}_{briefing.language}.{form}", data)
        for (briefing, form), data in zip(wanted, documents, strict=True)
    ]
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for path, data in made:
            put_in_place(path, data)
    except OSError as error:
        raise RenderError(f"cannot write to {folder}: {error}", f"无法写入 {folder}：{error}") from error
    return [path for path, _ in made]


def put_in_place(path: Path, data: bytes) -> None:
    """Write beside `path`, then rename."""
    handle, staged = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(staged, 0o644)
        os.replace(staged, path)
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise
