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
    planted = held.tables["allocation"].query("measure == @MEASURE")
    # All instalments of the work are counted once, whether they fall due within the years or after them.
    begun = planted.query("nature != 'committed'")
    money = int(begun["payment_fen"].sum() + begun["due_later_fen"].sum())
    assert begun["due_later_fen"].sum() > 0
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


def test_what_is_lost_again_once_payment_ends_is_said(outcome: Outcome) -> None:
    """Planted: half as much again is added by 2026 and lost by 2040; early losses that are made up for say nothing."""
    held = with_accounts(outcome, ("", "", 1.0))
    assert "回落" not in told(carbon.section(Draft(held, "zh")))
    frame = held.tables["carbon_accounts"].replace({"year": {"2027": "2040"}})
    mine = (frame["measure"] == MEASURE) & (frame["account"] == "additional") & (frame["year"] != "")
    total = float(outcome.tables["allocation"].query("measure == @MEASURE")["carbon_tco2e"].sum())
    frame.loc[mine, "tco2e"] = [total * 1.5, total * -0.5]
    said = told(carbon.section(Draft(replace(held, tables={**held.tables, "carbon_accounts": frame}), "zh")))
    assert f"人工造林在测算期内新增 {total * 1.5 / 1e4:,.1f} 万吨；" in said
    assert f"回落 {total * 0.5 / 1e4:,.1f} 万吨" in said


def test_costs_rise_along_the_curve(outcome: Outcome) -> None:
    section = carbon.section(Draft(outcome, "en"))
    (costs,) = (block for block in section.blocks if isinstance(block, Figure) and block.id == "carbon-costs")
    prices = [float(row[-1].replace(",", "")) for row in cells(costs.data)]
    assert prices == sorted(prices)
    # What is paid later for the same tonnes is money too.
    paid, later = (
        int(outcome.tables["allocation"].query("carbon_tco2e > 0")[c].sum()) for c in ("payment_fen", "due_later_fen")
    )
    money = [float(row[1].replace(",", "")) for row in cells(costs.data)]
    assert later > 0
    assert sum(money) == pytest.approx((paid + later) / 1e11, abs=0.0005 * len(money))
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


def with_credits(outcome: Outcome) -> Outcome:
    """Planting by draws: half of it creditable before deductions, of which all but the first unit's lies beyond the limit.

    1,000,000 t added; 500,000 eligible; 400,000 off for uncertainty, 10,000 for non-permanence, 90,000 credited.
    """
    held = with_accounts(outcome, ("", "", 1.0))
    table = held.tables["carbon_accounts"]
    rest = table[table["measure"] != MEASURE]
    flows = {"additional": 1e6, "credited": 9e4, "deducted": 4.1e5, "deducted_for_leakage": 0.0}
    flows |= {"deducted_for_uncertainty": 4e5, "deducted_for_non_permanence": 1e4}
    rows = [(MEASURE, "", name, "", "", "central", flow) for name, flow in flows.items()]
    rows += [(MEASURE, "2027", "cumulative", "", "", case, flow) for case, flow in ENDS.items()]
    own = pd.DataFrame(rows, columns=table.columns)
    codes = sorted(outcome.tables["regions"]["region_code"])
    steps = [
        (code, MEASURE, "2026", 128, 15.0 if i == 0 else 31.0, 0.0, 6.0 if i == 0 else 100.0, 10.0)
        for i, code in enumerate(codes)
    ]
    columns = [
        "region_code",
        "measure",
        "period",
        "draws",
        "half_width_pct",
        "leakage_pct",
        "uncertainty_pct",
        "non_permanence_pct",
    ]
    made = {
        "carbon_accounts": pd.concat([rest, own], ignore_index=True),
        "carbon_deductions": pd.DataFrame(steps, columns=columns),
    }
    return replace(held, tables={**held.tables, **made})


ENDS = {"central": 1e6, "quantile 0.05": 5e5, "quantile 0.95": 2e6}


def test_the_way_from_added_to_credited_carbon_names_each_cause_and_unit(outcome: Outcome) -> None:
    """By hand, in 万吨."""
    section = carbon.section(Draft(with_credits(outcome), "zh"))
    text = told(section)
    assert "核证扣减共 41.0 万吨，其中因测算不确定扣减 40.0 万吨（按 128 次抽样" in text
    assert "有 30 个单位（" in text
    assert "天津" in text
    bridge, units = [block for block in section.blocks if isinstance(block, Table)][-2:]
    assert [row[1] for row in cells(bridge)] == ["100.0", "50.0", "0.0", "40.0", "1.0", "9.0"]
    assert cells(units)[0][2:] == ["15.0", "6.0", "10.0"]
    assert all(row[2:] == ["31.0", "100.0", "10.0"] for row in cells(units)[1:])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_carbon_by_milestone_years_bears_its_range(outcome: Outcome, language: str) -> None:
    section = carbon.section(Draft(with_credits(outcome), language))
    ranges = [block for block in section.blocks if isinstance(block, Table)][1]
    (row,) = cells(ranges)
    assert row[1] == {"zh": "100.0（50.0～200.0）", "en": "1.000 (0.500 to 2.000)"}[language]


def with_care(outcome: Outcome) -> Outcome:
    """Felling by one case over two spans, one inside the band; fires in two units."""
    losses = [
        ("000000", "selective_cutting", "canopy_closes", years, 3.0, 5.0, less, 37.0, 20.0, 60.0, said)
        for years, less, said in ((5, 40.0, "yes"), (15, -10.0, "no"))
    ]
    felling = pd.DataFrame(
        losses,
        columns=[
            "region_code",
            "cutting",
            "recovery",
            "years",
            "selective_loss_tco2e_per_mu",
            "clear_loss_tco2e_per_mu",
            "less_loss_pct",
            "published_pct",
            "band_low_pct",
            "band_high_pct",
            "in_band",
        ],
    )
    codes = sorted(outcome.tables["regions"]["region_code"])[:2]
    struck = [
        ("fire", code, period, 90.0, "10000.0", "20000.0", 1e4, 2e4, "400.00", 4 * 10**8, 8 * 10**8)
        for code in codes
        for period in ("2026", "2027")
    ]
    reserve = pd.DataFrame(
        struck,
        columns=[
            "hazard",
            "region_code",
            "period",
            "quantile_pct",
            "mean_area_mu",
            "bad_area_mu",
            "mean_tco2e",
            "bad_tco2e",
            "cost_yuan_per_mu",
            "mean_cost_fen",
            "reserve_fen",
        ],
    )
    return replace(outcome, tables={**outcome.tables, "carbon_felling": felling, "carbon_reserve": reserve})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_felling_stands_beside_what_was_published_and_the_reserve_beside_no_allocation(
    outcome: Outcome, language: str
) -> None:
    """By hand; the reserve is the first period's: twice 8 million yuan."""
    section = carbon.section(Draft(with_care(outcome), language))
    text = told(section)
    said = {
        "zh": ("2 种情形（含不同年数）中有 1 种", "37.0%", "未从分配资金中扣除"),
        "en": ("1 of 2 cases", "37.0%", "not taken from this allocation"),
    }
    assert all(part in text for part in said[language])
    felling, reserve = [block for block in section.blocks if isinstance(block, Table)][-2:]
    assert cells(felling)[0][2:] == ["40.0", "−10.0"]
    fire, whole = cells(reserve)
    assert fire[1:] == whole[1:]
    assert fire[1:3] == {"zh": ["2.00", "4.00"], "en": ["20.0", "40.0"]}[language]
