"""`silvafisc carbon cards`: an interruption leaves no tables without their pages."""

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from silvafisc.briefing import card_page
from silvafisc.cli.endings import finish
from silvafisc.cli.main import app
from silvafisc.runs import precision_cards


class Reviewed:
    """A review that needs no engine."""

    tables: Mapping[str, object] = {}
    told: Mapping[str, str] = {}
    names: Mapping[str, tuple[str, str]] = {}

    def save(self, folder: Path) -> list[Path]:
        folder.mkdir(parents=True)
        (folder / "cards.csv").write_text("made", encoding="utf-8")
        return [folder / "cards.csv"]


def test_an_interruption_while_pages_are_made_leaves_no_tables_without_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(tables: object, told: object, names: object, folder: Path) -> list[Path]:
        signal.raise_signal(signal.SIGINT)
        (folder / "cards_zh.html").write_text("made", encoding="utf-8")
        return [folder / "cards_zh.html"]

    monkeypatch.setattr(precision_cards, "review_cards", lambda *asked, **given: Reviewed())
    monkeypatch.setattr(card_page, "write_cards", interrupted)
    finish(app, ["carbon", "cards", "--out", str(tmp_path / "out")])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cards.csv", "cards_zh.html"]
