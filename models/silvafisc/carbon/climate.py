"""Named climates to 2060: the weather of each year, and what growth and losses make of it.

Decay of dead wood, litter and soil follows the temperature in the engine itself (Q10). Two models of growth are carried
side by side: where they disagree in sign, the disagreement is the result, and no mean of them is formed anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from .errors import refuse
from .mixtures import Array
from .npp import MEMBERS

_WARMING = "assumptions.carbon.climate_warming"
_PRECIPITATION = "assumptions.carbon.climate_precipitation"
_CO2 = "assumptions.carbon.climate_co2"
_PREFIX = "assumptions.carbon.climate."
_PER_CENT = float(1 / UNITS["pct"].factor)
_SWITCH = {"on": True, "off": False}


@dataclass(frozen=True)
class Climate:
    """A named climate, by what it has shifted once the transition is over.

    warming: degrees C against the unit's normals; precipitation: share, -0.15 = 15 % less; co2: ppm in the air.
    """

    name: str
    warming: float
    precipitation: float
    co2: float


@dataclass(frozen=True)
class Response:
    """How growth and losses respond; draws replace `elasticity` and `hazard_per_degree`.

    elasticity: of increments to the ratio of production (-), with its standard deviation; hazard_per_degree: rise of
    the loss hazards per degree (share), with its band; co2_today: ppm; co2_response: rise of production per unit of
    ln(CO2), zero where CO2 fertilisation is switched off.
    """

    elasticity: float
    elasticity_sd: float
    hazard_per_degree: float
    hazard_band: tuple[float, float]
    co2_today: float
    co2_response: float


def climates(rules: Rules) -> Mapping[str, Climate]:
    """The named climates, in order of name. Raises InputError where one lacks its warming, rain or CO2."""
    folders = (_WARMING, _PRECIPITATION, _CO2)
    held = [{path.rpartition(".")[2] for path in rules.children(folder)} for folder in folders]
    names = set().union(*held)
    for folder, own in zip(folders, held, strict=True):
        if own != names:
            lacking = sorted(names - own)
            raise refuse(folder, f"climates without a value: {lacking}", f"缺少取值的气候情景：{lacking}")
    return {
        name: Climate(
            name,
            rules.number(f"{_WARMING}.{name}"),
            float(rules.fraction(f"{_PRECIPITATION}.{name}")),
            rules.number(f"{_CO2}.{name}"),
        )
        for name in sorted(names)
    }


def read_response(rules: Rules) -> Response:
    """The response in force. Raises InputError for a CO2 switch other than on or off, or a band that does not ascend."""
    switch = rules.text(_PREFIX + "co2_fertilisation")
    if switch not in _SWITCH:
        raise refuse(
            _PREFIX + "co2_fertilisation", f"must be on or off, got {switch!r}", f"须为 on 或 off，现为 {switch!r}"
        )
    central, low, high = (
        float(rules.fraction(_PREFIX + name))
        for name in ("hazard_per_degree", "hazard_per_degree_low", "hazard_per_degree_high")
    )
    if not 0 <= low <= central <= high:
        en, zh = f"must ascend from zero: {low}, {central}, {high}", f"须自零递增：{low}、{central}、{high}"
        raise refuse(_PREFIX + "hazard_per_degree", en, zh)
    return Response(
        elasticity=rules.number(_PREFIX + "growth_elasticity"),
        elasticity_sd=rules.number(_PREFIX + "growth_elasticity_sd"),
        hazard_per_degree=central,
        hazard_band=(low, high),
        co2_today=rules.number(_PREFIX + "co2_today"),
        co2_response=rules.number(_PREFIX + "co2_response") if _SWITCH[switch] else 0.0,
    )


def transition(years: Sequence[int], rules: Rules) -> Array:
    """(k,) share of the shift that has come by each calendar year.

    p_y = min(1, max(0, (y - y0) / (y1 - y0))): none until y0, whole from y1 on, in a straight line between.

    Raises:
        InputError: y1 is not after y0.
    """
    start, end = rules.number(_PREFIX + "transition_from"), rules.number(_PREFIX + "transition_until")
    if not end > start:
        raise refuse(_PREFIX + "transition_until", f"{end:g} is not after {start:g}", f"{end:g} 不晚于 {start:g}")
    return np.clip((np.asarray(years, dtype=np.float64) - start) / (end - start), 0, 1)


def weather(stands: pd.DataFrame, climate: Climate, years: Sequence[int], rules: Rules) -> tuple[Array, Array]:
    """((u, k) degrees C, (u, k) mm) of each unit and calendar year: T + p_y ΔT and P (1 + p_y ΔP).

    stands: checked rows with the units' normals in `mean_temperature_celsius` and `precipitation_mm` (for provinces the
    package climate_normals: forest sites where there are ten or more, else weather stations).
    """
    progress = transition(years, rules)[None, :]
    temperature, precipitation = _normals(stands)
    return temperature + progress * climate.warming, precipitation * (1 + progress * climate.precipitation)


def growth_factors(
    stands: pd.DataFrame, climate: Climate, years: Sequence[int], response: Response, rules: Rules
) -> Array:
    """(members, u, k) factors of the growth increments, members as in `npp.MEMBERS`; 1 everywhere in today's climate.

    f = [NPP(T_y, P_y) / NPP(T, P) · (1 + β ln(CO2_y / CO2_today))]^ε.
    In words: production under the shifted weather against production under the normals, and part of that change (the
    elasticity ε) reaches the increments; β is zero while CO2 fertilisation is off.

    Raises:
        InputError: a unit so dry or cold that a member gives it no production.
    """
    shifted, normal = weather(stands, climate, years, rules), _normals(stands)
    co2 = response.co2_today + transition(years, rules) * (climate.co2 - response.co2_today)
    fertilised = 1 + response.co2_response * np.log(co2 / response.co2_today)
    factors = []
    for name, member in MEMBERS.items():
        today, then = member(*normal, rules), member(*shifted, rules)
        bare = ~((today > 0).all(axis=1) & (then > 0).all(axis=1))
        if bare.any():
            codes = sorted(stands["region_code"].to_numpy()[bare])
            en, zh = f"{name} gives no production in {codes}", f"{name} 模型在 {codes} 无生产力，无法计算"
            raise refuse(f"climate {climate.name}", en, zh)
        factors.append((then / today * fertilised) ** response.elasticity)
    return np.array(factors)


def hazard_factors(climate: Climate, years: Sequence[int], response: Response, rules: Rules) -> Array:
    """(k,) factors of the loss hazards: (1 + r)^(p_y ΔT), r the rise per degree. Rain is not in it."""
    return np.asarray((1 + response.hazard_per_degree) ** (transition(years, rules) * climate.warming))


def member_table(stands: pd.DataFrame, year: int, rules: Rules) -> pd.DataFrame:
    """The members side by side in one calendar year: a row per unit and climate, sorted by climate and unit.

    columns: climate, region_code, year, warming_celsius, precipitation_pct, one growth factor per member
    (`growth_<member>`), hazard_factor, agree (whether the members move the same way). There is no column of means.
    """
    response = read_response(rules)
    frames = []
    for climate in climates(rules).values():
        factors = growth_factors(stands, climate, (year,), response, rules)[:, :, 0]
        change = np.sign(factors - 1)
        shift = float(transition((year,), rules)[0])
        frames.append(
            pd.DataFrame(
                {
                    "climate": climate.name,
                    "region_code": stands["region_code"].to_numpy(),
                    "year": year,
                    "warming_celsius": shift * climate.warming,
                    "precipitation_pct": shift * climate.precipitation * _PER_CENT,
                }
                | {f"growth_{name}": factors[at] for at, name in enumerate(MEMBERS)}
                | {
                    "hazard_factor": hazard_factors(climate, (year,), response, rules)[0],
                    "agree": change.max(axis=0) - change.min(axis=0) <= 1,
                }
            )
        )
    table = pd.concat(frames, ignore_index=True)
    return table.sort_values(["climate", "region_code"], kind="stable", ignore_index=True)


def disagreements(table: pd.DataFrame) -> tuple[Finding, ...]:
    """One finding per climate and year in which the members of `member_table` move units' growth in opposite ways."""
    found = []
    for (climate, year), rows in table[~table["agree"]].groupby(["climate", "year"]):
        codes = sorted(rows["region_code"])
        en = (
            f"by {year} one growth model gains and the other loses in {len(codes)} units ({', '.join(codes)}): "
            "both are carried, their mean says nothing"
        )
        zh = f"到{year}年，{len(codes)} 个单位两种生长模型方向相反（{'、'.join(codes)}）：两者并列给出，不取平均"
        found.append(Finding("carbon", f"climate {climate}", en, zh))
    return tuple(found)


def _normals(stands: pd.DataFrame) -> tuple[Array, Array]:
    columns = ("mean_temperature_celsius", "precipitation_mm")
    temperature, precipitation = (stands[column].to_numpy(dtype=np.float64)[:, None] for column in columns)
    return temperature, precipitation
