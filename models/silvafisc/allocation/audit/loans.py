"""Loans: on offer only where the project covers them, at published terms, and every fen of what funds pay for them.

on offer ⇔ carbon + other receipts ≥ cover_least · service, per mu and to the last payment, without any subsidy
area = min(floor(need · q), capacity), principal = floor(floor(full cost · lent share) · area / 10)
payment of the loan's own period and of each later one = split(public cost of the year, shares of the unit's tier)
Receipts from tonnes are modelled and taken as published; everything else is worked out again.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, isclose

from silvafisc.results.loans import LoanSpec

from .case import Case, Offer, Row
from .exact import TENTHS_PER_MU, fraction, largest_remainder
from .finding import Check
from .loan_money import ITEMS, installments, money, principal, principal_per_mu, public_cost

NATURE = "interest_subsidy"
NOTHING = (Fraction(0), Fraction(0))
Level = tuple[Fraction, Fraction]
"""Subsidy rate and share of the need."""
Lent = tuple[int, int, dict[str, int]]
"""Area in 0.1 mu, principal, and year -> public cost in fen."""


def level_named(offer: str) -> Level | None:
    """The level that an offer's name states; None where it states none."""
    try:
        rate, quantity = offer.split(";")
        return fraction(rate.removeprefix("i=")), fraction(quantity.removeprefix("q="))
    except ValueError:
        return None


def lent(case: Case, spec: LoanSpec, region: str, period: str, level: Level) -> Lent:
    """What a level comes to in a unit."""
    rate, part = level
    need, capacity = case.needs.get((region, spec.measure), 0), case.capacities.get((region, spec.measure), 0)
    area = min(floor(need * part), capacity)
    amount = principal(spec, case.of_rules.full_cost.get((region, spec.measure), 0), area)
    return (area, amount, public_cost(spec, period, amount, rate)) if amount else (0, 0, {})


def taken(case: Case, spec: LoanSpec, region: str, period: str) -> Level | None:
    """The level in force for a unit: the published one in rule mode, its own row's in case mode; None where there is none."""
    if not case.of_loans.on_offer(spec.id, region, period):
        return None
    if case.by_rule:
        rows = [term for term in case.of_loans.terms if (term.instrument, term.period) == (spec.id, period)]
        if len(rows) != 1:
            return None
        return rows[0].subsidy_rate or Fraction(0), _quantity(rows[0].quantity_rule)
    row = case.row_of.get((region, NATURE, spec.fund, spec.measure, "", period))
    return NOTHING if row is None else level_named(row.offer)


def all_lent(case: Case) -> Iterator[tuple[LoanSpec, str, str, Lent]]:
    """(loan, unit, period, what is lent) wherever one is on offer at a level that can be read."""
    for spec in case.resolved.loans:
        for period in case.resolved.periods:
            for region in case.units:
                level = taken(case, spec, region, period)
                if level is not None:
                    yield spec, region, period, lent(case, spec, region, period, level)


def public_cost_of(case: Case, row: Row, check: Check) -> dict[str, int]:
    """Year -> public cost of a loan row, from its own name and area; a row that names no loan is a finding."""
    spec = next((loan for loan in case.resolved.loans if loan.measure == row.measure), None)
    level = level_named(row.offer)
    if spec is None or level is None:
        check.refuse(row.where, "方案中没有这种贷款", "the scenario has no such loan", found=row.offer)
        return {}
    amount = principal(spec, case.of_rules.full_cost.get((row.region, row.measure), 0), row.area or 0)
    return public_cost(spec, row.period, amount, level[0])


def examine(case: Case, check: Check) -> None:
    """Everything about loans but the amounts of the allocation's rows, which stand with the others."""
    for (instrument, region, period), row in case.of_loans.cover.items():
        spec = next((loan for loan in case.resolved.loans if loan.id == instrument), None)
        if spec is None or region not in case.units or period not in case.resolved.periods:
            check.refuse(row.where, "方案中没有这种贷款", "the scenario has no such loan")
            continue
        _cover(case, spec, region, period, check)
    _nobody_left_out(case, check)
    _terms(case, check)
    _offers(case, check)
    _finance(case, check)


