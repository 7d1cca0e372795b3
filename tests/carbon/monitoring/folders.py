"""Small folders of measured tables for the tests: rows as a user writes them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import ParameterTree, Rules
from silvafisc.runs.monitoring import Measured, read_measured

TODAY = "2026-11-27"
RULES: Rules = ParameterTree.load().on(TODAY)
HEADS = {
    "plots": "plot,region_code,stratum,forest_type,plot_area_m2,date,volume_m3_per_ha",
    "strata": "region_code,stratum,area_mu",
    "sensors": "sensor,region_code,time,variable,value,unit,flag",
    "samples": "region_code,measure,period,check,parcel,places_looked_at,places_alive,reported_mu,found_mu,date,verified_by",
    "claims": "region_code,measure,period,fund,paid_yuan,due_yuan,parcels,reported_mu,approved_mu",
}
COMMON = "status,source"
KNOWN = "secondary,a survey"


def write(folder: Path, table: str, rows: Sequence[str], head: str = "", encoding: str = "utf-8") -> None:
    """<table>.csv with its usual columns (or others), every row known from a survey."""
    folder.mkdir(exist_ok=True)
    lines = [f"{head or HEADS[table]},{COMMON}", *(f"{row},{KNOWN}" for row in rows)]
    (folder / f"{table}.csv").write_bytes(("\n".join(lines) + "\n").encode(encoding))


def read(folder: Path) -> Measured:
    return read_measured(folder, TODAY, RULES)


def refused(folder: Path) -> list[Finding]:
    """The findings of a folder that has some."""
    with pytest.raises(InputError) as caught:
        read(folder)
    assert all(finding.zh and finding.en for finding in caught.value.findings)
    return list(caught.value.findings)
