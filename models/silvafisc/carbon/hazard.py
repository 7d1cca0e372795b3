"""Stock of a mu of forest that loses a share of its standing volume each year, and regrows what it lost."""

import numpy as np

from silvafisc.policy import Rules

from .errors import refuse
from .mixtures import Array


def surviving(hazard: Array) -> Array:
    """(units, n) yearly loss shares -> (units, n + 1, n + 1): share Q[u, j, k] of what stood at the end of year j that
    still stands at the end of year k, Q = Π_{i=j+1..k} (1 - h_i); zero where k < j.
    """
    kept = np.concatenate([np.zeros_like(hazard[:, :1]), np.cumsum(np.log1p(-hazard), axis=1)], axis=1)
    years = np.arange(kept.shape[1])
    later = years[None, :] >= years[:, None]
    # Masking before exp: differences of earlier years are positive and mean nothing.
    difference = np.where(later[None], kept[:, None, :] - kept[:, :, None], -np.inf)
    return np.asarray(np.exp(difference))


def stock_under_loss(original: Array, regrowth: Array, hazard: Array) -> Array:
    """(units, n + 1) carbon at the end of each year.

    S_k = Q(0, k) C_k + Σ_{j=1..k} h_j Q(j, k) P_{k-j}.
    In words: the share of the original stand that no loss has reached, plus for each past year the share lost in it
    (a loss of share h of the volume is taken as the whole volume of share h of the area, standing or regrown), which
    has grown from nothing since. The benefit of a year without loss is largest at once and fades as the lost part
    would have regrown.

    original: (units, n + 1) carbon of the stand without loss, C; regrowth: (units, n + 1) carbon at ages 0 .. n, P;
    hazard: (units, n) share lost at the end of years 1 .. n, in [0, 1).
    """
    if np.any(hazard < 0) or np.any(hazard >= 1):
        raise ValueError("loss hazards must lie in [0, 1)")
    kept = surviving(hazard)
    years = hazard.shape[1] + 1
    age = np.arange(years)[None, :] - np.arange(years)[:, None]
    grown = np.where(age >= 0, regrowth[:, np.maximum(age, 0)], 0.0)
    lost = np.concatenate([np.zeros_like(hazard[:, :1]), hazard], axis=1)
    return np.asarray(kept[:, 0, :] * original + np.einsum("uj,ujk,ujk->uk", lost, kept, grown))


def loss_hazard_band(rules: Rules) -> tuple[float, float, float]:
    """(low, central, high) yearly loss share of protected forest: the band that every briefing's sensitivity walks.

    Raises:
        InputError: the three do not ascend inside [0, 1).
    """
    low, central, high = (rules.number(f"assumptions.carbon.hazard.{name}") for name in ("low", "central", "high"))
    if not 0 <= low <= central <= high < 1:
        en, zh = f"must ascend inside [0, 1): {low}, {central}, {high}", f"须在 [0, 1) 内递增：{low}、{central}、{high}"
        raise refuse("assumptions.carbon.hazard", en, zh)
    return low, central, high
