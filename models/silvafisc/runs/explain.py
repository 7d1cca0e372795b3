"""Why a unit gets what it gets (贵县为何是这个数): from the outcome alone, in both languages, exact to the fen."""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets import Finding, InputError
from silvafisc.results import Outcome, OutcomeError

from .formulas import Unit, heading, payers
from .spoken import Said, fund_name, name

ALL_UNITS = "000000"
SCORE_DECIMALS = 6


@dataclass(frozen=True)
class Line:
    """One row of the allocation: what for, the formula with its numbers, what it comes to, and who pays."""

    period: str
    fund: str
    what: Said
    formula: Said
    steps: tuple[Said, ...]
    payers: Said
    payment_fen: int
    due_later_fen: int
    binding: tuple[str, ...]


@dataclass(frozen=True)
class Grading:
    """The unit's grade and how far the next cut-offs are; None where there is no grade above or below."""

    alpha: str
    importance: float
    need: float
    score: str
    grade: str
    grades: int
    to_next_up: str | None
    """What the score lacks to the cut-off of the next grade."""
    to_next_down: str | None
    """By how much the score exceeds the cut-off of its own grade, where a grade lies below."""


@dataclass(frozen=True)
class Change:
    """The unit's difference against one reference, in parts that sum exactly."""

    against: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total_fen(self) -> int:
        """The whole difference."""
        return sum(fen for _, fen in self.parts)


@dataclass(frozen=True)
class Neighbour:
    """The next cheaper or dearer offer of a menu that was open to choice (case mode)."""

    direction: str
    measure: str
    category: str
    period: str
    chosen: str
    offer: str
    difference_fen: int
    difference_tco2e: float | None
    """None where the offers say nothing of carbon."""

    @property
    def yuan_per_tco2e(self) -> float | None:
        """Price of the difference; None where no tonnes differ."""
        return self.difference_fen / 100 / self.difference_tco2e if self.difference_tco2e else None


@dataclass(frozen=True)
class Explanation:
    """Everything that decided one unit's amounts; `text` prints it."""

    region_code: str
    region: Said
    title: Said
    lines: tuple[Line, ...]
    grading: Grading | None
    changes: tuple[Change, ...]
    rules: tuple[str, ...]
    prices: tuple[tuple[str, Said], ...]
    """(rule, meaning) of the shadow prices of the rules that bind this unit."""
    notices: tuple[tuple[str, str, int, int, int], ...]
    """(fund, period, exact fen, printed fen, difference kept for settlement)."""
    neighbours: tuple[Neighbour, ...]
    demo: bool = False

    @property
    def total_fen(self) -> int:
        """What all payers pay this unit in all periods."""
        return sum(line.payment_fen for line in self.lines)

    def text(self, language: str = "zh") -> str:
        """The explanation as plain text in `zh` or `en`."""
        from .reply import write

        return write(self, language)

    def to_json(self) -> Mapping[str, Any]:
        """Plain data; texts as {zh, en}."""

        def plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            return dict(pairs)

        data = asdict(self, dict_factory=plain)
        return {**_localized(data), "total_fen": self.total_fen}


