"""Loans, bonds and portfolios as tables and as one set of terms: what a folder holds, and what a term sheet shows."""

from .bond_sheet import bond_sheet
from .loan_sheet import loan_sheet
from .portfolio_sheet import portfolio_sheet
from .sheet import COPY, TERMS, Figure, Sheet

__all__ = ["COPY", "TERMS", "Figure", "Sheet", "bond_sheet", "loan_sheet", "portfolio_sheet"]
