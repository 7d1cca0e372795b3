"""What happens to land in a year: events of every year, acts of a plan, and the rows that the engine follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ..cbm import Event, Flows, Parameters, Rows
from ..mixtures import Array
from .cohorts import Strand, mixed_growth
from .land import Land


@dataclass(frozen=True)
class Act:
    """An event that is planned: `taken`, the share (rows, years) of the trees that `matrix` takes at the start of a year."""

    matrix: str
    taken: Array


@dataclass(frozen=True)
class Plan:
    """One course of land: what stands and is planted, what is done, and what strikes it.

    land: its rows. strands: see `cohorts.Strand`, the first is what stands. regrowth: (rows, years, 3) growth of a
    cohort after a loss. hazards: matrix -> (rows, years) area share that it strikes. acts: what is done.
    nitrogen: (rows, years) kg/ha of nitrogen given as fertiliser. begins: the year, counted from 1, until whose start the
    land is in balance with plants of its own, which the engine does not follow; see `early`.
    """

    land: Land
    strands: tuple[Strand, ...]
    regrowth: Array
    hazards: Mapping[str, Array]
    acts: tuple[Act, ...] = ()
    nitrogen: Array | None = None
    begins: int = 1

    def part(self, chosen: np.ndarray) -> "Plan":
        """The plan on the chosen rows of its land."""
        return replace(
            self,
            land=self.land.part(chosen),
            strands=tuple(Strand(strand.taken[chosen], strand.growth[chosen]) for strand in self.strands),
            regrowth=self.regrowth[chosen],
            hazards={name: share[chosen] for name, share in self.hazards.items()},
            acts=tuple(Act(act.matrix, act.taken[chosen]) for act in self.acts),
            nitrogen=None if self.nitrogen is None else self.nitrogen[chosen],
        )


def killed_share(matrix: Array) -> float:
    """Share of the trees that a disturbance matrix (pools, sinks) takes."""
    return float(1 - matrix[0, 0])


def lost_share(hazards: Mapping[str, Array], parameters: Parameters) -> Array:
    """(rows, years) share of the area that loses its trees: Σ h_e m_e.

    An event that kills the share m of the trees on the share h of the area is taken as one that kills all on h m of it:
    in the mean both are the same carbon, and what is freed grows anew.
    """
    return np.asarray(sum(share * killed_share(parameters.matrices[name]) for name, share in hazards.items()))


def rows_of(plan: Plan, parameters: Parameters, start: Array, temperature: Array, response: Array) -> Rows:
    """The plan as rows of the engine.

    start: (rows, 14) tC/ha; temperature: (rows, years) °C; response: (rows, years) factor of the climate on growth.
    Acts take of what the year's hazards have left: their area share is multiplied by 1 - Σ h_e m_e, as in `mixed_growth`.
    """
    lost = lost_share(plan.hazards, parameters)
    growth = mixed_growth(plan.strands, plan.regrowth, lost) * response[:, :, None]
    acts = [
        Event(act.matrix, act.taken / killed_share(parameters.matrices[act.matrix]) * (1 - lost)) for act in plan.acts
    ]
    hazards = [Event(name, share) for name, share in plan.hazards.items()]
    return Rows(plan.land.group, temperature, start, growth, tuple(e for e in [*hazards, *acts] if e.share.any()))


def stacked_rows(parts: Sequence[Rows]) -> Rows:
    """Rows of several plans as one, so that the engine steps them together."""
    names = sorted({event.matrix for part in parts for event in part.events})
    events = []
    for name in names:
        shares = []
        for part in parts:
            own = [event.share for event in part.events if event.matrix == name]
            shares.append(np.sum(own, axis=0) if own else np.zeros(part.temperature.shape))
        events.append(Event(name, np.concatenate(shares)))
    return Rows(
        np.concatenate([part.group for part in parts]),
        np.concatenate([part.temperature for part in parts]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.growth for part in parts]),
        tuple(events),
    )


def early(rows: Rows, begins: int) -> Rows:
    """The rows with year `begins` as the engine's first; what comes after their last year means nothing.

    In the engine a soil without plants decays. So land whose own plants keep it in balance may enter the engine only when
    the plan changes it; `late` puts the years back.
    """
    by = 1 - begins
    return Rows(
        rows.group,
        np.roll(rows.temperature, by, axis=1),
        rows.start,
        np.roll(rows.growth, by, axis=1),
        tuple(Event(event.matrix, np.roll(event.share, by, axis=1)) for event in rows.events),
    )


def late(flows: Flows, begins: int) -> Flows:
    """The flows of `early` rows by their own years: before `begins` stocks stay as they are and nothing flows."""
    years = flows.products.shape[1]
    before = min(begins - 1, years)
    found = {}
    for field in fields(flows):
        values = getattr(flows, field.name)
        waiting = np.repeat(values[:, :1] * (field.name == "pools"), before, axis=1)
        found[field.name] = np.concatenate([waiting, values[:, : values.shape[1] - before]], axis=1)
    return Flows(**found)
