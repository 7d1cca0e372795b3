"""By how much what an audit found lies outside of what it expects, read from the words of the finding.

Words: `≤ a`, `≥ a`, `a … b` or `a` (must be equal), then the unit; numbers are whole, decimal or ratios. Exact.
"""

import re
from collections.abc import Iterable
from fractions import Fraction

from .finding import Finding

_NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?:/\d+)?"
_EXPECTED = re.compile(rf"(?P<side>[≤≥] )?(?P<low>{_NUMBER})(?: … (?P<high>{_NUMBER}))?(?: (?P<unit>.+))?")
_FOUND = re.compile(rf"(?P<value>{_NUMBER})(?: .+)?")


def excess(finding: Finding) -> tuple[str, Fraction] | None:
    """(unit, amount) of one finding; None where it is no comparison of numbers (something missing, yes for no)."""
    expected, found = _EXPECTED.fullmatch(finding.expected), _FOUND.fullmatch(finding.found)
    if expected is None or found is None:
        return None
    value, low = Fraction(found["value"]), Fraction(expected["low"])
    high = Fraction(expected["high"]) if expected["high"] else low
    over, under = value - high, low - value
    side = (expected["side"] or "").strip()
    return expected["unit"] or "", {"≤": over, "≥": under}.get(side, max(over, under))


def worst(findings: Iterable[Finding]) -> dict[str, tuple[int, Fraction | None, str]]:
    """unit -> (number of findings, largest excess, where it is), in order of the units' first finding.

    Findings that compare no numbers stand under the unit '' and have no excess.
    """
    found: dict[str, tuple[int, Fraction | None, str]] = {}
    for finding in findings:
        unit, amount = excess(finding) or ("", None)
        count, most, where = found.get(unit, (0, None, finding.where))
        if amount is not None and (most is None or amount > most):
            most, where = amount, finding.where
        found[unit] = (count + 1, most, where)
    return found
