"""Menus of offers: every standard, task level and factor weighting on offer, with exact area and cost per unit.

Rigid and committed money is computed first and kept apart (`Fixed`): it is never a choice.
"""

from dataclasses import dataclass

import pandas as pd

from silvafisc.results import Offers, Resolved, Responses, UnitInputs, Yields
from silvafisc.results.loans import LoanOffers

from .columns import cost_column, finish
from .compensation import compensation_offers
from .factor_pot import factor_offers, weight_vectors
from .fixed import Fixed, fixed_money
from .loans import loan_menus
from .tasks import task_offers
from .tonnes import Consequences

__all__ = ["Fixed", "Menus", "cost_column", "menus", "weight_vectors"]


@dataclass(frozen=True)
class Menus:
    """All offers, and the money that is no offer."""

    offers: Offers
    fixed: Fixed


def menus(
    resolved: Resolved,
    inputs: UnitInputs,
    yields: Yields,
    responses: Responses,
    loans: LoanOffers | None = None,
) -> Menus:
    """Compute fixed money and all offers of a scenario.

    Args:
        loans: what units are offered of the scenario's loans; needed where it has any.

    Returns:
        Offers sorted by menu and offer; the same offers whatever the row order of the inputs.

    Raises:
        KeyError: a unit lacks a response, a yield or an area that the scenario needs (named).
    """
    consequences = Consequences.of(resolved, yields, responses)
    fixed = fixed_money(resolved, inputs, consequences)
    frames = [
        *(compensation_offers(resolved, inputs, consequences, category) for category in resolved.categories),
        *(task_offers(resolved, inputs, consequences, task) for task in resolved.tasks),
        *(factor_offers(resolved, inputs, consequences, fund) for fund in resolved.funds if fund.factor_pot_fen),
        *(
            loan_menus(resolved, inputs, consequences, loans, loan)
            for loan in resolved.loans
            if loans is not None and (loans.table["instrument"] == loan.id).any()
        ),
    ]
    table = finish(pd.concat(frames, ignore_index=True)) if frames else finish(pd.DataFrame())
    return Menus(Offers(table, fixed.objectives()), fixed)
