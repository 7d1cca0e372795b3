"""Parts of the files that tell a forest project: its tonnes, how they sell, who shares and buys, what is used already."""

import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from silvafisc.policy.schema import Date, Positive, Quoted, RegionCode, ShareText, Strict, Yuan, reject
from silvafisc.quantities import share, yuan_to_fen

from .fields import LAST_YEAR, MOST_DRAWS, Market, Months, NotNegative, Year, YearText


class EngineFile(Strict):
    """Where the carbon engine tells the tonnes of a mu: the yields of a scenario."""

    scenario: str = Field(min_length=1)
    """Shipped name, or a path as the command line takes it."""
    region_code: RegionCode
    """Unit."""
    measure: str = Field(min_length=1)
    """Measure."""
    period: Quoted
    """Period in which it is carried out."""


class ProjectFile(Strict):
    """The forest whose tonnes are pledged."""

    code: str = Field(min_length=1)
    """Code of the project or parcel in the register of uses."""
    parcels: list[str] = Field(default_factory=list)
    """Its parcels."""
    area_mu: Positive
    """Area."""
    land: Literal["new_forest", "compensated_forest"]
    """Newly planted, or forest that is paid compensation already."""
    crediting_from: Year
    """First year of the crediting period."""
    crediting_years: int = Field(ge=1, le=LAST_YEAR)
    """Its length."""
    tco2e_per_year: Positive | None = None
    """The same credited tonnes in every year of the period…"""
    tonnes: dict[YearText, NotNegative] | None = Field(default=None, min_length=1)
    """…or tonnes by year: no year between is left out, none come after the last…"""
    engine: EngineFile | None = None
    """…or what the carbon engine credits to the area, year by year."""
    verified_tco2e: NotNegative = "0"
    """Tonnes that are issued and not yet sold."""

    @model_validator(mode="after")
    def _one(self) -> "ProjectFile":
        if sum(given is not None for given in (self.tco2e_per_year, self.tonnes, self.engine)) != 1:
            raise reject(
                "give one of `tco2e_per_year`, `tonnes` and `engine`", "tco2e_per_year、tonnes、engine 须三选一"
            )
        years = sorted(map(int, self.tonnes or ()))
        lacking = [year for year in range(years[0], years[-1]) if year not in years] if years else []
        if lacking:
            raise reject(f"tonnes of {lacking[0]} are missing", f"缺少{lacking[0]}年的吨数")
        return self

    @property
    def last_year(self) -> int:
        """Last year of the crediting period."""
        return self.crediting_from + self.crediting_years - 1

    def by_year(self) -> dict[int, Fraction]:
        """Year -> credited tonnes. Raises ValueError where the engine's are not put in yet."""
        if self.tonnes is not None:
            return {int(year): share(text) for year, text in sorted(self.tonnes.items())}
        if self.engine is not None:
            raise ValueError("the carbon engine's tonnes are put in when the file is read")
        flat = share(self.tco2e_per_year or "0")
        return dict.fromkeys(range(self.crediting_from, self.last_year + 1), flat)


class PracticeFile(Strict):
    """How tonnes become money; what is left out is as the parameters under finance.issuance say."""

    years_between_verifications: Annotated[int, Field(ge=1, le=LAST_YEAR)] | None = None
    """Years verified together."""
    months_to_issue: Months | None = None
    """From the end of the monitored years."""
    months_to_sell: Months | None = None
    """From issue."""
    sale_haircut: ShareText | None = None
    """Haircut for the wait."""
    fees: ShareText | None = None
    """Fees as a share of the price."""


class PriceStep(Strict):
    """A price from a day on."""

    from_: Date = Field(alias="from")
    """First day."""
    yuan_per_tco2: Positive
    """Price."""


class SimulationFile(Strict):
    """Draws of the price path."""

    draws: int = Field(ge=1, le=MOST_DRAWS)
    """How many."""
    seed: int = Field(ge=0)
    """Seed."""


def _course_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value) or value in COURSES:
        taken = ", ".join(sorted(COURSES))
        raise reject(
            f"must be small letters, digits and _, none of {taken} (got {value!r})",
            f"须为小写字母、数字和 _，且不得为 {taken}（现为 {value!r}）",
        )
    return value


COURSES = frozenset({"base", "low_price", "late", "fire", "all"})
"""Courses that every instrument with tonnes has."""
CourseName = Annotated[str, AfterValidator(_course_name)]


class PriceFile(Strict):
    """What a tonne is sold for, in its own market."""

    market: Market
    """ccer, or local (FFCER, 碳票, 单株碳汇); cea is the market of allowances, in which no forest sells."""
    yuan_per_tco2: Positive | None = None
    """One price…"""
    steps: list[PriceStep] | None = Field(default=None, min_length=1)
    """…or prices by day."""
    scenarios: dict[CourseName, Annotated[list[PriceStep], Field(min_length=1)]] = Field(default_factory=dict)
    """Other price paths by name, each a course of its own beside the stressed ones."""
    simulation: SimulationFile | None = None
    """Draw price paths as well."""

    @model_validator(mode="after")
    def _one(self) -> "PriceFile":
        if (self.yuan_per_tco2 is None) == (self.steps is None):
            raise reject("give either `yuan_per_tco2` or `steps`", "yuan_per_tco2 与 steps 须二选一")
        return self


class HolderFile(Strict):
    """A party to the benefit sharing."""

    name: str = Field(min_length=1)
    """Name; the borrower is one of them."""
    right: Literal["ownership", "contract", "management"]
    """Its right to the forest."""
    share: ShareText
    """Share of the carbon income."""
    opportunity_cost: Yuan | None = None
    """Yuan a year that its land would earn otherwise, where its cash is to be held against that."""


class PlantingFile(Strict):
    """Planting that the borrower pays for before the subsidy comes."""

    year: Year
    """Year of planting."""
    costs: dict[YearText, Yuan] = Field(min_length=1)
    """Year -> yuan."""
    subsidy: Yuan
    """Establishment subsidy in all."""
    scheme: Literal["build_first", "instalments", "prepaid"]
    """How it is paid here: 先建后补, 7:3, 预拨; the others are told beside it."""

    def costs_fen(self) -> dict[int, int]:
        """Year -> fen."""
        return {int(year): yuan_to_fen(yuan) for year, yuan in sorted(self.costs.items())}


class BuyerFile(Strict):
    """One who buys to offset its emissions."""

    name: str = Field(min_length=1)
    """Name."""
    market: Literal["national", "guangdong", "beijing"]
    """Whose limit holds."""
    obligation_tco2e: Positive
    """Obligation of a year."""
    local: bool
    """Whether these credits count as local there."""
