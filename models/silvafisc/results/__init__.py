"""Frozen types that the model packages exchange, and the outcome folder they end in.

The register of carbon uses is in `results.claims`, apart: the audit imports this package and must stay a second road.
"""

from .inputs import INPUT_TABLES, OPTIONAL_COLUMNS, OPTIONAL_TABLES, UnitInputs, columns_of
from .offers import Offers, Responses, Yields
from .outcome import FORMAT_VERSION, Outcome, OutcomeError
from .resolved import (
    CategorySpec,
    FactorSpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Resolved,
    RuleSpec,
    TaskSpec,
)

__all__ = [
    "FORMAT_VERSION",
    "INPUT_TABLES",
    "OPTIONAL_COLUMNS",
    "OPTIONAL_TABLES",
    "CategorySpec",
    "FactorSpec",
    "FundSpec",
    "GradeSpec",
    "ObjectiveSpec",
    "Offers",
    "Outcome",
    "OutcomeError",
    "Resolved",
    "Responses",
    "RuleSpec",
    "TaskSpec",
    "UnitInputs",
    "Yields",
    "columns_of",
]
