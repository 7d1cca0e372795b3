"""Pools whose losses have a closed form: binomial, comonotone, Vasicek, Black; fires and coupons beside the exact road."""

import datetime
import math
from dataclasses import replace
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from silvafisc.finance.drawn import Selling, issued_tonnes, sales
from silvafisc.finance.enhancement import Insurance
from silvafisc.finance.factors import Correlation, happens, normals
from silvafisc.finance.issuance import Practice, after_fire, lumps, windows
from silvafisc.finance.member_loss import Member, member_loss
from silvafisc.finance.paths import Calibration
from silvafisc.finance.portfolio import Pool, concentration, exposure_by_year, loss_correlation, pooled
from silvafisc.finance.schedules import Terms, schedule

D = datetime.date
FACE = 1_000_000
AT_ONCE = Practice(1, 0, 0, Fraction(0), Fraction(0))
NONE = Correlation(0.0, 0.0)
PATH = Calibration("ccer", "series", 70.0, 0.3, True, 0.7, 0.25, {}, 9, 70.0, 0.01)
NORMAL = NormalDist()


def lent(years: int = 1, fen: int = FACE) -> Member:
    """Lent at no interest at the end of 2026, repaid in equal parts from 100 t a year at 100 yuan: a fire takes it all."""
    drawn, last = D(2026, 12, 31), D(2026 + years, 12, 31)
    terms = Terms(drawn, D(2027, 12, 31), last, 12, ((drawn, Fraction(0)),), "equal_principal", "30/360", "unadjusted")
    tonnes = {year: Fraction(100) for year in range(2027, 2027 + years)}
    selling = Selling(tonnes, (), windows(2027, 2026 + years, AT_ONCE), drawn, Fraction(1))
    return Member("a", "r", "bank", schedule(fen, terms), {}, selling, "ccer", 100.0, chance=0.1, burnt=1.0)


def pool(members: list[Member], draws: int, reversal: Correlation = NONE, price: Correlation = NONE) -> Pool:
    return Pool(tuple(members), price, reversal, {}, draws, 20261128, (0.95, 0.99))


def copies(one: Member, count: int) -> list[Member]:
    return [replace(one, id=f"m{at}") for at in range(count)]


def test_independent_fires_lose_as_the_binomial_says() -> None:
    found = pooled(pool(copies(lent(), 20), 20_000))
    assert found.total.mean() == pytest.approx(20 * 0.1 * FACE, abs=4 * found.error)
    assert found.error == pytest.approx(FACE * math.sqrt(20 * 0.1 * 0.9 / 20_000), rel=0.03)
    assert [level.value / FACE for level in found.levels] == [binom.ppf(level, 20, 0.1) for level in (0.95, 0.99)]
    assert [level.alone for level in found.levels] == [
        20 * FACE
    ] * 2  # alone, each is lost in more than 5 % of the draws
    assert abs(loss_correlation(found.losses[0], found.losses[1]) or 1) < 0.03


def test_a_pool_of_one_loses_what_its_member_loses() -> None:
    found = pooled(pool([lent()], 5000))
    assert np.array_equal(found.total, found.losses[0].lender)
    assert [level.tail for level in found.levels] == [level.alone for level in found.levels]
    assert found.total.mean() / FACE == np.mean(found.losses[0].late)


def test_fires_that_always_come_together_sum() -> None:
    found = pooled(pool(copies(lent(), 7), 4000, Correlation(1.0, 1.0)))
    assert np.array_equal(found.total, 7 * found.losses[0].lender)
    assert all(level.value == level.alone == 7 * FACE for level in found.levels)
    assert loss_correlation(found.losses[0], found.losses[1]) == pytest.approx(1)
    # of two regions with nothing in common, only those of one region burn together
    apart = [replace(one, region=f"r{at % 2}") for at, one in enumerate(copies(lent(), 4))]
    split = pooled(pool(apart, 4000, Correlation(1.0, 0.0))).losses
    assert np.array_equal(split[0].lender, split[2].lender)
    assert abs(loss_correlation(split[0], split[1]) or 1) < 0.05


def test_many_alike_lose_what_the_formula_of_vasicek_says() -> None:
    found = pooled(pool(copies(lent(), 300), 6000, Correlation(0.2, 0.2)))
    for level in found.levels:
        share = NORMAL.cdf((NORMAL.inv_cdf(0.1) + math.sqrt(0.2) * NORMAL.inv_cdf(level.level)) / math.sqrt(0.8))
        assert level.value / found.exposure_fen == pytest.approx(share, rel=0.06)  # published: Vasicek (1991)


