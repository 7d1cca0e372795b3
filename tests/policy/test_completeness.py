"""One place each: every parameter is read by some code or says why it is not modelled; every term is documented."""

import ast
from pathlib import Path

import pytest

from silvafisc.policy import ParameterTree, load_catalogue, shipped_scenarios
from silvafisc.policy.catalogue import parameter_paths
from silvafisc.policy.parameters import PARAMETERS
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.policy.scenario_schema import Scenario

ROOT = Path(__file__).parents[2]
LAYERS = ("datasets", "policy", "models", "reports")


def _literals() -> dict[Path, set[str]]:
    """Every string literal of every module, f-string parts included."""
    found = {}
    for layer in LAYERS:
        for file in sorted((ROOT / layer / "silvafisc").rglob("*.py")):
            nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            found[file] = {
                node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return found


def _unread(tree: ParameterTree) -> list[str]:
    """Modelled parameters whose path no code can form: neither whole, nor from a folder and literals for the name."""
    literals = _literals()
    words = set().union(*literals.values())
    folders = {text.rstrip(".") for text in words if "." in text and " " not in text}
    listed = {
        text.rstrip(".")
        for file, texts in literals.items()
        if ".children(" in file.read_text(encoding="utf-8")
        for text in texts
    }
    begun = {text for text in words if "." in text and text.endswith("_")}
    named = parameter_paths(load_catalogue(), tree)
    scenarios = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SCENARIOS.glob("*.yaml")))
    unread = []
    for path, parameter in tree.parameters.items():
        folder, _, name = path.rpartition(".")
        whole = path in words or path in named or folder in listed or f"payers: {folder}" in scenarios
        whole = whole or any(path.startswith(start) and path.removeprefix(start) in words for start in begun)
        if not (parameter.not_modelled or whole or (folder in folders and _formed(name, words))):
            unread.append(path)
    return unread


def _formed(name: str, words: set[str]) -> bool:
    """Whether the name is a literal, or literals joined as an f-string joins them."""
    parts = name.split("_")
    ends = ["_".join(parts[i:]) for i in range(1, len(parts))]
    starts = ["_".join(parts[:i]) for i in range(1, len(parts))]
    begun = [start in words or f"{start}_" in words for start in starts]
    ended = [end in words or f"_{end}" in words or f".{end}" in words for end in ends]
    return name in words or any(b and e for b, e in zip(begun, ended, strict=True))


def test_every_parameter_is_read_or_says_why_not() -> None:
    assert _unread(ParameterTree.load()) == []


def test_a_parameter_that_nothing_reads_is_noticed(tmp_path: Path) -> None:
    text = (PARAMETERS / "notice" / "amounts.yaml").read_text(encoding="utf-8")
    (tmp_path / "planted.yaml").write_text(text.replace("unit:", "orphan_of_nobody:", 1), encoding="utf-8")
    tree = ParameterTree({**ParameterTree.load().parameters, **ParameterTree.load(tmp_path).parameters})
    assert _unread(tree) == ["planted.orphan_of_nobody"]


def test_every_reference_says_more_than_a_landing_page() -> None:
    for parameter in ParameterTree.load().parameters.values():
        for value in parameter.values:
            assert value.reference.title.strip(), parameter.where
            assert value.status in {"verified", "secondary", "computed", "recalled", "assumption"}
            assert value.status != "verified", f"{parameter.where}: no official text has been read yet"


def test_assumptions_and_only_assumptions_stand_in_their_folder_or_say_so() -> None:
    for parameter in ParameterTree.load().parameters.values():
        if parameter.path.startswith("assumptions.allocation."):
            assert {value.status for value in parameter.values} == {"assumption"}, parameter.where


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_are_named_like_their_file(name: str) -> None:
    assert f"\nid: {name}\n" in f"\n{(SCENARIOS / f'{name}.yaml').read_text(encoding='utf-8')}"


def test_every_key_of_a_scenario_is_documented() -> None:
    undocumented = [name for name, field in Scenario.model_fields.items() if not field.description]
    assert undocumented == []


def test_files_stay_readable() -> None:
    files = [*(ROOT / "policy").rglob("*.py"), *(ROOT / "tests" / "policy").rglob("*.py")]
    assert [file.name for file in files if len(file.read_text(encoding="utf-8").splitlines()) >= 400] == []
