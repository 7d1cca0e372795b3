"""Loans on offer beside grants: what a scenario states of one, and what is refused in it."""

import calendar
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from silvafisc.datasets.findings import Finding
from silvafisc.quantities import share, yuan_to_fen

from .catalogue import Catalogue
from .claim_file import ClaimFile
from .parameter_files import Status
from .schema import Label, Positive, Quoted, ShareText, Strict, Yuan, hint, reject
from .yaml_source import Path_, dotted

if TYPE_CHECKING:
    from .scenario_schema import Scenario

MONTHS_PER_YEAR = 12
_EVERY_YEAR = 2001
"""A year without 29 February: a day of it is a day of every year."""
_LAST_DAY = min(days for _, days in (calendar.monthrange(_EVERY_YEAR, month) for month in range(1, 13)))
"""Last day that every month has."""


Years = Annotated[int, Field(ge=1, le=100)]
"""A number of years."""


class LoanPrice(Strict):
    """At what price pledged tonnes are counted."""

    market: Literal["ccer", "local"]
    """Market: allowances are no credits of a project."""
    yuan_per_tco2: Positive
    """Flat price."""


class LoanIncome(Strict):
    """Yearly income of the work beside the tonnes that serves the debt."""

    kind: Literal["timber", "non_timber", "own"]
    """What it is."""
    yuan_per_mu: Yuan
    """Every year."""
    first_year: Years
    """First year after that of the drawing."""
    last_year: Years
    """Last year after that of the drawing."""

    @model_validator(mode="after")
    def _ordered(self) -> "LoanIncome":
        if self.last_year < self.first_year:
            raise reject(
                f"ends in year {self.last_year}, before {self.first_year}",
                f"止于第 {self.last_year} 年，早于第 {self.first_year} 年",
            )
        return self


class LoanGuarantee(Strict):
    """A guarantee and what of its fee is paid from the fund (担保费补助)."""

    share: ShareText
    """Share of the balance that the guarantor answers for."""
    fee_rate: ShareText
    """Fee per year on that share, paid by the borrower in advance."""
    subsidised_share: ShareText
    """Share of the fee that the fund pays back."""


class RiskCompensation(Strict):
    """Expected loss that the fund bears for the lender (风险补偿), set aside as each year of the loan begins."""

    default_rate: ShareText
    """Share of the balance that defaults in a year."""
    loss_share: ShareText
    """Share of a defaulted balance that is lost."""
    borne_share: ShareText
    """Share of the loss that the fund bears."""


class LoanUse(ClaimFile):
    """A use of the same tonnes that somebody holds already."""

    code: Quoted
    """`<unit>/<measure>`, as the loan's own pledges."""


class LoanEvidence(Strict):
    """How well the loan's terms are known."""

    status: Status
    """Worst status of them."""
    title: str = Field(min_length=1)
    """Where they stand written, or why they are assumed."""


class LoanOffer(Strict):
    """Loans for one task measure, of which the subsidy rate and the quantity are chosen."""

    label: Label
    """Name."""
    measure: str
    """Task measure whose work they pay for."""
    subsidy_rates: list[ShareText] = Field(min_length=1)
    """Subsidy rates per year on offer (贴息率), ascending."""
    quantity_shares: list[ShareText] = Field(min_length=2)
    """Shares of each unit's need that loans may pay for, ascending from '0'."""
    lent_share: ShareText
    """Share of the full cost of the work that is lent; the borrower brings the rest."""
    rate: ShareText
    """Interest per year."""
    years: Years
    """From the drawing to the last payment."""
    drawn: Quoted
    """Day of each period on which loans are drawn: "03-20"."""
    every_months: Literal[1, 2, 3, 4, 6, 12] = 3
    """Months between payments."""
    repayment: Literal["equal_instalment", "equal_principal", "bullet", "interest_only_then"]
    """等额本息, 等额本金, 到期还本, 先息后本."""
    interest_only_years: Years | None = None
    """Years of interest alone, for `interest_only_then`."""
    subsidy_years: Years
    """Years from the drawing whose interest is subsidised."""
    repaid_from: list[Literal["carbon", "timber", "non_timber", "own", "future_appropriation"]] = Field(min_length=1)
    """What serves the debt."""
    price: LoanPrice | None = None
    """Price of the pledged tonnes, where `carbon` serves the debt."""
    pledged_share: ShareText = "1"
    """Share of the credited tonnes that is pledged."""
    crediting_years: Years
    """Crediting period from the year of the drawing."""
    other_income: list[LoanIncome] = Field(default_factory=list)
    """Income beside the tonnes."""
    cover_least: Positive | None = None
    """Least cover of the debt service over the loan's life; the parameter where left out."""
    guarantee: LoanGuarantee | None = None
    """Guarantee."""
    risk_compensation: RiskCompensation | None = None
    """Risk compensation."""
    other_uses: list[LoanUse] = Field(default_factory=list)
    """Other uses of the same tonnes."""
    evidence: LoanEvidence
    """How well this is known."""

    @model_validator(mode="after")
    def _grids(self) -> "LoanOffer":
        for name, texts in (("subsidy_rates", self.subsidy_rates), ("quantity_shares", self.quantity_shares)):
            if any(share(later) <= share(earlier) for earlier, later in pairwise(texts)):
                raise reject(f"{name} must ascend without repeats", f"{name} 须递增且不重复")
        if share(self.quantity_shares[0]) != 0:
            raise reject("quantity_shares must begin with '0' (no loan)", "quantity_shares 须以 '0'（不安排贷款）开头")
        if not share(self.lent_share):
            raise reject("lent_share must be > 0", "lent_share 须大于 0")
        return self

    @model_validator(mode="after")
    def _dated(self) -> "LoanOffer":
        month, _, day = self.drawn.partition("-")
        months = {f"{number:02}" for number in range(1, MONTHS_PER_YEAR + 1)}
        if month not in months or day not in {f"{number:02}" for number in range(1, _LAST_DAY + 1)}:
            en = f"drawn must be a day MM-DD that every month has (got {self.drawn!r})"
            raise reject(en, f"drawn 须为各月都有的 MM-DD 日期（现为 {self.drawn!r}）")
        return self

    @model_validator(mode="after")
    def _repaid(self) -> "LoanOffer":
        waits = self.interest_only_years
        if (self.repayment == "interest_only_then") != (waits is not None):
            raise reject(
                "`interest_only_years` goes with `repayment: interest_only_then`, and only with it",
                "interest_only_years 与 repayment: interest_only_then 同时填写，且仅用于此",
            )
        if waits is not None and waits >= self.years:
            raise reject(
                f"interest alone for {waits} of {self.years} years", f"共 {self.years} 年，不能有 {waits} 年只付息"
            )
        return self

    @property
    def interest_only_payments(self) -> int:
        """Payments of interest alone."""
        return (self.interest_only_years or 0) * MONTHS_PER_YEAR // self.every_months


