"""Receipts by day: what comes in beside the pledge, net of running costs, summed and late."""

from collections.abc import Mapping

from ..cash_flows import Flow
from ..dates import Day, add_months
from .fields import Instrument


def other_income(file: Instrument) -> tuple[dict[Day, int], tuple[Flow, ...]]:
    """By day what the other income leaves after running costs, below nothing where they are more; and its flows."""
    receipts: dict[Day, int] = {}
    flows = []
    for income in file.other_income:
        for day, fen in income.by_day().items():
            receipts[day] = receipts.get(day, 0) + fen
            flows.append(Flow(day, income.kind, income.payer, file.borrower.name, fen))
    for cost in file.running_costs:
        for day, fen in cost.by_day().items():
            receipts[day] = receipts.get(day, 0) - fen
            flows.append(Flow(day, "cost", file.borrower.name, cost.payee, fen))
    return receipts, tuple(flows)


def added(*tables: Mapping[Day, int]) -> dict[Day, int]:
    """Receipts of several tables by day."""
    total: dict[Day, int] = {}
    for table in tables:
        for day, fen in table.items():
            total[day] = total.get(day, 0) + fen
    return dict(sorted(total.items()))


def later(receipts: Mapping[Day, int], months: int) -> dict[Day, int]:
    """The same receipts some months later."""
    return added(*({add_months(day, months): fen} for day, fen in receipts.items()))
