"""Parts that the files of several instruments share."""

from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from silvafisc.datasets.findings import Finding
from silvafisc.policy.parameter_files import Status
from silvafisc.policy.schema import Date, Label, Quoted, ShareText, Strict, Yuan, is_decimal, reject
from silvafisc.policy.yaml_source import Path_, dotted
from silvafisc.quantities import share, yuan_to_fen

from ..dates import Day

Where = Callable[[Path_], str]
"""Path in the file -> `file:line:column`."""


def _positive(value: Any) -> str:
    if not isinstance(value, str) or not is_decimal(value) or share(value) <= 0:
        raise reject(f"must be a quoted decimal > 0 (got {value!r})", f"须为加引号的正数（现为 {value!r}）")
    return value


def _not_negative(value: Any) -> str:
    if not isinstance(value, str) or not is_decimal(value) or share(value) < 0:
        raise reject(f"must be a quoted decimal >= 0 (got {value!r})", f"须为加引号的非负数（现为 {value!r}）")
    return value


def _year_text(value: Any) -> str:
    known = isinstance(value, str) and value.isascii() and value.isdecimal() and 0 < int(value[:9]) <= LAST_YEAR
    if not known:
        raise reject(f"must be a quoted year (got {value!r})", f"须为加引号的年份（现为 {value!r}）")
    return str(int(value))


Positive = Annotated[str, BeforeValidator(_positive)]
"""Quoted decimal above nothing: a price, an area, a multiple."""
NotNegative = Annotated[str, BeforeValidator(_not_negative)]
"""Quoted decimal, nothing or more: tonnes."""
LAST_YEAR = 3000
"""No plan reaches further; later years are slips of the pen."""
MOST_MONTHS = 1200
"""A century: no wait is longer."""
MOST_DRAWS = 1_000_000
"""More would only fill the memory."""
Year = Annotated[int, Field(ge=1, le=LAST_YEAR)]
"""Calendar year."""
Months = Annotated[int, Field(ge=0, le=MOST_MONTHS)]
"""Months to wait."""
YearText = Annotated[str, BeforeValidator(_year_text)]
"""Quoted calendar year, as a key."""
Market = Literal["ccer", "local", "cea"]
Borrower = Literal["farmer", "cooperative", "village_collective", "enterprise", "financing_platform", "government"]
Source = Literal["carbon", "compensation", "timber", "non_timber", "own", "future_appropriation"]


class Evidence(Strict):
    """How well the facts of the file are known."""

    status: Status
    """Worst status of its facts."""
    title: str = Field(min_length=1)
    """Where they stand written."""
    href: str = ""
    """Address."""
    assumed: list[str] = Field(default_factory=list)
    """Keys of this file that no source states: chosen here."""


class BorrowerFile(Strict):
    """Who owes."""

    name: str = Field(min_length=1)
    """Name."""
    kind: Borrower
    """What it is in law."""


class AmountFile(Strict):
    """A loan asked for, which is sized, or one that was granted, which is assessed as it is."""

    requested: Yuan | None = None
    """Yuan asked for."""
    granted: Yuan | None = None
    """Yuan lent already."""

    @model_validator(mode="after")
    def _one(self) -> "AmountFile":
        if (self.requested is None) == (self.granted is None):
            raise reject("give either `requested` or `granted`", "requested 与 granted 须二选一")
        if not self.fen:
            raise reject("a loan is more than nothing", "金额须大于零")
        return self

    @property
    def fen(self) -> int:
        """The amount."""
        return yuan_to_fen(self.requested or self.granted or "0")


class RateFile(Strict):
    """A rate and since when it holds: several make a floating rate."""

    from_: Date = Field(alias="from")
    """First day."""
    rate: ShareText
    """Per year, as a share: "0.04"."""


class TermsFile(Strict):
    """When and how a loan or bond pays."""

    drawn: Date
    """Day of drawing or issue."""
    first_payment: Date
    """Due date of the first payment."""
    last_payment: Date
    """Due date of the last payment."""
    every_months: int = Field(ge=1, le=MOST_MONTHS)
    """Months between payments."""
    day_count: Literal["ACT/365", "ACT/360", "30/360"]
    """How parts of a year are counted."""
    payment_rule: Literal["unadjusted", "following", "modified_following", "preceding"]
    """When a payment is made whose due date is no business day."""
    interest_to: Literal["paid", "due"]
    """Whether interest runs to the day of payment or to the due date."""
    holidays: list[Date] = Field(default_factory=list)
    """Days beside Saturdays and Sundays that are no business days."""


