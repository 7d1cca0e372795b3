"""Loans and bonds that a scenario names: found, refused with their place, told as tables that sum, and audited."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.allocation.audit.finding import Check
from silvafisc.allocation.audit.instruments import HEAD, examine
from silvafisc.datasets import InputError
from silvafisc.policy import INSTRUMENTS, ParameterTree, Scenario, load_scenario
from silvafisc.results.outcome import in_declared_columns, write_csv
from silvafisc.runs.scenario_instruments import finance_tables, priced_instruments

SHIPPED = "county-demo"
NAMES = ("wuning-ccer-2025", "example-pledge-loan", "example-carbon-bond")


def naming(folder: Path, *names: str) -> Scenario:
    """The county scenario with these instruments, in a file of its own."""
    path = folder / "scenario.yaml"
    path.write_text(f"extends: {SHIPPED}\ninstruments: [{', '.join(names)}]\n", encoding="utf-8")
    return load_scenario(path)


def copy_of(name: str, path: Path, *changes: tuple[str, str]) -> None:
    text = (INSTRUMENTS / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def told(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [f"{finding.where}: {finding.en}" for finding in error.value.findings]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    scenario = naming(tmp_path_factory.mktemp("instruments"), *NAMES)
    return in_declared_columns(finance_tables(priced_instruments(scenario, ParameterTree.load())))


def test_names_that_lead_nowhere_are_refused_where_they_stand(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        naming(tmp_path, "wuning-ccer-2052", "own/loan.yaml", "wuning-ccer-2025", "wuning-ccer-2025")
    found = told(error)
    assert len(found) == 3
    assert "scenario.yaml:2" in found[0]
    assert "did you mean 'wuning-ccer-2025'?" in found[0]
    assert "unknown instrument 'own/loan.yaml'" in found[1]
    assert "listed twice" in found[2]


def test_a_file_that_is_no_instrument_and_one_that_is_refused_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("instrument: swap\n", encoding="utf-8")
    copy_of("wuning-ccer-2025", tmp_path / "cea.yaml", ("market: ccer", "market: cea"))
    scenario = naming(tmp_path, "odd.yaml", "cea.yaml")
    with pytest.raises(InputError) as error:
        priced_instruments(scenario, ParameterTree.load())
    found = told(error)
    assert any("odd.yaml:1" in line and "got 'swap'" in line for line in found)
    assert any("cea.yaml:" in line and "allowances (CEA) are another good" in line for line in found)
    assert sum("scenario.yaml:2" in line for line in found) == 2


def test_tonnes_that_two_instruments_pledge_are_refused_at_both(tmp_path: Path) -> None:
    copy_of("wuning-ccer-2025", tmp_path / "again.yaml", ("id: wuning-ccer-2025", "id: again"))
    scenario = naming(tmp_path, "wuning-ccer-2025", "again.yaml")
    with pytest.raises(InputError) as error:
        priced_instruments(scenario, ParameterTree.load())
    found = told(error)
    assert len(found) == 2
    assert all("are pledged to 贷款银行 / lending bank (share 1) and also in" in line for line in found)
    assert any(line.startswith(str(tmp_path / "again.yaml")) for line in found)


def test_two_of_one_id_are_refused(tmp_path: Path) -> None:
    copy_of("wuning-ccer-2025", tmp_path / "own.yaml", ("code: wuning-2025", "code: another"))
    scenario = naming(tmp_path, "wuning-ccer-2025", "own.yaml")
    with pytest.raises(InputError, match="another instrument is called wuning-ccer-2025"):
        priced_instruments(scenario, ParameterTree.load())


def test_a_change_of_the_law_reaches_the_instruments_and_counts_as_used(tmp_path: Path) -> None:
    """By hand: 1 % instead of 3 % of the same interest is a third of the subsidy, to the fen of each claim."""
    scenario = naming(tmp_path, "example-pledge-loan")
    rate = "interest_subsidy.forestry_loans.rate"
    text = (tmp_path / "scenario.yaml").read_text(encoding="utf-8") + (
        f'changes:\n  - {{parameter: {rate}, from: "2026-01-01", to: open, value: "1",'
        " reference: {title: a trial}}\n"
    )
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    changed = load_scenario(tmp_path / "scenario.yaml")
    tree = ParameterTree.load().apply(changed.parameter_changes())
    sums = [
        int(finance_tables(priced_instruments(one, law))["finance_subsidy"]["granted_fen"].sum())
        for one, law in ((scenario, ParameterTree.load()), (changed, tree))
    ]
    assert abs(sums[1] - sums[0] / 3) <= 2
    assert tree.unused_changes() == ()


def test_the_same_instruments_give_the_same_bytes(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    again = in_declared_columns(finance_tables(priced_instruments(naming(tmp_path, *NAMES), ParameterTree.load())))
    for name in (name for name in tables if name.startswith("finance_")):
        for place, frame in (("one", tables[name]), ("other", again[name])):
            write_csv(frame, tmp_path / place / f"{name}.csv")
        assert (tmp_path / "one" / f"{name}.csv").read_bytes() == (tmp_path / "other" / f"{name}.csv").read_bytes()


def test_the_audit_finds_nothing_in_what_was_priced(tables: dict[str, pd.DataFrame]) -> None:
    check = Check("instruments")
    examine(tables, check)
    assert check.clean
    assert check.checked > 300


Plant = Callable[[dict[str, pd.DataFrame]], None]


def _one_fen(table: str, column: str) -> Plant:
    def plant(tables: dict[str, pd.DataFrame]) -> None:
        frame = tables[table]
        tables[table] = frame.assign(**{column: frame[column] + (frame.index == 3)})

    return plant


def _unlisted(tables: dict[str, pd.DataFrame]) -> None:
    tables[HEAD] = tables[HEAD].iloc[1:]


def _without_a_year(tables: dict[str, pd.DataFrame]) -> None:
    tables["finance_cover"] = tables["finance_cover"].drop(index=5)


def _consistent_interest(tables: dict[str, pd.DataFrame]) -> None:
    """A fen more of interest wherever it is shown: only the rate can tell."""
    frame = tables["finance_schedule"]
    more = (frame.index == 3).astype(int)
    tables["finance_schedule"] = frame.assign(
        interest_fen=frame["interest_fen"] + more, service_fen=frame["service_fen"] + more
    )


def _fiscal(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["finance_terms"].copy()
    frame.loc[frame["figure"] == "fiscal", "value"] = "1"
    tables["finance_terms"] = frame


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (_one_fen("finance_schedule", "interest_fen"), "interest and principal"),
        (_consistent_interest, "the interest of the period"),
        (_one_fen("finance_schedule", "principal_fen"), "the closing balance"),
        (_one_fen("finance_schedule", "closing_fen"), "the closing balance"),
        (_one_fen("finance_cover", "service_fen"), "the debt service of the year"),
        (_one_fen("finance_cover", "receipts_fen"), None),  # a fen changes no printed ratio: see the next
        (_one_fen("finance_cash_flows", "amount_fen"), "what the party received"),
        (_one_fen("finance_parties", "net_fen"), "what is left to the party"),
        (_unlisted, "is not listed in finance_instruments"),
        (_without_a_year, "lacks the years [2030]"),
        (_fiscal, "all that the budget pays"),
    ],
)
def test_the_audit_finds_what_is_planted(tables: dict[str, pd.DataFrame], plant: Plant, said: str | None) -> None:
    planted = dict(tables)
    plant(planted)
    check = Check("instruments")
    examine(planted, check)
    assert check.clean == (said is None)
    assert said is None or any(said in finding.en for finding in check.findings)


def test_under_stress_a_linked_coupon_has_a_debt_service_of_its_own_and_a_loan_has_not(
    tables: dict[str, pd.DataFrame],
) -> None:
    cover = tables["finance_cover"]
    found = []
    for name in ("example-carbon-bond", "example-pledge-loan"):
        stressed = cover[(cover["instrument"] == name) & (cover["course"] == "base")].assign(course="own_course")
        stressed["service_fen"] = (stressed["service_fen"] * 2).astype("Int64")
        service = stressed["service_fen"].astype(float)
        stressed["cover"] = (stressed["receipts_fen"].astype(float) / service.where(service > 0)).round(6)
        check = Check("instruments")
        examine({**tables, "finance_cover": pd.concat([cover, stressed], ignore_index=True)}, check)
        found.append({finding.en.split(": ")[1].split()[0] for finding in check.findings})
    assert found == [set(), {"own_course"}]


def test_the_audit_finds_receipts_that_are_not_those_of_the_cover(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["finance_cover"]
    frame = frame.assign(receipts_fen=frame["receipts_fen"] * (1 + (frame.index == 3)))
    check = Check("instruments")
    examine({**tables, "finance_cover": frame}, check)
    assert [finding.en.split(" must")[0] for finding in check.findings] == ["wuning-ccer-2025: base 2028: the cover"]
