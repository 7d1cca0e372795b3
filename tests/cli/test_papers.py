"""`brief --document`: what is wished for is written, what is wrong is refused by name, and a changed outcome gives no paper."""

import shutil
from pathlib import Path

import pytest
from tests.briefing.papers_sample import issuable
from tests.cli.command import Talk, listing

from silvafisc.results.approvals import LOG, Approval, append
from silvafisc.runs import load_outcome


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of six units that nothing hinders."""
    folder = tmp_path_factory.mktemp("outcomes") / "plan"
    issuable(6).save(folder)
    return folder


def test_papers_are_docx_unless_another_format_is_wished_for(say: Talk, saved: Path, tmp_path: Path) -> None:
    code, _ = say("brief", saved, "--document", "notice,countersign", "--lang", "zh", "--out", tmp_path / "a")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "countersign_zh.docx",
        "notice-ecological-protection-restoration_zh.docx",
        "notice-reform-development_zh.docx",
    ]
    code, _ = say(
        "brief", saved, "--document", "paper", "--format", "xlsx,html", "--lang", "zh", "--out", tmp_path / "b"
    )
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["paper_zh.html", "tables_zh.xlsx"]


def test_the_approval_log_is_printed_and_a_line_that_is_none_is_named(say: Talk, saved: Path, tmp_path: Path) -> None:
    wish = ("--document", "countersign", "--format", "html", "--lang", "zh")
    signed = Path(shutil.copytree(saved, tmp_path / "signed"))
    content = str(load_outcome(signed).meta["content_hash"])
    append(signed, Approval("", content, "proposal", "李提出", "agree", "照此办理", "2026-02-03").sealed())
    assert say("brief", signed, *wish, "--out", tmp_path / "a")[0] == 0
    assert "李提出" in (tmp_path / "a" / "countersign_zh.html").read_text(encoding="utf-8")
    (signed / LOG).write_text("no entry\n", encoding="utf-8")
    code, said = say("brief", signed, *wish, "--out", tmp_path / "b")
    assert (code, "approvals.jsonl:1" in said, (tmp_path / "b").exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--document", "letter"), "--document"),
        (("--document", "paper", "--format", "odt"), "--format"),
        (("--document", "paper", "--format", "pdf", "--template", "x.docx"), "--template"),
        (("--document", "paper", "--template", "absent.docx"), "absent.docx"),
        (("--document", "paper", "--region", "110000"), "--region"),
        (("--document", "replies", "--region", "999999"), "999999"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    say: Talk, saved: Path, tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    code, said = say("brief", saved, *arguments, "--out", tmp_path / "out")
    assert (code, named in said, (tmp_path / "out").exists()) == (2, True, False)


def test_an_outcome_that_was_changed_by_hand_gives_no_paper(say: Talk, tmp_path: Path) -> None:
    """The last door: an uncertified outcome whose table of areas is edited afterwards."""
    issuable(3).save(tmp_path / "o")
    for name, old, new in (("inputs/areas.csv", "林资〔2025〕7号", "林资〔2026〕8号"), ("notice.csv", "2026", "2027")):
        path = tmp_path / "o" / name
        kept = path.read_bytes()
        path.write_text(kept.decode("utf-8").replace(old, new), encoding="utf-8")
        before = listing(tmp_path)
        code, said = say("brief", tmp_path / "o", "--document", "notice", "--lang", "zh")
        assert (code, "与结果校验值不符" in said) == (2, True)
        assert listing(tmp_path) == before
        path.write_bytes(kept)
    assert say("brief", tmp_path / "o", "--document", "notice", "--lang", "zh")[0] == 0
