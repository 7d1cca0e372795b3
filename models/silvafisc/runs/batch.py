"""Many variants of a scenario solved, each into a folder of its own; what is finished is kept when the batch is run again."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import ParameterTree, Scenario
from silvafisc.results import OutcomeError, UnitInputs
from silvafisc.results.outcome import MARK, hash_folder, put_in_place, refuse_foreign, replace_folder, write_csv

from .carbon_source import yields_hash
from .carbon_uncertainty import uncertainty_hash
from .check import load_outcome
from .errors import Infeasible
from .inputs import load_inputs
from .meta import table_hashes
from .run import run
from .spread import spread, versions
from .vary import Variant

LOG, TABLE = "batch.json", "batch.csv"
SOLVED, INFEASIBLE, KEPT = "solved", "infeasible", "kept"
Say = Callable[[str, str], None]
"""Called with each variant's id and what became of it: solved, infeasible or kept."""


@dataclass(frozen=True)
class Job:
    """One variant and where its own tables lie, absolute; None = the shipped ones."""

    scenario: Scenario
    data: Path | None


@dataclass(frozen=True)
class Solved:
    """The files of an outcome folder by relative path, or why there is none."""

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Member:
    """One variant of a finished batch. folder: None where it is infeasible; findings say why."""

    variant: Variant
    folder: Path | None
    findings: tuple[Finding, ...]


def solve_job(job: Job) -> Solved:
    """Solve, settle and audit one variant. Raises InputError, AuditError as `run`."""
    try:
        outcome = run(job.scenario, data=job.data)
    except Infeasible as error:
        return Solved({}, tuple(error.findings))
    with tempfile.TemporaryDirectory(prefix="silvafisc-") as place:
        folder = Path(place) / "outcome"
        outcome.save(folder)
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    return Solved(files)


def run_batch(
    variants: Sequence[Variant],
    folder: Path,
    *,
    data: str | Path | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    say: Say = lambda name, status: None,
) -> list[Member]:
    """Solve every variant into `<folder>/<id>`, and write batch.csv.

    Args:
        folder: new, empty, or that of an earlier batch. A variant is kept where the log batch.json knows it with the same
            scenario, tables, law and versions, and its files are what they were. data: stands for the scenario's own tables.
        jobs, cluster: see `spread`. With a cluster, the user's own tables and built yields must lie at the same absolute path
            for every worker.

    Returns:
        In the order of the variants. The bytes of an outcome do not depend on jobs or cluster.

    Raises:
        InputError: a variant that cannot be solved as stated, or a folder that is no batch. Finished variants stay.
    """
    refuse_folder(folder)
    law = _digest(sorted(ParameterTree.load().parameters.items()))
    of = [Job(v.scenario, _absolute(data or v.scenario.data_folder)) for v in variants]
    keys = _keys(of, law)
    folder.mkdir(parents=True, exist_ok=True)
    log = _read_log(folder)
    _put_log(log, folder)  # from now on the folder is a batch, however soon it is interrupted
    todo = []
    for at, variant in enumerate(variants):
        if _finished(folder / variant.id, log.get(variant.id), keys[at]):
            say(variant.id, KEPT)
        else:
            refuse_foreign(folder / variant.id)
            todo.append(at)
    for position, solved in spread(solve_job, [of[at] for at in todo], jobs, cluster) if todo else ():
        at = todo[position]
        name = variants[at].id
        entry = {"key": keys[at], "status": INFEASIBLE if solved.findings else SOLVED}
        if solved.files:
            entry["content_hash"] = _put(solved.files, folder / name)
        log[name] = entry | {"findings": [[f.where, f.path, f.en, f.zh] for f in solved.findings]}
        _put_log(log, folder)
        say(name, str(entry["status"]))
    members = [_member(folder, variant, log[variant.id]) for variant in variants]
    put_table(members, folder)
    return members


