"""Loan on the pledged right to forest carbon revenue (林业碳汇预期收益权质押贷款).

principal = min( pledge rate x PV of pledged revenue at the haircut price, the principal whose debt service keeps every
                 year's cover >= the least, request )
pledged revenue = verified tonnes + haircut share of future ones, inside the crediting period
"""

from fractions import Fraction
from typing import Literal

from silvafisc.datasets.findings import InputError
from silvafisc.policy import Rules
from silvafisc.policy.schema import ShareText, Strict
from silvafisc.quantities import yuan_to_fen

from ..assess import BASE, FISCAL, Course, LoanCase
from ..cash_flows import Flow, present_value
from ..cash_gap import cash_gap, payment_plan
from ..dates import Day, year_end
from ..issuance import Lump
from ..paths import scaled
from .carbon_checks import carbon_faults, sale_faults
from .carbon_fields import PlantingFile
from .carbon_side import Carbon, CarbonFile, carbon_of
from .checks import tenor_faults
from .fields import Where, stated
from .incomes import added, other_income
from .loan_fields import LoanFile, loan_faults, parties_of, support_of, terms_of
from .stresses import stress_of, stressed

_PLEDGE = "finance.pledge."
SUPPLIERS = "suppliers"
"""Those whom planting pays."""


class PledgeFile(Strict):
    """How the bank values the pledge; what is left out is as the parameters under finance.pledge say."""

    rate: ShareText | None = None
    """Pledge rate."""
    future_share: ShareText | None = None
    """Share of tonnes not yet verified that counts."""
    price_haircut: ShareText | None = None
    """Haircut on the price."""
    discount_rate: ShareText | None = None
    """Discount rate."""


class CarbonPledgeLoan(LoanFile, CarbonFile):
    """The whole file."""

    instrument: Literal["carbon_pledge_loan"]
    """What it is."""
    pledge: PledgeFile = PledgeFile()
    """How the bank values them."""
    planting: PlantingFile | None = None
    """Planting that the borrower advances."""


def build(file: CarbonPledgeLoan, rules: Rules, where: Where) -> LoanCase:
    """The loan that a file describes. Raises InputError with everything that is refused."""
    findings = [*loan_faults(file, "carbon", rules, where), *carbon_faults(file, file, file.lender, rules, where)]
    findings += tenor_faults(file.terms, file.project.last_year, where)
    if findings:
        raise InputError(findings)
    carbon = carbon_of(file, file.terms, file.borrower.name, rules)
    sold = carbon.sold()
    findings += sale_faults(file, sold, rules, where)
    if findings:
        raise InputError(findings)
    return _case(file, rules, carbon, sold)


def planting_flows(file: PlantingFile, borrower: str, rules: Rules) -> tuple[Flow, ...]:
    """Costs and subsidy of the planting, on the last day of each year."""
    plan = payment_plan(file.scheme, rules)
    flows = []
    for row in cash_gap(file.costs_fen(), yuan_to_fen(file.subsidy), file.year, plan):
        day = year_end(row.year)
        flows += [Flow(day, "cost", borrower, SUPPLIERS, row.cost_fen)] if row.cost_fen else []
        flows += [Flow(day, "instalment", FISCAL, borrower, row.subsidy_fen)] if row.subsidy_fen else []
    return tuple(flows)


def _case(file: CarbonPledgeLoan, rules: Rules, carbon: Carbon, sold: tuple[Lump, ...]) -> LoanCase:
    pledge = file.pledge
    haircut = 1 - stated(pledge.price_haircut, _PLEDGE + "price_haircut", rules)
    future = stated(pledge.future_share, _PLEDGE + "future_share", rules)
    discount_rate = stated(pledge.discount_rate, _PLEDGE + "discount_rate", rules)
    at_haircut = scaled(carbon.price, haircut)
    pledged = added(
        carbon.receipts(carbon.stock(), at_haircut),
        {day: (fen * future).__floor__() for day, fen in carbon.receipts(carbon.ahead(), at_haircut).items()},
    )
    other, other_flows = other_income(file)
    stress = stress_of(file.stress, file.terms, rules)
    base = carbon.receipts(sold)
    courses = (
        Course(BASE, added(base, other)),
        *(Course(name, added(carbon.receipts(*one), other), fire) for name, one, fire in stressed(carbon, stress)),
    )
    planted = () if file.planting is None else planting_flows(file.planting, file.borrower.name, rules)
    kept: dict[Day, Fraction] = {}
    for lump in sold:
        kept[lump.sold] = kept.get(lump.sold, Fraction(0)) + lump.tonnes * carbon.practice.kept * carbon.part
    return LoanCase(
        parties=parties_of(file),
        terms=terms_of(file, base),
        amount_fen=file.amount.fen,
        granted=file.amount.granted is not None,
        value=present_value(pledged, carbon.drawn, discount_rate),
        pledge_rate=stated(pledge.rate, _PLEDGE + "pledge_rate", rules),
        pledged=added(pledged, other),
        courses=courses,
        sold_kept=kept,
        other=other,
        income=(*carbon.income(sold), *other_flows, *planted),
        least=stated(file.cover_least, _PLEDGE + "cover_least", rules),
        ordinary_multiple=rules.fraction(_PLEDGE + "ordinary_credit_multiple"),
        support=support_of(file, rules),
    )
