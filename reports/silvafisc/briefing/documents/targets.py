"""区域绩效目标表: every target follows from the allocation or a parameter on record; what neither gives is a field to be filled."""

from ..blocks import Column, Row, Runs, Section, Table, Text
from ..draft import cell
from ..keys import combine, ref
from ..sections.sensitivity import first_term, loss_hazard_range
from . import falls
from .tasks import assigned
from .year import YearDraft

SURVIVAL = "unit_standards.instalments.survival_check"
RETENTION = "unit_standards.instalments.retention_check"
PASSED_DOWN = "calendar.transfers.province_passes_down_days"
PLANTING = "afforestation"
Target = tuple[str, Runs, Runs, str]
"""(kind of target, indicator, value, where the value comes from: an origin of documents.yaml or a parameter)."""


def promised(draft: YearDraft, fund: str = "") -> list[tuple[str, str]]:
    """(name, key) of the areas that the year's money is paid for: certified area by category, tasks by measure.

    fund: of that fund alone; of all where left out.
    """
    found = []
    for spec in draft.outcome.resolved.categories:
        if fund not in ("", spec.fund):
            continue
        key = ref("allocation", "sum(payment_fen)", category=spec.id, period=draft.year)
        if draft.lookup.value(key):
            area = ref("allocation", "sum(area_mu)", category=spec.id, period=draft.year, nature="rigid")
            found.append((draft.words.short_name("category", spec.id), area))
    found += [(draft.words.name("measure", measure), assigned(draft, measure)) for measure in measures(draft, fund)]
    return found


def measures(draft: YearDraft, fund: str = "") -> list[str]:
    """Task measures with money in the year, of one fund or of all."""
    where = {"period": draft.year, "nature": "task"}
    return [
        spec.id
        for spec in draft.outcome.resolved.tasks
        if fund in ("", spec.fund)
        and draft.lookup.value(ref("allocation", "sum(payment_fen)", measure=spec.id, **where))
    ]


def section(draft: YearDraft, fund: str, title: str) -> Section:
    """The annex to a fund's notice: all units together."""
    return Section("targets", title, (table(draft, fund),), new_page=True)


def table(draft: YearDraft, fund: str) -> Table:
    """The targets of a fund in the year, all units together."""
    words = draft.words
    rows, previous = [], ""
    for kind, what, value, origin in targets(draft, fund):
        head = "" if kind == previous else words(f"targets.kind.{kind}")
        previous = kind
        rows.append(Row((cell(head), what, value, cell(_origin(draft, origin)))))
    columns = (
        Column(words("targets.group")),
        Column(words("targets.indicator"), width=4),
        Column(words("targets.value"), width=4),
        Column(words("targets.origin_head"), width=5),
    )
    caption = words.runs("targets.caption", year=draft.year)
    return Table(columns, tuple(rows), caption, words.runs("targets.note"))


def _origin(draft: YearDraft, origin: str) -> str:
    """Where a value comes from, in words; of a parameter how well it is known."""
    if not draft.has("sources", what=origin):
        return draft.words(f"targets.origin.{origin}")
    status = draft.lookup.cell(ref("sources", "status", what=origin))
    return draft.words("targets.parameter", status=draft.words.name("status", status))


def targets(draft: YearDraft, fund: str) -> list[Target]:
    """All targets in the order of the form: 数量 质量 时效 成本 经济 社会 生态 满意度."""
    return [
        *_quantity(draft, fund),
        *_quality(draft, fund),
        *_time(draft),
        *_cost(draft, fund),
        *_economy(draft, fund),
        *_society(draft, fund),
        *_ecology(draft, fund),
        ("satisfaction", draft.words.runs("targets.satisfaction"), draft.blank(), "fill"),
    ]


def _quantity(draft: YearDraft, fund: str) -> list[Target]:
    return [
        ("quantity", draft.words.runs("targets.area", what=what), draft.phrase("area", key), "allocation")
        for what, key in promised(draft, fund)
    ]


