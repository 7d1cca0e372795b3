"""Loan on the pledged right to forest carbon revenue (林业碳汇预期收益权质押贷款).

principal = min( pledge rate x PV of pledged revenue at the haircut price, the principal whose debt service keeps every
                 year's cover >= the least, request )
pledged revenue = verified tonnes + haircut share of future ones, inside the crediting period
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from pydantic import Field

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules
from silvafisc.policy.schema import ShareText, Strict, hint
from silvafisc.policy.yaml_source import Path_
from silvafisc.quantities import share, yuan_to_fen

from ..assess import BASE, FISCAL, Course, LoanCase
from ..cash_flows import Flow, present_value
from ..cash_gap import cash_gap, payment_plan
from ..dates import Day, year_end
from ..issuance import Lump, after_fire
from ..offsets import Buyer, offset_faults
from ..paths import scaled
from ..sharing import Holder, sharing_faults
from .carbon_fields import BuyerFile, ClaimFile, HolderFile, PlantingFile
from .carbon_side import Carbon, CarbonFile, carbon_of
from .checks import claim_faults, party_faults, project_faults, tenor_faults
from .fields import Where, finding
from .loan_fields import LoanFile, added, loan_faults, other_income, parties_of, stated, stress_of, support_of, terms_of

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
    sharing: list[HolderFile] | None = None
    """Who shares the carbon income; all of it is the borrower's where left out."""
    buyers: list[BuyerFile] = Field(default_factory=list)
    """Those who buy, where they are known."""
    other_uses: list[ClaimFile] = Field(default_factory=list)
    """What the register of uses holds on the same tonnes."""
    planting: PlantingFile | None = None
    """Planting that the borrower advances."""
    contract: list[str] | None = None
    """Elements of the contract that are agreed, for the checklist."""
    disclosures: list[str] | None = None
    """What is disclosed, for the checklist."""


def build(file: CarbonPledgeLoan, rules: Rules, where: Where) -> LoanCase:
    """The loan that a file describes. Raises InputError with everything that is refused."""
    findings = [*loan_faults(file, "carbon", rules, where), *project_faults(file.project, file.price, rules, where)]
    findings += tenor_faults(file.terms, file.project.last_year, where)
    findings += claim_faults(file.project, file.other_uses, file.terms, file.lender, where)
    findings += element_faults(file, rules, where)
    named: list[tuple[Path_, str]] = [(("buyers", at, "name"), buyer.name) for at, buyer in enumerate(file.buyers)]
    findings += party_faults(file.borrower, named, (), where)
    holders = tuple(Holder(row.name, row.right, share(row.share)) for row in file.sharing or ())
    if holders:
        faults = list(sharing_faults(holders, rules.fraction("finance.sharing.owner_share_least")))
        if file.borrower.name not in {holder.name for holder in holders}:
            faults.append((f"{file.borrower.name} has no share", f"借款人 {file.borrower.name} 未列入分成"))
        findings += [finding(where, ("sharing",), en, zh) for en, zh in faults]
    if findings:
        raise InputError(findings)
    carbon = carbon_of(file, file.terms, file.borrower.name, rules, holders, [row.name for row in file.buyers])
    sold = carbon.sold()
    buyers = [Buyer(row.name, row.market, share(row.obligation_tco2e), row.local) for row in file.buyers]
    if buyers:
        findings += [finding(where, ("buyers",), en, zh) for en, zh in offset_faults(sold, buyers, rules)]
    stated_from = min((step.from_ for step in file.price.steps or ()), default="")
    if sold and min(lump.sold for lump in sold).isoformat() < stated_from:
        en, zh = "no price is stated for the first sale", "首次出售时尚无价格"
        findings.append(finding(where, ("price", "steps"), en, zh))
    if findings:
        raise InputError(findings)
    return _case(file, rules, carbon, sold)


def element_faults(file: CarbonPledgeLoan, rules: Rules, where: Where) -> Iterator[Finding]:
    """Elements of contract and disclosure that the checklists do not know."""
    for key, what, names in (("contract", "elements", file.contract), ("disclosures", "disclosures", file.disclosures)):
        known = rules.texts(f"finance.contracts.{what}")
        for at, name in enumerate(names or ()):
            if name not in known:
                more_en, more_zh = hint(name, known)
                yield finding(where, (key, at), f"unknown element {name!r}{more_en}", f"未知的要素 {name!r}{more_zh}")


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
    stress = stress_of(file, rules)
    burnt = after_fire(carbon.tonnes, stress.fire_year, stress.fire_share)
    low = scaled(carbon.price, 1 - stress.price_fall)
    fire = (stress.fire_year, stress.fire_share)
    late = stress.months_late
    base = carbon.receipts(sold)
    courses = (
        Course(BASE, added(base, other)),
        Course("low_price", added(carbon.receipts(sold, low), other)),
        Course("late", added(carbon.receipts(carbon.sold(months_late=late)), other)),
        Course("fire", added(carbon.receipts(carbon.sold(burnt)), other), fire),
        Course("all", added(carbon.receipts(carbon.sold(burnt, late), low), other), fire),
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
