"""A year of two counties, rolled once for all tests that look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from tests.runs.year.tiny_year import COMPENSATION, FORESTRY, A, B, Years, write_scenario

from silvafisc.runs import run
from silvafisc.runs.beside import Beside


@contextmanager
def answers_alone() -> Iterator[None]:
    """Runs without what a reader asks beside the answer, which takes most of their time and moves no amount."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("silvafisc.runs.run"), "beside", lambda *given: Beside({}))
        yield


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Every test here, and no other."""
    with answers_alone():
        yield


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The solved outcome of 2026."""
    root = tmp_path_factory.mktemp("plain")
    with answers_alone():
        run(write_scenario(root)).save(root / "2026")
    return root / "2026"


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Years:
    """2026 from advance notice to final account, 2027 opened and notified. Instalments: 70 % and 30 % a year later."""
    with answers_alone():
        return rolled(tmp_path_factory.mktemp("chain"))


def rolled(root: Path) -> Years:
    """The steps of `chain`, each from the one before."""
    change = {
        "parameter": "unit_standards.instalments.afforestation",
        "from": "2026-01-01",
        "to": "open",
        "value": "0:0.7;1:0.3",
        "reference": {"title": "a plan of two years, for the test"},
    }
    run(write_scenario(root / "scenario", changes=[change])).save(root / "outcomes" / "2026")
    years = Years(root, root / "outcomes" / "2026")
    shares = {COMPENSATION: "general", FORESTRY: "special"}
    years.step("advance", "2026", "2025-10-30", batch="0", shares=shares)
    years.step("notice", "2026", "2026-03-30", batch="1")
    more = [(A, FORESTRY, "1000.55", "追加文 7 号")]
    years.step("supplement", "2026", "2026-06-30", batch="2", amounts=more, headers={"amounts": "document"})
    years.step("withdrawal", "2026", "2026-07-30", batch="3", amounts=[(B, COMPENSATION, "500")])
    years.step("monitoring", "2026", "2026-12-01", scores=[(A, "95"), (B, "55")])
    settled = [
        (A, COMPENSATION, "22800"),
        (B, COMPENSATION, "10000"),
        (A, FORESTRY, "29000"),
        (B, FORESTRY, "29472.35"),
    ]
    years.step("settlement", "2026", "2027-01-10", settled=settled)
    spent = [(A, COMPENSATION, "22700"), (B, COMPENSATION, "10000"), (A, FORESTRY, "20000"), (B, FORESTRY, "29400")]
    years.step("carry_over", "2026", "2027-01-11", spending=spent)
    years.step("final", "2026", "2027-01-12")
    passed = [(A, "afforestation", "2027", "survival", "0.9"), (B, "afforestation", "2027", "survival", "0.4")]
    years.step(
        "new_year",
        "2027",
        "2027-01-13",
        appropriations=[(COMPENSATION, "2027", "60000"), (FORESTRY, "2027", "90000")],
        acceptance=[(*row, "secondary", "验收表") for row in passed],
    )
    years.step("advance", "2027", "2027-01-14", batch="0", shares=shares, name="advance-2027")
    years.step("notice", "2027", "2027-03-30", batch="1", name="notice-2027")
    return years
