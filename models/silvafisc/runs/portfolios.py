"""Reading portfolios: every member priced from its own file, checked against the others, and drawn together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.finance.instruments.fields import finding
from silvafisc.finance.instruments.pooling import Held, double_uses, member_of
from silvafisc.finance.instruments.portfolio import PortfolioFile, correlations, portfolio_faults
from silvafisc.finance.paths import Calibration, NoPricesError, calibrate
from silvafisc.finance.portfolio import Pool, PooledLoss, pooled
from silvafisc.policy import INSTRUMENTS, PORTFOLIOS, ParameterTree, Rules
from silvafisc.policy.scenario_files import locate
from silvafisc.policy.schema import validate
from silvafisc.policy.yaml_source import Document, read_yaml
from silvafisc.quantities import share

from .instruments import BONDS, LOANS, PRICES, kind_of, price_bond, price_loan
from .sheet import COPY


@dataclass(frozen=True)
class Portfolio:
    """A portfolio as its file tells it, drawn, with the parameters that it read. copies: members' files by the path that
    the portfolio gives, without the shipped ones.
    """

    file: PortfolioFile
    members: tuple[Held, ...]
    loss: PooledLoss
    rules: Rules
    source: Path
    copies: dict[str, Path]


def shipped_portfolios() -> list[str]:
    """Names of the shipped portfolios, ascending."""
    return sorted(path.stem for path in PORTFOLIOS.glob("*.yaml"))


def load_portfolio(source: str | Path) -> Portfolio:
    """Read, check and draw a portfolio. Raises InputError with everything that is refused, in it and in its members."""
    path = locate(source, PORTFOLIOS, ("portfolio", "组合"))
    document = read_yaml(path)
    if isinstance(document.data, dict) and document.data.get("instrument") in [*LOANS, *BONDS]:
        kind_of(document, {"portfolio": PortfolioFile})
    file = validate(PortfolioFile, document)
    rules = ParameterTree.load().on(file.policy_date)
    findings = list(portfolio_faults(file, rules, document.where))
    members: list[Held] = []
    copies: dict[str, Path] = {}
    for at, entry in enumerate(file.members):
        try:
            place = _place(entry.instrument, path, at, document)
            held = _priced(place, file, at)
            if held.file.id in {other.file.id for other in members}:
                en, zh = f"{held.file.id} is in the portfolio already", f"{held.file.id} 已在组合中"
                findings.append(finding(document.where, ("members", at, "instrument"), en, zh))
                continue
            members.append(held)
            if place.parent != INSTRUMENTS:
                copies[entry.instrument] = place
        except InputError as error:
            findings += error.findings
    findings += double_uses(members)
    if findings:
        raise InputError(findings)
    price, reversal = correlations(file, rules)
    markets = sorted({held.carbon.price.market for held in members if held.carbon is not None})
    pool = Pool(
        members=tuple(member_of(held, file, rules) for held in members),
        price=price,
        reversal=reversal,
        fits=_fits(markets, rules),
        draws=file.simulation.draws,
        seed=file.simulation.seed,
        levels=tuple(float(share(level)) for level in file.simulation.quantiles),
    )
    return Portfolio(file, tuple(members), pooled(pool), rules, path, copies)


def _place(named: str, portfolio: Path, at: int, document: Document) -> Path:
    """The file of a member. Raises InputError for one outside the portfolio's folder, which a copy could not keep."""
    given = Path(named)
    if given.suffix not in {".yaml", ".yml"}:
        try:
            return locate(named, INSTRUMENTS, ("instrument", "金融工具"))
        except InputError as error:
            where = document.where(("members", at, "instrument"))
            raise InputError([Finding(where, one.path, one.en, one.zh) for one in error.findings]) from None
    if given.is_absolute() or ".." in given.parts or named == COPY:
        en = f"must lie beside or below the portfolio's own file, under another name than {COPY}"
        zh = f"须位于组合文件所在目录或其下，且不得名为 {COPY}"
        raise InputError([finding(document.where, ("members", at, "instrument"), en, zh)])
    return portfolio.parent / given


def _priced(place: Path, file: PortfolioFile, at: int) -> Held:
    """A member priced from its own file, as `silvafisc finance loan|bond` prices it."""
    document = read_yaml(place)
    if kind_of(document, {**LOANS, **BONDS}) in BONDS:
        bond = price_bond(document, place)
        return Held(bond.file, bond.assessment, bond.rules, document.where, file.members[at])
    loan = price_loan(document, place)
    return Held(loan.file, loan.assessment, loan.rules, document.where, file.members[at])


def _fits(markets: Sequence[str], rules: Rules) -> dict[str, Calibration]:
    """Market -> its price path; a market of which no prices are published keeps the stated price."""
    table, found = load_package(PRICES).table, {}
    for market in markets:
        try:
            found[market] = calibrate(table, market, rules)
        except NoPricesError:
            continue
    return found
