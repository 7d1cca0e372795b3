"""Responses and indices on three invented units: closed forms by hand, directions, refusals, permutations."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from silvafisc.economy import responses
from silvafisc.economy.curves import participation
from silvafisc.economy.frames import input_frame
from silvafisc.economy.indices import equity_weights, standardise
from silvafisc.economy.research import entropy_weights, pearl
from silvafisc.economy.response_table import local_share
from silvafisc.policy import Change, ParameterTree, Reference, Rules
from silvafisc.results import CategorySpec, GradeSpec, ObjectiveSpec, Resolved, Responses, TaskSpec, UnitInputs

CODES = ("110000", "340000", "620000")
INCOME = dict(zip(CODES, (3_000_000, 1_700_000, 1_000_000), strict=True))
REVENUE = dict(zip(CODES, (90, 40, 20), strict=True))
PRODUCT = dict(zip(CODES, (17_000_000, 6_000_000, 3_700_000), strict=True))
PEOPLE = dict(zip(CODES, (100, 300, 200), strict=True))
COST = dict(zip(CODES, (4000, 6000, 2000), strict=True))
TIER = dict(zip(CODES, ("5", "2", "1"), strict=True))
MARK = {"status": "assumption", "source": "invented for this test"}
SHARES = {
    "5": (("central", "0.1"), ("provincial", "0.9")),
    "2": (("central", "0.6"), ("provincial", "0.4")),
    "1": (("central", "1"),),
}


def law(*changes: tuple[str, str]) -> Rules:
    tree = ParameterTree.load().apply(
        [Change(f"assumptions.economy.{p}", "2026-01-01", "open", v, Reference("test"), "test") for p, v in changes]
    )
    return tree.on("2026-01-01")


def units(codes: tuple[str, ...] = CODES) -> UnitInputs:
    regions = [
        {
            "region_code": c,
            "region_name": c,
            "region_name_en": c,
            "unit_level": "province",
            "parent_code": "000000",
            "payer_tier": TIER[c],
            "groups": "",
            "population_person": PEOPLE[c] * 2,
            "rural_population_person": PEOPLE[c],
            "rural_income_fen": INCOME[c],
            "gdp_per_capita_fen": PRODUCT[c],
            "own_revenue_fen": REVENUE[c],
            "expenditure_fen": 100,
            **MARK,
        }
        for c in codes
    ]
    areas = [
        {"region_code": c, "category": k, "area_tenth_mu": a, "certified": True, "document": "x", **MARK}
        for c in codes
        for k, a in (("state", 1000), ("collective", 3000))
    ]
    curve = {"household_share": 0.8, "sigma": 0.5, "retention_max": 0.9}
    answers = [
        {"region_code": c, "subject": s, "opportunity_cost_fen": COST[c] * f, "full_cost_fen": 1, **curve, **MARK}
        for c in codes
        for s, f in (("state", 1), ("collective", 2), ("planting", 10))
    ]
    stands = [
        {
            "region_code": c,
            "arbor_area_tenth_mu": 5000,
            "mean_volume_m3_per_ha": 90.0,
            "planted_share": 0.3,
            "shrub_flag": False,
            "loss_hazard_per_year": 0.003,
            "mean_temperature_celsius": 10.0,
            "precipitation_mm": 800.0,
            **MARK,
        }
        for c in codes
    ]
    tasks = [
        {"region_code": c, "measure": "planting", "need_tenth_mu": 10, "capacity_tenth_mu": 10, **MARK} for c in codes
    ]
    return UnitInputs(
        regions=input_frame("regions", regions),
        areas=input_frame("areas", areas),
        tasks=input_frame("tasks", tasks),
        factors=input_frame("factors", []),
        responses=input_frame("responses", answers),
        stands=input_frame("stands", stands),
        last_year=None,
        ledger=pd.DataFrame(),
    )


def scenario(**changes: object) -> Resolved:
    def category(name: str, floor: int) -> CategorySpec:
        return CategorySpec(
            name, "f", name, {"2026": floor, "2027": floor + 100}, (2000, 3000), SHARES, last_year_fen=900
        )

    base = Resolved(
        id="t",
        mode="rule",
        policy_date="2026-01-01",
        periods=("2026", "2027"),
        funds=(),
        categories=(category("state", 1000), category("collective", 1600)),
        tasks=(TaskSpec("planting", "f", (20000, 50000), ("0", "1"), SHARES),),
        factors=(),
        factor_step="0.05",
        grades=GradeSpec(),
        rules=(),
        objectives=(),
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


SCORES = pd.DataFrame(
    {"region_code": CODES, "stock_tco2e_per_mu": [3.0, 5.0, 9.0], "flow_tco2e_per_mu": [0.2, 0.6, 0.4]}
)


def answered(**changes: object) -> Responses:
    return responses(units(), scenario(**changes), SCORES, law())


def level(found: Responses, code: str, subject: str, standard: int) -> tuple[float, float]:
    rows = found.levels
    row = rows[(rows["region_code"] == code) & (rows["subject"] == subject) & (rows["standard_fen"] == standard)]
    assert len(row) == 1
    return float(row["uptake"].iloc[0]), float(row["income_fen_per_mu"].iloc[0])


def test_every_standard_on_offer_is_tabulated_for_every_unit() -> None:
    found = answered().levels
    by_subject = {str(name): sorted(set(rows["standard_fen"])) for name, rows in found.groupby("subject")}
    assert by_subject["state"] == [900, 1000, 1100, 2000, 3000]
    assert by_subject["collective"] == [900, 1600, 1700, 2000, 3000]
    assert by_subject["planting"] == [20000, 50000]
    assert len(found) == 3 * (5 + 5 + 2)


def test_compensation_by_hand() -> None:
    uptake, income = level(answered(), "340000", "collective", 3000)
    assert uptake == pytest.approx(0.9 * (1 - math.exp(-3000 / 12000)))  # by hand: oc = 6000 x 2
    assert income == pytest.approx(0.8 * 3000 - 0.4 * 3000)  # by hand: households less the province's 40 %


def test_a_unit_that_pays_nothing_itself_loses_nothing_to_co_payment() -> None:
    assert level(answered(), "620000", "state", 2000)[1] == pytest.approx(0.8 * 2000)


def test_tasks_by_hand() -> None:
    uptake, income = level(answered(), "620000", "planting", 20000)
    assert uptake == pytest.approx(0.5)  # by hand: the standard is the median need
    assert income == pytest.approx(0.5 * 0.8 * 20000)  # by hand: half the area, the centre pays all
    burdened = level(answered(), "110000", "planting", 50000)
    assert burdened[1] == pytest.approx(burdened[0] * (0.8 - 0.9) * 50000)  # by hand: its own 90 % outweigh
    assert level(answered(), "340000", "planting", 50000)[0] == pytest.approx(participation(50000, 60000, 0.5))


def test_uptake_rises_with_the_standard_everywhere() -> None:
    for _, rows in answered().levels.groupby(["region_code", "subject"]):
        assert rows["uptake"].is_monotonic_increasing
        assert rows["uptake"].between(0, 1).all()


def test_a_units_own_standard_is_relieved_before_owners_get_more() -> None:
    found = responses(units(), scenario(), SCORES, law(), own_standards={("620000", "state"): 2500})
    assert level(found, "620000", "state", 1000)[0] == level(found, "620000", "state", 2000)[0]
    assert level(found, "620000", "state", 2000)[1] == pytest.approx(2000)  # by hand: all of it relieves the budget
    assert level(found, "620000", "state", 3000)[1] == pytest.approx(2500 + 0.8 * 500)  # by hand


def test_the_other_retention_shape_is_a_sensitivity() -> None:
    concave, other = answered(), responses(units(), scenario(), SCORES, law(), shape="s_shape")
    assert level(other, "620000", "state", 1000)[0] < level(concave, "620000", "state", 1000)[0]
    assert level(other, "620000", "state", 3000)[0] > level(concave, "620000", "state", 3000)[0]
    chosen = responses(units(), scenario(), SCORES, law(("responses.retention_shape", "s_shape")))
    pd.testing.assert_frame_equal(chosen.levels, other.levels)


def test_an_opportunity_cost_of_nothing_is_refused_by_name() -> None:
    inputs = units()
    inputs.responses.loc[0, "opportunity_cost_fen"] = 0
    with pytest.raises(ValueError, match="above 0: 110000/collective"):
        responses(inputs, scenario(), SCORES, law())


def test_a_missing_response_row_is_refused_by_name() -> None:
    inputs = units()
    short = inputs.responses.query("not (region_code == '620000' and subject == 'planting')")
    with pytest.raises(ValueError, match="no response row for 620000/planting"):
        responses(dataclasses.replace(inputs, responses=short), scenario(), SCORES, law())


@pytest.mark.parametrize("scores", [SCORES.iloc[:2], pd.concat([SCORES, SCORES.iloc[:1]])])
def test_carbon_scores_must_cover_the_units_once_each(scores: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="carbon scores do not cover the units"):
        responses(units(), scenario(), scores, law())


def test_the_local_share_counts_the_unit_and_those_below_it() -> None:
    shares = {"1": (("central", "0.5"), ("provincial", "0.3"), ("city", "0.1"), ("county", "0.1"))}
    found = [local_share(shares, kind, "1") for kind in ("province", "city", "county")]
    assert found == [Fraction(1, 2), Fraction(1, 5), Fraction(1, 10)]  # by hand
    with pytest.raises(ValueError, match="unknown unit level 'village'"):
        local_share(shares, "village", "1")
    with pytest.raises(ValueError, match="no payer shares for tier '9'"):
        local_share(shares, "province", "9")


def test_equity_weights_by_hand_and_blind_at_eta_zero() -> None:
    mean = (3_000_000 * 100 + 1_700_000 * 300 + 1_000_000 * 200) / 600
    omega = answered(objectives=(ObjectiveSpec("development", stage=1, params={"eta": "2"}),)).indices
    assert omega.set_index("region_code")["omega"]["620000"] == pytest.approx((mean / 1_000_000) ** 2)  # by hand
    assert answered().indices.set_index("region_code")["omega"]["110000"] == pytest.approx(mean / 3_000_000)
    assert set(equity_weights(units().regions, 0).values()) == {1.0}


def test_the_mean_opportunity_cost_is_weighted_by_area() -> None:
    costs = answered().indices.set_index("region_code")["opportunity_cost_fen"]
    assert costs["340000"] == pytest.approx((6000 * 1000 + 12000 * 3000) / 4000)  # by hand


def test_min_max_indices_by_hand() -> None:
    found = responses(units(), scenario(), SCORES, law(("indices.method", "min_max"))).indices.set_index("region_code")
    assert found["importance"].to_dict() == {"110000": 0.0, "340000": 0.666667, "620000": 0.75}  # by hand
    # by hand for 340000: income 13/20, gap (0.6 - 0.1) / 0.7, product 11/13.3
    by_hand = 0.4 * 13 / 20 + 0.3 * 5 / 7 + 0.3 * 11 / 13.3
    assert found["need"]["340000"] == pytest.approx(by_hand, abs=1e-6)
    assert (found["need"]["110000"], found["need"]["620000"]) == (0.0, 1.0)


def test_z_scores_go_through_the_normal_distribution() -> None:
    scores = standardise(np.array([1.0, 2.0, 3.0]), "z_score")
    assert scores[1] == pytest.approx(0.5)
    assert scores[2] == pytest.approx(norm.cdf(math.sqrt(1.5)), abs=1e-12)  # other program: scipy
    assert list(standardise(np.array([4.0, 4.0]), "z_score")) == [0.5, 0.5]
    with pytest.raises(ValueError, match="not finite"):
        standardise(np.array([1.0, np.nan]), "z_score")


def test_indices_lie_between_0_and_1_and_ties_are_ties() -> None:
    found = answered().indices
    for name in ("importance", "need"):
        assert found[name].between(0, 1).all()
        assert (found[name] == found[name].round(6)).all()


def test_guarding_more_stock_never_lowers_a_units_importance() -> None:
    base = answered().indices.set_index("region_code")["importance"]
    for code in CODES:
        for column in ("stock_tco2e_per_mu", "flow_tco2e_per_mu"):
            better = SCORES.copy()
            better.loc[better["region_code"] == code, column] *= 1.3
            moved = responses(units(), scenario(), better, law()).indices.set_index("region_code")["importance"]
            assert moved[code] >= base[code]


def test_weights_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"weights of importance sum to 0\.9"):
        responses(units(), scenario(), SCORES, law(("indices.importance_stock", "0.4")))


def test_the_order_of_units_changes_nothing() -> None:
    inputs = units()
    shuffled = dataclasses.replace(
        inputs, **{name: frame.sample(frac=1, random_state=7) for name, frame in inputs.tables().items()}
    )
    found = responses(shuffled, scenario(), SCORES.iloc[::-1], law())
    pd.testing.assert_frame_equal(found.levels, answered().levels)
    pd.testing.assert_frame_equal(found.indices, answered().indices)


def test_research_columns_are_marked_and_by_hand() -> None:
    found = answered().indices.set_index("region_code")
    marked = {name for name in found.columns if name.startswith("research_")}
    assert marked == {
        "research_ecps_carbon",
        "research_entropy_importance",
        "research_entropy_need",
        "research_pearl",
    }
    by_hand = 0.4 * 500 * 67.6 / (37_000 * 400)  # flow x mu x yuan/t over GDP in yuan
    assert found["research_ecps_carbon"]["620000"] == pytest.approx(by_hand)
    assert pearl(0.25, 3) == pytest.approx(0.731, abs=5e-4)  # published: En 0.25 -> 0.731
    assert pearl(0.40, 3) == pytest.approx(0.378, abs=5e-4)  # published: En 0.40 -> 0.378


def test_entropy_weighs_what_differs() -> None:
    raw = pd.DataFrame({"stock": [1.0, 1.0, 9.0], "flow": [1.0, 2.0, 3.0]})
    weights = entropy_weights(raw, ("stock", "flow"))
    # by hand: stock has all its mass in one unit (e = 0); flow (0, 1/3, 2/3)
    e = -(1 / 3 * math.log(1 / 3) + 2 / 3 * math.log(2 / 3)) / math.log(3)
    assert weights["stock"] == pytest.approx(1 / (2 - e))
    assert sum(weights.values()) == pytest.approx(1)
