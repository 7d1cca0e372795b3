"""Delivery capacity, by enumeration: a task larger than the unit can deliver in a year is not assigned."""

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import MODES, tiny

from silvafisc.results import RuleSpec


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("short", [1, 100])
def test_enumeration_of_tasks_beyond_what_was_later_found_to_be_deliverable(mode: str, short: int) -> None:
    problem = tiny(mode, units=3, levels=(16_00,), task=True, quantities=("0", "0.3", "0.5"), seed=1).budget("0.9")
    largest = {
        code: max(o.area for c in problem.choices() for o in c.offers if o.region == code and o.nature == "task")
        for code in problem.inputs.codes
    }
    capacity = {code: area - short if code == "110002" else area for code, area in largest.items()}
    tasks = problem.inputs.tasks
    problem = problem.tables(tasks=tasks.assign(capacity_tenth_mu=tasks["region_code"].map(capacity)))

    def allowed(choice: Choice) -> bool:
        return all(o.area <= capacity[o.region] for o in choice.offers if o.nature == "task")

    check_rule(problem, RuleSpec("delivery_capacity"), allowed)
