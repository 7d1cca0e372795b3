"""The card of a unit says why its amount changed: the parts of reasons.csv, shown as in the table of changes."""

import pytest
from tests.briefing.sample import make_outcome

from silvafisc.briefing.blocks import Number, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections.annex import why


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sentence_of_a_card_sums_as_it_is_shown(language: str) -> None:
    draft = Draft(make_outcome(5), language)
    assert draft.against is not None
    for code in draft.codes:
        runs = why(draft, code)
        shown = [run for run in runs if isinstance(run, Number)]
        steps = draft.change_parts[code]
        assert len(shown) == (sum(steps.values()) != 0) + sum(1 for size in steps.values() if size)
        assert all(run.key in {draft.change(code), *(draft.change_part(code, part) for part in steps)} for run in shown)
        text = runs_text(runs)
        assert ("比" in text or "与" in text) if language == "zh" else ("than" in text or "same as" in text)
    assert any(len(why(draft, code)) > 3 for code in draft.codes)


def test_the_parts_of_a_unit_sum_to_its_shown_change() -> None:
    draft = Draft(make_outcome(5), "zh")
    total = sum(size for steps in draft.change_parts.values() for size in steps.values())
    frame = draft.table("reasons")
    exact = int(frame.loc[frame["against"] == draft.against, "amount_fen"].sum())
    step = float(draft.step("money"))
    assert abs(total * step - exact) <= step
