"""Selling credits as offsets: the limit of each buyer's market, and what contract and disclosure should say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from silvafisc.policy import Rules

from .issuance import Lump

_LIMITS = "crediting.offset_limits."
OFFSET_MARKETS = ("national", "guangdong", "beijing")
_LOCAL = {"guangdong": "guangdong_local_share", "beijing": "beijing_local_share"}


@dataclass(frozen=True)
class Buyer:
    """One who buys to offset: its market, obligation in tCO2e a year, and whether the credits count as local there."""

    name: str
    market: str
    obligation: Fraction
    local: bool


def offsets_of(buyer: Buyer, rules: Rules) -> Fraction:
    """Tonnes a year that a buyer may offset with these credits.

    limit x obligation; credits from elsewhere may only fill what the least local share leaves.
    """
    most = rules.fraction(_LIMITS + buyer.market) * buyer.obligation
    if buyer.local or buyer.market not in _LOCAL:
        return most
    return most * (1 - rules.fraction(_LIMITS + _LOCAL[buyer.market]))


def offset_faults(sold: Sequence[Lump], buyers: Sequence[Buyer], rules: Rules) -> Iterator[tuple[str, str]]:
    """Every lump that is more than its buyers may offset in the years that it was monitored for, in English and Chinese."""
    yearly = sum((offsets_of(buyer, rules) for buyer in buyers), Fraction(0))
    for lump in sold:
        most = yearly * (lump.last_year - lump.first_year + 1)
        if lump.tonnes > most:
            span = f"{lump.first_year}–{lump.last_year}"
            yield (
                f"{lump.tonnes} t of {span} exceed the {float(most):,.0f} t that the buyers may offset",
                f"{span}年 {lump.tonnes} 吨，超过买方可抵销的 {float(most):,.0f} 吨",
            )


def missing_elements(stated: Sequence[str], what: str, rules: Rules) -> tuple[str, ...]:
    """Which elements of `contracts.elements` or `contracts.disclosures` are not stated, in the order of the list."""
    return tuple(name for name in rules.texts(f"finance.contracts.{what}") if name not in stated)
