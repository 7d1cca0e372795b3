"""The order of acts in an approval trail, and what an entry may say. Expected: by hand."""

import pytest

from silvafisc.results.approvals import Approval, misstated, refusal


def trail(*acts: str) -> tuple[Approval, ...]:
    """Entries as `role` or `role:verdict`, a day apart."""
    split = [(*act.split(":"), "agree")[:2] for act in acts]
    return tuple(
        Approval("", "c", role, "某人", verdict, "意见", f"2026-03-0{day}").sealed()
        for day, (role, verdict) in enumerate(split, 1)
    )


@pytest.mark.parametrize(
    ("before", "role"),
    [
        ((), "proposal"),
        (("proposal",), "review"),
        (("proposal",), "opinion"),
        (("proposal", "review"), "approval"),
        (("proposal", "opinion", "review", "review"), "approval"),
        (("proposal", "review:return"), "opinion"),
    ],
)
def test_acts_in_order_are_allowed(before: tuple[str, ...], role: str) -> None:
    assert refusal(trail(*before), role, "agree") is None


@pytest.mark.parametrize(
    ("before", "role", "reason"),
    [
        ((), "review", "the proposal comes first"),
        ((), "approval", "the proposal comes first"),
        (("proposal",), "approval", "needs a review"),
        (("proposal", "opinion"), "approval", "needs a review"),
        (("proposal",), "proposal", "proposed already"),
        (("proposal", "review:return"), "approval", "entry 2 (review, 某人: return)"),
        (("proposal", "review", "opinion:object"), "approval", "entry 3 (opinion, 某人: object)"),
        (("proposal", "review", "approval:return"), "approval", "entry 3 (approval, 某人: return)"),
        (("proposal", "review", "approval"), "opinion", "is approved"),
    ],
)
def test_acts_out_of_order_are_refused_with_the_reason(before: tuple[str, ...], role: str, reason: str) -> None:
    refused = refusal(trail(*before), role, "agree")
    assert refused is not None
    assert reason in refused[0]
    assert refused[1]


def test_a_proposal_carries_no_verdict() -> None:
    assert refusal((), "proposal", "object") is not None


def test_an_entry_is_not_dated_before_the_last_one_and_every_field_counts() -> None:
    first, second = trail("proposal", "review")
    assert list(misstated(second, first)) == []
    assert [path for path, _, _ in misstated(first, second)] == ["date"]
    empty = Approval("", "c", "chair", " ", "maybe", "", "2026-3-1")
    assert [path for path, _, _ in misstated(empty, None)] == ["role", "verdict", "name", "opinion", "date"]


def test_the_hash_covers_every_field() -> None:
    (entry,) = trail("proposal")
    fields = {
        "previous": "x",
        "content_hash": "x",
        "role": "x",
        "name": "x",
        "verdict": "x",
        "opinion": "x",
        "date": "x",
    }
    changed = [Approval(**{**vars(entry), field: value, "hash": ""}).formed_hash() for field, value in fields.items()]
    assert len({entry.hash, *changed}) == len(fields) + 1
