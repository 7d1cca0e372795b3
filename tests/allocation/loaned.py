"""Tiny problems with a loan beside a task: what the loan costs is made up, so that enumeration needs no schedule."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from tests.allocation.brute import Choice
from tests.allocation.sample import sample_responses, sample_yields
from tests.allocation.tiny import CENTRAL, REFORM, Tiny, tiny, whole_gains

from silvafisc.allocation.menus import Menus, menus
from silvafisc.results import Offers
from silvafisc.results.loans import NO_LOAN, LoanOffers, LoanSpec, level_of, offer_name

MEASURE, LOAN = "afforestation", "afforestation_loan"
SPEC = LoanSpec(
    id=LOAN,
    measure=MEASURE,
    fund=REFORM,
    subsidy_rates=("0.01", "0.03"),
    quantity_shares=("0", "0.5", "1"),
    payer_shares=CENTRAL,
    lent_share="0.5",
    rate="0.04",
    years=3,
    drawn="03-20",
    every_months=12,
    repayment="bullet",
    interest_only=0,
    subsidy_years=3,
    months_to_pay=6,
    crediting_years=20,
    cover_least="1.2",
)


def loaned(
    mode: str,
    *,
    units: int = 2,
    periods: Sequence[str] = ("2026",),
    seed: int = 0,
    quantities: Sequence[str] = ("0", "0.5", "1"),
    without: Sequence[str] = (),
) -> Tiny:
    """A task and a loan for the same work in some units (`without`: where the loan is not on offer)."""
    base = tiny(
        mode, units=units, levels=(16_00,), task=True, periods=periods, quantities=quantities, seed=seed, grades=1
    )
    resolved = replace(base.resolved, loans=(SPEC,))
    # Grants and loans of half the need each fill a capacity of three quarters of it: together they do not fit.
    tasks = base.inputs.tasks.assign(capacity_tenth_mu=base.inputs.tasks["need_tenth_mu"] * 3 // 4)
    inputs = replace(base.inputs, tasks=tasks)
    offered = LoanOffers(_table(inputs.tasks, periods, seed, without), pd.DataFrame())
    responses, yields = sample_responses(resolved, inputs), sample_yields(resolved, inputs)
    built = menus(resolved, inputs, yields, responses, offered)
    made = Tiny(resolved, inputs, base.indices, Menus(Offers(built.offers.table, {}), built.fixed))
    return made.offers(lambda table: whole_gains(table, seed))


def _table(tasks: pd.DataFrame, periods: Sequence[str], seed: int, without: Sequence[str]) -> pd.DataFrame:
    draw, rows = np.random.default_rng(seed + 3), []
    names = [NO_LOAN, *(offer_name(rate, part) for rate in ("0.01", "0.03") for part in ("0.5", "1"))]
    for code, need, capacity in zip(
        tasks["region_code"], tasks["need_tenth_mu"], tasks["capacity_tenth_mu"], strict=True
    ):
        for period in periods if code not in without else ():
            for name in names:
                rate, part = level_of(name)
                area = min(int(need * float(part)), int(capacity))
                fen = int(area * float(rate) * draw.integers(800, 1200))
                years = {f"public.{int(period) + after}_fen": fen * (after + 1) for after in range(3)}
                rows.append(
                    {"region_code": code, "instrument": LOAN, "measure": MEASURE, "period": period, "offer": name}
                    | {"subsidy_rate": rate, "quantity": part, "area_tenth_mu": area, "principal_fen": 10 * area}
                    | {"uptake": 0.5, "income_fen_per_mu": 100.0, **years}
                )
    frame = pd.DataFrame(rows)
    public = [name for name in frame if str(name).startswith("public.")]
    return frame.fillna(dict.fromkeys(public, 0)).astype(dict.fromkeys(public, "int64"))


def lends(choice: Choice) -> bool:
    """Whether a choice has any loan."""
    return any(o.nature == "interest_subsidy" and o.area for o in choice.offers)


def fits(problem: Tiny, choice: Choice) -> bool:
    """Grants and loans of a unit within its need over all periods, and within its capacity in each, by hand."""
    tasks = problem.inputs.tasks
    for code, need, capacity in zip(
        tasks["region_code"], tasks["need_tenth_mu"], tasks["capacity_tenth_mu"], strict=True
    ):
        yearly = {
            period: sum(o.area for o in choice.offers if o.region == code and o.period == period and not o.category)
            for period in problem.resolved.periods
        }
        if sum(yearly.values()) > need or max(yearly.values()) > capacity:
            return False
    return True
