"""Templates for the user's own tables: the tables of a run in the columns that `load_inputs` reads, with their meaning."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from silvafisc.datasets import Finding, InputError
from silvafisc.economy.user_tables import NAME, to_user
from silvafisc.results import UnitInputs

from .demonstration import county_scenario, county_tables, province_code, units
from .guide import readme
from .input_workbook import input_workbook

README = "README.md"
WORKBOOK = "inputs.xlsx"
SCENARIO = "scenario.yaml"
LEVELS = ("province", "county")
HOME = "510000"
"""The province whose list of counties is shipped."""


def write_templates(
    inputs: UnitInputs | None,
    folder: str | Path,
    xlsx: bool = False,
    level: str = "province",
    province: str = HOME,
) -> list[Path]:
    """Write the tables as the user may edit them, and a description of every column.

    Args:
        inputs: the tables to write at level `province`; the level `county` needs none.
        folder: created when absent; nothing in it is ever overwritten.
        xlsx: one workbook (sheet per table, codes as text, notes, lists of allowed values, a guide and a sheet that
            compares totals) in place of CSV files.
        level: `province` writes the rows of `inputs`; `county` writes a province's form, filled with demonstration
            data, and a scenario that runs on it.
        province: at level `county` the province, as `51` or `510000`. Where its list of counties is not shipped the
            form has one example county.

    Returns:
        the files that were written, in order.

    Raises:
        InputError: a file stands in the way; no such province.
        ValueError: unknown level, or no inputs at level `province`.
    """
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}; one of {', '.join(LEVELS)}")
    folder = Path(folder)
    county = level == "county"
    contents: dict[str, bytes] = {README: readme(county).encode()}
    if county:
        code = province_code(province)
        shown = named(county_tables(units(code)))
        contents[SCENARIO] = county_scenario(code, shown, WORKBOOK if xlsx else ".").encode()
    elif inputs is None:
        raise ValueError("the tables to write are missing")
    else:
        shown = {name: to_user(name, frame) for name, frame in inputs.tables().items()}
    if xlsx:
        contents[WORKBOOK] = input_workbook(shown, county)
    else:
        contents |= {f"{name}.csv": _csv(frame) for name, frame in shown.items()}
    _refuse_existing(folder, sorted(contents))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in sorted(contents.items()):
        with (folder / name).open("xb") as file:
            file.write(content)
        paths.append(folder / name)
    return paths


def named(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The name of the unit beside its code in every table: nobody fills in a table of codes."""
    names = dict(zip(tables["regions"]["region_code"], tables["regions"][NAME], strict=True))
    named = {}
    for table, frame in tables.items():
        named[table] = frame.copy()
        if "region_code" in frame.columns and NAME not in frame.columns:
            named[table].insert(1, NAME, [names.get(code, "") for code in frame["region_code"]])
    return named


def _refuse_existing(folder: Path, names: list[str]) -> None:
    findings = [
        Finding(str(path), "", "is a regular file, not a folder", "是普通文件，不是文件夹")
        for path in (folder, *folder.parents)
        if path.is_file()
    ]
    findings += [
        Finding(str(folder / name), "", "exists already; it will not be overwritten", "已存在，不会被覆盖")
        for name in names
        if not findings and (folder / name).exists()
    ]
    if findings:
        raise InputError(findings)


def _csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with byte-order mark: Excel opens Chinese headers and cells correctly."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.itertuples(index=False, name=None))
    return text.getvalue().encode("utf-8-sig")
