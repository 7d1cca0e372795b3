"""Offers of a factor pot (因素法): every pot level and weighting on the grid, apportioned exactly."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd

from silvafisc.quantities import apportion, fen_to_yuan, share
from silvafisc.quantities.money import FEN_PER_YUAN
from silvafisc.results import FactorSpec, FundSpec, Resolved, UnitInputs

from ..exact import Ints
from ..performance import counted_values
from .columns import cost_column, menu_name
from .tonnes import Consequences

FACTOR_POT = "factor_pot"


def weight_vectors(resolved: Resolved, fund: str) -> list[dict[str, Fraction]]:
    """All weightings of the fund's factors on the step grid inside their bands that sum to 1, in ascending order."""
    factors = sorted((f for f in resolved.factors if f.fund == fund), key=lambda f: f.factor)
    step = share(resolved.factor_step)
    grids = [list(_grid(f, step)) for f in factors[:-1]]
    vectors = []
    for head in product(*grids):
        last = 1 - sum(head, Fraction(0))
        if factors and _inside(factors[-1], last, step):
            vectors.append(dict(zip((f.factor for f in factors), (*head, last), strict=True)))
    return vectors


def pot_parts(pot: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """The pot split over its factors: largest remainder, ties by factor name."""
    return apportion(pot, weights)


def factor_amounts(resolved: Resolved, inputs: UnitInputs, pot: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """amount_r = sum over factors of apportion(pot x weight, value counted for r): exact, sums to the pot."""
    amounts = dict.fromkeys(inputs.codes, 0)
    for factor, part in pot_parts(pot, weights).items():
        for code, fen in apportion(part, counted_values(resolved, inputs, factor)).items():
            amounts[code] += fen
    return amounts


def offer_name(pot: int, weights: Mapping[str, Fraction]) -> str:
    """Readable and sortable name of a pot level with its weighting."""
    return f"pot={fen_to_yuan(pot)};" + ";".join(f"{name}={float(weights[name]):.4f}" for name in sorted(weights))


def pot_amounts(resolved: Resolved, inputs: UnitInputs, fund: FundSpec) -> dict[str, Ints]:
    """Offer -> fen of every unit (codes ascending), for every pot level and weighting of a fund."""
    codes = list(inputs.codes)
    values = {f.factor: counted_values(resolved, inputs, f.factor) for f in resolved.factors if f.fund == fund.id}
    cache: dict[tuple[str, int], Ints] = {}

    def column(factor: str, part: int) -> Ints:
        if (factor, part) not in cache:
            shared = apportion(part, values[factor])
            cache[factor, part] = np.array([shared.get(code, 0) for code in codes], np.int64)
        return cache[factor, part]

    return {
        offer_name(pot, weights): np.sum([column(f, part) for f, part in pot_parts(pot, weights).items()], axis=0)
        for pot in fund.factor_pot_fen
        for weights in weight_vectors(resolved, fund.id)
    }


def factor_offers(resolved: Resolved, inputs: UnitInputs, consequences: Consequences, fund: FundSpec) -> pd.DataFrame:
    """One offer per unit, period, pot level and weighting."""
    levels = pot_amounts(resolved, inputs, fund)
    frames = [offers_of_period(inputs, consequences, fund, period, levels) for period in resolved.periods]
    return pd.concat(frames, ignore_index=True)


def offers_of_period(
    inputs: UnitInputs, consequences: Consequences, fund: FundSpec, period: str, levels: Mapping[str, Ints]
) -> pd.DataFrame:
    """One offer per level and unit in one period. levels: as `pot_amounts`."""
    codes = list(inputs.codes)
    amounts = np.concatenate(list(levels.values()))
    omega = np.tile([consequences.omega[code] for code in codes], len(levels))
    rates = {
        name: [consequences.per_fen(name).get((code, fund.id, period), 0.0) for code in codes]
        for name in consequences.columns
    }
    menu = [menu_name(code, f"{fund.id}.{FACTOR_POT}", period) for code in codes]
    return pd.DataFrame(
        {
            "menu": np.tile(menu, len(levels)),
            "region_code": np.tile(codes, len(levels)),
            "period": period,
            "offer": np.repeat(list(levels), len(codes)),
            cost_column(fund.id, fund.payer, period): amounts,
            **{name: amounts * np.tile(rate, len(levels)) for name, rate in rates.items()},
            "obj.development": amounts * omega / FEN_PER_YUAN,
        }
    ).assign(
        fund=fund.id,
        nature="factor",
        measure=FACTOR_POT,
        category="",
        standard_fen=-1,
        area_tenth_mu=0,
        due_later_fen=0,
    )


def _grid(factor: FactorSpec, step: Fraction) -> Iterator[Fraction]:
    value = share(factor.low)
    while value <= share(factor.high):
        yield value
        value += step


def _inside(factor: FactorSpec, value: Fraction, step: Fraction) -> bool:
    low, high = share(factor.low), share(factor.high)
    return low <= value <= high and (value - low) % step == 0
