"""Scoring somebody's own allocation: the shipped county scenario, its own optimum, planted faults and wrong tables."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from silvafisc.allocation.tables import outcome_tables
from silvafisc.datasets import InputError
from silvafisc.policy import load_scenario
from silvafisc.quantities import fen_to_yuan, yuan_to_fen
from silvafisc.results import Outcome
from silvafisc.runs.prepare import prepare
from silvafisc.runs.run import solve
from silvafisc.runs.score import score

SCENARIO = "county-demo"
COLUMNS = ["region_code", "fund", "measure", "category", "period", "standard_yuan_per_mu", "area_mu", "payment_yuan"]
FUND, TASKS = "provincial_compensation", "provincial_forestry"
COLLECTIVE = "public_welfare_collective"


@dataclass(frozen=True)
class Optimum:
    """What this model would publish, and the same as somebody would state it."""

    tables: dict[str, pd.DataFrame]
    values: dict[str, float]
    stated: pd.DataFrame


@pytest.fixture(scope="module")
def optimum() -> Optimum:
    decision, point = solve(prepare(SCENARIO), lambda text: None)
    tables = outcome_tables(decision.engine.model, point)
    rows = []
    for row in tables["allocation"].to_dict("records"):
        head = [row["region_code"], row["fund"], row["measure"], row["category"], row["period"]]
        if row["nature"] == "top_up":
            rows.append([*head, row["standard_yuan_per_mu"], "", ""])
        elif row["nature"] == "task":
            rows.append([*head, row["standard_yuan_per_mu"], row["area_mu"], ""])
        elif row["nature"] == "factor":
            rows.append([*head, "", "", fen_to_yuan(int(row["provincial_fen"]))])
    return Optimum(tables, dict(decision.values), pd.DataFrame(rows, columns=COLUMNS))


@pytest.fixture
def scored(tmp_path: Path) -> Callable[[pd.DataFrame], Outcome]:
    def run(stated: pd.DataFrame) -> Outcome:
        path = tmp_path / "proposal.csv"
        stated.to_csv(path, index=False)
        return score(path, load_scenario(SCENARIO))

    return run


def unclean(outcome: Outcome) -> dict[str, list[str]]:
    return {c["rule"]: [f["where"] for f in c["findings"]] for c in outcome.audit["checks"] if not c["clean"]}


def row(stated: pd.DataFrame, period: str, category: str = COLLECTIVE) -> int:
    """Position of the first unit's row."""
    mine = stated[(stated["category"] == category) & (stated["period"] == period)]
    return int(mine.index[0])


def edited(stated: pd.DataFrame, at: int, **cells: str) -> pd.DataFrame:
    frame = stated.copy()
    for name, text in cells.items():
        frame.loc[at, name] = text
    return frame


def test_the_optimum_stated_by_standard_is_clean_and_comes_to_the_same_fen_and_tonne(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]
) -> None:
    """this model: money by money, and the objectives as they were decided."""
    outcome = scored(optimum.stated)
    assert outcome.audit["clean"], unclean(outcome)
    assert outcome.meta["status"] == "scored"
    keys = ["region_code", "nature", "fund", "measure", "category", "period"]
    money = ["payment_fen", "central_fen", "provincial_fen", "city_fen", "county_fen", "due_later_fen"]
    ours, theirs = (t.groupby(keys)[money].sum() for t in (optimum.tables["allocation"], outcome.tables["allocation"]))
    pd.testing.assert_frame_equal(ours, theirs)
    for entry in outcome.meta["objectives"]:
        assert entry["value"] == pytest.approx(optimum.values[entry["term"]], rel=1e-9)
    weights = optimum.tables["weights"].reset_index(drop=True)
    pd.testing.assert_frame_equal(outcome.tables["weights"], weights)
    assert "proposal" not in set(outcome.tables["baselines"]["baseline"])


def test_it_can_be_saved_and_read_again(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome], tmp_path: Path
) -> None:
    outcome = scored(optimum.stated)
    outcome.save(tmp_path / "scored")
    again = Outcome.load(tmp_path / "scored")
    assert again.meta["status"] == "scored"
    assert int(again.tables["allocation"]["payment_fen"].sum()) == int(
        outcome.tables["allocation"]["payment_fen"].sum()
    )


def test_a_lower_standard_in_the_second_year_is_found_with_the_rules_it_breaks(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]
) -> None:
    """16.00 is the floor; last year's standard was 18.00, so nothing may lie below it in any year."""
    at = row(optimum.stated, "2027")
    outcome = scored(edited(optimum.stated, at, standard_yuan_per_mu="16.00"))
    found = unclean(outcome)
    code = str(optimum.stated.loc[at, "region_code"])
    assert not outcome.audit["clean"]
    assert any(code in where and "2027" in where for where in found["standards_only_rise"])
    assert "tables" not in found
    assert "amounts" not in found  # the money follows the stated standard exactly


