"""Draws made from the assumptions on record: seeded, stratified, the same bytes for the same seed.

    carbon factor of a measure = growth · own error, mean 1 each;  compensation's own error = hazard / central hazard
    cost factor of a task = own error, mean 1;  compensation and factor money cost what the notice says: 1
    price = median · e^(σ z)
Lognormal errors of mean 1 and relative deviation v: e^(s z − s²/2), s² = ln(1 + v²). The loss hazard is triangular over
its band, which is skewed: the mean of the draws lies above the estimate. Each driver is stratified by itself from a stream of its name, so a further measure moves no other draw.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy import stats

from silvafisc.allocation.menus import Menus
from silvafisc.allocation.menus.factor_pot import FACTOR_POT
from silvafisc.allocation.menus.tonnes import COMPENSATION
from silvafisc.allocation.risk import keys_of
from silvafisc.carbon.hazard import loss_hazard_band
from silvafisc.datasets import Finding, InputError
from silvafisc.policy import Rules, Scenario
from silvafisc.results import Resolved, UnitInputs
from silvafisc.results.draws import CARBON, COST, PRICE, Draws, DrawsError, Floats, Scope, draws_of

RISK = "assumptions.allocation.risk"
OWN = "assumptions.allocation.risk.deviation_"
_DECIMALS = 6


def with_draws(scenario: Scenario, inputs: UnitInputs, resolved: Resolved, rules: Rules, offered: Menus) -> UnitInputs:
    """The inputs with their own draws, else with made ones.

    Raises:
        InputError: given draws do not speak of the tonnes of an offer or of fixed money; or hold costs, but not of all.
    """
    if inputs.draws is None:
        return replace(inputs, draws=made_draws(resolved, rules).table)
    draws, findings = Draws.of(inputs.draws), []
    for table in (offered.offers.table, offered.fixed.table):
        paid = table[[str(c) for c in table.columns if str(c).startswith("cost.")]].sum(axis=1)
        for variable, amount in ((CARBON, table["obj.carbon"]), (COST, paid)):
            if variable == COST and not draws.has(COST):
                continue
            try:
                draws.patterns(variable, keys_of(table), amount.to_numpy() != 0)
            except DrawsError as error:
                findings.append(Finding(scenario.where("data"), "draws.csv", error.en, error.zh))
    if findings:
        raise InputError(findings)
    return inputs


def are_made(inputs: UnitInputs, resolved: Resolved, rules: Rules) -> bool:
    """Whether the draws of prepared inputs were made here, and not given beside the tables."""
    return inputs.draws is not None and inputs.draws.equals(made_draws(resolved, rules).table)


def made_draws(resolved: Resolved, rules: Rules, *, stream: int = 0, count: int | None = None) -> Draws:
    """Draws for every measure of a scenario from its seed.

    Args:
        stream: 0 for the draws that are decided on, another number for fresh ones of the same distributions.
        count: as many as on record where left out.
    """
    count = int(rules.number(f"{RISK}.draws")) if count is None else count

    def uniform(driver: str) -> Floats:
        source = np.random.default_rng([resolved.seed, stream, *driver.encode()])
        return np.asarray(stats.qmc.LatinHypercube(1, rng=source).random(count)[:, 0], np.float64)

    def error(driver: str, deviation: float) -> Floats:
        spread = np.sqrt(np.log1p(deviation**2))
        return np.asarray(np.exp(spread * stats.norm.ppf(uniform(driver)) - spread**2 / 2), np.float64)

    growth = error("growth", rules.number(f"{RISK}.growth_deviation"))
    columns: dict[tuple[str, Scope], Floats] = {}
    for measure in _measures(resolved):
        if measure == COMPENSATION:
            own = _hazard(uniform("loss_hazard"), rules)
        else:
            own = error(f"carbon/{measure}", rules.number(_deviation(rules, measure)))
        columns[CARBON, ("", measure, "", "")] = growth * own
        task = measure not in (COMPENSATION, FACTOR_POT)
        dear = error(f"cost/{measure}", rules.number(f"{RISK}.cost_deviation")) if task else np.ones(count)
        columns[COST, ("", measure, "", "")] = dear
    price = stats.norm.ppf(uniform("price")) * rules.number(f"{RISK}.price_log_deviation")
    columns[PRICE, ("", "", "", "")] = rules.number(f"{RISK}.price_median") * np.exp(price)
    return draws_of({key: [f"{value:.{_DECIMALS}f}" for value in values] for key, values in columns.items()})


def tail_shares(rules: Rules) -> Mapping[str, tuple[str, ...]]:
    """statistic -> shares that are reported, as decimal text."""
    return {
        "quantile": rules.texts(f"{RISK}.quantiles"),
        "cvar": (rules.text(f"{RISK}.tail_share"),),
    }


def _measures(resolved: Resolved) -> list[str]:
    """Everything that money is paid for, measures of opening commitments included."""
    found = {COMPENSATION, *(task.id for task in resolved.tasks)}
    found |= {measure for _, _, measure, _, _ in resolved.opening_commitments}
    if any(fund.factor_pot_fen for fund in resolved.funds):
        found.add(FACTOR_POT)
    return sorted(found)


def _deviation(rules: Rules, measure: str) -> str:
    known = f"{OWN}{measure}"
    return known if known in rules.children(RISK) else f"{OWN}other"


def _hazard(uniform: Floats, rules: Rules) -> Floats:
    """Hazard over its central value; avoided loss is nearly proportional to it."""
    low, central, high = loss_hazard_band(rules)
    if low == high:
        return np.ones(len(uniform))
    drawn = stats.triang.ppf(uniform, (central - low) / (high - low), loc=low, scale=high - low)
    return np.asarray(drawn / central, np.float64)
