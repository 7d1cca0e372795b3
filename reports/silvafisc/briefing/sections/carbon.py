"""Carbon: by measure and year with ranges, cost per tonne, economic against credited tonnes, and under other climates."""

import pandas as pd

from ..blocks import Block, Column, Figure, Paragraph, Row, Runs, Section, Table
from ..draft import Draft, cell
from ..figures.carbon import costs as draw_costs
from ..figures.carbon import palette
from ..figures.carbon import years as draw_years
from ..keys import combine, ref
from ..words import capital, inside
from . import climates, credits, forest_care
from .drawings import shown
from .sensitivity import loss_hazard_range


def section(draft: Draft) -> Section:
    """Section 4 of the design."""
    words = draft.words
    blocks: list[Block] = [Paragraph(_lead(draft))]
    if (hazard := loss_hazard_range(draft, "carbon")) is not None:
        low, high = draft.number("carbon", hazard[0]), draft.phrase("carbon", hazard[1])
        blocks.append(Paragraph(words.runs("carbon.hazard", low=low, high=high)))
    blocks += _at_hazards(draft)
    blocks.append(measures(draft))
    blocks += credits.ranges(draft, _by_measure(draft), _variant(draft))
    if _accounts(draft):
        blocks.append(years_picture(draft))
        blocks += _falls_back(draft)
    picture = costs_picture(draft)
    if picture is not None:
        blocks.append(picture)
    blocks += credits.blocks(draft, decided(draft))
    blocks += climates.blocks(draft, decided(draft))
    blocks += [*forest_care.felling(draft), *forest_care.reserve(draft)]
    return Section("carbon", words("carbon.title"), tuple(blocks))


def _accounts(draft: Draft) -> bool:
    return bool(len(draft.table("carbon_accounts")))


def decided(draft: Draft) -> dict[str, str]:
    """The climate and growth model that the decision was made in."""
    return {**_variant(draft), "case": "central"}


def _variant(draft: Draft) -> dict[str, str]:
    variants = draft.outcome.meta.get("carbon", {})
    return {name: str(variants.get(name, "")) for name in ("climate", "growth_model")}


def _at_hazards(draft: Draft) -> list[Block]:
    """How the tonnes of the same land move with the loss hazard, where the yields hold both ends of its band."""
    blocks: list[Block] = []
    cases = ("low", "high", "central")
    for measure in _by_measure(draft):
        if not all(len(_rows(draft, measure=measure, case=case, account="additional")) for case in cases):
            continue
        keys = {case: _tonnes(draft, "additional", measure=measure, case=case) for case in cases}
        if len({draft.lookup.value(key) for key in keys.values()}) > 1:
            low, high, central = (draft.phrase("carbon", keys[case]) for case in cases)
            low = (draft.number("carbon", keys["low"]),)
            name = inside(draft.words.name("measure", measure))
            said = draft.words.runs("carbon.hazard_land", measure=name, low=low, high=high, central=central)
            blocks.append(Paragraph(said))
    return blocks


def _tonnes(draft: Draft, account: str, what: str = "sum(tco2e)", year: str = "", **where: str) -> str:
    return ref("carbon_accounts", what, account=account, year=year, **{**decided(draft), **where})


def _by_measure(draft: Draft) -> list[str]:
    """Measures with tonnes, most tonnes first."""
    frame = draft.table("allocation")
    sums = frame.groupby("measure")["carbon_tco2e"].sum()
    return sorted((str(name) for name in sums[sums != 0].index), key=lambda name: (-float(sums[name]), name))


def _colours(draft: Draft) -> dict[str, str]:
    return palette([capital(draft.words.name("measure", measure)) for measure in _by_measure(draft)])


def _lead(draft: Draft) -> Runs:
    words, total = draft.words, draft.indicator("carbon.total")
    order = _by_measure(draft)
    if not order:
        return words.runs("carbon.none", horizon=draft.horizon)
    most = ref("allocation", "sum(carbon_tco2e)", measure=order[0])
    parts = [
        words.runs(
            "carbon.lead",
            years=draft.years,
            horizon=draft.horizon,
            total=draft.phrase("carbon", total),
            measure=inside(words.name("measure", order[0])),
            share=draft.share_of(most, total),
        )
    ]
    if _accounts(draft):
        credited = _tonnes(draft, "credited")
        parts.append(words.runs("carbon.credited", credited=draft.phrase("carbon", credited)))
    return words.join(parts, "sentence")


