"""The published factor weights: inside their legal bands, on their step, summing to one, with the pot they share."""

from fractions import Fraction

from silvafisc.results import FundSpec

from .case import Case, Weight
from .exact import fraction, largest_remainder
from .finding import Check


def examine(case: Case, check: Check) -> None:
    """Σ_j w_j = 1, low_j ≤ w_j ≤ high_j, (w_j − low_j) a multiple of the step; pot_j = largest remainder(pot, w_j).

    The whole pot is on its grid; where the residue joins it, it is at least the grid's smallest value and no money of
    the fund is left unallocated beyond the reserve that it names for the period.
    """
    known = {fund.id: fund for fund in case.resolved.funds}
    for fund in known.values():
        for period in case.resolved.periods:
            rows = [row for row in case.weights if (row.fund, row.period) == (fund.id, period)]
            _pot(case, fund, period, rows, check)


def _pot(case: Case, fund: FundSpec, period: str, rows: list[Weight], check: Check) -> None:
    where = f"weights: fund={fund.id}, period={period}"
    pot = sum(row.pot for row in rows)
    grid = fund.factor_pot_fen
    if fund.residue == "factor":
        least = min(grid, default=0)
        check.holds(pot >= least, where, f"≥ {least}", pot, "fen", "资金池", "the pot")
        for line in case.envelopes:
            if (line.fund, line.period) == (fund.id, period):
                most = fund.reserve_fen.get(period, 0)
                zh, en = "剩余并入因素法后，未安排", "unallocated, as the pot takes it"
                check.holds(line.unallocated <= most, line.where, f"≤ {most}", line.unallocated, "fen", zh, en)
    else:
        allowed = grid or (0,)
        check.holds(pot in allowed, where, f"one of {allowed}", pot, "fen", "资金池", "the pot")
    if not rows:
        return
    for row in rows:
        check.holds(row.pot >= 0, row.where, "≥ 0", row.pot, "fen", "资金池分块", "this part of the pot")
        if row.payer is not None:
            check.equal(row.where, fund.payer, row.payer, "", "出资层级", "the payer")
    weights = {row.factor: row.weight or Fraction(0) for row in rows}
    check.equal(where, Fraction(1), sum(weights.values()), "", "权重之和", "the sum of the weights")
    bands = {spec.factor: spec for spec in case.resolved.factors if spec.fund == fund.id}
    for factor in sorted(set(weights) - set(bands)):
        check.refuse(where, f"未知因素 {factor}", f"unknown factor {factor}")
    step = fraction(case.resolved.factor_step)
    for factor, spec in bands.items():
        low, high, weight = fraction(spec.low), fraction(spec.high), weights.get(factor, Fraction(0))
        place = f"{where}, factor={factor}"
        on_step = low <= weight <= high and (step == 0 or (weight - low) % step == 0)
        expected = f"{spec.low} … {spec.high}, step {case.resolved.factor_step}"
        check.holds(on_step, place, expected, weight, "", "权重", "the weight")
    if sum(weights.values()) != 1 or any(weight < 0 for weight in weights.values()) or pot < 0:
        return
    parts = largest_remainder(pot, [(factor, weights[factor]) for factor in sorted(weights)])
    for row in rows:
        check.equal(row.where, parts[row.factor], row.pot, "fen", "资金池分块", "this part of the pot")
