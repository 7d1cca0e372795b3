"""Every amount of the allocation, recomputed by the published formula, in both directions: none missing, none extra."""

from collections.abc import Mapping

from .case import PAYERS, Case, Key, Row
from .expected import Expected, expected_rows
from .finding import Check


def examine(case: Case, check: Check) -> None:
    """amount_r = Σ_c entitlement(area_rc, s_c) + Σ_j apportion(pot_j, value_rj) + tasks + committed, row by row.

    A row without money and area may be left out; a row that the formula does not know may not be there at all.
    """
    expected = expected_rows(case, check)
    for row in case.rows:
        if row.key not in expected:
            check.refuse(row.where, "公式中没有这一行", "the formula knows no such row", found=f"{row.payment} fen")
    committed: dict[Key, list[Row]] = {}
    for row in case.rows:
        if row.nature == "committed":
            committed.setdefault(row.key, []).append(row)
    for key, should in expected.items():
        where = f"allocation: region_code={key[0]}, nature={key[1]}, fund={key[2]}, measure={key[3]}, " + (
            f"category={key[4]}, period={key[5]}" if key[4] else f"period={key[5]}"
        )
        found = committed.get(key, []) if key[1] == "committed" else [case.row_of[key]] if key in case.row_of else []
        if not found:
            check.holds(
                should.nothing,
                where,
                should.payment,
                0,
                "fen",
                "缺少一行，其金额",
                "a row is missing; its payment",
            )
            continue
        _compare(where, should, found, check)


def _compare(where: str, should: Expected, found: list[Row], check: Check) -> None:
    check.equal(where, should.payment, sum(row.payment for row in found), "fen", "金额", "the payment")
    columns: Mapping[str, int] = {payer: sum(row.columns[payer] for row in found) for payer in PAYERS}
    for payer in PAYERS:
        place = f"{where}, {payer}_fen"
        check.equal(place, should.columns[payer], columns[payer], "fen", "分担额", "this payer's part")
    check.equal(
        where, should.due_later, sum(row.due_later for row in found), "fen", "以后年度应付", "what is due later"
    )
    for row in found:
        check.equal(where, should.area, row.area or 0, "0.1 mu", "计费面积", "the area paid for")
        if should.standard is not None:
            check.equal(where, should.standard, row.standard, "fen/mu", "标准", "the standard")
