"""Cash flows, sharing, issuance and the operator's gap: sums by payer and payee, and small cases by hand."""

import datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silvafisc.finance.cash_flows import Flow, balances, by_year, present_value
from silvafisc.finance.cash_gap import SCHEMES, cash_gap, payment_plan
from silvafisc.finance.issuance import Practice, after_fire, lumps, receipts
from silvafisc.finance.sharing import Holder, household_years, share_out, sharing_faults
from silvafisc.policy import ParameterTree

D = datetime.date
RULES = ParameterTree.load().on("2026-11-27")
VILLAGE = (
    Holder("collective", "ownership", Fraction(1, 5)),
    Holder("household", "contract", Fraction(1, 2)),
    Holder("operator", "management", Fraction(3, 10)),
)
AT_ONCE = Practice(1, 0, 0, Fraction(0), Fraction(0))


@given(st.lists(st.integers(10, 10**11), min_size=1, max_size=8))
def test_what_is_shared_sums_to_the_income_and_every_party_reconciles(amounts: list[int]) -> None:
    income = [Flow(D(2027, 6, day + 1), "carbon", "buyer", "operator", fen) for day, fen in enumerate(amounts)]
    flows = [*income, *share_out(income, "operator", VILLAGE)]
    found = balances(flows)
    assert sum(balance.net_fen for balance in found.values()) == 0
    assert found["buyer"].paid_fen == sum(amounts)
    assert found["operator"].received_fen == sum(amounts)
    for name, part in (("collective", Fraction(1, 5)), ("household", Fraction(1, 2)), ("operator", Fraction(3, 10))):
        assert abs(found[name].net_fen - part * sum(amounts)) < len(amounts) + 1
    assert by_year(flows, "household") == {2027: found["household"].net_fen}


def test_shares_that_do_not_sum_or_leave_the_owners_too_little_are_named() -> None:
    least = RULES.fraction("finance.sharing.owner_share_least")
    assert list(sharing_faults(VILLAGE, least)) == []
    poor = (Holder("household", "contract", Fraction(1, 2)), Holder("operator", "management", Fraction(2, 5)))
    assert [en.split(",")[0] for en, _ in sharing_faults(poor, least)] == [
        "the shares sum to 9/10",
        "owners and contract holders get 50%",
    ]
    twice = (Holder("a", "ownership", Fraction(1, 2)), Holder("a", "contract", Fraction(1, 2)))
    assert [en for en, _ in sharing_faults(twice, least)] == ["a is listed twice"]


def test_a_household_lacks_what_its_cash_leaves_of_the_opportunity_cost() -> None:
    years = household_years({2027: 500, 2028: 90}, {2027: 300, 2029: 40})
    assert [(row.year, row.gap_fen) for row in years] == [(2027, 0), (2028, 0), (2029, 40)]  # by hand


def test_flows_that_are_no_payments_are_refused() -> None:
    with pytest.raises(ValueError, match="positive whole number"):
        Flow(D(2027, 1, 1), "carbon", "a", "b", 0)
    with pytest.raises(ValueError, match="pay itself"):
        Flow(D(2027, 1, 1), "carbon", "a", "a", 1)
    with pytest.raises(ValueError, match="unknown kind"):
        Flow(D(2027, 1, 1), "luck", "a", "b", 1)


def test_tonnes_are_issued_in_lumps_of_whole_tonnes() -> None:
    # by hand: 0.6 t a year; five years make 3.0 t, the last two 1.2 t, of which 1 t is issued
    tonnes = {year: Fraction(6, 10) for year in range(2026, 2033)}
    practice = Practice(5, 6, 3, Fraction(0), Fraction(0))
    found = lumps(tonnes, practice)
    assert [(lump.first_year, lump.last_year, lump.tonnes) for lump in found] == [(2026, 2030, 3), (2031, 2032, 1)]
    assert (found[0].issued, found[0].sold) == (D(2031, 6, 30), D(2031, 9, 30))
    assert lumps({}, practice) == ()


def test_a_fire_is_made_good_before_anything_is_issued_again() -> None:
    # by hand: 10 t a year, half burns at the start of year 3: 20 stored, 10 lost, then 5 a year; 10, 10, then −10 + 5,
    # so the 5 t lacking are made good in year 4 and 5 t are issued in year 5
    burnt = after_fire({year: Fraction(10) for year in range(1, 6)}, 3, Fraction(1, 2))
    assert burnt == {1: 10, 2: 10, 3: -5, 4: 5, 5: 5}
    assert [(lump.first_year, lump.tonnes) for lump in lumps(burnt, AT_ONCE)] == [(1, 10), (2, 10), (5, 5)]


def test_receipts_are_tonnes_times_price_less_haircut_and_fees() -> None:
    # by hand: 100 t x 67.6 x 0.95 x 0.9 = 5 779.80 yuan
    practice = Practice(1, 0, 0, Fraction(5, 100), Fraction(1, 10))
    money = receipts(lumps({2026: Fraction(100)}, practice), lambda _: Fraction("67.6"), practice)
    assert money == {D(2026, 12, 31): 577_980}


@settings(max_examples=30)
@given(st.lists(st.fractions(0, 1000, max_denominator=100), min_size=1, max_size=20), st.integers(1, 7))
def test_lumps_neither_lose_nor_make_a_tonne(grown: list[Fraction], every: int) -> None:
    tonnes = dict(enumerate(grown, 2026))
    found = lumps(tonnes, Practice(every, 0, 0, Fraction(0), Fraction(0)))
    assert sum(lump.tonnes for lump in found) == sum(grown).__floor__()


def test_building_first_leaves_the_largest_gap_and_a_prepaid_subsidy_none() -> None:
    # by hand: 1 000 in the first year, 200 in the second; a subsidy of 1 200 at the end, 840 + 360, or at once
    gaps = {
        scheme: [row.gap_fen for row in cash_gap({2026: 1000, 2027: 200}, 1200, 2026, payment_plan(scheme, RULES))]
        for scheme in SCHEMES
    }
    assert gaps == {"build_first": [1000, 1200, 0], "instalments": [160, 360, 0], "prepaid": [0, 0]}


@given(st.integers(0, 10**10), st.sampled_from(sorted(SCHEMES)))
def test_the_parts_of_a_subsidy_sum_to_it(subsidy: int, scheme: str) -> None:
    rows = cash_gap({2026: 7}, subsidy, 2026, payment_plan(scheme, RULES))
    assert sum(row.subsidy_fen for row in rows) == subsidy
    assert rows[-1].to_date_fen == subsidy - 7


def test_present_value_compounds_over_whole_years_and_is_simple_within_one() -> None:
    # by hand: 100 in 1.5 years at 10 % is 100 / (1.1 x 1.05); today's 7 are 7; what comes too late does not count
    money = {D(2026, 1, 1): 7, D(2027, 7, 1): 100, D(2031, 1, 1): 50}
    assert present_value(money, D(2026, 1, 1), Fraction(1, 10), D(2030, 1, 1)) == 7 + 100 / Fraction("1.155")
