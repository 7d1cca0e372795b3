"""Audit (校核): every rule and every sum recomputed by a second road, in whole fen, tenths of a mu and fractions.

Shares no code with menus, terms, build, solve or settle, nor the arithmetic of `quantities`. One file per rule and per
objective, of the name it has in the scenario; adding the file is all that is needed. A rule without a file is refused
by name, so an allocation under an unaudited rule is never clean.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pandas as pd

from silvafisc.results import Resolved, UnitInputs

from . import amounts, given, grades, instruments, levels, loans, offers, standards, sums, weights, year
from .case import Case
from .finding import Check
from .reading import read_case, read_known

__all__ = ["Judge", "audit", "audited"]

_ALWAYS: tuple[tuple[str, Callable[[Case, Check], None]], ...] = (
    ("amounts", amounts.examine),
    ("standards", standards.examine),
    ("weights", weights.examine),
    ("grades", grades.examine),
    ("offers", offers.examine),
    ("loans", loans.examine),
    ("sums.payers", sums.payers),
    ("sums.envelopes", sums.envelopes),
    ("sums.committed", sums.committed),
    ("sums.notice", sums.notice),
)

_GIVEN: tuple[tuple[str, Callable[[Case, Check], None]], ...] = (
    ("given", given.examine),
    ("sums.payers", sums.payers),
    ("sums.envelopes", sums.envelopes),
)
"""Where the offers are a table made elsewhere, amounts are those of its columns."""


def audit(resolved: Resolved, inputs: UnitInputs, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Audit a settled allocation.

    Args:
        resolved: the scenario. inputs: the input tables that the amounts follow from.
        tables: allocation, standards, weights, grades, envelopes, regions, offers, notice (columns as columns.csv;
            offers also with the columns of `Offers.table`), and indicators where reported objectives are to be compared.
            levels: totals by budget level, where the outcome has them.

    Returns:
        {"clean": bool, "checks": [{"rule", "clean", "checked", "findings": [{"where", "expected", "found", "zh", "en"}]}]}:
        first `tables` (everything readable, known and unique), then the sums and amounts, then every rule and objective
        of the scenario in its order, and the budget year and the loans and bonds where the tables have some. Where `tables` is not clean nothing else can be trusted and nothing else is run.
    """
    reading = Check("tables")
    case = read_case(resolved, inputs, tables, reading)
    checks = [reading]
    if reading.clean:
        for name, examine in _GIVEN if resolved.offers_given else _ALWAYS:
            checks.append(Check(name))
            examine(case, checks[-1])
        if "levels" in tables:
            checks.append(Check("levels"))
            levels.examine(inputs, tables, checks[-1])
        for spec in resolved.rules:
            checks.append(_run("rule", spec.rule, spec.params, case))
        for objective in resolved.objectives:
            column = {"column": objective.term} if objective.term.startswith("obj.") else {}
            checks.append(_run("objective", objective.term, {**objective.params, **column}, case))
    if any(len(tables.get(name, ())) for name in year.TABLES):
        checks.append(Check("year"))
        year.examine(tables, resolved.notice_unit_fen, checks[-1])
    if len(tables.get(instruments.HEAD, ())):
        checks.append(Check("instruments"))
        instruments.examine(tables, checks[-1])
    return {"clean": all(check.clean for check in checks), "checks": [check.to_dict() for check in checks]}


class Judge:
    """The clauses of a scenario's rules alone, over tables that nobody published (as `audit` reads them), of any number.

    Raises:
        ValueError: the tables cannot be read.
    """

    def __init__(self, resolved: Resolved, inputs: UnitInputs) -> None:
        reading = Check("tables")
        self._resolved, self._inputs, self._known = resolved, inputs, read_known(resolved, inputs, reading)
        _insist(reading)

    def judged(self, tables: Mapping[str, pd.DataFrame]) -> list[Check]:
        """What each rule finds, in the scenario's order."""
        reading = Check("tables")
        case = read_case(self._resolved, self._inputs, tables, reading, self._known)
        _insist(reading)
        return [_run("rule", spec.rule, spec.params, case) for spec in self._resolved.rules]


def _insist(reading: Check) -> None:
    if not reading.clean:
        raise ValueError("; ".join(finding.en for finding in reading.findings))


def audited(kind: str) -> dict[str, ModuleType]:
    """Name -> module of every rule (kind 'rule') or objective (kind 'objective') that has an audit file."""
    modules = {module.name: import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)}
    return {name: module for name, module in sorted(modules.items()) if getattr(module, "KIND", "") == kind}


def _run(kind: str, name: str, params: Mapping[str, Any], case: Case) -> Check:
    check = Check(name)
    module = audited(kind).get("column" if name.startswith("obj.") else name)
    if module is None:
        check.refuse(f"{kind}: {name}", "没有校核文件，无法校核", "there is no audit file for it; it cannot be checked")
    else:
        module.examine(case, params, check)
    return check
