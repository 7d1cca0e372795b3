"""送审稿: the director's paper, two pages, conclusion first, under its eight headings."""

from silvafisc.policy import Reference, load_catalogue

from ..blocks import Block, Callout, Column, Items, Number, Paragraph, Row, Runs, Section, Table
from ..draft import LAST_YEAR, cell
from ..keys import meta_ref, ref
from ..sections.sensitivity import first_term, loss_hazard_range
from . import falls, targets
from .year import BEFORE, SETTLED, YearDraft

COMPARED = (LAST_YEAR, "proposal", "factor_method", "case_optimum")
SHOWN_CAVEATS, SHOWN_FALLS = 3, 5
"""So that the paper keeps its two pages."""


def sections(draft: YearDraft) -> list[Section]:
    """Eight sections; of an estimate a line says so first."""
    words = draft.words
    bodies = (_request, _sources, _method, _result, _performance, _comparison, _risks, _next)
    found = []
    for number, body in enumerate(bodies, 1):
        name = body.__name__.removeprefix("_")
        title = words("sections.numbered", number=words(f"sections.n{number}"), title=words(f"paper.{name}.title"))
        found.append(Section(f"paper-{name}", title, tuple(body(draft))))
    return found


def _request(draft: YearDraft) -> list[Block]:
    words, funds = draft.words, draft.funds
    annual = draft.in_all([draft.annual(fund) for fund in funds])
    printed = draft.in_all([draft.printed(fund) for fund in funds])
    before = [draft.item(fund, BEFORE) for fund in funds if draft.has_ledger(fund)]
    told: dict[str, Number | Runs] = {
        "units": draft.number("count", ref("regions", "distinct(region_code)")),
        "annual": draft.money(annual),
        "printed": draft.phrase(draft.whole, printed),
        "rest": draft.money(ref("envelopes", "sum(unallocated_fen)", period=draft.year)),
    }
    if before and not draft.hindrances:
        told["advance"] = draft.magnitude(draft.in_all(before))
        settled = [draft.item(fund, SETTLED) for fund in funds if draft.has_ledger(fund)]
        told["settled"] = draft.phrase(draft.fine, draft.in_all(settled), signed=True)
    way = "estimate" if draft.hindrances else "step" if before else "whole"
    said = words.runs(f"paper.request.{way}", year=draft.year, **told)
    blocks: list[Block] = []
    if draft.hindrances:
        reasons = [words.runs(f"standing.{name}") for name in draft.hindrances]
        blocks.append(Callout("caution", words("standing.title"), (words.join(reasons, "semicolon"),)))
    blocks.append(Paragraph(said))
    reserves = [fund for fund in draft.outcome.resolved.funds if fund.reserve_fen.get(draft.year)]
    for fund in reserves:
        key = ref("envelopes", "unallocated_fen", fund=fund.id, period=draft.year)
        name = words.short_name("fund", fund.id)
        said = words.runs("documents.reserve", fund=name, money=draft.money(key), reason=fund.reserve_reason)
        blocks.append(Paragraph(said))
    return blocks


def _sources(draft: YearDraft) -> list[Block]:
    words, items = draft.words, []
    for fund in draft.funds:
        identity = draft.identity(fund)
        where = {"fund": fund, "period": draft.year}
        full, short = identity["fund_name"], words.short_name("fund", fund)
        items.append(
            words.runs(
                "paper.sources.fund",
                fund=full,
                short="" if short == full else words("paper.sources.short", short=short),
                payer=words.name("payer", draft.payer(fund)),
                money=draft.money(ref("envelopes", "appropriation_fen", **where)),
                carried=draft.money(ref("envelopes", "carried_in_fen", **where)),
                document=draft.or_blank(identity["upper_document"]),
                law=draft.or_blank(words.own(_law(fund))),
            )
        )
    return [Items(tuple(items))]


def _law(fund: str) -> str:
    """Title and number of a fund's rules, as the catalogue knows them."""
    known = load_catalogue().funds.get(fund)
    return "" if known is None else Reference(known.reference.title, document=known.reference.document).text()


