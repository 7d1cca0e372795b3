"""Draws: the same bytes for the same seed, moments of the stated distributions, and a table that is refused where it is unclear."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.allocation.sample import sample_resolved

from silvafisc.allocation.terms import title_of
from silvafisc.datasets import InputError
from silvafisc.policy import ParameterTree
from silvafisc.results import Resolved
from silvafisc.results.draws import CARBON, COST, Draws, DrawsError, draws_of, read_draws
from silvafisc.runs import load_inputs, load_scenario, resolve
from silvafisc.runs.draws import made_draws
from silvafisc.runs.prepare import prepare

RULES = ParameterTree.load().on("2026-01-01")
HEADER = "draw,variable,region_code,subject,period,offer,value\n"


def made(resolved: Resolved | None = None, stream: int = 0) -> Draws:
    return made_draws(resolved or sample_resolved(), RULES, stream=stream)


def values(draws: Draws, variable: str, subject: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    rows = draws.table[(draws.table["variable"] == variable) & (draws.table["subject"] == subject)]
    return rows["value"].to_numpy(object).astype(np.float64)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_or_stream_others() -> None:
    text = made().table.to_csv()
    assert made().table.to_csv() == text
    others = [made(stream=1), made(replace(sample_resolved(), seed=7))]
    assert len({text, *(other.table.to_csv() for other in others)}) == 3


def test_a_further_measure_moves_no_other_draw() -> None:
    resolved = sample_resolved()
    fewer = made(replace(resolved, tasks=resolved.tasks[:1]))
    for subject in ("compensation", resolved.tasks[0].id):
        assert np.array_equal(values(fewer, CARBON, subject), values(made(), CARBON, subject))


def test_moments_are_those_of_the_stated_distributions() -> None:
    # by hand: means of 1, relative deviation of a product of independent factors √((1 + 0.12²)(1 + v²) − 1);
    # triangular(0.001, 0.003, 0.006) / 0.003 has mean 10 / 9; stratified, so means are close with 200 draws
    draws = made()
    for subject, deviation in (("afforestation", 0.12), ("factor_pot", 0.5)):
        drawn = values(draws, CARBON, subject)
        assert drawn.mean() == pytest.approx(1, abs=0.03)
        assert drawn.std() == pytest.approx(np.sqrt(1.0144 * (1 + deviation**2) - 1), rel=0.15)
    assert values(draws, CARBON, "compensation").mean() == pytest.approx(10 / 9, abs=0.03)
    assert np.median(draws.prices()) == pytest.approx(70, rel=0.01)
    assert np.log(draws.prices()).std() == pytest.approx(0.25, rel=0.05)


def test_compensation_is_paid_at_its_standard_whatever_it_costs() -> None:
    assert set(values(made(), COST, "compensation")) == {1.0}


def test_growth_is_common_so_measures_rise_and_fall_together() -> None:
    draws = made()
    first, second = (values(draws, CARBON, subject) for subject in ("compensation", "afforestation"))
    assert np.corrcoef(first, second)[0, 1] > 0.1


def test_a_scope_may_be_a_unit_a_category_a_period_or_one_offer() -> None:
    draws = draws_of(
        {
            (CARBON, ("110000", "state", "", "")): ["1"],
            (CARBON, ("350000", "compensation", "", "")): ["2"],
            (CARBON, ("", "", "2027", "s=18.00")): ["3"],
        }
    )
    keys = [
        ("110000", "compensation", "state", "2026", "s=16.00"),
        ("350000", "compensation", "state", "2026", "s=16.00"),
        ("520000", "tending", "", "2027", "s=18.00"),
    ]
    patterns = draws.patterns(CARBON, keys)
    assert patterns.factors[0, patterns.of].tolist() == [1, 2, 3]
    with pytest.raises(DrawsError, match="2 carbon rows of a draw speak of 110000/compensation/state/2027"):
        draws.patterns(CARBON, [("110000", "compensation", "state", "2027", "s=18.00")])
    with pytest.raises(DrawsError, match="no carbon draw speaks of 520000"):
        draws.patterns(CARBON, [("520000", "tending", "", "2026", "")])


def test_a_table_is_read_exactly_as_it_is_written(tmp_path: Path) -> None:
    made().table.to_csv(tmp_path / "draws.csv", index=False)
    assert read_draws(tmp_path / "draws.csv").table.equals(made().table)


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        ("1,carbon,,,,,1\n1,carbon,,,,,2\n", 3, "stands twice for the same offers"),
        ("1,price,,,,,0\n", 2, "a carbon price must be > 0"),
        ("1,price,110000,,,,70\n", 2, "a carbon price names no unit"),
        ("1,cost,,,,,-1\n", 2, "a cost factor must be >= 0"),
        ("0,carbon,,,,,1\n", 2, ""),
        ("1,tonnes,,,,,1\n", 2, ""),
        ("1,carbon,,,,,\n", 2, ""),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_line(tmp_path: Path, rows: str, line: int, message: str) -> None:
    file = tmp_path / "draws.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_draws(file)
    assert any(f":{line}:" in f.where and message in f.en and f.zh for f in refused.value.findings)


def test_a_scope_that_is_missing_in_a_draw_is_never_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    file.write_text(HEADER + "1,carbon,,,,,1\n2,carbon,,,,,1\n1,price,,,,,70\n", encoding="utf-8")
    with pytest.raises(InputError, match="price is drawn in 1 of 2 draws"):
        read_draws(file)


def test_an_empty_table_holds_no_draws() -> None:
    with pytest.raises(DrawsError, match="not a single draw"):
        Draws.of(pd.DataFrame(columns=["draw", "variable", "value"]))


def test_draws_beside_the_input_tables_are_taken_and_must_speak_of_every_offer(tmp_path: Path) -> None:
    rows = "".join(f"{draw},carbon,,compensation,,,{factor}\n" for draw, factor in ((1, "0.5"), (2, "1.5")))
    (tmp_path / "draws.csv").write_text(HEADER + rows, encoding="utf-8")
    inputs = load_inputs(tmp_path, RULES)
    assert inputs.draws is not None
    assert inputs.draws["value"].tolist() == ["0.5", "1.5"]
    with pytest.raises(InputError, match=r"no carbon draw speaks of \d{6}/afforestation"):
        prepare("nation-2026-2028", tmp_path)


def test_a_tail_without_a_share_takes_the_share_on_record(tmp_path: Path) -> None:
    file = tmp_path / "tail.yaml"
    file.write_text(
        "id: tail\nextends: nation-2026-2028\nobjectives:\n"
        "  - {term: carbon, stage: 1, risk: cvar}\n  - {term: development, stage: 2}\n",
        encoding="utf-8",
    )
    scenario, tree = load_scenario(file), ParameterTree.load()
    resolved = resolve(scenario, tree, load_inputs("builtin:nation", RULES))
    assert [dict(spec.params) for spec in resolved.objectives] == [{"risk": "cvar", "share": "0.1"}, {}]
    assert title_of(resolved.objectives[0])["zh"] == "新增碳汇（经济额外性），最不利 10% 抽样情形的均值"
