"""Settlement by accepted areas: money by hand, and areas that do not fit what was paid for."""

from pathlib import Path

import pytest
from tests.runs.year.test_roll import at, copied
from tests.runs.year.tiny_year import COMPENSATION, FORESTRY, A, B, Years, annual, fen, write_events

from silvafisc.datasets import InputError
from silvafisc.quantities import yuan_to_fen
from silvafisc.runs import check_path
from silvafisc.runs.roll import roll

EVENT = {"kind": "settlement", "year": "2026", "date": "2027-01-10"}
COLLECTIVE, STATE = "public_welfare_collective", "public_welfare_state"
WHOLE = [(A, COMPENSATION, COLLECTIVE, "1000"), (A, COMPENSATION, STATE, "400"), (A, FORESTRY, "afforestation", "100")]
REST = [(B, COMPENSATION, "10000"), (B, FORESTRY, "29472.35")]


def branch(chain: Years, tmp_path: Path) -> Years:
    """The chain from its monitoring on, in another place."""
    return Years(tmp_path, copied(chain, tmp_path).parent / chain.made["monitoring"].name)


def test_less_accepted_area_is_settled_at_the_published_standard(chain: Years, tmp_path: Path) -> None:
    """By hand: 99.9 mu less at 18 yuan are 1 798.20; of 100 mu planted 60.5 pass, 39.5 · 200 · 70 % are 5 530."""
    years = branch(chain, tmp_path)
    accepted = [(A, COMPENSATION, COLLECTIVE, "900.1"), WHOLE[1], (A, FORESTRY, "afforestation", "60.5")]
    before = annual(at(chain, "monitoring"), "2026")
    years.folder.parent.joinpath(chain.made["settlement"].name).rename(tmp_path / "aside")
    out = years.step("settlement", "2026", "2027-01-10", accepted=accepted, settled=REST)
    for fund, less in ((COMPENSATION, 1_798_20), (FORESTRY, 5_530_00)):
        wanted = [yuan_to_fen(before[A, fund]) - less]
        assert fen(out, "year_settlement", "settled_fen", region_code=A, fund=fund) == wanted
    assert fen(out, "year_settlement", "settled_fen", region_code=B, fund=COMPENSATION) == [10_000_00]
    assert check_path(years.folder) == []


def test_whole_areas_change_nothing(chain: Years, tmp_path: Path) -> None:
    years = branch(chain, tmp_path)
    years.folder.parent.joinpath(chain.made["settlement"].name).rename(tmp_path / "aside")
    out = years.step("settlement", "2026", "2027-01-10", accepted=WHOLE, settled=REST)
    before = annual(at(chain, "monitoring"), "2026")
    for fund in (COMPENSATION, FORESTRY):
        assert fen(out, "year_settlement", "settled_fen", region_code=A, fund=fund) == [yuan_to_fen(before[A, fund])]


@pytest.mark.parametrize(
    ("accepted", "settled", "words"),
    [
        ([*WHOLE[:2], (A, FORESTRY, "afforestation", "100.1")], REST, "more than was paid for (100.0 mu)"),
        ([WHOLE[0], WHOLE[2]], REST, f"no accepted area of {STATE} for {A} {COMPENSATION}"),
        ([*WHOLE, (A, FORESTRY, "tending", "1")], REST, "tending was not paid for; paid for: afforestation"),
        (WHOLE, [*REST, (A, FORESTRY, "1")], "its areas stand in accepted.csv as well"),
        (WHOLE, REST[:1], f"no entitlement for {B} {FORESTRY}"),
        ([*WHOLE, ("510999", FORESTRY, "afforestation", "1")], REST, "510999 is none of the units"),
        ([*WHOLE[:2], (A, FORESTRY, "afforestation", "-1")], REST, "must be at least 0"),
    ],
)
def test_areas_that_do_not_fit_are_refused(
    chain: Years, tmp_path: Path, accepted: list[tuple[str, ...]], settled: list[tuple[str, ...]], words: str
) -> None:
    events = write_events(tmp_path / "events", EVENT, accepted=accepted, settled=settled)
    with pytest.raises(InputError) as caught:
        roll(chain.made["monitoring"], events, tmp_path / "out")
    said = [f"{finding.path}: {finding.en}" for finding in caught.value.findings]
    assert any(words in one for one in said), said
    assert all(finding.zh for finding in caught.value.findings)
    assert not (tmp_path / "out").exists()


def test_a_year_whose_allocation_lies_behind_is_settled_by_amounts(chain: Years, tmp_path: Path) -> None:
    years = branch(chain, tmp_path)
    for name in ("settlement", "new_year"):
        years.folder.parent.joinpath(chain.made[name].name).rename(tmp_path / name)
    passed = [(code, "afforestation", "2027", "survival", "1", "secondary", "验收表") for code in (A, B)]
    funds = [(COMPENSATION, "2027", "60000"), (FORESTRY, "2027", "90000")]
    years.step("new_year", "2027", "2026-12-02", appropriations=funds, acceptance=passed)
    with pytest.raises(InputError, match=r"stand in an earlier step; state settled\.csv instead"):
        years.step("settlement", "2026", "2027-01-10", accepted=WHOLE, settled=REST)
