"""`silvafisc carbon map`: tables in a folder, what must be known on stderr, wrong input as findings and nothing written."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.carbon.monitoring.landscape import cells, feature, write_map, write_polygons
from tests.cli.command import CODE

from silvafisc.cli.endings import finish
from silvafisc.cli.main import app


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    values = np.arange(40, 136, dtype=np.float32).reshape(8, 12)
    boxes = [
        feature("510104", cells(0, 0, 5.5, 8)),
        feature("510105", cells(5.5, 0, 12, 8)),
        feature("510106", cells(12, 0, 14, 8)),
    ]
    return write_map(tmp_path / "m.tif", values), write_polygons(tmp_path / "p.json", boxes)


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = finish(app, [str(argument) for argument in ("carbon", "map", *arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_tables_stand_in_the_folder_and_what_is_missing_is_said(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    asked = (*files, "--unit", "t/ha", "--year", "2020", "--whole", "510000", "--out", out)
    code, text, err = said(capsys, *asked, "--lang", "zh")
    assert code == 0, err
    assert "510106: 不给出数值：100% 的面积不在图上" in err
    assert "未汇总" in err
    assert text.split() == [str(out / f"map_{name}.csv") for name in ("zones", "estimates", "levels", "findings")]
    levels = pd.read_csv(out / "map_levels.csv", dtype={"region_code": "str"})
    assert levels["region_code"].tolist() == ["510104", "510105"]
    code, text, _ = said(capsys, *asked, "--json", "--lang", "en")
    assert code == 0
    assert {row["path"] for row in json.loads(text)["findings"]} == {"510106", "510000"}


def test_wrong_input_is_told_in_both_languages_and_nothing_is_written(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for lang, words in (("zh", "未知的单位"), ("en", "unknown unit")):
        code, _, err = said(capsys, *files, "--unit", "kg/ha", "--year", "2020", "--out", out, "--lang", lang)
        assert (code, words in err) == (2, True)
    code, _, err = said(capsys, *files, "--unit", "t/ha", "--year", "2020", "--out", files[0], "--lang", "en")
    assert (code, "is a file" in err) == (2, True)
    assert not out.exists()


@pytest.mark.parametrize("library", ["rasterio", "exactextract"])
def test_without_the_libraries_the_extra_is_named(files: tuple[Path, Path], tmp_path: Path, library: str) -> None:
    code = f"import sys; sys.modules[{library!r}] = None; " + CODE
    arguments = ["carbon", "map", *map(str, files), "--unit", "t/ha", "--year", "2020", "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{library}" in done.stderr
    assert "pip install 'silvafisc[monitoring]'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_help_of_the_verb_loads_no_library_of_maps() -> None:
    heavy = "{'rasterio', 'exactextract', 'sklearn', 'pandas'} & set(sys.modules)"
    code = f"import atexit, sys; atexit.register(lambda: print(sorted({heavy}))); " + CODE
    arguments = [sys.executable, "-c", code, "carbon", "map", "--help"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.stdout.rstrip().endswith("[]")
