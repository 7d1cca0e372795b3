"""Arrays beside a table: the same bytes for the same numbers, and nothing of another shape, type or name is taken."""

from pathlib import Path

import numpy as np
import pytest

from silvafisc.datasets import InputError, load_package, package_hash
from silvafisc.datasets.arrays import Arrays, read_arrays, write_arrays

AXES = {"region_code": ("110000", "120000"), "year": ("2026", "2027", "2028")}
DESCRIBED = Arrays.model_validate(
    {
        "path": "arrays.npz",
        "axes": AXES,
        "arrays": [
            {
                "name": name,
                "unit": "tco2e_per_mu",
                "description": {"zh": "甲", "en": "a"},
                "source": "by hand",
                "status": "assumption",
            }
            for name in ("one", "two")
        ],
    }
)
HELD = {
    "two": np.arange(24, dtype=np.float32).reshape(4, 2, 3),
    "one": np.full((4, 2, 3), 0.1, dtype=np.float32),
}


def refused(arrays: dict[str, np.ndarray], path: Path) -> str:
    write_arrays(arrays, path)
    with pytest.raises(InputError) as told:
        read_arrays(path.read_bytes(), DESCRIBED, 4, "somewhere")
    assert all(finding.zh for finding in told.value.findings)
    return "; ".join(f"{finding.path}: {finding.en}" for finding in told.value.findings)


def test_what_is_written_is_read_back_bit_for_bit_and_order_does_not_matter(tmp_path: Path) -> None:
    write_arrays(HELD, tmp_path / "a.npz")
    write_arrays(dict(sorted(HELD.items())), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    found = read_arrays((tmp_path / "a.npz").read_bytes(), DESCRIBED, 4, "a.npz")
    assert {name: array.tobytes() for name, array in found.items()} == {n: a.tobytes() for n, a in HELD.items()}


def test_other_arrays_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    assert "two: stands in the file or in the descriptor only" in refused({"one": HELD["one"]}, path)
    assert "two: float32 (4, 3, 2) instead" in refused({**HELD, "two": HELD["two"].reshape(4, 3, 2)}, path)
    assert "one: float64" in refused({**HELD, "one": HELD["one"].astype(np.float64)}, path)
    gap = HELD["one"].copy()
    gap[1, 1, 1] = np.nan
    assert "one: holds values that are no numbers" in refused({**HELD, "one": gap}, path)


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    write_arrays(HELD, tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    for torn in (whole[: len(whole) // 2], b""):
        with pytest.raises(InputError, match="cannot be read"):
            read_arrays(torn, DESCRIBED, 4, "a.npz")


def test_the_shipped_yields_were_made_of_the_shipped_packages() -> None:
    """Whoever changes an input package must build the yields anew."""
    made = load_package("carbon_yields").made_of
    assert made is not None
    assert {name: package_hash(name) for name in made.packages} == made.packages
