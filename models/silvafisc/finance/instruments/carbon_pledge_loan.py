"""Loan on the pledged right to forest carbon revenue (林业碳汇预期收益权质押贷款).

principal = min( pledge rate x PV of pledged revenue at the haircut price, the principal whose debt service keeps every
                 year's cover >= the least, request )
pledged revenue = verified tonnes + haircut share of future ones, inside the crediting period
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pydantic import Field

from silvafisc.datasets.findings import InputError
from silvafisc.policy import Rules
from silvafisc.policy.schema import ShareText, Strict
from silvafisc.quantities import share

from ..assess import BASE, Course, LoanCase, Parties
from ..cash_flows import Flow, present_value
from ..dates import Day, add_months
from ..issuance import Lump, Practice, Price, after_fire, lumps, sale_fen
from ..offsets import Buyer, offset_faults
from ..paths import flat, scaled, stepped
from ..sharing import Holder, share_out, sharing_faults
from .checks import claim_faults, project_faults, tenor_faults
from .fields import BuyerFile, ClaimFile, HolderFile, PracticeFile, PriceFile, ProjectFile, Where, finding
from .loan_fields import LoanFile, added, loan_faults, other_income, stated, stress_of, support_of, terms_of

_PLEDGE, _ISSUANCE = "finance.pledge.", "finance.issuance."
MARKET = "market"
"""Payer of the carbon revenue where no buyer is named."""


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


class CarbonPledgeLoan(LoanFile):
    """The whole file."""

    instrument: Literal["carbon_pledge_loan"]
    """What it is."""
    project: ProjectFile
    """Whose tonnes are pledged."""
    practice: PracticeFile = PracticeFile()
    """How they become money."""
    price: PriceFile
    """What they sell for."""
    pledge: PledgeFile = PledgeFile()
    """How the bank values them."""
    sharing: list[HolderFile] | None = None
    """Who shares the carbon income; all of it is the borrower's where left out."""
    buyers: list[BuyerFile] = Field(default_factory=list)
    """Those who buy, where they are known."""
    other_uses: list[ClaimFile] = Field(default_factory=list)
    """What the register of uses holds on the same tonnes."""
    contract: list[str] | None = None
    """Elements of the contract that are agreed, for the checklist."""
    disclosures: list[str] | None = None
    """What is disclosed, for the checklist."""


@dataclass(frozen=True)
class Carbon:
    """The carbon side of a loan, read from its file. part: the borrower's share of the income."""

    tonnes: Mapping[int, Fraction]
    verified: int
    drawn: Day
    practice: Practice
    price: Price
    holders: tuple[Holder, ...]
    borrower: str
    payer: str

    @property
    def part(self) -> Fraction:
        """The borrower's share."""
        return next((holder.share for holder in self.holders if holder.name == self.borrower), Fraction(1))

    def sold(self, tonnes: Mapping[int, Fraction] | None = None, months_late: int = 0) -> tuple[Lump, ...]:
        """Stock first, then the lumps to come."""
        practice = self.practice.later(months_late)
        day = add_months(self.drawn, practice.months_to_sell + months_late)
        stock = Lump(self.drawn.year, self.drawn.year, self.verified, self.drawn, day)
        ahead = lumps(self.tonnes if tonnes is None else tonnes, practice)
        return (*((stock,) if self.verified else ()), *ahead)

    def income(self, sold: tuple[Lump, ...], price: Price | None = None) -> tuple[Flow, ...]:
        """What buyers pay the borrower, and what it passes on to the other holders."""
        sales = [(lump.sold, sale_fen(lump.tonnes, (price or self.price)(lump.sold), self.practice)) for lump in sold]
        paid = [Flow(day, "carbon", self.payer, self.borrower, fen) for day, fen in sales if fen]
        return (*paid, *share_out(paid, self.borrower, self.holders)) if self.holders else tuple(paid)

    def receipts(self, sold: tuple[Lump, ...], price: Price | None = None) -> dict[Day, int]:
        """What of it stays with the borrower, by day."""
        kept: dict[Day, int] = {}
        for flow in self.income(sold, price):
            sign = 1 if flow.payee == self.borrower else -1
            kept[flow.day] = kept.get(flow.day, 0) + sign * flow.amount_fen
        return kept