def _quality(draft: YearDraft, fund: str) -> list[Target]:
    """Survival and retention where trees are planted, from the acceptance line on record; else a field."""
    words = draft.words
    found: list[Target] = []
    if PLANTING in measures(draft, fund):
        for name, path in (("survival", SURVIVAL), ("retention", RETENTION)):
            key = draft.source(path)
            value = draft.blank() if key is None else (Text("≥ "), *draft.phrase("percent", key))
            found.append(("quality", words.runs(f"targets.{name}"), value, "fill" if key is None else path))
    return found or [("quality", words.runs("targets.quality"), draft.blank(), "fill")]


def _time(draft: YearDraft) -> list[Target]:
    key = draft.source(PASSED_DOWN)
    days = draft.blank() if key is None else _days(draft, key)
    return [("time", draft.words.runs("targets.passed_down"), days, "fill" if key is None else PASSED_DOWN)]


def _days(draft: YearDraft, key: str) -> Runs:
    """`≤ 30 日`."""
    return draft.words.runs("targets.days", days=draft.number("count", key))


def _cost(draft: YearDraft, fund: str) -> list[Target]:
    """The published standards of the year, from the lowest to the highest."""
    found: list[Target] = []
    standards = draft.table("standards")
    for category, measure in dict.fromkeys(zip(standards["category"], standards["measure"], strict=True)):
        where = {"category": str(category), "measure": str(measure), "period": draft.year, "fund": fund}
        if not draft.complete("standards", "standard_yuan_per_mu", **where):
            continue
        if not category and str(measure) not in measures(draft, fund):
            continue
        name = draft.words.short_name("category", category) if category else draft.words.name("measure", str(measure))
        low, high = (ref("standards", f"{act}(standard_yuan_per_mu)", **where) for act in ("min", "max"))
        value: Runs = draft.phrase("standard", low)
        if draft.lookup.value(low) != draft.lookup.value(high):
            value = (draft.number("standard", low), Text(draft.words("marks.range")), *draft.phrase("standard", high))
        label = draft.words.runs("targets.yearly" if category else "targets.standard", what=name)
        found.append(("cost", label, value, "published"))
    return found or [("cost", draft.words.runs("targets.cost"), draft.blank(), "fill")]


def _economy(draft: YearDraft, fund: str) -> list[Target]:
    money = draft.money(draft.payment(period=draft.year, fund=fund))
    found: list[Target] = [("economy", draft.words.runs("targets.paid"), money, "allocation")]
    if draft.has("uses", fund=fund, period=draft.year, use="owner"):
        owner = ref("uses", "sum(amount_fen)", use="owner", period=draft.year, fund=fund)
        found.append(("economy", draft.words.runs("targets.owner"), draft.money(owner), "split"))
    else:
        found.append(("economy", draft.words.runs("targets.households"), draft.blank(), "fill"))
    return found


def _society(draft: YearDraft, fund: str) -> list[Target]:
    """The listed units' share of the money; where none are listed, a field."""
    codes = falls.listed(draft)
    if not codes:
        return [("society", draft.words.runs("targets.society"), draft.blank(), "fill")]
    own = ref("allocation", "sum(payment_fen)", period=draft.year, fund=fund, region_code=tuple(codes))
    share = draft.share_of(own, draft.payment(period=draft.year, fund=fund))
    count = draft.number("count", ref("regions", "distinct(region_code)", region_code=tuple(codes)))
    return [
        ("society", draft.words.runs("targets.listed", group=falls.group_name(draft), count=count), share, "allocation")
    ]


def _ecology(draft: YearDraft, fund: str) -> list[Target]:
    """Carbon is computed, never promised: it says so, with its range where the outcome has one."""
    words, key = draft.words, draft.indicator("carbon.total")
    value: Runs = draft.phrase("carbon", key)
    ends = loss_hazard_range(draft, first_term(draft)) if first_term(draft) == "carbon" else None
    if ends is not None:
        least, greatest = draft.number("carbon", ends[0]), draft.phrase("carbon", ends[1])
        value = words.runs("targets.range", value=value, least=least, greatest=greatest)
    protected = [key for _, key in promised(draft, fund)]
    found: list[Target] = []
    if protected:
        area = combine("total", *protected) if len(protected) > 1 else protected[0]
        found.append(("ecology", words.runs("targets.protected"), draft.phrase("area", area), "allocation"))
    carbon = words.runs("targets.carbon", years=draft.years, until=draft.horizon)
    return [*found, ("ecology", carbon, value, "computed")]
