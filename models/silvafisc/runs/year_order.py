"""Which step may follow: the order of a budget year, and what lies behind an outcome."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from silvafisc.allocation.year.book import Step
from silvafisc.policy.year_event import KINDS

from .year_tables import Events

RUN = "run"
"""Kind of the outcome with which a chain begins: solved, not rolled."""
Refusal = tuple[str, str, str]
"""Key of event.yaml, English, Chinese."""


def step_of(meta: Mapping[str, Any]) -> Step:
    """The step that made an outcome, from its outcome.json. Raises KeyError for one without a content hash."""
    made: Mapping[str, Any] = meta.get("step") or {"kind": RUN, "year": meta["resolved"]["periods"][0]}
    kind, year, batch, date = (str(made.get(name, "")) for name in ("kind", "year", "batch", "date"))
    return Step(kind, year, batch, date, str(meta["content_hash"]))


def steps_behind(meta: Mapping[str, Any]) -> tuple[Step, ...]:
    """All steps of the chain up to and with the outcome of this outcome.json, in order."""
    earlier = meta.get("steps") or ()
    return (*(Step(*(str(entry[name]) for name in Step._fields)) for entry in earlier), step_of(meta))


def refusals(events: Events, steps: Sequence[Step], current: str) -> Iterator[Refusal]:
    """Why the event may not follow these steps; nothing where it may.

    current: the budget year that was solved last.
    """
    event = events.event
    if event.date < max(step.date for step in steps):
        last = max(step.date for step in steps)
        yield "date", f"lies before its predecessor's ({last})", f"早于上一步骤的日期（{last}）"
    before = str(int(current) - 1)
    done = {(step.kind, step.year) for step in steps}
    open_years = [year for year in (current, before) if (RUN, year) in done or ("new_year", year) in done]
    open_years = [year for year in open_years if ("final", year) not in done]
    if event.kind == "new_year":
        yield from _next_year(event.year, current, before, done, steps)
        return
    if event.year not in open_years or (event.kind in {"advance", "notice", "monitoring"} and event.year != current):
        named = ", ".join(open_years) or "none"
        en = f"{event.year} is not open for this step (solved: {current}; open: {named})"
        yield (
            "year",
            en,
            f"{event.year}年度不能办理本步骤（现行年度 {current}；未决算年度：{'、'.join(open_years) or '无'}）",
        )
        return
    yield from _order(event.kind, event.year, done, steps)
    batch = getattr(event, "batch", "")
    if batch and (event.year, batch) in {(step.year, step.batch) for step in steps}:
        yield "batch", f"batch {batch} of {event.year} has been notified", f"{event.year}年度批次 {batch} 已下达"


def _next_year(
    year: str, current: str, before: str, done: set[tuple[str, str]], steps: Sequence[Step]
) -> Iterator[Refusal]:
    if int(year) != int(current) + 1:
        yield "year", f"the year after {current} is opened next", f"下一个可开启的年度是 {int(current) + 1}"
    if ("notice", current) not in done:
        yield from _needs("new_year", "notice", current)
    if before in {step.year for step in steps} and ("final", before) not in done:
        yield from _needs("new_year", "final", before)


def _order(kind: str, year: str, done: set[tuple[str, str]], steps: Sequence[Step]) -> Iterator[Refusal]:
    """What has to lie behind a step, and what may not."""
    before = str(int(year) - 1)
    needed = {
        "supplement": ("notice",),
        "withdrawal": ("notice",),
        "settlement": ("notice",),
        "carry_over": ("notice",),
        "final": ("settlement", "carry_over"),
    }
    once = {"notice", "monitoring", "settlement", "carry_over", "final"}
    after = {
        "advance": ("notice",),
        "supplement": ("settlement", "carry_over"),
        "withdrawal": ("settlement", "carry_over"),
    }
    for earlier in needed.get(kind, ()):
        if (earlier, year) not in done:
            yield from _needs(kind, earlier, year)
    if kind == "notice" and ("notice", before) in done and ("settlement", before) not in done:
        yield from _needs(kind, "settlement", before)
    for later in after.get(kind, ()):
        if (later, year) in done:
            en = f"{KINDS[later].en} of {year} lies behind: {KINDS[kind].en} comes before it"
            yield "kind", en, f"{year}年度{KINDS[later].zh}已办理，{KINDS[kind].zh}须在其前"
    if kind in once and (kind, year) in done:
        yield "kind", f"{KINDS[kind].en} of {year} has been made", f"{year}年度{KINDS[kind].zh}已办理"
    if kind == "carry_over" and ("carry_over", before) not in done and ("notice", before) in done:
        yield from _needs(kind, "carry_over", before)


def _needs(kind: str, earlier: str, year: str) -> Iterator[Refusal]:
    en = f"{KINDS[kind].en} needs {KINDS[earlier].en} of {year} first"
    yield "kind", en, f"{KINDS[kind].zh}之前须先办理{year}年度{KINDS[earlier].zh}"
