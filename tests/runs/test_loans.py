"""Loans on a made-up sample from their terms to the audit, with planted errors, and what stands beside them."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import pytest
from tests.allocation.loaned import SPEC
from tests.allocation.sample import REFORM, SHARED, sample_inputs, sample_resolved, sample_responses

from silvafisc.allocation.audit import audit
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.decide import decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import menus
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import outcome_tables
from silvafisc.datasets.findings import InputError
from silvafisc.economy.curves import participation
from silvafisc.quantities import mu_to_tenths, split_payers
from silvafisc.results import RuleSpec, Yields
from silvafisc.results.loans import LoanSpec
from silvafisc.runs.leverage import leverage
from silvafisc.runs.loan_claims import check_pledges
from silvafisc.runs.loan_formulas import worked_loan
from silvafisc.runs.loan_offers import loan_offers
from silvafisc.runs.loan_tables import loan_tables
from silvafisc.runs.prepare import Prepared
from silvafisc.runs.residue import Published

BARE, FAIR, RICH = "110000", "350000", "520000"
"""Units whose work earns 0.1, 0.3 and 0.5 credited tonnes per mu and year."""
LOAN = replace(
    SPEC,
    id="planting_loan",
    subsidy_rates=("0.02", "0.03"),
    quantity_shares=("0", "0.25"),
    payer_shares=SHARED,
    lent_share="0.3",
    years=10,
    every_months=6,
    repayment="equal_principal",
    pledged_share="0.8",
    yuan_per_tco2="75",
    market="ccer",
    years_between=2,
    months_to_issue=6,
    months_to_sell=6,
    other_income=((2, 10, 30_00),),
    guarantee_share="0.5",
    fee_rate="0.01",
    fee_subsidised="0.5",
    default_rate="0.01",
    loss_share="0.5",
    borne_share="0.4",
)
RULES = ("envelope", "cost_sharing", "eligible_area", "delivery_capacity", "one_channel", "no_hidden_debt")


class Lent(NamedTuple):
    prepared: Prepared
    published: Published
    tables: dict[str, pd.DataFrame]


def yields() -> Yields:
    credited = {BARE: 0.1, FAIR: 0.3, RICH: 0.5}
    rows = [
        {
            "region_code": code,
            "measure": measure,
            "period": period,
            "year": year,
            "additional_tco2e_per_mu": 0.5 if measure == "afforestation" else 0.01,
            "credited_tco2e_per_mu": credited[code] if measure == "afforestation" else 0.0,
        }
        for code in credited
        for measure in ("afforestation", "compensation")
        for period in ("2026", "2027")
        for year in range(int(period), 2061)
    ]
    return Yields(pd.DataFrame(rows), 2060)


def solved(mode: str, loan: LoanSpec = LOAN) -> Lent:
    rules = tuple(map(RuleSpec, RULES))
    # So little money that grants alone cannot fill the need.
    bare = sample_resolved(mode=mode, graded=False, levels=(16_00, 18_00), rules=rules, reform=30_000_00)
    resolved, inputs = replace(bare, loans=(loan,)), sample_inputs()
    heard, held = sample_responses(resolved, inputs), yields()
    scenario = SimpleNamespace(where=lambda *path: "sample.yaml:7:3", loans={})
    offered = loan_offers(cast(Any, scenario), resolved, inputs, held)
    found = menus(resolved, inputs, held, heard, offered)
    parts = {"scenario": scenario, "inputs": inputs, "resolved": resolved, "yields": held, "responses": heard}
    prepared = Prepared(**cast(Any, dict.fromkeys(("tree", "rules", "scores")) | parts), menus=found, loans=offered)
    make: Callable[..., Any] = case_problem if mode == "case" else rule_problem
    problem = make(resolved, inputs, heard.indices, found, *(() if mode == "case" else ("0",)))
    decision = decide([Engine(problem)], resolved.objectives)
    first = decision.engine.objectives["carbon"][0]
    point = settle(decision.engine.model, decision.point, decision.engine.vector(first))
    tables = outcome_tables(decision.engine.model, point)
    tables |= loan_tables(prepared, tables)
    return Lent(prepared, Published(decision, decision, point, found), tables)


@pytest.fixture(scope="module", params=["rule", "case"])
def lent(request: pytest.FixtureRequest) -> Lent:
    return solved(request.param)


def cover_of(lent: Lent) -> Any:
    """loan_cover by unit and period."""
    assert lent.prepared.loans is not None
    return lent.prepared.loans.cover.set_index(["region_code", "period"])


def offered_by(lent: Lent) -> Any:
    """What units are offered."""
    assert lent.prepared.loans is not None
    return lent.prepared.loans.table


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def loans_of(lent: Lent) -> pd.DataFrame:
    allocation = lent.tables["allocation"]
    return allocation[allocation["nature"] == "interest_subsidy"]


def test_a_loan_is_on_offer_where_the_project_covers_it(lent: Lent) -> None:
    # By hand: full cost 900 yuan, 30 % lent: 270. Interest on 270 x 4 % falling in 20 steps: 270 x 0.02 x 10.5 = 56.70, so
    # 326.70 to pay. Other income 9 x 30 = 270. Sold by March 2036: four lumps of 2026 to 2033, 8 years x 0.8 x tonnes x 75.
    cover = cover_of(lent)
    assert len(cover) == 6
    assert set(cover["principal_fen_per_mu"]) == {270_00}
    assert set(cover["other_fen_per_mu"]) == {270_00}
    for code, tonnes in ((BARE, 0.1), (FAIR, 0.3), (RICH, 0.5)):
        row = cover.loc[code, "2026"]
        assert row["service_fen_per_mu"] == pytest.approx(326_70, abs=5)
        assert row["carbon_fen_per_mu"] == pytest.approx(8 * 0.8 * tonnes * 7500, rel=0.02)
        assert row["on_offer"] == (code != BARE)
    assert "不宜贷款" in cover.loc[BARE, "2026"]["reason_zh"]
    assert "not worth it" in cover.loc[BARE, "2026"]["reason_en"]
    assert set(offered_by(lent)["region_code"]) == {FAIR, RICH}


def test_money_follows_the_area_and_the_curve_moves_tonnes_only(lent: Lent) -> None:
    table = offered_by(lent)
    offer = table[
        (table["region_code"] == RICH) & (table["period"] == "2026") & (table["offer"] == "i=0.03;q=0.25")
    ].iloc[0]
    tasks: Any = lent.prepared.inputs.tasks.set_index("region_code").loc[RICH]
    area = min(int(tasks["need_tenth_mu"]) // 4, int(tasks["capacity_tenth_mu"]))
    assert offer["area_tenth_mu"] == area
    assert offer["principal_fen"] == 27000 * area // 10
    # By hand per mu: receipts 510 yuan; interest subsidised at 3/4 for three years: 270 x 0.02 x 3/4 x (20+19+…+15)/20 = 21.26;
    # half of a fee of 0.5 % on 270, 243, … 27: 3.71; less interest 56.70 and fee 7.43.
    responses = lent.prepared.inputs.responses
    need: Any = responses[(responses["region_code"] == RICH) & (responses["subject"] == "afforestation")].iloc[0]
    cover = cover_of(lent).loc[RICH, "2026"]
    pays = cover["carbon_fen_per_mu"] + 270_00 + 2126 + 371 - 5670 - 743
    assert offer["uptake"] == pytest.approx(participation(pays, need["opportunity_cost_fen"], 0.5), rel=1e-3)


def test_every_table_is_clean(lent: Lent) -> None:
    found = audit(lent.prepared.resolved, lent.prepared.inputs, lent.tables)
    assert found["clean"], [f["en"] for c in found["checks"] for f in c["findings"]][:5]
    assert {c["rule"]: c["checked"] for c in found["checks"]}["loans"] > 200
    rows = loans_of(lent)
    assert set(rows["region_code"]) == {FAIR, RICH}
    assert (rows["due_later_fen"] > 0).all()


def _set(name: str, column: str, step: object, **where: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    """Add to (or put into) the first row that matches."""

    def edit(tables: dict[str, pd.DataFrame]) -> None:
        frame = tables[name].copy()
        mask = pd.Series(True, index=frame.index)
        for key, text in where.items():
            mask &= frame[key].astype(str) == text
        at = frame.index[mask][0]
        held = frame[column].tolist()
        held[at] = held[at] + step if isinstance(step, int) and not isinstance(step, bool) else step
        frame[column] = held
        tables[name] = frame

    return edit


def _elsewhere(tables: dict[str, pd.DataFrame]) -> None:
    """A loan where the project does not cover one."""
    frame = tables["allocation"]
    copy = frame[frame["nature"] == "interest_subsidy"].iloc[[0]].assign(region_code=BARE)
    tables["allocation"] = pd.concat([frame, copy], ignore_index=True)


def _dropped(name: str, column: str, text: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def edit(tables: dict[str, pd.DataFrame]) -> None:
        frame = tables[name]
        at = frame.index[frame[column].astype(str) == text][0]
        tables[name] = frame.drop(index=at).reset_index(drop=True)

    return edit


def _flagged(tables: dict[str, pd.DataFrame]) -> None:
    """A chosen loan that future appropriations would repay."""
    frame = tables["offers"]
    tables["offers"] = frame.assign(repaid_by_appropriation=frame["nature"] == "interest_subsidy")


LENT = {"nature": "interest_subsidy"}
PLANTED = {
    "payment": (_set("allocation", "payment_fen", 1, **LENT), "amounts"),
    "later": (_set("allocation", "due_later_fen", 1, **LENT), "sums.committed"),
    "tonnes": (_set("allocation", "carbon_tco2e", 5, **LENT), "loans"),
    "elsewhere": (_elsewhere, "amounts"),
    "committed": (_dropped("allocation", "nature", "committed"), "amounts"),
    "beyond the need": (_set("allocation", "area_mu", "99999.0", **LENT), "eligible_area"),
    "beyond the capacity": (_set("allocation", "area_mu", "99999.0", **LENT), "delivery_capacity"),
    "rate": (_set("loan_terms", "subsidy_rate", "0.05"), "loans"),
    "quantity": (_set("loan_terms", "quantity_rule", "need:0.2"), "loans"),
    "principal": (_set("loan_terms", "principal_fen", 1), "loans"),
    "public cost": (_set("loan_terms", "public_cost_fen", -1), "loans"),
    "units": (_set("loan_terms", "units", 1), "loans"),
    "unpublished": (_dropped("loan_terms", "instrument", "planting_loan"), "loans"),
    "offered uncovered": (_set("loan_cover", "on_offer", True, region_code=BARE), "loans"),
    "not offered": (_set("loan_cover", "on_offer", False, region_code=RICH), "loans"),
    "left out": (_dropped("loan_cover", "region_code", BARE), "loans"),
    "service": (_set("loan_cover", "service_fen_per_mu", -1), "loans"),
    "other receipts": (_set("loan_cover", "other_fen_per_mu", 1), "loans"),
    "interest": (_set("finance", "amount_fen", 1, item="interest"), "loans"),
    "repayment": (_set("finance", "amount_fen", -1, item="principal"), "loans"),
    "subsidy": (_set("finance", "amount_fen", 1, item="interest_subsidy"), "loans"),
    "compensation": (_dropped("finance", "item", "risk_compensation"), "loans"),
    "cost of the offer": (_set("offers", f"cost.{REFORM}.central.2027_fen", 1, chosen="True", **LENT), "loans"),
    "two offers": (_set("offers", "chosen", True, chosen="False", region_code=RICH, **LENT), "loans"),
    "hidden debt": (_flagged, "no_hidden_debt"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found(lent: Lent, name: str) -> None:
    edit, check = PLANTED[name]
    tables = dict(lent.tables)
    edit(tables)
    found = audit(lent.prepared.resolved, lent.prepared.inputs, tables)
    assert check in {c["rule"] for c in found["checks"] if not c["clean"]}


def test_finance_sums_to_the_allocation_and_closes(lent: Lent) -> None:
    money: Any = lent.tables["finance"].groupby(["region_code", "drawn", "item"])["amount_fen"].sum()
    for row in records(loans_of(lent)):
        mine = money.loc[row["region_code"], row["period"]]
        assert mine["public_cost"] == row["payment_fen"] + row["due_later_fen"]
        assert (
            mine["public_cost"] == mine["interest_subsidy"] + mine["guarantee_fee_subsidy"] + mine["risk_compensation"]
        )
        assert mine["principal_drawn"] == mine["principal"]
        assert mine["carbon_receipts"] + mine["other_receipts"] >= 1.2 * (mine["principal"] + mine["interest"]) - 100


def test_leverage_is_the_sum_of_what_was_chosen_and_a_price_is_a_solve_again(lent: Lent) -> None:
    table: Any = leverage(lent.prepared, lent.published, lent.tables).set_index(["measure", "channel"])
    loan, grant, whole = (
        table.loc[key] for key in (("afforestation", "loan"), ("afforestation", "grant"), ("", "both"))
    )
    rows = loans_of(lent)
    assert loan["public_cost_fen"] == (rows["payment_fen"] + rows["due_later_fen"]).sum()
    assert mu_to_tenths(loan["area_mu"]) == sum(mu_to_tenths(area) for area in rows["area_mu"])
    assert loan["carbon_tco2e"] == pytest.approx(rows["carbon_tco2e"].sum())
    assert loan["leverage"] == pytest.approx(loan["private_principal_fen"] / loan["public_cost_fen"])
    assert loan["yuan_per_tco2e"] * loan["tco2e_per_10k_yuan"] == pytest.approx(10_000)
    assert loan["pledged_tco2e"] == pytest.approx(lent.tables["pledges"]["pledged_tco2e"].sum())
    assert whole["public_cost_fen"] == loan["public_cost_fen"] + grant["public_cost_fen"]
    allocation = lent.tables["allocation"]
    tasks = allocation[allocation["nature"] == "task"]
    assert grant["public_cost_fen"] == (tasks["payment_fen"] + tasks["due_later_fen"]).sum()
    # The same problem without loans, solved anew.
    bare = replace(lent.prepared.resolved, loans=())
    heard = lent.prepared.responses
    found = menus(bare, lent.prepared.inputs, lent.prepared.yields, heard)
    make: Callable[..., Any] = case_problem if bare.mode == "case" else rule_problem
    problem = make(bare, lent.prepared.inputs, heard.indices, found, *(() if bare.mode == "case" else ("0",)))
    without = decide([Engine(problem)], bare.objectives).values["carbon"]
    assert loan["without_objective"] == pytest.approx(without)
    assert loan["price"] == pytest.approx(lent.published.decided.values["carbon"] - without)
    assert loan["price"] > 0
    assert grant["price"] >= 0


def test_pledged_tonnes_are_those_of_the_land_that_joins(lent: Lent) -> None:
    # By hand: 0.8 x tonnes x 10 years on the area that joins; additional tonnes are 0.5 a year to 2060.
    rows: Any = loans_of(lent).set_index(["region_code", "period"])
    for pledge in records(lent.tables["pledges"]):
        row, period = rows.loc[pledge["region_code"], pledge["period"]], int(pledge["period"])
        joined = row["carbon_tco2e"] / (0.5 * (2061 - period))
        tonnes = {FAIR: 0.3, RICH: 0.5}[pledge["region_code"]]
        assert pledge["pledged_tco2e"] == pytest.approx(0.8 * tonnes * 10 * joined)
        assert (pledge["first_year"], pledge["last_year"]) == (str(period), str(period + 9))
        assert pledge["code"] == f"{pledge['region_code']}/afforestation"


def test_the_explanation_works_the_same_amount_out_again(lent: Lent) -> None:
    outcome = SimpleNamespace(resolved=lent.prepared.resolved, inputs=lent.prepared.inputs)
    allocation = lent.tables["allocation"]
    for row in records(loans_of(lent)):
        said, fen = worked_loan(cast(Any, outcome), row, row["period"])
        assert fen == row["payment_fen"]
        assert "3.00%" in said.en or "2.00%" in said.en
    later = allocation[(allocation["nature"] == "committed") & (allocation["region_code"] == RICH)]
    first = loans_of(lent)[(loans_of(lent)["region_code"] == RICH) & (loans_of(lent)["period"] == "2026")]
    for row in records(first):
        fen = worked_loan(cast(Any, outcome), row, "2027")[1]
        assert fen in set(later["payment_fen"])
        shares = [(payer, Fraction(part)) for payer, part in SHARED["2"]]
        assert split_payers(fen, shares)["central"] in set(later["central_fen"])


def test_a_tonne_that_is_sold_already_cannot_be_pledged(lent: Lent) -> None:
    use: dict[str, Any] = {"code": f"{RICH}/afforestation", "first_year": 2026, "last_year": 2030, "use": "sold"}
    use |= {"since": "2025-01-01", "until": "", "holder": "buyer"}

    def stated(share: str, code: str) -> Any:
        other = SimpleNamespace(**use | {"share": share, "code": code})
        loans = {LOAN.id: SimpleNamespace(other_uses=[other])}
        return SimpleNamespace(loans=loans, where=lambda *path: f"s.yaml:{9 if 'other_uses' in path else 3}:1")

    offered = lent.prepared.loans
    assert offered is not None
    # 0.8 is pledged: a fifth of the same tonnes may be sold, a quarter may not; where there is no loan anything may.
    check_pledges(stated("0.2", use["code"]), lent.prepared.resolved, offered)
    check_pledges(stated("1", f"{BARE}/afforestation"), lent.prepared.resolved, offered)
    with pytest.raises(InputError) as caught:
        check_pledges(stated("0.25", use["code"]), lent.prepared.resolved, offered)
    assert {finding.where for finding in caught.value.findings} == {"s.yaml:3:1", "s.yaml:9:1"}


def test_work_without_a_known_cost_is_refused(lent: Lent) -> None:
    responses = lent.prepared.inputs.responses.astype({"full_cost_fen": "float64"})
    gone = (responses["region_code"] == RICH) & (responses["subject"] == "afforestation")
    inputs = replace(
        lent.prepared.inputs, responses=responses.assign(full_cost_fen=responses["full_cost_fen"].mask(gone, np.nan))
    )
    with pytest.raises(InputError, match="full_cost"):
        loan_offers(lent.prepared.scenario, lent.prepared.resolved, inputs, lent.prepared.yields)


def test_a_loan_that_nobody_covers_leaves_grants_alone() -> None:
    lent = solved("rule", replace(LOAN, cover_least="9"))
    found = audit(lent.prepared.resolved, lent.prepared.inputs, lent.tables)
    assert found["clean"], [f["en"] for c in found["checks"] for f in c["findings"]][:5]
    assert not lent.tables["loan_cover"]["on_offer"].any()
    assert all(lent.tables[name].empty for name in ("loan_terms", "finance", "pledges"))
    table = leverage(lent.prepared, lent.published, lent.tables).set_index(["measure", "channel"])
    assert table.loc[("afforestation", "loan"), "public_cost_fen"] == 0
    assert table.loc[("afforestation", "loan"), "price"] == 0
