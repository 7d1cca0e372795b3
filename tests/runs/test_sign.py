"""Signing an outcome, and what `check` finds where an outcome or a log was changed afterwards. Expected: by hand."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.runs.settled import outcome

from silvafisc.datasets import InputError
from silvafisc.results import Outcome, OutcomeError
from silvafisc.results.approvals import HEAD, LOG, Approval, read_trail
from silvafisc.runs import check_path, sign
from silvafisc.runs.sign import changes

ACTS = (("proposal", "林草局 王"), ("review", "财政厅 李"), ("opinion", "生态环境厅 张"), ("approval", "厅长 赵"))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean outcome that nobody has signed; another version of the same money; and the first one signed by all four."""
    folder = tmp_path_factory.mktemp("sign")
    outcome().save(folder / "saved")
    outcome(title={"zh": "第二稿", "en": "Second draft"}).save(folder / "second")
    shutil.copytree(folder / "saved", folder / "signed")
    for day, (role, name) in enumerate(ACTS, 1):
        sign(folder / "signed", role=role, name=name, opinion=f"意见 {day}", date=f"2026-03-0{day}")
    return folder


@pytest.fixture
def saved(once: Path, tmp_path: Path) -> Path:
    """A clean outcome that nobody has signed."""
    return Path(shutil.copytree(once / "saved", tmp_path / "new"))


@pytest.fixture
def signed(once: Path, tmp_path: Path) -> Path:
    """The same, proposed, reviewed, commented on and approved on four days."""
    return Path(shutil.copytree(once / "signed", tmp_path / "one"))


@pytest.fixture
def second(once: Path, tmp_path: Path) -> Path:
    """A second version of the case: another title, so another content; the money is the same."""
    return Path(shutil.copytree(once / "second", tmp_path / "later" / "two"))


def refused(folder: Path, **stated: Any) -> str:
    """The English finding, after making sure that nothing was written."""
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    given = {"name": "李", "opinion": "同意", "date": "2026-03-05", **stated}
    with pytest.raises(InputError) as caught:
        sign(folder, **given)
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert all(finding.zh for finding in caught.value.findings)
    return "; ".join(f"{finding.path}: {finding.en}" for finding in caught.value.findings)


def test_four_acts_make_a_chain_that_holds(signed: Path) -> None:
    trail = read_trail(signed)
    assert [(entry.role, entry.name) for entry in trail] == list(ACTS)
    assert [entry.previous for entry in trail] == ["", *(entry.hash for entry in trail[:-1])]
    assert len({entry.content_hash for entry in trail}) == 1
    assert check_path(signed) == []


def test_signing_leaves_the_content_as_it_is(saved: Path) -> None:
    before = (saved / "outcome.json").read_bytes()
    sign(saved, role="proposal", name="王", opinion="报审", date="2026-03-01")
    assert (saved / "outcome.json").read_bytes() == before


def test_acts_out_of_order_are_refused_with_the_reason(saved: Path, signed: Path) -> None:
    assert "the proposal comes first" in refused(saved, role="review")
    assert "it is approved" in refused(signed, role="opinion")


def test_everything_wrong_with_a_statement_is_said_at_once(saved: Path) -> None:
    said = refused(saved, role="chair", name=" ", opinion="", date="2026-3-1", verdict="maybe")
    for path in ("role", "verdict", "name", "opinion", "date"):
        assert f"{path}: " in said
    assert "why: " in refused(saved, role="proposal", why="面积改了")


def edited(case: Callable[[list[dict[str, Any]]], object]) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        lines = [json.loads(line) for line in (folder / LOG).read_text(encoding="utf-8").splitlines()]
        case(lines)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / LOG).write_text(text, encoding="utf-8")

    return act