def measures(draft: Draft) -> Table:
    """One row per measure: money, tonnes in both senses with their range over draws, yuan per tonne."""
    words, ends = draft.words, _quantiles(draft)
    credited = {str(name) for name in _rows(draft, account="credited", case="central")["measure"]}

    def account(name: str, measure: str) -> Runs:
        return (draft.number("carbon", _tonnes(draft, name, measure=measure)),) if measure in credited else cell("—")

    def spread(measure: str) -> Runs:
        keys = [_tonnes(draft, "additional", measure=measure, case=case) for case in ends]
        return words.join([(draft.number("carbon", key),) for key in keys], "range")

    rows = []
    for measure in _by_measure(draft):
        money, tonnes = (ref("allocation", f"sum({what})", measure=measure) for what in ("payment_fen", "carbon_tco2e"))
        price: Runs = cell("—")
        if draft.lookup.value(tonnes) > 0:
            whole = combine("total", money, draft.left_to_pay(measure=measure))
            price = (draft.number("fen_per_tonne", combine("ratio", whole, tonnes)),)
        cells: list[Runs] = [cell(capital(words.name("measure", measure)))]
        cells += [(draft.number("money_total", money),), (draft.number("carbon", tonnes),)]
        cells += [spread(measure)] if ends else []
        rows.append(Row((*cells, account("credited", measure), account("deducted", measure), price)))
    between: list[Column] = []
    if ends:
        low, high = (f"{_share(case):.0%}" for case in ends)
        between = [Column(words("carbon.spread", low=low, high=high), draft.unit("carbon"), True)]
    columns = (
        Column(words("carbon.measure")),
        Column(words("carbon.money"), draft.unit("money_total"), True),
        Column(words("terms.carbon"), draft.unit("carbon"), True),
        *between,
        Column(words("carbon.of_credit"), draft.unit("carbon"), True),
        Column(words("carbon.of_deduction"), draft.unit("carbon"), True),
        Column(words("carbon.price"), draft.unit("fen_per_tonne"), True),
    )
    return Table(columns, tuple(rows), words.runs("carbon.measures"), words.runs("carbon.measures_note"))


def _rows(draft: Draft, **where: str) -> pd.DataFrame:
    """Rows of carbon_accounts.csv."""
    frame = draft.table("carbon_accounts")
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame


def _quantiles(draft: Draft) -> tuple[str, str] | tuple[()]:
    """Cases of the lowest and highest quantile over the draws; nothing for an outcome without them."""
    cases = {str(case) for case in draft.table("carbon_accounts")["case"] if str(case).startswith("quantile ")}
    found = sorted(cases, key=_share)
    return (found[0], found[-1]) if len(found) > 1 else ()


def _share(case: str) -> float:
    """The share in `quantile 0.05`."""
    return float(case.removeprefix("quantile "))


def years_picture(draft: Draft) -> Figure:
    """Additional carbon of every year, stacked by measure; what is below zero is an early loss."""
    words = draft.words
    own = _rows(draft, account="additional", **decided(draft))
    own = own[own["year"] != ""]
    order = [measure for measure in _by_measure(draft) if measure in set(own["measure"])]
    years = sorted({str(year) for year in own["year"]})
    numbers = {
        (measure, year): draft.number("carbon", _tonnes(draft, "additional", "tco2e", year, measure=measure))
        for measure in order
        for year in years
    }
    parts = {
        capital(words.name("measure", measure)): [shown(numbers[measure, year]) for year in years] for measure in order
    }
    label, unit = words("terms.carbon"), draft.unit("carbon")
    svg = draw_years(
        f"carbon-years-{draft.language}", years, parts, _colours(draft), words("figures.axis", label=label, unit=unit)
    )
    sums = {year: sum(float(numbers[measure, year].value) for measure in order) for year in years}
    peak = max(years, key=lambda year: (sums[year], -int(year)))
    title = words.runs(
        "carbon.years", year=peak, tonnes=draft.phrase("carbon", _tonnes(draft, "additional", year=peak))
    )
    rows = tuple(Row((cell(year), *((numbers[measure, year],) for measure in order))) for year in years)
    columns = (
        Column(words("terms.period")),
        *(Column(capital(words.name("measure", measure)), unit, True) for measure in order),
    )
    data = Table(columns, rows, words.runs("carbon.years_data"), dense=True)
    source = words("figures.source", tables="carbon_accounts.csv")
    return Figure("carbon-years", svg, title, words("carbon.years_alt"), source, data)


