"""The published formula of one row of an allocation with its numbers put in, worked out again from the outcome alone.

rigid      floor × area
top_up     standard × area − floor × area
task       unit standard × min(need × share, capacity), the first instalment of it
interest_subsidy  what funds pay for a loan in its own period
committed  later instalments of earlier tasks, later costs of earlier loans, and what was due from before
factor     Σ over factors: pot × weight × the unit's value / all values, each times its unit's multiplier for performance

All in whole fen: entitlements rounded down, pots and instalments shared by largest remainder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from silvafisc.allocation.performance import counted_values, multipliers
from silvafisc.quantities import apportion, entitlement, mu_to_tenths, share, split_payers, yuan_to_fen
from silvafisc.results import Outcome, OutcomeError, TaskSpec
from silvafisc.results.resolved import Shares

from .loan_formulas import worked_loan
from .spoken import Said, area, factor_name, join, money, mu, name, rate, subject, yuan

NEED = "need:"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Worked:
    """A formula with its numbers, and what it comes to in fen."""

    formula: Said
    fen: int
    shares: Shares
    steps: tuple[Said, ...] = ()
    """What is summed, one line each, where the formula is a sum over factors."""


class Unit:
    """One unit of an outcome, as the formulas need it."""

    def __init__(self, outcome: Outcome, code: str) -> None:
        self.outcome, self.resolved, self.code = outcome, outcome.resolved, code
        regions = outcome.inputs.regions
        self.tier = str(regions.loc[regions["region_code"] == code, "payer_tier"].iloc[0])
        allocation = outcome.tables["allocation"]
        own = allocation[allocation["region_code"] == code]
        self.rows: list[Row] = [{str(key): value for key, value in row.items()} for row in own.to_dict("records")]

    def work(self, row: Row) -> Worked:
        """The formula of a row of this unit.

        Raises:
            OutcomeError: the formula does not give the row's amount: the outcome is damaged.
        """
        if self.resolved.offers_given and row["nature"] != "rigid":
            return _as_offered(row)
        makers = {
            "rigid": self._rigid,
            "top_up": self._top_up,
            "task": self._task,
            "factor": self._factor,
            "committed": self._committed,
            "interest_subsidy": self._loan,
        }
        place = "/".join(str(row[key]) for key in ("nature", "fund", "measure", "category", "period"))
        if row["nature"] not in makers:
            raise OutcomeError(Path("allocation.csv"), f"{place}: unknown nature", f"{place}：未知的资金性质")
        worked = makers[str(row["nature"])](row)
        if worked.fen != int(row["payment_fen"]):
            raise OutcomeError(
                Path("allocation.csv"),
                f"unit {self.code}, {place}: the formula gives {yuan(worked.fen)} yuan, the row says {yuan(int(row['payment_fen']))}",
                f"单位 {self.code}，{place}：按公式应为 {yuan(worked.fen)} 元，表中为 {yuan(int(row['payment_fen']))} 元",
            )
        return worked

    def _rigid(self, row: Row) -> Worked:
        standard, tenths = yuan_to_fen(str(row["standard_yuan_per_mu"])), mu_to_tenths(str(row["area_mu"]))
        text = Said(f"{rate(standard).zh} × {area(tenths).zh}", f"{rate(standard).en} × {area(tenths).en}")
        return Worked(text, entitlement(standard, tenths), self._category_shares(row))

    def _top_up(self, row: Row) -> Worked:
        category = self.resolved.category(str(row["category"]))
        standard, floor = yuan_to_fen(str(row["standard_yuan_per_mu"])), category.floor_fen[str(row["period"])]
        areas = self.outcome.inputs.areas
        held = areas[(areas["region_code"] == self.code) & (areas["category"] == category.id)]
        tenths = int(held["area_tenth_mu"].sum())
        text = Said(
            f"{rate(standard).zh} × {area(tenths).zh} − {rate(floor).zh} × {area(tenths).zh}",
            f"{rate(standard).en} × {area(tenths).en} − {rate(floor).en} × {area(tenths).en}",
        )
        fen = entitlement(standard, tenths) - entitlement(floor, tenths)
        return Worked(text, fen, self._category_shares(row))

    def _category_shares(self, row: Row) -> Shares:
        return self.resolved.category(str(row["category"])).payer_shares[self.tier]

    def _task(self, row: Row) -> Worked:
        task = self.resolved.task(str(row["measure"]))
        standard, tenths = yuan_to_fen(str(row["standard_yuan_per_mu"])), mu_to_tenths(str(row["area_mu"]))
        total = entitlement(standard, tenths)
        quantity = self._quantity(task, str(row["period"]), tenths) or area(tenths)
        text = Said(f"{rate(standard).zh} × {quantity.zh}", f"{rate(standard).en} × {quantity.en}")
        if len(task.instalments) > 1:
            part = percent(share(task.instalments[0][1]))
            text = Said(
                f"{text.zh} = {money(total).zh}，本年首付 {part}",
                f"{text.en} = {money(total).en}; first instalment {part}",
            )
        return Worked(text, instalments(task, total)[0], task.payer_shares[self.tier])

    def _loan(self, row: Row) -> Worked:
        text, fen = worked_loan(self.outcome, row, str(row["period"]))
        return Worked(text, fen, self.resolved.task(str(row["measure"])).payer_shares[self.tier])

    def _quantity(self, task: TaskSpec, period: str, tenths: int) -> Said | None:
        """min(need × share, capacity) where the share is published and gives the area; the area is stated else."""
        published = self.outcome.tables["standards"]
        held = published[(published["measure"] == task.id) & (published["period"] == period)]
        tasks = self.outcome.inputs.tasks
        own = tasks[(tasks["region_code"] == self.code) & (tasks["measure"] == task.id)]
        rules = [str(rule) for rule in held["quantity_rule"] if str(rule).startswith(NEED)]
        if not rules or not len(own):
            return None
        need, capacity = int(own["need_tenth_mu"].iloc[0]), int(own["capacity_tenth_mu"].iloc[0])
        text = rules[0].removeprefix(NEED)
        wanted = (share(text) * need).__floor__()
        if min(wanted, capacity) != tenths:
            return None
        return Said(
            f"min（需求 {mu(need)} × {text}，能力 {mu(capacity)}）亩",
            f"min(need {mu(need)} × {text}, capacity {mu(capacity)}) mu",
        )

    def _committed(self, row: Row) -> Worked:
        """Committed rows of equal fund, measure, period and amount are told apart by their order."""
        key = ("nature", "fund", "measure", "period", "payment_fen")
        alike = [other for other in self.rows if all(other[column] == row[column] for column in key)]
        at = next(position for position, other in enumerate(alike) if other is row)
        task = next((spec for spec in self.resolved.tasks if spec.id == row["measure"]), None)
        parts = [part for part in self._due(row, task) if part.fen == int(row["payment_fen"])]
        return parts[at] if at < len(parts) else Worked(Said("", ""), 0, ())

    def _due(self, row: Row, task: TaskSpec | None) -> list[Worked]:
        period, shares = str(row["period"]), task.payer_shares[self.tier] if task else ()
        due = [
            Worked(Said("以前年度已承诺，本年到期兑付", "due this year from before the horizon"), fen, shares)
            for code, fund, measure, at, fen in self.resolved.opening_commitments
            if (code, fund, measure, at) == (self.code, str(row["fund"]), str(row["measure"]), period)
        ]
        if task is None:
            return due
        for source in self.rows:
            if source["measure"] != task.id:
                continue
            if source["nature"] == "interest_subsidy" and str(source["period"]) < period:
                due.append(Worked(*worked_loan(self.outcome, source, period), shares))
            if source["nature"] != "task":
                continue
            tenths = mu_to_tenths(str(source["area_mu"]))
            total = entitlement(yuan_to_fen(str(source["standard_yuan_per_mu"])), tenths)
            for (years, part), fen in zip(task.instalments, instalments(task, total), strict=True):
                if years and int(str(source["period"])) + years == int(period):
                    text = Said(
                        f"{source['period']}年任务 {money(total).zh} × {percent(share(part))}",
                        f"task of {source['period']}, {money(total).en} × {percent(share(part))}",
                    )
                    due.append(Worked(text, fen, shares))
        return due

    def _factor(self, row: Row) -> Worked:
        fund, period = str(row["fund"]), str(row["period"])
        weights = self.outcome.tables["weights"]
        held = weights[(weights["fund"] == fund) & (weights["period"] == period)]
        pot = int(held["pot_fen"].sum())
        values = self.outcome.inputs.factors
        steps, fen = [], 0
        for weight in held.to_dict("records"):
            factor = str(weight["factor"])
            of_all = values[values["factor"] == factor]
            texts = {str(r): str(v) for r, v in zip(of_all["region_code"], of_all["value"], strict=True)}
            counted = counted_values(self.resolved, self.outcome.inputs, factor)
            mine = apportion(int(weight["pot_fen"]), counted).get(self.code, 0)
            fen += mine
            label = factor_name(fund, factor)
            times = multipliers(self.resolved, self.outcome.inputs, factor)
            scored = {r: Decimal(text) * decimal(times.get(r, Fraction(1))) for r, text in texts.items()}
            own, whole = texts.get(self.code, "0"), sum(scored.values(), Decimal(0))
            if times.get(self.code, 1) != 1:
                own = f"{own} × {decimal(times[self.code])}"
            worked = f"{yuan(pot)} × {weight['weight']} × {own} ÷ {whole} = {yuan(mine)}"
            steps.append(Said(f"{label.zh} {worked}", f"{label.en} {worked}"))
        shares = ((self.resolved.fund(fund).payer, "1"),)
        return Worked(Said("各因素之和", "sum over the factors"), fen, shares, tuple(steps))


def decimal(value: Fraction) -> Decimal:
    """A fraction whose decimals end."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _as_offered(row: Row) -> Worked:
    """A row of a table of offers made elsewhere: the amount is the table's, so there is no formula to work out."""
    shares = tuple((payer, "") for payer in ("central", "provincial", "city", "county") if int(row[f"{payer}_fen"]))
    offer = str(row["offer"])
    text = Said(f"备选表档次 {offer}", f"offer {offer} of the table") if offer else Said("到期分期款", "instalment due")
    return Worked(text, int(row["payment_fen"]), shares)


