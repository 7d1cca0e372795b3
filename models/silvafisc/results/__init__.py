"""Frozen types that the model packages exchange, and the outcome folder they end in."""

from .claims import Claim, check_claims
from .inputs import INPUT_TABLES, OPTIONAL_TABLES, UnitInputs
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
    "OPTIONAL_TABLES",
    "CategorySpec",
    "Claim",
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
    "check_claims",
]
