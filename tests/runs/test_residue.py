"""A residue that joins the factor pot: amounts by hand, refusals by name, and a whole outcome that can be redone by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.allocation.sample import sample_responses, sample_yields
from tests.allocation.tiny import PROTECTION, REFORM, Tiny, tiny
from tests.runs.by_hand import printed, redone
from tests.runs.full_scenario import write_scenario
from tests.runs.tiny_prepared import prepared_of

from silvafisc.allocation.audit import audit
from silvafisc.allocation.menus import menus
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import outcome_tables
from silvafisc.datasets import InputError
from silvafisc.results import FactorSpec, ObjectiveSpec, Outcome, RuleSpec
from silvafisc.runs import explain, run, solve_offers
from silvafisc.runs.prepare import Prepared
from silvafisc.runs.residue import Published, published

A, B = "110001", "110002"
VALUES = {"fiscal_difficulty": {A: "1", B: "3"}, "task_need": {A: "1", B: "1"}}
LAST = {A: 200_000, B: 300_000}
"""Fen of factor money; 5 000.00 yuan at the weights below give the same this year."""


def problem(mode: str = "rule", rules: tuple[RuleSpec, ...] = (RuleSpec("envelope"),), **fund: Any) -> Tiny:
    """Two units; 6 000.07 yuan for a pot of 3 000.01 or 5 000.00 yuan, of which 0.4 go by difficulty and 0.6 by need."""
    found = tiny(mode, units=2, pot=True, task=True, quantities=("0",))
    funds = tuple(
        replace(f, appropriation_fen={"2026": 600_007}, residue="factor", **fund) if f.id == REFORM else f
        for f in found.resolved.funds
    )
    bands = (("fiscal_difficulty", "0.4"), ("task_need", "0.6"))
    resolved = replace(
        found.resolved,
        funds=funds,
        rules=rules,
        factors=tuple(FactorSpec(REFORM, name, weight, weight, weight) for name, weight in bands),
        objectives=(ObjectiveSpec("development", stage=1),),
        # one fen: the amounts by hand are not rounded for a notice
        notice_unit_fen=1,
    )
    keys = list(zip(found.inputs.factors["region_code"], found.inputs.factors["factor"], strict=True))
    factors = found.inputs.factors.assign(value=[VALUES.get(name, {}).get(code, "1") for code, name in keys])
    known: dict[str, Any] = {
        "fund": REFORM,
        "subject": "factor_pot",
        "area_tenth_mu": 0,
        "status": "assumption",
        "source": "",
    }
    last = pd.DataFrame({"region_code": list(LAST), "amount_fen": list(LAST.values())}).assign(**known)
    inputs = replace(found.inputs, factors=factors, last_year=last)
    offered = menus(resolved, inputs, sample_yields(resolved, inputs), sample_responses(resolved, inputs))
    return replace(found, resolved=resolved, inputs=inputs, menus=offered)


def made(found: Tiny) -> tuple[Prepared, Published, dict[str, pd.DataFrame]]:
    yields, responses = sample_yields(found.resolved, found.inputs), sample_responses(found.resolved, found.inputs)
    prepared = replace(prepared_of(found), yields=yields, responses=responses)
    decision = found.decide()
    engine = decision.engine
    point = settle(engine.model, decision.point, engine.vector(engine.objectives["development"][0]))
    shown = published(prepared, decision, point)
    return prepared, shown, outcome_tables(shown.decision.engine.model, shown.point)


def factor_money(tables: dict[str, pd.DataFrame]) -> dict[str, int]:
    rows = tables["allocation"][tables["allocation"]["nature"] == "factor"]
    return dict(zip(rows["region_code"], rows["payment_fen"].astype(int), strict=True))


@pytest.mark.parametrize("mode", ["rule", "case"])
def test_the_residue_is_shared_by_the_chosen_weights_to_the_fen(tmp_path: Path, mode: str) -> None:
    """By hand: the pot is 500 000 + 100 007 fen. 0.4 of it are 240 002.8, 0.6 are 360 004.2: the odd fen goes to the first.

    240 003 by 1 : 3 are 60 000.75 and 180 002.25, the odd fen to A; 360 004 by 1 : 1 are 180 002 each.
    """
    prepared, shown, tables = made(problem(mode))
    assert [(r.period, r.chosen_fen, r.residue_fen) for r in shown.residues] == [("2026", 500_000, 100_007)]
    assert dict(zip(tables["weights"]["factor"], tables["weights"]["pot_fen"], strict=True)) == {
        "fiscal_difficulty": 240_003,
        "task_need": 360_004,
    }
    assert factor_money(tables) == {A: 60_001 + 180_002, B: 180_002 + 180_002}
    rests = tables["envelopes"].set_index("fund")["unallocated_fen"]
    assert rests[REFORM] == 0
    assert rests[PROTECTION] > 0
    assert audit(prepared.resolved, prepared.inputs, tables)["clean"]
    outcome = Outcome({"id": "o"}, tables | {"sources": prepared.inputs.ledger}, prepared.inputs, prepared.resolved)
    outcome.save(tmp_path / "o")
    if mode == "rule":
        assert redone(tmp_path / "o") == printed(tmp_path / "o")


def test_what_the_units_get_is_worth_what_any_pot_of_that_size_is() -> None:
    """By hand, proportion: factor money brings tonnes and weighted income in proportion to each unit's fen."""
    _, shown, _ = made(problem())
    before, after = (d.problem.offers.table for d in (shown.decided, shown.decision))
    for code, fen in (("110001", (200_000, 240_003)), ("110002", (300_000, 360_004))):
        column = f"cost.{REFORM}.central.2026_fen"
        old, new = (
            table[(table["region_code"] == code) & (table["nature"] == "factor") & (table[column] == paid)].iloc[0]
            for table, paid in zip((before, after), fen, strict=True)
        )
        for name in ("obj.carbon", "obj.development"):
            assert new[name] == pytest.approx(old[name] * fen[1] / fen[0], rel=1e-12)
            assert old[name] > 0
    assert shown.decision.values["development"] > shown.decided.values["development"]