def _falls_back(draft: Draft) -> list[Block]:
    """What a measure gains while it is paid and what of that is lost again, where it is."""
    words, blocks = draft.words, list[Block]()
    own = _rows(draft, account="additional", **decided(draft))
    years = [str(year) for year in own["year"].unique() if year]
    spans = [[year for year in years if (year <= draft.periods[-1]) is within] for within in (True, False)]
    for measure in _by_measure(draft) if all(spans) else ():
        where = {"account": "additional", **decided(draft), "measure": measure}
        paid, after = (ref("carbon_accounts", "sum(tco2e)", **where, year=span) for span in spans)
        direction, lost = draft.size_of("carbon", after)
        if direction == "less" and draft.lookup.value(paid) > 0:
            name, gained = capital(words.name("measure", measure)), draft.phrase("carbon", paid)
            said = words.runs("carbon.falls_back", measure=name, gained=gained, lost=lost, horizon=draft.horizon)
            blocks.append(Paragraph(said))
    return blocks


def costs_picture(draft: Draft) -> Figure | None:
    """Cost curve: blocks of money by nature, measure and grade, cheapest tonnes first."""
    words, steps = draft.words, []
    for label, measure, where in _blocks(draft):
        money, tonnes = (ref("allocation", f"sum({what})", **where) for what in ("payment_fen", "carbon_tco2e"))
        later = ref("allocation", "sum(due_later_fen)", **where)
        if draft.lookup.value(later):
            # All tonnes of the work are counted, so all its instalments are: nearly all that a loan costs is paid later.
            money = combine("total", money, later)
        if draft.lookup.value(tonnes) > 0 and draft.lookup.value(money) > 0:
            price = draft.number("fen_per_tonne", combine("ratio", money, tonnes))
            steps.append((price, draft.number("carbon", tonnes), draft.number("money_total", money), label, measure))
    if not steps:
        return None
    steps.sort(key=lambda step: (step[0].value, step[3]))
    drawn = [
        (shown(tonnes), shown(price), capital(words.name("measure", measure))) for price, tonnes, _, _, measure in steps
    ]
    axes = (
        words("figures.axis", label=words("carbon.cumulative"), unit=draft.unit("carbon")),
        words("figures.axis", label=words("carbon.price"), unit=draft.unit("fen_per_tonne")),
    )
    svg = draw_costs(f"carbon-costs-{draft.language}", drawn, _colours(draft), axes)
    first, last = steps[0], steps[-1]
    title = words.runs(
        "carbon.costs",
        cheap=first[3],
        low=draft.with_unit(first[0]),
        dear=last[3],
        high=draft.with_unit(last[0]),
    )
    rows = tuple(Row((cell(label), (money,), (tonnes,), (price,))) for price, tonnes, money, label, _ in steps)
    columns = (
        Column(words("carbon.block")),
        Column(words("carbon.money"), draft.unit("money_total"), True),
        Column(words("terms.carbon"), draft.unit("carbon"), True),
        Column(words("carbon.price"), draft.unit("fen_per_tonne"), True),
    )
    data = Table(columns, rows, words.runs("carbon.costs_data"), words.runs("carbon.costs_note"), dense=True)
    source = words("figures.source", tables=words("marks.list").join(("allocation.csv", "regions.csv")))
    return Figure("carbon-costs", svg, title, words("carbon.costs_alt"), source, data)


def _blocks(draft: Draft) -> list[tuple[str, str, dict[str, str | list[str]]]]:
    """Money by nature, measure and, where units are graded, grade: label and the rows of allocation.csv."""
    words, allocation = draft.words, draft.table("allocation")
    grades: dict[str, list[str]] = {}
    for code in draft.codes:
        grades.setdefault(draft.lookup.cell(ref("regions", "grade", region_code=code)), []).append(code)
    found = []
    for (nature, measure), rows in allocation.groupby(["nature", "measure"]):
        name = words(
            "carbon.part", measure=words.name("measure", str(measure)), nature=words.name("nature", str(nature))
        )
        present = set(rows["region_code"])
        for grade in sorted(grades):
            codes = [code for code in grades[grade] if code in present]
            label = words("carbon.graded", part=name, grade=grade) if grade else name
            if codes:
                where: dict[str, str | list[str]] = {
                    "nature": str(nature),
                    "measure": str(measure),
                    "region_code": codes,
                }
                found.append((capital(label), str(measure), where))
    return found