def _nobody_left_out(case: Case, check: Check) -> None:
    """Every unit with a need that a loan could pay for is told whether it is on offer."""
    if not case.of_loans.cover:
        return  # a proposal beside the scenario's own answer: it has no loans
    for spec in case.resolved.loans:
        for region in sorted(case.units):
            need, cost = (
                case.needs.get((region, spec.measure), 0),
                case.of_rules.full_cost.get((region, spec.measure), 0),
            )
            for period in case.resolved.periods if principal(spec, cost, need) else ():
                there = (spec.id, region, period) in case.of_loans.cover
                where = f"loan_cover: instrument={spec.id}, region_code={region}, period={period}"
                check.equal(where, True, there, "", "是否列出", "whether it is listed")


def _cover(case: Case, spec: LoanSpec, region: str, period: str, check: Check) -> None:
    row = case.of_loans.cover[spec.id, region, period]
    cost, need = case.of_rules.full_cost.get((region, spec.measure), 0), case.needs.get((region, spec.measure), 0)
    amount = principal(spec, cost, need)
    if not need or not amount:
        check.refuse(row.where, "该单位没有需求", "the unit has no need")
        return
    service = sum(line.interest + line.principal for line in installments(spec, amount))
    each = principal_per_mu(spec, cost)
    other = sum(fen * max(0, min(last, spec.years) - first + 1) for first, last, fen in spec.other_income)
    check.equal(row.where, each, row.principal, "fen/mu", "每亩本金", "the principal per mu")
    check.equal(row.where, other, row.other, "fen/mu", "每亩其他收入", "the other receipts per mu")
    per_mu = ceil(Fraction(service * TENTHS_PER_MU, need))
    check.equal(row.where, per_mu, row.service, "fen/mu", "每亩还本付息", "the debt service per mu")
    check.equal(row.where, fraction(spec.cover_least), row.least, "", "最低覆盖率", "the least cover")
    covered = row.carbon + row.other >= fraction(spec.cover_least) * row.service
    check.equal(row.where, covered, row.on_offer, "", "是否可贷", "whether the loan is on offer")


