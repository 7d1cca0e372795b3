"""What was measured, as one page in each language: checks and settlement, estimates side by side, plots, sensors."""

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path

import pandas as pd

from silvafisc.datasets import load_package
from silvafisc.quantities import UNITS, fen_to_yuan

from .blocks import Block, Briefing, Callout, Note, Paragraph, Section, Table
from .pages import framed, plain, plain_table
from .words import LANGUAGES, Words
from .writing import write

DEMO = "演示数据"
_PER_PCT = float(1 / UNITS["pct"].factor)


def write_measured_pages(tables: Mapping[str, pd.DataFrame], date: str, folder: Path) -> list[Path]:
    """Write `measured_zh.html` and `measured_en.html`: self-contained, the same bytes for the same tables.

    tables: as `silvafisc.runs.monitoring.measured_tables`. date: day of the evaluation.
    """
    return write([measured_page(tables, date, language) for language in LANGUAGES], folder, "measured", ["html"])


def measured_page(tables: Mapping[str, pd.DataFrame], date: str, language: str) -> Briefing:
    """The page in one language: a section for each kind of measurement that there is."""
    words = Words(language)
    provinces = load_package("provinces").table
    names = dict(zip(provinces["region_code"], provinces[f"name_{language}"], strict=True))
    parts: tuple[
        tuple[str, str, Callable[[Mapping[str, pd.DataFrame], Words, Mapping[str, str]], list[Block]]], ...
    ] = (
        ("evidence", "acceptance", _acceptance),
        ("estimates", "estimates", _estimates),
        ("strata", "plots", _plots),
        ("sensor_years", "sensors", _sensors),
    )
    sections = [
        Section(part, words(f"measured.{part}"), tuple(blocks(tables, words, names)))
        for table, part, blocks in parts
        if table in tables
    ]
    demo = any(_is_demo(tables[name], column) for name, column in _SOURCES if name in tables)
    if demo:
        warning = Callout("caution", words("measured.demo"), (words.runs("measured.demo_note"),))
        first = sections[0]
        sections[0] = Section(first.id, first.title, (warning, *first.blocks))
    return framed("measured", words("measured.demo_kind" if demo else "measured.kind"), sections, tables, date, words)


_SOURCES = (("evidence", "source"), ("estimates", "reference"), ("sensor_years", "source"))


def _is_demo(table: pd.DataFrame, column: str) -> bool:
    return bool(table[column].astype("str").str.contains(DEMO).any())


def _acceptance(tables: Mapping[str, pd.DataFrame], words: Words, names: Mapping[str, str]) -> list[Block]:
    evidence, lines = tables["evidence"], tables["settlement_lines"]
    counts = {name: str(int((evidence["verdict"] == name).sum())) for name in ("passed", "failed", "undecided")}
    blocks: list[Block] = [Paragraph(words.runs("measured.checks", checks=str(len(evidence)), **counts))]
    rows = [
        [
            *_task(row, words, names),
            words.name("measured_check", row["check"]),
            row["places"] or row["parcels"],
            plain(row["estimate"] * _PER_PCT, 1),
            plain(row["low"] * _PER_PCT, 1),
            plain(row["high"] * _PER_PCT, 1),
            plain(row["required"] * _PER_PCT, 1),
            words.name("measured_verdict", row["verdict"]),
            row["further"] or words("measured.never"),
            words.own(row["verified_by"]),
        ]
        for row in evidence.astype({"parcels": "str"}).to_dict("records")
    ]
    numbers = ["measured.looked", "measured.found", "measured.low", "measured.high", "measured.required"]
    after = ["measured.verdict", "measured.further", "measured.verified_by"]
    blocks.append(plain_table(words, "measured.table_evidence", [*_TASK, "measured.check"], numbers, rows, after))
    blocks.append(Note(words.runs("measured.evidence_note")))
    if len(tables["instalments"]):
        blocks.append(_instalments(tables["instalments"], words, names))
    if len(lines):
        rows = [
            [
                *_task(row | {"period": row["year"]}, words, names),
                words.name("fund", row["fund"]),
                words.name("measured_kind", row["kind"]),
                words.name("measured_check", row["reason"]),
                _yuan(row["amount_fen"]),
                words.own(row["verified_by"]),
            ]
            for row in lines.to_dict("records")
        ]
        texts = [*_TASK, "measured.fund", "measured.line", "measured.reason"]
        after = ["measured.verified_by"]
        blocks.append(plain_table(words, "measured.table_lines", texts, ["measured.amount"], rows, after))
    blocks.append(Note(words.runs("measured.lines_note" if len(lines) else "measured.no_lines")))
    return blocks


def _instalments(table: pd.DataFrame, words: Words, names: Mapping[str, str]) -> Table:
    rows = [
        [
            *_task(row, words, names),
            words.name("measured_state", row["state"]),
            "" if row["due_fen"] == "" else _yuan(row["due_fen"]),
            "".join(
                run.text for run in words.join([words.name("measured_check", c) for c in row["reason"].split(";") if c])
            ),
        ]
        for row in table.to_dict("records")
    ]
    texts = [*_TASK, "measured.state"]
    return plain_table(words, "measured.table_instalments", texts, ["measured.due"], rows, ["measured.open"])


