"""Languages in other processes: the same bytes, the same errors, and nothing left when one of the processes dies."""

import gc
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from silvafisc.briefing import Wish, render, render_papers
from silvafisc.briefing.glyphs import MissingGlyphError
from silvafisc.briefing.side_by_side import Files, Others, made, warm
from silvafisc.briefing.style import Style, shipped, using
from silvafisc.cli import side_by_side as of_the_command
from silvafisc.results import Outcome
from silvafisc.runs.processes import processes
from silvafisc.workbook import tables_workbook


@pytest.fixture(scope="module")
def one_more() -> Iterator[Others]:
    """One process beside this one, warm."""
    with processes(1) as pool:
        pool.submit(warm).result()
        yield Others(pool, 1)


def bytes_of(files: list[Path]) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in files}


def test_the_default_files_in_another_style_come_back_as_this_process_makes_them(
    outcome: Outcome, one_more: Others, tmp_path: Path
) -> None:
    other = shipped().palette.model_copy(update={"accent": "#123456"})
    with using(shipped().model_copy(update={"palette": other})):
        here = render(outcome, tmp_path / "here")
        there = render(outcome, tmp_path / "there", others=one_more)
    assert [file.name for file in here] == [file.name for file in there]
    assert bytes_of(here) == bytes_of(there)
    assert b"#123456" in (tmp_path / "there/briefing_en.html").read_bytes()


def test_reply_sheets_come_back_as_this_process_makes_them(outcome: Outcome, one_more: Others, tmp_path: Path) -> None:
    wish = Wish(("replies",), ("zh", "en"), ("html", "docx", "xlsx"))
    here = render_papers(outcome, tmp_path / "here", wish, tables_workbook)
    there = render_papers(outcome, tmp_path / "there", wish, tables_workbook, others=one_more)
    assert [file.name for file in here] == [file.name for file in there]
    assert bytes_of(here) == bytes_of(there)


@pytest.mark.parametrize("searching", [True, False])
def test_garbage_is_not_searched_for_while_documents_are_made_and_as_before_afterwards(searching: bool) -> None:
    def work(languages: Sequence[str]) -> Files:
        assert not gc.isenabled()
        raise ArithmeticError(*languages)

    was = gc.isenabled()
    try:
        gc.enable() if searching else gc.disable()
        with pytest.raises(ArithmeticError, match="zh"):
            made(work, ["zh"], None)
        assert gc.isenabled() is searching
    finally:
        gc.enable() if was else gc.disable()


def test_an_error_of_another_process_is_the_same_error_and_nothing_is_written(
    outcome: Outcome, one_more: Others, tmp_path: Path
) -> None:
    """Its words in both languages, what it holds, and where it arose; the process is of use afterwards."""
    broken = replace(outcome, meta=dict(outcome.meta) | {"title": {"zh": "分配", "en": "\U0002070e"}})
    with pytest.raises(MissingGlyphError) as here:
        render(broken, tmp_path, formats=("html",))
    with pytest.raises(MissingGlyphError) as there:
        render(broken, tmp_path, formats=("html",), others=one_more)
    assert (str(there.value), there.value.en, there.value.zh) == (str(here.value), here.value.en, here.value.zh)
    assert there.value.missing == ("\U0002070e",)
    assert "require_glyphs" in "".join(there.value.__notes__)
    assert list(tmp_path.iterdir()) == []
    assert made(_say, ["zh", "en"], one_more) == _say(["zh", "en"])


def test_a_language_is_made_here_where_its_process_dies() -> None:
    with processes(1) as pool:
        assert made(partial(_die_elsewhere, os.getpid()), ["zh", "en"], Others(pool, 1)) == _say(["zh", "en"])


def test_the_style_of_the_caller_holds_in_every_process(one_more: Others) -> None:
    style: Style = shipped().model_copy(update={"palette": shipped().palette.model_copy(update={"ink": "#000001"})})
    with using(style):
        found = made(_ink, ["zh", "en"], one_more)
    assert [ink for _, ink in found] == [b"#000001", b"#000001"]


@pytest.mark.parametrize(("languages", "cores", "count"), [(0, 8, 0), (1, 1, 0), (1, 2, 1), (2, 8, 2), (4, 2, 2)])
def test_there_are_as_many_processes_as_languages_and_cores(
    languages: int, cores: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    class Pool:
        def __enter__(self) -> "Pool":
            return self

        def __exit__(self, *_: object) -> None: ...

        def submit(self, _: object) -> None: ...

    def pool(number: int) -> Pool:
        begun.append(number)
        return Pool()

    monkeypatch.setattr(of_the_command, "cores", lambda: cores)
    monkeypatch.setattr("silvafisc.runs.processes.processes", pool)
    with of_the_command.others_for(languages) as others:
        assert (others.count if others else 0, begun) == (count, [count] if count else [])


def _say(languages: Sequence[str]) -> Files:
    return [(language, language.encode()) for language in languages]


def _ink(languages: Sequence[str]) -> Files:
    from silvafisc.briefing.style import current

    return [(language, current().palette.ink.encode()) for language in languages]


def _die_elsewhere(here: int, languages: Sequence[str]) -> Files:
    if os.getpid() != here:
        os._exit(1)
    return _say(languages)
