"""Looking values up in the long tables of the engine: one row per name and parameter."""

from typing import Any

import pandas as pd

from ..errors import refuse


def by_key(table: pd.DataFrame, key: str, column: str) -> dict[str, Any]:
    """Column `column` by column `key`.

    Raises:
        InputError: a key stands twice.
    """
    if table[key].duplicated().any():
        raise refuse(key, "a name stands twice", "名称重复")
    return {str(name): value for name, value in zip(table[key], table[column], strict=True)}


def value_of(table: pd.DataFrame, key: str, name: str, parameter: str) -> float:
    """Column `value` of the one row where column `key` is `name` and column `parameter` is `parameter`.

    Raises:
        InputError: there is not exactly one.
    """
    rows = table.loc[(table[key] == name) & (table["parameter"] == parameter), "value"]
    if len(rows) != 1:
        raise refuse(
            f"{key}={name}", f"{parameter} stands {len(rows)} times instead of once", f"{parameter} 须恰好一行"
        )
    return float(rows.iloc[0])
