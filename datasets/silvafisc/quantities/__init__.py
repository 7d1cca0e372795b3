"""Exact quantities: money in fen, areas in tenths of a mu, shares as fractions, and the closed registry of units."""

from .apportion import apportion, split_payers
from .money import entitlement, fen_to_yuan, share, yuan_to_fen
from .units import UNITS, Unit, area_to_tenths, convert, mu_to_tenths, tenths_to_mu, unit_of_column

__all__ = [
    "UNITS",
    "Unit",
    "apportion",
    "area_to_tenths",
    "convert",
    "entitlement",
    "fen_to_yuan",
    "mu_to_tenths",
    "share",
    "split_payers",
    "tenths_to_mu",
    "unit_of_column",
    "yuan_to_fen",
]
