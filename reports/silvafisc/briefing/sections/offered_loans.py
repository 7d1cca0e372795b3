"""Loans that competed with grants: what each brought, its published terms, and where the figures say that it is not worth it."""

from collections.abc import Iterator

from silvafisc.results.loans import LoanSpec

from ..blocks import Block, Column, Heading, Items, Paragraph, Row, Runs, Table
from ..draft import Draft, cell
from ..keys import ref
from ..rounding import percent
from ..words import capital, inside, opening

NATURE = "interest_subsidy"
MOST = 8
"""Units that are told one by one."""


def offered(draft: Draft) -> tuple[LoanSpec, ...]:
    """The loans that the outcome tells of; none where it is older than loans or offers none."""
    return draft.outcome.resolved.loans if len(draft.table("loan_terms")) else ()


def conclusion(draft: Draft) -> Iterator[Block]:
    """One paragraph per loan: what it brought, for what money, and the judgement."""
    for loan in offered(draft):
        yield Paragraph(_lead(draft, loan))


def details(draft: Draft) -> Iterator[Block]:
    """Grants and loans beside each other, the published terms, and what a project that is offered nothing lacks."""
    if len(draft.table("leverage")):
        yield _competing(draft)
    if offered(draft):
        yield _terms(draft)
    kept = tuple(item for loan in offered(draft) for item in _kept_out(draft, loan))
    if kept:
        yield Heading(draft.words("offered_loans.kept_out_head"))
        yield Items(kept)


def _at(loan: LoanSpec, channel: str) -> dict[str, str]:
    return {"fund": loan.fund, "measure": loan.measure, "channel": channel}


def _name(draft: Draft, loan: LoanSpec) -> str:
    return draft.words("offered_loans.name", work=inside(draft.words.name("measure", loan.measure)))


def _lead(draft: Draft, loan: LoanSpec) -> Runs:
    words, at = draft.words, _at(loan, "loan")
    if not draft.lookup.value(ref("leverage", "private_principal_fen", **at)):
        return opening(words.runs("offered_loans.none_taken", name=_name(draft, loan)))
    told = {
        "principal": draft.phrase("money_total", ref("leverage", "private_principal_fen", **at)),
        "cost": draft.phrase("money_total", ref("leverage", "public_cost_fen", **at)),
        "beyond": draft.phrase("money_total", ref("leverage", "due_beyond_fen", **at)),
        "leverage": draft.phrase("times", ref("leverage", "leverage", **at)),
        "units": (
            draft.number("count", ref("allocation", "distinct(region_code)", nature=NATURE, measure=loan.measure)),
        ),
    }
    lead = words.runs("offered_loans.lead", name=_name(draft, loan), **told)
    return words.join([opening(lead), *_judged(draft, loan)], "sentence")


def _judged(draft: Draft, loan: LoanSpec) -> Iterator[Runs]:
    """Tonnes per yuan of both channels, what the objective loses without the loan, and the judgement on both."""
    words, here, there = draft.words, _at(loan, "loan"), _at(loan, "grant")
    per = "yuan_per_tco2e"
    known = draft.complete("leverage", per, **here)
    both = known and draft.complete("leverage", per, **there)
    if both:
        prices = {
            name: draft.phrase("carbon_price", ref("leverage", per, **at))
            for name, at in (("loan", here), ("grant", there))
        }
        yield words.runs("offered_loans.per_tonne", **prices)
    missed = ref("leverage", "price", **here)
    if not draft.complete("leverage", "price", **here):
        yield words.runs("offered_loans.indispensable")
        return
    term = draft.lookup.cell(ref("leverage", "objective", **here))
    label, kind = draft.said(term), draft.objective(term)[1]
    lost = draft.number(kind, missed)
    if not lost.value or not lost.text.strip("0.,"):
        yield words.runs("offered_loans.idle", objective=label)
    else:
        yield words.runs("offered_loans.without", objective=label, lost=draft.with_unit(lost))
        dearer = both and draft.lookup.value(ref("leverage", per, **here)) > draft.lookup.value(
            ref("leverage", per, **there)
        )
        yield words.runs("offered_loans.dearer" if dearer else "offered_loans.worth")


