"""Reading instruments: by path or shipped name, checked in full, with the parameters of their own date."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.finance.assess import Assessment, LoanCase, NothingToLendError, assess
from silvafisc.finance.bond_case import BondAssessment, assess_bond
from silvafisc.finance.drawn import Draws
from silvafisc.finance.fan import Fan, bond_fan, cover_fan
from silvafisc.finance.instruments import carbon_bond, carbon_pledge_loan, compensation_loan
from silvafisc.finance.instruments.carbon_bond import CarbonBond
from silvafisc.finance.instruments.carbon_fields import PriceFile, SimulationFile
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.finance.instruments.carbon_side import start_price
from silvafisc.finance.instruments.compensation_loan import CompensationLoan
from silvafisc.finance.instruments.fields import Where, finding
from silvafisc.finance.paths import Calibration, NoPricesError, calibrate, simulate
from silvafisc.finance.schedules import Payment, TermsError
from silvafisc.policy import INSTRUMENTS, ParameterTree, Rules
from silvafisc.policy import shipped_instruments as shipped_instruments
from silvafisc.policy.scenario_files import locate as located
from silvafisc.policy.schema import validate
from silvafisc.policy.yaml_source import Document, Path_, read_yaml
from silvafisc.quantities import fen_to_yuan

from .engine_tonnes import credited

LOANS: Mapping[str, type[CarbonPledgeLoan] | type[CompensationLoan]] = {
    "carbon_pledge_loan": CarbonPledgeLoan,
    "compensation_loan": CompensationLoan,
}

PRICES = "carbon_prices"
BONDS: Mapping[str, type[CarbonBond]] = {"carbon_bond": CarbonBond}
VERBS = {**dict.fromkeys(LOANS, "loan"), **dict.fromkeys(BONDS, "bond"), "portfolio": "portfolio"}
"""Kind of file -> the verb of the command line that reads it."""


@dataclass(frozen=True)
class Drawn:
    """Cover, and a bond's coupons, over drawn prices, and what the draws were fitted from."""

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
    """A bond as its file tells it, worked out, with the parameters that it read; drawn where the file asks for it."""

    file: CarbonBond
    assessment: BondAssessment
    rules: Rules
    source: Path
    drawn: Drawn | None = None


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
    file = credited(validate(LOANS[kind_of(document, LOANS)], document), document)
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
    file = credited(validate(CarbonBond, document), document)
    rules = (tree or ParameterTree.load()).on(file.policy_date)
    case = carbon_bond.build(file, rules, document.where)
    try:
        assessment = assess_bond(case)
    except TermsError as error:
        raise _unworkable(error, document) from None
    findings = list(carbon_bond.balance_faults(file, assessment.total_cover, document.where))
    if findings:
        raise InputError(findings)
    return Bond(file, assessment, rules, path, _bond_drawn(file, assessment, rules, document))


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
    verb = VERBS.get(kind) if isinstance(kind, str) else None
    more_en, more_zh = (
        (f"; `silvafisc finance {verb}` reads it", f"；请用 silvafisc finance {verb}") if verb else ("", "")
    )
    en = f"must be {'one of ' * (len(known) > 1)}{', '.join(known)} (got {kind!r}){more_en}"
    zh = f"须为 {'、'.join(known)}{' 之一' * (len(known) > 1)}（现为 {kind!r}）{more_zh}"
    raise InputError([*document.findings, Finding(document.where(("instrument",)), "instrument", en, zh)])


def _case(file: CarbonPledgeLoan | CompensationLoan, rules: Rules, document: Document) -> LoanCase:
    if isinstance(file, CarbonPledgeLoan):
        return carbon_pledge_loan.build(file, rules, document.where)
    return compensation_loan.build(file, rules, document.where)


def _drawn(
    file: CarbonPledgeLoan | CompensationLoan, found: Assessment, rules: Rules, document: Document
) -> Drawn | None:
    """The fan of a loan's cover. Raises InputError where the market has no prices to fit."""
    if not isinstance(file, CarbonPledgeLoan) or file.price.simulation is None:
        return None
    fitted = fit(file.price, rules, document.where, ("price", "simulation"))
    start = start_price(file.price, found.case.terms.drawn)
    paths = _paths(file.price.simulation, fitted, start, found.lines)
    return Drawn(cover_fan(found, paths, start), fitted, len(paths), file.price.simulation.seed)


def _bond_drawn(file: CarbonBond, found: BondAssessment, rules: Rules, document: Document) -> Drawn | None:
    """The fan of a bond's cover and coupons. Raises InputError where the market has no prices to fit."""
    carbon = carbon_bond.forest_of(file, rules)
    if carbon is None or file.forest is None or file.forest.price.simulation is None:
        return None
    price = file.forest.price
    fitted = fit(price, rules, document.where, ("forest", "price", "simulation"))
    start = start_price(price, found.case.terms.drawn)
    paths = _paths(file.forest.price.simulation, fitted, start, found.lines)
    return Drawn(bond_fan(found, carbon.selling(), paths, start), fitted, len(paths), file.forest.price.simulation.seed)


def fit(price: PriceFile, rules: Rules, where: Where, path: Path_) -> Calibration:
    """The price path of a file's market. Raises InputError at `path` where it has no prices to fit."""
    try:
        return calibrate(load_package(PRICES).table, price.market, rules)
    except NoPricesError as error:
        raise InputError([finding(where, path, error.en, error.zh)]) from None


def _paths(wanted: SimulationFile, fitted: Calibration, start: float, lines: Sequence[Payment]) -> Draws:
    """Prices of the years after that of the drawing."""
    years = lines[-1].period.due.year - lines[0].period.start.year
    return simulate(fitted, start, years, wanted.draws, wanted.seed)


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
                f"无可贷金额：按质押物最多 {most} 元，而{error.year}年收入不足以偿付任何本息；"
                "可按签发回款安排还款、推迟首次还款，或列明其他收入"
            )
        raise InputError([Finding(document.where(("amount",)), "amount", en, zh)]) from None
    except TermsError as error:
        raise _unworkable(error, document) from None


def _unworkable(error: TermsError, document: Document) -> InputError:
    return InputError([Finding(document.where(("terms",)), "terms", error.en, error.zh)])
