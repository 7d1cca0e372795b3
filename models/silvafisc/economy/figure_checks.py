"""Figures of a table against each other, last year, the lists and the totals that were stated: each contradiction with its cell."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.datasets.columns import Table
from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules

from .facts import REGION
from .places import Places, rows_of
from .user_tables import exact_text

FULL_SCORE = "performance.scores.full"
PERFORMANCE = "performance"
GROUP_LIST = "group_list"
CONTROL_TOTALS = "control_totals"
ITEM_OF = {
    "areas": "category",
    "tasks": "measure",
    "factors": "factor",
    "last_year": "subject",
    "task_list": "measure",
}
"""Column that a control total's `item` names."""
_KEYS = ("table", "column", "item")
THOUSANDFOLD = 1000
"""Areas of one unit differ by less than this; 亩 written in 万亩 makes them differ by ten thousand."""


def check_figures(
    tables: Mapping[str, pd.DataFrame], side: Mapping[str, Table], places: Places, rules: Rules
) -> Iterator[Finding]:
    """Scores, certifications, magnitudes, lists of groups, and control totals.

    side: the tables `group_list` and `control_totals`, where they were given.
    """
    yield from _scores(tables, places, rules)
    yield from _certifications(tables, places)
    yield from _magnitudes(tables, places)
    if GROUP_LIST in side:
        yield from _groups(tables, set(side[GROUP_LIST].table["group"]), places)
    if CONTROL_TOTALS in side:
        yield from _totals(side[CONTROL_TOTALS], places.read)


def _scores(tables: Mapping[str, pd.DataFrame], places: Places, rules: Rules) -> Iterator[Finding]:
    """No performance score above the full score."""
    if "factors" not in tables:
        return
    full = rules.fraction(FULL_SCORE)
    for row in rows_of(tables["factors"]):
        if row["factor"] == PERFORMANCE and Fraction(str(row["value"])) > full:
            where, path = places.of("factors", row, "value")
            en = f"a performance score of {row['value']}; at most {exact_text(full)}"
            yield Finding(where, path, en, f"绩效得分 {row['value']} 超过满分 {exact_text(full)}")


def _certifications(tables: Mapping[str, pd.DataFrame], places: Places) -> Iterator[Finding]:
    """A certified area has its map and date, a change its reason, where the table has these columns."""
    for row in rows_of(tables["areas"]) if "areas" in tables else []:
        for column in ("map_version", "certified_on"):
            if row["certified"] and not str(row.get(column, column)).strip():
                where, path = places.of("areas", row, column)
                en, zh = "a certified area needs its map version and date", "经核定的面积须注明图件版本和核定日期"
                yield Finding(where, path, en, zh)
        if row.get("change_tenth_mu", 0) and not str(row.get("change_reason", "")).strip():
            where, path = places.of("areas", row, "change_reason" if "change_reason" in row else "change_tenth_mu")
            yield Finding(where, path, "a changed area needs the reason of the change", "面积有增减时须注明原因")


def _magnitudes(tables: Mapping[str, pd.DataFrame], places: Places) -> Iterator[Finding]:
    """Areas that differ a thousandfold from last year's, or from the unit's arbor forest."""
    if "areas" not in tables:
        return
    frame = tables["areas"]
    if tables.get("last_year") is not None:
        last = tables["last_year"].groupby([REGION, "subject"])["area_tenth_mu"].sum().to_dict()
        for row in rows_of(frame):
            now, before = int(str(row["area_tenth_mu"])), int(last.get((row[REGION], row["category"]), 0))
            if now and before and _apart(now, before):
                yield _apart_finding(places, "areas", row, "area_tenth_mu", ("last year's", "上年面积"), now < before)
    if "stands" not in tables:
        return
    sums = frame.groupby(REGION)["area_tenth_mu"].sum().to_dict()
    for row in rows_of(tables["stands"]):
        arbor, compensated = int(str(row["arbor_area_tenth_mu"])), int(sums.get(row[REGION], 0))
        if arbor and compensated and _apart(arbor, compensated):
            words = ("the unit's areas in the table areas", "areas 表中该单位的面积合计")
            yield _apart_finding(places, "stands", row, "arbor_area_tenth_mu", words, arbor < compensated)


def _apart(one: int, other: int) -> bool:
    return max(one, other) > THOUSANDFOLD * min(one, other)


def _apart_finding(
    places: Places, table: str, row: Mapping[str, object], column: str, other: tuple[str, str], smaller: bool
) -> Finding:
    where, path = places.of(table, row, column)
    en, zh = ("less", "小") if smaller else ("more", "大")
    return Finding(
        where,
        path,
        f"more than a thousand times {en} than {other[0]}; 10 thousand mu (万亩) written as mu on one side?",
        f"与{other[1]}相比{zh}一千倍以上；是否有一处把万亩当作亩填写？",
    )


def _groups(tables: Mapping[str, pd.DataFrame], known: set[str], places: Places) -> Iterator[Finding]:
    """Every group that a unit names stands on the list of groups."""
    for row in rows_of(tables["regions"]) if "regions" in tables else []:
        for group in filter(None, (part.strip() for part in str(row["groups"]).split(";"))):
            if group not in known:
                where, path = places.of("regions", row, "groups")
                listed = ", ".join(sorted(known))
                en = f"{group!r} is not in group_list ({listed}); several groups are joined by `;`"
                yield Finding(where, path, en, f"“{group}”不在 group_list 表中（{listed}）；多个分组用半角分号连接")


def _totals(stated: Table, read: Mapping[str, Table]) -> Iterator[Finding]:
    """Each stated total is the sum of its column over the rows of its item."""
    for at, (table, column, item) in enumerate(zip(*(stated.table[name] for name in _KEYS), strict=True)):
        if table not in read:
            continue
        source, named = read[table], ITEM_OF[table]
        if column not in source.columns or source.columns[column].type not in {"decimal", "int"}:
            en, zh = f"{table} has no figures in a column {column!r}", f"{table} 表没有数值列“{column}”"
            yield Finding(stated.place(at, "column"), "column", en, zh)
            continue
        if item not in set(source.table[named]):
            known = ", ".join(sorted(set(source.table[named])))
            en, zh = f"{table} has no row of {item!r}; there are {known}", f"{table} 表没有“{item}”的行；现有：{known}"
            yield Finding(stated.place(at, "item"), "item", en, zh)
            continue
        cells = zip(source.table[named], source.text[column], strict=True)
        found = sum((Fraction(str(cell).strip()) for name, cell in cells if name == item), Fraction(0))
        wanted = Fraction(str(stated.text["total"].iloc[at]).strip())
        if found != wanted:
            more = exact_text(abs(found - wanted))
            sign = ("more", "多") if found > wanted else ("less", "少")
            yield Finding(
                stated.place(at, "total"),
                "total",
                f"{table}.{column} of {item} sums to {exact_text(found)}, {more} {sign[0]} than stated",
                f"{table} 表 {item} 的 {column} 合计为 {exact_text(found)}，比所填合计{sign[1]} {more}",
            )
