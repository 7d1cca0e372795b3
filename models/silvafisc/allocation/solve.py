"""HiGHS on a block's matrix: one warm session, objectives swapped, earlier stages held as rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from .blocks import Block
from .model import power_of_two
from .problem import Floats, Indices

# Violations of scaled rows; small enough that settlement only has to repair fen, not yuan.
_FEASIBILITY = 1e-9
_ANSWERED = {highspy.HighsModelStatus.kOptimal: "optimal", highspy.HighsModelStatus.kTimeLimit: "time_limit"}
_NO_ANSWER = {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}


@dataclass(frozen=True)
class Solution:
    """What the solver found.

    status: `optimal` (within the gap asked for), `time_limit` (stopped before that gap, by the clock or because prices
    had no more to offer: incumbent with its gap), `infeasible`, `no_solution`.
    value, bound: in the objective's own unit, bound >= value; gap: (bound - value) / max(1, |value|).
    prices: of the block's rows, where it was solved by them: objective per unit of the rule's own row.
    """

    status: str
    point: Floats
    value: float
    bound: float
    prices: Floats | None = None

    @property
    def found(self) -> bool:
        """Whether there is an incumbent."""
        return self.status in {"optimal", "time_limit"}

    @property
    def gap(self) -> float:
        """Relative distance between bound and value, never negative."""
        return max(0.0, self.bound - self.value) / max(1.0, abs(self.value))


class SolverError(Exception):
    """HiGHS reported something that is neither an answer nor infeasibility."""


class TimeEnded(SolverError):
    """The time limit came before what was asked for; says so in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = f"{en}; raise solver.time_limit in the scenario"
        self.zh = f"{zh}；请调高情景中的 solver.time_limit"


class Session:
    """A HiGHS object that keeps a block of the model between solves.

    Objectives and points are vectors over the block's columns.
    """

    def __init__(self, block: Block, *, seed: int = 0, time_limit: float = 120.0) -> None:
        self.block = block
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in {
            "output_flag": False,
            "threads": 1,
            "random_seed": int(seed),
            "time_limit": float(time_limit),
            "primal_feasibility_tolerance": _FEASIBILITY,
            "mip_feasibility_tolerance": _FEASIBILITY * 100,
        }.items():
            self._highs.setOptionValue(option, value)
        self._pass()
        self._rows = len(block.lower)
        self._time_limit = float(time_limit)

    def _pass(self) -> None:
        block, lp = self.block, highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(block.columns), len(block.rows)
        lp.col_cost_ = np.zeros(len(block.columns))
        lp.col_lower_, lp.col_upper_ = block.column_bounds
        lp.row_lower_, lp.row_upper_ = block.lower, block.upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = block.matrix.indptr
        lp.a_matrix_.index_ = block.matrix.indices
        lp.a_matrix_.value_ = block.matrix.data
        types = highspy.HighsVarType
        lp.integrality_ = [types.kInteger if whole else types.kContinuous for whole in block.integer]
        if self._highs.passModel(lp) == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused the model")

    def maximise(self, objective: Floats, *, gap: float = 0.0, start: Floats | None = None) -> Solution:
        """Solve the integer model for one objective (coefficients over all columns, in its own unit)."""
        scale = self._set_objective(objective)
        self._highs.setOptionValue("mip_rel_gap", float(gap))
        self._highs.setOptionValue("mip_abs_gap", 1e-9 if gap == 0 else 1e-6)
        if start is not None:
            hint = highspy.HighsSolution()
            hint.col_value = list(start)
            self._highs.setSolution(hint)
        return self._run(objective, scale)

    def relaxed(self, objective: Floats) -> Solution:
        """Solve the linear relaxation: a bound, and the fractional point."""
        scale = self._set_objective(objective)
        self._highs.setOptionValue("solve_relaxation", True)
        try:
            return self._run(objective, scale, integer=False)
        finally:
            self._highs.setOptionValue("solve_relaxation", False)

    def duals(self) -> Floats:
        """Row duals of the last relaxation, in objective units per unit of the rule's own row; >= 0 helps."""
        duals = np.asarray(self._highs.getSolution().row_dual)[: self._rows]
        return np.asarray(duals * self.block.row_scale / self._scale, np.float64)

    def hold(self, objective: Floats, at_least: float) -> None:
        """Keep an objective at or above a value in all later solves."""
        scale = power_of_two(objective)
        used = np.flatnonzero(objective)
        self._highs.addRow(
            at_least * scale, highspy.kHighsInf, len(used), used.astype(np.int32), objective[used] * scale
        )

    def move(self, held: int, objective: Floats, at_least: float) -> None:
        """Change the value that the `held`-th added row keeps its objective at (cheaper than a new row)."""
        self._highs.changeRowBounds(self._rows + held, at_least * power_of_two(objective), highspy.kHighsInf)

    def forget(self) -> None:
        """Forget earlier answers but keep the model: what is solved next depends on the start given alone."""
        self._highs.clearSolver()

    def add_row(self, columns: Indices, values: Floats, lower: float, upper: float) -> None:
        """Add a row; `release` takes it away again."""
        self._highs.addRow(lower, upper, len(columns), np.asarray(columns, np.int32), np.asarray(values, np.float64))

    def release(self, rows: int | None = None) -> None:
        """Drop the last `rows` added rows, or all of them."""
        total = self._highs.getNumRow()
        first = self._rows if rows is None else total - rows
        if first < total:
            self._highs.deleteRows(total - first, np.arange(first, total, dtype=np.int32))

    @property
    def added(self) -> int:
        """Number of rows added since the model was passed."""
        return int(self._highs.getNumRow()) - self._rows

    def bound_row(self, row: int, lower: float, upper: float) -> None:
        """Change the limits of a model row, given in the rule's own unit."""
        scale = float(self.block.row_scale[row])
        self._highs.changeRowBounds(row, lower * scale, upper * scale)

    def _set_objective(self, objective: Floats) -> float:
        self._scale = power_of_two(objective)
        n = len(self.block.columns)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._highs.changeColsCost(n, np.arange(n, dtype=np.int32), objective * self._scale)
        return self._scale

    def _run(self, objective: Floats, scale: float, integer: bool = True) -> Solution:
        highs, status = self._highs, self._ran()
        if integer and status not in _ANSWERED:
            # A refused model may take twice the time limit; stopped without a point, it is undecided and not infeasible.
            with _without_presolve(highs):
                status = self._ran()
        if status in _NO_ANSWER:
            return Solution("infeasible", np.zeros(0), -np.inf, -np.inf)
        if status not in _ANSWERED:
            raise SolverError(f"HiGHS stopped with {highs.modelStatusToString(status)}")
        info = highs.getInfo()
        point = np.asarray(highs.getSolution().col_value)
        if len(point) == 0 or not _has_point(highs):
            return Solution("no_solution", np.zeros(0), -np.inf, np.inf)
        n = self.block.choices
        if integer:
            point[:n] = np.round(point[:n])
        value = float(objective @ point)
        bound = float(info.mip_dual_bound) / scale if integer else value
        return Solution(_ANSWERED[status], point, value, max(bound, value))

    def _ran(self) -> highspy.HighsModelStatus:
        # HiGHS counts its time limit over the life of the object; each solve gets the whole limit anew.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + self._time_limit)
        self._highs.run()
        return self._highs.getModelStatus()


