"""The zip archive inside an XLSX file, measured while it is unpacked in small pieces: a bomb never reaches memory."""

import io
import zipfile
import zlib

from .findings import Finding, InputError
from .limits import MAX_ARCHIVE_PARTS, MAX_UNPACK_RATIO, MAX_UNPACKED_BYTES, RATIO_FROM_BYTES

_CHUNK = 1 << 16
OLD = b"\xd0\xcf\x11\xe0"
"""First bytes of the compound files that held workbooks before .xlsx, and hold encrypted ones."""


def refusal(where: str, en: str, zh: str) -> InputError:
    """One finding that ends the reading at once."""
    return InputError([Finding(where, "", en, zh)])


def refuse_old(data: bytes, file: str) -> None:
    """Refuse what begins like an old .xls or an encrypted workbook. Raises InputError."""
    if data.startswith(OLD):
        raise refusal(
            file,
            "password-protected or an old .xls file; save it as an unprotected .xlsx",
            "文件受密码保护或为旧版 .xls，请另存为不加密的 .xlsx",
        )


def unpack(data: bytes, file: str) -> dict[str, bytes]:
    """Unpack the XML parts piece by piece, and stop as soon as they are larger than a workbook may be.

    Returns:
        name of the part -> its bytes.

    Raises:
        InputError: not a workbook, encrypted, damaged, a decompression bomb, or XML with entities.
    """
    refuse_old(data, file)
    too_large = refusal(
        file,
        f"unpacks to more than {MAX_UNPACKED_BYTES} bytes or {MAX_UNPACK_RATIO} times its size; refused as a decompression bomb",
        f"解压后超过 {MAX_UNPACKED_BYTES} 字节或原大小的 {MAX_UNPACK_RATIO} 倍，按解压炸弹拒绝",
    )
    parts: dict[str, bytes] = {}
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            declared = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ARCHIVE_PARTS or _is_bomb(declared, len(data)):
                raise too_large
            for entry in entries:
                pieces: list[bytes] = []
                with archive.open(entry) as part:
                    while piece := part.read(_CHUNK):
                        unpacked += len(piece)
                        if _is_bomb(unpacked, len(data)):
                            raise too_large
                        pieces.append(piece)
                if entry.filename.endswith((".xml", ".rels")):
                    content = b"".join(pieces)
                    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                        raise refusal(file, "XML entities are not allowed in a workbook", "工作簿中不允许 XML 实体")
                    parts[entry.filename.removeprefix("/")] = content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise refusal(file, f"not a readable .xlsx file: {error}", f"不是可读取的 .xlsx 文件：{error}") from None
    if "xl/workbook.xml" not in parts:
        raise refusal(file, "not an .xlsx workbook", "不是 .xlsx 工作簿")
    return parts


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_FROM_BYTES and unpacked > MAX_UNPACK_RATIO * packed)
