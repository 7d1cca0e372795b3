"""Names and order of the offer table's columns."""

import pandas as pd

KEYS = [
    "menu",
    "region_code",
    "fund",
    "nature",
    "measure",
    "category",
    "period",
    "offer",
    "standard_fen",
    "area_tenth_mu",
    "due_later_fen",
]


def cost_column(fund: str, payer: str, period: str) -> str:
    """Name of the column that holds what `payer` pays for a row of `fund` in `period`."""
    return f"cost.{fund}.{payer}.{period}_fen"


def beyond_column(fund: str, payer: str, year: str) -> str:
    """The same for a year after the last period, which no appropriation is planned for."""
    return f"beyond.{fund}.{payer}.{year}_fen"


def menu_name(region: str, subject: str, period: str) -> str:
    """Name of the menu of one unit, subject and period."""
    return f"{region}/{subject}/{period}"


def finish(frame: pd.DataFrame) -> pd.DataFrame:
    """Put columns in order, absent costs to 0 (nothing is paid there), rows in order of menu and offer."""
    costs = sorted(c for c in frame.columns if c.startswith("cost."))
    beyond = sorted(c for c in frame.columns if c.startswith("beyond."))
    objectives = sorted(c for c in frame.columns if c.startswith("obj."))
    frame = frame.reindex(columns=[*KEYS, *costs, *beyond, *objectives, "repaid_by_appropriation"])
    money = [*costs, *beyond]
    frame[money] = frame[money].fillna(0).astype("int64")
    frame[objectives] = frame[objectives].fillna(0.0).astype("float64")
    frame["repaid_by_appropriation"] = frame["repaid_by_appropriation"].eq(True)
    # Plain Python strings: rules loop over these columns, which is several times faster than over pandas' own strings.
    text = [c for c in KEYS if c not in {"standard_fen", "area_tenth_mu", "due_later_fen"}]
    frame[text] = frame[text].astype(object)
    return frame.sort_values(["menu", "offer"], kind="stable", ignore_index=True)
