"""What the chosen loans come to: published terms, money by year, pledged tonnes, and where there was an offer at all."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from silvafisc.finance.offered import moved_money, other_receipts, pledged_years
from silvafisc.quantities import entitlement, mu_to_tenths, share, tenths_to_mu
from silvafisc.quantities.money import TENTHS_PER_MU
from silvafisc.results import Resolved
from silvafisc.results.loans import level_of

from .loan_claims import pledge_code
from .loan_offers import Project, projects
from .prepare import Prepared

NATURE = "interest_subsidy"
FINANCE = ["instrument", "region_code", "period", "item", "amount_fen", "drawn"]
TERMS = [
    "fund",
    "measure",
    "instrument",
    "period",
    "region_code",
    "subsidy_rate",
    "quantity_rule",
    "units",
    "area_mu",
    "principal_fen",
    "public_cost_fen",
]
PLEDGES = [
    "instrument",
    "region_code",
    "code",
    "period",
    "first_year",
    "last_year",
    "share",
    "pledged_tco2e",
]


def loan_tables(prepared: Prepared, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """finance, loan_terms, loan_cover and pledges of an allocation; nothing where the scenario has no loans.

    tables: allocation and offers.
    """
    if prepared.loans is None:
        return {}
    lent = list(_lent(prepared, tables["allocation"]))
    money = [line for project, row in lent for line in _money(project, row)]
    return {
        "finance": pd.DataFrame(money, columns=FINANCE),
        "loan_terms": _terms(prepared, tables["offers"]),
        "loan_cover": prepared.loans.cover,
        "pledges": pd.DataFrame([_pledge(prepared, *one) for one in lent], columns=PLEDGES),
    }


def _lent(prepared: Prepared, allocation: pd.DataFrame) -> Iterator[tuple[Project, Mapping[Any, Any]]]:
    """(project, allocation row) of every loan that is granted, by loan, unit and period."""
    rows = allocation[allocation["nature"] == NATURE]
    held = {(row["measure"], row["region_code"], row["period"]): row for row in rows.to_dict("records")}
    for loan in prepared.resolved.loans:
        for project in projects(loan, prepared.resolved, prepared.inputs, prepared.yields):
            row = held.get((loan.measure, project.region, project.period))
            if row is not None:
                yield project, row


def _money(project: Project, row: Mapping[Any, Any]) -> Iterator[tuple[str, str, str, str, int, str]]:
    """Rows of finance.csv of one loan, on the whole assigned area."""
    loan, area = project.loan, mu_to_tenths(str(row["area_mu"]))
    rate, _ = level_of(str(row["offer"]))
    moved = dict(moved_money(loan, project.lines(area), share(rate)))
    for year, fen in project.carbon_by_year.items():
        moved[year, "carbon_receipts"] = fen * area // project.need
    for year, fen in other_receipts(loan, project.period).items():
        moved[year, "other_receipts"] = entitlement(fen, area)
    for (year, item), fen in sorted(moved.items()):
        yield loan.id, project.region, str(year), item, fen, project.period


def _terms(prepared: Prepared, offers: pd.DataFrame) -> pd.DataFrame:
    """The levels that were chosen: one per loan and period in rule mode, one per unit with a loan in case mode."""
    assert prepared.loans is not None
    resolved, by_rule = prepared.resolved, prepared.resolved.mode == "rule"
    chosen = offers[(offers["nature"] == NATURE) & offers["chosen"]][["region_code", "measure", "period", "offer"]]
    known = chosen.merge(prepared.loans.table, on=list(chosen.columns), validate="one_to_one")
    public = list(prepared.loans.years.values())
    known["public_cost_fen"] = known[public].sum(axis=1) if public else 0
    known["units"] = (known["area_tenth_mu"] > 0).astype("int64")
    if by_rule:
        known["region_code"] = ""
    else:
        known = known[known["units"] > 0]
    keys = ["instrument", "period", "region_code", "subsidy_rate", "quantity"]
    sums = known.groupby(keys, as_index=False)[["units", "area_tenth_mu", "principal_fen", "public_cost_fen"]].sum()
    return pd.DataFrame([_term(resolved, row) for row in sums.to_dict("records")], columns=TERMS)


def _term(resolved: Resolved, row: Mapping[Any, Any]) -> tuple[object, ...]:
    loan = resolved.loan(str(row["instrument"]))
    head = (loan.fund, loan.measure, loan.id, row["period"], row["region_code"], row["subsidy_rate"])
    area = tenths_to_mu(int(row["area_tenth_mu"]))
    return (*head, f"need:{row['quantity']}", row["units"], area, row["principal_fen"], row["public_cost_fen"])


def _pledge(prepared: Prepared, project: Project, row: Mapping[Any, Any]) -> tuple[object, ...]:
    """A row of pledges.csv: the credited tonnes of the pledged years, on the land that joins."""
    assert prepared.loans is not None
    loan, table = project.loan, prepared.loans.table
    first, last = pledged_years(loan, project.period)
    keys = {"instrument": loan.id, "region_code": project.region, "period": project.period, "offer": row["offer"]}
    held = table[(table[list(keys)] == pd.Series(keys)).all(axis=1)]
    joined = float(held["uptake"].iloc[0]) * mu_to_tenths(str(row["area_mu"])) / TENTHS_PER_MU
    per_mu = float(sum(amount for year, amount in project.tonnes.items() if first <= year <= last))
    head = (loan.id, project.region, pledge_code(loan, project.region), project.period, str(first), str(last))
    return (*head, loan.pledged_share, per_mu * float(share(loan.pledged_share)) * joined)
