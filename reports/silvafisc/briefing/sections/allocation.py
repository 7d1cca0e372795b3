"""The allocation as a ministry lays it out, the published standards and weights, and the envelopes."""

from fractions import Fraction

from ..blocks import Block, Column, Heading, Note, Paragraph, Row, Runs, Section, Table
from ..draft import Draft, cell
from ..keys import combine, ref
from ..rounding import percent, shown_parts
from .drawings import amount_picture, nature_picture
from .flows import who_pays_whom, years_picture


def section(draft: Draft) -> Section:
    """Section 2 of the design."""
    words = draft.words
    lead = "lead" if draft.shows("annex") else "lead_plain"
    blocks: list[Block] = [
        Paragraph(words.runs(f"allocation.{lead}", standards=draft.number("count", ref("standards", "rows()")))),
        amount_picture(draft),
        Heading(words("allocation.table_head")),
        by_nature(draft),
        nature_picture(draft),
    ]
    blocks += [picture for picture in (who_pays_whom(draft),) if picture is not None]
    if len(draft.periods) > 1:
        blocks.append(by_period(draft))
    blocks += [picture for picture in (years_picture(draft),) if picture is not None]
    blocks += [Heading(words("allocation.standards_head"))]
    if (draft.table("standards")["category"] != "").any():
        blocks.append(category_standards(draft))
    if (draft.table("standards")["category"] == "").any():
        blocks.append(task_standards(draft))
    if len(draft.table("weights")):
        blocks.append(factor_weights(draft))
    blocks += [Heading(words("allocation.envelopes_head")), envelopes(draft), Note(words.runs("allocation.rounding"))]
    return Section("allocation", words("allocation.title"), tuple(blocks), new_page=True)


def by_nature(draft: Draft) -> Table:
    """Unit x nature x payer, over all periods."""
    words, money = draft.words, draft.unit("money")
    (natures, nature_totals), (payers, payer_totals) = draft.money_cells("nature"), draft.money_cells("payer")
    columns = [Column(words("terms.unit"))]
    columns += [Column(words.name("nature", nature), money, True) for nature in draft.natures]
    columns += [Column(words("terms.total"), money, True)]
    columns += [Column(words.name("payer", payer), money, True) for payer in draft.payers]
    columns += [Column(words("terms.carbon"), draft.unit("carbon"), True)]
    keys = {code: ref("allocation", "sum(carbon_tco2e)", region_code=code) for code in draft.codes}
    tonnes = shown_parts({code: Fraction(draft.lookup.value(key)) for code, key in keys.items()}, draft.step("carbon"))
    rows = []
    for code in draft.codes:
        carbon = draft.number("carbon", keys[code], steps=tonnes[code])
        numbers = [*natures[code].values(), draft.unit_total(code), *payers[code].values(), carbon]
        rows.append(Row((cell(draft.region(code)), *((number,) for number in numbers))))
    carbon = draft.number("carbon", ref("allocation", "sum(carbon_tco2e)"), steps=sum(tonnes.values()))
    numbers = [*nature_totals.values(), draft.grand_total(), *payer_totals.values(), carbon]
    rows.append(Row((cell(words("terms.sum"), True), *((number,) for number in numbers)), "total"))
    caption = words.runs("allocation.by_nature", periods=draft.years)
    return Table(tuple(columns), tuple(rows), caption, words.runs("allocation.by_nature_note"), dense=True)


def by_period(draft: Draft) -> Table:
    """Unit x period."""
    words, money = draft.words, draft.unit("money")
    cells, totals = draft.money_cells("period")
    columns = [Column(words("terms.unit"))]
    columns += [Column(words("terms.year", year=period), money, True) for period in draft.periods]
    columns += [Column(words("terms.total"), money, True), Column(words("terms.share"), "%", True)]
    rows = []
    for code in draft.codes:
        share = draft.number("share", combine("ratio", draft.payment(code), draft.payment()))
        numbers = [*cells[code].values(), draft.unit_total(code), share]
        rows.append(Row((cell(draft.region(code)), *((number,) for number in numbers))))
    whole = draft.number("share", combine("ratio", draft.payment(), draft.payment()))
    numbers = [*totals.values(), draft.grand_total(), whole]
    rows.append(Row((cell(words("terms.sum"), True), *((number,) for number in numbers)), "total"))
    return Table(tuple(columns), tuple(rows), words.runs("allocation.by_period"), dense=True)


