"""Clean cases, cell-by-cell planting, case mode, unreadable tables, and what importing the audit may load."""

import random
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

A, B, C = "110001", "110002", "110003"
ECO, DEV = "ecological_protection_restoration", "reform_development"


def _integer_cells(case: Any) -> list[tuple[str, str, int]]:
    return [
        (name, str(column), row)
        for name in ("allocation", "envelopes", "weights", "notice")
        for column in case.tables[name].columns
        if pd.api.types.is_integer_dtype(case.tables[name][column])
        for row in range(len(case.tables[name]))
    ]


def test_the_case_worked_out_by_hand_is_clean(case: Any) -> None:
    assert case.unclean() == {}


def test_every_check_of_a_clean_case_compared_something(case: Any) -> None:
    assert {c["rule"] for c in case.run()["checks"] if not c["checked"]} == set()


def test_the_order_of_rows_changes_nothing(case: Any) -> None:
    for name, frame in case.tables.items():
        case.tables[name] = frame.iloc[::-1].reset_index(drop=True)
    case.inputs = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in case.inputs.items()}
    assert case.unclean() == {}


def test_rows_that_come_to_nothing_may_be_left_out(case: Any) -> None:
    frame = case.tables["allocation"]
    kept = frame[~((frame["nature"] == "top_up") & (frame["payment_fen"] == 0))]
    assert len(kept) == len(frame) - 1
    case.tables["allocation"] = kept.reset_index(drop=True)
    assert case.unclean() == {}


@pytest.mark.parametrize("step", [1, -1])
def test_a_change_of_one_in_any_of_60_random_integer_cells_is_found(case: Any, step: int) -> None:
    cells = random.Random(step).sample(_integer_cells(case), 60)
    assert _undetected(case, cells, step) == []


@pytest.mark.slow
def test_one_more_in_any_integer_cell_is_found(case: Any) -> None:
    assert _undetected(case, _integer_cells(case), 1) == []


def _undetected(case: Any, cells: list[tuple[str, str, int]], step: int) -> list[tuple[str, str, int]]:
    missed = []
    for name, column, row in cells:
        original = case.tables[name]
        changed = original.copy()
        changed.loc[row, column] += step
        case.tables[name] = changed
        if case.run()["clean"]:
            missed.append((name, column, row))
        case.tables[name] = original
    assert case.run()["clean"]
    return missed


def test_findings_name_the_row_and_both_figures_in_exact_units_and_both_languages(case: Any) -> None:
    case.add("notice", "amount_fen", 1, region_code=A, fund=ECO, period="2026")
    found = case.unclean()["sums.notice"][0]
    assert found["where"] == f"notice: region_code={A}, fund={ECO}, period=2026"
    assert (found["expected"], found["found"]) == ("50250 fen", "50251 fen")
    assert "核定数应为 50250 分，实为 50251" in found["zh"]
    assert "the amount must be 50250 fen, found 50251" in found["en"]


def case_mode(case: Any) -> Any:
    """The same money as each unit's own offer: nothing is published but the factor weights."""
    case.resolved = replace(case.resolved, mode="case")
    case.tables["standards"] = case.tables["standards"].iloc[:0]
    case.tables["grades"] = case.tables["grades"].iloc[:0]
    return case


def test_case_mode_follows_each_units_own_standard(case: Any) -> None:
    assert case_mode(case).unclean() == {}


def test_case_mode_may_pay_two_units_of_one_category_differently(case: Any) -> None:
    # 18.00 -> 16.00 yuan for B's collective forest in 2026: 6 660 fen less, by payer 4 440, 1 665 and 555.
    case_mode(case)
    row = {"region_code": B, "nature": "top_up", "category": "collective", "period": "2026"}
    for column in ("payment_fen", "central_fen", "provincial_fen", "county_fen"):
        case.set("allocation", column, 0, **row)
    case.set("allocation", "standard_yuan_per_mu", "16.00", **row)
    case.set("allocation", "offer", "s=16.00", **row)
    offer = {"region_code": B, "category": "collective", "period": "2026"}
    for payer in ("central", "provincial", "county"):
        case.set("offers", f"cost.{ECO}.{payer}.2026_fen", 0, **offer)
    case.set("offers", "standard_fen", 1600, **offer)
    case.set("offers", "offer", "s=16.00", **offer)
    assert not {"amounts", "offers", "no_inversion"} & set(case.unclean())
    # ... and B dominating C would forbid it
    case.set("regions", "importance", 0.7, region_code=B)
    case.set("regions", "need", 0.95, region_code=B)
    assert "no_inversion" in case.unclean()


