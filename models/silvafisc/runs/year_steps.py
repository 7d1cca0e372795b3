"""What each kind of step but a new year does to the book of an outcome; wrong events are refused at their place."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from silvafisc.allocation.year.book import Book, Commitment, Entry, Key, Score, Step, of_key
from silvafisc.allocation.year.closing import available, carry, final_account, settlement
from silvafisc.allocation.year.commitments import RECOVERY
from silvafisc.allocation.year.ledger import Batch, advance, annual_of, changed, notice, printed, received
from silvafisc.datasets import Finding, InputError
from silvafisc.policy import ParameterTree, Rules
from silvafisc.policy.scenario_checks import PREDECESSOR
from silvafisc.policy.scenario_files import derived_scenario
from silvafisc.policy.year_event import LAWFUL_SHARES, Advance, Supplement
from silvafisc.quantities import fen_to_yuan, share, yuan_to_fen
from silvafisc.results import Outcome

from .year_accepted import settled_by_area
from .year_order import RUN
from .year_tables import Events, amounts_of, missing_units

CARRY_OVER_YEARS = "calendar.transfers.carry_over_years"


def law_on(before: Outcome, date: str) -> Rules:
    """The law of a date with the changes of the scenario that the outcome keeps."""
    stated, tree = before.meta.get("scenario") or {}, ParameterTree.load()
    if stated.get("changes"):
        # The law needs no tables and no instruments, whose files may lie elsewhere by now.
        kept = {**stated, "data": PREDECESSOR, "instruments": []}
        scenario = derived_scenario(kept, f"{before.resolved.id}.yaml")
        tree = tree.apply(scenario.parameter_changes())
    return tree.on(date)


def added_fen(before: Outcome, events: Events | None = None) -> dict[str, dict[str, int]]:
    """year -> fund -> fen by which supplements raised its appropriation so far."""
    known = {year: dict(funds) for year, funds in (before.meta.get("added_fen") or {}).items()}
    if events is not None and isinstance(events.event, Supplement):
        mine = known.setdefault(events.event.year, {})
        for fund, yuan in sorted(events.event.added.items()):
            mine[fund] = mine.get(fund, 0) + yuan_to_fen(yuan)
    return {year: funds for year, funds in sorted(known.items()) if funds}


def _batch(events: Events) -> Batch:
    event = events.event
    return Batch(event.kind, event.year, str(getattr(event, "batch", "")), event.document)


def _printed(before: Outcome, book: Book, batch: Batch, entries: list[Entry]) -> Book:
    """The book with one more batch."""
    lines = printed(batch, entries, before.resolved.notice_unit_fen)
    return replace(book, year_ledger=(*book.year_ledger, *entries), notice_batch=(*book.notice_batch, *lines))


def planned(outcome: Outcome, year: str) -> dict[Key, int]:
    """(unit, fund) -> the year's amount in the allocation, fen of the fund's payer."""
    rows = outcome.tables["notice"]
    rows = rows[rows["period"] == year]
    cells = zip(rows["region_code"], rows["fund"], rows["amount_fen"], strict=True)
    return {(str(code), str(fund)): int(fen) for code, fund, fen in cells}


def _advance(before: Outcome, book: Book, steps: tuple[Step, ...], events: Events) -> Book:
    """Shares of the planned amounts by fund, rounded down to the fen; else the amounts of the table."""
    event = events.event
    assert isinstance(event, Advance)
    plan, batch, findings = planned(before, event.year), _batch(events), list[Finding]()
    funds = [fund.id for fund in before.resolved.funds]
    amounts = {key: fen for key, (fen, _) in amounts_of(events.lines("amounts")).items()}
    if not event.shares and not amounts:
        raise events.refusal(
            "shares", "name shares by fund, or give amounts.csv", "请写明各资金比例，或给出 amounts.csv"
        )
    rules = law_on(before, event.date)
    for fund, stated in event.shares.items():
        if fund not in funds or any(name == fund for _, name in amounts):
            en, zh = ("is no fund of the outcome", "不是本结果的资金")
            if fund in funds:
                en, zh = "stands in amounts.csv as well", "在 amounts.csv 中也有金额"
            findings.append(Finding(events.where("shares", fund), f"shares.{fund}", en, zh))
            continue
        word = LAWFUL_SHARES.get(stated)
        part = share(stated) if word is None else rules.fraction(f"calendar.transfers.{word}")
        mine = {key: fen * part.numerator // part.denominator for key, fen in plan.items() if key[1] == fund}
        amounts |= {key: fen for key, fen in mine.items() if fen}
    before_now = {key: received_exact(book, event.year, key) for key in amounts}
    for line in events.lines("amounts"):
        key = line["region_code"], line["fund"]
        if before_now[key] + line.fen > plan.get(key, 0):
            least = fen_to_yuan(plan.get(key, 0) - before_now[key])
            en = f"more than what is planned and not yet notified ({least} yuan)"
            findings.append(Finding(line.where, "amount_yuan", en, f"超过计划数中尚未下达的部分（{least} 元）"))
    listed = {(line["region_code"], line["fund"]) for line in events.lines("amounts")}
    for fund in sorted(
        {key[1] for key in amounts.keys() - listed if before_now[key] + amounts[key] > plan.get(key, 0)}
    ):
        en = "more than what is planned and not yet notified"
        findings.append(Finding(events.where("shares", fund), f"shares.{fund}", en, "超过计划数中尚未下达的部分"))
    if findings:
        raise InputError(findings)
    return _printed(before, book, batch, _with_papers(advance(batch, amounts), events))


def _with_papers(entries: list[Entry], events: Events) -> list[Entry]:
    """The annual amounts with the paper that amounts.csv names for the unit, where it names one."""
    papers = {key: document for key, (_, document) in amounts_of(events.lines("amounts")).items()}
    return [
        entry._replace(document=papers.get(entry[:2], entry.document)) if entry.item == "annual" else entry
        for entry in entries
    ]


def received_exact(book: Book, year: str, key: Key) -> int:
    """Exact amounts of all batches of a year, fen."""
    return sum(row.exact_fen for row in of_key(book.batches_of, key, year=year))


def recoveries_stated(events: Events) -> tuple[Commitment, ...]:
    """Rows of recovery.csv as commitments of the event's year; 0 says that nothing is to be recovered."""
    year, rows = events.event.year, list[Commitment]()
    for line in events.lines("recovery"):
        key = line["region_code"], line["fund"], line["measure"]
        if line.fen:
            rows.append(Commitment(*key, "", year, line.fen, line.fen, RECOVERY, line["document"]))
    return tuple(rows)


