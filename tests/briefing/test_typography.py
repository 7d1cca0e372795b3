"""How Chinese is set: years, per cents, brackets and commas in one form everywhere, and terms and units in one."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from silvafisc.briefing.blocks import Briefing, Figure, Number, Table, Text, run_text, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.rounding import shown_total, telling_decimals
from silvafisc.briefing.sections import frontier
from silvafisc.briefing.words import CHINESE, Words, all_texts, in_language, load_yaml
from silvafisc.policy import ParameterTree
from silvafisc.results import Outcome

ROOT = Path(__file__).parents[2]
HAN = "\u4e00-\u9fff"
RULES = {
    "2026年 has no gap": re.compile(r"\d{4} 年|\{(?:year|until|first|last|horizon|period)\} 年"),
    "a year stands close to the words around it": re.compile(rf"[{HAN}] \d{{4}}年"),
    "a per cent sign stands close to its number": re.compile(r"\d %"),
    "a full-width bracket brings its own gap": re.compile(r"[）》”] [\w−+]"),
    "commas among Chinese are full-width": re.compile(rf"[{HAN}）], ?|,[{HAN}（]"),
}


YEAR = re.compile(r"(?<!第 )\{[^{}]*(?:year|period|last|first|until|horizon|span|from)(?:'?\]|\[-?\d\])?\} 年|\} %")
"""A field of an f-string that is a year or a share, and a gap behind it (`{loan.years} 年` is how long)."""


def said(part: Any) -> Iterator[str]:
    """Every text below a part of a briefing as a reader sees it: the runs of a sentence together."""
    if isinstance(part, tuple | list):
        if part and all(isinstance(item, Text | Number) for item in part):
            yield runs_text(tuple(part))
        else:
            for item in part:
                yield from said(item)
    elif isinstance(part, Text | Number):
        yield run_text(part)
    elif isinstance(part, str):
        yield part
    elif is_dataclass(part):
        for field in fields(part):
            if field.name not in {"svg", "id", "style", "labels", "origins"}:
                yield from said(getattr(part, field.name))


def wrong(texts: Iterator[str]) -> list[tuple[str, str]]:
    return [(rule, text) for text in texts for rule, pattern in RULES.items() if pattern.search(text)]


def test_the_rules_find_what_they_forbid() -> None:
    bad = ("到 2060 年", "到 2060年", "占 3 %", "（演示） 86 万元", "甲,乙", "表（一）, 二")
    assert all(wrong(iter([text])) for text in bad)
    assert not wrong(iter(["到2060年新增 8 吨（演示）86.0%，甲、乙 allocation.csv", "采伐后 20 年"]))


def test_a_briefing_is_set_by_the_rules(zh: Briefing) -> None:
    assert sum(1 for _ in said(zh.sections)) > 3000
    assert wrong(said(zh.sections)) == []


def test_texts_are_set_by_the_rules() -> None:
    assert wrong(entry["zh"] for entry in all_texts().values()) == []
    assert wrong(said([tuple(term.values()) for term in load_yaml("glossary.yaml").values()])) == []


def literals(path: Path) -> Iterator[str]:
    """Strings with Chinese as they stand in a module: fields of f-strings in braces, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    within: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            within.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            within |= {id(part) for part in node.values}
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else ast.unparse(ast.JoinedStr([part]))[2:-1]
                for part in node.values
            )
            yield from [text] if CHINESE.search(text) else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            yield from [in_language(node.value, "zh")] if CHINESE.search(node.value) else []


def test_what_the_program_says_is_set_by_the_rules() -> None:
    found = [
        (path.name, text)
        for layer in ("datasets", "policy", "models", "reports")
        for path in sorted((ROOT / layer).rglob("*.py"))
        for text in literals(path)
    ]
    assert len(found) > 1000
    years = RULES["2026年 has no gap"], RULES["a year stands close to the words around it"]
    per_cents = RULES["a per cent sign stands close to its number"]
    assert [(name, text) for name, text in found for rule in (*years, per_cents, YEAR) if rule.search(text)] == []


def test_a_gap_in_a_field_of_a_year_is_found() -> None:
    bad = ("{period} 年（{unit}）", "至 {file.last_year} 年末", "{row['period']} 年", "{year[-1]} 年")
    assert all(YEAR.search(text) for text in (*bad, "占 {shown} %"))
    assert not any(
        YEAR.search(text) for text in ("{period}年", "贷款期限 {loan.years} 年", "止于第 {self.last_year} 年")
    )


