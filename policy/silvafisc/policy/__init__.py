"""The law as dated data, and the scenarios that choose within it."""

from .catalogue import Catalogue, Category, Fund, Measure, load_catalogue
from .errors import NotInForce, PolicyError, UnknownParameter, WrongUnit
from .instrument_files import INSTRUMENTS, shipped_instruments
from .parameter_files import Change, DatedValue, Parameter, Reference
from .parameters import ParameterTree, Rules, Value
from .scenario_files import PORTFOLIOS, load_scenario, shipped_scenarios
from .scenario_schema import Scenario
from .schema import STATUSES

__all__ = [
    "INSTRUMENTS",
    "PORTFOLIOS",
    "STATUSES",
    "Catalogue",
    "Category",
    "Change",
    "DatedValue",
    "Fund",
    "Measure",
    "NotInForce",
    "Parameter",
    "ParameterTree",
    "PolicyError",
    "Reference",
    "Rules",
    "Scenario",
    "UnknownParameter",
    "Value",
    "WrongUnit",
    "load_catalogue",
    "load_scenario",
    "shipped_instruments",
    "shipped_scenarios",
]
