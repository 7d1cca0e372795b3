"""Funds, measures and categories: one YAML file each, found by folder; the file name is the id."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from silvafisc.datasets.findings import Finding, InputError

from .parameter_files import ReferenceFile, Status
from .parameters import ParameterTree
from .schema import Label, Strict, hint, validate
from .yaml_source import read_yaml

Payer = Literal["central", "provincial", "city", "county"]
Nature = Literal["rigid", "committed", "top_up", "factor", "task", "project", "interest_subsidy"]
Channel = Literal["fiscal_subsidy", "central_budget_investment"]
"""A parcel takes one channel per kind of work."""


class Factor(Strict):
    """One factor of a fund's factor method."""

    label: Label
    """Name of the factor."""
    weight: str
    """Parameter path of the published or template weight, in pct."""
    defined: Label
    """What is measured."""
    reported_by: Label
    """Who reports the figure."""
    verified_by: Label
    """Who verifies it."""


class Fund(Strict):
    """One fund (资金): who pays, what natures of money it carries, and what it rests on."""

    label: Label
    """Name."""
    payer: Payer
    """The payer level whose money this is."""
    budget_nature: Label
    """Its nature in budget law."""
    natures: list[Nature] = Field(min_length=1)
    """Natures of money that the fund may carry."""
    channel: Channel
    """Channel of the money."""
    appropriation: str | None = None
    """Parameter path of the yearly envelope, used where the scenario states none."""
    factor_effectiveness: str | None = None
    """Parameter path: tonnes per yuan of factor money as a share of the fund's task measures."""
    factors: dict[str, Factor] = Field(default_factory=dict)
    """Factors of the factor method, by name."""
    status: Status
    """How well the fund's rules are known."""
    reference: ReferenceFile
    """Rules of the fund."""
    notice: Label
    """What is known of the identity of its notices."""
    identity: str | None = None
    """Folder of parameters with what its notices were seen to carry; none = nothing is on record."""


class Measure(Strict):
    """One measure: a recurring payment for protection, or a task paid per mu."""

    kind: Literal["recurring", "task"]
    """`recurring`: certified area x yearly standard; `task`: quantity x unit standard."""
    label: Label
    """Name."""
    unit: Literal["yuan_per_mu", "yuan_per_mu_per_year"]
    """Unit of its standard."""
    land: str
    """Kind of land that it takes place on."""
    yield_: str = Field(alias="yield")
    """Measure of the carbon yields."""
    channel: Channel
    """Channel of the money."""
    fund: str | None = None
    """Fund that pays where the scenario names no other; recurring measures leave it to their categories."""
    floor: str | None = None
    """Parameter path of the unit standard in force, below which no standard is offered."""
    instalments: str | None = None
    """Parameter path `years after:share;…`; none = paid at once."""
    payers: str | None = None
    """Folder of parameters with the payers' shares by tier."""


class Category(Strict):
    """One category (类别) of a recurring measure: it has one published standard."""

    label: Label
    """Name."""
    measure: str
    """Recurring measure."""
    tenure: Literal["state", "collective"]
    """Tenure."""
    fund: str
    """Fund that pays where the scenario names no other."""
    floor: str
    """Parameter path of the statutory floor."""
    payers: str
    """Folder of parameters with the payers' shares by tier."""


@dataclass(frozen=True)
class Catalogue:
    """Everything on offer by id."""

    funds: Mapping[str, Fund]
    measures: Mapping[str, Measure]
    categories: Mapping[str, Category]

    @property
    def tasks(self) -> tuple[str, ...]:
        """Task measures, ascending."""
        return tuple(name for name, measure in self.measures.items() if measure.kind == "task")


_Entry = TypeVar("_Entry", Fund, Measure, Category)
_HERE = Path(__file__).parent


@cache
def load_catalogue(folder: Path = _HERE) -> Catalogue:
    """Read `funds`, `measures` and `categories` below `folder`.

    Raises:
        InputError: every finding of every file: schema, and names of funds or measures that do not exist.
    """
    findings: list[Finding] = []
    funds = _read(folder / "funds", Fund, findings)
    measures = _read(folder / "measures", Measure, findings)
    categories = _read(folder / "categories", Category, findings)
    for name, measure in measures.items():
        if measure.fund is not None:
            _known(folder / "measures", name, "fund", measure.fund, funds, findings)
    for name, category in categories.items():
        _known(folder / "categories", name, "fund", category.fund, funds, findings)
        _known(folder / "categories", name, "measure", category.measure, measures, findings)
    if findings:
        raise InputError(findings)
    return Catalogue(funds, measures, categories)


def parameter_paths(catalogue: Catalogue, tree: ParameterTree) -> frozenset[str]:
    """Every parameter that the catalogue refers to; payers' folders become their parameters.

    Raises:
        UnknownParameter: a path that does not exist; names the nearest.
    """
    paths: set[str] = set()
    for fund in catalogue.funds.values():
        paths |= {factor.weight for factor in fund.factors.values()}
        paths |= {path for path in (fund.appropriation, fund.factor_effectiveness) if path}
        paths |= _folder(tree, fund.identity) if fund.identity else set()
    for measure in catalogue.measures.values():
        paths |= {path for path in (measure.floor, measure.instalments) if path}
        paths |= _folder(tree, measure.payers) if measure.payers else set()
    for category in catalogue.categories.values():
        paths |= {category.floor} | _folder(tree, category.payers)
    return frozenset(tree.parameter(path).path for path in paths)


def _folder(tree: ParameterTree, prefix: str) -> set[str]:
    return {path for path in tree.parameters if path.startswith(f"{prefix}.")} or {prefix}


def _read(folder: Path, kind: type[_Entry], findings: list[Finding]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for file in sorted(folder.glob("*.yaml")):
        try:
            entries[file.stem] = validate(kind, read_yaml(file))
        except InputError as error:
            findings += error.findings
    return entries


def _known(folder: Path, name: str, key: str, value: str, known: Mapping[str, object], findings: list[Finding]) -> None:
    if value not in known:
        more_en, more_zh = hint(value, known)
        where = str(folder / f"{name}.yaml")
        findings.append(Finding(where, key, f"unknown name {value!r}{more_en}", f"未知的名称 {value!r}{more_zh}"))
