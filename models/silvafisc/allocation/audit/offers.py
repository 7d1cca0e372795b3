"""The chosen offers: one per menu, costed by the published formula, and the ones that the allocation pays."""

from collections.abc import Mapping

from silvafisc.results import CategorySpec, TaskSpec

from .case import COMPENSATION, PAYERS, Case, Offer
from .exact import entitled
from .expected import instalments, split
from .finding import Check


def examine(case: Case, check: Check) -> None:
    """Σ_j z = 1 per unit, measure, category and period; cost of the chosen j = the formula at its standard and area.

    Factor offers are left to the weights: the residue may join the pot after choosing.
    """
    tasks = {task.id: task for task in case.resolved.tasks}
    categories = {category.id: category for category in case.resolved.categories}
    for (region, measure, category, period), count in case.menus.items():
        if category or measure in tasks:
            where = f"offers: region_code={region}, measure={measure}, category={category}, period={period}"
            check.equal(where, 1, count, "", "入选档次数", "the number of chosen offers")
    chosen = {}
    for offer in case.offers:
        if offer.category in categories:
            nature, fund = "top_up", categories[offer.category].fund
            costs, later = _recurring(case, categories[offer.category], offer), 0
        elif offer.measure in tasks:
            nature, fund = "task", tasks[offer.measure].fund
            costs, later = _task(case, tasks[offer.measure], offer)
        else:
            continue
        chosen[offer.region, nature, fund, offer.measure, offer.category, offer.period] = offer
        for key in sorted(costs.keys() | offer.costs.keys()):
            where = f"{offer.where}, cost.{'.'.join(key)}_fen"
            check.equal(where, costs.get(key, 0), offer.costs.get(key, 0), "fen", "成本", "the cost")
        row = case.row_of.get((offer.region, nature, fund, offer.measure, offer.category, offer.period))
        if row is None:
            total = sum(costs.values()) + later
            check.holds(
                not total,
                offer.where,
                total,
                0,
                "fen",
                "入选但没有资金，其成本",
                "chosen but not paid; its cost",
            )
            continue
        check.equal(row.where, offer.offer, row.offer, "", "备选档次", "the offer")
        if row.payment or row.area:
            check.equal(row.where, offer.standard, row.standard, "fen/mu", "入选档次的标准", "the chosen standard")
        if nature == "task":
            check.equal(row.where, offer.area or 0, row.area or 0, "0.1 mu", "入选档次的面积", "the chosen area")
    for row in case.rows:
        needs_offer = row.nature in ("top_up", "task") and (row.payment or row.area)
        if needs_offer and (row.offer or not case.by_rule) and row.key not in chosen:
            check.refuse(row.where, "所列档次未在备选表中入选", "its offer is not a chosen one", found=row.offer)


def _recurring(case: Case, spec: CategorySpec, offer: Offer) -> Mapping[tuple[str, str, str], int]:
    area = case.area(offer.region, spec.id)
    least = spec.floor_fen[offer.period]
    top_up = entitled(offer.standard or 0, area) - entitled(least, area)
    if offer.measure != COMPENSATION or top_up < 0:
        return {}  # contradicts any cost; a standard below the floor is refused where the amounts are recomputed
    parts = split(top_up, case.payer_shares(spec.payer_shares, offer.region))
    return {(spec.fund, payer, offer.period): parts[payer] for payer in PAYERS if parts[payer]}


def _task(case: Case, spec: TaskSpec, offer: Offer) -> tuple[Mapping[tuple[str, str, str], int], int]:
    costs: dict[tuple[str, str, str], int] = {}
    beyond = 0
    shares = case.payer_shares(spec.payer_shares, offer.region)
    for years, part in instalments(spec, entitled(offer.standard or 0, offer.area or 0)):
        due = str(int(offer.period) + years)
        if due not in case.resolved.periods:
            beyond += part
            continue
        for payer, fen in split(part, shares).items():
            if fen:
                costs[spec.fund, payer, due] = costs.get((spec.fund, payer, due), 0) + fen
    return costs, beyond
