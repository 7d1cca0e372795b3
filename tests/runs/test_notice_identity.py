"""Identity of a notice: the scenario's word first, then what dated notices were seen to carry, then a blank.

published: Shandong 2021-09-30, Chongqing 2021-09-09 and 2023-03-02, Jilin 吉财资环指〔2022〕1163号 (see parameters/notice).
"""

from pathlib import Path

import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree
from silvafisc.runs import load_scenario
from silvafisc.runs.notice_identity import notice_identity, read_beside

EPR, RD = "ecological_protection_restoration", "reform_development"


def scenario_file(folder: Path, notice: str, base: str = "nation-2026-2028") -> Path:
    path = folder / "own.yaml"
    path.write_text(f"id: own\nextends: {base}\n{notice}", encoding="utf-8")
    return path


def rows(path: Path | str, date: str) -> dict[str, dict[str, str]]:
    frame = notice_identity(load_scenario(path), ParameterTree.load().on(date))
    return {str(row["fund"]): {str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")}


@pytest.mark.parametrize(
    ("date", "fund", "wanted"),
    [
        (
            "2021-12-31",
            EPR,
            ("Z175070050001", "02中央参照直达资金 / 02 central funds treated as paid directly", "", "", ""),
        ),
        (
            "2022-12-31",
            EPR,
            ("Z175070050001", "01中央直达资金 / 01 central funds paid directly", "1100250", "", "51301"),
        ),
        ("2021-12-31", RD, ("Z175070050002", "", "1100252", "213", "")),
        ("2026-01-01", RD, ("100000Z175070050002", "", "1100252", "213", "")),
        ("2021-01-01", RD, ("", "", "", "", "")),
    ],
)
def test_a_draft_takes_what_notices_of_its_day_carried(date: str, fund: str, wanted: tuple[str, ...]) -> None:
    row = rows("nation-2026-2028", date)[fund]
    names = ("project_code", "direct_mark", "revenue_account", "functional_class", "economic_class")
    assert tuple(row[name] for name in names) == wanted
    assert (row["document_number"], row["upper_document"]) == ("", ""), "numbers of documents are never carried over"
    assert row["status"] == ("secondary" if any(wanted) else "")
    assert [part.partition("=")[0] for part in row["source"].split(";") if part] == [
        name for name, value in zip(names, wanted, strict=True) if value
    ]


def test_what_the_scenario_states_goes_first(tmp_path: Path) -> None:
    stated = (
        "notice:\n  funds:\n"
        f"    {EPR}: {{document_number: 川财资环〔2026〕1号, direct_mark: 01中央直达资金（第二批）, batch: '2', year: '2027'}}\n"
    )
    row = rows(scenario_file(tmp_path, stated), "2026-01-01")[EPR]
    assert (row["document_number"], row["batch"], row["year"]) == ("川财资环〔2026〕1号", "2", "2027")
    assert row["direct_mark"] == "01中央直达资金（第二批）"
    assert "direct_mark" not in row["source"]
    assert row["project_code"] == "Z175070050001"


def test_a_fund_of_a_province_starts_blank() -> None:
    row = rows("county-demo", "2026-01-01")["provincial_compensation"]
    assert (row["project_code"], row["revenue_account"], row["status"], row["source"]) == ("", "", "", "")
    assert (row["year"], row["batch"]) == ("2026", "1")


@pytest.mark.parametrize(
    ("line", "zh"),
    [
        ("    nobody: {batch: '1'}\n", "未知的资金"),
        (f"    {EPR}: {{year: '2031'}}\n", "未列入 periods"),
        (f"    {EPR}: {{batch: '0'}}\n", "batch"),
        (f"    {EPR}: {{document_number: ''}}\n", "document_number"),
        (f"    {EPR}: {{revenue_account: 1100250}}\n", "revenue_account"),
    ],
)
def test_a_wrong_identity_is_refused_at_its_line(tmp_path: Path, line: str, zh: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(scenario_file(tmp_path, f"notice:\n  funds:\n{line}"))
    (finding,) = caught.value.findings
    assert "own.yaml:5" in finding.where
    assert zh in f"{finding.path} {finding.zh}"


def test_what_the_papers_state_is_read_into_the_ledger() -> None:
    rules = ParameterTree.load().on("2026-01-01")
    read_beside(rules)
    assert rules.text("calendar.transfers.province_passes_down_days") == "30"
    assert "unit_standards.instalments.survival_check" in rules.used
