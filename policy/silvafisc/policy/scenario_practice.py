"""Rules taken from provincial practice: how standards are adjusted, scores count, factors are checked, units pay units."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from silvafisc.quantities import share

from .schema import Quoted, RegionCode, Rule, ShareText, Yuan, is_decimal, reject

Year = Annotated[Quoted, Field(pattern=r"^\d{4}$")]
"""A year, quoted."""


class UnverifiedWeight(Rule):
    """Factors that nobody verifies carry at most a share of each factor pot."""

    rule: Literal["unverified_weight"]
    """Name."""
    at_most: ShareText
    """Largest sum of their weights."""


class Adjustment(Rule):
    """Standards of later periods follow a published way of adjusting them (动态调整)."""

    rule: Literal["adjustment"]
    """Name."""
    mode: Literal["step", "review", "align"]
    """Yearly step (Guangdong), a review every few years (Beijing), or the rise of the national floor (Fujian)."""
    step: Yuan | None = None
    """Rise in yuan per mu and year; Guangdong's on record where left out."""
    review_years: int | None = Field(default=None, ge=1)
    """Years between reviews; Beijing's on record where left out."""
    last_review: Year | None = None
    """Year of the last review, quoted; the first period where left out."""
    cost_index: ShareText | None = None
    """Rise of costs per year that a standard may not outrun; no such limit where left out."""
    fiscal_growth: ShareText | None = None
    """Growth of fiscal capacity per year that a standard may not outrun; no such limit where left out."""
    from_last_year: bool = False
    """Whether the first period follows last year's standard as well."""


class Performance(Rule):
    """Scores move factor money; what owners are due by standard and area is untouched (绩效奖惩)."""

    rule: Literal["performance"]
    """Name."""
    factor: str = "performance"
    """Factor in factors.csv that holds the scores, 0 to 100."""
    excellent: Quoted | None = None
    """Score from which a unit is rewarded; the law on record where left out."""
    poor: Quoted | None = None
    """Score below which a unit loses; the law on record where left out."""
    reward: ShareText | None = None
    """By how much the factors of a rewarded unit count more; the assumption on record where left out."""
    deduction: ShareText | None = None
    """By how much those of a poor unit count less; Guangdong's on record where left out."""

    @model_validator(mode="after")
    def _scores(self) -> "Performance":
        for name in ("excellent", "poor"):
            text = getattr(self, name)
            if text is not None and not (is_decimal(text) and share(text) >= 0):
                raise reject(
                    f"{name} must be a quoted score >= 0 (got {text!r})",
                    f"{name} 须为加引号的非负得分（现为 {text!r}）",
                )
        if self.deduction is not None and share(self.deduction) == 1:
            raise reject(
                "a deduction of 1 leaves a unit nothing; give less than 1",
                "扣减比例须小于 1，否则该单位的因素法资金全部扣光",
            )
        return self


class Horizontal(Rule):
    """A transfer between two units under a signed agreement comes before the payer's new co-financing (横向补偿)."""

    rule: Literal["horizontal"]
    """Name."""
    payer: RegionCode
    """Unit that pays where the index is met."""
    receiver: RegionCode
    """Unit that receives it."""
    document: str = Field(min_length=1)
    """The signed agreement: number, date or title. No agreement, no transfer."""
    terms: Literal["xinanjiang", "chongqing"] | None = None
    """Terms on record that stand for what is left out: a yearly bet on water, or a price for forest cover."""
    amount: Yuan | None = None
    """Yuan per period."""
    area_mu: Yuan | None = None
    """Area bought in each period (quoted mu); the amount is then area x price."""
    price: Yuan | None = None
    """Yuan per mu, once."""
    floor: Yuan | None = None
    """Least amount in yuan per period; none where left out."""
    cap: Yuan | None = None
    """Largest amount in yuan per period; none where left out."""
    index: dict[Year, Quoted] | None = None
    """Trigger index by period, quoted; the transfer does not depend on one where left out."""
    threshold: Quoted | None = None
    """Value that the index is held against."""
    trigger: Literal["at_most", "at_least"] = "at_most"
    """Whether the index is met at or below the threshold (pollution) or at or above it (forest cover)."""
    otherwise: Literal["nothing", "return"] = "nothing"
    """What happens where it is not met: no transfer, or the same amount the other way (a bet)."""
    kappa: ShareText | None = None
    """Share of own revenue that co-financing and agreements may take; the assumption on record where left out."""

    @model_validator(mode="after")
    def _coherent(self) -> "Horizontal":
        if self.payer == self.receiver:
            raise reject("payer and receiver are the same unit", "付款方与收款方为同一单位")
        if (self.index is None) != (self.threshold is None):
            raise reject("`index` and `threshold` go together", "index 与 threshold 须同时给出")
        numbers = [*(self.index or {}).values(), *([self.threshold] if self.threshold is not None else [])]
        if not all(is_decimal(text) for text in numbers):
            raise reject("index and threshold must be quoted decimals", "index 与 threshold 须为加引号的小数")
        if self.index is None and self.otherwise == "return":
            raise reject("`otherwise: return` needs an index", "otherwise: return 须给出 index")
        if (self.amount is None) == (self.area_mu is None) and self.terms != "xinanjiang":
            raise reject("give either `amount` or `area_mu`", "amount 与 area_mu 须二选一")
        if self.area_mu is not None and self.price is None and self.terms != "chongqing":
            raise reject(
                "`area_mu` needs a `price`, or `terms: chongqing`", "给出 area_mu 时须有 price 或 terms: chongqing"
            )
        return self
