"""Who has checked the factors: which of them nobody verified."""

from silvafisc.results import UnitInputs

from .cells import rows
from .finding import Check


def unverified_factors(inputs: UnitInputs, check: Check) -> frozenset[str]:
    """Factors of which some unit's value has an empty `verified_by`."""
    found = rows("inputs/factors", inputs.factors, ("region_code", "factor"), ("verified_by",), check)
    return frozenset(cells.text("factor") for cells in found if not cells.text("verified_by").strip())
