"""Loan on the revenue right of forest compensation (公益林补偿收益权质押贷款): a multiple of a year's compensation.

    principal = min( times x compensation of a year, the principal whose debt service keeps every year's cover >= the least,
                     request )
The compensation is the owner's income; it is pledged, never appropriated for the debt.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules
from silvafisc.policy.schema import Positive, Quoted, Strict, Yuan, hint, reject
from silvafisc.quantities import entitlement, mu_to_tenths, share, yuan_to_fen

from ..assess import BASE, Course, LoanCase
from ..cash_flows import Flow
from ..dates import Day
from .checks import own_payments, tenor_faults
from .fields import Where, Year, finding, stated, yearly
from .incomes import added, later, other_income
from .loan_fields import LoanFile, loan_faults, parties_of, support_of, terms_of
from .stresses import stress_of

_TIMES = "finance.compensation_loans"


class CompensationFile(Strict):
    """The compensation whose revenue is pledged."""

    payer: str = Field(min_length=1)
    """Who pays it."""
    area_mu: Positive | None = None
    """Area, with…"""
    standard_yuan_per_mu: Yuan | None = None
    """…its standard;"""
    yuan_per_year: Yuan | None = None
    """or the amount of a year."""
    first_year: Year
    """First year that is pledged."""
    last_year: Year
    """Last year that is pledged, included: the right ends with it."""
    paid_on: Quoted
    """Day of the year: "06-30"."""

    @model_validator(mode="after")
    def _one(self) -> "CompensationFile":
        by_area = self.area_mu is not None and self.standard_yuan_per_mu is not None
        if by_area == (self.yuan_per_year is not None) or (self.area_mu is None) != (self.standard_yuan_per_mu is None):
            raise reject(
                "give either `area_mu` and `standard_yuan_per_mu`, or `yuan_per_year`",
                "area_mu 与 standard_yuan_per_mu，或 yuan_per_year，二选一",
            )
        try:
            mu_to_tenths(self.area_mu or "0")
        except ValueError as error:
            raise reject(str(error), f"面积最多一位小数：{self.area_mu!r}") from None
        return self

    @property
    def yearly_fen(self) -> int:
        """Compensation of a year."""
        if self.yuan_per_year is not None:
            return yuan_to_fen(self.yuan_per_year)
        return entitlement(yuan_to_fen(self.standard_yuan_per_mu or "0"), mu_to_tenths(self.area_mu or "0"))

    def by_day(self) -> dict[Day, int]:
        """Day -> fen. Raises ValueError where `paid_on` is no day."""
        return yearly(self.yearly_fen, self.first_year, self.last_year, self.paid_on)


class MultipleFile(Strict):
    """How many years' compensation is lent."""

    place: str | None = None
    """As this place does: a parameter of finance.compensation_loans…"""
    times: Positive | None = None
    """…or so many times."""

    @model_validator(mode="after")
    def _one(self) -> "MultipleFile":
        if (self.place is None) == (self.times is None):
            raise reject("give either `place` or `times`", "place 与 times 须二选一")
        return self


class CompensationLoan(LoanFile):
    """The whole file."""

    instrument: Literal["compensation_loan"]
    """What it is."""
    compensation: CompensationFile
    """What is pledged."""
    multiple: MultipleFile
    """How much is lent on it."""


def build(file: CompensationLoan, rules: Rules, where: Where) -> LoanCase:
    """The loan that a file describes. Raises InputError with everything that is refused."""
    findings = [*loan_faults(file, "compensation", rules, where), *_faults(file, rules, where)]
    if findings:
        raise InputError(findings)
    pledged = file.compensation.by_day()
    own = tuple(
        Flow(day, "compensation", file.compensation.payer, file.borrower.name, fen) for day, fen in pledged.items()
    )
    other, other_flows = other_income(file)
    stress = stress_of(file.stress, file.terms, rules)
    receipts = added(pledged, other)
    place = file.multiple.place
    times = stated(file.multiple.times, f"{_TIMES}.{place}", rules)
    return LoanCase(
        parties=parties_of(file),
        terms=terms_of(file, pledged),
        amount_fen=file.amount.fen,
        granted=file.amount.granted is not None,
        value=times * file.compensation.yearly_fen,
        pledge_rate=share("1"),
        pledged=receipts,
        courses=(Course(BASE, receipts), Course("late", added(later(pledged, stress.months_late), other))),
        sold_kept={},
        other=receipts,
        income=(*own, *other_flows),
        least=stated(file.cover_least, "finance.pledge.cover_least", rules),
        ordinary_multiple=rules.fraction("finance.pledge.ordinary_credit_multiple"),
        support=support_of(file, rules),
    )


def _faults(file: CompensationLoan, rules: Rules, where: Where) -> Iterator[Finding]:
    given = file.compensation
    yield from own_payments(file.borrower.name, [(("compensation", "payer"), given.payer)], where)
    if given.last_year < given.first_year:
        en, zh = f"ends {given.last_year} before {given.first_year}", f"止于 {given.last_year}，早于 {given.first_year}"
        yield finding(where, ("compensation", "last_year"), en, zh)
        return
    try:
        given.by_day()
    except ValueError:
        yield finding(
            where,
            ("compensation", "paid_on"),
            f"not a day MM-DD: {given.paid_on!r}",
            f"不是 MM-DD 日期：{given.paid_on!r}",
        )
    if not given.yearly_fen:
        yield finding(where, ("compensation",), "nothing is pledged", "没有可质押的补偿收入")
    for fault in tenor_faults(file.terms, given.last_year, where):
        en = f"the tenor runs beyond the pledged right, which ends with {given.last_year}"
        yield Finding(fault.where, fault.path, en, f"期限超过质押的收益权（至{given.last_year}年末）")
    place = file.multiple.place
    known = [path.rpartition(".")[2] for path in rules.children(_TIMES)]
    if place is not None and place not in known:
        more_en, more_zh = hint(place, known)
        yield finding(where, ("multiple", "place"), f"unknown place{more_en}", f"未知的地方{more_zh}")
