"""Sources of each unit made one, with what units err in common. Expected numbers by hand."""

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.monitoring.joined import COLUMNS, Shared, joined
from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, Rules

NOTHING = Shared({}, {})


@pytest.fixture(scope="module")
def rules() -> Rules:
    return ParameterTree.load().on("2026-01-01")


def told(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """(code, source, mean, sd)."""
    held = [[code, "biomass_t_per_ha", 2020, source, mean, sd, "secondary", "a"] for code, source, mean, sd in rows]
    return pd.DataFrame(held, columns=list(COLUMNS))


def test_sources_are_weighed_and_totals_follow_area(rules: Rules) -> None:
    rows = told(("510105", "map", 50.0, 5.0), ("510104", "plots", 12.0, 2.0), ("510104", "map", 10.0, 1.0))
    table, figures = joined(rows, {"510104": 10.0, "510105": 2.0}, {}, NOTHING, rules)
    # weights 4 : 1 -> 10.4 with variance 0.8
    assert table["weight"].tolist() == pytest.approx([0.8, 0.2, 1.0])
    assert table["value"].tolist() == pytest.approx([10.4, 10.4, 50.0])
    assert figures.codes == ("510104", "510105")
    assert figures.value.tolist() == pytest.approx([104, 100])
    assert figures.covariance == pytest.approx(np.diag([0.8 * 100, 25 * 4]))


def test_the_level_of_a_map_is_common_to_its_units(rules: Rules) -> None:
    rows = told(("510104", "map", 10.0, 1.0), ("510104", "plots", 12.0, 2.0), ("510105", "map", 50.0, 5.0))
    common = Shared({("510104", "map"): 0.6, ("510105", "map"): 3.0}, {})
    _, figures = joined(rows, {"510104": 1.0, "510105": 1.0}, {}, common, rules)
    # the map has 0.8 of the first and all of the second
    assert figures.covariance == pytest.approx(np.array([[0.8, 0.8 * 0.6 * 3], [0.8 * 0.6 * 3, 25]]))


def test_plots_of_a_part_are_among_those_of_the_whole(rules: Rules) -> None:
    rows = told(("510000", "plots", 10.0, 1.0), ("510104", "plots", 10.0, 2.0), ("510105", "plots", 9.0, 3.0))
    sampled = Shared({}, {("510000", "plots"): 40, ("510104", "plots"): 10, ("510105", "plots"): 30})
    parts = {"510000": {"510104", "510105"}}
    _, figures = joined(rows, dict.fromkeys(("510000", "510104", "510105"), 1.0), parts, sampled, rules)
    # correlations √(10/40) and √(30/40); parts share no plot
    expected = [[1, 0.5 * 2, 0.75**0.5 * 3], [1, 4, 0], [0.75**0.5 * 3, 0, 9]]
    assert figures.covariance == pytest.approx(np.array(expected))
    assert np.linalg.eigvalsh(figures.covariance).min() > -1e-9


def test_a_figure_without_error_stands_alone_and_two_that_differ_are_refused(rules: Rules) -> None:
    rows = told(("510104", "map", 10.0, 1.0), ("510104", "survey", 12.0, 0.0))
    table, figures = joined(rows, {"510104": 3.0}, {}, NOTHING, rules)
    assert table["weight"].tolist() == [0, 1]
    assert (figures.value.tolist(), figures.covariance.tolist()) == ([36], [[0]])
    with pytest.raises(InputError, match="differ"):
        joined(told(("510104", "a", 1.0, 0.0), ("510104", "b", 2.0, 0.0)), {}, {}, NOTHING, rules)


def test_sources_that_contradict_widen_the_total_and_units_without_area_have_none(rules: Rules) -> None:
    rows = told(("510104", "map", 10.0, 1.0), ("510104", "plots", 16.0, 1.0), ("510105", "map", 9.0, 1.0))
    table, figures = joined(rows, {"510104": 1.0}, {}, NOTHING, rules)
    # q = 18 with one degree of freedom: √18 wider than √(1/2)
    assert table["widened"].tolist() == pytest.approx([18**0.5, 18**0.5, 1])
    assert (figures.codes, figures.covariance[0, 0]) == (("510104",), pytest.approx(9))
