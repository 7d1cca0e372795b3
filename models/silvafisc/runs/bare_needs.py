"""What a rule needs where a table of offers is all there is: its columns by name, or why it has no meaning there."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

import pandas as pd

from silvafisc.results import Resolved, UnitInputs

from .offer_facts import LAND
from .offer_inputs import recurring, tasked
from .offer_table import OfferTable, shared_categories

Said = tuple[str, str]
"""English, Chinese."""
Params = Mapping[str, Any]
_SHOWN = 5

NO_MEANING: Mapping[str, Said] = {
    "statutory_floor": (
        "holds standards to the floors of the law, which no table of offers brings; leave offers below the floor out"
        " of the table, or solve with a full scenario",
        "以法定最低标准约束补偿标准，而备选表不含法定参数；请从表中去掉低于最低标准的档次，或使用完整情景",
    ),
    "cost_sharing": (
        "compares payers with the legal shares; the cost columns of a table say themselves who pays, so solve with a"
        " full scenario or leave it out",
        "按法定分担比例核对各级出资，而备选表的成本列本身就写明由谁出资；请使用完整情景，或去掉该规则",
    ),
    "adjustment": (
        "sets later standards from earlier ones; the offers of a table have the standards that they state, so offer only"
        " those that the adjustment allows",
        "由上期标准推算下期标准，而备选表的标准均已写明；请只列出符合动态调整办法的档次",
    ),
    "performance": (
        "moves the shares of a factor pot by scores; a table states amounts, so put the scores into them",
        "按绩效得分调整因素法份额，而备选表直接给出金额；请在金额中体现得分",
    ),
    "unverified_weight": (
        "limits the weights of factors, and a table states amounts, not weights",
        "限制因素权重，而备选表只有金额、没有权重",
    ),
    "split": (
        "splits a published standard into its uses, which a table does not state",
        "把公布标准拆分到各项用途，而备选表没有用途",
    ),
    "instalments": (
        "gates instalments of earlier years by their acceptance, and a table holds new offers only",
        "按验收结果兑付以前年度的分期资金，而备选表只有新的档次",
    ),
    "horizontal": (
        "is money between two units, which is no offer; take it off one unit's appropriation before the table is made",
        "是两个单位之间的补偿资金，不属于备选档次；请在编表前从预算中扣除",
    ),
}
"""Rule -> why a table of offers alone gives it nothing to judge."""


@dataclass(frozen=True)
class Bare:
    """All there is: the offers, and what they and the table of units say."""

    resolved: Resolved
    inputs: UnitInputs
    indices: pd.DataFrame
    table: OfferTable

    def without(self, name: str) -> list[str]:
        """Units for which a column is empty, in order of code."""
        frame = self.indices if name in self.indices else self.inputs.regions
        return sorted(frame["region_code"][frame[name].isna() | (frame[name].astype(str) == "")])


def bare_needs(rule: str, params: Params, bare: Bare) -> Iterator[Said]:
    """Everything that a rule (or an objective of that name) lacks, in words."""
    if rule in NO_MEANING:
        yield NO_MEANING[rule]
    elif rule in _NEEDS:
        yield from _NEEDS[rule](params, bare)


def _local_capacity(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _units(bare, "own_revenue_fen", "unit_level")


def _last_year(params: Params, bare: Bare) -> Iterator[Said]:
    """Last year's amounts, and money that is held to them."""
    if bare.inputs.last_year is None:
        yield (
            "needs last year's amounts: a column last_year.<fund>_fen in the offers or in regions.csv (--data)",
            "需要上年金额：请在备选表或 regions.csv（--data）中增加列 last_year.<资金>_fen",
        )
    if not bare.table.frame["nature"].isin(["top_up", "factor"]).any():
        yield (
            "judges money of nature top_up or factor only, and no offer is: state it in the column nature",
            "只约束性质为 top_up 或 factor 的资金，而表中没有这样的档次：请在 nature 列写明",
        )


def _standards(params: Params, bare: Bare) -> Iterator[Said]:
    """Categories whose every offer is recurring and states standard and area, in every period of a unit."""
    frame = bare.table.frame
    if recurring(bare.table).empty:
        yield (
            "judges standards of recurring money; name them in the columns category and nature (top_up)",
            "约束经常性补偿的标准：请用 category 列和 nature 列（top_up）写明",
        )
    yield from _of_other_nature(frame, (frame["category"] != "") & (frame["nature"] != "top_up"), "top_up")
    judged = (frame["category"] != "") & (frame["nature"] == "top_up")
    yield from filled(bare.table, "standard_yuan_per_mu", judged & (frame["standard_fen"] < 0))
    yield from filled(bare.table, "area_mu", judged & (frame["area_tenth_mu"] < 0))
    yield from menus_of_categories(bare.resolved, bare.inputs, bare.table)


