"""Plots on maps. Expected numbers by hand, by a closed form, or what a method promises over many samples."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from silvafisc.carbon.monitoring.assisted import assisted, even
from silvafisc.carbon.monitoring.fitted import Fitted, Plots, _skill, fitted
from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, Rules


@pytest.fixture(scope="module")
def rules() -> Iterator[Rules]:
    """30 plots for a model, 10 for a figure, blocks of 50 km, five parts; forests of few trees, which is quicker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("silvafisc.carbon.monitoring.fitted._TREES", 20)
        yield ParameterTree.load().on("2026-01-01")


def landscape(seed: int, n: int = 150, slope: float = 0.8, noise: float = 15.0, regional: float = 0.0) -> Plots:
    """Plots over 500 km; the map explains them by `slope`, and regions of 100 km differ by `regional` as the map does too."""
    chance = np.random.default_rng(seed)
    x, y = chance.uniform(0, 500, (2, n))
    region = (x // 100).astype(int) * 5 + (y // 100).astype(int)
    shift, shown = chance.normal(0, regional, 25), chance.normal(0, 60, 25)
    on_map = np.maximum(0.0, 120 + chance.normal(0, 30, n) + (shown[region] if regional else 0.0))
    value = 10 + slope * on_map + shift[region] + chance.normal(0, noise, n)
    return Plots(value, np.full(n, 5.0), on_map[:, None], x, y)


@pytest.fixture(scope="module")
def good(rules: Rules) -> tuple[Plots, Fitted]:
    plots = landscape(1)
    return plots, fitted(plots, rules)


def test_a_straight_relation_is_found_and_the_forest_left(good: tuple[Plots, Fitted]) -> None:
    plots, model = good
    assert (model.kind, model.refused) == ("ridge", ())
    # a line through all plots has the square of their correlation, one that was not taught a plot a little less
    best = float(np.corrcoef(plots.covariates[:, 0], plots.value)[0, 1] ** 2)
    assert best - 0.05 < model.chosen.blocked.r2 < best
    assert model.chosen.blocked.rmse == pytest.approx(15, rel=0.15)
    told = model.predict(np.array([[100.0], [150.0]]))
    assert told == pytest.approx([90, 130], abs=5)
    assert model.measured == 5
    assert sum(share for share, _ in model.parts) == pytest.approx(1)


def test_a_bent_relation_is_left_to_the_forest(rules: Rules) -> None:
    plots = landscape(2, n=300)
    bent = replace(plots, value=np.where(np.abs(plots.covariates[:, 0] - 120) < 30, 150.0, 50.0))
    assert fitted(bent, rules).kind == "forest"


def test_plots_near_each_other_flatter_a_model_and_blocks_do_not(rules: Rules) -> None:
    """Regions whose level the map happens to tell where it was taught, and not elsewhere."""
    model = fitted(landscape(3, n=250, slope=0.0, noise=5.0, regional=30.0), rules)
    forest = next(trial for trial in model.trials if trial.kind == "forest")
    assert forest.random.r2 > forest.blocked.r2 + 0.1


def test_a_model_worse_than_the_mean_is_refused_aloud(rules: Rules) -> None:
    model = fitted(landscape(4, n=60, slope=0.0, noise=30.0), rules)
    assert model.chosen.blocked.r2 < 0
    (said,) = model.refused
    assert "not used" in said.en
    assert "不采用" in said.zh


def test_the_interval_holds_new_plots_as_often_as_it_says(good: tuple[Plots, Fitted]) -> None:
    _, model = good
    new = landscape(5, n=4000)
    held = np.abs(new.value - model.predict(new.covariates)) <= model.half_width
    # 90 % stated; the quantile of 150 residuals has itself a standard error of 2.4 %
    assert held.mean() == pytest.approx(0.9, abs=0.06)


def test_the_same_plots_give_the_same_figures_in_any_run(good: tuple[Plots, Fitted], rules: Rules) -> None:
    plots, model = good
    again = fitted(plots, rules)
    assert (again.residual == model.residual).all()
    assert again.trials == model.trials


def test_skill_by_hand() -> None:
    # errors 1, -1, 2: mean 2/3, squares 6; spread of 1, 2, 6 about 3: 4 + 1 + 9 = 14
    found = _skill(np.array([1.0, 2.0, 6.0]), np.array([2.0, 1.0, 8.0]))
    assert (found.rmse, found.bias, found.r2) == pytest.approx((2**0.5, 2 / 3, 1 - 6 / 14))


def test_too_few_plots_or_blocks_and_unknown_numbers_are_refused(rules: Rules) -> None:
    plots = landscape(6, n=29)
    with pytest.raises(InputError, match="29 plots"):
        fitted(plots, rules)
    whole = landscape(6, n=40)
    with pytest.raises(InputError, match="blocks of land"):
        fitted(replace(whole, x=whole.x / 20, y=whole.y / 20), rules)
    with pytest.raises(InputError, match="must be known"):
        fitted(replace(whole, covariates=np.full((40, 1), np.nan)), rules)


def test_without_scikit_learn_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import numpy as np\n"
        "from silvafisc.carbon.monitoring.fitted import Plots, fitted\n"
        "from silvafisc.policy import ParameterTree\n"
        "at = np.arange(100.0)\n"
        "fitted(Plots(at, at, at[:, None], at * 50, at), ParameterTree.load().on('2026-01-01'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'silvafisc[monitoring]'" in done.stderr


def test_the_difference_estimator_by_hand(rules: Rules) -> None:
    residual = np.array([1.0, 3.0] * 5)
    found = assisted(80.0, residual, np.arange(10.0), rules)
    assert found is not None
    # mean residual 2; variance 10 / 9 over 10 plots; plots alone: variance of 0 … 9 is 55 / 6
    assert (found.mean, found.sd, found.plain_sd) == pytest.approx((82, (1 / 9) ** 0.5, (55 / 60) ** 0.5))
    assert assisted(80.0, residual[:9], residual[:9], rules) is None


def test_a_bad_map_cannot_bias_a_figure_and_the_error_is_honest(rules: Rules) -> None:
    """500 samples of 40 pixels out of 5000, with a map that is 60 too high: unbiased, and 90 % within 1.685 errors."""
    chance = np.random.default_rng(7)
    truth = chance.gamma(4, 25, 5000)
    bad = truth + 60 + chance.normal(0, 10, 5000)
    missed, within, gain = [], 0, []
    for _ in range(500):
        drawn = chance.choice(5000, 40, replace=False)
        found = assisted(float(bad.mean()), truth[drawn] - bad[drawn], truth[drawn], rules)
        assert found is not None
        missed.append(found.mean - truth.mean())
        within += abs(missed[-1]) <= 1.685 * found.sd
        gain.append(found.plain_sd / found.sd)
    # standard error of the mean of 500: 10 / sqrt(40 x 500) = 0.07, against a bias of the map of 60
    assert abs(np.mean(missed)) < 0.25
    assert within / 500 == pytest.approx(0.9, abs=0.04)
    assert np.mean(gain) == pytest.approx(truth.std() / 10, rel=0.05)


def test_uneven_plots_are_seen() -> None:
    # 10 and 30 plots on equal land: chi-square 10 with one degree of freedom; in proportion: none
    assert even([10, 30], [1.0, 1.0]) == pytest.approx(0.00157, rel=0.01)
    assert even([10, 30], [1.0, 3.0]) == 1
    assert even([7], [5.0]) == 1
