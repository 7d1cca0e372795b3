"""More than two outcomes, what they rest on, and what a plan loses under another scenario's conditions."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.allocation.audit.conftest import DEV, ECO, A, B, ByHand
from tests.runs.settled import outcome

from silvafisc.datasets import InputError
from silvafisc.results import Outcome
from silvafisc.runs import compare
from silvafisc.runs.compare import _due_after
from silvafisc.runs.compare_groups import stability
from silvafisc.runs.compare_tables import units
from silvafisc.runs.compare_trade import trades

OBJECTIVES = [
    {"term": "carbon", "label": {"zh": "固碳量", "en": "carbon"}, "unit": "tco2e", "value": 200.0, "weight": 0.5,
     "utopia": 210.0, "nadir": 160.0},
    {"term": "development", "label": {"zh": "发展", "en": "development"}, "unit": "yuan", "value": 90.0, "weight": 0.5,
     "utopia": 100.0, "nadir": 80.0},
]  # fmt: skip
SAID = {
    "scenario": {
        "id": "by_hand",
        "title": {"zh": "甲", "en": "a"},
        "groups": {"listed": {"label": {"zh": "重点帮扶县", "en": "listed"}}},
    }
}
"""What outcome.json records of a scenario, as far as these tests read it."""


def made(case: ByHand | None = None, **meta: Any) -> Outcome:
    return outcome(case, objectives=OBJECTIVES, **{**SAID, **meta})


def paying(fen: int, tonnes: float) -> Outcome:
    """B's afforestation of 2026 at `fen` and `tonnes` more."""
    case = ByHand()
    where = {"region_code": B, "nature": "task", "period": "2026"}
    case.add("allocation", "payment_fen", fen, **where)
    case.tables["allocation"]["carbon_tco2e"] = case.tables["allocation"]["carbon_tco2e"].astype(float)
    frame = case.tables["allocation"]
    mask = (frame["region_code"] == B) & (frame["nature"] == "task") & (frame["period"] == "2026")
    frame.loc[mask, "carbon_tco2e"] += tonnes
    return made(case)


@pytest.mark.parametrize(
    ("fen", "tonnes", "zh", "en"),
    [
        (30000, 4.0, "B比A多安排 300.00 元，多固碳 4 吨，每多固碳一吨多花 75 元（含以后年度兑付的分期）。", "300.00 yuan more than A and keeps 4 t CO2e more: 75 yuan"),
        (-30000, -4.0, "B比A少安排 300.00 元，少固碳 4 吨，每少固碳一吨省下 75 元（含以后年度兑付的分期）。", "300.00 yuan less than A and keeps 4 t CO2e less: 75 yuan saved"),
        (30000, -4.0, "B比A多安排 300.00 元，反而少固碳 4 吨。", "300.00 yuan more than A and yet keeps 4 t CO2e less."),
        (-30000, 4.0, "B比A少安排 300.00 元，反而多固碳 4 吨。", "300.00 yuan less than A and yet keeps 4 t CO2e more."),
        (0, 4.0, "B与A安排的资金相同，多固碳 4 吨。", "the same money as A and keeps 4 t CO2e more."),
        (0, -4.0, "B与A安排的资金相同，少固碳 4 吨。", "the same money as A and keeps 4 t CO2e less."),
        (30000, 0.0, "B比A多安排 300.00 元，固碳量不变。", "300.00 yuan more than A; the carbon is the same."),
        (-30000, 0.0, "B比A少安排 300.00 元，固碳量不变。", "300.00 yuan less than A; the carbon is the same."),
        (0, 0.0, "B与A安排的资金和固碳量均相同。", "the same money as A and keeps the same carbon."),
    ],
)  # fmt: skip
def test_the_trade_says_what_the_numbers_say(fen: int, tonnes: float, zh: str, en: str) -> None:
    """by hand: 300 yuan over 4 t = 75 yuan a tonne; every pair of signs has a sentence of its own."""
    comparison = compare([made(), paying(fen, tonnes)])
    assert zh in comparison.text("zh")
    assert en in comparison.text("en")


@pytest.mark.parametrize(
    ("fen", "zh"),
    [
        (30000, "1 个单位增加，0 个减少，2 个不变；其中重点帮扶县（1 个）1 个增加，0 个减少，合计增加 300.00 元；其中poor（1 个）0 个增加，0 个减少，合计不变。"),
        (-30000, "0 个单位增加，1 个减少，2 个不变；其中重点帮扶县（1 个）0 个增加，1 个减少，合计减少 300.00 元"),
        (0, "0 个单位增加，0 个减少，3 个不变；其中重点帮扶县（1 个）0 个增加，0 个减少，合计不变"),
    ],
)  # fmt: skip
def test_gains_and_losses_are_said_of_all_units_and_of_listed_ones(fen: int, zh: str) -> None:
    text = compare([made(), paying(fen, 1.0)]).text("zh")
    assert zh in text
    assert ("增加最多的是乙（+300.00 元）" in text) == (fen > 0)
    assert ("减少最多的是乙（−300.00 元）" in text) == (fen < 0)