def build(file: CarbonPledgeLoan, rules: Rules, where: Where) -> LoanCase:
    """The loan that a file describes. Raises InputError with everything that is refused."""
    findings = [*loan_faults(file, rules, where), *project_faults(file.project, file.price, rules, where)]
    findings += tenor_faults(file.terms, file.project.last_year, where)
    findings += claim_faults(file.project, file.other_uses, file.terms, file.lender, where)
    if "carbon" not in file.repaid_from:
        en, zh = "a loan on carbon revenue is repaid from `carbon`", "碳汇收益权质押贷款的还款来源须含 carbon"
        findings.append(finding(where, ("repaid_from",), en, zh))
    holders = tuple(Holder(row.name, row.right, share(row.share)) for row in file.sharing or ())
    if holders:
        faults = list(sharing_faults(holders, rules.fraction("finance.sharing.owner_share_least")))
        if file.borrower.name not in {holder.name for holder in holders}:
            faults.append((f"{file.borrower.name} has no share", f"借款人 {file.borrower.name} 未列入分成"))
        findings += [finding(where, ("sharing",), en, zh) for en, zh in faults]
    if findings:
        raise InputError(findings)
    carbon = carbon_of(file, rules, holders)
    sold = carbon.sold()
    buyers = [Buyer(row.name, row.market, share(row.obligation_tco2e), row.local) for row in file.buyers]
    findings = [
        finding(where, ("buyers",), en, zh) for en, zh in (offset_faults(sold, buyers, rules) if buyers else ())
    ]
    if (
        file.price.steps
        and sold
        and min(lump.sold for lump in sold) < Day.fromisoformat(min(s.from_ for s in file.price.steps))
    ):
        en, zh = "no price is stated for the first sale", "首次出售时尚无价格"
        findings.append(finding(where, ("price", "steps"), en, zh))
    if findings:
        raise InputError(findings)
    return _case(file, rules, carbon, sold)


def carbon_of(file: CarbonPledgeLoan, rules: Rules, holders: tuple[Holder, ...]) -> Carbon:
    """The carbon side of the file."""
    buyers = "、".join(row.name for row in file.buyers)
    return Carbon(
        tonnes=file.project.by_year(),
        verified=share(file.project.verified_tco2e).__floor__(),
        drawn=Day.fromisoformat(file.terms.drawn),
        practice=practice_of(file.practice, rules),
        price=price_of(file.price),
        holders=holders,
        borrower=file.borrower.name,
        payer=buyers or MARKET,
    )


def practice_of(file: PracticeFile, rules: Rules) -> Practice:
    """How tonnes become money: the file, else the parameters."""

    def whole(given: int | None, name: str) -> int:
        return int(rules.number(_ISSUANCE + name)) if given is None else given

    return Practice(
        whole(file.years_between_verifications, "years_between_verifications"),
        whole(file.months_to_issue, "months_to_issue"),
        whole(file.months_to_sell, "months_to_sell"),
        stated(file.sale_haircut, _ISSUANCE + "sale_haircut", rules),
        stated(file.fees, _ISSUANCE + "fees", rules),
    )


def price_of(file: PriceFile) -> Price:
    """The stated price path."""
    if file.steps is None:
        return flat(share(file.yuan_per_tco2 or "0"))
    return stepped([(Day.fromisoformat(step.from_), share(step.yuan_per_tco2)) for step in file.steps])


def _case(file: CarbonPledgeLoan, rules: Rules, carbon: Carbon, sold: tuple[Lump, ...]) -> LoanCase:
    pledge = file.pledge
    haircut = 1 - stated(pledge.price_haircut, _PLEDGE + "price_haircut", rules)
    future = stated(pledge.future_share, _PLEDGE + "future_share", rules)
    discount_rate = stated(pledge.discount_rate, _PLEDGE + "discount_rate", rules)
    stock = tuple(lump for lump in sold if carbon.verified and lump is sold[0])
    at_haircut = scaled(carbon.price, haircut)
    pledged = added(
        carbon.receipts(stock, at_haircut),
        {day: (fen * future).__floor__() for day, fen in carbon.receipts(sold[len(stock) :], at_haircut).items()},
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
    kept: dict[Day, Fraction] = {}
    for lump in sold:
        kept[lump.sold] = kept.get(lump.sold, Fraction(0)) + lump.tonnes * carbon.practice.kept * carbon.part
    return LoanCase(
        parties=Parties(
            file.borrower.name,
            file.lender,
            file.guarantee.guarantor if file.guarantee else "",
            file.insurance.insurer if file.insurance else "",
        ),
        terms=terms_of(file, base),
        amount_fen=file.amount.fen,
        granted=file.amount.granted is not None,
        value=present_value(pledged, carbon.drawn, discount_rate),
        pledge_rate=stated(pledge.rate, _PLEDGE + "pledge_rate", rules),
        pledged=added(pledged, other),
        courses=courses,
        sold_kept=kept,
        other=other,
        income=(*carbon.income(sold), *other_flows),
        least=stated(file.cover_least, _PLEDGE + "cover_least", rules),
        ordinary_multiple=rules.fraction(_PLEDGE + "ordinary_credit_multiple"),
        support=support_of(file, rules),
    )
