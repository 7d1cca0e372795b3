"""What each verb does. Heavy imports stand inside the functions, so that `--help` costs nothing."""

from pathlib import Path
from typing import Literal

from .terminal import Terminal, language_of

DEFAULT_SCENARIO = "nation-2026-2028"


def init(folder: Path, *, level: Literal["province", "county"], xlsx: bool, language: str | None, json: bool) -> None:
    """Write the input tables for editing.

    Raises:
        InputError: a file stands in the way.
    """
    from silvafisc.policy import ParameterTree
    from silvafisc.runs import load_inputs, load_scenario, write_templates

    terminal = Terminal(language_of(language), json)
    scenario = load_scenario(DEFAULT_SCENARIO)
    inputs = load_inputs("builtin:nation", ParameterTree.load().on(scenario.policy_date))
    written = write_templates(inputs, folder, xlsx=xlsx, level=level)
    terminal.result({"written": [str(path) for path in written]}, [str(path) for path in written])
