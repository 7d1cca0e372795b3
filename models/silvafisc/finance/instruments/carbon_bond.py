"""Forestry carbon bond (林业碳汇债券): fixed coupon, a part that follows carbon income, a step on a tonnes target.

coupon of a period = fixed + min(cap, max(floor, straight between by the period's carbon income)) + step where tonnes miss
                     the target
It is covered by the project's own cash flow and is never a source of this year's grants.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from pydantic import Field

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules
from silvafisc.policy.schema import ShareText, Yuan
from silvafisc.policy.yaml_source import Path_
from silvafisc.quantities import fen_to_yuan, share, yuan_to_fen

from ..assess import Parties
from ..bond_case import BondCase, BondCourse, Proceed
from ..bonds import CarbonLink, StepUp
from ..cash_flows import Flow
from ..dates import PERIODIC, Day
from ..issuance import Lump
from ..schedules import Terms
from .bond_fields import CarbonIncome, LimitFile, LinkFile, ProceedFile, QuoteFile, StepFile
from .carbon_checks import carbon_faults, sale_faults
from .carbon_side import MARKET, Carbon, CarbonFile, carbon_of
from .checks import income_faults, instrument_faults, party_faults
from .fields import Instrument, Where, finding
from .incomes import later, other_income
from .stresses import StressFile, stress_of, stressed

INVESTORS = "investors"
_BONDS = "finance.bonds."


class CarbonBond(Instrument):
    """The whole file."""

    instrument: Literal["carbon_bond"]
    """What it is."""
    label: Literal["none", "green", "carbon_neutral", "sustainability_linked"]
    """Label that it is sold under."""
    face: Yuan
    """Face value."""
    coupons: list[ShareText] = Field(min_length=1)
    """Fixed rate per year: one, or one of each coupon."""
    repaid_shares: list[ShareText] | None = None
    """Share of the face repaid with each coupon; all at the end where left out."""
    carbon_link: LinkFile | None = None
    """Carbon-linked part."""
    step_up: StepFile | None = None
    """Step."""
    forest: CarbonFile | None = None
    """Forest project whose carbon income it follows…"""
    carbon_income: list[CarbonIncome] = Field(default_factory=list)
    """…or the income of each year."""
    proceeds: list[ProceedFile] = Field(default_factory=list)
    """Use of the proceeds."""
    third_party_report: str | None = None
    """Who measured the tonnes, for the label."""
    debt_limit: LimitFile | None = None
    """Of a government that issues."""
    quote: QuoteFile | None = None
    """Quotation."""
    stress: StressFile = StressFile()
    """Stresses."""


def build(file: CarbonBond, rules: Rules, where: Where) -> BondCase:
    """The bond that a file describes. Raises InputError with everything that is refused."""
    findings = list(_faults(file, rules, where))
    if findings:
        raise InputError(findings)
    sold: tuple[Lump, ...] = ()
    carbon = forest_of(file, rules)
    if carbon is not None and file.forest is not None:
        sold = carbon.sold()
        findings = list(sale_faults(file.forest, sold, rules, _inside(where)))
    if findings:
        raise InputError(findings)
    base, income = _stated_carbon(file) if carbon is None else (carbon.receipts(sold), carbon.income(sold))
    other, other_flows = other_income(file)
    last = Day.fromisoformat(file.terms.last_payment)
    life = sum(lump.tonnes for lump in sold if carbon is not None and carbon.drawn <= lump.issued <= last)
    quote = file.quote
    return BondCase(
        parties=Parties(file.borrower.name, INVESTORS),
        terms=_terms(file),
        face_fen=yuan_to_fen(file.face),
        fixed=tuple(share(rate) for rate in file.coupons),
        link=_link(file.carbon_link),
        step=_step(file.step_up),
        tonnes_to_date=_issued_by(file, sold),
        repaid=None if file.repaid_shares is None else tuple(share(part) for part in file.repaid_shares),
        carbon_fen=base,
        other_fen=other,
        income=(*income, *other_flows),
        tonnes=None if carbon is None else Fraction(life),
        proceeds=tuple(Proceed(row.use, yuan_to_fen(row.yuan), row.low_carbon) for row in file.proceeds),
        settled=None if quote is None else Day.fromisoformat(quote.settled),
        clean=float(share(quote.clean)) if quote and quote.clean else None,
        yield_=float(share(quote.yield_)) if quote and quote.yield_ else None,
        stressed=_stressed(file, carbon, base, rules),
    )


def forest_of(file: CarbonBond, rules: Rules) -> Carbon | None:
    """The carbon side; None for a bond that tells no forest."""
    return None if file.forest is None else carbon_of(file.forest, file.terms, file.borrower.name, rules)


def _stressed(file: CarbonBond, carbon: Carbon | None, base: dict[Day, int], rules: Rules) -> tuple[BondCourse, ...]:
    """The stressed courses. Where only the income of each year is told, no fire can be worked out; none without carbon."""
    if not base:
        return ()
    stress = stress_of(file.stress, file.terms, rules)
    if carbon is None:
        low = {day: (fen * (1 - stress.price_fall)).__floor__() for day, fen in base.items()}
        return (
            BondCourse("low_price", low, Fraction(0)),
            BondCourse("late", later(base, stress.months_late), Fraction(0)),
        )
    return tuple(
        BondCourse(name, carbon.receipts(*one), _issued_by(file, one[0])) for name, one, _ in stressed(carbon, stress)
    )


def _issued_by(file: CarbonBond, sold: tuple[Lump, ...]) -> Fraction:
    """Tonnes issued by the step's day."""
    observed = Day.fromisoformat(file.step_up.observed if file.step_up else file.terms.last_payment)
    return Fraction(sum(lump.tonnes for lump in sold if lump.issued <= observed))


