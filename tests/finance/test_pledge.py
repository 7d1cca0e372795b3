"""Sizing, cover, subsidy, enhancement and internal rates: published cases, by hand, and what must hold always."""

import datetime
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.finance.test_schedules import DRAWN, terms

from silvafisc.finance.cash_flows import present_value
from silvafisc.finance.cover import break_even_price, least_cover, life_cover, yearly_cover
from silvafisc.finance.enhancement import Guarantee, Insurance, guarantee_fees, indemnity, premiums
from silvafisc.finance.pledge import is_ordinary_credit, principal_by_cover, size
from silvafisc.finance.rates import internal_rates
from silvafisc.finance.schedules import Payment, schedule
from silvafisc.finance.subsidies import interest_subsidy, longest_subsidy, paid_out
from silvafisc.policy import ParameterTree

D = datetime.date
MILLION = 10**8  # fen
RULES = ParameterTree.load().on("2016-12-31")
RATE = RULES.fraction("interest_subsidy.forestry_loans.rate")
WUNING = {D(2026 + k, 1, 15): 42_702_920 for k in range(1, 21)}
"""6 317 t x 67.6 yuan every year for twenty years (flat issuance), fen."""


def wuning(years: int) -> tuple[Payment, ...]:
    return schedule(3 * MILLION, terms("equal_instalment", years))


@pytest.mark.parametrize(("years", "cover"), [(5, "0.63"), (8, "0.96"), (10, "1.15"), (15, "1.58")])
def test_wuning_is_covered_as_recomputed_from_the_published_terms(years: int, cover: str) -> None:
    rows = yearly_cover(WUNING, wuning(years))
    assert {f"{float(row.ratio):.2f}" for row in rows if row.ratio is not None} == {cover}  # published terms
    assert f"{float(least_cover(rows)):.2f}" == cover


def test_the_pledge_of_wuning_is_worth_what_was_recomputed() -> None:
    value = present_value(WUNING, DRAWN, Fraction(5, 100))
    assert f"{float(value) / MILLION:.2f}" == "5.32"  # published terms, 5 %, 20 years
    assert f"{float(3 * MILLION / value):.0%}" == "56%"
    assert -float(value) == pytest.approx(pyxirr.pv(0.05, 20, 42_702_920, 0), rel=1e-12)  # other program


@pytest.mark.parametrize(("kind", "published"), [("", "2.98%"), ("small_", "2.97%")])
def test_fujian_paid_nearly_the_whole_rate_on_its_loans(kind: str, published: str) -> None:
    # published: 37.21 M yuan on 1.248 bn and 0.98 M on 33 M (2.97 % when rounded): never more than the rate gives a year
    loans, paid = (RULES.fen(f"interest_subsidy.fujian_2016.{kind}{name}") for name in ("loans", "subsidy"))
    (claim,) = interest_subsidy(schedule(loans, terms("bullet", 1, "0.0435")), RATE, 3)
    assert claim.granted_fen == loans * 3 // 100
    assert f"{paid / loans:.2%}" == published
    assert 0.98 < paid / claim.granted_fen <= 1


def test_interest_of_a_loan_at_four_per_cent_is_subsidised_for_three_years() -> None:
    # by hand: 3 of 4 points of the interest on 300 000 yuan, for three years; the last two get nothing
    claims = interest_subsidy(schedule(30_000_000, terms("bullet", 5)), Fraction(3, 100), 3)
    assert [(claim.year, claim.granted_fen) for claim in claims] == [(2027, 900_000), (2028, 900_000), (2029, 900_000)]
    assert paid_out(claims, 6) == {D(year + 1, 7, 1): 900_000 for year in (2027, 2028, 2029)}


def test_a_subsidy_is_never_more_than_the_interest_nor_than_its_envelope() -> None:
    lines = schedule(30_000_000, terms("bullet", 5, "0.02"))
    claims = interest_subsidy(lines, Fraction(3, 100), 3, {2027: 600_000, 2028: 250_000})
    assert [(claim.entitled_fen, claim.granted_fen) for claim in claims] == [
        (600_000, 600_000),
        (600_000, 250_000),
        (600_000, 0),
    ]
    assert longest_subsidy(True, 3, 5) == 5
    assert longest_subsidy(False, 3, 5) == 3


def test_a_period_across_the_end_of_the_subsidy_counts_by_its_days() -> None:
    lines = schedule(1_000_000, terms("bullet", 4, first=D(2030, 1, 15)))
    (claim,) = interest_subsidy(lines, Fraction(4, 100), 3)
    days = Fraction((D(2029, 1, 15) - DRAWN).days, (D(2030, 1, 15) - DRAWN).days)
    assert claim.entitled_fen == (160_000 * days).__floor__()  # by hand


def test_the_price_that_just_covers_covers() -> None:
    lines = wuning(8)
    tonnes = {day: Fraction(6317) for day in WUNING}
    price = break_even_price(tonnes, {}, lines, Fraction(1))
    assert price is not None
    assert f"{float(price):.2f}" == "70.54"  # by hand: 445 583.50 / 6 317
    at_price = {day: (6317 * price * 100).__ceil__() for day in WUNING}
    assert least_cover(yearly_cover(at_price, lines)) >= 1
    below = {day: (6317 * (price - Fraction(1, 100)) * 100).__floor__() for day in WUNING}
    assert least_cover(yearly_cover(below, lines)) < 1
    assert break_even_price({D(2030, 1, 1): Fraction(9)}, {}, lines, Fraction(1)) is None
    assert break_even_price({}, dict.fromkeys(WUNING, MILLION), lines, Fraction(1)) == 0


