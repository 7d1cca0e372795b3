"""How owners respond to a payment: participation in tasks, retention of protected forest.

s: total standard, n: median need-to-be-paid (once), oc: opportunity cost (per year); all fen per mu.
"""

import math

SHAPES = ("concave", "s_shape")


def normal_cdf(x: float) -> float:
    """Standard normal distribution function."""
    return math.erfc(-x / math.sqrt(2)) / 2


def participation(standard: float, need: float, sigma: float, co_payment: float = 0.0) -> float:
    """pi = Phi((ln(s + co) - ln n) / sigma), 0 where s + co = 0: the share of owners whose need is at most s + co.

    Raises:
        ValueError: need or sigma is not positive, or a payment is negative.
    """
    _positive(need, "the need to be paid")
    _positive(sigma, "sigma")
    paid = _payment(standard) + _payment(co_payment)
    return normal_cdf((math.log(paid) - math.log(need)) / sigma) if paid > 0 else 0.0


def retention(standard: float, opportunity_cost: float, maximum: float, shape: str = "concave") -> float:
    """rho = rho_max (1 - e^(-x)), x = s / oc; `s_shape`: rho_max (1 - e^(-x^2)), flat at first, steep near s = oc.

    In words: the share of the avoidable loss that the payment avoids; it saturates at rho_max. Both shapes are equal at
    s = 0 and at s = oc.

    Raises:
        ValueError: opportunity cost not positive, payment negative, maximum outside [0, 1], unknown shape.
    """
    _positive(opportunity_cost, "the opportunity cost")
    if not 0 <= maximum <= 1:
        raise ValueError(f"the largest retention is a share, not {maximum}")
    x = _payment(standard) / opportunity_cost
    if shape == "concave":
        return -maximum * math.expm1(-x)
    if shape == "s_shape":
        return -maximum * math.expm1(-x * x)
    raise ValueError(f"unknown retention shape {shape!r}; one of {', '.join(SHAPES)}")


def _positive(value: float, what: str) -> None:
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{what} must be above 0, not {value}")


def _payment(value: float) -> float:
    if not (value >= 0 and math.isfinite(value)):
        raise ValueError(f"a payment cannot be negative: {value}")
    return value
