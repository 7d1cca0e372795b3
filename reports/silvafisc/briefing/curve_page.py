"""The growth curves beside what is published, as one page in each language: fit, residuals, and every miss by name."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from silvafisc.datasets import load_package

from .blocks import Block, Briefing, Callout, Figure, Paragraph, Section, Table, Text
from .figures.residuals import fit_and_residuals
from .pages import framed, plain, plain_table, signed
from .words import LANGUAGES, Words
from .writing import write

NATION, ALL = "000000", "all"
MISS = "miss"
_KINDS = (("ok", "inside"), ("outside", "printed", "flagged"), (MISS,))
"""Verdicts drawn in one colour each: inside what is accepted, outside a range that is only printed, missed."""


def write_pages(tables: Mapping[str, pd.DataFrame], date: str, folder: Path) -> list[Path]:
    """Write `curves_zh.html` and `curves_en.html`: self-contained, the same bytes for the same tables.

    tables: fit, published, types, shapes, as `silvafisc.runs.curve_validation`. date: of the law.
    """
    return write([page(tables, date, language) for language in LANGUAGES], folder, "curves", ["html"])


def page(tables: Mapping[str, pd.DataFrame], date: str, language: str) -> Briefing:
    """The page in one language."""
    words = Words(language)
    names = _names(language)
    sections = [
        Section("fit", words("curves.fit"), (*_lead(tables, words, names), _figure(tables, words, names))),
        Section(
            "groups", words("curves.groups"), (_by_age(tables["fit"], words), _by_unit(tables["fit"], words, names))
        ),
        Section("published", words("curves.published"), (_published(tables["published"], words, names),)),
        Section(
            "types", words("curves.types"), (_types(tables["types"], words, names), _shapes(tables["shapes"], words))
        ),
    ]
    return framed("curves", words("curves.kind"), sections, tables, date, words)


def _names(language: str) -> Mapping[str, str]:
    provinces = load_package("provinces").table
    known = dict(zip(provinces["region_code"], provinces[f"name_{language}"], strict=True))
    return {**known, NATION: {"zh": "全国", "en": "nation"}[language]}


def _lead(tables: Mapping[str, pd.DataFrame], words: Words, names: Mapping[str, str]) -> list[Block]:
    known = tables["fit"].dropna(subset=["residual_pct"])
    published = tables["published"]
    gated = published[published["gated"]]
    missed = gated[gated["verdict"] == MISS]
    said = words.runs(
        "curves.lead",
        targets=str(len(known)),
        largest=plain(float(known["residual_pct"].abs().max()), 4),
        gated=str(len(gated)),
        missed=str(len(missed)),
    )
    blocks: list[Block] = [Paragraph(said)]
    if len(missed):
        items = tuple(words.runs("curves.missed", **_told(row, words, names)) for row in missed.to_dict("records"))
        blocks.append(Callout("caution", words("curves.misses"), items))
    return blocks


def _told(row: Mapping[Hashable, object], words: Words, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "unit": names.get(str(row["region_code"]), str(row["region_code"])),
        "pool": words.name("curve_pool", str(row["pool"])),
        "period": str(row["period"]),
        "published": plain(row["published"], 1),
        "model": plain(row["model"], 1),
        "deviation": signed(row["deviation_pct"]),
    }


def _figure(tables: Mapping[str, pd.DataFrame], words: Words, names: Mapping[str, str]) -> Figure:
    fit, published = tables["fit"], tables["published"].dropna(subset=["deviation_pct"])
    nation = fit[(fit["region_code"] == NATION) & (fit["age_group"] != ALL)]
    columns = ("target_m3_per_ha", "volume_m3_per_ha", "stock_change_m3_per_ha")
    deviations = {
        words(f"curves.kind_{kinds[0]}"): published[published["verdict"].isin(kinds)]["deviation_pct"].tolist()
        for kinds in _KINDS
    }
    missed = published[published["verdict"] == MISS]
    named = [
        (f"{names.get(code, code)} {signed(value)}%", value)
        for code, value in zip(missed["region_code"], missed["deviation_pct"], strict=True)
    ]
    svg = fit_and_residuals(
        "curves",
        [words.name("age_group", name) for name in nation["age_group"]],
        {words(f"curves.{column}"): nation[column].tolist() for column in columns},
        deviations,
        named,
        (words("curves.axis_volume"), words("curves.axis_deviation"), words("curves.axis_order")),
    )
    return Figure(
        "curves",
        svg,
        words.runs("curves.figure", missed=str(len(missed))),
        words("curves.figure_alt"),
        words("curves.figure_source"),
        _by_age(fit, words),
    )


def _by_age(fit: pd.DataFrame, words: Words) -> Table:
    rows = [
        [words.name("age_group", str(row["age_group"])), *_volumes(row)]
        for row in fit[fit["region_code"] == NATION].to_dict("records")
    ]
    return plain_table(words, "curves.table_age", ["curves.age_group"], _VOLUMES, rows)


def _by_unit(fit: pd.DataFrame, words: Words, names: Mapping[str, str]) -> Table:
    own = fit[(fit["region_code"] != NATION) & (fit["age_group"] == ALL)]
    rows = [
        [
            names.get(row["region_code"], row["region_code"]),
            words.name("composition", row["composition"]),
            *_volumes(row),
        ]
        for row in own.to_dict("records")
    ]
    return plain_table(words, "curves.table_unit", ["terms.unit", "curves.composition"], _VOLUMES, rows)


def _published(published: pd.DataFrame, words: Words, names: Mapping[str, str]) -> Table:
    # Ranges without a published figure that the model keeps are counted only.
    shown = published["published"].notna() | (published["verdict"] != "inside")
    note = words("curves.note", count=str(int((~shown).sum())))
    rows = [
        [
            names.get(row["region_code"]) or words.own(row["place"]),
            words.name("curve_check", row["check"]),
            words.name("curve_pool", row["pool"]),
            row["period"],
            plain(row["published"], 1),
            plain(row["model"], 1),
            signed(row["deviation_pct"]),
            signed(row["stock_change_deviation_pct"]),
            words.name("curve_verdict", row["verdict"]),
        ]
        for row in published[shown].to_dict("records")
    ]
    texts = ["terms.unit", "curves.check", "curves.pool", "curves.period"]
    numbers = ["curves.value", "curves.model", "curves.deviation", "curves.stock_change_deviation"]
    table = plain_table(words, "curves.table_published", texts, numbers, rows, ["curves.verdict"])
    return replace(table, note=(Text(note),))


def _types(types: pd.DataFrame, words: Words, names: Mapping[str, str]) -> Table:
    rows = [
        [
            names.get(row["region_code"], row["region_code"]),
            words.name("forest_type", row["forest_type"]),
            plain(row["published_tc_per_ha"], 1),
            plain(row["model_tc_per_ha"], 1),
            plain(row["stock_change_tc_per_ha"], 1),
            signed(row["deviation_pct"]),
        ]
        for row in types.to_dict("records")
    ]
    numbers = ["curves.value", "curves.model", "curves.stock_change", "curves.deviation"]
    return plain_table(words, "curves.table_types", ["terms.unit", "curves.forest_type"], numbers, rows)


def _shapes(shapes: pd.DataFrame, words: Words) -> Table:
    rows = [
        [
            words.name("forest_type", row["forest_type"]),
            row["source"] if row["source"] != "placeholder" else words("curves.placeholder"),
            plain(row["rate_per_year"], 4),
            plain(row["shape"], 2),
            plain(row["reached"], 2),
            words("curves.used") if row["verdict"] == "used" else words("curves.not_used"),
        ]
        for row in shapes.to_dict("records")
    ]
    numbers = ["curves.rate", "curves.shape", "curves.reached"]
    return plain_table(
        words, "curves.table_shapes", ["curves.forest_type", "curves.curve"], numbers, rows, ["curves.verdict"]
    )


_VOLUMES = ("curves.volume_m3_per_ha", "curves.target_m3_per_ha", "curves.residual", "curves.stock_change_m3_per_ha")


def _volumes(row: Mapping[Hashable, object]) -> list[str]:
    return [
        plain(row["volume_m3_per_ha"], 1),
        plain(row["target_m3_per_ha"], 1),
        plain(row["residual_pct"], 4),
        plain(row["stock_change_m3_per_ha"], 1),
    ]