def test_a_low_price_loses_what_a_put_is_worth() -> None:
    # one year of a mean-reverting log price: log P ~ N(m, s²), and the loss is max(0, debt − tonnes x P)
    one = replace(lent(), chance=0.0, price=60.0)
    found = pooled(replace(pool([one], 40_000), fits={"ccer": PATH}))
    b = math.exp(-PATH.speed)
    mean = math.log(PATH.mean) + b * (math.log(60) - math.log(PATH.mean))
    deviation = PATH.volatility * math.sqrt((1 - b * b) / (2 * PATH.speed))
    debt = FACE / 100 / 100  # yuan per tonne
    low = (math.log(debt) - mean) / deviation
    put = debt * NORMAL.cdf(low) - math.exp(mean + deviation**2 / 2) * NORMAL.cdf(low - deviation)
    assert found.total.mean() == pytest.approx(put * 100 * 100, abs=4 * found.error)
    assert np.mean(found.losses[0].late) == pytest.approx(NORMAL.cdf(low), abs=0.01)


def test_prices_of_one_market_move_together_as_stated() -> None:
    members = [replace(one, chance=0.0, price=60.0) for one in copies(lent(), 2)]
    for within in (1.0, 0.6):
        drawn = replace(pool(members, 20_000, price=Correlation(within, 0.0)), fits={"ccer": PATH})
        shocks = [normals("price", "ccer", f"m{at}", drawn.price, (20_000, 1), drawn.seed)[:, 0] for at in (0, 1)]
        assert np.corrcoef(shocks[0], shocks[1])[0, 1] == pytest.approx(within, abs=0.02)
    same = pooled(replace(pool(members, 500, price=Correlation(1.0, 0.0)), fits={"ccer": PATH}))
    assert np.array_equal(same.losses[0].lender, same.losses[1].lender)
    assert same.total.any()


def test_neither_order_nor_one_more_member_changes_the_others() -> None:
    members = copies(lent(), 4)
    forwards, backwards = pooled(pool(members, 300)), pooled(pool(members[::-1], 300))
    assert np.array_equal(forwards.total, backwards.total)
    assert np.array_equal(pooled(pool(members[:2], 300)).losses[1].lender, forwards.losses[1].lender)


def test_guarantee_recovery_and_insurance_bear_their_parts() -> None:
    # by hand: a fire in the one year leaves 10 000 yuan unpaid
    one = replace(lent(), guarantor="g", guaranteed=0.8, recovery=0.25)
    burnt, prices = np.array([[False, True], [False, False]]), np.full((2, 2), 100.0)
    loss = member_loss(one, prices, burnt, 2026)
    assert (loss.unpaid.tolist(), loss.late.tolist()) == ([FACE, 0], [True, False])
    assert loss.lender == pytest.approx([0.2 * 0.75 * FACE, 0])
    assert loss.guarantor == pytest.approx([0.8 * 0.75 * FACE, 0])
    insured = replace(one, insurance=Insurance(400_000, Fraction(1, 20), Fraction(1, 2), "borrower"))
    assert member_loss(insured, prices, burnt, 2026).unpaid.tolist() == [600_000, 0]
    small = replace(insured, burnt=0.4)  # below the threshold: the insurer pays nothing, six tenths are still sold
    assert member_loss(small, prices, burnt, 2026).unpaid.tolist() == [400_000, 0]


def test_what_is_late_is_paid_from_later_surplus_and_only_the_rest_is_lost() -> None:
    # by hand: 9 000 yuan due in each of two years, 8 000 and then 9 500 come in
    one = replace(lent(2, 1_800_000), chance=0.0)
    prices = np.array([[80.0, 80.0, 95.0], [95.0, 95.0, 80.0]])
    loss = member_loss(one, prices, np.zeros((2, 3), dtype=bool), 2026)
    assert loss.unpaid == pytest.approx([50_000, 100_000])  # a surplus that is released pays no later year
    assert loss.late.all()
    kept = member_loss(replace(one, kept=True), prices, np.zeros((2, 3), dtype=bool), 2026)
    assert kept.unpaid == pytest.approx([50_000, 50_000])
    assert kept.late.all()
    # by hand: running costs of 20 000 yuan in the first year take all that comes in, and are themselves no debt of the lender
    costs = member_loss(replace(one, other={D(2027, 6, 30): -2_000_000}), prices, np.zeros((2, 3), dtype=bool), 2026)
    assert costs.unpaid == pytest.approx([850_000, 1_000_000])


