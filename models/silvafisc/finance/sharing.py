"""Benefit sharing by right: ownership (所有权), contract (承包权), operation (经营权), with a floor for the owners."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from silvafisc.quantities import split_payers

from .cash_flows import Flow

RIGHTS: Mapping[str, tuple[str, str]] = {
    "ownership": ("所有权", "ownership"),
    "contract": ("承包权", "contract"),
    "management": ("经营权", "management"),
}
"""Right -> its name in Chinese and English."""
OWNERS = frozenset({"ownership", "contract"})
"""Rights of those whom the floor protects: the collective that owns the land and the household that holds the contract."""


@dataclass(frozen=True)
class Holder:
    """A party with one right and its share of the income, in [0, 1]."""

    name: str
    right: str
    share: Fraction


def sharing_faults(holders: Sequence[Holder], owner_share_least: Fraction) -> Iterator[tuple[str, str]]:
    """What is wrong with a sharing rule, in English and Chinese: Σ share = 1, and Σ over the owners >= their floor."""
    total = sum((holder.share for holder in holders), Fraction(0))
    if total != 1:
        yield f"the shares sum to {total}, not to 1", f"分成合计为 {total}，应为 1"
    names = [holder.name for holder in holders]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} is listed twice", f"{name} 重复列示"
    owners = sum((holder.share for holder in holders if holder.right in OWNERS), Fraction(0))
    if owners < owner_share_least:
        en = f"owners and contract holders get {float(owners):.0%}, less than the floor of {float(owner_share_least):.0%}"
        zh = f"所有权、承包权人分得 {float(owners):.0%}，低于下限 {float(owner_share_least):.0%}"
        yield en, zh


def share_out(income: Sequence[Flow], collector: str, holders: Sequence[Holder]) -> tuple[Flow, ...]:
    """The flows by which the collector passes its income on, on the day on which it comes in.

    Each receipt is split to the fen: shares floored, the rest by largest remainder in the order of `holders`; the
    collector's own share stays where it is. Only receipts of `collector` are shared.
    """
    passed = []
    for flow in income:
        if flow.payee != collector:
            continue
        parts = split_payers(flow.amount_fen, [(holder.name, holder.share) for holder in holders])
        passed += [
            Flow(flow.day, "shared", collector, name, fen) for name, fen in parts.items() if fen and name != collector
        ]
    return tuple(passed)


@dataclass(frozen=True)
class YearOfHousehold:
    """A year of a household: what it received net of what it paid, what the land would have earned otherwise; fen."""

    year: int
    cash_fen: int
    opportunity_cost_fen: int

    @property
    def gap_fen(self) -> int:
        """What is missing to the opportunity cost; nothing where the cash covers it."""
        return max(0, self.opportunity_cost_fen - self.cash_fen)


def household_years(
    cash_fen: Mapping[int, int], opportunity_cost_fen: Mapping[int, int]
) -> tuple[YearOfHousehold, ...]:
    """Every year of either table, ascending; a year without cash is a year of none."""
    years = sorted({*cash_fen, *opportunity_cost_fen})
    return tuple(YearOfHousehold(year, cash_fen.get(year, 0), opportunity_cost_fen.get(year, 0)) for year in years)
