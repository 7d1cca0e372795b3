"""No hidden debt: nothing is chosen whose debt service future appropriations would pay (疑似新增隐性债务).

    x[offer] = 0 where repaid_by_appropriation
In words: an offer flagged as repaid by appropriation cannot be chosen.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..problem import Part, Problem, forbid

TITLE = {"zh": "不新增隐性债务", "en": "No hidden debt"}
LAW = "预算法第三十五条；地方政府隐性债务管理规定"
RELAXABLE = False


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per flagged offer."""
    flagged = problem.offers.table["repaid_by_appropriation"].to_numpy(bool)
    return forbid(problem, "no_hidden_debt", np.flatnonzero(flagged))
