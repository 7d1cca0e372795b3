"""Both languages say the same with the same blocks, in the words finance officers use, and signs agree with numbers."""

import re
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Briefing, Callout, Card, Paragraph, Table, figures, numbers, runs_text, texts
from silvafisc.briefing.document import UnauditedError, unnamed_ids
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import decision, sources
from silvafisc.briefing.words import TextError, Words, all_texts, load_yaml
from silvafisc.results import Outcome


def shape(part: Any) -> Any:
    if isinstance(part, Card):
        return ("Card", [shape(block) for block in part.blocks])
    if isinstance(part, Table):
        return ("Table", len(part.columns), [(row.kind, len(row.cells)) for row in part.rows])
    return type(part).__name__


def test_both_languages_have_the_same_blocks(zh: Briefing, en: Briefing) -> None:
    assert [section.id for section in zh.sections] == [section.id for section in en.sections]
    for chinese, english in zip(zh.sections, en.sections, strict=True):
        assert [shape(block) for block in chinese.blocks] == [shape(block) for block in english.blocks]


def test_both_languages_show_the_same_numbers(zh: Briefing, en: Briefing) -> None:
    keys = [sorted(number.key for number in numbers(briefing)) for briefing in (zh, en)]
    assert keys[0] == keys[1]


def test_every_text_is_in_both_languages_and_takes_the_same_values() -> None:
    for key, entry in all_texts().items():
        wanted = [sorted(set(re.findall(r"{(\w+)}", text))) for text in (entry["zh"], entry["en"])]
        assert wanted[0] == wanted[1], key


def test_every_text_is_used_somewhere() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("", "sections", "figures", "documents")
        for path in sorted(map_files(folder))
        if path.suffix == ".py"
    )
    for key in all_texts():
        head = key.split(".")[0]
        own = {"names", "workbook", "finance_book", "envelope", "method", "compare", "marks", "labels"}
        if head in own or key.startswith("sections.n"):
            continue
        stem = key.rsplit(".", 1)[0]
        partly = re.search(rf'f"{re.escape(stem)}[._{{]', code) or re.search(
            rf'f"{re.escape(key.rsplit("_", 1)[0])}_{{', code
        )
        deeper = any(f'f"{".".join(key.split(".")[:n])}.{{' in code for n in range(1, key.count(".") + 1))
        assert f'"{key}"' in code or partly or deeper, key


def map_files(folder: str) -> list[Any]:
    root = files("silvafisc.briefing").joinpath(folder) if folder else files("silvafisc.briefing")
    from pathlib import Path

    return list(Path(str(root)).iterdir())


def test_chinese_uses_the_words_of_finance_officers(zh: Briefing) -> None:
    avoid = [word for entry in load_yaml("glossary.yaml").values() for word in entry["avoid"]]
    assert "审计" in avoid
    for text in texts(zh):
        assert not [word for word in avoid if word in text], text


def test_no_english_sentence_holds_chinese_but_names_and_references(en: Briefing) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for section in en.sections:
        if section.id == "sources":
            continue
        for block in section.blocks:
            assert not [text for text in texts(block) if chinese.search(text)]


def test_a_text_must_get_exactly_its_values() -> None:
    words = Words("zh")
    with pytest.raises(TextError, match="needs a value"):
        words("terms.year")
    with pytest.raises(TextError, match="does not use"):
        words("terms.unit", year="2026")
    with pytest.raises(TextError, match="has no"):
        words("terms.nothing")
    with pytest.raises(TextError, match="no such language"):
        Words("fr")


def test_ids_of_the_shipped_vocabulary_have_names(outcome: Outcome) -> None:
    assert unnamed_ids(outcome) == []


def lead_of_changes(outcome: Outcome) -> str:
    blocks = decision.section(Draft(outcome, "zh")).blocks
    return next(runs_text(b.runs) for b in blocks if isinstance(b, Paragraph) and "相比" in runs_text(b.runs))


def test_counts_of_changes_agree_with_the_reasons(outcome: Outcome) -> None:
    """by hand: the made-up shifts raise 15 units, lower 15 and leave one."""
    assert lead_of_changes(outcome) == (
        "没有上年分配表。与因素法对照方案相比（2026—2028年合计，中央资金），15 个单位资金增加、15 个单位资金减少、1 个单位资金持平。"
    )


