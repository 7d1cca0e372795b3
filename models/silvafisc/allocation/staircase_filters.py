"""Bounds that decide which cut-off sets an answer may lie in: of the objective, and of every held form.

They are tightened where that is worth it: by the linear relaxations of sets that are bounded least well, which give
multipliers to the sets next to them too, and by steps for each set of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .problem import Floats, Indices
from .staircase_answers import TIE
from .staircase_bound import Bounds, Own
from .staircase_lists import Flags

# Cut-off sets whose relaxations are tried one after another before it is asked whether that was worth it.
_TRIED = 6
# Steps towards common multipliers where the most even cut-offs' relaxation gives none.
_STEPS = 10
# Steps towards multipliers of each cut-off set's own.
_OWN_STEPS = 6
# Before a target sets are relaxed for those next to them, as long as each takes so many sets below the target: their lists
# would take longer.
_NEXT, _WORTH = 128, 8


@dataclass(frozen=True)
class Filter:
    """A form that every answer must bring to a least amount, with multipliers of each cut-off set.

    held: whether they price the held forms too. least: what a held form must come to above its least amount, less what
    rounding may take. size: by how much the form can vary, about.
    """

    form: int
    held: bool
    own: Own
    least: float
    size: float

    def at(self, which: Indices) -> "Filter":
        """The same for some cut-off sets."""
        return replace(self, own=self.own.at(which))

    @staticmethod
    def of(bounds: Bounds, form: int, edges: Indices) -> "Filter":
        """The objective (form 0) or a held form, at the multipliers of the most even cut-offs' relaxation if there are any."""
        size = sum(float(np.ptp(line.sums[form, :, -1])) for lines in bounds.lines for line in lines)
        held = form == 0
        own = bounds.spread(form, held, edges)
        if own is None:
            own = bounds.common(bounds.priced(form, held, edges, _STEPS), edges)
        return Filter(
            form, held, own, 0.0 if held else -TIE * max(1.0, abs(float(bounds.least[form]))), max(size, 1e-300)
        )


def bound_of(filters: Sequence[Filter]) -> Floats:
    """Bound of the objective per cut-off set; -inf where a held form cannot be kept."""
    able = np.all([f.own.upper.sum(axis=0) >= f.least for f in filters[1:]], axis=0)
    return np.asarray(np.where(able, filters[0].own.upper.sum(axis=0), -np.inf))


def refined(bounds: Bounds, filters: Sequence[Filter], edges: Indices, least: float) -> list[Filter]:
    """With multipliers of each set's own."""
    needs = [f.least if f.form else least for f in filters]
    return [
        replace(f, own=bounds.own(f.own, f.form, edges, need, _OWN_STEPS))
        for f, need in zip(filters, needs, strict=True)
    ]


def fewer(bounds: Bounds, filters: Sequence[Filter], edges: Indices, tried: Flags, need: float) -> bool:
    """Relax sets, as long as that takes enough of them below `need`; whether it may do so again for a lower need."""
    rounds, reach = 0, int((bound_of(filters) >= need).sum())
    while reach >= _WORTH * _TRIED:
        relax(bounds, filters, edges, tried, need, _NEXT)
        before, reach = reach, int((bound_of(filters) >= need).sum())
        if before - reach < _WORTH * _TRIED:
            return rounds > 0
        rounds += 1
    return True


def relax(bounds: Bounds, filters: Sequence[Filter], edges: Indices, tried: Flags, need: float, near: int) -> None:
    """Put the multipliers of a few sets' linear relaxations in place, each in the sets nearest to it.

    Those that are bounded least well, and reach `need`, come first; held forms come before the objective, since no
    answer may keep them. tried: sets that were relaxed before.
    """
    for _ in range(_TRIED):
        bound = bound_of(filters)
        which = int(np.where(tried, -np.inf, bound).argmax())
        if tried[which] or not bound[which] >= need:
            break
        tried[which] = True
        open_ = np.flatnonzero(bound >= need)
        apart = np.abs(edges[open_] - edges[which]).sum(axis=1)
        among = open_[np.argsort(apart, kind="stable")[:near]]
        for one in reversed(filters):
            if bound_of(filters)[which] >= need:
                bounds.relax(one.form, one.held, one.own, edges, which, among)
