"""One channel, by enumeration: exclusive measures fit on the land they share, and no work is paid from two funds."""

from collections.abc import Callable

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import COLLECTIVE, MODES, PROTECTION, REFORM, Tiny, tiny

from silvafisc.allocation.terms import rule_part
from silvafisc.results import Offers, RuleSpec


def with_another(problem: Tiny, measure: str, seed: int) -> Tiny:
    """The same with a second task measure: a copy of afforestation that brings other tonnes."""
    table = problem.menus.offers.table
    copy = table[table["nature"] == "task"].assign(measure=measure)
    copy["menu"] = copy["menu"].str.replace("afforestation", measure)
    copy["obj.carbon"] = (copy["obj.carbon"] * (3 + seed)) // 2
    both = pd.concat([table, copy], ignore_index=True)
    menus = type(problem.menus)(Offers(both, problem.menus.offers.constants), problem.menus.fixed)
    return Tiny(problem.resolved, problem.inputs, problem.indices, menus)


def on_land(problem: Tiny, part: float) -> Tiny:
    """Land for `part` of the largest areas of both measures together, above what is certified."""
    certified = dict(zip(problem.inputs.areas["region_code"], problem.inputs.areas["area_tenth_mu"], strict=True))
    rows = []
    for code in problem.inputs.codes:
        most = max(sum(o.area for o in c.offers if o.region == code and o.nature == "task") for c in problem.choices())
        rows.append((code, "slope", int(certified[code]) + int(part * most)))
    land = pd.DataFrame(rows, columns=["region_code", "land", "area_tenth_mu"])
    return problem.tables(land=land.assign(status="assumption", source="made up for a test"))


def room(problem: Tiny, measures: tuple[str, ...]) -> Callable[[Choice], bool]:
    assert problem.inputs.land is not None
    land = dict(zip(problem.inputs.land["region_code"], problem.inputs.land["area_tenth_mu"], strict=True))
    certified = dict(zip(problem.inputs.areas["region_code"], problem.inputs.areas["area_tenth_mu"], strict=True))

    def allowed(choice: Choice) -> bool:
        return all(
            int(certified[code]) * (COLLECTIVE in measures)
            + sum(o.area for o in choice.offers if o.region == code and o.measure in measures)
            <= land[code]
            for code in problem.inputs.codes
        )

    return allowed


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_two_measures_on_the_land_left_by_a_recurring_standard(mode: str, seed: int) -> None:
    problem = with_another(tiny(mode, units=2, levels=(16_00,), task=True, seed=seed), "restoration", seed).budget("1")
    problem = on_land(problem, 0.6)
    measures = ("afforestation", "restoration", COLLECTIVE)
    rule = RuleSpec("one_channel", {"exclusive": [{"land": "slope", "measures": list(measures)}]})
    check_rule(problem, rule, room(problem, measures))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_one_measure_over_two_periods(mode: str) -> None:
    problem = on_land(tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True).budget("1"), 0.7)
    rule = RuleSpec("one_channel", {"exclusive": [{"land": "slope", "measures": ["afforestation", COLLECTIVE]}]})
    check_rule(problem, rule, room(problem, ("afforestation", COLLECTIVE)))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_work_that_two_funds_would_pay(mode: str) -> None:
    # The same work of the same unit and year stands in the menus of both funds: a table of offers made elsewhere.
    problem = with_another(tiny(mode, units=2, levels=(16_00,), task=True), "copy", 0)

    def second_fund(table: pd.DataFrame) -> None:
        mine = table["measure"] == "copy"
        table.loc[mine, ["measure", "fund"]] = ["afforestation", PROTECTION]
        for period in ("2026",):
            old, new = f"cost.{REFORM}.central.{period}_fen", f"cost.{PROTECTION}.central.{period}_fen"
            table.loc[mine, new] = table.loc[mine, old]
            table.loc[mine, old] = 0

    problem = problem.offers(second_fund).budget("1")

    def allowed(choice: Choice) -> bool:
        return all(
            len({o.fund for o in choice.offers if o.region == code and o.nature == "task" and o.area}) <= 1
            for code in problem.inputs.codes
        )

    check_rule(problem, RuleSpec("one_channel"), allowed)


@pytest.mark.parametrize("mode", MODES)
def test_land_that_is_certified_beyond_its_size_leaves_no_choice(mode: str) -> None:
    problem = on_land(tiny(mode, units=2, levels=(16_00,), task=True).budget("1"), 0.0)
    land = problem.inputs.land
    assert land is not None
    problem = problem.tables(land=land.assign(area_tenth_mu=land["area_tenth_mu"] - 1))
    rule = RuleSpec("one_channel", {"exclusive": [{"land": "slope", "measures": [COLLECTIVE]}]})
    part = rule_part(problem.problem(), rule)
    assert [(row.upper, len(row.columns)) for row in part.rows] == [(-1.0, 0)] * 2
