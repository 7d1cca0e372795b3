"""Small tables of draws, and by enumeration what they make of a choice: exact fractions, written apart from the engine."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd
from tests.allocation.brute import Choice
from tests.allocation.tiny import CODES, Tiny

from silvafisc.allocation.menus import Fixed

def drawn(seed: int, draws: int = 6, by_region: bool = False) -> pd.DataFrame:
    """Carbon factors of compensation (by unit where asked), afforestation and the pot, in steps of a quarter."""
    random, rows = np.random.default_rng(seed), []
    regions = CODES if by_region else ("",)
    scopes = [(r, "compensation") for r in regions] + [("", "afforestation"), ("", "factor_pot")]
    for draw in range(1, draws + 1):
        for region, subject in scopes:
            rows.append((draw, "carbon", region, subject, "", "", str(Fraction(int(random.integers(0, 9)), 4))))
    frame = pd.DataFrame(rows, columns=["draw", "variable", "region_code", "subject", "period", "offer", "value"])
    frame["value"] = [f"{float(Fraction(text)):.2f}" for text in frame["value"]]
    return frame


def with_draws(problem: Tiny, frame: pd.DataFrame) -> Tiny:
    """The problem with these draws among its inputs, and three tonnes in every row of rigid money."""
    fixed = problem.menus.fixed.table
    ground = fixed.assign(**{"obj.carbon": np.where(fixed["nature"] == "rigid", 3.0, 0.0)})
    return replace(problem, menus=replace(problem.menus, fixed=Fixed(ground))).tables(draws=frame)


def totals(problem: Tiny) -> Callable[[Choice], list[Fraction]]:
    """Tonnes of a choice in every draw, ascending draw, rigid money included."""
    frame, fixed = problem.inputs.draws, problem.menus.fixed.table
    assert frame is not None
    rows = frame[frame["variable"] == "carbon"]
    names = [rows[name] for name in ("draw", "region_code", "subject", "value")]
    factors = {(int(d), r, s): Fraction(v) for d, r, s, v in zip(*names, strict=True)}
    draws = sorted({draw for draw, _, _ in factors})

    def factor(draw: int, region: str, measure: str) -> Fraction:
        return factors[draw, region if (draw, region, measure) in factors else "", measure]

    ground = [
        sum((3 * factor(draw, region, "compensation") for region in fixed["region_code"]), Fraction(0))
        for draw in draws
    ]

    def of(choice: Choice) -> list[Fraction]:
        moved = [(o.region, o.measure, o.gains["carbon"]) for o in choice.offers if o.gains["carbon"]]
        return [
            base + sum((gain * factor(draw, region, measure) for region, measure, gain in moved), Fraction(0))
            for draw, base in zip(draws, ground, strict=True)
        ]

    return of


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def worst(values: list[Fraction], part: Fraction) -> Fraction:
    """Mean of the smallest share: cut every value into pieces of equal weight and average the smallest pieces."""
    pieces = part.denominator
    cut = sorted(value for value in values for _ in range(pieces))
    inside = cut[: len(values) * part.numerator]
    return mean(inside)


def level(values: list[Fraction], missed: Fraction) -> Fraction:
    """The largest of the values that no more than the share fall short of."""
    return max(t for t in values if sum(v < t for v in values) <= floor(missed * len(values)))