def test_a_named_reserve_stays_and_full_allocation_asks_for_no_more() -> None:
    """By hand: of 100 007 fen 1 000 stay in reserve, 99 007 join the pot. A fund without a pot keeps its own reserve."""
    full = (RuleSpec("envelope", {"full_allocation": True}),)
    found = problem(rules=full, reserve_fen={"2026": 1_000}, reserve_reason="checks")
    funds = [replace(f, reserve_fen={"2026": 10**9}) if f.id == PROTECTION else f for f in found.resolved.funds]
    prepared, shown, tables = made(found.change(funds=tuple(funds)))
    assert [r.pot_fen for r in shown.residues] == [599_007]
    assert tables["envelopes"].set_index("fund")["unallocated_fen"][REFORM] == 1_000
    assert audit(prepared.resolved, prepared.inputs, tables)["clean"]


@pytest.mark.parametrize(("upper", "kept"), [("0.21", True), ("0.2", False)])
def test_a_band_that_the_larger_pot_would_break_is_refused_by_name(upper: str, kept: bool) -> None:
    """By hand: B gets 300 000 fen of the chosen pot, as last year, and 360 004 of the larger one: +20.001 %."""
    found = problem(rules=(RuleSpec("envelope"), RuleSpec("change_band", {"lower": "-0.1", "upper": upper})))
    if kept:
        assert factor_money(made(found)[2])[B] == 360_004
        return
    with pytest.raises(InputError) as caught:
        made(found)
    [finding] = [f for f in caught.value.findings if B in f.en]
    assert finding.path == f"funds.{REFORM}.residue"
    assert "Change band" in finding.en
    assert "增减幅控制" in finding.zh
    assert B in finding.zh


def test_a_bound_that_the_larger_pot_would_miss_is_refused_by_name() -> None:
    """Stability is −Σ|change|: −0 at the chosen pot (by hand: both units get what they got), less at the larger one."""
    found = problem().objectives(
        ObjectiveSpec("development", stage=1), ObjectiveSpec("stability", stage=2, at_least=-1.0)
    )
    with pytest.raises(InputError) as caught:
        made(found)
    assert any("≥ -1" in finding.en for finding in caught.value.findings)


def scenario(folder: Path, more: str = "") -> Path:
    """A nation of one category, one task and one pot, in one year."""
    pot = f"pots: [{{nature: factor, grid: ['500000000', '1000000000']}}]\n    residue: factor{more}"
    path = write_scenario(folder, carbon="")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("measures: [afforestation]", f"measures: [afforestation]\n    {pot}"), encoding="utf-8"
    )
    return path


def test_a_fund_cannot_carry_out_what_joins_its_pot(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(scenario(tmp_path, '\n    carry_share: "0.5"'))
    assert [finding.path for finding in caught.value.findings] == ["funds.reform_development.carry_share"]


def test_a_table_of_offers_has_no_pot_that_a_residue_could_join(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        solve_offers(tmp_path / "offers.csv", scenario(tmp_path))
    assert [finding.path for finding in caught.value.findings] == ["funds.reform_development.residue"]


@pytest.mark.slow
def test_a_whole_outcome_with_a_residue_can_be_redone_and_explained(tmp_path: Path) -> None:
    outcome = run(scenario(tmp_path))
    rests = outcome.tables["envelopes"].groupby("fund")["unallocated_fen"].sum()
    assert rests["reform_development"] == 0
    assert any("余额" in c["zh"] and "residue" in c["en"] for c in outcome.meta["caveats"])
    outcome.save(tmp_path / "o")
    assert redone(tmp_path / "o") == printed(tmp_path / "o")
    code = outcome.tables["regions"]["region_code"].iloc[0]
    assert explain(outcome, code)