def test_what_is_left_to_pay_later_counts_for_the_tonnes_too() -> None:
    """by hand: 300 yuan more now and 80 later over 4 t are 95 yuan a tonne."""
    plans = {"outcome": [1, 2], "due_after_fen": [1000, 9000], "carbon_tco2e": [10.0, 14.0]}
    units_of = pd.DataFrame({"outcome": [2], "difference_fen": [30000]})
    standards = pd.DataFrame({"outcome": [2], "difference_yuan_per_mu": [""]})
    found = trades({"outcomes": pd.DataFrame(plans), "units": units_of, "standards": standards})
    assert (found["due_after_fen"][0], found["fen_per_tco2e"][0]) == (8000, 9500.0)


def test_what_falls_due_before_the_end_is_not_left_to_pay() -> None:
    """by hand: of 100 yuan deferred more, 20 fall due within the years."""
    plan = made()
    allocation = plan.tables["allocation"]
    due = allocation.iloc[[0]].assign(nature="committed", payment_fen=2000, due_later_fen=0)
    deferred = allocation.iloc[[1]].assign(payment_fen=0, due_later_fen=10000)
    more = pd.concat([allocation, due, deferred], ignore_index=True)
    assert _due_after(replace(plan, tables={**plan.tables, "allocation": more})) == _due_after(plan) + 8000


def test_tables_of_many_say_which_outcome_they_are_of(tmp_path: Path) -> None:
    comparison = compare([made(), paying(100, 1.0), paying(-300, 1.0)])
    assert comparison.frames["trades"]["payment_fen"].tolist() == [100, -300]
    parts = comparison.frames["waterfall"]
    assert parts.to_dict("records") == [
        {"outcome": 2, "region_code": B, "part": "task", "amount_fen": 100},
        {"outcome": 3, "region_code": B, "part": "task", "amount_fen": -300},
    ]
    comparison.save(tmp_path)
    assert pd.read_csv(tmp_path / "units.csv")["outcome"].tolist() == [2, 2, 2, 3, 3, 3]
    assert "C − A  −3.00 yuan" in comparison.text("en")


def test_seven_outcomes_are_too_many() -> None:
    with pytest.raises(InputError, match="two and 6"):
        compare([made()] * 7)


def test_what_was_changed_is_named() -> None:
    other = {**SAID["scenario"], "horizon": 2060, "groups": {}}
    first = made(input_hashes={"inputs/areas.csv": "aa", "law": "1"}, versions={"highspy": "1"})
    second = made(scenario=other, input_hashes={"inputs/areas.csv": "bb", "law": "2"}, versions={"highspy": "1"})
    found = compare([first, second]).frames["causes"]
    assert [(row["kind"], row["what"], row["first"], row["second"]) for row in found.to_dict("records")] == [
        ("scenario", "groups.listed.label.zh", "重点帮扶县", ""),
        ("scenario", "groups.listed.label.en", "listed", ""),
        ("scenario", "horizon", "", "2060"),
        ("input", "inputs/areas.csv", "aa", "bb"),
    ]


def test_ranks_grades_and_signs_are_compared() -> None:
    """by hand: 4 151 498, 10 … fen: B > C > A; C moved above B turns one of three pairs: τ = (2 − 1)/3, ρ = 1 − 6·2/24."""
    case = ByHand()
    case.add(
        "allocation",
        "payment_fen",
        9_000_000,
        region_code="110003",
        nature="committed",
        period="2026",
    )
    case.set("regions", "grade", "1", region_code=B)
    pair = (made(), made(case))
    found = stability(units(*pair), pair).set_index("statistic")
    assert found.loc["kendall", "value"] == pytest.approx(1 / 3)
    assert found.loc["spearman", "value"] == pytest.approx(0.5)
    assert found.loc["regraded", "value"] == pytest.approx(1 / 3)
    assert "sign" not in found.index  # the case explains no reference
    reasons = pd.DataFrame({"region_code": [A, B], "against": "last_year", "part": "task", "amount_fen": [5, -5]})
    turned = reasons.assign(amount_fen=[5, 5])
    explained = tuple(
        replace(o, tables={**o.tables, "reasons": r}) for o, r in zip(pair, (reasons, turned), strict=True)
    )
    row = stability(units(*explained), (explained[0], explained[1])).set_index("statistic").loc["sign"]
    assert (row["reference"], row["units"], row["value"]) == ("last_year", 2, 0.5)


