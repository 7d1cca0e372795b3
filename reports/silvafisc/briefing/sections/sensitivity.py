"""How the answer moves with its assumptions: a short table for page one, the drawing and the full table for the ledger."""

from ..blocks import Column, Figure, Row, Runs, Table
from ..draft import Draft, cell
from ..figures.bars import tornado
from ..keys import combine, ref
from ..words import capital, opening
from .drawings import shown


def first_term(draft: Draft) -> str:
    """The first objective."""
    return str(draft.outcome.meta["objectives"][0]["term"])


def moved(draft: Draft) -> dict[str, list[str]]:
    """Assumption -> how it was moved, in the order of sensitivity.csv, for the first objective."""
    frame = draft.table("sensitivity")
    found: dict[str, list[str]] = {}
    for name, change, objective in zip(frame["assumption"], frame["change"], frame["objective"], strict=True):
        if objective == first_term(draft):
            found.setdefault(str(name), []).append(str(change))
    return found


def key(draft: Draft, name: str, change: str, column: str = "value") -> str:
    """The key of a cell of sensitivity.csv for the first objective."""
    return ref("sensitivity", column, assumption=name, change=change, objective=first_term(draft))


def how(draft: Draft, change: str) -> str:
    """How an assumption was moved: a name where there is one, else with a proper minus and no gap before per cent."""
    if any(char.isdigit() for char in change):
        return change.replace("-", "−").replace(" %", "%")
    return draft.words.name("change", change)


def _solved(draft: Draft, name: str, change: str) -> bool:
    """Whether the moved problem had an answer: an empty value says that it had none."""
    return draft.lookup.cell(key(draft, name, change)) != ""


def _value(draft: Draft, kind: str, name: str, change: str) -> Runs:
    if not _solved(draft, name, change):
        return cell(draft.words("sources.infeasible"))
    return (draft.number(kind, key(draft, name, change)),)


def loss_hazard_range(draft: Draft, term: str) -> tuple[str, str] | None:
    """Keys of the least and greatest value of an objective over the band of the loss hazard; None where it has none."""
    changes = [change for change in moved(draft).get("loss_hazard", []) if _solved(draft, "loss_hazard", change)]
    if not changes or not draft.has("sensitivity", assumption="loss_hazard", objective=term):
        return None
    where: dict[str, str] = {"assumption": "loss_hazard", "objective": term}
    return (
        ref("sensitivity", "min(value)", change=changes, **where),
        ref("sensitivity", "max(value)", change=changes, **where),
    )


def summary(draft: Draft) -> Table:
    """One row per assumption, its moves side by side: units that change, units regraded, the first objective."""
    words = draft.words
    label, kind = draft.objective(first_term(draft))
    rows = []
    for name, changes in moved(draft).items():
        cells = [
            words.join([cell(how(draft, change)) for change in changes], "slash"),
            *(
                words.join([(draft.number("count", key(draft, name, change, column)),) for change in changes], "slash")
                for column in ("units_changed", "units_regraded")
            ),
            words.join([_value(draft, kind, name, change) for change in changes], "slash"),
        ]
        rows.append(Row((cell(capital(words.name("assumption", name))), *cells)))
    columns = (
        Column(words("sources.assumption")),
        Column(words("sources.moved"), "", True),
        Column(words("sources.units_changed"), "", True),
        Column(words("sources.units_regraded"), "", True),
        Column(words("terms.carbon") if first_term(draft) == "carbon" else label, draft.unit(kind), True),
    )
    chosen = draft.phrase(kind, f"meta.objectives[term={first_term(draft)}].value")
    return Table(columns, tuple(rows), words.runs("decision.sensitivity", chosen=chosen), dense=True)


def picture(draft: Draft) -> Figure:
    """How far the first objective moves with each assumption."""
    words = draft.words
    label, kind = draft.objective(first_term(draft))
    centre = draft.number(kind, f"meta.objectives[term={first_term(draft)}].value")
    solved = {
        name: [change for change in changes if _solved(draft, name, change)] for name, changes in moved(draft).items()
    }
    spread: list[tuple[float, str, list[tuple[str, float]]]] = []
    for name, changes in solved.items():
        values = [(change, shown(draft.number(kind, key(draft, name, change)))) for change in changes]
        widest = max((abs(value - shown(centre)) for _, value in values), default=0.0)
        spread.append((widest, name, values))
    spread.sort(key=lambda item: (-item[0], item[1]))
    items = [
        (capital(words.name("assumption", name)), [(how(draft, change), value) for change, value in values[i : i + 2]])
        for _, name, values in spread
        for i in range(0, len(values), 2)
    ]
    axis = words("figures.axis", label=label, unit=draft.unit(kind)) if draft.unit(kind) else label
    svg = tornado(f"sensitivity-{draft.language}", items, shown(centre), axis)
    first = spread[0][1]
    where = {"assumption": first, "objective": first_term(draft)}
    title = words.runs(
        "sources.sensitivity_finding",
        assumption=words.name("assumption", first),
        objective=draft.said(first_term(draft)),
        low=draft.number(kind, ref("sensitivity", "min(value)", change=solved[first], **where)),
        high=draft.phrase(kind, ref("sensitivity", "max(value)", change=solved[first], **where)),
    )
    rows = tuple(
        Row(
            (cell(capital(words.name("assumption", name))), cell(how(draft, change)), _value(draft, kind, name, change))
        )
        for name, changes in moved(draft).items()
        for change in changes
    )
    columns = (
        Column(words("sources.assumption")),
        Column(words("sources.moved")),
        Column(label, draft.unit(kind), True),
    )
    data = Table(columns, rows, words.runs("sources.sensitivity_data"))
    alt = words("sources.sensitivity_alt")
    return Figure("sensitivity", svg, opening(title), alt, words("figures.source", tables="sensitivity.csv"), data)


def full(draft: Draft) -> Table:
    """Every re-solve: the objective, its change, and the units that change."""
    words = draft.words
    label, kind = draft.objective(first_term(draft))
    centre = f"meta.objectives[term={first_term(draft)}].value"
    rows = []
    for name, changes in moved(draft).items():
        for change in changes:
            relative: Runs = cell("—")
            if _solved(draft, name, change) and draft.lookup.value(centre):
                relative = (draft.number("share", combine("change", key(draft, name, change), centre), signed=True),)
            rows.append(
                Row(
                    (
                        cell(capital(words.name("assumption", name))),
                        cell(how(draft, change)),
                        _value(draft, kind, name, change),
                        relative,
                        (draft.number("count", key(draft, name, change, "units_changed")),),
                        (draft.number("count", key(draft, name, change, "units_regraded")),),
                    )
                )
            )
    columns = (
        Column(words("sources.assumption")),
        Column(words("sources.moved")),
        Column(label, draft.unit(kind), True),
        Column(words("sources.relative"), "%", True),
        Column(words("sources.units_changed"), "", True),
        Column(words("sources.units_regraded"), "", True),
    )
    caption, note = words.runs("sources.sensitivity"), words.runs("sources.sensitivity_note")
    return Table(columns, tuple(rows), caption, note, dense=True)
