"""Sensor series: coverage and gaps by counting, values of the year only where enough was seen, growth by hand."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.carbon.monitoring.folders import RULES, TODAY, read, refused, write

from silvafisc.carbon.monitoring.estimates import GROWTH, LIVE_CARBON, TEMPERATURE, Estimate
from silvafisc.carbon.monitoring.sensor_estimates import sensor_estimates
from silvafisc.carbon.monitoring.sensors import Readings, gaps, years


def sensors(folder: Path) -> Readings:
    found = read(folder).sensors
    assert found is not None
    return found


def days(first: str, count: int, step: int = 1) -> list[str]:
    return [(date.fromisoformat(first) + timedelta(days=step * at)).isoformat() for at in range(count)]


def air(time: str, value: str = "10", flag: str = "good", sensor: str = "T") -> str:
    return f"{sensor},510822,{time},temperature,{value},celsius,{flag}"


def test_a_year_that_is_seen_has_its_mean_and_one_with_gaps_has_none(tmp_path: Path) -> None:
    # by hand: 2023 whole; of 2024 the month of July and one bad day are missing: (366 - 32) / 366 = 0.913, worst month 0
    whole = [air(day, str(at % 2)) for at, day in enumerate(days("2023-01-01", 365))]
    other = [air(day) for day in days("2024-01-01", 366) if not day.startswith("2024-07") and day != "2024-03-05"]
    write(tmp_path, "sensors", [*whole, *other, air("2024-03-05", "", "bad")])
    table = years(sensors(tmp_path), TODAY, RULES)
    assert table["year"].tolist() == [2023, 2024]
    assert table["coverage"].tolist() == pytest.approx([1, 334 / 366])
    assert table["least_month"].tolist() == [1, 0]
    assert table["told"].tolist() == [True, False]
    assert table["value"][0] == pytest.approx(182 / 365)
    assert np.isnan(table["value"][1])
    # the last good reading is of 31 December 2024, older than 45 days
    assert not table["fresh"].any()
    assert years(sensors(tmp_path), "2025-02-14", RULES)["fresh"].all()
    assert not years(sensors(tmp_path), "2025-02-15", RULES)["fresh"].any()
    listed = gaps(sensors(tmp_path))
    assert listed[["after", "before", "missing"]].to_numpy().tolist() == [
        ["2024-03-04T00:00:00", "2024-03-06T00:00:00", 1],
        ["2024-06-30T00:00:00", "2024-08-01T00:00:00", 31],
    ]


def test_less_than_the_asked_share_tells_nothing(tmp_path: Path) -> None:
    # by hand: every eighth day is missing: 7/8 = 0.875 < 0.9, spread over all months
    kept = [air(day) for at, day in enumerate(days("2023-01-01", 365)) if at % 8]
    write(tmp_path, "sensors", kept)
    (row,) = years(sensors(tmp_path), TODAY, RULES).to_dict("records")
    assert row["coverage"] == pytest.approx(319 / 365)
    assert row["least_month"] > 0.8
    assert not row["told"]


def test_visits_once_a_month_and_clocks_by_the_hour_are_series_too(tmp_path: Path) -> None:
    monthly = [air(f"2023-{month:02d}-15", sensor="M") for month in range(1, 13)]
    hourly = [air(f"{day}T{hour:02d}:00", sensor="H") for day in days("2023-01-01", 365) for hour in range(24)]
    write(tmp_path, "sensors", [*monthly, *hourly])
    table = years(sensors(tmp_path), TODAY, RULES)
    assert table["told"].all()
    assert table["coverage"].tolist() == [1, 1]
    assert gaps(sensors(tmp_path)).empty


def test_anomalies_are_told_against_a_sensors_other_years(tmp_path: Path) -> None:
    # by hand: five years of 10 and 11 degrees in turn, then 13: others 10, 11, 10, 11, 10 have mean 10.4, variance 0.3
    values = {2019: 10, 2020: 11, 2021: 10, 2022: 11, 2023: 10, 2024: 13}
    write(
        tmp_path,
        "sensors",
        [air(f"{year}-{month:02d}-01", str(v)) for year, v in values.items() for month in range(1, 13)],
    )
    readings = sensors(tmp_path)
    found = sensor_estimates(readings, years(readings, TODAY, RULES), [], RULES)
    assert {one.quantity for one in found} == {TEMPERATURE}
    last = found[-1]
    assert last.year == 2024
    assert last.mean == pytest.approx(2.6)
    assert last.sd == pytest.approx(np.sqrt(0.3**2 + 0.3 / 5))
    # four other years are one too few
    write(
        tmp_path,
        "sensors",
        [air(f"{year}-{month:02d}-01", str(v)) for year, v in values.items() if year > 2019 for month in range(1, 13)],
    )
    readings = sensors(tmp_path)
    assert sensor_estimates(readings, years(readings, TODAY, RULES), [], RULES) == []


def stem(sensor: str, start: float, growth: float) -> list[str]:
    """Monthly readings of 2024, and the one of 1 December before; all growth in June."""
    held = [("2023-12-01", start), *((f"2024-{m:02d}-01", start + (growth if m > 6 else 0)) for m in range(1, 13))]
    return [f"{sensor},510822,{day},stem_diameter,{value:.2f},mm,good" for day, value in held]


def test_dendrometers_tell_growth_of_the_carbon_that_others_measured(tmp_path: Path) -> None:
    write(tmp_path, "sensors", [*stem("A", 200, 2), *stem("B", 100, 2)])
    readings = sensors(tmp_path)
    yearly = years(readings, TODAY, RULES)
    stock = Estimate("510822", LIVE_CARBON, 2023, 50.0, 5.0, "plots", "computed", "a survey")
    (one,) = sensor_estimates(readings, yearly, [stock], RULES)
    # by hand: (202/200)^2.5 - 1 and (102/100)^2.5 - 1
    a, b = 1.01**2.5 - 1, 1.02**2.5 - 1
    rate, spread = (a + b) / 2, abs(a - b) / 2
    assert (one.quantity, one.year) == (GROWTH, 2024)
    assert one.mean == pytest.approx(50 * rate)
    off = (0.1 / 2.5) ** 2 + 0.25**2
    assert one.sd == pytest.approx(np.sqrt((50 * spread) ** 2 + (50 * rate) ** 2 * off + (5 * rate) ** 2))
    assert one.status == "assumption", "the power of the diameter is one"
    # without the unit's carbon, or with one stem, nothing is told
    assert sensor_estimates(readings, yearly, [], RULES) == []
    assert sensor_estimates(readings, yearly[yearly["sensor"] == "A"], [stock], RULES) == []


@pytest.mark.parametrize(
    ("row", "column", "hint"),
    [
        ("T,510822,2024-01-03,temprature,3,celsius,good", "variable", "did you mean temperature?"),
        ("T,510822,2024-01-03,temperature,276,kelvin,good", "unit", "temperature is read in celsius"),
        (air("2024-13-03"), "time", "is no time"),
        (air("2024/1/3"), "time", "is no time"),
        (air("2027-01-03"), "time", "after the day of this evaluation"),
        (air("2024-01-03", "276"), "value", "is no temperature (-60 to 60)"),
        (air("2024-01-03", ""), "value", "flagged good and empty"),
        (air("2024-01-03", flag="ok"), "flag", "not one of good, suspect, bad"),
        (air("2024-01-02"), "time", "stands twice"),
        ("T,510821,2024-01-03,temperature,3,celsius,good", "region_code", "stands in 510822 elsewhere"),
        (air("2024-01-03", sensor="U"), "sensor", "no series"),
    ],
)
def test_a_wrong_reading_is_named_with_its_line_and_a_hint(tmp_path: Path, row: str, column: str, hint: str) -> None:
    write(tmp_path, "sensors", [air("2024-01-01"), air("2024-01-02"), row])
    (finding,) = refused(tmp_path)
    assert "sensors.csv:4:" in finding.where
    assert finding.path == column
    assert hint in finding.en
