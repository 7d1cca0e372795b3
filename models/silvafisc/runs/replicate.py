"""Published cases worked out again on the project's own road: ours, published, and the difference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from silvafisc.allocation.bench import TARGETS, surface
from silvafisc.allocation.bench.targeting import ranked
from silvafisc.policy import ParameterTree, Reference, Rules
from silvafisc.policy.replications import (
    Figure,
    Payment,
    Product,
    Replication,
    RowFile,
    load_replication,
    shipped_replications,
)
from silvafisc.quantities import UNITS, apportion, area_to_tenths, entitlement, yuan_to_fen
from silvafisc.quantities.units import convert
from silvafisc.results.outcome import write_csv

from .instrument_tables import bond_sheet, loan_sheet
from .instruments import BONDS, changed_document, locate, price_bond, price_loan

EQUAL, ROUNDED, WITHIN, EXPLAINED, DIFFERENT = "equal", "rounded", "within", "explained", "different"
"""equal: to the last digit. rounded: equal once ours is rounded to the digits that were published. within: a sample within
the stated tolerance. explained: another, and the case says why. different: another, without a reason."""
TABLE = "replications"
COLUMNS = (
    "case",
    "item_zh",
    "item_en",
    "unit",
    "ours",
    "published",
    "difference",
    "compared_with",
    "verdict",
    "why_zh",
    "why_en",
    "status",
    "source",
)


class Found(NamedTuple):
    """Ours and theirs of one figure, in its unit; texts where it is an order."""

    item: tuple[str, str]
    unit: str
    ours: str
    published: str
    difference: str
    verdict: str
    compared_with: str
    why: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Replicated:
    """Cases and a row per figure (columns COLUMNS)."""

    cases: tuple[Replication, ...]
    table: pd.DataFrame

    def save(self, folder: Path) -> list[Path]:
        """Write replications.csv."""
        path = Path(folder) / f"{TABLE}.csv"
        write_csv(self.table, path)
        return [path]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"replications": self.table.to_dict("records")}


def replicate(name: str | None = None) -> Replicated:
    """One case, or all of them.

    Raises:
        InputError: no such case.
    """
    cases = tuple(load_replication(case) for case in ([name] if name else shipped_replications()))
    rows = [
        (
            case.id,
            *found.item,
            found.unit,
            found.ours,
            found.published,
            found.difference,
            found.compared_with,
            found.verdict,
            *found.why,
            case.evidence.status,
            _source(case),
        )
        for case in cases
        for found in _figures(case)
    ]
    return Replicated(cases, pd.DataFrame(rows, columns=list(COLUMNS)))


def _source(case: Replication) -> str:
    told = case.evidence
    return Reference(told.title, told.article, told.document, told.href).text()


def _figures(case: Replication) -> Iterator[Found]:
    for row in case.rows:
        yield _compared(case, row, _ours(row, row.date or case.date))
    if case.targeting is not None:
        yield _order(case)
    if case.surface is not None:
        yield from _surface(case)


def _compared(case: Replication, row: RowFile, ours: Fraction) -> Found:
    published = Decimal(row.published)
    shown = _rounded(ours, -int(published.as_tuple().exponent))
    difference = shown - published
    unequal, alike = EXPLAINED if row.why else DIFFERENT, EQUAL if Fraction(published) == ours else ROUNDED
    verdict = unequal if difference else alike
    why = (row.why.zh, row.why.en) if row.why and difference else ("", "")
    kind = row.compared_with or case.compared_with
    item = (row.item.zh, row.item.en)
    return Found(item, row.unit, str(shown), row.published, str(difference), verdict, kind, why)


def _rounded(value: Fraction, places: int) -> Decimal:
    scaled = value * 10**places
    exact = Decimal(scaled.numerator) / Decimal(scaled.denominator)
    return exact.quantize(Decimal(1), ROUND_HALF_UP).scaleb(-places)


# One figure


def _ours(row: RowFile, date: str) -> Fraction:
    """In the row's unit."""
    rules = ParameterTree.load().on(date) if date else None
    if row.figure is not None:
        return _of_instrument(row.figure, row.unit)
    if row.payment is not None:
        return convert(Decimal(_payment(row.payment, rules)), "fen", row.unit)
    worth = sum((_product(part, rules) for part in row.formula), Fraction(0))
    return worth / UNITS["pct"].factor if row.unit == "pct" else worth


