"""A comparison as plain text: the trade in sentences, then every table that fits a terminal, exact to the fen."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from silvafisc.allocation.terms import term_names, title_of
from silvafisc.quantities import UNITS, yuan_to_fen
from silvafisc.results import ObjectiveSpec
from silvafisc.results.sentences import Amount, change_sentence
from silvafisc.results.trades import GroupTrade, Spot, Trade, trade_sentences

from .answers import percent, plain
from .spoken import Said, fund_name, name, subject, yuan

if TYPE_CHECKING:
    from .compare import Comparison

LETTERS = "ABCDEF"
PRICE_DIGITS = 4


def text_of(comparison: "Comparison", language: str) -> str:
    """The comparison in `zh` or `en`; one part per other outcome, then the regret of all."""
    parts = [_part(comparison, number, language) for number in range(2, len(comparison.titles) + 1)]
    return "\n\n".join([*parts, _regret(comparison, language)])


def _part(comparison: "Comparison", number: int, language: str) -> str:
    zh = language == "zh"
    unit, other = ("元" if zh else "yuan"), LETTERS[number - 1]
    head = [f"A  {comparison.titles[0].text(language)}", f"{other}  {comparison.titles[number - 1].text(language)}"]
    money = int(comparison.of("units", number)["difference_fen"].sum())
    head.append(f"{other} − A  {yuan(money, signed=True)} {unit}")
    standards = comparison.of("standards", number)
    changed = standards[standards["first_yuan_per_mu"] != standards["second_yuan_per_mu"]]
    none = ["  无变化" if zh else "  no change"]

    def lines(table: str, line: Callable[[Mapping[str, Any], str], str]) -> list[str]:
        return _lines(comparison.of(table, number), lambda row: line(row, language))

    blocks = (
        head,
        [f"  {sentence}" for sentence in decision_sentences(comparison, number, language)],
        ["依据的变化" if zh else "What was changed", *(lines("causes", _cause) or none)],
        [f"变动原因（{unit}）" if zh else f"Why ({unit})", *(_parts(comparison, number, language) or none)],
        ["目标" if zh else "Objectives", *lines("objectives", _objective)],
        [f"资金（{unit}）" if zh else f"Funds ({unit})", *lines("funds", _fund)],
        [f"单位（{unit}）" if zh else f"Units ({unit})", *lines("units", _unit)],
        ["稳定程度" if zh else "Stability", *(lines("stability", _stable) or none)],
        [
            "变动的标准（元/亩）" if zh else "Standards that change (yuan/mu)",
            *(_lines(changed, lambda row: _standard(row, language)) or none),
        ],
    )
    return "\n\n".join("\n".join(block) for block in blocks)


def decision_sentences(comparison: "Comparison", number: int, language: str) -> list[str]:
    """The trade of one outcome in plain words, exact: yuan to the fen, tonnes and prices as `plain` shows them."""
    facts = comparison.of("trades", number).to_dict("records")[0]
    units = comparison.of("units", number).to_dict("records")
    groups = comparison.of("groups", number).to_dict("records")
    named = {str(row["group"]): row for row in groups if row["grouping"] == "priority"}
    objectives = {
        str(r["term"]): r for r in comparison.of("objectives", number).to_dict("records") if r["term"] != "carbon"
    }
    change = {str(row["region_code"]): int(row["difference_fen"]) for row in units}
    names = {str(row["region_code"]): _name(row, language) for row in units}
    up, down = (max(change, key=lambda c: (sign * change[c], c)) for sign in (1, -1))
    unknown = pd.isna(facts["carbon_tco2e"])
    trade = Trade(
        plan=LETTERS[number - 1],
        reference=LETTERS[0],
        money=int(facts["payment_fen"]),
        carbon=None if unknown else _sign(float(facts["carbon_tco2e"])),
        objectives=[(t, str(r[f"label_{language}"]), _sign(float(r["difference"]))) for t, r in objectives.items()],
        groups=[GroupTrade(g, str(r[f"name_{language}"]), int(r["difference_fen"])) for g, r in named.items()],
        first=(up, names[up]) if change[up] > 0 else None,
        last=(down, names[down]) if change[down] < 0 else None,
    )
    unit = "元" if language == "zh" else "yuan"

    def put(spot: Spot) -> str:
        if spot.kind == "money":
            fen = int(named[spot.of]["difference_fen"]) if spot.of else int(facts["payment_fen"])
            return f"{yuan(abs(fen))} {unit}"
        if spot.kind == "carbon":
            return f"{plain(abs(float(facts['carbon_tco2e'])))} {'吨' if language == 'zh' else 't CO2e'}"
        if spot.kind == "price":
            return f"{float(facts['fen_per_tco2e']) / 100:,.{PRICE_DIGITS}g} {unit}"
        if spot.kind == "objective":
            known = UNITS.get(str(objectives[spot.of]["unit"]))
            label = "" if known is None else (known.label_zh if language == "zh" else known.label_en)
            return f"{plain(abs(float(objectives[spot.of]['difference'])))} {label}".rstrip()
        if spot.kind == "change":
            return f"{yuan(change[spot.of], signed=True)} {unit}"
        return str(int(named[spot.of][spot.kind] if spot.of else facts[spot.kind]))

    return [
        "".join(piece if isinstance(piece, str) else put(piece) for piece in sentence)
        for sentence in trade_sentences(trade, language)
    ]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _parts(comparison: "Comparison", number: int, language: str) -> list[str]:
    """The waterfall of all units, and its sentence."""
    parts = comparison.of("waterfall", number).groupby("part", sort=False)["amount_fen"].sum()
    sizes = [(str(part), int(fen)) for part, fen in parts.items() if fen]
    if not sizes:
        return []
    whole, of_part = sum(fen for _, fen in sizes), dict(sizes)
    said = change_sentence(LETTERS[0], sizes, language)

    def put(place: Amount) -> str:
        return yuan(of_part[place.part], signed=True) if place.part else yuan(abs(whole))

    lines = [f"  {name('part', part).text(language)}  {yuan(fen, signed=True)}" for part, fen in sizes]
    return [*lines, "  " + "".join(piece if isinstance(piece, str) else put(piece) for piece in said)]


def _regret(comparison: "Comparison", language: str) -> str:
    zh = language == "zh"
    head = (
        "后悔值（把一个方案原样用于另一情景时少得的目标值）"
        if zh
        else "Regret (what is lost of an objective where a plan is carried out under another scenario's conditions)"
    )
    lines: list[str] = []
    for row in comparison.frames["regret"].to_dict("records"):
        who = f"{LETTERS[int(row['plan']) - 1]} @ {LETTERS[int(row['conditions']) - 1]}"
        if row["status"] == "computed":
            title = (
                name("regret", str(row["objective"]))
                if row["objective"] == "weighted"
                else term_title(row["objective"])
            )
            share = "" if pd.isna(row["regret_share"]) else f"  ({percent(float(row['regret_share']), signed=True)})"
            said = f"{title.text(language)}  {plain(float(row['regret']), signed=True)}{share}"
        else:
            said = f"{name('regret', str(row['status'])).text(language)}: {_detail(str(row['detail']), language)}"
        if f"  {who}  {said}" not in lines:  # a plan that has no value there is refused once, not for every objective
            lines.append(f"  {who}  {said}")
    return "\n".join([head, *lines])


def _detail(detail: str, language: str) -> str:
    """What a plan lacks there, with the names of funds in words."""
    return " ".join(fund_name(word).text(language) for word in detail.split(" "))


def term_title(term: str) -> Said:
    """The title of an objective; a column of a table made elsewhere shows as it is."""
    if term not in term_names():
        return Said(term, term)
    title = title_of(ObjectiveSpec(term))
    return Said(title["zh"], title["en"])


def _lines(frame: pd.DataFrame, line: Callable[[Mapping[str, Any]], str]) -> list[str]:
    return [f"  {line({str(key): value for key, value in row.items()})}" for row in frame.to_dict("records")]


def _cause(row: Mapping[str, Any], language: str) -> str:
    shown = [value[:12] if row["kind"] == "input" else value for value in (str(row["first"]), str(row["second"]))]
    kind = name("cause", str(row["kind"])).text(language)
    return f"{kind} {row['what']}  {shown[0] or '—'} → {shown[1] or '—'}"


def _stable(row: Mapping[str, Any], language: str) -> str:
    against = name("against", str(row["reference"])).text(language) if row["reference"] else ""
    share = row["statistic"] in ("regraded", "sign")
    value = percent(float(row["value"])) if share else f"{float(row['value']):.3f}"
    return f"{name('stability', str(row['statistic'])).text(language)} {against} {value} ({int(row['units'])})".replace(
        "  ", " "
    )


def _objective(row: Mapping[str, Any], language: str) -> str:
    a, b = (plain(float(row[side])) for side in ("first", "second"))
    unit = UNITS.get(str(row["unit"]))
    label = (unit.label_zh if language == "zh" else unit.label_en) if unit else str(row["unit"])
    return f"{row[f'label_{language}']}  {a} → {b}  ({plain(float(row['difference']), signed=True)}) {label}".rstrip()


def _amounts(row: Mapping[str, Any]) -> str:
    return f"{yuan(row['first_fen'])} → {yuan(row['second_fen'])}  ({yuan(row['difference_fen'], signed=True)})"


def _fund(row: Mapping[str, Any], language: str) -> str:
    return f"{row['period']} {fund_name(str(row['fund'])).text(language)}  {_amounts(row)}"


def _name(row: Mapping[Any, Any], language: str) -> str:
    return str(row["region_name"] if language == "zh" else row["region_name_en"] or row["region_name"])


def _unit(row: Mapping[str, Any], language: str) -> str:
    return f"{row['region_code']} {_name(row, language)}  {_amounts(row)}"


def _standard(row: Mapping[str, Any], language: str) -> str:
    what = subject(str(row["measure"]), str(row["category"])).text(language)
    grade = ""
    if row["grade"]:
        grade = f" 第{row['grade']}档" if language == "zh" else f" grade {row['grade']}"
    a, b = row["first_yuan_per_mu"] or "—", row["second_yuan_per_mu"] or "—"
    change = row["difference_yuan_per_mu"]
    shown = f"  ({yuan(yuan_to_fen(change), signed=True)})" if change else ""
    return f"{row['period']} {what}{grade}  {a} → {b}{shown}"
