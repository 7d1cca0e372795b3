"""Rules and objectives as a scenario names them: one small model per name, so that each parameter is checked."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from silvafisc.quantities import share

from .scenario_practice import Adjustment, Horizontal, Performance, UnverifiedWeight
from .scenario_rules import CarryOver, Instalments, NeedCap, OneChannel, Split, TaskKind
from .schema import Rule, ShareText, Strict, Yuan, is_decimal, reject


def _signed_share(value: Any) -> str:
    if not isinstance(value, str) or not is_decimal(value):
        raise reject(f"must be a quoted decimal share (got {value!r})", f"须为加引号的小数比例（现为 {value!r}）")
    if share(value) < -1:
        raise reject(f"must be >= -1 (got {value})", f"须不小于 -1（现为 {value}）")
    return value


SignedShare = Annotated[str, BeforeValidator(_signed_share)]
"""Change as a quoted decimal share, at least -1: '-0.05' is five per cent less."""
Number = Annotated[float, Field(allow_inf_nan=False)]
"""A finite plain number; never money."""


class Envelope(Rule):
    """paid + instalments due + rest = appropriation + carried in, per fund and period."""

    rule: Literal["envelope"]
    """Name."""
    full_allocation: bool = False
    """Nothing may be left over but a named reserve."""


class StatutoryFloor(Rule):
    """No standard below the floor of its tenure."""

    rule: Literal["statutory_floor"]
    """Name."""


class StandardsOnlyRise(Rule):
    """No standard below that of the period before, nor below last year's (标准只增不减)."""

    rule: Literal["standards_only_rise"]
    """Name."""
    tasks: bool = False
    """Whether unit standards of task measures may only rise as well."""


class CostSharing(Rule):
    """Each payment is split by the payers' shares of the unit's tier."""

    rule: Literal["cost_sharing"]
    """Name."""


class LocalCapacity(Rule):
    """The local share stays within κ of the unit's own revenue."""

    rule: Literal["local_capacity"]
    """Name."""
    kappa: ShareText | None = None
    """κ; the assumption on record where left out."""


class EligibleArea(Rule):
    """Area paid for stays within the eligible area."""

    rule: Literal["eligible_area"]
    """Name."""


class DeliveryCapacity(Rule):
    """Task area stays within labour and seedling capacity."""

    rule: Literal["delivery_capacity"]
    """Name."""


class PriorityShare(Rule):
    """A group receives at least a share of the money."""

    rule: Literal["priority_share"]
    """Name."""
    group: str
    """Group of the scenario."""
    share: ShareText
    """Least share."""
    fund: str | None = None
    """Fund; all funds together where left out."""


class PublishedValues(Rule):
    """At most so many different standards per category, over grades and periods."""

    rule: Literal["published_values"]
    """Name."""
    at_most: int = Field(ge=1)
    """Largest number."""


class NoInversion(Rule):
    """A unit at least as needy and as important as another has no lower standard."""

    rule: Literal["no_inversion"]
    """Name."""


class ChangeBand(Rule):
    """Top-up and factor money changes only within limits against last year, like for like (增减幅控制)."""

    rule: Literal["change_band"]
    """Name."""
    lower: SignedShare
    """Least change, '-0.05' = five per cent less."""
    upper: SignedShare
    """Largest change."""

    @model_validator(mode="after")
    def _ordered(self) -> "ChangeBand":
        if share(self.lower) > share(self.upper):
            raise reject(
                f"lower {self.lower} lies above upper {self.upper}", f"下限 {self.lower} 高于上限 {self.upper}"
            )
        return self


class NotBelowLastYear(Rule):
    """Units of a group receive no less than last year, like for like (不低于上年)."""

    rule: Literal["not_below_last_year"]
    """Name."""
    group: str
    """Group of the scenario."""


class NoHiddenDebt(Rule):
    """No offer whose debt service is paid by future appropriations."""

    rule: Literal["no_hidden_debt"]
    """Name."""


def _tonnes(value: Any) -> str:
    if not isinstance(value, str) or not is_decimal(value) or share(value) <= 0:
        raise reject(f"must be quoted tonnes > 0 (got {value!r})", f"须为加引号的正吨数（现为 {value!r}）")
    return value


Counted = Literal["economic", "importance", "credited"]
"""Which tonnes: additional; additional, each unit's times its carbon importance; or what the crediting rules leave of them."""


