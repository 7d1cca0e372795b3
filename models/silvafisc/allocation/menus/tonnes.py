"""What an offer brings: tonnes, weighted income, adequacy, looked up from yields and responses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from silvafisc.quantities import share
from silvafisc.quantities.money import FEN_PER_YUAN, TENTHS_PER_MU
from silvafisc.results import Resolved, Responses, Yields

Floats = NDArray[np.float64]
COMPENSATION = "compensation"
CARBON, CREDITED = "obj.carbon", "obj.carbon_credited"
"""Columns of economically additional tonnes, and of those that the crediting rules leave of them."""


@dataclass(frozen=True)
class Consequences:
    """Lookup tables: yields per (region, measure, period), responses per (region, subject, standard)."""

    yields: Mapping[tuple[str, str, str], float]
    uptake: Mapping[tuple[str, str, int], float]
    income: Mapping[tuple[str, str, int], float]
    omega: Mapping[str, float]
    tonnes_per_fen: Mapping[tuple[str, str, str], float]
    """(region, fund, period) -> tonnes that one fen of factor money is taken to bring; empty without assumption."""
    credited: Mapping[tuple[str, str, str], float] | None = None
    """As `yields`, of credited tonnes; None where nothing of the scenario counts them."""
    credited_per_fen: Mapping[tuple[str, str, str], float] | None = None
    """As `tonnes_per_fen`, of credited tonnes."""

    @staticmethod
    def of(resolved: Resolved, yields: Yields, responses: Responses) -> "Consequences":
        """Read the lookups out of the exchanged tables."""
        levels, indices = responses.levels, responses.indices
        # As lists: pandas' own strings are several times slower to loop over.
        codes, subjects = (levels[name].astype(object).tolist() for name in ("region_code", "subject"))
        keys = list(zip(codes, subjects, levels["standard_fen"].astype(int).tolist(), strict=True))
        totals = yields.totals()
        credited = yields.totals("credited_tco2e_per_mu") if counts_credited(resolved) else None
        uptake = dict(zip(keys, levels["uptake"].astype(float).tolist(), strict=True))
        return Consequences(
            yields=totals,
            uptake=uptake,
            income=dict(zip(keys, levels["income_fen_per_mu"].astype(float).tolist(), strict=True)),
            omega=dict(zip(indices["region_code"], indices["omega"].astype(float), strict=True)),
            tonnes_per_fen=_factor_tonnes(resolved, totals, uptake, indices["region_code"]),
            credited=credited,
            credited_per_fen=credited and _factor_tonnes(resolved, credited, uptake, indices["region_code"]),
        )

    @property
    def columns(self) -> Mapping[str, Mapping[tuple[str, str, str], float]]:
        """Column of tonnes -> yields: the additional ones and, where they count, the credited ones."""
        return {CARBON: self.yields} | ({} if self.credited is None else {CREDITED: self.credited})

    def per_fen(self, column: str) -> Mapping[tuple[str, str, str], float]:
        """(region, fund, period) -> tonnes of that column per fen of factor money."""
        return self.tonnes_per_fen if column == CARBON else self.credited_per_fen or {}

    def along(self, regions: Sequence[str], measure: str, subject: str) -> "Along":
        """The same for units in a fixed order."""
        return Along(self, regions, measure, subject)


class Along:
    """What one measure brings in units of a fixed order; every number is looked up once per unit."""

    def __init__(self, consequences: Consequences, regions: Sequence[str], measure: str, subject: str) -> None:
        self._from, self._regions, self._measure, self._subject = consequences, regions, measure, subject
        self._per_mu: dict[tuple[str, str | int], Floats] = {}

    def tonnes(self, period: str, standard: int, area: Floats) -> dict[str, Floats]:
        """tCO2e by column of paying `standard` (fen/mu) on `area` (0.1 mu) from `period` on."""
        uptake = self._responses("uptake", self._from.uptake, standard)
        return {
            column: self._yields(column, yields, period) * uptake * area / TENTHS_PER_MU
            for column, yields in self._from.columns.items()
        }

    def weighted_income(self, standard: int, area: Floats) -> Floats:
        """Equity-weighted yuan that reach households and unit budgets."""
        income = self._responses("income", self._from.income, standard)
        return self._omega * income * area / TENTHS_PER_MU / FEN_PER_YUAN

    @cached_property
    def _omega(self) -> Floats:
        return np.array([self._from.omega[r] for r in self._regions], np.float64)

    def _responses(self, name: str, responses: Mapping[tuple[str, str, int], float], standard: int) -> Floats:
        key = name, standard
        if key not in self._per_mu:
            found = [responses[r, self._subject, standard] for r in self._regions]
            self._per_mu[key] = np.array(found, np.float64)
        return self._per_mu[key]

    def _yields(self, column: str, yields: Mapping[tuple[str, str, str], float], period: str) -> Floats:
        key = column, period
        if key not in self._per_mu:
            self._per_mu[key] = np.array([yields[r, self._measure, period] for r in self._regions], np.float64)
        return self._per_mu[key]


def counts_credited(resolved: Resolved) -> bool:
    """Whether an objective or a rule of the scenario counts credited tonnes."""
    params = [spec.params for spec in resolved.objectives] + [spec.params for spec in resolved.rules]
    return any(stated.get("carbon") == "credited" for stated in params)


def _factor_tonnes(
    resolved: Resolved,
    yields: Mapping[tuple[str, str, str], float],
    uptake: Mapping[tuple[str, str, int], float],
    regions: Iterable[str],
) -> dict[tuple[str, str, str], float]:
    """Mean over the fund's task measures of their best tonnes per fen, times the stated effectiveness."""
    result: dict[tuple[str, str, str], float] = {}
    for fund in resolved.funds:
        tasks = [task for task in resolved.tasks if task.fund == fund.id]
        if fund.factor_effectiveness is None or not tasks:
            continue
        effect = float(share(fund.factor_effectiveness))
        for region in sorted(set(regions)):
            for period in resolved.periods:
                best = [
                    max(yields[region, t.id, period] * uptake[region, t.id, u] / u for u in t.standards_fen)
                    for t in tasks
                ]
                result[region, fund.id, period] = effect * sum(best) / len(best)
    return result
