"""Red flags in the tables of parcels and of delivery, and listed units that fall. Expected: published, or by hand."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.allocation.audit.conftest import ECO, B, ByHand
from tests.runs.settled import outcome

from silvafisc.datasets import InputError
from silvafisc.economy.frames import input_frame
from silvafisc.economy.user_tables import to_user
from silvafisc.policy import ParameterTree, load_scenario
from silvafisc.results import Outcome, UnitInputs
from silvafisc.runs import check_path
from silvafisc.runs.inputs import load_inputs
from silvafisc.runs.listed_units import listed_units
from silvafisc.runs.prepare import prepare
from silvafisc.runs.red_flags import red_flags

RULES = ParameterTree.load().on(load_scenario("county-demo").policy_date)
CHECKS = ["area_change", "overlap", "owner_deduction", "detained", "household_rate", "idle_money", "local_share"]
COUNTY = "510821"
"""旺苍县."""


@pytest.fixture(scope="module")
def inputs() -> UnitInputs:
    return outcome().inputs


def parcels(*rows: tuple[str, str, int, int, str]) -> pd.DataFrame:
    """(parcel, programme, 0.1 mu now, 0.1 mu last year, document of the change)."""
    names = ("parcel_code", "programme", "area_tenth_mu", "last_year_area_tenth_mu", "change_document")
    common = {"region_code": COUNTY, "document": "区划界定书", "status": "assumption", "source": "for a test"}
    return input_frame("parcels", [common | dict(zip(names, row, strict=True)) for row in rows])


def delivery(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """(item, document, fen) of one fund and year."""
    common = {"region_code": COUNTY, "fund": ECO, "period": "2017", "status": "assumption", "source": "for a test"}
    return input_frame(
        "delivery", [common | {"item": item, "document": paper, "amount_fen": fen} for item, paper, fen in rows]
    )


def found(frame: pd.DataFrame, check: str) -> list[tuple[str, str]]:
    """(reference, value) of the flagged rows of a check."""
    rows = frame[(frame["check"] == check) & (frame["region_code"] != "") & frame["flagged"]]
    return list(zip(rows["reference"], rows["value"], strict=True))


def head(frame: pd.DataFrame, check: str) -> pd.Series:
    return frame[(frame["check"] == check) & (frame["region_code"] == "")].iloc[0]


def test_without_tables_no_check_was_made_and_none_passed(inputs: UnitInputs) -> None:
    frame = red_flags(replace(inputs, parcels=None, delivery=None), RULES, [])
    assert list(frame["check"]) == CHECKS
    assert not frame["made"].any()
    assert all(words.startswith("未检查") for words in frame["words_zh"])
    assert all(words.startswith("not made") for words in frame["words_en"])


def test_what_the_audit_of_wangcang_found_is_found(inputs: UnitInputs) -> None:
    """published: audit of 旺苍 (2018): 5 352 mu changed without approval, 42.75 万元 of insurance deducted from the
    owners' compensation, 10.35 万元 detained. The parcels are made up so that their changes sum to it.
    """
    land = parcels(
        ("001", "public_welfare", 60_000, 20_000, ""),
        ("002", "public_welfare", 10_000, 23_520, " "),
        ("003", "public_welfare", 10_000, 9_000, "川林〔2017〕1号"),
        ("004", "public_welfare", 500, 500, ""),
    )
    money = delivery(("deducted", "森林保险代扣", 42_7500_00), ("detained", "未拨付", 10_3500_00))
    frame = red_flags(replace(inputs, parcels=land, delivery=money), RULES, [])
    changed = found(frame, "area_change")
    assert changed == [("public_welfare/001", "4000.0"), ("public_welfare/002", "-1352.0")]
    assert sum(abs(float(mu)) for _, mu in changed) == 5352
    assert found(frame, "owner_deduction") == [(f"{ECO}/2017: 森林保险代扣", "427500.00")]
    assert found(frame, "detained") == [(f"{ECO}/2017: 未拨付", "103500.00")]
    assert list(head(frame, "area_change")[["value", "made", "flagged"]]) == ["2", True, True]
    assert head(frame, "area_change")["words_en"] == "4 looked at, 2 to be looked into"


def test_a_parcel_paid_for_twice_is_found_with_the_area_counted_twice(inputs: UnitInputs) -> None:
    """by hand: 300 + 200 + 100 − 300 = 300 tenths; the second parcel has left the other programme."""
    land = parcels(
        ("001", "public_welfare", 300, 300, ""),
        ("001", "natural_commercial", 200, 200, ""),
        ("001", "return_farmland", 100, 100, ""),
        ("002", "public_welfare", 400, 400, ""),
        ("002", "return_farmland", 0, 0, ""),
    )
    frame = red_flags(replace(inputs, parcels=land, delivery=None), RULES, [])
    assert found(frame, "overlap") == [("001: natural_commercial;public_welfare;return_farmland", "30.0")]
    assert head(frame, "overlap")["words_zh"] == "检查 2 项，1 项需核实"


@pytest.mark.parametrize(
    ("check", "rows", "value"),
    [
        ("household_rate", (("owner_paid", 94), ("owner_due", 100)), "0.9400"),
        ("household_rate", (("owner_paid", 95), ("owner_due", 100)), None),
        ("idle_money", (("spent", 89), ("received", 100)), "0.1100"),
        ("idle_money", (("spent", 90), ("received", 100)), None),
        ("local_share", (("local_paid", 99_999), ("local_due", 100_000)), "0.9999"),
        ("local_share", (("local_paid", 100), ("local_due", 100)), None),
        ("local_share", (("local_paid", 0), ("local_due", 0)), None),
    ],
)
def test_a_share_is_flagged_beyond_its_limit_and_not_at_it(
    inputs: UnitInputs, check: str, rows: tuple[tuple[str, int], ...], value: str | None
) -> None:
    """by hand: limits 0.95, 0.10 and 1."""
    money = delivery(*((item, "报表", fen) for item, fen in rows))
    frame = red_flags(replace(inputs, parcels=None, delivery=money), RULES, [])
    assert found(frame, check) == ([] if value is None else [(f"{ECO}/2017: 报表", value)])
    assert head(frame, check)["made"]


def test_documents_of_one_item_are_added_up(inputs: UnitInputs) -> None:
    money = delivery(("owner_paid", "一季度", 50), ("owner_paid", "二季度", 44), ("owner_due", "名册", 100))
    frame = red_flags(replace(inputs, parcels=None, delivery=money), RULES, [])
    assert found(frame, "household_rate") == [(f"{ECO}/2017: 名册;一季度;二季度", "0.9400")]


def test_a_figure_that_is_missing_is_neither_zero_nor_passed(inputs: UnitInputs) -> None:
    frame = red_flags(replace(inputs, parcels=None, delivery=delivery(("owner_due", "名册", 100))), RULES, [])
    rows = frame[frame["check"] == "household_rate"]
    assert list(rows["made"]) == [False, False]
    assert "owner_paid is missing" in rows["words_en"].iloc[1]
    for check in ("owner_deduction", "detained", "idle_money", "local_share"):
        assert not head(frame, check)["made"], check


def falling(last_fen: int = 200_000, **reasons: int) -> ByHand:
    """Listed unit B: 200 000 fen for 100 mu last year are 400 000 for 200 mu; it gets 299 940 and 366 766 fen.

    by hand: 200 000 + 53 280 + 40 000 + 6 660 and 200 000 + 53 280 + 100 000 + 13 486.
    """
    case = ByHand()
    case.rule("envelope")
    case.inputs["last_year"].loc[case.inputs["last_year"]["region_code"] == B, "amount_fen"] = last_fen
    case.set("regions", "last_year_fen", last_fen, region_code=B)
    rows = [(B, "last_year", part, fen) for part, fen in reasons.items()]
    case.tables["reasons"] = pd.DataFrame(rows, columns=["region_code", "against", "part", "amount_fen"])
    return case


def of(case: ByHand) -> list[tuple[str, str, bool]]:
    whole = outcome(case)
    flags = listed_units(case.resolved, whole.inputs, case.tables)
    assert flags[0].made
    return [(flag.reference, flag.value, flag.flagged) for flag in flags[1:]]


def test_a_listed_unit_that_falls_has_its_cause_printed() -> None:
    case = falling(area=-9, standard=-120_000, pot=500)
    assert of(case) == [(f"{ECO}/2026", "-1000.60", False), (f"{ECO}/2027", "-332.34", False)]
    words = listed_units(case.resolved, outcome(case).inputs, case.tables)[1]
    assert "-1200.00 元" in words.words_zh
    assert "-1200.00 yuan" in words.words_en
    assert "-0.09" not in words.words_en, "a cut of area is no cause of a fall like for like"


@pytest.mark.parametrize("reasons", [{}, {"area": -120_000, "committed": -9}, {"task": -120_000, "standard": 500}])
def test_a_listed_unit_that_falls_without_a_cause_is_flagged_and_found_by_check(
    reasons: dict[str, int], tmp_path: Path
) -> None:
    case = falling(**reasons)
    assert of(case) == [(f"{ECO}/2026", "-1000.60", True), (f"{ECO}/2027", "-332.34", True)]
    case.tables["red_flags"] = red_flags(outcome().inputs, RULES, [])
    outcome(case).save(tmp_path / "o")
    assert [f.path for f in check_path(tmp_path / "o")] == [
        f"listed_unit_falls: {B}, {ECO}/{period}" for period in ("2026", "2027")
    ]


def test_a_fall_that_the_fund_makes_up_for_later_says_so() -> None:
    """by hand: 160 000 x 2 = 320 000 fen last year; 299 940 − 320 000 and 366 766 − 320 000, together + 26 706."""
    case = falling(160_000, standard=26_706)
    assert of(case) == [(f"{ECO}/2026", "-200.60", False)]
    words = listed_units(case.resolved, outcome(case).inputs, case.tables)[1].words_en
    assert "267.06 yuan more" in words


def test_what_rounding_takes_is_no_fall() -> None:
    """by hand: 299 980 fen last year at this year's area, 40 fen more than the 299 940 of 2026."""
    assert of(falling(149_990)) == []