def _stated_carbon(file: CarbonBond) -> tuple[dict[Day, int], tuple[Flow, ...]]:
    """Carbon income by day and its flows, where the file tells the income of each year."""
    rows = {Day.fromisoformat(f"{row.year:04}-{row.paid_on}"): yuan_to_fen(row.yuan) for row in file.carbon_income}
    flows = tuple(Flow(day, "carbon", MARKET, file.borrower.name, fen) for day, fen in rows.items() if fen)
    return rows, flows


def _inside(where: Where) -> Where:
    """Places of the forest's own paths."""

    def inside(path: Path_) -> str:
        return where(("forest", *path))

    return inside


def _link(link: LinkFile | None) -> CarbonLink | None:
    if link is None:
        return None
    return CarbonLink(share(link.floor), share(link.cap), yuan_to_fen(link.low_yuan), yuan_to_fen(link.high_yuan))


def _step(step: StepFile | None) -> StepUp | None:
    if step is None:
        return None
    return StepUp(share(step.target_tco2e), Day.fromisoformat(step.observed), share(step.step))


def _terms(file: CarbonBond) -> Terms:
    """Dates and conventions; the coupons' rates are put in later."""
    terms = file.terms
    drawn = Day.fromisoformat(terms.drawn)
    return Terms(
        drawn=drawn,
        first=Day.fromisoformat(terms.first_payment),
        last=Day.fromisoformat(terms.last_payment),
        months=terms.every_months,
        rates=((drawn, Fraction(0)),),
        repayment="bullet",
        day_count=terms.day_count,
        payment_rule=terms.payment_rule,
        holidays=frozenset(map(Day.fromisoformat, terms.holidays)),
        accrue_to_paid=terms.interest_to == "paid",
    )


def _faults(file: CarbonBond, rules: Rules, where: Where) -> Iterator[Finding]:
    carbon = "carbon" if file.forest is not None or file.carbon_income else ""
    yield from instrument_faults(file, where)
    yield from _issuer(file, where)
    yield from party_faults(file, (), where)
    yield from income_faults(file.other_income, file.repaid_from, carbon, where)
    yield from _label(file, rules, where)
    if file.forest is not None:
        yield from carbon_faults(file.forest, file, INVESTORS, rules, _inside(where))
        if file.carbon_income:
            en, zh = "give either `forest` or `carbon_income`", "forest 与 carbon_income 须二选一"
            yield finding(where, ("carbon_income",), en, zh)
    elif file.step_up is not None:
        en, zh = "a target of tonnes needs a `forest`", "减排量目标须有 forest 项目"
        yield finding(where, ("step_up",), en, zh)
    if file.carbon_link is not None and file.forest is None and not file.carbon_income:
        en, zh = "a linked coupon needs a `forest` or `carbon_income`", "挂钩票息须有 forest 或 carbon_income"
        yield finding(where, ("carbon_link",), en, zh)
    for at, row in enumerate(file.carbon_income):
        try:
            Day.fromisoformat(f"{row.year:04}-{row.paid_on}")
        except ValueError:
            en, zh = f"not a day MM-DD: {row.paid_on!r}", f"不是 MM-DD 日期：{row.paid_on!r}"
            yield finding(where, ("carbon_income", at, "paid_on"), en, zh)
    total, face = sum(yuan_to_fen(row.yuan) for row in file.proceeds), yuan_to_fen(file.face)
    if not face:
        yield finding(where, ("face",), "a bond is more than nothing", "面值须大于零")
    if file.proceeds and total != face:
        en = f"the uses sum to {fen_to_yuan(total)} yuan, the face is {fen_to_yuan(face)}"
        yield finding(
            where, ("proceeds",), en, f"募集资金用途合计 {fen_to_yuan(total)} 元，面值 {fen_to_yuan(face)} 元"
        )
    if file.terms.day_count == PERIODIC and file.terms.interest_to == "paid":
        en = "ACT/ACT counts by due dates: interest runs to the due date, not to the day of payment"
        yield finding(
            where, ("terms", "interest_to"), en, "ACT/ACT 按应付日划分付息期：利息计至应付日（due），不计至实际付款日"
        )
    if file.quote is not None and not file.terms.drawn <= file.quote.settled < file.terms.last_payment:
        en, zh = "does not lie in the life of the bond", "不在债券存续期内"
        yield finding(where, ("quote", "settled"), en, zh)


