"""What the carbon engine says beside the tonnes: selective against clear cutting, and the emergency reserve."""

from ..blocks import Block, Column, Heading, Paragraph, Row, Table
from ..draft import ALL, Draft, cell
from ..keys import ref
from ..words import capital


def felling(draft: Draft) -> list[Block]:
    """How much less carbon selective cutting loses, by damage and recovery, beside the published figure."""
    words, frame = draft.words, draft.table("carbon_felling")
    frame = frame[frame["region_code"] == ALL]
    if frame.empty:
        return []
    years = sorted({int(year) for year in frame["years"]})
    cases = sorted(set(zip(frame["cutting"], frame["recovery"], strict=True)))

    def key(what: str, **where: str) -> str:
        return ref("carbon_felling", what, region_code=ALL, **where)

    rows = []
    for cutting, recovery in cases:
        where = {"cutting": str(cutting), "recovery": str(recovery)}
        shares = [(draft.number("percent", key("less_loss_pct", years=str(year), **where)),) for year in years]
        names = (cell(capital(words.name(kind, name))) for kind, name in where.items())
        rows.append(Row((*names, *shares)))
    columns = (
        Column(words("carbon.cutting")),
        Column(words("carbon.recovery")),
        *(Column(words("carbon.after", years=str(year)), "%", True) for year in years),
    )
    said = words.runs(
        "carbon.felling_words",
        inside=(draft.number("count", key("rows()", in_band="yes")),),
        cases=(draft.number("count", key("rows()")),),
        low=draft.phrase("percent", key("min(less_loss_pct)")),
        high=draft.phrase("percent", key("max(less_loss_pct)")),
        published=draft.phrase("percent", key("max(published_pct)")),
        band_low=draft.phrase("percent", key("max(band_low_pct)")),
        band_high=draft.phrase("percent", key("max(band_high_pct)")),
    )
    caption, note = words.runs("carbon.felling"), words.runs("carbon.felling_note")
    return [Heading(words("carbon.felling_head")), Paragraph(said), Table(columns, tuple(rows), caption, note)]


def reserve(draft: Draft) -> list[Block]:
    """Damage of a mean and of a bad year and what a reserve would have to hold, in the first period."""
    words, frame = draft.words, draft.table("carbon_reserve")
    if frame.empty:
        return []
    period = min(str(value) for value in frame["period"])

    def key(what: str, hazard: str = "") -> str:
        where = {"hazard": hazard} if hazard else {}
        return ref("carbon_reserve", f"sum({what})", period=period, **where)

    kinds = {
        "mean_area_mu": "area",
        "bad_area_mu": "area",
        "mean_tco2e": "carbon",
        "bad_tco2e": "carbon",
        "mean_cost_fen": "money_total",
        "reserve_fen": "money_total",
    }
    rows = []
    for hazard in [*sorted({str(name) for name in frame["hazard"]}), ""]:
        name = capital(words.name("emergency", hazard)) if hazard else words("terms.sum")
        numbers = [(draft.number(kind, key(column, hazard)),) for column, kind in kinds.items()]
        rows.append(Row((cell(name), *numbers)))
    headers = [Column(words(f"carbon.{column}"), draft.unit(kind), True) for column, kind in kinds.items()]
    said = words.runs(
        "carbon.reserve_words",
        period=period,
        money=draft.phrase("money_total", key("reserve_fen")),
        quantile=draft.phrase("percent", ref("carbon_reserve", "max(quantile_pct)", period=period)),
    )
    caption, note = words.runs("carbon.reserve"), words.runs("carbon.reserve_note")
    return [
        Heading(words("carbon.reserve_head")),
        Paragraph(said),
        Table((Column(words("carbon.emergency")), *headers), tuple(rows), caption, note),
    ]
