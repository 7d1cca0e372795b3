"""What the files of both loans share beyond an instrument's, and how it becomes terms and support."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.policy.schema import Positive
from silvafisc.policy.yaml_source import Path_
from silvafisc.quantities import share, yuan_to_fen

from ..assess import Parties, Support
from ..dates import PERIODIC, Day
from ..enhancement import Guarantee, Insurance
from ..schedules import Terms
from ..subsidies import longest_subsidy
from .checks import government_faults, income_faults, instrument_faults, party_faults, rate_faults
from .fields import (
    AmountFile,
    GuaranteeFile,
    Instrument,
    InsuranceFile,
    RateFile,
    SubsidyFile,
    Where,
    finding,
    stated,
)
from .stresses import StressFile

_SUBSIDY = "interest_subsidy.forestry_loans."


class LoanFile(Instrument):
    """A loan."""

    lender: str = Field(min_length=1)
    """Who lends."""
    amount: AmountFile
    """How much."""
    rates: list[RateFile] = Field(min_length=1)
    """Fixed rate, or a floating one as far as it is known or assumed."""
    repayment: Literal["equal_instalment", "equal_principal", "bullet", "interest_only_then", "issuance_matched"]
    """等额本息, 等额本金, 到期还本, 先息后本, 按签发回款还本."""
    interest_only_payments: Annotated[int, Field(ge=1)] | None = None
    """Payments of interest alone, for `interest_only_then`."""
    cover_least: Positive | None = None
    """Least yearly cover; the parameter where left out."""
    subsidy: SubsidyFile | None = None
    """Interest subsidy."""
    guarantee: GuaranteeFile | None = None
    """Guarantee."""
    insurance: InsuranceFile | None = None
    """Index insurance."""
    stress: StressFile = StressFile()
    """Stresses."""


def loan_faults(file: LoanFile, pledged: str, rules: Rules, where: Where) -> Iterator[Finding]:
    """What is refused in any loan; `pledged` is the source of repayment that is pledged."""
    yield from instrument_faults(file, where)
    yield from government_faults(file.borrower, where)
    others: list[tuple[Path_, str]] = [(("lender",), file.lender)]
    if file.guarantee is not None:
        others.append((("guarantee", "guarantor"), file.guarantee.guarantor))
    if file.insurance is not None:
        others.append((("insurance", "insurer"), file.insurance.insurer))
    yield from party_faults(file, others, where)
    yield from rate_faults(file.rates, file.terms, where)
    if file.terms.day_count == PERIODIC:
        en = "ACT/ACT counts by coupon periods, as bonds do; a loan states ACT/365, ACT/360 or 30/360"
        zh = "ACT/ACT 按付息期计息，只用于债券；贷款请写 ACT/365、ACT/360 或 30/360"
        yield finding(where, ("terms", "day_count"), en, zh)
    yield from income_faults(file.other_income, file.repaid_from, pledged, where)
    if (file.repayment == "interest_only_then") != (file.interest_only_payments is not None):
        en = "goes with `repayment: interest_only_then`, and only with it"
        zh = "与 repayment: interest_only_then 同时填写，且仅用于此"
        yield finding(where, ("interest_only_payments",), en, zh)
    if file.subsidy is not None:
        yield from _subsidy_faults(file, file.subsidy, rules, where)


def _subsidy_faults(file: LoanFile, subsidy: SubsidyFile, rules: Rules, where: Where) -> Iterator[Finding]:
    small = file.borrower.kind == "farmer" and file.amount.fen <= rules.fen(_SUBSIDY + "small_loan")
    most = longest_subsidy(
        small, int(rules.number(_SUBSIDY + "years_most")), int(rules.number(_SUBSIDY + "years_most_small_farmer"))
    )
    if subsidy.years > most:
        en = f"interest is subsidised for at most {most} years, not {subsidy.years}"
        yield finding(where, ("subsidy", "years"), en, f"贴息最长 {most} 年，现为 {subsidy.years} 年")
    most_rate = rules.fraction(_SUBSIDY + "rate")
    if subsidy.rate is not None and share(subsidy.rate) > most_rate:
        en = f"the subsidy is {float(most_rate):.2%} a year at most"
        yield finding(where, ("subsidy", "rate"), en, f"贴息率最高为每年 {float(most_rate):.2%}")


def terms_of(file: LoanFile, receipts: dict[Day, int]) -> Terms:
    """The terms of a loan; receipts by day matter to a loan matched to them."""
    terms = file.terms
    return Terms(
        drawn=Day.fromisoformat(terms.drawn),
        first=Day.fromisoformat(terms.first_payment),
        last=Day.fromisoformat(terms.last_payment),
        months=terms.every_months,
        rates=tuple((Day.fromisoformat(step.from_), share(step.rate)) for step in file.rates),
        repayment=file.repayment,
        day_count=terms.day_count,
        payment_rule=terms.payment_rule,
        interest_only=file.interest_only_payments or 0,
        holidays=frozenset(map(Day.fromisoformat, terms.holidays)),
        accrue_to_paid=terms.interest_to == "paid",
        receipts=receipts,
    )


def support_of(file: LoanFile, rules: Rules) -> Support:
    """Subsidy, guarantee and insurance of a loan."""
    guarantee, insurance = None, None
    if file.guarantee is not None:
        given = file.guarantee
        guarantee = Guarantee(share(given.share), share(given.fee_rate), given.paid_by)
    if file.insurance is not None:
        cover = file.insurance
        premium = stated(cover.premium_rate, "finance.insurance.premium_rate", rules)
        insurance = Insurance(yuan_to_fen(cover.limit), premium, share(cover.threshold), cover.paid_by)
    if file.subsidy is None:
        return Support(guarantee=guarantee, insurance=insurance)
    envelopes = file.subsidy.envelopes
    return Support(
        subsidy_rate=stated(file.subsidy.rate, _SUBSIDY + "rate", rules),
        subsidy_years=file.subsidy.years,
        envelopes_fen=None if envelopes is None else {int(year): yuan_to_fen(yuan) for year, yuan in envelopes.items()},
        months_to_pay=int(rules.number(_SUBSIDY + "months_to_pay")),
        guarantee=guarantee,
        insurance=insurance,
    )


def parties_of(file: LoanFile) -> Parties:
    """Who pays and is paid."""
    guarantor = "" if file.guarantee is None else file.guarantee.guarantor
    return Parties(file.borrower.name, file.lender, guarantor, "" if file.insurance is None else file.insurance.insurer)
