"""The explanation of a unit as plain text, in Chinese or English."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from silvafisc.results.sentences import Piece, change_sentence

from .spoken import fund_name, name, subject, yuan

if TYPE_CHECKING:
    from .explain import Change, Explanation, Grading, Line


def write(explanation: "Explanation", language: str) -> str:
    """All sections, separated by empty lines."""
    zh = language == "zh"
    region = explanation.region.text(language)
    head = [
        f"{region}（{explanation.region_code}）为何是这个数"
        if zh
        else f"Why {region} ({explanation.region_code}) gets what it gets",
        explanation.title.text(language),
    ]
    if explanation.demo:
        head.append("含演示数据，不代表实际情况" if zh else "Holds demonstration data; it describes no real place")
    sections = [
        head,
        *([_grade(explanation.grading, zh)] if explanation.grading else []),
        *(
            _period(explanation, period, language)
            for period in dict.fromkeys(line.period for line in explanation.lines)
        ),
        [f"{'合计' if zh else 'Total'}  {yuan(explanation.total_fen)} {'元' if zh else 'yuan'}"],
        *(_change(change, language) for change in explanation.changes),
        _rules(explanation, language),
        _notices(explanation, language),
        _neighbours(explanation, language),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _grade(grading: "Grading", zh: bool) -> list[str]:
    rest = f"1 − {grading.alpha}"
    importance, need = (f"{value:.6f}" for value in (grading.importance, grading.need))
    if zh:
        lines = [
            f"分档得分 = {grading.alpha} × 生态重要性 {importance} +（{rest}）× 发展需要 {need} = {grading.score}，第 {grading.grade} 档（共 {grading.grades} 档）"
        ]
        lines += [f"距上一档临界值还差 {grading.to_next_up}"] if grading.to_next_up else []
        lines += [f"高出本档临界值 {grading.to_next_down}"] if grading.to_next_down else []
        return lines
    lines = [
        f"Score = {grading.alpha} × carbon importance {importance} + ({rest}) × development need {need} = {grading.score}: grade {grading.grade} of {grading.grades}"
    ]
    lines += [f"{grading.to_next_up} short of the next higher grade"] if grading.to_next_up else []
    lines += [f"{grading.to_next_down} above the cut-off of its own grade"] if grading.to_next_down else []
    return lines


def _period(explanation: "Explanation", period: str, language: str) -> list[str]:
    zh = language == "zh"
    lines = [line for line in explanation.lines if line.period == period]
    unit = "元" if zh else "yuan"
    text = [f"{period}年（{unit}）" if zh else f"{period} ({unit})"]
    for fund in dict.fromkeys(line.fund for line in lines):
        text.append(f"  {fund_name(fund).text(language)}")
        for line in (line for line in lines if line.fund == fund):
            text += _line(line, language)
    total = sum(line.payment_fen for line in lines)
    return [*text, f"  {'小计' if zh else 'Sum'}  {yuan(total)}"]


def _line(line: "Line", language: str) -> Iterator[str]:
    zh = language == "zh"
    formula = line.formula.text(language)
    yield f"    {line.what.text(language)}  {formula}{' = ' if formula else ''}{yuan(line.payment_fen)}"
    for step in line.steps:
        yield f"      {step.text(language)}"
    if " + " in line.payers.zh:
        yield f"      {line.payers.text(language)}"
    if line.due_later_fen:
        yield f"      {'以后年度兑付' if zh else 'due later'} {yuan(line.due_later_fen)}"


def _change(change: "Change", language: str) -> list[str]:
    """The sentence generated from the parts, exact to the fen."""
    unit, parts = "元" if language == "zh" else "yuan", dict(change.parts)

    def shown(piece: Piece) -> str:
        if isinstance(piece, str):
            return piece
        return yuan(parts[piece.part], signed=True) if piece.part else f"{yuan(abs(change.total_fen))} {unit}"

    return ["".join(shown(piece) for piece in change_sentence(change.against, change.parts, language))]


def _rules(explanation: "Explanation", language: str) -> list[str]:
    if not explanation.rules:
        return []
    zh = language == "zh"
    mark, colon = ("、", "：") if zh else (", ", ": ")
    names = mark.join(name("rule", rule).text(language) for rule in explanation.rules)
    lines = [f"{'起约束作用的规则' if zh else 'Binding rules'}{colon}{names}"]
    return [*lines, *_unique(f"  {meaning.text(language)}" for _, meaning in explanation.prices)]


def _notices(explanation: "Explanation", language: str) -> list[str]:
    zh = language == "zh"
    lines = ["下达数与核定数（元）" if zh else "Printed notice against exact amount (yuan)"]
    for fund, period, exact, printed, rest in explanation.notices:
        label = f"  {period} {fund_name(fund).text(language)}"
        more = f"取整平衡 {yuan(rest, signed=True)}" if zh else f"kept for settlement {yuan(rest, signed=True)}"
        lines.append(
            f"{label}  {yuan(printed)}（{yuan(exact)}，{more}）"
            if zh
            else f"{label}  {yuan(printed)} ({yuan(exact)}; {more})"
        )
    return lines if len(lines) > 1 else []


def _neighbours(explanation: "Explanation", language: str) -> list[str]:
    zh = language == "zh"
    lines = []
    for step in explanation.neighbours:
        what = subject(step.measure, step.category).text(language)
        direction = {"cheaper": ("次低档", "next cheaper"), "dearer": ("次高档", "next dearer")}[step.direction]
        price = step.yuan_per_tco2e
        each = "" if price is None else (f"，{price:,.2f} 元/吨" if zh else f", {price:,.2f} yuan/t")
        size = f"{yuan(step.difference_fen, signed=True)} {'元' if zh else 'yuan'}"
        gas = ""
        if step.difference_tco2e is not None:
            tonnes = f"{step.difference_tco2e:+,.1f}".replace("-", "−")
            gas = f"，{tonnes} 吨二氧化碳当量" if zh else f", {tonnes} tCO2e"
        where = f"  {step.period} {what} {step.chosen}"
        lines.append(
            f"{where}：{direction[0]} {step.offer}  {size}{gas}{each}"
            if zh
            else f"{where}: {direction[1]} {step.offer}  {size}{gas}{each}"
        )
    head = "备选档次中相邻的两档" if zh else "Neighbouring offers"
    return [head, *lines] if lines else []


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
