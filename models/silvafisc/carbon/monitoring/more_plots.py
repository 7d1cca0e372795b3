"""What more plots narrow: each unit's total of carbon along the money that goes into them."""

from collections.abc import Sequence

import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS
from silvafisc.quantities.money import FEN_PER_YUAN

from ..biomass import TCO2E_PER_MU
from .plot_estimates import Stratified
from .sampling import Strata, narrowed, total

STEP_YUAN = float(UNITS["10k_yuan"].factor / FEN_PER_YUAN)
"""The step of the curve: 1 万元."""
STEPS = 10
"""Points of the curve beyond today's plots: enough to see it flatten."""


def strata_table(samples: Sequence[Stratified]) -> pd.DataFrame:
    """region_code, year, stratum, plots, area_mu (empty where it is not known), mean_tc_per_ha, sd_tc_per_ha, source."""
    rows = []
    for one in samples:
        strata = one.strata
        areas = [f"{area:.1f}" if one.known_area else "" for area in strata.area]
        cells = zip(one.names, strata.plots, areas, strata.mean, strata.sd, strict=True)
        rows += [
            (one.region_code, one.year, name, int(n), area, float(mean), float(sd), one.reference)
            for name, n, area, mean, sd in cells
        ]
    names = ["region_code", "year", "stratum", "plots", "area_mu", "mean_tc_per_ha", "sd_tc_per_ha", "source"]
    return pd.DataFrame(rows, columns=names)


def narrowing_table(samples: Sequence[Stratified], rules: Rules) -> pd.DataFrame:
    """The curve of each unit's latest sample: region_code, year, money_yuan, plots, half_width_pct, narrows_pct, total_tco2e,
    source.

    half_width_pct: half the interval of the mean (`sampling.total`), of the mean, once so much money has gone into
    further plots where they narrow most; narrows_pct: by how many of those points the last 万元 did. The error of the
    equations is not in it: no plot narrows that. total_tco2e is empty where the strata's areas are not known.
    """
    latest = {one.region_code: one for one in sorted(samples, key=lambda one: one.year)}
    rows = []
    for code, one in sorted(latest.items()):
        own = one.strata
        per_mu = Strata(own.area, own.mean * TCO2E_PER_MU, own.sd * TCO2E_PER_MU, own.plots)
        before = total(per_mu, rules).half_width
        for step in range(STEPS + 1):
            bought, reached = narrowed(per_mu, step * STEP_YUAN, rules)
            rows.append(
                {
                    "region_code": code,
                    "year": one.year,
                    "money_yuan": int(step * STEP_YUAN),
                    "plots": int(own.plots.sum()) + bought,
                    "half_width_pct": reached.half_width / float(UNITS["pct"].factor),
                    "narrows_pct": (before - reached.half_width) / float(UNITS["pct"].factor),
                    "total_tco2e": f"{reached.total:.0f}" if one.known_area else "",
                    "source": one.reference,
                }
            )
            before = reached.half_width
    return pd.DataFrame(rows)
