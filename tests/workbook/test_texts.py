"""Every text of the workbook is used by its code."""

import re
from pathlib import Path

from silvafisc.briefing.words import all_texts, load_yaml
from silvafisc.workbook import outcome_book
from silvafisc.workbook.outcome_book import PAGES


def test_every_text_of_the_workbook_is_used() -> None:
    """By its name in quotes, or behind a prefix that the code puts before a name: `workbook.title_{name}`."""
    folder = Path(outcome_book.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    prefixes = (*re.findall(r'f"workbook[.]([a-z]+_)[{]', code), "colour_")
    for key in load_yaml("workbook.yaml")["workbook"]:
        used = f'"{key}"' in code or f'"workbook.{key}"' in code or key.startswith(prefixes)
        assert used, key
    assert {"title_", "note_", "sheet_"} <= set(prefixes)


def test_every_sheet_has_a_name_a_title_and_a_note() -> None:
    texts = all_texts()
    wanted = {f"workbook.{kind}_{page}" for kind in ("sheet", "title", "note") for page in PAGES}
    assert wanted <= set(texts)
    for language in ("zh", "en"):
        names = [texts[f"workbook.sheet_{page}"][language] for page in PAGES]
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= 31
