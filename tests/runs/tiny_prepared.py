"""A tiny problem as if it had been read from a scenario file, for tests of runs that solve often."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
from tests.allocation.tiny import Tiny, tiny

from silvafisc.policy.scenario_carbon import CarbonSource
from silvafisc.results import ObjectiveSpec, Responses
from silvafisc.runs.prepare import Prepared


def prepared_of(found: Tiny) -> Prepared:
    """What `prepare` would give; the scenario stands in line 5 of a file `tiny.yaml`."""
    stated = {"where": lambda *path: "tiny.yaml:5:1", "to_json": lambda: found.resolved.to_json()}
    scenario = SimpleNamespace(id="tiny", carbon=CarbonSource(), **stated)
    parts = {"scenario": scenario, "rules": SimpleNamespace(used=set()), "inputs": found.inputs}
    parts |= {"resolved": found.resolved, "menus": found.menus, "responses": Responses(pd.DataFrame(), found.indices)}
    return Prepared(**cast(Any, dict.fromkeys(("tree", "yields", "scores")) | parts))


def opposed(mode: str, seed: int = 1, budget: str = "0.7", **shape: Any) -> Tiny:
    """A tiny problem whose two weighted objectives disagree, with part of the money that the dearest choice takes."""
    draw = np.random.default_rng(seed + 5)

    def edit(table: pd.DataFrame) -> None:
        table["obj.development"] = draw.integers(0, 30, len(table)) - table["obj.carbon"]

    weights = (ObjectiveSpec("carbon", weight=0.6), ObjectiveSpec("development", weight=0.4))
    return tiny(mode, seed=seed, **shape).budget(budget).offers(edit).objectives(*weights)
