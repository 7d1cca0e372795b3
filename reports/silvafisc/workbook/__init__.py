"""Excel workbooks: the outcome's tables with live formulas, and the input workbook that a unit fills in.

Nothing is built here yet: tables of XLSX inputs are read by `silvafisc.datasets`, outcome workbooks are a later step.
"""
