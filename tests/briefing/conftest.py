"""The made-up outcome and its briefings, built once."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
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


@pytest.fixture(scope="session")
def curve_tables() -> Mapping[str, pd.DataFrame]:
    """The tables of the page of growth curves."""
    from silvafisc.policy import ParameterTree
    from silvafisc.runs.curve_validation import curve_validation

    return curve_validation(ParameterTree.load().on("2026-01-01"))


@pytest.fixture(scope="session")
def shipped_measured() -> Mapping[str, pd.DataFrame]:
    """The tables of the page of the shipped measured figures."""
    from tests.carbon.monitoring.folders import RULES, TODAY

    from silvafisc.runs.monitoring import SHIPPED, measured_tables, read_measured

    return measured_tables(read_measured(SHIPPED, TODAY, RULES), TODAY, RULES)
