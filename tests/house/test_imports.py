"""Imports point one way, and what is light stays light."""

import ast
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tests.house.tree import ROOT, ROOTS, sources

HEAVY = (
    "pandas",
    "numpy",
    "scipy",
    "pyomo",
    "highspy",
    "matplotlib",
    "pydantic",
    "typst",
    "jinja2",
    "skimage",
    "rasterio",
)


def loaded_by(module: str) -> set[str]:
    """Heavy packages that importing the module alone brings in."""
    code = f"import sys, {module}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_command_line_starts_without_anything_heavy() -> None:
    assert loaded_by("silvafisc.cli.main") == set()


@pytest.mark.parametrize(
    "module", ["silvafisc.runs", "silvafisc.briefing", "silvafisc.allocation", "silvafisc.finance"]
)
def test_packages_import_nothing_heavy_by_themselves(module: str) -> None:
    assert loaded_by(module) == set()


@pytest.mark.parametrize(
    "module", ["silvafisc.allocation.audit", "silvafisc.runs.check", "silvafisc.briefing.document"]
)
def test_auditing_and_briefing_need_no_solver(module: str) -> None:
    assert loaded_by(module) & {"pyomo", "highspy"} == set()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python files of the four roots, apart from the installed ones."""
    folder = tmp_path_factory.mktemp("house")
    for path in sources():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> tuple[int, str]:
    """import-linter on the copy alone: without site, so that an editable install adds no second portion."""
    paths = [str(folder / root) for root in ROOTS] + [sysconfig.get_path("purelib")]
    code = "import sys; sys.path[:0] = sys.argv[1:]; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, *paths], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_contracts_hold_for_the_copy(copy: Path) -> None:
    code, said = lint(copy)
    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize(
    ("place", "line", "contract"),
    [
        ("datasets/silvafisc/datasets/planted.py", "import silvafisc.policy", "layers BROKEN"),
        ("models/silvafisc/carbon/planted.py", "import silvafisc.economy", "layers BROKEN"),
        ("models/silvafisc/carbon/planted.py", "import highspy", "solver only in build and solve BROKEN"),
        ("models/silvafisc/allocation/audit/planted.py", "from ..terms import envelope", "second road BROKEN"),
        ("reports/silvafisc/briefing/planted.py", "import silvafisc.allocation.build", "never start a solver BROKEN"),
        ("models/silvafisc/extra/__init__.py", "", "extra"),
    ],
)
def test_a_planted_breach_is_caught(copy: Path, place: str, line: str, contract: str) -> None:
    planted = copy / place
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f"{line}\n", encoding="utf-8")
    try:
        code, said = lint(copy)
    finally:
        planted.unlink()
        if not any(planted.parent.iterdir()):
            planted.parent.rmdir()
    assert code != 0
    assert contract in said


NETWORK = {"socket", "http", "urllib.request", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "ssl"}
CLOCKS = {"now", "today", "utcnow", "time_ns"}


def imported(tree: ast.AST) -> set[str]:
    """Modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("path", sources(), ids=str)
def test_no_network_no_clock_no_printing_library(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = imported(tree)
    assert {name for name in names if name in NETWORK or name.split(".")[0] in NETWORK} == set()
    if "cli" in path.parts or path.name == "cut_fonts.py":  # the command line speaks; the font script is run by hand
        return
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCKS] == []
    assert [call.id for call in calls if isinstance(call, ast.Name) and call.id == "print"] == []
    assert "random" not in names or "seed" in (ROOT / path).read_text(encoding="utf-8")
