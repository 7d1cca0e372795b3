"""The frontier between the objectives, where the choice lies on it, and what being explainable and fair costs."""

from ..blocks import Block, Column, Figure, Heading, Paragraph, Row, Runs, Section, Table
from ..draft import LAST_YEAR, Draft, cell
from ..figures.curves import frontier
from ..keys import combine, ref
from ..words import capital
from .decision import compared
from .drawings import shown
from .prices import prices

_EXCESS = {"fen": "notice_fine", "fen/mu": "standard_fen", "mu": "mu", "tCO2e": "tonnes", "1": "plain"}
"""Unit of an excess -> how it is shown."""


def section(draft: Draft) -> Section:
    """Section 6 of the design."""
    words = draft.words
    blocks: list[Block] = []
    if len(axes(draft)) == 2 and draft.has("frontier", kind="frontier"):
        blocks += [Paragraph(words.runs("frontier.lead", points=_count(draft))), picture(draft)]
    else:
        blocks.append(Paragraph(words.runs("frontier.none")))
    if draft.baselines:
        blocks += [Heading(words("frontier.baselines_head")), baselines(draft)]
        blocks += [] if draft.table("baseline_breaks").empty else [broken(draft)]
    priced = prices(draft)
    if priced:
        blocks += [Heading(words("frontier.prices_head")), *priced]
    return Section("frontier", words("frontier.title"), tuple(blocks))


def axes(draft: Draft) -> list[str]:
    """The objectives of the frontier, carbon first where it is one of them, else in table order."""
    found = list(dict.fromkeys(str(name) for name in draft.table("frontier")["objective"]))
    terms = [str(entry["term"]) for entry in draft.outcome.meta["objectives"]]
    ordered = sorted(found, key=lambda name: (terms.index(name) if name in terms else len(terms), name))
    return ordered[:2]


def _points(draft: Draft) -> list[tuple[str, str, str]]:
    """(kind, point, label) in table order: the frontier with the decision in its place, then the baselines."""
    frame = draft.table("frontier")
    return list(dict.fromkeys(zip(*(frame[name].astype(str) for name in ("kind", "point", "label")), strict=True)))


def _count(draft: Draft) -> Runs:
    return (draft.number("count", ref("frontier", "distinct(point)", kind=("frontier", "chosen"))),)


def picture(draft: Draft) -> Figure:
    """All points, the chosen one and the baselines."""
    words = draft.words
    terms = axes(draft)
    described = [draft.objective(term) for term in terms]
    rows: list[Row] = []
    drawn: dict[str, list[tuple[float, float, str]]] = {"frontier": [], "chosen": [], "baseline": []}
    for kind, point, label in _points(draft):
        numbers = [
            draft.number(style, ref("frontier", "value", kind=kind, point=point, objective=term))
            for term, (_, style) in zip(terms, described, strict=True)
        ]
        # The decision is a point of the frontier too: it stands in its place, with its number.
        key = {"frontier": "frontier.point", "chosen": "frontier.chosen_point"}.get(kind)
        name = words.name("baseline", label) if key is None else words(key, point=point)
        drawn[kind].append((shown(numbers[0]), shown(numbers[1]), name))
        rows.append(
            Row((cell(capital(name)), cell(words(f"frontier.kind.{kind}")), *((number,) for number in numbers)))
        )
    labels = [
        words(f"figures.{lay}", label=label, unit=draft.unit(style)) if draft.unit(style) else label
        for lay, (label, style) in zip(("axis", "axis_lines"), described, strict=True)
    ]
    curve = sorted((x, y) for x, y, _ in drawn["frontier"])
    legend = (words("frontier.kind.frontier"), words("frontier.kind.chosen"), words("frontier.kind.baseline"))
    chosen = [(x, y, "") for x, y, _ in drawn["chosen"]]
    panels = (words("frontier.panel_all"), words("frontier.panel_near"))
    axes_labels = (labels[0], labels[1])
    svg = frontier(f"frontier-{draft.language}", curve, chosen, drawn["baseline"], axes_labels, legend, panels)
    columns = (
        Column(words("frontier.point_head")),
        Column(words("frontier.kind_head")),
        *(Column(label, draft.unit(style), True) for label, style in described),
    )
    data = Table(columns, tuple(rows), words.runs("frontier.data"))
    where = {"kind": "frontier", "objective": terms[0]}
    width = combine(
        "ratio",
        combine("difference", ref("frontier", "max(value)", **where), ref("frontier", "min(value)", **where)),
        ref("frontier", "max(value)", **where),
    )
    title = words.runs(
        "frontier.finding", first=draft.said(terms[0]), second=draft.said(terms[1]), share=draft.phrase("share", width)
    )
    return Figure("frontier", svg, title, words("frontier.alt"), words("figures.source", tables="frontier.csv"), data)


