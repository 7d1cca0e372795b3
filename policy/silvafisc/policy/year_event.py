"""The file event.yaml: what happened to an outcome in its budget year (年度资金周期), one step at a time."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel

from silvafisc.quantities import share

from .schema import Date, Label, Quoted, Strict, Yuan, reject, validate
from .yaml_source import Document, read_yaml

EVENT = "event.yaml"
Year = Annotated[Quoted, Field(pattern=r"^\d{4}$")]
"""Budget year, quoted."""
Text = Annotated[str, Field(min_length=1)]
LAWFUL_SHARES = {"special": "advance_share_special", "general": "advance_share_general"}
"""Word in an event -> parameter of `calendar.transfers` that it stands for."""


def _advance_share(value: Any) -> str:
    if value in LAWFUL_SHARES:
        return str(value)
    try:
        exact = share(value)
    except (TypeError, ValueError):
        exact = None
    if exact is None or not 0 <= exact <= 1:
        en = f"must be special, general or a quoted share between 0 and 1 (got {value!r})"
        raise reject(en, f"须为 special（专项）、general（一般性）或 0 至 1 之间加引号的比例（现为 {value!r}）")
    return str(value)


AdvanceShare = Annotated[str, BeforeValidator(_advance_share)]


class _Event(Strict):
    """What every step states."""

    year: Year
    """Budget year that the step belongs to."""
    date: Date
    """Day of the step."""
    document: Text
    """Number or title of the paper that it rests on."""
    reason: Text
    """Why, in a sentence."""


class _Batch(_Event):
    """A step that notifies amounts."""

    batch: Text
    """Name of the batch, used once in a year."""


class Advance(_Batch):
    """提前下达: part of the planned year's amount before the budget is approved."""

    kind: Literal["advance"]
    """Name."""
    shares: dict[str, AdvanceShare] = Field(default_factory=dict)
    """Fund -> `special`, `general` (the shares on record) or a share; other funds by the table amounts or not at all."""


class Notice(_Batch):
    """下达: the rest of the year's amount, with last year's settlement, recoveries and offsets."""

    kind: Literal["notice"]
    """Name."""


class Supplement(_Batch):
    """追加: more for some units."""

    kind: Literal["supplement"]
    """Name."""
    added: dict[str, Yuan] = Field(default_factory=dict)
    """Fund -> yuan by which its appropriation of the year was raised; nothing where the rest of the fund pays."""


class Withdrawal(_Batch):
    """追减: less for some units, taken back from what was notified."""

    kind: Literal["withdrawal"]
    """Name."""


class Monitoring(_Event):
    """监测: performance scores of the units."""

    kind: Literal["monitoring"]
    """Name."""


class Settlement(_Event):
    """清算: what units were entitled to in the end."""

    kind: Literal["settlement"]
    """Name."""


class CarryOver(_Event):
    """结转清理: what units spent; what is left is carried or lapses."""

    kind: Literal["carry_over"]
    """Name."""


class Final(_Event):
    """决算: the account of the year."""

    kind: Literal["final"]
    """Name."""


class NewYear(_Event):
    """The next year is opened and solved."""

    kind: Literal["new_year"]
    """Name."""
    scenario: Text | None = None
    """Scenario of the new year; the predecessor's, moved by one year, where left out."""


AnyEvent = Advance | Notice | Supplement | Withdrawal | Monitoring | Settlement | CarryOver | Final | NewYear


class _File(RootModel[Annotated[AnyEvent, Field(discriminator="kind")]]):
    """The file holds one event."""


KINDS: dict[str, Label] = {
    "advance": Label(zh="提前下达", en="advance notice"),
    "notice": Label(zh="下达", en="notice"),
    "supplement": Label(zh="追加", en="supplement"),
    "withdrawal": Label(zh="追减", en="withdrawal"),
    "monitoring": Label(zh="监测", en="monitoring"),
    "settlement": Label(zh="清算", en="settlement"),
    "carry_over": Label(zh="结转清理", en="carry-over"),
    "final": Label(zh="决算", en="final account"),
    "new_year": Label(zh="开启新年度", en="new year"),
}
"""Kinds of steps in the order of a year."""


def read_event(folder: Path) -> tuple[AnyEvent, Document]:
    """The event of a folder, and where each part of it stands. Raises InputError with every finding."""
    document = read_yaml(folder / EVENT)
    return validate(_File, document).root, document