def _estimates(tables: Mapping[str, pd.DataFrame], words: Words, names: Mapping[str, str]) -> list[Block]:
    table = tables["estimates"]
    torn = table[table["verdict"] == "contradict"].groupby(["region_code", "quantity", "year"], sort=True)
    blocks: list[Block] = []
    if len(torn):
        said = []
        for (code, quantity, year), group in torn:
            told = [
                f"{words.name('measured_source', str(row['source']))} {plain(row['mean'], 2)} ± {plain(row['sd'], 2)}"
                for row in group.to_dict("records")
            ]
            unit, named = names.get(str(code), str(code)), words.name("measured_quantity", str(quantity))
            said.append(words.runs("measured.torn", unit=unit, quantity=named, year=str(year), told=words.join(told)))
        blocks.append(Callout("caution", words("measured.contradict"), tuple(said)))
    rows = [
        [
            names.get(row["region_code"], row["region_code"]),
            words.name("measured_quantity", row["quantity"]),
            str(row["year"]),
            words.name("measured_source", row["source"]),
            plain(row["mean"], 2),
            plain(row["sd"], 2),
            plain(row["weight"] * _PER_PCT, 1),
            plain(row["value"], 2),
            plain(row["error"], 2),
            words.name("measured_verdict", row["verdict"]),
            words.name("status", row["status"]),
        ]
        for row in table.to_dict("records")
    ]
    texts = ["terms.unit", "measured.quantity", "measured.year", "measured.source"]
    numbers = ["measured.mean", "measured.sd", "measured.weight", "measured.together", "measured.error"]
    after = ["measured.agreement", "measured.status"]
    blocks.append(plain_table(words, "measured.table_estimates", texts, numbers, rows, after))
    return [*blocks, Note(words.runs("measured.estimates_note"))]


def _plots(tables: Mapping[str, pd.DataFrame], words: Words, names: Mapping[str, str]) -> list[Block]:
    strata, more = tables["strata"], tables["more_plots"]
    rows = [
        [
            names.get(row["region_code"], row["region_code"]),
            str(row["year"]),
            words.own(row["stratum"]),
            str(row["plots"]),
            plain(row["area_mu"] or "nan", 1),
            plain(row["mean_tc_per_ha"], 2),
            plain(row["sd_tc_per_ha"], 2),
        ]
        for row in strata.to_dict("records")
    ]
    texts, numbers = ["terms.unit", "measured.year", "measured.stratum"], ["measured.plots_seen", "measured.area"]
    numbers += ["measured.density", "measured.spread"]
    blocks: list[Block] = [plain_table(words, "measured.table_strata", texts, numbers, rows)]
    per = float(UNITS["10k_yuan"].factor / UNITS["yuan"].factor)
    rows = [
        [
            names.get(row["region_code"], row["region_code"]),
            plain(row["money_yuan"] / per, 0),
            str(row["plots"]),
            plain(row["half_width_pct"], 2),
            plain(row["narrows_pct"], 2),
        ]
        for row in more.to_dict("records")
    ]
    numbers = ["measured.money", "measured.plots_then", "measured.half_width", "measured.narrows"]
    blocks.append(plain_table(words, "measured.table_more", ["terms.unit"], numbers, rows))
    return [*blocks, Note(words.runs("measured.more_note"))]


def _sensors(tables: Mapping[str, pd.DataFrame], words: Words, names: Mapping[str, str]) -> list[Block]:
    yearly, silent = tables["sensor_years"], tables["sensor_gaps"]
    rows = [
        [
            row["sensor"],
            names.get(row["region_code"], row["region_code"]),
            words.name("measured_variable", row["variable"]),
            str(row["year"]),
            plain(row["coverage"] * _PER_PCT, 0),
            plain(row["least_month"] * _PER_PCT, 0),
            plain(row["value"], 2) or "—",
            row["last"][: len("2026-01-01")],
            words("measured.fresh" if row["fresh"] else "measured.stale"),
        ]
        for row in yearly.to_dict("records")
    ]
    texts = ["measured.sensor", "terms.unit", "measured.variable", "measured.year"]
    numbers = ["measured.coverage", "measured.least_month", "measured.year_value"]
    after = ["measured.last", "measured.freshness"]
    blocks: list[Block] = [plain_table(words, "measured.table_sensors", texts, numbers, rows, after)]
    if len(silent):
        rows = [
            [
                row["sensor"],
                words.name("measured_variable", row["variable"]),
                row["after"],
                row["before"],
                str(row["missing"]),
            ]
            for row in silent.to_dict("records")
        ]
        texts = ["measured.sensor", "measured.variable", "measured.after", "measured.before"]
        blocks.append(plain_table(words, "measured.table_gaps", texts, ["measured.missing"], rows))
    return [*blocks, Note(words.runs("measured.sensors_note"))]


_TASK = ["terms.unit", "measured.task", "measured.period"]


def _task(row: Mapping[Hashable, object], words: Words, names: Mapping[str, str]) -> list[str]:
    code = str(row["region_code"])
    return [names.get(code, code), words.name("measure", str(row["measure"])), str(row["period"])]


def _yuan(fen: object) -> str:
    """Fen as yuan, exact, thousands apart."""
    whole, _, rest = fen_to_yuan(int(str(fen))).partition(".")
    return f"{int(whole):,}.{rest}"
