"""The made-up outcome of the briefing's tests as a workbook, made once in each language."""

from collections.abc import Mapping

import pytest

from silvafisc.briefing import build
from silvafisc.briefing.sheets import PlainSheet, by_section
from silvafisc.briefing.words import Words
from silvafisc.results import Outcome
from silvafisc.workbook import outcome_workbook

Sections = list[tuple[str, list[PlainSheet]]]
UNITS = 8
"""Enough for odd fen and every grade; a workbook of 31 units takes seconds."""


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    from tests.briefing.sample import make_outcome

    return make_outcome(UNITS)


@pytest.fixture(scope="session")
def sections(outcome: Outcome) -> Sections:
    """The tables of the Chinese briefing."""
    return by_section(build(outcome, "zh"))


@pytest.fixture(scope="session")
def books(outcome: Outcome, sections: Sections) -> Mapping[str, bytes]:
    """Language -> workbook; the English one without the tables of the briefing."""
    return {
        "zh": outcome_workbook(outcome, Words("zh"), sections),
        "en": outcome_workbook(outcome, Words("en"), []),
    }
