"""From files that are priced one by one to the members of a pool, and the check that no tonne is pledged twice in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules
from silvafisc.policy.yaml_source import Path_
from silvafisc.results.claims import Claim, check_claims

from ..assess import Assessment
from ..bond_case import BondAssessment
from ..dates import Day
from ..member_loss import Member
from .carbon_bond import CarbonBond
from .carbon_pledge_loan import CarbonPledgeLoan
from .carbon_side import CarbonFile, carbon_of, start_price
from .checks import held_claims, parcels, pledge
from .compensation_loan import CompensationLoan
from .fields import Where
from .incomes import added
from .portfolio import MemberFile, PortfolioFile, number
from .stresses import stress_of


@dataclass(frozen=True)
class Pledger:
    """An instrument's file, what it amounts to, the parameters of its own date, and where its keys stand."""

    file: CarbonPledgeLoan | CompensationLoan | CarbonBond
    found: Assessment | BondAssessment
    rules: Rules
    where: Where

    @property
    def carbon(self) -> CarbonFile | None:
        """Its carbon side, if it has one."""
        if isinstance(self.file, CarbonBond):
            return self.file.forest
        return self.file if isinstance(self.file, CarbonPledgeLoan) else None

    def inside(self, path: Path_) -> str:
        """Where a key of the carbon side stands."""
        return self.where(("forest", *path) if isinstance(self.file, CarbonBond) else path)


@dataclass(frozen=True)
class Held(Pledger):
    """A member of a pool, with what the portfolio says of it."""

    entry: MemberFile


def double_uses(members: Sequence[Pledger]) -> Iterator[Finding]:
    """Tonnes that two members pledge, or that one pledges and another's register holds: one tonne, one use.

    A row of the register that several members list is one use, and one that tells another member's pledge is that pledge.
    """
    own: list[Claim] = []
    listed: dict[tuple[object, ...], Claim] = {}
    projects: dict[str, list[str]] = {}
    for held in members:
        carbon = held.carbon
        if carbon is None:
            continue
        project = carbon.project
        for code, held_parcels in parcels(project).items():
            projects[code] = sorted({*projects.get(code, ()), *held_parcels})
        own.append(pledge(project, held.file.terms, held.found.case.parties.lender, held.inside))
        for claim in held_claims(carbon.other_uses, held.inside):
            listed.setdefault(_same(claim), claim)
    known = {_same(claim) for claim in own}
    rows = [claim for same, claim in listed.items() if same not in known]
    try:
        check_claims([*own, *rows], projects)
    except InputError as error:
        yield from error.findings


def _same(claim: Claim) -> tuple[object, ...]:
    """What two rows of the same use have in common: a register may have entered it on another day."""
    return claim.code, claim.first_year, claim.last_year, claim.share, claim.use, claim.holder


def member_of(held: Held, portfolio: PortfolioFile, rules: Rules) -> Member:
    """The member of the pool. rules: of the portfolio's date."""
    found, file = held.found, held.file
    member = Member(
        id=file.id,
        region=held.entry.region,
        lender=found.case.parties.lender,
        lines=found.lines,
        other=_still(held),
        recovery=number(held.entry.recovery or portfolio.recovery, "recovery", rules),
        kept=portfolio.surplus == "kept",
    )
    if isinstance(found, Assessment):
        support = found.case.support
        member = replace(member, insurance=support.insurance)
        if support.guarantee is not None:
            guarantor, share = found.case.parties.guarantor, float(support.guarantee.share)
            member = replace(member, guarantor=guarantor, guaranteed=share)
    carbon = held.carbon
    if carbon is None:
        return member
    stress = stress_of(file.stress, file.terms, held.rules)
    return replace(
        member,
        selling=carbon_of(carbon, file.terms, file.borrower.name, held.rules).selling(),
        market=carbon.price.market,
        price=start_price(carbon.price, found.case.terms.drawn),
        chance=number(held.entry.fire_chance or portfolio.fire_chance, "fire_chance", rules),
        burnt=float(stress.fire_share),
        bond=found.case if isinstance(found, BondAssessment) else None,
    )


def _still(held: Held) -> Mapping[Day, int]:
    """Receipts that neither price nor fire moves; the stated carbon income of a bond without a forest is one of them."""
    if isinstance(held.found, Assessment):
        return held.found.case.other
    case = held.found.case
    return case.other_fen if held.carbon is not None else added(case.other_fen, case.carbon_fen)
