"""Selective against clear cutting: the plans by hand, the table on made-up balances, and both through the engine."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
import pytest
from tests.carbon.conftest import changed
from tests.carbon.trajectories.small import AGES, RATE, SHAPE, YEARS, balances, follow, setting, volume

from silvafisc.carbon.accounts import Balance
from silvafisc.carbon.cbm import POOLS
from silvafisc.carbon.felling_table import compared as beside
from silvafisc.carbon.trajectories.felling import felling_losses, fellings, recoveries
from silvafisc.carbon.trajectories.plans import Plan, lost_share
from silvafisc.carbon.trajectories.setting import Setting
from silvafisc.policy import Rules


def felling_table(held: Setting, year: int, follow: Callable[[Sequence[Plan]], Sequence[Balance]]) -> pd.DataFrame:
    """The losses of the engine beside the published figure, as an outcome shows them."""
    stands = held.forest.stands
    area = dict(zip(stands["region_code"].astype(str), stands["arbor_area_tenth_mu"], strict=True))
    return beside(felling_losses(held, year, follow), area, held.rules)


KINDS = ["along_curve", "canopy_closes", "gaps_regrow"]
USUAL = "selective_cutting"
CUTTINGS = ["low_damage_cutting", USUAL]


def test_both_kinds_of_felling_yield_the_same_wood(rules: Rules) -> None:
    """By hand: 30 % of the stems felled, 85 % of each carried out, of what the year's hazards left."""
    held, year = setting(rules), 3
    plans = fellings(held, year)
    assert list(plans.selective) == list(product(CUTTINGS, KINDS))
    unfelled, clear, *selective = follow(held, plans.unfelled, plans.clear, *plans.selective.values())
    left = 1 - lost_share(plans.unfelled.hazards, held.parameters)[:, year - 1]
    expected = 0.3 * 0.85 * left * unfelled.pools[:, year - 1, POOLS.index("Merch")]
    for flows in (clear, *selective):
        np.testing.assert_allclose((flows.products - unfelled.products)[:, year - 1], expected, rtol=1e-9)
        np.testing.assert_array_equal(flows.pools[:, :year], unfelled.pools[:, :year])
    # by hand: one damaged tree for four felled, so that 37.5 % of the trees are taken where 30 % are felled
    stems = selective[-1].pools[:, year, POOLS.index("Merch")]
    assert plans.selective[USUAL, "gaps_regrow"].acts[0].taken[:, year - 1] == pytest.approx(0.375)
    # by hand: 0.8 % of the other 70 % damaged
    careful = plans.selective["low_damage_cutting", "gaps_regrow"].acts[0]
    assert careful.taken[:, year - 1] == pytest.approx(0.3056, abs=5e-4)
    assert np.all(stems < clear.pools[:, year, POOLS.index("Merch")])


def test_what_stays_recovers_in_three_ways(rules: Rules) -> None:
    """By hand, a stand of 50 years that loses 40 % at the end of its second year (felled in year 3), four years later."""
    held = setting(rules)
    land = fellings(held, 3).unfelled.land
    at = int(np.flatnonzero((land.unit == 0) & (land.age == 3))[0])
    stand = AGES[3]
    found = {name: left[at] for name, left in recoveries(held, land, 3, 0.4).items()}
    for left in found.values():
        assert left[:2] == pytest.approx([volume(stand, 0), volume(stand + 1, 0)])
        assert left[2] == pytest.approx(0.6 * volume(stand + 2, 0))
    # the age at which the curve holds what is left, by inverting Chapman-Richards
    younger = -np.log(1 - (0.6 * volume(stand + 2, 0) / 200) ** (1 / SHAPE)) / RATE
    assert found["along_curve"][6] == pytest.approx(volume(younger + 4, 0), rel=1e-3)
    assert found["canopy_closes"][6] == pytest.approx(volume(stand + 6, 0) * (1 - 0.4 * 2 ** (-4 / 15)))
    assert found["gaps_regrow"][6] == pytest.approx(0.6 * volume(stand + 6, 0) + 0.4 * volume(4, 0))


def made_up(held_units: int, losses: Sequence[float], plans: Sequence[Plan]) -> list[Balance]:
    """Balances that stay level but for a drop of trees in year 1, in tC/ha."""
    level, none = np.full((held_units, YEARS + 1), 100.0), np.zeros((held_units, YEARS + 1))
    assert len(plans) == len(losses)
    dropped = [level - loss * (np.arange(YEARS + 1) > 0) for loss in losses]
    return [Balance(trees, none, none, none[:, 1:]) for trees in dropped]


