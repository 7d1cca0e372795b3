"""A portfolio as tables and as one set of terms."""

from typing import Any

import numpy as np
import pandas as pd

from silvafisc.datasets import worst_status
from silvafisc.finance.factors import Correlation
from silvafisc.finance.instruments.portfolio import PARAMETERS, PortfolioFile, StatedFile
from silvafisc.finance.portfolio import (
    DIMENSIONS,
    PooledLoss,
    concentration,
    exposure_by_year,
    loss_correlation,
    quantile,
)
from silvafisc.policy import Rules
from silvafisc.quantities import share

from .portfolios import Portfolio
from .sheet import Figure, Sheet, calibration_of, fen, number, parameters_of, share_of, status_of

Rows = list[tuple[Any, ...]]


def portfolio_sheet(portfolio: Portfolio) -> Sheet:
    """The sheet of a portfolio. Losses are means and quantiles over draws, told to the fen."""
    found, file = portfolio.loss, portfolio.file
    top = found.levels[-1]
    by_member = concentration(found.pool.members, "member")
    expected = float(found.total.mean())
    figures: dict[str, Figure] = {
        "exposure": fen(found.exposure_fen),
        "exposure_peak": fen(max(exposure_by_year(found.pool.members).values())),
        "members": {"value": len(found.losses), "unit": "count"},
        "unpaid_expected": _mean(sum(loss.unpaid for loss in found.losses)),
        "loss_expected": fen(round(expected)),
        "loss_error": fen(round(found.error)),
        "loss_share": share_of(expected / found.exposure_fen),
        "guarantor_expected": _mean(sum(loss.guarantor for loss in found.losses)),
        "late_chance": share_of(np.mean(np.any([loss.late for loss in found.losses], axis=0))),
        "loss_chance": share_of(np.mean(found.total > 0)),
        "loss_level": share_of(top.level),
        "loss_quantile": fen(round(top.value)),
        "loss_tail": fen(round(top.tail)),
        "largest_share": share_of(by_member.largest),
        "herfindahl": {"value": number(by_member.herfindahl), "unit": "index"},
    }
    markets = sorted({member.market for member in found.pool.members if member.market})
    assumptions = _assumptions(file, portfolio.rules)
    members = [status_of(held.file.evidence, held.rules) for held in portfolio.members]
    terms = {
        "id": file.id,
        "title": file.title.model_dump(),
        "instrument": file.instrument,
        "policy_date": file.policy_date,
        "evidence": file.evidence.model_dump(),
        "status": worst_status(status_of(file.evidence, portfolio.rules), *members, *(row[3] for row in assumptions)),
        "surplus": file.surplus,
        "draws": file.simulation.draws,
        "seed": file.simulation.seed,
        "figures": figures,
        "calibrations": {market: calibration_of(fit) for market, fit in found.pool.fits.items()},
        "markets": markets,
        "undrawn_markets": [market for market in markets if market not in found.pool.fits],
        "parameters": parameters_of(portfolio.rules),
    }
    return Sheet(terms, _tables(portfolio, assumptions), portfolio.source, portfolio.copies)


def _mean(values: Any) -> Figure:
    return fen(round(float(np.mean(values))))


