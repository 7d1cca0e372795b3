"""Who pays whom, and the amounts of the years: the drawings hold the table's numbers, and say what is so."""

from dataclasses import replace

import pandas as pd
from tests.briefing.test_reading import cells, plain, with_table

from silvafisc.briefing.blocks import Figure
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.figures.multiples import MOST_PANELS, small_multiples
from silvafisc.briefing.sections.flows import who_pays_whom, years_picture
from silvafisc.results import Outcome


def figure(found: Figure | None) -> Figure:
    assert found is not None
    return found


def test_every_payer_and_receiver_stands_in_the_table_with_its_sum(outcome: Outcome) -> None:
    """by hand: the sums of the allocation by payer and grade."""
    draft = Draft(outcome, "zh")
    found = figure(who_pays_whom(draft))
    frame, grades = outcome.tables["allocation"], outcome.tables["regions"].set_index("region_code")["grade"]
    by_grade = frame.groupby(frame["region_code"].map(grades).astype(str))["payment_fen"].sum()
    assert len(found.data.rows) == len(by_grade)
    for row, (grade, fen) in zip(found.data.rows, by_grade.items(), strict=True):
        assert cells(row)[0] == f"第 {grade} 档"
        assert row.cells[-1][0].value == fen  # type: ignore[union-attr]
        parts = [cell[0].value for cell in row.cells[1:-1]]  # type: ignore[union-attr]
        assert sum(parts) == fen


def test_a_single_payer_needs_no_drawing(outcome: Outcome) -> None:
    frame = outcome.tables["allocation"].copy()
    frame["central_fen"] = frame["payment_fen"]
    frame[["provincial_fen", "city_fen", "county_fen"]] = 0
    assert who_pays_whom(Draft(with_table(outcome, "allocation", frame), "zh")) is None


def test_the_largest_change_between_first_and_last_year_is_told_in_its_direction(outcome: Outcome) -> None:
    """by hand: one unit falls by a yuan more than any other moves."""
    frame = outcome.tables["allocation"]
    periods = sorted(frame["period"].astype(str).unique())
    first, last = periods[0], periods[-1]
    code = str(frame["region_code"].iloc[0])
    sums = frame.groupby(["region_code", "period"])["payment_fen"].sum().unstack(fill_value=0)
    most = int((sums[last] - sums[first]).abs().max())
    extra = frame[(frame["region_code"] == code) & (frame["period"].astype(str) == first)].iloc[[0]].copy()
    extra["payment_fen"] = 3 * most + 10**12
    more = with_table(outcome, "allocation", pd.concat([frame, extra], ignore_index=True))
    for language, says in (("zh", "少"), ("en", "less")):
        title = plain(figure(years_picture(Draft(more, language))).title)
        assert says in title
        assert first in title
        assert last in title


def test_one_year_or_units_that_are_no_provinces_have_no_maps(outcome: Outcome) -> None:
    frame = outcome.tables["allocation"]
    single = replace(outcome, resolved=replace(outcome.resolved, periods=outcome.resolved.periods[:1]))
    kept = frame[frame["period"].astype(str) == single.resolved.periods[0]].reset_index(drop=True)
    assert years_picture(Draft(with_table(single, "allocation", kept), "zh")) is None


def test_many_years_are_drawn_at_equal_steps_with_the_first_and_last() -> None:
    panels = [(str(2026 + i), {"110000": float(i)}) for i in range(11)]
    svg = small_multiples("m", panels, "zh", ("金额", "0", "10"), "示意图")
    assert svg.startswith("<svg")
    assert svg.count('id="m-axes') == MOST_PANELS + 1  # and the scale
