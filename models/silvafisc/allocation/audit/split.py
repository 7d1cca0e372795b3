"""Split of a standard into uses (资金用途): the owner keeps a least share, administration takes no more than a cap.

    s − Σ uses ≥ owner_at_least · s,   administration ≤ administration_at_most · s,   for every standard that is paid
and uses.csv splits each unit's rigid and top-up money of a category: each use floor(u · area / 10), the owner the rest.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

from .case import Case
from .exact import FEN_PER_YUAN, TENTHS_PER_MU, fraction, whole
from .finding import Check
from .parameters import share_parameter

KIND = "rule"
KEY = ("region_code", "category", "period", "use")
OWNER, ADMINISTRATION = "owner", "administration"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: uses (category -> use -> {per_mu | share}), owner_at_least, administration_at_most (decimal strings)."""
    least = share_parameter(params, "owner_at_least", check)
    most = share_parameter(params, "administration_at_most", check)
    if least is None or most is None:
        return
    paid: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for row in case.rows:
        if row.category in params["uses"]:
            paid[row.region, row.category, row.period] += row.payment
    expected: dict[tuple[str, ...], int] = {}
    for (region, category, period), fen in sorted(paid.items()):
        standard = case.standard(region, category, period)
        where = f"region_code={region}, category={category}, period={period}"
        if standard is None:
            check.refuse(where, "没有适用于该单位的标准", "no standard applies to this unit")
            continue
        taken = {use: _per_mu(how, standard) for use, how in params["uses"][category].items()}
        owner, share = standard - sum(taken.values(), Fraction(0)), least * standard
        zh, en = "权利人每亩所得", "what the owner gets per mu"
        check.holds(owner >= share, where, f"≥ {float(share):.2f}", float(owner), "fen/mu", zh, en)
        administration, cap = taken.get(ADMINISTRATION, Fraction(0)), most * standard
        zh, en = "管理费每亩", "administration per mu"
        check.holds(administration <= cap, where, f"≤ {float(cap):.2f}", float(administration), "fen/mu", zh, en)
        area = case.area(region, category)
        for use, rate in taken.items():
            expected[region, category, period, use] = floor(rate * area / TENTHS_PER_MU)
        spent = sum(expected[region, category, period, use] for use in taken)
        expected[region, category, period, OWNER] = fen - spent
    uses = case.of_rules.uses
    if uses is None:
        check.refuse("uses", "缺少资金用途表", "the table uses is missing")
        return
    for key in sorted(expected.keys() | uses.keys()):
        where = "uses: " + ", ".join(f"{n}={v}" for n, v in zip(KEY, key, strict=True))
        check.equal(where, expected.get(key, 0), uses.get(key, 0), "fen", "该用途资金", "the money of this use")


def _per_mu(how: Mapping[str, str], standard: int) -> Fraction:
    if "per_mu" in how:
        return Fraction(whole(fraction(how["per_mu"]) * FEN_PER_YUAN))
    return fraction(how["share"]) * standard