def _notice(before: Outcome, book: Book, steps: tuple[Step, ...], events: Events) -> Book:
    year, batch = events.event.year, _batch(events)
    book = replace(book, year_commitments=tuple(sorted((*book.year_commitments, *recoveries_stated(events)))))
    due = [row for row in book.year_commitments if (row.state, row.due_year) == (RECOVERY, year)]
    solved = next(step for step in reversed(steps) if step.kind in {RUN, "new_year"})
    entries = notice(batch, book, steps, planned(before, year), due, solved.content_hash)
    return _printed(before, book, batch, entries)


def _changed(before: Outcome, book: Book, steps: tuple[Step, ...], events: Events) -> Book:
    """追加 within what the fund has; 追减 of no more than was notified."""
    year, batch, findings = events.event.year, _batch(events), list[Finding]()
    lines = {(line["region_code"], line["fund"]): line for line in events.lines("amounts")}
    amounts = {key: line.fen for key, line in lines.items()}
    for key, line in lines.items():
        if not line.fen:
            findings.append(Finding(line.where, "amount_yuan", "an amount of 0 changes nothing", "金额为 0，没有变动"))
        if batch.kind == "withdrawal" and line.fen > min(
            received_exact(book, year, key), annual_of(book, steps, year, key)
        ):
            most = fen_to_yuan(max(0, min(received_exact(book, year, key), annual_of(book, steps, year, key))))
            en = f"more is taken back than was notified ({most} yuan)"
            findings.append(Finding(line.where, "amount_yuan", en, f"追减超过已下达金额（{most} 元）"))
    if batch.kind == "supplement":
        findings += _beyond_the_fund(before, book, steps, events, amounts)
    if findings:
        raise InputError(findings)
    after = _printed(before, book, batch, _with_papers(changed(batch, book, steps, amounts), events))
    for key, line in lines.items():
        if received(after, year, key) < 0:
            en = "whole notice units would take back more than was printed for the unit; take back less"
            findings.append(Finding(line.where, "amount_yuan", en, "按下达单位取整后追减超过已印发金额，请减少"))
    if findings:
        raise InputError(findings)
    return after


def _beyond_the_fund(
    before: Outcome, book: Book, steps: tuple[Step, ...], events: Events, amounts: Mapping[Key, int]
) -> list[Finding]:
    """Funds that would approve more than they have in the year."""
    event, findings = events.event, list[Finding]()
    assert isinstance(event, Supplement)
    added = added_fen(before, events).get(event.year, {})
    for fund in sorted(event.added.keys() - {fund for _, fund in amounts}):
        en, zh = "no amount of this fund is in amounts.csv", "amounts.csv 中没有这项资金的金额"
        findings.append(Finding(events.where("added", fund), f"added.{fund}", en, zh))
    lines = before.tables["envelopes"]
    for fund in sorted({fund for _, fund in amounts}):
        row = lines[(lines["fund"] == fund) & (lines["period"] == event.year)]
        if row.empty:
            # A year that lies behind: what its fund had is no longer in the envelopes, so all of it has to be added.
            has, approved = (
                yuan_to_fen(event.added.get(fund, "0")),
                sum(fen for key, fen in amounts.items() if key[1] == fund),
            )
            findings += _missing_money(events, fund, approved - has)
            continue
        has = int(row["appropriation_fen"].iloc[0]) + int(row["carried_in_fen"].iloc[0]) + added.get(fund, 0)
        keys = {(e.region_code, e.fund) for e in book.year_ledger if (e.fund, e.year) == (fund, event.year)} | set(
            amounts
        )
        approved = sum(annual_of(book, steps, event.year, key) + amounts.get(key, 0) for key in keys if key[1] == fund)
        findings += _missing_money(events, fund, approved - has)
    return findings


