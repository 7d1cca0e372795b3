"""The shipped tables of the engine."""

import pytest

from silvafisc.carbon.cbm import NEEDED, Parameters, read_parameters
from silvafisc.datasets import Package, load_package


@pytest.fixture(scope="session")
def tables() -> dict[str, Package]:
    return {name: load_package(name) for name in NEEDED}


@pytest.fixture(scope="session")
def parameters(tables: dict[str, Package]) -> Parameters:
    return read_parameters(tables)
