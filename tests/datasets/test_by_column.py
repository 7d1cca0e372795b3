"""Reading by column gives what reading by cell gives: the same table, or the same findings at the same places."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.datasets import ColumnSpec, InputError, load_table
from silvafisc.datasets.by_column import load_by_column

SPECS = (
    ColumnSpec("region_code", "code", "code"),
    ColumnSpec("offer", "text", "text"),
    ColumnSpec("area_mu", "decimal", "mu", required=False, optional=True),
    ColumnSpec("cost_fen", "int", "fen"),
    ColumnSpec("gain", "float", "1"),
    ColumnSpec("flag", "bool", "text", optional=True),
)
HEADER = "region_code,offer,area_mu,cost_fen,gain,flag\n"


def schema(header: Sequence[str]) -> Sequence[ColumnSpec]:
    return SPECS


@pytest.mark.parametrize(
    "rows",
    [
        "110000,a,12.5,-7,1e-7,true\n110000,b,,0,-3.25,False\n",
        "110000,a,12.5,+7,.5,是\r\n\r\n110000,b,0.1,9,5.,否\r\n",
        '110000,"a, quoted",12.5,7,1,true\n',
    ],
)
def test_the_same_table(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "offers.csv"
    path.write_bytes((HEADER + rows).encode())
    fast, slow = load_by_column(path, schema), load_table(path, SPECS)
    pd.testing.assert_frame_equal(fast.table, slow.table)
    pd.testing.assert_frame_equal(fast.text, slow.text)
    assert fast.place(1 if rows.count("110000") > 1 else 0, "gain") == slow.place(
        1 if rows.count("110000") > 1 else 0, "gain"
    )


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "110000,a,12.5,1.5,x,true\n11000,b,,,nan,maybe\n",
        "region_code,offer,area_ha,cost_fen,gain,flag\n110000,a,1,2,3,true\n",
        "region_code,offer,cost_fen,gain,gain\n110000,a,2,3,3\n",
        HEADER,
        HEADER + "110000,a,12.5,7\n",
    ],
)
def test_the_same_findings(tmp_path: Path, text: str) -> None:
    path = tmp_path / "offers.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as fast:
        load_by_column(path, schema)
    with pytest.raises(InputError) as slow:
        load_table(path, SPECS)
    assert sorted(map(str, fast.value.findings)) == sorted(map(str, slow.value.findings))
