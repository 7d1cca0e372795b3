"""Loans on offer: amounts by hand, closed forms, pyxirr, and the audit's own road on many terms."""

import datetime
from dataclasses import replace
from fractions import Fraction

import pytest
import pyxirr
from tests.allocation.loaned import SPEC
from tests.finance.ql import COUNTS, day, ql

from silvafisc.allocation.audit.loan_money import ITEMS
from silvafisc.allocation.audit.loan_money import money as audited_money
from silvafisc.finance.offered import (
    carbon_receipts,
    last_payment,
    moved_money,
    offered_schedule,
    other_receipts,
    pledged_years,
)
from silvafisc.results.loans import LoanSpec

MILLION = 1_000_000_00
"""A million yuan in fen."""
BULLET = replace(
    SPEC,
    subsidy_rates=("0.03",),
    guarantee_share="0.8",
    fee_rate="0.01",
    fee_subsidised="0.5",
    default_rate="0.01",
    loss_share="0.5",
    borne_share="0.4",
)
SOLD = {
    "pledged_share": "1",
    "yuan_per_tco2": "60",
    "market": "ccer",
    "years_between": 2,
    "months_to_issue": 6,
    "months_to_sell": 6,
}


def by_item(loan: LoanSpec, rate: str, principal: int = MILLION, period: str = "2026") -> dict[str, dict[int, int]]:
    moved = moved_money(loan, offered_schedule(loan, period, principal), Fraction(rate))
    found: dict[str, dict[int, int]] = {}
    for (year, item), fen in moved.items():
        found.setdefault(item, {})[year] = fen
    return found


