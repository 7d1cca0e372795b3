"""数同源: what adds up from county to nation, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.region_sums import check_sums, level_of, parent, roll_up
from silvafisc.datasets import InputError

VALUES = ("area_mu", "additional_tco2e")
CODES = ("440304", "440305", "441900", "350102", "419001")


def counties() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region_code": CODES * 2,
            "year": [2026] * len(CODES) + [2027] * len(CODES),
            "area_mu": np.arange(10) * 1000.0 + 0.1,
            "additional_tco2e": np.linspace(-3.3, 71.7, 10),
        }
    )


@pytest.mark.parametrize(
    ("code", "level"),
    [("000000", "nation"), ("500000", "province"), ("440300", "city"), ("440304", "county"), ("110110", "county")],
)
def test_the_level_stands_in_the_code(code: str, level: str) -> None:
    # law: GB/T 2260
    assert level_of(code) == level


def test_the_parent_is_the_leading_digits() -> None:
    assert [parent("440304", level) for level in ("nation", "province", "city")] == ["000000", "440000", "440300"]
    with pytest.raises(InputError, match="six digits"):
        level_of("4403")


def test_counties_add_up_to_provinces_and_the_nation_in_any_order() -> None:
    provinces = roll_up(counties(), VALUES, "province", ("year",))
    assert list(provinces["region_code"]) == ["350000", "350000", "410000", "410000", "440000", "440000"]
    # by hand: 0.1 + 1000.1 + 2000.1
    assert provinces["area_mu"].iloc[4] == pytest.approx(3000.3)
    nation = roll_up(provinces, VALUES, "nation", ("year",))
    check_sums((counties(), provinces, nation), VALUES, ("year",))
    shuffled = counties().sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(roll_up(shuffled, VALUES, "province", ("year",)), provinces)


def test_tables_that_do_not_close_are_refused_at_every_level_at_once() -> None:
    provinces = roll_up(counties(), VALUES, "province", ("year",))
    nation = roll_up(provinces, VALUES, "nation", ("year",))
    provinces["additional_tco2e"] += [0.01, 0, 0, 0, 0, 0]
    with pytest.raises(InputError) as caught:
        check_sums((counties(), provinces, nation), VALUES, ("year",))
    assert [finding.path for finding in caught.value.findings] == [
        "additional_tco2e of 000000 2026",
        "additional_tco2e of 350000 2026",
    ]
    assert "下级合计" in caught.value.findings[0].zh
    # published figures are rounded: a stated tolerance lets them close
    check_sums((counties(), provinces, nation), VALUES, ("year",), tolerance=1e-2)


def test_a_missing_total_or_part_is_named() -> None:
    provinces = roll_up(counties(), VALUES, "province", ("year",))
    with pytest.raises(InputError, match="the total is missing"):
        check_sums((counties(), provinces.iloc[1:]), VALUES, ("year",))
    with pytest.raises(InputError, match="its parts are missing"):
        check_sums((counties().query("region_code != '350102'"), provinces), VALUES, ("year",))


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        (counties().rename(columns={"area_mu": "flow_tco2e_per_mu"}), ("flow_tco2e_per_mu",), "does not add up"),
        (pd.concat([counties(), counties()]), VALUES, "stands twice"),
        (counties().assign(region_code=["440304", "440300", "350102", "350103", "410000"] * 2), VALUES, "440304 2026: lies inside 440300"),
        (counties().assign(region_code=["440304", "440305", "441900", "350102", "000000"] * 2), VALUES, "larger than a province"),
        (counties().assign(area_mu=np.nan), VALUES, "is no number"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_refused(table: pd.DataFrame, values: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        roll_up(table, values, "province", ("year",))


def test_an_upper_table_of_two_levels_is_refused() -> None:
    mixed = counties().assign(region_code=["440000", "350000", "410000", "420000", "430100"] * 2)
    with pytest.raises(InputError, match="holds levels"):
        check_sums((counties(), mixed), VALUES, ("year",))
