"""Reading scenarios: by path or shipped name, with `extends`, and every error with its place."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from silvafisc.datasets.findings import Finding, InputError

from .catalogue import load_catalogue
from .parameters import ParameterTree
from .scenario_checks import check_scenario
from .scenario_schema import Scenario
from .schema import hint, validate
from .yaml_source import Document, Path_, parse_yaml, read_yaml

SCENARIOS = Path(__file__).parent / "scenarios"
"""The folder of the shipped scenarios."""
PORTFOLIOS = Path(__file__).parent / "portfolios"
"""The folder of the shipped portfolios of them."""
_SCENARIO = ("scenario", "情景")


def shipped_scenarios() -> list[str]:
    """Names of the shipped scenarios, ascending."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def load_scenario(source: str | Path, tree: ParameterTree | None = None) -> Scenario:
    """Read and check a scenario.

    Args:
        source: path of a YAML file, or the name of a shipped scenario.
        tree: law against which changes are checked; the shipped law where left out.

    Raises:
        InputError: every finding at once as `file:line:column: path: message`, in both languages.
    """
    document = read_scenario(source)
    _refuse_offers(document)
    scenario = _stated(document)
    scenario._folder = _folder_of(document, ("data",))
    scenario._yields = _folder_of(document, ("carbon", "yields"))
    scenario._uncertainty = _folder_of(document, ("carbon", "uncertainty"))
    scenario._instruments = _folder_of(document, ("instruments",))
    return _checked(scenario, tree)


def derived_scenario(stated: Mapping[str, Any], name: str, base: Scenario | None = None) -> Scenario:
    """A scenario made of another one's statements (`Scenario.to_json`), changed; `name` stands for its file in findings.

    base: the scenario whose folders of tables, built yields and instruments are kept.

    Raises:
        InputError: as `load_scenario`.
    """
    text = json.dumps(stated, ensure_ascii=False, indent=1)
    scenario = _stated(parse_yaml(text, name))
    if base is not None:
        scenario._folder, scenario._yields, scenario._uncertainty = base._folder, base._yields, base._uncertainty
        scenario._instruments = base._instruments
    return _checked(scenario, None)


def _stated(document: Document) -> Scenario:
    scenario = validate(Scenario, document)
    scenario._document = document
    return scenario


def _checked(scenario: Scenario, tree: ParameterTree | None) -> Scenario:
    findings = check_scenario(scenario, load_catalogue(), tree or ParameterTree.load())
    if findings:
        raise InputError(findings)
    return scenario


def read_scenario(source: str | Path) -> Document:
    """The document of a scenario, by path or shipped name, with what it extends. Raises InputError."""
    return _extended(locate(source, SCENARIOS, _SCENARIO), ())


def _refuse_offers(document: Document) -> None:
    """One plain finding instead of all that such a scenario lacks."""
    if isinstance(document.data, dict) and document.data.get("mode") == "offers":
        en = "`mode: offers` has no menus of its own; solve it with a table: silvafisc solve --offers FILE --scenario …"
        zh = "mode: offers 的情景没有自己的档次，须与备选表一起求解：silvafisc solve --offers 备选表 --scenario …"
        raise InputError([Finding(document.where(("mode",)), "mode", en, zh)])


def locate(source: str | Path, folder: Path, what: tuple[str, str]) -> Path:
    """The file of a path, or of a name that is shipped in `folder`. what: what is looked for, in English and Chinese."""
    path = Path(source)
    if path.suffix in {".yaml", ".yml"} or path.exists():
        return path
    shipped = folder / f"{source}.yaml"
    if shipped.is_file():
        return shipped
    names = sorted(one.stem for one in folder.glob("*.yaml"))
    more_en, more_zh = hint(str(source), names)
    known = ", ".join(names)
    en = f"neither a file nor a shipped {what[0]} ({known}){more_en}"
    raise InputError([Finding(str(source), "", en, f"既不是文件，也不是随附{what[1]}（{known}）{more_zh}")])


def _extended(path: Path, seen: tuple[Path, ...]) -> Document:
    """The document with everything that it extends merged below it."""
    document = read_yaml(path)
    if not isinstance(document.data, dict) or document.data.get("extends") is None:
        return document
    named = document.data["extends"]
    where = document.where(("extends",))
    if not isinstance(named, str):
        raise InputError([Finding(where, "extends", f"must be text (got {named!r})", f"须为文本（现为 {named!r}）")])
    beside = path.parent / named
    try:
        base_path = beside if beside.is_file() else locate(named, SCENARIOS, _SCENARIO)
    except InputError as error:
        raise InputError([replace(finding, where=where, path="extends") for finding in error.findings]) from None
    if base_path.resolve() in {earlier.resolve() for earlier in (*seen, path)}:
        raise InputError([Finding(where, "extends", "extends itself in a circle", "循环继承")])
    base = _extended(base_path, (*seen, path))
    data = overlaid(base.data, document.data) if isinstance(base.data, dict) else document.data
    return replace(document, data=data, base=base, findings=(*base.findings, *document.findings))


def overlaid(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; lists and single values are replaced."""
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = overlaid(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _folder_of(document: Document, key: Path_) -> Path:
    """The folder of the file that states the key: a relative folder of tables lies beside it."""
    while key not in document.places and document.base is not None:
        document = document.base
    return Path(document.file).parent