def _tables(portfolio: Portfolio, assumptions: Rows) -> dict[str, pd.DataFrame]:
    found = portfolio.loss
    members = found.pool.members
    levels = [
        (
            level.level,
            round(level.value),
            number(level.value / found.exposure_fen),
            round(level.tail),
            round(level.alone),
        )
        for level in found.levels
    ]
    spread = [concentration(members, dimension) for dimension in DIMENSIONS]
    return {
        "members": _members(portfolio),
        "losses": pd.DataFrame(levels, columns=["level", "loss_fen", "loss_share", "tail_mean_fen", "tail_alone_fen"]),
        "exposure": pd.DataFrame(list(exposure_by_year(members).items()), columns=["year", "balance_fen"]),
        "concentration": pd.DataFrame(
            [
                (one.dimension, name, amount, number(amount / one.total_fen))
                for one in spread
                for name, amount in one.exposures.items()
            ],
            columns=["dimension", "name", "exposure_fen", "share"],
        ),
        "concentration_measures": pd.DataFrame(
            [
                (one.dimension, len(one.exposures), one.total_fen, number(one.largest), number(one.herfindahl))
                for one in spread
            ],
            columns=["dimension", "names", "exposure_fen", "largest_share", "herfindahl"],
        ),
        "correlations": pd.DataFrame(_pairs(found), columns=["member", "other", "price", "fire", "loss"]),
        "assumptions": pd.DataFrame(assumptions, columns=["number", "member", "value", "status", "title"]),
    }


def _members(portfolio: Portfolio) -> pd.DataFrame:
    found = portfolio.loss
    top = found.levels[-1]
    rows = []
    for held, loss, part in zip(portfolio.members, found.losses, top.parts, strict=True):
        member, file = loss.member, held.file
        rows.append(
            {
                "member": member.id,
                "source": held.entry.instrument,
                "title_zh": file.title.zh,
                "title_en": file.title.en,
                "instrument": file.instrument,
                "status": status_of(file.evidence, held.rules),
                "region": member.region,
                "market": member.market,
                "price_drawn": member.market in found.pool.fits,
                "lender": member.lender,
                "guarantor": member.guarantor,
                "exposure_fen": member.exposure_fen,
                "fire_chance": number(member.chance),
                "burnt_share": number(member.burnt),
                "recovery": number(member.recovery),
                "late_chance": number(np.mean(loss.late)),
                "loss_chance": number(np.mean(loss.lender > 0)),
                "unpaid_fen": round(float(loss.unpaid.mean())),
                "loss_fen": round(float(loss.lender.mean())),
                "guarantor_fen": round(float(loss.guarantor.mean())),
                "loss_alone_fen": round(quantile(loss.lender, top.level)),
                "tail_fen": round(part),
            }
        )
    return pd.DataFrame(rows)


def _pairs(found: PooledLoss) -> Rows:
    """Every two members: correlation of price and fire as stated, of losses as drawn."""
    pool, rows = found.pool, []
    for at, one in enumerate(found.losses):
        for other in found.losses[at + 1 :]:
            left, right = one.member, other.member
            drawn = left.market in pool.fits and right.market in pool.fits
            burns = left.selling is not None and right.selling is not None
            price = _of(pool.price, left.market == right.market) if drawn else None
            fire = _of(pool.reversal, left.region == right.region) if burns else None
            rows.append((left.id, right.id, number(price), number(fire), number(loss_correlation(one, other))))
    return rows


def _of(correlation: Correlation, together: bool) -> float:
    return correlation.within if together else correlation.across


def _assumptions(file: PortfolioFile, rules: Rules) -> Rows:
    """Every number that the pool rests on: as the file states it, else the parameter."""
    price, reversal = file.correlation.price, file.correlation.reversal
    named: list[tuple[str, StatedFile | None]] = [
        ("price_same_market", price.same_market),
        ("price_across_markets", price.across_markets),
        ("fire_same_region", reversal.same_region),
        ("fire_across_regions", reversal.across_regions),
        ("fire_chance", file.fire_chance),
        ("recovery", file.recovery),
    ]
    rows: Rows = []
    for name, one in named:
        if one is None:
            entry = rules.entry(PARAMETERS + name)
            rows.append((name, "", number(rules.fraction(PARAMETERS + name)), entry.status, entry.reference.text()))
        else:
            rows.append((name, "", number(share(one.value)), one.status, one.title))
    for member in file.members:
        for name, one in (("fire_chance", member.fire_chance), ("recovery", member.recovery)):
            if one is not None:
                rows.append((name, member.instrument, number(share(one.value)), one.status, one.title))
    return rows