def explain(outcome: Outcome, region_code: str) -> Explanation:
    """Explain one unit's amounts.

    Args:
        outcome: solved and audited, or loaded from its folder.
        region_code: six-digit code of one of its units.

    Raises:
        InputError: no such unit; the nearest code or name is named.
        OutcomeError: a published formula does not give the amount of its row, so the outcome is damaged.
    """
    code = _known(outcome, region_code)
    unit = Unit(outcome, code)
    lines = []
    for row in sorted(unit.rows, key=_reading_order):
        worked = unit.work(row)
        lines.append(
            Line(
                period=str(row["period"]),
                fund=str(row["fund"]),
                what=heading(row),
                formula=worked.formula,
                steps=worked.steps,
                payers=payers(row, worked.shares),
                payment_fen=int(row["payment_fen"]),
                due_later_fen=int(row["due_later_fen"]),
                binding=tuple(rule for rule in str(row["binding_rules"]).split(";") if rule),
            )
        )
    regions = outcome.tables["regions"]
    region = regions[regions["region_code"] == code].iloc[0]
    rules = tuple(dict.fromkeys(rule for line in lines for rule in line.binding))
    title = outcome.meta["title"]
    explanation = Explanation(
        region_code=code,
        region=Said(str(region["region_name"]), str(region["region_name_en"]) or str(region["region_name"])),
        title=Said(str(title["zh"]), str(title["en"])),
        lines=tuple(lines),
        grading=_grading(outcome, region),
        changes=_changes(outcome, code),
        rules=rules,
        prices=_prices(outcome, code, rules),
        notices=_notices(outcome, code),
        neighbours=_neighbours(outcome, code) if outcome.resolved.mode == "case" else (),
        demo=_demonstration(outcome),
    )
    _check_notices(outcome, explanation, unit)
    return explanation


def _reading_order(row: Mapping[str, Any]) -> tuple[str, str, bool, str, str, str]:
    """By period and fund; what each category gets stands together, rigid money before its top-up."""
    subject = f"{row['category']}/{row['measure']}"
    return (
        str(row["period"]),
        str(row["fund"]),
        row["nature"] == "factor",
        subject,
        str(row["nature"]),
        str(row["offer"]),
    )


def _known(outcome: Outcome, region_code: str) -> str:
    regions = outcome.tables["regions"]
    names = dict(zip(regions["region_code"].astype(str), regions["region_name"].astype(str), strict=True))
    if region_code in names:
        return region_code
    by_name = [code for code, named in names.items() if region_code and named.startswith(region_code)]
    near = by_name[:1] or difflib.get_close_matches(region_code, list(names), n=1)
    en = f"; did you mean {near[0]} ({names[near[0]]})?" if near else ""
    zh = f"；是否应为 {near[0]}（{names[near[0]]}）？" if near else ""
    said = f"{region_code!r} is none of the outcome's {len(names)} units{en}"
    raise InputError([Finding("--region", "", said, f"{region_code!r} 不是该结果 {len(names)} 个单位之一{zh}")])


def _grading(outcome: Outcome, region: "pd.Series[Any]") -> Grading | None:
    grades = outcome.tables["grades"]
    own = str(region["grade"])
    if not own or not len(grades):
        return None
    cut_offs = {str(grade): str(cut) for grade, cut in zip(grades["grade"], grades["cut_off"], strict=True)}
    score = _scaled(str(region["score"]))
    above = [_scaled(cut) for cut in cut_offs.values() if _scaled(cut) > score]
    below = [cut for cut in map(_scaled, cut_offs.values()) if cut < _scaled(cut_offs[own])]
    return Grading(
        alpha=str(grades["alpha"].iloc[0]),
        importance=float(region["importance"]),
        need=float(region["need"]),
        score=str(region["score"]),
        grade=own,
        grades=len(cut_offs),
        to_next_up=_unscaled(min(above) - score) if above else None,
        to_next_down=_unscaled(score - _scaled(cut_offs[own])) if below else None,
    )


def _scaled(text: str) -> int:
    """A score of six decimals as a whole number, exact. Scores have at most six decimals by definition."""
    return int((Decimal(text) * 10**SCORE_DECIMALS).to_integral_value())


def _unscaled(value: int) -> str:
    return f"{value / 10**SCORE_DECIMALS:.{SCORE_DECIMALS}f}"


def _changes(outcome: Outcome, code: str) -> tuple[Change, ...]:
    reasons = outcome.tables.get("reasons", pd.DataFrame(columns=["region_code", "against", "part", "amount_fen"]))
    own = reasons[reasons["region_code"] == code]
    return tuple(
        Change(str(against), tuple((str(p), int(a)) for p, a in zip(held["part"], held["amount_fen"], strict=True)))
        for against, held in own.groupby("against", sort=True)
    )


