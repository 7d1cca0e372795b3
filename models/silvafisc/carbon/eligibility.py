"""Does CCER-14-001 credit this land and this measure? Every condition with its fact, its dated parameter and a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.policy.parameters import Value

from .crediting import creditable
from .errors import refuse
from .land_conditions import LAND_FACTS, MET, METHOD, NOT_MET, UNKNOWN, check_land, known, land_conditions, texts
from .mixtures import Array

_PLANTED = "carbon.crediting.credited_measures"
_RAIN = "carbon.crediting.exempt_below_precipitation"
_ASSUMED = "assumptions.carbon.crediting.exempt_share_above_limit"
_EXEMPT = METHOD + "exempt_land"


@dataclass(frozen=True)
class Condition:
    """One condition for one unit and measure. verdict: met, not_met or unknown; fact: as given, "" where not known."""

    region_code: str
    measure: str
    condition: str
    verdict: str
    fact: str
    parameter: Value
    en: str
    zh: str

    def finding(self) -> Finding:
        """The condition as a finding: parameter, value, since when it holds and how well it is known stand in it."""
        law = self.parameter
        value = law.value if law.unit in {"text", "date", "1"} else f"{law.value} {law.unit}"
        basis = f"{law.path} = {value}, {law.from_date}, {law.status}"
        en, zh = (
            f"{self.en} (reported: {self.fact or '-'}; {basis})",
            f"{self.zh}（所报：{self.fact or '无'}；{basis}）",
        )
        return Finding("land", f"{self.region_code} {self.measure} {self.condition}", en, zh)


@dataclass(frozen=True)
class Eligibility:
    """share: (rows,) part of each row's land that counts as additional, in the order of the land table; proven: (rows,)
    whether facts alone decided it, without an assumed share; conditions: all that were looked at."""

    share: Array
    proven: np.ndarray
    conditions: tuple[Condition, ...]

    def findings(self) -> tuple[Finding, ...]:
        """What stands against credit or is not known; what is met stands in `condition_table` only."""
        return tuple(one.finding() for one in self.conditions if one.verdict != MET)


def eligibility(land: pd.DataFrame, rules: Rules) -> Eligibility:
    """Eligibility of each row of `land` (region_code, measure, columns of LAND_FACTS) under the rules in force.

    share = 0 where the measure is outside the methodology (existing forest, by default) or a condition on the land is
    not met; else the exempt part of the land, whose additionality need not be shown: 1 below the precipitation limit,
    else the largest of the shares of exempt land (their overlap is not known), and while one of those is not known, at
    least the assumed share. Land that is not exempt would have to show additionality and is not counted.
    A condition that nobody has reported does not stop the count, but then the row is not proven.

    Raises:
        InputError: missing columns, repeated rows, impossible facts, the methodology not in force on the date.
    """
    check_land(land, rules)
    shares, proven, conditions = [], [], []
    for row in land.to_dict("records"):
        facts = {name: known(row[name]) for name in LAND_FACTS}
        share, found = _judge(str(row["region_code"]), str(row["measure"]), facts, rules)
        shares.append(share)
        verdicts = {one.verdict for one in found}
        # One broken condition settles the row, whatever else is not known.
        proven.append(NOT_MET in verdicts or UNKNOWN not in verdicts)
        conditions += found
    return Eligibility(np.array(shares, dtype=np.float64), np.array(proven, dtype=bool), tuple(conditions))


def condition_table(found: Eligibility) -> pd.DataFrame:
    """All conditions as rows: region_code, measure, condition, verdict, fact, parameter, value, unit, from_date, status,
    en, zh."""
    return pd.DataFrame(
        {
            "region_code": one.region_code,
            "measure": one.measure,
            "condition": one.condition,
            "verdict": one.verdict,
            "fact": one.fact,
            "parameter": one.parameter.path,
            "value": one.parameter.value,
            "unit": one.parameter.unit,
            "from_date": one.parameter.from_date,
            "status": one.parameter.status,
            "en": one.en,
            "zh": one.zh,
        }
        for one in found.conditions
    )


def _judge(code: str, measure: str, facts: Mapping[str, Any], rules: Rules) -> tuple[float, list[Condition]]:
    def condition(name: str, verdict: str, fact: Any, path: str, said: tuple[str, str]) -> Condition:
        return Condition(code, measure, name, verdict, "" if fact is None else str(fact), rules.entry(path), *said)

    if not creditable(measure, rules):
        en = "outside the methodology, which credits planting on land without forest: existing forest earns no credit"
        zh = "方法学只计入无林地造林，现有森林的措施不产生可计入的减排量"
        return 0.0, [condition("measure", NOT_MET, measure, _PLANTED, (en, zh))]
    found = []
    for one in land_conditions(facts["start_date"], rules):
        fact = facts[one.fact]
        verdict = UNKNOWN if fact is None else MET if one.met(fact) else NOT_MET
        found.append(condition(one.name, verdict, fact, one.parameter, texts(one.name, verdict)))
    refused = any(one.verdict == NOT_MET for one in found)
    share, verdict, path, fact = _exempt(facts, rules)
    found.append(condition("additionality", verdict, fact, path, _said(share, verdict)))
    return 0.0 if refused else share, found


def _exempt(facts: Mapping[str, Any], rules: Rules) -> tuple[float, str, str, Any]:
    """(part of the land whose additionality need not be shown, verdict, the parameter it rests on, the fact)."""
    rain = facts["precipitation_mm"]
    if rain is not None and rain < rules.number(_RAIN):
        return 1.0, MET, _RAIN, rain
    columns = [f"{kind}_share" for kind in rules.texts(_EXEMPT)]
    strange = sorted(set(columns) - set(LAND_FACTS))
    if strange:
        raise refuse(_EXEMPT, f"no such facts: {strange}", f"没有对应的土地信息：{strange}")
    shares = [facts[column] for column in columns]
    held = max((float(share) for share in shares if share is not None), default=None)
    if held == 1:
        return 1.0, MET, _EXEMPT, held
    if None in shares:
        return max(held or 0.0, rules.number(_ASSUMED)), UNKNOWN, _ASSUMED, held
    least = held or 0.0
    return least, UNKNOWN if rain is None else MET if least > 0 else NOT_MET, _EXEMPT, held


def _said(share: float, verdict: str) -> tuple[str, str]:
    if verdict == NOT_MET:
        return "additionality would have to be shown: nothing is counted", "须论证额外性，未论证前不计入"
    en, zh = f"{share:g} of the land need not show additionality", f"{share:g} 的土地免予额外性论证"
    if verdict == UNKNOWN:
        return f"{en}, by assumption or as the least", f"{zh}（属假定或下限）"
    return en, zh
