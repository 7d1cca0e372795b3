"""What a loan amounts to: its size, schedule, cover in the stated and in stressed courses, cost, fiscal leverage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .cash_flows import Flow
from .cover import YearCover, break_even_price, least_cover, life_cover, yearly_cover
from .dates import Day, year_end
from .enhancement import Guarantee, Insurance, guarantee_fees, indemnity, premiums
from .pledge import Sizing, is_ordinary_credit, size
from .rates import InternalRates, internal_rates
from .schedules import Payment, Terms, schedule
from .subsidies import ClaimYear, interest_subsidy, paid_out

BASE = "base"
FISCAL = "fiscal"
_COST = frozenset({"loan_drawn", "interest", "principal", "guarantee_fee", "premium", "interest_subsidy"})
"""Kinds of flows that belong to the loan itself, not to what serves it."""
Receipts = Mapping[Day, int]
"""Day -> fen that the borrower receives and can pay its debt from."""


@dataclass(frozen=True)
class Parties:
    """Names of those who pay and are paid."""

    borrower: str
    lender: str
    guarantor: str = ""
    insurer: str = ""


@dataclass(frozen=True)
class Support:
    """What stands beside the loan. subsidy_rate, subsidy_years: 0 where there is none; envelopes: fen by claim year."""

    subsidy_rate: Fraction = Fraction(0)
    subsidy_years: int = 0
    envelopes_fen: Mapping[int, int] | None = None
    months_to_pay: int = 0
    guarantee: Guarantee | None = None
    insurance: Insurance | None = None


@dataclass(frozen=True)
class Course:
    """Receipts in one course of things. fire: (year, share of the stand lost), where there is one."""

    name: str
    receipts: Receipts
    fire: tuple[int, Fraction] | None = None


@dataclass(frozen=True)
class LoanCase:
    """A loan to assess.

    granted: it is made already and is not cut to what it could be. value: of what is pledged, fen; pledge_rate: the
    part of it that is lent; pledged: receipts at their haircut, for sizing. courses: the stated one (BASE) first.
    sold_kept: day of sale -> tonnes net of haircut, fees and others' shares; other: receipts that are not carbon.
    income: who paid the receipts to whom. ordinary_multiple: loan over value beyond which it is ordinary credit.
    """

    parties: Parties
    terms: Terms
    amount_fen: int
    granted: bool
    value: Fraction
    pledge_rate: Fraction
    pledged: Receipts
    courses: tuple[Course, ...]
    sold_kept: Mapping[Day, Fraction]
    other: Receipts
    income: tuple[Flow, ...]
    least: Fraction
    ordinary_multiple: Fraction
    support: Support


@dataclass(frozen=True)
class CourseCover:
    """Cover in one course. least: the lowest of the years with debt service; life: loan life cover."""

    name: str
    years: tuple[YearCover, ...]
    least: Fraction
    life: Fraction
    indemnity_fen: int


@dataclass(frozen=True)
class Assessment:
    """A loan worked out. fees and premiums: fen by day. all_in: yearly cost to the borrower, subsidy counted.

    break_even, break_even_least: yuan per tonne at cover 1 and at the least cover; None where no price reaches it or
    nothing is sold. fiscal_fen: subsidy and what the budget pays of fees and premiums; leverage: principal over it.
    """

    case: LoanCase
    sizing: Sizing
    lines: tuple[Payment, ...]
    covers: tuple[CourseCover, ...]
    claims: tuple[ClaimYear, ...]
    fees_fen: Mapping[Day, int]
    premiums_fen: Mapping[Day, int]
    break_even: Fraction | None
    break_even_least: Fraction | None
    fiscal_fen: int
    all_in: InternalRates
    flows: tuple[Flow, ...]

    @property
    def principal_fen(self) -> int:
        """What is lent."""
        return self.lines[0].opening_fen

    @property
    def base(self) -> CourseCover:
        """Cover in the stated course."""
        return self.covers[0]

    @property
    def leverage(self) -> Fraction | None:
        """Yuan lent per fiscal yuan; None where the budget pays nothing."""
        return Fraction(self.principal_fen, self.fiscal_fen) if self.fiscal_fen else None

    @property
    def pledge_share(self) -> Fraction | None:
        """Principal over the value of the pledge; None for a pledge worth nothing."""
        return self.principal_fen / self.case.value if self.case.value else None

    @property
    def ordinary(self) -> bool:
        """Whether it is ordinary credit rather than backed by what is pledged."""
        return is_ordinary_credit(self.principal_fen, self.case.value, self.case.ordinary_multiple)


class NothingToLendError(ValueError):
    """No principal keeps the least cover. year: the first with debt service that nothing covers enough."""

    def __init__(self, sizing: Sizing, year: int) -> None:
        self.sizing, self.year = sizing, year
        super().__init__(f"nothing can be lent; {year} is not covered")


def assess(case: LoanCase) -> Assessment:
    """Size the loan (or take it as granted), schedule it, and work out everything that follows.

    Raises:
        NothingToLendError: a loan asked for of which nothing is left.
        TermsError: terms that make no schedule.
    """

    def scheduled(principal: int) -> tuple[Payment, ...]:
        return schedule(principal, case.terms)

    sizing = size(case.value, case.pledge_rate, case.pledged, scheduled, case.least, case.amount_fen)
    principal = case.amount_fen if case.granted else sizing.principal_fen
    if not principal:
        asked = yearly_cover(case.pledged, scheduled(case.amount_fen))
        worst = min((year for year in asked if year.ratio is not None), key=lambda year: year.ratio or Fraction(0))
        raise NothingToLendError(sizing, worst.year)
    lines = scheduled(principal)
    support = case.support
    claims = interest_subsidy(lines, support.subsidy_rate, support.subsidy_years, support.envelopes_fen)
    fees = {} if support.guarantee is None else guarantee_fees(lines, support.guarantee)
    paid = {} if support.insurance is None else premiums(lines, support.insurance)
    flows = _flows(case, lines, claims, fees, paid)
    borne = [flow for flow in flows if case.parties.borrower in (flow.payer, flow.payee) and flow.kind in _COST]
    debt: dict[Day, int] = {}
    for flow in borne:
        sign = 1 if flow.payee == case.parties.borrower else -1
        debt[flow.day] = debt.get(flow.day, 0) + sign * flow.amount_fen
    return Assessment(
        case=case,
        sizing=sizing,
        lines=lines,
        covers=tuple(_cover(course, case, lines) for course in case.courses),
        claims=claims,
        fees_fen=fees,
        premiums_fen=paid,
        break_even=_break_even(case, lines, Fraction(1)),
        break_even_least=_break_even(case, lines, case.least),
        fiscal_fen=sum(flow.amount_fen for flow in flows if flow.payer == FISCAL and flow.kind in _COST),
        all_in=internal_rates(debt),
        flows=flows,
    )


def _break_even(case: LoanCase, lines: Sequence[Payment], least: Fraction) -> Fraction | None:
    """None also where no tonne is sold: there is no price then."""
    return break_even_price(case.sold_kept, case.other, lines, least) if case.sold_kept else None


def _cover(course: Course, case: LoanCase, lines: Sequence[Payment]) -> CourseCover:
    """Cover of the lines in a course; an insured fire pays what it took from the receipts of the loan's life."""
    receipts, paid = dict(course.receipts), 0
    insurance = case.support.insurance
    if course.fire is not None and insurance is not None:
        year, lost = course.fire
        loss = _within(case.courses[0].receipts, lines) - _within(course.receipts, lines)
        paid = indemnity(insurance, lost, max(0, loss))
        day = year_end(year)
        receipts[day] = receipts.get(day, 0) + paid
    years = yearly_cover(receipts, lines)
    return CourseCover(course.name, years, least_cover(years), life_cover(receipts, lines), paid)


