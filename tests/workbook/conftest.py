"""The made-up outcome of the briefing's tests as a workbook, made once in each language."""

from collections.abc import Mapping

import pytest

from silvafisc.briefing import build
from silvafisc.briefing.sheets import by_section
from silvafisc.briefing.words import Words
from silvafisc.results import Outcome
from silvafisc.workbook import outcome_workbook


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    from tests.briefing.sample import make_outcome

    return make_outcome()


@pytest.fixture(scope="session")
def books(outcome: Outcome) -> Mapping[str, bytes]:
    """Language -> workbook."""
    return {
        language: outcome_workbook(outcome, Words(language), by_section(build(outcome, language)))
        for language in ("zh", "en")
    }
