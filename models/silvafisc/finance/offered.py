"""A loan on offer beside grants, worked out to the fen: what it moves year by year, and what of it the project covers.

Interest of a payment = half_up(balance x rate x months / 12): days are not moved and months are counted 30/360, so that
anybody can redo it by hand.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

from silvafisc.quantities import share
from silvafisc.results.loans import FEE_SUBSIDY, PUBLIC, RISK, SUBSIDY, LoanSpec

from .dates import MONTHS_PER_YEAR, Day, add_months
from .enhancement import Guarantee, balance_on, guarantee_fees, loan_years
from .issuance import Practice, lumps, receipts, until
from .schedules import Payment, Terms, schedule
from .subsidies import interest_subsidy, paid_out

Money = Mapping[tuple[int, str], int]
"""(calendar year, item) -> fen."""


def drawing(loan: LoanSpec, period: str) -> Day:
    """The day on which the loans of a period are drawn."""
    return Day.fromisoformat(f"{period}-{loan.drawn}")


def last_payment(loan: LoanSpec, period: str) -> Day:
    """The day on which they are repaid."""
    return add_months(drawing(loan, period), loan.years * MONTHS_PER_YEAR)


def offered_schedule(loan: LoanSpec, period: str, principal_fen: int) -> tuple[Payment, ...]:
    """The schedule of a principal above nothing. Raises TermsError."""
    start = drawing(loan, period)
    terms = Terms(
        drawn=start,
        first=add_months(start, loan.every_months),
        last=last_payment(loan, period),
        months=loan.every_months,
        rates=((start, share(loan.rate)),),
        repayment=loan.repayment,
        day_count="30/360",
        payment_rule="unadjusted",
        interest_only=loan.interest_only,
    )
    return schedule(principal_fen, terms)


def moved_money(loan: LoanSpec, lines: tuple[Payment, ...], subsidy_rate: Fraction) -> Money:
    """Everything but receipts that a loan moves, by calendar year: principal and interest as paid, fees as each year of
    the loan begins, and what funds pay.

    interest_subsidy: in the year in which the claim of a calendar year is paid. guarantee_fee_subsidy = floor(fee x
    subsidised share) and risk_compensation = floor(balance x default x loss x borne share): as each year of the loan
    begins. public_cost is their sum.
    """
    money: defaultdict[tuple[int, str], int] = defaultdict(int)
    money[lines[0].period.start.year, "principal_drawn"] = lines[0].opening_fen
    for line in lines:
        money[line.period.due.year, "principal"] += line.principal_fen
        money[line.period.due.year, "interest"] += line.interest_fen
    claims = interest_subsidy(lines, subsidy_rate, loan.subsidy_years) if subsidy_rate else ()
    for day, fen in paid_out(claims, loan.months_to_pay).items():
        money[day.year, SUBSIDY] += fen
    guarantee = Guarantee(share(loan.guarantee_share), share(loan.fee_rate), "borrower")
    for day, fee in guarantee_fees(lines, guarantee).items():
        money[day.year, "guarantee_fee"] += fee
        money[day.year, FEE_SUBSIDY] += (fee * share(loan.fee_subsidised)).__floor__()
    borne = share(loan.default_rate) * share(loan.loss_share) * share(loan.borne_share)
    for day in loan_years(lines):
        money[day.year, RISK] += (balance_on(lines, day) * borne).__floor__()
    for (year, item), fen in list(money.items()):
        if item in PUBLIC:
            money[year, "public_cost"] += fen
    return {key: fen for key, fen in sorted(money.items()) if fen}


def carbon_receipts(loan: LoanSpec, period: str, tonnes: Mapping[int, Fraction]) -> dict[int, int]:
    """Calendar year -> fen from the pledged share of a project's credited tonnes, sold between drawing and last payment.

    tonnes: year -> credited tCO2e of the whole project.
    """
    start, last = drawing(loan, period), last_payment(loan, period)
    pledged = {year: amount * share(loan.pledged_share) for year, amount in tonnes.items()}
    if not loan.market or not pledged:
        return {}
    practice = Practice(
        loan.years_between,
        loan.months_to_issue,
        loan.months_to_sell,
        share(loan.sale_haircut),
        share(loan.fees),
    )
    issued = lumps(until(pledged, start.year + loan.crediting_years - 1), practice)
    price = share(loan.yuan_per_tco2)
    money: defaultdict[int, int] = defaultdict(int)
    for day, fen in receipts(issued, lambda _: price, practice).items():
        if start <= day <= last:
            money[day.year] += fen
    return dict(sorted(money.items()))


def pledged_years(loan: LoanSpec, period: str) -> tuple[int, int]:
    """First and last year of removal whose tonnes are pledged: from the drawing, inside crediting period and loan."""
    first = drawing(loan, period).year
    return first, first + min(loan.years, loan.crediting_years) - 1


def other_receipts(loan: LoanSpec, period: str) -> dict[int, int]:
    """Calendar year -> fen per mu of the other income, to the year of the last payment."""
    start, last = drawing(loan, period).year, last_payment(loan, period).year
    money: defaultdict[int, int] = defaultdict(int)
    for first, end, fen in loan.other_income:
        for year in range(start + first, min(start + end, last) + 1):
            money[year] += fen
    return dict(sorted(money.items()))
