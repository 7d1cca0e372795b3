"""Published arithmetic of real programmes, worked out again on the road that a run takes.

Counties of the demonstration carry the areas; standards, uses and payers are those that were published. Every amount
below is published unless it says by hand or inferred. Sources stand beside the parameters (policy/parameters).
"""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.policy import ParameterTree
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.quantities import apportion, entitlement, mu_to_tenths, yuan_to_fen
from silvafisc.results import Outcome
from silvafisc.runs import run

WANGCANG, OTHER = "510821", "510822"
NOTE = {"certified": "false", "document": "", "status": "assumption", "source": "published area", "demo": "no"}
SCENARIO = """
id: published
title: {{zh: 已公布的算例, en: Published arithmetic}}
kind: {{zh: 情景测算, en: scenario estimate}}
mode: case
data: tables
policy_date: "2026-01-01"
periods: ["2026"]
horizon: 2060
funds:
{funds}
categories:
{categories}
grades: {{by_region: false}}
objectives:
  - {{term: carbon, stage: 1}}
rules:
  - {{rule: envelope}}
  - {{rule: cost_sharing}}
  - {{rule: eligible_area}}
  - rule: split
    owner_at_least: "0.6"
    uses:
{uses}
assumed_responses: rank
seed: 1
"""

PROVINCE = """\
  provincial_compensation: {measures: [compensation], appropriation: {"2026": "1300000000"}}"""
CENTRE = """\
  ecological_protection_restoration: {measures: [compensation], appropriation: {"2026": "100000000"}}
"""


def solved(folder: Path, funds: str, categories: str, uses: str, areas: list[tuple[str, str, str]]) -> Outcome:
    """The scenario over two counties with the given areas (region, category, mu)."""
    (folder / "tables").mkdir()
    named = {category for _, category, _ in areas}
    for file in sorted((SCENARIOS / "county-demo").glob("*.csv")):
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        kept = frame[frame["region_code"].isin([WANGCANG, OTHER])]
        if file.stem == "responses":
            model = kept[kept["subject"] == "public_welfare_collective"]
            kept = pd.concat([kept, *(model.assign(subject=name) for name in named)])
            kept = kept.drop_duplicates(["region_code", "subject"])
        if file.stem == "areas":
            kept = pd.DataFrame(areas, columns=["region_code", "category", "area_mu"]).assign(**NOTE)
        kept.to_csv(folder / "tables" / file.name, index=False)
    path = folder / "scenario.yaml"
    path.write_text(SCENARIO.format(funds=funds, categories=categories, uses=uses), encoding="utf-8")
    outcome = run(path)
    assert outcome.audit["clean"]
    return outcome


def paid(outcome: Outcome, category: str, column: str = "payment_fen") -> int:
    frame = outcome.tables["allocation"]
    return int(frame.loc[frame["category"] == category, column].sum())


def use(outcome: Outcome, category: str, name: str) -> int:
    frame = outcome.tables["uses"]
    return int(frame.loc[(frame["category"] == category) & (frame["use"] == name), "amount_fen"].sum())


def printed(fen: int) -> str:
    """万元 with two decimals, as officers print it."""
    return str((Decimal(fen) / 1_000_000).quantize(Decimal("0.01")))


