"""What can keep a run from an answer that is neither a bug nor a wrong table."""

from collections.abc import Sequence

import pandas as pd

from silvafisc.datasets.findings import Finding


class Infeasible(Exception):
    """No allocation keeps all rules.

    findings: what stands in the way, in both languages. relaxations: rule, label, scope (`alone` or `together`),
    amount, unit: the smallest change that makes the scenario feasible; empty where nothing helps.
    """

    def __init__(self, findings: Sequence[Finding], relaxations: pd.DataFrame) -> None:
        super().__init__("\n".join(finding.text("en") for finding in findings))
        self.findings, self.relaxations = tuple(findings), relaxations
