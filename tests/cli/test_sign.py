"""`silvafisc sign`, and what `brief`, `check` and `run` do with a signed outcome. Expected: by hand."""

import shutil
from pathlib import Path

import pytest
from tests.briefing.sample import make_outcome
from tests.cli.command import silvafisc
from tests.runs.settled import outcome

from silvafisc.cli.main import main
from silvafisc.cli.target import refuse_target
from silvafisc.results import Outcome, OutcomeError
from silvafisc.results.approvals import LOG, Approval, append, read_trail


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sign") / "outcome"
    outcome().save(folder)
    return folder


@pytest.fixture
def saved(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "outcome"))


def ended(*arguments: str | Path) -> int:
    """The exit code of the command, run here."""
    with pytest.raises(SystemExit) as ending:
        main([str(argument) for argument in arguments])
    return int(str(ending.value.code))


def test_sign_appends_today_and_an_act_out_of_order_ends_with_2(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("sign", saved, "--role", "review", "--name", "李", "--opinion", "同意") == 2
    assert "应先由林草部门提出" in capsys.readouterr().err
    assert ended("sign", saved, "--role", "proposal", "--name", "王", "--opinion", "报审") == 0
    (entry,) = read_trail(saved)
    assert entry.hash in capsys.readouterr().out
    assert (entry.role, entry.name, entry.verdict) == ("proposal", "王", "agree")
    with pytest.raises(OutcomeError, match="approvals"):
        refuse_target(saved)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--role", "chair", "--name", "李", "--opinion", "同意"],
        ["--role", "proposal", "--name", "李"],
        ["--role", "proposal", "--name", "李", "--opinion", " "],
        ["--role", "proposal", "--name", "李", "--opinion", "同意", "--date", "2026-02-30"],
        ["--role", "proposal", "--name", "李", "--opinion", "同意", "--after", "nowhere", "--why", "x"],
    ],
)
def test_a_wrong_statement_ends_with_2_and_writes_nothing(saved: Path, wrong: list[str]) -> None:
    assert ended("sign", saved, *wrong) == 2
    assert read_trail(saved) == ()


def test_the_command_starts_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = silvafisc("sign", tmp_path, "--role", "review", "--name", "a", "--opinion", "b", "--lang", "en")
    assert done.code == 2
    assert "not an outcome folder" in done.err


def test_brief_prints_the_trail_and_refuses_an_altered_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "o"
    make_outcome().save(folder)
    content = Outcome.load(folder).content_hash
    append(folder, Approval("", content, "proposal", "王工", "agree", "报请审核", "2026-03-01").sealed())
    assert ended("brief", folder, "--lang", "zh", "--format", "html") == 0
    written = (folder / "briefing_zh.html").read_text(encoding="utf-8")
    assert "报请审核" in written
    assert "不是数字证书意义上的身份认证" in written
    log = (folder / LOG).read_text(encoding="utf-8")
    (folder / LOG).write_text(log.replace("王工", "别人"), encoding="utf-8")
    capsys.readouterr()
    assert ended("brief", folder, "--lang", "zh", "--format", "html") == 2
    assert f"{LOG}:1" in capsys.readouterr().err