def _within(receipts: Receipts, lines: Sequence[Payment]) -> int:
    first, last = lines[0].period.start, lines[-1].period.paid
    return sum(fen for day, fen in receipts.items() if first <= day <= last)


def _flows(
    case: LoanCase,
    lines: Sequence[Payment],
    claims: Sequence[ClaimYear],
    fees: Mapping[Day, int],
    paid: Mapping[Day, int],
) -> tuple[Flow, ...]:
    """Every flow of the loan and of what serves it, by day."""
    who, support = case.parties, case.support
    flows = [*case.income, Flow(lines[0].period.start, "loan_drawn", who.lender, who.borrower, lines[0].opening_fen)]
    for line in lines:
        for kind, fen in (("interest", line.interest_fen), ("principal", line.principal_fen)):
            if fen:
                flows.append(Flow(line.period.paid, kind, who.borrower, who.lender, fen))
    subsidies = paid_out(claims, support.months_to_pay)
    flows += [Flow(day, "interest_subsidy", FISCAL, who.borrower, fen) for day, fen in subsidies.items()]
    if support.guarantee is not None:
        payer = FISCAL if support.guarantee.paid_by == FISCAL else who.borrower
        flows += [Flow(day, "guarantee_fee", payer, who.guarantor, fen) for day, fen in fees.items()]
    if support.insurance is not None:
        payer = FISCAL if support.insurance.paid_by == FISCAL else who.borrower
        flows += [Flow(day, "premium", payer, who.insurer, fen) for day, fen in paid.items()]
    return tuple(sorted(flows))
