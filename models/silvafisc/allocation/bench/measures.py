"""What a policy buys and for whom: tonnes, rent, additionality-adjusted price, errors of targeting.

    rent = payment − cost                               share of it in the payment
    yuan per tonne = payment / Σ benefit                per additional tonne = payment / Σ additional
    inclusion error = money to units outside the priority group / all money          (leakage)
    exclusion error = land of the group that is not enrolled / its land                   (undercoverage)
In words: the errors are those of Coady, Grosh & Hoddinott (2004), by money and by land instead of heads.
"""

from collections.abc import Collection

import pandas as pd

COLUMNS = (
    "area_mu",
    "benefit_t",
    "additional_t",
    "payment_yuan",
    "cost_yuan",
    "rent_yuan",
    "rent_share",
    "yuan_per_t",
    "yuan_per_additional_t",
    "inclusion_error",
    "exclusion_error",
)


def summary(enrolled: pd.DataFrame, priority: Collection[str] = ()) -> dict[str, float | None]:
    """One policy in figures.

    Args:
        enrolled: from `enrol`.
        priority: codes of the priority units; without a site of theirs the errors are None.

    Returns:
        the names of `COLUMNS`; None where a figure does not exist (nothing bought, no group).
    """
    area = enrolled["enrolled"] * enrolled["area_mu"]
    payment, cost = float(enrolled["payment_yuan"].sum()), float(enrolled["cost_yuan"].sum())
    benefit = float((area * enrolled["benefit_t_per_mu"]).sum())
    additional = float((area * enrolled["additional_t_per_mu"]).sum())
    rent = payment - cost
    figures: list[float | None] = [float(area.sum()), benefit, additional, payment, cost, rent]
    figures += [_ratio(rent, payment), _ratio(payment, benefit), _ratio(payment, additional)]
    return dict(zip(COLUMNS, [*figures, *_errors(enrolled, area, payment, priority)], strict=True))


def _errors(
    enrolled: pd.DataFrame, area: "pd.Series[float]", payment: float, priority: Collection[str]
) -> tuple[float | None, float | None]:
    listed = enrolled["region_code"].isin(list(priority))
    if not listed.any():
        return None, None
    leaked = _ratio(float(enrolled["payment_yuan"][~listed].sum()), payment)
    land = float(enrolled["area_mu"][listed].sum())
    return leaked, 1 - float(area[listed].sum()) / land


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
