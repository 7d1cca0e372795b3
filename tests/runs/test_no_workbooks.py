"""Files that call themselves workbooks and are none: one sentence each, nothing read."""

import io
import zipfile
from pathlib import Path

import pytest
from tests.runs.broken_books import good, refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inputs.xlsx"


OLD_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
"""First bytes of an old .xls and of an encrypted .xlsx (compound file)."""


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def without_book(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            if entry.filename != "xl/workbook.xml":
                new.writestr(entry, old.read(entry))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        (OLD_XLS, "受密码保护或为旧版 .xls"),
        (b"", "不是可读取的 .xlsx"),
        (b"region_code,area_mu\n510726,1\n", "不是可读取的 .xlsx"),
        (b"<html><table><tr><td>510726</td></tr></table></html>", "不是可读取的 .xlsx"),
        (cut(good()), "不是可读取的 .xlsx"),
        (without_book(good()), "不是可读取的 .xlsx"),
    ],
    ids=["old or encrypted", "empty file", "csv renamed", "html renamed", "cut off", "no workbook inside"],
)
def test_what_is_no_workbook_is_refused_in_one_sentence(content: bytes, zh: str, path: Path) -> None:
    path.write_bytes(content)
    (finding,) = refused(path)
    assert zh in finding.zh


def test_a_folder_that_holds_a_workbook_is_answered_with_its_name(path: Path) -> None:
    path.write_bytes(good())
    (finding,) = refused(path.parent)
    assert "inputs.xlsx" in finding.zh
