"""Published loans, as the shipped files tell them: each figure beside where it was published or worked out by hand."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from silvafisc.datasets import InputError
from silvafisc.finance.assess import Assessment
from silvafisc.finance.cash_flows import balances
from silvafisc.finance.fan import cover_fan
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.policy import INSTRUMENTS
from silvafisc.runs.instrument_tables import loan_sheet
from silvafisc.runs.instruments import load_loan, shipped_instruments
from silvafisc.runs.prepare import Prepared, prepare

LOANS = [name for name in shipped_instruments() if "loan" in (INSTRUMENTS / f"{name}.yaml").read_text(encoding="utf-8")]


def changed(name: str, folder: Path, **changes: object) -> Path:
    """A shipped file with some keys changed; `a__b` reaches inside."""
    data = yaml.safe_load((INSTRUMENTS / f"{name}.yaml").read_text(encoding="utf-8"))
    for key, value in changes.items():
        *inside, last = key.split("__")
        node = data
        for part in inside:
            node = node[int(part)] if part.isdigit() else node[part]
        if value is None:
            node.pop(last)
        else:
            node[last] = value
    path = folder / "changed.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def worked_out(name: str) -> Assessment:
    return load_loan(name).assessment


@pytest.mark.parametrize(("years", "cover"), [(5, "0.63"), (8, "0.96"), (10, "1.15"), (15, "1.58")])
def test_wuning_at_four_tenors(years: int, cover: str, tmp_path: Path) -> None:
    path = changed("wuning-ccer-2025", tmp_path, terms__last_payment=f"{2025 + years}-12-31")
    found = load_loan(path).assessment
    assert f"{float(found.base.least):.2f}" == cover  # published terms, recomputed
    assert found.pledge_share is not None
    assert (f"{float(found.case.value) / 1e8:.2f}", f"{float(found.pledge_share):.0%}") == ("5.32", "56%")


def test_wuning_breaks_even_below_its_price_and_its_level_instalment_is_that_of_the_annuity() -> None:
    found = worked_out("wuning-ccer-2025")
    assert found.lines[0].service_fen == 36_987_283  # closed form: 3 M x 0.04 / (1 − 1.04⁻¹⁰)
    assert f"{float(found.break_even or 0):.2f}" == "58.55"  # by hand: 369 872.83 / 6 317
    assert not found.ordinary


def test_anji_and_jixi_lend_five_and_ten_years_of_compensation() -> None:
    anji, jixi = worked_out("anji-compensation-2018"), worked_out("jixi-compensation")
    assert (anji.base.years[1].receipts_fen, anji.sizing.by_pledge_fen) == (16_779_000, 83_895_000)  # published
    assert (jixi.base.years[1].receipts_fen, jixi.sizing.by_pledge_fen) == (8_133_100, 81_331_000)  # published
    assert (anji.principal_fen, jixi.principal_fen) == (83_000_000, 80_000_000)  # published
    assert jixi.base.least < 1  # ten years' compensation cannot bear ten years' interest as well


def test_sanming_is_reported_as_ordinary_credit() -> None:
    found = worked_out("sanming-ticket-2021")
    assert found.ordinary
    assert found.case.value == 18_294 * 15 * 100  # published: 18 294 t at 10 to 15 yuan
    assert f"{float(found.pledge_share or 0):.1f}" == "18.2"  # policy notes: 18 to 27 times


@pytest.mark.parametrize("name", LOANS)
def test_every_shipped_loan_closes_and_its_parties_reconcile(name: str) -> None:
    found = worked_out(name)
    assert sum(line.principal_fen for line in found.lines) == found.principal_fen
    parties = balances(found.flows)
    assert sum(balance.net_fen for balance in parties.values()) == 0
    paid = sum(line.service_fen for line in found.lines)
    assert parties[found.case.parties.lender].net_fen == paid - found.principal_fen
    assert found.covers[0].name == "base"
    assert {course.name for course in found.covers} <= {"base", "low_price", "late", "fire", "all"}


def test_the_example_is_sized_by_its_pledge_shared_by_right_and_costs_the_budget_its_subsidy() -> None:
    found = worked_out("example-pledge-loan")
    assert found.sizing.binding == "pledge"
    assert found.base.least >= found.case.least
    assert found.principal_fen == found.sizing.by_pledge_fen
    owners = balances(found.flows)
    carbon = sum(flow.amount_fen for flow in found.flows if flow.kind == "carbon")
    for name, part in (("示例农户 / Example Farm Household", 0.5), ("示例村集体 / Example Village Collective", 0.1)):
        assert owners[name].received_fen == pytest.approx(part * carbon, abs=10)
    assert found.fiscal_fen == sum(claim.granted_fen for claim in found.claims)
    assert found.leverage == Fraction(found.principal_fen, found.fiscal_fen)
    # matched to the issues: debt falls due on days of sale only
    sales = {flow.day for flow in found.flows if flow.kind == "carbon"}
    assert {line.period.due for line in found.lines} <= sales


def test_a_lower_price_a_late_issue_and_a_fire_cover_less(tmp_path: Path) -> None:
    covers = {course.name: course for course in worked_out("wuning-ccer-2025").covers}
    assert covers["low_price"].least == pytest.approx(0.7 * float(covers["base"].least), rel=1e-6)  # by hand
    assert covers["late"].least == 0  # by hand: nothing comes in the first year
    # by hand: three years of 6 317 t stand when a fifth burns in 2028: year 2028 is credited 5 053.6 − 0.2 x 2 x 6 317
    assert covers["fire"].years[3].receipts_fen == 2526 * 6760
    insured = changed(
        "wuning-ccer-2025",
        tmp_path,
        insurance={"insurer": "x", "limit": "100000", "threshold": "0.2", "paid_by": "fiscal"},
    )
    found = load_loan(insured).assessment
    assert {course.name: course.indemnity_fen for course in found.covers}["fire"] == 10_000_000
    assert found.fiscal_fen == 10 * 600_000  # by hand: 6 % of 100 000 yuan in each of ten years


def test_a_price_scenario_is_a_course_of_its_own(tmp_path: Path) -> None:
    steps = [{"from": "2025-01-01", "yuan_per_tco2": "80"}, {"from": "2030-01-01", "yuan_per_tco2": "50"}]
    path = changed("wuning-ccer-2025", tmp_path, price__scenarios={"fading": steps})
    courses = {course.name: course for course in load_loan(path).assessment.covers}
    # by hand: 6 317 t a year at 80 yuan to 2029 and at 50 from 2030 on, against 369 872.83 a year
    assert [year.receipts_fen for year in courses["fading"].years[1:]] == [6317 * 8000] * 4 + [6317 * 5000] * 6
    assert f"{float(courses['fading'].least):.4f}" == "0.8539"


def test_the_fan_over_a_price_that_never_moves_is_the_cover_itself() -> None:
    found = worked_out("wuning-ccer-2025")
    still = cover_fan(found, np.full((7, 10), 67.6), 67.6)
    ratios = {row.year: float(row.ratio) for row in found.base.years if row.ratio is not None}
    assert {year: values[1] for year, values in still.years.items()} == pytest.approx(ratios)
    assert still.below_one == 0
    # by hand: at 58 yuan, below the break-even price of 58.55, every draw has a year that is not covered
    mixed = cover_fan(found, np.array([[67.6] * 10, [67.6] * 9 + [58.0]]), 67.6)
    assert mixed.below_one == 0.5


def test_what_was_issued_before_the_drawing_is_history_also_where_issues_are_late(tmp_path: Path) -> None:
    # by hand: credited and verified each year from 2016; issued from 31 January 2026 on are the eleven of 2025 to 2035
    path = changed("wuning-ccer-2025", tmp_path, project__crediting_from=2016, practice__months_to_issue=1)
    found = load_loan(path).assessment
    assert sum(flow.amount_fen for flow in found.flows if flow.kind == "carbon") == 11 * 6317 * 6760
    first = [course.years[1].receipts_fen for course in found.covers if course.name in {"base", "late"}]
    assert first == [6317 * 6760, 0]


ENGINE = {"scenario": "county-demo", "region_code": "510726", "measure": "afforestation", "period": "2026"}


@pytest.fixture(scope="module")
def county() -> Prepared:
    return prepare("county-demo")


def test_tonnes_of_the_carbon_engine_are_what_it_credits_to_the_area(county: Prepared, tmp_path: Path) -> None:
    path = changed(
        "example-pledge-loan",
        tmp_path,
        project__tonnes=None,
        project__engine=ENGINE,
        project__crediting_from=2026,
        project__code="x",
        planting=None,
        terms__drawn="2035-03-20",
        terms__first_payment="2035-06-20",
        terms__last_payment="2055-12-20",
        rates=[{"from": "2035-03-20", "rate": "0.04"}],
        price={"market": "ccer", "yuan_per_tco2": "67.6"},
        other_income__0__first_year=2035,
        other_income__0__last_year=2055,
    )
    loan = load_loan(path)
    assert isinstance(loan.file, CarbonPledgeLoan)
    table = county.yields.table
    own = table[
        (table["region_code"] == "510726") & (table["measure"] == "afforestation") & (table["period"] == "2026")
    ]
    exact = {
        int(year): 20_000 * float(per_mu)
        for year, per_mu in zip(own["year"], own["credited_tco2e_per_mu"], strict=True)
    }
    told = {year: float(tonnes) for year, tonnes in loan.file.project.by_year().items()}
    assert told == pytest.approx({year: exact[year] for year in range(2026, 2056)}, abs=1e-6)
    assert len({round(tonnes) for tonnes in told.values()}) > 10  # not flat
    # verified five years together: what is sold is the engine's, in whole tonnes; later issues lie behind 2055
    sold = sum(flow.amount_fen for flow in loan.assessment.flows if flow.kind == "carbon")
    from_2030 = sum(exact[year] for year in range(2031, 2056))
    assert sold == pytest.approx(from_2030 * 6760 * 0.9025, rel=1e-3)
    assert loan.file.evidence.status == "assumption"
    assert loan_sheet(loan).terms["engine"] == ENGINE


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ({"scenario": "county"}, "project.engine.scenario: "),
        ({"region_code": "510727", "period": "2031"}, "project.engine.period: the engine tells nothing of '2031'"),
        ({"measure": "forestation"}, "did you mean 'afforestation'"),
        ({"measure": "tending"}, "the engine credits nothing to tending"),
        ({}, "project.engine: the engine begins with 2026, after the crediting period does"),
    ],
)
def test_tonnes_that_the_engine_does_not_tell_are_refused(
    engine: dict[str, str], expected: str, county: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "scenario" not in engine:
        monkeypatch.setattr("silvafisc.runs.prepare.prepare", lambda _: county)  # read once, for time
    path = changed("example-pledge-loan", tmp_path, project__tonnes=None, project__engine=ENGINE | engine)
    with pytest.raises(InputError) as refused:
        load_loan(path)
    said = [finding.text("en") for finding in refused.value.findings]
    assert any(expected in text for text in said), said
    assert all(text.startswith(f"{path}:") for text in said), said


REFUSALS: dict[str, tuple[str, dict[str, Any], str]] = {
    "tenor beyond the crediting period": (
        "wuning-ccer-2025",
        {"terms__last_payment": "2046-12-31"},
        "terms.last_payment: the tenor runs beyond the crediting period, which ends with 2045",
    ),
    "tonnes pledged twice": (
        "wuning-ccer-2025",
        {
            "other_uses": [
                {
                    "code": "wuning-2025",
                    "first_year": 2030,
                    "last_year": 2031,
                    "share": "0.1",
                    "use": "pledged",
                    "since": "2025-01-01",
                    "until": "2030-12-31",
                    "holder": "another bank",
                }
            ]
        },
        "tonnes of parcel wuning-2025 are pledged to 贷款银行 / lending bank (share 1) and also in",
    ),
    "negative price": (
        "wuning-ccer-2025",
        {"price__yuan_per_tco2": "-5"},
        "price.yuan_per_tco2: must be a quoted decimal > 0",
    ),
    "subsidy beyond its years": (
        "wuning-ccer-2025",
        {"subsidy": {"years": 5}},
        "subsidy.years: interest is subsidised for at most 3 years, not 5",
    ),
    "a stock as a yearly flow": (
        "wuning-ccer-2025",
        {"project__tco2e_per_year": "126340"},
        "project.tco2e_per_year: 6.07 t per mu in a year exceeds",
    ),
    "dates out of order": (
        "wuning-ccer-2025",
        {"terms__first_payment": "2025-06-30"},
        "terms.first_payment: 2025-06-30 does not lie after drawn 2025-12-31",
    ),
    "hidden debt": (
        "wuning-ccer-2025",
        {"repaid_from": ["carbon", "future_appropriation"]},
        "repaid_from[1]: debt service by future appropriations is hidden debt",
    ),
    "a government borrows": (
        "wuning-ccer-2025",
        {"borrower__kind": "government"},
        "borrower.kind: a government borrows by bonds within its limit only",
    ),
    "compensated forest at the price of CCER": (
        "sanming-ticket-2021",
        {"price__market": "ccer"},
        "project.land: existing compensated forest earns no CCER",
    ),
    "credits before there was a methodology": (
        "sanming-ticket-2021",
        {"price__market": "ccer", "project__land": "new_forest"},
        "price.market: no methodology credits afforestation as CCER on 2021-12-31",
    ),
    "allowances": (
        "wuning-ccer-2025",
        {"price__market": "cea"},
        "price.market: allowances (CEA) are another good",
    ),
    "the day count of bonds": (
        "wuning-ccer-2025",
        {"terms__day_count": "ACT/ACT"},
        "terms.day_count: ACT/ACT counts by coupon periods, as bonds do",
    ),
    "a scenario that begins too late": (
        "wuning-ccer-2025",
        {"price__scenarios": {"high": [{"from": "2030-01-01", "yuan_per_tco2": "90"}]}},
        "price.scenarios.high: no price is stated for the first sale",
    ),
    "a scenario called as a stressed course is": (
        "wuning-ccer-2025",
        {"price__scenarios": {"late": [{"from": "2025-01-01", "yuan_per_tco2": "90"}]}},
        "must be small letters, digits and _, none of all, base, fire, late, low_price (got 'late')",
    ),
    "no rate yet": (
        "wuning-ccer-2025",
        {"rates": [{"from": "2026-06-30", "rate": "0.04"}]},
        "rates[0].from: no rate is in force on the day of drawing",
    ),
    "shares that do not sum": (
        "example-pledge-loan",
        {"sharing__0__share": "0.2"},
        "sharing: the shares sum to 11/10, not to 1",
    ),
    "more than the buyers may offset": (
        "example-pledge-loan",
        {"buyers__0__obligation_tco2e": "10000"},
        "exceed the 2,500 t that the buyers may offset",
    ),
    "the right to compensation ends": (
        "anji-compensation-2018",
        {"compensation__last_year": 2020},
        "terms.last_payment: the tenor runs beyond the pledged right, which ends with 2020",
    ),
    "unknown place": ("anji-compensation-2018", {"multiple__place": "anjy"}, "multiple.place: unknown place"),
    "unknown key": ("anji-compensation-2018", {"multiples": {}}, "multiples: unknown key; did you mean 'multiple'"),
    "a first period so long that its interest outgrows the instalment": (
        "wuning-ccer-2025",
        {"terms__every_months": 1, "terms__last_payment": "2045-12-31"},
        "terms: the instalment of 2026-12-31 would not pay its interest: the first period is too long",
    ),
    "a year without tonnes": (
        "sanming-ticket-2021",
        {"project__tonnes": {"2021": "1", "2023": "1"}},
        "project: tonnes of 2022 are missing",
    ),
    "a year that is none": (
        "sanming-ticket-2021",
        {"project__tonnes": {"20211": "1"}},
        "must be a quoted year (got '20211')",
    ),
    "a borrower that lends to itself": (
        "wuning-ccer-2025",
        {"lender": "武宁项目业主 / Wuning project owner"},
        "lender: 武宁项目业主 / Wuning project owner is the borrower",
    ),
    "a pledge worth nothing": (
        "sanming-ticket-2021",
        {"amount": {"requested": "5000"}, "project__verified_tco2e": "0"},
        "amount: nothing can be lent: what is pledged is worth nothing",
    ),
    "an unknown element": (
        "example-pledge-loan",
        {"contract": ["partys"]},
        "contract[0]: unknown element 'partys'; did you mean 'parties'",
    ),
    "prices of a market that has none": (
        "sanming-ticket-2021",
        {"price": {"market": "local", "yuan_per_tco2": "15", "simulation": {"draws": 9, "seed": 1}}},
        "price.simulation: the price package has no prices of 'local'",
    ),
    "first payments without receipts": (
        "wuning-ccer-2025",
        {"amount": {"requested": "3000000"}, "practice__years_between_verifications": 5},
        "amount: nothing can be lent",
    ),
}


@pytest.mark.parametrize("case", list(REFUSALS))
def test_bad_input_is_refused_with_its_line_and_reason(case: str, tmp_path: Path) -> None:
    name, changes, expected = REFUSALS[case]
    path = changed(name, tmp_path, **changes)
    with pytest.raises(InputError) as refused:
        load_loan(path)
    said = [finding.text("en") for finding in refused.value.findings]
    assert any(expected in text for text in said), said
    assert all(text.startswith(f"{path}:") for text in said), said
    assert all(any("\u4e00" <= char <= "\u9fff" for char in finding.zh) for finding in refused.value.findings)


def test_all_findings_come_at_once(tmp_path: Path) -> None:
    path = changed(
        "wuning-ccer-2025",
        tmp_path,
        terms__last_payment="2046-12-31",
        subsidy={"years": 9},
        borrower__kind="government",
    )
    with pytest.raises(InputError) as refused:
        load_loan(path)
    assert len(refused.value.findings) == 3


def test_a_name_that_is_neither_a_file_nor_shipped_is_told_what_is() -> None:
    with pytest.raises(InputError, match="did you mean 'wuning-ccer-2025'"):
        load_loan("wuning-ccer")
    with pytest.raises(InputError, match="cannot be read"):
        load_loan("no-such-file.yaml")
