"""Small tables of draws, and by enumeration what they make of a choice: exact fractions, written apart from the engine."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd
from tests.allocation.brute import Choice
from tests.allocation.tiny import CODES, COLLECTIVE, STATE, Tiny, tiny

from silvafisc.allocation.menus import Fixed

MEASURES = ("compensation", "afforestation", "factor_pot")


def drawn(seed: int, draws: int = 6, subjects: Sequence[str] = MEASURES, by_region: bool = False) -> pd.DataFrame:
    """Carbon factors per subject (of recurring money by unit where asked), in steps of a quarter from 0.25 to 2."""
    random, rows = np.random.default_rng(seed), []
    scopes = [
        (region, subject)
        for subject in subjects
        for region in (CODES if by_region and subject not in MEASURES[1:] else ("",))
    ]
    for draw in range(1, draws + 1):
        for region, subject in scopes:
            rows.append((draw, "carbon", region, subject, "", "", f"{int(random.integers(1, 9)) / 4:.2f}"))
    return pd.DataFrame(rows, columns=["draw", "variable", "region_code", "subject", "period", "offer", "value"])


def with_draws(problem: Tiny, frame: pd.DataFrame) -> Tiny:
    """The problem with these draws among its inputs, and three tonnes in every row of rigid money."""
    fixed = problem.menus.fixed.table
    ground = fixed.assign(**{"obj.carbon": np.where(fixed["nature"] == "rigid", 3.0, 0.0)})
    return replace(problem, menus=replace(problem.menus, fixed=Fixed(ground))).tables(draws=frame)


def contested(mode: str, seed: int, draws_seed: int) -> Tiny:
    """Three units whose standards (in rule mode of two categories) compete for one fund, under draws of their own."""
    rule = mode == "rule"
    categories = (STATE, COLLECTIVE) if rule else (COLLECTIVE,)
    problem = tiny(mode, units=3, categories=categories, levels=(16_00, 18_00, 20_00), seed=seed).budget("0.5")
    return with_draws(problem, drawn(draws_seed, subjects=categories if rule else MEASURES, by_region=True))


def totals(problem: Tiny) -> Callable[[Choice], list[Fraction]]:
    """Tonnes of a choice in every draw, ascending draw, rigid money included."""
    frame, fixed = problem.inputs.draws, problem.menus.fixed.table
    assert frame is not None
    rows = frame[frame["variable"] == "carbon"]
    names = [rows[name] for name in ("draw", "region_code", "subject", "value")]
    factors = {(int(d), r, s): Fraction(v) for d, r, s, v in zip(*names, strict=True)}
    draws = sorted({draw for draw, _, _ in factors})

    def factor(draw: int, region: str, measure: str, category: str) -> Fraction:
        keys = ((draw, r, subject) for r in (region, "") for subject in (measure, category))
        return next(factors[key] for key in keys if key in factors)

    ground = [
        sum(
            (
                3 * factor(draw, r, "compensation", c)
                for r, c in zip(fixed["region_code"], fixed["category"], strict=True)
            ),
            Fraction(0),
        )
        for draw in draws
    ]

    def of(choice: Choice) -> list[Fraction]:
        moved = [(o.gains["carbon"], (o.region, o.measure, o.category)) for o in choice.offers if o.gains["carbon"]]
        return [
            base + sum((gain * factor(draw, *key) for gain, key in moved), Fraction(0))
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
