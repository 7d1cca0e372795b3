"""The file format of parameters: schema, checks, and all findings of all files at once."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, RootModel, model_validator

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.quantities import UNITS

from .schema import Date, Label, Strict, hint, is_decimal, reject, validate
from .yaml_source import read_yaml

Status = Literal["verified", "secondary", "computed", "recalled", "assumption"]
OPEN = "open"
"""End of a change that has none."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BRACKETS = re.compile(r"\([^()]*\)")


class ReferenceFile(Strict):
    """Where a value stands written."""

    title: str = Field(min_length=1)
    """Title of the act, notice, paper; for an assumption its formula and reason. `中文 / English` gives both languages."""
    article: str = ""
    """Article, section, table or page."""
    document: str = ""
    """Document number."""
    href: str = ""
    """Address of the text that was read."""


class ValueFile(Strict):
    """One dated value."""

    from_: Date = Field(alias="from")
    """First day on which the value holds."""
    value: str | None
    """Quoted decimal or text; null = repealed from this day."""
    status: Status
    """How well the value is known."""
    reference: ReferenceFile
    """Where it stands."""


class ParameterFile(Strict):
    """One parameter of a file."""

    description: Label
    """What the number is."""
    unit: str
    """A name of the unit registry."""
    checked_until: Date
    """The day on which somebody last looked whether the values still hold."""
    not_modelled: bool = False
    """On record only: nothing computes with it."""
    why: Label | None = None
    """Why it is not modelled."""
    values: list[ValueFile] = Field(min_length=1)
    """Ascending by date."""

    @model_validator(mode="after")
    def _coherent(self) -> "ParameterFile":
        if self.unit not in UNITS:
            more_en, more_zh = hint(self.unit, UNITS)
            raise reject(f"unknown unit {self.unit!r}{more_en}", f"未知的单位 {self.unit!r}{more_zh}")
        dates = [value.from_ for value in self.values]
        if any(later <= earlier for earlier, later in itertools.pairwise(dates)):
            raise reject(f"dates must ascend: {', '.join(dates)}", f"日期须递增：{'、'.join(dates)}")
        if self.values[0].value is None:
            raise reject("the first value cannot be a repeal", "首个值不能是废止")
        if self.unit not in {"text", "code", "date"}:
            wrong = [v.value for v in self.values if v.value is not None and not is_decimal(v.value)]
            if wrong:
                raise reject(f"not numbers of {self.unit}: {wrong}", f"不是以 {self.unit} 计的数字：{wrong}")
        if self.not_modelled != (self.why is not None):
            raise reject("`not_modelled: true` and `why` go together", "not_modelled: true 与 why 须同时出现")
        return self


class _ParameterFiles(RootModel[dict[str, ParameterFile]]):
    """A whole file: name -> parameter."""


@dataclass(frozen=True)
class Reference:
    """Where a value stands written."""

    title: str
    article: str = ""
    document: str = ""
    href: str = ""

    def text(self) -> str:
        """One line: title with the document's number in brackets, article, address; what is empty is left out.

        A title `中文 / English` keeps its two halves, each with what belongs to it; in the English half an article in Chinese
        stands within the brackets, beside the number.
        """
        zh, both, en = self.title.partition(" / ")
        zh_article, apart, en_article = self.article.partition(" / ")
        first = self._line(zh, zh_article)
        return f"{first} / {self._line(en, en_article if apart else zh_article)}" if both else first

    def _line(self, title: str, article: str) -> str:
        inside, after = [self.document], [self.href]
        chinese = bool(_CHINESE.search(_BRACKETS.sub("", title)))
        brackets, comma = ("{}（{}）", "，") if chinese else ("{} ({})", ", ")
        # In English, Chinese stands within brackets: an act's own title, a document's number, its article.
        if not chinese and _CHINESE.search(article):
            inside.append(article)
        else:
            after.insert(0, article)
        numbered = comma.join(part for part in inside if part)
        head = brackets.format(title, numbered) if title and numbered else title or numbered
        return comma.join(part for part in (head, *after) if part)


@dataclass(frozen=True)
class DatedValue:
    """A value from a day on; None = repealed."""

    start: str
    value: str | None
    status: str
    reference: Reference
    changed: bool = False


@dataclass(frozen=True)
class Parameter:
    """A parameter with its history, ascending by date. where: `file:line:column` of its name."""

    path: str
    description: Mapping[str, str]
    unit: str
    checked_until: str
    values: tuple[DatedValue, ...]
    not_modelled: bool
    why: Mapping[str, str]
    where: str

    def on(self, date: str) -> DatedValue | None:
        """The entry that governs the ISO date, or None before the first."""
        held = [dated for dated in self.values if dated.start <= date]
        return held[-1] if held else None


@dataclass(frozen=True)
class Change:
    """A scenario's change of one parameter from `start` to `end`, both inclusive; `end` may be `open`."""

    parameter: str
    start: str
    end: str
    value: str
    reference: Reference
    where: str = ""
    path: str = ""

    def holds(self, parameter: str, date: str) -> bool:
        """Whether it governs that parameter on that ISO date."""
        return parameter == self.parameter and self.start <= date and (self.end == OPEN or date <= self.end)


def read_parameters(folder: Path) -> dict[str, Parameter]:
    """Every parameter below `folder`, by path. Raises InputError with the findings of all files."""
    findings: list[Finding] = []
    parameters: dict[str, Parameter] = {}
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        findings.append(Finding(str(folder), "", "holds no parameter file (*.yaml)", "没有参数文件（*.yaml）"))
    for file in files:
        try:
            parameters |= _read_file(folder, file)
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    return dict(sorted(parameters.items()))


def _read_file(folder: Path, file: Path) -> dict[str, Parameter]:
    document = read_yaml(file)
    checked = validate(_ParameterFiles, document).root
    parts = file.relative_to(folder).with_suffix("").parts
    findings = [
        Finding(document.where((name,), key=True), name, "names are snake_case", "名称须为小写下划线形式")
        for name in [*parts, *checked]
        if not _NAME.fullmatch(name)
    ]
    if findings:
        raise InputError(findings)
    found = {}
    for name, entry in checked.items():
        path = ".".join([*parts, name])
        found[path] = Parameter(
            path=path,
            description=entry.description.model_dump(),
            unit=entry.unit,
            checked_until=entry.checked_until,
            values=tuple(_dated(value) for value in entry.values),
            not_modelled=entry.not_modelled,
            why=entry.why.model_dump() if entry.why else {},
            where=document.where((name,), key=True),
        )
    return found


def _dated(value: ValueFile) -> DatedValue:
    return DatedValue(value.from_, value.value, value.status, Reference(**value.reference.model_dump()))