@pytest.mark.parametrize(
    ("factor", "zh", "en"),
    [
        (0.5, "比因素法多 100.0%", "100.0% more than the factor method"),
        (2.0, "比因素法少 50.0%", "50.0% less than the factor method"),
        (1.0, "与因素法持平", "the same as the factor method"),
        (0.99996, "与因素法持平", "the same as the factor method"),
        (0.0, "因素法为零", "the factor method gives none"),
    ],
)
def test_comparisons_agree_in_sign_and_size(outcome: Outcome, factor: float, zh: str, en: str) -> None:
    """by hand: a baseline with `factor` times our carbon."""
    baselines = outcome.tables["baselines"].copy()
    carbon = outcome.tables["allocation"].groupby("region_code")["carbon_tco2e"].sum()
    baselines["carbon_tco2e"] = baselines["region_code"].map(carbon) * factor
    changed = replace(outcome, tables={**outcome.tables, "baselines": baselines})
    for language, wanted in (("zh", zh), ("en", en)):
        draft = Draft(changed, language)
        runs = decision.compared(
            draft, draft.indicator("carbon.total"), draft.baseline("factor_method", "carbon_tco2e"), "factor_method"
        )
        assert runs_text(runs) == wanted


def test_an_outcome_without_a_clean_audit_is_refused(outcome: Outcome) -> None:
    dirty = {"clean": False, "checks": [{"rule": "envelope", "clean": False, "checked": 6, "findings": [{}]}]}
    for audit in (dirty, {}):
        with pytest.raises(UnauditedError) as caught:
            build(replace(outcome, audit=audit), "zh")
        assert "校核" in caught.value.zh


def test_caveats_and_uncertified_areas_stand_on_page_one(zh: Briefing, outcome: Outcome) -> None:
    callout = next(block for block in zh.sections[0].blocks if isinstance(block, Callout))
    assert zh.sections[0].blocks.index(callout) < 3, "right after the conclusion and its figures"
    first = " ".join(texts(callout))
    assert "情景测算" in first
    assert "不是资金下达文件" in first
    assert "未经核定" in first
    for caveat in outcome.meta["caveats"]:
        assert caveat["zh"].rstrip("。") in first
    assert "演示数据" in first, "one line of the made-up ledger is demonstration data"


def test_every_figure_says_its_finding_source_and_holds_its_data(zh: Briefing, en: Briefing) -> None:
    for briefing in (zh, en):
        drawn = list(figures(briefing))
        assert [figure.id for figure in drawn] == [
            "amounts",
            "natures",
            "flows",
            "years",
            "carbon-costs",
            "lorenz",
            "adequacy",
            "frontier",
            "sensitivity",
        ]
        for figure in drawn:
            assert figure.alt
            assert figure.source
            assert figure.data.rows
            assert any(char.isdigit() for char in runs_text(figure.title))


def test_what_an_outcome_does_not_have_is_left_out_or_dashed_never_zero(outcome: Outcome) -> None:
    """Case mode publishes no standards; a baseline may have no carbon; frontier, prices and sensitivity may be off."""
    tables = dict(outcome.tables)
    for name in ("frontier", "sensitivity", "shadow_prices", "lorenz", "reasons"):
        tables[name] = tables[name].iloc[0:0]
    tables["standards"] = tables["standards"][tables["standards"]["category"] == ""]
    baselines = tables["baselines"].copy()
    baselines.loc[baselines["baseline"] == "flat_standard", "carbon_tco2e"] = float("nan")
    tables["baselines"] = baselines
    meta = dict(outcome.meta) | {"prices": {"explainability": None, "fairness": []}, "exchange_rates": []}
    meta["mode"] = "case"
    bare = replace(outcome, tables=tables, meta=meta)
    for language in ("zh", "en"):
        briefing = build(bare, language)
        assert [figure.id for figure in figures(briefing)] == [
            "amounts",
            "natures",
            "flows",
            "years",
            "carbon-costs",
            "adequacy",
        ]
    flat = next(
        row
        for section in build(bare, "zh").sections
        for block in section.blocks
        if isinstance(block, Table)
        for row in block.rows
        if runs_text(row.cells[0]) == "统一标准"
    )
    assert runs_text(flat.cells[3]) == "—"


def test_the_glossary_holds_the_terms_that_the_document_says(zh: Briefing, outcome: Outcome) -> None:
    """by hand: the made-up outcome has baselines and added carbon, and no sign-off."""
    (table,) = [
        block
        for section in zh.sections
        for block in section.blocks
        if isinstance(block, Table) and runs_text(block.caption) == "本报告所用术语"
    ]
    listed = [runs_text(row.cells[0]) for row in table.rows]
    assert {"校核（勾稽）", "对照方案", "新增碳汇（经济额外性）"} <= set(listed)
    assert not {"会签", "取整平衡"} & set(listed)
    assert len(listed) < len(sources.terms(Draft(outcome, "zh")).rows)
