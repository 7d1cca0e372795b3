"""Parts that the files of several instruments share."""

from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.policy.parameter_files import Status
from silvafisc.policy.schema import Date, Label, Quoted, ShareText, Strict, Yuan, is_decimal, reject
from silvafisc.policy.yaml_source import Path_, dotted
from silvafisc.quantities import share, yuan_to_fen

from ..dates import Day

Where = Callable[[Path_], str]
"""Path in the file -> `file:line:column`."""


def _not_negative(value: Any) -> str:
    if not isinstance(value, str) or not is_decimal(value) or share(value) < 0:
        raise reject(f"must be a quoted decimal >= 0 (got {value!r})", f"须为加引号的非负数（现为 {value!r}）")
    return value


def _year_text(value: Any) -> str:
    digits = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) == len(str(LAST_YEAR))
    if not digits or not 0 < int(value) <= LAST_YEAR:
        raise reject(f"must be a quoted year (got {value!r})", f"须为加引号的年份（现为 {value!r}）")
    return str(value)


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
    day_count: Literal["ACT/365", "ACT/360", "30/360", "ACT/ACT"]
    """How parts of a year are counted; ACT/ACT (ICMA) for bonds only."""
    payment_rule: Literal["unadjusted", "following", "modified_following", "preceding"]
    """When a payment is made whose due date is no business day."""
    interest_to: Literal["paid", "due"]
    """Whether interest runs to the day of payment or to the due date."""
    holidays: list[Date] = Field(default_factory=list)
    """Days beside Saturdays and Sundays that are no business days."""


class YearlyFile(Strict):
    """The same amount on one day of every year."""

    yuan_per_year: Yuan
    """Every year."""
    first_year: Year
    """First year."""
    last_year: Year
    """Last year, included."""
    paid_on: Quoted
    """Day of the year: "06-30"."""

    @model_validator(mode="after")
    def _dated(self) -> Self:
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


class IncomeFile(YearlyFile):
    """Yearly income beside the tonnes that also serves the debt."""

    kind: Literal["compensation", "timber", "non_timber", "own"]
    """What it is."""
    payer: str = Field(min_length=1)
    """Who pays it."""


class CostFile(YearlyFile):
    """Yearly cost of running the project, paid before its debt."""

    payee: str = Field(min_length=1)
    """Who is paid."""


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
    other_income: list[IncomeFile] = Field(default_factory=list)
    """Income beside what is pledged that serves the debt."""
    running_costs: list[CostFile] = Field(default_factory=list)
    """Costs that are paid before the debt: guarding, tending, monitoring."""


def yearly(fen: int, first_year: int, last_year: int, paid_on: str) -> dict[Day, int]:
    """The same amount on one day of every year; nothing for an amount of nothing. Raises ValueError for no day MM-DD."""
    days = [Day.fromisoformat(f"{year:04}-{paid_on}") for year in range(first_year, last_year + 1)]
    return dict.fromkeys(days, fen) if fen else {}


def stated(text: str | None, parameter: str, rules: Rules) -> Fraction:
    """What the file states, else the parameter."""
    return rules.fraction(parameter) if text is None else share(text)


def finding(where: Where, path: Path_, en: str, zh: str) -> Finding:
    """A finding at a path of the file."""
    return Finding(where(path), dotted(path), en, zh)
