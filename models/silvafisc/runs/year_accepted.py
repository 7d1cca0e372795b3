"""The areas of accepted.csv, held against what was paid for, and the entitlements that follow from them."""

from collections.abc import Sequence

from silvafisc.allocation.year.accepted import Planned, planned_areas, shortfall_fen
from silvafisc.allocation.year.book import Book, Key, Step
from silvafisc.allocation.year.ledger import annual_of
from silvafisc.datasets import Finding
from silvafisc.quantities import mu_to_tenths, tenths_to_mu
from silvafisc.results import Outcome

from .year_tables import Events, Line

TABLE = "accepted"


def settled_by_area(
    before: Outcome, book: Book, steps: tuple[Step, ...], events: Events, wanted: Sequence[Key]
) -> tuple[dict[Key, tuple[int, str]], list[Finding]]:
    """(unit, fund) -> (entitlement in the end in fen, document) of the units in accepted.csv, and what is wrong there.

    Every category and task that a unit was paid for needs its area: absent is not zero. More than was paid for is no
    matter of settlement: it needs a supplement.
    """
    given: dict[Key, dict[str, Line]] = {}
    for line in events.lines(TABLE):
        given.setdefault((line["region_code"], line["fund"]), {})[line["subject"]] = line
    year = events.event.year
    planned = planned_areas(before.tables["allocation"], year)
    if given and not planned:
        en = f"the amounts of {year} stand in an earlier step; state settled.csv instead"
        return {}, [Finding(events.file(TABLE), "", en, f"{year}年的分配结果在更早的步骤中，请改用 settled.csv")]
    regions = before.inputs.regions
    tiers = dict(zip(regions["region_code"].astype(str), regions["payer_tier"].astype(str), strict=True))
    found: dict[Key, tuple[int, str]] = {}
    findings: list[Finding] = []
    for key in sorted(given.keys() & set(wanted)):
        mine, subjects = given[key], planned.get(key, {})
        wrong = _wrong(events, key, mine, subjects)
        findings += wrong
        if not wrong:
            areas = {subject: mu_to_tenths(line["accepted_mu"]) for subject, line in mine.items()}
            less = shortfall_fen(before.resolved, tiers[key[0]], subjects, areas)
            papers = ";".join(dict.fromkeys(line["document"] for line in mine.values()))
            found[key] = annual_of(book, steps, year, key) - less, papers
            if found[key][0] < 0:
                en, zh = "what did not pass is more than what was notified", "未通过验收部分超过已核定金额"
                findings.append(Finding(next(iter(mine.values())).where, "accepted_mu", en, zh))
    return found, findings


def _wrong(events: Events, key: Key, mine: dict[str, Line], subjects: dict[str, Planned]) -> list[Finding]:
    findings = []
    for subject, line in mine.items():
        if subject not in subjects:
            named = ", ".join(sorted(subjects)) or "-"
            en, zh = f"{subject} was not paid for; paid for: {named}", f"没有为 {subject} 安排资金；已安排：{named}"
            findings.append(Finding(line.where, "subject", en, zh))
        elif mu_to_tenths(line["accepted_mu"]) > subjects[subject].area_tenth_mu:
            most = tenths_to_mu(subjects[subject].area_tenth_mu)
            en = f"more than was paid for ({most} mu); a larger area needs a supplement"
            findings.append(Finding(line.where, "accepted_mu", en, f"超过已安排面积（{most} 亩）；增加面积须另行追加"))
    absent = sorted(subjects.keys() - mine.keys())
    if absent:
        named = ", ".join(absent)
        en, zh = f"no accepted area of {named} for {' '.join(key)}", f"{' '.join(key)} 缺少 {named} 的验收面积"
        findings.append(Finding(events.file(TABLE), "subject", en, zh))
    return findings
