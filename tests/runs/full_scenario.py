"""A scenario of the nation that is solved in seconds: one category, one task, no grades."""

from pathlib import Path

TEXT = """\
id: full-small
title: {{zh: 小情景, en: Small}}
kind: {{zh: 情景测算, en: scenario estimate}}
data: builtin:nation
policy_date: "2026-01-01"
periods: ["2026"]
horizon: 2060
{carbon}
funds:
  ecological_protection_restoration:
    measures: [compensation]
    appropriation: {{"2026": "36000000000"}}
  reform_development:
    measures: [afforestation]
    appropriation: {{"2026": "3000000000"}}
categories:
  public_welfare_collective: {{levels: ["16", "18"]}}
menus:
  afforestation: {{standards: ["200", "400"], quantity_shares: ["0", "0.5", "1"]}}
objectives:
  - {{term: carbon, stage: 1}}
rules:
  - {{rule: envelope}}
  - {{rule: eligible_area}}
  - {{rule: cost_sharing}}
assumed_responses: rank
caveats:
  - {{zh: 试算, en: a trial}}
provisions: []
seed: 1
{more}
"""


def write_scenario(folder: Path, carbon: str = "carbon: {engine: full}", more: str = "") -> Path:
    """The scenario with the given line on carbon, in `folder`."""
    path = folder / "scenario.yaml"
    path.write_text(TEXT.format(carbon=carbon, more=more), encoding="utf-8")
    return path
