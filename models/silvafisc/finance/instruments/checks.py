"""What is refused in any instrument's file, with place and reason in both languages."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules
from silvafisc.policy.claim_file import ClaimFile
from silvafisc.policy.yaml_source import Path_
from silvafisc.results.claims import Claim, check_claims

from ..dates import Day, year_end
from .carbon_fields import PriceFile, ProjectFile
from .fields import LAST_YEAR, BorrowerFile, IncomeFile, Instrument, RateFile, TermsFile, Where, finding

_LARGEST_FLOW = "assumptions.carbon.validation.largest_flow"
_CREDITING = "crediting.ccer_14_001.crediting_years_"


def instrument_faults(file: Instrument, where: Where) -> Iterator[Finding]:
    """Dates out of order; debt that future appropriations would serve."""
    yield from _dates(file.terms, where)
    if "future_appropriation" in file.repaid_from:
        at = file.repaid_from.index("future_appropriation")
        en = "debt service by future appropriations is hidden debt and is refused; name what the project itself earns"
        zh = "以以后年度预算安排偿债，疑似新增隐性债务，不予受理；请列明项目自身收益"
        yield finding(where, ("repaid_from", at), en, zh)


def _dates(terms: TermsFile, where: Where) -> Iterator[Finding]:
    if Day.fromisoformat(terms.last_payment).year > LAST_YEAR:
        yield finding(where, ("terms", "last_payment"), f"lies after {LAST_YEAR}", f"晚于{LAST_YEAR}年")
    named = (("drawn", terms.drawn), ("first_payment", terms.first_payment), ("last_payment", terms.last_payment))
    for (name, day), (after, later) in pairwise(named):
        if not day < later and not (after == "last_payment" and day == later):
            en, zh = f"{later} does not lie after {name} {day}", f"{later} 不晚于 {name} {day}"
            yield finding(where, ("terms", after), en, zh)


def government_faults(borrower: BorrowerFile, where: Where) -> Iterator[Finding]:
    """A government that takes a loan."""
    if borrower.kind == "government":
        en = "a government borrows by bonds within its limit only (Budget Law, Art. 35), never by a loan"
        zh = "政府只能在限额内发行债券举债（预算法第三十五条），不得贷款"
        yield finding(where, ("borrower", "kind"), en, zh)


def party_faults(file: Instrument, others: Sequence[tuple[Path_, str]], where: Where) -> Iterator[Finding]:
    """The borrower on the other side of its own payments. others: path and name of more whom it pays or who pay it."""
    named: list[tuple[Path_, str]] = [
        *others,
        *((("other_income", at, "payer"), income.payer) for at, income in enumerate(file.other_income)),
        *((("running_costs", at, "payee"), cost.payee) for at, cost in enumerate(file.running_costs)),
    ]
    yield from own_payments(file.borrower.name, named, where)


def own_payments(borrower: str, named: Sequence[tuple[Path_, str]], where: Where) -> Iterator[Finding]:
    """Those of the named parties that are the borrower itself."""
    for path, name in named:
        if name == borrower:
            yield finding(where, path, f"{name} is the borrower", f"{name} 即借款人")


def rate_faults(rates: list[RateFile], terms: TermsFile, where: Where) -> Iterator[Finding]:
    """Rates out of order, or none in force on the day of drawing."""
    for at, (one, other) in enumerate(pairwise(rates)):
        if other.from_ <= one.from_:
            en, zh = f"{other.from_} does not lie after {one.from_}", f"{other.from_} 不晚于 {one.from_}"
            yield finding(where, ("rates", at + 1, "from"), en, zh)
    if rates[0].from_ > terms.drawn:
        en = f"no rate is in force on the day of drawing {terms.drawn}"
        yield finding(where, ("rates", 0, "from"), en, f"放款日 {terms.drawn} 尚无利率")


def project_faults(file: ProjectFile, price: PriceFile, rules: Rules, where: Where) -> Iterator[Finding]:
    """Tonnes that cannot be flows or lie outside the crediting period; markets that the forest may not sell in."""
    area, largest = Fraction(file.area_mu), Fraction(rules.entry(_LARGEST_FLOW).value)
    for year, tonnes in file.by_year().items():
        path = ("project", "tco2e_per_year") if file.tonnes is None else ("project", "tonnes", str(year))
        if tonnes > largest * area:
            en = f"{float(tonnes / area):,.2f} t per mu in a year exceeds {float(largest):g}: this is a stock given as a yearly flow"
            zh = f"一年 {float(tonnes / area):,.2f} 吨/亩超过上限 {float(largest):g}：把存量当作年固碳量了"
            yield finding(where, path, en, zh)
            if file.tonnes is None:
                break
        if not file.crediting_from <= year <= file.last_year:
            en = f"lies outside the crediting period {file.crediting_from}–{file.last_year}"
            yield finding(where, path, en, f"不在计入期{file.crediting_from}—{file.last_year}年内")
    if price.market == "cea":
        en = "allowances (CEA) are another good: forest credits sell as ccer or local, never at the allowance price"
        zh = "CEA 为配额，林业减排量只能按 CCER（ccer）或地方产品（local）计价，不得按配额价格"
        yield finding(where, ("price", "market"), en, zh)
    if price.market == "ccer" and file.land == "compensated_forest":
        en = "existing compensated forest earns no CCER by default: use the market of a local product"
        zh = "已享受补偿的现有林默认不产生 CCER；可按地方产品（local）计价"
        yield finding(where, ("project", "land"), en, zh)
    if price.market == "ccer" and not rules.holds(_CREDITING + "least"):
        en = f"no methodology credits afforestation as CCER on {rules.date}"
        yield finding(where, ("price", "market"), en, f"{rules.date} 尚无造林碳汇 CCER 方法学")
    elif price.market == "ccer":
        least, most = (int(rules.number(_CREDITING + name)) for name in ("least", "most"))
        if not least <= file.crediting_years <= most:
            en = f"a CCER afforestation project is credited for {least} to {most} years"
            yield finding(where, ("project", "crediting_years"), en, f"CCER 造林项目计入期为 {least}—{most} 年")


def tenor_faults(terms: TermsFile, last_year: int, where: Where) -> Iterator[Finding]:
    """A last payment after the pledged right has ended."""
    if Day.fromisoformat(terms.last_payment) > year_end(last_year):
        en = f"the tenor runs beyond the crediting period, which ends with {last_year}"
        zh = f"期限超过计入期（至{last_year}年末）"
        yield finding(where, ("terms", "last_payment"), en, zh)


def pledge(file: ProjectFile, terms: TermsFile, lender: str, where: Where) -> Claim:
    """The instrument's own use of its project's tonnes, as a row of the register."""
    return Claim(
        where(("project", "code")),
        file.code,
        file.crediting_from,
        file.last_year,
        Fraction(1),
        "pledged",
        terms.drawn,
        terms.last_payment,
        lender,
    )


def parcels(file: ProjectFile) -> Mapping[str, list[str]]:
    """The project -> its parcels, where it tells them."""
    return {file.code: file.parcels} if file.parcels else {}


def claim_faults(
    file: ProjectFile, others: list[ClaimFile], terms: TermsFile, lender: str, where: Where
) -> Iterator[Finding]:
    """Tonnes promised twice: the pledge of this instrument beside the uses that the register holds."""
    try:
        check_claims([pledge(file, terms, lender, where), *held_claims(others, where)], parcels(file))
    except InputError as error:
        yield from error.findings


def held_claims(others: Sequence[ClaimFile], where: Where) -> list[Claim]:
    """The uses that the register holds already."""
    return [
        Claim(
            where(("other_uses", at)),
            row.code,
            row.first_year,
            row.last_year,
            Fraction(row.share),
            row.use,
            row.since,
            row.until,
            row.holder,
        )
        for at, row in enumerate(others)
    ]


def income_faults(
    incomes: Sequence[IncomeFile], sources: Sequence[str], pledged: str, where: Where
) -> Iterator[Finding]:
    """Income that is told and not named as serving the debt, or named and not told; `pledged` is told elsewhere."""
    for at, income in enumerate(incomes):
        if income.kind not in sources:
            en, zh = f"{income.kind} is not among repaid_from", f"repaid_from 未列 {income.kind}"
            yield finding(where, ("other_income", at, "kind"), en, zh)
    told = {income.kind for income in incomes} | {pledged, "future_appropriation"}
    for at, source in enumerate(sources):
        if source not in told:
            en, zh = f"no other_income of kind {source} is stated", f"未列 {source} 类收入（other_income）"
            yield finding(where, ("repaid_from", at), en, zh)
    if pledged and pledged not in sources:
        en, zh = f"must name {pledged}, which is pledged", f"须列明所质押的 {pledged}"
        yield finding(where, ("repaid_from",), en, zh)
