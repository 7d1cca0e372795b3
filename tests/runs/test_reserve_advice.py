"""Where full allocation is why nothing is feasible, the advice names the smallest reserve, and with it there is an answer."""

from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from tests.runs.test_infeasible_advice import line_of

from silvafisc.runs import Infeasible, solve_offers

SCENARIO = """id: grants
title: {zh: 补助, en: Grants}
mode: offers
policy_date: "2026-01-01"
periods: ["2026", "2027"]
funds:
  pool:
    payer: provincial
    appropriation: {"2026": "FIRST", "2027": "7.00"}
    carry_share: "0.5"
objectives: [{term: obj.habitat, stage: 1}]
rules:
  - {rule: envelope, full_allocation: true}
"""
COSTS = {"2026": (0, 130, 310, 450), "2027": (0, 160, 290, 380)}
"""Fen of each offer; two units have one menu of these per period."""


def table() -> pd.DataFrame:
    rows = []
    for unit, (period, costs) in product("AB", COSTS.items()):
        for number, cost in enumerate(costs):
            row: dict[str, object] = {"region_code": unit, "measure": "plant", "period": period, "offer": f"o{number}"}
            row |= {f"cost.pool.provincial.{p}_fen": cost if p == period else 0 for p in COSTS}
            rows.append(row | {"obj.habitat": float(number)})
    return pd.DataFrame(rows)


def files(folder: Path, scenario: str) -> tuple[Path, Path]:
    offers, path = folder / "offers.csv", folder / "grants.yaml"
    table().to_csv(offers, index=False)
    path.write_text(scenario, encoding="utf-8")
    return offers, path


def least_reserves(first: int, second: int) -> tuple[int, int]:
    """enumeration: rests of the choice that leaves the least, each compared with its appropriation."""
    found = []
    for a, b, c, d in product(COSTS["2026"], COSTS["2026"], COSTS["2027"], COSTS["2027"]):
        left = first - a - b
        later = second + left / 2 - c - d
        if left >= 0 and later >= 0:
            found.append((left / first + later / second, left, later))
    _, left, later = min(found)
    return left, int(later) + (later > int(later))


@pytest.mark.parametrize("first", [800, 1000])
def test_the_smallest_reserve_is_named_and_with_it_there_is_an_answer(tmp_path: Path, first: int) -> None:
    """800 fen leave 40 that nobody can take (310 + 450); 1 000 leave 100 (450 + 450)."""
    scenario = SCENARIO.replace("FIRST", f"{first / 100:.2f}")
    with pytest.raises(Infeasible) as caught:
        solve_offers(*files(tmp_path, scenario))
    rows = caught.value.relaxations
    reserves = rows[rows["parameter"].str.contains(".reserve.")]
    assert set(reserves["rule"]) == {"envelope"}
    assert set(reserves["scope"]) == {"alone"}
    wanted = dict(zip(COSTS, least_reserves(first, 700), strict=True))
    named = {str(row["parameter"]).rsplit(".", 1)[1]: str(row["suggested"]) for row in reserves.to_dict("records")}
    assert named == {period: f"{fen / 100:.2f}" for period, fen in wanted.items() if fen}
    lines = {line_of(str(where)) for where in reserves["where"]}
    assert lines == {"pool:"}  # there is no reserve yet: the fund, to which it belongs
    said = [finding for finding in caught.value.findings if ".reserve." in finding.path]
    assert {finding.path for finding in said} == set(reserves["parameter"])
    for finding in said:
        assert "Full allocation: `reserve` of" in finding.en
        assert "with its `reserve_reason`" in finding.en
        assert "全额分配：" in finding.zh
        assert "reserve_reason" in finding.zh

    stated = ", ".join(f'"{period}": "{yuan}"' for period, yuan in named.items())
    line = f"    reserve: {{{stated}}}\n    reserve_reason: 留待追加\n"
    advised = scenario.replace("    carry_share", line + "    carry_share")
    outcome = solve_offers(*files(tmp_path, advised))
    assert outcome.audit["clean"]
    rest = dict(zip(outcome.tables["envelopes"]["period"], outcome.tables["envelopes"]["unallocated_fen"], strict=True))
    assert int(rest["2026"]) <= wanted["2026"]
    for period, fen in wanted.items():
        if fen:
            tighter = advised.replace(f'"{period}": "{named[period]}"', f'"{period}": "{(fen - 1) / 100:.2f}"')
            with pytest.raises(Infeasible):
                solve_offers(*files(tmp_path, tighter))
