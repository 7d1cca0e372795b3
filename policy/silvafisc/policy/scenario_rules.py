"""Rules about tasks, channels, instalments and the use of money, as a scenario names them."""

from fractions import Fraction
from typing import Literal

from pydantic import Field, model_validator

from silvafisc.quantities import share

from .catalogue import Payer
from .schema import Rule, ShareText, Strict, Yuan, reject


class NeedCap(Rule):
    """One payer bears at most a share of what a unit's work costs in full, and no work is paid over too many years."""

    rule: Literal["need_cap"]
    """Name."""
    cap: ShareText | None = None
    """Largest share; the one on record for project money where left out."""
    years: int | None = Field(default=None, ge=1)
    """Most budget years over which a task may be paid; the number on record where left out."""
    payer: Payer = "central"
    """The payer whose money is capped."""
    measures: list[str] | None = Field(default=None, min_length=1)
    """Task measures that are projects; all where left out."""


class SharedLand(Strict):
    """Work that excludes one another on the same land."""

    land: str
    """Name of the land in the table `land`."""
    measures: list[str] = Field(min_length=1)
    """Task measures and categories of which a parcel may have one."""


class OneChannel(Rule):
    """A parcel is paid once per kind of work, and has one of the measures that exclude one another."""

    rule: Literal["one_channel"]
    """Name."""
    exclusive: list[SharedLand] = Field(default_factory=list)
    """Measures that exclude one another, by the land they share."""


class TaskKind(Rule):
    """Binding tasks hold per unit, expected ones inside the fund, pooling units get money without item split."""

    rule: Literal["task_kind"]
    """Name."""
    pooled: str | None = None
    """Group of the units that pool their money (统筹整合)."""


class MoneyUse(Strict):
    """One use of a standard beside the owner's: yuan per mu, or a share of the standard."""

    per_mu: Yuan | None = None
    """Yuan per mu and year, whatever the standard."""
    share: ShareText | None = None
    """Share of the standard."""

    @model_validator(mode="after")
    def _one(self) -> "MoneyUse":
        if (self.per_mu is None) == (self.share is None):
            raise reject("give either `per_mu` or `share`", "per_mu 与 share 须二选一")
        return self


class Uses(Strict):
    """What is taken out of a category's standard before the owner gets the rest."""

    patrol: MoneyUse | None = None
    """Guarding and patrol (管护)."""
    public: MoneyUse | None = None
    """Public protection work (公共管护)."""
    administration: MoneyUse | None = None
    """Administration (管理费)."""

    @model_validator(mode="after")
    def _leave_something(self) -> "Uses":
        uses = (self.patrol, self.public, self.administration)
        taken = sum((share(use.share) for use in uses if use is not None and use.share is not None), Fraction(0))
        if taken >= 1:
            raise reject(
                f"the shares of the uses sum to {float(taken):g} and leave the owner nothing",
                f"各项用途的 share 合计为 {float(taken):g}，没有留给权利人的部分",
            )
        return self


class Split(Rule):
    """A standard is split into uses: the owner keeps a least share, administration takes no more than a cap."""

    rule: Literal["split"]
    """Name."""
    uses: dict[str, Uses] = Field(min_length=1)
    """Category -> its uses; the owner receives the rest."""
    owner_at_least: ShareText | None = None
    """Least share of the owner; the low figure on record where left out."""
    administration_at_most: ShareText | None = None
    """Largest share of administration; the cap on record where left out."""


class Instalments(Rule):
    """Instalments of earlier years are paid after acceptance; what falls due after the horizon is capped."""

    rule: Literal["instalments"]
    """Name."""
    liabilities_at_most: ShareText | None = None
    """Largest share of a year's appropriation that may be due; the assumption on record where left out."""
    survival: ShareText | None = None
    """Survival required at acceptance; the one on record where left out."""
    retention: ShareText | None = None
    """Retention required at acceptance; the one on record where left out."""
    recovered: ShareText | None = None
    """Share of what was paid for area that failed which next year's notice takes back; on record where left out."""


class CarryOver(Rule):
    """No more than a share of the appropriation is carried out, and money carried over lapses in time."""

    rule: Literal["carry_over"]
    """Name."""
    at_most: ShareText
    """Largest share of the appropriation that is carried out."""
    years: int | None = Field(default=None, ge=2)
    """Budget years in which money may be spent, its own included; the number on record where left out."""