def refuse_folder(folder: Path) -> None:
    """Raise InputError where `folder` holds something else than a batch."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / LOG).is_file()):
        en = "exists and is no batch; it will not be written into. Choose another --out"
        raise InputError([Finding(str(folder), "--out", en, "已存在且不是批量测算目录，不会写入；请另选 --out")])


def put_table(members: Sequence[Member], folder: Path) -> None:
    """batch.csv: one row per variant with its values, status, money, tonnes, objectives, folder and, where there is none, why."""
    rows = []
    for member in members:
        row: dict[str, Any] = {"id": member.variant.id, **member.variant.values}
        row["status"] = INFEASIBLE if member.folder is None else SOLVED
        if member.folder is not None:
            meta = json.loads((member.folder / MARK).read_text(encoding="utf-8"))
            allocation = pd.read_csv(member.folder / "allocation.csv", usecols=["payment_fen", "carbon_tco2e"])
            row |= {"path": member.folder.name, "content_hash": meta["content_hash"]}
            row |= {"payment_fen": int(allocation["payment_fen"].sum())}
            row |= {"carbon_tco2e": float(allocation["carbon_tco2e"].sum(min_count=1))}
            row |= {f"objective.{entry['term']}_{entry['unit']}": entry["value"] for entry in meta["objectives"]}
        row |= {"why_zh": "；".join(f.zh for f in member.findings), "why_en": "; ".join(f.en for f in member.findings)}
        rows.append(row)
    frame = pd.DataFrame(rows)
    last = [name for name in ("path", "content_hash", "why_zh", "why_en") if name in frame]
    frame = frame[[*(name for name in frame.columns if name not in last), *last]]
    if "payment_fen" in frame:
        frame["payment_fen"] = frame["payment_fen"].astype("Int64")
    with tempfile.TemporaryDirectory(prefix=".batch-", dir=folder) as staging:
        write_csv(frame, Path(staging) / TABLE)
        put_in_place(folder / TABLE, (Path(staging) / TABLE).read_bytes())


def most_telling(members: Sequence[Member], most: int) -> list[Member]:
    """The solved members that a comparison of at most `most` shows, the reference first.

    The reference is the scenario as it is where it is among them, else the first solved one. Then come those that differ
    from it in one value, then the others, each in the order of the batch.
    """
    solved = [member for member in members if member.folder is not None]
    if not solved:
        return []
    reference = next((member for member in solved if member.variant.stated), solved[0])

    def distance(member: Member) -> int:
        mine, others = member.variant.values, reference.variant.values
        return sum(mine[name] != others[name] for name in others)

    return sorted(solved, key=distance)[:most]


def _absolute(data: str | Path | None) -> Path | None:
    return None if data is None else Path(data).resolve()


def _keys(jobs: Sequence[Job], law: str) -> list[str]:
    """What decides the bytes of each outcome; tables are read once for variants that read them alike."""
    tree, read = ParameterTree.load(), dict[str, UnitInputs]()
    keys = []
    for job in jobs:
        scenario = job.scenario
        changes = scenario.parameter_changes()
        source = _digest([str(job.data or scenario.data), scenario.policy_date, [str(c) for c in changes]])
        if source not in read:
            read[source] = load_inputs(job.data or scenario.data, tree.apply(changes).on(scenario.policy_date))
        built = "" if scenario.carbon.engine == "stock_change" else [yields_hash(scenario), uncertainty_hash(scenario)]
        draws = read[source].draws
        tables = [sorted(table_hashes(read[source]).items()), None if draws is None else draws.to_csv(index=False)]
        keys.append(_digest([scenario.to_json(), tables, built, law, versions()]))
    return keys


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _read_log(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / LOG
    try:
        log: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return {str(name): _whole(name, dict(entry)) for name, entry in log.items()}
    except (ValueError, TypeError, AttributeError) as error:
        en, zh = f"is damaged: {error}; remove it to solve all variants again", f"已损坏：{error}；删去后将全部重新求解"
        raise InputError([Finding(str(path), "", en, zh)]) from None


def _whole(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """The entry of a variant; ValueError where it lacks what a batch writes into it."""
    texts = ("key", "content_hash") if entry.get("status") == SOLVED else ("key",)
    whole = (
        entry.get("status") in (SOLVED, INFEASIBLE)
        and all(isinstance(entry.get(text), str) for text in texts)
        and isinstance(entry.get("findings"), list)
        and all(len(parts) == len(fields(Finding)) for parts in entry["findings"])
    )
    if not whole:
        raise ValueError(f"the entry of {name!r} is not whole")
    return entry


def _put_log(log: Mapping[str, Any], folder: Path) -> None:
    put_in_place(folder / LOG, (json.dumps(log, ensure_ascii=False, indent=1) + "\n").encode())


def _finished(folder: Path, entry: Mapping[str, Any] | None, key: str) -> bool:
    """Whether the log knows this variant as it is now, and its outcome is what was written."""
    if entry is None or entry.get("key") != key:
        return False
    if entry["status"] == INFEASIBLE:
        return True
    try:
        return hash_folder(folder, load_outcome(folder).meta) == str(entry["content_hash"])
    except OutcomeError:
        return False


def _put(files: Mapping[str, bytes], folder: Path) -> str:
    """Put the files in the place of `folder`, whole or not at all; the content hash."""
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as staging:
        place = Path(staging) / folder.name
        place.mkdir()
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        replace_folder(place, folder)
    return load_outcome(folder).content_hash


def _member(folder: Path, variant: Variant, entry: Mapping[str, Any]) -> Member:
    findings = tuple(Finding(*(str(part) for part in parts)) for parts in entry["findings"])
    return Member(variant, None if entry["status"] == INFEASIBLE else folder / variant.id, findings)
