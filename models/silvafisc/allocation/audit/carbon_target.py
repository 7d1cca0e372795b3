"""Carbon target: the mean of the tonnes over draws, or a share of the draws, reaches the target.

    Σ_k T[k] / K ≥ target,   or with `share`   #{k : T[k] ≥ target} ≥ share · K
T[k] recomputed from the allocation's rows and the draws; tonnes are floats, so a target counts as reached within 1e-9.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .case import Case
from .credited import credited
from .finding import Check
from .over_draws import tonnes_in_draws
from .parameters import share_parameter

KIND = "rule"
RELATIVE = Fraction(1, 10**9)


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: target_tco2e (decimal string), share (optional decimal string), carbon (optional)."""
    target = share_parameter(params, "target_tco2e", check)
    part = share_parameter(params, "share", check) if "share" in params else None
    if params.get("carbon") == "credited":
        credited(case, check)
    values = tonnes_in_draws(case, params, check)
    if target is None or values is None or ("share" in params and part is None):
        return
    near = target - RELATIVE * target
    if part is None:
        mean = sum(values, Fraction(0)) / len(values)
        check.holds(mean >= near, "mean", f"≥ {float(target)}", float(mean), "tCO2e", "抽样均值", "the mean over draws")
        return
    kept = sum(value >= near for value in values)
    where = f"target={params['target_tco2e']}"
    least = part * len(values)
    check.holds(
        kept >= least, where, f"≥ {float(least):g}", kept, "", "达到目标的抽样次数", "the number of draws that reach it"
    )
