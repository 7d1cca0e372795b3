"""The briefing of the shipped scenario: every number leads to the outcome, every input figure to the ledger."""

import pytest

from silvafisc.briefing import build
from silvafisc.briefing.blocks import numbers
from silvafisc.briefing.document import unnamed_ids
from silvafisc.briefing.keys import Lookup, traces
from silvafisc.results import Outcome

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_the_real_briefing_is_what_its_key_resolves_to(nation_outcome: Outcome, language: str) -> None:
    lookup = Lookup(nation_outcome)
    walked = list(numbers(build(nation_outcome, language)))
    assert len(walked) > 1500
    assert [n.key for n in walked if lookup.value(n.key) != n.value] == []


def test_every_input_figure_of_the_real_briefing_has_a_line_in_sources(nation_outcome: Outcome) -> None:
    lines = set(nation_outcome.tables["sources"]["what"])
    used = {
        place.removeprefix("inputs.")
        for number in numbers(build(nation_outcome, "zh"))
        for place in traces(number.key)
        if place.startswith("inputs.")
    }
    assert used - lines == set()
    assert used


def test_no_id_of_the_real_outcome_is_printed_raw(nation_outcome: Outcome) -> None:
    assert list(unnamed_ids(nation_outcome)) == []
