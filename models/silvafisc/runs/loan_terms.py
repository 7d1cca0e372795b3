"""A loan of the scenario with what it takes from the record: caps of the subsidy, cover, and how tonnes become money."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from silvafisc.economy.ledger import DEMO
from silvafisc.policy import Rules, Scenario
from silvafisc.policy.scenario_loans import LoanGuarantee, LoanOffer, LoanPrice, RiskCompensation
from silvafisc.quantities import share, yuan_to_fen
from silvafisc.results import TaskSpec
from silvafisc.results.loans import LoanSpec

from .recorded import exact_text

SUBSIDY, ISSUANCE, COVER = "interest_subsidy.forestry_loans.", "finance.issuance.", "finance.pledge.cover_least"
Note = Callable[[tuple[str | int, ...], str, str], None]
_NO_GUARANTEE = LoanGuarantee(share="0", fee_rate="0", subsidised_share="0")
_NO_LOSS_BORNE = RiskCompensation(default_rate="0", loss_share="0", borne_share="0")


def loan_spec(scenario: Scenario, name: str, task: TaskSpec, rules: Rules, note: Note) -> LoanSpec:
    """The loan, exact; a subsidy above the recorded caps, or above the interest itself, becomes a finding at its line."""
    loan = scenario.loans[name]
    _within_caps(loan, ("loans", name), rules, note)
    guarantee, borne = loan.guarantee or _NO_GUARANTEE, loan.risk_compensation or _NO_LOSS_BORNE
    bare = LoanSpec(
        id=name,
        measure=loan.measure,
        fund=task.fund,
        subsidy_rates=tuple(loan.subsidy_rates),
        quantity_shares=tuple(loan.quantity_shares),
        payer_shares=task.payer_shares,
        lent_share=loan.lent_share,
        rate=loan.rate,
        years=loan.years,
        drawn=loan.drawn,
        every_months=loan.every_months,
        repayment=loan.repayment,
        interest_only=loan.interest_only_payments,
        subsidy_years=loan.subsidy_years,
        months_to_pay=int(rules.number(SUBSIDY + "months_to_pay")),
        crediting_years=loan.crediting_years,
        cover_least=loan.cover_least or exact_text(rules.fraction(COVER)),
        other_income=tuple((i.first_year, i.last_year, yuan_to_fen(i.yuan_per_mu)) for i in loan.other_income),
        guarantee_share=guarantee.share,
        fee_rate=guarantee.fee_rate,
        fee_subsidised=guarantee.subsidised_share,
        default_rate=borne.default_rate,
        loss_share=borne.loss_share,
        borne_share=borne.borne_share,
    )
    return bare if loan.price is None else _priced(bare, loan.price, loan.pledged_share, rules)


def loan_ledger(scenario: Scenario) -> list[dict[str, str]]:
    """Rows of sources.csv: every number that the scenario states of a loan, with what it rests on."""
    rows = []
    for name, loan in sorted(scenario.loans.items()):
        status, title = loan.evidence.status, loan.evidence.title
        stated = loan.model_dump(mode="json", exclude={"label", "measure", "evidence", "other_uses"}, exclude_none=True)
        for what, value in _flat(stated, f"loans.{name}"):
            row = {"what": what, "value": value, "unit": "", "reference": title, "status": status}
            origin = "assumption" if status == "assumption" else "data"
            rows.append(row | {"origin": origin, "demo": "yes" if DEMO in title else ""})
    return rows


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    """(path, text) of every number or word below a value; lists of plain values in one cell, joined by `;`."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(part, f"{path}.{key}")
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for number, part in enumerate(value):
            yield from _flat(part, f"{path}[{number}]")
    elif value or not isinstance(value, list):
        yield path, ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _priced(bare: LoanSpec, price: LoanPrice, pledged_share: str, rules: Rules) -> LoanSpec:
    """The loan with how its pledged tonnes become money."""
    return replace(
        bare,
        pledged_share=pledged_share,
        yuan_per_tco2=price.yuan_per_tco2,
        market=price.market,
        years_between=int(rules.number(ISSUANCE + "years_between_verifications")),
        months_to_issue=int(rules.number(ISSUANCE + "months_to_issue")),
        months_to_sell=int(rules.number(ISSUANCE + "months_to_sell")),
        sale_haircut=exact_text(rules.fraction(ISSUANCE + "sale_haircut")),
        fees=exact_text(rules.fraction(ISSUANCE + "fees")),
    )


def _within_caps(loan: LoanOffer, path: tuple[str, str], rules: Rules, note: Note) -> None:
    most_years, most_rate = int(rules.number(SUBSIDY + "years_most")), rules.fraction(SUBSIDY + "rate")
    if loan.subsidy_years > most_years:
        en = f"interest is subsidised for at most {most_years} years, not {loan.subsidy_years}"
        note((*path, "subsidy_years"), en, f"贴息最长 {most_years} 年，现为 {loan.subsidy_years} 年")
    for position, text in enumerate(loan.subsidy_rates):
        if share(text) > most_rate:
            en = f"the subsidy is {float(most_rate):.2%} a year at most, not {float(share(text)):.2%}"
            zh = f"贴息率最高为每年 {float(most_rate):.2%}，现为 {float(share(text)):.2%}"
            note((*path, "subsidy_rates", position), en, zh)
        elif share(text) > share(loan.rate):
            en = f"a subsidy of {text} is more than the interest of {loan.rate}"
            note((*path, "subsidy_rates", position), en, f"贴息率 {text} 高于贷款利率 {loan.rate}")