@pytest.fixture(scope="module")
def by_payer(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """旺苍 2017 by payer, and Beijing's mountain forest at 40 and at 70 yuan."""
    own = "fund: provincial_compensation, payers: payers"
    categories = f"""\
  public_welfare_state: {{levels: ["15"]}}
  natural_commercial_state: {{{own}.province_and_counties, levels: ["15"]}}
  natural_commercial_collective: {{{own}.beijing_mountain, levels: ["40"]}}
  public_welfare_collective: {{{own}.beijing_mountain, levels: ["70"]}}"""
    uses = """\
      public_welfare_state: {public: {per_mu: "0.25"}}
      natural_commercial_state: {public: {per_mu: "0.25"}}
      natural_commercial_collective: {public: {per_mu: "16"}}
      public_welfare_collective: {public: {per_mu: "28"}}"""
    areas = [(WANGCANG, "public_welfare_state", "934859"), (WANGCANG, "natural_commercial_state", "360812")]
    areas += [(OTHER, "natural_commercial_collective", "10770000"), (OTHER, "public_welfare_collective", "10770000")]
    areas += [(OTHER, category, "0") for _, category, _ in areas[:2]]
    areas += [(WANGCANG, category, "0") for _, category, _ in areas[2:4]]
    return solved(tmp_path_factory.mktemp("payer"), CENTRE + PROVINCE, categories, uses, areas)


def test_wangcang_2017_by_payer_and_where_its_rounding_differs(by_payer: Outcome) -> None:
    """1 295 671 mu x 14.75 = 1 911.11 万元; printed 1 911.12 = 1 378.92 central + 532.20 province.

    14.75 is what 0.25 for public protection leave of 15. By hand: the printed parts allow between 934 857.7 and 934 860.8
    mu of the centre's; with any of these both parts are rounded up, and the printed total is the sum of the printed
    parts, 100 yuan above the printed product.
    """
    central, province = (use(by_payer, c, "owner") for c in ("public_welfare_state", "natural_commercial_state"))
    assert (printed(central), printed(province)) == ("1378.92", "532.20")
    assert central + province == 1_911_114_725
    assert printed(central + province) == "1911.11"
    assert Decimal(printed(central)) + Decimal(printed(province)) == Decimal("1911.12")
    assert paid(by_payer, "public_welfare_state", "central_fen") == paid(by_payer, "public_welfare_state")
    assert paid(by_payer, "natural_commercial_state", "central_fen") == 0


def test_beijing_pays_24_and_16_of_40_half_by_the_city_and_half_by_the_districts(by_payer: Outcome) -> None:
    """10.77 million mu: 24 + 16 = 40 from 2010, city:district 5:5."""
    category = "natural_commercial_collective"
    assert use(by_payer, category, "owner") == 258_480_000_00
    assert use(by_payer, category, "public") == 172_320_000_00
    assert paid(by_payer, category) == 430_800_000_00
    assert paid(by_payer, category, "provincial_fen") == paid(by_payer, category, "county_fen") == 215_400_000_00


def test_beijing_2016_costs_753_9_million_half_by_the_city(by_payer: Outcome) -> None:
    """70 x 10.77 million mu = 753.9 million yuan, announced as 754 million; 42 + 28 is recalled."""
    category = "public_welfare_collective"
    assert paid(by_payer, category) == 753_900_000_00
    assert paid(by_payer, category, "provincial_fen") == paid(by_payer, category, "county_fen") == 376_950_000_00
    assert use(by_payer, category, "owner") == 452_340_000_00


def test_guangdong_2020_splits_35_and_adds_10_1_in_the_special_area(tmp_path: Path) -> None:
    """28 + 4.55 + 0.525 + 0.525 + 0.35 = 33.95 of 35; 3 % above the county are inferred; 8.08 / 0.8 = 10.1, so 45.1.

    `uses` knows three names beside the owner: county management is patrol, the two parts of 1.5 % are public, the last
    1 % and the inferred 3 % administration. Two units of five thousand mu: a yuan of the standard
    is ten thousand yuan, shown here as a thousand.
    """
    categories = """\
  public_welfare_collective: {fund: provincial_compensation, payers: payers.province_and_counties, levels: ["35"]}
  public_welfare_state: {fund: provincial_compensation, payers: payers.province_and_counties, levels: ["45.1"]}"""
    shares = '{patrol: {share: "0.13"}, public: {share: "0.03"}, administration: {share: "0.04"}}'
    uses = f"      public_welfare_collective: {shares}\n      public_welfare_state: {shares}"
    both = ("public_welfare_collective", "public_welfare_state")
    areas = [(code, category, "5000") for code in (WANGCANG, OTHER) for category in both]
    outcome = solved(tmp_path, PROVINCE, categories, uses, areas)
    amounts = {name: use(outcome, both[0], name) // 10 for name in ("owner", "patrol", "public", "administration")}
    assert amounts == {"owner": 28_000_00, "patrol": 4_550_00, "public": 1_050_00, "administration": 1_400_00}
    assert apportion(amounts["public"], {"a": Fraction(3, 2), "b": Fraction(3, 2)}) == {"a": 525_00, "b": 525_00}
    kept = apportion(amounts["administration"], {"county": 1, "above": 3})
    assert kept == {"county": 350_00, "above": 1_050_00}
    assert sum(amounts.values()) - kept["above"] == 33_950_00
    assert paid(outcome, both[1]) // 10 == 45_100_00
    assert (use(outcome, both[1], "owner") - use(outcome, both[0], "owner")) // 10 == 8_080_00


def test_guangdong_s_shares_are_those_on_record() -> None:
    rules = ParameterTree.load().on("2020-06-30")
    here = "provincial_standards.guangdong."
    base, special = (Fraction(rules.text(here + name)) for name in ("general_base", "special_base"))
    owner = Fraction(rules.text(here + "owner_share")) / 100
    parts = [Fraction(text) for text in rules.text(here + "management_shares").split(";")]
    above = Fraction(rules.text(here + "above_county_share")) / 100
    assert owner + sum(parts) + above == 1
    assert [float(part * base) for part in parts] == [4.55, 0.525, 0.525, 0.35]
    assert base + Fraction(rules.text(here + "special_owner_addition")) / owner == special


SHANDONG = {
    "improved seed": 573,
    "afforestation": 844,
    "loan interest subsidy": 2302,
    "tending": 447,
    "national reserve": 560,
    "fire": 258,
    "pest": 3687,
    "wildlife": 835,
    "science extension": 240,
}
"""Central forestry funds of Shandong, 2021 tranche, 万元, in the order of its table's columns."""


def test_shandong_2021_sums_to_9_746_and_its_items_follow_from_their_shares() -> None:
    """published: total 9 746 万元; by hand 38 % pest and 24 % interest subsidy. To the fen, shared by the items' own weights."""
    total = yuan_to_fen("97460000")
    assert sum(SHANDONG.values()) == 9746
    assert apportion(total, SHANDONG) == {item: amount * 1_000_000 for item, amount in SHANDONG.items()}
    assert [round(100 * SHANDONG[item] / 9746) for item in ("pest", "loan interest subsidy")] == [38, 24]


def test_jixi_lends_less_than_ten_years_of_its_compensation() -> None:
    """published: 81 331 yuan a year x 10 years = 813 310 yuan pledged, 800 000 lent. By hand: 98.36 % of it."""
    pledged = entitlement(yuan_to_fen("81331"), mu_to_tenths("10"))
    assert pledged == yuan_to_fen("813310")
    assert round(Fraction(yuan_to_fen("800000"), pledged), 4) == Fraction("0.9836")
