"""Tonnes of a forest project as the carbon engine credits them: the yields of a scenario, times the project's area."""

from fractions import Fraction
from typing import TypeVar

from silvafisc.datasets import InputError, worst_status
from silvafisc.finance.instruments.carbon_bond import CarbonBond
from silvafisc.finance.instruments.carbon_fields import EngineFile, ProjectFile
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.finance.instruments.compensation_loan import CompensationLoan
from silvafisc.finance.instruments.fields import Evidence, finding
from silvafisc.policy.schema import hint
from silvafisc.policy.yaml_source import Document, Path_
from silvafisc.results import Yields

AnyFile = TypeVar("AnyFile", CarbonPledgeLoan | CompensationLoan, CarbonBond)
_DIGITS = 6
"""Decimals of the tonnes of a year: a gram."""
_KEYS = ("region_code", "measure", "period")


def credited(file: AnyFile, document: Document) -> AnyFile:
    """The file with the tonnes of its project, where it leaves them to the carbon engine; else as it is.

    tonnes of a year = credited tonnes per mu x area, of the years of the crediting period up to the engine's horizon.
    What the file's facts are known by becomes the worst of its own status and of all that the engine read.

    Raises:
        InputError: no such scenario, or nothing of this unit, measure and period in its yields.
    """
    if isinstance(file, CarbonPledgeLoan):
        found = _told(file.project, document, ("project", "engine"))
        if found is not None:
            return file.model_copy(update={"project": found[0], "evidence": _known(file.evidence, found[1])})
    elif isinstance(file, CarbonBond) and file.forest is not None:
        found = _told(file.forest.project, document, ("forest", "project", "engine"))
        if found is not None:
            forest = file.forest.model_copy(update={"project": found[0]})
            return file.model_copy(update={"forest": forest, "evidence": _known(file.evidence, found[1])})
    return file


def _told(project: ProjectFile, document: Document, path: Path_) -> tuple[ProjectFile, str] | None:
    """The project with its tonnes, and the worst status of what the engine read; None where the file states them."""
    if project.engine is None:
        return None
    yields, status = _yields(project.engine, document, path)
    return project.model_copy(update={"tonnes": _tonnes(project, project.engine, yields, document, path)}), status


def _known(evidence: Evidence, status: str) -> Evidence:
    return evidence.model_copy(update={"status": worst_status(evidence.status, status)})


def _yields(engine: EngineFile, document: Document, path: Path_) -> tuple[Yields, str]:
    """The yields of the scenario, and the worst status of the parameters that it read."""
    from .prepare import prepare  # the whole allocation stands behind it, and few instruments ask

    try:
        prepared = prepare(engine.scenario)
    except InputError as error:
        place = (*path, "scenario")
        findings = [
            finding(document.where, place, f"{one.where}: {one.en}", f"{one.where}：{one.zh}") for one in error.findings
        ]
        raise InputError(findings) from None
    statuses = (prepared.rules.entry(name).status for name in prepared.rules.used)
    return prepared.yields, worst_status(*statuses)


def _tonnes(
    project: ProjectFile, engine: EngineFile, yields: Yields, document: Document, path: Path_
) -> dict[str, str]:
    rows = yields.table
    for key in _KEYS:
        wanted = str(getattr(engine, key))
        known = sorted({str(name) for name in rows[key]})
        if wanted not in known:
            more_en, more_zh = hint(wanted, known)
            en = f"the engine tells nothing of {wanted!r} here{more_en}"
            raise InputError(
                [finding(document.where, (*path, key), en, f"碳汇测算模块没有 {wanted!r} 的结果{more_zh}")]
            )
        rows = rows[rows[key] == wanted]
    per_mu = dict(zip(rows["year"], rows["credited_tco2e_per_mu"], strict=True))
    if not any(per_mu.values()):
        en = f"the engine credits nothing to {engine.measure}: only what the crediting rules name earns credits"
        zh = f"碳汇测算模块对 {engine.measure} 未计碳信用：只有计入规则列明的措施产生碳信用"
        raise InputError([finding(document.where, (*path, "measure"), en, zh)])
    years = [year for year in sorted(per_mu) if project.crediting_from <= year <= project.last_year]
    if not years or years[0] > project.crediting_from:
        en = f"the engine begins with {min(per_mu)}, after the crediting period does"
        zh = f"碳汇测算模块自{min(per_mu)}年起算，晚于计入期起始年"
        raise InputError([finding(document.where, path, en, zh)])
    area = Fraction(project.area_mu)
    return {str(year): f"{float(area) * float(per_mu[year]):.{_DIGITS}f}" for year in years}
