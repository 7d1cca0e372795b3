"""All words of a briefing: sentences, headers and names from texts.yaml, with numbers put in as runs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import yaml

from silvafisc.policy import ParameterTree, load_catalogue
from silvafisc.policy.schema import Label
from silvafisc.quantities import UNITS

from .blocks import Number, Run, Runs, Text, run_text

LANGUAGES = ("zh", "en")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PAIR = re.compile(r"(.*?[\u4e00-\u9fff].*?) ?/ ((?>\([^()]*\)|[^\u4e00-\u9fff])+)")
"""`中文 / English`; the English keeps Chinese within brackets: an act's own title, a document's number."""
_CLOSING = ("）", "》", "”", "，", "。", "；", "：", "、")
_GAP = re.compile(r"\A (?=\w|\Z)")
"""The gap before a word or a value, which falls away after a full-width closing mark (in runs only)."""


class TextError(LookupError):
    """A text is missing in a language, or its placeholders are not the values it was given."""


@cache
def load_yaml(name: str) -> dict[str, Any]:
    """One of the package's own YAML files."""
    text = files("silvafisc.briefing").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def all_texts() -> dict[str, dict[str, str]]:
    """Dotted key -> language -> text. Raises TextError where a language is missing."""
    found: dict[str, dict[str, str]] = {}

    def walk(node: Any, path: str) -> None:
        if isinstance(node, dict) and set(node) & set(LANGUAGES):
            said = [isinstance(text, str) and (text or path.startswith("marks.")) for text in node.values()]
            if set(node) != set(LANGUAGES) or not all(said):
                raise TextError(f"texts.yaml: {path} needs exactly zh and en")
            found[path] = node
        elif isinstance(node, dict):
            for key, value in node.items():
                walk(value, f"{path}.{key}" if path else str(key))
        else:
            raise TextError(f"texts.yaml: {path} is neither a text nor a group")

    for file in ("texts.yaml", "documents.yaml", "workbook.yaml"):
        walk(load_yaml(file), "")
    return found


class Words:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise TextError(f"no such language: {language!r} (have {', '.join(LANGUAGES)})")
        self.language = language
        self.unnamed: set[str] = set()
        """`group.id` of every id that had no name and was shown as it is."""

    def __call__(self, key: str, **values: str) -> str:
        """A text with plain strings put in. Raises TextError."""
        runs = self.runs(key, **values)
        return "".join(run.text for run in runs)

    def runs(self, key: str, **values: "str | Number | Runs") -> Runs:
        """A text as runs; `*…*` in texts.yaml is strong, values are taken literally.

        A gap falls away after a value that ends with a full-width closing mark, which brings its own.

        Raises:
            TextError: unknown key, missing value, or a value the text does not use.
        """
        template = self._text(key)
        runs: list[Run] = []
        used: set[str] = set()
        strong = False
        for literal, name, _, _ in Formatter().parse(template):
            for position, piece in enumerate(literal.split("*")):
                if position:
                    strong = not strong
                if runs and run_text(runs[-1]).endswith(_CLOSING):
                    piece = _GAP.sub("", piece)
                if piece:
                    runs.append(Text(piece, strong))
            if name is None:
                continue
            if name not in values:
                raise TextError(f"texts.yaml: {key} needs a value for {{{name}}}")
            used.add(name)
            runs.extend(_as_runs(values[name], strong))
        if set(values) != used:
            raise TextError(f"texts.yaml: {key} does not use {sorted(set(values) - used)}")
        return tuple(runs)

    def name(self, group: str, item: str) -> str:
        """The name of an id in this language; ids of a user's own scenario have no entry and show as they are."""
        entry = all_texts().get(f"names.{group}.{item}") or _named_elsewhere(group, item)
        if entry is None:
            self.unnamed.add(f"{group}.{item}")
            return item
        return entry[self.language]

    def own(self, text: str) -> str:
        """What data say in this language where they say it as `中文 / English`."""
        return in_language(text, self.language)

    def known(self, group: str, item: str) -> bool:
        """Whether an id has a name."""
        return f"names.{group}.{item}" in all_texts() or _named_elsewhere(group, item) is not None

    def rule(self, item: str) -> str:
        """A rule in words, or a dash."""
        entry = all_texts().get(f"names.rule_words.{item}")
        return "—" if entry is None else entry[self.language]

    def short_name(self, group: str, item: str) -> str:
        """The short name of an id where there is one, else its name."""
        entry = all_texts().get(f"names.{group}_short.{item}")
        return self.name(group, item) if entry is None else entry[self.language]

    def introduced(self, group: str, item: str) -> str:
        """The full name of an id with the short one that stands for it from there on."""
        full, short = self.name(group, item), self.short_name(group, item)
        return full if short == full else self("terms.introduced", full=full, short=short)

    def join(self, parts: "Sequence[Runs] | Sequence[str]", mark: str = "list") -> Runs:
        """Runs joined with the language's comma (`list`) or semicolon (`semicolon`)."""
        joined: list[Run] = []
        for part in parts:
            if joined:
                joined.append(Text(self._text(f"marks.{mark}")))
            joined.extend(_as_runs(part, False))
        return tuple(joined)

    def _text(self, key: str) -> str:
        try:
            return all_texts()[key][self.language]
        except KeyError:
            raise TextError(f"texts.yaml has no {key}") from None


