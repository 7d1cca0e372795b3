"""Baselines: by hand on tiny samples, by enumeration, and by properties on random ones."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from tests.allocation.decided import Decided, decided, sample, shuffled, solved
from tests.allocation.sample import CENTRAL, PROTECTION, REFORM, sample_inputs, sample_resolved, sample_responses

from silvafisc.allocation.baselines import ORDER, baseline_values, baselines
from silvafisc.allocation.baselines.convert import Converter, Pocket
from silvafisc.allocation.baselines.ground import Ground
from silvafisc.allocation.baselines.standards import efficient_hull, even_shares
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import Menus
from silvafisc.results import ObjectiveSpec, Offers, Resolved, RuleSpec, TaskSpec, UnitInputs
from silvafisc.results.outcome import outcome_columns

A, B, C = "110000", "350000", "520000"
COLLECTIVE = "public_welfare_collective"
MONEY = ("factor_method", "pro_rata_area", "pro_rata_need")
SEEDS = range(3)


def by_hand(room_fen: int = 6_000_01, **changes: object) -> tuple[Resolved, UnitInputs]:
    """One period; areas 100.0, 300.0 and 0 mu; floor 16 yuan, so rigid 1 600 + 4 800 yuan; `room_fen` is left."""
    resolved = sample_resolved(("2026",), protection=6_400_00 + room_fen, **changes)  # type: ignore[arg-type]
    inputs = sample_inputs()
    areas = inputs.areas.assign(area_tenth_mu=[1_000, 3_000, 0])
    return resolved, replace(inputs, areas=areas)


def payments(frame: pd.DataFrame, baseline: str, fund: str, period: str = "2026") -> dict[str, int]:
    mine = frame[(frame["baseline"] == baseline) & (frame["fund"] == fund) & (frame["period"] == period)]
    return {str(code): int(fen) for code, fen in mine.groupby("region_code")["payment_fen"].sum().items()}


def with_values(inputs: UnitInputs, values: Mapping[str, tuple[str, str, str]]) -> UnitInputs:
    """Other factor values, one per unit A, B, C."""
    factors = inputs.factors.copy()
    for name, three in values.items():
        for code, value in zip((A, B, C), three, strict=True):
            factors.loc[(factors["factor"] == name) & (factors["region_code"] == code), "value"] = value
    return replace(inputs, factors=factors)


def test_columns_are_those_of_the_outcome_format_then_further_objectives() -> None:
    frame = sample().beside
    declared = [column.name for column in outcome_columns()["baselines"]]
    # Tonnes by measure stand beside money, which names no measure, so that draws can be applied to them.
    further = ["obj.development", "obj.carbon.afforestation", "obj.carbon.compensation"]
    assert list(frame.columns) == [*declared, *further]
    assert list(dict.fromkeys(frame["baseline"])) == list(ORDER[:-1])  # no table of last year


def test_pro_rata_by_area_shares_the_room_by_certified_area() -> None:
    """by hand: 600 001 fen by 1 : 3 : 0 = 150 000.25, 450 000.75, 0; the odd fen goes to the larger remainder."""
    frame = decided(*by_hand()).beside
    assert payments(frame, "pro_rata_area", PROTECTION) == {A: 160_000 + 150_000, B: 480_000 + 450_001}


def test_pro_rata_by_area_shares_a_fund_without_categories_by_the_need_of_its_tasks() -> None:
    """by hand: 60 000 yuan by needs 20.0, 30.0 and 50.0 mu."""
    resolved, inputs = by_hand()
    inputs = replace(inputs, tasks=inputs.tasks.assign(need_tenth_mu=[200, 300, 500]))
    frame = decided(resolved, inputs).beside
    assert payments(frame, "pro_rata_area", REFORM) == {A: 12_000_00, B: 18_000_00, C: 30_000_00}


def test_pro_rata_by_need_weighs_rural_people_by_the_need_index() -> None:
    """by hand: 100 x 0.5, 200 x 0.25, 50 x 1 people are equal shares of 600 001 fen; the odd fen goes to the first code."""
    resolved, inputs = by_hand()
    inputs = replace(inputs, regions=inputs.regions.assign(rural_population_person=[100, 200, 50]))
    heard = sample_responses(resolved, inputs)
    heard = replace(heard, indices=heard.indices.assign(need=[0.5, 0.25, 1.0]))
    frame = decided(resolved, inputs, heard).beside
    assert payments(frame, "pro_rata_need", PROTECTION) == {A: 160_000 + 200_001, B: 480_000 + 200_000, C: 200_000}


def test_factor_method_gives_the_whole_fund_by_template_weights() -> None:
    """by hand: 60 000 yuan, half by 1 : 1 : 2 (7 500, 7 500, 15 000), half by 3 : 2 : 1 (15 000, 10 000, 5 000)."""
    resolved, inputs = by_hand()
    inputs = with_values(inputs, {"fiscal_difficulty": ("1", "1", "2"), "task_need": ("3", "2", "1")})
    frame = decided(resolved, inputs).beside
    assert payments(frame, "factor_method", REFORM) == {A: 22_500_00, B: 17_500_00, C: 20_000_00}


def test_factor_method_takes_certified_area_as_the_task_of_a_fund_without_factors() -> None:
    """by hand: half of 600 001 fen by area 1 : 3 (75 000.25 …), half by fiscal difficulty 1 : 1; C has no area, no part.

    Pots: 600 001 x 0.5 each = 300 000.5, the odd fen to the first factor: fiscal_difficulty 300 001, task_need 300 000.
    fiscal_difficulty 1 : 1 = 150 000.5 each, the odd fen to A; task_need 75 000 and 225 000.
    """
    resolved, inputs = by_hand()
    inputs = with_values(inputs, {"fiscal_difficulty": ("1", "1", "5")})
    frame = decided(resolved, inputs).beside
    expected = {A: 160_000 + 150_001 + 75_000, B: 480_000 + 150_000 + 225_000}
    assert payments(frame, "factor_method", PROTECTION) == expected


def test_flat_standard_is_the_highest_affordable_level_for_all() -> None:
    """by hand: 400.0 mu; 18 yuan costs 800 yuan above the floor, 20 yuan 1 600; 1 599.99 yuan buy 18."""
    frame = decided(*by_hand(1_599_99)).beside
    flat = frame[(frame["baseline"] == "flat_standard") & (frame["category"] == COLLECTIVE)]
    assert list(flat["standard_yuan_per_mu"]) == ["18.00", "18.00"]
    assert list(flat["payment_fen"]) == [1_800_00, 5_400_00]
    frame = decided(*by_hand(1_600_00)).beside
    flat = frame[(frame["baseline"] == "flat_standard") & (frame["category"] == COLLECTIVE)]
    assert list(flat["standard_yuan_per_mu"]) == ["20.00", "20.00"]


def test_priority_ranking_pays_the_highest_level_in_order_of_score() -> None:
    """by hand: B ranks first but needs 1 200 yuan for 20 yuan/mu; 500 yuan are too little, so A (400 yuan) is paid."""
    resolved, inputs = by_hand(500_00, alphas=("0",))
    heard = sample_responses(resolved, inputs)
    heard = replace(heard, indices=heard.indices.assign(need=[0.3, 0.9, 0.6]))
    frame = decided(resolved, inputs, heard).beside
    ranked = frame[(frame["baseline"] == "priority_ranking") & (frame["category"] == COLLECTIVE)]
    assert dict(zip(ranked["region_code"], ranked["standard_yuan_per_mu"], strict=True)) == {A: "20.00", B: "16.00"}
    resolved, inputs = by_hand(1_200_00, alphas=("0",))
    frame = decided(resolved, inputs, heard).beside
    ranked = frame[(frame["baseline"] == "priority_ranking") & (frame["category"] == COLLECTIVE)]
    assert dict(zip(ranked["region_code"], ranked["standard_yuan_per_mu"], strict=True)) == {A: "16.00", B: "20.00"}


def test_even_shares_leave_every_later_period_its_part_of_the_need() -> None:
    """by hand: grid 0, 0.2 … 1 over three periods: 1/3 → 0.2; 0.8/2 → 0.4; 0.4 → 0.4. Grid 0, 0.5, 1: 0, 0.5, 0.5."""
    fine = TaskSpec("afforestation", REFORM, (400_00,), ("0", "0.2", "0.4", "0.6", "0.8", "1"), CENTRAL)
    assert even_shares(fine, 3) == ["0.2", "0.4", "0.4"]
    assert even_shares(replace(fine, quantity_shares=("0", "0.5", "1")), 3) == ["0", "0.5", "0.5"]


@pytest.mark.parametrize("seed", SEEDS)
def test_money_baselines_give_exactly_what_the_envelopes_hold(seed: int) -> None:
    found = sample(seed)
    frame = found.beside
    money = frame[frame["baseline"].isin(MONEY)].groupby(["baseline", "fund", "period"])["payment_fen"].sum()
    for fund in found.problem.resolved.funds:
        assert set(money.xs(fund.id, level="fund")) == set(fund.appropriation_fen.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_no_baseline_spends_more_than_a_fund_holds_and_conversions_stay_within_entitlements(seed: int) -> None:
    found = sample(seed)
    frame = found.beside
    assert (frame["converted_fen"] <= frame["payment_fen"]).all()
    spent = frame.groupby(["baseline", "fund", "period"])["payment_fen"].sum().reset_index()
    limit = spent["fund"].map({fund.id: fund.appropriation_fen["2026"] for fund in found.problem.resolved.funds})
    assert (spent["payment_fen"] <= limit).all()
    assert not frame["breaks"].str.contains("envelope").any()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_conversion_is_the_best_of_all_combinations(seed: int) -> None:
    """Enumeration of one unit's offers in one period."""
    found = sample(seed, periods=("2026",))
    ground = Ground.of(found.problem)
    for fund, fen in ((PROTECTION, 1_500_00), (REFORM, 9_000_00)):
        pocket = Pocket(B, fund, np.array([fen], np.int64))
        bought = Converter(ground).convert([pocket])
        menus = ground.menus[B, fund, 0]
        values = [
            sum(float(ground.gain[i]) for i in choice)
            for choice in product(*menus)
            if sum(int(ground.own[i, 0]) for i in choice) <= fen
        ]
        assert sum(float(ground.gain[i]) for i in bought) == pytest.approx(max(values), abs=1e-9)
        assert sum(int(ground.own[i, 0]) for i in bought) <= fen