def test_the_table_holds_mean_losses_beside_the_published_figure(rules: Rules) -> None:
    """By hand: clear cutting loses 6 tC/ha, selective cutting 3, 4.5 and 9 -> 50, 25 and -50 % less; low damage nothing."""
    table = felling_table(setting(rules), 1, partial(made_up, 2, (0.0, 6.0, 0.0, 0.0, 0.0, 3.0, 4.5, 9.0)))
    assert table.loc[table["cutting"] != USUAL, "less_loss_pct"].unique().tolist() == [100]
    table = table[table["cutting"] == USUAL]
    assert table["region_code"].unique().tolist() == ["110000", "210000", "000000"]
    assert table["recovery"].unique().tolist() == KINDS
    assert table["years"].max() == YEARS
    for name, less, inside in zip(KINDS, (50, 25, -50), (True, True, False), strict=True):
        rows = table[table["recovery"] == name]
        assert rows["less_loss_pct"].to_numpy() == pytest.approx(less)
        assert (rows["in_band"] == inside).all()
        # by hand: 44/12 tCO2 per tC, 15 mu per ha
        assert rows["clear_loss_tco2e_per_mu"].to_numpy() == pytest.approx(6 * 44 / 12 / 15)
    assert table[["published_pct", "band_low_pct", "band_high_pct"]].drop_duplicates().to_numpy().tolist() == [
        [37, 20, 60]
    ]


def test_the_nation_is_the_mean_by_area_of_old_stands(rules: Rules) -> None:
    """By hand: 20 % of 10 and, without short-rotation eucalypt, 80 % of 50 % of 20 million tenths of a mu are old."""

    def uneven(plans: Sequence[Plan]) -> list[Balance]:
        level, *felled = made_up(2, (0.0, 6.0, *[3.0] * 6), plans)
        for balance in felled:
            balance.living[1] = 100 - 2 * (100 - balance.living[1])
        return [level, *felled]

    table = felling_table(setting(rules), 1, uneven)
    one, other, nation = (
        table[table["recovery"] == "along_curve"].groupby("region_code", sort=False)["clear_loss_tco2e_per_mu"].first()
    )
    assert other == pytest.approx(2 * one)
    assert nation == pytest.approx((2 * one + 8 * other) / 10)


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    held = setting(changed(), years=25)
    return felling_table(held, 1, partial(balances, held))


def test_damage_and_recovery_decide_through_the_engine(compared: pd.DataFrame) -> None:
    last = compared[compared["years"] == 25].set_index(["cutting", "recovery", "region_code"])["less_loss_pct"]
    careful, last = (last[cutting].unstack(0) for cutting in CUTTINGS)
    assert (careful > last + 10).all(axis=None)
    # if gaps only regrow as a clear cut does, what is left is damage: 37.5 % of the trees taken against 30 %
    assert (last["gaps_regrow"] < 0).all()
    # these fast curves fill what is missing within 25 years, where a clear cut still stands young
    assert (last[["along_curve", "canopy_closes"]] > 20).all(axis=None)
    # whatever the recovery, the loss itself is real in every year
    losses = compared[["selective_loss_tco2e_per_mu", "clear_loss_tco2e_per_mu"]]
    assert (losses > 0).all(axis=None)


def test_the_published_figure_is_no_input(compared: pd.DataFrame) -> None:
    other = changed(felling__published="0.9", felling__band_low="0.8", felling__band_high="0.95")
    held = setting(other, years=25)
    again = felling_table(held, 1, partial(balances, held))
    same = [
        "recovery",
        "region_code",
        "years",
        "selective_loss_tco2e_per_mu",
        "clear_loss_tco2e_per_mu",
        "less_loss_pct",
    ]
    pd.testing.assert_frame_equal(again[same], compared[same])
    assert (again["published_pct"] == 90).all()


def test_nothing_felled_is_nothing_lost() -> None:
    held = setting(changed(trajectories__felling_volume_share="0"))
    table = felling_table(held, 2, partial(balances, held))
    assert not table[["selective_loss_tco2e_per_mu", "clear_loss_tco2e_per_mu"]].any(axis=None)
    assert table["less_loss_pct"].isna().all()
    assert table["years"].max() == YEARS - 1
    assert not table["in_band"].any()