@contextmanager
def _without_presolve(highs: highspy.Highs) -> Iterator[None]:
    """Presolve has refused integer models that have an answer (decision 0004): none is believed before a run without it."""
    highs.setOptionValue("presolve", "off")
    try:
        yield
    finally:
        highs.setOptionValue("presolve", "choose")


def _has_point(highs: highspy.Highs) -> bool:
    return bool(highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible)


class Planes:
    """min z + λ·limits over 0 ≤ λ ≤ most with z ≥ gained − λ·used for every plane, in HiGHS, which goes on where it was."""

    def __init__(self, limits: Floats, most: Floats) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        # Tiny programs: taking them apart beforehand costs more than solving them.
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("presolve", "off")
        count = len(limits)
        lower, upper = np.append(np.zeros(count), -highspy.kHighsInf), np.append(most, highspy.kHighsInf)
        none = np.zeros(0, np.int32)
        self._highs.addCols(count + 1, np.append(limits, 1.0), lower, upper, 0, none, none, np.zeros(0))
        self._columns = np.arange(count + 1, dtype=np.int32)

    def add(self, gained: float, used: Floats) -> None:
        """Add a plane."""
        self._highs.addRow(gained, highspy.kHighsInf, len(self._columns), self._columns, np.append(used, 1.0))

    def lowest(self) -> tuple[float, Floats] | None:
        """The least value, and λ there; None where HiGHS finds none. Needs a plane."""
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        point = np.asarray(self._highs.getSolution().col_value)
        return float(self._highs.getInfo().objective_function_value), point[:-1]


def best_subset(
    gain: Floats, rows: sparse.csr_matrix, lower: Floats, upper: Floats, *, gap: float, nodes: int | None = None
) -> Indices | None:
    """Positions of a subset with the most gain under lower <= rows @ x <= upper, within a relative gap; None if none was found.

    For small programs on the way; no clock, so the same answer everywhere. nodes: nodes of branch and bound at most.
    """
    matrix, lp, count = sparse.csr_matrix(rows), highspy.HighsLp(), len(gain)
    lp.num_col_, lp.num_row_ = count, matrix.shape[0]
    lp.col_cost_, lp.sense_ = np.asarray(gain, np.float64), highspy.ObjSense.kMaximize
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.ones(count)
    lp.row_lower_, lp.row_upper_ = np.asarray(lower, np.float64), np.asarray(upper, np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {"output_flag": False, "threads": 1, "mip_rel_gap": float(gap)}
    for option, value in (options if nodes is None else options | {"mip_max_nodes": nodes}).items():
        highs.setOptionValue(option, value)
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the program")
    highs.run()
    if highs.getModelStatus() not in {*_ANSWERED, highspy.HighsModelStatus.kSolutionLimit}:
        with _without_presolve(highs):
            highs.run()
    if not _has_point(highs):
        return None
    return np.flatnonzero(np.asarray(highs.getSolution().col_value) > 0.5)
