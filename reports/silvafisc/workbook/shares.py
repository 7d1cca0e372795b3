"""Sharing a pot by largest remainder with formulas, exact to the fen: what `silvafisc.quantities.apportion` does.

    part_k = floor(pot · w_k / W) + 1 for the W-remainders that are largest, ties in order of rows
A double holds whole numbers below 2^53, and pot · w_k may be larger. So the product is worked out in limbs of w_k to a
base B, as one divides by hand; every number on the way stays below 2^53:
    pot = q·W + s;  r_0 = 0;  r_{i−1}·B + s·digit_i = q_i·W + r_i;  floor = q·w + Σ q_i·B^(n−i)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .cells import Formula, yuan
from .pages import Column, Page, Words

EXACT = 2**53
ROOM = 10
"""How much larger the values may become by hand before the working is no longer exact."""


@dataclass(frozen=True)
class Limbs:
    """base: a power of ten. count: limbs of the largest weight."""

    base: int
    count: int


def limbs(largest: int, total: int) -> Limbs | None:
    """Limbs for weights up to `largest` that sum to at most `total`; None where no base is small enough."""
    exponent = 0
    while 2 * total * ROOM * 10 ** (exponent + 1) < EXACT:
        exponent += 1
    if exponent == 0:
        return None
    return Limbs(10**exponent, max(1, -(-len(str(largest * ROOM)) // exponent)))


def working(words: Words, sizes: Limbs) -> list[Column]:
    """The columns of the working, folded away."""
    columns = [
        Column(words(f"workbook.{name}"), "count", folded=True) for name in ("basis", "whole", "quotient", "rest")
    ]
    for at in range(1, sizes.count + 1):
        columns.append(Column(words("workbook.limb_quotient", number=str(at)), "count", folded=True))
        columns.append(Column(words("workbook.limb_rest", number=str(at)), "count", folded=True))
    columns.append(Column(words("workbook.floor"), "count", words("workbook.fen"), folded=True))
    columns.append(Column(words("workbook.left"), "count", words("workbook.fen"), folded=True))
    return columns


def block(
    page: Page, words: Words, sizes: Limbs, first: int, pot: tuple[str, int], weights: Sequence[tuple[str, int]]
) -> list[tuple[list[Formula], Formula]]:
    """Per row of a block the cells of its working and its part in yuan.

    first: the first row of the block. pot: its formula in fen and its value. weights: (formula of the whole weight, its
    value) of every row, in the order in which equal remainders are served.
    """
    total = sum(value for _, value in weights)
    quotient, rest = divmod(pot[1], total)
    last = first + len(weights) - 1
    floors = [pot[1] * value // total for _, value in weights]
    left = pot[1] - sum(floors)
    order = sorted(range(len(weights)), key=lambda at: (-(pot[1] * weights[at][1] % total), at))
    served = frozenset(order[:left])

    def head(name: str, **values: str) -> str:
        return words(f"workbook.{name}", **values)

    remainder = head("limb_rest", number=str(sizes.count))
    basis, whole, rests, lefts = head("basis"), head("whole"), head("rest"), head("left")
    heads = {
        whole: (f"SUM({page.span(basis, first, last)})", total),
        head("quotient"): (f"INT(({pot[0]})/{page.at(first, whole)})", quotient),
        rests: (f"({pot[0]})-{page.at(first, head('quotient'))}*{page.at(first, whole)}", rest),
    }
    found = []
    for row, (formula, weight) in enumerate(weights):
        here = first + row
        cells = [Formula(formula, weight)]
        for name, (text, value) in heads.items():
            cells.append(Formula(text if row == 0 else page.at(first, name), value))
        worked, floor = _divided(page, words, sizes, first, here, rest, total, weight)
        cells += worked
        cells.append(Formula(floor, floors[row]))
        all_floors = page.span(head("floor"), first, last)
        cells.append(Formula(f"({pot[0]})-SUM({all_floors})" if row == 0 else page.at(first, lefts), left))
        ahead = (
            f'COUNTIF({page.span(remainder, first, last)},">"&{page.at(here, remainder)})'
            f"+COUNTIF({page.span(remainder, first, here)},{page.at(here, remainder)})"
        )
        part = f"({page.at(here, head('floor'))}+IF({ahead}<={page.at(first, lefts)},1,0))/100"
        found.append((cells, Formula(part, yuan(floors[row] + (row in served)))))
    return found


def _divided(
    page: Page, words: Words, sizes: Limbs, first: int, here: int, rest: int, total: int, weight: int
) -> tuple[list[Formula], str]:
    """rest · weight divided by the total, limb by limb: quotients and rests, and the formula of the floor of the share."""
    basis, whole = page.at(here, words("workbook.basis")), page.at(first, words("workbook.whole"))
    fraction = page.at(first, words("workbook.rest"))
    cells: list[Formula] = []
    carried, carried_value, floor = "", 0, f"{page.at(first, words('workbook.quotient'))}*{basis}"
    for at in range(1, sizes.count + 1):
        power = sizes.base ** (sizes.count - at)
        digit = f"INT({basis}/{power})"
        if at > 1:
            digit = f"({digit}-{sizes.base}*INT({basis}/{power * sizes.base}))"
        product = f"({carried}{fraction}*{digit})"
        value = carried_value * sizes.base + rest * (weight // power % (sizes.base if at > 1 else weight + 1))
        quotient = page.at(here, words("workbook.limb_quotient", number=str(at)))
        cells.append(Formula(f"INT({product}/{whole})", value // total))
        cells.append(Formula(f"{product}-{quotient}*{whole}", value % total))
        carried = f"{page.at(here, words('workbook.limb_rest', number=str(at)))}*{sizes.base}+"
        carried_value = value % total
        floor += f"+{quotient}*{power}"
    return cells, floor
