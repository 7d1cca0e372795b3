"""Credited tonnes as an objective: enumeration in both modes, where the column comes from, and what the audit rejects."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.allocation.decided import solved
from tests.allocation.drawn import drawn, with_draws
from tests.allocation.sample import sample_inputs, sample_resolved, sample_responses, sample_yields
from tests.allocation.tiny import MODES, Tiny, answer, tiny

from silvafisc.allocation.audit import audit
from silvafisc.allocation.menus import Menus, menus
from silvafisc.allocation.menus.renewed import renewed
from silvafisc.results import ObjectiveSpec, Resolved, Responses, RuleSpec, UnitInputs, Yields

CREDITED = ObjectiveSpec("carbon", stage=1, params={"carbon": "credited"})
COLUMN = "obj.carbon_credited"
SHARE = 0.45
"""Of a task's additional tonnes; existing forest earns none."""


def offered(mode: str, seed: int) -> Tiny:
    """Two units; what a task earns is drawn apart from what it brings, protection earns nothing."""
    draw = np.random.default_rng(seed)

    def edit(table: pd.DataFrame) -> None:
        earned = draw.integers(1, 90, len(table)).astype(float)
        paid = (table["nature"] == "task") & (table["area_tenth_mu"] > 0)
        table[COLUMN] = np.where(paid, earned, 0.0)

    return tiny(mode, units=2, task=True, quantities=("0", "0.25", "0.5"), seed=seed).offers(edit).budget("0.45")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_the_most_credited_tonnes(mode: str, seed: int) -> None:
    """enumeration: the most credited tonnes of all affordable choices; counted economically another choice is best."""
    case = offered(mode, seed).objectives(CREDITED)
    best = max(choice.gain("carbon_credited") for choice in case.choices() if case.affordable(choice))
    decision = case.decide()
    assert decision.values["carbon"] == float(best) > 0
    economic = case.objectives(ObjectiveSpec("carbon", stage=1)).decide()
    assert answer(economic) != answer(decision)


def consequences(**changes: object) -> tuple[Resolved, UnitInputs, Yields, Responses]:
    resolved, inputs = sample_resolved(mode="case", **changes), sample_inputs()  # type: ignore[arg-type]
    yields = sample_yields(resolved, inputs)
    share = np.where(yields.table["measure"] == "compensation", 0.0, SHARE)
    table = yields.table.assign(credited_tco2e_per_mu=yields.table["additional_tco2e_per_mu"] * share)
    return resolved, inputs, replace(yields, table=table), sample_responses(resolved, inputs)


def of_menus() -> tuple[Resolved, UnitInputs, Responses, Menus]:
    resolved, inputs, yields, responses = consequences(objectives=(CREDITED,))
    return resolved, inputs, responses, menus(resolved, inputs, yields, responses)


def test_offers_carry_what_the_yields_credit() -> None:
    """by hand: 0.45 of a task's tonnes, and of the factor money that is taken to buy such tasks; nothing of protection."""
    *_, found = of_menus()
    table = found.offers.table
    for nature, share in (("task", SHARE), ("factor", SHARE), ("top_up", 0.0)):
        rows = table[table["nature"] == nature]
        assert rows["obj.carbon"].sum() > 0
        assert rows[COLUMN].to_numpy() == pytest.approx(share * rows["obj.carbon"].to_numpy())
    assert found.fixed.table[COLUMN].sum() == 0


def test_nothing_is_carried_where_nothing_counts_it() -> None:
    found = menus(*consequences())
    assert COLUMN not in found.offers.table
    tables = solved(*consequences()[:2], consequences()[3].indices, found).tables
    assert tables["allocation"]["credited_tco2e"].isna().all()
    rule = RuleSpec("carbon_target", {"target_tco2e": "1", "carbon": "credited"})
    assert COLUMN in menus(*consequences(rules=(RuleSpec("envelope"), rule))).offers.table


def test_the_same_offers_bringing_something_else_are_credited_anew() -> None:
    resolved, inputs, yields, responses = consequences(objectives=(CREDITED,))
    more = replace(yields, table=yields.table.assign(credited_tco2e_per_mu=yields.table["credited_tco2e_per_mu"] * 3))
    anew = renewed(menus(resolved, inputs, yields, responses), resolved, more, responses)
    pd.testing.assert_frame_equal(anew.offers.table, menus(resolved, inputs, more, responses).offers.table)


def test_the_audit_rejects_credited_tonnes_that_are_not_the_offers() -> None:
    resolved, inputs, responses, found = of_menus()
    tables = solved(resolved, inputs, responses.indices, found).tables
    assert audit(resolved, inputs, tables)["clean"]
    assert tables["allocation"]["credited_tco2e"].sum() > 0
    allocation = tables["allocation"].copy()
    at = allocation.index[allocation["nature"] == "task"][0]
    for amount in (allocation["carbon_tco2e"], allocation["credited_tco2e"] + 1, np.nan):
        planted = allocation.assign(credited_tco2e=allocation["credited_tco2e"].mask(allocation.index == at, amount))
        checked = audit(resolved, inputs, tables | {"allocation": planted})
        assert [c["rule"] for c in checked["checks"] if not c["clean"]] == ["carbon"]
    total = {"scenario": "x", "region_code": "000000", "variable": "carbon.credited", "unit": "tco2e", "year": ""}
    told = pd.DataFrame([total | {"value": allocation["credited_tco2e"].sum() + 1, "kind": "model"}])
    checked = audit(resolved, inputs, tables | {"indicators": told})
    assert [c["rule"] for c in checked["checks"] if not c["clean"]] == ["carbon"]


@pytest.mark.parametrize("mode", MODES)
def test_over_draws_the_credited_tonnes_are_drawn(mode: str) -> None:
    """by hand: the mean over draws is the mean factor of each offer times its credited tonnes, of the best choice."""
    case = with_draws(offered(mode, 1), drawn(1))
    spec = ObjectiveSpec("carbon", stage=1, params={"carbon": "credited", "risk": "mean"})
    ones = replace(case.inputs, draws=case.inputs.draws.assign(value="1")) if case.inputs.draws is not None else None
    assert ones is not None
    certain = replace(case, inputs=ones).objectives(spec).decide().values["carbon"]
    assert certain == pytest.approx(offered(mode, 1).objectives(CREDITED).decide().values["carbon"], rel=1e-12)
    assert case.objectives(spec).decide().values["carbon"] != pytest.approx(certain, rel=1e-6)
