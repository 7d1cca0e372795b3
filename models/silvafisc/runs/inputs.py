"""Reading the input tables: the shipped nation, or a user's folder of CSV files or workbook."""

import difflib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from silvafisc.datasets import Finding, InputError, Package, load_package, load_table
from silvafisc.datasets.columns import Table
from silvafisc.economy import PACKAGES, nation_inputs
from silvafisc.economy.input_checks import cross_check
from silvafisc.economy.ledger import ledger_frame, table_ledger
from silvafisc.economy.nation import TABLES, nation_tables
from silvafisc.economy.user_tables import from_user, schema
from silvafisc.policy import Rules
from silvafisc.results import INPUT_TABLES, OPTIONAL_TABLES, UnitInputs
from silvafisc.results.draws import read_draws

from .guide import CHECK, GUIDE, OPTIONS, SIDE_TABLES
from .sheets import sheet_names

BUILTIN = "builtin:"
NATION = "builtin:nation"
DRAWS = "draws"
"""What tonnes, costs and prices may turn out to be; made from assumptions where it is not given."""
NOTES = frozenset({"readme", GUIDE, CHECK, OPTIONS})
"""Sheets and files that explain and hold no table."""
TABLES_OF_FORM = (*INPUT_TABLES, *SIDE_TABLES)


def load_inputs(data: str | Path, rules: Rules) -> UnitInputs:
    """The input tables of a run.

    Args:
        data: `builtin:nation`; or a folder with <table>.csv files; or one .xlsx workbook with a sheet per table. Columns
            are those of the templates (`write_templates`): mu, yuan, 万元.
        rules: the law and the assumptions of the policy date.

    For the 31 provinces a table that the user does not give is the shipped one, whole; a table that the user gives
    replaces the shipped one, whole. For any other units every table must be there but the optional ones.

    Raises:
        InputError: every finding of every table, and of the tables against each other, at once.
    """
    if str(data) == NATION:
        return nation_inputs({name: load_package(name) for name in PACKAGES}, rules)
    if str(data).startswith(BUILTIN):
        raise _refusal(str(data), f"the only shipped inputs are {NATION}", f"内置数据只有 {NATION}")
    read, findings = _read(Path(data))
    side = {name: read.pop(name) for name in SIDE_TABLES if name in read}
    frames = {name: from_user_or_findings(name, table) for name, table in read.items()}
    findings += [finding for frame in frames.values() if isinstance(frame, list) for finding in frame]
    given = {name: frame for name, frame in frames.items() if isinstance(frame, pd.DataFrame)}
    lists = official_lists()
    if findings:
        raise InputError([*findings, *cross_check(given, read, lists, rules, str(data), side)])
    tables, rows = _completed(Path(data), given, rules)
    findings = cross_check(tables, read, lists, rules, str(data), side)
    if findings:
        raise InputError(findings)
    for name, frame in given.items():
        rows += table_ledger(name, frame)
    return UnitInputs.of(tables, ledger_frame(rows), _given_draws(Path(data)))


@cache
def official_lists() -> dict[str, Package]:
    """The official lists that units are held against: provinces with their areas, codes and names of counties."""
    return {name: load_package(name) for name in ("provinces", "county_codes")}


def _given_draws(path: Path) -> pd.DataFrame | None:
    """The draws that stand beside the input tables, or None. Raises InputError."""
    if path.is_dir():
        file = path / f"{DRAWS}.csv"
        return read_draws(file).table if file.exists() else None
    return read_draws(path, DRAWS).table if DRAWS in sheet_names(path) else None


def from_user_or_findings(name: str, table: Table) -> pd.DataFrame | list[Finding]:
    """The table in memory units, or why it cannot be brought there."""
    try:
        return from_user(name, table)
    except InputError as error:
        return list(error.findings)


@dataclass(frozen=True)
class _Place:
    """Where a table may be read: the file and, in a workbook, the sheet."""

    path: Path
    sheet: str | None


def _read(path: Path) -> tuple[dict[str, Table], list[Finding]]:
    """Every table that can be read, and all findings of all that cannot."""
    places, findings = _places(path)
    read: dict[str, Table] = {}
    for name, place in places.items():
        try:
            read[name] = load_table(place.path, schema(name), place.sheet)
        except InputError as error:
            findings += error.findings
    return read, findings


