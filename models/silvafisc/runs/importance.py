"""Why this place: what the whole plan loses when a unit gets no optional money."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.allocation.importance import Importance
from silvafisc.allocation.importance import importance as replacement_costs
from silvafisc.policy import Scenario

from .answers import Answer, Basis, basis, names_of, percent, quantity, refused
from .prepare import Progress
from .spoken import Said, join, yuan
from .spoken import name as rule_name

SAID = 5
COLUMNS = [
    "rank",
    "region_code",
    "region_name",
    "objective",
    "unit",
    "loss",
    "loss_least",
    "loss_most",
    "own",
    "regained",
    "money_fen",
    "needed",
    "waived",
]


def importance(
    scenario: str | Path | Scenario | Basis,
    *,
    data: str | Path | None = None,
    units: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Replacement cost of units in the scenario's first objective (all units by default), largest first.

    One solve of the first objective alone per unit; in rule mode at the published α.

    Returns:
        importance: loss (between loss_least and loss_most), own = what its optional offers bring in the best plan,
        regained = own − loss, money_fen = its optional money there, needed = the rules do not let it go, waived = those
        waived for it alone so that a loss can be told (empty numbers where there is none to tell).

    Raises:
        InputError, Infeasible: as `run`; an unknown unit; a first objective that is no sum over offers.
    """
    say = progress or (lambda text: None)
    known = basis(scenario, data, say)
    engine = known.decision.engine
    name = known.prepared.resolved.objectives[0].term
    if f"obj.{name}" not in engine.problem.offers.table:
        en, zh = (
            "is no sum over offers: no unit has a part of it that could be lost",
            "不是各档次之和，无法归于某个单位",
        )
        raise refused(known.prepared, f"importance.{name}", en, zh)
    codes = list(units) if units is not None else list(known.prepared.inputs.codes)
    unknown = [code for code in codes if code not in known.prepared.inputs.codes]
    if unknown:
        listed = ", ".join(unknown)
        raise refused(known.prepared, "importance.units", f"no unit {listed}", f"没有单位 {listed}")
    found = []
    for number, entry in enumerate(replacement_costs(engine, name, codes), start=1):
        say(f"importance {number}/{len(codes)}")
        found.append(entry)
    found.sort(key=lambda e: (0.0 if np.isnan(e.loss) else 1.0, -np.nan_to_num(e.loss), e.region_code))
    unit = engine.objectives[name][0].unit
    rows = [
        (
            rank,
            e.region_code,
            region,
            name,
            unit,
            *(pd.NA if np.isnan(v) else v for v in (e.loss, e.least, e.most)),
            e.own,
            pd.NA if np.isnan(e.loss) else e.own - e.loss,
            e.money_fen,
            "yes" if e.needed else "no",
            ";".join(e.waived),
        )
        for rank, (e, region) in enumerate(
            zip(found, names_of(known, [e.region_code for e in found]), strict=True), start=1
        )
    ]
    said = tuple(_said(known, e, name, unit) for e in found[:SAID])
    return Answer({"importance": pd.DataFrame(rows, columns=COLUMNS)}, (*said, *known.notes))


def _said(known: Basis, entry: Importance, name: str, unit: str) -> Said:
    who, money = known.unit_name(entry.region_code), yuan(entry.money_fen)
    if np.isnan(entry.loss):
        return Said(
            f"为何安排给{who.zh}：规则不允许取消其 {money} 元可选资金。",
            f"Why {who.en}: the rules do not let its {money} yuan of optional money go.",
        )
    rules = join([rule_name("rule", rule) for rule in entry.waived], ", ")
    why = (
        Said(
            f"受规则保护（{rules.zh}）；若仅对其豁免，",
            f"protected by rules ({rules.en}); were they waived for it alone: ",
        )
        if entry.waived
        else Said("", "")
    )
    loss, own = quantity(name, unit, entry.loss), quantity(name, unit, entry.own)
    if entry.loss < 0:
        more = quantity(name, unit, -entry.loss)
        return Said(
            f"为何安排给{who.zh}：{why.zh}因规则而安排 {money} 元；若对其单独不予安排，总体反而增加{more.zh}。",
            f"Why {who.en}: {why.en}the rules pay it {money} yuan; were it exempt, the whole would gain: {more.en}.",
        )
    part = percent(1 - entry.loss / entry.own) if entry.own > 0 else percent(0)
    return Said(
        f"为何安排给{who.zh}：{why.zh}取消其 {money} 元可选资金，总体损失{loss.zh}；其自身带来{own.zh}，其余单位用腾出的资金补回 {part}。",
        f"Why {who.en}: {why.en}without its {money} yuan of optional money the whole loses: {loss.en}. Its own offers bring: "
        f"{own.en}; with the money it leaves the others make up for {part}.",
    )