def _method(draft: YearDraft) -> list[Block]:
    words = draft.words
    whole = draft.payment(period=draft.year)
    natures = [
        words.runs(
            "decision.nature_part",
            nature=words.name("nature", nature),
            share=draft.share_of(draft.payment(nature=nature, period=draft.year), whole),
        )
        for nature in draft.natures
        if draft.lookup.value(draft.payment(nature=nature, period=draft.year))
    ]
    said = [words.runs("paper.method.natures", parts=words.join(natures))]
    frame = draft.table("weights")
    for fund in dict.fromkeys(frame.loc[frame["period"].astype(str) == draft.year, "fund"].astype(str)):
        where = {"fund": fund, "period": draft.year}
        names = frame.loc[(frame["fund"] == fund) & (frame["period"].astype(str) == draft.year), "factor"].astype(str)
        weights = [
            words.runs(
                "paper.method.weight",
                factor=words.name("factor", name),
                weight=draft.phrase("share", ref("weights", "weight", factor=name, **where)),
            )
            for name in names
        ]
        pot = draft.money(ref("weights", "sum(pot_fen)", **where))
        name = words.short_name("fund", fund)
        said.append(words.runs("paper.method.factors", fund=name, pot=pot, weights=words.join(weights)))
    if draft.outcome.resolved.rule("performance") is not None:
        said.append(words.runs("paper.method.performance"))
    said.append(_against_proposal(draft))
    return [Paragraph(words.join(said, "sentence"))]


def _against_proposal(draft: YearDraft) -> Runs:
    words = draft.words
    if not draft.has("reasons", against="proposal"):
        return words.runs("paper.method.no_proposal")
    counts = {
        act: draft.number("count", ref("reasons", f"{act}(amount_fen;region_code)", against="proposal"))
        for act in ("above", "below", "equal")
    }
    return words.runs("paper.method.proposal", **counts)


def _result(draft: YearDraft) -> list[Block]:
    words = draft.words
    if draft.against is None:
        return [Paragraph(words.runs("decision.no_reference"))]
    counts = {
        act: draft.number("count", ref("reasons", f"{act}(amount_fen;region_code)", against=draft.against))
        for act in ("above", "below", "equal")
    }
    total = draft.fine, ref("reasons", "sum(amount_fen)", against=draft.against)
    said = [
        words.runs(
            "paper.result.text",
            base=draft.base(draft.against),
            years=draft.years,
            change=draft.phrase(*total, signed=True),
            parts=_parts(draft),
            **counts,
        )
    ]
    units = falls.listed(draft)
    codes = falls.falls(draft)
    blocks: list[Block] = []
    if units and draft.has("reasons", against=LAST_YEAR):
        key = ref("reasons", "sum(amount_fen)", against=LAST_YEAR, region_code=tuple(units))
        rows = draft.number("count", ref("reasons", "distinct(region_code)", region_code=tuple(units)))
        group = draft.phrase(draft.fine, key, signed=True)
        said.append(words.runs("paper.result.listed", count=rows, change=group, base=draft.base(LAST_YEAR)))
        if codes:
            blocks.append(falls.table(draft, codes, SHOWN_FALLS))
        else:
            said.append(words.runs("paper.result.no_falls"))
    elif units:
        said.append(words.runs("paper.result.no_last_year"))
    return [Paragraph(words.join(said, "sentence")), *blocks]


def _parts(draft: YearDraft) -> Runs:
    """The parts of all units' changes together, the largest first."""
    frame = draft.table("reasons")
    names = list(dict.fromkeys(str(part) for part in frame.loc[frame["against"] == draft.against, "part"]))
    keys = {name: ref("reasons", "sum(amount_fen)", against=str(draft.against), part=name) for name in names}
    moved = sorted(
        (name for name in names if draft.lookup.value(keys[name])), key=lambda n: -abs(draft.lookup.value(keys[n]))
    )
    parts = [
        draft.words.runs(
            "paper.result.part",
            part=draft.words.name("part", name),
            change=draft.phrase(draft.fine, keys[name], signed=True),
        )
        for name in moved
    ]
    return draft.words.join(parts) if parts else cell(draft.words("documents.no_difference"))


