"""Portfolios as files: what the shipped one amounts to, whose losses are its members', and what is refused."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.finance.test_loan_cases import changed as changed_loan

from silvafisc.datasets import InputError
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.finance.member_loss import member_loss
from silvafisc.policy import INSTRUMENTS, PORTFOLIOS
from silvafisc.runs.instruments import load_bond, load_loan
from silvafisc.runs.portfolio_sheet import portfolio_sheet
from silvafisc.runs.portfolios import Portfolio, load_portfolio


@pytest.fixture(scope="module")
def example() -> Portfolio:
    return load_portfolio("example-portfolio")


def portfolio(folder: Path, members: list[dict[str, Any]], **changes: Any) -> Path:
    """The shipped portfolio with other members and some keys changed, fewer draws, in a folder with its members' files."""
    shutil.copytree(PORTFOLIOS / "example-portfolio", folder / "example-portfolio", dirs_exist_ok=True)
    data = yaml.safe_load((PORTFOLIOS / "example-portfolio.yaml").read_text(encoding="utf-8"))
    data |= {"members": members, "simulation": {"draws": 200, "seed": 1, "quantiles": ["0.95"]}, **changes}
    path = folder / "portfolio.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


WUNING = {"instrument": "wuning-ccer-2025", "region": "武宁县"}
NORTH = {"instrument": "example-portfolio/north-slope.yaml", "region": "示例县甲 / Example County A"}


def test_the_example_sums_from_its_members_and_shows_every_number_it_rests_on(example: Portfolio) -> None:
    sheet = portfolio_sheet(example)
    members, terms = sheet.tables["members"], sheet.terms
    assert members["exposure_fen"].sum() == terms["figures"]["exposure"]["value"] == 790_000_000  # by hand: Σ granted
    assert members["loss_fen"].sum() == pytest.approx(terms["figures"]["loss_expected"]["value"], abs=5)
    assert members["tail_fen"].sum() == pytest.approx(sheet.tables["losses"]["tail_mean_fen"].iloc[-1], abs=5)
    guaranteed = sheet.tables["concentration"].set_index("dimension").loc["guarantor"]
    assert guaranteed["exposure_fen"] == 0.8 * 150_000_000 + 0.6 * 150_000_000  # by hand
    assert list(sheet.tables["losses"]["level"]) == [0.9, 0.95, 0.99]
    assert terms["undrawn_markets"] == ["local"]
    told = sheet.tables["assumptions"]
    assert set(told["number"]) == {
        "price_same_market", "price_across_markets", "fire_same_region", "fire_across_regions", "fire_chance", "recovery",
    }  # fmt: skip
    assert told["status"].notna().all()
    assert terms["status"] == "assumption"


def test_a_compensation_loan_loses_nothing_to_price_or_fire_and_a_local_ticket_only_to_fire(example: Portfolio) -> None:
    by_id = {loss.member.id: loss for loss in example.loss.losses}
    assert not by_id["demo-old-forest"].unpaid.any()
    tickets = by_id["demo-river-villages"]
    assert set(np.unique(tickets.late)) == {False, True}
    # by hand: at a price that never moves, one who never burns pays everything: 108 % cover in its worst year
    calm = member_loss(tickets.member, np.full((1, 12), 15.0), np.zeros((1, 12), dtype=bool), 2025)
    assert not calm.late.any()


def test_one_fire_at_the_stated_price_leaves_unpaid_what_the_fire_course_leaves(tmp_path: Path) -> None:
    # the drawn road beside the exact one: cover by year of the fire course, a year's lack added up and surplus released
    path = changed_loan("wuning-ccer-2025", tmp_path, stress={"fire_after_years": 4, "fire_share": "0.3"})
    loan = load_loan(path)
    (fire,) = [course for course in loan.assessment.covers if course.name == "fire"]
    owed = 0
    for year in fire.years:
        owed = max(0, owed + year.service_fen - year.receipts_fen)
    assert owed
    pooled = load_portfolio(
        portfolio(tmp_path, [{"instrument": "changed.yaml", "region": "x"}], surplus="released")
    ).loss
    (only,) = pooled.pool.members
    burnt = np.zeros((1, 11), dtype=bool)
    burnt[0, 4] = True
    assert member_loss(only, np.full((1, 11), 67.6), burnt, 2025).unpaid[0] == pytest.approx(owed, abs=20)


