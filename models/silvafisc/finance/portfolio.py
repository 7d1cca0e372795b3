"""Projects pooled: exposure, expected loss and its quantiles over drawn prices and fires, concentration, correlation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .dates import year_end
from .drawn import Draws
from .enhancement import balance_on
from .factors import Correlation, happens, normals
from .member_loss import Member, MemberLoss, member_loss
from .paths import Calibration, follow

DIMENSIONS = ("member", "region", "market", "lender", "guarantor")
"""By what concentration is told."""


@dataclass(frozen=True)
class Pool:
    """Instruments and how they move together.

    price: correlation of yearly price shocks within one market and across markets. reversal: of fires within one region
    and across regions. fits: market -> its price path; a market without one keeps the stated price. levels: of the
    quantiles, ascending.
    """

    members: tuple[Member, ...]
    price: Correlation
    reversal: Correlation
    fits: Mapping[str, Calibration]
    draws: int
    seed: int
    levels: tuple[float, ...]


@dataclass(frozen=True)
class Concentration:
    """exposures: name -> fen, largest first. Shares are of their sum; herfindahl = Σ share²."""

    dimension: str
    exposures: Mapping[str, int]

    @property
    def total_fen(self) -> int:
        """Σ exposures."""
        return sum(self.exposures.values())

    @property
    def largest(self) -> Fraction:
        """Share of the largest; 0 where there is none."""
        return Fraction(max(self.exposures.values()), self.total_fen) if self.exposures else Fraction(0)

    @property
    def herfindahl(self) -> Fraction:
        """Σ share²: 1 for a single name, 1/n for n equal ones; 0 where there is none."""
        return sum((Fraction(fen, self.total_fen) ** 2 for fen in self.exposures.values()), Fraction(0))


@dataclass(frozen=True)
class Level:
    """The lender's loss at a level. value: the least loss that is not exceeded in so many of the draws; tail: mean of the
    worst draws beyond it; alone: Σ of the members' own tails, which pooling never raises; parts: of the members in the
    pool's tail, which they sum to.
    """

    level: float
    value: float
    tail: float
    alone: float
    parts: tuple[float, ...]


@dataclass(frozen=True)
class PooledLoss:
    """A pool worked out; fen. total: the lenders' loss by draw. error: standard error of its mean."""

    pool: Pool
    losses: tuple[MemberLoss, ...]
    total: Draws
    levels: tuple[Level, ...]

    @property
    def exposure_fen(self) -> int:
        """Σ of what is lent."""
        return sum(member.exposure_fen for member in self.pool.members)

    @property
    def error(self) -> float:
        """Standard deviation of the loss over the root of the draws."""
        return float(self.total.std()) / math.sqrt(len(self.total))


def pooled(pool: Pool) -> PooledLoss:
    """Draw the pool: every member along price paths and fires of its own that move together as stated.

    A path begins in the pool's first year with the price that the member's file states on the day of its drawing.
    """
    first = min(member.first_year for member in pool.members)
    years = max(member.last_year for member in pool.members) - first + 1
    losses = tuple(_drawn(member, pool, first, years) for member in pool.members)
    total: Draws = np.sum([loss.lender for loss in losses], axis=0)
    return PooledLoss(pool, losses, total, tuple(_level(losses, total, level) for level in pool.levels))


def _drawn(member: Member, pool: Pool, first: int, years: int) -> MemberLoss:
    start = np.full((pool.draws, 1), member.price)
    prices = np.repeat(start, years, axis=1)
    fitted = pool.fits.get(member.market)
    if fitted is not None and member.selling is not None and years > 1:
        shape = (pool.draws, years - 1)
        shocks = normals("price", member.market, member.id, pool.price, shape, pool.seed)
        prices = np.hstack([start, follow(fitted, member.price, shocks)])
    shocks = normals("reversal", member.region, member.id, pool.reversal, (pool.draws, years), pool.seed)
    return member_loss(member, prices, happens(shocks, member.chance), first)


def quantile(values: Draws, level: float) -> float:
    """The least value that at least this share of the draws does not exceed."""
    return float(np.quantile(values, level, method="inverted_cdf"))


def _level(losses: Sequence[MemberLoss], total: Draws, level: float) -> Level:
    beyond = max(1, round((1 - level) * len(total)))
    worst = np.argsort(total, kind="stable")[-beyond:]
    return Level(
        level,
        quantile(total, level),
        float(total[worst].mean()),
        sum(float(np.sort(loss.lender)[-beyond:].mean()) for loss in losses),
        tuple(float(loss.lender[worst].mean()) for loss in losses),
    )


def concentration(members: Sequence[Member], dimension: str) -> Concentration:
    """How the exposure is spread over names of a dimension.

    market: of members that sell carbon; guarantor: what each guarantees. A member without one counts nowhere.
    """
    exposures: dict[str, int] = {}
    for member in members:
        name = member.id if dimension == "member" else str(getattr(member, dimension))
        fen = round(member.exposure_fen * member.guaranteed) if dimension == "guarantor" else member.exposure_fen
        if name and fen:
            exposures[name] = exposures.get(name, 0) + fen
    return Concentration(dimension, dict(sorted(exposures.items(), key=lambda item: (-item[1], item[0]))))


def exposure_by_year(members: Sequence[Member]) -> dict[int, int]:
    """Calendar year -> what is owed at its end, fen, from the first drawing to the last payment."""
    years = range(min(one.first_year for one in members), max(one.last_year for one in members) + 1)
    return {
        year: sum(
            balance_on(one.lines, year_end(year)) for one in members if one.lines[0].period.start <= year_end(year)
        )
        for year in years
    }


def loss_correlation(one: MemberLoss, other: MemberLoss) -> float | None:
    """Correlation of two members' losses over the draws; None where one of them never differs."""
    if not one.lender.std() or not other.lender.std():
        return None
    return float(np.corrcoef(one.lender, other.lender)[0, 1])