def test_a_listed_unit_that_keeps_its_money_and_a_case_without_last_year() -> None:
    """by hand: 240 000 fen like for like last year, 299 940 and 366 766 now."""
    case = ByHand()
    assert of(case) == []
    inputs = replace(outcome(case).inputs, last_year=None)
    (flag,) = listed_units(case.resolved, inputs, case.tables)
    assert (flag.made, flag.flagged) == (False, False)


def test_a_users_tables_are_read_checked_and_kept_in_the_outcome(tmp_path: Path) -> None:
    from silvafisc.policy.scenario_files import SCENARIOS

    folder = SCENARIOS / "county-demo"
    for path in folder.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    money = delivery(("deducted", "森林保险代扣", 42_7500_00))
    to_user("parcels", parcels(("001", "public_welfare", 605, 20, ""))).to_csv(tmp_path / "parcels.csv", index=False)
    to_user("delivery", money).to_csv(tmp_path / "delivery.csv", index=False)
    read = load_inputs(tmp_path, RULES)
    assert read.parcels is not None
    assert read.delivery is not None
    pd.testing.assert_frame_equal(read.delivery, money)
    assert list(read.parcels["area_tenth_mu"]) == [605]
    with pytest.raises(InputError, match="no fund of this scenario"):
        prepare("county-demo", tmp_path)
    written = (tmp_path / "parcels.csv").read_text(encoding="utf-8")
    (tmp_path / "parcels.csv").write_text(written.replace("public_welfare", "公益林"), encoding="utf-8")
    with pytest.raises(InputError, match=r"parcels\.csv:2"):
        load_inputs(tmp_path, RULES)


def test_an_outcome_keeps_the_flags_and_one_made_before_them_still_loads(tmp_path: Path) -> None:
    made = outcome()
    tables = {**made.tables, "red_flags": red_flags(made.inputs, RULES, [])}
    replace(made, tables=tables).save(tmp_path / "o")
    loaded = Outcome.load(tmp_path / "o").tables["red_flags"]
    assert list(loaded["made"]) == [False] * len(CHECKS)
    (tmp_path / "o" / "red_flags.csv").unlink()
    assert "red_flags" not in Outcome.load(tmp_path / "o").tables
