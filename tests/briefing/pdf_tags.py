"""What makes a PDF archivable (PDF/A-2a) and accessible (PDF/UA-1), as far as it can be read out of the file.

Second road: pikepdf reads the file that typst wrote. References are clauses of ISO 14289-1 (UA) and ISO 19005-2 (A).
It stands in for veraPDF, which needs Java and is in no package registry of Python or Debian.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf, Stream

PAINTING = frozenset(("Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "INLINE IMAGE"))
SHOWING = frozenset(("Tj", "TJ", "'", '"'))
STANDARD = re.compile(
    "Document|Part|Art|Sect|Div|BlockQuote|Caption|TOCI?|Index|NonStruct|Private|P|H[1-6]?|L|LI|Lbl|LBody|Table|T[RHD]|"
    "THead|TBody|TFoot|Span|Quote|Note|Reference|BibEntry|Code|Link|Annot|Ruby|Warichu|Figure|Formula|Form"
)
"""Types of structure that every reader knows (ISO 32000-1, 14.8.4)."""
SCOPES = ("/Row", "/Column", "/Both")


def breaches(pdf: Pdf) -> list[str]:
    """Everything that is wrong, in words; an empty list for a sound file."""
    checks = (_catalogue, _metadata, _pages, _structure, _fonts)
    return [*pdf.check_pdf_syntax(), *(found for check in checks for found in check(pdf))]


def elements(pdf: Pdf) -> Iterator[Any]:
    """Every structure element, in reading order."""

    def below(node: Any) -> Iterator[Any]:
        for kid in kids(node):
            if isinstance(kid, Dictionary) and "/S" in kid:
                yield kid
                yield from below(kid)

    yield from below(pdf.Root.get("/StructTreeRoot", {}))


def kids(node: Any) -> list[Any]:
    """The children of a structure element: elements, numbers of marked content, references."""
    found = node.get("/K", Array([]))
    return list(found) if isinstance(found, Array) else [found]


def type_of(pdf: Pdf, element: Any) -> str:
    """The standard type that an element is or stands for."""
    root: Any = pdf.Root
    name = str(element.S)
    return str(root.get("/StructTreeRoot", {}).get("/RoleMap", {}).get(name, name)).lstrip("/")


def attributes(element: Any) -> dict[str, Any]:
    """All attributes of an element, whoever owns them."""
    owners = element.get("/A", Array([]))
    return {key: value for owner in (owners if isinstance(owners, Array) else [owners]) for key, value in owner.items()}


def _catalogue(pdf: Pdf) -> Iterator[str]:
    root: Any = pdf.Root
    if root.get("/MarkInfo", {}).get("/Marked") is not True or root.get("/MarkInfo", {}).get("/Suspects") is True:
        yield "the file does not say that it is tagged (UA 7.1)"
    if not str(root.get("/Lang", "")):
        yield "no language of the text (UA 7.2)"
    if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is not True:
        yield "the window would not show the title (UA 7.1)"
    if pdf.is_encrypted:
        yield "encrypted (A 6.1.3)"
    intents = [intent for intent in root.get("/OutputIntents", []) if intent.get("/S") == "/GTS_PDFA1"]
    if not any(isinstance(intent.get("/DestOutputProfile"), Stream) for intent in intents):
        yield "no output intent with its colour profile (A 6.2.3)"
    if "/First" not in root.get("/Outlines", {}):
        yield "no bookmarks (UA 7.17)"


def _metadata(pdf: Pdf) -> Iterator[str]:
    with pdf.open_metadata(set_pikepdf_as_editor=False) as found:
        if (found.get("pdfaid:part"), found.get("pdfaid:conformance")) != ("2", "A"):
            yield "not marked as PDF/A-2a (A 6.6.4)"
        if found.get("{http://www.aiim.org/pdfua/ns/id/}part") != "1":
            yield "not marked as PDF/UA-1 (UA 5)"
        if not found.get("dc:title"):
            yield "no title (UA 7.1)"


def _pages(pdf: Pdf) -> Iterator[str]:
    """Every mark on a page is an artifact or leads to its structure element, and the element leads back."""
    parents = _parent_tree(pdf)
    for number, page in enumerate(pdf.pages, 1):
        if page.obj.get("/Tabs") != "/S":
            yield f"page {number}: tabs do not follow the structure (UA 7.18.3)"
        for note in page.obj.get("/Annots", Array([])):
            above = parents.get(int(note.get("/StructParent", -1)), [])
            if not any(_refers(pdf, element, note) for element in above):
                yield f"page {number}: {note.Subtype} is in no structure element (UA 7.18.1)"
            if not str(note.get("/Contents", "")).strip():
                yield f"page {number}: {note.Subtype} does not say in words what it is (UA 7.18.1)"
        linked = parents.get(int(page.obj.get("/StructParents", -1)), [])
        for operator, marks in painted(page.obj):
            if not marks:
                yield f"page {number}: {operator} is neither tagged nor an artifact (UA 7.1)"
                break
            tags = [mark for tag, mark in marks if mark is not None]
            artifact = any(tag == "/Artifact" for tag, _ in marks)
            if not artifact and not tags:
                yield f"page {number}: content marked without a number (UA 7.1)"
                break
            if any(mark >= len(linked) or not _holds(linked[mark], mark, page.obj) for mark in tags):
                yield f"page {number}: marked content {tags} is in no structure element (UA 7.1)"
                break


def _holds(element: Any, mark: int, page: Any) -> bool:
    """Whether an element has a piece of marked content of a page among its children, by number or by reference."""
    for kid in kids(element):
        if isinstance(kid, Dictionary):
            if kid.get("/MCID") == mark and kid.get("/Pg", element.get("/Pg")).objgen == page.objgen:
                return True
        elif kid == mark and element.Pg.objgen == page.objgen:
            return True
    return False


def _refers(pdf: Pdf, element: Any, note: Any) -> bool:
    """Whether a link's or another annotation's element leads to it."""
    refs = [kid.get("/Obj") for kid in kids(element) if isinstance(kid, Dictionary)]
    kind = "Link" if note.Subtype == "/Link" else "Annot"
    return type_of(pdf, element) == kind and any(ref is not None and ref.objgen == note.objgen for ref in refs)


def _parent_tree(pdf: Pdf) -> dict[int, list[Any]]:
    """StructParents of a page -> its structure elements by the number of the marked content."""
    root: Any = pdf.Root
    found: dict[int, list[Any]] = {}

    def walk(node: Any) -> None:
        numbers = list(node.get("/Nums", []))
        for key, value in zip(numbers[::2], numbers[1::2], strict=True):
            found[int(key)] = list(value) if isinstance(value, Array) else [value]
        for kid in node.get("/Kids", []):
            walk(kid)

    walk(root.get("/StructTreeRoot", {}).get("/ParentTree", {}))
    return found


def painted(page: Any) -> Iterator[tuple[str, list[tuple[str, int | None]]]]:
    """(operator, marks around it: tag and number) of everything painted on a page."""
    marks: list[tuple[str, int | None]] = []
    stream: Any = pikepdf.parse_content_stream(page)
    for operands, operator in stream:
        name = str(operator)
        if name == "BDC":
            entry = operands[1]
            known = entry if isinstance(entry, Dictionary) else page.Resources.Properties[entry]
            marks.append((str(operands[0]), int(known["/MCID"]) if "/MCID" in known else None))
        elif name == "BMC":
            marks.append((str(operands[0]), None))
        elif name == "EMC":
            marks.pop()
        elif name in PAINTING:
            yield name, list(marks)


def _structure(pdf: Pdf) -> Iterator[str]:
    level, found = 0, list(elements(pdf))
    if not found:
        yield "no structure at all (UA 7.1)"
    for element in found:
        kind = type_of(pdf, element)
        if not STANDARD.fullmatch(kind):
            yield f"{kind} is no standard type (UA 7.1)"
        for kid in kids(element):
            if isinstance(kid, Dictionary) and "/S" in kid and kid.P.objgen != element.objgen:
                yield f"a {kid.S} names another parent (UA 7.1)"
        if kind == "Figure" and not str(element.get("/Alt", "")).strip():
            yield "a figure without words in its place (UA 7.3)"
        if kind == "Figure" and "/BBox" not in attributes(element):
            yield "a figure without a place (A 6.8)"
        if re.fullmatch("H[1-6]", kind):
            if int(kind[1]) > level + 1:
                yield f"{kind} follows a heading of level {level} (UA 7.4.2)"
            level = int(kind[1])
        if kind == "Table":
            yield from _table(pdf, element)
        if kind == "L" and any(type_of(pdf, item) not in ("LI", "Caption", "L") for item in kids(element)):
            yield "a list holds more than its items (UA 7.6)"
        if kind == "LI" and not {type_of(pdf, part) for part in kids(element)} <= {"Lbl", "LBody"}:
            yield "a list item without label and body (UA 7.6)"


def _table(pdf: Pdf, table: Any) -> Iterator[str]:
    rows = [row for row in _below(pdf, table) if type_of(pdf, row) == "TR"]
    cells = [[(type_of(pdf, cell), attributes(cell)) for cell in kids(row)] for row in rows]
    if not any(kind == "TH" for row in cells for kind, _ in row):
        yield "a table without heads (UA 7.5)"
    if any(kind == "TH" and known.get("/Scope") not in SCOPES for row in cells for kind, known in row):
        yield "a head that does not say what it heads (UA 7.5)"
    widths = {sum(int(known.get("/ColSpan", 1)) for _, known in row) for row in cells}
    if len(widths) > 1 or any(kind not in ("TH", "TD") for row in cells for kind, _ in row):
        yield f"a table whose rows are not of one width: {sorted(widths)} (UA 7.2)"


def _below(pdf: Pdf, table: Any) -> Iterator[Any]:
    """The rows of a table, through its head, body and foot."""
    for part in kids(table):
        yield from kids(part) if type_of(pdf, part) in ("THead", "TBody", "TFoot") else [part]


def fonts(pdf: Pdf) -> dict[tuple[int, int], Any]:
    """Every font of the file by its object number, those of drawings too."""
    found: dict[tuple[int, int], Any] = {}

    def walk(resources: Any) -> None:
        for font in resources.get("/Font", {}).values():
            found[font.objgen] = font
        for drawing in resources.get("/XObject", {}).values():
            walk(drawing.get("/Resources", {}))

    for page in pdf.pages:
        walk(page.obj.get("/Resources", {}))
    return found


def _fonts(pdf: Pdf) -> Iterator[str]:
    for font in fonts(pdf).values():
        name = str(font.get("/BaseFont", font.Subtype))
        if "/ToUnicode" not in font:
            yield f"{name}: its glyphs do not say what they stand for (UA 7.21.7)"
        if font.Subtype == "/Type3":
            continue
        inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        if not any(f"/FontFile{end}" in inner.FontDescriptor for end in ("", "2", "3")):
            yield f"{name}: not embedded (UA 7.21.4.1)"


def text_of(pdf: Pdf) -> list[str]:
    """The text of every page as a reader's program takes it out: glyphs through ToUnicode, in the order of the stream."""
    decoders: dict[tuple[int, int], Callable[[bytes], str]] = {
        place: _decoder(font) for place, font in fonts(pdf).items()
    }
    return ["".join(_page_text(page.obj, decoders)) for page in pdf.pages]


