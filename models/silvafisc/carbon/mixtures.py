"""Texts of the form `name=share;name=share` as numbers."""

import numpy as np
from numpy.typing import NDArray

from .errors import refuse

Array = NDArray[np.float64]
_SUM_TOLERANCE = 0.5e-9


def read_pairs(path: str, text: str) -> dict[str, str]:
    """`a=1;b=2` -> {a: 1, b: 2} as texts. Raises InputError on a part without `=` or a name given twice."""
    pairs: dict[str, str] = {}
    for part in (piece.strip() for piece in text.split(";") if piece.strip()):
        name, found, value = part.partition("=")
        if not found or name.strip() in pairs:
            raise refuse(
                path,
                f"cannot read {part!r}: write name=value, each name once",
                f"无法读取 {part!r}：应为“名称=值”，名称不得重复",
            )
        pairs[name.strip()] = value.strip()
    return pairs


def read_shares(path: str, text: str) -> dict[str, float]:
    """`a=0.4;b=0.6` -> shares. Raises InputError on a share that is no number, or negative."""
    shares: dict[str, float] = {}
    for name, value in read_pairs(path, text).items():
        try:
            shares[name] = float(value)
        except ValueError as error:
            raise refuse(path, f"{value!r} is not a share", f"{value!r} 不是份额") from error
        if not shares[name] >= 0:
            raise refuse(path, f"share of {name!r} is negative or not a number", f"{name!r} 的份额为负或不是数字")
    return shares


def read_mixture(path: str, text: str, names: tuple[str, ...]) -> Array:
    """Shares by position in `names`, which must know every name of the text; the shares sum to 1.

    Raises:
        InputError: unknown name, or a sum other than 1.
    """
    shares = read_shares(path, text)
    unknown = sorted(set(shares) - set(names))
    if unknown:
        raise refuse(
            path, f"unknown names {unknown}; known: {sorted(names)}", f"未知名称 {unknown}；可用：{sorted(names)}"
        )
    total = sum(shares.values())
    if abs(total - 1) > _SUM_TOLERANCE:
        raise refuse(path, f"shares sum to {total}, not to 1", f"份额合计为 {total}，应为 1")
    return np.array([shares.get(name, 0.0) for name in names])
