"""What scores do to factor money (绩效奖惩): every other factor is counted times the unit's multiplier.

    counted_rj = value_rj · m_r;  m_r = 1 + reward where score_r ≥ excellent, 1 − deduction where score_r < poor, else 1
The pot stays whole: what one unit loses the others gain. The factor that holds the scores is counted as it stands.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from silvafisc.quantities import share
from silvafisc.results import Resolved, UnitInputs

RULE = "performance"


def multiplier(score: Fraction, params: Mapping[str, Any]) -> Fraction:
    """What the factors of a unit with this score are counted times."""
    if score >= share(str(params["excellent"])):
        return 1 + share(str(params["reward"]))
    return 1 - share(str(params["deduction"])) if score < share(str(params["poor"])) else Fraction(1)


def multipliers(resolved: Resolved, inputs: UnitInputs, factor: str) -> dict[str, Fraction]:
    """region_code -> what a factor is counted times; empty where no rule says so, and for the factor of the scores.

    Raises:
        KeyError: the table of factors has no scores.
    """
    rule = resolved.rule(RULE)
    if rule is None or rule.params["factor"] == factor:
        return {}
    name = str(rule.params["factor"])
    scores = inputs.factors[inputs.factors["factor"] == name]
    if scores.empty:
        raise KeyError(f"the rule performance needs the scores {name!r} in the table of factors")
    rows = zip(scores["region_code"], scores["value"], strict=True)
    return {str(code): multiplier(Fraction(value), rule.params) for code, value in rows}


def counted_values(resolved: Resolved, inputs: UnitInputs, factor: str) -> dict[str, Fraction]:
    """region_code -> exact value of a factor as it is counted. Raises KeyError where no unit has the factor."""
    rows = inputs.factors[inputs.factors["factor"] == factor]
    if rows.empty:
        raise KeyError(f"factor {factor!r} has no values in the table of factors")
    times = multipliers(resolved, inputs, factor)
    values = zip(rows["region_code"], rows["value"], strict=True)
    return {str(code): Fraction(value) * times.get(str(code), Fraction(1)) for code, value in values}