class CarbonTarget(Rule):
    """The tonnes reach a target on average over the draws, or in at least a share of them."""

    rule: Literal["carbon_target"]
    """Name."""
    target_tco2e: Annotated[str, BeforeValidator(_tonnes)]
    """Target to the horizon, quoted tonnes."""
    share: ShareText | None = None
    """Least share of the draws that reach it; the mean has to where left out."""
    carbon: Counted = "economic"
    """Which tonnes."""


AnyRule = Annotated[
    Envelope
    | StatutoryFloor
    | StandardsOnlyRise
    | CostSharing
    | LocalCapacity
    | EligibleArea
    | DeliveryCapacity
    | PriorityShare
    | PublishedValues
    | NoInversion
    | ChangeBand
    | NotBelowLastYear
    | NoHiddenDebt
    | CarbonTarget
    | UnverifiedWeight
    | Adjustment
    | Performance
    | NeedCap
    | OneChannel
    | TaskKind
    | Split
    | Instalments
    | CarryOver
    | Horizontal,
    Field(discriminator="rule"),
]


class Objective(Strict):
    """Base of the objectives: a stage, a weight, or only a bound."""

    stage: int | None = Field(default=None, ge=1)
    """Place in the lexicographic order, from 1."""
    weight: Number | None = Field(default=None, ge=0)
    """Weight on the objective normalised by its payoff-table range."""
    tolerance: Number = Field(default=0, ge=0)
    """Relative loss that later stages may cause."""
    at_least: Number | None = None
    """Bound in the objective's own unit."""

    @property
    def params(self) -> dict[str, Any]:
        """Parameters of the term itself."""
        common = {"term", "stage", "weight", "tolerance", "at_least"}
        return self.model_dump(exclude=common, exclude_none=True)

    @model_validator(mode="after")
    def _one_way(self) -> "Objective":
        given = [name for name in ("stage", "weight", "at_least") if getattr(self, name) is not None]
        if not given or {"stage", "weight"} <= set(given):
            raise reject(
                "give one of `stage` and `weight`, or only `at_least`", "stage 与 weight 须二选一，或只给 at_least"
            )
        return self


class Carbon(Objective):
    """Tonnes to the horizon: the estimate, or over draws their mean, the mean of the worst, or a level reached."""

    term: Literal["carbon"]
    """Name."""
    risk: Literal["mean", "cvar", "quantile"] | None = None
    """What is taken over the draws; the estimate without draws where left out."""
    share: ShareText | None = None
    """Share β of worst draws that cvar averages and quantile lets miss; the assumption on record where left out."""
    carbon: Counted | None = None
    """Which tonnes; economic where left out."""

    @model_validator(mode="after")
    def _share_of_a_tail(self) -> "Carbon":
        if self.share is not None and self.risk not in ("cvar", "quantile"):
            raise reject(
                "`share` belongs to `risk: cvar` or `risk: quantile`", "share 只用于 risk: cvar 或 risk: quantile"
            )
        if self.risk == "cvar" and self.share is not None and share(self.share) == 0:
            raise reject("the worst share of `risk: cvar` must be > 0", "risk: cvar 的最差比例须大于 0")
        if self.risk == "quantile" and self.share is not None and share(self.share) == 1:
            raise reject(
                "a level that every draw may miss says nothing; give `risk: quantile` a share below 1",
                "risk: quantile 的 share 须小于 1：所有抽样情形都可不达到的水平没有意义",
            )
        return self


class Development(Objective):
    """Money that reaches households and unit budgets, weighted by (mean income / income)^η."""

    term: Literal["development"]
    """Name."""
    eta: str | None = None
    """η as a quoted decimal; the assumption on record where left out."""

    @model_validator(mode="after")
    def _eta(self) -> "Development":
        if self.eta is not None and not (is_decimal(self.eta) and share(self.eta) >= 0):
            raise reject(
                f"eta must be a quoted decimal >= 0 (got {self.eta!r})",
                f"eta 须为加引号的非负小数（现为 {self.eta!r}）",
            )
        return self


class Adequacy(Objective):
    """The smallest payment over opportunity cost."""

    term: Literal["adequacy"]
    """Name."""
    min_area_mu: Yuan | None = None
    """Units with less area than this are left out (quoted mu)."""


class Stability(Objective):
    """Change like for like against last year, to be small."""

    term: Literal["stability"]
    """Name."""


class Disparity(Objective):
    """Deviation of payment per need unit (rural person x development need), to be small."""

    term: Literal["disparity"]
    """Name."""


class Simplicity(Objective):
    """Number of published numbers, to be small (rule mode)."""

    term: Literal["simplicity"]
    """Name."""


AnyObjective = Annotated[
    Carbon | Development | Adequacy | Stability | Disparity | Simplicity, Field(discriminator="term")
]
