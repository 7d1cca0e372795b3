"""Check a scenario, a data folder, a workbook or an outcome folder without solving anything."""

import json
from pathlib import Path
from typing import Any

from silvafisc.allocation.audit import audit
from silvafisc.datasets import Finding, InputError
from silvafisc.policy import ParameterTree, Scenario, load_scenario
from silvafisc.policy.offers_scenario import load_offers_scenario
from silvafisc.results import Outcome, OutcomeError
from silvafisc.results.approvals import LOG, Approval, read_head, read_trail, verify_trail
from silvafisc.results.outcome import MARK, hash_folder

from .chain import chain_findings
from .inputs import load_inputs
from .listed_units import listed_units

DEFAULT_SCENARIO = "nation-2026-2028"
"""The shipped scenario; its policy date is the one that tables without a scenario are checked against."""
SCENARIO_SUFFIXES = frozenset({".yaml", ".yml"})


def check_path(path: str | Path) -> list[Finding]:
    """Everything wrong with what lies at a path; empty where nothing is.

    A scenario (YAML file or shipped name) is read, its tables are read, the law of its date is looked up, and the
    offers are made: all that a run does before it solves. Of one with `mode: offers` there is only the file to read.
    Tables (folder of CSV files, or an .xlsx workbook) are read and held against each other.
    An outcome folder is read again, its content hash is formed anew, every amount is audited anew from its tables, its
    approval log is followed line by line and back into the versions that it supersedes, and a step of a budget year is
    followed back through every step before it.

    Raises:
        Infeasible: floors and commitments of the scenario exceed an appropriation.
    """
    place = Path(path)
    try:
        if (place / MARK).is_file():
            return check_outcome(place)
        if place.is_dir() or place.suffix.lower() == ".xlsx":
            load_inputs(place, ParameterTree.load().on(load_scenario(DEFAULT_SCENARIO).policy_date))
        elif place.suffix.lower() in SCENARIO_SUFFIXES or not place.exists():
            scenario = load_offers_scenario(path)
            if isinstance(scenario, Scenario):
                check_scenario(scenario)
        else:
            en = "is neither a scenario (.yaml), a workbook (.xlsx), a folder of tables nor an outcome"
            return [Finding(str(path), "", en, "既不是情景（.yaml）、工作簿（.xlsx）、数据文件夹，也不是结果目录")]
    except InputError as error:
        return list(error.findings)
    except OutcomeError as error:
        return [Finding(str(error.path), "", error.en, error.zh)]
    return []


def check_scenario(scenario: Scenario) -> None:
    """All that a run does before it solves. Raises InputError, Infeasible."""
    from .infeasible import floors_within_envelopes
    from .prepare import prepare

    floors_within_envelopes(prepare(scenario))


def load_outcome(folder: str | Path) -> Outcome:
    """Read an outcome folder.

    Raises:
        OutcomeError: not an outcome, another format version, or damaged in whatever way.
    """
    folder = Path(folder)
    try:
        return Outcome.load(folder)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise OutcomeError(folder, f"is damaged: {error}", f"已损坏：{error}") from error


def check_outcome(folder: Path) -> list[Finding]:
    """Read again, hash again, audit again, follow the chain back. Raises OutcomeError where it cannot be read."""
    return check_loaded(folder, load_outcome(folder))


def check_loaded(folder: Path, outcome: Outcome) -> list[Finding]:
    """The same of an outcome that was just read from its folder."""
    findings = _missing_tables(folder)
    if findings:
        return findings
    formed = hash_folder(folder, outcome.meta)
    if formed != outcome.meta.get("content_hash"):
        en = "the content is not what was written: its hash differs from the one recorded"
        findings.append(Finding(str(folder / MARK), "content_hash", en, "内容与写出时不符：散列值与记录不一致"))
    findings += check_trail(folder, formed)
    try:
        result = audit(outcome.resolved, outcome.inputs, outcome.tables)
        findings += _uncaused_falls(folder, outcome) if result["clean"] else []
    except (KeyError, ValueError, TypeError) as error:
        en, zh = f"cannot be audited: {error!r}", f"无法校核：{error!r}"
        return [*findings, Finding(str(folder), "audit", en, zh)]
    for check in result["checks"]:
        for found in check["findings"]:
            values = f" ({found['expected']} / {found['found']})" if found.get("expected") else ""
            findings.append(
                Finding(
                    str(folder),
                    f"{check['rule']}: {found['where']}",
                    f"{found['en']}{values}",
                    f"{found['zh']}{values}",
                )
            )
    if outcome.audit.get("clean") is not True:
        en, zh = "the recorded audit is not clean", "所记录的校核未通过"
        findings.append(Finding(str(folder / "audit.json"), "clean", en, zh))
    try:
        return [*findings, *chain_findings(folder, outcome)]
    except (KeyError, ValueError, TypeError, OSError) as error:
        en, zh = f"the steps behind it cannot be followed: {error!r}", f"无法回查以前的步骤：{error!r}"
        return [*findings, Finding(str(folder / MARK), "predecessor", en, zh)]


