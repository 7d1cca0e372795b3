"""Draws as a user gets them: the shipped uncertainty is what they make, and a run takes them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.runs.full_scenario import write_scenario

from silvafisc import economy
from silvafisc.carbon.uncertainty.package import HALF_WIDTH, HIGH, LOW, PACKAGE, SAMPLE, Uncertainty, assembled
from silvafisc.carbon.uncertainty.yields import DrawnYields
from silvafisc.datasets import load_package
from silvafisc.policy import ParameterTree, load_scenario
from silvafisc.runs import carbon_drawn
from silvafisc.runs.carbon_drawn import draw, ground_of
from silvafisc.runs.carbon_draws import draw_yields
from silvafisc.runs.draws import are_made
from silvafisc.runs.prepare import prepare
from silvafisc.runs.run import solve

SCENARIO = "nation-2026-2028"
SLICE = ("110000", "120000")
"""The first two units: errors of single units take the last dimensions of the design, in order of the units."""
MEASURES = ("afforestation", "compensation")


@pytest.mark.slow
def test_the_shipped_uncertainty_is_what_the_draws_make(tmp_path: Path) -> None:
    """Two provinces in the first two draws, worked out anew and apart from the others, equal the shipped arrays bit for
    bit: the first draws of a Sobol design are those of a longer one."""
    scenario = load_scenario(SCENARIO)
    law = ParameterTree.load().on(scenario.policy_date)
    stands = economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, law).stands
    base = ground_of(scenario, stands[stands["region_code"].isin(SLICE)])
    shipped = load_package(PACKAGE)
    drawn = draw_yields(base, scenario.seed, tmp_path, count=len(SAMPLE), measures=MEASURES)
    index, arrays = assembled(drawn, base.climate, base.rules)
    own = shipped.table["measure"].isin(MEASURES).to_numpy()
    keys = ["measure", "treatment_year", "climate"]
    assert index[keys].values.tolist() == shipped.table.loc[own, keys].values.tolist()
    codes = Uncertainty.of(shipped).codes
    units = [codes.index(code) for code in SLICE]
    for name in SAMPLE:
        assert arrays[name].tobytes() == shipped.arrays[name][own][:, units].tobytes(), name
    assert shipped.made_of is not None
    read = {path: base.rules.entry(path).value for path in base.rules.used}
    assert {path: shipped.made_of.parameters.get(path) for path in read} == read


def test_what_is_shipped_hangs_together() -> None:
    """What must hold of any: intervals in order, half-widths that narrow no more than a share can, draws inside them or near."""
    shipped = load_package(PACKAGE)
    assert np.all(shipped.arrays[LOW] <= shipped.arrays[HIGH])
    assert np.all(shipped.arrays[HALF_WIDTH] >= 0)
    held = Uncertainty.of(shipped)
    assert held.draws == 128
    assert held.until == (2030, 2040, 2050, 2060)
    widths = held.half_widths("afforestation", "2026-2027", 2055)
    rows = [held.rows["afforestation", year] for year in (2026, 2027)]
    # By hand: the widest over both years, 2050 and 2060.
    expected = shipped.arrays[HALF_WIDTH][rows][:, :, 2:].max(axis=(0, 2))
    assert list(widths.values()) == pytest.approx(expected.tolist(), rel=1e-6)


def test_a_run_decides_on_the_tail_of_the_engines_draws(tmp_path: Path) -> None:
    """The folder of draws is the run's data: factors by unit, measure and period, costs and prices made beside them."""
    path = write_scenario(tmp_path)
    scenario = load_scenario(path)
    codes = Uncertainty.of(load_package(PACKAGE)).codes
    source = np.random.default_rng(1)
    central = np.ones((len(codes), 2, 1))
    drawn = source.normal(1, 0.4, (len(codes), 2, 4, 1)).astype(np.float32)
    yields = DrawnYields(codes, ("afforestation", "compensation"), (2060,), drawn, drawn, central, central)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(carbon_drawn, "draw_yields", lambda *args, **given: {2026: yields})
    made = draw(scenario, tmp_path / "work", count=4)
    monkey.undo()
    made.save(tmp_path / "drawn")
    assert sorted(entry.name for entry in (tmp_path / "drawn").iterdir()) == [
        "carbon_uncertainty",
        "draws.csv",
        "draws.npz",
    ]
    text = path.read_text(encoding="utf-8").replace("{term: carbon, stage: 1}", "{term: carbon, stage: 1, risk: cvar}")
    path.write_text(text, encoding="utf-8")
    prepared = prepare(path, tmp_path / "drawn")
    assert prepared.inputs.draws is not None
    pd.testing.assert_frame_equal(prepared.inputs.draws, made.draws.table)
    assert not are_made(prepared.inputs, prepared.resolved, prepared.rules)
    decision, _ = solve(prepared, lambda text: None)
    assert decision.stages