def _operand(text: str, rules: Rules | None) -> Fraction:
    """A decimal, or a parameter of the date; percentages are shares."""
    path, _, place = text.partition("#")
    if rules is None or not path[:1].isalpha():
        return Fraction(text)
    return Fraction(rules.texts(path)[int(place) - 1]) if place else rules.fraction(path)


def _product(part: Product, rules: Rules | None) -> Fraction:
    return prod((_operand(item, rules) for item in part.times), start=Fraction(1)) / prod(
        (_operand(item, rules) for item in part.over), start=Fraction(1)
    )


def _payment(payment: Payment, rules: Rules | None) -> int:
    """Fen: the standard times the area, floored; of it the payer's share where one is named."""
    unit, area = ("mu", payment.area_mu) if payment.area_mu else ("10k_mu", payment.area_10k_mu)
    standard, tenths = (_decimal(_operand(item, rules)) for item in (payment.standard, area))
    total = entitlement(yuan_to_fen(standard), area_to_tenths(tenths, unit))
    if not payment.share:
        return total
    share = _operand(payment.share, rules)
    return apportion(total, {"own": share, "rest": 1 - share})["own"]


def _decimal(value: Fraction) -> str:
    return str(Decimal(value.numerator) / Decimal(value.denominator))


def _of_instrument(figure: Figure, unit: str) -> Fraction:
    """A figure of the sheet of a shipped instrument, in `unit`."""
    path = locate(figure.instrument)
    document = changed_document(path, figure.changes)
    is_bond = str(document.data.get("instrument")) in BONDS
    sheet = bond_sheet(price_bond(document, path)) if is_bond else loan_sheet(price_loan(document, path))
    told = sheet.terms["figures"][figure.name]
    if told["unit"] == "fen":
        return convert(Decimal(told["value"]), "fen", unit)
    value = Fraction(str(told["value"]))
    return value / UNITS["pct"].factor if unit == "pct" else value


# Orders and surfaces


def _order(case: Replication) -> Found:
    """The order of ratio targeting beside the order by the ratios on record."""
    assert case.targeting is not None
    wanted = case.targeting
    sites = pd.DataFrame(
        [
            (name, "", 1.0, float(cost), float(benefit), float(benefit))
            for name, (benefit, cost) in wanted.sites.items()
        ],
        columns=["site", "region_code", "area_mu", "cost_yuan_per_mu", "benefit_t_per_mu", "additional_t_per_mu"],
    )
    ours = [str(sites["site"].iloc[place]) for place in ranked(sites, "ratio")]
    same = ours == wanted.order
    texts = (_listed(ours), _listed(wanted.order))
    return Found((wanted.item.zh, wanted.item.en), "text", *texts, "", EQUAL if same else DIFFERENT, "hand")


def _listed(names: Sequence[str]) -> str:
    """Names in their order; `中文 / English` where they are given so."""
    sides = zip(*(name.partition(" / ")[::2] for name in names), strict=True)
    return " / ".join(" > ".join(side) for side in sides if all(side))


_NAMES: Mapping[str, tuple[str, str]] = {
    "benefit": ("按效益选点", "targeting by benefit"),
    "cost": ("按成本选点", "targeting by cost"),
    "ratio": ("按效益成本比选点", "targeting by benefit per cost"),
}


def _percent(value: object) -> Decimal:
    return Decimal(str(round(100 * float(str(value)), 1)))


def _surface(case: Replication) -> Iterator[Found]:
    """What each way of targeting buys, as a share of what ratio targeting buys: sample beside closed form."""
    assert case.surface is not None
    tolerance = Decimal(case.surface.tolerance)
    for row in surface().to_dict("records"):
        target = str(row["target"])
        if target == TARGETS[-1]:
            continue
        ours, limit = _percent(row["of_best"]), _percent(row["limit"])
        within = abs(ours - limit) <= tolerance
        said = tuple(
            text.format(target=name, **{key: row[key] for key in ("benefit_cv", "cost_cv", "correlation")})
            for text, name in zip((case.surface.item.zh, case.surface.item.en), _NAMES[target], strict=True)
        )
        verdict = WITHIN if within else DIFFERENT
        unit = case.surface.unit
        yield Found((said[0], said[1]), unit, str(ours), str(limit), str(ours - limit), verdict, case.compared_with)
