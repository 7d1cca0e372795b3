"""What a trail over a terrain costs and damages per metre: pure functions of arrays."""

from dataclasses import dataclass, fields

import numpy as np

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from ..errors import refuse
from ..mixtures import Array

_PREFIX = "assumptions.carbon.extraction."
_CO2E_PER_TC = float(UNITS["tc"].factor)
_M2_PER_HA = float(UNITS["ha"].factor / UNITS["km2"].factor) * 1000**2


@dataclass(frozen=True)
class Trail:
    """A trail. trail_cost: yuan/m on level ground; slope_growth: exponent per unit of slope; slope_limit: rise over run;
    trail_width, side_width: m, the latter on each side; trail_damage, side_damage: share of the trees there that die;
    stumpage: yuan/m3; stems: per ha; carbon_per_m3: tC/m3.
    """

    trail_cost: float
    slope_growth: float
    slope_limit: float
    trail_width: float
    trail_damage: float
    side_width: float
    side_damage: float
    stumpage: float
    stems: float
    carbon_per_m3: float

    def __post_init__(self) -> None:
        limits = {"trail_damage": 1.0, "side_damage": 1.0}
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= limits.get(field.name, np.inf):
                en, zh = f"is out of range: {value:g}", f"超出范围：{value:g}"
                raise refuse(_PREFIX + field.name, en, zh)
        if not (self.trail_cost > 0 and self.trail_width > 0):
            # A metre without any cost would leave the routes undetermined.
            raise refuse(_PREFIX + "trail_cost", "cost and width must be above zero", "成本和宽度须大于零")

    @property
    def cleared(self) -> float:
        """m2 per metre whose trees are lost: w d + 2 b δ."""
        return self.trail_width * self.trail_damage + 2 * self.side_width * self.side_damage

    @property
    def touched(self) -> float:
        """m2 per metre in which anything is damaged: w + 2 b."""
        return self.trail_width + 2 * self.side_width


@dataclass(frozen=True)
class Terrain:
    """A grid. slope: (rows, columns) rise over run, NaN where unknown. volume: the same shape, m3/ha of the stand that
    stays, NaN where unknown; None where nothing is known of it. cell: height and width of a cell, m.
    """

    slope: Array
    volume: Array | None
    cell: tuple[float, float]

    def __post_init__(self) -> None:
        if self.slope.ndim != 2 or not min(self.cell) > 0:
            raise refuse("terrain", "needs a grid of cells with a size", "须为有像元大小的栅格")
        if self.volume is not None and self.volume.shape != self.slope.shape:
            en = f"the grids differ: {self.volume.shape} and {self.slope.shape}"
            raise refuse("terrain", en, f"两个栅格大小不同：{self.volume.shape} 与 {self.slope.shape}")


def read_trail(rules: Rules) -> Trail:
    """The trail on record. Raises InputError for values out of range."""

    def number(name: str) -> float:
        return rules.number(_PREFIX + name)

    return Trail(
        trail_cost=number("trail_cost"),
        slope_growth=number("slope_growth"),
        slope_limit=float(rules.fraction(_PREFIX + "slope_limit")),
        trail_width=number("trail_width"),
        trail_damage=number("trail_damage"),
        side_width=number("side_width"),
        side_damage=number("side_damage"),
        stumpage=number("stumpage"),
        stems=number("stems"),
        carbon_per_m3=number("carbon_per_m3"),
    )


def slope_of(elevation: Array, cell: tuple[float, float]) -> Array:
    """Rise over run of a grid of metres: s = √((∂z/∂x)² + (∂z/∂y)²), by central differences, one-sided at the edge.

    A cell beside an unknown height is unknown.

    Raises:
        InputError: fewer than two cells in a direction.
    """
    if min(elevation.shape) < 2:
        raise refuse("terrain", "a slope needs two cells in each direction", "计算坡度每个方向至少需要两个像元")
    down, across = np.gradient(elevation, *cell)
    steepness = np.hypot(down, across)
    steepness[np.isnan(elevation)] = np.nan
    return np.asarray(steepness)


def volume_of(biomass: Array, trail: Trail, rules: Rules) -> Array:
    """m3/ha of dry biomass in t/ha: B · CF / (tC per m3)."""
    return np.asarray(biomass * rules.number(_PREFIX + "carbon_fraction") / trail.carbon_per_m3)


def cost_per_metre(terrain: Terrain, trail: Trail) -> Array:
    """(rows, columns) yuan/m: c_0 exp(g s) + V (w d + 2 b δ) p / 10⁴; infinite where no trail may go.

    in words: a level metre, dearer with slope, and the trees that a metre of trail costs at their value. No trail goes
    where the slope is above its limit, or slope or stand is unknown.
    """
    cost = trail.trail_cost * np.exp(trail.slope_growth * np.minimum(terrain.slope, trail.slope_limit))
    if terrain.volume is not None:
        cost = cost + terrain.volume * trail.cleared * trail.stumpage / _M2_PER_HA
    return np.where(np.isnan(cost) | (terrain.slope > trail.slope_limit), np.inf, cost)


def per_metre(terrain: Terrain, trail: Trail) -> dict[str, Array]:
    """What a metre of trail through each cell takes, by name: cost_yuan, lost_m3, lost_trees, lost_tco2e.

    Without a grid of the stand only the cost is known. Trees: N (w d + 2 b δ) / 10⁴ where any stand.
    """
    found = {"cost_yuan": cost_per_metre(terrain, trail)}
    if terrain.volume is not None:
        found["lost_m3"] = terrain.volume * trail.cleared / _M2_PER_HA
        stands = np.where(np.isnan(terrain.volume), np.nan, terrain.volume > 0)
        found["lost_trees"] = stands * trail.stems * trail.cleared / _M2_PER_HA
        found["lost_tco2e"] = found["lost_m3"] * trail.carbon_per_m3 * _CO2E_PER_TC
    return found
