"""Compare two to six outcomes: what changes, why, for whom, how stable it is, and what is lost under other conditions."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets import Finding, InputError
from silvafisc.results import Outcome
from silvafisc.results.outcome import write_csv

from . import compare_tables as tables_of
from .compare_causes import causes, waterfall
from .compare_groups import group_changes, stability
from .compare_regret import regret
from .compare_trade import trades
from .spoken import Said

TABLES = ("objectives", "units", "funds", "standards")
"""Tables whose rows hold a first and a second outcome. Of two outcomes they have no column that says which."""
MORE = ("outcomes", "payers", "waterfall", "causes", "groups", "stability", "trades", "regret")
MOST = 6


@dataclass(frozen=True)
class Comparison:
    """Every further outcome against the first one, the reference; every difference is the other − the reference.

    titles: of the outcomes in order. frames, each with the column `outcome` (2 …: the number of the other one) in front:
        objectives: term, label_zh, label_en, unit, first, second, difference.
        units: region_code, region_name, region_name_en, first_fen, second_fen, difference_fen.
        funds: fund, period, first_fen, second_fen, difference_fen (all payers). payers: the same by payer.
        standards: fund, category, measure, grade, period, first_yuan_per_mu, second_yuan_per_mu, difference_yuan_per_mu;
            empty where an outcome publishes no such standard.
        waterfall: region_code, part, amount_fen (`allocation.between`). causes: kind, what, first, second.
        groups, stability, trades: see `compare_groups`, `compare_trade`.
    and of all outcomes: outcomes (1 …; number, id, titles, hash, money, what is left to pay later, carbon) and regret
    (`compare_regret`).
    A unit or fund that one outcome lacks counts 0 there. The differences of units and of funds and the parts of the
    waterfall have the same sum.
    """

    titles: tuple[Said, ...]
    frames: Mapping[str, pd.DataFrame]

    @property
    def first(self) -> Said:
        """The reference."""
        return self.titles[0]

    @property
    def second(self) -> Said:
        """The first of the others."""
        return self.titles[1]

    @property
    def objectives(self) -> pd.DataFrame:
        """The table of objectives."""
        return self.tables()["objectives"]

    @property
    def units(self) -> pd.DataFrame:
        """The table of units."""
        return self.tables()["units"]

    @property
    def funds(self) -> pd.DataFrame:
        """The table of funds."""
        return self.tables()["funds"]

    @property
    def standards(self) -> pd.DataFrame:
        """The table of standards."""
        return self.tables()["standards"]

    @property
    def difference_fen(self) -> int:
        """Difference of all money between the second outcome and the reference."""
        units = self.frames["units"]
        return int(units.loc[units["outcome"] == 2, "difference_fen"].sum())

    def of(self, table: str, outcome: int) -> pd.DataFrame:
        """The rows of one other outcome."""
        frame = self.frames[table]
        return frame[frame["outcome"] == outcome]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables by name, as they are saved."""
        if len(self.titles) > 2:
            return self.frames
        return {name: f.drop(columns="outcome") if name in TABLES else f for name, f in self.frames.items()}

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
            for name in self.frames:
                os.replace(Path(staging) / f"{name}.csv", folder / f"{name}.csv")
        return [folder / f"{name}.csv" for name in self.frames]

    def to_json(self) -> dict[str, Any]:
        """Plain data; a number that is not there is null."""
        tables = {name: f.astype(object).where(f.notna(), None) for name, f in self.tables().items()}
        records = {name: frame.to_dict("records") for name, frame in tables.items()}
        return {"first": self.first._asdict(), "second": self.second._asdict(), **records}

    def text(self, language: str = "zh") -> str:
        """The comparison as plain text in `zh` or `en`."""
        from .compare_text import text_of

        return text_of(self, language)


def compare(outcomes: Sequence[Outcome]) -> Comparison:
    """Compare two to six outcomes; the first is the reference.

    Raises:
        InputError: fewer or more, or one has no period in common with the reference.
    """
    if not 2 <= len(outcomes) <= MOST:
        en = f"a comparison is between two and {MOST} outcomes (got {len(outcomes)})"
        raise InputError([Finding("", "", en, f"须比较 2—{MOST} 个结果（现为 {len(outcomes)} 个）")])
    reference, others = outcomes[0], outcomes[1:]
    without = [
        Finding(str(other.meta["id"]), "periods", "shares no period with the first outcome", "与第一个结果没有共同年度")
        for other in others
        if not set(reference.resolved.periods) & set(other.resolved.periods)
    ]
    if without:
        raise InputError(without)

    def each(build: Callable[[Outcome, Outcome], pd.DataFrame]) -> pd.DataFrame:
        return _numbered([build(reference, other) for other in others])

    units = each(tables_of.units)
    frames = {
        "objectives": each(tables_of.objectives),
        "units": units,
        "funds": each(lambda first, second: tables_of.sums(first, second, ["fund", "period"])),
        "standards": each(tables_of.standards),
        "outcomes": _outcomes(outcomes),
        "payers": each(tables_of.payers),
        "waterfall": each(waterfall),
        "causes": each(causes),
        "groups": each(lambda first, second: group_changes(tables_of.units(first, second), (first, second))),
        "stability": each(lambda first, second: stability(tables_of.units(first, second), (first, second))),
    }
    frames["trades"] = trades(frames)
    frames["regret"] = regret(outcomes)
    whole = units.groupby("outcome")["difference_fen"].sum()
    for name, column in (("funds", "difference_fen"), ("waterfall", "amount_fen")):
        found = frames[name].groupby("outcome")[column].sum()
        assert (whole == found.reindex(whole.index, fill_value=0)).all(), f"{name} does not sum to the difference"
    return Comparison(titles=tuple(title(outcome) for outcome in outcomes), frames=frames)


def title(outcome: Outcome) -> Said:
    """Title and id of an outcome."""
    said, identity = outcome.meta["title"], outcome.meta["id"]
    return Said(f"{said['zh']}（{identity}）", f"{said['en']} ({identity})")


def _numbered(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the other outcomes, one below the other, with the number of each in front."""
    parts = [frame.assign(outcome=at)[["outcome", *frame.columns]] for at, frame in enumerate(frames, start=2)]
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)


def _due_after(outcome: Outcome) -> int:
    """Fen that an allocation leaves to pay after its last period: all it defers less what of that falls due before."""
    allocation, earlier = outcome.tables["allocation"], outcome.tables.get("commitments")
    due = int(allocation.loc[allocation["nature"] == "committed", "payment_fen"].sum())
    if earlier is not None:
        due -= int(earlier.loc[earlier["period"].isin(outcome.resolved.periods), "amount_fen"].sum())
    return int(allocation["due_later_fen"].sum()) - due


def _outcomes(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    rows = []
    for number, outcome in enumerate(outcomes, start=1):
        allocation, meta = outcome.tables["allocation"], outcome.meta
        carbon = allocation["carbon_tco2e"]
        rows.append(
            (
                number,
                str(meta["id"]),
                meta["title"]["zh"],
                meta["title"]["en"],
                str(meta["content_hash"]),
                outcome.resolved.mode,
                int(allocation["payment_fen"].sum()),
                _due_after(outcome),
                float(carbon.sum()) if carbon.notna().any() else None,
            )
        )
    titles, money = ("title_zh", "title_en"), ("payment_fen", "due_after_fen")
    return pd.DataFrame(rows, columns=["outcome", "id", *titles, "content_hash", "mode", *money, "carbon_tco2e"])
