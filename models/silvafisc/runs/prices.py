"""Shadow prices: what a little more money brings."""

from itertools import product

import pandas as pd

from silvafisc.allocation.appropriations import ceilings, larger
from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import Engine
from silvafisc.quantities.money import FEN_PER_YUAN

from .prepare import Prepared

COLUMNS = ["rule", "region_code", "group", "period", "price", "unit", "method", "step", "meaning_zh", "meaning_en"]
_PARTS = 100
"""An appropriation is made larger by one of so many parts."""
_AGREE = 0.2
_CARBON_UNITS = {
    "tco2e": ("tco2e", "吨二氧化碳当量", "tCO2e"),
    "yuan": ("yuan", "加权元", "weighted yuan"),
    "1": ("1", "", ""),
}


def shadow_prices(prepared: Prepared, decision: Decision) -> pd.DataFrame:
    """What one more yuan of each appropriation brings. Never negative; unit: objective per yuan of appropriation.

    More money is more in every row that it reaches (`allocation.appropriations`), later periods included where the fund
    carries over. Rule mode: re-solves of the first named objective with the appropriation 1 % larger, at the published α;
    all numbers are discrete there, so a dual would be the price of something that cannot be published. Case mode: duals
    of the linear relaxation (or the prices that a large block was solved by) of the last named objective, earlier stages
    held, checked by the same re-solve; where the two differ by more than 20 % beyond what the gaps leave open, the
    re-solve is shown. No row for a period without an appropriation: there is no 1 % of nothing.
    """
    engine = decision.engine
    case = prepared.resolved.mode == "case"
    name = prepared.resolved.objectives[-1 if case else 0].term
    objective = engine.objectives[name][0]
    vector = engine.vector(objective)
    if case:
        _hold_earlier(prepared, decision, engine)
    duals = engine.relaxation_duals(vector) if case else None
    base = engine.maximise(vector)
    unit, zh, en = _CARBON_UNITS.get(objective.unit, (objective.unit, objective.unit, objective.unit))
    rows = []
    funds = prepared.resolved.funds
    at, now = ceilings(engine, funds)
    for fund, period in product(funds, prepared.resolved.periods):
        step = fund.appropriation_fen[period] // _PARTS
        if not step:
            continue
        _, upper = ceilings(engine, larger(funds, fund.id, period, step))
        wider = engine.with_ceilings(at, upper)
        if case:
            _hold_earlier(prepared, decision, wider)
        more = wider.maximise(vector)
        price, method, size = max(0.0, more.value - base.value) / step * FEN_PER_YUAN, "re-solve", "+1 %"
        if duals is not None:
            dual = max(0.0, float(duals[at] @ (upper - now))) / step * FEN_PER_YUAN
            least, most = ((gain / step * FEN_PER_YUAN) for gain in (more.value - base.bound, more.bound - base.value))
            if dual >= (1 - _AGREE) * least and most >= (1 - _AGREE) * dual:
                price, method, size = dual, "relaxation dual", ""
        shown = f"{price * 10_000:.4g}"
        rows.append(
            (
                "envelope",
                "",
                fund.id,
                period,
                price,
                f"{unit}_per_yuan",
                method,
                size,
                f"预算增加1%时，每增加1万元平均多得{shown}{zh}",
                f"with 1 % more appropriation, another 10 thousand yuan bring {shown} {en} on average",
            )
        )
    engine.release()
    return pd.DataFrame(rows, columns=COLUMNS)


def _hold_earlier(prepared: Prepared, decision: Decision, engine: Engine) -> None:
    """Keep the stages before the last one at what the decision reaches."""
    for spec in prepared.resolved.objectives[:-1]:
        if spec.stage is not None and spec.weight is None:
            engine.hold_at(engine.vector(engine.objectives[spec.term][0]), decision.point)
