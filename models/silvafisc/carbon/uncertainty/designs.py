"""Seeded designs of draws: every source has numbers of its own, so that a further source moves no other's."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import qmc

from ..errors import refuse
from ..mixtures import Array

LATIN_HYPERCUBE, SOBOL = "latin_hypercube", "sobol"
_BITS = 30


def uniforms(names: Sequence[str], count: int, seed: int, design: str = SOBOL) -> Mapping[str, Array]:
    """Source -> (count,) numbers in (0, 1).

    latin_hypercube: each source stratified by itself, from a stream of its name; their order does not matter.
    sobol: source i takes dimension i of the Sobol sequence, shifted bit by bit (digital shift) by a number from the
    stream of its name. A shift keeps the net, so the draws cover the joint space evenly, which independent strata do
    not; a source added at the end moves no other.

    Raises:
        InputError: an unknown design, names given twice, a count that is no power of two for `sobol`.
    """
    if len(set(names)) != len(names):
        raise refuse("uncertainty", "a source is named twice", "误差来源重名")
    if design == LATIN_HYPERCUBE:
        return {name: _strata(name, count, seed) for name in names}
    if design != SOBOL:
        raise refuse("uncertainty", f"no design {design!r}", f"没有抽样设计 {design!r}")
    if count < 1 or count & (count - 1):
        near = 1 << max(count.bit_length(), 1)
        en = f"Sobol points come in powers of two, not {count}: write {near // 2} or {near}"
        raise refuse("draws", en, f"Sobol 抽样数须为 2 的幂，不能是 {count}；请写 {near // 2} 或 {near}")
    points = qmc.Sobol(len(names), scramble=False, bits=_BITS).random(count)
    whole = np.asarray(np.round(points * 2**_BITS), dtype=np.int64)
    shifts = [int(_stream(name, seed).integers(2**_BITS)) for name in names]
    shifted = np.bitwise_xor(whole, np.array(shifts, dtype=np.int64)[None, :])
    # The middle of a cell of 2^-30, so that no number is 0.
    numbers = (shifted + 1 / 2) / 2**_BITS
    return dict(zip(names, numbers.T, strict=True))


def _strata(name: str, count: int, seed: int) -> Array:
    return np.asarray(qmc.LatinHypercube(1, rng=_stream(name, seed)).random(count)[:, 0])


def _stream(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, *name.encode()])