def baselines(draft: Draft) -> Table:
    """Money and tonnes of every baseline, the difference of the decision, and the rules a baseline breaks."""
    words = draft.words
    frame = draft.table("baselines")
    carbon = draft.indicator("carbon.total")
    # Baselines count the money of each fund's own payer; so does this row.
    rows = [
        Row(
            (
                cell(capital(words("frontier.chosen")), True),
                (draft.number("money_total", draft.spent),),
                cell("—"),
                (draft.number("carbon", carbon),),
                cell("—"),
                cell("—"),
            )
        )
    ]
    for name in draft.baselines:
        broken = sorted(
            {rule for cell_ in frame.loc[frame["baseline"] == name, "breaks"] for rule in str(cell_).split(";") if rule}
        )
        rows.append(
            Row(
                (
                    cell(capital(words.name("baseline", name))),
                    _whole(draft, "money_total", name, "payment_fen"),
                    _whole(draft, "money_total", name, "converted_fen"),
                    _whole(draft, "carbon", name, "carbon_tco2e"),
                    _compared(draft, carbon, name),
                    words.join([words.name("rule", rule) for rule in broken])
                    if broken
                    else cell(words("frontier.breaks_none")),
                )
            )
        )
    money = draft.unit("money_total")
    columns = (
        Column(words("frontier.baseline")),
        Column(words("frontier.entitled"), money, True),
        Column(words("frontier.converted"), money, True),
        Column(words("terms.carbon"), draft.unit("carbon"), True),
        Column(words("frontier.this_compared")),
        Column(words("frontier.breaks"), width=1),
    )
    notes = [words.runs("frontier.baselines_note")]
    if LAST_YEAR in draft.baselines and (times := draft.times(LAST_YEAR)) > 1:
        notes.append(words.runs("frontier.baselines_last_year", count=str(times)))
    return Table(columns, tuple(rows), words.runs("frontier.baselines"), words.join(notes, "sentence"))


def broken(draft: Draft) -> Table:
    """Per baseline and broken rule: how often, and the worst excess in its unit."""
    words, frame = draft.words, draft.table("baseline_breaks")
    names = ("baseline", "rule", "unit")
    rows = []
    for name, rule, unit in zip(*(frame[column].astype(str) for column in names), strict=True):
        where = {"baseline": name, "rule": rule, "unit": unit}
        worst = ref("baseline_breaks", "worst", **where)
        rows.append(
            Row(
                (
                    cell(capital(words.name("baseline", name))),
                    cell(words.name("rule", rule)),
                    (draft.number("count", ref("baseline_breaks", "rows", **where)),),
                    *_excess(draft, unit, worst),
                )
            )
        )
    columns = (
        Column(words("frontier.baseline")),
        Column(words("frontier.breaks"), width=1),
        Column(words("frontier.broken_times"), "", True),
        Column(words("frontier.broken_worst"), "", True),
        Column(words("frontier.broken_unit")),
    )
    return Table(columns, tuple(rows), words.runs("frontier.broken"), words.runs("frontier.broken_note"), dense=True)


def _excess(draft: Draft, unit: str, key: str) -> tuple[Runs, Runs]:
    """The worst excess and its unit: all money in one unit however large the outcome, a whole number without decimals.

    Money too small to be seen in that unit stands in yuan: a rule that is broken by a fen is broken.
    """
    if not draft.lookup.cell(key):
        return cell("—"), cell("—")
    counted = unit == "1" and float(draft.lookup.value(key)).is_integer()
    kind = "count" if counted else _EXCESS[unit]
    if unit == "fen" and draft.lookup.value(key) < draft.step(kind):
        kind = "fen"
    return (draft.number(kind, key),), cell(draft.unit(kind) or "—")


def _whole(draft: Draft, kind: str, name: str, column: str) -> Runs:
    """A baseline's total, or a dash where any of its rows has no value."""
    if not draft.complete("baselines", column, baseline=name):
        return cell("—")
    return (draft.number(kind, draft.baseline(name, column)),)


def _compared(draft: Draft, carbon: str, name: str) -> Runs:
    if not draft.complete("baselines", "carbon_tco2e", baseline=name):
        return cell("—")
    return compared(draft, carbon, draft.baseline(name, "carbon_tco2e"))
