"""`run --vary` and several outcomes at once: what is written, exit codes, and what is refused. Nothing is solved here."""

import json
from pathlib import Path

import pytest
from tests.briefing.sample import make_outcome
from tests.cli.test_verbs import Talk, say  # noqa: F401 (a fixture)

from silvafisc.cli.brief import beside_each_other
from silvafisc.datasets import Finding
from silvafisc.runs import batch

NO_MONEY = Finding("county-demo:3", "funds", "infeasible; 5 yuan are lacking", "无可行方案；缺 5 元")


@pytest.fixture
def _made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variants of half the budget are infeasible, the others are the made-up outcome of as many units as they say."""

    def solve(job: batch.Job) -> batch.Solved:
        if "m50" in job.scenario.id:
            return batch.Solved({}, (NO_MONEY,))
        folder = tmp_path / "made" / job.scenario.id
        make_outcome(4, job.scenario.title.zh).save(folder)
        return batch.Solved(
            {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        )

    monkeypatch.setattr(batch, "solve_job", solve)


@pytest.mark.usefixtures("_made")
def test_a_batch_is_solved_briefed_and_compared(say: Talk, tmp_path: Path) -> None:  # noqa: F811
    place, options = tmp_path / "batch", ("--jobs", "1", "--lang", "zh", "--format", "html", "--json")
    arguments = ("run", "county-demo", "--vary", "budget=-50%,0,+10%", "--out", place, *options)
    code, out, err = say(*arguments)
    assert code == 3  # one variant is infeasible; the others went on
    assert "1/3 county-demo-budget-m50：无可行方案" in err
    told = json.loads(out)
    assert [row["status"] for row in told["variants"]] == ["infeasible", "solved", "solved"]
    assert told["variants"][0]["why"] == "无可行方案；缺 5 元"
    assert told["compared"] == ["county-demo-budget-0", "county-demo-budget-p10"]
    names = {path.name for path in place.iterdir()}
    assert names == {"batch.csv", "batch.json", "comparison", "county-demo-budget-0", "county-demo-budget-p10"}
    briefing = (place / "county-demo-budget-p10" / "briefing_zh.html").read_text(encoding="utf-8")
    assert "与其他方案比较" in briefing
    assert (place / "comparison" / "comparison_zh.html").is_file()
    assert (place / "comparison" / "waterfall.csv").is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--vary", "budgt=1"), "did you mean 'budget'?"),
        (("--jobs", "2"), "--jobs"),
        (("--cluster", "tcp://here:1"), "--cluster"),
        (("--vary", "budget=0", "--proposal", "p.csv"), "cannot go with --vary"),
        (("--vary", "budget=0", "--format", "odt"), "unknown 'odt'"),
    ],
)
def test_options_that_make_no_batch_are_refused(
    say: Talk,  # noqa: F811
    tmp_path: Path,
    options: tuple[str, ...],
    said: str,
) -> None:
    code, _, err = say("run", "county-demo", "--lang", "en", "--out", tmp_path / "x", *options)
    assert code == 2
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_briefings_of_several_outcomes_tell_of_each_other(say: Talk, tmp_path: Path) -> None:  # noqa: F811
    for name in ("a", "b"):
        make_outcome(3, f"方案{name}").save(tmp_path / name)
    assert say("brief", tmp_path / "a", tmp_path / "b", "--lang", "zh", "--format", "html")[0] == 0
    assert "与其他方案比较" in (tmp_path / "b" / "briefing_zh.html").read_text(encoding="utf-8")


def test_outcomes_of_other_units_are_briefed_by_themselves() -> None:
    assert set(beside_each_other([make_outcome(3), make_outcome(3)])) == {0, 1}
    assert beside_each_other([make_outcome(3), make_outcome(4)]) == {}
    assert beside_each_other([make_outcome(3)]) == {}
