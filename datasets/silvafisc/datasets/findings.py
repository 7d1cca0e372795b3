"""Findings: what is wrong with an input, where, and what to do, in Chinese and English, all at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong with an input.

    where: `file`, `file:line`, `file:line:column`, or `file!sheet!cell` for a workbook.
    path: dotted key or column that the finding is about; may be empty.
    """

    where: str
    path: str
    en: str
    zh: str

    def text(self, language: str = "zh") -> str:
        """`where: path: message` in `zh` or `en`."""
        message = self.zh if language == "zh" else self.en
        return ": ".join(part for part in (self.where, self.path, message) if part)


class InputError(Exception):
    """The user's input is wrong; carries every finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=_reading_order))
        super().__init__("\n".join(f.text("en") for f in self.findings))

    def __reduce__(self) -> tuple[type["InputError"], tuple[Sequence[Finding]]]:
        """It travels whole from a process that works for another one."""
        return InputError, (self.findings,)


def _reading_order(finding: Finding) -> tuple[list[tuple[int, str]], str, str]:
    """As a reader meets them: `file:9:1` before `file:10:1`, `sheet!A9` before `sheet!A10`."""
    pieces = re.split(r"([0-9]+)", finding.where)
    order = [(int(piece), "") if at % 2 else (0, piece) for at, piece in enumerate(pieces)]
    return order, finding.path, finding.en
