"""The schema of a scenario file: what a finance department can state, every key documented beside its type."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from silvafisc.quantities import share, yuan_to_fen

from .catalogue import Payer
from .instrument_files import instrument_file
from .parameter_files import Change, Reference
from .scenario_carbon import CarbonSource
from .scenario_changes import Assumption, ChangeEntry, Provision
from .scenario_loans import LoanOffer
from .scenario_notice import Notice
from .scenario_terms import AnyObjective, AnyRule, Number
from .schema import Date, Label, Positive, Quoted, RegionCode, ShareText, Strict, Yuan, reject
from .yaml_source import Document

GroupFunction = Literal[
    "listed",
    "rural_income_below_median",
    "gdp_per_capita_below_median",
    "own_revenue_share_below_median",
    "payer_tier_1",
]
"""Named functions of the table of units; `listed` = the unit's own column `groups` names the group."""

PeriodText = Annotated[Quoted, Field(pattern=r"^\d{4}$")]
"""Budget year, quoted."""


class Pot(Strict):
    """Money of one nature inside a fund, given or chosen from a grid."""

    nature: Literal["factor"]
    """Nature of the pot."""
    amount: Yuan | None = None
    """Yuan per period, given."""
    grid: list[Yuan] | None = Field(default=None, min_length=1)
    """Yuan per period to choose from, ascending."""

    @model_validator(mode="after")
    def _one(self) -> "Pot":
        if (self.amount is None) == (self.grid is None):
            raise reject("give either `amount` or `grid`", "amount 与 grid 须二选一")
        _ascending("grid", [yuan_to_fen(text) for text in self.grid or []])
        return self

    @property
    def amounts(self) -> tuple[str, ...]:
        """The amounts on offer, yuan."""
        return tuple(self.grid) if self.grid else (str(self.amount),)


class Commitment(Strict):
    """An instalment due from earlier years."""

    region_code: RegionCode
    """Unit that receives it."""
    measure: str
    """Measure that it belongs to."""
    period: PeriodText
    """Period in which it falls due."""
    amount: Yuan
    """Yuan of all payers together."""


class Reserve(Strict):
    """What a fund may keep back where everything else must be allocated."""

    reserve: dict[PeriodText, Yuan] = Field(default_factory=dict)
    """Yuan per period that may stay in reserve under `full_allocation`."""
    reserve_reason: str = ""
    """Why a reserve is kept."""

    @model_validator(mode="after")
    def _named_reserve(self) -> Self:
        if self.reserve and not self.reserve_reason.strip():
            raise reject("a reserve needs its `reserve_reason`", "预留须写明原因（reserve_reason）")
        return self


class FundUse(Reserve):
    """How the scenario uses one fund."""

    measures: list[str] = Field(min_length=1)
    """Measures that it pays."""
    payer: Payer | None = None
    """Payer level; the fund's own where left out."""
    budget_nature: str | None = None
    """Nature in budget law; the fund's own where left out."""
    appropriation: dict[PeriodText, Yuan] | None = None
    """Yuan per period; the fund's parameter where left out."""
    carried_in: dict[PeriodText, Yuan] = Field(default_factory=dict)
    """Yuan carried in from before, per period."""
    carry_share: ShareText = "0"
    """Largest share of the rest that is carried out; the remainder lapses."""
    pots: list[Pot] = Field(default_factory=list, max_length=1)
    """Factor pot; none = the fund carries no factor money."""
    residue: Literal["unallocated", "factor"] = "unallocated"
    """`unallocated`: the rest stays as the named rest. `factor`: after choosing, what is left beyond the named reserve joins
    the factor pot of its period and is shared by the chosen weights; a rule that this would break is refused by name.
    Nothing is left to carry then: `carry_share` has to be 0."""
    factor_effectiveness: ShareText | None = None
    """Tonnes per yuan of factor money relative to the fund's tasks; the fund's parameter where left out."""
    opening_commitments: list[Commitment] = Field(default_factory=list)
    """Instalments due from earlier years."""


