"""QuantLib as an oracle: imported without the deprecation warnings of its own wrapper (SWIG types lack `__module__`)."""

import datetime
import warnings

with warnings.catch_warnings():
    warnings.filterwarnings(
        "ignore", message=r"builtin type (SwigPy\w+|swigvarlink) has no __module__", category=DeprecationWarning
    )
    import QuantLib as ql

__all__ = ["COUNTS", "day", "ql"]

COUNTS = {
    "ACT/365": ql.Actual365Fixed(),
    "ACT/360": ql.Actual360(),
    "30/360": ql.Thirty360(ql.Thirty360.BondBasis),
    # without a schedule: given one, ActualActual(ISMA) raises "Dates out of range of schedule" at a shifted maturity
    "ACT/ACT": ql.ActualActual(ql.ActualActual.Bond),
}


def day(date: datetime.date) -> ql.Date:
    """The same day."""
    return ql.Date(date.day, date.month, date.year)