def _named_elsewhere(group: str, item: str) -> dict[str, str] | None:
    """The name that an id has in its own home: the catalogue of policy, a parameter's description, the unit registry."""
    if group == "unit" and item in UNITS:
        return {"zh": UNITS[item].label_zh, "en": UNITS[item].label_en}
    if group == "what":
        parameters = ParameterTree.load().parameters
        return dict(parameters[item].description) if item in parameters else None
    catalogue = load_catalogue()
    labels: dict[str, dict[str, Label]] = {
        "fund": {name: fund.label for name, fund in catalogue.funds.items()},
        "value": {name: measure.label for name, measure in catalogue.measures.items()},
        "measure": {name: measure.label for name, measure in catalogue.measures.items()},
        "category": {name: category.label for name, category in catalogue.categories.items()},
        "factor": {name: factor.label for fund in catalogue.funds.values() for name, factor in fund.factors.items()},
    }
    label = labels.get(group, {}).get(item)
    return None if label is None else {"zh": label.zh, "en": label.en}


def _as_runs(value: "str | Number | Runs", strong: bool) -> Runs:
    if isinstance(value, str):
        return (Text(value, strong),) if value else ()
    runs = (value,) if isinstance(value, Number) else value
    return tuple(replace(run, strong=True) for run in runs) if strong else runs


def capital(text: str) -> str:
    """`text` with its first letter as a capital, for the start of a line."""
    return text[:1].upper() + text[1:]


def inside(text: str) -> str:
    """A name inside a sentence: its first letter small (Chinese has none)."""
    return text[:1].lower() + text[1:]


def opening(runs: Runs) -> Runs:
    """Runs with the first letter as a capital, for the start of a line."""
    if runs and isinstance(runs[0], Text):
        return (replace(runs[0], text=capital(runs[0].text)), *runs[1:])
    return runs


def symbols(text: str) -> Runs:
    """A formula: what follows `_` is lowered."""
    parts = re.split(r"_([0-9A-Za-z\u4e00-\u9fff]+)", text)
    return tuple(Text(part, lowered=bool(i % 2)) for i, part in enumerate(parts) if part)


def in_language(text: str, language: str) -> str:
    """One language of `中文 / English`, also of several such pairs joined by `；`; a text without both stays whole."""
    parts = text.split("；")
    pairs = [_PAIR.fullmatch(part) for part in parts]
    whole = _PAIR.fullmatch(text)
    if whole is not None and sum(pair is not None for pair in pairs) < 2:
        return whole[1 if language == "zh" else 2].strip()
    if not any(pairs):
        return text.strip()
    if language == "en":
        return "; ".join(dict.fromkeys(pair[2].strip() for pair in pairs if pair is not None))
    own = [part if pair is None else pair[1] for part, pair in zip(parts, pairs, strict=True)]
    return "；".join(dict.fromkeys(part.strip() for part in own))
