"""What is known of the units of a table of offers: their codes, and what a table of units beside it says of them."""

from pathlib import Path

import pandas as pd

from silvafisc.datasets import Finding, InputError, load_table
from silvafisc.datasets.columns import ColumnSpec
from silvafisc.economy.ledger import ledger_frame
from silvafisc.policy.offers_scenario import OffersScenario
from silvafisc.results import INPUT_TABLES, Resolved, UnitInputs

from .offer_facts import Facts, unit_columns
from .offer_inputs import implied_inputs
from .offer_table import UNIT, OfferTable

_READ_OVER = ("last_year_fen", "score", "grade", "omega")
_INDICES = ("importance", "need")


def unit_inputs(table: OfferTable, data: str | Path | None, resolved: Resolved) -> tuple[UnitInputs, pd.DataFrame]:
    """Input tables and indices of the units; a number that nobody states stays empty.

    Args:
        data: regions.csv, or a folder that holds it; None where there is none.

    Raises:
        InputError: every finding in regions.csv, a file that is not there, or a figure that the offers state otherwise.
    """
    facts, codes = table.facts, {str(code) for code in table.frame["region_code"]}
    if data is not None:
        path = Path(data) / "regions.csv" if Path(data).is_dir() else Path(data)
        facts, listed = _joined(facts, path, resolved)
        codes |= listed
    regions = pd.DataFrame({"region_code": sorted(codes)})
    for name, kind in INPUT_TABLES["regions"].items():
        if name != "region_code":
            held = [facts.unit.get(name, {}).get(code, "") for code in regions["region_code"]]
            regions[name] = pd.array([int(cell) if cell else None for cell in held], "Int64") if kind == "int" else held
    # A unit that nobody names goes by its code.
    regions["region_name"] = regions["region_name"].mask(regions["region_name"] == "", regions["region_code"])
    regions = regions.assign(status="assumption", source="a table of units beside the offers")
    indices = regions[["region_code"]].copy()
    for name in _INDICES:
        indices[name] = [float(facts.unit.get(name, {}).get(code, "") or "nan") for code in regions["region_code"]]
    implied = implied_inputs(table, facts)
    return UnitInputs.of({"regions": regions, **implied}, ledger_frame([])), indices.assign(omega=float("nan"))


def _joined(facts: Facts, path: Path, resolved: Resolved) -> tuple[Facts, set[str]]:
    """The facts of the offers with those of regions.csv, and its codes.

    Raises InputError for a figure that the two state otherwise.
    """
    schema = (
        ColumnSpec("region_code", "code", "code", pattern=UNIT, key=True),
        *unit_columns(resolved),
        *(ColumnSpec(name, "text", required=False, optional=True) for name in _READ_OVER),
    )
    read, findings = load_table(path, schema), []
    unit = {name: dict(held) for name, held in facts.unit.items()}
    for spec in unit_columns(resolved):
        if spec.name not in read.text:
            continue
        held = unit.setdefault(spec.name, {})
        for row, (code, cell) in enumerate(zip(read.text["region_code"], read.text[spec.name], strict=True)):
            if cell and held.setdefault(str(code), str(cell)) != cell:
                en = f"{spec.name} of {code} is {cell} here and {held[str(code)]} in the offers"
                zh = f"{code} 的 {spec.name} 在此为 {cell}，在备选表中为 {held[str(code)]}"
                findings.append(Finding(read.place(row, spec.name), spec.name, en, zh))
    if findings:
        raise InputError(findings)
    return Facts(unit, facts.work, facts.task), {str(code) for code in read.text["region_code"]}


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
            en = "selects no unit: name it in the column `groups` of the offers or of regions.csv (--data), or list `members`"
            zh = "没有选中任何单位：请在备选表或 regions.csv（--data）的 groups 列写明该组，或用 members 列出单位"
            findings.append(Finding(where, f"groups.{name}", en, zh))
    if findings:
        raise InputError(findings)
    return found
