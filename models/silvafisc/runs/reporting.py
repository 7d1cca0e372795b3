"""Who reports and who verifies a figure of a unit: what the inputs say, and nothing where they do not say it."""

from silvafisc.datasets.findings import Finding
from silvafisc.economy.perturbation import INDICATORS
from silvafisc.results import UnitInputs

from .needs import some


def reporters(inputs: UnitInputs, kind: str, item: str) -> dict[str, tuple[str, str]]:
    """region_code -> who reports and who verifies; '' for either where nobody is named, no entry where nothing is said.

    kind: `factor` (the rows of factors), else as the table `reporting` has it. A certified area of which nobody else is
    named is verified by its document.
    """
    if kind == "factor":
        rows = inputs.factors[inputs.factors["factor"] == item]
        named = zip(rows["region_code"], rows["reported_by"].fillna(""), rows["verified_by"].fillna(""), strict=True)
        return {str(code): (str(by), str(checked)) for code, by, checked in named}
    found: dict[str, tuple[str, str]] = {}
    if kind == "area":
        rows = inputs.areas[inputs.areas["category"] == item]
        documents = zip(rows["region_code"], rows["certified"], rows["document"].fillna(""), strict=True)
        found = {str(code): ("", str(text) if certified else "") for code, certified, text in documents}
    if inputs.reporting is not None:
        rows = inputs.reporting[(inputs.reporting["kind"] == kind) & (inputs.reporting["item"] == item)]
        named = zip(rows["region_code"], rows["reported_by"].fillna(""), rows["verified_by"].fillna(""), strict=True)
        for code, by, checked in named:
            found[str(code)] = (str(by), str(checked) or found.get(str(code), ("", ""))[1])
    return found


def unknown_figures(inputs: UnitInputs) -> list[Finding]:
    """Rows of `reporting` that speak of a figure that no table has."""
    if inputs.reporting is None:
        return []
    known = {
        "indicator": set(INDICATORS),
        "area": set(inputs.areas["category"]),
        "need": set(inputs.tasks["measure"]),
    }
    findings = []
    for kind, items in known.items():
        named = set(inputs.reporting.loc[inputs.reporting["kind"] == kind, "item"])
        if named - items:
            shown, there = some(sorted(named - items)), some(sorted(items))
            en = f"the table reporting names figures of kind {kind} that are not there: {shown}; there are {there}"
            zh = f"reporting 表列有输入中没有的 {kind}：{shown}；现有：{there}"
            findings.append(Finding("reporting.csv", f"reporting.{kind}", en, zh))
    return findings
