"""The part of a scenario that says where its tonnes come from."""

from typing import Literal

from pydantic import model_validator

from .schema import Strict, reject


class CarbonSource(Strict):
    """Where the tonnes per mu come from."""

    engine: Literal["stock_change", "full"] = "stock_change"
    """`stock_change`: living trees by growth curves; `full`: all pools, products and gases, from the built yields."""
    climate: str | None = None
    """Climate of the full engine; today's where left out."""
    member: Literal["miami", "thornthwaite_memorial"] | None = None
    """Model of growth, needed where the two differ."""
    yields: str | None = None
    """Folder of yields beside this file, as `silvafisc carbon build` writes it; the shipped ones where left out."""

    uncertainty: str | None = None
    """Folder of the yields' uncertainty beside this file, as `silvafisc carbon draws` writes it; the shipped one where left
    out."""

    @model_validator(mode="after")
    def _read(self) -> "CarbonSource":
        stated = [name for name in ("climate", "member", "yields", "uncertainty") if getattr(self, name) is not None]
        if self.engine == "stock_change" and stated:
            names = ", ".join(stated)
            raise reject(f"only `engine: full` reads {names}", f"只有 engine: full 才读取 {names}")
        return self
