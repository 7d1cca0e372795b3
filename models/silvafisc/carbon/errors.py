"""Findings of the carbon model."""

from silvafisc.datasets.findings import Finding, InputError


def refuse(path: str, en: str, zh: str) -> InputError:
    """One finding about a table or parameter of the carbon model, ready to raise."""
    return InputError([Finding("carbon", path, en, zh)])
