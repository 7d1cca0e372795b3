"""A saved outcome for other programs: CSV, Parquet or Stata, with a codebook made from its datapackage.json.

Nothing is lost or rounded on the way: whole fen that Stata's double cannot hold (beyond 2^53) are refused by name, and
column names that Stata cannot have are changed in a way that the codebook undoes.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.results import Outcome
from silvafisc.results.outcome import OutcomeError, replace_folder, write_csv

from .export_formats import stata_names, write_parquet, write_stata
from .export_inputs import write_inputs

FORMATS = ("csv", "parquet", "stata", "xlsx")
_MARK = "codebook.csv"
_ENDINGS = {"csv": "csv", "parquet": "parquet", "stata": "dta"}


@dataclass(frozen=True)
class Field:
    """A column as datapackage.json describes it; `exported` is its name in the exported file."""

    table: str
    name: str
    exported: str
    type: str
    unit: str
    description: str


def export(outcome: str | Path, folder: str | Path, form: str) -> list[Path]:
    """Write every table of a saved outcome and its codebook (CSV and Markdown) into `folder`.

    Args:
        outcome: an outcome folder. folder: new, empty, or an earlier export, which is replaced when all is written.
        form: `csv`, `parquet` or `stata`; `xlsx` writes the input tables alone, as a workbook that `run` reads back.

    Returns:
        the files, tables first.

    Raises:
        OutcomeError: not an outcome. InputError: unknown format; `folder` holds something else; Parquet without pyarrow;
        a number that the format cannot hold exactly. All findings at once, and nothing is written.
    """
    source, target = Path(outcome), Path(folder)
    if form not in FORMATS:
        known = ", ".join(FORMATS)
        raise InputError([Finding("--format", form, f"unknown format; known: {known}", f"未知格式；可用：{known}")])
    if form == "xlsx":
        return write_inputs(Outcome.load(source), target)
    _refuse_foreign(target)
    loaded = Outcome.load(source)
    fields = _fields(source, form)
    missing = sorted(set(fields) - set(loaded.tables))
    if missing:
        raise OutcomeError(source, f"tables are missing: {missing}", f"缺少表：{missing}")
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    staging.chmod(0o755)
    try:
        findings = _write(loaded, fields, staging, form)
        if findings:
            raise InputError(findings)
        _codebook(fields, staging)
        names = [*(f"{table}.{_ENDINGS[form]}" for table in fields), _MARK, "codebook.md"]
        replace_folder(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [target / name for name in names]


def read_codebook(folder: str | Path) -> dict[str, dict[str, str]]:
    """table -> name in the exported file -> name in the outcome."""
    frame = pd.read_csv(Path(folder) / _MARK, dtype=str, keep_default_na=False)
    found: dict[str, dict[str, str]] = {}
    for table, name, exported in zip(frame["table"], frame["column"], frame["exported_as"], strict=True):
        found.setdefault(table, {})[exported] = name
    return found


def _fields(source: Path, form: str) -> dict[str, list[Field]]:
    """Table -> its fields, as the outcome's own data package declares them."""
    path = source / "datapackage.json"
    try:
        package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        resources = {str(r["name"]): r["schema"]["fields"] for r in package["resources"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutcomeError(path, f"cannot be read: {error}", f"无法读取：{error}") from error
    found = {}
    for table, declared in sorted(resources.items()):
        names = [str(entry["name"]) for entry in declared]
        exported = stata_names(names) if form == "stata" else names
        found[table] = [
            Field(table, name, to, *(str(entry.get(key, "")) for key in ("type", "unit", "description")))
            for name, to, entry in zip(names, exported, declared, strict=True)
        ]
    return found


def _write(outcome: Outcome, fields: Mapping[str, list[Field]], folder: Path, form: str) -> list[Finding]:
    """All tables; findings instead of a file where a table cannot be written exactly."""
    findings: list[Finding] = []
    date = str(outcome.resolved.policy_date)
    for table, mine in fields.items():
        frame, path = outcome.tables[table][[field.name for field in mine]], folder / f"{table}.{_ENDINGS[form]}"
        if form == "csv":
            write_csv(frame, path)
        elif form == "parquet":
            write_parquet(frame, mine, path)
        else:
            findings += write_stata(frame, mine, path, date)
    return findings


def _codebook(fields: Mapping[str, list[Field]], folder: Path) -> None:
    """codebook.csv for programs and codebook.md for readers."""
    rows = [field for mine in fields.values() for field in mine]
    columns = {
        "table": [f.table for f in rows],
        "column": [f.name for f in rows],
        "exported_as": [f.exported for f in rows],
        "type": [f.type for f in rows],
        "unit": [f.unit for f in rows],
        "description": [f.description for f in rows],
    }
    write_csv(pd.DataFrame(columns), folder / _MARK)
    lines = ["# Codebook", ""]
    for table, mine in fields.items():
        lines += [f"## {table}", "", "| column | exported as | type | unit | description |", "|---|---|---|---|---|"]
        lines += [f"| {f.name} | {f.exported} | {f.type} | {f.unit} | {f.description} |" for f in mine]
        lines.append("")
    (folder / "codebook.md").write_text("\n".join(lines), encoding="utf-8", newline="\n")


def _refuse_foreign(folder: Path) -> None:
    occupied = folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).is_file())
    if occupied:
        en, zh = "exists and is not an earlier export; choose another --out", "已存在且不是先前的导出目录；请另选 --out"
        raise InputError([Finding(str(folder), "", en, zh)])