def test_an_insured_fire_pays_in_a_draw_what_it_pays_in_the_fire_course(tmp_path: Path) -> None:
    cover = {"insurer": "x", "limit": "5000000", "threshold": "0.2", "paid_by": "borrower"}
    path = changed_loan("wuning-ccer-2025", tmp_path, insurance=cover)
    (fire,) = [course for course in load_loan(path).assessment.covers if course.name == "fire"]
    assert 0 < fire.indemnity_fen < 500_000_000
    members = [{"instrument": "changed.yaml", "region": "x"}]
    (only,) = load_portfolio(portfolio(tmp_path, members, surplus="kept")).loss.pool.members
    burnt = np.zeros((1, 11), dtype=bool)
    burnt[0, 3] = True
    insured = member_loss(only, np.full((1, 11), 67.6), burnt, 2025)
    assert (
        not insured.unpaid.any()
    )  # the indemnity makes good what the fire took, and the cover was above one before it


def test_a_later_drawing_starts_its_price_in_its_own_first_year_of_the_pool(example: Portfolio) -> None:
    (wuning,) = [loss.member for loss in example.loss.losses if loss.member.id == "wuning-ccer-2025"]
    assert wuning.price == 67.6
    assert {loss.member.first_year for loss in example.loss.losses} == {2025, 2026}


@pytest.mark.parametrize("price", ["67.6", "90", "30"])
def test_a_bonds_coupons_and_receipts_follow_the_price_as_its_own_file_has_them(price: str, tmp_path: Path) -> None:
    # the drawn road beside the exact one: what the project lacks over the bond's life, with the coupons of that price
    exact = load_bond(
        changed_loan(
            "example-carbon-bond",
            tmp_path,
            other_income__0__yuan_per_year="3500000",
            forest__price={"market": "ccer", "yuan_per_tco2": price},
        )
    ).assessment
    lacking = sum(year.service_fen - year.receipts_fen for year in exact.cover)
    members = [{"instrument": "changed.yaml", "region": "x"}]
    (only,) = load_portfolio(portfolio(tmp_path, members, surplus="kept")).loss.pool.members
    calm = np.zeros((1, 8), dtype=bool)
    assert member_loss(only, np.full((1, 8), float(price)), calm, 2027).unpaid[0] == pytest.approx(
        max(0, lacking), abs=50
    )
    assert len({line.period.rate for line in exact.lines}) > 1


def test_a_row_of_the_register_that_two_members_list_is_one_use(tmp_path: Path) -> None:
    held = {"code": "other-1", "first_year": 2026, "last_year": 2030, "share": "1", "use": "sold", "since": "2026-01-01",
            "until": "", "holder": "买方"}  # fmt: skip
    changed_loan("wuning-ccer-2025", tmp_path, other_uses=[held]).rename(tmp_path / "a.yaml")
    changed_loan("wuning-ccer-2025", tmp_path, other_uses=[held], id="b", project__code="b").rename(tmp_path / "b.yaml")
    members = [{"instrument": f"{name}.yaml", "region": "x"} for name in "ab"]
    assert len(load_portfolio(portfolio(tmp_path, members)).members) == 2
    # a register that also holds the first one's own pledge tells nothing new; one that sells those tonnes does
    pledged = held | {
        "code": "wuning-2025",
        "last_year": 2045,
        "use": "pledged",
        "holder": "贷款银行 / lending bank",
        "since": "2026-01-15",
    }
    for holder, expected in (("贷款银行 / lending bank", 0), ("another bank", 2)):
        uses = [held, pledged | {"holder": holder}]
        changed_loan("wuning-ccer-2025", tmp_path, other_uses=uses, id="b", project__code="b").rename(
            tmp_path / "b.yaml"
        )
        path = portfolio(tmp_path, members)
        if not expected:
            load_portfolio(path)
            continue
        with pytest.raises(InputError) as refused:
            load_portfolio(path)
        assert len(refused.value.findings) == expected


