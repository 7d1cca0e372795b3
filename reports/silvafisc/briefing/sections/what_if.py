"""What if: how the answer moves when assumptions, figures, draws or the whole scenario are others."""

from ..blocks import Block, Heading, Paragraph, Section
from ..draft import Draft
from .compared import comparison_blocks
from .risk import blocks as risk
from .robustness import blocks as robustness
from .sensitivity import full, moved, picture


def section(draft: Draft) -> Section:
    """Section 7 of the design."""
    words = draft.words
    blocks: list[Block] = [*comparison_blocks(draft)]
    if moved(draft):
        blocks += [Heading(words("sources.sensitivity_head")), picture(draft), full(draft)]
    blocks += [*robustness(draft), *risk(draft)]
    lead = words.runs("what_if.lead" if blocks else "what_if.none")
    return Section("what_if", words("what_if.title"), (Paragraph(lead), *blocks))
