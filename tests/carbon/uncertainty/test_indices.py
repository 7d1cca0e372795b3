"""Our use of SALib against functions whose indices are known."""

import builtins
from typing import Any

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.uncertainty.indices import by_measure, indices, leading, saltelli
from silvafisc.datasets import InputError


def test_ishigami() -> None:
    """Published (Ishigami and Homma 1990; a = 7, b = 0.1): S = 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    design = saltelli(["x1", "x2", "x3"], ["x1", "x2", "x3"], 2048, 1)
    x = np.pi * (2 * design.points - 1)
    outputs = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    table = indices(design, outputs).set_index("group")
    assert table.index.tolist() == ["x1", "x2", "x3"]
    np.testing.assert_allclose(table["first_order"], [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(table["total"], [0.5576, 0.4424, 0.2437], atol=0.02)


def test_groups_of_a_linear_model() -> None:
    """Analytic: Var = Σ a² / 12, so groups (3, 1) and (2) have 10/14 and 4/14, first and total alike."""
    design = saltelli(["a", "b", "c"], ["one", "two", "one"], 1024, 1)
    assert design.groups == ("one", "two")
    assert len(design.points) == 1024 * 4
    table = indices(design, design.points @ np.array([3.0, 2.0, 1.0])).set_index("group")
    for column in ("first_order", "total"):
        np.testing.assert_allclose(table.loc[["one", "two"], column], [10 / 14, 4 / 14], atol=0.01)


def test_what_never_varies_has_no_indices() -> None:
    design = saltelli(["a", "b"], ["one", "two"], 4, 1)
    assert (indices(design, np.ones(len(design.points)))[["first_order", "total"]] == 0).all().all()


def test_the_loss_hazard_is_shown_for_every_measure() -> None:
    design = saltelli(["a", "b"], ["loss_hazard", "growth_curve"], 64, 1)
    table = by_measure(design, ["planting", "keeping"], design.points[:, ::-1])
    best = leading(table, 1)
    # By hand: planting hangs on growth only, keeping on the loss only; the loss is shown in both.
    found = {measure: rows["group"].tolist() for measure, rows in best.groupby("measure")}
    assert found == {"planting": ["growth_curve", "loss_hazard"], "keeping": ["loss_hazard"]}
    assert isinstance(best, pd.DataFrame)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("SALib"):
            raise ModuleNotFoundError(name=name)
        return kept(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"silvafisc\[carbon\]"):
        saltelli(["a"], ["a"], 4, 1)