class CategoryUse(Strict):
    """Standards on offer for one category."""

    levels: list[Yuan] | None = Field(default=None, min_length=1)
    """The grid itself, ascending; otherwise from the floor in steps up to `to`."""
    to: Yuan | None = None
    """Highest standard of the grid; floor + the rise on record where left out."""
    step: Yuan | None = None
    """Step of the grid; the step on record where left out."""
    fund: str | None = None
    """Fund; the category's own where left out."""
    payers: str | None = None
    """Folder of payer shares; the category's own where left out."""
    last_year: Yuan | None = None
    """Last year's standard; the floor in force on the day before the first period where left out."""
    last_year_by_unit: dict[RegionCode, Yuan] = Field(default_factory=dict)
    """Last year's standard of units that were paid another one than `last_year`."""
    not_below: list[str] = Field(default_factory=list)
    """Categories below whose standard this one may not lie."""
    graded: bool = True
    """Whether its standard may differ between grades."""

    @model_validator(mode="after")
    def _grid(self) -> "CategoryUse":
        if self.levels is not None and (self.to is not None or self.step is not None):
            raise reject("`levels` stands alone, without `to` and `step`", "levels 不能与 to、step 并用")
        if self.step is not None and yuan_to_fen(self.step) == 0:
            raise reject("step must be > 0", "step 须大于 0")
        _ascending("levels", [yuan_to_fen(text) for text in self.levels or []])
        return self


class Menu(Strict):
    """Unit standards and quantity shares on offer for one task measure."""

    standards: list[Yuan] = Field(min_length=1)
    """Yuan per mu, ascending."""
    quantity_shares: list[ShareText] = Field(min_length=1)
    """Shares of each unit's need that may be assigned, ascending from '0'."""
    payers: str | None = None
    """Folder of payer shares; the measure's own where left out."""

    @model_validator(mode="after")
    def _grid(self) -> "Menu":
        _ascending("standards", [yuan_to_fen(text) for text in self.standards])
        shares = [share(text) for text in self.quantity_shares]
        _ascending("quantity_shares", shares)
        if shares[0] != 0:
            raise reject("quantity_shares must begin with '0' (no task)", "quantity_shares 须以 '0'（不安排任务）开头")
        return self


class FactorBand(Strict):
    """Band and template of one factor weight."""

    low: ShareText
    """Least weight."""
    high: ShareText
    """Largest weight."""
    template: ShareText | None = None
    """Template weight; the fund's parameter where left out."""


class Grades(Strict):
    """Unit grades chosen on alpha x importance + (1 - alpha) x need."""

    by_region: bool
    """Whether standards may differ by grade."""
    alphas: list[ShareText] = Field(default_factory=lambda: ["0.5"], min_length=1)
    """Values of alpha to try, ascending."""
    cut_offs: int = Field(default=10, ge=1, le=20)
    """Cells between candidate cut-offs."""
    minimum: int = Field(default=1, ge=1)
    """Fewest grades."""
    maximum: int = Field(default=1, ge=1)
    """Most grades."""

    @model_validator(mode="after")
    def _coherent(self) -> "Grades":
        _ascending("alphas", [share(text) for text in self.alphas])
        if self.minimum > self.maximum or self.maximum > self.cut_offs:
            en = f"needs minimum <= maximum <= cut_offs (got {self.minimum}, {self.maximum}, {self.cut_offs})"
            raise reject(
                en, f"须 minimum <= maximum <= cut_offs（现为 {self.minimum}、{self.maximum}、{self.cut_offs}）"
            )
        return self


class Group(Strict):
    """A group of units: listed codes, or a named function of the table of units."""

    label: Label
    """Name."""
    members: list[RegionCode] | None = None
    """Codes."""
    expression: GroupFunction | None = None
    """Named function."""

    @model_validator(mode="after")
    def _one(self) -> "Group":
        if (self.members is None) == (self.expression is None):
            raise reject("give either `members` or `expression`", "members 与 expression 须二选一")
        if self.members is not None and not self.members:
            raise reject("selects no unit", "没有选中任何单位")
        if self.members and len(set(self.members)) < len(self.members):
            double = sorted(code for code in set(self.members) if self.members.count(code) > 1)
            raise reject(f"units named twice: {double}", f"单位重复：{double}")
        return self


class Solver(Strict):
    """Limits of the solver."""

    gap: Number = Field(default=1e-4, ge=0)
    """Relative gap of case mode; rule mode is solved to gap 0."""
    time_limit: Number = Field(default=120, gt=0)
    """Seconds."""


