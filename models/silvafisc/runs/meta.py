"""outcome.json: what was decided, how good it is, what it rests on, and how to make it again."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pandas as pd

from silvafisc.allocation.decide import Decision
from silvafisc.allocation.terms import COLUMN, title_of
from silvafisc.results import ObjectiveSpec, Resolved, UnitInputs

from .carbon_source import decided_in, yields_hash
from .carbon_uncertainty import uncertainty_hash
from .indicators import shares
from .prepare import Prepared
from .residue import Published

PACKAGES = ("silvafisc", "pyomo", "highspy", "numpy", "pandas", "scipy")


def describe(
    prepared: Prepared, shown: Published, tables: Mapping[str, pd.DataFrame], prices: Mapping[str, Any]
) -> dict[str, Any]:
    """The content of outcome.json (without format version, resolved scenario and hash, which saving adds).

    Where a residue joined a pot, objectives are those of the published amounts; what was proven of the choice before is no bound of them.
    """
    scenario, resolved, decision = prepared.scenario, prepared.resolved, shown.decision
    objectives = objective_entries(resolved, decision)
    if shown.residues:
        objectives = [entry | {"bound": None} for entry in objectives]
    parts = shares(prepared, tables["allocation"])
    return {
        "id": resolved.id,
        "title": {"zh": scenario.title.zh, "en": scenario.title.en},
        "kind": {"zh": scenario.kind.zh, "en": scenario.kind.en},
        "policy_date": resolved.policy_date,
        "mode": resolved.mode,
        "status": decision.status,
        "alpha": decision.problem.alpha if resolved.grades.by_region else None,
        "objectives": objectives,
        "stages": [
            {"name": name, "value": value, "bound": bound, "gap": gap} for name, value, bound, gap in decision.stages
        ],
        "exchange_rates": exchange_rates(resolved, decision),
        "share_open_to_choice": parts["open_to_choice"],
        "share_assumed_money": parts["assumed_money"],
        "share_assumed_carbon": parts["assumed_carbon"],
        "prices": dict(prices),
        "carbon": decided_in(scenario),
        "caveats": [*({"zh": c.zh, "en": c.en} for c in scenario.caveats), *shown.caveats],
        "provisions": [p.model_dump(mode="json") for p in scenario.provisions],
        "scenario": scenario.to_json(),
        "versions": {name: version(name) for name in PACKAGES},
        "input_hashes": input_hashes(prepared),
        "seed": resolved.seed,
    }


def objective_entries(resolved: Resolved, decision: Decision) -> list[dict[str, Any]]:
    """Value of each objective in its own unit; bound and gap of the stage that decided it."""
    entries = []
    for spec in resolved.objectives:
        objective = decision.engine.objectives[spec.term][0]
        value = decision.values[spec.term]
        payoff = decision.payoff
        known = payoff is not None and spec.term in payoff.utopia
        stage = next((s for s in decision.stages if spec.term in s[0].split(" + ")), None)
        alone = stage is not None and stage[0] == spec.term
        entries.append(
            {
                "term": spec.term,
                "label": label_of(spec),
                "unit": objective.unit,
                "value": value,
                "bound": stage[2] if stage and alone else (payoff.utopia[spec.term] if payoff and known else None),
                "gap": None if stage is None else stage[3],
                "utopia": payoff.utopia[spec.term] if payoff and known else None,
                "nadir": payoff.nadir[spec.term] if payoff and known else None,
                "weight": spec.weight,
                "stage": spec.stage,
            }
        )
    return entries


def label_of(spec: ObjectiveSpec) -> dict[str, str]:
    """The name of an objective; a column of a table made elsewhere is called as the scenario says, else as the column."""
    if not spec.term.startswith(COLUMN):
        return dict(title_of(spec))
    name = spec.term.removeprefix(COLUMN)
    return {language: str(spec.params.get(f"label_{language}", name)) for language in ("zh", "en")}


def exchange_rates(resolved: Resolved, decision: Decision) -> list[dict[str, Any]]:
    """How much of the first objective the weights give for one unit of another."""
    weighted = [s for s in resolved.objectives if s.weight]
    if decision.payoff is None or len(weighted) < 2:
        return []
    first, *others = weighted
    worth = {s.term: float(s.weight or 0.0) / decision.payoff.range(s.term) for s in weighted}
    units = {s.term: decision.engine.objectives[s.term][0].unit for s in weighted}
    return [
        {
            "of": first.term,
            "per": other.term,
            "value": worth[other.term] / worth[first.term],
            "unit": f"{units[first.term]}_per_{units[other.term]}",
        }
        for other in others
    ]


def table_hashes(inputs: UnitInputs) -> dict[str, str]:
    """SHA-256 of every input table, as it is saved."""
    return {
        f"inputs/{name}.csv": _sha256(frame.to_csv(index=False, lineterminator="\n"))
        for name, frame in inputs.tables().items()
    }


def input_hashes(prepared: Prepared) -> dict[str, str]:
    """SHA-256 of every input table, of built yields, of loans and bonds, of the scenario and of the law as it was read."""
    law = {path: prepared.rules.entry(path).value for path in sorted(prepared.rules.used)}
    texts = {
        "draws.csv": ""
        if prepared.inputs.draws is None
        else prepared.inputs.draws.to_csv(index=False, lineterminator="\n"),
        "scenario": json.dumps(prepared.scenario.to_json(), ensure_ascii=False, sort_keys=True),
        "law": json.dumps(law, ensure_ascii=False, sort_keys=True),
    }
    found = table_hashes(prepared.inputs) | {name: _sha256(text) for name, text in texts.items()}
    if built := yields_hash(prepared.scenario):
        found["carbon_yields"] = built
        found["carbon_uncertainty"] = uncertainty_hash(prepared.scenario)
    found |= {
        f"instruments/{one.told.file.id}.yaml": _sha256(one.told.source.read_text(encoding="utf-8"))
        for one in prepared.instruments
    }
    return dict(sorted(found.items()))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
