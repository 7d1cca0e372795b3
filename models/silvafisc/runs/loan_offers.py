"""Loans on offer, unit by unit: where a project covers one, what it costs the funds, and how many join.

Official money follows the assigned area, min(floor(need x share), capacity); the participation curve scales only tonnes
and income, as for tasks. What pays for the work where a loan does, per mu and over the loan's life:
    s = receipts of the project + interest and fee subsidies - interest - guarantee fee, 0 where that is negative
    uptake pi(s), income pi(s) (h s - l c)    h, l, pi: as economy.responses; c: public cost per mu
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from silvafisc.allocation.menus.tasks import assigned_area, task_units
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.economy.curves import participation
from silvafisc.economy.response_table import local_share
from silvafisc.finance.offered import (
    Money,
    carbon_receipts,
    moved_money,
    offered_schedule,
    other_receipts,
)
from silvafisc.finance.schedules import Payment, TermsError
from silvafisc.policy import Scenario
from silvafisc.quantities import entitlement, share
from silvafisc.quantities.money import TENTHS_PER_MU
from silvafisc.results import Resolved, UnitInputs, Yields
from silvafisc.results.loans import FEE_SUBSIDY, NO_LOAN, SUBSIDY, LoanOffers, LoanSpec, level_of, offer_name

COLUMNS = [
    "region_code",
    "instrument",
    "measure",
    "period",
    "offer",
    "subsidy_rate",
    "quantity",
    "area_tenth_mu",
    "principal_fen",
    "uptake",
    "income_fen_per_mu",
]
COVER = [
    "instrument",
    "region_code",
    "period",
    "principal_fen_per_mu",
    "carbon_fen_per_mu",
    "other_fen_per_mu",
    "service_fen_per_mu",
    "cover",
    "cover_least",
    "on_offer",
    "reason_zh",
    "reason_en",
]


class UnknownCost(Exception):
    """`<unit>/<measure>` of work whose full cost, of which a share is lent, nobody states."""


@dataclass(frozen=True)
class Project:
    """The work of one unit, loan and period; areas in 0.1 mu, costs in fen per mu. tonnes: year -> credited per mu."""

    loan: LoanSpec
    region: str
    period: str
    need: int
    capacity: int
    full_cost: int
    required: float
    """Median need to be paid per mu (participation), and its spread."""
    sigma: float
    reaches: float
    """Share of a payment that reaches households."""
    duty: float
    """Share of a payment that the unit and those below it pay."""
    tonnes: Mapping[int, Fraction]

    @property
    def principal_per_mu(self) -> int:
        """floor(full cost x share lent)."""
        return (self.full_cost * share(self.loan.lent_share)).__floor__()

    def principal(self, area: int) -> int:
        """What is lent for an area."""
        return entitlement(self.principal_per_mu, area)

    def lines(self, area: int) -> tuple[Payment, ...]:
        """The schedule for an area."""
        return offered_schedule(self.loan, self.period, self.principal(area))

    @cached_property
    def carbon_by_year(self) -> dict[int, int]:
        """Year -> fen from the tonnes of the whole need."""
        whole = {year: amount * self.need / TENTHS_PER_MU for year, amount in self.tonnes.items()}
        return carbon_receipts(self.loan, self.period, whole)

    @cached_property
    def carbon_per_mu(self) -> int:
        """Receipts from tonnes to the last payment, fen per mu, rounded down."""
        return sum(self.carbon_by_year.values()) * TENTHS_PER_MU // self.need

    @cached_property
    def other_per_mu(self) -> int:
        """Other receipts to the last payment, fen per mu."""
        return sum(other_receipts(self.loan, self.period).values())

    @cached_property
    def service_per_mu(self) -> int:
        """Principal and interest of a loan for the whole need, fen per mu, rounded up."""
        paid = sum(line.service_fen for line in self.lines(self.need))
        return -(-paid * TENTHS_PER_MU // self.need)

    @cached_property
    def cover(self) -> Fraction:
        """Receipts over debt service, both to the last payment."""
        return Fraction(self.carbon_per_mu + self.other_per_mu, self.service_per_mu)

    @property
    def covered(self) -> bool:
        """Whether the project covers the loan as well as a lender asks."""
        return self.cover >= share(self.loan.cover_least)

    def brought(self, area: int, money: Money) -> tuple[float, float]:
        """(share of the area that joins, weighed income in fen per mu) of a loan for an area above nothing."""
        sums: dict[str, int] = {}
        for (_, item), fen in money.items():
            sums[item] = sums.get(item, 0) + fen
        support = sums.get(SUBSIDY, 0) + sums.get(FEE_SUBSIDY, 0)
        net = Fraction((support - sums.get("interest", 0) - sums.get("guarantee_fee", 0)) * TENTHS_PER_MU, area)
        pays = max(0.0, float(self.carbon_per_mu + self.other_per_mu + net))
        uptake = participation(pays, self.required, self.sigma)
        public = sums.get("public_cost", 0) * TENTHS_PER_MU / area
        return uptake, uptake * (self.reaches * pays - self.duty * public)


def loan_offers(scenario: Scenario, resolved: Resolved, inputs: UnitInputs, yields: Yields) -> LoanOffers:
    """All offers of the scenario's loans, by unit, loan, period and offer.

    Raises:
        InputError: terms that no schedule follows from, or a unit without full cost of the work; all findings at once.
    """
    rows: list[dict[str, object]] = []
    covers, findings = [], []
    for loan in resolved.loans:
        try:
            for project in projects(loan, resolved, inputs, yields):
                covers.append(cover_row(project))
                rows += _offers(project) if project.covered else []
        except TermsError as error:
            findings.append(Finding(scenario.where("loans", loan.id), f"loans.{loan.id}", error.en, error.zh))
        except UnknownCost as error:
            en = f"the table responses has no full_cost_yuan_per_mu of {error}"
            zh = f"responses 表没有 {error} 的全部成本（full_cost_yuan_per_mu）"
            findings.append(Finding(scenario.where("loans", loan.id), f"loans.{loan.id}", en, zh))
    if findings:
        raise InputError(findings)
    table = pd.DataFrame(rows, columns=None if rows else COLUMNS)
    public = sorted(name for name in table.columns if str(name).startswith("public."))
    table = table[[*COLUMNS, *public]].fillna(dict.fromkeys(public, 0)).astype(dict.fromkeys(public, "int64"))
    order = ["region_code", "instrument", "period", "offer"]
    cover = pd.DataFrame(covers, columns=COVER).sort_values(["instrument", "region_code", "period"], ignore_index=True)
    return LoanOffers(table.sort_values(order, ignore_index=True), cover)


def projects(loan: LoanSpec, resolved: Resolved, inputs: UnitInputs, yields: Yields) -> Iterator[Project]:
    """The work that a loan may pay for: every unit with a need, every period. Raises UnknownCost."""
    table = inputs.responses[inputs.responses["subject"] == loan.measure].set_index("region_code")
    regions = inputs.regions.set_index("region_code")
    flows = yields.table[(yields.table["measure"] == loan.measure) & (yields.table["year"] <= yields.horizon)]
    tonnes: dict[tuple[str, str], dict[int, Fraction]] = {}
    names = ["region_code", "period", "year", "credited_tco2e_per_mu"]
    for code, period, year, amount in flows[names].itertuples(index=False, name=None):
        tonnes.setdefault((str(code), str(period)), {})[int(year)] = Fraction(float(amount))
    units = task_units(inputs, loan.measure)
    for code, need, capacity, tier in units.itertuples(index=False, name=None):
        full = table["full_cost_fen"].get(code)
        if full is None or pd.isna(full) or not full > 0:
            raise UnknownCost(f"{code}/{loan.measure}")
        duty = float(local_share(loan.payer_shares, str(regions["unit_level"][code]), str(tier)))
        for period in resolved.periods if need else ():
            project = Project(
                loan=loan,
                region=str(code),
                period=period,
                need=int(need),
                capacity=int(capacity),
                full_cost=int(full),
                required=float(table["opportunity_cost_fen"][code]),
                sigma=float(table["sigma"][code]),
                reaches=float(table["household_share"][code]),
                duty=duty,
                tonnes=tonnes.get((str(code), period), {}),
            )
            if project.principal(project.need):
                yield project


def cover_row(project: Project) -> dict[str, object]:
    """A row of loan_cover.csv."""
    loan, shown = project.loan, f"{float(project.cover):.2f}"
    zh, en = f"项目收入为还款额的 {shown} 倍", f"the project's receipts are {shown} times the debt service"
    if project.covered:
        zh, en = f"{zh}，不低于 {loan.cover_least}", f"{en}, not below {loan.cover_least}"
    else:
        zh = f"{zh}，低于 {loan.cover_least}：不宜贷款"
        en = f"{en}, below {loan.cover_least}: finance is not worth it here"
    if loan.market and not project.carbon_per_mu:
        zh = f"{zh}；还款期内没有可售出的减排量"
        en = f"{en}; no tonnes are issued and sold before the last payment"
    return {
        "instrument": loan.id,
        "region_code": project.region,
        "period": project.period,
        "principal_fen_per_mu": project.principal_per_mu,
        "carbon_fen_per_mu": project.carbon_per_mu,
        "other_fen_per_mu": project.other_per_mu,
        "service_fen_per_mu": project.service_per_mu,
        "cover": float(project.cover),
        "cover_least": loan.cover_least,
        "on_offer": project.covered,
        "reason_zh": zh,
        "reason_en": en,
    }


def _offers(project: Project) -> Iterator[dict[str, object]]:
    """No loan, then every subsidy rate with every share of the need."""
    loan = project.loan
    yield _row(project, NO_LOAN, 0, 0, (0.0, 0.0), {})
    for quantity in loan.quantity_shares[1:]:
        area = int(assigned_area(np.array([project.need]), np.array([project.capacity]), quantity)[0])
        lines = project.lines(area) if project.principal(area) else None
        for rate in loan.subsidy_rates:
            offer = offer_name(rate, quantity)
            if lines is None:
                yield _row(project, offer, 0, 0, (0.0, 0.0), {})
                continue
            money = moved_money(loan, lines, share(rate))
            yield _row(project, offer, area, project.principal(area), project.brought(area, money), money)


def _row(
    project: Project, offer: str, area: int, principal: int, brought: tuple[float, float], money: Money
) -> dict[str, object]:
    rate, quantity = level_of(offer)
    public = {f"public.{year}_fen": fen for (year, item), fen in money.items() if item == "public_cost"}
    uptake, income = brought
    loan = project.loan
    named = (project.region, loan.id, loan.measure, project.period, offer, rate, quantity)
    values = (*named, area, principal, uptake, income)
    return dict(zip(COLUMNS, values, strict=True)) | public