def _performance(draft: YearDraft) -> list[Block]:
    """What is promised and what is only computed never stand in one sentence."""
    words = draft.words
    promised = [
        words.runs("paper.performance.area", what=what, area=draft.phrase("area", key))
        for what, key in targets.promised(draft)
    ]
    items = [words.runs("paper.performance.promised", parts=words.join(promised) if promised else draft.blank())]
    carbon = draft.phrase("carbon", draft.indicator("carbon.total"))
    ends = loss_hazard_range(draft, first_term(draft)) if first_term(draft) == "carbon" else None
    if ends is None:
        items.append(words.runs("paper.performance.computed", carbon=carbon, until=draft.horizon, years=draft.years))
    else:
        least, greatest = draft.number("carbon", ends[0]), draft.phrase("carbon", ends[1])
        items.append(
            words.runs(
                "paper.performance.computed_range",
                carbon=carbon,
                until=draft.horizon,
                years=draft.years,
                least=least,
                greatest=greatest,
            )
        )
    return [Items(tuple(items))]


def _comparison(draft: YearDraft) -> list[Block]:
    words = draft.words
    rows = []
    for name in COMPARED:
        if name in draft.baselines:
            carbon = cell("—")
            if draft.complete("baselines", "carbon_tco2e", baseline=name):
                carbon = draft.number_of("carbon", draft.baseline(name, "carbon_tco2e"))
            money = draft.number_of("money", draft.baseline(name, "payment_fen"))
            rows.append(Row((cell(words.name("baseline", name)), money, carbon, _broken(draft, name))))
    own = draft.number_of("money", draft.own_payment()), draft.number_of("carbon", draft.indicator("carbon.total"))
    rows.append(Row((cell(words("paper.comparison.own")), *own, cell(words("frontier.breaks_none"))), "total"))
    columns = (
        Column(words("frontier.baseline")),
        Column(words("paper.comparison.money"), draft.unit("money"), True),
        Column(words("terms.carbon"), draft.unit("carbon"), True),
        Column(words("frontier.breaks"), width=1),
    )
    caption = words.runs("paper.comparison.caption", years=draft.years)
    blocks: list[Block] = [Table(columns, tuple(rows), caption)]
    best = draft.outcome.meta.get("prices", {}).get("explainability")
    if best is not None:
        kind = draft.kind_of(str(best["unit"]), str(best["objective"]))
        lower, upper = (meta_ref(f"prices.explainability.{end}") for end in ("lower", "upper"))
        said = words.runs("paper.comparison.optimum", lower=draft.number(kind, lower), upper=draft.phrase(kind, upper))
        blocks.append(Paragraph(said))
    return blocks


def _broken(draft: YearDraft, baseline: str) -> Runs:
    """The rules that a baseline breaks, in words."""
    table = draft.table("baselines")
    texts = table.loc[table["baseline"] == baseline, "breaks"].dropna().astype(str)
    broken = sorted({rule for text in texts for rule in text.split(";") if rule})
    names = [draft.words.name("rule", rule) for rule in broken]
    return draft.words.join(names) if names else cell(draft.words("frontier.breaks_none"))


def _risks(draft: YearDraft) -> list[Block]:
    words, meta = draft.words, draft.outcome.meta
    items = [
        words.runs(
            "paper.risks.assumed",
            money=draft.phrase("share", meta_ref("share_assumed_money")),
            carbon=draft.phrase("share", meta_ref("share_assumed_carbon")),
        )
    ]
    local = [payer for payer in ("city", "county") if payer in draft.payers]
    if local:
        key = draft.in_all([ref("allocation", f"sum({payer}_fen)", period=draft.year) for payer in local])
        items.append(words.runs("paper.risks.local", year=draft.year, money=draft.money(key)))
    recalled = ref("sources", "rows()", status="recalled")
    if draft.lookup.value(recalled):
        items.append(words.runs("paper.risks.recalled", count=draft.number("count", recalled)))
    items += [
        words.runs("decision.caveat", text=draft.localized(entry).rstrip("。.；; "))
        for entry in meta["caveats"][:SHOWN_CAVEATS]
    ]
    return [Items(tuple(items))]


def _next(draft: YearDraft) -> list[Block]:
    words = draft.words
    days = draft.source("calendar.transfers.province_passes_down_days")
    when: Runs = draft.blank() if days is None else (draft.number("count", days),)
    items = [words.runs("paper.next.sign"), words.runs("paper.next.down", days=when), words.runs("paper.next.after")]
    return [Items(tuple(items))]
