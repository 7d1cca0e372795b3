"""Two counties, one period, one choice or two: a scenario that solves in a second, and the events of its years."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from silvafisc.allocation.year.book import Book
from silvafisc.allocation.year.ledger import annual_of
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.quantities import fen_to_yuan
from silvafisc.results import Outcome
from silvafisc.runs.roll import roll
from silvafisc.runs.year_order import steps_behind

A, B = "510726", "510727"
COMPENSATION, FORESTRY = "provincial_compensation", "provincial_forestry"
Row = Sequence[object]
AREAS = {A: ("1000", "400"), B: ("800.5", "300.3")}
"""Collective and state forest, mu."""


def write_scenario(folder: Path, periods: Sequence[str] = ("2026",), **changed: Any) -> Path:
    """scenario.yaml with its tables: two counties of the demonstration with small areas, one factor pot, afforestation."""
    data = folder / "tables"
    data.mkdir(parents=True)
    for table in ("regions", "areas", "tasks", "factors", "responses", "stands"):
        with (SCENARIOS / "county-demo" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["region_code"] in AREAS]
        if table == "areas":
            for row in rows:
                row["area_mu"] = AREAS[row["region_code"]][row["category"] == "public_welfare_state"]
        if table == "stands":
            rows = [row | {"arbor_area_mu": "2000"} for row in rows]
        if table == "tasks":
            rows = [row | {"need_mu": "100", "capacity_mu": "100"} for row in rows if row["measure"] == "afforestation"]
        if table == "factors":
            scores = [row | {"factor": "score", "value": "75"} for row in rows if row["factor"] == "task_need"]
            rows = [row for row in rows if row["factor"] in {"task_need", "fiscal_difficulty"}] + scores
        with (data / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    stated = scenario(periods) | changed
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(stated, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def scenario(periods: Sequence[str]) -> dict[str, Any]:
    """What scenario.yaml states."""
    payers = "payers.province_and_counties"
    return {
        "id": "tiny-year",
        "title": {"zh": "两县", "en": "Two counties"},
        "kind": {"zh": "情景测算", "en": "scenario estimate"},
        "data": "tables",
        "policy_date": "2026-01-01",
        "periods": list(periods),
        "horizon": 2060,
        "funds": {
            COMPENSATION: {"measures": ["compensation"], "appropriation": dict.fromkeys(periods, "60000")},
            FORESTRY: {
                "measures": ["afforestation"],
                "appropriation": dict.fromkeys(periods, "90000"),
                "pots": [{"nature": "factor", "amount": "30000"}],
            },
        },
        "categories": {
            "public_welfare_collective": {"fund": COMPENSATION, "payers": payers, "levels": ["18"], "last_year": "18"},
            "public_welfare_state": {"fund": COMPENSATION, "payers": payers, "levels": ["12"], "last_year": "12"},
        },
        "menus": {"afforestation": {"standards": ["200"], "quantity_shares": ["0", "1"], "payers": payers}},
        "factors": {
            FORESTRY: {
                "task_need": {"low": "0.5", "high": "0.5", "template": "0.5"},
                "fiscal_difficulty": {"low": "0.5", "high": "0.5", "template": "0.5"},
            }
        },
        "objectives": [{"term": "carbon", "stage": 1}],
        "rules": [
            {"rule": "envelope"},
            {"rule": "standards_only_rise"},
            {"rule": "statutory_floor"},
            {"rule": "eligible_area"},
            {"rule": "cost_sharing"},
            {"rule": "instalments"},
            {"rule": "performance", "factor": "score"},
            {"rule": "adjustment", "mode": "step", "step": "1"},
        ],
        "assumed_responses": "rank",
        "notice": {"unit": "100"},
        "solver": {"gap": 0.0001, "time_limit": 60},
    }


HEADERS: Mapping[str, str] = {
    "amounts": "region_code,fund,amount_yuan",
    "recovery": "region_code,fund,measure,amount_yuan",
    "scores": "region_code,score",
    "settled": "region_code,fund,settled_yuan",
    "accepted": "region_code,fund,subject,accepted_mu",
    "spending": "region_code,fund,spent_yuan",
    "appropriations": "fund,period,amount_yuan",
    "acceptance": "region_code,measure,period,check,passed_share,status,source",
}


def write_events(
    folder: Path, event: Mapping[str, Any], headers: Mapping[str, str] | None = None, **tables: Iterable[Row]
) -> Path:
    """event.yaml and its tables in a new folder. headers: table -> columns that may be left out, and are not here."""
    folder.mkdir(parents=True)
    known = {"document": f"文 {event.get('kind')} {event.get('year')}", "reason": "年度安排"}
    (folder / "event.yaml").write_text(
        yaml.safe_dump({**known, **event}, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    for name, rows in tables.items():
        header = ",".join([HEADERS[name], *([headers[name]] if headers and name in headers else [])])
        lines = [header, *(",".join(map(str, row)) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


class Years:
    """A chain of outcomes in one folder, rolled step by step."""

    def __init__(self, root: Path, first: Path) -> None:
        self.root, self.folder, self.count = root, first, 0
        self.made: dict[str, Path] = {"run": first}

    def step(self, kind: str, year: str, date: str, *, name: str = "", **more: Any) -> Outcome:
        """Roll, save, go on from there. Lists are tables, everything else but `headers` keys of event.yaml."""
        self.count += 1
        headers = more.pop("headers", {})
        tables = {key: value for key, value in more.items() if isinstance(value, list)}
        event = {key: value for key, value in more.items() if not isinstance(value, list)}
        events = write_events(
            self.root / f"events-{self.count}",
            {"kind": kind, "year": year, "date": date, **event},
            headers,
            **tables,
        )
        made, folder = roll(self.folder, events)
        made.save(folder)
        self.folder = self.made[name or kind] = folder
        return made


def fen(outcome: Outcome, table: str, column: str, **wanted: str) -> list[int]:
    """A column of a table's rows, in order."""
    frame = outcome.tables[table]
    for key, value in wanted.items():
        frame = frame[frame[key] == value]
    return [int(value) for value in frame[column]]


def money(outcome: Outcome, year: str) -> dict[tuple[str, str], str]:
    """(unit, fund) -> yuan printed for a year."""
    sums: dict[tuple[str, str], int] = {}
    for row in Book.of(outcome.tables).notice_batch:
        if row.year == year:
            sums[row.region_code, row.fund] = sums.get((row.region_code, row.fund), 0) + row.printed_fen
    return {key: fen_to_yuan(total) for key, total in sorted(sums.items())}


def annual(outcome: Outcome, year: str) -> dict[tuple[str, str], str]:
    """(unit, fund) -> yuan of the year's amount as last notified."""
    book, steps = Book.of(outcome.tables), steps_behind(outcome.meta)
    keys = sorted({(row.region_code, row.fund) for row in book.notice_batch if row.year == year})
    return {key: fen_to_yuan(annual_of(book, steps, year, key)) for key in keys}
