"""Frames of the input tables: declared columns, declared types, rows in key order."""

from collections.abc import Iterable, Mapping

import pandas as pd

from silvafisc.results import OPTIONAL_COLUMNS, columns_of

DTYPES: Mapping[str, str] = {
    "code": "str",
    "text": "str",
    "decimal": "str",
    "int": "int64",
    "float": "float64",
    "bool": "bool",
}
KEYS: Mapping[str, tuple[str, ...]] = {
    "regions": ("region_code",),
    "areas": ("region_code", "category"),
    "tasks": ("region_code", "measure"),
    "factors": ("region_code", "factor"),
    "responses": ("region_code", "subject"),
    "stands": ("region_code",),
    "last_year": ("region_code", "fund", "subject"),
    "land": ("region_code", "land"),
    "task_list": ("region_code", "measure", "period", "kind"),
    "acceptance": ("region_code", "measure", "period", "check"),
    "reporting": ("region_code", "kind", "item"),
    "parcels": ("region_code", "parcel_code", "programme"),
    "delivery": ("region_code", "fund", "period", "item", "document"),
}


def input_frame(table: str, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """The table with its declared columns, `status` and `source`, and those optional ones that its rows have, sorted by key.

    Raises:
        KeyError: unknown table, or a row without a declared column.
        ValueError: a key stands twice.
    """
    rows = list(rows)
    kinds = columns_of(table)
    lacking = {name for name in OPTIONAL_COLUMNS.get(table, {}) if not rows or name not in rows[0]}
    columns = [name for name in kinds if name not in lacking]
    cells = [[row[column] for column in columns] for row in rows]
    frame = pd.DataFrame(cells, columns=columns).astype({column: DTYPES[kinds[column]] for column in columns})
    frame = frame.sort_values(list(KEYS[table]), ignore_index=True)
    twice = frame[frame.duplicated(list(KEYS[table]))]
    if len(twice):
        raise ValueError(f"{table}: {tuple(twice.iloc[0][list(KEYS[table])])} stands twice")
    return frame
