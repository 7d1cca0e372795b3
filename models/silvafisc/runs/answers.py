"""What the questions beside a run have in common: a solved scenario to ask about, and an answer in tables and sentences."""

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.allocation.decide import Decision
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.terms import term
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Scenario
from silvafisc.quantities import UNITS
from silvafisc.results.outcome import write_csv

from .infeasible import floors_within_envelopes
from .prepare import Prepared, Progress, prepare
from .run import solve
from .spoken import Said, fund_name, join, yuan

WHOLE_FROM = 1000
NAMED = 3
"""How many units a sentence names; the tables hold all."""


@dataclass(frozen=True)
class Basis:
    """A solved scenario. point: settled. terms: the objectives that decide it, in the scenario's order."""

    prepared: Prepared
    decision: Decision
    point: Floats

    @property
    def terms(self) -> list[str]:
        """Objectives with a stage or a weight."""
        specs = self.prepared.resolved.objectives
        return [s.term for s in specs if s.stage is not None or (s.weight is not None and s.weight > 0)]

    @property
    def notes(self) -> tuple[Said, ...]:
        """What a reader has to know of every amount: a residue joins its pot only after choosing."""
        joining = [fund_name(fund.id) for fund in self.prepared.resolved.funds if fund.residue_joins]
        if not joining:
            return ()
        zh, en = join(joining, "、").zh, join(joining, ", ").en
        return (
            Said(
                f"各金额均为选择所得：{zh} 选择之后的余额并入因素法资金池，不在其内。",
                f"Amounts are those of the choice: what {en} has left after it joins the factor pot and is not in them.",
            ),
        )

    def value(self, name: str, point: Floats) -> float:
        """Value of an objective at a plan, with its constant."""
        engine = self.decision.engine
        objective = engine.objectives[name][0]
        return float(engine.vector(objective) @ point) + objective.constant

    def unit_name(self, code: str) -> Said:
        """Name and code of a unit."""
        regions = self.prepared.inputs.regions
        row = regions[regions["region_code"] == code].iloc[0]
        return Said(f"{row['region_name']}（{code}）", f"{row['region_name_en'] or row['region_name']} ({code})")


def basis(
    scenario: str | Path | Scenario | Basis, data: str | Path | None = None, progress: Progress | None = None
) -> Basis:
    """Solve and settle a scenario, or take one that is solved. Raises InputError, Infeasible as `run`."""
    if isinstance(scenario, Basis):
        return scenario
    say = progress or (lambda text: None)
    prepared = prepare(scenario, data, say)
    floors_within_envelopes(prepared)
    return Basis(prepared, *solve(prepared, say))


@dataclass(frozen=True)
class Answer:
    """tables: name -> frame, money in fen. said: one sentence each, in both languages."""

    tables: Mapping[str, pd.DataFrame]
    said: tuple[Said, ...]

    def text(self, language: str) -> str:
        """The sentences, one a line."""
        return "\n".join(sentence.text(language) for sentence in self.said)

    def to_json(self) -> dict[str, Any]:
        """Plain data; a number that is not there is null."""
        tables = {name: frame.astype(object).where(frame.notna(), None) for name, frame in self.tables.items()}
        sentences = [{"zh": sentence.zh, "en": sentence.en} for sentence in self.said]
        return {"said": sentences, **{name: frame.to_dict("records") for name, frame in tables.items()}}

    def save(self, folder: Path) -> list[Path]:
        """Write `<table>.csv` for every table and the sentences; each file appears complete or not at all."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        names = [*(f"{name}.csv" for name in self.tables), "summary_zh.txt", "summary_en.txt"]
        with tempfile.TemporaryDirectory(prefix=".answer-", dir=folder) as staging:
            for name, frame in self.tables.items():
                write_csv(frame, Path(staging) / f"{name}.csv")
            for language in ("zh", "en"):
                text = self.text(language) + "\n"
                (Path(staging) / f"summary_{language}.txt").write_text(text, encoding="utf-8", newline="\n")
            for name in names:
                os.replace(Path(staging) / name, folder / name)
        return [folder / name for name in names]


def together(answers: Iterable[Answer]) -> Answer:
    """Several answers as one."""
    tables: dict[str, pd.DataFrame] = {}
    said: list[Said] = []
    for answer in answers:
        tables |= answer.tables
        said += answer.said
    return Answer(tables, tuple(said))


def quantity(name: str, unit: str, value: float, signed: bool = False) -> Said:
    """A value of an objective with its title and unit."""
    title, known = term(name).TITLE, UNITS.get(unit)
    shown = plain(value, signed)
    zh, en = (known.label_zh, known.label_en) if known and unit != "1" else ("", "")
    return Said(f"{title['zh']} {shown} {zh}".rstrip(), f"{title['en']} {shown} {en}".rstrip())


def plain(value: float, signed: bool = False) -> str:
    """Whole where large, six digits where small."""
    sign = "−" if value < 0 else ("+" if signed and value > 0 else "")
    return sign + (f"{abs(value):,.0f}" if abs(value) >= WHOLE_FROM else f"{abs(value):,.6g}")


def changes(known: Basis, amounts: Mapping[str, int], sign: int) -> Said | None:
    """The units whose amount rises (sign 1) or falls (−1) most, with their change; None where there is none."""
    moved = sorted((-sign * fen, code) for code, fen in amounts.items() if sign * fen > 0)[:NAMED]
    if not moved:
        return None
    parts = []
    for size, code in moved:
        unit, fen = known.unit_name(code), -sign * size
        parts.append(Said(f"{unit.zh}{yuan(fen, signed=True)} 元", f"{unit.en} {yuan(fen, signed=True)} yuan"))
    return Said(join(parts, "、").zh, join(parts, ", ").en)


def percent(part: float, signed: bool = False) -> str:
    """A share with up to two decimals: 0.0123 -> '1.23%', signed -0.131 -> '−13.1%'; nothing has no sign."""
    shown = f"{abs(100 * part):.2f}".rstrip("0").rstrip(".")
    sign = "" if shown == "0" else ("−" if part < 0 else ("+" if signed else ""))
    return f"{sign}{shown}%"


def refused(known: Prepared, option: str, en: str, zh: str) -> InputError:
    """An option that makes no sense for the scenario."""
    return InputError([Finding(known.scenario.where("objectives"), option, en, zh)])


def names_of(known: Basis, codes: Sequence[str]) -> list[str]:
    """region_name of every code, for tables."""
    regions = known.prepared.inputs.regions
    held = dict(zip(regions["region_code"], regions["region_name"], strict=True))
    return [str(held[code]) for code in codes]
