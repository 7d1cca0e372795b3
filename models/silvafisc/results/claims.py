"""One tonne, one use: who has been promised which tonnes, and the check that none is promised twice."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from silvafisc.datasets.findings import Finding, InputError

OPEN = ""
"""End of a use that is for good."""
USES: Mapping[str, str] = {"credited": "签发", "pledged": "质押", "sold": "出售", "paid": "按成效付费"}
"""Use -> its name in Chinese."""
_RIVALS = (frozenset({"credited"}), frozenset({"pledged", "sold", "paid"}))


@dataclass(frozen=True)
class Claim:
    """A use of the tonnes that a parcel, or every parcel of a project, removes in some years.

    where: `file:line` of the row; code: parcel or project; first_year, last_year: years of removal, both inclusive;
    share: of these tonnes, in (0, 1]; use: one of USES; since, until: ISO dates, both inclusive, between which the use
    holds, until = OPEN for good (a sale, an issue); holder: scheme, lender, buyer or payer.
    """

    where: str
    code: str
    first_year: int
    last_year: int
    share: Fraction
    use: str
    since: str
    until: str
    holder: str

    def holds(self, year: int, day: str) -> bool:
        """Whether it binds the tonnes of `year` on the ISO date `day`."""
        return (
            self.first_year <= year <= self.last_year
            and self.since <= day
            and (self.until == OPEN or day <= self.until)
        )


def check_claims(claims: Sequence[Claim], projects: Mapping[str, Sequence[str]]) -> None:
    """Refuse a register that promises a tonne twice, naming every row of it.

    Σ share <= 1 over the rival uses that bind one parcel's tonnes of one year on any one day. Rivals are issues of
    credits among themselves, and pledges, sales and payments by results among themselves; issuing a credit and then
    selling it is one life of one tonne, and a pledge that ended before the sale is no rival of it.

    projects: project -> its parcels; a code that is no project is a parcel.

    Raises:
        InputError: impossible rows; else a finding at each row of each conflict, naming the other rows.
    """
    findings = [finding for claim in claims for finding in _impossible(claim)]
    findings += [
        Finding(claim.where, claim.code, "the project has no parcels", "项目没有地块")
        for claim in claims
        if claim.code in projects and not projects[claim.code]
    ]
    if findings:
        raise InputError(findings)
    conflicts: dict[frozenset[int], str] = {}
    for parcel, rows in _by_parcel(claims, projects).items():
        for rivals in _RIVALS:
            for together in _together(claims, [row for row in rows if claims[row].use in rivals]):
                conflicts.setdefault(together, parcel)
    whole = [rows for rows in conflicts if not any(rows < other for other in conflicts)]
    findings = [finding for rows in whole for finding in _named([claims[at] for at in sorted(rows)], conflicts[rows])]
    if findings:
        raise InputError(findings)


def _by_parcel(claims: Sequence[Claim], projects: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Parcel -> positions of the claims on it."""
    held: dict[str, list[int]] = {}
    for row, claim in enumerate(claims):
        for parcel in sorted(set(projects.get(claim.code, (claim.code,)))):
            held.setdefault(parcel, []).append(row)
    return held


def _together(claims: Sequence[Claim], rows: Sequence[int]) -> Iterator[frozenset[int]]:
    """Sets of rows that bind more than the whole at once. Claims that overlap all do so where the latest one begins."""
    years = sorted({claims[row].first_year for row in rows})
    days = sorted({claims[row].since for row in rows})
    for year in years:
        for day in days:
            binding = [row for row in rows if claims[row].holds(year, day)]
            if sum((claims[row].share for row in binding), Fraction(0)) > 1:
                yield frozenset(binding)


def _named(together: Sequence[Claim], parcel: str) -> Iterator[Finding]:
    for claim in together:
        others = [other for other in together if other is not claim]
        en = "; ".join(f"{other.where} ({other.use} to {other.holder}, share {other.share})" for other in others)
        zh = "；".join(f"{other.where}（{USES[other.use]}给{other.holder}，份额 {other.share}）" for other in others)
        yield Finding(
            claim.where,
            claim.code,
            f"tonnes of parcel {parcel} are {claim.use} to {claim.holder} (share {claim.share}) and also in {en}",
            f"地块 {parcel} 的减排量已{USES[claim.use]}给{claim.holder}（份额 {claim.share}），又见于 {zh}",
        )


def _impossible(claim: Claim) -> Iterator[Finding]:
    def finding(path: str, en: str, zh: str) -> Finding:
        return Finding(claim.where, path, en, zh)

    if not claim.code:
        yield finding("code", "must not be empty", "不得为空")
    if claim.use not in USES:
        yield finding(
            "use", f"unknown use {claim.use!r}; known: {list(USES)}", f"未知用途 {claim.use!r}；可用：{list(USES)}"
        )
    if claim.last_year < claim.first_year:
        yield finding("last_year", f"before {claim.first_year}", f"早于 {claim.first_year}")
    if not 0 < claim.share <= 1:
        yield finding("share", f"must lie in (0, 1], got {claim.share}", f"须在 (0, 1] 内，现为 {claim.share}")
    for path, day in (("since", claim.since), ("until", claim.until)):
        if not (is_date(day) or (path == "until" and day == OPEN)):
            yield finding(path, f"not a date YYYY-MM-DD: {day!r}", f"不是 YYYY-MM-DD 日期：{day!r}")
    if claim.until != OPEN and claim.until < claim.since:
        yield finding("until", f"before {claim.since}", f"早于 {claim.since}")


def is_date(text: str) -> bool:
    """Whether it is a date written YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
