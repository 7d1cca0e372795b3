"""Draws of the carbon engine: written, resumed, and as a table that the allocation reads."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.carbon.conftest import changed
from tests.carbon.uncertainty.small import UNITS, stands

from silvafisc.carbon.uncertainty.drawn import Draw
from silvafisc.carbon.uncertainty.follow import Added
from silvafisc.carbon.uncertainty.sources import CAUSES, LOSS, LOSS_FACTOR
from silvafisc.carbon.uncertainty.yields import DrawnYields
from silvafisc.datasets import InputError
from silvafisc.results.draws import CARBON, COST, PRICE, DrawsError, draws_of, read_draws
from silvafisc.results.outcome import write_csv
from silvafisc.runs import carbon_draws
from silvafisc.runs.carbon_draw_table import draw_factors, with_engine_carbon
from silvafisc.runs.carbon_draws import Ground, draw_yields, ground, load_yields, save_yields, what_matters

YEARS = range(2026, 2029)
MEASURES = ("compensation", "fertilising")


@pytest.fixture(scope="module")
def base() -> Ground:
    return ground(stands(), YEARS, "today", changed(uncertainty__milestones="2027;2028"))


def test_draws_are_resumed_and_written_alike(base: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carbon_draws, "CHUNK", 2)
    told: list[str] = []
    whole = draw_yields(base, 5, tmp_path / "a", count=4, measures=MEASURES, progress=told.append)[2026]
    assert told == ["carbon draws 1/5", "carbon draws 3/5", "carbon draws 5/5"]
    assert whole.additional.shape == (len(UNITS), len(MEASURES), 4, 2)
    assert whole.additional.dtype == np.float32
    assert np.ptp(whole.additional, axis=2).min() > 0
    kept = sorted((tmp_path / "a").iterdir())
    assert len(kept) == 3
    # One chunk is lost: only it is worked out again, and the same file comes out.
    kept[0].unlink()
    worked: list[Draw] = []
    added = Ground.added

    def counted(self: Ground, draw: Draw, measures: Sequence[str], until: Sequence[int]) -> Added:
        worked.append(draw)
        return added(self, draw, measures, until)

    monkeypatch.setattr(Ground, "added", counted)
    again = draw_yields(base, 5, tmp_path / "a", count=4, measures=MEASURES)[2026]
    assert 1 <= len(worked) <= 2
    files = [save_yields({2026: found}, tmp_path / name) for found, name in ((whole, "one"), (again, "two"))]
    assert files[0].read_bytes() == files[1].read_bytes()
    loaded = load_yields(tmp_path / "one")[2026]
    assert (loaded.codes, loaded.measures, loaded.milestones) == (UNITS, MEASURES, (2027, 2028))
    np.testing.assert_array_equal(loaded.additional, whole.additional)
    # Another seed is another key, and other numbers.
    other = draw_yields(base, 6, tmp_path / "a", count=2, measures=MEASURES)[2026]
    assert not np.array_equal(other.additional, whole.additional[:, :, :2])


def test_a_cause_drawn_alone_moves_only_what_hangs_on_it(base: Ground, tmp_path: Path) -> None:
    """Fertilising loses to the hazard only what it has gained; compensation is nearly proportional to it."""
    found = draw_yields(base, 5, tmp_path, count=2, measures=MEASURES, causes=[LOSS])[2026]
    spread = np.ptp(found.additional, axis=2)[:, :, -1] / np.abs(found.additional_central[:, :, -1])
    assert (spread[:, 0] > 0.1).all()
    assert (spread[:, 1] < 0.05).all()


@pytest.mark.slow
def test_several_processes_give_the_same_numbers(base: Ground, tmp_path: Path) -> None:
    """The other road is one process."""
    one, two = (
        draw_yields(base, 5, tmp_path / str(processes), count=2, measures=["fertilising"], processes=processes)[2026]
        for processes in (1, 2)
    )
    np.testing.assert_array_equal(one.additional, two.additional)


def test_the_indices_take_every_source_as_part_of_its_cause(base: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: tonnes that are the loss hazard's draw itself hang on that cause alone, its index is 1, the others' 0."""

    def added(self: Ground, draw: Draw, measures: Sequence[str], until: Sequence[int]) -> Added:
        tonnes = np.full((1, len(measures), len(UNITS), 1), draw[LOSS_FACTOR])
        return Added(tonnes, tonnes)

    monkeypatch.setattr(Ground, "added", added)
    table = what_matters(base, ["compensation"], np.ones(len(UNITS)), 256, 1)
    assert sorted(table["group"]) == sorted(CAUSES)
    assert table["group"][0] == LOSS
    np.testing.assert_allclose(table["total"], [1] + [0] * (len(CAUSES) - 1), atol=0.02)


