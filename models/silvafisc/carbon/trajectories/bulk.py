"""The yields of every measure in bulk: which combinations there are, and what one of them gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .. import CURVE_PACKAGES
from ..accounts import credited_pools
from ..cbm import DENSITIES, NEEDED
from ..climate import climates, growth_factors, read_response
from ..curves.calibrate import calibrate_curves
from ..errors import refuse
from ..forest import Tabular
from ..hazard import loss_hazard_band
from ..mixtures import Array
from ..npp import MEMBERS
from ..yield_arrays import ADDITIONAL, BASELINE, CENTRAL, COMPENSATION, CREDITABLE, EITHER, HIGH, LOW, TODAY
from .courses import MEASURES, follow
from .site import engine_parameters, site

PACKAGES = tuple(sorted({*CURVE_PACKAGES, *NEEDED, DENSITIES}))
"""Data packages that the yields are computed from."""
DECIMALS = 8
"""Flows are kept to 10 mg of CO2e per mu: last bits of another processor's arithmetic stay below that, and in 50 years
what is rounded off does not reach a gram."""


@dataclass(frozen=True)
class Job:
    """One measure in one climate by one model of growth (`either` where both agree), at one loss hazard of the band."""

    measure: str
    climate: str
    member: str
    hazard: str


@dataclass(frozen=True)
class Span:
    """Calendar years that are followed, `first` to `last`, and those in which a measure is carried out."""

    first: int
    last: int
    treated: tuple[int, ...]

    def __post_init__(self) -> None:
        inside = all(self.first <= year <= self.last for year in self.treated)
        if not self.treated or not inside or sorted(set(self.treated)) != list(self.treated):
            en = f"years of the measures {list(self.treated)} must ascend inside {self.first} to {self.last}"
            zh = f"措施年度 {list(self.treated)} 须递增且在 {self.first}～{self.last} 之内"
            raise refuse("years", en, zh)

    @property
    def years(self) -> tuple[int, ...]:
        """All years that are followed."""
        return tuple(range(self.first, self.last + 1))


def jobs(stands: pd.DataFrame, span: Span, rules: Rules) -> tuple[Job, ...]:
    """Every combination, by measure, climate, member and hazard. A climate in which both models of growth give the same
    factors, as today's, is followed once. Compensation is followed at both ends of the loss hazard's band too, today.

    Raises:
        InputError: as `climates`, `growth_factors`.
    """
    found = []
    response = read_response(rules)
    for climate in climates(rules).values():
        factors = growth_factors(stands, climate, span.years, response, rules)
        members = (EITHER,) if np.array_equal(factors[0], factors[1]) else tuple(sorted(MEMBERS))
        found += [Job(measure, climate.name, member, CENTRAL) for measure in MEASURES for member in members]
    found += [Job(COMPENSATION, TODAY, EITHER, end) for end in (LOW, HIGH)]
    return tuple(sorted(found, key=lambda job: (job.measure, job.climate, job.member, job.hazard)))


def worked(
    job: Job, stands: pd.DataFrame, packages: Mapping[str, Tabular], span: Span, rules: Rules
) -> dict[str, Array]:
    """baseline, additional and creditable flow, each (treated years, units, years) tCO2e per mu and year.

    baseline, additional: all pools and gases; additional = with the measure - without. creditable: the same difference
    over the credited pools only, before any share of eligible land and any deduction; for planting, the methodology's
    baseline is the vegetation of bare land, which does not change. Gross = baseline + additional is not kept: a small
    effect would drown in its rounding.

    Raises:
        InputError: as `calibrate_curves`, `site`, `follow`.
    """
    curves = calibrate_curves(at_hazard(stands, job.hazard, rules), packages, rules)
    member = sorted(MEMBERS)[0] if job.member == EITHER else job.member
    climate, response = climates(rules)[job.climate], read_response(rules)
    setting, place = site(
        curves, engine_parameters(curves, packages), packages, span.years, climate, member, response, rules
    )
    courses = follow(setting, place, job.measure, [year - span.first + 1 for year in span.treated])
    pools = credited_pools(rules)
    without = [course.baseline.flow() for course in courses]
    flows = {
        BASELINE: without,
        ADDITIONAL: [course.project.flow() - own for course, own in zip(courses, without, strict=True)],
        CREDITABLE: [course.project.flow(pools) - course.baseline.flow(pools) for course in courses],
    }
    # Adding zero turns the -0.0 that rounding leaves into 0.0.
    return {name: np.asarray(np.round(np.stack(parts), DECIMALS) + 0.0) for name, parts in flows.items()}


def at_hazard(stands: pd.DataFrame, hazard: str, rules: Rules) -> pd.DataFrame:
    """The stands with their loss hazard moved from the centre of the band to one of its ends."""
    low, central, high = loss_hazard_band(rules)
    factor = {LOW: low / central, CENTRAL: 1.0, HIGH: high / central}[hazard]
    return stands.assign(loss_hazard_per_year=stands["loss_hazard_per_year"] * factor)


def terminal_table(flows: Sequence[tuple[Job, Array]], span: Span, until: int) -> pd.DataFrame:
    """What follows after `until`: is the additional flow small, and which way does it go?

    flows: job -> additional (treated years, units, years). A row per job, of the first treated year: median over the
    units of the sums up to `until` and after it, tCO2e per mu, the sum after it as a share of the sum up to it (median),
    and how many units still gain and how many lose after it.
    """
    cut = until - span.first + 1
    rows = []
    for job, additional in flows:
        before, after = additional[0, :, :cut].sum(axis=1), additional[0, :, cut:].sum(axis=1)
        known = before != 0
        share = float(np.median(after[known] / before[known])) if known.any() else 0.0
        rows.append(
            {
                "measure": job.measure,
                "climate": job.climate,
                "member": job.member,
                "loss_hazard": job.hazard,
                "until_tco2e_per_mu": float(np.median(before)),
                "after_tco2e_per_mu": float(np.median(after)),
                "after_share": share,
                "units_gaining": int((after > 0).sum()),
                "units_losing": int((after < 0).sum()),
            }
        )
    return pd.DataFrame(rows)