class ProjectFile(Strict):
    """The forest whose tonnes are pledged."""

    code: str = Field(min_length=1)
    """Code of the project or parcel in the register of uses."""
    parcels: list[str] = Field(default_factory=list)
    """Its parcels."""
    area_mu: Positive
    """Area."""
    land: Literal["new_forest", "compensated_forest"]
    """Newly planted, or forest that is paid compensation already."""
    crediting_from: Year
    """First year of the crediting period."""
    crediting_years: int = Field(ge=1, le=LAST_YEAR)
    """Its length."""
    tco2e_per_year: Positive | None = None
    """The same credited tonnes in every year of the period…"""
    tonnes: dict[YearText, NotNegative] | None = Field(default=None, min_length=1)
    """…or tonnes by year, as the carbon engine credits them: no year between is left out, none come after the last."""
    verified_tco2e: NotNegative = "0"
    """Tonnes that are issued and not yet sold."""

    @model_validator(mode="after")
    def _one(self) -> "ProjectFile":
        if (self.tco2e_per_year is None) == (self.tonnes is None):
            raise reject("give either `tco2e_per_year` or `tonnes`", "tco2e_per_year 与 tonnes 须二选一")
        years = sorted(map(int, self.tonnes or ()))
        lacking = [year for year in range(years[0], years[-1]) if year not in years] if years else []
        if lacking:
            raise reject(f"tonnes of {lacking[0]} are missing", f"缺少 {lacking[0]} 年的吨数")
        return self

    @property
    def last_year(self) -> int:
        """Last year of the crediting period."""
        return self.crediting_from + self.crediting_years - 1

    def by_year(self) -> dict[int, Fraction]:
        """Year -> credited tonnes."""
        if self.tonnes is not None:
            return {int(year): share(text) for year, text in sorted(self.tonnes.items())}
        flat = share(self.tco2e_per_year or "0")
        return dict.fromkeys(range(self.crediting_from, self.last_year + 1), flat)


class PracticeFile(Strict):
    """How tonnes become money; what is left out is as the parameters under finance.issuance say."""

    years_between_verifications: Annotated[int, Field(ge=1, le=LAST_YEAR)] | None = None
    """Years verified together."""
    months_to_issue: Months | None = None
    """From the end of the monitored years."""
    months_to_sell: Months | None = None
    """From issue."""
    sale_haircut: ShareText | None = None
    """Haircut for the wait."""
    fees: ShareText | None = None
    """Fees as a share of the price."""


class PriceStep(Strict):
    """A price from a day on."""

    from_: Date = Field(alias="from")
    """First day."""
    yuan_per_tco2: Positive
    """Price."""


class SimulationFile(Strict):
    """Draws of the price path."""

    draws: int = Field(ge=1, le=MOST_DRAWS)
    """How many."""
    seed: int = Field(ge=0)
    """Seed."""


class PriceFile(Strict):
    """What a tonne is sold for, in its own market."""

    market: Market
    """ccer, or local (FFCER, 碳票, 单株碳汇); cea is the market of allowances, in which no forest sells."""
    yuan_per_tco2: Positive | None = None
    """One price…"""
    steps: list[PriceStep] | None = Field(default=None, min_length=1)
    """…or prices by day."""
    simulation: SimulationFile | None = None
    """Draw price paths as well."""

    @model_validator(mode="after")
    def _one(self) -> "PriceFile":
        if (self.yuan_per_tco2 is None) == (self.steps is None):
            raise reject("give either `yuan_per_tco2` or `steps`", "yuan_per_tco2 与 steps 须二选一")
        return self


class IncomeFile(Strict):
    """Yearly income beside the tonnes that also serves the debt."""

    kind: Literal["compensation", "timber", "non_timber", "own"]
    """What it is."""
    payer: str = Field(min_length=1)
    """Who pays it."""
    yuan_per_year: Yuan
    """Every year."""
    first_year: Year
    """First year."""
    last_year: Year
    """Last year, included."""
    paid_on: Quoted
    """Day of the year: "06-30"."""

    @model_validator(mode="after")
    def _dated(self) -> "IncomeFile":
        if self.last_year < self.first_year:
            raise reject(
                f"ends {self.last_year} before {self.first_year}", f"止于 {self.last_year}，早于 {self.first_year}"
            )
        try:
            self.by_day()
        except ValueError:
            raise reject(f"not a day MM-DD: {self.paid_on!r}", f"不是 MM-DD 日期：{self.paid_on!r}") from None
        return self

    def by_day(self) -> dict[Day, int]:
        """Day -> fen."""
        return yearly(yuan_to_fen(self.yuan_per_year), self.first_year, self.last_year, self.paid_on)


