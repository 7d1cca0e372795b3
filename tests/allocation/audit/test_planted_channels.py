"""Planted violations of the rules on needs, channels, tasks, uses, instalments and carry-over.

Every rule is first laid over the case worked out by hand so that it is met exactly; then one fen, one tenth of a mu or
one result is changed. The sums stand beside the figures.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

A, B, C = "110001", "110002", "110003"
ECO, DEV = "ecological_protection_restoration", "reform_development"


def _rows(case: Any, name: str, columns: str, *rows: tuple[Any, ...]) -> None:
    """Rows of an input table, added to those that it has."""
    frame = pd.DataFrame(rows, columns=columns.split())
    case.inputs[name] = pd.concat([case.inputs[name], frame]) if name in case.inputs else frame


def _params(case: Any, **changes: Any) -> None:
    [spec] = case.resolved.rules
    case.resolved = replace(case.resolved, rules=(replace(spec, params={**spec.params, **changes}),))


def need_cap(case: Any) -> None:
    # A, tier 1: the centre pays 2 x 1 206 201 fen; the work costs 2 x 40.2 mu x 400 yuan = 3 216 000 fen in full.
    # B bears a tenth itself: far below. The plan runs over the years 0, 1 and 3: four budget years.
    case.rule("need_cap", cap="2412402/3216000", years=4, payer="central")
    columns = "region_code subject opportunity_cost_fen full_cost_fen household_share sigma retention_max"
    tasks = ((A, "afforestation"), (B, "afforestation"), (B, "tending"))
    _rows(case, "responses", columns, *((*key, 1, 40000, 0.8, 0.5, 0.9) for key in tasks))


def one_channel(case: Any) -> None:
    # A: 2 x 402 + 1005 = 1809; B: 2 x 1500 + 2000 = 5000; C has neither.
    case.rule("one_channel", exclusive=[{"land": "slope", "measures": ["afforestation", "state"]}])
    _rows(case, "land", "region_code land area_tenth_mu", (A, "slope", 1809), (B, "slope", 5000), (C, "slope", 0))


def task_kind(case: Any) -> None:
    # A does its 402; both together 402 + 1500 = 1902 in 2027.
    case.rule("task_kind")
    columns = "region_code measure period kind area_tenth_mu"
    binding, expected = ((A, "afforestation", "2026", "binding", 402), (B, "afforestation", "2027", "expected", 1902))
    _rows(case, "task_list", columns, binding, expected)


def pooling(case: Any) -> None:
    # B pools: 150.0 mu at 300.05 yuan, the lowest unit standard, are just the money that it has for 150.0 mu.
    case.rule("task_kind", pooled="listed")
    _rows(
        case,
        "task_list",
        "region_code measure period kind area_tenth_mu",
        (B, "afforestation", "2026", "binding", 1500),
        (A, "afforestation", "2027", "expected", 402),
    )


def split(case: Any) -> None:
    # A: 10 yuan leave 10 − 3 − 0.5 = 6.5 yuan, 65 %; patrol 3 x 100.5 mu, administration 0.5 x 100.5 mu.
    uses = {"state": {"patrol": {"per_mu": "3.00"}, "administration": {"share": "0.05"}}}
    case.rule("split", uses=uses, owner_at_least="0.65", administration_at_most="0.05")
    amounts: Mapping[tuple[str, str], tuple[int, int, int]] = {
        (A, "2026"): (30150, 5025, 65325),
        (A, "2027"): (30150, 5025, 65325),
        (B, "2026"): (60000, 12000, 168000),  # 12 yuan on 200.0 mu
        (B, "2027"): (60000, 15000, 225000),  # 15 yuan
    }
    case.tables["uses"] = pd.DataFrame(
        [
            (region, ECO, "state", period, use, fen)
            for (region, period), parts in amounts.items()
            for use, fen in zip(("patrol", "administration", "owner"), parts, strict=True)
        ],
        columns=["region_code", "fund", "category", "period", "use", "amount_fen"],
    )


def instalments(case: Any) -> None:
    # Due from DEV in 2028: 361 860 (A) + 1 215 203 (B) of the tasks of 2027; in 2029 and 2030 a third of that.
    case.rule("instalments", liabilities_at_most="1577063/7000000", survival="0.85", retention="0.8")
    _rows(
        case,
        "acceptance",
        "region_code measure period check passed_share",
        (C, "afforestation", "2026", "survival", "0.85"),
        (A, "afforestation", "2027", "survival", "0.9"),
        (A, "afforestation", "2027", "retention", "0.8"),
    )
    # Of 1 206 201 (A) and 4 500 750 fen (B) a year: three tenths of 2027 in 2028, a tenth of 2026 in 2029, of 2027 in 2030.
    owed = [(C, "2026", "due", 10007), (A, "2027", "due", 50)]
    owed += [(A, "2028", "later", 361860), (A, "2029", "later", 120620), (A, "2030", "later", 120620)]
    owed += [(B, "2028", "later", 1350225), (B, "2029", "later", 450075), (B, "2030", "later", 450075)]
    case.tables["instalments"] = pd.DataFrame(
        [(region, DEV, "afforestation", year, state, fen) for region, year, state, fen in owed],
        columns=["region_code", "fund", "measure", "year", "state", "amount_fen"],
    )


def carry_over(case: Any) -> None:
    case.rule("carry_over", at_most="34975/800000", years=2)


def reserve(case: Any) -> None:
    case.rule("envelope", full_allocation=True)
    left = {ECO: {"2026": 69951, "2027": 4612}, DEV: {"2026": 835864, "2027": 268761}}
    funds = (replace(f, reserve_fen=left[f.id], reserve_reason="by hand") for f in case.resolved.funds)
    case.resolved = replace(case.resolved, funds=tuple(funds))


def full_cost_one_fen_less(case: Any) -> None:
    case.add("inputs/responses", "full_cost_fen", -1, region_code=A, subject="afforestation")


def full_cost_unknown(case: Any) -> None:
    frame = case.inputs["responses"]
    case.inputs["responses"] = frame[frame["subject"] != "afforestation"]


def paid_for_a_year_too_long(case: Any) -> None:
    _params(case, years=3)


def land_a_tenth_smaller(case: Any) -> None:
    case.add("inputs/land", "area_tenth_mu", -1, region_code=A)


def land_unknown(case: Any) -> None:
    case.set("inputs/land", "land", "plain", region_code=C)


def paid_from_a_second_fund(case: Any) -> None:
    frame = case.tables["allocation"]
    task = frame[(frame["region_code"] == A) & (frame["nature"] == "task") & (frame["period"] == "2026")]
    case.tables["allocation"] = pd.concat([frame, task.assign(fund=ECO)], ignore_index=True)


def binding_task_a_tenth_larger(case: Any) -> None:
    case.add("inputs/task_list", "area_tenth_mu", 1, kind="binding")


def expected_task_a_tenth_larger(case: Any) -> None:
    case.add("inputs/task_list", "area_tenth_mu", 1, kind="expected")


def no_task_list(case: Any) -> None:
    del case.inputs["task_list"]


def owner_gets_too_little(case: Any) -> None:
    _params(case, owner_at_least="0.6501")


def administration_gets_too_much(case: Any) -> None:
    _params(case, administration_at_most="0.0499")


def one_fen_moved_from_the_owner(case: Any) -> None:
    case.add("uses", "amount_fen", -1, region_code=A, period="2026", use="owner")
    case.add("uses", "amount_fen", 1, region_code=A, period="2026", use="patrol")


def no_table_of_uses(case: Any) -> None:
    del case.tables["uses"]


def liabilities_one_fen_too_large(case: Any) -> None:
    _params(case, liabilities_at_most="1577062/7000000")


def later_instalment_one_fen_off(case: Any) -> None:
    case.add("instalments", "amount_fen", 1, region_code=B, year="2029")


def instalments_not_listed(case: Any) -> None:
    del case.tables["instalments"]


def survival_just_missed(case: Any) -> None:
    case.set("inputs/acceptance", "passed_share", "0.8499", region_code=C)


def retention_missed_though_it_survived(case: Any) -> None:
    case.set("inputs/acceptance", "passed_share", "0.79", region_code=A, check="retention")


def withheld_though_it_passed(case: Any) -> None:
    _rows(
        case, "acceptance", "region_code measure period check passed_share", (B, "tending", "2026", "survival", "0.85")
    )
    case.resolved = replace(case.resolved, withheld_commitments=((B, DEV, "tending", "2026", 1),))


def acceptance_unknown(case: Any) -> None:
    case.inputs["acceptance"] = case.inputs["acceptance"].iloc[1:]


def carried_one_fen_above_the_limit(case: Any) -> None:
    _params(case, at_most="34974/800000")


def carried_though_it_has_lapsed(case: Any) -> None:
    # Half of an appropriation of 69 948 fen is all that is young enough, one fen less than what is carried.
    _params(case, at_most="1")
    funds = tuple(
        replace(f, appropriation_fen={**f.appropriation_fen, "2026": 69948}) if f.id == ECO else f
        for f in case.resolved.funds
    )
    case.resolved = replace(case.resolved, funds=funds)


def reserve_one_fen_too_small(case: Any) -> None:
    funds = (replace(f, reserve_fen={**f.reserve_fen, "2027": f.reserve_fen["2027"] - 1}) for f in case.resolved.funds)
    case.resolved = replace(case.resolved, funds=tuple(funds))


Change = Callable[[Any], None]
PLANTED: list[tuple[str, Change, Change]] = [
    ("need_cap", need_cap, full_cost_one_fen_less),
    ("need_cap", need_cap, full_cost_unknown),
    ("need_cap", need_cap, paid_for_a_year_too_long),
    ("one_channel", one_channel, land_a_tenth_smaller),
    ("one_channel", one_channel, land_unknown),
    ("one_channel", one_channel, paid_from_a_second_fund),
    ("task_kind", task_kind, binding_task_a_tenth_larger),
    ("task_kind", task_kind, expected_task_a_tenth_larger),
    ("task_kind", task_kind, no_task_list),
    ("task_kind", pooling, binding_task_a_tenth_larger),
    ("task_kind", pooling, expected_task_a_tenth_larger),
    ("split", split, owner_gets_too_little),
    ("split", split, administration_gets_too_much),
    ("split", split, one_fen_moved_from_the_owner),
    ("split", split, no_table_of_uses),
    ("instalments", instalments, liabilities_one_fen_too_large),
    ("instalments", instalments, later_instalment_one_fen_off),
    ("instalments", instalments, instalments_not_listed),
    ("instalments", instalments, survival_just_missed),
    ("instalments", instalments, retention_missed_though_it_survived),
    ("instalments", instalments, withheld_though_it_passed),
    ("instalments", instalments, acceptance_unknown),
    ("carry_over", carry_over, carried_one_fen_above_the_limit),
    ("carry_over", carry_over, carried_though_it_has_lapsed),
    ("envelope", reserve, reserve_one_fen_too_small),
]
RULES = [(rule, plant) for rule, _, plant in PLANTED]


@pytest.mark.parametrize(
    ("rule", "lay", "plant"), PLANTED, ids=[f"{lay.__name__}-{p.__name__}" for _, lay, p in PLANTED]
)
def test_a_planted_violation_is_rejected_by_its_rule(case: Any, rule: str, lay: Change, plant: Change) -> None:
    lay(case)
    assert case.unclean() == {}
    plant(case)
    findings = case.unclean()[rule]
    assert all(f["where"] and f["zh"] and f["en"] for f in findings)
