"""One tonne, one use."""

from dataclasses import replace
from fractions import Fraction

import pytest

from silvafisc.datasets import InputError
from silvafisc.results.claims import Claim, check_claims

PLEDGE = Claim("claims.csv:2", "P1", 2026, 2030, Fraction(1), "pledged", "2026-01-01", "2028-12-31", "农行")
SALE = Claim("claims.csv:3", "P1", 2028, 2035, Fraction(1), "sold", "2027-06-01", "", "某电厂")
ISSUE = Claim("claims.csv:4", "P1", 2026, 2035, Fraction(1), "credited", "2026-06-01", "", "CCER")
PROJECTS = {"W": ("P1", "P2")}


def refused(*claims: Claim) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        check_claims(claims, PROJECTS)
    return [(finding.where, finding.en) for finding in caught.value.findings]


def test_a_tonne_pledged_and_sold_is_refused_with_both_rows_named() -> None:
    first, second = refused(PLEDGE, SALE)
    assert first[0] == "claims.csv:2"
    assert "claims.csv:3 (sold to 某电厂, share 1)" in first[1]
    assert second[0] == "claims.csv:3"
    assert "claims.csv:2 (pledged to 农行, share 1)" in second[1]


def test_the_message_is_in_chinese_too() -> None:
    with pytest.raises(InputError) as caught:
        check_claims([PLEDGE, SALE], PROJECTS)
    assert "又见于 claims.csv:3（出售给某电厂，份额 1）" in caught.value.findings[0].zh


def test_credits_are_issued_and_then_sold_without_conflict() -> None:
    check_claims([ISSUE, SALE], PROJECTS)


def test_two_schemes_cannot_credit_one_tonne() -> None:
    other = replace(ISSUE, where="claims.csv:9", first_year=2035, last_year=2040, holder="省普惠")
    assert [where for where, _ in refused(ISSUE, other)] == ["claims.csv:4", "claims.csv:9"]
    check_claims([ISSUE, replace(other, first_year=2036)], PROJECTS)


def test_a_pledge_that_ended_before_the_sale_is_no_conflict() -> None:
    check_claims([PLEDGE, replace(SALE, since="2029-01-01")], PROJECTS)
    # but what is sold stays sold: it cannot be pledged later
    refused(SALE, replace(PLEDGE, since="2030-01-01", until="2031-01-01"))


def test_parts_of_a_tonne_may_go_to_several_up_to_the_whole() -> None:
    half = replace(PLEDGE, share=Fraction(1, 2))
    check_claims([half, replace(SALE, share=Fraction(1, 2))], PROJECTS)
    third = replace(SALE, where="claims.csv:8", share=Fraction(1, 3), use="paid", holder="县财政")
    found = refused(half, replace(SALE, share=Fraction(1, 3)), third)
    assert [where for where, _ in found] == ["claims.csv:2", "claims.csv:3", "claims.csv:8"]


def test_a_project_s_claim_binds_its_parcels() -> None:
    whole = replace(SALE, where="claims.csv:7", code="W")
    assert "parcel P1" in refused(PLEDGE, whole)[0][1]
    check_claims([replace(PLEDGE, code="P3"), whole], PROJECTS)


def test_one_conflict_is_told_once_however_many_parcels_it_touches() -> None:
    assert len(refused(replace(PLEDGE, code="W"), replace(SALE, code="W"))) == 2


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"use": "lent"}, "use"),
        ({"code": ""}, "code"),
        ({"share": Fraction(0)}, "share"),
        ({"share": Fraction(3, 2)}, "share"),
        ({"last_year": 2025}, "last_year"),
        ({"since": "2026-1-1"}, "since"),
        ({"until": "2025-12-31"}, "until"),
    ],
)
def test_impossible_rows_are_refused(wrong: dict[str, object], path: str) -> None:
    with pytest.raises(InputError) as caught:
        check_claims([replace(PLEDGE, **wrong)], PROJECTS)  # type: ignore[arg-type]
    assert path in {finding.path for finding in caught.value.findings}


def test_a_project_without_parcels_is_refused() -> None:
    with pytest.raises(InputError, match="no parcels"):
        check_claims([PLEDGE], {"P1": ()})