def test_a_bullet_loan_worked_out_by_hand() -> None:
    # By hand: 4 % of 1 000 000 is 40 000 a year, paid in March of 2027 to 2029; 3 % of it is subsidised, 30 000, claimed for
    # the year and paid half a year after it. Fee 0.8 x 1 % = 8 000 in advance, half of it paid back. Expected loss borne:
    # 1 % x 50 % x 40 % = 0.2 % of the balance.
    found = by_item(BULLET, "0.03")
    yuan = {item: {year: fen // 100 for year, fen in years.items()} for item, years in found.items()}
    assert yuan["principal_drawn"] == {2026: 1_000_000}
    assert yuan["principal"] == {2029: 1_000_000}
    assert yuan["interest"] == dict.fromkeys((2027, 2028, 2029), 40_000)
    assert yuan["interest_subsidy"] == dict.fromkeys((2028, 2029, 2030), 30_000)
    assert yuan["guarantee_fee"] == dict.fromkeys((2026, 2027, 2028), 8_000)
    assert yuan["guarantee_fee_subsidy"] == dict.fromkeys((2026, 2027, 2028), 4_000)
    assert yuan["risk_compensation"] == dict.fromkeys((2026, 2027, 2028), 2_000)
    assert yuan["public_cost"] == {2026: 6_000, 2027: 6_000, 2028: 36_000, 2029: 30_000, 2030: 30_000}


def test_no_more_than_the_interest_and_only_the_subsidised_years() -> None:
    # By hand: a subsidy of 3 % on a loan at 2 % is its whole interest, 20 000; two of three years are subsidised.
    found = by_item(replace(BULLET, rate="0.02", subsidy_years=2), "0.03")
    assert found["interest_subsidy"] == {2028: 20_000_00, 2029: 20_000_00}


def test_level_payments_are_the_annuity_and_yield_the_rate() -> None:
    # Other program: pyxirr finds the rate of a period; the closed form is in the schedules' own tests.
    loan = replace(BULLET, repayment="equal_instalment", years=10, every_months=3, rate="0.045")
    lines = offered_schedule(loan, "2026", MILLION)
    rate = pyxirr.irr([-MILLION, *(line.service_fen for line in lines)])
    assert rate == pytest.approx(0.045 / 4, abs=1e-9)
    assert sum(line.principal_fen for line in lines) == MILLION
    assert lines[-1].period.due == last_payment(loan, "2026") == datetime.date(2036, 3, 20)


@pytest.mark.parametrize("repayment", ["equal_instalment", "equal_principal", "bullet", "interest_only_then"])
@pytest.mark.parametrize(("every", "drawn"), [(3, "03-20"), (12, "12-28"), (1, "01-01")])
def test_interest_is_what_quantlib_pays_on_the_same_balances(repayment: str, every: int, drawn: str) -> None:
    """Other program: the coupons of QuantLib's amortising bond at 4.35 %, 30/360, no day moved, on the balances that the loan
    has before each payment; within half a fen, which is what rounding to the fen takes. What it repays sums to the loan."""
    waits = 2 if repayment == "interest_only_then" else 0
    loan = replace(
        BULLET, repayment=repayment, every_months=every, drawn=drawn, rate="0.0435", years=7, interest_only=waits
    )
    lines = offered_schedule(loan, "2027", 123_456_789)
    start = day(lines[0].period.start)
    dates = ql.Schedule(
        start,
        day(last_payment(loan, "2027")),
        ql.Period(every, ql.Months),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Forward,
        False,
    )
    bond = ql.AmortizingFixedRateBond(
        0, [line.opening_fen / 100 for line in lines], dates, [0.0435], COUNTS["30/360"], ql.Unadjusted, start
    )
    paid = [flow for flow in bond.cashflows() if ql.as_coupon(flow) is not None]
    assert [flow.date() for flow in paid] == [day(line.period.due) for line in lines]
    for flow, line in zip(paid, lines, strict=True):
        assert abs(flow.amount() - line.interest_fen / 100) <= 0.005 + 1e-9
    repaid = [flow.amount() for flow in bond.cashflows() if ql.as_coupon(flow) is None]
    assert sum(repaid) == pytest.approx(1_234_567.89)


@pytest.mark.parametrize("repayment", ["equal_instalment", "equal_principal", "bullet", "interest_only_then"])
@pytest.mark.parametrize(("every", "drawn", "wait"), [(3, "03-20", 6), (12, "12-28", 0), (1, "01-01", 18)])
@pytest.mark.parametrize(("rate", "subsidy"), [("0.0435", "0.03"), ("0.02", "0.02"), ("0", "0"), ("0.0385", "0.0001")])
def test_the_audit_gets_the_same_by_its_own_road(
    repayment: str, every: int, drawn: str, wait: int, rate: str, subsidy: str
) -> None:
    loan = replace(
        BULLET,
        repayment=repayment,
        every_months=every,
        drawn=drawn,
        rate=rate,
        years=7,
        months_to_pay=13,
        fee_rate="0.0081",
    )
    payments = 7 * 12 // every
    loan = replace(loan, interest_only=min(wait or 2, payments - 1) if repayment == "interest_only_then" else 0)
    for principal in (1, 99_999_99, 123_456_789):
        moved = moved_money(loan, offered_schedule(loan, "2027", principal), Fraction(subsidy))
        assert {item for _, item in moved} <= set(ITEMS)
        assert dict(moved) == dict(audited_money(loan, "2027", principal, Fraction(subsidy)))


def test_tonnes_are_sold_in_lumps_before_the_last_payment() -> None:
    # By hand: 100 t a year from 2026. Issued for 2026–27 in June 2028 and sold in December: 200 x 60 = 12 000 yuan, less 10 %
    # and 5 %: 10 260. The lump of 2028–29 would be sold in December 2030, after the last payment in March 2029.
    loan = replace(BULLET, **SOLD, sale_haircut="0.1", fees="0.05")  # type: ignore[arg-type]
    tonnes = {year: Fraction(100) for year in range(2026, 2046)}
    assert carbon_receipts(loan, "2026", tonnes) == {2028: 10_260_00}
    longer = carbon_receipts(replace(loan, years=5), "2026", tonnes)
    assert longer == {2028: 10_260_00, 2030: 10_260_00}
    # A crediting period of three years leaves 2026 to 2028, whose last year is sold in December 2029; a pledge of half of it
    # brings half the money.
    assert carbon_receipts(replace(loan, years=5, crediting_years=3), "2026", tonnes) == {
        2028: 10_260_00,
        2029: 5_130_00,
    }
    assert carbon_receipts(replace(loan, pledged_share="0.5"), "2026", tonnes) == {2028: 5_130_00}
    assert pledged_years(replace(loan, crediting_years=2), "2026") == (2026, 2027)
    assert carbon_receipts(BULLET, "2026", tonnes) == {}


def test_other_income_ends_with_the_loan() -> None:
    loan = replace(BULLET, other_income=((2, 5, 60_00), (1, 1, 5_00)))
    assert other_receipts(loan, "2026") == {2027: 5_00, 2028: 60_00, 2029: 60_00}
