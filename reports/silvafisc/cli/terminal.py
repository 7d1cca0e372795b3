"""What the user sees: which language, progress on stderr, results on stdout."""

import json
import os
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from . import interrupts

if TYPE_CHECKING:
    import pandas as pd
    from rich.status import Status

    from silvafisc.datasets import Finding

LANGUAGES = ("zh", "en")
STEPS = {
    "load": "读取参数和表",
    "consequences": "测算固碳和响应",
    "offers": "生成备选档次",
    "solve": "求解",
    "payoff": "求各目标最优值",
    "check that the published answer is unique": "核实公布方案唯一",
    "settle and audit": "取整和校核",
    "baselines": "对照方案",
    "prices": "规则的边际效益",
    "frontier": "权衡曲线",
    "alternatives": "备选方案",
    "importance": "单位重要性",
    "nested": "不同预算",
    "robustness": "数据变动和虚报试算",
    "sensitivity": "假设变动",
    "carbon engine": "碳汇测算模块",
    "carbon draws": "碳汇测算模块抽样",
}
"""Steps of `runs` in Chinese; an unknown step is shown as it is."""


def language_of(stated: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The language of messages: the first one stated, else English where the locale is English, else Chinese."""
    if stated:
        first = stated.split(",")[0].strip()
        if first in LANGUAGES:
            return first
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if locale.startswith("en") else "zh"


_shown: "dict[str, Status]" = {}
"""The spinner on the terminal: one, whichever voice speaks, so that an error message always stops it."""


def _spinner(stream: TextIO) -> "Status | None":
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return None
    if "status" not in _shown:
        from rich.console import Console

        _shown["status"] = Console(file=stream).status("")
    return _shown["status"]


def visible(text: str) -> str:
    """The text with control characters and direction marks spelled out: a name cannot command the terminal."""
    hidden = {char for char in text if unicodedata.category(char) in {"Cc", "Cf"}} - {"\n", "\t"}
    return text.translate({ord(char): f"\\u{ord(char):04x}" for char in hidden}) if hidden else text


@dataclass
class Terminal:
    """One verb's voice.

    language: of messages. json: results and findings as JSON on stdout instead of text.
    """

    language: str = "zh"
    json: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    _started: float = field(default_factory=time.monotonic)

    def pick(self, zh: str, en: str) -> str:
        """The text in the language of messages."""
        return zh if self.language == "zh" else en

    def progress(self, zh: str, en: str) -> None:
        """One line per phase on stderr; a spinner with the phase beside it where stderr is a terminal."""
        interrupts.check()
        text = self.pick(zh, en)
        status = _spinner(self.err)
        if status is None:
            print(f"[{time.monotonic() - self._started:6.1f} s] {text}", file=self.err, flush=True)
        else:
            from rich.markup import escape

            status.update(escape(text))
            status.start()

    def step(self, text: str) -> None:
        """A step of `runs`, which names its steps in short English words."""
        known = next((name for name in sorted(STEPS, key=len, reverse=True) if text.startswith(name)), None)
        zh = text if known is None else STEPS[known] + text.removeprefix(known)
        self.progress(zh, text)

    def quiet(self) -> None:
        """Take the spinner away before anything else is printed."""
        if "status" in _shown:
            _shown["status"].stop()

    def note(self, text: str) -> None:
        """A line beside the result, on stderr."""
        self.quiet()
        print(visible(text), file=self.err)

    def result(self, data: Mapping[str, Any], lines: Iterable[str]) -> None:
        """The result as JSON or as text."""
        self.quiet()
        if self.json:
            print(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False), file=self.out)
        else:
            for text in lines:
                print(visible(text), file=self.out)

    def findings(self, findings: "Sequence[Finding]", code: int) -> None:
        """Every finding: JSON on stdout where asked for, else one line each on stderr."""
        self.quiet()
        if self.json:
            rows = [{"where": f.where, "path": f.path, "zh": f.zh, "en": f.en} for f in findings]
            print(json.dumps({"exit_code": code, "findings": rows}, ensure_ascii=False, indent=1), file=self.out)
            return
        for finding in findings:
            print(visible(finding.text(self.language)), file=self.err)

    def infeasible(self, findings: "Sequence[Finding]", relaxations: "pd.DataFrame", code: int) -> None:
        """Why nothing satisfies every rule, and the smallest relaxations that would, by name."""
        self.quiet()
        rows = relaxations.astype("str").to_dict("records")
        if self.json:
            said = [{"where": f.where, "path": f.path, "zh": f.zh, "en": f.en} for f in findings]
            data = {"exit_code": code, "findings": said, "relaxations": rows}
            print(json.dumps(data, ensure_ascii=False, indent=1), file=self.out)
            return
        self.findings(findings, code)
        if len(relaxations):
            print(self.pick("最小放宽：", "smallest relaxation:"), file=self.err)
            # Line and parameter stand in the findings above; here the amounts are to be compared.
            short = relaxations.drop(columns=["where", "parameter"], errors="ignore")
            print(short.to_string(index=False), file=self.err)
