"""Shadow prices: what a little more money brings."""

import pandas as pd

from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import Engine
from silvafisc.quantities.money import FEN_PER_YUAN

from .prepare import Prepared

COLUMNS = ["rule", "region_code", "group", "period", "price", "unit", "method", "step", "meaning_zh", "meaning_en"]
STEP = 0.01
_AGREE = 0.2
_CARBON_UNITS = {
    "tco2e": ("tco2e", "吨二氧化碳当量", "tCO2e"),
    "yuan": ("yuan", "加权元", "weighted yuan"),
    "1": ("1", "", ""),
}


def shadow_prices(prepared: Prepared, decision: Decision) -> pd.DataFrame:
    """What one more yuan of each envelope brings. Never negative; unit: objective per yuan of appropriation.

    Rule mode: re-solves of the first named objective with the envelope 1 % larger, at the published α; all numbers are
    discrete there, so a dual would be the price of something that cannot be published. Case mode: duals of the linear
    relaxation of the last named objective, earlier stages held, checked by the same re-solve; where the two differ by
    more than 20 % the re-solve is shown.
    """
    engine = decision.engine
    case = prepared.resolved.mode == "case"
    name = prepared.resolved.objectives[-1 if case else 0].term
    objective = engine.objectives[name][0]
    vector = engine.vector(objective)
    if case:
        _hold_earlier(prepared, decision, engine)
    duals = engine.relaxation_duals(vector) if case else None
    base = engine.maximise(vector).value
    unit, zh, en = _CARBON_UNITS.get(objective.unit, (objective.unit, objective.unit, objective.unit))
    rows = []
    for index, row in enumerate(engine.model.rows):
        if row.rule != "envelope" or row.aux or row.label.count("/") != 1:
            continue
        fund, period = row.label.split("/")
        step = prepared.resolved.fund(fund).appropriation_fen[period] * STEP
        wider = engine.with_limit(index, upper=row.upper + step)
        if case:
            _hold_earlier(prepared, decision, wider)
        more = wider.maximise(vector).value
        price, method, size = max(0.0, more - base) / step * FEN_PER_YUAN, "re-solve", "+1 %"
        if duals is not None:
            dual = max(0.0, float(duals[index])) * FEN_PER_YUAN
            if abs(dual - price) <= _AGREE * max(dual, price):
                price, method, size = dual, "relaxation dual", ""
        shown = f"{price * 10_000:.4g}"
        rows.append(
            (
                "envelope",
                "",
                fund,
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
