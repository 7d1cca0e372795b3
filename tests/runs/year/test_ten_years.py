"""Ten years of two counties with scores, failures and spending drawn from a seed: what holds in every one of them."""

import random
from pathlib import Path

import pytest
from tests.cli.command import listing
from tests.runs.year.tiny_year import AREAS, COMPENSATION, FORESTRY, A, B, Years, write_scenario

from silvafisc.allocation.year.book import Book
from silvafisc.allocation.year.closing import available
from silvafisc.quantities import fen_to_yuan, mu_to_tenths
from silvafisc.results import Outcome
from silvafisc.runs import check_path, run
from silvafisc.runs.new_year_inputs import last_standards

FIRST, YEARS = 2026, 10
CATEGORIES = ("public_welfare_collective", "public_welfare_state")
UNITS = [(code, fund) for code in (A, B) for fund in (COMPENSATION, FORESTRY)]


def a_year(years: Years, year: int, draw: random.Random) -> Outcome:
    """Notice to final account, and the next year opened."""
    now = str(year)
    if year % 2:
        years.step("advance", now, f"{year}-01-20", batch="0", shares={COMPENSATION: "general"}, name=f"a{now}")
    out = years.step("notice", now, f"{year}-03-01", batch="1", name=f"n{now}")
    if year % 3 == 0:
        notified = this_year(out, now)
        taken = [(code, COMPENSATION, "321.07") for code in (A, B) if notified[code, COMPENSATION] > 500_00][:1]
        if taken:
            out = years.step("withdrawal", now, f"{year}-07-01", batch="2", amounts=taken, name=f"w{now}")
    scores = [(code, draw.choice(("95", "75", "40"))) for code in (A, B)]
    years.step("monitoring", now, f"{year}-12-01", scores=scores, name=f"m{now}")
    settled = [(*key, fen_to_yuan(draw.randint(fen * 7 // 10, fen))) for key, fen in this_year(out, now).items()]
    out = years.step("settlement", now, f"{year}-12-02", settled=settled, name=f"s{now}")
    money = available(Book.of(out.tables), now)
    spent = [(*key, fen_to_yuan(draw.randint(0, sum(parts.values())))) for key, parts in money.items()]
    years.step("carry_over", now, f"{year}-12-03", spending=spent, name=f"c{now}")
    years.step("final", now, f"{year}-12-04", name=f"f{now}")
    due = [row for row in Book.of(out.tables).year_commitments if (row.state, row.due_year) == ("due", str(year + 1))]
    passed = {(row.region_code, row.measure): draw.choice(("1", "0.9", "0.3")) for row in due}
    rows = [
        (code, measure, year + 1, "survival", share, "secondary", "表") for (code, measure), share in passed.items()
    ]
    tables = {"acceptance": rows} if rows else {}
    appropriations = [(COMPENSATION, year + 1, "80000"), (FORESTRY, year + 1, "90000")]
    date, name = f"{year}-12-05", f"y{year + 1}"
    return years.step("new_year", str(year + 1), date, appropriations=appropriations, name=name, **tables)


def this_year(out: Outcome, year: str) -> dict[tuple[str, str], int]:
    """(unit, fund) -> exact fen notified for a year."""
    batches = [row for row in Book.of(out.tables).notice_batch if row.year == year]
    return {key: sum(row.exact_fen for row in batches if (row.region_code, row.fund) == key) for key in UNITS}


@pytest.mark.slow
def test_ten_years_keep_every_invariant(tmp_path: Path) -> None:
    draw = random.Random(20260101)
    run(write_scenario(tmp_path / "scenario")).save(tmp_path / "outcomes" / "2026")
    years = Years(tmp_path, tmp_path / "outcomes" / "2026")
    plans, seen = {FIRST: Outcome.load(years.folder)}, dict[str, dict[str, bytes]]()
    for year in range(FIRST, FIRST + YEARS):
        plans[year + 1] = a_year(years, year, draw)
        seen |= {name: listing(folder) for name, folder in years.made.items() if name not in seen}
    last = plans[FIRST + YEARS]
    book = Book.of(last.tables)

    # The chain is sound, and nothing in it was touched after it was written.
    assert check_path(years.folder) == []
    assert {name: listing(folder) for name, folder in years.made.items()} == seen

    # Money in = spent + carried + lapsed, every year; over all years the same of what was received.
    assert len(book.year_account) == len(UNITS) * YEARS
    for row in book.year_account:
        assert row.carried_in_fen + row.received_fen == row.spent_fen + row.carried_out_fen + row.lapsed_fen
    end = str(FIRST + YEARS - 1)
    for key in UNITS:
        accounts = [row for row in book.year_account if (row.region_code, row.fund) == key]
        spent, lapsed = sum(row.spent_fen for row in accounts), sum(row.lapsed_fen for row in accounts)
        assert sum(row.received_fen for row in accounts) == spent + lapsed + accounts[-1].carried_out_fen
        assert all(int(row.year) - int(row.origin_year) in (0, 1) for row in book.year_carry)

        # Σ printed = Σ settled − last settlement − Σ recovered + what is still to be taken off.
        settled = [row for row in book.year_settlement if (row.region_code, row.fund) == key]
        batches = [e for e in book.year_ledger if (e.region_code, e.fund) == key and e.year <= end]
        by_year = {e.year: e.batch for e in batches}
        closing = [e for e in batches if e.batch == by_year[e.year]]
        taken = -sum(e.amount_fen for e in closing if e.item == "recovery")
        left = sum(e.amount_fen for e in closing if e.item == "offset_out" and e.year == end)
        printed = sum(row.printed_fen for row in book.notice_batch if (row.region_code, row.fund) == key)
        assert printed == sum(row.settled_fen for row in settled) - settled[-1].settlement_fen - taken + left

    # Standards never fall, and rise by the yearly step; owners get area x standard whatever the scores.
    for year, plan in plans.items():
        for category in CATEGORIES:
            standards = last_standards(plan, category)
            base = 18_00 if category == CATEGORIES[0] else 12_00
            assert set(standards.values()) == {base + (year - FIRST) * 1_00}
            rows = plan.tables["allocation"]
            for code, areas in AREAS.items():
                mine = rows[(rows["region_code"] == code) & (rows["category"] == category)]
                area = mu_to_tenths(areas[CATEGORIES.index(category)])
                assert int(mine["payment_fen"].sum()) == standards[code] * area // 10

    # Every instalment is honoured once or withheld once, and what the plans paid is what the register says.
    later = [row for row in book.year_commitments if row.due_year != row.task_year and row.state != "recovery"]
    assert len({row[:5] for row in later}) == len(later)
    for year in range(FIRST + 1, FIRST + YEARS):
        rows = plans[year].tables["allocation"]
        paid = int(rows[rows["nature"] == "committed"]["payment_fen"].sum())
        assert paid == sum(row.payer_fen for row in later if (row.state, row.due_year) == ("paid", str(year)))
    assert {row.state for row in later} == {"paid", "withheld", "due"}
    assert all(int(row.due_year) >= FIRST + YEARS for row in later if row.state == "due")