def test_an_unknown_climate_is_refused() -> None:
    with pytest.raises(InputError, match="unknown climate"):
        ground(stands(), YEARS, "hotter", changed(uncertainty__milestones="2027;2028"))


def yields(additional: np.ndarray, central: np.ndarray) -> DrawnYields:
    drawn = additional[..., None].astype(np.float32)
    return DrawnYields(UNITS, MEASURES, (2060,), drawn, drawn, central[..., None], central[..., None])


def sample() -> DrawnYields:
    source = np.random.default_rng(3)
    central = np.array([[0.02, 0.1], [0.03, -0.2]])
    return yields(central[..., None] * source.normal(1, 0.4, (2, 2, 5)), central)


def test_factors_give_back_the_drawn_tonnes_with_their_correlation(tmp_path: Path) -> None:
    """Round trip through the file: central tonnes times the factors read are the drawn tonnes."""
    given = sample()
    write_csv(draw_factors({"": given}).table, tmp_path / "draws.csv")
    read = read_draws(tmp_path / "draws.csv")
    keys = [(code, measure, "", "2026", "1") for code in UNITS for measure in MEASURES]
    patterns = read.patterns(CARBON, keys)
    tonnes = patterns.factors[:, patterns.of] * given.additional_central.reshape(-1)
    np.testing.assert_allclose(tonnes, given.additional.reshape(4, -1).T, rtol=1e-6)
    np.testing.assert_allclose(np.corrcoef(tonnes.T), np.corrcoef(given.additional.reshape(4, -1)), atol=1e-6)


def test_periods_have_factors_of_their_own() -> None:
    first, second = sample(), replace(sample(), additional=2 * sample().additional)
    found = draw_factors({"2026": first, "2030": second})
    patterns = found.patterns(CARBON, [(UNITS[0], "compensation", "", year, "") for year in ("2026", "2030")])
    one, two = (patterns.factors[:, at] for at in patterns.of)
    np.testing.assert_allclose(two, 2 * one, rtol=1e-6)


def test_costs_prices_and_other_measures_stay() -> None:
    made = draws_of(
        {
            (CARBON, ("", "compensation", "", "")): ["1"] * 5,
            (CARBON, ("", "factor_pot", "", "")): ["2"] * 5,
            (COST, ("", "compensation", "", "")): ["3"] * 5,
            (PRICE, ("", "", "", "")): ["60"] * 5,
        }
    )
    both = with_engine_carbon(made, {"": sample()})
    keys = [(UNITS[0], "compensation", "", "", ""), (UNITS[0], "factor_pot", "", "", "")]
    found = both.patterns(CARBON, keys)
    expected = sample().additional[0, 0, :, 0] / 0.02
    np.testing.assert_allclose(found.factors[:, found.of[0]], expected, rtol=1e-6)
    np.testing.assert_array_equal(found.factors[:, found.of[1]], 2)
    np.testing.assert_array_equal(both.prices(), 60)
    assert both.has(COST)


def test_what_no_factor_can_say_is_refused() -> None:
    with pytest.raises(DrawsError, match="adds nothing centrally"):
        draw_factors({"": yields(np.ones((2, 2, 3)), np.zeros((2, 2)))})
    nothing = draw_factors({"": yields(np.zeros((2, 2, 3)), np.zeros((2, 2)))})
    assert set(nothing.table["value"]) == {"1.000000000"}
    with pytest.raises(DrawsError, match="1 draws of costs"):
        with_engine_carbon(draws_of({(PRICE, ("", "", "", "")): ["60"]}), {"": sample()})
    everything = draws_of({(CARBON, ("", "", "", "")): ["1"] * 5})
    with pytest.raises(DrawsError, match="all measures"):
        with_engine_carbon(everything, {"": sample()})
