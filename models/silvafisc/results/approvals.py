"""The approval trail (会签记录): who proposed, reviewed, commented on and approved an outcome, and what they said.

`approvals.jsonl` stands in the outcome folder, outside its content hash: one JSON object a line. Every line names the
content hash that it speaks of and the hash of the line before it, the first line of a version that supersedes another
one the last line of that version's log. `approvals.head` holds the hash of the last line, so that a line cut off at the
end shows as well. A signature is a recorded act, not a cryptographic identity: whoever can write the folder can write a
whole new log; only a paper that printed the last hash contradicts it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from silvafisc.datasets.findings import Finding

from .claims import is_date
from .outcome import OutcomeError, put_in_place

LOG, HEAD = "approvals.jsonl", "approvals.head"
ROLES: Mapping[str, str] = {
    "proposal": "提出（林草）",
    "review": "审核（财政）",
    "opinion": "意见（生态环境）",
    "approval": "批准",
}
"""Role -> its name in Chinese, in the order in which they act."""
VERDICTS: Mapping[str, str] = {"agree": "同意", "object": "不同意", "return": "退回"}


@dataclass(frozen=True)
class Superseded:
    """The version that this one replaces, and what changed from it to this one.

    content_hash, folder: of the old version; the folder, relative to the new one, is only where to look. up, down, same:
    units that get more, less, as much; up_fen, down_fen: by how much in all, both >= 0; old_fen, new_fen: all money;
    standards: published standards that changed; why: the reason as stated.
    """

    content_hash: str
    folder: str
    up: int
    down: int
    same: int
    up_fen: int
    down_fen: int
    old_fen: int
    new_fen: int
    standards: int
    why: str


@dataclass(frozen=True)
class Approval:
    """One line of the log.

    previous: hash of the line before, '' where there is none. content_hash: the outcome it speaks of. date: ISO.
    supersedes: on the first line of a version that replaces another one. hash: SHA-256 of all the rest.
    """

    previous: str
    content_hash: str
    role: str
    name: str
    verdict: str
    opinion: str
    date: str
    supersedes: Superseded | None = None
    hash: str = ""

    def formed_hash(self) -> str:
        """SHA-256 over every field but `hash` itself, as JSON with sorted keys."""
        kept = {key: value for key, value in asdict(self).items() if key != "hash"}
        return hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def sealed(self) -> "Approval":
        """The same with its hash."""
        return replace(self, hash=self.formed_hash())

    def line(self) -> str:
        """As it stands in the log, without line end."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_trail(folder: Path) -> tuple[Approval, ...]:
    """The log of an outcome folder in its order; empty where nobody has signed. It is not verified here.

    Raises:
        OutcomeError: a line that is no entry, named by its number.
    """
    path = Path(folder) / LOG
    if not path.is_file():
        return ()
    try:
        # Not splitlines: an opinion may hold characters that Python takes for line ends.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise OutcomeError(path, f"is damaged: {error}", f"已损坏：{error}") from error
    return tuple(_entry(path, number, line) for number, line in enumerate(lines, 1)) if lines != [""] else ()


def read_head(folder: Path) -> str:
    """The recorded hash of the last line; '' where none is recorded."""
    path = Path(folder) / HEAD
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""


def _entry(path: Path, number: int, line: str) -> Approval:
    try:
        found = json.loads(line)
        old = found.pop("supersedes")
        entry = Approval(**found, supersedes=None if old is None else Superseded(**old))
        _require_kinds(entry)
        if old is not None:
            _require_kinds(entry.supersedes)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        where = path.with_name(f"{path.name}:{number}")
        raise OutcomeError(where, f"is no entry of an approval log: {error}", f"不是会签记录：{error}") from error
    return entry


def _require_kinds(entry: Any) -> None:
    for item in fields(entry):
        value = getattr(entry, item.name)
        if item.type is str and not isinstance(value, str):
            raise TypeError(f"{item.name} must be text")
        if item.type is int and type(value) is not int:
            raise TypeError(f"{item.name} must be a whole number")


def refusal(trail: Sequence[Approval], role: str, verdict: str) -> tuple[str, str] | None:
    """Why nobody may act so after this trail, in English and Chinese; None where they may.

    The proposal comes first and once; review and opinion follow it in any order and number; approval needs a review,
    and comes last. Where anybody objects or returns, the version is not approved: a new one answers it.
    """
    if role == "proposal" and verdict != "agree":
        return "a proposal carries no verdict of its own: state none", "提出方案不带审核结论，请勿填写 verdict"
    if any(entry.role == "approval" and entry.verdict == "agree" for entry in trail):
        return "it is approved; a change needs a new version", "已批准；如需调整应另出新版本"
    proposed = any(entry.role == "proposal" for entry in trail)
    if role == "proposal" and proposed:
        return "it is proposed already; another proposal needs a new version", "已提出过；另行提出应另出新版本"
    if role != "proposal" and not proposed:
        return "nothing is proposed yet: the proposal comes first", "尚未提出方案：应先由林草部门提出"
    against = next(((at, entry) for at, entry in enumerate(trail, 1) if entry.verdict != "agree"), None)
    if role == "approval" and against is not None:
        at, entry = against
        en = f"entry {at} ({entry.role}, {entry.name}: {entry.verdict}) stands against it; a new version has to answer it"
        by, said = ROLES.get(entry.role, entry.role), VERDICTS.get(entry.verdict, entry.verdict)
        zh = f"第 {at} 条（{by}，{entry.name}）{said}；应另出新版本予以回应"
        return en, zh
    if role == "approval" and not any(entry.role == "review" for entry in trail):
        return "finance has not reviewed it: approval needs a review", "财政部门尚未审核：未经审核不得批准"
    return None


