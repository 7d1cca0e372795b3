"""The section on carbon: sentences, the table of measures, both drawings, climates side by side. Numbers by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Figure, Heading, Paragraph, Section, Table, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import carbon
from silvafisc.results import Outcome

MEASURE = "afforestation"


def accounts(outcome: Outcome, climates: tuple[tuple[str, str, float], ...]) -> pd.DataFrame:
    """Every measure's tonnes over two years, a third of planting credited; `climates`: name, model, factor."""
    rows = []
    for climate, model, factor in climates:
        for measure, tonnes in outcome.tables["allocation"].groupby("measure")["carbon_tco2e"].sum().items():
            if not tonnes:
                continue
            for year, part in (("2026", -0.25), ("2027", 1.25), ("", 1.0)):
                credited = tonnes * part / 3 if measure == MEASURE else 0.0
                flows = {"additional": tonnes * part * factor, "credited": credited, "deducted": credited / 10}
                rows += [(measure, year, name, climate, model, "central", flow) for name, flow in flows.items()]
            for share, factor in (("0.05", 0.5), ("0.5", 1.0), ("0.95", 2.0)):
                rows.append((measure, "", "additional", climate, model, f"quantile {share}", tonnes * factor))
    return pd.DataFrame(rows, columns=["measure", "year", "account", "climate", "growth_model", "case", "tco2e"])


def with_accounts(outcome: Outcome, *climates: tuple[str, str, float]) -> Outcome:
    return replace(outcome, tables={**outcome.tables, "carbon_accounts": accounts(outcome, climates)})


def told(section: Section) -> str:
    return " ".join(runs_text(b.runs) for b in section.blocks if isinstance(b, Paragraph)).replace("\u00a0", " ")


def cells(table: Table) -> list[list[str]]:
    return [[runs_text(cell).replace("\u00a0", " ") for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_outcome_of_before_shows_what_its_allocation_holds(outcome: Outcome, language: str) -> None:
    section = carbon.section(Draft(outcome, language))
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert all(row[3] == row[4] == "—" for row in cells(table))
    assert [block.id for block in section.blocks if isinstance(block, Figure)] == ["carbon-costs"]


def test_credited_tonnes_stand_beside_added_ones_and_are_never_their_sum(outcome: Outcome) -> None:
    held = with_accounts(outcome, ("", "", 1.0))
    tonnes = float(held.tables["allocation"].query("measure == @MEASURE")["carbon_tco2e"].sum())
    section = carbon.section(Draft(held, "zh"))
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    (row,) = (row for row in cells(table) if row[0] == "人工造林")
    money = int(held.tables["allocation"].query("measure == @MEASURE")["payment_fen"].sum())
    assert row[2:6] == [
        f"{tonnes / 1e4:,.1f}",
        f"{tonnes / 2e4:,.1f}～{tonnes / 5e3:,.1f}",
        f"{tonnes / 3e4:,.1f}",
        f"{tonnes / 3e5:,.1f}",
    ]
    assert [column.header for column in table.columns][3] == "5%—95% 分位"
    assert float(row[6].replace(",", "")) == pytest.approx(money / 100 / tonnes, rel=1e-3)
    assert f"{tonnes / 3e4:,.1f} 万吨" in told(section)


def test_the_year_of_most_carbon_and_early_losses_are_in_the_drawing_and_its_table(outcome: Outcome) -> None:
    section = carbon.section(Draft(with_accounts(outcome, ("", "", 1.0)), "en"))
    (years,) = (block for block in section.blocks if isinstance(block, Figure) and block.id == "carbon-years")
    assert "2027" in runs_text(years.title)
    assert [row[0] for row in cells(years.data)] == ["2026", "2027"]
    assert all(cell.startswith("−") for cell in cells(years.data)[0][1:])


def test_costs_rise_along_the_curve(outcome: Outcome) -> None:
    section = carbon.section(Draft(outcome, "en"))
    (costs,) = (block for block in section.blocks if isinstance(block, Figure) and block.id == "carbon-costs")
    prices = [float(row[-1].replace(",", "")) for row in cells(costs.data)]
    assert prices == sorted(prices)
    assert len(prices) > len(set(outcome.tables["regions"]["grade"]))


def in_climates(outcome: Outcome) -> Outcome:
    """Warm weather: −10 % in every unit by one model; by the other +10 %, but −5 % in the first unit."""
    sums = outcome.tables["allocation"].groupby("region_code")["carbon_tco2e"].sum()
    rows = []
    for number, (code, tonnes) in enumerate(sums.items()):
        other = 0.95 if number == 0 else 1.1
        for climate, model, factor in (
            ("today", "", 1.0),
            ("warm", "miami", 0.9),
            ("warm", "thornthwaite_memorial", other),
        ):
            rows.append((code, climate, model, tonnes * factor))
    table = pd.DataFrame(rows, columns=["region_code", "climate", "growth_model", "tco2e"])
    held = replace(outcome, tables={**outcome.tables, "carbon_climates": table})
    return replace(held, meta={**held.meta, "carbon": {"climate": "today", "growth_model": ""}})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_climates_and_models_stand_side_by_side_without_a_mean(outcome: Outcome, language: str) -> None:
    section = carbon.section(Draft(in_climates(outcome), language))
    assert [b.text for b in section.blocks if isinstance(b, Heading)] == [
        {"zh": "气候情景", "en": "Under other climates"}[language]
    ]
    nation, units = [block for block in section.blocks if isinstance(block, Table)][-2:]
    assert [row[-1] for row in cells(nation)][:2] == ["0.0", "−10.0"]
    assert cells(units)[0][1:] == ["−10.0", "−5.0"]
    assert all(row[1:] == ["−10.0", "+10.0"] for row in cells(units)[1:])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_units_for_which_the_models_disagree_are_named(outcome: Outcome, language: str) -> None:
    text = told(carbon.section(Draft(in_climates(outcome), language)))
    assert {"zh": "30 个单位", "en": "(30: "}[language] in text
    assert {"zh": "北京", "en": "Beijing"}[language] not in text
    assert {"zh": "天津", "en": "Tianjin"}[language] in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_the_section_leads_to_the_outcome(outcome: Outcome, language: str) -> None:
    held = with_accounts(outcome, ("", "", 1.0))
    briefing = build(held, language)
    assert any(section.id == "carbon" for section in briefing.sections)