def _optional(draft: Draft, kind: str, key: str) -> Runs:
    """The number, or a dash where the cell is empty."""
    return (draft.number(kind, key),) if draft.lookup.cell(key) else cell("—")


def category_standards(draft: Draft) -> Table:
    """Standards by category and grade against the floor and last year."""
    words, frame = draft.words, draft.table("standards")
    first = draft.periods[0]
    rows = []
    keys = [
        (str(c), str(m), str(g))
        for c, m, g, p in zip(frame["category"], frame["measure"], frame["grade"], frame["period"], strict=True)
        if p == first and c
    ]
    previous = ""
    for category, measure, grade in keys:
        where = {"category": category, "measure": measure, "grade": grade}
        if category != previous:
            rows.append(Row((cell(words.introduced("category", category), True),), "group"))
            previous = category
        label = words("allocation.grade", grade=grade) if grade else words("allocation.all_units")
        cells = [
            _optional(draft, "standard", ref("standards", column, period=first, **where))
            for column in ("floor_yuan_per_mu", "last_year_yuan_per_mu")
        ]
        cells += [
            _optional(draft, "standard", ref("standards", "standard_yuan_per_mu", period=period, **where))
            for period in draft.periods
        ]
        cells.append((draft.number("count", ref("standards", "units", period=first, **where)),))
        cells.append((draft.number("area", ref("standards", "area_mu", period=first, **where)),))
        rows.append(Row((cell(label), *cells)))
    unit = words("terms.per_year", unit=draft.unit("standard"))
    columns = (
        Column(words("allocation.category_grade")),
        Column(words("terms.floor"), unit, True),
        Column(words("terms.last_year"), unit, True),
        *(Column(words("terms.year", year=period), unit, True) for period in draft.periods),
        Column(words("terms.units"), "", True),
        Column(words("terms.area"), draft.unit("area"), True),
    )
    return Table(columns, tuple(rows), words.runs("allocation.standards"), words.runs("allocation.standards_note"))


def task_standards(draft: Draft) -> Table:
    """Unit standards and assigned quantities of the task measures."""
    words, frame = draft.words, draft.table("standards")
    rows = []
    for measure, category, period, rule in zip(
        frame["measure"], frame["category"], frame["period"], frame["quantity_rule"], strict=True
    ):
        if category:
            continue
        where = {"measure": str(measure), "category": "", "period": str(period)}
        kind, _, share = str(rule).partition(":")
        if kind == "need" and not draft.lookup.value(ref("standards", "area_mu", **where)):
            kind, share = "none", ""
        quantity = (
            words(f"allocation.quantity.{kind}", share=percent(share))
            if share
            else words(f"allocation.quantity.{kind}")
        )
        rows.append(
            Row(
                (
                    cell(words.name("measure", str(measure))),
                    cell(str(period)),
                    # Nothing is paid by the standard of work that is not arranged.
                    cell("—")
                    if kind == "none"
                    else _optional(draft, "standard", ref("standards", "standard_yuan_per_mu", **where)),
                    cell(quantity),
                    (draft.number("area", ref("standards", "area_mu", **where)),),
                    (draft.number("money", draft.payment(measure=str(measure), period=str(period), nature="task")),),
                    (
                        draft.number(
                            "money",
                            ref(
                                "allocation",
                                "sum(due_later_fen)",
                                measure=str(measure),
                                period=str(period),
                                nature="task",
                            ),
                        ),
                    ),
                )
            )
        )
    columns = (
        Column(words("terms.measure")),
        Column(words("terms.period")),
        Column(words("terms.standard"), draft.unit("standard"), True),
        Column(words("allocation.quantity_rule")),
        Column(words("terms.area"), draft.unit("area"), True),
        Column(words("allocation.paid_now"), draft.unit("money"), True),
        Column(words("allocation.due_later"), draft.unit("money"), True),
    )
    return Table(columns, tuple(rows), words.runs("allocation.tasks"), words.runs("allocation.tasks_note"))


