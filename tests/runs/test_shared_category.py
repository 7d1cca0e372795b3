"""Two measures in one category: each has its menu, as the format says and the audit counts; rules of one standard refuse."""

from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.datasets import InputError
from silvafisc.runs import solve_offers

SCENARIO = """id: shared
title: {zh: 同类两项措施, en: Two measures in a category}
mode: offers
policy_date: "2026-01-01"
periods: ["2026"]
funds:
  pool: {payer: provincial, appropriation: {"2026": "9.00"}}
objectives: [{term: obj.habitat, stage: 1}]
rules:
  - {rule: envelope}
"""
COST = "cost.pool.provincial.2026_fen"
OFFERS = {"patrol": ((0, 0), (300, 3), (700, 4)), "owner": ((0, 0), (200, 1), (500, 5))}
"""(fen, habitat) of each offer; one unit has both measures in the category `public`."""


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region_code": "A",
            "measure": measure,
            "category": "public",
            "nature": "top_up",
            "period": "2026",
            "offer": f"o{number}",
            "standard_yuan_per_mu": f"{number}",
            "area_mu": "1.0",
            COST: cost,
            "obj.habitat": float(gain),
        }
        for measure, offers in OFFERS.items()
        for number, (cost, gain) in enumerate(offers)
    )


def files(folder: Path, scenario: str = SCENARIO) -> tuple[Path, Path]:
    offers, path = folder / "offers.csv", folder / "shared.yaml"
    table().to_csv(offers, index=False)
    path.write_text(scenario, encoding="utf-8")
    return offers, path


def test_one_offer_of_each_measure_is_chosen(tmp_path: Path) -> None:
    """enumeration: the best pair within 9.00 yuan, one offer of each measure."""
    outcome = solve_offers(*files(tmp_path))
    pairs = [(a, b) for a, b in product(OFFERS["patrol"], OFFERS["owner"]) if a[0] + b[0] <= 900]
    chosen = outcome.tables["offers"].query("chosen")
    assert sorted(chosen["measure"]) == ["owner", "patrol"]
    assert chosen["obj.habitat"].sum() == max(a[1] + b[1] for a, b in pairs) == 8
    assert outcome.audit["clean"]


@pytest.mark.parametrize(
    "rule",
    ["no_inversion", "standards_only_rise", "eligible_area", "published_values, at_most: 2"],
)
def test_a_rule_that_reads_the_one_standard_of_a_category_is_refused(tmp_path: Path, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        solve_offers(*files(tmp_path, SCENARIO + f"  - {{rule: {rule}}}\n"))
    said = [finding for finding in caught.value.findings if "public" in finding.en and "owner, patrol" in finding.en]
    assert said
    assert "owner、patrol" in said[0].zh
    assert "shared.yaml" in said[0].where


def test_adequacy_needs_one_standard_too(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("[{term: obj.habitat, stage: 1}]", "[{term: adequacy, stage: 1}]")
    with pytest.raises(InputError) as caught:
        solve_offers(*files(tmp_path, scenario))
    assert any("owner, patrol" in finding.en for finding in caught.value.findings)
