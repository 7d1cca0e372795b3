"""Every number of a briefing leads back to the outcome, and shows what stands there."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from silvafisc.briefing.blocks import Briefing, Number, Section, Table, numbers, runs_text
from silvafisc.briefing.keys import KeyResolutionError, Lookup, combine, ref, resolve_key, traces
from silvafisc.results import INPUT_TABLES, Outcome
from silvafisc.results.outcome import outcome_columns


def shown_value(number: Number) -> Fraction:
    return Fraction(Decimal(number.text.replace(",", "").replace("−", "-").replace("+", "")))


def last_place(number: Number) -> Fraction:
    _, _, decimals = number.text.partition(".")
    return Fraction(1, 10 ** len(decimals))


def test_every_number_is_what_its_key_resolves_to(outcome: Outcome, zh: Briefing, en: Briefing) -> None:
    lookup = Lookup(outcome)
    walked = [*numbers(zh), *numbers(en)]
    assert len(walked) > 3000
    assert all(lookup.value(number.key) == number.value for number in walked)


def test_every_number_shows_its_value_within_one_last_place(zh: Briefing, en: Briefing) -> None:
    """Parts of a table are rounded down or up, and its totals are sums of what is shown (31 rows): two places there."""
    for number in [*numbers(zh), *numbers(en)]:
        exact = Fraction(number.value) / Fraction(number.per)
        if number.sign == "words":
            exact = abs(exact)
        error = abs(shown_value(number) - exact)
        assert error <= 2 * last_place(number) or error <= abs(exact) / 1000, number


def test_every_key_draws_on_declared_columns_or_meta(outcome: Outcome, zh: Briefing) -> None:
    declared = {f"{table}.{column.name}" for table, columns in outcome_columns().items() for column in columns}
    declared |= {f"inputs.{table}.{column}" for table, columns in INPUT_TABLES.items() for column in columns}
    declared |= {"standards", "sources"}
    for number in numbers(zh):
        for place in traces(number.key):
            assert place in declared or place.startswith(("meta.", "audit.checks.", "resolved.")), number.key


def test_every_input_figure_in_a_briefing_has_a_line_in_the_ledger(outcome: Outcome, zh: Briefing) -> None:
    lines = set(outcome.tables["sources"]["what"])
    used = {
        place.removeprefix("inputs.")
        for number in numbers(zh)
        for place in traces(number.key)
        if place.startswith("inputs.")
    }
    assert used - lines <= {"factors.value"}, "the made-up ledger has no line for factors"
    assert "areas.area_tenth_mu" in used


def test_a_saved_outcome_gives_the_same_briefing(outcome: Outcome, zh: Briefing, tmp_path: Path) -> None:
    from silvafisc.briefing import build

    outcome.save(tmp_path / "outcome")
    loaded = Outcome.load(tmp_path / "outcome")
    again = build(loaded, "zh")
    assert [n.text for n in numbers(again)] == [n.text for n in numbers(zh)]


def tables(briefing: Briefing) -> Iterator[Table]:
    for section in briefing.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield block


def test_shown_parts_sum_to_the_shown_total_in_rows_and_columns(zh: Briefing, en: Briefing) -> None:
    """by hand: columns of the table of amounts are natures, total, payers, carbon."""
    for briefing in (zh, en):
        table = next(t for t in tables(briefing) if len(t.columns) == 10 and t.dense)
        rows = [[shown_value(cell[0]) for cell in row.cells[1:] if isinstance(cell[0], Number)] for row in table.rows]
        assert len(rows) == 32
        for row in rows:
            assert sum(row[:5]) == row[5]
            assert sum(row[6:8]) == row[5]
        for column in range(len(rows[0])):
            assert sum(row[column] for row in rows[:-1]) == rows[-1][column]


def test_envelope_rows_balance_as_shown(zh: Briefing) -> None:
    """law: appropriation + carried in = paid + instalments due + rest."""
    table = next(t for t in tables(zh) if "平衡" in runs_text(t.caption))
    for row in table.rows:
        left = [shown_value(cell[0]) for cell in row.cells[2:] if isinstance(cell[0], Number)]
        assert left[0] + left[1] == left[2] + left[3] + left[4]
        assert left[4] == left[5] + left[6]


def test_cards_sum_to_the_table(zh: Briefing) -> None:
    annex: Section = zh.sections[-1]
    from silvafisc.briefing.blocks import Card

    cards = [block for block in annex.blocks if isinstance(block, Card)]
    assert len(cards) == 31
    for card in cards:
        table = card.blocks[0]
        assert isinstance(table, Table)
        for column in (2, 4, 6):
            values = [row.cells[column][0] for row in table.rows]
            shown = [shown_value(value) for value in values if isinstance(value, Number)]
            assert sum(shown[:-1]) == shown[-1]


def test_a_key_that_is_not_one_number_is_refused(outcome: Outcome) -> None:
    for key in (
        "allocation[].payment_fen",
        "allocation[region_code=999999].payment_fen",
        "nothing[].sum(x)",
        "allocation[].sum(nothing)",
        "meta.nothing",
        "regions[region_code=110000].last_year_fen",
        "regions[region_code=110000].region_name",
        "ratio(regions[].rows(),difference(regions[].rows(),regions[].rows()))",
        "what is this",
    ):
        with pytest.raises(KeyResolutionError):
            resolve_key(outcome, key)


def test_functions_of_keys(outcome: Outcome) -> None:
    """by hand: 31 units, 27 rows of standards."""
    units, standards = "regions[].distinct(region_code)", "standards[].rows()"
    assert resolve_key(outcome, combine("difference", units, standards)) == 4
    assert resolve_key(outcome, combine("change", units, standards)) == pytest.approx(4 / 27)
    assert resolve_key(outcome, combine("total", units, standards, units)) == 89
    assert resolve_key(outcome, combine("least", units, combine("ratio", units, units))) == 1
    assert resolve_key(outcome, combine("greatest", units, standards)) == 31


def test_marks_in_values_do_not_break_a_key(outcome: Outcome) -> None:
    key = ref("frontier", "rows()", label="a,b]|(c=1)")
    assert resolve_key(outcome, key) == 0
