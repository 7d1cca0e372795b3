"""In which order sites are taken: by benefit, by cost, or by their ratio (Babcock et al. 1997)."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TARGETS = ("benefit", "cost", "ratio")
"""benefit: most tonnes per mu first. cost: cheapest mu first. ratio: most tonnes per yuan of cost first."""

SITE_COLUMNS = ("site", "region_code", "area_mu", "cost_yuan_per_mu", "benefit_t_per_mu", "additional_t_per_mu")


def ranked(sites: pd.DataFrame, target: str) -> NDArray[np.int64]:
    """Positions of the sites in the order of a target; equal ones by site.

    Raises:
        ValueError: unknown target, a column missing, a cost or area that is not above 0, a number that is not finite.
    """
    checked(sites)
    benefit, cost = sites["benefit_t_per_mu"].to_numpy(float), sites["cost_yuan_per_mu"].to_numpy(float)
    if target not in TARGETS:
        raise ValueError(f"unknown target {target!r}; known: {', '.join(TARGETS)}")
    key = {"benefit": -benefit, "cost": cost, "ratio": -benefit / cost}[target]
    return np.lexsort((sites["site"].astype(str).to_numpy(), key)).astype(np.int64)


def checked(sites: pd.DataFrame) -> None:
    """Refuse a table of sites from which nothing can be computed. Raises ValueError."""
    missing = [column for column in SITE_COLUMNS if column not in sites]
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    numbers = sites[list(SITE_COLUMNS[2:])].to_numpy(float)
    if not np.isfinite(numbers).all():
        raise ValueError("areas, costs and benefits must be finite numbers")
    if not (sites["area_mu"] > 0).all() or not (sites["cost_yuan_per_mu"] > 0).all():
        raise ValueError("areas and costs must be above 0")
    if sites["site"].duplicated().any():
        raise ValueError("a site stands twice")
