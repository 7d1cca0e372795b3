"""The audit's own exact arithmetic: deliberately not `quantities`, so that an error there is found here."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor, lcm

FEN_PER_YUAN = 100
TENTHS_PER_MU = 10


def fraction(text: object) -> Fraction:
    """Exact number of a decimal or ratio string. Raises ValueError for floats (already inexact) and non-numbers."""
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise ValueError(f"not an exact number: {text!r}")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"not an exact number: {text!r}") from None


def whole(value: Fraction) -> int:
    """The integer that `value` is. Raises ValueError where it has a fractional part."""
    if value.denominator != 1:
        raise ValueError(f"finer than the smallest unit: {value}")
    return value.numerator


def entitled(standard_fen: int, area_tenth_mu: int) -> int:
    """Fen due for an area: floor(fen per mu x tenths of a mu / 10)."""
    return floor(Fraction(standard_fen * area_tenth_mu, TENTHS_PER_MU))


def largest_remainder(amount: int, claims: Sequence[tuple[str, Fraction]]) -> dict[str, int]:
    """Share `amount` in proportion to `claims`; earlier claims win ties. The shares sum to `amount`.

    In whole numbers: with claims w_k over a common denominator and W = Σ w_k, amount·w_k = q_k·W + r_k, and exactly
    Σ r_k / W units are left over; they go to every remainder above the threshold and to the first ones at it.

    Raises:
        ValueError: a negative amount or claim, or an amount that nobody claims.
    """
    base = lcm(*(claim.denominator for _, claim in claims)) if claims else 1
    whole_claims = [claim.numerator * (base // claim.denominator) for _, claim in claims]
    total = sum(whole_claims)
    if amount < 0 or any(claim < 0 for claim in whole_claims):
        raise ValueError("negative amount or claim")
    if total == 0:
        if amount:
            raise ValueError("an amount that nobody has a claim to")
        return {key: 0 for key, _ in claims}
    quotients, remainders = zip(*(divmod(amount * claim, total) for claim in whole_claims), strict=True)
    left = sum(remainders) // total
    threshold = sorted(remainders, reverse=True)[left - 1] if left else total
    at_threshold = left - sum(1 for rest in remainders if rest > threshold)
    result: dict[str, int] = {}
    for (key, _), quotient, rest in zip(claims, quotients, remainders, strict=True):
        extra = rest > threshold
        if rest == threshold and at_threshold:
            extra, at_threshold = True, at_threshold - 1
        result[key] = quotient + extra
    return result
