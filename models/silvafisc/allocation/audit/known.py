"""Every name in a table is one of the scenario or of the input tables."""

from .case import COMPENSATION, FACTOR_POT, NATURES, Case
from .finding import Check


def refuse_unknown(case: Case, check: Check) -> None:
    """Every code in a table must exist in the scenario or the input tables; regions.csv must list every unit once."""
    resolved = case.resolved
    funds = {fund.id for fund in resolved.funds}
    subjects = {c.id for c in resolved.categories} | {""}
    measures = {t.id for t in resolved.tasks} | {m for _, _, m, _, _ in resolved.opening_commitments}
    measures |= {COMPENSATION, FACTOR_POT}

    def inside(where: str, column: str, value: str, known: object) -> None:
        if value not in known:  # type: ignore[operator]
            check.refuse(where, f"{column} 的值不在方案或输入表中", f"{column} is unknown", found=value)

    if resolved.offers_given:  # measures and categories are names of the table
        measures |= {row.measure for row in case.rows} | {offer.measure for offer in case.offers}
        subjects |= {row.category for row in case.rows} | {offer.category for offer in case.offers}
    for row in case.rows:
        inside(row.where, "region_code", row.region, case.units)
        inside(row.where, "nature", row.nature, NATURES)
        free = case.resolved.offers_given and not any((row.payment, *row.columns.values()))
        inside(row.where, "fund", row.fund, funds | {""} if free else funds)  # an offer that nobody pays for
        inside(row.where, "measure", row.measure, measures)
        inside(row.where, "category", row.category, subjects)
        inside(row.where, "period", row.period, resolved.periods)
    dated = [(r.where, r.fund, r.period) for r in case.standards]
    dated += [(r.where, r.fund, r.period) for r in case.weights]
    dated += [(r.where, r.fund, r.period) for r in case.envelopes]
    dated += [(r.where, r.fund, r.period) for r in case.notices]
    for where, fund, period in dated:
        inside(where, "fund", fund, funds)
        inside(where, "period", period, resolved.periods)
    for standard in case.standards:
        inside(standard.where, "category", standard.category, subjects)
        inside(standard.where, "measure", standard.measure, measures)
    for notice in case.notices:
        inside(notice.where, "region_code", notice.region, case.units)
    for offer in case.offers:
        inside(offer.where, "region_code", offer.region, case.units)
        inside(offer.where, "measure", offer.measure, measures)
        inside(offer.where, "category", offer.category, subjects)
        inside(offer.where, "period", offer.period, resolved.periods)
    check.equal("regions", sorted(case.units), sorted(case.published), "", "单位名单", "the list of units")
    split = [(c.id, c.payer_shares) for c in resolved.categories] + [(t.id, t.payer_shares) for t in resolved.tasks]
    for unit in case.units.values():
        for name, shares in split:
            if unit.tier not in shares:
                check.refuse(
                    f"inputs/regions: region_code={unit.region}",
                    f"{name} 没有分担级次 {unit.tier} 的分担比例",
                    f"{name} has no payer shares for tier {unit.tier}",
                )
