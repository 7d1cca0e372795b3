"""Samples judged with parcels as clusters, places that would decide, instalments and settlement to the fen: by hand."""

from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.carbon.monitoring.folders import RULES, read, refused, write

from silvafisc.carbon.monitoring.acceptance import survival
from silvafisc.carbon.monitoring.evidence import acceptance_table, evidence_table, further, judge
from silvafisc.carbon.monitoring.samples import Claim, Sample
from silvafisc.carbon.monitoring.settlement import instalment_table, settlement_lines
from silvafisc.datasets.findings import InputError

CLAIM = Claim("provincial_forestry", 1_000_000_01, 300_000_00, 10, Fraction(500), None)


def sample(check: str, looked: tuple[float, ...], right: tuple[float, ...], claim: Claim | None = CLAIM) -> Sample:
    told = ("a bureau", "2026-05-01", "secondary", "a check", False, "samples.csv:2:1")
    return Sample("510822", "afforestation", "2026", check, looked, right, claim, *told)


def test_places_of_a_parcel_live_or_die_together() -> None:
    # published: Clopper and Pearson (1934) limits of 90 of 100; by hand: r = 0.9, residuals ±10 -> s² = 200, n = 2
    uneven = judge(sample("survival", (50, 50), (50, 40)), RULES)
    pooled = survival(90, 100, "survival", RULES)
    assert uneven.estimate == 0.9
    assert uneven.low == pytest.approx(0.9 - stats.t.ppf(0.9, 1) * np.sqrt(50 / 2) / 50)
    assert uneven.low < pooled.low
    assert uneven.high == 1
    assert uneven.verdict == "undecided"
    # parcels that are all alike prove no more than their places do
    alike = judge(sample("survival", (50, 50), (45, 45)), RULES)
    assert (alike.low, alike.high) == (pooled.low, pooled.high)
    # where every parcel was looked at, none is left that might differ
    every = replace(CLAIM, parcels=2)
    assert judge(sample("survival", (50, 50), (50, 40), every), RULES) == pooled


def test_further_places_are_the_fewest_that_decide() -> None:
    one = sample("survival", (100,), (88,), replace(CLAIM, parcels=1))
    more = further(one, judge(one, RULES), RULES)
    assert more == 166, "266 places of which 88 % live pass, as places_needed says"
    # downwards: by hand, with the same search the other way round
    one = sample("survival", (100,), (82,), replace(CLAIM, parcels=1))
    assert judge(one, RULES).verdict == "undecided"
    more = further(one, judge(one, RULES), RULES)
    assert more is not None
    failed = [stats.beta.ppf(0.9, np.ceil(0.82 * n) + 1, n - np.ceil(0.82 * n)) < 0.85 for n in range(101, 101 + more)]
    assert failed == [False] * (more - 1) + [True]
    # exactly at the line no number decides, and a decided sample needs none
    one = sample("survival", (100,), (85,), replace(CLAIM, parcels=1))
    assert further(one, judge(one, RULES), RULES) is None
    one = sample("survival", (100_000,), (85_010,), replace(CLAIM, parcels=1))
    assert further(one, judge(one, RULES), RULES) is None, "a million places would not decide it"
    one = sample("survival", (100,), (99,), replace(CLAIM, parcels=1))
    assert further(one, judge(one, RULES), RULES) == 0


def test_further_places_grow_with_the_unevenness_of_parcels() -> None:
    even, uneven = (sample("survival", (50, 50, 50, 50), right) for right in ((44, 44, 44, 44), (50, 38, 49, 39)))
    found = [further(one, judge(one, RULES), RULES) for one in (even, uneven)]
    assert found[0] is not None
    assert found[1] is not None
    # by hand: 266 places of 88 % in even parcels; r = 0.88, Σ residuals² = 36 + 36 + 25 + 25 = 122, over 4 x 3 x 50²,
    # against 0.88 x 0.12 / 200: a design effect of 7.702
    effect = 122 / (4 * 3 * 50**2) / (0.88 * 0.12 / 200)
    assert found == [66, ceil(266 * effect) - 200]


