"""Factor money worked out: pots by published weights, and each part by the units' values, exact to the fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from silvafisc.datasets.limits import EXACT_FLOAT_DIGITS
from silvafisc.quantities import share
from silvafisc.results import Outcome

from .basis import unit_columns
from .cells import Formula, Input, digits, yuan
from .lines import scaled
from .pages import Column, Page, Words, audited_columns, checked
from .shares import Limbs, block, limbs, working

Place = tuple[str, str, str]
"""Fund, period and factor; or unit, fund and period."""


def weights_columns(words: Words, sizes: Limbs) -> list[Column]:
    """Fund, period, pot, factor, weight, working and part of the pot."""
    return [
        Column(words("workbook.fund")),
        Column(words("workbook.period")),
        Column(words("workbook.pot"), "money", words("workbook.yuan")),
        Column(words("workbook.factor")),
        Column(words("workbook.weight"), "share"),
        *working(words, sizes),
        Column(words("workbook.part"), "money", words("workbook.yuan"), summed=True),
        *audited_columns(words),
    ]


def weight_blocks(outcome: Outcome) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """(fund, period) -> rows of weights.csv in order of factor: equal remainders go to the first."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    frame = outcome.tables.get("weights")
    for row in (
        [] if frame is None else frame.sort_values(["fund", "period", "factor"], kind="stable").to_dict("records")
    ):
        found.setdefault((str(row["fund"]), str(row["period"])), []).append({str(k): v for k, v in row.items()})
    return found


def weight_limbs(outcome: Outcome) -> Limbs:
    """Limbs for the weights of all pots."""
    most = 1
    for rows in weight_blocks(outcome).values():
        most = max(most, sum(scaled({str(r["factor"]): share(str(r["weight"])) for r in rows})[1].values()))
    return limbs(most, most) or Limbs(1, 1)


def weights_page(page: Page, outcome: Outcome, words: Words, sizes: Limbs) -> dict[Place, tuple[str, int]]:
    """Published weights and pots; (fund, period, factor) -> the cell of its part and its fen."""
    found = {}
    for (fund, period), rows in weight_blocks(outcome).items():
        first, pot = len(page.rows), sum(int(row["pot_fen"]) for row in rows)
        power, whole = scaled({str(row["factor"]): share(str(row["weight"])) for row in rows})
        weights = [
            (f"ROUND({page.at(first + at, words('workbook.weight'))}*{power},0)", whole[str(row["factor"])])
            for at, row in enumerate(rows)
        ]
        pot_cell = page.at(first, words("workbook.pot"))
        worked = block(page, words, sizes, first, (f"ROUND({pot_cell}*100,0)", pot), weights)
        for at, (row, (cells, part)) in enumerate(zip(rows, worked, strict=True)):
            audited, factor = yuan(int(row["pot_fen"])), str(row["factor"])
            given = part if part.value == audited else audited
            here = page.add(
                [
                    words.name("fund", fund),
                    period,
                    Input(yuan(pot)) if at == 0 else Formula(pot_cell, yuan(pot)),
                    words.name("factor", factor),
                    Input(Decimal(str(row["weight"]))),
                    *cells,
                    given,
                    *checked(page, first + at, words("workbook.part"), audited, words),
                ]
            )
            found[fund, period, factor] = page.ref(here, words("workbook.part")), int(row["pot_fen"])
    return found


@dataclass(frozen=True)
class Counted:
    """The values of a factor: as stated, what each is counted times, and as whole numbers with their common power of ten."""

    stated: dict[str, str]
    times: dict[str, Fraction]
    power: int
    whole: dict[str, int]


def counted(outcome: Outcome, factor: str) -> Counted | None:
    """A factor as it is counted; None where it has no values or none that a workbook can work with."""
    frame = outcome.inputs.factors
    rows = frame[frame["factor"] == factor]
    stated = {str(code): str(value) for code, value in zip(rows["region_code"], rows["value"], strict=True)}
    times = _multipliers(outcome, factor)
    try:
        exact = {code: Fraction(text) * times.get(code, Fraction(1)) for code, text in stated.items()}
        power, whole = scaled(exact)
    except ValueError:
        return None
    long = any(digits(Decimal(text)) > EXACT_FLOAT_DIGITS for text in stated.values())
    if not stated or long or sum(whole.values()) <= 0 or min(whole.values()) < 0:
        return None
    return Counted(dict(sorted(stated.items())), times, power, dict(sorted(whole.items())))


