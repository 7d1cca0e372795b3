"""Reasons: parts by hand, exact sums for every reference, and silence where nothing differs."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.allocation.decided import Decided, decided, sample
from tests.allocation.sample import PROTECTION, REFORM, sample_inputs, sample_resolved, sample_responses

from silvafisc.allocation.proposal_lines import proposal_lines
from silvafisc.allocation.reasons import COLUMNS, PARTS, reasons
from silvafisc.quantities import fen_to_yuan, tenths_to_mu
from silvafisc.results import ObjectiveSpec

A, B, C = "110000", "350000", "520000"
COLLECTIVE = "public_welfare_collective"
SEEDS = range(3)


def own_totals(found: Decided) -> dict[str, int]:
    """Money of both funds' payer (the centre) by unit."""
    return {str(c): int(f) for c, f in found.tables["allocation"].groupby("region_code")["central_fen"].sum().items()}


def totals(frame: pd.DataFrame, against: str) -> dict[str, int]:
    mine = frame[frame["against"] == against]
    return {str(code): int(fen) for code, fen in mine.groupby("region_code")["amount_fen"].sum().items()}


def parts(frame: pd.DataFrame, against: str, code: str) -> dict[str, int]:
    mine = frame[(frame["against"] == against) & (frame["region_code"] == code)]
    return dict(zip(mine["part"], mine["amount_fen"], strict=True))


