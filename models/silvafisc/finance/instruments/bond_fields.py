"""Parts of a bond's file: its coupons, what its money is for, its quotation."""

from pydantic import Field, model_validator

from silvafisc.policy.schema import Date, Positive, Quoted, ShareText, Strict, Yuan, reject
from silvafisc.quantities import share, yuan_to_fen

from .fields import Year


class CarbonIncome(Strict):
    """Carbon income of a year, where no forest project is told."""

    year: Year
    """Year."""
    yuan: Yuan
    """Income."""
    paid_on: Quoted
    """Day of the year: "06-30"."""


class LinkFile(Strict):
    """The carbon-linked part of the coupon."""

    floor: ShareText
    """Least, per year."""
    cap: ShareText
    """Most, per year."""
    low_yuan: Yuan
    """Carbon income of a coupon period at or below which it is at its floor."""
    high_yuan: Yuan
    """Income from which on it is at its cap."""

    @model_validator(mode="after")
    def _ordered(self) -> "LinkFile":
        if share(self.floor) > share(self.cap):
            raise reject(f"floor {self.floor} lies above cap {self.cap}", f"下限 {self.floor} 高于上限 {self.cap}")
        if yuan_to_fen(self.low_yuan) >= yuan_to_fen(self.high_yuan):
            raise reject("low_yuan must lie below high_yuan", "low_yuan 须低于 high_yuan")
        return self


class StepFile(Strict):
    """The step of the coupon."""

    target_tco2e: Positive
    """Tonnes to be verified by…"""
    observed: Date
    """…this day."""
    step: ShareText
    """Rise per year where they are not."""


class ProceedFile(Strict):
    """A use of the proceeds."""

    use: str = Field(min_length=1)
    """What for."""
    yuan: Yuan
    """How much."""
    low_carbon: bool
    """Whether it is a low-carbon project."""


class LimitFile(Strict):
    """Room of a government under its debt limit."""

    limit_yuan: Yuan
    """Debt limit."""
    outstanding_yuan: Yuan
    """Debt outstanding."""


class QuoteFile(Strict):
    """A quotation: at a clean price, or at a yield."""

    settled: Date
    """Day."""
    clean: Positive | None = None
    """Clean price per 100 outstanding…"""
    yield_: ShareText | None = Field(default=None, alias="yield")
    """…or yield per year."""

    @model_validator(mode="after")
    def _one(self) -> "QuoteFile":
        if (self.clean is None) == (self.yield_ is None):
            raise reject("give either `clean` or `yield`", "clean 与 yield 须二选一")
        return self