def _terms(case: Case, check: Check) -> None:
    """Published terms on their grids and in force once per loan and period, with the sums that they come to."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for spec, region, period, (area, amount, cost) in all_lent(case):
        key = (spec.id, period, "" if case.by_rule else region)
        found = sums.setdefault(key, [0, 0, 0, 0])
        for place, value in enumerate((int(area > 0), area, amount, sum(cost.values()))):
            found[place] += value
    published = {(term.instrument, term.period, term.region): term for term in case.of_loans.terms}
    check.equal(
        "loan_terms", len(case.of_loans.terms), len(published), "", "不同的行数", "the number of different rows"
    )
    for spec in case.resolved.loans:
        for period in case.resolved.periods:
            offered = any(case.of_loans.on_offer(spec.id, region, period) for region in case.units)
            if case.by_rule and offered:
                where = f"loan_terms: instrument={spec.id}, period={period}"
                rows = sum((spec.id, period) == (term.instrument, term.period) for term in case.of_loans.terms)
                check.equal(where, 1, rows, "", "公布的行数", "the number of published rows")
    names = ("units", "0.1 mu", "fen", "fen")
    words = (
        ("单位数", "the number of units"),
        ("面积", "the area"),
        ("本金", "the principal"),
        ("公共成本", "the public cost"),
    )
    for key in sorted(sums.keys() | published.keys()):
        term, should = published.get(key), sums.get(key, [0, 0, 0, 0])
        if term is None:
            if not should[1]:
                continue  # in case mode units without a loan are not listed
            where = f"loan_terms: instrument={key[0]}, period={key[1]}, region_code={key[2]}"
            check.equal(where, 0, should[1], "0.1 mu", "缺少一行，其面积", "a row is missing; its area")
            continue
        spec_of = {loan.id: loan for loan in case.resolved.loans}
        if term.instrument not in spec_of:
            check.refuse(term.where, "方案中没有这种贷款", "the scenario has no such loan")
            continue
        _on_grid(
            spec_of[term.instrument],
            (term.subsidy_rate or Fraction(0), _quantity(term.quantity_rule)),
            term.where,
            check,
        )
        stated = (term.units, term.area, term.principal, term.public_cost)
        for unit, (zh, en), expected, value in zip(names, words, should, stated, strict=True):
            check.equal(term.where, expected, value, unit, zh, en)


def _on_grid(spec: LoanSpec, level: Level, where: str, check: Check) -> None:
    rate, part = level
    rates, shares = map(fraction, spec.subsidy_rates), [fraction(text) for text in spec.quantity_shares]
    check.holds(part in shares, where, f"one of {spec.quantity_shares}", part, "", "数量比例", "the share of the need")
    if part:
        check.holds(rate in set(rates), where, f"one of {spec.subsidy_rates}", rate, "", "贴息率", "the subsidy rate")


def _offers(case: Case, check: Check) -> None:
    """One chosen offer per menu, at the level in force, costed by the formula, bringing what its row says."""
    loans = {loan.measure: loan for loan in case.resolved.loans}
    chosen: dict[tuple[str, str, str], Offer] = {}
    for offer in case.loans:
        key = (offer.region, offer.measure, offer.period)
        spec, level = loans.get(offer.measure), level_named(offer.offer)
        if spec is None or level is None or not case.of_loans.on_offer(spec.id, offer.region, offer.period):
            check.refuse(offer.where, "该处没有可贷款项", "no loan is on offer there", found=offer.offer)
            continue
        check.holds(key not in chosen, offer.where, 1, 2, "", "入选档次数", "the number of chosen offers")
        chosen[key] = offer
        _on_grid(spec, level, offer.where, check)
        area, _, by_year = lent(case, spec, offer.region, offer.period, level)
        check.equal(offer.where, area, offer.area or 0, "0.1 mu", "面积", "the area")
        costs = _costs(case, spec, offer.region, by_year)
        for place in sorted(costs.keys() | offer.costs.keys()):
            where = f"{offer.where}, cost.{'.'.join(place)}_fen"
            check.equal(where, costs.get(place, 0), offer.costs.get(place, 0), "fen", "成本", "the cost")
        row = case.row_of.get((offer.region, NATURE, spec.fund, offer.measure, "", offer.period))
        if case.by_rule or row is not None:
            now = taken(case, spec, offer.region, offer.period)
            check.equal(offer.where, now, level, "", "入选档次", "the level")
        if row is not None:
            check.equal(row.where, offer.offer, row.offer, "", "备选档次", "the offer")
            _tonnes(offer, row, check)
    measures = {loan.id: loan.measure for loan in case.resolved.loans}
    for (instrument, region, period), cover in case.of_loans.cover.items():
        if cover.on_offer and instrument in measures:
            there = (region, measures[instrument], period) in chosen
            check.holds(there, cover.where, 1, 0, "", "入选档次数", "the number of chosen offers")


def _costs(case: Case, spec: LoanSpec, region: str, by_year: dict[str, int]) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for year, fen in by_year.items():
        if year in case.resolved.periods:
            parts = largest_remainder(fen, case.payer_shares(spec.payer_shares, region))
            found |= {(spec.fund, payer, year): part for payer, part in parts.items() if part}
    return found


def _tonnes(offer: Offer, row: Row, check: Check) -> None:
    for name, found in (("carbon", row.carbon), ("carbon_credited", row.credited)):
        expected = offer.objectives.get(name)
        if expected is not None and found is not None:
            same = isclose(expected, found, rel_tol=1e-9, abs_tol=1e-6)
            check.holds(same, row.where, expected, found, "tCO2e", "碳汇量", "carbon")


def _finance(case: Case, check: Check) -> None:
    """finance.csv: what every loan moves, year by year, but for receipts."""
    expected: dict[tuple[str, str, str, str, str], int] = {}
    for spec in case.resolved.loans:
        for period in case.resolved.periods:
            for region in case.units:
                level = taken(case, spec, region, period)
                if level is None:
                    continue
                _, amount, _ = lent(case, spec, region, period, level)
                for (year, item), fen in money(spec, period, amount, level[0]).items():
                    expected[spec.id, region, period, str(year), item] = fen
    ours = {loan.id for loan in case.resolved.loans}
    found = {key: fen for key, fen in case.of_loans.finance.items() if key[0] in ours and key[-1] in ITEMS}
    for key in sorted(expected.keys() | found.keys()):
        names = ("instrument", "region_code", "drawn", "period", "item")
        where = "finance: " + ", ".join(f"{name}={value}" for name, value in zip(names, key, strict=True))
        check.equal(where, expected.get(key, 0), found.get(key, 0), "fen", "金额", "the amount")


def _quantity(rule: str) -> Fraction:
    """The share in a quantity rule; −1, which no grid has, where none can be read."""
    try:
        return fraction(rule.removeprefix("need:"))
    except ValueError:
        return Fraction(-1)
