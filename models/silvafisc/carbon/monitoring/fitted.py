"""Plots explained by maps: models that are tried where they have not been taught, and refused where they fail there.

scikit-learn (extra `[monitoring]`) is imported when a model is fitted, nowhere else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules

from ..errors import needs, refuse
from ..mixtures import Array
from .maps import PREFIX

_SEED = 20260101
"""Of the random parts and of the forest; fixed, so that the same plots give the same figures."""
_PENALTIES = np.logspace(-3, 3, 13)
"""Ridge: covariates are standardised, so that this spans no shrinkage to nearly all; the fit itself chooses."""
_TREES, _LEAF = 100, 5
"""Forest: enough trees that their number does not matter; leaves of the size that is usual for regression."""


@dataclass(frozen=True, eq=False)
class Plots:
    """value (n,) measured, with sd (n,) of the measurement, NaN where not told; covariates (n, k) of the maps there; x, y (n,) in km."""

    value: Array
    sd: Array
    covariates: Array
    x: Array
    y: Array


@dataclass(frozen=True)
class Skill:
    """Of predictions of plots that the model was not taught: root mean square error, mean of prediction − measured,
    and R² = 1 − Σ e² / Σ (y − ȳ)², below 0 where the mean of all plots would do better."""

    rmse: float
    bias: float
    r2: float


@dataclass(frozen=True)
class Trial:
    """One kind of model. blocked: blocks of land are left out whole. random: plots are, whose neighbours stay."""

    kind: str
    blocked: Skill
    random: Skill


@dataclass(frozen=True, eq=False)
class Fitted:
    """The kind whose blocked error is smallest, and all that were tried.

    parts: the models of random cross-validation with the share of plots that each was tried on; they predict together.
    residual (n,): measured − predicted by the part that did not see the plot. half_width: of the interval that holds a
    new plot far from all others with the stated confidence. blocks: of land with plots. measured: root mean square of
    the plots' own sd, of which no model can be rid; NaN where one is not told. refused: why the model must not be used.
    """

    kind: str
    trials: tuple[Trial, ...]
    parts: tuple[tuple[float, Any], ...]
    residual: Array
    half_width: float
    blocks: int
    measured: float
    refused: tuple[Finding, ...]

    @property
    def chosen(self) -> Trial:
        """The trial of the kind taken."""
        return next(trial for trial in self.trials if trial.kind == self.kind)

    def predict(self, covariates: Array) -> Array:
        """(m,) for covariates (m, k): Σ share x prediction of each part."""
        return np.asarray(sum(share * model.predict(covariates) for share, model in self.parts), np.float64)


def fitted(plots: Plots, rules: Rules) -> Fitted:
    """The best model of plots on maps, refused where it fails away from the plots that taught it.

    Ridge regression and a random forest are fitted. Each is tried by leaving out blocks of land whole (squares of
    `block_size`, dealt out to `folds` parts, Roberts et al. 2017), because plots near each other are alike and plots
    dealt out at random flatter a model; both are told. The kind with the smaller blocked error is taken; where even its
    blocked R² is below 0 it is refused.

    half_width is the ⌈(n + 1) c⌉-th smallest absolute blocked residual, c the confidence (split conformal prediction,
    Lei et al. 2018): it needs no bell curve.

    Raises:
        InputError: fewer plots than `model_plots`, fewer blocks than parts, numbers that are none, no scikit-learn.
    """
    _check(plots, rules)
    parts = round(rules.number(PREFIX + "folds"))
    block = _blocks(plots, rules.number(PREFIX + "block_size"))
    blocks = int(block.max()) + 1
    if blocks < parts:
        en = f"plots stand in {blocks} blocks of land: {parts} are needed to leave one part out at a time"
        zh = f"样地只落在 {blocks} 个空间分块内，交叉检验至少需要 {parts} 个"
        raise refuse("plots", en, zh)
    dealt = np.random.default_rng(_SEED)
    by_block = _dealt(blocks, parts, dealt)[block]
    by_plot = _dealt(len(plots.value), parts, dealt)
    trials, held = [], {}
    for kind, make in _kinds().items():
        apart, _ = _crossed(make, plots, by_block)
        alike, models = _crossed(make, plots, by_plot)
        trials.append(Trial(kind, _skill(plots.value, apart), _skill(plots.value, alike)))
        held[kind] = apart, alike, models
    best = min(trials, key=lambda trial: trial.blocked.rmse)
    apart, alike, models = held[best.kind]
    rank = int(np.ceil((len(apart) + 1) * rules.number("assumptions.carbon.monitoring.confidence")))
    wide = np.sort(np.abs(plots.value - apart))
    return Fitted(
        best.kind,
        tuple(trials),
        models,
        plots.value - alike,
        float(wide[rank - 1]) if rank <= len(wide) else float("inf"),
        blocks,
        float(np.sqrt((plots.sd**2).mean())),
        tuple(_refused(best)),
    )


def _refused(best: Trial) -> Iterator[Finding]:
    if not best.blocked.r2 >= 0:
        en = (
            f"a model of the plots on the map is not used: left out by blocks, its R² is {best.blocked.r2:.2f} ({best.kind}), "
            f"worse than the mean of the plots; left out at random it is {best.random.r2:.2f}. The plots stand alone"
        )
        zh = (
            f"不采用样地—遥感图模型：按空间分块检验 R² 为 {best.blocked.r2:.2f}（{best.kind}），不如样地均值；"
            f"随机检验为 {best.random.r2:.2f}。仅用样地均值"
        )
        yield Finding("carbon", "model", en, zh)


def _check(plots: Plots, rules: Rules) -> None:
    n, needed = len(plots.value), round(rules.number(PREFIX + "model_plots"))
    if n < needed:
        en, zh = f"{n} plots on the map: a model needs {needed}", f"图上有 {n} 个样地，拟合模型至少需要 {needed} 个"
        raise refuse("plots", en, zh)
    known = all(np.isfinite(part).all() for part in (plots.value, plots.covariates, plots.x, plots.y))
    if not known or plots.covariates.shape[:1] != (n,) or (plots.sd < 0).any():
        raise refuse("plots", "values, places and covariates must be known", "数值、位置和协变量须已知")


def _blocks(plots: Plots, side: float) -> NDArray[np.int64]:
    """(n,) number of the square that holds each plot, from 0; squares without plots have none."""
    squares = np.floor(np.column_stack([plots.x, plots.y]) / side)
    return np.asarray(np.unique(squares, axis=0, return_inverse=True)[1]).ravel()


def _dealt(count: int, parts: int, chance: np.random.Generator) -> NDArray[np.int64]:
    """(count,) part of each, in random order, sizes differing by at most one."""
    return chance.permutation(np.arange(count) % parts)


def _kinds() -> Mapping[str, Callable[[], Any]]:
    """Kind -> an unfitted model. Raises InputError without scikit-learn."""
    with needs("sklearn", "monitoring", "scikit-learn"):
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    return {
        "ridge": lambda: make_pipeline(StandardScaler(), RidgeCV(alphas=_PENALTIES)),
        "forest": lambda: RandomForestRegressor(n_estimators=_TREES, min_samples_leaf=_LEAF, random_state=_SEED),
    }


def _crossed(
    make: Callable[[], Any], plots: Plots, part: NDArray[np.int64]
) -> tuple[Array, tuple[tuple[float, Any], ...]]:
    """((n,) prediction of each plot by the model that was taught the other parts, those models with their shares)."""
    told, models = np.empty(len(part)), []
    for number in range(int(part.max()) + 1):
        left_out = part == number
        model = make().fit(plots.covariates[~left_out], plots.value[~left_out])
        told[left_out] = model.predict(plots.covariates[left_out])
        models.append((float(left_out.mean()), model))
    return told, tuple(models)


def _skill(measured: Array, told: Array) -> Skill:
    error = told - measured
    spread = float(((measured - measured.mean()) ** 2).sum())
    r2 = 1 - float((error**2).sum()) / spread if spread else float("-inf")
    return Skill(float(np.sqrt((error**2).mean())), float(error.mean()), r2)