def _prices(outcome: Outcome, code: str, rules: tuple[str, ...]) -> tuple[tuple[str, Said], ...]:
    frame = outcome.tables.get("shadow_prices")
    if frame is None:
        return ()
    held = frame[frame["rule"].isin(rules) & frame["region_code"].isin(["", code, ALL_UNITS]) & (frame["price"] > 0)]
    found = []
    for row in held.to_dict("records"):
        group, period = str(row["group"]), str(row["period"])
        named, rule = fund_name(group) if group else Said("", ""), name("rule", str(row["rule"]))
        zh = " ".join(part for part in (rule.zh, period, named.zh) if part)
        en = " ".join(part for part in (rule.en, period, named.en) if part)
        found.append((str(row["rule"]), Said(f"{zh}：{row['meaning_zh']}", f"{en}: {row['meaning_en']}")))
    return tuple(found)


def _notices(outcome: Outcome, code: str) -> tuple[tuple[str, str, int, int, int], ...]:
    notice = outcome.tables["notice"]
    own = notice[notice["region_code"] == code].sort_values(["period", "fund"], kind="stable")
    columns = ("fund", "period", "amount_fen", "notice_fen", "rounding_fen")
    return tuple(
        (str(fund), str(period), int(exact), int(printed), int(rest))
        for fund, period, exact, printed, rest in own[list(columns)].itertuples(index=False, name=None)
    )


def _check_notices(outcome: Outcome, explanation: Explanation, unit: Unit) -> None:
    """The exact amounts of the notices are sums over the lines."""
    for fund, period, exact, _, _ in explanation.notices:
        column = f"{outcome.resolved.fund(fund).payer}_fen"
        rows = [row for row in unit.rows if row["fund"] == fund and str(row["period"]) == period]
        if sum(int(row[column]) for row in rows) != exact:
            raise OutcomeError(
                Path("notice.csv"),
                f"unit {unit.code}, {fund}, {period}: not the sum of the allocation's rows",
                f"单位 {unit.code}，{fund}，{period}：与分配表各行之和不符",
            )


def _neighbours(outcome: Outcome, code: str) -> tuple[Neighbour, ...]:
    """In case mode each menu is the unit's own: what the next step down would save and the next step up would cost."""
    offers = outcome.tables["offers"]
    own = offers[(offers["region_code"] == code) & (offers["nature"] != "factor")].copy()
    own["cost"] = own[[column for column in own.columns if column.startswith("cost.")]].sum(axis=1)
    found = []
    for _, menu in own.groupby(["fund", "measure", "category", "period"], sort=True):
        chosen = menu[menu["chosen"].isin(["yes", "True", True])]
        if len(chosen) != 1:
            continue
        now = chosen.iloc[0]
        sides = {
            "cheaper": menu[menu["cost"] < now["cost"]].sort_values(["cost", "offer"], ascending=[False, True]),
            "dearer": menu[menu["cost"] > now["cost"]].sort_values(["cost", "offer"]),
        }
        for direction, side in sides.items():
            if len(side):
                other = side.iloc[0]
                found.append(
                    Neighbour(
                        direction,
                        str(now["measure"]),
                        str(now["category"]),
                        str(now["period"]),
                        str(now["offer"]),
                        str(other["offer"]),
                        int(other["cost"] - now["cost"]),
                        float(other["obj.carbon"] - now["obj.carbon"]) if "obj.carbon" in own else None,
                    )
                )
    return tuple(found)


def _demonstration(outcome: Outcome) -> bool:
    return bool((outcome.tables["sources"]["demo"] == "yes").any())


def _localized(value: Any) -> Any:
    """Texts as {zh, en}, which JSON has no tuple with names for."""
    if isinstance(value, Said):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, dict):
        return {key: _localized(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_localized(part) for part in value]
    return value
