"""The bench on a shipped scenario: every policy at one budget, its figures consistent, its questions checked."""

import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.runs import Bench, bench

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> Bench:
    return bench("county-demo")


def test_twelve_policies_share_one_budget(found: Bench) -> None:
    """by hand: 272 + 280 + 288 million yuan of the fund that pays the categories."""
    assert found.budget_yuan == 840_000_000
    assert len(found.policies) == 12
    assert (found.policies["payment_yuan"] <= found.budget_yuan * (1 + 1e-9)).all()
    paid = found.sites.groupby(["target", "payment"])["payment_yuan"].sum()
    for target, payment, total in zip(*(found.policies[c] for c in ("target", "payment", "payment_yuan")), strict=True):
        assert paid[target, payment] == pytest.approx(total)


def test_an_informed_agency_leaves_no_rent_and_ratio_targeting_buys_most(found: Bench) -> None:
    table = found.policies.set_index(["target", "payment"])
    informed = table.xs("discriminative", level="payment")
    assert informed["rent_share"].abs().max() == 0
    assert (table["rent_yuan"] >= -1e-6).all()
    assert (
        informed["benefit_t"].idxmax() == "ratio" or informed["benefit_t"].max() == informed.loc["ratio", "benefit_t"]
    )
    assert (table["yuan_per_additional_t"] > table["yuan_per_t"]).all(), "most of the stock would be kept anyway"


def test_sites_cost_what_owners_give_up_over_all_periods(found: Bench) -> None:
    """by hand from the demonstration tables: 510726 gives up 24 yuan per mu and year of collective forest, three years."""
    from silvafisc.runs.prepare import prepare

    inputs = prepare("county-demo").inputs
    cost = inputs.responses.set_index(["region_code", "subject"])["opportunity_cost_fen"]
    area = inputs.areas.set_index(["region_code", "category"])["area_tenth_mu"]
    one = found.sites.drop_duplicates("site").set_index(["region_code", "category"])
    assert len(one) == (area > 0).sum()
    for key in one.index:
        assert one.loc[key, "cost_yuan_per_mu"] == pytest.approx(3 * cost[key] / 100)
        assert one.loc[key, "area_mu"] == pytest.approx(area[key] / 10)


def test_all_questions_without_meaning_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        bench("county-demo", priority="nobody", budget_yuan=-1, tiers=0, cap_share=2)
    assert len(caught.value.findings) == 4
    assert all(f.zh and f.en for f in caught.value.findings)
