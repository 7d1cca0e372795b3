"""Five accounts of a measure that are never mixed: gross, baseline, additional, credited, deducted.

Every account is a flow of a year in tCO2e per mu, removal positive:
flow = 44/12 · ΔC - (CH4 + N2O + inputs), with C the carbon of living trees, dead matter and wood products.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import convert

from .biomass import TCO2E_PER_MU
from .crediting import Credited, Deductions, deduct
from .errors import refuse
from .guard import FLOWS
from .mixtures import Array

POOLS = ("living", "dead", "products")
MU_PER_HA = float(convert(Decimal(1), "ha", "mu"))
_POOLS = "carbon.crediting.creditable_pools"


@dataclass(frozen=True)
class Balance:
    """The carbon of a mean hectare over the years, with a measure or without; rows (n) are what the caller says.

    living: trees with roots; dead: dead wood, litter, soil; products: harvested wood in use; each (n, years + 1) tC/ha,
    at the start and at the end of each year. emissions: (n, years) tCO2e/ha of methane and nitrous oxide from fire and
    of inputs such as fertiliser, positive = emitted. CO2 and CO of fire are no emissions here: their carbon left a pool.
    """

    living: Array
    dead: Array
    products: Array
    emissions: Array

    def flow(self, pools: Sequence[str] = POOLS) -> Array:
        """(n, years) tCO2e per mu: the change of these pools less the emissions."""
        held = {"living": self.living, "dead": self.dead, "products": self.products}
        stock = sum(held[pool] for pool in pools)
        return np.asarray(np.diff(stock, axis=1) * TCO2E_PER_MU - self.emissions / MU_PER_HA)


@dataclass(frozen=True)
class Accounts:
    """The accounts, (n, years) tCO2e per mu: additional = gross - baseline; credits, with each deduction apart.

    eligible: what the methodology deems additional, before deductions; its sum is the credited and deducted flow inside
    the crediting period. It is counted against the methodology's own baseline and over the credited pools only, so it
    may exceed `additional`, and often does.
    """

    gross: Array
    baseline: Array
    eligible: Array
    credits: Credited

    @property
    def additional(self) -> Array:
        """Economically additional: what would not have happened without the measure."""
        return np.asarray(self.gross - self.baseline)

    def columns(self) -> dict[str, Array]:
        """The five public columns, named as in `guard.FLOWS`."""
        parts = (self.gross, self.baseline, self.additional, self.credits.credited, self.credits.deducted)
        return dict(zip(FLOWS, parts, strict=True))


def credited_pools(rules: Rules) -> tuple[str, ...]:
    """The pools whose change is credited. Raises InputError for an unknown name, a repeated one, or none."""
    pools = rules.texts(_POOLS)
    if not pools or len(set(pools)) != len(pools) or set(pools) - set(POOLS):
        raise refuse(_POOLS, f"must name some of {POOLS}, each once: {pools}", f"须取自 {POOLS}，不得重复：{pools}")
    return pools


def accounts(
    project: Balance,
    baseline: Balance,
    method_baseline: Balance,
    share: Array,
    first_year: int,
    taken: Deductions,
    rules: Rules,
) -> Accounts:
    """The accounts of a measure.

    gross, baseline: flows of `project` and of what would happen without the measure, over all pools.
    eligible = share · (flow of project - flow of method_baseline) over the credited pools, where share (n,) is the part
    that the methodology takes as additional (`eligibility.Eligibility.share`) and method_baseline is the methodology's
    baseline, for planting the vegetation of the bare land. Then `crediting.deduct`, from `first_year` (counted from 1).
    A measure that changes nothing has exactly nothing additional: both flows are the same numbers.
    """
    pools = credited_pools(rules)
    eligible = share[:, None] * (project.flow(pools) - method_baseline.flow(pools))
    return Accounts(project.flow(), baseline.flow(), eligible, deduct(eligible, first_year, taken, rules))


def flow_table(codes: Sequence[str], measure: str, period: str, first: int, flows: dict[str, Array]) -> pd.DataFrame:
    """Rows region_code, measure, period, year and the given columns (units, years), by unit and calendar year from
    `first`."""
    years = next(iter(flows.values())).shape[1]
    return pd.DataFrame(
        {
            "region_code": np.repeat(np.array(codes), years),
            "measure": measure,
            "period": period,
            "year": np.tile(np.arange(first, first + years, dtype=np.int64), len(codes)),
        }
        | {column: part.ravel() for column, part in flows.items()}
    )


def additionality(codes: Sequence[str], measure: str, account: Accounts) -> pd.DataFrame:
    """What the methodology and what the economy call additional, side by side, summed over the years.

    columns: region_code, measure, ccer_additionality_tco2e_per_mu (eligible, before deductions),
    economic_additionality_tco2e_per_mu (project less what would have happened anyway), beyond_tco2e_per_mu: the part of
    the first that exceeds the second, credit without effect (never below zero).
    """
    ccer, economic = account.eligible.sum(axis=1), account.additional.sum(axis=1)
    return pd.DataFrame(
        {
            "region_code": np.array(codes),
            "measure": measure,
            "ccer_additionality_tco2e_per_mu": ccer,
            "economic_additionality_tco2e_per_mu": economic,
            "beyond_tco2e_per_mu": np.maximum(ccer - np.maximum(economic, 0), 0),
        }
    )
