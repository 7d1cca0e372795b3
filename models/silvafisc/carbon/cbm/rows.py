"""What is simulated: mean hectares with their growth, temperature and events."""

from dataclasses import dataclass

import numpy as np

from ..errors import refuse
from ..mixtures import Array
from .parameters import Parameters
from .pools import ABOVE, LIVE, POOLS

SLACK = 1e-9
"""tC/ha, or area share: what rounding may leave of a sum that should be zero or one."""


@dataclass(frozen=True)
class Event:
    """One disturbance matrix and where it strikes.

    matrix: a name in `Parameters.matrices`. share: (rows, years) share of a row's area that is hit at the start of
    year k, 0..1. Several events of one year strike different parts of the area: their shares sum to at most 1.
    """

    matrix: str
    share: Array


@dataclass(frozen=True)
class Rows:
    """Mean hectares of unit x forest-type group x age group x measure x climate (x draw); the caller keeps the labels.

    A row may stand for a mixture of cohorts: its pools and growth are their area-weighted means (see `simulate`).

    group: (rows,) whole numbers, index into `Parameters.groups`.
    temperature: (rows, years) mean annual temperature in °C of the site, for decay.
    start: (rows, 14) tC/ha in the order of `pools.POOLS` before the first year, roots in the group's proportion;
        `start.start_pools` makes it.
    growth: (rows, years, 3) net increment of Merch, Foliage, Other in tC/ha/yr, after the events of the year. Roots
        follow by the group's root:shoot ratio. A loss is an event, never negative growth: the three must not sum below 0.
    events: see `Event`.
    """

    group: np.ndarray
    temperature: Array
    start: Array
    growth: Array
    events: tuple[Event, ...] = ()

    @property
    def years(self) -> int:
        """Number of years that are simulated."""
        return int(self.growth.shape[1])

    def __len__(self) -> int:
        return int(self.group.shape[0])

    def part(self, chosen: slice | np.ndarray) -> "Rows":
        """The chosen rows."""
        return Rows(
            self.group[chosen],
            self.temperature[chosen],
            self.start[chosen],
            self.growth[chosen],
            tuple(Event(event.matrix, event.share[chosen]) for event in self.events),
        )


def check_rows(rows: Rows, parameters: Parameters) -> None:
    """Refuse rows that cannot be simulated.

    Raises:
        ValueError: an array of the wrong shape or kind.
        InputError: a value that is not a finite number, negative stock, roots out of proportion, growth that sums below
            zero, an area share outside 0..1, shares of one year above 1, an unknown matrix or group.
    """
    n, years = len(rows), rows.years
    if not n or not years:
        raise ValueError("nothing to simulate")
    shapes = {"temperature": (n, years), "start": (n, len(POOLS)), "growth": (n, years, len(ABOVE))}
    arrays = {name: getattr(rows, name) for name in shapes}
    for number, event in enumerate(rows.events):
        arrays[f"events[{number}].share"], shapes[f"events[{number}].share"] = event.share, (n, years)
    wrong = {name: array.shape for name, array in arrays.items() if array.shape != shapes[name]}
    if wrong or rows.group.shape != (n,) or not np.issubdtype(rows.group.dtype, np.integer):
        raise ValueError(f"rows of {n} hectares and {years} years need {shapes} and whole group numbers, got {wrong}")
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise refuse(name, f"not a number in row {_first(~np.isfinite(array))}", "含有非数值")
    if np.any((rows.group < 0) | (rows.group >= len(parameters.groups))):
        raise refuse("group", f"must index the {len(parameters.groups)} groups", "森林类型组编号超出范围")
    if np.any(rows.start < 0):
        raise refuse("start", f"negative stock in row {_first(rows.start < 0)}", "起始碳库为负")
    roots = roots_of(rows.start[:, : len(ABOVE)], parameters, rows.group)
    astray = np.abs(rows.start[:, len(ABOVE) : len(LIVE)] - roots) > SLACK * (1 + roots)
    if np.any(astray):
        en = f"roots of row {_first(astray)} do not follow from what stands above ground"
        raise refuse("start", en, "起始根系碳量与地上部分不成比例")
    shrinking = rows.growth.sum(axis=2) < -SLACK
    if np.any(shrinking):
        en = f"net growth sums below zero in row {_first(shrinking)}: state a loss as an event"
        raise refuse("growth", en, "净生长量合计为负：损失应以干扰事件表示")
    _check_events(rows, parameters)


def _check_events(rows: Rows, parameters: Parameters) -> None:
    hit = np.zeros((len(rows), rows.years))
    for event in rows.events:
        if event.matrix not in parameters.matrices:
            known = ", ".join(sorted(parameters.matrices))
            en = f"no disturbance matrix {event.matrix!r}; there are: {known}"
            raise refuse("events", en, f"没有干扰矩阵 {event.matrix!r}，现有：{known}")
        if np.any(event.share < 0):
            raise refuse("events", f"{event.matrix}: negative area share", f"{event.matrix}：面积占比为负")
        hit += event.share
    if np.any(hit > 1 + SLACK):
        en = f"events of one year hit more than the whole area of row {_first(hit > 1 + SLACK)}"
        raise refuse("events", en, "同一年各事件的面积占比合计超过 1")


def roots_of(above: Array, parameters: Parameters, group: np.ndarray) -> Array:
    """(rows, 3) living carbon above ground -> (rows, 2) coarse and fine roots, tC/ha.

    roots = R (Merch + Foliage + Other), of which the share f is fine: both constant for a group.
    """
    total = above.sum(axis=1) * parameters.root_shoot[group]
    fine = parameters.fine_root_share[group]
    return np.stack([total * (1 - fine), total * fine], axis=1)


def live_of(above: Array, parameters: Parameters, group: np.ndarray) -> Array:
    """(rows, 3) living carbon above ground -> (rows, 5) in the order of `pools.LIVE`, tC/ha."""
    return np.concatenate([above, roots_of(above, parameters, group)], axis=1)


def _first(bad: np.ndarray) -> int:
    return int(np.argwhere(bad)[0, 0])