def _page_text(page: Any, decoders: dict[tuple[int, int], Callable[[bytes], str]]) -> Iterator[str]:
    decode: Callable[[bytes], str] = bytes.decode
    stream: Any = pikepdf.parse_content_stream(page)
    for operands, operator in stream:
        name = str(operator)
        if name == "Tf":
            decode = decoders[page.Resources.Font[operands[0]].objgen]
        elif name in SHOWING:
            yield from _shown(operands[-1], decode)


def _shown(operand: Any, decode: Callable[[bytes], str]) -> Iterator[str]:
    for piece in operand if isinstance(operand, Array) else [operand]:
        if isinstance(piece, pikepdf.String):
            yield decode(bytes(piece))


def _decoder(font: Any) -> Callable[[bytes], str]:
    """From the two-byte codes of a font to text, by its ToUnicode map."""
    source = font.ToUnicode.read_bytes().decode("ascii") if "/ToUnicode" in font else ""
    known: dict[str, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", source, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            known[code.lower()] = bytes.fromhex(text).decode("utf-16-be")
    width = 2 if font.Subtype == "/Type0" else 1

    def decode(codes: bytes) -> str:
        return "".join(known.get(codes[at : at + width].hex(), "�") for at in range(0, len(codes), width))

    return decode


def _left(piece: tuple[float, str]) -> float:
    return piece[0]


def lines_of(pdf: Pdf) -> list[str]:
    """The text of every line of every page, from top to bottom: pieces of one height, from left to right."""
    decoders = {place: _decoder(font) for place, font in fonts(pdf).items()}
    found: list[str] = []
    for page in pdf.pages:
        pieces: dict[float, list[tuple[float, str]]] = {}
        decode: Callable[[bytes], str] = bytes.decode
        at = 0.0, 0.0
        stream: Any = pikepdf.parse_content_stream(page.obj)
        for operands, operator in stream:
            name = str(operator)
            if name == "cm":
                at = round(float(operands[5]), 1), float(operands[4])
            elif name == "Tf":
                decode = decoders[page.obj.Resources.Font[operands[0]].objgen]
            elif name in SHOWING:
                pieces.setdefault(at[0], []).append((at[1], "".join(_shown(operands[-1], decode))))
        found += [
            "".join(text for _, text in sorted(line, key=_left)) for _, line in sorted(pieces.items(), reverse=True)
        ]
    return found