@settings(max_examples=60)
@given(
    request=st.integers(1, 10**10),
    least=st.fractions(Fraction(1, 2), 3, max_denominator=20),
    years=st.integers(1, 15),
    receipt=st.integers(0, 10**9),
    repayment=st.sampled_from(["equal_instalment", "equal_principal", "bullet"]),
)
def test_the_principal_is_the_least_of_three_and_keeps_every_year_covered(
    request: int, least: Fraction, years: int, receipt: int, repayment: str
) -> None:
    money = {D(2026 + k, 1, 15): receipt * (1 + k % 3) for k in range(1, 21)}
    given = terms(repayment, years)
    found = size(
        present_value(money, DRAWN, Fraction(1, 20)),
        Fraction(3, 5),
        money,
        lambda p: schedule(p, given),
        least,
        request,
    )
    assert found.principal_fen == min(found.by_pledge_fen, found.by_cover_fen, found.request_fen)
    assert (
        getattr(found, f"{'request' if found.binding == 'request' else 'by_' + found.binding}_fen")
        == found.principal_fen
    )
    if found.by_cover_fen:
        assert least_cover(yearly_cover(money, schedule(found.by_cover_fen, given))) >= least
    if found.by_cover_fen:
        assert least_cover(yearly_cover(money, schedule(found.by_cover_fen + 1, given))) < least


@settings(max_examples=60)
@given(st.integers(10**6, 10**10), st.fractions(0, 1, max_denominator=100), st.integers(1, 15))
def test_cover_falls_with_the_price(principal: int, fall: Fraction, years: int) -> None:
    lines = schedule(principal, terms("equal_instalment", years))
    lower = {day: (fen * (1 - fall)).__floor__() for day, fen in WUNING.items()}
    assert least_cover(yearly_cover(lower, lines)) <= least_cover(yearly_cover(WUNING, lines))
    assert life_cover(lower, lines) <= life_cover(WUNING, lines)


def test_a_year_without_receipts_lets_nothing_be_lent_by_cover() -> None:
    late = {day: fen for day, fen in WUNING.items() if day.year > 2030}
    given = terms("equal_instalment", 10)
    assert principal_by_cover(late, lambda p: schedule(p, given), Fraction(1), MILLION) == 0


def test_sanming_is_ordinary_credit_and_wuning_is_not() -> None:
    # published: 5 M yuan of credit on 18 294 t of local tickets at 10 to 15 yuan: 18 to 27 times the collateral
    collateral = Fraction(18_294 * 15 * 100)
    assert is_ordinary_credit(5 * MILLION, collateral, Fraction(2))
    assert f"{float(5 * MILLION / collateral):.1f}" == "18.2"
    assert not is_ordinary_credit(3 * MILLION, present_value(WUNING, DRAWN, Fraction(5, 100)), Fraction(2))


def test_guarantee_and_insurance_by_hand() -> None:
    lines = schedule(3_000_000, terms("equal_principal", 3))
    fees = guarantee_fees(lines, Guarantee(Fraction(4, 5), Fraction(1, 100), "borrower"))
    assert fees == {DRAWN: 24_000, D(2027, 1, 15): 16_000, D(2028, 1, 15): 8_000}
    longyan = Insurance(20 * MILLION, Fraction(6, 100), Fraction(1, 10), "fiscal")
    assert set(premiums(lines, longyan).values()) == {12 * MILLION // 10}  # published: 1.20 M on 20 M
    assert indemnity(longyan, Fraction(1, 5), 30 * MILLION) == 20 * MILLION
    assert indemnity(longyan, Fraction(1, 20), 30 * MILLION) == 0


@given(st.lists(st.integers(10**6, 10**9), min_size=2, max_size=12))
def test_the_internal_rate_is_that_of_another_program(amounts: list[int]) -> None:
    days = [D(2026, 1, 1) + datetime.timedelta(days=200 * k) for k in range(len(amounts))]
    first = -sum(amounts) * 2 // 3
    flows = {
        days[0] - datetime.timedelta(days=100): first,
        **dict(zip(days, amounts, strict=True)),
    }
    found = internal_rates(flows)
    assert found.sign_changes == 1
    expected = pyxirr.xirr(list(flows), list(map(float, flows.values())))  # other program
    assert expected is not None
    assert len(found.rates) == 1
    assert found.rates[0] == pytest.approx(expected, abs=1e-7)


def test_several_rates_are_told() -> None:
    # by hand: −1 000 + 2 300 / (1+r) − 1 320 / (1+r)² is nothing at 10 % and at 20 % (years of 365 days)
    flows = {D(2025, 1, 1): -1000, D(2026, 1, 1): 2300, D(2027, 1, 1): -1320}
    found = internal_rates(flows)
    assert found.sign_changes == 2
    assert found.rates == pytest.approx((0.1, 0.2), abs=1e-9)
