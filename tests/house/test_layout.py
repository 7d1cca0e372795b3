"""The house: layout, wheel, pinned versions, documents that must agree with the code."""

import re
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.house.tree import ROOT, ROOTS, files, sources
from typer.core import TyperGroup

from silvafisc.cli.main import app

MOST_LINES = 400
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BINARY = {".ttf", ".png", ".pdf", ".xlsx", ".docx", ".npz"}


def test_no_layer_hides_the_others_behind_an_init() -> None:
    assert [root for root in ROOTS if (ROOT / root / "silvafisc" / "__init__.py").exists()] == []
    assert [root for root in ROOTS if not (ROOT / root / "silvafisc").is_dir()] == []


def test_every_package_says_that_it_is_typed() -> None:
    packages = {path.parent for path in sources() if path.name == "__init__.py" and len(path.parts) == 4}
    assert [str(package) for package in sorted(packages) if not (ROOT / package / "py.typed").is_file()] == []


@pytest.mark.filterwarnings("default")
def test_the_wheel_holds_what_git_holds(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    tracked = {path.relative_to(path.parts[0]).as_posix() for path in files() if path.parts[0] in ROOTS}
    assert packed == tracked


def test_source_files_stay_short() -> None:
    long = {
        str(path): count
        for path in sources()
        if (count := len((ROOT / path).read_text(encoding="utf-8").splitlines())) >= MOST_LINES
    }
    assert long == {}


def test_nothing_generic_is_a_module() -> None:
    generic = {"utils", "util", "helper", "helpers", "manager", "data", "info", "common", "misc"}
    assert [str(path) for path in sources() if generic & {path.stem, *path.parts[1:-1]}] == []


def _commands() -> Iterator[tuple[str, Any]]:
    """Every verb with its words, those of a group as `group verb`."""
    for name, command in typer.main.get_group(app).commands.items():
        if isinstance(command, TyperGroup):
            yield from ((f"{name} {verb}", below) for verb, below in command.commands.items())
        else:
            yield name, command


def _verbs() -> Iterator[str]:
    for verb, _ in _commands():
        yield verb


@pytest.mark.parametrize("verb", list(_verbs()))
@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_every_verb_is_in_the_readme(verb: str, readme: str) -> None:
    assert f"silvafisc {verb}" in (ROOT / readme).read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_the_rows_of_the_readme_are_those_of_help(readme: str) -> None:
    """Same order, and every option that is not common to all verbs stands in its row."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    said = re.findall(r"^\| `silvafisc (.*?)` \|", text, re.MULTILINE)
    rows = {next((verb for verb in _verbs() if f"{row} ".startswith(f"{verb} ")), row): row for row in said}
    assert list(rows) == list(_verbs())
    for name, command in _commands():
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert options - {"--json", "--lang", "--data"} <= set(re.findall(r"--[a-z]+(?:-[a-z]+)*", rows[name])), name


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_the_readme_names_no_verb_that_does_not_exist(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    named = set(re.findall(r"bin/silvafisc ([a-z]+)|^silvafisc ([a-z]+)|`silvafisc ([a-z]+)", text, re.MULTILINE))
    assert {verb for groups in named for verb in groups if verb} <= {verb.split()[0] for verb in _verbs()}


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_links_of_the_readme_lead_somewhere(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_versions_are_pinned_for_everything_that_is_needed() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}
    wanted = [Requirement(text) for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]]
    missing = [str(need) for need in wanted if canonicalize_name(need.name) not in pinned]
    wrong = [
        str(need)
        for need in wanted
        if str(need) not in missing and pinned[canonicalize_name(need.name)] not in need.specifier
    ]
    assert (missing, wrong) == ([], [])


def test_one_version_stands_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert citation["version"] == newest[1] == PROJECT["version"]


def test_the_checks_of_a_change_end_with_the_tests_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert commands[-1].startswith('"$bin/python" -m pytest')
    assert "set -euo pipefail" in commands[0]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_no_file_names_a_workplace() -> None:
    """Absolute paths of somebody's machine, and hosts that only one network knows."""
    places = "|".join(("home", "Users", "root", "work", "workspace", "mnt", "opt", "scratch"))
    pattern = re.compile(
        rf"(?<![\w.$}}-])/(?:{places})/[A-Za-z]|[A-Z]:\\Users|\b127\.0\.0\.1\b|\blocal"
        + r"host\b|\.(?:internal|lan|corp)\b"
    )
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path in files()
        if path.suffix not in BINARY and path != Path(__file__).relative_to(ROOT)
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_the_pattern_of_workplaces_finds_one() -> None:
    """The test above would find a planted path."""
    planted = "/".join(("see ", "home", "someone", "project"))
    assert re.search(r"(?<![\w.$}-])/(?:home|work)/[A-Za-z]", planted)
