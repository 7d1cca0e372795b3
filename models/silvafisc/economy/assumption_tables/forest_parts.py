"""What a province's forest area is made of: arbor forest, bamboo, special shrubland.

    F_r = A_r + B_r + S_r,   sum A, sum B published, so sum S = sum F - sum A - sum B

    S_r = F_r (1 - (natural + planted) / forest)   where an inventory release gives all three                     found
    S_r = F_r - types_r                            where a table of forest types gives arbor forest and bamboo    found
    S_r = F_r min(c, 1 - (1 - z0) e^(-k h_r (v / v_r)^g)),   h_r = 1 - min(1, P_r / P0) (1 - m_r)        elsewhere assumed

in words: shrubland counts as forest where it is too dry or too high for trees, so its share rises with harshness h (rain P
below P0, share m of high mountains) and with low stocking v_r. z0 is the share in the found provinces without
harshness; k is the one value at which the nation's shrubland is what the published totals leave. No province is set by
hand: what is found is taken as found, all others share one formula.
Rain is that of the weather stations, not of the forest sites: shrubland stands where the trees do not.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS, share
from silvafisc.quantities.money import exact_decimal

from ..facts import REGION, Facts, TableOfFacts, rounded

PARAMETERS = "assumptions.economy.stands."
HIGH_MOUNTAINS = "assumptions.carbon.composition.alpine_share"
TYPES_IN_FULL = "assumptions.carbon.composition.published_regions"
NATIONAL_ARBOR = "arbor_forest_area_31_provinces"
NATIONAL_BAMBOO = "bamboo_forest_area_31_provinces"
NATIONAL_STOCKING = "arbor_stock_per_ha"
STATION_RAIN = "cru_precipitation_mm"
BAMBOO_AREAS = PARAMETERS + "bamboo_areas"
BAMBOO = "竹"
"""What the name of a type of bamboo forest contains."""
BISECTIONS = 100
LARGEST_SCALE = 2.0**20
DIGITS = 6


@dataclass(frozen=True)
class Evidence:
    """The packages that say something about what a forest area is made of."""

    provinces: Facts
    totals: Facts
    climate: Facts
    releases: Facts
    types: TableOfFacts


@dataclass(frozen=True)
class ForestParts:
    """A province's forest area by kind, in mu, and where its shrubland comes from: release, types or formula."""

    arbor: Fraction
    bamboo: Fraction
    shrub: Fraction
    basis: str

    @property
    def shrub_share(self) -> Fraction:
        """Special shrubland as a share of the forest area."""
        return self.shrub / (self.arbor + self.bamboo + self.shrub)


def forest_parts(evidence: Evidence, rules: Rules) -> Mapping[str, ForestParts]:
    """Code -> parts of the forest area; the arbor areas sum to the national one within the sixth decimal of each share.

    Raises:
        ValueError: found areas exceed a province's forest, or no scale of the formula meets the national shrubland.
    """
    provinces = evidence.provinces
    forest = {code: provinces.exact(code, "forest_area_10k_ha", "mu") for code in provinces.codes}
    listed = _type_areas(evidence.types, rules)
    bamboo = _bamboo(evidence, {code: areas[1] for code, areas in listed.items()}, rules)
    released = _released_shares(evidence.releases)
    found = {code: forest[code] - arbor - bamboo[code] for code, (arbor, _) in listed.items()}
    found |= {code: forest[code] * part for code, part in released.items()}
    arbor = evidence.totals.exact(NATIONAL_ARBOR, "value", "mu")
    national = sum(forest.values()) - arbor - sum(bamboo.values())
    shrub = found | _by_formula(evidence, forest, found, national, rules)
    parts = {}
    for code, area in forest.items():
        rest = area - bamboo[code] - shrub[code]
        if shrub[code] < 0 or rest <= 0:
            raise ValueError(f"bamboo and shrubland leave {code} no arbor forest, or shrubland is negative")
        basis = "release" if code in released else "types" if code in listed else "formula"
        parts[code] = ForestParts(rest, bamboo[code], shrub[code], basis)
    return parts


def _released_shares(releases: Facts) -> dict[str, Fraction]:
    """Code -> share of forest that is neither natural nor planted forest, where a release gives all three."""
    shares = {}
    for code in releases.codes:
        kinds = [f"{kind}_forest_area_10k_ha" for kind in ("natural", "planted")]
        if all(releases.text(code, kind) for kind in kinds):
            forest = releases.exact(code, "forest_area_10k_ha")
            shares[code] = 1 - sum(releases.exact(code, kind) for kind in kinds) / forest
    return shares