def test_a_standard_below_the_floor_is_an_answer_too(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]
) -> None:
    outcome = scored(edited(optimum.stated, row(optimum.stated, "2026"), standard_yuan_per_mu="15.00"))
    assert "statutory_floor" in unclean(outcome)


def test_a_payment_that_does_not_follow_from_its_standard_is_found_to_the_fen(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]
) -> None:
    """by hand: one fen more than standard x area."""
    at = row(optimum.stated, "2026")
    code, allocation = str(optimum.stated.loc[at, "region_code"]), optimum.tables["allocation"]
    mine = allocation.query(f"region_code == @code and category == '{COLLECTIVE}' and period == '2026'")
    exact = int(mine["provincial_fen"].sum())
    assert "amounts" not in unclean(scored(edited(optimum.stated, at, payment_yuan=fen_to_yuan(exact))))
    outcome = scored(edited(optimum.stated, at, payment_yuan=fen_to_yuan(exact + 1)))
    assert any(code in where for where in unclean(outcome)["amounts"])
    theirs = outcome.tables["allocation"].query(
        f"region_code == @code and category == '{COLLECTIVE}' and period == '2026'"
    )
    assert int(theirs["provincial_fen"].sum()) == exact + 1


def test_more_area_than_certified_is_found(optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]) -> None:
    at = row(optimum.stated, "2026")
    code, allocation = str(optimum.stated.loc[at, "region_code"]), optimum.tables["allocation"]
    rigid = allocation.query(f"region_code == @code and category == '{COLLECTIVE}' and nature == 'rigid'")
    more = f"{float(rigid['area_mu'].iloc[0]) + 0.1:.1f}"
    outcome = scored(edited(optimum.stated, at, area_mu=more))
    assert any(code in where for where in unclean(outcome)["eligible_area"])


def test_factor_money_that_no_weighting_gives_is_found(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]
) -> None:
    """by hand: one yuan moved from one county to another; the pot stays what it was."""
    stated = optimum.stated
    pots = stated[(stated["measure"] == "factor_pot") & (stated["period"] == "2026")].index
    for at, change in ((pots[0], -100), (pots[1], 100)):
        stated = edited(
            stated, int(at), payment_yuan=fen_to_yuan(yuan_to_fen(str(stated.loc[at, "payment_yuan"])) + change)
        )
    outcome = scored(stated)
    assert "amounts" in unclean(outcome)
    assert set(outcome.tables["weights"]["period"]) == {"2027", "2028"}


def test_money_alone_is_converted_and_both_are_shown(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]
) -> None:
    """this model: money by area, stated for whole funds, is converted as the baseline of the same money is."""
    first = scored(optimum.stated)
    by_area = first.tables["baselines"].query("baseline == 'pro_rata_area'")
    stated = by_area[["region_code", "fund", "period"]].assign(
        measure="", category="", standard_yuan_per_mu="", area_mu="",
        payment_yuan=[fen_to_yuan(int(fen)) for fen in by_area["payment_fen"]],
    )  # fmt: skip
    outcome = scored(stated[COLUMNS])
    mine = outcome.tables["baselines"].query("baseline == 'proposal'")
    assert int(mine["payment_fen"].sum()) == int(by_area["payment_fen"].sum())
    assert int(mine["converted_fen"].sum()) == int(by_area["converted_fen"].sum())
    assert mine["carbon_tco2e"].sum() == pytest.approx(by_area["carbon_tco2e"].sum())
    assert (mine["converted_fen"] <= mine["payment_fen"]).all()
    paid = outcome.tables["allocation"].groupby("region_code")["provincial_fen"].sum()
    given = mine.groupby("region_code")["payment_fen"].sum()
    reasons = outcome.tables["reasons"].query("against == 'proposal'").groupby("region_code")["amount_fen"].sum()
    assert reasons.to_dict() == (paid - given).to_dict()


