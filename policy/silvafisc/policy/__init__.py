"""The law as dated data, and the scenarios that choose within it."""

from .errors import NotInForce, PolicyError, UnknownParameter, WrongUnit
from .parameter_files import Change, DatedValue, Parameter, Reference
from .parameters import ParameterTree, Rules, Value
from .schema import STATUSES

__all__ = [
    "STATUSES",
    "Change",
    "DatedValue",
    "NotInForce",
    "Parameter",
    "ParameterTree",
    "PolicyError",
    "Reference",
    "Rules",
    "UnknownParameter",
    "Value",
    "WrongUnit",
]
