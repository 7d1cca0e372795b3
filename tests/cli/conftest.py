"""Fixtures of the command's tests."""

import pytest
from tests.cli.command import Talk


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Talk:
    """The command, run in this process."""
    return Talk(capsys)
