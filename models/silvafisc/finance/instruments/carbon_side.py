"""The carbon side of an instrument: tonnes, how they are issued and sold, at what price, and who shares the income."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pydantic import Field

from silvafisc.policy import Rules
from silvafisc.policy.claim_file import ClaimFile
from silvafisc.policy.schema import Strict
from silvafisc.quantities import share

from ..cash_flows import Flow
from ..dates import Day, add_months, year_end
from ..drawn import Selling
from ..issuance import Lump, Practice, Price, lumps, sale_fen, windows
from ..paths import flat, stepped
from ..sharing import Holder, share_out
from .carbon_fields import BuyerFile, HolderFile, PracticeFile, PriceFile, PriceStep, ProjectFile
from .fields import TermsFile, stated

_ISSUANCE = "finance.issuance."
MARKET = "market"
"""Payer of the carbon revenue where no buyer is named."""


class CarbonFile(Strict):
    """A project whose tonnes sell, as a file tells it."""

    project: ProjectFile
    """Whose tonnes sell."""
    practice: PracticeFile = PracticeFile()
    """How they become money."""
    price: PriceFile
    """What they sell for."""
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

    def holders(self) -> tuple[Holder, ...]:
        """Those who share the income."""
        return tuple(Holder(row.name, row.right, share(row.share)) for row in self.sharing or ())


@dataclass(frozen=True)
class Carbon:
    """The carbon side of an instrument, read from its file.

    tonnes: year -> credited; verified: whole tonnes issued and not yet sold on `drawn`; scenarios: other price paths by
    name; holders: who shares the income, none where all of it is the borrower's; payer: who buys.
    """

    tonnes: Mapping[int, Fraction]
    verified: int
    drawn: Day
    practice: Practice
    price: Price
    scenarios: Mapping[str, Price]
    holders: tuple[Holder, ...]
    borrower: str
    payer: str

    @property
    def part(self) -> Fraction:
        """The borrower's share."""
        return next((holder.share for holder in self.holders if holder.name == self.borrower), Fraction(1))

    def stock(self, months_late: int = 0) -> tuple[Lump, ...]:
        """What is issued already, sold after the usual wait."""
        if not self.verified:
            return ()
        day = add_months(self.drawn, self.practice.months_to_sell + months_late)
        return (Lump(self.drawn.year, self.drawn.year, self.verified, self.drawn, day),)

    def ahead(self, tonnes: Mapping[int, Fraction] | None = None, months_late: int = 0) -> tuple[Lump, ...]:
        """The lumps to come, of other tonnes or late where stated.

        What would have been issued before the drawing is history: as far as it is not sold it is the stock.
        """
        found = lumps(self.tonnes if tonnes is None else tonnes, self.practice.later(months_late))
        wait = self.practice.months_to_issue
        return tuple(lump for lump in found if add_months(year_end(lump.last_year), wait) >= self.drawn)

    def sold(self, tonnes: Mapping[int, Fraction] | None = None, months_late: int = 0) -> tuple[Lump, ...]:
        """Both, stock first."""
        return (*self.stock(months_late), *self.ahead(tonnes, months_late))

    def selling(self) -> Selling:
        """The same for draws of prices and fires."""
        held = windows(min(self.tonnes), max(self.tonnes), self.practice)
        return Selling(self.tonnes, self.stock(), held, self.drawn, self.practice.kept * self.part)

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


def carbon_of(file: CarbonFile, terms: TermsFile, borrower: str, rules: Rules) -> Carbon:
    """The carbon side of a file; `borrower` sells, on and after the day of drawing."""
    return Carbon(
        tonnes=file.project.by_year(),
        verified=share(file.project.verified_tco2e).__floor__(),
        drawn=Day.fromisoformat(terms.drawn),
        practice=practice_of(file.practice, rules),
        price=price_of(file.price),
        scenarios={name: path_of(steps) for name, steps in file.price.scenarios.items()},
        holders=file.holders(),
        borrower=borrower,
        payer="；".join(buyer.name for buyer in file.buyers) or MARKET,
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
    return path_of(file.steps)


def path_of(steps: Sequence[PriceStep]) -> Price:
    """Prices by day."""
    return stepped([(Day.fromisoformat(step.from_), share(step.yuan_per_tco2)) for step in steps])


def start_price(price: PriceFile, drawn: Day) -> float:
    """The stated price on the day of drawing, or the first one stated after it."""
    first = min((Day.fromisoformat(step.from_) for step in price.steps or ()), default=drawn)
    return float(price_of(price)(max(drawn, first)))
