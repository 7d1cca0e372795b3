"""What sensor series say of a unit: the growth of its forest by dendrometers, and how warm a year was."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.policy import Rules

from .estimates import GROWTH, LIVE_CARBON, TEMPERATURE, Estimate
from .sensors import AIR, STEM, Readings, first_diameters

SOURCE = "sensors"
_PREFIX = "assumptions.carbon.ground."
_ASSUMED = "assumption"


def sensor_estimates(
    readings: Readings, yearly: pd.DataFrame, stocks: Sequence[Estimate], rules: Rules
) -> list[Estimate]:
    """Temperature anomalies, and growth where the unit's carbon is known. yearly: of `sensors.years`.

    stocks: estimates of other sources; of those the live carbon of a unit in the same year or the year before is read.
    """
    told = yearly[yearly["told"]]
    stems = told[told["variable"] == STEM]
    return [*_anomalies(told[told["variable"] == AIR], readings, rules), *_growth(stems, readings, stocks, rules)]


def _anomalies(air: pd.DataFrame, readings: Readings, rules: Rules) -> list[Estimate]:
    """Mean over sensors of value − mean of the sensor's other told years, where there are enough of those.

    sd² = (σ² / n) + Σ s_i² / m_i / n²: σ how far one sensor's anomaly is off its unit's, s_i the spread of sensor i's
    m_i other years.
    """
    years, own = rules.number(_PREFIX + "sensor_baseline_years"), rules.number(_PREFIX + "sensor_temperature_sd")
    rows = []
    for (code, _), series in air.groupby(["region_code", "sensor"]):
        values = series["value"].to_numpy(dtype=np.float64)
        for at, year in enumerate(series["year"].tolist()):
            others = np.delete(values, at)
            if len(others) >= max(years, 2):
                rows.append((str(code), int(year), values[at] - others.mean(), others.var(ddof=1) / len(others)))
    table = pd.DataFrame(rows, columns=["region_code", "year", "anomaly", "variance"])
    return [
        _estimate(
            readings,
            str(code),
            TEMPERATURE,
            int(str(year)),
            float(group["anomaly"].mean()),
            float(np.sqrt(own**2 / len(group) + group["variance"].sum() / len(group) ** 2)),
        )
        for (code, year), group in table.groupby(["region_code", "year"])
    ]


def _growth(stems: pd.DataFrame, readings: Readings, stocks: Sequence[Estimate], rules: Rules) -> list[Estimate]:
    """Flow F = r̄ C with r = (d_end / d_start)^b − 1 of each stem (at least two) and C the unit's live carbon, tC/ha.

    var = (C s_r / √n)² + (C r̄ s_b / b)² + (C r̄ c)² + (r̄ s_C)², with c for stems that are chosen and not drawn, which more
    of them do not mend. F follows the trees that live: what died in the year is not in it.
    """
    power = rules.number(_PREFIX + "stem_exponent")
    off = np.hypot(rules.number(_PREFIX + "stem_exponent_sd") / power, rules.number(_PREFIX + "stem_choice_sd"))
    start = first_diameters(readings)
    known = {(one.region_code, one.year): one for one in stocks if one.quantity == LIVE_CARBON}
    found = []
    for (code, year), group in stems.groupby(["region_code", "year"]):
        unit, at = str(code), int(str(year))
        stock = known.get((unit, at)) or known.get((unit, at - 1))
        if stock is None or len(group) < 2:
            continue
        before = np.array([start[str(sensor), at] for sensor in group["sensor"]])
        relative = (1 + group["value"].to_numpy(dtype=np.float64) / before) ** power - 1
        rate, spread = float(relative.mean()), float(relative.std(ddof=1) / np.sqrt(len(relative)))
        parts = (stock.mean * spread, stock.mean * rate * off, rate * stock.sd)
        sd = float(np.sqrt(sum(part**2 for part in parts)))
        if sd > 0:
            found.append(_estimate(readings, unit, GROWTH, at, rate * stock.mean, sd))
    return found


def _estimate(readings: Readings, code: str, quantity: str, year: int, mean: float, sd: float) -> Estimate:
    rows = readings.rows[readings.rows["region_code"] == code]
    status = worst_status(_ASSUMED, *rows["status"].unique())
    return Estimate(code, quantity, year, mean, sd, SOURCE, status, readings.reference[code])