def test_a_conversion_pays_instalments_before_anything_new_and_never_exceeds_the_need() -> None:
    found = sample(1)
    ground = Ground.of(found.problem)
    rich = np.array([10**9, 10**9], np.int64)
    bought = Converter(ground).convert([Pocket(A, REFORM, rich)])
    need = ground.needs[A, "afforestation"]
    assert 0 < sum(int(ground.area[i]) for i in bought) <= need
    poor = np.array([10**9, 0], np.int64)
    bought = Converter(ground).convert([Pocket(A, REFORM, poor)])
    assert ground.own[bought][:, 1].sum() == 0  # an offer whose 30 % fall due in a year without money is not bought


@pytest.mark.parametrize("seed", SEEDS)
def test_no_published_rule_beats_the_optimum_in_its_first_objective(seed: int) -> None:
    """The flat standard is obtainable by a rule on the grid wherever it breaks none."""
    found = sample(seed, rules=(RuleSpec("envelope"), RuleSpec("standards_only_rise"), RuleSpec("eligible_area")))
    frame = found.beside
    flat = frame[frame["baseline"] == "flat_standard"]
    assert set(flat["breaks"]) == {""}
    assert flat["carbon_tco2e"].sum() <= found.values["carbon"] * (1 + 1e-9)


def one_fund(units: int, seed: int, protection: int) -> Decided:
    """Case mode, compensation alone, one period: one fund binds."""
    codes = tuple(f"{110000 + i:06d}" for i in range(units))
    resolved = sample_resolved(("2026",), mode="case", protection=protection, graded=False)
    resolved = replace(resolved, funds=resolved.funds[:1], tasks=(), factors=())
    return decided(resolved, sample_inputs(codes, seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_greedy_trails_the_case_optimum_by_at_most_its_largest_jump(seed: int) -> None:
    """published: Duke et al. 2014 (benefit–cost targeting is near-optimal where one budget binds)."""
    found = one_fund(12, seed, 12 * 600 * 18_00)
    ground = Ground.of(found.case)
    hulls = [efficient_hull(ground, menu) for menus in ground.menus.values() for menu in menus]
    largest = max(float(ground.gain[high] - ground.gain[low]) for hull in hulls for low, high in pairwise(hull))
    frame = found.beside
    greedy = frame.loc[frame["baseline"] == "benefit_cost_greedy", "carbon_tco2e"].sum()
    optimum = found.values["carbon"]
    assert greedy <= optimum * (1 + 1e-9)
    assert greedy >= optimum - largest


def test_greedy_takes_the_jump_with_the_highest_ratio_first() -> None:
    """by hand: jumps A 300 fen for 30 t, B 300 fen for 20 t, then A 300 fen for 10 t; 700 fen buy the first two."""
    found = one_fund(2, 0, 10**9)
    table = found.problem.offers.table.iloc[[0, 1, 2, 0, 1]].reset_index(drop=True)
    first, second = "110000", "110001"
    table["region_code"] = [first] * 3 + [second] * 2
    table["menu"] = table["region_code"] + f"/{COLLECTIVE}/2026"
    column = f"cost.{PROTECTION}.central.2026_fen"
    table[column] = [0, 300, 600, 0, 300]
    table["obj.carbon"] = [0.0, 30.0, 40.0, 0.0, 20.0]
    table["standard_fen"] = [16_00, 17_00, 18_00, 16_00, 17_00]
    table["offer"] = ["s=16", "s=17", "s=18", "s=16", "s=17"]
    fixed = found.problem.fixed
    total = int(fixed.table[column].sum()) + 700
    resolved = replace(
        found.problem.resolved, funds=(replace(found.problem.resolved.funds[0], appropriation_fen={"2026": total}),)
    )
    given = Menus(Offers(table, found.problem.offers.constants), fixed)
    frame = solved(resolved, found.problem.inputs, found.problem.indices, given).beside
    greedy = frame[frame["baseline"] == "benefit_cost_greedy"]
    assert dict(zip(greedy["region_code"], greedy["standard_yuan_per_mu"], strict=True)) == {
        first: "17.00",
        second: "17.00",
    }


def test_the_order_of_rows_in_the_inputs_changes_nothing() -> None:
    resolved, inputs = sample_resolved(), sample_inputs(seed=3)
    heard = sample_responses(resolved, inputs)
    found = decided(resolved, inputs, heard)
    problem = replace(found.problem, inputs=shuffled(inputs, 5), indices=found.problem.indices.iloc[::-1])
    pd.testing.assert_frame_equal(baselines(problem, found.tables, found.case).table, found.beside)


def test_baselines_of_a_rerun_are_the_same() -> None:
    pd.testing.assert_frame_equal(sample(2).beside, sample(2).beside)


def test_values_add_up_rows_and_are_empty_for_a_term_that_is_no_sum() -> None:
    found = sample()
    frame = found.beside
    values = baseline_values(found.problem, frame, ["carbon", "development"])
    assert list(values["objective"][:2]) == ["carbon", "development"]
    flat = frame[frame["baseline"] == "flat_standard"]
    assert values["value"].iloc[0] == pytest.approx(flat["carbon_tco2e"].sum())
    assert values["value"].iloc[1] == pytest.approx(flat["obj.development"].sum())
    assert baseline_values(found.problem, frame, ["carbon", "adequacy"]).empty


def test_a_baseline_that_is_the_decision_has_its_value() -> None:
    """Ungraded with everything affordable, the flat standard is the optimum: same carbon and income, fixed money included."""
    objectives = (ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2))
    found = sample(graded=False, protection=10**9, objectives=objectives)
    values = baseline_values(found.problem, found.beside, ["carbon", "development"])
    flat = values[values["baseline"] == "flat_standard"].set_index("objective")["value"]
    assert flat["carbon"] == pytest.approx(found.values["carbon"])
    assert flat["development"] == pytest.approx(found.values["development"])


def test_pots_stay_as_decided_in_baselines_that_name_standards() -> None:
    found = sample()
    frame = found.beside
    own = found.tables["allocation"].query("nature == 'factor'")["central_fen"].sum()
    for name in ("flat_standard", "priority_ranking", "benefit_cost_greedy"):
        kept = frame[(frame["baseline"] == name) & (frame["measure"] == "factor_pot")]["payment_fen"].sum()
        assert kept == own > 0


def broken(name: str, rules: tuple[RuleSpec, ...], found: Decided) -> set[str]:
    resolved = replace(found.problem.resolved, rules=rules)
    frame = baselines(replace(found.problem, resolved=resolved), found.tables, None).table
    return {rule for text in frame.loc[frame["baseline"] == name, "breaks"] for rule in text.split(";") if rule}


def test_broken_rules_are_named_only_where_the_scenario_lists_them() -> None:
    found = sample(5)
    rules = (RuleSpec("envelope"), RuleSpec("no_inversion"), RuleSpec("published_values", {"at_most": 1}))
    assert broken("priority_ranking", (RuleSpec("envelope"),), found) == set()
    assert "published_values" in broken("priority_ranking", rules, found)
    assert broken("flat_standard", rules, found) <= {"published_values"}


def test_a_priority_share_that_no_allocation_reaches_is_broken_by_all() -> None:
    rules = (RuleSpec("priority_share", {"group": "poor", "share": "1"}),)
    found = sample()
    for name in ORDER[:-1]:
        assert broken(name, rules, found) == {"priority_share"}
    assert broken("pro_rata_area", (RuleSpec("priority_share", {"group": "poor", "share": "0"}),), found) == set()


def test_conversion_keeps_local_capacity_and_ranking_is_caught_breaking_it() -> None:
    """Own revenue 0: no unit can co-finance; central conversion buys no task (0.6 and 0.8 central), the ranking still does."""
    resolved = sample_resolved(rules=(RuleSpec("envelope"),))
    inputs = sample_inputs()
    inputs = replace(inputs, regions=inputs.regions.assign(own_revenue_fen=0))
    rules = (RuleSpec("local_capacity", {"kappa": "0.5"}),)
    found = decided(resolved, inputs)
    assert broken("factor_method", rules, found) == set()
    assert broken("priority_ranking", rules, found) == {"local_capacity"}


def last_year_table(amounts: Mapping[str, int]) -> pd.DataFrame:
    rows = [(code, PROTECTION, COLLECTIVE, 1_000, fen) for code, fen in amounts.items()]
    frame = pd.DataFrame(rows, columns=["region_code", "fund", "subject", "area_tenth_mu", "amount_fen"])
    return frame.assign(status="assumption", source="made up for a test")


def test_last_year_repeats_its_amounts_and_a_unit_without_a_row_keeps_what_is_fixed() -> None:
    """by hand: A had 1 700 yuan, B is not in the table and keeps its rigid 4 800."""
    resolved, inputs = by_hand()
    inputs = replace(inputs, last_year=last_year_table({A: 1_700_00}))
    frame = decided(resolved, inputs).beside
    assert payments(frame, "last_year", PROTECTION) == {A: 1_700_00, B: 4_800_00}
    assert set(frame.loc[frame["baseline"] == "last_year", "breaks"]) == {""}


def test_last_year_below_the_floor_breaks_the_floor() -> None:
    resolved, inputs = by_hand(rules=(RuleSpec("envelope"), RuleSpec("statutory_floor")))
    inputs = replace(inputs, last_year=last_year_table({A: 1_500_00, B: 4_800_00}))
    frame = decided(resolved, inputs).beside
    mine = frame[frame["baseline"] == "last_year"]
    assert set(mine["breaks"]) == {"statutory_floor"}
    assert int(mine.loc[mine["region_code"] == A, "converted_fen"].sum()) == 1_600_00  # the law pays it all the same


def test_last_year_above_the_appropriation_breaks_the_envelope() -> None:
    resolved, inputs = by_hand()
    inputs = replace(inputs, last_year=last_year_table({A: 2_000_00, B: 99_000_00}))
    frame = decided(resolved, inputs).beside
    assert set(frame.loc[frame["baseline"] == "last_year", "breaks"]) == {"envelope"}


def test_flat_standard_stands_aside_where_decided_tasks_are_in_no_menu() -> None:
    found = sample()
    allocation = found.tables["allocation"].copy()
    allocation.loc[allocation["nature"] == "task", "offer"] = "u=1.23;q=7/9"
    assert (allocation["nature"] == "task").any()
    frame = baselines(found.problem, found.tables | {"allocation": allocation}, None).table
    assert "flat_standard" not in set(frame["baseline"])


def test_the_greedy_answer_is_feasible_for_the_case_engine() -> None:
    """Its carbon is at most the optimum of the case problem with the same pots."""
    for seed in SEEDS:
        found = sample(seed, rules=(RuleSpec("envelope"), RuleSpec("eligible_area")))
        engine = Engine(found.case)
        objective = engine.objectives["carbon"][0]
        optimum = engine.maximise(engine.vector(objective)).value + objective.constant
        frame = found.beside
        greedy = frame.loc[frame["baseline"] == "benefit_cost_greedy", "carbon_tco2e"].sum()
        assert greedy <= optimum * (1 + 1e-9)


def test_unit_standards_of_tasks_may_only_rise_where_that_is_asked_for() -> None:
    """by hand: rich in the first year (the highest unit standard), little in the second: 400 after 500 is a fall."""
    resolved = sample_resolved()
    resolved = replace(resolved, tasks=(replace(resolved.tasks[0], instalments=((0, "1"),)),))
    inputs = sample_inputs()
    inputs = replace(inputs, tasks=inputs.tasks.assign(need_tenth_mu=1_000, capacity_tenth_mu=250))
    found = decided(resolved, inputs)
    # The centre pays 0.6 of A's tasks: 25.0 mu cost it 7 500 yuan at 500 and 6 000 at 400.
    pocket = Pocket(A, REFORM, np.array([7_500_00, 6_000_00], np.int64))

    def paid(*rules: RuleSpec) -> list[int]:
        problem = replace(found.problem, resolved=replace(resolved, rules=rules))
        ground = Ground.of(problem)
        bought = ground.offers.iloc[Converter(ground).convert([pocket])]
        return [int(s) for s in bought.sort_values("period")["standard_fen"][bought["area_tenth_mu"] > 0]]

    assert paid(RuleSpec("standards_only_rise")) == [500_00, 400_00]
    assert paid(RuleSpec("standards_only_rise", {"tasks": True})) == [500_00]