def test_money_for_one_category_is_spent_on_that_category_alone(
    optimum: Optimum, scored: Callable[[pd.DataFrame], Outcome]
) -> None:
    """by hand: exactly the money of the optimum's standard buys at least the tonnes of that standard."""
    at = row(optimum.stated, "2028")
    code, allocation = str(optimum.stated.loc[at, "region_code"]), optimum.tables["allocation"]
    where = f"region_code == '{code}' and category == '{COLLECTIVE}' and period == '2028'"
    money = int(allocation.query(where)["provincial_fen"].sum())
    outcome = scored(edited(optimum.stated, at, standard_yuan_per_mu="", payment_yuan=fen_to_yuan(money)))
    theirs = outcome.tables["allocation"].query(where)
    assert int(theirs["provincial_fen"].sum()) == money
    assert set(theirs.query("nature == 'top_up'")["standard_yuan_per_mu"]) == {
        optimum.stated.loc[at, "standard_yuan_per_mu"]
    }
    proposal = outcome.tables["reasons"].query("against == 'proposal'")
    assert (proposal["amount_fen"] == 0).all()


def test_what_is_not_named_receives_what_the_law_fixes(scored: Callable[[pd.DataFrame], Outcome]) -> None:
    stated = pd.DataFrame([["510822", FUND, "compensation", COLLECTIVE, "2026", "19.00", "", ""]], columns=COLUMNS)
    allocation = scored(stated).tables["allocation"]
    natures = allocation.groupby("nature")["payment_fen"].sum()
    assert int(natures["committed"]) == 1_500_000_00  # opening commitments of the scenario: 900 000 + 600 000 yuan
    others = allocation[allocation["nature"].isin(["top_up", "task", "factor"]) & (allocation["payment_fen"] > 0)]
    assert set(others["region_code"]) == {"510822"}


def test_every_finding_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    rows = [
        ["510822", FUND, "compensation", COLLECTIVE, "2026", "18.00", "", ""],
        ["510822", FUND, "compensation", COLLECTIVE, "2026", "18.50", "", ""],
        ["999999", FUND, "compensation", COLLECTIVE, "2026", "18.00", "", ""],
        ["510822", "provincial_compensations", "compensation", COLLECTIVE, "2026", "18.00", "", ""],
        ["510822", FUND, "compensation", "public_welfare_colective", "2027", "18.00", "", ""],
        ["510822", TASKS, "afforestation", "", "2026", "300", "", ""],
        ["510822", TASKS, "tending", "", "2026", "", "", ""],
        ["510822", TASKS, "factor_pot", "", "2029", "", "", "5.00"],
        ["510822", TASKS, "restoration", "", "2027", "100", "12.34", ""],
        ["510821", TASKS, "", "", "2027", "", "3.0", "12.34"],
        ["510821", TASKS, "tending", "", "2027", "", "", "12.34"],
    ]
    path = tmp_path / "wrong.csv"
    pd.DataFrame(rows, columns=COLUMNS).to_csv(path, index=False)
    with pytest.raises(InputError) as caught:
        score(path, load_scenario(SCENARIO))
    found = {(f.where.split(":")[-2], f.path) for f in caught.value.findings}
    assert found == {
        ("3", "region_code"),
        ("4", "region_code"),
        ("5", "fund"),
        ("6", "category"),
        ("7", "area_mu"),
        ("8", "standard_yuan_per_mu"),
        ("9", "period"),
        ("10", "area_mu"),
        ("11", "area_mu"),
        ("12", "measure"),
    }
    assert all(f.zh and f.en for f in caught.value.findings)
    near = [f.en for f in caught.value.findings if f.path in ("fund", "category")]
    assert all("did you mean" in text for text in near)


@pytest.mark.parametrize(
    ("column", "text"), [("payment_yuan", "1.234"), ("standard_yuan_per_mu", "-1"), ("area_mu", "n/a")]
)
def test_cells_that_are_no_exact_amounts_are_refused_by_the_loader(tmp_path: Path, column: str, text: str) -> None:
    stated = dict.fromkeys(COLUMNS, "") | {"region_code": "510822", "fund": FUND, "measure": "compensation"}
    stated |= {"category": COLLECTIVE, "period": "2026", "standard_yuan_per_mu": "18.00", column: text}
    path = tmp_path / "wrong.csv"
    pd.DataFrame([stated]).to_csv(path, index=False)
    with pytest.raises(InputError, match=r"wrong\.csv"):
        score(path, load_scenario(SCENARIO))


def test_a_workbook_reads_like_a_csv_file(tmp_path: Path) -> None:
    stated: list[list[Any]] = [["510822", FUND, "compensation", COLLECTIVE, "2026", 18.5]]
    path = tmp_path / "proposal.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("proposal")
        for at, cells in enumerate([COLUMNS[:6], *stated]):
            sheet.write_row(at, 0, cells)
    allocation = score(path, load_scenario(SCENARIO)).tables["allocation"]
    mine = allocation.query("region_code == '510822' and nature == 'top_up' and period == '2026'")
    assert "18.50" in set(mine["standard_yuan_per_mu"])
