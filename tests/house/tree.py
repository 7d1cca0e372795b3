"""The tracked tree, as the tests of the house look at it."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOTS = ("datasets", "policy", "models", "reports")


@cache
def files() -> tuple[Path, ...]:
    """Every file that git tracks or would track, relative to the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return tuple(sorted(Path(name) for name in set(listed) if name and (ROOT / name).is_file()))


def sources() -> tuple[Path, ...]:
    """Python files of the four roots."""
    return tuple(path for path in files() if path.suffix == ".py" and path.parts[0] in ROOTS)