def loan_faults(scenario: "Scenario", _: Catalogue) -> Iterator[Finding]:
    """What is refused in the loans of a scenario, each at its line."""
    seen: dict[str, str] = {}
    for name, loan in scenario.loans.items():
        path: Path_ = ("loans", name)
        if loan.measure not in scenario.menus:
            more_en, more_zh = hint(loan.measure, scenario.menus)
            en = f"{loan.measure!r} is no task measure of this scenario's `menus`{more_en}"
            yield _fault(scenario, (*path, "measure"), en, f"{loan.measure!r} 不是本情景 menus 中的任务措施{more_zh}")
        elif loan.measure in seen:
            en = f"{loan.measure} has the loan {seen[loan.measure]!r} already; one loan per measure"
            zh = f"{loan.measure} 已有贷款 {seen[loan.measure]!r}；每项措施只设一种贷款"
            yield _fault(scenario, (*path, "measure"), en, zh)
        seen.setdefault(loan.measure, name)
        yield from _sources_of_repayment(scenario, path, loan)
        if loan.years > loan.crediting_years:
            en = f"the loan runs {loan.years} years, beyond the crediting period of {loan.crediting_years}"
            zh = f"贷款期限 {loan.years} 年，超过计入期 {loan.crediting_years} 年"
            yield _fault(scenario, (*path, "years"), en, zh)
        if loan.subsidy_years > loan.years:
            en = f"interest is subsidised for {loan.subsidy_years} of {loan.years} years"
            zh = f"贷款共 {loan.years} 年，贴息 {loan.subsidy_years} 年"
            yield _fault(scenario, (*path, "subsidy_years"), en, zh)


def _sources_of_repayment(scenario: "Scenario", path: Path_, loan: LoanOffer) -> Iterator[Finding]:
    for position, source in enumerate(loan.repaid_from):
        if source == "future_appropriation":
            en = "a loan that future appropriations repay is suspected new hidden debt (预算法 art. 35): its debt service has to come from the project"
            zh = "以以后年度财政资金偿还，疑似新增隐性债务（预算法第三十五条）：还款须来自项目自身现金流"
            yield _fault(scenario, (*path, "repaid_from", position), en, zh)
    if ("carbon" in loan.repaid_from) != (loan.price is not None):
        en = "`price` is needed where `carbon` is among `repaid_from`, and only there"
        yield _fault(scenario, path, en, "repaid_from 含 carbon 时须给出 price，且仅此时给出")
    kinds = {income.kind for income in loan.other_income if yuan_to_fen(income.yuan_per_mu)}
    for position, income in enumerate(loan.other_income):
        if income.kind not in loan.repaid_from:
            en = f"{income.kind} is not among `repaid_from`"
            yield _fault(scenario, (*path, "other_income", position, "kind"), en, f"repaid_from 未列 {income.kind}")
    for position, source in enumerate(loan.repaid_from):
        if source not in kinds | {"carbon", "future_appropriation"}:
            en = f"no `other_income` of kind {source} is stated"
            yield _fault(scenario, (*path, "repaid_from", position), en, f"other_income 中没有 {source} 收入")
    for position, use in enumerate(loan.other_uses):
        if not use.code.endswith(f"/{loan.measure}"):
            en = f"the code must be <unit>/{loan.measure} (got {use.code!r})"
            yield _fault(
                scenario,
                (*path, "other_uses", position, "code"),
                en,
                f"代码须为“单位代码/{loan.measure}”（现为 {use.code!r}）",
            )


def _fault(scenario: "Scenario", path: Path_, en: str, zh: str) -> Finding:
    return Finding(scenario.where(*path), dotted(path), en, zh)
