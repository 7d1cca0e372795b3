"""Names of the sheets of a workbook, read without trusting its size."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

from silvafisc.datasets import Finding, InputError
from silvafisc.datasets.limits import MAX_FILE_BYTES
from silvafisc.datasets.xlsx_archive import OLD, refuse_old

BOOK = "xl/workbook.xml"
SHEET = "sheet"


def sheet_names(path: Path) -> list[str]:
    """Sheet names in order; the sheets themselves are read and judged by the loader.

    Raises:
        InputError: not a workbook, or a part that is larger than any list of sheets.
    """
    try:
        with path.open("rb") as file:
            refuse_old(file.read(len(OLD)), str(path))
        with zipfile.ZipFile(path) as archive, archive.open(BOOK) as part:
            content = part.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise ValueError("the list of sheets is not plausible")
        root = ElementTree.fromstring(content)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, ElementTree.ParseError) as error:
        en, zh = f"not a readable .xlsx workbook: {error}", f"不是可读取的 .xlsx 工作簿：{error}"
        raise InputError([Finding(str(path), "", en, zh)]) from None
    return [item.get("name", "") for item in root.iter() if item.tag.rsplit("}", 1)[-1] == SHEET]
