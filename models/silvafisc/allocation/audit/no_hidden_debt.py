"""No hidden debt: nothing is chosen whose debt service future appropriations would pay (疑似新增隐性债务).

chosen offer ⇒ not repaid_by_appropriation
"""

from collections.abc import Mapping
from typing import Any

from .case import Case
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters. Refused by name where offers.csv has no such column."""
    for offer in (*case.offers, *case.loans):
        if offer.repaid is None:
            check.refuse("offers", "缺少列 repaid_by_appropriation", "the column repaid_by_appropriation is missing")
            return
        check.equal(offer.where, False, offer.repaid, "", "由财政资金偿还", "repaid by appropriation")
