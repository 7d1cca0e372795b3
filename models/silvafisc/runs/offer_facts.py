"""What a table of offers says beside its offers: of a unit, of its work, and of a task in one year.

These columns may all be absent; a rule that reads one asks for it by name. What they say is the same in every row of
the unit (or of the unit's work); a cell may be empty where another row says it.

| column | of | read by |
|---|---|---|
| unit_level, own_revenue_fen | unit | local_capacity |
| groups | unit | groups with `expression: listed` |
| importance, need, rural_population_person | unit | no_inversion, disparity, tonnes by importance |
| `last_year.<fund>_fen` | unit | change_band, not_below_last_year, stability; an empty cell exempts the unit |
| `land.<name>_mu` | unit | one_channel |
| eligible_mu | unit and work | eligible_area: certified area of a category, need of a task over all periods |
| capacity_mu | unit and work | delivery_capacity |
| full_cost_yuan_per_mu | unit and work | need_cap |
| opportunity_cost_yuan_per_mu | unit and work | adequacy |
| task_kind, assigned_mu | unit, work and period | task_kind |

A table of units beside the offers (regions.csv) may hold the columns of the unit as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from silvafisc.datasets import Finding
from silvafisc.datasets.columns import ColumnSpec, Table
from silvafisc.quantities import mu_to_tenths, yuan_to_fen
from silvafisc.results import Resolved

LEVELS = ("province", "city", "county")
KINDS = ("binding", "expected")
LAST_YEAR, LAND = "last_year.", "land."
UNIT_TEXTS = ("region_name", "region_name_en", "payer_tier", "groups", "unit_level")
UNIT_NUMBERS = ("own_revenue_fen", "rural_population_person", "importance", "need")
WORK = ("eligible_mu", "capacity_mu", "full_cost_yuan_per_mu", "opportunity_cost_yuan_per_mu")
TASK = ("task_kind", "assigned_mu")
_WORK_OF = ("region_code", "measure", "category")


@dataclass(frozen=True)
class Facts:
    """Cells as they were written, by column.

    unit: by region code. work: by (region_code, subject), subject the category or else the measure. task: by
    (region_code, subject, period).
    """

    unit: Mapping[str, Mapping[str, str]]
    work: Mapping[str, Mapping[tuple[str, str], str]]
    task: Mapping[str, Mapping[tuple[str, str, str], str]]

    def tenths(self, column: str) -> dict[tuple[str, str], int]:
        """Areas of a column of the work, in 0.1 mu."""
        return {key: mu_to_tenths(cell) for key, cell in self.work.get(column, {}).items()}

    def fen(self, column: str) -> dict[tuple[str, str], int]:
        """Money of a column of the work, in fen."""
        return {key: yuan_to_fen(cell) for key, cell in self.work.get(column, {}).items()}


def unit_columns(resolved: Resolved) -> list[ColumnSpec]:
    """Columns that say something of a unit; each may be absent, and empty."""
    numbers = {"own_revenue_fen": ("int", "fen"), "rural_population_person": ("int", "person")}
    lands = dict.fromkeys(str(shared["land"]) for rule in resolved.rules for shared in rule.params.get("exclusive", ()))
    return [
        *(_spare(name, "text", allowed=LEVELS if name == "unit_level" else ()) for name in UNIT_TEXTS),
        *(_spare(name, *numbers.get(name, ("float", "1")), minimum=0) for name in UNIT_NUMBERS),
        *(_spare(f"{LAST_YEAR}{fund.id}_fen", "int", "fen", minimum=0) for fund in resolved.funds),
        *(_spare(f"{LAND}{name}_mu", "decimal", "mu", minimum=0) for name in lands),
    ]


def work_columns() -> list[ColumnSpec]:
    """Columns that say something of a unit's work."""
    return [
        *(
            _spare(name, "decimal", "mu" if name.endswith("_mu") and "yuan" not in name else "yuan_per_mu", minimum=0)
            for name in WORK
        ),
        _spare("task_kind", "text", allowed=KINDS),
        _spare("assigned_mu", "decimal", "mu", minimum=0),
    ]


def _spare(
    name: str, kind: str, unit: str = "text", *, minimum: int | None = None, allowed: Sequence[str] = ()
) -> ColumnSpec:
    least = Decimal(minimum) if minimum is not None and kind != "int" else minimum
    return ColumnSpec(name, kind, unit, required=False, optional=True, minimum=least, allowed=tuple(allowed))


def facts_of(source: Table, resolved: Resolved) -> tuple[Facts, list[Finding]]:
    """The facts that a table of offers states, and a finding where two rows contradict each other."""
    text = source.text
    category = text["category"].astype(str) if "category" in text else pd.Series("", text.index)
    subject = category.mask(category == "", text["measure"].astype(str))
    keys = pd.DataFrame(
        {"unit": text["region_code"].astype(str), "subject": subject, "period": text["period"].astype(str)}
    )
    findings: list[Finding] = []

    def said(name: str, by: list[str]) -> dict[object, str]:
        held = text[name].astype(str)
        filled = held != ""
        frame = keys[filled].assign(cell=held[filled])
        first = frame.drop_duplicates(by).set_index(by)["cell"]
        told = frame.join(first.rename("first"), on=by)
        for row in told.index[told["cell"] != told["first"]]:
            en = f"{name} is {told['cell'][row]} here and {told['first'][row]} in an earlier row of the same {' and '.join(by)}"
            zh = f"{name} 在此为 {told['cell'][row]}，与前面同一对象的 {told['first'][row]} 不一致"
            findings.append(Finding(source.place(int(row), name), name, en, zh))
        return dict(first.items())

    present = [spec.name for spec in unit_columns(resolved) if spec.name in text]
    unit = {name: said(name, ["unit"]) for name in present}
    work = {name: said(name, ["unit", "subject"]) for name in WORK if name in text}
    task = {name: said(name, ["unit", "subject", "period"]) for name in TASK if name in text}
    return Facts(unit, work, task), findings  # type: ignore[arg-type]
