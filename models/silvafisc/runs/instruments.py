"""Reading instruments: by path or shipped name, checked in full, with the parameters of their own date."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.finance.assess import Assessment, LoanCase, NothingToLendError, assess
from silvafisc.finance.bond_case import BondAssessment, assess_bond
from silvafisc.finance.dates import Day
from silvafisc.finance.fan import Fan, cover_fan
from silvafisc.finance.instruments import carbon_bond, carbon_pledge_loan, compensation_loan
from silvafisc.finance.instruments.carbon_bond import CarbonBond
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.finance.instruments.carbon_side import price_of
from silvafisc.finance.instruments.compensation_loan import CompensationLoan
from silvafisc.finance.paths import Calibration, NoPricesError, calibrate, simulate
from silvafisc.finance.schedules import TermsError
from silvafisc.policy import INSTRUMENTS, ParameterTree, Rules
from silvafisc.policy import shipped_instruments as shipped_instruments
from silvafisc.policy.scenario_files import locate as located
from silvafisc.policy.schema import validate
from silvafisc.policy.yaml_source import Document, read_yaml
from silvafisc.quantities import fen_to_yuan

LOANS: Mapping[str, type[CarbonPledgeLoan] | type[CompensationLoan]] = {
    "carbon_pledge_loan": CarbonPledgeLoan,
    "compensation_loan": CompensationLoan,
}

PRICES = "carbon_prices"
BONDS: Mapping[str, type[CarbonBond]] = {"carbon_bond": CarbonBond}


@dataclass(frozen=True)
class Drawn:
    """A loan's cover over drawn prices, and what the draws were fitted from."""

    fan: Fan
    fitted: Calibration
    draws: int
    seed: int


@dataclass(frozen=True)
class Loan:
    """A loan as its file tells it, worked out, with the parameters that it read; drawn where the file asks for it."""

    file: CarbonPledgeLoan | CompensationLoan
    assessment: Assessment
    rules: Rules
    source: Path
    drawn: Drawn | None = None


@dataclass(frozen=True)
class Bond:
    """A bond as its file tells it, worked out, with the parameters that it read."""

    file: CarbonBond
    assessment: BondAssessment
    rules: Rules
    source: Path


def locate(source: str | Path) -> Path:
    """The file of a path or shipped name. Raises InputError."""
    return located(source, INSTRUMENTS, ("instrument", "金融工具"))


def load_loan(source: str | Path, tree: ParameterTree | None = None) -> Loan:
    """Read, check and work out a loan under `tree`, the law as it stands where left out.

    Raises:
        InputError: everything that is refused.
    """
    path = locate(source)
    return price_loan(read_yaml(path), path, tree)


def price_loan(document: Document, path: Path, tree: ParameterTree | None = None) -> Loan:
    """A loan's file, checked and worked out. Raises InputError as `load_loan`."""
    file = validate(LOANS[kind_of(document, LOANS)], document)
    rules = (tree or ParameterTree.load()).on(file.policy_date)
    found = _assess(_case(file, rules, document), document)
    return Loan(file, found, rules, path, _drawn(file, found, rules, document))


def load_bond(source: str | Path, tree: ParameterTree | None = None) -> Bond:
    """The same of a bond. Raises InputError."""
    path = locate(source)
    return price_bond(read_yaml(path), path, tree)


def price_bond(document: Document, path: Path, tree: ParameterTree | None = None) -> Bond:
    """A bond's file, checked and worked out. Raises InputError as `load_bond`."""
    kind_of(document, BONDS)
    file = validate(CarbonBond, document)
    rules = (tree or ParameterTree.load()).on(file.policy_date)
    case = carbon_bond.build(file, rules, document.where)
    try:
        assessment = assess_bond(case)
    except TermsError as error:
        raise _unworkable(error, document) from None
    findings = list(carbon_bond.balance_faults(file, assessment.total_cover, document.where))
    if findings:
        raise InputError(findings)
    return Bond(file, assessment, rules, path)


def changed_document(path: Path, changes: Mapping[str, str]) -> Document:
    """A file with some of its texts changed: `terms.last_payment` -> text. Raises InputError where a key is not there."""
    document = read_yaml(path)
    if not changes:
        return document
    data = copy.deepcopy(document.data)
    for key, text in changes.items():
        *inside, last = key.split(".")
        node = reduce(lambda part, name: part.get(name, {}), inside, data)
        if last not in node:
            en, zh = f"there is no {key} to change", f"没有可改的 {key}"
            raise InputError([Finding(str(path), key, en, zh)])
        node[last] = text
    return replace(document, data=data)


def kind_of(document: Document, known: Mapping[str, object]) -> str:
    """The `instrument` of a file. Raises InputError where it is none of the known ones."""
    kind = document.data.get("instrument") if isinstance(document.data, dict) else None
    if isinstance(kind, str) and kind in known:
        return kind
    en = f"must be one of {', '.join(known)} (got {kind!r})"
    zh = f"须为 {'、'.join(known)} 之一（现为 {kind!r}）"
    raise InputError([*document.findings, Finding(document.where(("instrument",)), "instrument", en, zh)])


def _case(file: CarbonPledgeLoan | CompensationLoan, rules: Rules, document: Document) -> LoanCase:
    if isinstance(file, CarbonPledgeLoan):
        return carbon_pledge_loan.build(file, rules, document.where)
    return compensation_loan.build(file, rules, document.where)


def _drawn(
    file: CarbonPledgeLoan | CompensationLoan, found: Assessment, rules: Rules, document: Document
) -> Drawn | None:
    """The fan of the cover. Raises InputError where the market has no prices to fit."""
    if not isinstance(file, CarbonPledgeLoan) or file.price.simulation is None:
        return None
    wanted = file.price.simulation
    try:
        fitted = calibrate(load_package(PRICES).table, file.price.market, rules)
    except NoPricesError as error:
        path = ("price", "simulation")
        raise InputError([Finding(document.where(path), "price.simulation", error.en, error.zh)]) from None
    drawn, last = found.case.terms.drawn, found.lines[-1].period.due
    first = min((Day.fromisoformat(step.from_) for step in file.price.steps or ()), default=drawn)
    start = float(price_of(file.price)(max(drawn, first)))
    paths = simulate(fitted, start, last.year - drawn.year, wanted.draws, wanted.seed)
    return Drawn(cover_fan(found, paths, start), fitted, wanted.draws, wanted.seed)


def _assess(case: LoanCase, document: Document) -> Assessment:
    """The loan worked out; terms that make no schedule are the file's fault."""
    try:
        return assess(case)
    except NothingToLendError as error:
        sizing = error.sizing
        if not sizing.by_pledge_fen:
            en, zh = "nothing can be lent: what is pledged is worth nothing", "无可贷金额：质押物没有价值"
        else:
            most = fen_to_yuan(sizing.by_pledge_fen)
            en = (
                f"nothing can be lent: by the pledge at most {most} yuan, and {error.year} is covered too little by receipts "
                "for any debt service; match the payments to the issues, begin later, or name other income"
            )
            zh = (
                f"无可贷金额：按质押物最多 {most} 元，而 {error.year} 年收入不足以偿付任何本息；"
                "可按签发回款安排还款、推迟首次还款，或列明其他收入"
            )
        raise InputError([Finding(document.where(("amount",)), "amount", en, zh)]) from None
    except TermsError as error:
        raise _unworkable(error, document) from None


def _unworkable(error: TermsError, document: Document) -> InputError:
    return InputError([Finding(document.where(("terms",)), "terms", error.en, error.zh)])
