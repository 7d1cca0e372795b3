"""The outcome folder: public, versioned, reproducible byte for byte, replaced only when complete."""

import csv
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from .inputs import INPUT_TABLES, OPTIONAL_TABLES, UnitInputs, columns_of
from .resolved import Resolved

FORMAT_VERSION = 1
MARK = "outcome.json"
"""The file that makes a folder an outcome."""


class OutcomeError(Exception):
    """The folder is not an outcome that this version can read; the message says why, in both languages."""

    def __init__(self, path: Path, en: str, zh: str) -> None:
        super().__init__(f"{path}: {en}")
        self.path, self.en, self.zh = path, en, zh


@dataclass(frozen=True)
class Column:
    """One declared column of an outcome table."""

    table: str
    name: str
    type: str
    unit: str
    description: str


@cache
def outcome_columns() -> Mapping[str, tuple[Column, ...]]:
    """Every table of the outcome format with its declared columns, in order."""
    text = files("silvafisc.results").joinpath("columns.csv").read_text(encoding="utf-8")
    tables: dict[str, list[Column]] = {}
    for row in csv.DictReader(text.splitlines()):
        tables.setdefault(row["table"], []).append(
            Column(row["table"], row["column"], row["type"], row["unit"], row["description"])
        )
    return {table: tuple(columns) for table, columns in tables.items()}