def last_year_table(rows: list[tuple[str, str, str, int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["region_code", "fund", "subject", "area_tenth_mu", "amount_fen"])
    return frame.assign(status="assumption", source="made up for a test")


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_sum_to_the_difference_to_the_factor_method_to_the_fen(seed: int) -> None:
    found = sample(seed)
    baseline = found.beside.query("baseline == 'factor_method'")
    frame = reasons(found.problem, found.tables, {"factor_method": baseline})
    assert list(frame.columns) == COLUMNS
    paid = baseline.groupby("region_code")["payment_fen"].sum().to_dict()
    own = own_totals(found)
    assert totals(frame, "factor_method") == {code: own.get(code, 0) - int(paid.get(code, 0)) for code in (A, B, C)}
    order = [PARTS.index(part) for part in frame.loc[frame["region_code"] == A, "part"]]
    assert order == sorted(order)


def test_the_factor_method_needs_no_rows_but_refuses_those_of_another_problem() -> None:
    found = sample()
    baseline = found.beside.query("baseline == 'factor_method'")
    alone = reasons(found.problem, found.tables, {})
    pd.testing.assert_frame_equal(alone, reasons(found.problem, found.tables, {"factor_method": baseline}))
    wrong = baseline.assign(payment_fen=baseline["payment_fen"] + 1)
    with pytest.raises(ValueError, match="not those of this problem"):
        reasons(found.problem, found.tables, {"factor_method": wrong})


def test_parts_that_cannot_apply_are_absent() -> None:
    names = set(reasons(sample().problem, sample().tables, {})["part"])
    assert names == {"task", "standard", "grade", "pot", "weight", "committed"}
    ungraded = sample(graded=False)
    assert "grade" not in set(reasons(ungraded.problem, ungraded.tables, {})["part"])


def test_standard_moves_everybody_alike_and_grade_only_apart() -> None:
    """One standard for all would have cost the mean: over all units grade parts come to less than a fen per mu."""
    found = sample(1)
    frame = reasons(found.problem, found.tables, {})
    moved = frame[frame["part"] == "standard"].set_index("region_code")["amount_fen"]
    area = found.problem.inputs.areas.set_index("region_code")["area_tenth_mu"]
    per_mu = moved / area
    assert per_mu.max() - per_mu.min() < 1e-2
    grade = frame[frame["part"] == "grade"]["amount_fen"]
    assert 0 <= int(grade.sum()) < int(area.sum()) / 10 * 2 + 10  # rounding of two means, at most a fen per mu each
    assert grade.abs().sum() > 0


def ungraded(last: pd.DataFrame | None, protection: int) -> Decided:
    """One period, areas 100.0, 200.0 and 300.0 mu, no grades, no tasks."""
    resolved = sample_resolved(("2026",), graded=False, protection=protection)
    resolved = replace(resolved, tasks=())
    inputs = sample_inputs()
    inputs = replace(inputs, areas=inputs.areas.assign(area_tenth_mu=[1_000, 2_000, 3_000]), last_year=last)
    return decided(resolved, inputs, sample_responses(resolved, sample_inputs()))


def test_last_year_in_parts_by_hand() -> None:
    """by hand: A had 80.0 mu at 17 yuan = 1 360 yuan; 100.0 mu at 17 = 1 700 (area 340); at 20 yuan 2 000 (standard 300).

    Factor money 1 000, 2 000 and 3 000 yuan last year; the pot is now 10 000: 1 666.67 for A (pot 666.67, the odd fen to
    A: remainders 2/3, 1/3 and 0), 2 500 by template and, as weights are the template's, weight 0.
    """
    last = last_year_table(
        [
            (A, PROTECTION, COLLECTIVE, 800, 1_360_00),
            (A, REFORM, "factor_pot", 0, 1_000_00),
            (B, REFORM, "factor_pot", 0, 2_000_00),
            (C, REFORM, "factor_pot", 0, 3_000_00),
        ]
    )
    found = ungraded(last, 12_000_00)  # 600.0 mu x 20 yuan: the highest standard is affordable for all
    factors = found.problem.inputs.factors.assign(value=["1", "1", "1", "1", "2", "2"])
    problem = replace(found.problem, inputs=replace(found.problem.inputs, factors=factors))
    allocation = found.tables["allocation"].query("nature != 'factor'")
    pot = [(A, 2_500_00), (B, 2_500_00), (C, 5_000_00)]
    factor = pd.DataFrame(
        [
            dict.fromkeys(allocation.columns, "")
            | {"region_code": code, "nature": "factor", "fund": REFORM, "measure": "factor_pot", "period": "2026"}
            | {"payment_fen": fen, "central_fen": fen}
            for code, fen in pot
        ]
    )
    frame = reasons(problem, {"allocation": pd.concat([allocation, factor], ignore_index=True)}, {})
    assert parts(frame, "last_year", A) == {
        "area": 340_00,
        "standard": 300_00,
        "pot": 666_67,
        "factor": 833_33,
        "weight": 0,
    }
    assert totals(frame, "last_year")[A] == 2_000_00 + 2_500_00 - 1_360_00 - 1_000_00


def test_a_unit_without_last_year_is_left_out_and_a_fund_without_a_row_counts_what_is_fixed() -> None:
    """by hand: B has no row at all. A has one of the other fund, so its rigid 1 600 yuan stand for compensation."""
    found = ungraded(last_year_table([(A, REFORM, "factor_pot", 0, 1_000_00)]), 12_000_00)
    frame = reasons(found.problem, found.tables, {})
    mine = frame[frame["against"] == "last_year"]
    assert set(mine["region_code"]) == {A}
    assert totals(frame, "last_year")[A] == own_totals(found)[A] - 1_600_00 - 1_000_00
    assert parts(frame, "last_year", A)["standard"] == 400_00


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_sum_to_the_difference_to_last_year_to_the_fen(seed: int) -> None:
    resolved, inputs = sample_resolved(), sample_inputs(seed=seed)
    rows = [(A, PROTECTION, COLLECTIVE, 1_234, 2_345_67), (A, REFORM, "afforestation", 77, 33_333_33)]
    rows += [
        (B, PROTECTION, COLLECTIVE, 0, 1_111_11),
        (B, REFORM, "factor_pot", 0, 5_432_10),
        (C, REFORM, "factor_pot", 0, 1),
    ]
    found = decided(resolved, replace(inputs, last_year=last_year_table(rows)))
    paid = found.beside.query("baseline == 'last_year'").groupby("region_code")["payment_fen"].sum()
    own, frame = own_totals(found), reasons(found.problem, found.tables, {})
    assert totals(frame, "last_year") == {code: own[code] - int(paid[code]) for code in (A, B, C)}


def test_a_proposal_that_is_this_allocation_differs_in_nothing() -> None:
    found = sample(2)
    frame = reasons(found.problem, found.tables, {"proposal": found.tables["allocation"]})
    assert (frame.loc[frame["against"] == "proposal", "amount_fen"] == 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_sum_to_the_difference_to_any_proposal_to_the_fen(seed: int) -> None:
    """The proposal is another sample's decision for the same units, with money stated under no known nature."""
    found, other = sample(seed), sample(seed, alphas=("1",), objectives=(ObjectiveSpec("development", stage=1),))
    proposal = other.tables["allocation"].copy()
    proposal.loc[0, "nature"] = "unknown"
    frame = reasons(found.problem, found.tables, {"proposal": proposal})
    theirs = proposal.groupby("region_code")["central_fen"].sum()
    own = own_totals(found)
    assert totals(frame, "proposal") == {code: own[code] - int(theirs[code]) for code in (A, B, C)}
    assert parts(frame, "proposal", A)["rounding"] == -int(proposal["central_fen"].iloc[0])


def test_a_proposal_on_a_smaller_area_shows_it_as_area() -> None:
    """by hand: the proposal pays 20 yuan on 90.0 of A's 100.0 mu; the other 10.0 mu are 200 yuan."""
    found = ungraded(None, 12_000_00)
    proposal = found.tables["allocation"].copy()
    mine = (proposal["region_code"] == A) & (proposal["category"] == COLLECTIVE)
    rigid, top_up = mine & (proposal["nature"] == "rigid"), mine & (proposal["nature"] == "top_up")
    proposal["area_mu"] = proposal["area_mu"].mask(rigid, tenths_to_mu(900))
    for column in ("payment_fen", "central_fen"):
        proposal[column] = proposal[column].mask(rigid, 1_440_00).mask(top_up, 360_00)
    assert set(proposal.loc[top_up, "standard_yuan_per_mu"]) == {fen_to_yuan(20_00)}
    frame = reasons(found.problem, found.tables, {"proposal": proposal})
    assert parts(frame, "proposal", A)["area"] == 200_00
    assert totals(frame, "proposal") == {A: 200_00, B: 0, C: 0}


def test_reasons_do_not_depend_on_the_order_of_rows() -> None:
    found = sample(1)
    tables = {"allocation": found.tables["allocation"].iloc[::-1].reset_index(drop=True)}
    proposal = {"proposal": found.tables["allocation"].query("nature != 'task'")}
    pd.testing.assert_frame_equal(
        reasons(found.problem, tables, proposal), reasons(found.problem, found.tables, proposal)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_of_a_proposal_has_reasons_that_sum_to_its_difference(seed: int) -> None:
    """Lines are made from the two allocations themselves, so that none can be left out."""
    found, other = sample(seed), sample(seed, alphas=("1",), objectives=(ObjectiveSpec("development", stage=1),))
    proposal = other.tables["allocation"].copy()
    proposal.loc[0, "nature"] = "unknown"
    frame = proposal_lines(found.problem, found.tables, proposal)
    keys = ["region_code", "fund", "subject", "period"]
    assert not frame.duplicated([*keys, "part"]).any()
    lines = frame.groupby(keys).agg(a=("proposal_fen", "first"), b=("decided_fen", "first"), d=("amount_fen", "sum"))
    assert (lines["b"] - lines["a"] == lines["d"]).all()
    for column, table in (("a", proposal), ("b", found.tables["allocation"])):
        stated = table.groupby(["region_code", "fund", "period"])["central_fen"].sum()
        summed = lines.reset_index().groupby(["region_code", "fund", "period"])[column].sum()
        assert {k: v for k, v in summed.items() if v} == {k: v for k, v in stated.items() if v}
    by_part = frame[frame["part"] != ""].groupby(["region_code", "part"])["amount_fen"].sum()
    whole = reasons(found.problem, found.tables, {"proposal": proposal}).query("against == 'proposal'")
    assert {k: v for k, v in by_part.items() if v} == {
        (code, part): fen for code, _, part, fen in whole.itertuples(index=False) if fen
    }


def test_a_line_that_nothing_moves_says_so() -> None:
    found = sample(2)
    frame = proposal_lines(found.problem, found.tables, found.tables["allocation"])
    assert set(frame["part"]) == {""}
    assert (frame["proposal_fen"] == frame["decided_fen"]).all()
