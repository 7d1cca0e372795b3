"""One tonne, one use: the pledges of loans on offer held against the other uses of the same tonnes that a scenario lists."""

from collections.abc import Iterator

from silvafisc.finance.offered import drawing, last_payment, pledged_years
from silvafisc.policy import Scenario
from silvafisc.quantities import share
from silvafisc.results import Resolved
from silvafisc.results.claims import Claim, check_claims
from silvafisc.results.loans import LoanOffers, LoanSpec


def pledge_code(loan: LoanSpec, region: str) -> str:
    """Under which code a unit's loans stand in the register of uses."""
    return f"{region}/{loan.measure}"


def check_pledges(scenario: Scenario, resolved: Resolved, offered: LoanOffers) -> None:
    """Refuse tonnes that a loan would pledge and somebody holds already.

    Areas of different periods are different land, so the loans of all periods are one pledge of a share of the unit's work.

    Raises:
        InputError: at the line of each use that takes part in a conflict.
    """
    check_claims([claim for loan in resolved.loans for claim in _claims(scenario, resolved, offered, loan)], {})


def _claims(scenario: Scenario, resolved: Resolved, offered: LoanOffers, loan: LoanSpec) -> Iterator[Claim]:
    for position, use in enumerate(scenario.loans[loan.id].other_uses):
        yield Claim(
            where=scenario.where("loans", loan.id, "other_uses", position),
            code=use.code,
            first_year=use.first_year,
            last_year=use.last_year,
            share=share(use.share),
            use=use.use,
            since=use.since,
            until=use.until,
            holder=use.holder,
        )
    first, last = resolved.periods[0], resolved.periods[-1]
    cover = offered.cover[offered.cover["on_offer"].astype(bool) & (offered.cover["instrument"] == loan.id)]
    for region in sorted(set(cover["region_code"])) if share(loan.pledged_share) else ():
        yield Claim(
            where=scenario.where("loans", loan.id),
            code=pledge_code(loan, region),
            first_year=pledged_years(loan, first)[0],
            last_year=pledged_years(loan, last)[1],
            share=share(loan.pledged_share),
            use="pledged",
            since=drawing(loan, first).isoformat(),
            until=last_payment(loan, last).isoformat(),
            holder=loan.id,
        )
