"""From added to credited carbon: what is deducted and why, by cause and by unit, and how sure the tonnes are over time."""

from ..blocks import Block, Column, Heading, Paragraph, Row, Runs, Table
from ..draft import Draft, cell
from ..keys import combine, ref
from ..words import capital, inside
from .drawings import short_name

PARTS = ("leakage", "uncertainty", "non_permanence")
_ALL = 100.0
"""Per cent deducted where nothing is credited."""


def ranges(draft: Draft, measures: list[str], decided: dict[str, str]) -> list[Block]:
    """Carbon added by each milestone year with its interval; nothing where the yields tell none."""
    words, frame = draft.words, draft.table("carbon_accounts")
    frame = frame[frame["account"] == "cumulative"]
    years = sorted({str(year) for year in frame["year"]})
    cases = sorted({str(case) for case in frame["case"]} - {"central"}, key=lambda case: float(case.split()[-1]))
    if not years or len(cases) != 2:
        return []
    known, rows = {str(name) for name in frame["measure"]}, []

    def number(measure: str, year: str, case: str) -> Runs:
        where = {**decided, "case": case}
        return (
            draft.number(
                "carbon", ref("carbon_accounts", "tco2e", measure=measure, year=year, account="cumulative", **where)
            ),
        )

    for measure in (name for name in measures if name in known):
        cells = [
            words.runs(
                "carbon.with_range",
                value=number(measure, year, "central"),
                low=number(measure, year, cases[0]),
                high=number(measure, year, cases[1]),
            )
            for year in years
        ]
        rows.append(Row((cell(capital(words.name("measure", measure))), *cells)))
    columns = (
        Column(words("carbon.measure")),
        *(Column(words("carbon.by_year", year=year), draft.unit("carbon"), True) for year in years),
    )
    low, high = (f"{float(case.split()[-1]):.0%}" for case in cases)
    caption = words.runs("carbon.ranges", low=low, high=high)
    return [Table(columns, tuple(rows), caption, words.runs("carbon.ranges_note"))]


def blocks(draft: Draft, decided: dict[str, str]) -> list[Block]:
    """What becomes of added carbon on its way to credits; nothing where causes are not known."""
    if not draft.has("carbon_deductions") or not draft.has("carbon_accounts", account="deducted_for_uncertainty"):
        return []
    words = draft.words
    causes = {part: _tonnes(f"deducted_for_{part}", decided) for part in PARTS}
    return [
        Heading(words("carbon.credit_head")),
        Paragraph(_cause(draft, causes["uncertainty"], decided)),
        _bridge(draft, causes, decided),
        _units(draft),
    ]


def _tonnes(account: str, decided: dict[str, str], **where: str | list[str]) -> str:
    return ref("carbon_accounts", "sum(tco2e)", account=account, year="", **decided, **where)


def _cause(draft: Draft, uncertain: str, decided: dict[str, str]) -> Runs:
    """How much comes off for uncertainty, and in which units nothing is credited."""
    words, frame = draft.words, draft.table("carbon_deductions")
    wide = frame.groupby("region_code")["uncertainty_pct"].max()
    closed = [str(code) for code in wide[wide >= _ALL].index]
    parts = [
        words.runs(
            "carbon.uncertain",
            draws=(draft.number("count", ref("carbon_deductions", "max(draws)")),),
            deducted=draft.phrase("carbon", _tonnes("deducted", decided)),
            uncertain=draft.phrase("carbon", uncertain),
        )
    ]
    if closed:
        names = words.join([short_name(draft, code) for code in closed])
        parts.append(words.runs("carbon.closed", count=str(len(closed)), units=names))
    return words.join(parts, "sentence")


def _bridge(draft: Draft, causes: dict[str, str], decided: dict[str, str]) -> Table:
    """Added carbon of the credited measures, what the methodology takes as eligible, each deduction, what is credited."""
    words = draft.words
    measures = sorted({str(name) for name in draft.table("carbon_deductions")["measure"]})
    credited, deducted = (_tonnes(name, decided) for name in ("credited", "deducted"))
    keys = {
        "added": _tonnes("additional", decided, measure=measures),
        "eligible": combine("total", credited, deducted),
        **causes,
        "credited": credited,
    }
    rows = [Row((cell(words(f"carbon.step_{name}")), (draft.number("carbon", key),))) for name, key in keys.items()]
    columns = (Column(words("carbon.step")), Column(words("carbon.tonnes"), draft.unit("carbon"), True))
    names = words.join([inside(words.name("measure", measure)) for measure in measures])
    return Table(columns, tuple(rows), words.runs("carbon.bridge", measures=names), words.runs("carbon.bridge_note"))


def _units(draft: Draft) -> Table:
    """Half-width and deduction of every unit and credited measure: the widest of the periods."""
    words, frame = draft.words, draft.table("carbon_deductions")
    rows = []
    for measure in sorted({str(name) for name in frame["measure"]}):
        for code in draft.codes:
            where = {"region_code": code, "measure": measure}
            if not draft.has("carbon_deductions", **where):
                continue
            shares = [
                (draft.number("percent", ref("carbon_deductions", f"max({name}_pct)", **where)),)
                for name in ("half_width", "uncertainty", "non_permanence")
            ]
            rows.append(Row((cell(draft.region(code)), cell(capital(words.name("measure", measure))), *shares)))
    columns = (
        Column(words("terms.unit")),
        Column(words("carbon.measure")),
        Column(words("carbon.half_width"), "%", True),
        Column(words("carbon.step_uncertainty"), "%", True),
        Column(words("carbon.step_non_permanence"), "%", True),
    )
    return Table(columns, tuple(rows), words.runs("carbon.unit_deductions"), dense=True)
