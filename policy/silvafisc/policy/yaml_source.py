"""Reading YAML with places: every value keeps its line and column, and the traps of the language are refused.

Refused, each with its place: duplicate keys, tabs, merge keys, foreign tags, unhashable or non-text keys, recursive
aliases, aliases that expand beyond `MAX_NODES`, nesting beyond `MAX_DEPTH`, files beyond `MAX_BYTES`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from silvafisc.datasets.findings import Finding, InputError

MAX_BYTES = 8_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
_SCALARS = {_STANDARD + name for name in ("str", "int", "float", "bool", "null", "timestamp")}
_NUMBER = re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?")

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """One YAML file: plain data, and where each part of it stands.

    data: nested dict, list and scalars; a date written without quotes stays a `datetime.date`.
    places: path (keys and indexes) -> (line, column) of the value, 1-based. keys: the same for the mapping keys.
    """

    file: str
    data: Any
    places: Mapping[Path_, tuple[int, int]] = field(repr=False)
    keys: Mapping[Path_, tuple[int, int]] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    """What is wrong with the YAML itself though it could be read to its end; `schema.validate` adds its own."""
    base: "Document | None" = None
    """The document that this one extends: parts that are not here are looked for there."""

    def where(self, path: Path_, *, key: bool = False) -> str:
        """`file:line:column` of the value (or of its key), or of the nearest parent that exists."""
        while True:
            found = self._exact(path, key)
            if found:
                return found
            if not path:
                return f"{self.file}:1:1"
            path = path[:-1]

    def _exact(self, path: Path_, key: bool) -> str:
        place = (self.keys.get(path) if key else None) or self.places.get(path)
        if place:
            return f"{self.file}:{place[0]}:{place[1]}"
        return self.base._exact(path, key) if self.base else ""


def read_yaml(path: Path) -> Document:
    """Read one YAML file.

    Raises:
        InputError: the file is missing, not UTF-8 or not acceptable YAML; carries every finding met.
    """
    name = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError([Finding(name, "", f"cannot be read: {reason}", f"无法读取：{reason}")]) from None
    if len(raw) > MAX_BYTES:
        raise InputError([Finding(name, "", f"larger than {MAX_BYTES} bytes", f"文件超过 {MAX_BYTES} 字节")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError([Finding(f"{name}:{line}", "", "is not UTF-8 text", "不是 UTF-8 文本")]) from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Document:
    """Parse YAML text; `name` stands for the file in findings. Raises InputError as `read_yaml`."""
    composer = _Composer(text, name)
    try:
        data = composer.document()
    except yaml.YAMLError as error:
        raise InputError([*composer.findings, _syntax_finding(error, text, name)]) from None
    if composer.stopped:
        raise InputError(composer.findings)
    return Document(name, data, composer.places, composer.keys, tuple(composer.findings))


class _Stop(Exception):
    """Reading cannot go on; the finding is already noted."""


class _Composer:
    """Builds data straight from parser events, so that an alias bomb is counted before it is expanded."""

    def __init__(self, text: str, name: str) -> None:
        self.loader = _LOADER(text)
        self.name = name
        self.findings: list[Finding] = []
        self.places: dict[Path_, tuple[int, int]] = {}
        self.keys: dict[Path_, tuple[int, int]] = {}
        self.anchors: dict[str, tuple[Any, int] | None] = {}
        self.nodes = 0
        self.stopped = False

    def document(self) -> Any:
        try:
            return self._document()
        except _Stop:
            self.stopped = True
            return None
        finally:
            self.loader.dispose()

    def _document(self) -> Any:
        events: Iterator[Any] = iter(self._next, None)
        next(events)  # StreamStart
        event = next(events)
        if isinstance(event, yaml.StreamEndEvent):
            self._note((1, 1), (), "the file is empty", "文件为空")
            raise _Stop
        value, _ = self._node(next(events), ())
        next(events)  # DocumentEnd
        event = next(events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._note(_place(event), (), "more than one YAML document in the file", "一个文件中只能有一个 YAML 文档")
        return value

    def _next(self) -> Any:
        return self.loader.get_event()

    def _note(self, place: tuple[int, int], path: Path_, en: str, zh: str) -> None:
        self.findings.append(Finding(f"{self.name}:{place[0]}:{place[1]}", dotted(path), en, zh))

    def _count(self, nodes: int, event: Any, path: Path_) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            en = f"aliases expand to more than {MAX_NODES} values; write the values out"
            self._note(_place(event), path, en, f"别名展开后超过 {MAX_NODES} 个值；请直接写出各值")
            raise _Stop
        if len(path) > MAX_DEPTH:
            self._note(_place(event), path[:3], f"nested deeper than {MAX_DEPTH} levels", f"嵌套超过 {MAX_DEPTH} 层")
            raise _Stop

    def _node(self, event: Any, path: Path_) -> tuple[Any, int]:
        """The value that starts at `event` and the number of nodes in it."""
        self.places[path] = _place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._count(1, event, path)
        if event.anchor:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            result: tuple[Any, int] = (self._scalar(event, path), 1)
        elif isinstance(event, yaml.SequenceStartEvent):
            result = self._sequence(event, path)
        else:
            result = self._mapping(event, path)
        if event.anchor:
            self.anchors[event.anchor] = result
        return result

    def _alias(self, event: Any, path: Path_) -> tuple[Any, int]:
        known = self.anchors.get(event.anchor)
        if known is None:
            en, zh = f"alias *{event.anchor} has no finished anchor", f"别名 *{event.anchor} 没有对应的锚点"
            self._note(_place(event), path, en, zh)
            raise _Stop
        self._count(known[1], event, path)
        return known

    def _scalar(self, event: Any, path: Path_) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _STANDARD + "str" and event.implicit[0] and _NUMBER.fullmatch(event.value):
            tag = _STANDARD + "float"  # 1.0e9 without quotes is text to YAML 1.1 only
        if tag not in _SCALARS:
            self._note(
                _place(event),
                path,
                f"tag or sign not allowed here: {event.value!r}",
                f"不允许的标签或符号：{event.value!r}",
            )
            return None
        try:
            return _CONSTRUCTOR.construct_object(yaml.ScalarNode(tag, event.value))
        except (ValueError, yaml.YAMLError):
            self._note(
                _place(event), path, f"cannot be read as a value: {event.value!r}", f"无法识别的值：{event.value!r}"
            )
            return None

    def _sequence(self, start: Any, path: Path_) -> tuple[list[Any], int]:
        self._plain_tag(start, path, "seq")
        items: list[Any] = []
        nodes = 1
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            value, inner = self._node(event, (*path, len(items)))
            items.append(value)
            nodes += inner
        return items, nodes

    def _mapping(self, start: Any, path: Path_) -> tuple[dict[str, Any], int]:
        self._plain_tag(start, path, "map")
        items: dict[str, Any] = {}
        nodes = 1
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            place = _place(event)
            key = self._key(event, path)
            child = (*path, key)
            if key in items:
                line = self.keys[child][0]
                self._note(
                    place, child, f"duplicate key, first given in line {line}", f"键重复，首次出现在第 {line} 行"
                )
            self.keys[child] = place
            value = self._next()
            items[key], inner = self._node(value, child)
            if isinstance(value, yaml.CollectionStartEvent) and not value.flow_style:
                self.places[child] = place  # a block below its key: the key is where the reader looks
            nodes += inner
        return items, nodes

    def _key(self, event: Any, path: Path_) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._note(_place(event), path, "a key must be plain text", "键必须是文本")
            raise _Stop
        self._count(1, event, path)
        key: str = event.value
        resolved = self.loader.resolve(yaml.ScalarNode, key, event.implicit)
        if resolved == _STANDARD + "merge":
            self._note(
                _place(event),
                path,
                "merge keys (<<) are not allowed; use `extends`",
                "不允许使用合并键 <<；请用 extends",
            )
        elif resolved != _STANDARD + "str":
            en, zh = f"key {key} must be quoted: '{key}'", f"键 {key} 须加引号：'{key}'"
            self._note(_place(event), (*path, key), en, zh)
        return key

    def _plain_tag(self, event: Any, path: Path_, kind: str) -> None:
        if event.tag not in (None, "!", _STANDARD + kind):
            self._note(_place(event), path, f"tag not allowed: {event.tag}", f"不允许的标签：{event.tag}")


_CONSTRUCTOR: Any = yaml.SafeLoader("")


def dotted(path: Path_) -> str:
    """('rules', 2, 'share') -> 'rules[2].share'."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _syntax_finding(error: yaml.YAMLError, text: str, name: str) -> Finding:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return Finding(name, "", f"is not YAML: {error}", "不是合法的 YAML")
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    where = f"{name}:{mark.line + 1}:{mark.column + 1}"
    if "\t" in line[: mark.column + 1]:
        return Finding(where, "", "a tab is used to indent; use spaces", "用了制表符缩进；请改用空格")
    problem = getattr(error, "problem", None) or "syntax error"
    return Finding(where, "", f"is not YAML: {problem}", f"不是合法的 YAML：{problem}")
