"""Settlement by accepted area (验收面积): what a unit is entitled to where fewer mu pass than were paid for.

settled = annual − Σ_subjects (own(planned area) − own(accepted area))

own(a) is the fund payer's part of ⌊s a⌋ for a category's standard s, and of the first instalment of ⌊u a⌋ for a task's
unit standard u; later instalments have gates of their own. Factor money and what supplements changed stay as notified.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.quantities import entitlement, mu_to_tenths, share, split_payers, yuan_to_fen
from silvafisc.results import Resolved

from ..menus.tasks import instalment_amounts
from .book import Key

AREA_NATURES = ("rigid", "top_up", "task")
"""Natures of money that is an area times a published standard."""


@dataclass(frozen=True)
class Planned:
    """What a unit was paid for in a year: area in 0.1 mu and the whole standard in fen per mu of a category or task."""

    area_tenth_mu: int
    standard_fen: int


def planned_areas(allocation: pd.DataFrame, year: str) -> dict[Key, dict[str, Planned]]:
    """(unit, fund) -> category or task measure -> what was paid for in `year`."""
    rows = allocation[(allocation["period"] == year) & allocation["nature"].isin(AREA_NATURES)]
    found: dict[Key, dict[str, Planned]] = {}
    names = ("region_code", "fund", "category", "measure", "area_mu", "standard_yuan_per_mu")
    for code, fund, category, measure, area, standard in zip(*(rows[name].astype(str) for name in names), strict=True):
        subjects, subject = found.setdefault((code, fund), {}), category or measure
        before = subjects.get(subject, Planned(0, 0))
        # A top-up has no area of its own and states the whole standard.
        tenths = before.area_tenth_mu + (mu_to_tenths(area) if area else 0)
        subjects[subject] = Planned(tenths, max(before.standard_fen, yuan_to_fen(standard)))
    return found


def own_fen(resolved: Resolved, subject: str, tier: str, planned: Planned, area_tenth_mu: int) -> int:
    """own(a): what the fund's payer owes in the year for that area of a category or task, fen."""
    whole = entitlement(planned.standard_fen, area_tenth_mu)
    tasks = {task.id: task for task in resolved.tasks}
    spec = tasks.get(subject) or resolved.category(subject)
    if subject in tasks:
        parts = dict(instalment_amounts(tasks[subject], np.array([whole], np.int64)))
        whole = int(parts[0][0]) if 0 in parts else 0
    shares = [(payer, share(part)) for payer, part in spec.payer_shares[tier]]
    return split_payers(whole, shares).get(resolved.fund(spec.fund).payer, 0)


def shortfall_fen(resolved: Resolved, tier: str, planned: Mapping[str, Planned], accepted: Mapping[str, int]) -> int:
    """Σ_subjects (own(planned) − own(accepted)) of one unit and fund. accepted: subject -> 0.1 mu, of every subject."""
    return sum(
        own_fen(resolved, subject, tier, one, one.area_tenth_mu)
        - own_fen(resolved, subject, tier, one, accepted[subject])
        for subject, one in planned.items()
    )
