"""The mean hectare: how much a mixture of cohorts grows while events keep taking parts of it.

Carbon dynamics are linear in pools and growth, so cohorts need not be followed one by one: their growth, weighted by the
area each still holds, is the growth of the mean hectare, and events take area shares of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..mixtures import Array


@dataclass(frozen=True)
class Strand:
    """Land that is set on a course of its own, by plan and not by accident.

    taken: (n, years) share of the whole area that goes over to this strand at the start of each year, evenly from
    everything there; zero everywhere for the first strand, which holds all the area before year 1.
    growth: (n, years, parts) net growth of this land in each calendar year.
    """

    taken: Array
    growth: Array


def mixed_growth(strands: Sequence[Strand], new: Array, lost: Array) -> Array:
    """(n, years, parts) net growth of the mean hectare, tC/ha.

    g_k = Σ_s A_s(k) d_s(k) + Σ_j N_j(k) r(k - j + 1). In words: every strand grows on the area that it still holds;
    the area whose trees an event took in year j starts anew then and is in its year k - j + 1.
    At the start of year k first the events take the share h_k of every strand and of all that grew anew, N_k = h_k;
    then the plan moves areas between strands, from all that stands.

    strands: in the order in which they take; new: (n, years, parts) growth of a new cohort in its years 1, 2, …;
    lost: (n, years) share of the area whose trees are taken at the start of each year, in [0, 1).

    Raises:
        ValueError: shares outside [0, 1], or losses outside [0, 1).
    """
    shares = np.stack([strand.taken for strand in strands])
    if np.any((shares < 0) | (shares > 1)) or np.any((lost < 0) | (lost >= 1)):
        raise ValueError("area shares must lie in [0, 1], losses in [0, 1)")
    rows, years = lost.shape
    held = np.zeros((len(strands), rows))
    held[0] = 1.0
    # anew[i]: area whose cohort started i years ago.
    anew = np.zeros((years, rows))
    growth = np.empty(strands[0].growth.shape)
    for year in range(years):
        kept = 1 - lost[:, year]
        held *= kept
        anew[1:] = anew[:-1] * kept
        anew[0] = lost[:, year]
        for number, share in enumerate(shares[:, :, year]):
            held *= 1 - share
            anew *= 1 - share
            held[number] += share
        growth[:, year] = sum(h[:, None] * s.growth[:, year] for h, s in zip(held, strands, strict=True))
        growth[:, year] += np.einsum("in,nip->np", anew[: year + 1], new[:, : year + 1])
    return growth
