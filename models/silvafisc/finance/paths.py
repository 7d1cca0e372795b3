"""Carbon price paths: stated prices by day, and a seeded mean-reverting path calibrated to the price package.

Markets stay apart: allowances (CEA), national credits (CCER), local tickets. What has no published prices has no path.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.policy import Rules

from .dates import Day
from .issuance import Price

CLOSE, HIGH, LOW = "year_end_close", "high", "low"
_PRICES = "finance.prices."


def flat(yuan_per_tonne: Fraction) -> Price:
    """The same price on every day."""
    return lambda _: yuan_per_tonne


def stepped(prices: Sequence[tuple[Day, Fraction]]) -> Price:
    """The price stated last before or on a day. Raises ValueError (when asked) before the first."""
    ordered = sorted(prices)

    def price(day: Day) -> Fraction:
        held = [yuan for since, yuan in ordered if since <= day]
        if not held:
            raise ValueError(f"no price is stated for {day}")
        return held[-1]

    return price


def scaled(price: Price, factor: Fraction) -> Price:
    """Every price times a factor."""
    return lambda day: price(day) * factor


@dataclass(frozen=True)
class Calibration:
    """What a market's path was fitted from.

    origin: series (yearly closing prices) or range (one year's high and low). mean: long-run price, yuan per tonne.
    speed: of reversion, per year; speed_estimated: else it is the stated assumption. free_slope: of x(t+1) on x(t) in
    logs when nothing is stated, None without a series; outside (0, 1) nothing reverts. volatility: per root year.
    residuals: of the fit, in logs, by year; n: their number, or 1 range. last: newest price.
    """

    market: str
    origin: str
    mean: float
    speed: float
    speed_estimated: bool
    free_slope: float | None
    volatility: float
    residuals: Mapping[str, float]
    n: int
    last: float
    floor: float


class NoPricesError(LookupError):
    """A market of which the price package holds no prices."""

    def __init__(self, market: str, known: Sequence[str]) -> None:
        self.en = (
            f"the price package has no prices of {market!r}, only of {', '.join(known)}; another market's are not taken"
        )
        self.zh = f"价格数据包没有 {market} 的价格，只有 {'、'.join(known)}；不借用其他市场的价格"
        super().__init__(self.en)


def calibrate(table: pd.DataFrame, market: str, rules: Rules) -> Calibration:
    """Fit the mean-reverting log price x of a market.

        x(t+1) = m + b (x(t) − m) + e,   b = exp(−speed),   volatility = sd(e) sqrt(2 speed / (1 − b²))

    From consecutive yearly closes m is the mean of (x(t+1) − b x(t)) / (1 − b). The speed is estimated only from enough
    changes and where the free slope lies in (0, 1); else it is stated. A market with no series but one year's range
    takes m from the geometric middle of its low and high, and Parkinson's (1980) volatility ln(high / low) / (2 sqrt(ln 2)).

    table: rows of the package carbon_prices. Raises NoPricesError.
    """
    own = table[(table["market"] == market) & (table["unit"] == "yuan_per_tco2")]
    closes = {str(row["period"]): float(row["value"]) for _, row in own[own["metric"] == CLOSE].iterrows()}
    speed, least = rules.number(_PRICES + "reversion_speed"), rules.number(_PRICES + "transitions_least")
    pairs = [(year, str(int(year) + 1)) for year in sorted(closes) if str(int(year) + 1) in closes]
    if len(pairs) > 1:
        return _from_series(market, closes, pairs, speed, least, rules)
    ranges = _range(own)
    if ranges is None:
        raise NoPricesError(market, sorted(set(table["market"])))
    low, high = ranges
    mean = math.sqrt(low * high)
    volatility = math.log(high / low) / (2 * math.sqrt(math.log(2)))
    return Calibration(market, "range", mean, speed, False, None, volatility, {}, 1, mean, _floor(mean, rules))


def _from_series(
    market: str,
    closes: Mapping[str, float],
    pairs: Sequence[tuple[str, str]],
    stated: float,
    least: float,
    rules: Rules,
) -> Calibration:
    x = np.log([closes[before] for before, _ in pairs])
    y = np.log([closes[after] for _, after in pairs])
    slope = float(np.polyfit(x, y, 1)[0])
    estimated = len(pairs) >= least and 0 < slope < 1
    speed = -math.log(slope) if estimated else stated
    b = math.exp(-speed)
    mean = float(np.mean(y - b * x)) / (1 - b)
    residuals = y - mean - b * (x - mean)
    fitted = 1 + estimated
    deviation = math.sqrt(float(residuals @ residuals) / max(1, len(pairs) - fitted))
    return Calibration(
        market,
        "series",
        math.exp(mean),
        speed,
        estimated,
        slope,
        deviation * math.sqrt(2 * speed / (1 - b * b)),
        {after: float(value) for (_, after), value in zip(pairs, residuals, strict=True)},
        len(pairs),
        closes[max(closes)],
        _floor(math.exp(mean), rules),
    )


def simulate(fitted: Calibration, start: float, years: int, draws: int, seed: int) -> NDArray[np.float64]:
    """Yearly prices (draws, years), yuan per tonne, from a price of today; the same seed gives the same paths."""
    return follow(fitted, start, np.random.default_rng(seed).standard_normal((draws, years)))


def follow(fitted: Calibration, start: float, shocks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The prices that standard normal shocks (draws, years) make of a price of today, yuan per tonne.

    x(t+1) = m + b (x(t) − m) + volatility sqrt((1 − b²) / (2 speed)) z,   price = max(floor, exp x)
    """
    b = math.exp(-fitted.speed)
    deviation = fitted.volatility * math.sqrt((1 - b * b) / (2 * fitted.speed))
    mean, now = math.log(fitted.mean), np.full(len(shocks), math.log(start))
    logs = np.empty(shocks.shape)
    for year in range(shocks.shape[1]):
        now = mean + b * (now - mean) + shocks[:, year] * deviation
        logs[:, year] = now
    return np.maximum(np.exp(logs), fitted.floor)


def _range(own: pd.DataFrame) -> tuple[float, float] | None:
    """Low and high of the newest period that has both."""
    held = {
        metric: {str(row["period"]): float(row["value"]) for _, row in own[own["metric"] == metric].iterrows()}
        for metric in (LOW, HIGH)
    }
    both = sorted(set(held[LOW]) & set(held[HIGH]))
    return (held[LOW][both[-1]], held[HIGH][both[-1]]) if both else None


def _floor(mean: float, rules: Rules) -> float:
    return mean * float(rules.fraction(_PRICES + "floor_share"))