def balance_faults(file: CarbonBond, total_cover: Fraction, where: Where) -> Iterator[Finding]:
    """A government's project whose receipts do not balance its own bond (项目收益与融资自求平衡)."""
    if file.borrower.kind == "government" and total_cover < 1:
        en = f"the project's receipts cover {float(total_cover):.2f} of its debt service: a government issues only what its project repays"
        zh = f"项目收益仅覆盖本息 {float(total_cover):.2f} 倍：项目收益与融资须自求平衡"
        yield finding(where, ("repaid_from",), en, zh)


def _issuer(file: CarbonBond, where: Where) -> Iterator[Finding]:
    """Enterprises may issue; a government within its limit; a financing platform only as an enterprise, on its own income."""
    if (file.borrower.kind == "government") != (file.debt_limit is not None):
        en, zh = "goes with a government that issues, and only with it", "政府发行时须填写，且仅用于政府"
        yield finding(where, ("debt_limit",), en, zh)
    if file.debt_limit is not None:
        room = yuan_to_fen(file.debt_limit.limit_yuan) - yuan_to_fen(file.debt_limit.outstanding_yuan)
        if yuan_to_fen(file.face) > room:
            en = f"the face exceeds the room of {fen_to_yuan(room)} yuan under the debt limit"
            yield finding(where, ("face",), en, f"面值超过债务限额余地 {fen_to_yuan(room)} 元")
    if file.borrower.kind in {"farmer", "village_collective", "cooperative"}:
        en, zh = "issuers are enterprises, or a government within its limit", "发行人须为企业，或限额内的政府"
        yield finding(where, ("borrower", "kind"), en, zh)


def _label(file: CarbonBond, rules: Rules, where: Where) -> Iterator[Finding]:
    """What a label demands: all proceeds low-carbon and a third party's report; uses told; a target and a usual step."""
    if file.label == "carbon_neutral":
        least = rules.fraction(_BONDS + "proceeds_share")
        total = sum(yuan_to_fen(row.yuan) for row in file.proceeds)
        low = sum(yuan_to_fen(row.yuan) for row in file.proceeds if row.low_carbon)
        if not total or Fraction(low, total) < least:
            en = f"a carbon-neutral bond puts {float(least):.0%} of its proceeds into low-carbon projects"
            yield finding(where, ("proceeds",), en, f"碳中和债募集资金须 {float(least):.0%} 投向低碳项目")
        if not file.third_party_report:
            en, zh = "a carbon-neutral bond needs a third party's report of tonnes", "碳中和债须有第三方减排量测算报告"
            yield finding(where, ("third_party_report",), en, zh)
    if file.label == "green" and not file.proceeds:
        en, zh = "a green bond tells the use of its proceeds", "绿色债券须列明募集资金用途（proceeds）"
        yield finding(where, ("proceeds",), en, zh)
    if file.label == "sustainability_linked" and file.step_up is None:
        en, zh = "a sustainability-linked bond needs a `step_up`", "可持续发展挂钩债券须有 step_up"
        yield finding(where, ("label",), en, zh)
    if file.step_up is not None:
        least, most = rules.fraction(_BONDS + "step_least"), rules.fraction(_BONDS + "step_most")
        if not least <= share(file.step_up.step) <= most:
            en = f"a step lies between {float(least):.2%} and {float(most):.2%}"
            yield finding(
                where, ("step_up", "step"), en, f"票息调整通常在 {float(least):.2%} 至 {float(most):.2%} 之间"
            )
