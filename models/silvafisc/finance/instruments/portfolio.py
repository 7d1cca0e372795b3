"""Portfolio (组合): instruments pooled, with how their prices and their fires move together.

loss of a member = what is never paid of its debt, after what is pledged, insurance, guarantee and recovery
loss of the pool = Σ of the members'; its mean and quantiles by seeded draws
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.policy.parameter_files import Status
from silvafisc.policy.schema import Date, Label, ShareText, Strict
from silvafisc.quantities import share

from ..factors import Correlation
from .fields import Evidence, Where, finding

PARAMETERS = "finance.portfolio."
"""Where the numbers stand that a file leaves out."""
MOST_POOLED_DRAWS = 200_000
"""More would only fill the memory: every member keeps its loss in every draw."""


class StatedFile(Strict):
    """A number with what it rests on."""

    value: ShareText
    """Number, from 0 to 1."""
    status: Status
    """How well it is known."""
    title: str = Field(min_length=1)
    """Where it stands, or why it was chosen."""


class PriceCorrelationFile(Strict):
    """Correlation of yearly price shocks between two members."""

    same_market: StatedFile | None = None
    """Who sell in one market."""
    across_markets: StatedFile | None = None
    """Who sell in different ones."""


class ReversalCorrelationFile(Strict):
    """Correlation of what decides on a fire in a year, between two members."""

    same_region: StatedFile | None = None
    """Of one region."""
    across_regions: StatedFile | None = None
    """Of different ones."""


class CorrelationFile(Strict):
    """How members move together; what is left out is as the parameters under finance.portfolio say."""

    price: PriceCorrelationFile = PriceCorrelationFile()
    """Prices."""
    reversal: ReversalCorrelationFile = ReversalCorrelationFile()
    """Fires."""


class MemberFile(Strict):
    """An instrument of the portfolio."""

    instrument: str = Field(min_length=1)
    """File beside or below the portfolio's own, or the name of a shipped one."""
    region: str = Field(min_length=1)
    """Region of its forest: those of one region burn together more often."""
    fire_chance: StatedFile | None = None
    """Chance of a fire in a year, where it is not the portfolio's."""
    recovery: StatedFile | None = None
    """Recovery, where it is not the portfolio's."""


class DrawsFile(Strict):
    """Draws of the pool."""

    draws: int = Field(ge=1, le=MOST_POOLED_DRAWS)
    """How many."""
    seed: int = Field(ge=0)
    """Seed."""
    quantiles: list[ShareText] = Field(min_length=1)
    """Levels, ascending: "0.95" is the loss that 95 % of the draws do not exceed."""


class PortfolioFile(Strict):
    """The whole file."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """Name."""
    title: Label
    """Title."""
    instrument: Literal["portfolio"]
    """What it is."""
    policy_date: Date
    """Day whose parameters hold."""
    evidence: Evidence
    """How well its own numbers are known."""
    members: list[MemberFile] = Field(min_length=1)
    """What is pooled."""
    correlation: CorrelationFile = CorrelationFile()
    """How they move together."""
    fire_chance: StatedFile | None = None
    """Chance of a fire in a year that destroys of a stand what the member's own stress says; the parameter where left out."""
    recovery: StatedFile | None = None
    """Share of what stays unpaid that is got back beside what is pledged; the parameter where left out."""
    surplus: Literal["kept", "released"]
    """Whether what a year leaves after its debt stays in the supervised account for later debt, or goes to the borrower."""
    simulation: DrawsFile
    """Draws."""


def number(given: StatedFile | None, name: str, rules: Rules) -> float:
    """What the file states, else the parameter of finance.portfolio."""
    return float(rules.fraction(PARAMETERS + name) if given is None else share(given.value))


def spans(file: PortfolioFile, rules: Rules) -> dict[str, tuple[float, float]]:
    """Correlation within a group and across groups, of prices and of fires."""
    price, reversal = file.correlation.price, file.correlation.reversal
    return {
        "price": (
            number(price.same_market, "price_same_market", rules),
            number(price.across_markets, "price_across_markets", rules),
        ),
        "reversal": (
            number(reversal.same_region, "fire_same_region", rules),
            number(reversal.across_regions, "fire_across_regions", rules),
        ),
    }


def correlations(file: PortfolioFile, rules: Rules) -> tuple[Correlation, Correlation]:
    """Of prices and of fires."""
    held = spans(file, rules)
    return Correlation(*held["price"]), Correlation(*held["reversal"])


def portfolio_faults(file: PortfolioFile, rules: Rules, where: Where) -> Iterator[Finding]:
    """Levels out of order; members that move together less within a group than across groups."""
    levels = [share(level) for level in file.simulation.quantiles]
    if levels != sorted(set(levels)) or not 0 < levels[0] <= levels[-1] < 1:
        en, zh = "must ascend between 0 and 1", "须在 0 与 1 之间依次递增"
        yield finding(where, ("simulation", "quantiles"), en, zh)
    for name, (within, across) in spans(file, rules).items():
        if across > within:
            en = f"{across:g} across groups exceeds {within:g} within one"
            yield finding(where, ("correlation", name), en, f"组间相关 {across:g} 大于组内相关 {within:g}")
