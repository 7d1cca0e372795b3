"""`--style`, `--audience` and `--boundaries`: what they give, and what is refused before anything is written."""

import json
from pathlib import Path

import pytest
from tests.briefing.papers_sample import issuable
from tests.briefing.test_boundaries import squares
from tests.cli.command import Talk, listing

STYLE = 'palette: {accent: "#7a1f2b"}\nletterhead: {institution: {zh: 某省财政厅, en: Department of Finance}}\n'


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of six units that nothing hinders, and a style beside it."""
    folder = tmp_path_factory.mktemp("outcomes")
    issuable(6).save(folder / "plan")
    (folder / "style.yaml").write_text(STYLE, encoding="utf-8")
    (folder / "own.geojson").write_text(json.dumps(squares()), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        ("director", ["paper_zh.docx", "paper_zh.pdf"]),
        ("public", ["public_zh.html"]),
    ],
)
def test_every_audience_gets_its_document(
    say: Talk, saved: Path, tmp_path: Path, audience: str, names: list[str]
) -> None:
    options = ("--audience", audience, "--lang", "zh", "--style", saved / "style.yaml", "--out", tmp_path)
    code, said = say("brief", saved / "plan", *options)
    assert (code, sorted(path.name for path in tmp_path.iterdir())) == (0, names), said
    for page in tmp_path.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "某省财政厅" in text
        assert "--accent:#7a1f2b" in text
        assert 'id="annex"' not in text


def test_boundaries_replace_the_tile_map(say: Talk, saved: Path, tmp_path: Path) -> None:
    options = ("--boundaries", saved / "own.geojson", "--property", "code")
    code, said = say("brief", saved / "plan", *options, "--audience", "public", "--lang", "zh", "--out", tmp_path)
    assert code == 0, said
    assert "南海诸岛以附图表示" in (tmp_path / "public_zh.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--audience", "minister"), "--audience"),
        (("--audience", "public", "--document", "paper"), "--document"),
        (("--audience", "public", "--template", "x.docx"), "--template"),
        (("--style", "absent.yaml"), "absent.yaml"),
        (("--property", "code"), "--property"),
        (("--review-number", "GS"), "--review-number"),
        (("--boundaries", "absent.geojson"), "--property"),
        (("--boundaries", "absent.geojson", "--property", "code"), "absent.geojson"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    say: Talk, saved: Path, tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    code, said = say("brief", saved / "plan", *arguments, "--out", tmp_path / "out")
    assert (code, named in said, (tmp_path / "out").exists()) == (2, True, False), said


def test_a_style_that_will_not_do_stops_run_and_brief_before_they_write(say: Talk, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text('palette:\n  ink: "#dddddd"\nletterhaed: {}\n', encoding="utf-8")
    before = listing(tmp_path)
    for verb in (("run", "county-demo"), ("brief", saved / "plan")):
        code, said = say(*verb, "--style", tmp_path / "bad.yaml", "--out", tmp_path / "out")
        assert code == 2
        assert "bad.yaml:2:8: palette.ink" in said
        assert "bad.yaml:3:1: letterhaed" in said
        assert listing(tmp_path) == before
