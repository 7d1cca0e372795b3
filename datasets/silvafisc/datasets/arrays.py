"""Arrays beside the table of a data package: one file `arrays.npz`, the same bytes for the same numbers."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from .findings import Finding, InputError

FILE = "arrays.npz"
Floats = NDArray[np.float32]
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can hold: nothing in the file depends on when it was written."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """A text in both languages."""

    zh: str
    en: str


class ArrayDescriptor(_Strict):
    """One array of 4-byte floats."""

    name: str
    unit: str
    description: Words
    source: str = Field(min_length=1)
    status: Literal["verified", "secondary", "computed", "recalled", "assumption"]


class Arrays(_Strict):
    """The arrays of a package: the first axis of each is the rows of data.csv, in their order.

    axes: name of each further axis -> its labels, in order; all arrays share them.
    """

    path: Literal["arrays.npz"]
    axes: dict[str, tuple[str, ...]]
    arrays: tuple[ArrayDescriptor, ...] = Field(min_length=1)

    def shape(self, rows: int) -> tuple[int, ...]:
        """The shape that every array must have beside a table of `rows` rows."""
        return (rows, *(len(labels) for labels in self.axes.values()))


class MadeOf(_Strict):
    """What a computed package was computed from: whoever reads it can see whether it still fits.

    packages: data package -> SHA-256 of its files. rows: key of an input row -> SHA-256 of what was read of it.
    parameters: path -> value in force. versions: program -> version.
    """

    packages: dict[str, str]
    rows: dict[str, str]
    parameters: dict[str, str]
    versions: dict[str, str]


def write_arrays(arrays: Mapping[str, Floats], path: Path) -> None:
    """Write the arrays in order of name, not packed: packing would depend on the version of the packer."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            held = io.BytesIO()
            np.lib.format.write_array(held, np.ascontiguousarray(arrays[name]), version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), held.getvalue())


def read_arrays(content: bytes, described: Arrays, rows: int, where: str) -> dict[str, Floats]:
    """The arrays by name.

    Raises:
        InputError: every finding: not such a file, arrays too many or too few, of another type or shape, not finite.
    """
    wanted = {one.name for one in described.arrays}
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            found = {name: held[name] for name in held.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InputError([Finding(where, "", f"cannot be read: {error}", f"无法读取：{error}")]) from None
    findings = [
        Finding(where, name, "stands in the file or in the descriptor only", "只见于数组文件或只见于描述文件")
        for name in sorted(wanted ^ set(found))
    ]
    shape = described.shape(rows)
    for name in sorted(wanted & set(found)):
        array = found[name]
        if array.dtype != np.float32 or array.shape != shape:
            en, zh = (f"{array.dtype} {array.shape} instead of float32 {shape}", f"应为 float32 {shape}")
            findings.append(Finding(where, name, en, f"{array.dtype} {array.shape}，{zh}"))
        elif not np.isfinite(array).all():
            findings.append(Finding(where, name, "holds values that are no numbers", "含有非数值"))
    if findings:
        raise InputError(findings)
    return found
