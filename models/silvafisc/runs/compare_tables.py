"""What changes from one outcome to another: objectives, money by unit and fund, published standards; exact to the fen."""

import pandas as pd

from silvafisc.quantities import fen_to_yuan, yuan_to_fen
from silvafisc.results import Outcome

OBJECTIVES = ["term", "label_zh", "label_en", "unit", "first", "second", "difference"]
SUMS = ["first_fen", "second_fen", "difference_fen"]


def sums(first: Outcome, second: Outcome, keys: list[str]) -> pd.DataFrame:
    """Payments by key in both outcomes; 0 where an outcome has no such row."""
    sides = {}
    for side, outcome in (("first_fen", first), ("second_fen", second)):
        allocation = outcome.tables["allocation"]
        sides[side] = allocation.groupby(keys)["payment_fen"].sum().astype("int64")
    frame = pd.DataFrame(sides).fillna(0).astype("int64").sort_index().reset_index()
    frame["difference_fen"] = frame["second_fen"] - frame["first_fen"]
    return frame


def units(first: Outcome, second: Outcome) -> pd.DataFrame:
    """Payments by unit; a unit that one outcome lacks counts 0 there."""
    found = sums(first, second, ["region_code"])
    names = ["region_code", "region_name", "region_name_en"]
    regions = pd.concat([second.tables["regions"][names], first.tables["regions"][names]])
    regions = regions.drop_duplicates("region_code")
    frame = regions.merge(found, on="region_code", how="left", validate="one_to_one")
    frame[SUMS] = frame[SUMS].fillna(0).astype("int64")
    return frame.sort_values("region_code", ignore_index=True)


def payers(first: Outcome, second: Outcome) -> pd.DataFrame:
    """Payments by payer: central, provincial, city, county."""
    rows = []
    for payer in ("central", "provincial", "city", "county"):
        a, b = (int(outcome.tables["allocation"][f"{payer}_fen"].sum()) for outcome in (first, second))
        rows.append((payer, a, b, b - a))
    return pd.DataFrame(rows, columns=["payer", *SUMS])


def standards(first: Outcome, second: Outcome) -> pd.DataFrame:
    """Published standards; empty where an outcome publishes no such standard."""
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


def objectives(first: Outcome, second: Outcome) -> pd.DataFrame:
    """Objectives that both have in the same unit."""
    known = {str(entry["term"]): entry for entry in first.meta["objectives"]}
    rows = []
    for entry in second.meta["objectives"]:
        other = known.get(str(entry["term"]))
        if other is not None and other["unit"] == entry["unit"]:
            a, b = float(other["value"]), float(entry["value"])
            label = entry["label"]
            rows.append((str(entry["term"]), label["zh"], label["en"], str(entry["unit"]), a, b, b - a))
    return pd.DataFrame(rows, columns=OBJECTIVES)
