"""What a scenario file says about its own changes: of the law, of assumptions, and the proposal that they model."""

from typing import Literal

from pydantic import Field, model_validator

from .parameter_files import ReferenceFile
from .schema import Date, Label, Quoted, Strict, reject


class ChangeEntry(Strict):
    """A change of the law or of an assumption, from a day to a day, both included."""

    parameter: str
    """Parameter path."""
    from_: Date = Field(alias="from")
    """First day."""
    to: Date | Literal["open"]
    """Last day, or `open`."""
    value: Quoted
    """New value in the parameter's unit, quoted."""
    reference: ReferenceFile
    """Where the proposal stands, or why it is tried."""


class Assumption(Strict):
    """A table of the user's own in place of a shipped assumption table."""

    table: str
    """Input table."""
    file: str | None = None
    """File with the same columns."""
    formula: str | None = None
    """How it is computed."""
    reason: str
    """Why."""


class Provision(Strict):
    """One sentence of the proposal, and what models it."""

    says: Label
    """The sentence."""
    changes: list[str] = Field(default_factory=list)
    """Changed parameters or scenario keys (such as `grades` or `rules`) that model it."""
    not_modelled: Label | None = None
    """Why it is not modelled."""

    @model_validator(mode="after")
    def _one(self) -> "Provision":
        if bool(self.changes) == (self.not_modelled is not None):
            raise reject("give either `changes` or `not_modelled`", "changes 与 not_modelled 须二选一")
        return self
