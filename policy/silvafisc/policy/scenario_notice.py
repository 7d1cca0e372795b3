"""What a scenario says of its notice: the unit of its amounts, and the identity of each fund's batch."""

from typing import Annotated

from pydantic import Field

from .schema import Quoted, Strict, Yuan

Written = Annotated[str, Field(min_length=1)]


class Identity(Strict):
    """Identity of one fund's batch (资金身份). What is left out comes from the record, else stays empty to be filled in."""

    fund_name: Written | None = None
    """资金名称; the fund's own where left out."""
    document_number: Written | None = None
    """指标文号 of this notice."""
    upper_document: Written | None = None
    """上级文号: the notice that brought the money."""
    project_code: Written | None = None
    """项目代码."""
    direct_mark: Written | None = None
    """直达标识."""
    revenue_account: Quoted | None = None
    """收入科目 of the unit that receives."""
    functional_class: Quoted | None = None
    """支出功能科目; several joined by semicolon."""
    economic_class: Quoted | None = None
    """政府预算经济分类."""
    year: Annotated[Quoted, Field(pattern=r"^\d{4}$")] | None = None
    """年度; the first period where left out."""
    batch: Annotated[Quoted, Field(pattern=r"^[1-9]\d*$")] | None = None
    """批次 within the year; the first where left out."""


class Notice(Strict):
    """How the notice prints amounts, and what identifies it."""

    unit: Yuan | None = None
    """Unit in yuan; the practice on record where left out."""
    funds: dict[str, Identity] = Field(default_factory=dict)
    """Fund -> identity of its batch."""
