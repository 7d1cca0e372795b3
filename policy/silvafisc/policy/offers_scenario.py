"""A scenario for a table of offers made elsewhere: funds, objectives and rules, and nothing that makes offers.

`mode: offers` says so. Funds and objectives are free names: those of the table's columns `cost.<fund>.<payer>.<period>_fen`
and `obj.<name>`. An objective is written `obj.<name>`, as its column, or is one of the known terms.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PrivateAttr, Tag, model_validator

from silvafisc.datasets.findings import Finding, InputError

from .catalogue import Payer
from .scenario_files import load_scenario as load_full_scenario
from .scenario_files import read_scenario
from .scenario_notice import Notice
from .scenario_schema import PeriodText, Reserve, Scenario, Solver
from .scenario_terms import Adequacy, AnyRule, Carbon, Development, Disparity, Objective, Stability
from .schema import Date, Label, Quoted, ShareText, Strict, Yuan, hint, nearest, reject, validate
from .yaml_source import Document, Path_, dotted

MODES = ("rule", "case", "offers")


class OfferedFund(Reserve):
    """A fund of the table."""

    payer: Payer
    """Payer level whose column counts against the fund."""
    label: Label | None = None
    """Name; the id where left out."""
    appropriation: dict[PeriodText, Yuan]
    """Yuan per period."""
    carried_in: dict[PeriodText, Yuan] = Field(default_factory=dict)
    """Yuan carried in from before, per period."""
    carry_share: ShareText = "0"
    """Largest share of the rest that is carried out; the remainder lapses."""


class OfferedObjective(Objective):
    """A column of benefits; its sum over the chosen offers is maximised."""

    term: str = Field(pattern=r"^obj\.[A-Za-z0-9_-]+$")
    """The column."""
    label: Label | None = None
    """Name; the column's where left out."""
    unit: str = ""
    """Unit, as it is to be printed."""

    @property
    def params(self) -> dict[str, Any]:
        """What the reader is told of the column."""
        named = {} if self.label is None else {"label_zh": self.label.zh, "label_en": self.label.en}
        return {"unit": self.unit, **named}


def _kind(value: Any) -> str:
    """A column, or the known term of that name."""
    term = str(value.get("term", "") if isinstance(value, dict) else getattr(value, "term", ""))
    return "column" if term.startswith("obj.") else term


AnyOfferedObjective = Annotated[
    Annotated[OfferedObjective, Tag("column")]
    | Annotated[Carbon, Tag("carbon")]
    | Annotated[Development, Tag("development")]
    | Annotated[Adequacy, Tag("adequacy")]
    | Annotated[Stability, Tag("stability")]
    | Annotated[Disparity, Tag("disparity")],
    Discriminator(_kind),
]
"""A column `obj.<name>`, or a known term (`simplicity` counts published numbers, of which a table has none)."""


class OfferedGroup(Strict):
    """A group of units: listed codes, or those whose `groups` in regions.csv name it."""

    label: Label
    """Name."""
    members: list[Quoted] | None = Field(default=None, min_length=1)
    """Codes of the table, quoted."""
    expression: Literal["listed"] | None = None
    """As regions.csv says."""

    @model_validator(mode="after")
    def _one(self) -> "OfferedGroup":
        if (self.members is None) == (self.expression is None):
            raise reject("give either `members` or `expression`", "members 与 expression 须二选一")
        return self


class OffersScenario(Strict):
    """A whole scenario without menus."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """Name of the outcome folder."""
    title: Label
    """Title."""
    kind: Label = Label(zh="情景测算", en="scenario estimate")
    """What the output is."""
    extends: str | None = None
    """Scenario that this one changes."""
    mode: Literal["offers"]
    """The offers are a table."""
    policy_date: Date
    """Date of the law."""
    periods: list[PeriodText] = Field(min_length=1)
    """Budget years, ascending without a gap."""
    funds: dict[str, OfferedFund] = Field(default_factory=dict)
    """Funds by id; may be empty."""
    objectives: list[AnyOfferedObjective] = Field(min_length=1)
    """Objectives: stages, weights, bounds."""
    rules: list[AnyRule] = Field(default_factory=list)
    """Rules in force."""
    more_rules: list[AnyRule] = Field(default_factory=list)
    """Rules added to those of the scenario that this one extends."""
    groups: dict[str, OfferedGroup] = Field(default_factory=dict)
    """Groups of units by id."""
    caveats: list[Label] = Field(default_factory=list)
    """What the reader must know."""
    notice: Notice = Field(default_factory=Notice)
    """Printing of amounts."""
    seed: int = Field(default=0, ge=0)
    """Seed of every random draw."""
    solver: Solver = Field(default_factory=Solver)
    """Limits of the solver."""

    _document: Document | None = PrivateAttr(default=None)

    @property
    def all_rules(self) -> list[AnyRule]:
        """`rules`, then `more_rules`."""
        return [*self.rules, *self.more_rules]

    def where(self, *path: str | int) -> str:
        """`file:line:column` of a part of the scenario, or its id where it was not read from a file."""
        return self._document.where(path) if self._document else self.id

    def to_json(self) -> dict[str, Any]:
        """Plain data of everything stated."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @model_validator(mode="after")
    def _years(self) -> "OffersScenario":
        years = [int(period) for period in self.periods]
        if years != list(range(years[0], years[0] + len(years))):
            raise reject("periods must be consecutive years", "年度须连续递增")
        return self


