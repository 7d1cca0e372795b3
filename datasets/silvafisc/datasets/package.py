"""Data packages: a folder with datapackage.json (what each column is) and data.csv (the rows), perhaps with arrays."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .arrays import Arrays, Floats, MadeOf, Words, read_arrays
from .columns import ColumnSpec, Table
from .csv_grid import read_csv
from .findings import Finding, InputError
from .tables import row_units, table_of

DESCRIPTOR = "datapackage.json"
Status = Literal["verified", "secondary", "computed", "recalled", "assumption"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reference(_Strict):
    """A publication that the package's facts come from."""

    title: str
    href: str = ""


class FieldDescriptor(_Strict):
    """A column of data.csv."""

    name: str
    type: Literal["code", "text", "int", "decimal", "float", "bool"]
    unit: str
    description: Words
    source: str = Field(min_length=1)
    status: Status
    required: bool = True
    minimum: str | None = None
    maximum: str | None = None
    allowed: tuple[str, ...] = ()
    pattern: str = ""


class SumCheck(_Strict):
    """A column (of the rows where `where` holds) sums to a published figure; empty cells count as absent."""

    kind: Literal["sum"]
    column: str
    equals: str
    tolerance: str = "0"
    where: dict[str, str] = {}
    source: str


class RowSumCheck(_Strict):
    """In every row the parts sum to the total."""

    kind: Literal["row_sum"]
    parts: tuple[str, ...]
    total: str
    tolerance: str = "0"
    source: str


class PercentageCheck(_Strict):
    """In every row part = pct / 100 x whole, within what the last printed digit of the three allows."""

    kind: Literal["percentage"]
    part: str
    pct: str
    whole: str
    source: str


class CountCheck(_Strict):
    """The table has exactly this many rows."""

    kind: Literal["count"]
    rows: int
    source: str


class CodesCheck(_Strict):
    """The column holds exactly the codes of another package's column (each of them `times` times)."""

    kind: Literal["codes"]
    column: str
    package: str
    package_column: str = "region_code"
    times: int = 1
    subset: bool = False
    source: str = "GB/T 2260"


class AtMostCheck(_Strict):
    """In every row the smaller column does not exceed the larger one."""

    kind: Literal["at_most"]
    smaller: str
    larger: str
    source: str


Check = CountCheck | SumCheck | RowSumCheck | PercentageCheck | CodesCheck | AtMostCheck


class Schema(_Strict):
    """Columns and key."""

    fields: tuple[FieldDescriptor, ...]
    primaryKey: tuple[str, ...] = ()


class Resource(_Strict):
    """The one table of a package."""

    name: str
    path: Literal["data.csv"]
    schema_: Schema = Field(alias="schema")


class Descriptor(_Strict):
    """datapackage.json."""

    name: str
    title: Words
    description: Words
    licence: str = Field(min_length=1)
    references: tuple[Reference, ...] = Field(min_length=1)
    resources: tuple[Resource] = Field(min_length=1)
    checks: tuple[Check, ...] = ()
    arrays: Arrays | None = None
    """Numbers beside the table, along its rows and further axes."""
    made_of: MadeOf | None = None
    """What a computed package was computed from."""


@dataclass(frozen=True, eq=False)
class Package(Table):
    """A shipped table with its documentation; see `Table` for values and exact text.

    arrays: by name, along the rows of the table and then along `described.axes`; empty where the package has none.
    """

    title: Mapping[str, str] | None = None
    description: Mapping[str, str] | None = None
    licence: str = ""
    references: tuple[Reference, ...] = ()
    schema: tuple[ColumnSpec, ...] = ()
    checks: tuple[Check, ...] = ()
    arrays: Mapping[str, Floats] = field(default_factory=dict)
    described: Arrays | None = None
    made_of: MadeOf | None = None


def package_names() -> tuple[str, ...]:
    """Names of all shipped packages, ascending."""
    return tuple(sorted(entry.name for entry in _root().iterdir() if entry.joinpath(DESCRIPTOR).is_file()))


def load_package(name: str) -> Package:
    """Load a shipped package, checked against its own columns.

    Raises:
        InputError: unknown name (with the nearest one), or the package contradicts its descriptor.
    """
    folder = _root().joinpath(name)
    if name not in package_names():
        near = difflib.get_close_matches(name, package_names(), n=1)
        en, zh = (f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？") if near else ("", "")
        raise InputError([Finding(name, "", f"no such data package{en}", f"没有这个数据包{zh}")])
    return read_package(folder, name)


def read_package(folder: Traversable, name: str) -> Package:
    """Load a package from a folder.

    Raises:
        InputError: findings in the descriptor or in the rows.
    """
    where = f"{name}/{DESCRIPTOR}"
    try:
        described = Descriptor.model_validate(json.loads(folder.joinpath(DESCRIPTOR).read_text(encoding="utf-8")))
    except ValidationError as error:
        raise InputError(
            [
                Finding(where, ".".join(str(part) for part in item["loc"]), item["msg"], f"描述文件有误：{item['msg']}")
                for item in error.errors()
            ]
        ) from None
    resource = described.resources[0]
    try:
        specs = tuple(_spec(item, resource.schema_.primaryKey) for item in resource.schema_.fields)
    except ValueError as error:
        raise InputError([Finding(where, "", str(error), f"描述文件有误：{error}")]) from None
    grid, notices = read_csv(folder.joinpath(resource.path).read_bytes(), f"{name}/{resource.path}")
    table = table_of(grid, specs, name, notices)
    if findings := row_units(table, grid.file):
        raise InputError(findings)
    return Package(
        name=name,
        table=table.table,
        text=table.text,
        columns=table.columns,
        key=table.key,
        notices=table.notices,
        locate=table.locate,
        title=described.title.model_dump(),
        description=described.description.model_dump(),
        licence=described.licence,
        references=described.references,
        schema=specs,
        checks=described.checks,
        arrays={}
        if described.arrays is None
        else read_arrays(
            folder.joinpath(described.arrays.path).read_bytes(),
            described.arrays,
            len(table.table),
            f"{name}/{described.arrays.path}",
        ),
        described=described.arrays,
        made_of=described.made_of,
    )


def package_hash(name: str) -> str:
    """SHA-256 over the files of a shipped package."""
    return folder_hash(_root().joinpath(name))


def folder_hash(folder: Traversable) -> str:
    """SHA-256 over the files of a package, by name."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _spec(item: FieldDescriptor, key: tuple[str, ...]) -> ColumnSpec:
    return ColumnSpec(
        name=item.name,
        type=item.type,
        unit=item.unit,
        required=item.required,
        minimum=None if item.minimum is None else Decimal(item.minimum),
        maximum=None if item.maximum is None else Decimal(item.maximum),
        allowed=item.allowed,
        key=item.name in key,
        pattern=item.pattern,
        description=item.description.model_dump(),
        source=item.source,
        status=item.status,
    )


def _root() -> Traversable:
    return files("silvafisc.datasets").joinpath("packages")
