"""What a check found: where, what it should be, what it is, in both languages."""

from dataclasses import asdict, dataclass, field
from typing import Any

UNITS_ZH = {"fen": "分", "fen/mu": "分/亩", "0.1 mu": "0.1亩", "units": "个单位", "tCO2e": "吨二氧化碳当量"}


@dataclass(frozen=True)
class Finding:
    """One contradiction. `where` names the table and the row's key; `expected` and `found` carry their unit."""

    where: str
    expected: str
    found: str
    zh: str
    en: str


@dataclass
class Check:
    """One named check while it runs: how many comparisons it made and what it found."""

    rule: str
    checked: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing found."""
        return not self.findings

    def equal(self, where: str, expected: object, found: object, unit: str, zh: str, en: str) -> None:
        """Record a comparison that must hold as an equality."""
        self.holds(expected == found, where, expected, found, unit, zh, en)

    def holds(self, truth: bool, where: str, expected: object, found: object, unit: str, zh: str, en: str) -> None:
        """Record a comparison; where it fails, `zh` and `en` say what the figure is and `expected` what it must be."""
        self.checked += 1
        if truth:
            return
        self.findings.append(
            Finding(
                where,
                f"{expected} {unit}".strip(),
                f"{found} {unit}".strip(),
                f"{where}：{zh}应为 {expected} {UNITS_ZH.get(unit, unit)}，实为 {found}".strip(),
                f"{where}: {en} must be {expected} {unit}".rstrip() + f", found {found}",
            )
        )

    def refuse(self, where: str, zh: str, en: str, expected: str = "", found: str = "") -> None:
        """Record that something cannot be checked or read at all; never skipped in silence."""
        self.checked += 1
        self.findings.append(Finding(where, expected, found, f"{where}：{zh}", f"{where}: {en}"))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for audit.json."""
        return {
            "rule": self.rule,
            "clean": self.clean,
            "checked": self.checked,
            "findings": [asdict(finding) for finding in self.findings],
        }