def resealed(line: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The line as a forger would write it: with a hash that fits."""
    return json.loads(replace(Approval(**{**line, **changed}), hash="").sealed().line())  # type: ignore[no-any-return]


def test_an_altered_text_is_found_at_its_entry(signed: Path) -> None:
    edited(lambda lines: lines[1].update(opinion="不同意"))(signed)
    (finding,) = check_path(signed)
    assert (finding.where, finding.path) == (f"{signed / LOG}:2", "hash")


def test_an_altered_text_with_a_fitting_hash_is_found_where_the_chain_breaks(signed: Path) -> None:
    edited(lambda lines: lines.__setitem__(1, resealed(lines[1], opinion="另有意见")))(signed)
    (finding,) = check_path(signed)
    assert (finding.where, finding.path) == (f"{signed / LOG}:3", "previous")
    assert "entry 2" in finding.en


@pytest.mark.parametrize(("removed", "found"), [(0, (1, "previous")), (2, (3, "previous")), (3, (3, HEAD))])
def test_a_removed_line_is_found_at_the_next_one_or_at_the_end(
    signed: Path, removed: int, found: tuple[int, str]
) -> None:
    edited(lambda lines: lines.pop(removed))(signed)
    findings = check_path(signed)
    assert (f"{signed / LOG}:{found[0]}", found[1]) in [(f.where, f.path) for f in findings]


def test_a_log_emptied_altogether_is_found(signed: Path) -> None:
    (signed / LOG).write_text("", encoding="utf-8")
    (finding,) = check_path(signed)
    assert finding.path == HEAD


def test_an_inserted_line_is_found(signed: Path) -> None:
    edited(lambda lines: lines.insert(2, resealed(lines[1], previous=lines[1]["hash"], name="钱")))(signed)
    (finding,) = check_path(signed)
    assert (finding.where, finding.path) == (f"{signed / LOG}:4", "previous")


def test_swapped_lines_are_found_and_said_to_have_moved(signed: Path) -> None:
    edited(lambda lines: lines.insert(1, lines.pop(2)))(signed)
    findings = [f for f in check_path(signed) if f.path == "previous"]
    assert [f.where for f in findings] == [f"{signed / LOG}:{at}" for at in (2, 3, 4)]
    assert "moved or inserted" in findings[0].en


def test_a_line_that_speaks_of_another_outcome_is_found(signed: Path) -> None:
    def case(lines: list[dict[str, Any]]) -> None:
        lines[3] = resealed(lines[3], content_hash="0" * 64)
        (signed / HEAD).write_text(lines[3]["hash"] + "\n", encoding="utf-8")

    edited(case)(signed)
    (finding,) = check_path(signed)
    assert (finding.where, finding.path) == (f"{signed / LOG}:4", "content_hash")


def test_an_outcome_altered_after_signing_is_found_at_every_entry(signed: Path) -> None:
    path = signed / "allocation.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("641120", "641121"), encoding="utf-8")
    found = [(f.where, f.path) for f in check_path(signed)]
    assert [(f"{signed / LOG}:{at}", "content_hash") for at in (1, 2, 3, 4)] == [f for f in found if LOG in f[0]]
    with pytest.raises(InputError):
        sign(signed, role="review", name="李", opinion="同意", date="2026-03-09")


@pytest.mark.parametrize("text", ["{", "[]", '{"role": "review"}', "null"])
def test_a_line_that_is_no_entry_is_named(signed: Path, text: str) -> None:
    with (signed / LOG).open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    (finding,) = check_path(signed)
    assert finding.where == f"{signed / LOG}:5"


def test_a_forged_approval_without_a_review_is_found_by_the_order(saved: Path) -> None:
    sign(saved, role="proposal", name="王", opinion="报审", date="2026-03-01")
    first = read_trail(saved)[0]
    forged = Approval(first.hash, first.content_hash, "approval", "赵", "agree", "同意", "2026-03-02").sealed()
    with (saved / LOG).open("a", encoding="utf-8") as file:
        file.write(forged.line() + "\n")
    (saved / HEAD).write_text(forged.hash, encoding="utf-8")
    (finding,) = check_path(saved)
    assert (finding.where, finding.path) == (f"{saved / LOG}:2", "role")


def test_an_interrupted_write_leaves_the_old_log_whole(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(saved, role="proposal", name="王", opinion="报审", date="2026-03-01")
    before = {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()}

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        sign(saved, role="review", name="李", opinion="同意", date="2026-03-02")
    assert {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()} == before


def test_a_log_whose_last_line_end_was_lost_still_takes_a_line_of_its_own(saved: Path) -> None:
    sign(saved, role="proposal", name="王", opinion="报审\u2028附表", date="2026-03-01")
    (saved / LOG).write_bytes((saved / LOG).read_bytes().rstrip(b"\n"))
    sign(saved, role="review", name="李", opinion="同意", date="2026-03-02")
    assert [entry.role for entry in read_trail(saved)] == ["proposal", "review"]


def test_power_lost_between_log_and_head_leaves_a_log_that_holds(signed: Path) -> None:
    (signed / HEAD).write_text(read_trail(signed)[-2].hash + "\n", encoding="utf-8")
    assert check_path(signed) == []


def test_a_signed_outcome_is_not_replaced(signed: Path) -> None:
    with pytest.raises(OutcomeError, match="approvals"):
        Outcome.load(signed).save(signed)
    assert len(read_trail(signed)) == 4


def test_a_new_version_goes_on_from_the_old_log(signed: Path, second: Path) -> None:
    new = second
    sign(new, role="proposal", name="王", opinion="调整稿", date="2026-04-01", after=signed, why="核实面积")
    (entry,) = read_trail(new)
    assert entry.previous == read_trail(signed)[-1].hash
    old = entry.supersedes
    assert old is not None
    assert (old.folder, old.why) == ("../../one", "核实面积")
    assert (old.up, old.down, old.same, old.up_fen, old.down_fen) == (0, 0, 3, 0, 0)
    assert old.old_fen == old.new_fen > 0
    assert check_path(new) == []


def test_units_and_money_up_and_down_are_counted_between_the_versions() -> None:
    """by hand: the first unit gets 300 fen more in one row, the second 100 fen less, the third the same."""
    old = outcome()
    allocation = old.tables["allocation"].copy()
    for code, step in (("110001", 300), ("110002", -100)):
        allocation.loc[allocation.index[allocation["region_code"] == code][0], "payment_fen"] += step
    standards = old.tables["standards"].copy()
    standards.loc[0, "standard_yuan_per_mu"] = "11.50"
    found = changes(old, replace(old, tables={**old.tables, "allocation": allocation, "standards": standards}))
    total = int(old.tables["allocation"]["payment_fen"].sum())
    assert found == {
        "up": 1,
        "down": 1,
        "same": 1,
        "up_fen": 300,
        "down_fen": 100,
        "old_fen": total,
        "new_fen": total + 200,
        "standards": 1,
    }


def test_a_version_that_goes_on_from_nothing_or_itself_is_refused(signed: Path, second: Path, once: Path) -> None:
    assert "must say why" in refused(second, role="proposal", after=signed)
    assert "no log to go on from" in refused(second, role="proposal", after=once / "saved", why="x")
    assert "same version" in refused(once / "saved", role="proposal", after=signed, why="x")
    sign(second, role="proposal", name="王", opinion="报审", date="2026-04-01")
    assert "log has begun" in refused(second, role="review", after=signed, why="x")


def test_check_follows_the_chain_into_the_old_version(signed: Path, second: Path, tmp_path: Path) -> None:
    sign(second, role="proposal", name="王", opinion="调整稿", date="2026-04-01", after=signed, why="核实面积")
    edited(lambda lines: lines[0].update(name="别人"))(signed)
    (finding,) = check_path(second)
    where, _, line = finding.where.rpartition(":")
    assert (Path(where).resolve(), line, finding.path) == (signed / LOG, "1", "hash")
    signed.rename(tmp_path / "moved")
    (finding,) = check_path(second)
    assert (finding.where, finding.path) == (f"{second / LOG}:1", "supersedes")
    assert read_trail(tmp_path / "moved")[0].content_hash in finding.en


def test_an_old_log_cut_at_the_end_together_with_its_head_is_found_by_the_new_version(
    signed: Path, second: Path
) -> None:
    sign(second, role="proposal", name="王", opinion="调整稿", date="2026-04-01", after=signed, why="核实面积")
    edited(lambda lines: lines.pop())(signed)
    (signed / HEAD).write_text(read_trail(signed)[-1].hash, encoding="utf-8")
    assert check_path(signed) == []
    (finding,) = check_path(second)
    assert (finding.where, finding.path) == (f"{second / LOG}:1", "previous")