def _competing(draft: Draft) -> Table:
    """Grants and loans that competed for the same appropriation."""
    words, rows = draft.words, []
    names = ("fund", "measure", "channel", "instrument")
    for held in draft.table("leverage")[list(names)].fillna("").astype(str).to_dict("records"):
        where = {name: str(held[name]) for name in names}

        def told(kind: str, column: str, where: dict[str, str] = where) -> Runs:
            if not draft.complete("leverage", column, **where):
                return cell("—")
            return (draft.number(kind, ref("leverage", column, **where)),)

        measure = where["measure"]
        work = words.name("measure", measure) if measure else words("green_finance.all_measures")
        lent = where["channel"] != "grant"
        cells = [cell(capital(work)), cell(words(f"green_finance.channels.{where['channel']}"))]
        cells += [told("money_total", "public_cost_fen")]
        cells += [told("money_total", "private_principal_fen") if lent else cell("—")]
        cells += [told("carbon", "carbon_tco2e"), told("carbon_price", "yuan_per_tco2e")]
        cells += [told("times", "leverage") if lent else cell("—")]
        rows.append(Row(tuple(cells)))
    money = draft.unit("money_total")
    columns = (
        Column(words("green_finance.work"), width=1),
        Column(words("green_finance.channel")),
        Column(words("green_finance.public_cost"), money, True),
        Column(words("green_finance.private"), money, True),
        Column(words("terms.carbon"), draft.unit("carbon"), True),
        Column(words("green_finance.public_per_tonne"), draft.unit("carbon_price"), True),
        Column(words("green_finance.leverage"), draft.unit("times"), True),
    )
    note = words.runs("green_finance.competing_note")
    return Table(columns, tuple(rows), words.runs("green_finance.competing"), note, dense=True)


def _terms(draft: Draft) -> Table:
    """The terms that were chosen: one row per loan and year, or per unit where units are decided one by one."""
    words, rows = draft.words, []
    names = ("measure", "instrument", "period", "region_code")
    for held in draft.table("loan_terms")[[*names, "quantity_rule"]].fillna("").astype(str).to_dict("records"):
        where = {name: str(held[name]) for name in names}
        share = str(held["quantity_rule"]).removeprefix("need:")
        taken = share != "0"
        quantity = (
            words("allocation.quantity.need", share=percent(share)) if taken else words("allocation.quantity.none")
        )
        unit, loan = where["region_code"], draft.outcome.resolved.loan(where["instrument"])
        cells = [cell(capital(_name(draft, loan))), cell(where["period"])]
        cells += [cell(draft.region(unit) if unit else words("allocation.all_units"))]
        cells += [
            (draft.number("share", ref("loan_terms", "subsidy_rate", **where)),) if taken else cell("—"),
            cell(quantity),
        ]
        cells += [
            (draft.number(kind, ref("loan_terms", column, **where)),)
            for kind, column in (
                ("count", "units"),
                ("area", "area_mu"),
                ("money_total", "principal_fen"),
                ("money_total", "public_cost_fen"),
            )
        ]
        rows.append(Row(tuple(cells)))
    money = draft.unit("money_total")
    columns = (
        Column(words("offered_loans.loan"), width=1),
        Column(words("terms.period")),
        Column(words("offered_loans.for_whom")),
        Column(words("offered_loans.subsidy_rate"), words("terms.per_year", unit=draft.unit("share")), True),
        Column(words("allocation.quantity_rule")),
        Column(words("terms.units"), "", True),
        Column(words("terms.area"), draft.unit("area"), True),
        Column(words("green_finance.private"), money, True),
        Column(words("green_finance.public_cost"), money, True),
    )
    return Table(
        columns, tuple(rows), words.runs("offered_loans.terms"), words.runs("offered_loans.terms_note"), dense=True
    )


def _kept_out(draft: Draft, loan: LoanSpec) -> Iterator[Runs]:
    """Units whose projects cover too little for the loan in some year, those with the lowest cover first."""
    words, frame = draft.words, draft.table("loan_cover")
    short = frame[(frame["instrument"] == loan.id) & ~frame["on_offer"].astype(bool)]
    lowest = short.groupby("region_code")["cover"].min().reset_index().sort_values(["cover", "region_code"])
    units = [str(code) for code in lowest["region_code"]]
    for code in units[:MOST]:
        years = sorted(short.loc[short["region_code"] == code, "period"].astype(str))
        where = {"instrument": loan.id, "region_code": code}
        yield words.runs(
            "offered_loans.kept_out",
            unit=draft.region(code),
            name=_name(draft, loan),
            years="".join(run.text for run in words.join(years)),
            cover=draft.phrase("times", ref("loan_cover", "min(cover)", **where)),
            least=draft.phrase("times", ref("loan_cover", "min(cover_least)", **where)),
        )
    if units[MOST:]:
        yield opening(words.runs("offered_loans.kept_out_more", count=str(len(units) - MOST), name=_name(draft, loan)))
