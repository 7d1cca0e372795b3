"""Draws in the audit: the target to the tonne, the tail by hand, and what is planted against them.

By hand, from the allocation of conftest: compensation carries 24 + 6.375 tonnes in 2026 and 2027 together (rigid
1.5 + 1.5 + 3 + 3 + 0.5 + 0.5 + 6 + 6 = 22, top-up 0.25 + 0.75 + 0.125 + 0.25 + 1.5 + 3.5 = 6.375: 28.375 in all),
afforestation 20 + 18 + 80 + 75 = 193. With the factors below the draws are 2·28.375 + 193 = 249.75,
0.5·28.375 + 1.5·193 = 303.6875 and 28.375 + 0.25·193 = 76.625; their mean is 630.0625 / 3 = 210.020833…
"""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pandas as pd
import pytest

from silvafisc.results import ObjectiveSpec, RuleSpec

A, B = "110001", "110002"
DRAWS = """
draw,variable,region_code,subject,period,offer,value
1,carbon,,compensation,,,2
1,carbon,,afforestation,,,1
2,carbon,,compensation,,,0.5
2,carbon,,afforestation,,,1.5
3,carbon,,compensation,,,1
3,carbon,,afforestation,,,0.25
1,price,,,,,70
2,price,,,,,70
3,price,,,,,70
"""


@pytest.fixture
def drawn(case: Any) -> Any:
    case.inputs["draws"] = pd.read_csv(StringIO(DRAWS.strip()), dtype=str, keep_default_na=False)
    return case


def _target(case: Any, target: str, **params: str) -> None:
    case.resolved = case.resolved.__class__(
        **{**vars(case.resolved), "rules": (RuleSpec("carbon_target", {"target_tco2e": target, **params}),)}
    )


def mean_just_missed(case: Any) -> None:
    _target(case, "210.021")


def one_draw_too_few(case: Any) -> None:
    _target(case, "249.751", share="2/3")


def tonnes_of_a_row_halved(case: Any) -> None:
    _target(case, "249.75", share="2/3")
    case.set("allocation", "carbon_tco2e", 40.0, region_code=B, nature="task", period="2026")


RULES: list[tuple[str, Callable[[Any], None]]] = [
    ("carbon_target", mean_just_missed),
    ("carbon_target", one_draw_too_few),
    ("carbon_target", tonnes_of_a_row_halved),
]


@pytest.mark.parametrize(("rule", "plant"), RULES, ids=[plant.__name__ for _, plant in RULES])
def test_a_planted_violation_is_rejected_by_its_rule(drawn: Any, rule: str, plant: Callable[[Any], None]) -> None:
    plant(drawn)
    findings = drawn.unclean()[rule]
    assert all(f["where"] and f["zh"] and f["en"] for f in findings)


@pytest.mark.parametrize(
    ("target", "params"),
    [("210.0208", {}), ("249.75", {"share": "2/3"}), ("76.625", {"share": "1"}), ("303.6875", {"share": "0.3"})],
)
def test_a_target_that_is_just_reached_is_clean(drawn: Any, target: str, params: dict[str, str]) -> None:
    _target(drawn, target, **params)
    assert "carbon_target" not in drawn.unclean()


def test_without_draws_the_target_is_refused_by_name(case: Any) -> None:
    _target(case, "1")
    assert case.unclean()["carbon_target"][0]["where"] == "draws"


def test_a_row_of_which_two_draws_speak_is_refused_by_name(drawn: Any) -> None:
    _target(drawn, "1")
    extra = drawn.inputs["draws"].iloc[:1].assign(subject="state")
    both = [extra.assign(draw=str(draw)) for draw in (1, 2, 3)]
    drawn.inputs["draws"] = pd.concat([drawn.inputs["draws"], *both], ignore_index=True)
    (finding,) = drawn.unclean()["carbon_target"]
    assert (finding["expected"], finding["found"]) == ("1", "2")


@pytest.mark.parametrize(
    ("params", "by_hand"),
    [
        ({"risk": "mean"}, 630.0625 / 3),
        ({"risk": "cvar", "share": "1/3"}, 76.625),
        # half of three draws: 76.625 whole and half of 249.75, over one and a half
        ({"risk": "cvar", "share": "0.5"}, (76.625 + 249.75 / 2) / 1.5),
        ({"risk": "quantile", "share": "1/3"}, 249.75),
        ({"risk": "quantile", "share": "0.3"}, 76.625),
        # importance 0.2, 0.5, 0.6: compensation 3·0.2 + 8.375·0.5 + 17·0.6 = 14.9875, afforestation 38·0.2 + 155·0.5 = 85.1
        ({"risk": "cvar", "share": "1/3", "carbon": "importance"}, 14.9875 + 85.1 / 4),
    ],
)
def test_the_reported_tail_is_the_one_by_hand(drawn: Any, params: dict[str, str], by_hand: float) -> None:
    drawn.resolved = drawn.resolved.__class__(
        **{**vars(drawn.resolved), "objectives": (ObjectiveSpec("carbon", 1, params=params),)}
    )
    row = {"region_code": "000000", "variable": "carbon.over_draws", "year": ""}
    drawn.tables["indicators"] = pd.DataFrame([{**row, "value": by_hand}])
    assert "carbon" not in drawn.unclean()
    drawn.tables["indicators"] = pd.DataFrame([{**row, "value": by_hand * (1 + 1e-6)}])
    assert [f["where"] for f in drawn.unclean()["carbon"]] == ["indicators: carbon.over_draws"]