class ClaimFile(Strict):
    """A use of tonnes that others hold already: a row of the register."""

    code: str
    """Project or parcel."""
    first_year: int
    """First year of removal."""
    last_year: int
    """Last year of removal."""
    share: ShareText
    """Share of the tonnes."""
    use: Literal["credited", "pledged", "sold", "paid"]
    """What for."""
    since: Date
    """First day."""
    until: Date | Literal[""] = ""
    """Last day; empty for good."""
    holder: str
    """Scheme, lender, buyer or payer."""


class HolderFile(Strict):
    """A party to the benefit sharing."""

    name: str = Field(min_length=1)
    """Name; the borrower is one of them."""
    right: Literal["ownership", "contract", "management"]
    """Its right to the forest."""
    share: ShareText
    """Share of the carbon income."""
    opportunity_cost: Yuan | None = None
    """Yuan a year that its land would earn otherwise, where its cash is to be held against that."""


class PlantingFile(Strict):
    """Planting that the borrower pays for before the subsidy comes."""

    year: Year
    """Year of planting."""
    costs: dict[YearText, Yuan] = Field(min_length=1)
    """Year -> yuan."""
    subsidy: Yuan
    """Establishment subsidy in all."""
    scheme: Literal["build_first", "instalments", "prepaid"]
    """How it is paid here: 先建后补, 7:3, 预拨; the others are told beside it."""

    def costs_fen(self) -> dict[int, int]:
        """Year -> fen."""
        return {int(year): yuan_to_fen(yuan) for year, yuan in sorted(self.costs.items())}


class BuyerFile(Strict):
    """One who buys to offset its emissions."""

    name: str = Field(min_length=1)
    """Name."""
    market: Literal["national", "guangdong", "beijing"]
    """Whose limit holds."""
    obligation_tco2e: Positive
    """Obligation of a year."""
    local: bool
    """Whether these credits count as local there."""


class SubsidyFile(Strict):
    """Interest subsidy."""

    years: int = Field(ge=1, le=LAST_YEAR)
    """Years from the drawing."""
    rate: ShareText | None = None
    """Rate; the parameter where left out."""
    envelopes: dict[YearText, Yuan] | None = None
    """Claim year -> yuan that the fund has for this loan; no limit is known where left out."""


class GuaranteeFile(Strict):
    """A guarantee."""

    guarantor: str = Field(min_length=1)
    """Who."""
    share: ShareText
    """Share of the balance."""
    fee_rate: ShareText
    """Per year on that share."""
    paid_by: Literal["borrower", "fiscal"]
    """Who pays the fee."""


class InsuranceFile(Strict):
    """Index insurance against fire."""

    insurer: str = Field(min_length=1)
    """Who."""
    limit: Yuan
    """Most that it pays."""
    premium_rate: ShareText | None = None
    """Yearly premium over the limit; the parameter where left out."""
    threshold: ShareText
    """Least share of the stand lost at which it pays."""
    paid_by: Literal["borrower", "fiscal"]
    """Who pays the premium."""


class Instrument(Strict):
    """What every instrument's file says first."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """Name."""
    title: Label
    """Title."""
    policy_date: Date
    """Day whose parameters hold."""
    evidence: Evidence
    """How well its facts are known."""
    borrower: BorrowerFile
    """Who owes."""
    terms: TermsFile
    """When and how it pays."""
    repaid_from: list[Source] = Field(min_length=1)
    """What serves the debt."""


def yearly(fen: int, first_year: int, last_year: int, paid_on: str) -> dict[Day, int]:
    """The same amount on one day of every year; nothing for an amount of nothing. Raises ValueError for no day MM-DD."""
    days = [Day.fromisoformat(f"{year:04}-{paid_on}") for year in range(first_year, last_year + 1)]
    return dict.fromkeys(days, fen) if fen else {}


def finding(where: Where, path: Path_, en: str, zh: str) -> Finding:
    """A finding at a path of the file."""
    return Finding(where(path), dotted(path), en, zh)
