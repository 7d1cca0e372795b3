"""Samples that were decided, settled and tabulated, for tests of what stands beside the answer."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from tests.allocation.sample import sample_inputs, sample_resolved, sample_responses, sample_yields

from silvafisc.allocation.baselines import baselines
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.decide import decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import Menus, menus
from silvafisc.allocation.problem import Problem
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import outcome_tables
from silvafisc.results import Resolved, Responses, UnitInputs


@dataclass(frozen=True)
class Decided:
    """A decided sample: its problem, tables, case problem with the same pots, and the values of its objectives."""

    problem: Problem
    tables: dict[str, pd.DataFrame]
    case: Problem
    values: dict[str, float]

    @property
    def beside(self) -> pd.DataFrame:
        """Its baselines."""
        return baselines(self.problem, self.tables, self.case).table


def decided(resolved: Resolved, inputs: UnitInputs, responses: Responses | None = None) -> Decided:
    """Solve a sample in its own mode."""
    heard = responses or sample_responses(resolved, inputs)
    found = menus(resolved, inputs, sample_yields(resolved, inputs), heard)
    return solved(resolved, inputs, heard.indices, found)


def solved(resolved: Resolved, inputs: UnitInputs, indices: pd.DataFrame, found: Menus) -> Decided:
    """Solve given menus."""
    if resolved.mode == "rule":
        engines = [Engine(rule_problem(resolved, inputs, indices, found, alpha)) for alpha in resolved.grades.alphas]
    else:
        engines = [Engine(case_problem(resolved, inputs, indices, found))]
    decision = decide(engines, resolved.objectives)
    model = decision.engine.model
    first = decision.engine.objectives[resolved.objectives[0].term][0]
    point = settle(model, decision.point, decision.engine.vector(first))
    tables = outcome_tables(model, point)
    offers = tables["offers"]
    factor = offers[(offers["nature"] == "factor") & offers["chosen"]]
    kept = dict(zip(zip(factor["fund"], factor["period"], strict=True), factor["offer"], strict=True))
    case = case_problem(replace(resolved, mode="case"), inputs, indices, found, kept)
    return Decided(decision.problem, tables, case, dict(decision.values))


def sample(seed: int = 0, codes: tuple[str, ...] = ("110000", "350000", "520000"), **changes: object) -> Decided:
    """The shared sample with other random numbers."""
    inputs = sample_inputs(codes, seed)
    # Room for less than half of the way from the floor of 16 to the highest standard of 20 yuan.
    tenths = int(inputs.areas["area_tenth_mu"].sum())
    room = {"protection": tenths * (16_00 + 1_70) // 10}
    return decided(sample_resolved(**(room | changes)), inputs)  # type: ignore[arg-type]


def shuffled(inputs: UnitInputs, seed: int) -> UnitInputs:
    """The same tables with their rows in another order."""
    draw = np.random.default_rng(seed)
    tables = {name: f.iloc[draw.permutation(len(f))].reset_index(drop=True) for name, f in inputs.tables().items()}
    return replace(inputs, **tables)
