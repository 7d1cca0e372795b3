"""Cost sharing: every payment is borne by the legal shares of the unit's tier.

    column[payer] = largest remainder(payment, shares[measure, tier(r)]), payer order wins ties
Factor money and instalments due from before the horizon are borne by the fund's payer alone (no matching is asked).
Committed money is the sum over its instalments, each split on its own.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .case import PAYERS, Case, Key, Row
from .exact import entitled
from .expected import alone, instalments, split
from .finding import Check
from .loans import public_cost_of

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters. Reads the payments of the rows as they are; whether they are right is another check."""
    committed: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in case.rows:
        if row.nature == "committed":
            committed[row.key].append(row)
        elif row.nature == "factor":
            _same(row.where, alone(row.payment, case.resolved.fund(row.fund).payer), row.columns, check)
        elif row.payment >= 0:
            spec = case.resolved.category(row.category) if row.category else case.resolved.task(row.measure)
            _same(row.where, split(row.payment, case.payer_shares(spec.payer_shares, row.region)), row.columns, check)
    legal = _committed(case, check)
    for key in sorted(legal.keys() | committed.keys()):
        found = {payer: sum(row.columns[payer] for row in committed[key]) for payer in PAYERS}
        where = f"allocation: region_code={key[0]}, nature=committed, fund={key[2]}, measure={key[3]}, period={key[-1]}"
        _same(where, legal[key], found, check)


def _committed(case: Case, check: Check) -> defaultdict[Key, dict[str, int]]:
    legal: defaultdict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(PAYERS, 0))

    def add(key: Key, parts: Mapping[str, int]) -> None:
        legal[key] = {payer: legal[key][payer] + parts[payer] for payer in PAYERS}

    for region, fund, measure, period, fen in case.resolved.opening_commitments:
        if period in case.resolved.periods:
            add((region, "committed", fund, measure, "", period), alone(fen, case.resolved.fund(fund).payer))
    for row in case.rows:
        if row.nature == "interest_subsidy":
            for due, fen in public_cost_of(case, row, check).items():
                if due != row.period and due in case.resolved.periods:
                    shares = case.payer_shares(case.resolved.task(row.measure).payer_shares, row.region)
                    add((row.region, "committed", row.fund, row.measure, "", due), split(fen, shares))
        if row.nature == "task":
            task = case.resolved.task(row.measure)
            shares = case.payer_shares(task.payer_shares, row.region)
            for years, part in instalments(task, entitled(row.standard or 0, row.area or 0)):
                due = str(int(row.period) + years)
                if years and part and due in case.resolved.periods:
                    add((row.region, "committed", row.fund, row.measure, "", due), split(part, shares))
    return legal


def _same(where: str, legal: Mapping[str, int], found: Mapping[str, int], check: Check) -> None:
    for payer in PAYERS:
        check.equal(f"{where}, {payer}_fen", legal[payer], found[payer], "fen", "法定分担额", "the legal share")
