"""Identity of each fund's notice: as the scenario states it, else as dated parameters have it, else left empty to be filled in."""

import pandas as pd

from silvafisc.datasets import worst_status
from silvafisc.policy import Rules, Scenario, load_catalogue

RECORDED = ("project_code", "direct_mark", "revenue_account", "functional_class", "economic_class")
"""What the notices of a fund keep from batch to batch; numbers of documents are each notice's own."""
STATED = ("document_number", "upper_document")
FIRST_BATCH = "1"
BESIDE = (
    "calendar.transfers.province_passes_down_days",
    "unit_standards.instalments.survival_check",
    "unit_standards.instalments.retention_check",
)
"""What the papers beside a notice state: read here, so that an outcome keeps them among its sources."""


def notice_identity(scenario: Scenario, rules: Rules) -> pd.DataFrame:
    """One row per fund, as notice_identity.csv. rules: the law of the policy date; every read enters the ledger."""
    rows = []
    for fund in sorted(scenario.funds):
        stated, known = scenario.notice.funds.get(fund), load_catalogue().funds[fund]
        row = {"fund": fund, "year": scenario.periods[0], "batch": FIRST_BATCH, "fund_name": known.label.zh}
        row |= dict.fromkeys((*STATED, *RECORDED), "")
        given = {} if stated is None else stated.model_dump(exclude_none=True)
        statuses, sources = [], []
        for name in RECORDED if known.identity else ():
            path = f"{known.identity}.{name}"
            if name not in given and path in rules.tree.parameters and rules.holds(path):
                entry = rules.entry(path)
                row[name] = entry.value
                statuses.append(entry.status)
                sources.append(f"{name}={entry.reference.text()}")
        status = worst_status(*statuses) if statuses else ""
        rows.append(row | given | {"status": status, "source": ";".join(sources)})
    return pd.DataFrame(rows)


def read_beside(rules: Rules) -> None:
    """Read what the papers beside a notice state, where the law of the day holds it."""
    for path in BESIDE:
        if rules.holds(path):
            rules.entry(path)
