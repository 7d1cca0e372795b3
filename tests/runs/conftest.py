"""One run of the shipped national scenario serves all tests that look at its outcome."""

from pathlib import Path

import pytest

from silvafisc.results import Outcome


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shipped national outcome."""
    from silvafisc.runs import run

    folder = tmp_path_factory.mktemp("nation") / "outcome"
    run("nation-2026-2028").save(folder)
    return folder


@pytest.fixture(scope="session")
def nation_outcome(nation: Path) -> Outcome:
    """The same outcome as it is read back."""
    return Outcome.load(nation)
