"""A bond's coupons where its carbon income and its tonnes are drawn."""

from collections.abc import Sequence

import numpy as np

from .bond_case import BondCase
from .drawn import Draws, Sales
from .schedules import Payment


def drawn_coupons(case: BondCase, lines: Sequence[Payment], sold: Sales) -> Draws:
    """The rate of every coupon, (draws, coupons): fixed + linked to the income of its own period + step.

    As `bonds.coupon_rates` has it for one course of things.
    """
    draws = len(sold.fen)
    missed = np.zeros(draws)
    if case.step is not None:
        missed = (sold.issued_by(case.step.observed) < float(case.step.target_tonnes)).astype(float)
    rates = np.zeros((draws, len(lines)))
    for at, line in enumerate(lines):
        rates[:, at] = float(case.fixed[min(at, len(case.fixed) - 1)])
        if case.link is not None:
            floor, cap, low, high = (
                float(value) for value in (case.link.floor, case.link.cap, case.link.low_fen, case.link.high_fen)
            )
            income = sold.between(line.period.start, line.period.end)
            rates[:, at] += floor + (cap - floor) * np.clip((income - low) / (high - low), 0, 1)
        if case.step is not None and line.period.start >= case.step.observed:
            rates[:, at] += float(case.step.step) * missed
    return rates


def drawn_service(case: BondCase, lines: Sequence[Payment], sold: Sales) -> Draws:
    """What is paid with every coupon, (draws, coupons), fen: balance x rate x part of a year + principal."""
    balance = np.array([float(line.opening_fen * line.period.years) for line in lines])
    principal = np.array([float(line.principal_fen) for line in lines])
    paid: Draws = drawn_coupons(case, lines, sold) * balance + principal
    return paid