REFUSALS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "no such member": ([{"instrument": "wuning-ccer", "region": "x"}], {}, "did you mean 'wuning-ccer-2025'"),
    "a member elsewhere": (
        [{"instrument": "../other.yaml", "region": "x"}],
        {},
        "members[0].instrument: must lie beside or below the portfolio's own file",
    ),
    "a member twice": ([WUNING, WUNING], {}, "members[1].instrument: wuning-ccer-2025 is in the portfolio already"),
    "no members": ([], {}, "members: "),
    "less together within than across": (
        [WUNING],
        {"correlation": {"price": {"same_market": {"value": "0.1", "status": "assumption", "title": "t"}}}},
        "correlation.price: 0.3 across groups exceeds 0.1 within one",
    ),
    "levels that do not ascend": (
        [WUNING],
        {"simulation": {"draws": 9, "seed": 1, "quantiles": ["0.99", "0.95"]}},
        "simulation.quantiles: must ascend between 0 and 1",
    ),
    "a number without what it rests on": (
        [WUNING],
        {"recovery": {"value": "0.2"}},
        "recovery.status: ",
    ),
    "a chance above one": (
        [WUNING],
        {"fire_chance": {"value": "1.2", "status": "assumption", "title": "t"}},
        "fire_chance.value: ",
    ),
    "surplus that is not told": ([WUNING], {"surplus": "spent"}, "surplus: "),
}


@pytest.mark.parametrize("case", list(REFUSALS))
def test_bad_input_is_refused_with_its_line_and_reason(case: str, tmp_path: Path) -> None:
    members, changes, expected = REFUSALS[case]
    path = portfolio(tmp_path, members, **changes)
    with pytest.raises(InputError) as refused:
        load_portfolio(path)
    said = [finding.text("en") for finding in refused.value.findings]
    assert any(expected in text for text in said), said
    assert all(text.startswith(f"{path}:") for text in said), said
    assert all(any("\u4e00" <= char <= "\u9fff" for char in finding.zh) for finding in refused.value.findings)


def test_a_loan_or_bond_given_as_a_portfolio_is_told_its_own_verb() -> None:
    for name, verb in (("wuning-ccer-2025", "loan"), ("benchmark-bond", "bond")):
        with pytest.raises(InputError) as refused:
            load_portfolio(INSTRUMENTS / f"{name}.yaml")
        [finding] = refused.value.findings
        assert finding.en.endswith(f"; `silvafisc finance {verb}` reads it")


def test_a_tonne_that_two_members_pledge_is_refused_at_both(tmp_path: Path) -> None:
    path = portfolio(tmp_path, [NORTH, {"instrument": "twice.yaml", "region": "x"}])
    text = (tmp_path / "example-portfolio" / "south-slope.yaml").read_text(encoding="utf-8")
    (tmp_path / "twice.yaml").write_text(text.replace('"demo-102-a"', '"demo-101-a"'), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_portfolio(path)
    said = [finding.text("en") for finding in refused.value.findings]
    assert len(said) == 2
    assert "twice.yaml:25:9" in said[1]
    assert all(
        "tonnes of parcel demo-101-a are pledged to 示例农商银行 / Example Rural Commercial Bank (share 1) and also in"
        in text
        for text in said
    )


def test_findings_of_the_portfolio_and_of_its_members_come_at_once(tmp_path: Path) -> None:
    path = portfolio(tmp_path, [NORTH, {"instrument": "none", "region": "x"}], simulation={
        "draws": 9, "seed": 1, "quantiles": ["0.99", "0.95"]})  # fmt: skip
    north = tmp_path / "example-portfolio" / "north-slope.yaml"
    text = north.read_text(encoding="utf-8")
    north.write_text(text.replace("[carbon]", "[carbon, future_appropriation]"), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_portfolio(path)
    said = [finding.text("en") for finding in refused.value.findings]
    assert len(said) == 3
    assert any("north-slope.yaml" in text and "hidden debt" in text for text in said)


def test_the_shipped_members_are_loans_of_their_own() -> None:
    for name in ("north-slope", "south-slope", "river-villages"):
        loan = load_loan(PORTFOLIOS / "example-portfolio" / f"{name}.yaml")
        assert isinstance(loan.file, CarbonPledgeLoan)
        assert loan.assessment.base.least > 1
