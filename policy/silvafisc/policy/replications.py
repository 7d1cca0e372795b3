"""Published cases that the project works out again: what was published, where, and what is compared with it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.quantities import UNITS
from silvafisc.quantities.money import exact_decimal

from .parameter_files import ReferenceFile
from .schema import Label, Strict, reject, validate
from .yaml_source import read_yaml

REPLICATIONS = Path(__file__).parent / "replications"
"""The folder of the shipped cases."""
KINDS = ("published", "hand", "program", "closed_form")
"""What a figure is compared with: a publication, hand arithmetic on published terms, another program, a closed form."""

Compared = Literal["published", "hand", "program", "closed_form"]


def _number(value: object) -> object:
    if not isinstance(value, str):
        raise reject("must be a quoted decimal string", "须为加引号的十进制数字")
    try:
        exact_decimal(value, "a number")
    except ValueError as error:
        raise reject(str(error), f"不是十进制数字：{value!r}") from None
    return value


def _unit(value: object) -> object:
    if value not in UNITS:
        raise reject(f"unknown unit {value!r}", f"未知单位 {value!r}")
    return value


Number = Annotated[str, BeforeValidator(_number)]
Unit = Annotated[str, BeforeValidator(_unit)]
Operand = str
"""A decimal, or the path of a parameter; `path#2` is the second of the numbers that a text parameter lists."""


class Evidence(ReferenceFile):
    """Where the published figures stand, and how well they are known."""

    status: Literal["verified", "secondary", "computed", "recalled", "assumption"]
    """As of a parameter."""


class Product(Strict):
    """Product of `times` over the product of `over`."""

    times: list[Operand] = Field(min_length=1)
    over: list[Operand] = Field(default_factory=list)


class Payment(Strict):
    """entitlement(standard, area), and a payer's share of it; exact, rounded down to the fen."""

    standard: Operand
    area_mu: Operand = ""
    area_10k_mu: Operand = ""
    share: Operand = ""

    @model_validator(mode="after")
    def _one_area(self) -> "Payment":
        if bool(self.area_mu) == bool(self.area_10k_mu):
            raise reject("exactly one of area_mu and area_10k_mu", "area_mu 与 area_10k_mu 须填且只填一个")
        return self


class Figure(Strict):
    """A figure of a shipped loan or bond as its terms.json names it, some keys of its file changed."""

    instrument: str
    name: str
    changes: dict[str, str] = Field(default_factory=dict)


class RowFile(Strict):
    """One figure: how it is worked out (exactly one of formula, payment, figure), and what it is compared with."""

    item: Label
    unit: Unit
    published: Number
    formula: list[Product] = Field(default_factory=list)
    payment: Payment | None = None
    figure: Figure | None = None
    date: str = ""
    compared_with: Compared | None = None
    why: Label | None = None
    """Why the figure differs where it does."""

    @model_validator(mode="after")
    def _one_way(self) -> "RowFile":
        if sum(map(bool, (self.formula, self.payment, self.figure))) != 1:
            raise reject("exactly one of formula, payment and figure", "formula、payment、figure 须填且只填一个")
        return self


class Targeting(Strict):
    """Sites, each with its benefit and its cost, and the order in which ratio targeting takes them."""

    item: Label
    sites: dict[str, list[Number]]
    order: list[str]


class Surface(Strict):
    """The surface over heterogeneity and correlation; tolerance: percentage points between sample and closed form."""

    item: Label
    unit: Unit
    tolerance: Number


class Replication(Strict):
    """One published case."""

    id: str
    title: Label
    evidence: Evidence
    date: str = ""
    """Date of the parameters that rows read, unless a row states its own."""
    compared_with: Compared = "published"
    rows: list[RowFile] = Field(default_factory=list)
    targeting: Targeting | None = None
    surface: Surface | None = None


def shipped_replications() -> list[str]:
    """Names of the cases, ascending."""
    return sorted(path.stem for path in REPLICATIONS.glob("*.yaml"))


def load_replication(name: str) -> Replication:
    """A shipped case. Raises InputError for an unknown name, and with every finding of a wrong file."""
    known = shipped_replications()
    if name not in known:
        en = f"no such case: {name!r}; known: {', '.join(known)}"
        raise InputError([Finding(name, "", en, f"没有名为 {name!r} 的案例；可用：{'、'.join(known)}")])
    return validate(Replication, read_yaml(REPLICATIONS / f"{name}.yaml"))