def given(case: ByHand, fund: str, period: str, fen: int) -> ByHand:
    """The case with another appropriation."""
    funds = tuple(
        replace(f, appropriation_fen={**f.appropriation_fen, period: fen}) if f.id == fund else f
        for f in case.resolved.funds
    )
    case.resolved = replace(case.resolved, funds=funds)
    return case


def richer() -> ByHand:
    """A's state forest of 2026 at 12.00 in place of 10.00: 201 yuan of all payers, 100.50 of the fund's own; 0.2 t, 9."""
    case = ByHand()
    for offer, taken in (("s=10.00", False), ("s=12.00", True)):
        case.set("offers", "chosen", taken, region_code=A, category="state", period="2026", offer=offer)
    return case


def test_regret_is_what_a_plan_loses_under_the_other_conditions() -> None:
    """by hand: the second plan keeps 0.2 t and earns 9 more; in the first scenario (range 50 t, 20 yuan) it loses
    0.5 · (−0.2)/50 + 0.5 · (−9)/20 of the weighted sum."""
    pair = [made(given(case, ECO, "2027", 900000)) for case in (ByHand(), richer())]
    found = compare(pair).frames["regret"].set_index(["conditions", "plan", "objective"])
    assert found.loc[(1, 2, "carbon"), "regret"] == pytest.approx(-0.2)
    assert found.loc[(1, 2, "carbon"), "value"] == pytest.approx(200.2)
    assert found.loc[(2, 1, "development"), "regret"] == pytest.approx(9.0)
    assert found.loc[(1, 2, "weighted"), "regret"] == pytest.approx(-0.002 - 0.225)
    assert set(found["status"]) == {"computed"}


def test_a_plan_that_costs_more_than_there_is_has_no_regret() -> None:
    """by hand: 731 050 fen are paid in 2026 and 10 050 more would be; of 741 099 fen one is lacking. Then nothing is carried
    into 2027, and 830 363 of 800 000 fen are paid there."""
    found = compare([made(given(ByHand(), ECO, "2026", 741099 - 1001)), made(richer())]).frames["regret"]
    refused = found[found["conditions"] == 1]
    assert set(refused["status"]) == {"unaffordable"}
    assert set(refused["detail"]) == {f"{ECO} 2026 +0.01; {ECO} 2027 +303.63"}
    assert set(refused["excess_fen"]) == {1 + 30363}


def test_a_standard_that_is_not_on_offer_has_no_regret() -> None:
    lacking = ByHand()
    lacking.tables["offers"] = lacking.tables["offers"].query("offer != 's=12.00' or region_code != @A")
    found = compare([made(lacking), made(richer())]).frames["regret"]
    refused = found[found["conditions"] == 1]
    assert set(refused["status"]) == {"not_on_offer"}
    assert all("s=12.00" in text for text in refused["detail"])


def test_factor_money_counts_at_what_a_yuan_brings_there() -> None:
    """by hand: the second plan's pot of 2026 is 2 000 000 fen in place of 1 000 003; at 0.01 t a yuan for A only, whose
    amount rises from 64 286 to 128 571 fen, that is 6.4285 t more."""
    first, second = (given(ByHand(), DEV, "2026", 6000000) for _ in range(2))
    for factor, fen in (("fiscal_difficulty", 1400000), ("forest_resource", 600000)):
        second.set("weights", "pot_fen", fen, factor=factor, period="2026")
    blank = dict.fromkeys(first.tables["offers"].columns, 0)
    rate = {"region_code": A, "fund": DEV, "nature": "factor", "measure": "factor_pot", "category": "", "chosen": True}
    rows = [
        {
            **blank,
            **rate,
            "period": period,
            "offer": "pot",
            f"cost.{DEV}.central.{period}_fen": 10000,
            "obj.carbon": 1.0,
        }
        for period in ("2026", "2027")
    ]
    first.tables["offers"] = pd.concat([first.tables["offers"], pd.DataFrame(rows)], ignore_index=True)
    others = compare([made(first), made(second)]).frames["regret"]
    assert set(others[others["conditions"] == 1]["status"]) == {"no_rate"}  # B and C get money, no rate is known
    for code in (B, "110003"):
        rows = [{**row, "region_code": code, "obj.carbon": 0.0} for row in rows]
        first.tables["offers"] = pd.concat([first.tables["offers"], pd.DataFrame(rows)], ignore_index=True)
    found = compare([made(first), made(second)]).frames["regret"].set_index(["conditions", "plan", "objective"])
    assert found.loc[(1, 2, "carbon"), "regret"] == pytest.approx(-(128571 - 64286) / 10000)
