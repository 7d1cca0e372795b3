"""What holds for every test: a property is judged by its truth, never by how fast the machine was or by luck.

Examples are the same in every run, so that a red run is explained by a change. New ones are looked for with
`pytest --hypothesis-profile explore`; what they find goes in as an `@example`.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("truth", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("truth")


@pytest.fixture(autouse=True, scope="session")
def _one_core() -> Iterator[None]:
    """Commands make all languages in this process, which has imported everything: others would first have to.

    What they do in several processes is tested in tests/briefing/test_side_by_side.py and by commands of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("silvafisc.cli.side_by_side.cores", lambda: 1)
        yield
