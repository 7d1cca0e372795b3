"""The case that the audit's tests work out by hand, as a whole outcome."""

from typing import Any

import pandas as pd
from tests.allocation.audit.conftest import ByHand

from silvafisc.quantities import fen_to_yuan, tenths_to_mu
from silvafisc.results import Outcome, UnitInputs

SOURCES = ["what", "value", "unit", "origin", "reference", "status", "demo"]


def outcome(case: ByHand | None = None, **meta: Any) -> Outcome:
    """An outcome of the hand-made tables; `meta` overrides."""
    case = case or ByHand()
    names = case.inputs["regions"][["region_code", "region_name", "region_name_en", "unit_level"]]
    tables = {name: frame.copy() for name, frame in case.tables.items()}
    tables["regions"] = names.merge(tables["regions"], on="region_code", validate="one_to_one")
    tables["allocation"] = tables["allocation"].assign(binding_rules="")
    tables["sources"] = pd.DataFrame(columns=SOURCES, dtype="str")
    offers = tables["offers"]
    offers.insert(7, "standard_yuan_per_mu", [fen_to_yuan(int(fen)) for fen in offers["standard_fen"]])
    offers.insert(8, "area_mu", [tenths_to_mu(int(tenths)) for tenths in offers["area_tenth_mu"]])
    tables["offers"] = offers.drop(columns=["standard_fen", "area_tenth_mu"])
    inputs = UnitInputs(
        **{name: frame for name, frame in case.inputs.items() if name != "last_year"},
        last_year=case.inputs.get("last_year"),
        ledger=tables["sources"],
    )
    base = {
        "id": "by_hand",
        "title": {"zh": "三县手算例", "en": "Three counties by hand"},
        "objectives": [{"term": "carbon", "label": {"zh": "固碳量", "en": "carbon"}, "unit": "tco2e", "value": 1.0}],
        "resolved": case.resolved.to_json(),
        "content_hash": "",
    }
    return Outcome(meta={**base, **meta}, tables=tables, inputs=inputs, resolved=case.resolved, audit=case.run())
