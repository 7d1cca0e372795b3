"""Writing briefings to files: each file appears complete or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from silvafisc.results.outcome import put_in_place

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
    from .docx import render_docx

    return {"html": html.render_html, "pdf": pdf.render_pdf, "docx": render_docx}


def write(briefings: Sequence[Briefing], folder: Path, stem: str, formats: Sequence[str]) -> list[Path]:
    """Write `<stem>_<language>.<format>` for every briefing and format, in that order.

    Raises: as `documents_of` and `put_all`.
    """
    return put_all(documents_of([(stem, briefing) for briefing in briefings], formats), folder)


def documents_of(
    papers: Iterable[tuple[str, Briefing]], formats: Sequence[str], template: Path | None = None
) -> list[tuple[str, bytes]]:
    """(`<stem>_<language>.<format>`, bytes) of every (stem, paper) and format, in that order.

    papers: may be put together one by one: while the next is, typst works on the last. template: of the DOCX; the
    shipped one where left out.

    Raises:
        RenderError: unknown format, a template that will not do, or a document that does not compile.
        MissingGlyphError: a character that the fonts cannot draw, in whatever format.
    """
    known = renderers()
    unknown = sorted(set(formats) - set(known))
    if unknown:
        raise RenderError(f"no such format: {', '.join(unknown)}", f"没有这种格式：{'、'.join(unknown)}")

    def made(briefing: Briefing, form: str) -> bytes:
        if form == "docx" and template is not None:
            from .docx import render_docx

            return render_docx(briefing, template)
        return known[form](briefing)

    begun = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for stem, briefing in papers:
            require_glyphs(texts(briefing), briefing.style.faces)
            for form in formats:
                begun.append((f"{stem}_{briefing.language}.{form}", pool.submit(made, briefing, form)))
    return [(name, document.result()) for name, document in begun]


def put_all(made: Sequence[tuple[str, bytes]], folder: Path) -> list[Path]:
    """Put finished files into `folder`. All were made before the first is put in place, so an error leaves it as it was.

    Raises:
        RenderError: a folder that cannot be written.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, data in made:
            put_in_place(Path(folder) / name, data)
    except OSError as error:
        raise RenderError(f"cannot write to {folder}: {error}", f"无法写入 {folder}：{error}") from error
    return [Path(folder) / name for name, _ in made]
