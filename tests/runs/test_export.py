"""Exports come back as they were: every value of every table, by the codebook's names, and no digit lost."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.allocation.audit.conftest import ByHand
from tests.runs.settled import outcome

from silvafisc.datasets.findings import InputError
from silvafisc.results import Outcome
from silvafisc.results.outcome import OutcomeError
from silvafisc.runs import export
from silvafisc.runs.export import read_codebook
from silvafisc.runs.export_formats import stata_names, write_parquet


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "outcome"
    outcome(ByHand()).save(folder)
    return folder


def texts(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Column -> cells as text, numbers by value, absent ones empty."""
    return {str(name): ["" if pd.isna(value) else _text(value) for value in frame[name]] for name in frame.columns}


def _text(value: object) -> str:
    if isinstance(value, bool | int):
        return str(float(value))
    try:
        return str(float(str(value)))
    except ValueError:
        return str(value)


def test_csv_is_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    export(saved, tmp_path / "out", "csv")
    for file in saved.glob("*.csv"):
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()


def test_parquet_comes_back_with_types_units_and_descriptions(saved: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    export(saved, tmp_path / "out", "parquet")
    tables = Outcome.load(saved).tables
    for table, frame in tables.items():
        assert texts(pq.read_table(tmp_path / "out" / f"{table}.parquet").to_pandas()) == texts(frame), table
    schema = pq.read_schema(tmp_path / "out" / "allocation.parquet")
    assert str(schema.field("payment_fen").type) == "int64"
    assert schema.field("payment_fen").metadata == {
        b"unit": b"fen",
        b"description": b"What all payers pay in this period",
    }


def test_stata_comes_back_through_the_codebook(saved: Path, tmp_path: Path) -> None:
    export(saved, tmp_path / "out", "stata")
    names = read_codebook(tmp_path / "out")
    for table, frame in Outcome.load(saved).tables.items():
        back = pd.read_stata(tmp_path / "out" / f"{table}.dta").rename(columns=names.get(table, {}))
        assert list(back.columns) == list(frame.columns)
        assert texts(back) == texts(frame), table


@pytest.mark.parametrize("form", ["csv", "parquet", "stata"])
def test_the_codebook_says_of_every_column_what_datapackage_json_says(saved: Path, tmp_path: Path, form: str) -> None:
    """other program: the data package read here, entry by entry; and the exported files have these columns in this order."""
    files = {path.stem: path for path in export(saved, tmp_path / "out", form) if "codebook" not in path.name}
    package = json.loads((saved / "datapackage.json").read_text(encoding="utf-8"))
    keys = ("name", "type", "unit", "description")
    declared = {
        (resource["name"], *(field.get(key, "") for key in keys))
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    }
    book = pd.read_csv(tmp_path / "out" / "codebook.csv", dtype=str, keep_default_na=False)
    rows = list(zip(*(book[c] for c in ("table", "column", "type", "unit", "description")), strict=True))
    assert set(rows) == declared
    assert len(rows) == len(declared)
    assert ("allocation", "payment_fen", "integer", "fen", "What all payers pay in this period") in declared
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        "csv": pd.read_csv,
        "parquet": pd.read_parquet,
        "stata": pd.read_stata,
    }
    assert set(files) == set(book["table"])
    for table, mine in book.groupby("table"):
        assert list(readers[form](files[str(table)]).columns) == mine["exported_as"].tolist()
    pages = (tmp_path / "out" / "codebook.md").read_text(encoding="utf-8").splitlines()
    for row in book.drop(columns="table").to_numpy().tolist():
        assert "| " + " | ".join(row) + " |" in pages


def test_stata_has_labels_of_variables_and_values(saved: Path, tmp_path: Path) -> None:
    export(saved, tmp_path / "out", "stata")
    with pd.io.stata.StataReader(tmp_path / "out" / "allocation.dta") as reader:
        labels, values = reader.variable_labels(), reader.value_labels()
    assert labels["payment_fen"] == "What all payers pay in this period"
    assert set(values["nature"].values()) == {"rigid", "committed", "top_up", "factor", "task"}
    offers = read_codebook(tmp_path / "out")["offers"]
    assert all(len(name) <= 32 and name.isidentifier() for name in offers)
    assert any(name.startswith("cost.") for name in offers.values())


def test_the_same_outcome_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    for form in ("parquet", "stata"):
        first, second = (export(saved, tmp_path / f"{form}{i}", form) for i in (1, 2))
        assert [a.read_bytes() for a in first] == [b.read_bytes() for b in second]


def test_what_a_double_cannot_hold_is_refused_by_name_and_nothing_is_written(tmp_path: Path) -> None:
    """2^53 + 1 is the first whole number that a double does not have; the widest one that it has goes through."""
    made = outcome(ByHand())
    for amount, refused in ((2**53, False), (2**53 + 1, True)):
        large = made.tables["envelopes"].copy()
        large.loc[0, "appropriation_fen"] = amount
        replace(made, tables={**made.tables, "envelopes": large}).save(tmp_path / "outcome")
        if not refused:
            export(tmp_path / "outcome", tmp_path / "out", "stata")
            back = pd.read_stata(tmp_path / "out" / "envelopes.dta")
            assert int(back["appropriation_fen"].max()) == amount
            continue
        with pytest.raises(InputError, match="appropriation_fen") as caught:
            export(tmp_path / "outcome", tmp_path / "other", "stata")
        assert not (tmp_path / "other").exists()
        assert str(amount) in caught.value.findings[0].zh
        export(tmp_path / "outcome", tmp_path / "exact", "parquet")
        assert pd.read_parquet(tmp_path / "exact" / "envelopes.parquet")["appropriation_fen"].max() == amount


def test_names_for_stata_by_hand() -> None:
    long = "cost.ecological_protection_restoration.central.2026_fen"
    found = stata_names(["a.b", "a_b", "2026", long, long.replace("2026", "2027"), "plain"])
    assert found[1:3] == ["a_b", "_2026"]
    assert found[5] == "plain"
    assert found[0].startswith("a_b_"), "a.b would meet a_b"
    assert len(set(found)) == len(found)
    assert max(map(len, found)) <= 32


def test_an_earlier_export_is_replaced_and_anything_else_is_left_alone(saved: Path, tmp_path: Path) -> None:
    export(saved, tmp_path / "out", "stata")
    export(saved, tmp_path / "out", "csv")
    assert not list((tmp_path / "out").glob("*.dta"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(InputError, match="not an earlier export"):
        export(saved, tmp_path / "mine", "csv")
    with pytest.raises(InputError, match="unknown format"):
        export(saved, tmp_path / "new", "spss")
    with pytest.raises(OutcomeError):
        export(tmp_path / "nowhere", tmp_path / "new", "csv")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"silvafisc\[parquet\]"):
        write_parquet(pd.DataFrame(), [], tmp_path / "table.parquet")
    assert not list(tmp_path.iterdir())