def _missing_money(events: Events, fund: str, fen: int) -> list[Finding]:
    if fen <= 0:
        return []
    missing = fen_to_yuan(fen)
    en = f"{fund} would approve {missing} yuan more than it has; state what was `added` to it"
    zh = f"{fund} 核定数将超过其资金 {missing} 元；预算如有追加请在 added 中写明"
    return [Finding(events.where("added", fund), f"added.{fund}", en, zh)]


def _monitoring(before: Outcome, book: Book, steps: tuple[Step, ...], events: Events) -> Book:
    rows = events.lines("scores")
    absent = sorted(set(before.inputs.codes) - {row["region_code"] for row in rows})
    if absent:
        named = ", ".join(absent[:12])
        en, zh = f"no score for {named}; every unit needs one", f"缺少下列单位的得分：{named}"
        raise InputError([Finding(events.file("scores"), "region_code", en, zh)])
    scores = sorted(Score(row["region_code"], events.event.year, row["score"], row["document"]) for row in rows)
    return replace(book, year_scores=(*book.year_scores, *scores))


def _settlement(before: Outcome, book: Book, steps: tuple[Step, ...], events: Events) -> Book:
    """Entitlements in the end as settled.csv states them, or as they follow from the areas of accepted.csv."""
    year = events.event.year
    wanted = sorted({(row.region_code, row.fund) for row in book.notice_batch if row.year == year})
    settled, findings = settled_by_area(before, book, steps, events, wanted)
    stated = amounts_of(events.lines("settled"))
    for line in events.lines("settled"):
        if (line["region_code"], line["fund"]) in settled:
            en, zh = "its areas stand in accepted.csv as well", "在 accepted.csv 中也有验收面积"
            findings.append(Finding(line.where, "settled_yuan", en, zh))
    settled |= stated
    measured = {(line["region_code"], line["fund"]) for line in events.lines("accepted")}
    absent = [key for key in wanted if key not in settled and key not in measured]
    findings += missing_units(
        events,
        "settled",
        absent,
        lambda named: (
            f"no entitlement for {named}; write the amount notified where nothing changed",
            f"缺少最终应得金额：{named}",
        ),
    )
    findings += [*_unknown_money(events, "settled", wanted), *_unknown_money(events, "accepted", wanted)]
    if findings:
        raise InputError(findings)
    return replace(book, year_settlement=(*book.year_settlement, *settlement(book, steps, year, settled)))


def _carry_over(before: Outcome, book: Book, steps: tuple[Step, ...], events: Events) -> Book:
    year = events.event.year
    opening = {(row["region_code"], row["fund"], row["period"]): row.fen for row in events.lines("carried_in")}
    findings = [
        Finding(row.where, "period", "is not before the first year of the chain", "不早于本链条首个年度")
        for row in events.lines("carried_in")
        if row["period"] >= steps[0].year or year != steps[0].year
    ]
    money, spent = available(book, year, opening), amounts_of(events.lines("spending"))
    findings += missing_units(
        events,
        "spending",
        sorted(money),
        lambda named: (
            f"no spending for {named}; write 0 where nothing was spent",
            f"缺少支出：{named}；没有支出请写 0",
        ),
    )
    findings += _unknown_money(events, "spending", sorted(money))
    for line in events.lines("spending"):
        most = sum(money.get((line["region_code"], line["fund"]), {}).values())
        if line.fen > most:
            en, zh = (
                f"more than the money at hand ({fen_to_yuan(most)} yuan)",
                f"超过可用资金（{fen_to_yuan(most)} 元）",
            )
            findings.append(Finding(line.where, "spent_yuan", en, zh))
    if findings:
        raise InputError(findings)
    years = int(law_on(before, events.event.date).fraction(CARRY_OVER_YEARS))
    return replace(book, year_carry=(*book.year_carry, *carry(money, spent, year, years)))


def _unknown_money(events: Events, table: str, wanted: list[Key]) -> list[Finding]:
    """Rows of a unit and fund that has no money in the year."""
    known = set(wanted)
    return [
        Finding(line.where, "fund", "had no money in the year", "该单位本年度没有这项资金")
        for line in events.lines(table)
        if (line["region_code"], line["fund"]) not in known
    ]


def _final(before: Outcome, book: Book, steps: tuple[Step, ...], events: Events) -> Book:
    return replace(book, year_account=(*book.year_account, *final_account(book, steps, events.event.year)))


STEPS: Mapping[str, Callable[[Outcome, Book, tuple[Step, ...], Events], Book]] = {
    "advance": _advance,
    "notice": _notice,
    "supplement": _changed,
    "withdrawal": _changed,
    "monitoring": _monitoring,
    "settlement": _settlement,
    "carry_over": _carry_over,
    "final": _final,
}
"""Kind of step -> what it does; `year_ledger` and the other tables only gain rows."""
