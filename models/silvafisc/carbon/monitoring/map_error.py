"""How wrong the mean of a map over a unit may be, when neighbouring pixels are wrong together."""

from dataclasses import dataclass
from math import pi, sqrt

from silvafisc.policy import Rules

from ..errors import refuse
from .maps import PREFIX

KINDS = ("biomass", "cover")
"""What a map shows: biomass errs by a share of what it shows, cover by an amount."""


@dataclass(frozen=True)
class MapError:
    """Standard errors of the mean over a unit, in the unit of the map.

    effective: number of independent pixels that the unit is worth, 1 or more. local: of errors that average out, slowly.
    common: of the error that the whole map has, so that no area narrows it. sd: of both.
    """

    effective: float
    local: float
    common: float

    @property
    def sd(self) -> float:
        """√(local² + common²)."""
        return sqrt(self.local**2 + self.common**2)


def correlation_area(rules: Rules) -> float:
    """km² over which errors go together: α = ∫ρ(h) dh = π a² / 5 for the spherical correlogram
    ρ(h) = 1 − 3h/2a + h³/2a³ of range a = `range`."""
    return pi * rules.number(PREFIX + "range") ** 2 / 5


def map_error(kind: str, mean: float, mean_square: float, area_km2: float, rules: Rules) -> MapError:
    """Error of a mean over `area_km2`, of errors that are correlated in space.

    var(mean) = (1/A²) ∬ σ(x) σ(y) ρ(|x − y|) dx dy  ≤  min((mean σ)², mean σ² · α / A), because 2ab ≤ a² + b² and the
    integral of ρ over any unit is at most α (Vanmarcke 1983; Wadoux and Heuvelink 2023 on averages of maps). So the error
    falls with the root of A / α and not of the number of pixels, and finer pixels of the same land narrow nothing.
    The bound holds for every shape; it is exact for units much wider than the range and for the variances of the parts of
    a region, which sum to that of the whole.

    kind: `biomass`, σ = `pixel_error` x value; `cover`, σ = `cover_pixel_error`. The common part is
    `common_error` x mean, or `cover_common_error`.
    mean, mean_square: of the pixels, weighted by area. area_km2: mapped area of the unit.

    Raises:
        InputError: an unknown kind, no area, a mean below zero.
    """
    if kind not in KINDS or not area_km2 > 0 or not mean >= 0:
        en, zh = f"{kind}, mean {mean}, {area_km2} km2", f"{kind}、均值 {mean}、面积 {area_km2} 平方公里"
        raise refuse("map", f"no error can be told of {en}", f"无法给出误差：{zh}")
    if kind == "biomass":
        share, common = rules.number(PREFIX + "pixel_error"), rules.number(PREFIX + "common_error") * mean
        whole, square = (share * mean) ** 2, share**2 * mean_square
    else:
        pixel, common = rules.number(PREFIX + "cover_pixel_error"), rules.number(PREFIX + "cover_common_error")
        whole = square = pixel**2
    effective = max(1.0, area_km2 / correlation_area(rules))
    return MapError(effective, sqrt(min(whole, square / effective)), common)
