"""A journal of costly answers: an interrupted sweep goes on where it stopped, and ends with the same bytes."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from silvafisc.datasets.findings import Finding, InputError

FORMAT = 1


class Journal:
    """One JSON line per answer, appended as soon as it is known. Without a path it remembers nothing.

    problem: what the answers belong to (hashes and choices); a journal of another problem is refused by name.
    """

    def __init__(self, path: Path | None, problem: Mapping[str, Any]) -> None:
        self._path, self._known = path, dict[str, Any]()
        self._head = {"journal": FORMAT, **problem}
        if path is not None and path.exists():
            self._read(path)

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, key: str, make: Callable[[], Any]) -> Any:
        """The answer under this key; made and written down where it is not known."""
        if self._path is None:
            return make()
        if key not in self._known:
            # Through JSON, so that a first run sees the very values that a later one reads.
            self._known[key] = json.loads(json.dumps(make()))
            self._append({"key": key, "answer": self._known[key]})
        return self._known[key]

    def close(self) -> None:
        """The sweep is complete: the journal has served."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _append(self, entry: Mapping[str, Any]) -> None:
        assert self._path is not None
        new = not self._path.exists()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            for line in ([self._head] if new else []) + [entry]:
                file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")

    def _read(self, path: Path) -> None:
        """Raises InputError for another problem's journal and for a file that is none."""
        text = path.read_text(encoding="utf-8")
        complete, _, torn = text.rpartition("\n")
        try:
            head, *entries = [json.loads(line) for line in complete.split("\n")]
            self._known = {str(entry["key"]): entry["answer"] for entry in entries}
            known = dict(head)
        except (ValueError, KeyError, TypeError):
            raise InputError(
                [
                    Finding(
                        str(path),
                        "",
                        "is no journal of a frontier; name another file",
                        "不是权衡曲线的断点文件；请另选文件",
                    )
                ]
            ) from None
        differs = sorted(name for name in {*self._head, *known} if self._head.get(name) != known.get(name))
        if differs:
            raise InputError(
                [
                    Finding(
                        str(path),
                        name,
                        f"the journal belongs to another problem: {known.get(name)} there, {self._head.get(name)} here; "
                        "remove it or name another file with --resume",
                        f"断点文件属于另一个问题：文件中为 {known.get(name)}，此处为 {self._head.get(name)}；"
                        "请删除该文件或用 --resume 另选文件",
                    )
                    for name in differs
                ]
            )
        if torn:  # the last line was cut off while it was written: that answer is made again
            path.write_text(complete + "\n", encoding="utf-8", newline="\n")
