"""The made-up outcome and its briefings, built once."""

import sys
from pathlib import Path

import pytest

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Briefing
from silvafisc.results import Outcome

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    from tests.briefing.sample import make_outcome

    return make_outcome()


@pytest.fixture(scope="session")
def zh(outcome: Outcome) -> Briefing:
    return build(outcome, "zh")


@pytest.fixture(scope="session")
def en(outcome: Outcome) -> Briefing:
    return build(outcome, "en")