def _type_areas(types: TableOfFacts, rules: Rules) -> dict[str, tuple[Fraction, Fraction]]:
    """Code -> (arbor forest, bamboo) in mu, of the provinces whose table of forest types is complete."""
    unit = UNITS[types.columns["area_10k_ha"].unit].factor
    areas = dict.fromkeys(rules.texts(TYPES_IN_FULL), (Fraction(0), Fraction(0)))
    own = types.table[REGION].isin(list(areas)) & ~types.table["is_total"].astype(bool)
    for cells in types.text[own.to_numpy()].to_dict("records"):
        arbor, bamboo = areas[str(cells[REGION])]
        area = Fraction(exact_decimal(str(cells["area_10k_ha"]), f"area of {cells['forest_type']}")) * unit
        in_bamboo = BAMBOO in str(cells["forest_type"])
        areas[str(cells[REGION])] = (arbor, bamboo + area) if in_bamboo else (arbor + area, bamboo)
    return areas


def _bamboo(evidence: Evidence, found: Mapping[str, Fraction], rules: Rules) -> dict[str, Fraction]:
    """Code -> bamboo in mu: found, else recalled areas scaled to what the nation has beside the found ones."""
    recalled = {code: size for code, size in _by_code(BAMBOO_AREAS, rules).items() if code not in found}
    if unknown := sorted(set(recalled) - set(evidence.provinces.codes)):
        raise ValueError(f"{BAMBOO_AREAS} names {unknown}, which are no provinces")
    rest = evidence.totals.exact(NATIONAL_BAMBOO, "value", "mu") - sum(found.values())
    if rest < 0 or not any(recalled.values()):
        raise ValueError(f"{BAMBOO_AREAS} leaves nobody to hold the nation's other {float(rest):.0f} mu of bamboo")
    scale = rest / sum(recalled.values())
    return {code: found.get(code, scale * recalled.get(code, Fraction(0))) for code in evidence.provinces.codes}


def _by_formula(
    evidence: Evidence,
    forest: Mapping[str, Fraction],
    found: Mapping[str, Fraction],
    national: Fraction,
    rules: Rules,
) -> dict[str, Fraction]:
    """Code -> special shrubland in mu of the provinces for which nothing was found."""
    harsh = _harshness(evidence, rules)
    mild = [code for code in found if harsh[code] == 0]
    if not mild:
        raise ValueError("no province without dryness and high mountains has a found share of shrubland")
    least = float(sum(found[code] for code in mild) / sum(forest[code] for code in mild))
    most = rules.number(PARAMETERS + "shrub_share_maximum")
    exponent = rules.number(PARAMETERS + "shrub_exponent")
    stocking = float(evidence.totals.exact(NATIONAL_STOCKING, "value"))
    pull = {}
    for code in forest:
        own = evidence.provinces.exact(code, "forest_stock_10k_m3", "m3") / (forest[code] / UNITS["ha"].factor)
        pull[code] = float(harsh[code]) * (stocking / float(own)) ** exponent
    free = [code for code in forest if code not in found]

    def shares(scale: float) -> dict[str, float]:
        return {code: min(most, 1 - (1 - least) * math.exp(-scale * pull[code])) for code in free}

    def total(scale: float) -> float:
        return sum(float(forest[code]) * part for code, part in shares(scale).items())

    wanted = float(national - sum(found.values()))
    low, high = 0.0, 1.0
    while total(high) < wanted and high < LARGEST_SCALE:
        low, high = high, high + high
    if not total(0.0) <= wanted <= total(high):
        raise ValueError(f"no scale of the shrubland formula meets the national area: {wanted:.0f} mu are left over")
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if total(middle) < wanted else (low, middle)
    return {code: forest[code] * rounded(part, DIGITS) for code, part in shares(high).items()}


def _harshness(evidence: Evidence, rules: Rules) -> dict[str, Fraction]:
    """Code -> h in 0..1: 0 where rain suffices and there are no high mountains."""
    enough = rules.fraction(PARAMETERS + "enough_rain")
    mountains = _by_code(HIGH_MOUNTAINS, rules)
    harsh = {}
    for code in evidence.provinces.codes:
        rain = min(evidence.climate.exact(code, STATION_RAIN) / enough, Fraction(1))
        prefixes = [prefix for prefix in mountains if code.startswith(prefix)]
        high = mountains[max(prefixes, key=len)] if prefixes else Fraction(0)
        harsh[code] = 1 - rain * (1 - high)
    return harsh


def _by_code(path: str, rules: Rules) -> dict[str, Fraction]:
    """A parameter `code=number;code=number` as exact numbers. Raises ValueError on anything else."""
    pairs = [part.partition("=") for part in rules.texts(path)]
    return {code.strip(): share(number) for code, _, number in pairs}
