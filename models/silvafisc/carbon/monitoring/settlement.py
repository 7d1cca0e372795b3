"""Settlement (清算): what a sample that failed asks back, and what more than was reported earns, to the fen."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction
from itertools import groupby

import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules

from .acceptance import CHECKS, SHOWN, Evidence
from .evidence import judge
from .samples import AREA, Claim, Sample

RELEASED, WITHHELD, HELD = "released", "withheld", "held"
RETURNED, MADE_UP = "returned", "made_up"
_AREA_CHECK = "assumptions.carbon.ground.area_check"
_NOISE = 12
"""Decimals up to which a limit is meant: beyond them stands what binary arithmetic leaves of 0.93."""
_TASK = ["region_code", "measure", "period"]


def instalment_table(samples: list[Sample], rules: Rules) -> pd.DataFrame:
    """region_code, measure, period, state, due_fen, reason, source: what becomes of the instalment that waits.

    released: survival and retention passed, whichever were checked; withheld: one failed; held: none failed and one is
    undecided. due_fen is empty where no claim says it. It is what the gate of the rule `instalments` does with the
    acceptance table of the same samples, which opens on `released` only.
    """
    rows = []
    for key, checks in _tasks(samples):
        gate = {one.check: judge(one, rules).verdict for one in checks if one.check != AREA}
        if not gate:
            continue
        verdicts = set(gate.values())
        state = WITHHELD if "failed" in verdicts else HELD if "undecided" in verdicts else RELEASED
        stopping = [check for check, verdict in gate.items() if verdict != "passed"]
        claim = checks[0].claim
        due = "" if claim is None else str(claim.due_fen)
        rows.append((*key, state, due, ";".join(stopping), checks[0].source))
    return pd.DataFrame(rows, columns=[*_TASK, "state", "due_fen", "reason", "source"])


def settlement_lines(samples: list[Sample], rules: Rules) -> pd.DataFrame:
    """region_code, fund, measure, year, kind, reason, share, amount_fen, verified_by, status, source: proposals to settle.

    returned: ⌊paid · (1 − s)⌋ with s = min over the failed checks of high / required: the most that the sample allows
    against what was required, so that a check at the line costs nothing and no doubt is held against the unit.
    made_up: ⌊paid · (s − 1)⌋ with s = min(low, approved / reported) above 1 of the area, where every check passed: what
    is proven beyond the report, up to the area approved. Limits count to a hundredth of a per cent, rounded in favour of
    the smaller line; amounts are rounded down to the fen.

    Raises:
        InputError: checks that failed with no claim that says what was paid, all at once.
    """
    rows, findings = [], list[Finding]()
    for (code, measure, period), checks in _tasks(samples):
        found = {one.check: judge(one, rules) for one in checks}
        claim = checks[0].claim
        failed = [one for one in checks if found[one.check].verdict == "failed"]
        if claim is None:
            findings += [_unpaid(one) for one in failed]
            continue
        kept = {one.check: _kept(found[one.check], one.check, rules) for one in failed}
        if failed:
            worst = min(failed, key=lambda one: (kept[one.check], one.check))
            kind, s = RETURNED, kept[worst.check]
            amount = int(claim.paid_fen * (1 - s))
        else:
            worst = next((one for one in checks if one.check == AREA), checks[0])
            passed = all(one.verdict == "passed" for one in found.values())
            kind, s = MADE_UP, _earned(found.get(AREA) if passed else None, claim)
            amount = int(claim.paid_fen * (s - 1))
        if amount > 0:
            told = (kind, worst.check, _text(s), amount, worst.verified_by, worst.status, worst.source)
            rows.append((code, claim.fund, measure, period, *told))
    if findings:
        raise InputError(findings)
    columns = ["region_code", "fund", "measure", "year", "kind", "reason", "share", "amount_fen"]
    return pd.DataFrame(rows, columns=[*columns, "verified_by", "status", "source"])


def _kept(found: Evidence, check: str, rules: Rules) -> Fraction:
    """Share of the money paid that a failed check leaves."""
    required = rules.fraction(_AREA_CHECK if check == AREA else CHECKS[check])
    return Fraction(Decimal(repr(round(found.high, _NOISE))).quantize(SHOWN, ROUND_UP)) / required


def _earned(area: Evidence | None, claim: Claim) -> Fraction:
    """Share of the money paid that the area found earns: 1 but for land found and approved beyond the report."""
    if area is None or claim.approved_mu is None:
        return Fraction(1)
    shown = Fraction(Decimal(repr(round(area.low, _NOISE))).quantize(SHOWN, ROUND_DOWN))
    return max(Fraction(1), min(shown, claim.approved_mu / claim.reported_mu))


def _text(value: Fraction) -> str:
    """For reading; the amount is computed from the exact share."""
    return f"{float(value):.6f}"


def _unpaid(one: Sample) -> Finding:
    named = f"{one.region_code} {one.measure} {one.period}"
    en = f"the check {one.check} failed and claims.csv does not say what was paid for {named}"
    return Finding(one.where, "claims", en, f"{one.check} 未通过，而 claims.csv 没有 {named} 的已拨付金额")


def _tasks(samples: list[Sample]) -> Iterator[tuple[tuple[str, str, str], list[Sample]]]:
    """The checks of each task."""

    def key(one: Sample) -> tuple[str, str, str]:
        return one.region_code, one.measure, one.period

    for task, checks in groupby(sorted(samples, key=key), key):
        yield task, list(checks)
