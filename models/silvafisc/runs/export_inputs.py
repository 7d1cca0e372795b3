"""The input tables of a saved outcome as a workbook that `run --data` reads back: the same tables, so the same answer."""

from pathlib import Path

import pandas as pd

from silvafisc.datasets import Finding, InputError
from silvafisc.economy.ledger import DEMO
from silvafisc.economy.user_tables import to_user
from silvafisc.results import Outcome
from silvafisc.results.outcome import put_in_place

from .draws import are_made
from .input_workbook import input_workbook
from .templates import WORKBOOK, named
from .year_steps import law_on


def write_inputs(outcome: Outcome, folder: Path) -> list[Path]:
    """Write `inputs.xlsx` into `folder`, which is new, empty, or holds an earlier one.

    `silvafisc run SCENARIO --data inputs.xlsx` gives the outcome again. Draws that were given with the tables go along;
    those that were made from the assumptions are made again.

    Raises:
        InputError: `folder` holds something else.
    """
    occupied = folder.is_file() or (folder.is_dir() and any(path.name != WORKBOOK for path in folder.iterdir()))
    if occupied:
        en, zh = "exists and is not an earlier export; choose another --out", "已存在且不是先前的导出目录；请另选 --out"
        raise InputError([Finding(str(folder), "", en, zh)])
    content = inputs_of(outcome)
    folder.mkdir(parents=True, exist_ok=True)
    put_in_place(folder / WORKBOOK, content)
    return [folder / WORKBOOK]


def inputs_of(outcome: Outcome) -> bytes:
    """The bytes of the workbook; the same outcome gives the same bytes."""
    inputs, resolved = outcome.inputs, outcome.resolved
    frames = inputs.tables()
    demonstration = all(frame["source"].astype(str).str.startswith(DEMO).all() for frame in frames.values())
    shown = named({name: to_user(name, frame) for name, frame in frames.items()})
    given: pd.DataFrame | None = inputs.draws
    if given is not None and are_made(inputs, resolved, law_on(outcome, resolved.policy_date)):
        given = None
    return input_workbook(shown, demonstration, given)