@settings(max_examples=60)
@given(
    grown=st.lists(st.fractions(0, 500, max_denominator=8), min_size=2, max_size=14),
    every=st.integers(1, 5),
    at=st.integers(0, 13),
    share=st.sampled_from(["0.2", "0.5", "1"]),
)
def test_one_drawn_fire_issues_what_the_exact_road_issues(
    grown: list[Fraction], every: int, at: int, share: str
) -> None:
    tonnes = dict(enumerate(grown, 2026))
    practice = Practice(every, 6, 0, Fraction(0), Fraction(0))
    year = 2026 + at % len(grown)
    lost = np.zeros((2, len(grown)))
    lost[1, year - 2026] = float(share)
    held = windows(2026, 2025 + len(grown), practice)
    drawn = issued_tonnes(tonnes, held, 2026, lost)
    for row, exact in ((0, tonnes), (1, after_fire(tonnes, year, Fraction(share)))):
        by_first = {lump.first_year: lump.tonnes for lump in lumps(exact, practice)}
        assert drawn[row].tolist() == [by_first.get(window.first_year, 0) for window in held]


def test_stock_sells_whatever_burns_and_history_does_not_sell_again() -> None:
    # by hand: 7 t a year from 2025; issues of 2025 are history on 31 December 2026, 30 t lie in stock
    stock = lumps({2026: Fraction(30)}, AT_ONCE)
    tonnes = {year: Fraction(7) for year in (2025, 2026, 2027)}
    selling = Selling(tonnes, stock, windows(2025, 2027, AT_ONCE), D(2026, 12, 31), Fraction(1, 2))
    sold = sales(selling, np.full((1, 2), 10.0), 2026, np.array([[0.0, 1.0]]))
    assert sold.tonnes.tolist() == [[30, 7, 0]]  # the fire of 2027 takes that year's, and 14 t are owed
    assert sold.fen.tolist() == [[15_000, 3_500, 0]]


def test_tonnes_count_when_they_are_issued_and_money_when_they_are_sold() -> None:
    # by hand: 7 t of 2027 are issued at its end and sold in mid-2029, behind the two years of prices
    practice = Practice(1, 0, 18, Fraction(0), Fraction(0))
    selling = Selling({2027: Fraction(7)}, (), windows(2027, 2027, practice), D(2026, 12, 31), Fraction(1))
    sold = sales(selling, np.full((1, 2), 10.0), 2026)
    assert [float(sold.issued_by(D(2027, 12, day))[0]) for day in (31, 30)] == [7, 0]
    assert sold.of_year(2027, D(2026, 12, 31)) == 0


def test_a_chance_of_nothing_or_of_all_is_that() -> None:
    shocks = normals("reversal", "r", "a", NONE, (9, 2), 1)
    assert not happens(shocks, 0.0).any()
    assert happens(shocks, 1.0).all()
    with pytest.raises(ValueError, match=r"not 0 <= 0\.2"):
        Correlation(0.1, 0.2)


def test_concentration_and_exposure_are_sums_of_what_is_lent() -> None:
    members = [
        replace(lent(2, 600_000), id="a", guarantor="g", guaranteed=0.5),
        replace(lent(2, 300_000), id="b", region="s"),
        replace(lent(4, 100_000), id="c", lender="other"),
    ]
    by_member, by_region = concentration(members, "member"), concentration(members, "region")
    assert (by_member.largest, by_member.herfindahl) == (Fraction(6, 10), Fraction(46, 100))  # by hand
    assert (by_region.exposures, by_region.herfindahl) == ({"r": 700_000, "s": 300_000}, Fraction(58, 100))
    assert concentration(members, "guarantor").exposures == {"g": 300_000}
    assert concentration(members, "lender").exposures == {"bank": 900_000, "other": 100_000}
    # by hand: halves of 900 000 and quarters of 100 000 are repaid
    assert exposure_by_year(members) == {2026: 1_000_000, 2027: 525_000, 2028: 50_000, 2029: 25_000, 2030: 0}


def test_the_parts_of_the_tail_sum_to_it_and_pooling_never_raises_it() -> None:
    found = pooled(pool([replace(one, chance=0.02 * (1 + at)) for at, one in enumerate(copies(lent(), 6))], 3000))
    for level in found.levels:
        assert sum(level.parts) == pytest.approx(level.tail)
        assert level.value <= level.tail < level.alone  # the mean of the worst draws is subadditive
