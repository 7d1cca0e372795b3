"""Loan schedules: closed forms of annuities, pyxirr as the other program, and what holds for every schedule."""

import datetime
import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from silvafisc.finance.dates import DAY_COUNTS, PAYMENT_RULES, add_months
from silvafisc.finance.schedules import REPAYMENTS, Payment, Terms, level_instalment, schedule
from silvafisc.finance.subsidies import interest_subsidy

D = datetime.date
DRAWN = D(2026, 1, 15)
YEARS = {
    "drawn": DRAWN,
    "first": D(2027, 1, 15),
    "months": 12,
    "day_count": "30/360",
    "payment_rule": "unadjusted",
}


def terms(repayment: str, years: int, rate: str = "0.04", **more: object) -> Terms:
    """A loan with one payment a year."""
    last = add_months(DRAWN, 12 * years)
    given = {**YEARS, "last": last, "rates": ((DRAWN, Fraction(rate)),), "repayment": repayment, **more}
    return Terms(**given)  # type: ignore[arg-type]


def paid(lines: tuple[Payment, ...]) -> list[int]:
    return [line.service_fen for line in lines]


@pytest.mark.parametrize("years", [1, 5, 8, 20])
def test_a_level_instalment_is_the_closed_form_of_the_annuity(years: int) -> None:
    principal, i = 300_000_000, Fraction(4, 100)
    lines = schedule(principal, terms("equal_instalment", years))
    closed = principal * i * (1 + i) ** years / ((1 + i) ** years - 1)  # closed form
    assert level_instalment(principal, [line.period for line in lines]) == closed
    assert all(abs(fen - closed) <= Fraction(1, 2) for fen in paid(lines[:-1]))
    assert abs(lines[-1].service_fen - closed) <= years
    assert -float(closed) == pytest.approx(pyxirr.pmt(0.04, years, principal), rel=1e-12)  # other program


def test_level_principal_and_bullet_by_hand() -> None:
    # by hand: 100.00 yuan over three years at 6 %; a third is 33.33, the last takes 33.34
    lines = schedule(10_000, terms("equal_principal", 3, "0.06"))
    assert [line.principal_fen for line in lines] == [3333, 3333, 3334]
    assert [line.interest_fen for line in lines] == [600, 400, 200]
    lines = schedule(10_000, terms("bullet", 3, "0.06"))
    assert [(line.interest_fen, line.principal_fen) for line in lines] == [(600, 0), (600, 0), (600, 10_000)]


def test_interest_alone_then_level_instalments() -> None:
    lines = schedule(1_000_000, terms("interest_only_then", 5, interest_only=2))
    assert [line.principal_fen for line in lines[:2]] == [0, 0]
    assert paid(lines[:2]) == [40_000, 40_000]
    assert paid(lines[2:]) == paid(schedule(1_000_000, terms("equal_instalment", 3)))


def test_receipts_are_matched_in_proportion_with_the_interest_run_up() -> None:
    # by hand: receipts 1 : 3 on the third and the fifth year; 12 % simple to the first, 8 % on the rest after it
    receipts = {D(2029, 1, 15): 100, D(2031, 1, 15): 300, D(2040, 1, 15): 900}
    lines = schedule(1_000_000, terms("issuance_matched", 6, receipts=receipts))
    assert [(line.interest_fen, line.principal_fen) for line in lines] == [(120_000, 250_000), (60_000, 750_000)]


def test_a_floating_rate_changes_on_the_next_payment_date() -> None:
    rates = ((DRAWN, Fraction("0.04")), (D(2027, 6, 1), Fraction("0.05")))
    lines = schedule(1_000_000, terms("bullet", 3, rates=rates))
    assert [line.interest_fen for line in lines] == [40_000, 40_000, 50_000]  # by hand
    level = schedule(1_000_000, terms("equal_instalment", 4, rates=rates))
    rest = level[1].closing_fen  # the instalment is worked out again for what is still owed
    assert paid(level[2:3]) == paid(schedule(rest, terms("equal_instalment", 2, "0.05")))[:1]