class Scenario(Strict):
    """A whole scenario."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """Name of the outcome folder."""
    title: Label
    """Title."""
    kind: Label
    """What the output is: 情景测算 unless every area is certified."""
    extends: str | None = None
    """Scenario that this one changes: mappings are merged, lists replaced."""
    mode: Literal["rule", "case"] = "rule"
    """`rule`: the numbers a notice would publish; `case`: one offer per unit."""
    data: str
    """`builtin:nation`, or a folder or workbook (.xlsx) of tables beside this file."""
    policy_date: Date
    """Date of the law."""
    periods: list[PeriodText] = Field(min_length=1)
    """Budget years, ascending without a gap."""
    horizon: int
    """Last calendar year whose carbon counts."""
    carbon: CarbonSource = Field(default_factory=CarbonSource)
    """Where the tonnes per mu come from."""
    funds: dict[str, FundUse] = Field(min_length=1)
    """Funds by id."""
    categories: dict[str, CategoryUse] = Field(default_factory=dict)
    """Categories of recurring compensation by id."""
    menus: dict[str, Menu] = Field(default_factory=dict)
    """Task measures by id."""
    loans: dict[str, LoanOffer] = Field(default_factory=dict)
    """Loans on offer beside the grants of a task measure, by id."""
    factors: dict[str, dict[str, FactorBand]] = Field(default_factory=dict)
    """Fund -> factor -> band; template ± the band on record where left out."""
    factor_step: ShareText | None = None
    """Step of factor weights; the step on record where left out."""
    grades: Grades = Field(default_factory=lambda: Grades(by_region=False))
    """Grades of units."""
    objectives: list[AnyObjective] = Field(min_length=1)
    """Objectives: stages, weights, bounds."""
    rules: list[AnyRule] = Field(min_length=1)
    """Rules in force."""
    more_rules: list[AnyRule] = Field(default_factory=list)
    """Rules added to those of the scenario that this one extends."""
    groups: dict[str, Group] = Field(default_factory=dict)
    """Groups of units by id."""
    instruments: list[str] = Field(default_factory=list)
    """Loans and bonds that are priced beside the allocation: names of shipped ones, or files beside this one."""
    instrument_price: Positive | None = None
    """Yuan per tonne in place of what their files say, for those whose tonnes sell as CCER."""
    changes: list[ChangeEntry] = Field(default_factory=list)
    """Changes of the law and of assumptions."""
    assumptions: list[Assumption] = Field(default_factory=list)
    """Tables of the user's own."""
    provisions: list[Provision] = Field(default_factory=list)
    """The proposal sentence by sentence."""
    caveats: list[Label] = Field(default_factory=list)
    """What the reader must know."""
    assumed_responses: Literal["rank", "ignore"] = "ignore"
    """`rank`: assumed response curves may rank options in a simulation."""
    notice: Notice = Field(default_factory=Notice)
    """Printing of amounts, and identity of the notice."""
    seed: int = Field(default=0, ge=0)
    """Seed of every random draw."""
    solver: Solver = Field(default_factory=Solver)
    """Limits of the solver."""

    _document: Document | None = PrivateAttr(default=None)
    _folder: Path | None = PrivateAttr(default=None)
    _yields: Path | None = PrivateAttr(default=None)
    _uncertainty: Path | None = PrivateAttr(default=None)
    _instruments: Path | None = PrivateAttr(default=None)

    @property
    def all_rules(self) -> list[AnyRule]:
        """`rules`, then `more_rules`."""
        return [*self.rules, *self.more_rules]

    @property
    def data_folder(self) -> Path | None:
        """The folder or workbook of tables, or None for built-in data."""
        return None if self.data.startswith("builtin:") else (self._folder or Path()) / self.data

    @property
    def yields_folder(self) -> Path | None:
        """The folder of the full engine's yields, or None for the shipped ones."""
        return None if self.carbon.yields is None else (self._yields or Path()) / self.carbon.yields

    @property
    def uncertainty_folder(self) -> Path | None:
        """The folder of the yields' uncertainty, or None for the shipped one."""
        named = self.carbon.uncertainty
        return None if named is None else (self._uncertainty or Path()) / named

    @property
    def instrument_files(self) -> list[Path | None]:
        """The file of each of `instruments`; None where there is none."""
        return [instrument_file(name, self._instruments or Path()) for name in self.instruments]

    @property
    def task_measures(self) -> tuple[str, ...]:
        """Task measures on offer, ascending."""
        return tuple(sorted(self.menus))

    def where(self, *path: str | int) -> str:
        """`file:line:column` of a part of the scenario, or its id where it was not read from a file."""
        return self._document.where(path) if self._document else self.id

    def parameter_changes(self) -> tuple[Change, ...]:
        """The changes as `ParameterTree.apply` takes them, with their places."""
        return tuple(
            Change(
                parameter=entry.parameter,
                start=entry.from_,
                end=entry.to,
                value=entry.value,
                reference=Reference(**entry.reference.model_dump()),
                where=self.where("changes", position, "parameter"),
                path=f"changes[{position}]",
            )
            for position, entry in enumerate(self.changes)
        )

    def to_json(self) -> Mapping[str, Any]:
        """Plain data of everything stated, for the outcome."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _ascending(what: str, values: list[Any]) -> None:
    if any(later <= earlier for earlier, later in itertools.pairwise(values)):
        raise reject(f"{what} must ascend without repeats", f"{what} 须递增且不重复")