def instalments(task: TaskSpec, total: int) -> list[int]:
    """The instalments of a task's money in fen; they sum to the total."""
    parts = split_payers(total, [(str(at), share(part)) for at, (_, part) in enumerate(task.instalments)])
    return list(parts.values())


def payers(row: Row, shares: Shares) -> Said:
    """Who pays how much of the row: the legal shares (where the law sets them) and the fen they come to."""
    shown = []
    for payer, part in shares:
        label, fen = name("payer", payer), int(row[f"{payer}_fen"])
        if not part:
            shown.append(Said(f"{label.zh} {yuan(fen)}", f"{label.en} {yuan(fen)}"))
        elif share(part):
            shown.append(
                Said(f"{label.zh} {percent(share(part))} {yuan(fen)}", f"{label.en} {percent(share(part))} {yuan(fen)}")
            )
    return join(shown, " + ")


def percent(part: Fraction, decimals: int = 2) -> str:
    """A share in per cent, trailing zeros cut: 1/3 -> '33.33%'."""
    scaled = round(part * 100, decimals)
    text = f"{float(scaled):.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def heading(row: Row) -> Said:
    """What a row pays for: category or measure and nature."""
    nature = name("nature", str(row["nature"]))
    if row["nature"] == "factor":
        return nature
    what = subject(str(row["measure"]), str(row["category"]))
    return Said(f"{what.zh}（{nature.zh}）", f"{what.en} ({nature.en})")