def factor_weights(draft: Draft) -> Table:
    """Weights and pots of the factors, per fund and period."""
    words, frame = draft.words, draft.table("weights")
    rows = []
    for fund in dict.fromkeys(str(name) for name in frame["fund"]):
        held = frame[frame["fund"] == fund]
        factors = list(dict.fromkeys(str(name) for name in held["factor"]))
        present = set(zip(held["period"], held["factor"], strict=True))
        steps = {}
        for period in draft.periods:
            exact = {
                name: int(draft.lookup.value(ref("weights", "pot_fen", fund=fund, period=period, factor=name)))
                for name in factors
                if (period, name) in present
            }
            steps[period] = shown_parts(exact, draft.step("money"))
        rows.append(Row((cell(words.short_name("fund", fund), True),), "group"))
        for name in factors:
            cells: list[Runs] = []
            for period in draft.periods:
                where = {"fund": fund, "period": period, "factor": name}
                if (period, name) not in present:
                    cells += [cell("—"), cell("—")]
                    continue
                pot = draft.number("money", ref("weights", "pot_fen", **where), steps=steps[period][name])
                cells += [(draft.number("share", ref("weights", "weight", **where)),), (pot,)]
            rows.append(Row((cell(words.name("factor", name)), *cells)))
        sums: list[Runs] = []
        for period in draft.periods:
            whole = {"fund": fund, "period": period}
            pot = draft.number("money", ref("weights", "sum(pot_fen)", **whole), steps=sum(steps[period].values()))
            sums += [(draft.number("share", ref("weights", "sum(weight)", **whole)),), (pot,)]
        rows.append(Row((cell(words("terms.sum"), True), *sums), "total"))
    columns = [Column(words("terms.factor"))]
    for period in draft.periods:
        columns.append(Column(words("allocation.weight_year", year=period), "%", True))
        columns.append(Column(words("allocation.pot_year", year=period), draft.unit("money"), True))
    return Table(tuple(columns), tuple(rows), words.runs("allocation.weights"), words.runs("allocation.weights_note"))


def envelopes(draft: Draft) -> Table:
    """The identity of each fund and period: appropriation + carried in = paid + instalments due + rest."""
    words, frame, step = draft.words, draft.table("envelopes"), draft.step("money")
    rows = []
    left, right, rest = (
        ("appropriation_fen", "carried_in_fen"),
        ("paid_fen", "instalments_due_fen", "unallocated_fen"),
        ("carried_out_fen", "lapsed_fen"),
    )
    for fund, period in zip(frame["fund"], frame["period"], strict=True):
        where = {"fund": str(fund), "period": str(period)}
        exact = {name: int(draft.lookup.value(ref("envelopes", name, **where))) for name in (*left, *right, *rest)}
        steps = shown_parts({name: exact[name] for name in left}, step)
        steps |= shown_parts({name: exact[name] for name in right}, step)
        steps |= shown_parts({name: exact[name] for name in rest}, step, steps["unallocated_fen"])
        cells = [(draft.number("money", ref("envelopes", name, **where), steps=steps[name]),) for name in exact]
        rows.append(Row((cell(words.short_name("fund", str(fund))), cell(str(period)), *cells)))
    columns = (
        Column(words("terms.fund")),
        Column(words("terms.period")),
        *(Column(words(f"envelope.{name}"), draft.unit("money"), True) for name in (*left, *right, *rest)),
    )
    return Table(columns, tuple(rows), words.runs("allocation.envelopes"), _envelope_notes(draft), dense=True)


def _envelope_notes(draft: Draft) -> Runs:
    """The identity in words; which fund keeps a reserve and why; what was withheld after acceptance."""
    words, notes = draft.words, [draft.words.runs("allocation.envelopes_note")]
    for fund in draft.outcome.resolved.funds:
        if fund.reserve_fen:
            name = words.short_name("fund", fund.id)
            notes.append(words.runs("allocation.reserve_note", fund=name, reason=fund.reserve_reason))
    # An outcome of an earlier version has no such table.
    if draft.outcome.resolved.withheld_commitments and "instalments" in draft.outcome.tables:
        key = ref("instalments", "sum(amount_fen)", state="withheld")
        notes.append(words.runs("allocation.withheld_note", money=draft.phrase("money", key)))
    return words.join(notes, "sentence")
