"""Dates in files: ISO 8601 knows several ways to write a day, and only one sorts as text."""

import pytest
from pydantic import TypeAdapter, ValidationError

from silvafisc.policy.schema import Date


@pytest.mark.parametrize("written", ["2026-W01-1", "20260101", "2026-1-1", "2026-02-30"])
def test_only_year_month_day_is_a_date(written: str) -> None:
    # 2026-W01-1 is 29 December 2025 and has ten characters as well; as text it would come after every day of 2026
    with pytest.raises(ValidationError, match="not a date YYYY-MM-DD"):
        TypeAdapter(Date).validate_python(written)


def test_a_day_is_kept_as_it_is_written() -> None:
    assert TypeAdapter(Date).validate_python("2026-01-01") == "2026-01-01"
