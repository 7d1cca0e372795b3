"""What is known of the units of a table of offers: their codes, and what a table of units beside it says of them."""

from pathlib import Path

import pandas as pd

from silvafisc.datasets import Finding, InputError, load_table
from silvafisc.datasets.columns import ColumnSpec
from silvafisc.economy.ledger import ledger_frame
from silvafisc.policy.offers_scenario import OffersScenario
from silvafisc.results import INPUT_TABLES, UnitInputs

from .offer_table import UNIT, OfferTable

LEVELS = ("province", "city", "county")
_TEXTS = ("region_name", "region_name_en", "payer_tier", "groups")
_READ_OVER = ("last_year_fen", "importance", "need", "score", "grade", "omega")
SCHEMA = (
    ColumnSpec("region_code", "code", "code", pattern=UNIT, key=True),
    *(ColumnSpec(name, "text", required=False, optional=True) for name in (*_TEXTS, *_READ_OVER)),
    ColumnSpec("unit_level", "text", required=False, optional=True, allowed=LEVELS),
    ColumnSpec("own_revenue_fen", "int", "fen", required=False, optional=True, minimum=0),
)


def unit_inputs(table: OfferTable, data: str | Path | None) -> tuple[UnitInputs, pd.DataFrame]:
    """Input tables and indices of the units; a number that nobody states stays empty.

    Args:
        data: regions.csv, or a folder that holds it; None where there is none.

    Raises:
        InputError: every finding in regions.csv, or there is no such file.
    """
    known = pd.DataFrame(columns=["region_code"])
    if data is not None:
        path = Path(data) / "regions.csv" if Path(data).is_dir() else Path(data)
        read = load_table(path, SCHEMA)
        known = read.text.copy()
    codes = sorted({*table.frame["region_code"], *known["region_code"]})
    facts = known.set_index("region_code").reindex(codes)
    regions = pd.DataFrame({"region_code": codes})
    for name, kind in INPUT_TABLES["regions"].items():
        if name == "region_code":
            continue
        held = facts[name].fillna("").to_numpy() if name in facts else [""] * len(codes)
        regions[name] = pd.array([int(cell) if cell else None for cell in held], "Int64") if kind == "int" else held
    # A unit that nobody names goes by its code.
    regions["region_name"] = regions["region_name"].mask(regions["region_name"] == "", regions["region_code"])
    regions = regions.assign(status="assumption", source="a table of units beside the offers")
    empty = {
        name: pd.DataFrame({column: pd.Series(dtype=_DTYPES.get(kind, "object")) for column, kind in columns.items()})
        for name, columns in INPUT_TABLES.items()
        if name not in {"regions", "last_year"}
    }
    tables = {name: frame.assign(status="", source="") for name, frame in empty.items()}
    indices = pd.DataFrame(
        {"region_code": codes, "importance": float("nan"), "need": float("nan"), "omega": float("nan")}
    )
    return UnitInputs(regions=regions, **tables, last_year=None, ledger=ledger_frame([])), indices


_DTYPES = {"int": "int64", "float": "float64", "bool": "bool"}


def group_members(scenario: OffersScenario, inputs: UnitInputs) -> dict[str, tuple[str, ...]]:
    """group -> codes: as listed, or as the table of units says. Raises InputError for one that selects nobody."""
    codes, findings = set(inputs.codes), []
    listed = dict(zip(inputs.regions["region_code"], inputs.regions["groups"], strict=True))
    found: dict[str, tuple[str, ...]] = {}
    for name, group in sorted(scenario.groups.items()):
        if group.members is None:
            found[name] = tuple(code for code in sorted(codes) if name in str(listed[code]).split(";"))
        else:
            found[name] = tuple(sorted(group.members))
            for place, code in enumerate(group.members):
                if code not in codes:
                    where = scenario.where("groups", name, "members", place)
                    en, zh = f"{code} is none of the units", f"{code} 不是备选表中的单位"
                    findings.append(Finding(where, f"groups.{name}.members[{place}]", en, zh))
        if not found[name]:
            where = scenario.where("groups", name)
            en = "selects no unit: name it in the column `groups` of regions.csv (--data), or list `members`"
            zh = "没有选中任何单位：请在 regions.csv（--data）的 groups 列写明该组，或用 members 列出单位"
            findings.append(Finding(where, f"groups.{name}", en, zh))
    if findings:
        raise InputError(findings)
    return found