def misstated(entry: Approval, last: Approval | None) -> Iterator[tuple[str, str, str]]:
    """(field, English, Chinese) of everything that an entry may not say by itself, or after the last one."""
    for name, known in (("role", ROLES), ("verdict", VERDICTS)):
        value = getattr(entry, name)
        if value not in known:
            yield name, f"unknown {value!r}; known: {', '.join(known)}", f"未知的 {value!r}；可用：{'、'.join(known)}"
    for name in ("name", "opinion"):
        if not getattr(entry, name).strip():
            yield name, "must not be empty", "不得为空"
    if not is_date(entry.date):
        yield "date", f"not a date YYYY-MM-DD: {entry.date!r}", f"不是 YYYY-MM-DD 日期：{entry.date!r}"
    elif last is not None and entry.date < last.date:
        yield "date", f"lies before that of the entry before ({last.date})", f"早于上一条的日期（{last.date}）"
    if entry.supersedes is not None and not entry.supersedes.why.strip():
        yield "why", "must say why the version before was changed", "须说明为何修改上一版本"


def verify_trail(trail: Sequence[Approval], content_hash: str, head: str, where: str) -> list[Finding]:
    """Everything that contradicts a log, at the line of the entry; empty where it holds.

    content_hash: of the outcome as it stands now. head: recorded hash of the last line. where: the log's file.
    """
    findings: list[Finding] = []

    def note(at: int, path: str, en: str, zh: str) -> None:
        findings.append(Finding(f"{where}:{at}", path, f"entry {at}: {en}", f"第 {at} 条：{zh}"))

    last: Approval | None = None
    for at, entry in enumerate(trail, 1):
        if entry.hash != entry.formed_hash():
            note(at, "hash", "its text is not what was signed", "内容与签署时不符")
        if entry.content_hash != content_hash:
            note(at, "content_hash", "it speaks of another content than this outcome's", "所签的不是本结果现有内容")
        follows = entry.previous == last.hash if last else (entry.previous == "") == (entry.supersedes is None)
        if not follows:
            note(at, "previous", *_out_of_place(trail, at, entry))
        if last and entry.supersedes is not None:
            note(at, "supersedes", "only the first entry may follow another version", "只有第一条可以接续另一版本")
        wrong = list(misstated(entry, last))
        for path, en, zh in wrong:
            note(at, path, en, zh)
        refused = None if wrong else refusal(trail[: at - 1], entry.role, entry.verdict)
        if refused:
            note(at, "role", *refused)
        last = entry
    # A log that is one line ahead of its head was being signed when the power went: the line itself is whole.
    ends = {entry.hash for entry in trail[-2:]} if trail else {""}
    if head not in ends | ({""} if len(trail) == 1 else set()):
        en = "the last line recorded is not there: lines were removed at the end, or written past `silvafisc sign`"
        zh = "所记录的最后一条不在其中：末尾有记录被删除，或绕过 silvafisc sign 写入"
        findings.append(Finding(f"{where}:{len(trail) or 1}", HEAD, en, zh))
    return findings


def _out_of_place(trail: Sequence[Approval], at: int, entry: Approval) -> tuple[str, str]:
    """Why an entry does not follow the one before it."""
    home = next((number for number, other in enumerate(trail, 1) if other.hash == entry.previous), None)
    if home is not None:
        return f"it was signed after what is now entry {home}: lines were moved or inserted", (
            f"签署于现第 {home} 条之后：记录被移动或插入"
        )
    if at == 1:
        return "the line that it followed is gone", "它之前的记录已被删除"
    return f"it does not follow entry {at - 1}: a line was removed, inserted or altered", (
        f"与第 {at - 1} 条不相接：有记录被删除、插入或改动"
    )


def append(folder: Path, entry: Approval) -> None:
    """Add a sealed entry to the log. The log is replaced in one step: an interrupted write leaves the old one whole.

    Raises:
        OutcomeError: somebody else has signed since the entry was made.
    """
    folder = Path(folder)
    trail = read_trail(folder)
    if entry.previous != (trail[-1].hash if trail else entry.previous if entry.supersedes else ""):
        raise OutcomeError(folder / LOG, "somebody else has just signed; sign again", "他人刚刚签署，请重新签署")
    log = folder / LOG
    standing = log.read_text(encoding="utf-8").removesuffix("\n") + "\n" if trail else ""
    put_in_place(log, f"{standing}{entry.line()}\n".encode())
    put_in_place(folder / HEAD, f"{entry.hash}\n".encode())
