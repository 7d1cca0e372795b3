"""Gases of fire against IPCC equation 2.27 by hand, and against the carbon of a disturbance matrix."""

import numpy as np
import pytest

from silvafisc.carbon.fire import gases_of_dry_matter, gases_of_matrix, warming_potentials
from silvafisc.datasets import InputError
from silvafisc.policy import Change, ParameterTree, Reference, Rules

from ..conftest import DATE


def with_set(name: str) -> Rules:
    change = Change("carbon.warming_potentials.named_set", DATE, "open", name, Reference("test"))
    return ParameterTree.load().apply([change]).on(DATE)


def test_ten_hectares_by_equation_2_27(rules: Rules) -> None:
    # by hand from IPCC 2006 vol. 4 eq. 2.27: 10 ha, 50.4 t/ha burned, factors of table 2.5 (recalled), AR5
    gases = gases_of_dry_matter(np.array(10 * 50.4), rules)
    assert float(gases.methane) == pytest.approx(2.3688, abs=1e-12)
    assert float(gases.nitrous_oxide) == pytest.approx(0.13104, abs=1e-12)
    assert float(gases.carbon_monoxide) == pytest.approx(53.928, abs=1e-12)
    assert float(gases.co2e) == pytest.approx(101.052, abs=1e-9)


def test_the_set_of_potentials_is_named_and_can_be_changed(rules: Rules) -> None:
    # recalled: AR5 28 / 265, AR6 27.0 (non-fossil) / 273
    assert warming_potentials(rules) == (28, 265)
    assert warming_potentials(with_set("ar6")) == (27.0, 273)
    # by hand: 2.3688 x 27 + 0.13104 x 273
    gases = gases_of_dry_matter(np.array(504.0), with_set("ar6"))
    assert float(gases.co2e) == pytest.approx(99.73152, abs=1e-9)
    with pytest.raises(InputError, match="sar"):
        warming_potentials(with_set("sar"))


def test_a_matrix_keeps_its_own_methane_and_gives_nitrous_oxide_by_ratio(rules: Rules) -> None:
    # by hand: 12 tC as CH4 are 16 t, 12 tC as CO are 28 t; N2O = 28 x 0.26 / 107
    gases = gases_of_matrix(np.array([[12.0, 0.0]]), np.array([[12.0, 0.0]]), rules)
    np.testing.assert_allclose(gases.methane, [[16, 0]])
    np.testing.assert_allclose(gases.carbon_monoxide, [[28, 0]])
    np.testing.assert_allclose(gases.nitrous_oxide, [[28 * 0.26 / 107, 0]])
    np.testing.assert_allclose(gases.co2e, [[16 * 28 + 28 * 0.26 / 107 * 265, 0]])


def test_both_roads_agree_where_the_matrix_has_the_factors_shares(rules: Rules) -> None:
    dry_matter = np.array([[30.0]])
    surveyed = gases_of_dry_matter(dry_matter, rules)
    split = gases_of_matrix(surveyed.methane * 12 / 16, surveyed.carbon_monoxide * 12 / 28, rules)
    np.testing.assert_allclose(split.co2e, surveyed.co2e, rtol=1e-12)


def test_carbon_monoxide_adds_nothing_because_its_carbon_is_in_the_stock_change(rules: Rules) -> None:
    methane, none = np.array([1.0]), np.array([0.0])
    alone = gases_of_matrix(methane, none, rules)
    np.testing.assert_allclose(alone.co2e, alone.methane * 28)