def _uncaused_falls(folder: Path, outcome: Outcome) -> list[Finding]:
    """Listed units that fall like for like and of which reasons.csv gives no cause."""
    if not len(outcome.tables.get("red_flags", ())):  # made before such falls were looked for, or where nobody looks
        return []
    flags = listed_units(outcome.resolved, outcome.inputs, outcome.tables)
    return [
        Finding(str(folder / "reasons.csv"), f"{flag.check}: {flag.region_code}, {flag.reference}", en, zh)
        for flag in flags
        if flag.flagged and flag.region_code
        for en, zh in [(f"{flag.words_en} ({flag.value} yuan)", f"{flag.words_zh}（{flag.value} 元）")]
    ]


def signed_trail(folder: Path) -> tuple[Approval, ...]:
    """The approval trail of an outcome folder, to be printed.

    Raises:
        InputError: the log, or the content that it speaks of, was altered.
        OutcomeError: it cannot be read.
    """
    trail = read_trail(folder)
    if not trail and not read_head(folder):
        return ()
    findings = check_trail(folder, hash_folder(folder, _meta(folder)))
    if findings:
        raise InputError(findings)
    return trail


def check_trail(folder: Path, content_hash: str, seen: frozenset[Path] = frozenset()) -> list[Finding]:
    """What contradicts the approval log of an outcome with that content, or the logs of the versions before it.

    seen: folders of later versions, none of which may be met again.

    Raises:
        OutcomeError: a line that is no entry, or an earlier version that cannot be read.
    """
    trail = read_trail(folder)
    findings = verify_trail(trail, content_hash, read_head(folder), str(folder / LOG))
    if not trail or trail[0].supersedes is None:
        return findings
    first, place = trail[0], f"{folder / LOG}:1"
    missed, old = trail[0].supersedes.content_hash, folder / trail[0].supersedes.folder
    if not (old / MARK).is_file() or old.resolve() in seen | {folder.resolve()}:
        en = f"the version it supersedes is not at {old}; its content hash is {missed}"
        return [*findings, Finding(place, "supersedes", en, f"所接续的版本不在 {old}；其校验值为 {missed}")]
    findings += check_trail(old, hash_folder(old, load_outcome(old).meta), seen | {folder.resolve()})
    before = read_trail(old)
    if any(entry.content_hash != missed for entry in before):
        en, zh = f"{old} is not the version that it supersedes", f"{old} 不是所接续的版本"
        findings.append(Finding(place, "supersedes", en, zh))
    if not before or before[-1].hash != first.previous:
        en = f"entry 1: does not follow the last entry of {old / LOG}: that log was cut, altered or signed after this one began"
        zh = f"第 1 条：与 {old / LOG} 的最后一条不相接：该记录被删改，或在本版本开始会签后又有签署"
        findings.append(Finding(place, "previous", en, zh))
    return findings


def _meta(folder: Path) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads((folder / MARK).read_text(encoding="utf-8"))
    return meta


def _missing_tables(folder: Path) -> list[Finding]:
    """Tables that datapackage.json lists and that are gone."""
    package = folder / "datapackage.json"
    try:
        listed = [str(resource["path"]) for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [Finding(str(package), "", f"cannot be read: {error}", f"无法读取：{error}")]
    return [
        Finding(str(folder / name), "", "this table of the outcome is missing", "结果目录缺少该表")
        for name in [*listed, "audit.json"]
        if not (folder / name).is_file()
    ]