def in_declared_columns(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Every table of the format with its declared columns first, in order; what was not computed is empty."""
    found = dict(frames)
    for name, columns in outcome_columns().items():
        declared = [column.name for column in columns]
        frame = found.get(name)
        if frame is None or (frame.empty and not set(declared) <= set(frame.columns)):
            frame = pd.DataFrame(columns=declared)
        found[name] = frame[[*declared, *(column for column in frame.columns if column not in declared)]]
    return found


@dataclass(frozen=True)
class Outcome:
    """A solved, settled and audited scenario.

    meta: content of outcome.json. tables: outcome table name -> frame with at least the declared columns
    (offers has open-ended columns). inputs: the input tables. audit: {"clean": bool, "checks": [...]}.
    """

    meta: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    inputs: UnitInputs
    resolved: Resolved
    audit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """SHA-256 over everything but approvals, versions and input hashes' file names."""
        return str(self.meta["content_hash"])

    def save(self, folder: Path) -> None:
        """Write the folder beside `folder`, then rename: an old outcome is replaced only by a complete one.

        Raises:
            OutcomeError: `folder` (or a parent) is a regular file, or a folder that is not an outcome, or
                one that carries approvals.
        """
        folder = Path(folder)
        refuse_foreign(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        # A temporary folder is private; an outcome is for everybody who may read its parent.
        staging.chmod(0o755)
        try:
            self._write(staging)
            replace_folder(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _write(self, folder: Path) -> None:
        frames = dict(self.tables)
        frames["sources"] = frames.get("sources", self.inputs.ledger)
        for name, frame in frames.items():
            write_csv(frame, folder / f"{name}.csv")
        for name, frame in self.inputs.tables().items():
            write_csv(frame, folder / "inputs" / f"{name}.csv")
        write_json(dict(self.audit), folder / "audit.json")
        (folder / "approvals.jsonl").write_text("", encoding="utf-8")
        meta = dict(self.meta) | {"format_version": FORMAT_VERSION, "resolved": self.resolved.to_json()}
        meta["content_hash"] = hash_folder(folder, meta)
        write_json(meta, folder / MARK)
        write_json(_datapackage(str(meta.get("id", "outcome")), frames), folder / "datapackage.json")

    @staticmethod
    def load(folder: Path) -> "Outcome":
        """Read a saved outcome.

        Raises:
            OutcomeError: not an outcome folder, another format version, or a damaged file.
        """
        folder = Path(folder)
        meta = _read_meta(folder)
        resolved = Resolved.from_json(meta["resolved"])
        tables = {path.stem: _read_csv(path, path.stem) for path in sorted(folder.glob("*.csv"))}
        inputs = {
            path.stem: _read_typed(path, columns_of(path.stem))
            for path in sorted((folder / "inputs").glob("*.csv"))
            if path.stem in INPUT_TABLES
        }
        missing = sorted(set(INPUT_TABLES) - set(OPTIONAL_TABLES) - set(inputs))
        if missing:
            raise OutcomeError(folder, f"input tables are missing: {missing}", f"缺少输入表：{missing}")
        return Outcome(
            meta=meta,
            tables=tables,
            inputs=UnitInputs.of(inputs, tables["sources"], tables["draws"] if len(tables.get("draws", ())) else None),
            resolved=resolved,
            audit=json.loads((folder / "audit.json").read_text(encoding="utf-8")),
        )


def replace_folder(staging: Path, folder: Path) -> None:
    """Put `staging` in the place of `folder`; the old folder goes only after the new one stands."""
    old = folder.with_name(f".{folder.name}-old-{os.getpid()}")
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(staging, folder)
    except BaseException:
        if old.exists():
            os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def put_in_place(path: Path, data: bytes) -> None:
    """Write beside `path`, then rename: the file is there whole or as it was, after a power cut too."""
    handle, staged = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(staged, 0o644)
        os.replace(staged, path)
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise


def hash_folder(folder: Path, meta: Mapping[str, Any]) -> str:
    """SHA-256 over all tables and the meta data that describe content (not versions, not approvals)."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".csv"} or p.name == "audit.json"):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    kept = {key: value for key, value in meta.items() if key not in {"content_hash", "versions"}}
    digest.update(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """UTF-8 with BOM-free header, LF line ends, empty cell for absent: the same bytes for the same frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path, prefix: str = "") -> list[Path]:
    """Write `<prefix><table>.csv` of every table into `folder`, which is made where it is absent."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{prefix}{name}.csv" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        write_csv(table, path)
    return paths


def write_json(data: Mapping[str, Any], path: Path) -> None:
    """Readable, key order as given, no NaN."""
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def refuse_foreign(folder: Path) -> None:
    """Raise OutcomeError where `folder` (or a parent) is a file, holds no outcome, or one that carries approvals."""
    for path in (folder, *folder.parents):
        if path.is_file():
            raise OutcomeError(path, "is a regular file, not a folder for outcomes", "是普通文件，不能作为结果目录")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise OutcomeError(
            folder,
            "exists and is not an outcome; it will not be replaced. Choose another --out",
            "已存在且不是结果目录，不会被覆盖；请另选 --out",
        )
    approvals = folder / "approvals.jsonl"
    if approvals.is_file() and approvals.stat().st_size:
        en = "carries approvals and will not be replaced; choose another --out"
        raise OutcomeError(folder, en, "已有会签记录，不会被覆盖；请另选 --out")


def _read_meta(folder: Path) -> dict[str, Any]:
    path = folder / MARK
    if not path.is_file():
        raise OutcomeError(
            folder, "is not an outcome folder (outcome.json is missing)", "不是结果目录（缺少 outcome.json）"
        )
    try:
        meta: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = meta["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise OutcomeError(path, f"is damaged: {error}", f"已损坏：{error}") from error
    if version != FORMAT_VERSION:
        raise OutcomeError(
            path,
            f"has format version {version}; this version of SilvaFisc reads {FORMAT_VERSION}",
            f"格式版本为 {version}；本版本只能读取 {FORMAT_VERSION}",
        )
    return meta


def read_table(folder: Path, table: str) -> pd.DataFrame:
    """One table of an outcome folder, typed as declared. Raises OutcomeError where it cannot be read."""
    return _read_csv(folder / f"{table}.csv", table)


def _read_csv(path: Path, table: str) -> pd.DataFrame:
    return _read_typed(path, {column.name: column.type for column in outcome_columns().get(table, ())})


def _read_typed(path: Path, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Text stays text; integer columns with empty cells become nullable Int64."""
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        for name in frame.columns:
            kind = kinds.get(name) or _open_ended_kind(name)
            if kind == "int":
                column = pd.to_numeric(frame[name].where(frame[name] != "", None))
                frame[name] = column.astype("Int64") if column.isna().any() else column.astype("int64")
            elif kind == "float":
                frame[name] = pd.to_numeric(frame[name].where(frame[name] != "", None)).astype("float64")
            elif kind == "bool":
                frame[name] = frame[name].map({"True": True, "False": False}).astype("bool")
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise OutcomeError(path, f"cannot be read: {error}", f"无法读取：{error}") from error
    return frame


def _open_ended_kind(name: str) -> str:
    """Columns that `columns.csv` cannot list one by one: costs and objectives of the offers."""
    if name.startswith("cost.") or name.endswith("_fen"):
        return "int"
    if name in {"chosen", "repaid_by_appropriation"}:
        return "bool"
    return "float" if name.startswith("obj.") else "text"


def _datapackage(name: str, frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    declared = outcome_columns()

    def schema(table: str, frame: pd.DataFrame) -> list[dict[str, str]]:
        known = {column.name: column for column in declared.get(table, ())}
        kinds = {"int": "integer", "float": "number", "decimal": "string", "text": "string", "bool": "boolean"}
        return [
            {
                "name": str(column),
                "type": kinds[known[column].type if column in known else _open_ended_kind(column)],
                "unit": known[column].unit if column in known else "",
                "description": known[column].description if column in known else "",
            }
            for column in frame.columns
        ]

    return {
        "name": name.lower(),
        "profile": "tabular-data-package",
        "resources": [
            {"name": table, "path": f"{table}.csv", "encoding": "utf-8", "schema": {"fields": schema(table, frame)}}
            for table, frame in sorted(frames.items())
        ],
    }
