"""A bond as tables and as one set of terms."""

from typing import Any

import pandas as pd

from silvafisc.finance.bond_case import BondAssessment

from .instruments import Bond
from .sheet import (
    Figure,
    Sheet,
    calibration,
    carbon_terms,
    courses_table,
    covers_table,
    date,
    drawn_figures,
    fan_table,
    fen,
    flows_table,
    households,
    number,
    parties_table,
    schedule_table,
    share_of,
    terms_of,
    times,
    word,
)


def bond_sheet(bond: Bond) -> Sheet:
    """The sheet of a bond."""
    found, file = bond.assessment, bond.file
    rates = [line.period.rate for line in found.lines]
    per_10k = None if found.tonnes_per_fen is None else found.tonnes_per_fen * _FEN_OF_10K
    figures: dict[str, Figure] = {
        "face": fen(found.case.face_fen),
        "label": word(file.label),
        "coupon_first": share_of(rates[0]),
        "coupon_least": share_of(min(rates)),
        "coupon_most": share_of(max(rates)),
        "last_payment": date(found.lines[-1].period.paid),
        "payments": {"value": len(found.lines), "unit": "count"},
        "interest": fen(sum(line.interest_fen for line in found.lines)),
        **_quotation(found),
        "cover_least": times(min((year.ratio for year in found.cover if year.ratio is not None), default=None)),
        "cover_total": times(found.total_cover),
        "low_carbon_share": share_of(found.low_carbon_share),
        "tonnes": {"value": number(found.case.tonnes), "unit": "tco2e"},
        "tonnes_per_10k_yuan": {"value": number(per_10k), "unit": "tco2e"},
        "all_in": {"value": [number(rate) for rate in found.cost.rates], "unit": "shares"},
    }
    spans = [(number(low), number(high)) for low, high in found.coupons]
    coupons = pd.DataFrame(spans, columns=["coupon_least", "coupon_most"])
    tables = {
        "schedule": schedule_table(found.lines),
        "cover": covers_table(found.covers),
        "courses": courses_table(found.covers).join(coupons),
        "cash_flows": flows_table(found.flows),
        "parties": parties_table(found.flows),
    }
    if found.ladder:
        rows = [(rung.income_fen, number(rung.coupon)) for rung in found.ladder]
        tables["coupon_ladder"] = pd.DataFrame(rows, columns=["income_fen", "coupon"])
    if found.case.proceeds:
        uses = [(use.use, use.amount_fen, use.low_carbon) for use in found.case.proceeds]
        tables["proceeds"] = pd.DataFrame(uses, columns=["use", "amount_fen", "low_carbon"])
    more: dict[str, Any] = {}
    if file.forest is not None:
        more |= carbon_terms(file.forest, bond.rules)
        tables |= households(file.forest, found.flows, found.lines)
    if bond.drawn is not None:
        figures |= drawn_figures(bond.drawn)
        tables["cover_fan"] = fan_table("year", bond.drawn.fan.years)
        tables["coupon_fan"] = fan_table("payment", dict(enumerate(bond.drawn.fan.coupons, 1)))
        more["calibration"] = calibration(bond.drawn)
    return Sheet(terms_of(bond, figures, more), tables, bond.source)


_FEN_OF_10K = 10**6
"""Fen of ten thousand yuan."""


def _quotation(found: BondAssessment) -> dict[str, Figure]:
    quote = found.quote
    if quote is None:
        return {}
    return {
        "settled": date(found.case.settled),
        "clean": {"value": number(quote.clean), "unit": "per_100"},
        "accrued": {"value": number(quote.accrued), "unit": "per_100"},
        "yield": share_of(quote.yield_),
        "duration": {"value": number(quote.modified), "unit": "years"},
    }
