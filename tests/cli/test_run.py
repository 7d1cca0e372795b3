"""`run` from tables to briefings in a process of its own: what it leaves, and what an interruption leaves."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.briefing.test_boundaries import squares
from tests.cli.command import CODE, Ended, environment, listing, silvafisc

from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.runs import explain, load_outcome

MARKUP = "<script>alert(1)</script>[red]{{x}}"
SCENARIO = """\
id: mine
title: {zh: "试 <b>一</b> [bold]", en: "Trial <b>one</b> [bold]"}
kind: {zh: 情景测算（演示数据）, en: scenario estimate (demonstration data)}
mode: rule
data: counties
policy_date: "2026-01-01"
periods: ["2026"]
horizon: 2060
funds:
  provincial_compensation: {measures: [compensation], appropriation: {"2026": "272000000"}}
  provincial_forestry: {measures: [afforestation, tending, restoration], appropriation: {"2026": "60000000"}, pots: [{nature: factor, amount: "5000000"}]}
categories:
  public_welfare_state: {fund: provincial_compensation, payers: payers.province_and_counties, to: "13", step: "1", last_year: "12"}
  public_welfare_collective: {fund: provincial_compensation, payers: payers.province_and_counties, to: "19", step: "1", last_year: "18"}
menus:
  afforestation: {standards: ["200"], quantity_shares: ["0", "1"], payers: payers.province_and_counties}
  tending: {standards: ["100"], quantity_shares: ["0", "1"], payers: payers.province_and_counties}
  restoration: {standards: ["100"], quantity_shares: ["0", "1"], payers: payers.province_and_counties}
