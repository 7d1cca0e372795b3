"""Stresses of an instrument: a low price, money that comes late, a fire, all three; and its scenarios."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from silvafisc.policy import Rules
from silvafisc.policy.schema import ShareText, Strict

from ..dates import Day
from ..issuance import Lump, Price, after_fire
from ..paths import scaled
from .carbon_side import Carbon
from .fields import LAST_YEAR, Months, TermsFile, stated

_STRESS = "finance.stress."
Fire = tuple[int, Fraction]
"""Calendar year and share of the stand lost."""


class StressFile(Strict):
    """Stresses; what is left out is as the parameters under finance.stress say."""

    price_fall: ShareText | None = None
    """Fall of the price."""
    months_late: Months | None = None
    """Months by which money comes late."""
    fire_after_years: Annotated[int, Field(ge=0, le=LAST_YEAR)] | None = None
    """Years after drawing in which a fire breaks out."""
    fire_share: ShareText | None = None
    """Share of the stand that it destroys."""


@dataclass(frozen=True)
class Stress:
    """How far the stressed courses go. fire_year: calendar year."""

    price_fall: Fraction
    months_late: int
    fire_year: int
    fire_share: Fraction


def stress_of(given: StressFile, terms: TermsFile, rules: Rules) -> Stress:
    """The stresses of an instrument."""
    year = Day.fromisoformat(terms.drawn).year
    late, after = given.months_late, given.fire_after_years
    return Stress(
        price_fall=stated(given.price_fall, _STRESS + "price_fall", rules),
        months_late=int(rules.number(_STRESS + "months_late")) if late is None else late,
        fire_year=year + (int(rules.number(_STRESS + "fire_after_years")) if after is None else after),
        fire_share=stated(given.fire_share, _STRESS + "fire_share", rules),
    )


def stressed(carbon: Carbon, stress: Stress) -> Iterator[tuple[str, tuple[tuple[Lump, ...], Price], Fire | None]]:
    """Name, what is sold at which price, and the fire if there is one: the stressed courses, then the stated scenarios."""
    low, late = scaled(carbon.price, 1 - stress.price_fall), stress.months_late
    fire = (stress.fire_year, stress.fire_share)
    burnt = after_fire(carbon.tonnes, *fire)
    yield "low_price", (carbon.sold(), low), None
    yield "late", (carbon.sold(months_late=late), carbon.price), None
    yield "fire", (carbon.sold(burnt), carbon.price), fire
    yield "all", (carbon.sold(burnt, late), low), fire
    for name, price in carbon.scenarios.items():
        yield name, (carbon.sold(), price), None
