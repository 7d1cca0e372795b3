"""Figures of counties, provinces and the nation that add up: each moves as far as its own error allows, none is filled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array
from .whole_units import EXACT, whole_units

_AGREE = "assumptions.carbon.monitoring.disagreement"
_SINGULAR = 1e-12
"""Eigenvalues of correlations below this are zero: figures known exactly."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Totals before they are made to add up: value (n,) of `codes`, with covariance (n, n); 0 where known exactly."""

    codes: tuple[str, ...]
    value: Array
    covariance: Array

    def __post_init__(self) -> None:
        n = len(self.codes)
        if (
            len(set(self.codes)) != n
            or self.value.shape != (n,)
            or self.covariance.shape != (n, n)
            or not (np.isfinite(self.value).all() and np.isfinite(self.covariance).all())
            or not (np.diag(self.covariance) >= 0).all()
            or not np.allclose(self.covariance, self.covariance.T)
        ):
            en, zh = (
                "each unit needs one known total and an error of at least zero",
                "每个单位须有一个已知总量和不小于零的误差",
            )
            raise refuse("levels", en, zh)


@dataclass(frozen=True)
class Total:
    """A unit's total. own, own_sd: as told of the unit itself; NaN where it is only the sum of its parts.

    value, sd: after. adjustment = value − own; beyond: it is larger than own_sd. whole: in whole units, adding up.
    summed: it is the sum of its parts. lacking: parts without a total, for which nothing is put in.
    """

    code: str
    own: float
    own_sd: float
    value: float
    sd: float
    adjustment: float
    beyond: bool
    whole: int
    summed: bool
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Levels:
    """Totals in ascending order of code, and what must be said of them.

    agree: probability of so much moving if all errors are right. inflated: factor by which errors are widened.
    """

    totals: tuple[Total, ...]
    agree: float
    inflated: float
    findings: tuple[Finding, ...] = field(default=())


def levels(figures: Figures, parts: Mapping[str, Sequence[str]], rules: Rules) -> Levels:
    """Generalised least squares under the sums (Stone et al. 1942; minimum trace, Wickramasuriya et al. 2019).

    ỹ = ŷ − Σ Cᵀ (C Σ Cᵀ)⁻¹ C ŷ and Σ̃ = Σ − Σ Cᵀ (C Σ Cᵀ)⁻¹ C Σ, with one row of C per whole that has a total of its own
    and whose parts all have one: whole − parts. Of all totals that add up these lie closest to what was told, by its
    errors; a figure without error does not move. q = (Cŷ)ᵀ (C Σ Cᵀ)⁻¹ Cŷ is chi-square; where it would be so large with
    less than the stated probability, errors are widened by √(q / rows) as in `fusion.fused`.

    A whole of which a part lacks a total is not summed and not held against its parts: it keeps its own total, or none.
    Whole units: the top rounded to the nearest, then each whole handed down by largest remainder, ties by code.

    parts: whole -> all its parts, with a total or without (`000000` -> provinces, province -> counties).

    Raises:
        InputError: totals known exactly that contradict each other; a unit that is part of two wholes, or of itself.
    """
    _check_parts(parts)
    figures = _in_order(figures)
    told, cover = set(figures.codes), _cover(set(figures.codes), parts)
    at = {code: number for number, code in enumerate(figures.codes)}
    wholes = sorted(code for code in parts if code in told and cover[code] not in (None, (code,)))
    rows = np.zeros((len(wholes), len(figures.codes)))
    for number, code in enumerate(wholes):
        rows[number, at[code]] = 1.0
        rows[number, [at[part] for part in cover[code] or ()]] = -1.0
    value, covariance, q, rank = _adjusted(figures, rows, wholes)
    agree = float(stats.chi2.sf(q, rank)) if rank else 1.0
    inflated = max(1.0, float(np.sqrt(q / rank))) if rank and agree < rules.number(_AGREE) else 1.0
    tied = (rows != 0).any(axis=0)
    widened = np.where(tied, inflated, 1.0)
    covariance = covariance * np.outer(widened, widened)
    codes = sorted({code for code in {*parts, *(p for some in parts.values() for p in some), *told} if cover.get(code)})
    sums = {code: np.array([at[part] for part in cover[code] or ()]) for code in codes}
    values = {code: float(value[sums[code]].sum()) for code in codes}
    exact = {code for code in told if figures.covariance[at[code], at[code]] == 0}
    values |= {code: float(figures.value[at[code]]) for code in exact}
    whole = whole_units({code: cover[code] != (code,) for code in codes}, values, parts, exact)
    totals = []
    for code in codes:
        own = float(figures.value[at[code]]) if code in told else float("nan")
        own_sd = float(np.sqrt(figures.covariance[at[code], at[code]])) if code in told else float("nan")
        variance = float(covariance[np.ix_(sums[code], sums[code])].sum())
        known = code in exact or variance <= _SINGULAR * float(np.diag(figures.covariance).sum())
        moved = values[code] - own
        totals.append(
            Total(
                code,
                own,
                own_sd,
                values[code],
                0.0 if known else float(np.sqrt(variance)),
                moved,
                bool(code in told and abs(moved) > own_sd + EXACT * abs(own)),
                whole[code],
                cover[code] != (code,),
                tuple(part for part in parts.get(code, ()) if not cover.get(part)),
            )
        )
    said = (*_said(totals, parts, cover, agree, inflated),)
    return Levels(tuple(totals), agree, inflated, said)


