"""A use of tonnes that others hold already, as files of instruments and scenarios state it."""

from typing import Literal

from .schema import Date, ShareText, Strict


class ClaimFile(Strict):
    """A use of tonnes that others hold already: a row of the register."""

    code: str
    """Project or parcel."""
    first_year: int
    """First year of removal."""
    last_year: int
    """Last year of removal."""
    share: ShareText
    """Share of the tonnes."""
    use: Literal["credited", "pledged", "sold", "paid"]
    """What for."""
    since: Date
    """First day."""
    until: Date | Literal[""] = ""
    """Last day; empty for good."""
    holder: str
    """Scheme, lender, buyer or payer."""
