"""What a carbon bond amounts to: coupons, quotation, coverage by the project's cash flow, ladder, tonnes per yuan."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .assess import BASE, CourseCover, Parties
from .bonds import CarbonLink, Quote, StepUp, bond_lines, coupon_rates, quote_at_price, quote_at_yield
from .cash_flows import Flow
from .cover import YearCover, least_cover, life_cover, yearly_cover
from .dates import Day
from .rates import InternalRates, internal_rates
from .schedules import Payment, Terms, interest_periods

LADDER_STEPS = 4
"""Steps between the incomes at which the linked part is at its floor and at its cap."""


@dataclass(frozen=True)
class Proceed:
    """A use of the proceeds; fen."""

    use: str
    amount_fen: int
    low_carbon: bool


@dataclass(frozen=True)
class BondCourse:
    """Carbon in one stressed course: income by day, fen, and tonnes verified by the step's day. The rest is as stated."""

    name: str
    carbon_fen: Mapping[Day, int]
    tonnes_to_date: Fraction


@dataclass(frozen=True)
class BondCase:
    """A bond to work out.

    terms: dates and conventions. fixed: one rate, or one of each coupon. repaid: share of the face with each coupon,
    None for all at the end. carbon_fen: carbon income by day; other_fen: what else serves the debt. tonnes_to_date:
    verified by the step's day. tonnes: of the project over the bond's life, None where none are told.
    settled, clean, yield_: the day of the quotation and one of the two, or none. stressed: courses beside the stated one.
    """

    parties: Parties
    terms: Terms
    face_fen: int
    fixed: tuple[Fraction, ...]
    link: CarbonLink | None
    step: StepUp | None
    tonnes_to_date: Fraction
    repaid: tuple[Fraction, ...] | None
    carbon_fen: Mapping[Day, int]
    other_fen: Mapping[Day, int]
    income: tuple[Flow, ...]
    tonnes: Fraction | None
    proceeds: tuple[Proceed, ...]
    settled: Day | None = None
    clean: float | None = None
    yield_: float | None = None
    stressed: tuple[BondCourse, ...] = ()


@dataclass(frozen=True)
class Rung:
    """A rung of the coupon ladder: carbon income of a coupon period, fen, and the coupon that it makes."""

    income_fen: int
    coupon: Fraction


@dataclass(frozen=True)
class BondAssessment:
    """A bond worked out. cover: receipts of the project beside debt service by year; total_cover: over its life.

    covers: the same in every course, the stated one first; coupons: lowest and highest coupon of each course.
    """

    case: BondCase
    lines: tuple[Payment, ...]
    quote: Quote | None
    cover: tuple[YearCover, ...]
    total_cover: Fraction
    ladder: tuple[Rung, ...]
    cost: InternalRates
    flows: tuple[Flow, ...]
    covers: tuple[CourseCover, ...]
    coupons: tuple[tuple[Fraction, Fraction], ...]

    @property
    def low_carbon_share(self) -> Fraction | None:
        """Share of the proceeds that goes to low-carbon projects; None where no use is told."""
        total = sum(use.amount_fen for use in self.case.proceeds)
        return Fraction(sum(use.amount_fen for use in self.case.proceeds if use.low_carbon), total) if total else None

    @property
    def tonnes_per_fen(self) -> Fraction | None:
        """Tonnes over the bond's life for each fen of its face."""
        return None if self.case.tonnes is None else self.case.tonnes / self.case.face_fen


def assess_bond(case: BondCase) -> BondAssessment:
    """Work the bond out. Raises TermsError for coupons or shares that do not fit, or a price that no yield gives."""
    courses = (BondCourse(BASE, case.carbon_fen, case.tonnes_to_date), *case.stressed)
    paid = [_lines(case, course) for course in courses]
    covers = tuple(_cover(case, course, lines) for course, lines in zip(courses, paid, strict=True))
    lines, cover = paid[0], covers[0].years
    served = sum(year.service_fen for year in cover)
    debt: dict[Day, int] = {}
    for line in lines:
        debt[line.period.paid] = debt.get(line.period.paid, 0) - line.service_fen
    debt[case.terms.drawn] = debt.get(case.terms.drawn, 0) + case.face_fen
    return BondAssessment(
        case,
        lines,
        _quote(case, lines),
        cover,
        Fraction(sum(year.receipts_fen for year in cover), served),
        _ladder(case),
        internal_rates(debt),
        _flows(case, lines),
        covers,
        tuple((min(_rates(lines)), max(_rates(lines))) for lines in paid),
    )


def _lines(case: BondCase, course: BondCourse) -> tuple[Payment, ...]:
    """What the bond pays in a course: its coupons follow the carbon income and the tonnes of the course."""
    periods = interest_periods(case.terms)
    rates = coupon_rates(periods, case.fixed, case.link, course.carbon_fen, case.step, course.tonnes_to_date)
    return bond_lines(case.face_fen, periods, rates, case.repaid)


def _rates(lines: tuple[Payment, ...]) -> list[Fraction]:
    return [line.period.rate for line in lines]


def _cover(case: BondCase, course: BondCourse, lines: tuple[Payment, ...]) -> CourseCover:
    receipts = dict(case.other_fen)
    for day, fen in course.carbon_fen.items():
        receipts[day] = receipts.get(day, 0) + fen
    years = yearly_cover(receipts, lines)
    return CourseCover(course.name, years, least_cover(years), life_cover(receipts, lines), 0)


def _quote(case: BondCase, lines: tuple[Payment, ...]) -> Quote | None:
    if case.settled is None:
        return None
    months, count = case.terms.months, case.terms.day_count
    if case.clean is not None:
        return quote_at_price(lines, case.settled, case.clean, months, count)
    return None if case.yield_ is None else quote_at_yield(lines, case.settled, case.yield_, months, count)


def _ladder(case: BondCase) -> tuple[Rung, ...]:
    """From the income of the floor to that of the cap, in even steps; the first fixed rate is the base."""
    if case.link is None:
        return ()
    low, high = case.link.low_fen, case.link.high_fen
    incomes = [low + (high - low) * step // LADDER_STEPS for step in range(LADDER_STEPS + 1)]
    return tuple(Rung(income, case.fixed[0] + case.link.rate(income)) for income in incomes)


def _flows(case: BondCase, lines: tuple[Payment, ...]) -> tuple[Flow, ...]:
    who = case.parties
    flows = [*case.income, Flow(case.terms.drawn, "loan_drawn", who.lender, who.borrower, case.face_fen)]
    for line in lines:
        for kind, fen in (("interest", line.interest_fen), ("principal", line.principal_fen)):
            if fen:
                flows.append(Flow(line.period.paid, kind, who.borrower, who.lender, fen))
    return tuple(sorted(flows))
