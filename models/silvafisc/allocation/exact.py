"""Vectorised exact integer arithmetic for whole tables of offers (same results as `silvafisc.quantities`)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from silvafisc.quantities import share
from silvafisc.quantities.money import TENTHS_PER_MU
from silvafisc.results.resolved import Shares

Ints = NDArray[np.int64]
_SAFE = 2**62


def entitlements(standard_fen: Ints | int, area_tenth_mu: Ints) -> Ints:
    """floor(standard x area / 10) in fen, elementwise. Raises OverflowError where int64 would not hold the product."""
    standard, area = np.asarray(standard_fen, np.int64), np.asarray(area_tenth_mu, np.int64)
    if area.size and int(np.max(standard, initial=0)) * int(np.max(area, initial=0)) > _SAFE:
        raise OverflowError("standard x area exceeds the range of exact 64-bit integers")
    return np.asarray(standard * area // TENTHS_PER_MU, np.int64)


def split(amount_fen: Ints, shares: Shares) -> dict[str, Ints]:
    """`quantities.split_payers` for a whole column: floors, then one fen each by largest remainder in payer order."""
    amounts = np.asarray(amount_fen, np.int64)
    parts = [(payer, share(text)) for payer, text in shares]
    if sum((part for _, part in parts), Fraction(0)) != 1:
        raise ValueError(f"shares must sum to 1: {shares}")
    base = lcm(*(part.denominator for _, part in parts))
    weights = np.array([part.numerator * (base // part.denominator) for _, part in parts], np.int64)
    if amounts.size and int(amounts.max(initial=0)) * base > _SAFE:
        raise OverflowError("amount x share exceeds the range of exact 64-bit integers")
    products = amounts[:, None] * weights[None, :]
    floors, remainders = products // base, products % base
    left = amounts - floors.sum(axis=1)
    order = np.argsort(-remainders, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    floors += rank < left[:, None]
    return {payer: floors[:, i] for i, (payer, _) in enumerate(parts)}


def split_by_tier(amount_fen: Ints, tiers: Sequence[str], shares: Mapping[str, Shares]) -> dict[str, Ints]:
    """`split` row by row with the shares of each row's payer tier; a payer without a share in a tier pays 0 there."""
    amounts, tier = np.asarray(amount_fen, np.int64), np.asarray(tiers, object)
    result: dict[str, Ints] = {}
    for name in sorted(set(tiers)):
        rows = np.flatnonzero(tier == name)
        for payer, fen in split(amounts[rows], shares[name]).items():
            result.setdefault(payer, np.zeros(len(amounts), np.int64))[rows] = fen
    return result