def test_actual_dates_and_business_days_by_hand() -> None:
    # by hand: 15 January 2028 is a Saturday, so two more days of interest are paid on Monday the 17th
    lines = schedule(36_500_000, terms("bullet", 3, "0.04", day_count="ACT/365", payment_rule="following"))
    assert [line.period.paid for line in lines] == [D(2027, 1, 15), D(2028, 1, 17), D(2029, 1, 15)]
    assert [line.interest_fen for line in lines] == [4000 * 365, 4000 * 367, 4000 * 364]
    still = schedule(
        36_500_000, terms("bullet", 3, "0.04", day_count="ACT/365", payment_rule="following", accrue_to_paid=False)
    )
    assert [line.interest_fen for line in still] == [4000 * 365, 4000 * 365, 4000 * 366]


@pytest.mark.parametrize("repayment", REPAYMENTS)
def test_the_internal_rate_is_the_rate_of_the_loan(repayment: str) -> None:
    receipts = {D(2026 + k, 1, 15): 1 for k in range(1, 7)}
    lines = schedule(10**12, terms(repayment, 6, "0.0435", interest_only=2, receipts=receipts))
    flows = [-(10**12), *paid(lines)]
    assert pyxirr.irr(flows) == pytest.approx(0.0435, abs=1e-10)  # other program


@settings(max_examples=80)
@given(
    principal=st.integers(10_000, 10**12),
    repayment=st.sampled_from(REPAYMENTS),
    count=st.sampled_from(DAY_COUNTS),
    rule=st.sampled_from(PAYMENT_RULES),
    months=st.sampled_from([1, 3, 6, 12]),
    payments=st.integers(2, 40),
    rates=st.lists(st.integers(1, 1200), min_size=1, max_size=3),
    accrue=st.booleans(),
)
def test_every_schedule_closes_to_the_fen(
    principal: int, repayment: str, count: str, rule: str, months: int, payments: int, rates: list[int], accrue: bool
) -> None:
    last = add_months(DRAWN, months * payments)
    given = Terms(
        drawn=DRAWN,
        first=add_months(DRAWN, months),
        last=last,
        months=months,
        rates=tuple((add_months(DRAWN, 7 * k), Fraction(rate, 10_000)) for k, rate in enumerate(rates)),
        repayment=repayment,
        day_count=count,
        payment_rule=rule,
        interest_only=1,
        accrue_to_paid=accrue,
        receipts={add_months(DRAWN, months * k): k for k in range(1, payments + 1, 2)},
    )
    lines = schedule(principal, given)
    assert sum(line.principal_fen for line in lines) == principal
    assert lines[0].opening_fen == principal
    assert lines[-1].closing_fen == 0
    assert all(line.principal_fen >= 0 and line.interest_fen >= 0 for line in lines)
    for line, after in itertools.pairwise(lines):
        assert after.opening_fen == line.closing_fen
        assert after.period.start == line.period.end


def test_two_receipts_of_one_weekend_are_paid_on_one_monday() -> None:
    receipts = {D(2027, 7, 3): 100, D(2027, 7, 4): 100}  # a Saturday and a Sunday
    lines = schedule(
        1_000_000, terms("issuance_matched", 2, receipts=receipts, payment_rule="following", day_count="ACT/360")
    )
    days = (D(2027, 7, 5) - DRAWN).days
    assert [(line.interest_fen, line.principal_fen) for line in lines] == [
        (round(40_000 * days / 360), 500_000),
        (0, 500_000),
    ]
    assert sum(claim.entitled_fen for claim in interest_subsidy(lines, Fraction(4, 100), 3)) == lines[0].interest_fen


def test_what_cannot_be_scheduled_is_refused() -> None:
    with pytest.raises(ValueError, match="is paid before"):
        schedule(100, terms("bullet", 3, first=D(2026, 1, 18), payment_rule="preceding", drawn=D(2026, 1, 17)))
    with pytest.raises(ValueError, match="positive"):
        schedule(0, terms("bullet", 3))
    with pytest.raises(ValueError, match="cannot be interest alone"):
        schedule(100, terms("interest_only_then", 3, interest_only=3))
    with pytest.raises(ValueError, match="no receipt"):
        schedule(100, terms("issuance_matched", 3))
    with pytest.raises(ValueError, match="no rate"):
        schedule(100, terms("bullet", 3, rates=((D(2026, 2, 1), Fraction(1, 100)),)))
    with pytest.raises(ValueError, match="unknown repayment"):
        schedule(100, replace(terms("bullet", 3), repayment="whenever"))
