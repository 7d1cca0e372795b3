"""Menus: exact areas and amounts, split by law, weightings that are complete and sum to 1, pots that come out to the fen."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.allocation.brute import Offer, read_offers
from tests.allocation.draw import drawn
from tests.allocation.sample import sample_responses, sample_yields
from tests.allocation.tiny import COLLECTIVE, PROTECTION, REFORM, SHARED, Tiny, tiny

from silvafisc.allocation.exact import entitlements, split, split_by_tier
from silvafisc.allocation.menus import menus, weight_vectors
from silvafisc.allocation.menus.factor_pot import factor_amounts
from silvafisc.allocation.menus.tasks import assigned_area
from silvafisc.quantities import apportion, entitlement, share, split_payers
from silvafisc.results import FactorSpec, Responses
from silvafisc.results.resolved import Shares

MANY = settings(max_examples=60, deadline=None, derandomize=True, database=None)
AMOUNTS = st.lists(st.integers(0, 10**14), min_size=1, max_size=8)
PAYERS = ("central", "provincial", "city", "county")


@st.composite
def shares(draw: st.DrawFn) -> Shares:
    """Shares of one to four payers that sum to 1, written as ratios or decimals."""
    parts = draw(st.lists(st.integers(0, 60), min_size=1, max_size=4).filter(lambda p: sum(p) > 0))
    whole = sum(parts)
    return tuple((payer, f"{part}/{whole}") for payer, part in zip(PAYERS, parts, strict=False))


def exact(parts: Shares) -> list[tuple[str, Fraction]]:
    return [(payer, share(text)) for payer, text in parts]


@MANY
@given(amounts=AMOUNTS, parts=shares())
def test_a_column_is_split_as_each_of_its_amounts(amounts: list[int], parts: Shares) -> None:
    columns = split(np.array(amounts, np.int64), parts)
    for i, amount in enumerate(amounts):
        assert {payer: int(fen[i]) for payer, fen in columns.items()} == split_payers(amount, exact(parts))


@MANY
@given(amounts=AMOUNTS, one=shares(), two=shares(), tiers=st.integers(0, 255))
def test_each_row_is_split_by_the_shares_of_its_tier(amounts: list[int], one: Shares, two: Shares, tiers: int) -> None:
    names = [str(1 + (tiers >> i & 1)) for i in range(len(amounts))]
    columns = split_by_tier(np.array(amounts, np.int64), names, {"1": one, "2": two})
    for i, (amount, tier) in enumerate(zip(amounts, names, strict=True)):
        expected = split_payers(amount, exact({"1": one, "2": two}[tier]))
        assert {payer: int(fen[i]) for payer, fen in columns.items() if fen[i]} == {
            p: f for p, f in expected.items() if f
        }


@MANY
@given(standard=st.integers(0, 10**7), areas=st.lists(st.integers(0, 10**11), min_size=1, max_size=8))
def test_a_column_of_entitlements_is_each_of_them(standard: int, areas: list[int]) -> None:
    found = entitlements(standard, np.array(areas, np.int64))
    assert [int(fen) for fen in found] == [entitlement(standard, area) for area in areas]


def test_what_64_bits_cannot_hold_exactly_is_refused() -> None:
    with pytest.raises(OverflowError):
        entitlements(10**10, np.array([10**10]))
    with pytest.raises(OverflowError):
        split(np.array([2**61]), (("central", "1/3"), ("county", "2/3")))
    with pytest.raises(ValueError, match="sum to 1"):
        split(np.array([1]), (("central", "0.5"), ("county", "0.4")))


def test_assigned_area_by_hand() -> None:
    # 1 005 x 0.4 = 402; 333 x 0.4 = 133.2 -> 133; 5 000 x 0.4 = 2 000, but 1 500 can be delivered.
    found = assigned_area(np.array([1005, 333, 5000]), np.array([900, 900, 1500]), "0.4")
    assert found.tolist() == [402, 133, 1500]
    assert assigned_area(np.array([10]), np.array([9]), "1/3").tolist() == [3]


def offers_of(problem: Tiny, nature: str) -> list[Offer]:
    return [o for o in read_offers(problem.menus.offers.table) if o.nature == nature]


@pytest.mark.parametrize("seed", range(3))
def test_rigid_and_top_up_together_are_the_entitlement_and_both_are_split_by_law(seed: int) -> None:
    problem = drawn(seed)
    tiers = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["payer_tier"], strict=True))
    areas = problem.inputs.areas
    area = {
        (r, c): int(a)
        for r, c, a in zip(*(areas[n] for n in ("region_code", "category", "area_tenth_mu")), strict=True)
    }
    rigid = {(o.region, o.category, o.period): o for o in read_offers(problem.menus.fixed.table) if o.nature == "rigid"}
    seen = set()
    for offer in offers_of(problem, "top_up"):
        category = problem.resolved.category(offer.category)
        floor = rigid[offer.region, offer.category, offer.period]
        own = area[offer.region, offer.category]
        assert floor.standard == category.floor_fen[offer.period] <= offer.standard
        assert floor.area == offer.area == own
        assert sum(floor.costs.values()) + sum(offer.costs.values()) == entitlement(offer.standard, own)
        for one in (floor, offer):
            expected = split_payers(sum(one.costs.values()), exact(category.payer_shares[tiers[offer.region]]))
            assert dict(one.costs) == {(payer, offer.period): fen for payer, fen in expected.items() if fen}
        seen.add((offer.region, offer.category, offer.period, offer.standard))
    # Every unit with forest of the category has every level at or above the floor, in every period.
    assert seen == {
        (region, c.id, p, level)
        for c in problem.resolved.categories
        for p in problem.resolved.periods
        for level in c.levels_fen
        if level >= c.floor_fen[p]
        for (region, name), size in area.items()
        if name == c.id and size > 0
    }


@pytest.mark.parametrize("seed", range(4))
def test_a_task_is_paid_by_its_instalments_inside_the_horizon_and_the_rest_is_due_later(seed: int) -> None:
    problem = drawn(seed, reform=True, periods=2)
    task = problem.resolved.tasks[0]
    tiers = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["payer_tier"], strict=True))
    tasks = problem.inputs.tasks.set_index("region_code")
    table = problem.menus.offers.table
    later = dict(zip(zip(table["menu"], table["offer"], strict=True), table["due_later_fen"], strict=True))
    for offer in offers_of(problem, "task"):
        quantity = share(offer.name.split("q=")[1])
        need, capacity = int(tasks["need_tenth_mu"][offer.region]), int(tasks["capacity_tenth_mu"][offer.region])
        assert offer.area == min(int(quantity * need), capacity)
        total = entitlement(offer.standard, offer.area)
        parts = split_payers(total, [(str(i), share(text)) for i, (_, text) in enumerate(task.instalments)])
        first, expected = 0, {}
        for i, (years, _) in enumerate(task.instalments):
            due, fen = str(int(offer.period) + years), parts[str(i)]
            first += fen * (years == 0)
            if due in problem.resolved.periods:
                for payer, part in split_payers(fen, exact(task.payer_shares[tiers[offer.region]])).items():
                    expected[payer, due] = part
        assert dict(offer.costs) == {key: fen for key, fen in expected.items() if fen}
        assert later[offer.menu, offer.name] == total - first


@pytest.mark.parametrize(
    ("bands", "step"),
    [
        ((("0.4", "0.6"), ("0.4", "0.6")), "0.1"),
        ((("0", "1"), ("0.1", "0.3"), ("0.2", "0.9")), "0.1"),
        ((("0.3", "0.5"), ("0.05", "0.45"), ("0.25", "0.25"), ("0", "0.2")), "0.05"),
        ((("1/3", "2/3"), ("1/3", "2/3")), "1/3"),
    ],
)
def test_weightings_are_all_those_on_the_grid_that_sum_to_1(bands: tuple[tuple[str, str], ...], step: str) -> None:
    factors = tuple(FactorSpec(REFORM, f"factor_{i}", low, high, low) for i, (low, high) in enumerate(bands))
    resolved = replace(tiny(pot=True, units=2).resolved, factors=factors, factor_step=step)
    found = weight_vectors(resolved, REFORM)
    grids = []
    for low, high in bands:
        values, value = [], share(low)
        while value <= share(high):
            values.append(value)
            value += share(step)
        grids.append(values)
    expected = [dict(zip((f.factor for f in factors), w, strict=True)) for w in product(*grids) if sum(w) == 1]
    assert found == expected
    assert found
    for weights in found:
        assert sum(weights.values()) == 1
        assert all(share(f.low) <= weights[f.factor] <= share(f.high) for f in factors)
    assert weight_vectors(resolved, PROTECTION) == []


@pytest.mark.parametrize("seed", range(3))
def test_factor_offers_sum_to_the_pot_and_follow_each_factor(seed: int) -> None:
    problem = drawn(seed, reform=True, periods=2)
    resolved, inputs = problem.resolved, problem.inputs
    pots = resolved.fund(REFORM).factor_pot_fen
    vectors = weight_vectors(resolved, REFORM)
    offers = offers_of(problem, "factor")
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for o in offers:
        assert set(o.costs) <= {("central", o.period)}
        groups.setdefault((o.period, o.name), {})[o.region] = sum(o.costs.values())
    assert len(groups) == 2 * len(pots) * len(vectors)
    values = {
        name: {
            code: Fraction(text)
            for code, factor, text in zip(*(inputs.factors[n] for n in ("region_code", "factor", "value")), strict=True)
            if factor == name
        }
        for name in {f.factor for f in resolved.factors}
    }
    for pot, weights in product(pots, vectors):
        by_hand = dict.fromkeys(inputs.codes, 0)
        for name, part in apportion(pot, weights).items():
            for code, fen in apportion(part, values[name]).items():
                by_hand[code] += fen
        assert sum(by_hand.values()) == pot
        assert factor_amounts(resolved, inputs, pot, weights) == by_hand
        for period in resolved.periods:
            assert by_hand in [amounts for (p, _), amounts in groups.items() if p == period]


def test_a_unit_without_a_response_is_named() -> None:
    problem = tiny(units=2)
    responses = sample_responses(problem.resolved, problem.inputs)
    levels = responses.levels[responses.levels["standard_fen"] != 18_00]
    yields = sample_yields(problem.resolved, problem.inputs)
    with pytest.raises(KeyError, match=rf"110001.*{COLLECTIVE}.*1800"):
        menus(problem.resolved, problem.inputs, yields, Responses(levels, responses.indices))


def test_a_factor_without_values_is_named() -> None:
    problem = tiny(units=2, pot=True)
    factors = problem.inputs.factors[problem.inputs.factors["factor"] != "task_need"]
    responses = sample_responses(problem.resolved, problem.inputs)
    with pytest.raises(KeyError, match="task_need"):
        menus(
            problem.resolved,
            replace(problem.inputs, factors=factors),
            sample_yields(problem.resolved, problem.inputs),
            responses,
        )


def test_commitments_are_paid_by_the_fund_and_are_no_choice() -> None:
    problem = tiny(units=2, payers=SHARED)
    resolved = replace(problem.resolved, opening_commitments=(("110002", REFORM, "afforestation", "2026", 4_321),))
    made = menus(
        resolved, problem.inputs, sample_yields(resolved, problem.inputs), sample_responses(resolved, problem.inputs)
    )
    committed = [o for o in read_offers(made.fixed.table) if o.nature == "committed"]
    assert [(o.region, o.fund, o.period, dict(o.costs)) for o in committed] == [
        ("110002", REFORM, "2026", {("central", "2026"): 4_321})
    ]
    assert set(made.offers.table["nature"]) == {"top_up"}