def _rising(params: Params, bare: Bare) -> Iterator[Said]:
    if not recurring(bare.table).empty or not params.get("tasks", False):
        yield from _standards(params, bare)
    if params.get("tasks", False):
        yield from _tasks(bare)
        frame = tasked(bare.table)
        offered = set(frame["menu"])
        pairs = product(
            frame[["region_code", "measure"]].drop_duplicates().itertuples(index=False), bare.resolved.periods
        )
        lacking = [f"{code}/{name}/{year}" for (code, name), year in pairs if f"{code}/{name}/{year}" not in offered]
        if lacking:
            yield (
                f"needs offers of a task in every period (nothing is an offer too); lacking {_some(lacking)}",
                f"需要任务在每个年度的档次（不安排也须列为一档）；缺少 {_some(lacking)}",
            )


def _no_inversion(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _standards(params, bare)
    yield from _units(bare, "importance", "need", among=set(recurring(bare.table)["region_code"]))


def _tasks(bare: Bare, *, standards: bool = True) -> Iterator[Said]:
    """Task offers that state their area (and what a mu costs)."""
    frame = bare.table.frame
    if tasked(bare.table).empty:
        yield (
            "judges tasks, and no offer is one: state task in the column nature",
            "只约束任务，而表中没有任务：请在 nature 列写明 task",
        )
    judged = frame["nature"] == "task"
    yield from filled(bare.table, "area_mu", judged & (frame["area_tenth_mu"] < 0))
    if standards:
        paid = judged & (frame["area_tenth_mu"] > 0)
        yield from filled(bare.table, "standard_yuan_per_mu", paid & (frame["standard_fen"] < 0))


def _eligible_area(params: Params, bare: Bare) -> Iterator[Said]:
    frame = bare.table.frame
    judged = frame["nature"].isin(["top_up", "task"])
    if not judged.any():
        yield (
            "judges areas of recurring money and tasks: state top_up or task in the column nature",
            "只约束经常性补偿和任务的面积：请在 nature 列写明 top_up 或 task",
        )
    yield from _of_other_nature(frame, (frame["category"] != "") & (frame["nature"] != "top_up"), "top_up")
    yield from filled(bare.table, "area_mu", judged & (frame["area_tenth_mu"] < 0))
    yield from _work(bare, frame[judged], "eligible_mu")


def _delivery_capacity(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _tasks(bare, standards=False)
    yield from _work(bare, tasked(bare.table), "capacity_mu")


def _need_cap(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _tasks(bare, standards=False)
    tasks = tasked(bare.table)
    wanted = params.get("measures")
    tasks = tasks if wanted is None else tasks[tasks["measure"].isin(wanted)]
    yield from _work(bare, tasks, "full_cost_yuan_per_mu")
    costs = [c for c in tasks.columns if str(c).startswith("cost.")]
    later = [str(c).removesuffix("_fen").rsplit(".", 1)[-1] for c in costs]
    known = sum(
        (tasks[c] * (tasks["period"] != due) for c, due in zip(costs, later, strict=True)),
        start=0 * tasks["due_later_fen"],
    )
    beyond = tasks[tasks["due_later_fen"] != known]
    if len(beyond):
        first = f"{beyond['menu'].iloc[0]}/{beyond['offer'].iloc[0]}"
        yield (
            f"needs to know who pays what is due after the periods of the table: due_later_fen of {first} is not the sum"
            " of its later cost columns",
            f"需要知道表列年度之后的资金由谁支付：{first} 的 due_later_fen 不等于其以后年度成本列之和",
        )


def _one_channel(params: Params, bare: Bare) -> Iterator[Said]:
    for shared in params.get("exclusive", ()):
        yield from _tasks(bare, standards=False)
        column, land = f"{LAND}{shared['land']}_mu", bare.inputs.land
        held = set() if land is None else set(land["region_code"][land["land"] == shared["land"]])
        lacking = [code for code in bare.inputs.codes if code not in held]
        if lacking:
            yield _of_every_unit(column, lacking)


def _task_kind(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _tasks(bare, standards=params.get("pooled") is not None)
    tasks, assigned = tasked(bare.table), bare.inputs.task_list
    if assigned is None:
        yield (
            "needs the columns task_kind (binding or expected) and assigned_mu",
            "需要列 task_kind（binding 为约束性，expected 为预期性）和 assigned_mu",
        )
        return
    unclear = assigned[assigned["kind"] == ""]
    if len(unclear):
        names = ["/".join(row) for row in unclear[["region_code", "measure", "period"]].itertuples(index=False)]
        yield (
            f"needs task_kind wherever assigned_mu is stated; lacking for {_some(names)}",
            f"凡写明 assigned_mu 的均需 task_kind；缺少 {_some(names)}",
        )
    others = sorted({str(name) for name in assigned["measure"]} - {str(name) for name in tasks["measure"]})
    if others:
        yield (
            f"needs nature task where assigned_mu is stated; it is not for {_some(others)}",
            f"凡写明 assigned_mu 的档次其 nature 须为 task；{_some(others)} 不是",
        )
    mixed = sorted(str(name) for name, funds in tasks.groupby("measure")["fund"] if len(set(funds) - {""}) > 1)
    if mixed:
        yield (
            f"moves expected tasks inside one fund; several pay for {_some(mixed)}: state one in the column fund",
            f"预期性任务只在同一资金内调剂；{_some(mixed)} 由多项资金支付：请在 fund 列写明其一",
        )


def _disparity(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _units(bare, "rural_population_person", "need")


def _importance(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _units(bare, "importance")


def _adequacy(params: Params, bare: Bare) -> Iterator[Said]:
    yield from _standards(params, bare)
    yield from _work(bare, recurring(bare.table), "opportunity_cost_yuan_per_mu", positive=True)


_NEEDS: Mapping[str, Callable[[Params, Bare], Iterator[Said]]] = {
    "local_capacity": _local_capacity,
    "change_band": _last_year,
    "not_below_last_year": _last_year,
    "stability": _last_year,
    "published_values": _standards,
    "standards_only_rise": _rising,
    "no_inversion": _no_inversion,
    "eligible_area": _eligible_area,
    "delivery_capacity": _delivery_capacity,
    "need_cap": _need_cap,
    "one_channel": _one_channel,
    "task_kind": _task_kind,
    "disparity": _disparity,
    "importance": _importance,
    "adequacy": _adequacy,
}
"""Rule or objective -> its columns; what is not listed needs no more than costs, benefits, funds and groups."""


def filled(table: OfferTable, column: str, empty: "pd.Series[bool]") -> Iterator[Said]:
    """Every offer that the rule reads must state the column."""
    if empty.any():
        offer = table.frame[empty].iloc[0]
        first = f"{offer['menu']}/{offer['offer']}"
        yield (
            f"needs {column} of every offer that it judges; {int(empty.sum())} have none, the first is {first}",
            f"需要所涉每个档次的 {column}；有 {int(empty.sum())} 个为空，第一个是 {first}",
        )


def menus_of_categories(resolved: Resolved, inputs: UnitInputs, table: OfferTable) -> Iterator[Said]:
    """A rule on standards compares units and periods, so every unit with certified area needs its menus."""
    offered = set(table.frame["menu"])
    areas = inputs.areas[inputs.areas["area_tenth_mu"] > 0]
    shared = shared_categories(table.frame)
    for category in (spec for spec in resolved.categories if spec.id not in shared):
        codes = areas["region_code"][areas["category"] == category.id]
        missing = [
            f"{code}/{category.id}/{period}"
            for code in sorted(codes)
            for period in resolved.periods
            if f"{code}/{category.id}/{period}" not in offered
        ]
        if missing:
            named = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
            yield (
                f"needs offers of {category.id} for every unit and period; lacking {named}",
                f"需要 {category.id} 每个单位、每个年度的档次；缺少 {named}",
            )


def _units(bare: Bare, *names: str, among: Collection[str] | None = None) -> Iterator[Said]:
    """Columns of the units that must be filled for each of them."""
    for name in names:
        lacking = [code for code in bare.without(name) if among is None or code in among]
        if lacking:
            yield _of_every_unit(name, lacking)


def _of_every_unit(name: str, lacking: Sequence[str]) -> Said:
    return (
        f"needs {name} of every unit, in the offers or in regions.csv (--data); lacking for {_some(lacking)}",
        f"需要每个单位的 {name}（写在备选表或 --data 的 regions.csv 中）；缺少 {_some(lacking)}",
    )


def _work(bare: Bare, offers: pd.DataFrame, name: str, *, positive: bool = False) -> Iterator[Said]:
    """A column of the work of a unit that must be filled wherever an offer has an area."""
    worked = offers[offers["area_tenth_mu"] > 0]
    subject = worked["category"].mask(worked["category"] == "", worked["measure"])
    held = bare.table.facts.work.get(name, {})
    keys = sorted(set(zip(worked["region_code"], subject, strict=True)))
    lacking = [f"{code}/{what}" for code, what in keys if (code, what) not in held]
    if lacking:
        yield f"needs the column {name}; lacking for {_some(lacking)}", f"需要列 {name}；缺少 {_some(lacking)}"
    zero = [
        f"{code}/{what}" for code, what in keys if positive and (code, what) in held and not Decimal(held[code, what])
    ]
    if zero:
        yield f"needs {name} above 0; it is 0 for {_some(zero)}", f"{name} 须大于 0；下列为 0：{_some(zero)}"


def _of_other_nature(frame: pd.DataFrame, other: "pd.Series[bool]", nature: str) -> Iterator[Said]:
    """A category is recurring money throughout."""
    if other.any():
        offer = frame[other].iloc[0]
        first = f"{offer['menu']}/{offer['offer']}"
        yield (
            f"needs nature {nature} of every offer with a category; {first} is {offer['nature']}",
            f"带 category 的每个档次其 nature 须为 {nature}；{first} 为 {offer['nature']}",
        )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
