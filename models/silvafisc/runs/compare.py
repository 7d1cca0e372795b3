"""What changes from one outcome to another: by unit, fund, published standard and objective, exact to the fen."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets import Finding, InputError
from silvafisc.quantities import UNITS, fen_to_yuan, yuan_to_fen
from silvafisc.results import Outcome
from silvafisc.results.outcome import write_csv

from .spoken import Said, fund_name, subject, yuan

TABLES = ("objectives", "units", "funds", "standards")
WHOLE_FROM = 1000
"""Values of objectives from this size on are shown without decimals; the tables hold them in full."""


@dataclass(frozen=True)
class Comparison:
    """The second outcome against the first; every difference is second − first.

    objectives: term, label_zh, label_en, unit, first, second, difference.
    units: region_code, region_name, region_name_en, first_fen, second_fen, difference_fen.
    funds: fund, period, first_fen, second_fen, difference_fen (all payers).
    standards: fund, category, measure, grade, period, first_yuan_per_mu, second_yuan_per_mu, difference_yuan_per_mu;
        empty where an outcome publishes no such standard.
    A unit or fund that one outcome lacks counts 0 there. The differences of units and of funds have the same sum.
    """

    first: Said
    second: Said
    objectives: pd.DataFrame
    units: pd.DataFrame
    funds: pd.DataFrame
    standards: pd.DataFrame

    @property
    def difference_fen(self) -> int:
        """Difference of all money."""
        return int(self.units["difference_fen"].sum())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The four tables by name."""
        return {name: getattr(self, name) for name in TABLES}

    def save(self, folder: Path) -> list[Path]:
        """Write `<table>.csv` for every table; each file appears complete or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".compare-", dir=folder) as staging:
            for name, frame in self.tables().items():
                write_csv(frame, Path(staging) / f"{name}.csv")
            for name in TABLES:
                os.replace(Path(staging) / f"{name}.csv", folder / f"{name}.csv")
        return [folder / f"{name}.csv" for name in TABLES]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        tables = {name: frame.to_dict("records") for name, frame in self.tables().items()}
        return {"first": self.first._asdict(), "second": self.second._asdict(), **tables}

    def text(self, language: str = "zh") -> str:
        """The comparison as plain text in `zh` or `en`."""
        zh = language == "zh"
        unit = "元" if zh else "yuan"
        head = [f"A  {self.first.text(language)}", f"B  {self.second.text(language)}"]
        head.append(f"B − A  {yuan(self.difference_fen, signed=True)} {unit}")
        changed = self.standards[self.standards["first_yuan_per_mu"] != self.standards["second_yuan_per_mu"]]
        none = ["  无变化" if zh else "  no change"]
        return "\n\n".join(
            "\n".join(lines)
            for lines in (
                head,
                ["目标" if zh else "Objectives", *_lines(self.objectives, lambda row: _objective(row, language))],
                [f"资金（{unit}）" if zh else f"Funds ({unit})", *_lines(self.funds, lambda row: _fund(row, language))],
                [f"单位（{unit}）" if zh else f"Units ({unit})", *_lines(self.units, lambda row: _unit(row, language))],
                [
                    "变动的标准（元/亩）" if zh else "Standards that change (yuan/mu)",
                    *(_lines(changed, lambda row: _standard(row, language)) or none),
                ],
            )
        )


def compare(outcomes: Sequence[Outcome]) -> Comparison:
    """Compare two outcomes.

    Raises:
        InputError: not exactly two, or their periods have nothing in common.
    """
    if len(outcomes) != 2:
        en = f"a comparison is between two outcomes (got {len(outcomes)})"
        raise InputError([Finding("", "", en, f"须恰好比较两个结果（现为 {len(outcomes)} 个）")])
    first, second = outcomes
    periods = set(first.resolved.periods) & set(second.resolved.periods)
    if not periods:
        raise InputError([Finding("", "periods", "the outcomes share no period", "两个结果没有共同年度")])
    comparison = Comparison(
        first=_title(first),
        second=_title(second),
        objectives=_objectives(first, second),
        units=_units(first, second),
        funds=_sums(first, second, ["fund", "period"]),
        standards=_standards(first, second),
    )
    assert comparison.difference_fen == int(comparison.funds["difference_fen"].sum())
    return comparison


def _title(outcome: Outcome) -> Said:
    title, identity = outcome.meta["title"], outcome.meta["id"]
    return Said(f"{title['zh']}（{identity}）", f"{title['en']} ({identity})")


def _sums(first: Outcome, second: Outcome, keys: list[str]) -> pd.DataFrame:
    """Payments by key in both outcomes; 0 where an outcome has no such row."""
    sides = {}
    for side, outcome in (("first_fen", first), ("second_fen", second)):
        allocation = outcome.tables["allocation"]
        sides[side] = allocation.groupby(keys)["payment_fen"].sum().astype("int64")
    frame = pd.DataFrame(sides).fillna(0).astype("int64").sort_index().reset_index()
    frame["difference_fen"] = frame["second_fen"] - frame["first_fen"]
    return frame


def _units(first: Outcome, second: Outcome) -> pd.DataFrame:
    sums = _sums(first, second, ["region_code"])
    names = ["region_code", "region_name", "region_name_en"]
    regions = pd.concat([second.tables["regions"][names], first.tables["regions"][names]])
    regions = regions.drop_duplicates("region_code")
    frame = regions.merge(sums, on="region_code", how="left", validate="one_to_one")
    amounts = ["first_fen", "second_fen", "difference_fen"]
    frame[amounts] = frame[amounts].fillna(0).astype("int64")
    return frame.sort_values("region_code", ignore_index=True)


def _standards(first: Outcome, second: Outcome) -> pd.DataFrame:
    keys = ["fund", "category", "measure", "grade", "period"]
    sides = []
    for side, outcome in (("first", first), ("second", second)):
        held = outcome.tables["standards"][[*keys, "standard_yuan_per_mu"]].astype("str")
        sides.append(held.rename(columns={"standard_yuan_per_mu": f"{side}_yuan_per_mu"}))
    frame = sides[0].merge(sides[1], on=keys, how="outer", validate="one_to_one").fillna("")
    pairs = zip(frame["first_yuan_per_mu"], frame["second_yuan_per_mu"], strict=True)
    frame["difference_yuan_per_mu"] = [
        fen_to_yuan(yuan_to_fen(b) - yuan_to_fen(a)) if a and b else "" for a, b in pairs
    ]
    return frame.sort_values(keys, ignore_index=True)


def _objectives(first: Outcome, second: Outcome) -> pd.DataFrame:
    known = {str(entry["term"]): entry for entry in first.meta["objectives"]}
    rows = []
    for entry in second.meta["objectives"]:
        other = known.get(str(entry["term"]))
        if other is not None and other["unit"] == entry["unit"]:
            a, b = float(other["value"]), float(entry["value"])
            label = entry["label"]
            rows.append((str(entry["term"]), label["zh"], label["en"], str(entry["unit"]), a, b, b - a))
    columns = ["term", "label_zh", "label_en", "unit", "first", "second", "difference"]
    return pd.DataFrame(rows, columns=columns)


def _lines(frame: pd.DataFrame, line: Callable[[Mapping[str, Any]], str]) -> list[str]:
    return [f"  {line({str(key): value for key, value in row.items()})}" for row in frame.to_dict("records")]


def _objective(row: Mapping[str, Any], language: str) -> str:
    a, b = (_plain(float(row[name])) for name in ("first", "second"))
    difference, unit = float(row["difference"]), UNITS.get(str(row["unit"]))
    sign = "+" if difference > 0 else ("−" if difference < 0 else "")
    label = (unit.label_zh if language == "zh" else unit.label_en) if unit else str(row["unit"])
    return f"{row[f'label_{language}']}  {a} → {b}  ({sign}{_plain(abs(difference))}) {label}".rstrip()


def _plain(value: float) -> str:
    """Whole where large, six digits where small."""
    return f"{value:,.0f}" if abs(value) >= WHOLE_FROM else f"{value:,.6g}"


def _amounts(row: Mapping[str, Any]) -> str:
    return f"{yuan(row['first_fen'])} → {yuan(row['second_fen'])}  ({yuan(row['difference_fen'], signed=True)})"


def _fund(row: Mapping[str, Any], language: str) -> str:
    return f"{row['period']} {fund_name(str(row['fund'])).text(language)}  {_amounts(row)}"


def _unit(row: Mapping[str, Any], language: str) -> str:
    name = row["region_name"] if language == "zh" else row["region_name_en"] or row["region_name"]
    return f"{row['region_code']} {name}  {_amounts(row)}"


def _standard(row: Mapping[str, Any], language: str) -> str:
    what = subject(str(row["measure"]), str(row["category"])).text(language)
    grade = (
        f" {'第' if language == 'zh' else 'grade '}{row['grade']}{'档' if language == 'zh' else ''}"
        if row["grade"]
        else ""
    )
    a, b = row["first_yuan_per_mu"] or "—", row["second_yuan_per_mu"] or "—"
    change = row["difference_yuan_per_mu"]
    shown = f"  ({yuan(yuan_to_fen(change), signed=True)})" if change else ""
    return f"{row['period']} {what}{grade}  {a} → {b}{shown}"
