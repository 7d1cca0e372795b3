"""The terms of provincial practice give the same matrix through Pyomo and by vectorised assembly."""

import pytest
from tests.allocation.test_matrix import check_equal
from tests.allocation.tiny import MODES, SHARED, tiny

from silvafisc.results import ObjectiveSpec, RuleSpec

AGREEMENT = {"payer": "110002", "receiver": "110001", "document": "signed", "amount": "100", "trigger": "at_most"}
RULES = (
    RuleSpec("envelope"),
    RuleSpec("adjustment", {"mode": "step", "step": "2", "review_years": 5, "last_review": "2026"}),
    RuleSpec("unverified_weight", {"at_most": "0.5"}),
    RuleSpec("horizontal", AGREEMENT | {"otherwise": "nothing", "kappa": "0.00001"}),
)


@pytest.mark.parametrize("mode", MODES)
def test_pyomo_and_assembly_give_the_same_matrix(mode: str) -> None:
    problem = tiny(mode, units=3, periods=("2026", "2027"), task=True, pot=True, payers=SHARED, seed=1)
    # Everybody but the unit with the greatest need scores badly, which the offers made here do not count.
    needs = problem.inputs.factors[problem.inputs.factors["factor"] == "task_need"]["value"]
    best = max(needs, key=float)
    scores = {"factor": "task_need", "excellent": best, "poor": best, "reward": "0.1", "deduction": "0.5"}
    rules = (*RULES, RuleSpec("performance", scores))
    objectives = ("carbon", "disparity", *(("simplicity",) if mode == "rule" else ()))
    specs = [ObjectiveSpec(term, stage=i) for i, term in enumerate(objectives, start=1)]
    model = check_equal(problem.rules(*rules).objectives(*specs))
    assert {row.rule for row in model.rows} >= {*(spec.rule for spec in rules), "disparity"}
