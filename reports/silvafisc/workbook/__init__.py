"""Excel workbooks of outcomes and papers: tables with live formulas that come to the audited fen.

The workbook that a unit fills in is made by `silvafisc.runs`, which reads it back.
"""

from .outcome_book import outcome_workbook
from .tables import tables_workbook

__all__ = ["outcome_workbook", "tables_workbook"]
