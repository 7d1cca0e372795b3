"""What is published where a fund's residue joins its factor pot: the decided numbers, the larger pots, every rule checked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import TIE, Engine
from silvafisc.allocation.menus import Menus
from silvafisc.allocation.menus.tonnes import Consequences
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.residue import Residue, residues, with_residues
from silvafisc.allocation.settle import broken_rows
from silvafisc.allocation.terms import term, title_of
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.results import UnitInputs

from .prepare import Prepared
from .spoken import Said, fund_name, yuan

_SHOWN = 3
"""Broken rows that the findings of a fund name; a longer list says no more of what to change."""


@dataclass(frozen=True)
class Published:
    """The answer as it is published. Without residues all is as it was decided.

    decided: the choice, with its proof. decision: its engine, point and values with the larger pots (stages and payoff
    are those of the choice). point: settled. menus: the offers with the larger pots.
    """

    decided: Decision
    decision: Decision
    point: Floats
    menus: Menus
    residues: tuple[Residue, ...] = ()

    @property
    def caveats(self) -> list[dict[str, str]]:
        """What a reader has to know of each pot that became larger."""
        found = []
        for one in self.residues:
            fund = fund_name(one.fund)
            more, before, after = (yuan(fen) for fen in (one.residue_fen, one.chosen_fen, one.pot_fen))
            zh = (
                f"{one.period}年{fund.zh}选择之后的余额 {more} 元并入因素法资金池，按已选权重分配，资金池由 {before} 元"
                f"增至 {after} 元；最优性、规则代价、前沿和敏感性均针对并入之前的选择"
            )
            en = (
                f"In {one.period} the residue of {fund.en} after choosing, {more} yuan, joins the factor pot by the chosen"
                f" weights: {before} becomes {after} yuan. Proofs, prices, frontier and sensitivity are those of the choice"
                " before it"
            )
            found.append({"zh": zh, "en": en})
        return found


def published(prepared: Prepared, decision: Decision, point: Floats) -> Published:
    """The settled answer with every residue apportioned.

    Raises:
        InputError: a rule or a bound that the choice kept would be broken then; names the rule and whom it concerns.
    """
    before = decision.problem
    joined = residues(before, point)
    if not joined:
        return Published(decision, decision, point, prepared.menus)
    consequences = Consequences.of(prepared.resolved, prepared.yields, prepared.responses)
    problem = with_residues(before, point, joined, consequences)
    engine = Engine(problem)
    larger = np.zeros(engine.model.size)
    larger[: problem.size] = point[: problem.size]
    larger = engine.model.completed(larger)
    values = {
        name: float(engine.vector(group[0]) @ larger) + group[0].constant for name, group in engine.objectives.items()
    }
    refused = [*_broken(prepared, engine, larger, joined), *_out_of_bounds(prepared, values, joined)]
    if refused:
        raise InputError(refused)
    table = problem.offers.table.drop_duplicates(["menu", "offer"], ignore_index=True)
    menus = Menus(replace(problem.offers, table=table), problem.fixed)
    after = replace(decision, engine=engine, point=larger, values=values)
    return Published(decision, after, larger, menus, joined)


def _broken(prepared: Prepared, engine: Engine, point: Floats, joined: Sequence[Residue]) -> Iterator[Finding]:
    """Rules that hold no longer, told of the funds whose larger pots stand in their rows."""
    model = engine.model
    rows = broken_rows(model, point)
    entered = np.asarray(abs(model.matrix[rows][:, [one.column for one in joined]]).toarray() > 0)
    for fund in dict.fromkeys(one.fund for one in joined):
        mine = entered[:, [one.fund == fund for one in joined]].any(axis=1) | ~entered.any(axis=1)
        for row in rows[mine][:_SHOWN].tolist():
            title, label = term(model.rows[row].rule).TITLE, _named(prepared.inputs, model.rows[row].label)
            yield _refused(prepared, fund, Said(f"{title['zh']}（{label.zh}）", f"{title['en']} ({label.en})"))


def _out_of_bounds(prepared: Prepared, values: dict[str, float], joined: Sequence[Residue]) -> Iterator[Finding]:
    """Bounds on objectives that are missed with the larger pots."""
    for spec in prepared.resolved.objectives:
        if spec.at_least is not None and values[spec.term] < spec.at_least - TIE * max(1.0, abs(spec.at_least)):
            title = title_of(spec)
            what = Said(f"{title['zh']} ≥ {spec.at_least:g}", f"{title['en']} ≥ {spec.at_least:g}")
            for fund in dict.fromkeys(one.fund for one in joined):
                yield _refused(prepared, fund, what)


def _refused(prepared: Prepared, fund: str, what: Said) -> Finding:
    en = (
        f"what is left after choosing cannot join the factor pot: {what.en} would be broken; widen the pot grid so that the"
        " choice takes the money itself, or write `residue: unallocated`"
    )
    zh = (
        f"选择之后的余额不能并入因素法资金池：将违反{what.zh}；请扩大资金池档次，由选择本身用足资金，"
        "或改为 residue: unallocated"
    )
    return Finding(prepared.scenario.where("funds", fund, "residue"), f"funds.{fund}.residue", en, zh)


def _named(inputs: UnitInputs, label: str) -> Said:
    """The label of a row with the names of the units in it."""
    names = ("region_code", "region_name", "region_name_en")
    known = {str(code): (zh, en) for code, zh, en in zip(*(inputs.regions[name] for name in names), strict=True)}
    parts = [(*known.get(part, ("", "")), part) for part in label.split("/")]
    zh, en = ("/".join(f"{part[at]} {part[2]}".strip() for part in parts) for at in (0, 1))
    return Said(zh, en)