def _multipliers(outcome: Outcome, factor: str) -> dict[str, Fraction]:
    """What performance counts the values of a factor times (绩效奖惩); empty where no rule says so."""
    rule = outcome.resolved.rule("performance")
    if rule is None or rule.params["factor"] == factor:
        return {}
    frame = outcome.inputs.factors
    scores = frame[frame["factor"] == str(rule.params["factor"])]
    bounds = {name: share(str(rule.params[name])) for name in ("excellent", "poor", "reward", "deduction")}
    found = {}
    for code, value in zip(scores["region_code"], scores["value"], strict=True):
        score = Fraction(str(value))
        low = 1 - bounds["deduction"] if score < bounds["poor"] else Fraction(1)
        found[str(code)] = 1 + bounds["reward"] if score >= bounds["excellent"] else low
    return found


def factors_columns(words: Words, sizes: Limbs) -> list[Column]:
    """Fund, period, factor, unit, value, multiplier, working and part."""
    return [
        Column(words("workbook.fund")),
        Column(words("workbook.period")),
        Column(words("workbook.factor")),
        *unit_columns(words),
        Column(words("workbook.value"), "plain"),
        Column(words("workbook.multiplier"), "share"),
        *working(words, sizes),
        Column(words("workbook.value_share"), "share"),
        Column(words("workbook.amount"), "money", words("workbook.yuan"), summed=True),
    ]


def factor_limbs(outcome: Outcome) -> Limbs | None:
    """Limbs for the values of all factors; None where they have too many digits to be worked out in a workbook."""
    wholes = [c.whole for factor in sorted(_factors(outcome)) if (c := counted(outcome, factor)) is not None]
    if not wholes:
        return Limbs(1, 1)
    return limbs(max(max(w.values()) for w in wholes), max(sum(w.values()) for w in wholes))


def _factors(outcome: Outcome) -> set[str]:
    return {str(row["factor"]) for rows in weight_blocks(outcome).values() for row in rows}


def factors_page(
    page: Page,
    outcome: Outcome,
    words: Words,
    sizes: Limbs,
    pots: Mapping[Place, tuple[str, int]],
    names: Mapping[str, str],
) -> dict[Place, list[tuple[str, int]]]:
    """The factor money of every unit, factor by factor; (unit, fund, period) -> cells and fen of its parts."""
    found: dict[Place, list[tuple[str, int]]] = {}
    values = {factor: counted(outcome, factor) for factor in sorted(_factors(outcome))}
    for (fund, period), rows in weight_blocks(outcome).items():
        held = [(str(row["factor"]), values[str(row["factor"])]) for row in rows]
        if any(value is None for _, value in held):
            continue
        for factor, value in held:
            assert value is not None
            _factor_block(page, outcome, words, sizes, (fund, period, factor), value, pots, names, found)
    return found


def _factor_block(
    page: Page,
    outcome: Outcome,
    words: Words,
    sizes: Limbs,
    place: Place,
    value: Counted,
    pots: Mapping[Place, tuple[str, int]],
    names: Mapping[str, str],
    found: dict[Place, list[tuple[str, int]]],
) -> None:
    """The rows of one factor of one pot."""
    fund, period, factor = place
    first, (pot_cell, pot) = len(page.rows), pots[place]
    heads = [words(f"workbook.{name}") for name in ("value", "multiplier", "basis", "whole")]
    weights = [
        (f"ROUND({page.at(first + at, heads[0])}*{page.at(first + at, heads[1])}*{value.power},0)", whole)
        for at, whole in enumerate(value.whole.values())
    ]
    total = sum(value.whole.values())
    worked = block(page, words, sizes, first, (f"ROUND({pot_cell}*100,0)", pot), weights)
    for at, (code, (cells, part)) in enumerate(zip(value.whole, worked, strict=True)):
        number = Decimal(value.stated[code])
        part_of = Formula(
            f"{page.at(first + at, heads[2])}/{page.at(first, heads[3])}", Decimal(value.whole[code]) / total
        )
        here = page.add(
            [
                words.name("fund", fund),
                period,
                words.name("factor", factor),
                code,
                names.get(code, code),
                Input(number),
                Input(_decimal(value.times.get(code, Fraction(1)))),
                *cells,
                part_of,
                part,
            ]
        )
        found.setdefault((code, fund, period), []).append(
            (page.ref(here, words("workbook.amount")), int(Decimal(part.value) * 100))
        )


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
