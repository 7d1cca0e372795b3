"""What units pay each other under signed agreements."""

from ..blocks import Column, Row, Table
from ..draft import Draft, cell
from ..keys import ref


def agreements(draft: Draft) -> list[Table]:
    """One row per agreement and period; nothing where the outcome has none."""
    words, frame = draft.words, draft.table("horizontal")
    rows = []
    keys = ("document", "period", "payer", "receiver")
    for document, period, payer, receiver in zip(*(frame[name].astype(str) for name in keys), strict=True):
        where = {"document": document, "period": period, "payer": payer, "receiver": receiver}
        index = draft.lookup.cell(ref("horizontal", "index", **where))
        threshold = draft.lookup.cell(ref("horizontal", "threshold", **where))
        held = words("agreements.held", index=index, threshold=threshold) if index else "—"
        amount = draft.number("fen", ref("horizontal", "amount_fen", **where))
        names = (cell(document), cell(period), cell(draft.region(payer)), cell(draft.region(receiver)))
        rows.append(Row((*names, cell(held), (amount,))))
    columns = (
        Column(words("agreements.document"), width=1),
        Column(words("terms.period")),
        Column(words("agreements.payer")),
        Column(words("agreements.receiver")),
        Column(words("agreements.index")),
        Column(words("agreements.amount"), draft.unit("fen"), True),
    )
    caption, note = words.runs("agreements.caption"), words.runs("agreements.note")
    return [Table(columns, tuple(rows), caption, note, dense=True)] if rows else []