def test_further_parcels_decide_an_area() -> None:
    one = sample("area", (50, 50), (50, 46))
    found = judge(one, RULES)
    assert found.verdict == "undecided"
    more = further(one, found, RULES)
    assert more is not None
    # by hand: s² = 8, r = 0.96; with m parcels of ten the reach must fall below 0.01
    reach = [stats.t.ppf(0.9, m - 1) * np.sqrt((1 - m / 10) * 8 / m) / 50 for m in range(3, 11)]
    assert more == next(at for at, value in enumerate(reach, start=1) if value < 0.96 - 0.95)


def test_a_failed_check_asks_back_what_even_its_high_limit_leaves_out() -> None:
    one = sample("survival", (200,), (120,), replace(CLAIM, parcels=1))
    high = survival(120, 200, "survival", RULES).high
    (line,) = settlement_lines([one], RULES).to_dict("records")
    # by hand: the limit to a hundredth of a per cent, upwards; 1 000 000.01 yuan x (1 - limit / 0.85), down to the fen
    limit = Fraction(ceil(high * 10_000), 10_000)
    assert line["amount_fen"] == int(100_000_001 * (1 - limit / Fraction(85, 100)))
    assert (line["kind"], line["reason"], line["year"], line["fund"]) == ("returned", "survival", "2026", CLAIM.fund)
    assert line["verified_by"] == "a bureau"
    (state,) = instalment_table([one], RULES).to_dict("records")
    assert (state["state"], state["due_fen"]) == ("withheld", "30000000")


def test_an_area_that_was_looked_at_whole_is_settled_exactly() -> None:
    whole = replace(CLAIM, parcels=2, reported_mu=Fraction(100))
    (line,) = settlement_lines([sample("area", (50, 50), (45, 45), whole)], RULES).to_dict("records")
    # by hand: 0.9 / 0.95 of 100 000 001 fen is kept: 5 263 157.95 fen are returned, down to the fen
    assert (line["kind"], line["reason"], line["amount_fen"]) == ("returned", "area", 5_263_157)
    # one twentieth short is what the line allows
    assert settlement_lines([sample("area", (50, 50), (47, 48), whole)], RULES).empty


def test_more_than_was_reported_is_made_up_as_far_as_it_was_approved() -> None:
    for approved, paid in ((None, None), (Fraction(103), 3_000_000), (Fraction(110), 5_000_000)):
        whole = replace(CLAIM, parcels=2, reported_mu=Fraction(100), approved_mu=approved)
        lines = settlement_lines([sample("area", (50, 50), (55, 50), whole)], RULES)
        # by hand: 5 % more was found; 3 % or 5 % of 100 000 001 fen, down to the fen
        assert lines[["kind", "amount_fen"]].to_numpy().tolist() == ([] if paid is None else [["made_up", paid]])
    undecided = sample("survival", (100,), (86,), replace(CLAIM, parcels=1, approved_mu=Fraction(600)))
    assert settlement_lines([undecided], RULES).empty


def test_of_several_failed_checks_the_worst_one_settles_and_none_twice() -> None:
    area = sample("area", (50, 50, 50), (40, 41, 40))
    trees = sample("survival", (100, 100, 100), (30, 31, 30))
    lines = settlement_lines([area, trees], RULES)
    assert lines["reason"].tolist() == ["survival"]
    alone = settlement_lines([trees], RULES)
    assert lines["amount_fen"].tolist() == alone["amount_fen"].tolist()
    assert instalment_table([area, trees], RULES)["state"].tolist() == ["withheld"]
    assert instalment_table([area], RULES).empty, "the gate of an instalment does not read areas"


def test_a_failed_check_without_its_claim_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"samples.csv:2:1: claims: the check survival failed and claims.csv"):
        settlement_lines([sample("survival", (200,), (100,), None)], RULES)
    # one that passed needs no claim
    assert settlement_lines([sample("survival", (200,), (199,), None)], RULES).empty


