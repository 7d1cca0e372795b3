"""The loans and bonds that are shipped, and where the file of one that a scenario names lies."""

from pathlib import Path

INSTRUMENTS = Path(__file__).parent / "instruments"
"""The folder of the shipped loans and bonds."""


def shipped_instruments() -> list[str]:
    """Names of the shipped instruments, ascending."""
    return sorted(path.stem for path in INSTRUMENTS.glob("*.yaml"))


def instrument_file(name: str, folder: Path) -> Path | None:
    """The file of a path beside the scenario in `folder`, or of a shipped name; None where there is neither."""
    beside, shipped = folder / name, INSTRUMENTS / f"{name}.yaml"
    return next((path for path in (beside, shipped) if path.is_file()), None)