def test_parameters_and_their_references_are_set_by_the_rules() -> None:
    found = []
    for path, parameter in ParameterTree.load().parameters.items():
        found.append((path, parameter.description["zh"]))
        found += [(path, in_language(dated.reference.text(), "zh")) for dated in parameter.values]
    assert [(path, *wrong(iter([text]))) for path, text in found if wrong(iter([text]))] == []


def test_a_gap_falls_away_after_a_bracket_only() -> None:
    words = Words("zh")
    number = Number(5, "5.0", "万元", "k", 1.0, attached=True)
    assert runs_text(words.runs("terms.beside", name="资金（演示）", value=number)) == "资金（演示）5.0\u00a0万元"
    assert runs_text(words.runs("terms.beside", name="资金", value=number)) == "资金 5.0\u00a0万元"
    english = Words("en")
    assert runs_text(english.runs("terms.beside", name="money (demo)", value=number)).startswith("money (demo) 5.0")


def tables(briefing: Briefing) -> Iterator[Table]:
    for section in briefing.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Figure):
                yield block.data


def test_a_bare_year_stands_below_the_head_that_calls_it_one(zh: Briefing) -> None:
    for table in tables(zh):
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=False):
                if len(row.cells) > 1 and re.fullmatch(r"\d{4}年?", runs_text(cell)):
                    assert column.header == "年度", (runs_text(table.caption), column)
                    assert len(runs_text(cell)) == 4, runs_text(table.caption)


def test_a_column_of_money_has_one_unit_in_its_head(zh: Briefing, en: Briefing) -> None:
    """A column's cells name no unit of money below a head that names one, and where they name it themselves, only one."""
    money = re.compile(r"\d\u00a0?(?:元|万元|亿元|yuan|million yuan|billion yuan)\Z")
    for briefing in (zh, en):
        for table in tables(briefing):
            for place, column in enumerate(table.columns):
                units = {
                    match[0][1:]
                    for row in table.rows
                    for cell in row.cells[place : place + 1]
                    if (match := money.search(runs_text(cell)))
                }
                assert not (units and column.unit), (runs_text(table.caption), column.header, units)
                assert len(units) <= 1, (runs_text(table.caption), column.header, units)


@pytest.mark.parametrize(
    ("score", "cut", "decimals"),
    [
        ("0.499717", "0.26", 3),  # far from the cut-off
        ("0.259960", "0.26", 5),  # 0.260 and 0.2600 would stand on the cut-off, 0.25996 stands below it
        ("0.260000", "0.26", 3),
        ("0.3", "0.2604", 4),  # the cut-off itself needs four
        ("0.2599999", "0.26", 6),  # no fewer than six tell it; more are not computed
    ],
)
def test_scores_have_the_digits_that_tell_grades_apart(score: str, cut: str, decimals: int) -> None:
    """by hand: alpha = 1, so that the score is the first index."""
    value = Fraction(score)
    assert telling_decimals([(value, Fraction(0), value)], [Fraction(cut)], Fraction(1), 3) == decimals


def test_a_score_redone_from_printed_indices_gives_the_printed_grade() -> None:
    """by hand: 0.2604 and 0.2604 make 0.2604, but 0.260 and 0.260 make 0.260, below the cut-off 0.2602."""
    half, both = Fraction(1, 2), Fraction("0.2604")
    digits = telling_decimals([(both, both, both)], [Fraction("0.26"), Fraction("0.2602")], half, 3)
    assert digits == 4
    assert shown_total(both, Fraction(1, 1000)) == 260


def test_plans_of_the_frontier_are_numbered_without_a_gap(outcome: Outcome) -> None:
    """The decision is a point of the frontier: it stands in its place, with its number."""
    frame = outcome.tables["frontier"].copy()
    frame["point"] = frame["point"].map({**{n: n + (n > 3) for n in range(1, 10)}, 10: 4, 11: 11, 12: 12})
    ordered = frame.sort_values("point", kind="stable").reset_index(drop=True)
    drawn = frontier.picture(Draft(replace(outcome, tables={**outcome.tables, "frontier": ordered}), "zh"))
    names = [runs_text(row.cells[0]) for row in drawn.data.rows]
    assert [int(re.findall(r"\d+", name)[0]) for name in names[:10]] == list(range(1, 11))
    assert names[3] == "本方案（前沿方案 4）"
    assert names[10:] == ["因素法", "统一标准"]