grades: {by_region: true, alphas: ["0.5"], cut_offs: 3, minimum: 1, maximum: 2}
objectives: [{term: carbon, weight: 0.5}, {term: development, weight: 0.5}]
rules: [{rule: envelope}, {rule: statutory_floor}, {rule: standards_only_rise}, {rule: cost_sharing}, {rule: eligible_area}, {rule: delivery_capacity}]
assumed_responses: rank
caveats: [{zh: 演示数据, en: demonstration data}]
seed: 1
"""
"""As the shipped county scenario, with so few choices that a run takes seconds."""


STYLE = 'palette: {accent: "#7a1f2b"}\nletterhead: {institution: {zh: 某省财政厅, en: Department of Finance}}\n'
RUN = ("run", "mine.yaml", "--style", "style.yaml", "--format", "html,pdf,xlsx")


def tables(place: Path) -> Path:
    """The demonstration counties with markup in a name, and a scenario of one's own that reads them."""
    shutil.copytree(SCENARIOS / "county-demo", place / "counties")
    path = place / "counties" / "regions.csv"
    text = path.read_text(encoding="utf-8-sig")
    assert "Pingwu County" in text
    # Every unit in a group, so that inequality splits into what lies between groups and within them.
    text = re.sub(r"(?m)^(\d{6},[^,]*,[^,]*,county,510000,\d),,", r"\1,other,", text)
    # Only a row that was read in the official text may differ from the list of names.
    text = re.sub(r"(?m)^(510727,.*),assumption,", r"\1,verified,", text)
    path.write_text(text.replace("Pingwu County", MARKUP).replace("平武县", MARKUP), encoding="utf-8")
    (place / "mine.yaml").write_text(SCENARIO, encoding="utf-8")
    (place / "style.yaml").write_text(STYLE, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an input and, after the first run, its outcome."""
    return tables(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def ran(place: Path) -> Ended:
    """The first run."""
    return silvafisc(*RUN, cwd=place)


def test_a_run_ends_with_a_summary_and_leaves_a_clean_outcome(ran: Ended, place: Path) -> None:
    assert ran.code == 0, ran.err
    for part in ("校核通过", "结果目录", "briefing_zh.pdf", "briefing_en.html", "briefing_en.xlsx"):
        assert part in ran.out
    assert sorted(path.name for path in (place / "outcomes").iterdir()) == ["mine"]
    assert json.loads((place / "outcomes/mine/audit.json").read_text(encoding="utf-8"))["clean"] is True
    checked = silvafisc("check", "outcomes/mine", cwd=place)
    assert checked.code == 0, checked.err
    # As readable as any other folder: not the private one that was built in.
    assert (place / "outcomes/mine").stat().st_mode & 0o777 == (place / "counties").stat().st_mode & 0o777


def test_progress_is_plain_lines_on_stderr(ran: Ended) -> None:
    lines = ran.err.splitlines()
    assert all(line.startswith("[") for line in lines)
    assert "\x1b" not in ran.err
    assert any("读取情景" in line for line in lines)
    assert any("求解" in line for line in lines)
    assert any("生成简报" in line for line in lines)


def test_markup_in_names_stays_text(ran: Ended, place: Path) -> None:
    assert ran.code == 0, ran.err
    html = (place / "outcomes/mine/briefing_zh.html").read_text(encoding="utf-8")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[red]{{x}}" in html
    assert "<b>一</b>" not in html
    assert MARKUP in silvafisc("explain", "outcomes/mine", "--region", "510727", cwd=place).out


def test_every_unit_of_a_run_can_be_explained_to_the_fen(ran: Ended, place: Path) -> None:
    assert ran.code == 0, ran.err
    outcome = load_outcome(place / "outcomes/mine")
    totals = outcome.tables["allocation"].groupby("region_code")["payment_fen"].sum()
    for code in outcome.tables["regions"]["region_code"]:
        assert explain(outcome, code).total_fen == totals[code]


def test_a_second_run_gives_the_same_bytes_in_the_same_place(ran: Ended, place: Path) -> None:
    before = listing(place)
    again = silvafisc(*RUN, cwd=place)
    assert again.code == 0, again.err
    assert listing(place) == before


def test_the_briefings_are_in_the_style_that_was_stated_and_brief_makes_them_again(
    ran: Ended, place: Path, tmp_path: Path
) -> None:
    assert ran.code == 0, ran.err
    page = (place / "outcomes/mine/briefing_zh.html").read_bytes()
    assert "某省财政厅".encode() in page
    options = ("--lang", "zh", "--format", "html", "--out", tmp_path / "out")
    assert silvafisc("brief", "outcomes/mine", "--style", "style.yaml", *options, cwd=place).code == 0
    assert (tmp_path / "out" / "briefing_zh.html").read_bytes() == page


def test_boundaries_of_provinces_are_refused_for_counties(ran: Ended, place: Path, tmp_path: Path) -> None:
    assert ran.code == 0, ran.err
    (tmp_path / "own.geojson").write_text(json.dumps(squares()), encoding="utf-8")
    options = ("--boundaries", tmp_path / "own.geojson", "--property", "code", "--out", tmp_path / "out")
    ended = silvafisc("brief", "outcomes/mine", *options, cwd=place)
    assert (ended.code, "不是省级" in ended.err, (tmp_path / "out").exists()) == (2, True, False), ended.err


@pytest.mark.parametrize("phase", ["读取情景", "求解", "生成简报"], ids=["load", "solve", "briefing"])
def test_an_interruption_leaves_everything_as_it_was(phase: str, tmp_path: Path) -> None:
    """A real SIGINT when the progress line of the phase appears; an older result stands in the way."""
    place = tables(tmp_path)
    before = listing(place)
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", CODE, "run", "mine.yaml", "--out", "deep/er/out", "--lang", "zh"],
        cwd=place,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    assert process.stdout is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if phase in line:
            process.send_signal(signal.SIGINT)
            break
    rest, err = process.communicate(timeout=120)
    assert process.returncode == 130, "".join(said) + err
    assert "已中断" in err
    assert "Traceback" not in err
    assert rest == ""
    assert listing(place) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_an_older_outcome_survives_an_interruption(number: signal.Signals, ran: Ended, place: Path) -> None:
    before = listing(place)
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", CODE, "run", "mine.yaml"],
        cwd=place,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "生成简报" in line:
            # Twice: the second must not cut the cleaning up short.
            process.send_signal(number)
            process.send_signal(number)
            break
    process.communicate(timeout=120)
    assert process.returncode == 130
    assert listing(place) == before