def test_the_table_of_evidence_holds_what_was_judged() -> None:
    table = evidence_table([sample("survival", (50, 50), (50, 40)), sample("area", (50, 50), (50, 50))], RULES)
    assert table["places"].tolist() == ["100", ""]
    assert table["verdict"].tolist() == ["undecided", "passed"]
    gate = acceptance_table([sample("survival", (50, 50), (50, 40)), sample("area", (50, 50), (50, 50))], RULES)
    assert gate["check"].tolist() == ["survival"]
    assert float(gate["passed_share"][0]) <= float(pd.Series(table["low"])[0])


SAMPLES = [
    "510822,afforestation,2026,survival,1,50,48,,,2026-05-01,a bureau",
    "510822,afforestation,2026,survival,2,50,47,,,2026-05-01,a bureau",
]
CLAIMS = ["510822,afforestation,2026,provincial_forestry,100.01,30,10,500,"]


def test_a_folder_of_samples_is_read(tmp_path: Path) -> None:
    write(tmp_path, "samples", SAMPLES)
    write(tmp_path, "claims", CLAIMS)
    (one,) = read(tmp_path).samples or []
    assert (one.looked_at, one.right, one.verified_by) == ((50, 50), (48, 47), "a bureau")
    assert one.claim == Claim("provincial_forestry", 10_001, 3_000, 10, Fraction(500), None)


@pytest.mark.parametrize(
    ("row", "column", "hint"),
    [
        ("510822,aforestation,2026,survival,3,50,48,,,2026-05-01,a", "measure", "did you mean afforestation?"),
        ("510822,afforestation,26,survival,3,50,48,,,2026-05-01,a", "period", "no budget year"),
        ("510822,afforestation,2026,survivl,3,50,48,,,2026-05-01,a", "check", "not one of survival, retention, area"),
        ("510822,afforestation,2026,survival,3,50,51,,,2026-05-01,a", "places_alive", "51 alive of 50"),
        ("510822,afforestation,2026,survival,3,50,,,,2026-05-01,a", "places_alive", "needs places_looked_at and"),
        ("510822,afforestation,2026,survival,3,50,48,10,9,2026-05-01,a", "reported_mu", "belongs to another"),
        ("510822,afforestation,2026,survival,3,50,48,,,2026-12-01,a", "date", "after the day of this evaluation"),
        ("510822,afforestation,2026,survival,2,50,47,,,2026-05-01,a", "region_code, measure", "stands twice"),
        ("510822,afforestation,2027,area,3,,,50,49,2026-05-01,a", "claims", "no row for 510822 afforestation 2027"),
        ("510822,afforestation,2026,area,3,,,50,49,2026-05-01,a", "parcel", "1 parcels looked at of 10"),
    ],
)
def test_a_wrong_sample_is_named_with_its_line_and_a_hint(tmp_path: Path, row: str, column: str, hint: str) -> None:
    write(tmp_path, "samples", [*SAMPLES, row])
    write(tmp_path, "claims", CLAIMS)
    (finding,) = refused(tmp_path)
    assert "samples.csv:4:" in finding.where
    assert finding.path.startswith(column)
    assert hint in finding.en


def test_areas_of_tenths_that_sum_to_the_whole_are_looked_at_whole(tmp_path: Path) -> None:
    # 0.1 + 0.2 + 0.3 is 0.6000000000000001 in binary arithmetic
    rows = [f"510822,afforestation,2026,area,{at},,,0.{at},0.{at},2026-05-01,a" for at in (1, 2, 3)]
    write(tmp_path, "samples", rows)
    write(tmp_path, "claims", ["510822,afforestation,2026,provincial_forestry,1,1,3,0.6,"])
    (one,) = read(tmp_path).samples or []
    assert judge(one, RULES).low == judge(one, RULES).high == 1


def test_more_area_than_was_reported_in_all_cannot_have_been_looked_at(tmp_path: Path) -> None:
    rows = [f"510822,afforestation,2026,area,{at},,,300,290,2026-05-01,a" for at in (1, 2)]
    write(tmp_path, "samples", rows)
    write(tmp_path, "claims", CLAIMS)
    (finding,) = refused(tmp_path)
    assert "600 mu were looked at" in finding.en