def test_case_mode_counts_the_standards_of_the_units(case: Any) -> None:
    case_mode(case)
    case.rule("published_values", at_most=2)
    assert [f["where"] for f in case.unclean()["published_values"]] == ["category=state: 1000, 1200, 1500 fen/mu"]


def test_case_mode_refuses_a_row_whose_offer_was_never_on_offer(case: Any) -> None:
    case_mode(case)
    mask = (case.tables["offers"]["region_code"] == C) & (case.tables["offers"]["period"] == "2026")
    case.tables["offers"] = case.tables["offers"][~mask].reset_index(drop=True)
    assert "offers" in case.unclean()


def test_a_saved_table_reads_like_the_one_in_memory(case: Any) -> None:
    offers = case.tables["offers"]
    yuan = [f"{fen // 100}.{fen % 100:02d}" for fen in offers.pop("standard_fen")]
    mu = [f"{tenths // 10}.{tenths % 10}" for tenths in offers.pop("area_tenth_mu")]
    case.tables["offers"] = offers.assign(standard_yuan_per_mu=yuan, area_mu=mu, chosen=offers["chosen"].astype(str))
    case.tables["weights"]["pot_fen"] = case.tables["weights"]["pot_fen"].astype("Int64")
    assert case.unclean() == {}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("allocation", "payment_fen", None),
        ("allocation", "region_code", "110009"),
        ("allocation", "nature", "gift"),
        ("allocation", "fund", "another"),
        ("allocation", "period", "2028"),
        ("allocation", "area_mu", "100.55"),
        ("allocation", "standard_yuan_per_mu", "ten"),
        ("regions", "need", float("inf")),
        ("weights", "weight", "about half"),
        ("regions", "payer_tier", None),
    ],
)
def test_what_cannot_be_read_or_is_unknown_is_a_finding(case: Any, table: str, column: str, value: Any) -> None:
    frame = case.tables[table]
    cells = list(frame[column])
    cells[0] = value
    case.tables[table] = frame.assign(**{column: pd.Series(cells, dtype=object)})
    assert set(case.unclean()) in ({"tables"}, {"grades"})


def test_money_as_floats_is_refused(case: Any) -> None:
    case.tables["allocation"]["payment_fen"] = case.tables["allocation"]["payment_fen"].astype("float64")
    assert set(case.unclean()) == {"tables"}


@pytest.mark.parametrize(
    "name", ["allocation", "standards", "weights", "grades", "envelopes", "regions", "offers", "notice"]
)
def test_a_missing_table_or_column_is_a_finding_and_nothing_else_is_run(case: Any, name: str) -> None:
    frame = case.tables.pop(name)
    assert set(case.unclean()) == {"tables"}
    case.tables[name] = frame.drop(columns=[frame.columns[0]])
    assert "tables" in case.unclean()


def test_a_tier_without_payer_shares_is_a_finding(case: Any) -> None:
    case.set("inputs/regions", "payer_tier", "5", region_code=C)
    assert set(case.unclean()) == {"tables"}


def test_importing_the_audit_loads_no_solver_and_none_of_the_first_road() -> None:
    code = (
        "import sys, silvafisc.allocation.audit as audit\n"
        "audit.audited('rule'), audit.audited('objective')\n"
        "bad = ['pyomo', 'highspy', 'scipy', 'silvafisc.quantities']\n"
        "bad += ['silvafisc.allocation.' + n for n in ('build', 'menus', 'terms', 'settle', 'solve', 'problem', 'exact')]\n"
        "print(sorted(m for m in sys.modules if m in bad or m.startswith(tuple(b + '.' for b in bad))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stdout
