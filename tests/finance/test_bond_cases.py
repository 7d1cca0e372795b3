"""Bonds as the shipped files tell them, what they must reproduce, and what is refused."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.finance.test_loan_cases import changed

from silvafisc.datasets import InputError
from silvafisc.finance.cash_flows import balances
from silvafisc.finance.fan import bond_fan
from silvafisc.finance.instruments.carbon_bond import forest_of
from silvafisc.policy import INSTRUMENTS
from silvafisc.runs.instrument_tables import bond_sheet
from silvafisc.runs.instruments import load_bond, shipped_instruments

BONDS = [
    name
    for name in shipped_instruments()
    if "carbon_bond" in (INSTRUMENTS / f"{name}.yaml").read_text(encoding="utf-8")
]


def test_the_benchmark_is_quoted_as_quantlib_quotes_it() -> None:
    quote = load_bond("benchmark-bond").assessment.quote
    assert quote is not None
    assert (f"{quote.yield_:.5%}", f"{quote.modified:.4f}") == ("3.12986%", "4.5710")  # other program


def test_the_coupon_of_2014_stays_between_its_published_bounds() -> None:
    found = load_bond("cgn-bond-2014").assessment
    coupons = [line.period.rate for line in found.lines]
    assert (min(coupons), max(coupons)) == (Fraction("0.0570"), Fraction("0.0585"))  # published: 5.65 % + 5 to 20 bp
    assert found.lines[0].interest_fen == 5_700_000_000  # by hand: 57 million yuan on a billion
    assert [f"{float(rung.coupon):.4%}" for rung in found.ladder][::4] == ["5.7000%", "5.8500%"]


def test_the_example_steps_up_where_its_tonnes_miss_and_tells_tonnes_per_yuan(tmp_path: Path) -> None:
    found = load_bond("example-carbon-bond").assessment
    # by hand: lumps of 2024–26 and 2027–29 (36 000 + 123 000 t) are issued by the end of 2031, above the target
    assert found.case.tonnes_to_date == 159_000
    missed = load_bond(changed("example-carbon-bond", tmp_path, step_up__target_tco2e="160000")).assessment
    rises = [after.period.rate - line.period.rate for line, after in zip(found.lines, missed.lines, strict=True)]
    assert rises == [0, 0, 0, 0, 0, Fraction("0.0025"), Fraction("0.0025")]
    assert found.low_carbon_share == 1
    # by hand: 36 000, 123 000 and 158 000 t are issued on 30 June of 2027, 2030 and 2033, on 50 million yuan
    assert found.tonnes_per_fen == Fraction(317_000, 5_000_000_000)


@pytest.mark.parametrize("name", BONDS)
def test_every_shipped_bond_closes_is_covered_and_reconciles(name: str) -> None:
    found = load_bond(name).assessment
    assert sum(line.principal_fen for line in found.lines) == found.case.face_fen
    assert found.total_cover > 1
    assert sum(balance.net_fen for balance in balances(found.flows).values()) == 0


def test_a_stressed_bond_pays_less_on_carbon_and_steps_up_where_its_tonnes_come_late(tmp_path: Path) -> None:
    found = load_bond("example-carbon-bond").assessment
    assert [course.name for course in found.covers] == ["base", "low_price", "late", "fire", "all"]
    base, low = found.covers[0], found.covers[1]
    assert base.years == found.cover
    # by hand: 36 000 t x 67.6 x 0.95 x 0.95 at the end of 2027, 30 % less in the low course, beside 9 million of timber
    sold = 36_000 * 6760 * 9025 // 10_000
    assert [course.years[0].receipts_fen for course in (base, low)] == [
        900_000_000 + sold,
        900_000_000 + 36_000 * 6760 * 7 * 9025 // 100_000,
    ]
    # by hand: the coupon of the first period is 3.2 % + 0.4 % x (income − 1 M) / 7 M of the income of its own year
    assert found.lines[0].period.rate == Fraction("0.032") + Fraction("0.004") * Fraction(
        sold - 100_000_000, 700_000_000
    )
    assert found.coupons[1][1] < found.coupons[0][1]
    # by hand: 30 months late, the 123 000 t of 2027-29 are issued at the end of 2032, behind the step's day, and sold in
    # mid-2033: the last coupon is 3.2 % + 25 bp + 0.4 % x (123 000 x 67.6 x 0.9025 − 1 M) / 7 M
    late = load_bond(changed("example-carbon-bond", tmp_path, stress={"months_late": 30})).assessment
    sold = 123_000 * 6760 * 9025 // 10_000
    assert late.coupons[2][1] == Fraction("0.0345") + Fraction("0.004") * Fraction(sold - 100_000_000, 700_000_000)


def test_a_stated_income_falls_and_comes_late_but_cannot_burn() -> None:
    found = load_bond("cgn-bond-2014").assessment
    assert [course.name for course in found.covers] == ["base", "low_price", "late"]
    assert found.covers[1].life < found.covers[0].life
    assert load_bond("benchmark-bond").assessment.covers[0].name == "base"
    assert len(load_bond("benchmark-bond").assessment.covers) == 1


def test_drawn_prices_that_never_move_give_the_bonds_own_coupons_and_cover() -> None:
    bond = load_bond("example-carbon-bond")
    carbon = forest_of(bond.file, bond.rules)
    assert carbon is not None
    still = bond_fan(bond.assessment, carbon.selling(), np.full((3, 7), 67.6), 67.6)
    rates = [float(line.period.rate) for line in bond.assessment.lines]
    assert [middle for _, middle, _ in still.coupons] == pytest.approx(rates, abs=1e-9)
    ratios = {row.year: float(row.ratio) for row in bond.assessment.cover if row.ratio is not None}
    assert {year: values[1] for year, values in still.years.items()} == pytest.approx(ratios, rel=1e-7)
    # by hand: at a price of nothing the linked part is at its floor, at a high one at its cap
    ends = bond_fan(bond.assessment, carbon.selling(), np.array([[1e-9] * 7, [1e4] * 7]), 67.6)
    assert (ends.coupons[3][0], ends.coupons[3][2]) == pytest.approx((0.0322, 0.0358))  # 5 % and 95 % between two draws


def test_drawn_coupons_stay_between_floor_and_cap_and_the_seed_repeats_them() -> None:
    one, again = load_bond("example-carbon-bond").drawn, load_bond("example-carbon-bond").drawn
    assert one is not None
    assert one == again
    assert all(0.032 <= low <= middle <= high <= 0.036 + 1e-12 for low, middle, high in one.fan.coupons)
    assert one.fan.coupons[3][0] < one.fan.coupons[3][2]  # the coupon of 2030 follows the sale of that year


def test_a_bonds_forest_is_shared_sold_to_buyers_and_checked_as_a_loans_is(tmp_path: Path) -> None:
    sharing = [
        {"name": "村集体", "right": "ownership", "share": "0.6", "opportunity_cost": "2000000"},
        {"name": "示例林业集团 / Example Forestry Group", "right": "management", "share": "0.4"},
    ]
    path = changed("example-carbon-bond", tmp_path, forest__sharing=sharing, forest__price__simulation=None)
    bond = load_bond(path)
    carbon = sum(flow.amount_fen for flow in bond.assessment.flows if flow.kind == "carbon")
    assert sum(flow.amount_fen for flow in bond.assessment.flows if flow.kind == "shared") == pytest.approx(
        0.6 * carbon
    )
    sheet = bond_sheet(bond)
    assert sheet.terms["missing"]["disclosures"] == ["registry_account", "reversals"]
    assert list(sheet.tables["households"]["gap_fen"])[:2] == [
        200_000_000 - sum(f.amount_fen for f in bond.assessment.flows if f.kind == "shared" and f.day.year == 2027),
        200_000_000,
    ]


def test_running_costs_are_paid_before_the_debt(tmp_path: Path) -> None:
    cost = {"payee": "管护队", "yuan_per_year": "100000", "first_year": 2025, "last_year": 2029, "paid_on": "01-10"}
    found = load_bond(changed("benchmark-bond", tmp_path, running_costs=[cost])).assessment
    assert [year.receipts_fen for year in found.cover] == [0, *([30_000_000] * 5)]  # by hand: 400 000 − 100 000 yuan
    assert balances(found.flows)["管护队"].received_fen == 50_000_000


REFUSALS: dict[str, tuple[str, dict[str, Any], str]] = {
    "proceeds that do not sum": (
        "example-carbon-bond",
        {"proceeds__0__yuan": "41000000"},
        "proceeds: the uses sum to 49000000.00 yuan, the face is 50000000.00",
    ),
    "carbon-neutral with other uses": (
        "example-carbon-bond",
        {"proceeds__1__low_carbon": False},
        "proceeds: a carbon-neutral bond puts 100% of its proceeds into low-carbon projects",
    ),
    "carbon-neutral without a report": (
        "example-carbon-bond",
        {"third_party_report": None},
        "third_party_report: a carbon-neutral bond needs a third party's report",
    ),
    "green for nothing": ("benchmark-bond", {"label": "green"}, "proceeds: a green bond tells the use of its proceeds"),
    "linked to nothing": (
        "benchmark-bond",
        {"label": "sustainability_linked"},
        "label: a sustainability-linked bond needs",
    ),
    "a step beyond the usual": (
        "example-carbon-bond",
        {"step_up__step": "0.02"},
        "step_up.step: a step lies between 0.10% and 0.50%",
    ),
    "a farmer issues": ("benchmark-bond", {"borrower__kind": "farmer"}, "borrower.kind: issuers are enterprises"),
    "a government without its limit": (
        "benchmark-bond",
        {"borrower__kind": "government"},
        "debt_limit: goes with a government that issues",
    ),
    "beyond the limit": (
        "benchmark-bond",
        {"borrower__kind": "government", "debt_limit": {"limit_yuan": "5000000", "outstanding_yuan": "4500000"}},
        "face: the face exceeds the room of 500000.00 yuan",
    ),
    "a project that does not balance": (
        "benchmark-bond",
        {
            "borrower__kind": "government",
            "debt_limit": {"limit_yuan": "5000000", "outstanding_yuan": "0"},
            "other_income__0__yuan_per_year": "100000",
        },
        "repaid_from: the project's receipts cover 0.43 of its debt service",
    ),
    "future appropriations": (
        "benchmark-bond",
        {"repaid_from": ["own", "future_appropriation"]},
        "repaid_from[1]: debt service by future appropriations is hidden debt",
    ),
    "coupon periods to the day of payment": (
        "benchmark-bond",
        {"terms__day_count": "ACT/ACT", "terms__interest_to": "paid"},
        "terms.interest_to: ACT/ACT counts by due dates",
    ),
    "its own buyer": (
        "example-carbon-bond",
        {"forest__buyers__0__name": "示例林业集团 / Example Forestry Group"},
        "buyers[0].name: 示例林业集团 / Example Forestry Group is the borrower",
    ),
    "more than its buyers may offset": (
        "example-carbon-bond",
        {"forest__buyers__0__obligation_tco2e": "10000"},
        "exceed the 1,500 t that the buyers may offset",
    ),
    "owners below their floor": (
        "example-carbon-bond",
        {
            "forest__sharing": [
                {"name": "村集体", "right": "ownership", "share": "0.5"},
                {"name": "示例林业集团 / Example Forestry Group", "right": "management", "share": "0.5"},
            ]
        },
        "sharing: owners and contract holders get 50%, less than the floor of 60%",
    ),
    "running costs paid to itself": (
        "benchmark-bond",
        {
            "running_costs": [
                {
                    "payee": "示例企业 / Example Enterprise",
                    "yuan_per_year": "1",
                    "first_year": 2025,
                    "last_year": 2026,
                    "paid_on": "01-10",
                }
            ]
        },
        "running_costs[0].payee: 示例企业 / Example Enterprise is the borrower",
    ),
    "quoted after its end": (
        "benchmark-bond",
        {"quote__settled": "2029-01-15"},
        "quote.settled: does not lie in the life",
    ),
    "too many coupons": ("benchmark-bond", {"coupons": ["0.03", "0.03"]}, "terms: 2 coupon rates for 5 coupons"),
    "shares that do not sum": ("benchmark-bond", {"repaid_shares": ["0.5", "0.4", "0", "0", "0"]}, "terms: 5 shares"),
    "tonnes that are sold already": (
        "example-carbon-bond",
        {
            "forest__other_uses": [
                {
                    "code": "demo-bond-001",
                    "first_year": 2024,
                    "last_year": 2026,
                    "share": "1",
                    "use": "sold",
                    "since": "2026-06-30",
                    "until": "",
                    "holder": "somebody",
                }
            ]
        },
        "tonnes of parcel demo-bond-001 are pledged to investors (share 1) and also in",
    ),
    "a source that is not told": (
        "benchmark-bond",
        {"repaid_from": ["own", "timber"]},
        "repaid_from[1]: no other_income",
    ),
    "a loan's file": (
        "wuning-ccer-2025",
        {},
        "instrument: must be carbon_bond (got 'carbon_pledge_loan'); `silvafisc finance loan` reads it",
    ),
    "a cap below the floor": ("cgn-bond-2014", {"carbon_link__cap": "0.0001"}, "floor 0.0005 lies above cap 0.0001"),
}


@pytest.mark.parametrize("case", list(REFUSALS))
def test_bad_input_is_refused_with_its_line_and_reason(case: str, tmp_path: Path) -> None:
    name, changes, expected = REFUSALS[case]
    path = changed(name, tmp_path, **changes)
    with pytest.raises(InputError) as refused:
        load_bond(path)
    said = [finding.text("en") for finding in refused.value.findings]
    assert any(expected in text for text in said), said
    assert all(text.startswith(f"{path}:") for text in said), said
    assert all(any("\u4e00" <= char <= "\u9fff" for char in finding.zh) for finding in refused.value.findings)