def _in_order(figures: Figures) -> Figures:
    """By code: sums of floats differ in their last digits with the order, and near ties of remainders with them."""
    order = np.array(sorted(range(len(figures.codes)), key=figures.codes.__getitem__), np.intp)
    return Figures(
        tuple(figures.codes[at] for at in order), figures.value[order], figures.covariance[np.ix_(order, order)]
    )


def _check_parts(parts: Mapping[str, Sequence[str]]) -> None:
    seen: dict[str, str] = {}
    for whole, some in parts.items():
        for part in some:
            above, up = whole, [part]
            if part in seen:
                en, zh = f"{part} is part of {seen[part]} and of {whole}", f"{part} 同属 {seen[part]} 和 {whole}"
                raise refuse("levels", en, zh)
            seen[part] = whole
            while above in seen and above not in up:
                up.append(above)
                above = seen[above]
            if above in up:
                raise refuse("levels", f"{part} is part of itself", f"{part} 是自身的组成部分")


def _cover(told: set[str], parts: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...] | None]:
    """Code -> the told units that make it up, itself where its parts are not all told, None where nothing does."""
    found: dict[str, tuple[str, ...] | None] = {}

    def of(code: str) -> tuple[str, ...] | None:
        if code not in found:
            below = [of(part) for part in parts.get(code, ())]
            if below and all(below):
                found[code] = tuple(unit for some in below for unit in some or ())
            else:
                found[code] = (code,) if code in told else None
        return found[code]

    for code in (*parts, *sorted(told)):
        of(code)
    return found


def _adjusted(figures: Figures, rows: Array, wholes: Sequence[str]) -> tuple[Array, Array, float, int]:
    """(ỹ, Σ̃, q, rank of C Σ Cᵀ)."""
    covariance = figures.covariance
    if not len(rows):
        return figures.value.copy(), covariance.copy(), 0.0, 0
    spread, off = rows @ covariance @ rows.T, rows @ figures.value
    scale = np.sqrt(np.diag(spread))
    scale[scale == 0] = 1.0
    root, axes = np.linalg.eigh(spread / np.outer(scale, scale))
    kept = root > _SINGULAR
    axes = axes / scale[:, None]
    left = (axes[:, ~kept] * scale[:, None] ** 2) @ (axes[:, ~kept].T @ off)
    size = np.abs(rows) @ np.abs(figures.value)
    if (np.abs(left) > EXACT * np.maximum(size, 1.0)).any():
        worst = wholes[int(np.argmax(np.abs(left)))]
        en = f"{worst} and its parts are known exactly and differ by {float(off[wholes.index(worst)]):.6g}"
        zh = f"{worst} 与其组成部分均为精确值，却相差 {float(off[wholes.index(worst)]):.6g}"
        raise refuse("levels", en, zh)
    inverse = (axes[:, kept] / root[kept]) @ axes[:, kept].T
    gain = covariance @ rows.T @ inverse
    return (
        figures.value - gain @ off,
        covariance - gain @ rows @ covariance,
        float(off @ inverse @ off),
        int(kept.sum()),
    )


def _said(
    totals: Sequence[Total],
    parts: Mapping[str, Sequence[str]],
    cover: Mapping[str, tuple[str, ...] | None],
    agree: float,
    inflated: float,
) -> Iterator[Finding]:
    """What a reader of these totals must know."""
    for code in sorted(parts):
        lacking = [part for part in parts[code] if not cover.get(part)]
        if lacking:
            named = ", ".join(lacking[:5]) + (" …" if len(lacking) > 5 else "")
            en = (
                f"is not summed: {len(lacking)} of {len(parts[code])} parts have no figure ({named}); none is filled in"
            )
            zh = f"未汇总：{len(parts[code])} 个组成单位中 {len(lacking)} 个没有数值（{named}），不作填补"
            yield Finding("levels", code, en, zh)
    for one in totals:
        if one.beyond:
            en = f"moved by {one.adjustment:,.4g} so that sums hold, more than its own error of {one.own_sd:,.4g}"
            zh = f"为使汇总一致调整了 {one.adjustment:,.4g}，超过自身误差 {one.own_sd:,.4g}"
            yield Finding("levels", one.code, en, zh)
        if one.value < 0 <= one.own or (np.isnan(one.own) and one.value < 0):
            en, zh = (
                f"would be {one.value:,.4g}: the sources contradict each other",
                f"将为 {one.value:,.4g}：来源互相矛盾",
            )
            yield Finding("levels", one.code, en, zh)
    if inflated > 1:
        en = (
            f"wholes and parts contradict each other (probability {agree:.2g}); errors are widened {inflated:.2f} times"
        )
        zh = f"总量与分项互相矛盾（概率 {agree:.2g}）；误差放大 {inflated:.2f} 倍"
        yield Finding("levels", "", en, zh)
