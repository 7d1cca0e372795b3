"""Findings of the carbon model."""

from collections.abc import Iterator
from contextlib import contextmanager

from silvafisc.datasets.findings import Finding, InputError


def refuse(path: str, en: str, zh: str) -> InputError:
    """One finding about a table or parameter of the carbon model, ready to raise."""
    return InputError([Finding("carbon", path, en, zh)])


@contextmanager
def needs(module: str, extra: str, name: str = "") -> Iterator[None]:
    """Around the import of a library of an extra. name: what it is called where that is not the module's name.

    Raises:
        InputError: the library is missing; names what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        # Another module that is missing inside the library is its own fault, and not mended by the extra.
        if (error.name or "").split(".")[0] != module:
            raise
        shown = name or module
        en, zh = f"needs {shown}: pip install 'silvafisc[{extra}]'", f"需要 {shown}：pip install 'silvafisc[{extra}]'"
        raise refuse(shown, en, zh) from None
