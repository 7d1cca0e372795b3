"""`silvafisc solve --offers` with any number of units: the optimum of a dynamic program over whole money, found again."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.cli.command import Talk

SCENARIO = """id: many
title: {{zh: 任意单位数, en: Any number of units}}
mode: offers
policy_date: "2026-01-01"
periods: ["2026"]
funds:
  pool_a: {{payer: provincial, label: {{zh: 甲, en: A}}, appropriation: {{"2026": "{a}"}}}}
  pool_b: {{payer: county, label: {{zh: 乙, en: B}}, appropriation: {{"2026": "{b}"}}}}
  pool_c: {{payer: central, label: {{zh: 丙, en: C}}, appropriation: {{"2026": "{c}"}}}}
objectives:
  - {{term: obj.habitat, stage: 1, unit: ha, label: {{zh: 栖息地, en: Habitat}}}}
rules:
  - {{rule: envelope}}
"""
COSTS = [f"cost.pool_{fund}.2026_fen" for fund in ("a.provincial", "b.county", "c.central")]
YUAN = 100


def table(units: int) -> pd.DataFrame:
    """Planting is paid from A and B together, tending from C. Every third unit loses by planting and cannot but plant."""
    draw = np.random.default_rng(units)
    rows = []
    for unit, (measure, payers) in product(range(units), {"plant": (1, 1, 0), "tend": (0, 0, 1)}.items()):
        loses = measure == "plant" and unit % 3 == 0
        for offer in range(4):
            nothing = offer == 0 and not loses
            costs = draw.integers(0, 6, 3) * payers * (offer > 0) * YUAN
            gain = 0 if nothing else int(draw.integers(-9, 0) if loses else draw.integers(-3, 12))
            row = {"region_code": f"U{unit:04}", "measure": measure, "period": "2026", "offer": f"o{offer}"}
            rows.append(row | dict(zip(COSTS, costs.tolist(), strict=True)) | {"obj.habitat": gain})
    return pd.DataFrame(rows)


def most(frame: pd.DataFrame, money: list[int]) -> int:
    """Dynamic program: value[i, j, k] = the most of all menus so far for i, j and k yuan of the three funds."""
    value = np.zeros([yuan + 1 for yuan in money])
    for _, menu in frame.groupby("region_code"):
        better = np.full_like(value, -np.inf)
        for *fen, gain in menu[[*COSTS, "obj.habitat"]].to_numpy().tolist():
            costs = [one // YUAN for one in fen]
            if any(cost > yuan for cost, yuan in zip(costs, money, strict=True)):
                continue
            to = tuple(slice(cost, None) for cost in costs)
            left = tuple(slice(yuan + 1 - cost) for cost, yuan in zip(costs, money, strict=True))
            better[to] = np.maximum(better[to], value[left] + gain)
        value = better
    return int(value[-1, -1, -1])


@pytest.mark.parametrize("units", [1, 2, 31, 400])
def test_any_number_of_units_gets_the_best_choice(units: int, tmp_path: Path, say: Talk) -> None:
    frame, money = table(units), [units, units + 1, units // 2]
    offers, scenario, out = tmp_path / "offers.csv", tmp_path / "many.yaml", tmp_path / "o"
    frame.to_csv(offers, index=False)
    scenario.write_text(SCENARIO.format(**dict(zip("abc", money, strict=True))), encoding="utf-8")
    code, said = say("solve", "--offers", offers, "--scenario", scenario, "--out", out, "--lang", "en")
    assert code == 0
    assert "audit clean" in said
    answer = pd.read_csv(out / "offers.csv")
    chosen = answer[answer["chosen"]]
    assert len(chosen) == 2 * units == len(chosen[["region_code", "measure"]].drop_duplicates())
    keys = ["region_code", "measure", "offer"]
    ours = frame.merge(chosen[keys], on=keys)
    assert all(int(ours[name].sum()) <= yuan * YUAN for name, yuan in zip(COSTS, money, strict=True))
    plant, tend = (frame[frame["measure"] == measure] for measure in ("plant", "tend"))
    best = most(plant, [*money[:2], 0]) + most(tend, [0, 0, money[2]])
    assert int(ours["obj.habitat"].sum()) == best
    assert best < frame.groupby(["region_code", "measure"])["obj.habitat"].max().sum(), "no fund binds"
    assert ours["obj.habitat"].min() < 0