def load_offers_scenario(source: str | Path) -> Scenario | OffersScenario:
    """A scenario of either kind, as its `mode` says. Raises InputError with every finding."""
    document = read_scenario(source)
    mode = document.data.get("mode") if isinstance(document.data, dict) else None
    if mode != "offers":
        if isinstance(mode, str) and nearest(mode, MODES) == "offers":
            en, zh = f"unknown mode {mode!r}; did you mean 'offers'?", f"未知的 mode {mode!r}；是否为 'offers'？"
            raise InputError([Finding(document.where(("mode",)), "mode", en, zh)])
        return load_full_scenario(source)
    scenario = validate(OffersScenario, document)
    scenario._document = document
    findings = [*_funds(scenario), *_terms(scenario)]
    if findings:
        raise InputError(findings)
    return scenario


def _finding(scenario: OffersScenario, path: Path_, en: str, zh: str) -> Finding:
    return Finding(scenario.where(*path), dotted(path), en, zh)


def _funds(scenario: OffersScenario) -> list[Finding]:
    findings = []
    for name, fund in scenario.funds.items():
        if not name.replace("_", "").replace("-", "").isalnum() or not name.isascii():
            en, zh = "a fund's id holds letters, digits, - and _ only", "资金 id 只能用字母、数字、- 和 _"
            findings.append(_finding(scenario, ("funds", name), en, zh))
        missing = [period for period in scenario.periods if period not in fund.appropriation]
        if missing:
            path = ("funds", name, "appropriation")
            en, zh = f"lacks the periods {', '.join(missing)}", f"缺少年度 {'、'.join(missing)}"
            findings.append(_finding(scenario, path, en, zh))
        for key in ("appropriation", "carried_in", "reserve"):
            for period in getattr(fund, key):
                if period not in scenario.periods:
                    en, zh = f"period {period} is not listed in `periods`", f"年度 {period} 未列入 periods"
                    findings.append(_finding(scenario, ("funds", name, key, period), en, zh))
    return findings


def _terms(scenario: OffersScenario) -> list[Finding]:
    findings = []
    for place, rule in enumerate(scenario.all_rules):
        key = ("rules", place) if place < len(scenario.rules) else ("more_rules", place - len(scenario.rules))
        for what, what_zh, known in (
            ("group", "分组", scenario.groups),
            ("pooled", "分组", scenario.groups),
            ("fund", "资金", scenario.funds),
        ):
            name = rule.params.get(what)
            if name is not None and name not in known:
                more_en, more_zh = hint(name, known)
                kind = "fund" if what == "fund" else "group"
                en, zh = f"unknown {kind} {name!r}{more_en}", f"未知的{what_zh} {name!r}{more_zh}"
                findings.append(_finding(scenario, (*key, what), en, zh))
    terms = [objective.term for objective in scenario.objectives]
    for name in sorted({term for term in terms if terms.count(term) > 1}):
        findings.append(_finding(scenario, ("objectives",), f"objective {name} is listed twice", f"目标 {name} 重复"))
    weights = [objective.weight for objective in scenario.objectives if objective.weight is not None]
    if weights and abs(sum(weights) - 1) > 1e-9:
        en, zh = f"weights sum to {sum(weights):g}, not 1", f"权重之和为 {sum(weights):g}，不是 1"
        findings.append(_finding(scenario, ("objectives",), en, zh))
    ways = {way for o in scenario.objectives for way in ("stage", "weight") if getattr(o, way) is not None}
    if len(ways) > 1:
        en = "objectives are combined either by `stage` or by `weight`, not both"
        findings.append(_finding(scenario, ("objectives",), en, "各目标须统一用 stage 或统一用 weight"))
    stages = [objective.stage for objective in scenario.objectives if objective.stage is not None]
    if len(set(stages)) < len(stages):
        en, zh = "two objectives have the same stage", "两个目标的 stage 相同"
        findings.append(_finding(scenario, ("objectives",), en, zh))
    return findings
