"""Sharing a fixed amount of fen: parts always sum to the whole, ties are decided by key."""

from collections.abc import Mapping, Sequence
from fractions import Fraction


def apportion(pot: int, weights: Mapping[str, Fraction | int]) -> dict[str, int]:
    """Share `pot` fen over keys in proportion to `weights`, by largest remainder in exact fractions.

    part_k = floor(pot * w_k / sum(w)); the fen left over go one each to the largest remainders,
    equal remainders in ascending order of key. The result does not depend on the order of `weights`.

    Args:
        pot: fen to share, zero or more.
        weights: key (usually a unit code) -> weight, zero or more, not all zero unless the pot is zero.

    Returns:
        key -> fen, in ascending order of key; the values sum to `pot`.

    Raises:
        ValueError: negative pot or weight, or a positive pot and no positive weight.
        TypeError: a weight is a float.
    """
    if pot < 0:
        raise ValueError(f"a pot cannot be negative: {pot}")
    keys = sorted(weights)
    for key in keys:
        if not isinstance(weights[key], int | Fraction):
            raise TypeError(f"weight of {key!r} must be an int or a Fraction, not {type(weights[key]).__name__}")
        if weights[key] < 0:
            raise ValueError(f"weight of {key!r} is negative: {weights[key]}")
    total = sum((Fraction(weights[key]) for key in keys), Fraction(0))
    if total == 0:
        if pot:
            raise ValueError("nobody to share with: all weights are zero")
        return dict.fromkeys(keys, 0)
    exact = {key: Fraction(weights[key]) * pot / total for key in keys}
    parts = {key: exact[key].__floor__() for key in keys}
    left = pot - sum(parts.values())
    for key in sorted(keys, key=lambda k: (parts[k] - exact[k], k))[:left]:
        parts[key] += 1
    return parts


def split_payers(amount: int, shares: Sequence[tuple[str, Fraction]]) -> dict[str, int]:
    """Split one payment over its payers: each legal share floored, the rest by largest remainder in payer order.

    Raises:
        ValueError: negative amount or share, a payer listed twice, or shares that do not sum to 1.
    """
    if amount < 0:
        raise ValueError(f"a payment cannot be negative: {amount}")
    if any(part < 0 for _, part in shares) or sum((part for _, part in shares), Fraction(0)) != 1:
        raise ValueError(f"payer shares must be non-negative and sum to 1: {shares}")
    if len({payer for payer, _ in shares}) != len(shares):
        raise ValueError(f"a payer is listed twice, so one of its parts would be lost: {shares}")
    exact = [part * amount for _, part in shares]
    parts = [value.__floor__() for value in exact]
    order = sorted(range(len(shares)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: amount - sum(parts)]:
        parts[i] += 1
    return {payer: parts[i] for i, (payer, _) in enumerate(shares)}