def _places(path: Path) -> tuple[dict[str, _Place], list[Finding]]:
    if path.is_dir():
        found = {file.stem: _Place(file, None) for file in sorted(path.glob("*.csv"))}
        spoken = ("file", "文件")
    elif path.is_file() and path.suffix.lower() == ".xlsx":
        found = {name: _Place(path, name) for name in sheet_names(path)}
        spoken = ("sheet", "工作表")
    elif path.exists():
        raise _refusal(
            str(path), "neither a folder of CSV files nor an .xlsx workbook", "既不是 CSV 文件夹，也不是 .xlsx 工作簿"
        )
    else:
        raise _refusal(str(path), "no such folder or workbook", "没有这个文件夹或工作簿")
    findings = list(_alike(path, list(found)))
    for name in found:
        if name in TABLES_OF_FORM or name == DRAWS or name.lower() in NOTES:
            continue
        near = difflib.get_close_matches(name, TABLES_OF_FORM, n=1)
        en = f"; did you mean {near[0]}?" if near else f"; the tables are {', '.join(INPUT_TABLES)}"
        zh = f"；是否应为 {near[0]}？" if near else f"；可用的表：{'、'.join(INPUT_TABLES)}"
        findings.append(
            Finding(str(path), name, f"a {spoken[0]} that is no input table{en}", f"这个{spoken[1]}不是输入表{zh}")
        )
    places = {name: found[name] for name in TABLES_OF_FORM if name in found}
    if not set(places) & set(INPUT_TABLES) and not findings and DRAWS not in found:
        findings.append(
            Finding(
                str(path),
                "",
                f"holds no input table ({', '.join(INPUT_TABLES)}){_books(path)[0]}",
                f"没有输入表（{'、'.join(INPUT_TABLES)}）{_books(path)[1]}",
            )
        )
    return places, findings


def _books(path: Path) -> tuple[str, str]:
    """A hint where a folder without tables holds a workbook."""
    books = sorted(file.name for file in path.glob("*.xlsx")) if path.is_dir() else []
    return (f"; name the workbook itself: {books[0]}", f"；请直接指明工作簿：{books[0]}") if books else ("", "")


def _alike(path: Path, names: list[str]) -> Iterator[Finding]:
    """Sheets or files whose names a reader takes for one: only case, width or blanks differ."""
    first: dict[str, str] = {}
    for name in names:
        plain = unicodedata.normalize("NFKC", name).strip().casefold()
        if plain in first:
            en = f"two tables of one name: {first[plain]!r} and {name!r}; delete one"
            yield Finding(str(path), name, en, f"两张表同名：“{first[plain]}”和“{name}”；请删去一张")
        first.setdefault(plain, name)


def _completed(
    path: Path, given: Mapping[str, pd.DataFrame], rules: Rules
) -> tuple[dict[str, pd.DataFrame], list[dict[str, str]]]:
    """The given tables and, for the nation, the shipped ones in place of those that were not given."""
    missing = [name for name in TABLES if name not in given]
    if not missing:
        return dict(given), []
    packages = {name: load_package(name) for name in PACKAGES}
    provinces = {str(code) for code in packages["provinces"].table["region_code"]}
    units = {str(code) for name, frame in given.items() if name not in OPTIONAL_TABLES for code in frame["region_code"]}
    if "regions" in given:
        units = {str(code) for code in given["regions"]["region_code"]}
    if units <= provinces and ("regions" not in given or units == provinces):
        tables, rows = nation_tables(packages, rules, missing)
        return {**tables, **given}, rows
    shown = sorted(provinces - units)
    absent = (f" ({', '.join(shown)} are missing)", f"（缺 {'、'.join(shown)}）") if units < provinces else ("", "")
    raise InputError(
        [
            Finding(
                str(path),
                name,
                f"this table is missing; shipped tables stand in only for all 31 provinces{absent[0]}",
                f"缺少该表；内置数据只能补足全部 31 个省份{absent[1]}",
            )
            for name in missing
        ]
    )


def _refusal(where: str, en: str, zh: str) -> InputError:
    return InputError([Finding(where, "", en, zh)])
